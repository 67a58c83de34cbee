"""Are associations equal in groups? Variances by the jackknife, Welch's F, and groups however they are given."""

import math

import numpy as np
import pytest
from scipy import stats

import egov_index as egov
from egov_index import Panel, SpecError
from egov_index._core import f_tail
from egov_index.outcomes.equality import chi_square_tail, jackknife_spread, welch_tail

NAN = float("nan")
RNG = np.random.default_rng(11)
N = 60
UNITS = [f"U{k:02}" for k in range(N)]
X, CONTROL, E = RNG.normal(size=(3, N))
Y = 0.7 * X + (0.2 + np.abs(X)) * E
GROUP = {unit: ("low", "middle", "high")[k % 3] for k, unit in enumerate(UNITS)}
REFERENCE = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}


def table(**columns):
    return Panel(np.column_stack(list(columns.values()))[:, None], UNITS, [2020], list(columns))


def found(by=GROUP, y=Y, **how):
    given = {"resamples": 0, "minimum": 0} | how
    return egov.outcomes.heterogeneity(table(x=X), table(y=y, held=CONTROL), by, only="y", **given)


def in_group(name):
    return np.array([GROUP[unit] == name for unit in UNITS])


def left_out(method, x, y):
    """z of all, and its variance over samples without one."""
    z = [math.atanh(REFERENCE[method](np.delete(x, at), np.delete(y, at)).statistic) for at in range(len(x))]
    return math.atanh(REFERENCE[method](x, y).statistic), (len(x) - 1) * np.var(z)


def welch(z, v, freedom):
    """Welch (1951) as SciPy has it for means: moments that give these means and variances of means."""
    k, w = len(z), 1 / v
    center = np.average(z, weights=w)
    top = (w * (z - center) ** 2).sum() / (k - 1)
    wobble = ((1 - w / w.sum()) ** 2 / freedom).sum()
    return stats.f.sf(top / (1 + 2 * (k - 2) / (k**2 - 1) * wobble), k - 1, (k**2 - 1) / (3 * wobble))


@pytest.mark.parametrize("method", list(REFERENCE))
def test_variances_are_those_of_leaving_out_each_country(method):
    frame = found(method=method).to_frame()
    each = [left_out(method, X[in_group(name)], Y[in_group(name)]) for name in frame["group"]]
    z, v = (np.array(values) for values in zip(*each, strict=True))
    q = ((z - np.average(z, weights=1 / v)) ** 2 / v).sum()
    assert frame["q"][0] == pytest.approx(q, rel=1e-9) and frame["df"][0] == 2
    assert frame["p_equal"][0] == pytest.approx(welch(z, v, np.full(3, 19)), rel=1e-9)


def test_the_tail_of_welch_is_that_of_his_test_of_means():
    rng = np.random.default_rng(3)
    groups = [rng.normal(0.3 * k, 1 + k, size) for k, size in enumerate((9, 14, 30, 55))]
    mean, v = (np.array([of(one) for one in groups]) for of in (np.mean, stats.sem))
    size, v = np.array([len(one) for one in groups]), v**2
    q = ((mean - np.average(mean, weights=1 / v)) ** 2 / v).sum()
    peer = pytest.importorskip("statsmodels.stats.oneway").anova_oneway
    assert welch_tail(q, v, size - 1.0) == pytest.approx(peer(groups, use_var="unequal").pvalue, rel=1e-9)
    with_none = welch_tail(q, np.append(v, NAN), np.append(size - 1.0, 3))
    assert with_none == welch_tail(q, v, size - 1.0)
    assert math.isnan(welch_tail(NAN, v, size)) and math.isnan(welch_tail(1.0, v[:1], size[:1]))


@pytest.mark.parametrize("above", [1, 2, 3, 7])
@pytest.mark.parametrize("below", [0.5, 2.3, 40.5, 1e5])
@pytest.mark.parametrize("f", [1e-9, 0.4, 1.0, 3.0, 50.0, 1e6])
def test_the_tail_of_f(f, above, below):
    assert f_tail(f, above, below) == pytest.approx(stats.f.sf(f, above, below), rel=1e-9)
    assert f_tail(0.0, above, below) == 1.0 and math.isnan(f_tail(NAN, above, below))


