"""Controls, stacked periods, resampling designs and permutations, as they reach the core and come back."""

import numpy as np
import pytest
from scipy import stats

import egov_index as egov
from egov_index import Panel

NAN = float("nan")
RNG = np.random.default_rng(77)
N, T = 60, 3
UNITS = [f"U{k:02}" for k in range(N)]
YEARS = [2018, 2020, 2022]
Z = RNG.lognormal(size=(N, T, 2))
X = RNG.normal(size=(N, T, 2)) + np.log(Z[:, :, :1])
Y = 0.4 * X[:, :, :1] + 0.8 * np.log(Z[:, :, :1]) + RNG.normal(size=(N, T, 3))
Y[RNG.uniform(size=Y.shape) < 0.2] = NAN
NAMES = ["water", "poverty", "forest", "gdp", "people"]
GOALS = ["6", "1", "15", "control", "control"]


def scores(values=X):
    return Panel(values, UNITS, YEARS, ["a", "b"][: values.shape[2]])


def targets(y=Y, z=Z):
    facts = {"indicator": NAMES, "sdg_goal": GOALS, "direction": [1, -1, 1, 0, 0]}
    return Panel(np.concatenate([y, z], axis=2), UNITS, YEARS, NAMES, indicator_info=facts)


def links(x=X, y=Y, **how):
    made = egov.outcomes.correlate(
        scores(x), targets(y), **({"resamples": 0, "minimum": 0, "window": 1} | how)
    )
    return made.to_frame().set_index(["node", "outcome"])


def partial(x, y, z):
    """Pearson's partial correlation by residuals of two regressions."""
    design = np.column_stack([np.ones(len(x)), z])
    rest = [v - design @ np.linalg.lstsq(design, v, rcond=None)[0] for v in (x, y)]
    return stats.pearsonr(*rest).statistic


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("control", [["log(gdp)"], ["gdp"], ["log(gdp)", "people"]])
def test_partial_coefficients_are_those_of_residuals(method, control):
    frame = links(method=method, control=control)
    z = np.column_stack([np.log(Z[:, 2, 0]) if "log(gdp)" in control else Z[:, 2, 0], Z[:, 2, 1]])[
        :, : len(control)
    ]
    for (node, outcome), row in frame.iterrows():
        x, y = X[:, 2, "ab".index(node)], Y[:, 2, NAMES.index(outcome)]
        both = ~np.isnan(y)
        parts = [x[both], y[both], z[both]]
        if method == "spearman":
            parts = [stats.rankdata(part, axis=0) for part in parts]
        r = partial(*parts)
        assert row["n"] == both.sum() and row["estimate"] == pytest.approx(r, rel=1e-10, abs=1e-12)
        freedom = both.sum() - 2 - len(control)
        wanted = 2 * stats.t.sf(abs(r) * np.sqrt(freedom / (1 - r * r)), freedom)
        assert row["p"] == pytest.approx(wanted, rel=1e-7)
        plain = getattr(stats, f"{method}r")(x[both], y[both]).statistic
        assert row["estimate_plain"] == pytest.approx(plain, rel=1e-10)


def test_partial_coefficients_are_those_of_pingouin():
    pingouin = pytest.importorskip("pingouin")
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(
        {"x": X[:, 2, 0], "y": Y[:, 2, 0], "z": np.log(Z[:, 2, 0]), "w": Z[:, 2, 1]}
    ).dropna()
    wanted = pingouin.partial_corr(table, "x", "y", ["z", "w"], method="spearman")
    row = links(control=["log(gdp)", "people"]).loc["a", "water"]
    assert row["estimate"] == pytest.approx(wanted["r"].iloc[0], rel=1e-9)


def test_within_is_of_deviations_from_means_and_between_of_means():
    within, between = (links(method="pearson", view=view).loc["a", "water"] for view in ("within", "between"))
    seen = ~np.isnan(Y[:, :, 0])
    x, y = (np.where(seen, values[:, :, 0], NAN) for values in (X, Y))
    some = seen.any(axis=1)
    means = [np.nanmean(v[some], axis=1) for v in (x, y)]
    away = [(v[some] - m[:, None])[seen[some]] for v, m in zip((x, y), means, strict=True)]
    assert within["estimate"] == pytest.approx(stats.pearsonr(*away).statistic, rel=1e-10)
    assert between["estimate"] == pytest.approx(stats.pearsonr(*means).statistic, rel=1e-10)
    assert between["countries"] == some.sum()
    assert within["countries"] == (seen.sum(axis=1) > 1).sum()  # one row alone is no variation within


def test_outcomes_of_stacked_periods_are_taken_at_the_lag():
    row = links(method="pearson", view="pooled", lag=2).loc["b", "forest"]
    both = ~np.isnan(Y[:, 1:, 2])
    wanted = stats.pearsonr(X[:, :2, 1][both], Y[:, 1:, 2][both])
    assert row["estimate"] == pytest.approx(wanted.statistic, rel=1e-10) and row["n"] == both.sum()


