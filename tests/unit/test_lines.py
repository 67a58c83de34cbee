"""Lines of outcomes on nodes of an index: the same numbers as one at a time, reasons where there are none, refusals."""

import warnings

import numpy as np
import polars as pl
import pytest
from scipy import optimize, stats

import egov_index as egov
from egov_index import DataError, Framework, Index, Panel, Recipe, SpecError
from egov_index.outcomes import least_squares, lines, robust

NAN = float("nan")
RNG = np.random.default_rng(73)
UNITS = [f"U{k:02}" for k in range(40)]
SCORES = RNG.normal(size=(40, 2, 2))
VALUES = 0.5 * SCORES[:, 1:, :1] + RNG.normal(size=(40, 1, 3))
VALUES[RNG.uniform(size=VALUES.shape) < 0.2] = NAN
REGION = ["abcdefgh"[k % 8] for k in range(40)]


def scores(values=SCORES, **more):
    return Panel(values, UNITS[: len(values)], [2020, 2022], ["a", "b"], groups={"region": REGION}, **more)


def targets(values=VALUES, units=UNITS):
    names = ["poverty", "health", "income"][: values.shape[2]]
    facts = {"indicator": names, "sdg_goal": ["1", "3", "8"][: len(names)]}
    return Panel(values, units, [2022], names, indicator_info=facts)


def drawn(*given, **keywords):
    given = given or (scores(), targets())
    methods = keywords.pop("methods", ("least-squares", "huber", "tukey"))
    return lines(*given, methods=methods, **keywords).to_frame()


def rows_of(node, outcome, control=None):
    x, y = SCORES[:, 1, "ab".index(node)], VALUES[:, 0, ["poverty", "health", "income"].index(outcome)]
    table = np.column_stack([x] if control is None else [x, VALUES[:, 0, 2]])
    kept = ~(np.isnan(table).any(axis=1) | np.isnan(y))
    return y[kept], table[kept]


@pytest.mark.parametrize("control", [None, "income"])
def test_each_line_is_the_one_drawn_alone(control):
    frame = drawn(control=control)
    for row in frame[frame["outcome"] != "income"].itertuples():
        y, x = rows_of(row.node, row.outcome, control)
        alone = (
            least_squares(y, x, errors="hc3") if row.method == "least-squares" else robust(y, x, row.method)
        )
        assert row.n == len(y) and row.reason == ""
        got = [row.intercept, row.slope, row.se, row.low, row.high, row.p, row.scale]
        one = [values[1] for values in (alone.coef, alone.se, alone.low, alone.high, alone.p)]
        assert got == [alone.coef[0], *one, alone.scale]


def test_a_row_a_node_outcome_and_method():
    frame = drawn()
    assert frame["node"].tolist() == ["a"] * 9 + ["b"] * 9
    assert frame["outcome"].tolist()[:4] == ["poverty"] * 3 + ["health"]
    assert frame["sdg_goal"].tolist()[::3] == ["1", "3", "8"] * 2
    assert frame["method"].tolist()[:3] == ["least-squares", "huber", "tukey"]
    assert frame["errors"].tolist()[0] == "hc3" and "H1" in frame["errors"].tolist()[1]
    found = lines(scores(), targets(), methods="huber", nodes="a", control="income")
    assert len(found) == 3 and found.controls == ("income",)
    assert "association is not cause" in repr(found) and "income held fixed" in repr(found)


def test_p_values_and_slopes_are_those_of_scipy():
    for row in drawn(methods="least-squares", errors="classical").itertuples():
        y, x = rows_of(row.node, row.outcome)
        wanted = stats.linregress(x[:, 0], y)
        assert (row.slope, row.se) == pytest.approx((wanted.slope, wanted.stderr), rel=1e-11)
        assert row.p == pytest.approx(wanted.pvalue, rel=1e-9)


def test_a_result_and_its_last_period():
    panel = Panel(np.exp(SCORES), UNITS, [2020, 2022], ["a", "b"])
    index = Index(Framework.from_table({"code": ["top", "a", "b"], "parent": [None, "top", "top"]}), Recipe())
    result = index.score(panel)
    frame = drawn(result, targets(), nodes="top", methods="least-squares")
    y, x = VALUES[:, 0, 0], result.values[1, :, list(result.nodes).index("top")]
    kept = ~np.isnan(y)
    assert frame["slope"][0] == pytest.approx(stats.linregress(x[kept], y[kept]).slope, rel=1e-11)