def test_controls_are_in_the_jackknife_too():
    frame = found(method="pearson", control="held").to_frame()

    def partial(rows):
        corr = np.corrcoef([X[rows], Y[rows], CONTROL[rows]])
        return -np.linalg.inv(corr)[0, 1] / math.sqrt(np.prod(np.diag(np.linalg.inv(corr))[:2]))

    z, v = [], []
    for name in frame["group"]:
        rows = np.flatnonzero(in_group(name))
        each = [math.atanh(partial(np.delete(rows, at))) for at in range(len(rows))]
        z, v = [*z, math.atanh(partial(rows))], [*v, (len(rows) - 1) * np.var(each)]
    assert frame["p_equal"][0] == pytest.approx(welch(np.array(z), np.array(v), np.full(3, 18)), rel=1e-8)


def test_the_formulas_are_there_on_request():
    frame = found(method="pearson", variance="formula").to_frame()
    z = np.arctanh(frame["estimate"].to_numpy())
    q = 17 * ((z - z.mean()) ** 2).sum()
    assert frame["q"][0] == pytest.approx(q, rel=1e-10)
    assert frame["p_equal"][0] == pytest.approx(stats.chi2.sf(q, 2), rel=1e-10)
    with pytest.raises(SpecError, match="'jackknife', 'formula'"):
        found(variance="bootstrap")
    lines = [found(variance=one).method_line for one in ("jackknife", "formula")]
    assert "Welch" in lines[0] and "jackknife" in lines[0] and "chi-square" in lines[1]


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_equal_groups_are_not_told_apart_where_the_spread_changes(method):
    rng, hits = np.random.default_rng(2), {"jackknife": 0, "formula": 0}
    for _ in range(150):
        x, e = rng.normal(size=(2, 120))
        sides = [
            Panel(v[:, None, None], range(120), [1], ["v"]) for v in (x, 0.7 * x + (0.2 + np.abs(x)) * e)
        ]
        group = dict(enumerate(np.arange(120) % 3))
        for variance in hits:
            made = egov.outcomes.heterogeneity(
                *sides, group, method, resamples=0, variance=variance, threads=1
            )
            hits[variance] += made.to_frame()["p_equal"][0] < 0.05
    assert hits["jackknife"] <= 11 < hits["formula"]


def test_exchanges_with_jackknife_variances():
    how = {"permutations": 399, "seed": 4}
    frame = found(**how).to_frame()
    assert frame["q"][0] == found().to_frame()["q"][0]
    assert frame["p_equal"][0] == pytest.approx(found().to_frame()["p_equal"][0], abs=0.1)
    assert frame["p_equal"].equals(found(**how, threads=2).to_frame()["p_equal"])
    turned = np.where(in_group("low"), -Y, Y)
    assert found(y=turned, **how).to_frame()["p_equal"][0] == 1 / 400


def test_no_test_without_a_variance_is_said():
    frame = found(method="distance").to_frame()
    assert frame["p_equal"].isna().all() and frame["q"].isna().all()
    assert frame["note"].str.contains("no test of equality for distance correlation").all()
    perfect = found(y=np.where(in_group("low"), X, Y)).to_frame().set_index("group")
    assert perfect["p_equal"].isna().all() and "no Fisher's z" in perfect.loc["low", "note"]
    first = np.arange(N) == np.flatnonzero(in_group("low"))[0]  # without that country the outcome is constant
    low = found(y=np.where(in_group("low"), first, Y))
    frame = low.to_frame().set_index("group")
    assert "no variance by the jackknife" in frame.loc["low", "note"] and frame["df"].eq(1).all()
    assert frame["p_equal"].notna().all() and frame.loc["high", "note"] == ""


def test_groups_below_eight_have_no_jackknife():
    few = {unit: "few" if k < 7 else "one" if k < 30 else "two" for k, unit in enumerate(UNITS)}
    frame = found(by=few).to_frame().set_index("group")
    assert "no variance by the jackknife: not in the test of equality" in frame.loc["few", "note"]
    assert (frame["df"] == 1).all() and (frame["note"].drop("few") == "").all()
    without = {unit: name for unit, name in few.items() if name != "few"}
    assert frame["p_equal"].iloc[0] == found(by=without).to_frame()["p_equal"][0]
    assert (found(by=few, variance="formula").to_frame()["df"] == 2).all()


def test_jackknife_spread_reads_the_ends():
    made = jackknife_spread(
        np.array([0.5, 1.0, 0.2]), np.array([10.0, 10, 10]), *np.array([[0.3, 1, NAN], [0.6, 1, NAN]])
    )
    half = (math.atanh(0.6) - math.atanh(0.3)) / 2
    assert made[0] == pytest.approx((half / stats.t.ppf(0.75, 9)) ** 2, rel=1e-9)
    assert made[1] == 0 and math.isnan(made[2])
    assert chi_square_tail(2.0, 1) == pytest.approx(welch_tail(2.0, np.ones(2), np.full(2, 1e6)), rel=1e-5)