def test_listwise_without_any_whole_country_has_reasons_and_no_numbers():
    values = Y.copy()
    values[:, :, 2] = NAN
    frame = links(y=values, missing="listwise", resamples=5)
    assert frame["estimate"].isna().all() and frame["p_adjusted"].isna().all()
    assert set(frame["reason"]) == {"no-overlap"} and (frame["n"] == 0).all()


def test_periods_are_stacked_country_by_country():
    made = egov.outcomes.correlate(scores(), targets(), view="pooled", resamples=0, minimum=0, window=1)
    row = made.to_frame().set_index(["node", "outcome"]).loc["a", "water"]
    both = ~np.isnan(Y[:, :, 0])
    assert row["n"] == both.sum() and row["countries"] == both.any(axis=1).sum()
    assert made.period == YEARS and "countries" not in links()
    some = egov.outcomes.correlate(scores(), targets(), view="pooled", period=[2018, "2022"], resamples=0)
    assert some.period == [2018, 2022] and "2018 to 2022" in some.estimand


@pytest.mark.parametrize(
    ("control", "y", "reason"),
    [
        ("gdp", Z[:, :, :1], "control-is-outcome"),
        ("log(gdp)", Y[:, :, :1], ""),
    ],
)
def test_a_control_that_is_the_outcome_gives_no_number(control, y, reason):
    frame = links(y=np.repeat(y, 3, axis=2), control=control)
    row = frame.loc["a", "water"]
    assert row["reason"] == reason and np.isnan(row["estimate"]) == bool(reason)


def test_more_controls_than_countries_and_a_control_that_is_the_index():
    few = Panel(X[:4], UNITS[:4], YEARS, ["a", "b"])
    frame = egov.outcomes.correlate(
        few, targets(), control=["gdp", "people"], window=1, resamples=9
    ).to_frame()
    assert (
        set(frame["reason"]) <= {"too-many-controls", "too-few", "no-overlap"}
        and frame["estimate"].isna().all()
    )
    own = links(x=np.concatenate([Z[:, :, :1], X[:, :, :1]], axis=2), control="gdp").loc["a", "water"]
    assert own["reason"] == "control-is-index" and np.isnan(own["p"])


def test_no_country_in_common_is_told():
    apart = X.copy()
    apart[:30] = NAN
    y = Y.copy()
    y[30:] = NAN
    frame = links(x=apart, y=y)
    assert set(frame["reason"]) == {"no-overlap"} and frame["estimate"].isna().all()


def test_one_resample_for_all_pairs_makes_equal_columns_equal():
    twice = np.repeat(X[:, :, :1], 2, axis=2)
    how = {"resamples": 100, "seed": 3}
    together, apart = (links(x=twice, resampling=design, **how) for design in ("country", "pair"))
    assert together.loc["a", "water"]["low"] == together.loc["b", "water"]["low"]
    assert apart.loc["a", "water"]["low"] != apart.loc["b", "water"]["low"]


def test_max_t_corrects_by_permutation():
    frame = links(permutations=499, adjust="max-t", control="log(gdp)")
    assert (frame["p_adjusted"] >= frame["p"] - 1e-12).all() and frame["p_adjusted"].between(1 / 500, 1).all()
    strong = links(x=np.repeat(Y[:, :, :1], 2, axis=2), permutations=199, adjust="max-t").loc["a", "water"]
    assert strong["p"] == strong["p_adjusted"] == 1 / 200


@pytest.mark.parametrize("interval", ["fisher", "bca", "studentized", "jackknife"])
def test_intervals_by_name_hold_the_estimate(interval):
    frame = links(interval=interval, resamples=200, seed=2)
    assert ((frame["low"] < frame["estimate"]) & (frame["estimate"] < frame["high"])).all()


def test_an_interval_that_there_is_none_of_is_told():
    frame = links(view="pooled", interval="fisher", method="pearson")
    assert frame["low"].isna().all() and (frame["note"] == "no fisher interval of this").all()
    assert (links(view="between", interval="fisher")["note"] == "").all()
    assert "left_out" not in links(resamples=20)


def test_views_and_controls_work_for_a_result():
    tree = egov.Framework(
        [{"code": "root"}, {"code": "a", "parent": "root"}, {"code": "b", "parent": "root"}]
    )
    index = egov.Index(tree, egov.Recipe(normalize="zscore"))
    result = index.score(scores(), YEARS)
    frame = egov.outcomes.correlate(
        result,
        targets(),
        nodes="a",
        view="within",
        method="pearson",
        window=1,
        resamples=0,
        control="log(gdp)",
    ).to_frame()
    assert frame["estimate"].notna().all() and (frame["countries"] <= N).all()


