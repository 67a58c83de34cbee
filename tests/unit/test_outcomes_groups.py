"""Groups of countries, lags and mutual information against closed forms and other packages."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import egov_index as egov
from egov_index import DataError, Panel, SpecError
from egov_index.outcomes.equality import chi_square_tail, cochran

NAN = float("nan")
RNG = np.random.default_rng(5)
N = 90
UNITS = [f"U{k:02}" for k in range(N)]
YEARS = list(range(2014, 2023))
X = RNG.normal(size=(N, len(YEARS), 2))
Y = 0.7 * X[:, :, :1] + RNG.normal(size=(N, len(YEARS), 2))
Y[RNG.uniform(size=Y.shape) < 0.15] = NAN
GROUP = {unit: ("low", "middle", "high")[k % 3] for k, unit in enumerate(UNITS)}


def scores(groups=None):
    return Panel(X, UNITS, YEARS, ["a", "b"], groups=groups)


def targets(values=Y):
    info = {"indicator": ["water", "forest"], "sdg_goal": ["6", "15"], "direction": [1, 1]}
    return Panel(values, UNITS, YEARS, ["water", "forest"], indicator_info=info)


def grouped(by=GROUP, **how):
    made = egov.outcomes.heterogeneity(
        scores(), targets(), by, **({"resamples": 0, "minimum": 0, "window": 1} | how)
    )
    return made.to_frame()


def in_group(name, outcome=0):
    rows = np.array([GROUP[unit] == name for unit in UNITS]) & ~np.isnan(Y[:, -1, outcome])
    return X[rows, -1, 0], Y[rows, -1, outcome]


def test_groups_have_the_numbers_of_their_countries():
    frame = grouped(nodes="a")
    assert frame["outcome"].tolist() == ["water"] * 3 + ["forest"] * 3
    assert frame["group"].tolist() == ["high", "low", "middle"] * 2
    for row in frame.itertuples():
        x, y = in_group(row.group, ["water", "forest"].index(row.outcome))
        wanted = stats.spearmanr(x, y)
        assert row.n == len(x) and row.estimate == pytest.approx(wanted.statistic, rel=1e-12)
        assert row.p == pytest.approx(wanted.pvalue, rel=1e-9)


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_the_test_of_equality_is_that_of_inverse_variance_weights(method):
    frame = grouped(nodes="a", method=method, variance="formula")
    r, n = (frame[name][:3].to_numpy() for name in ("estimate", "n"))
    v = {"pearson": 1 / (n - 3), "spearman": (1 + r**2 / 2) / (n - 3), "kendall": 0.437 / (n - 4)}[method]
    z = np.arctanh(r)
    q = ((z - np.average(z, weights=1 / v)) ** 2 / v).sum()
    assert frame["q"][0] == pytest.approx(q, rel=1e-12) and frame["df"][0] == 2
    assert frame["p_equal"][0] == pytest.approx(stats.chi2.sf(q, 2), rel=1e-12)
    tests = frame["p_equal"][[0, 3]]
    np.testing.assert_allclose(
        frame["p_equal_adjusted"][[0, 3]], stats.false_discovery_control(tests), rtol=1e-12
    )


def test_the_statistic_is_that_of_statsmodels():
    combine = pytest.importorskip("statsmodels.stats.meta_analysis").combine_effects
    frame = grouped(nodes="a", method="pearson", variance="formula")
    z, v = np.arctanh(frame["estimate"][:3].to_numpy()), 1 / (frame["n"][:3].to_numpy() - 3)
    assert frame["q"][0] == pytest.approx(combine(z, v).q, rel=1e-10)


@pytest.mark.parametrize("df", range(1, 9))
@pytest.mark.parametrize("q", [0.0, 1e-9, 0.3, 4.0, 40.0, 400.0])
def test_the_tail_of_chi_square(q, df):
    assert chi_square_tail(q, df) == pytest.approx(stats.chi2.sf(q, df), rel=1e-12)


@pytest.mark.parametrize("r", [0.0, 0.7])
def test_the_test_of_equality_keeps_its_level(r):
    rng, n = np.random.default_rng(4), [31, 46, 58, 58]
    found = []
    for size in n:
        x, e = rng.normal(size=(2, 10_000, size))
        x, y = (v - v.mean(axis=1, keepdims=True) for v in (x, r * x + math.sqrt(1 - r * r) * e))
        found.append((x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1)))
    q, df = cochran(np.array(found), np.array(n, float), "pearson")
    level = np.mean([chi_square_tail(value, df) < 0.05 for value in q])
    assert level == pytest.approx(0.05, abs=3 * math.sqrt(0.05 * 0.95 / 10_000))


def test_what_has_no_tail_or_statistic():
    assert math.isnan(chi_square_tail(NAN, 2)) and math.isnan(chi_square_tail(1.0, 0))
    q, df = cochran(np.array([[0.5], [NAN]]), np.array([20.0, 3.0]), "pearson")
    assert math.isnan(q[0]) and df == 0
    assert math.isnan(cochran(np.array([[1.0], [0.2]]), np.array([20.0, 20.0]), "pearson")[0][0])
    assert math.isnan(cochran(np.array([[0.4], [0.2]]), np.array([20.0, 20.0]), "distance")[0][0])


def test_small_groups_have_a_reason_and_are_not_in_the_test():
    by = {unit: "few" if k < 3 else "one" if k < 50 else "two" for k, unit in enumerate(UNITS)}
    frame = grouped(by, nodes="a").set_index(["outcome", "group"])
    assert frame.loc["water", "few"]["reason"] in ("too-few", "no-overlap")
    assert np.isnan(frame.loc["water", "few"]["estimate"]) and frame.loc["water", "few"]["df"] == 1
    alone = grouped(dict.fromkeys(UNITS, "all"), nodes="a")
    assert alone["p_equal"].isna().all() and (alone["df"] == 0).all() and alone["estimate"].notna().all()


def test_groups_by_name_of_the_data_of_the_countries_by_mapping_and_by_frame():
    labels = [GROUP[unit] for unit in UNITS]
    how = {"nodes": "a", "resamples": 0, "window": 1, "minimum": 0}
    named = egov.outcomes.heterogeneity(scores({"tier": labels}), targets(), "tier", **how).to_frame()
    table = pd.DataFrame({"iso3": UNITS[::-1], "tier": labels[::-1]})
    assert named.equals(grouped(nodes="a")) and named.equals(grouped(table, nodes="a"))
    survey, sdg = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    for by, count in (("world_6region", 6), ("un_sdg_ldc", 2)):
        found = egov.outcomes.heterogeneity(
            survey, sdg, by, nodes="egdi", only="life_expectancy", resamples=0
        )
        assert len(found) == count and found.to_frame()["n"].sum() == 193


@pytest.mark.parametrize(
    ("by", "error", "words"),
    [
        ("incomes", SpecError, "incomes"),
        ({"X": "a"}, DataError, "units"),
        (pd.DataFrame({"iso3": UNITS}), SpecError, "two columns"),
        (pd.DataFrame({"iso3": ["U00", "U00"], "g": ["a", "b"]}), DataError, "twice"),
    ],
)
def test_bad_groups(by, error, words):
    with pytest.raises(error, match=words):
        grouped(by)


def test_exchanges_agree_with_chi_square_and_find_what_differs():
    frame = grouped(nodes="a", permutations=1999, seed=3)
    assert frame["p_equal"][0] == pytest.approx(grouped(nodes="a")["p_equal"][0], abs=0.05)
    assert frame["p_equal"].equals(grouped(nodes="a", permutations=1999, seed=3, threads=2)["p_equal"])
    values = Y.copy()
    turned = np.array([GROUP[unit] == "low" for unit in UNITS])
    values[turned] = -values[turned] + 50  # another sign and another level
    made = egov.outcomes.heterogeneity(
        scores(), targets(values), GROUP, nodes="a", only="water", permutations=499, resamples=0, window=1
    )
    assert made.to_frame()["p_equal"][0] == 1 / 500 and "a with water" in made.explain()
    level = np.where(turned[:, None, None], Y + 50, Y)  # another level alone is no difference
    moved = egov.outcomes.heterogeneity(scores(), targets(level), GROUP, nodes="a", resamples=0, window=1)
    assert moved.to_frame()["q"].equals(grouped(nodes="a")["q"])


def test_no_exchanges_with_controls():
    with pytest.raises(SpecError, match="permutations"):
        grouped(permutations=9, control="water", only="forest")


# Lags


def lagged(**how):
    given = {"resamples": 0, "minimum": 0, "period": 2018} | how
    return egov.outcomes.lags(scores(), targets(), **given).to_frame()


def test_lags_are_of_the_same_countries_both_ways():
    frame = lagged(nodes="a", window=1)
    assert frame["lag"].tolist() == [-4.0, -2.0, 0.0, 2.0, 4.0] * 2
    whole = ~np.isnan(Y[:, ::2, 0]).any(axis=1)
    for row in frame[frame["outcome"] == "water"].itertuples():
        wanted = stats.spearmanr(X[whole, 4, 0], Y[whole, 4 + int(row.lag), 0])
        assert row.n == whole.sum() and row.year == 2018 + row.lag
        assert row.estimate == pytest.approx(wanted.statistic, rel=1e-12)
    np.testing.assert_allclose(frame["p_adjusted"], stats.false_discovery_control(frame["p"]), rtol=1e-12)
    assert (frame["note"] == "").all()


def test_countries_that_differ_among_lags_are_told():
    frame = lagged(nodes="a", window=1, same=False)
    water = frame[frame["outcome"] == "water"]
    assert water["n"].tolist() == [(~np.isnan(Y[:, k, 0])).sum() for k in (0, 2, 4, 6, 8)]
    assert (water["note"] == "countries differ among lags").all()


def test_no_value_serves_at_two_lags_if_the_window_is_left_out():
    frame = lagged(lags=[0, 3], nodes="a", only="water", same=False)
    assert frame["year_min"][1] > frame["year_max"][0]
    assert lagged(lags=[1], nodes="a", only="water")["year_max"][0] == 2019


def test_a_lag_beyond_the_data_is_told():
    made = egov.outcomes.lags(scores(), targets(), [0, 40], nodes="a", resamples=0, window=2)
    frame = made.to_frame()
    assert set(frame["lag"]) == {0.0, 40.0} and any("lag 40" in note for note in made.notes)
    beyond = frame[frame["lag"] == 40]
    assert (beyond["reason"] == "no-overlap").all() and beyond["estimate"].isna().all()
    assert (beyond["n"] == 0).all() and beyond["p_adjusted"].isna().all()
    alone = egov.outcomes.lags(scores(), targets(), [0], nodes="a", resamples=0, window=2).to_frame()
    for name in ("n", "estimate", "p", "p_adjusted"):  # the other lag is as if it had not been asked for
        assert frame[frame["lag"] == 0][name].tolist() == alone[name].tolist()
    nowhere = egov.outcomes.lags(scores(), targets(), [-1000, 1000], resamples=0)  # within 5, not within 2000
    assert set(nowhere.to_frame()["reason"]) == {"no-overlap"}
    assert any("none within" in note for note in nowhere.notes) and nowhere.explain()


@pytest.mark.parametrize("lags", [[], [1, 1], ["a"], [NAN], "ab", [True]])
def test_bad_lags(lags):
    with pytest.raises(SpecError, match="lags"):
        lagged(lags=lags)


# Mutual information


def slow(x, y, k):
    """The first estimator of Kraskov, Stoegbauer and Grassberger, point by point."""
    n, parts = len(x), []
    for i in range(n):
        dx, dy = (np.delete(np.abs(v - v[i]), i) for v in (x, y))
        reach = np.sort(np.maximum(dx, dy))[k - 1]
        parts.append(special.digamma((dx < reach).sum() + 1) + special.digamma((dy < reach).sum() + 1))
    return special.digamma(k) + special.digamma(n) - np.mean(parts)


@pytest.mark.parametrize("k", [1, 3, 6])
def test_information_is_that_of_the_definition_and_of_scikit_learn(k):
    x, y = X[:, 0, 0], 0.5 * X[:, 0, 0] ** 2 + 0.1 * X[:, 0, 1]
    got = egov.outcomes.information(x, y, neighbors=k)
    assert got == pytest.approx(slow((x - x.mean()) / x.std(), (y - y.mean()) / y.std(), k), abs=1e-10)
    peer = pytest.importorskip("sklearn.feature_selection").mutual_info_regression
    assert got == pytest.approx(peer(x[:, None], y, n_neighbors=k)[0], abs=1e-10)
    assert egov.outcomes.information(x * 1e200, y * 1e-200, neighbors=k) == pytest.approx(got, abs=1e-9)


@pytest.mark.parametrize("r", [0.0, 0.6, 0.9])
@pytest.mark.parametrize("scale", ["rank", "standard"])
def test_information_of_a_bivariate_normal(r, scale):
    rng = np.random.default_rng(1)
    found = []
    for _ in range(40):
        x, e = rng.normal(size=(2, 400))
        found.append(egov.outcomes.information(x, r * x + math.sqrt(1 - r * r) * e, 4, scale))
    error = np.std(found) / math.sqrt(len(found))
    assert np.mean(found) == pytest.approx(-0.5 * math.log(1 - r * r), abs=0.02 + 3 * error)


def test_the_table_of_information():
    bent = targets(X[:, :, :1] ** 2 + 0.1 * Y)  # a curve: no correlation, but much information
    found = egov.outcomes.mutual(scores(), bent, permutations=39, window=1, nodes="a")
    assert (found.to_frame()["p"] == 1 / 40).all() and "2 are not independent" in found.explain()
    made = egov.outcomes.mutual(scores(), targets(), permutations=39, window=1, minimum=0)
    frame = made.to_frame()
    assert frame["outcome"].tolist() == ["water", "water", "forest", "forest"]
    row = frame.iloc[0]
    both = ~np.isnan(Y[:, -1, 0])
    level = [(v[both] - v[both].mean()) / v[both].std() for v in (X[:, -1, 0], Y[:, -1, 0])]
    how = {"window": 1, "permutations": 0, "scale": "standard", "neighbors": 4}
    plain = egov.outcomes.mutual(scores(), targets(), **how).to_frame()
    assert (
        plain["information"][0] == pytest.approx(slow(*level, 4), abs=1e-10) and plain["n"][0] == both.sum()
    )
    assert row["as_correlation"] == pytest.approx(math.sqrt(1 - math.exp(-2 * row["information"])))
    again = egov.outcomes.mutual(scores(), targets(), permutations=39, window=1, minimum=0).to_frame()
    assert again.equals(frame)
    none = egov.outcomes.mutual(scores(), targets(), permutations=0, window=1).to_frame()
    assert none["p"].isna().all() and none["information"].equals(frame["information"])


def test_ranks_leave_increasing_changes_of_scale_alone():
    changed = scores().replace(values=np.exp(X))
    a, b = (egov.outcomes.mutual(one, targets(), permutations=0).to_frame() for one in (scores(), changed))
    assert a["information"].equals(b["information"])


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ([1, 2, 3, 4], [2, 1, 4, 3], "too-few"),
        ([1, 1, 1, 1, 1, 1], [1, 2, 3, 4, 5, 6], "constant-index"),
        ([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], "constant-outcome"),
        ([NAN] * 6, [1, 2, 3, 4, 5, 6], "no-overlap"),
    ],
)
def test_no_information_without_a_reason(x, y, reason):
    one, other = (Panel(np.array(v, float)[:, None, None], range(len(v)), [1], ["v"]) for v in (x, y))
    row = egov.outcomes.mutual(one, other, permutations=9).to_frame().iloc[0]
    assert row["reason"] == reason and np.isnan(row["information"]) and np.isnan(row["p"]) and row["note"]


@pytest.mark.parametrize(
    "keywords", [{"neighbors": 0}, {"scale": "log"}, {"permutations": -1}, {"adjust": "x"}]
)
def test_bad_requests_of_information(keywords):
    with pytest.raises(SpecError):
        egov.outcomes.mutual(scores(), targets(), **keywords)


@pytest.mark.parametrize("made", ["heterogeneity", "lags", "mutual"])
def test_tables_show_in_notebooks(made):
    how = {"permutations": 0} if made == "mutual" else {"resamples": 0}
    found = getattr(egov.outcomes, made)(
        scores(), targets(), **how | ({"by": GROUP} if made == "heterogeneity" else {})
    )
    page = found._repr_html_()
    assert page.count("<tr>") == min(len(found), 40) + 1 and "association is not cause" in repr(found)