def test_standardized_slopes_do_not_depend_on_units():
    plain = drawn(standardize=True, control="income")
    moved = drawn(
        scores(SCORES * 1e200 + 1e200), targets(VALUES * 1e-200), standardize=True, control="income"
    )
    for name in ("slope", "se", "p"):
        np.testing.assert_allclose(moved[name], plain[name], rtol=1e-9)
    alone = drawn(standardize=True, methods="least-squares", errors="classical")
    y, x = rows_of("a", "poverty")
    assert alone["slope"][0] == pytest.approx(np.corrcoef(x[:, 0], y)[0, 1], rel=1e-12)


def test_clusters_by_a_scheme_of_groups():
    frame = drawn(methods="least-squares", errors="cr2", groups="region")
    y, kept = VALUES[:, 0, 0], ~np.isnan(VALUES[:, 0, 0])
    wanted = least_squares(y, SCORES[:, 1, 0], errors="cr2", groups=REGION)
    assert (frame["se"][0], frame["p"][0]) == (wanted.se[1], wanted.p[1])
    assert frame["errors"][0] == "cr2, 8 clusters" and frame["n"][0] == kept.sum()
    some = [None if k == 1 else label for k, label in enumerate(REGION)]
    left = drawn(methods="least-squares", errors="cr2", groups=some)
    assert (left["note"] == "1 country without a group left out").all()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda x, y: y.fill(NAN), "no-overlap"),
        (lambda x, y: y[3:].fill(NAN), "too-few"),
        (lambda x, y: x.fill(0.3), "constant-index"),
        (lambda x, y: y[:, :, 0].fill(0.3), "constant-outcome"),
        (lambda x, y: y[4:].fill(NAN), "too-many-controls"),
        (lambda x, y: y[:, :, 1].fill(2), "constant-control"),
        (lambda x, y: y.__setitem__((slice(None), 0, 1), x[:, 1, 0]), "control-is-index"),
        (lambda x, y: y.__setitem__((slice(None), 0, 1), y[:, 0, 0]), "control-is-outcome"),
        (lambda x, y: y.__setitem__((slice(None), 0, 1), 3 * y[:, 0, 2]), "collinear"),
        (lambda x, y: y.__setitem__((slice(None), 0, 1), 3 - 0.1 * x[:, 1, 0]), "control-is-index"),
    ],
)
@pytest.mark.parametrize("methods", ["least-squares", "huber", "tukey", "quantile"])
def test_without_a_line_there_is_a_reason(change, reason, methods):
    x, y = SCORES.copy(), RNG.normal(size=(40, 1, 3))
    change(x, y)
    frame = drawn(scores(x), targets(y), nodes="a", control=["health", "income"], methods=methods)
    assert frame["reason"][0] == reason and frame["note"][0]
    assert frame[["intercept", "slope", "se", "low", "high", "p", "scale"]].iloc[0].isna().all()


def test_one_country_and_other_units():
    one = Panel(SCORES[:1], UNITS[:1], [2020, 2022], ["a", "b"])
    assert set(drawn(one, targets())["reason"]) <= {"too-few", "no-overlap"}
    found = lines(scores(), targets(units=[f"V{k}" for k in range(40)]))
    assert set(found.to_frame()["reason"]) == {"no-overlap"} and found.to_frame()["slope"].isna().all()
    assert any("V0, V1, V2" in note and UNITS[0] in note for note in found.notes)
    order = RNG.permutation(40)
    mixed = targets(VALUES[order], [UNITS[k] for k in order])
    np.testing.assert_array_equal(drawn(scores(), mixed)["slope"], drawn()["slope"])


def test_a_panel_of_controls_and_polars():
    control = Panel(VALUES[:, :, 2:], UNITS, [2022], ["income"])
    frame = lines(
        scores(backend="polars"), targets(), control="income", controls=control, methods="huber"
    ).to_frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame["slope"].to_list()[:2] == drawn(control="income", methods="huber")["slope"].tolist()[:2]


def by_linear_programming(y, x, q):
    """Koenker and Bassett (1978): the line as a linear program, residuals split into parts above and below."""
    n, table = len(y), np.column_stack([np.ones(len(y)), x])
    cost = np.concatenate([np.zeros(table.shape[1]), np.full(n, q), np.full(n, 1 - q)])
    limits = [(None, None)] * table.shape[1] + [(0, None)] * 2 * n
    return optimize.linprog(
        cost, A_eq=np.hstack([table, np.eye(n), -np.eye(n)]), b_eq=y, bounds=limits, method="highs"
    ).x[: table.shape[1]]