def test_groups_and_lags_hold_controls_constant_too():
    group = {unit: "ab"[k % 2] for k, unit in enumerate(UNITS)}
    how = {
        "nodes": "a",
        "only": "water",
        "method": "pearson",
        "window": 1,
        "resamples": 0,
        "control": "log(gdp)",
    }
    frame = egov.outcomes.heterogeneity(scores(), targets(), group, variance="formula", **how).to_frame()
    for at, row in frame.iterrows():
        rows = (np.arange(N) % 2 == at) & ~np.isnan(Y[:, 2, 0])
        wanted = partial(X[rows, 2, 0], Y[rows, 2, 0], np.log(Z[rows, 2, :1]))
        assert row["estimate"] == pytest.approx(wanted, rel=1e-10) and row["n"] == rows.sum()
    z, v = np.arctanh(frame["estimate"]), 1 / (frame["n"] - 4)
    q = ((z - np.average(z, weights=1 / v)) ** 2 / v).sum()
    assert frame["q"][0] == pytest.approx(q, rel=1e-10)
    later = egov.outcomes.lags(scores(), targets(), [0, 2], period=2020, **how).to_frame()
    rows = ~np.isnan(Y[:, 1:, 0]).any(axis=1)
    wanted = partial(X[rows, 1, 0], Y[rows, 2, 0], np.log(Z[rows, 1, :1]))  # income as it was at the index
    assert later["estimate"][1] == pytest.approx(wanted, rel=1e-10)


def test_several_intervals_stand_side_by_side_and_are_those_asked_for_alone():
    names = ["percentile", "bca", "fisher", "studentized"]
    how = {"nodes": "a", "only": "water", "resamples": 200, "minimum": 0}
    made = egov.outcomes.correlate(scores(), targets(), interval=names, **how)
    frame = made.to_frame()
    assert [name for name in frame if name.startswith("low")] == [
        "low", "low_bca", "low_fisher", "low_studentized", "low_without",
    ]  # fmt: skip
    for name in names:
        end = "" if name == "percentile" else f"_{name}"
        alone = egov.outcomes.correlate(scores(), targets(), interval=name, **how).to_frame()
        assert (frame[f"low{end}"][0], frame[f"high{end}"][0]) == (alone["low"][0], alone["high"][0])
    assert "95 % intervals (percentile, bca, fisher and studentized, 200 resamples" in made.method_line
    none = links(y=np.ones_like(Y), interval=names, resamples=20)
    assert none["high_bca"].isna().all() and set(none["reason"]) == {"constant-outcome"}
    some = links(method="distance", interval=["percentile", "fisher"], resamples=20)
    assert some["note"].str.contains("no fisher interval of this").all()


@pytest.mark.parametrize("interval", [[], ["bca", "bca"], ["bca", "fischer"]])
def test_intervals_that_cannot_stand_together_are_refused(interval):
    with pytest.raises(egov.SpecError, match="interval"):
        links(interval=interval)


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_a_country_with_one_row_is_not_in_the_view_within(method):
    x, y = np.random.default_rng(6).normal(size=(2, 10, 3, 1))
    y[5:, :2] = np.nan
    units = [f"U{k}" for k in range(10)]
    sides = [egov.Panel(values, units, [1, 2, 3], ["v"]) for values in (x, y)]
    few = [side.select(units=units[:5]) for side in sides]
    found, alone = (
        egov.outcomes.correlate(*pair, method, view="within", window=1, resamples=0).to_frame()
        for pair in (sides, few)
    )
    assert (found["n"][0], found["countries"][0]) == (15, 5)
    assert found["estimate"][0] == alone["estimate"][0] and found["p"][0] == alone["p"][0]


def test_with_a_window_longer_than_the_steps_one_value_serves_at_several_lags():
    x, y = np.random.default_rng(7).normal(size=(2, 10, 1, 1))
    units = [f"U{k}" for k in range(10)]
    index, outcome = egov.Panel(x, units, [2010], ["x"]), egov.Panel(y, units, [2011], ["y"])
    found = egov.outcomes.lags(index, outcome, [1, 2, 3], window=2, resamples=0).to_frame()
    assert found["estimate"][0] == found["estimate"][1] and found["reason"].tolist() == ["", "", "no-overlap"]
    apart = egov.outcomes.lags(index, outcome, [1, 2, 3], resamples=0).to_frame()
    assert apart["reason"].tolist() == ["", "no-overlap", "no-overlap"]


def test_what_is_not_after_the_index_is_not_later():
    x, y = np.random.default_rng(7).normal(size=(2, 10, 1, 1))
    units = [f"U{k}" for k in range(10)]
    index, outcome = egov.Panel(x, units, [2010], ["x"]), egov.Panel(y, units, [2010], ["y"])
    for lag, reason in ((0, ""), (-1, "no-overlap"), (1, "no-overlap"), (2, "no-overlap")):
        found = egov.outcomes.correlate(index, outcome, lag=lag, window=5, resamples=0).to_frame()
        assert found["reason"].tolist() == [reason], lag