def test_the_quantile_line_is_that_of_statsmodels():
    model = pytest.importorskip("statsmodels.regression.quantile_regression")
    for q in (0.5, 0.25):
        for row in (
            drawn(methods="quantile", control="income", quantile=q).query("outcome != 'income'").itertuples()
        ):
            y, x = rows_of(row.node, row.outcome, "income")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                table = np.column_stack([np.ones(len(y)), x])
                wanted = model.QuantReg(y, table).fit(q=q, max_iter=5000, p_tol=1e-10)
            assert (row.intercept, row.slope) == pytest.approx(wanted.params[:2], rel=1e-4, abs=1e-5)
            assert (row.intercept, row.slope) == pytest.approx(by_linear_programming(y, x, q)[:2], rel=1e-10)
            assert (row.se, row.p) == pytest.approx((wanted.bse[1], wanted.pvalues[1]), rel=1e-3)
            assert np.isnan(row.scale) and "kernel" in row.errors


def test_the_quantile_line_at_any_scale_and_offset():
    pytest.importorskip("statsmodels")
    plain = drawn(methods="quantile")["slope"]
    far = drawn(scores(SCORES * 1e200), targets(VALUES * 1e150), methods="quantile")["slope"]
    np.testing.assert_allclose(far * 1e50, plain, rtol=1e-9)
    x, y = SCORES.copy(), VALUES.copy()
    x[:, 1, 0] = 1e9 + 1e-6 * np.arange(40)
    y[:, 0, 0] = 3 * (x[:, 1, 0] - 1e9) + 1e-7 * RNG.normal(size=40)
    assert drawn(scores(x), targets(y), methods="quantile")["slope"][0] == pytest.approx(3, rel=0.1)


def test_without_statsmodels_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "statsmodels.regression.quantile_regression", None)
    with pytest.raises(SpecError, match=r"egov-index\[outcomes\]"):
        drawn(methods="quantile")


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"methods": "ridge"}, "methods"),
        ({"methods": []}, "methods"),
        ({"nodes": "c"}, "unknown node"),
        ({"period": 1999}, "period"),
        ({"control": "gdp"}, "control"),
        ({"window": 0}, "window"),
        ({"window": True}, "window"),
        ({"standardize": 1}, "standardize"),
        ({"quantile": 1}, "quantile"),
        ({"level": 2}, "level"),
        ({"errors": "hc8"}, "errors"),
        ({"errors": "newey-west"}, "newey-west"),
        ({"errors": "cr2"}, "groups"),
        ({"groups": "region"}, "groups"),
        ({"errors": "cr2", "groups": "continent"}, "groups"),
    ],
)
def test_arguments_that_make_no_sense(keywords, text):
    with pytest.raises(SpecError, match=text):
        drawn(**keywords)


def test_data_that_are_none():
    with pytest.raises(DataError, match="Panel"):
        drawn(scores(), VALUES)
    with pytest.raises(DataError, match="Result or a Panel"):
        drawn(SCORES, targets())
    with pytest.raises(DataError, match="labels"):
        drawn(errors="cr2", groups=["x"] * 3)


def test_embedded_data():
    frame = drawn(
        egov.datasets.un_egov_survey().select(indicators=["egdi"]),
        egov.datasets.sdg_outcomes(),
        control="median_age",
    )
    slopes = frame[frame["outcome"] == "under5_mortality"]["slope"]
    assert (slopes < 0).all() and len(frame) == 3 * frame["outcome"].nunique() > 60


@pytest.mark.parametrize("method", ["huber", "tukey"])
def test_robust_lines_of_small_steps_far_from_0(method):
    rng = np.random.default_rng(6)
    x = rng.integers(0, 64, size=60).astype(float)
    steps = np.round(3 * x + rng.standard_t(2, size=60) * 40)
    near, far = (robust(offset + steps * 2.0**-20, x, method) for offset in (0, 2.0**30))
    assert far.coef[1] == pytest.approx(near.coef[1], rel=1e-10)
    assert far.se == pytest.approx(near.se, rel=1e-8)
    assert far.residuals == pytest.approx(near.residuals, abs=1e-10 * np.abs(near.residuals).max())
