"""Panel models: the join, lags, effects of odd data, what the notes say, dependence in space and time."""

import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from panel_frames import frame, row

import egov_index as egov
from egov_index import DataError, Panel, SpecError
from egov_index.outcomes.panels import panel_model

pytest.importorskip("linearmodels")

NAN = float("nan")
RNG = np.random.default_rng(77)
UNITS = [f"U{k}" for k in range(12)]
YEARS = [2010, 2012, 2014, 2018]
SCORES = RNG.normal(size=(12, 4, 2))
TARGETS = RNG.uniform(1, 9, size=(12, 9, 2))


def scores(units=UNITS, periods=YEARS, names=("osi", "tii")):
    return Panel(SCORES, units, periods, names)


def outcomes(values=TARGETS, names=("poverty", "gdp")):
    return Panel(values, UNITS[::-1], list(range(2010, 2019)), names)


def by_hand(y, *columns):
    """Coefficients of least squares with a dummy variable a unit and a period, of arrays of units x periods."""
    rows = [
        (u, t)
        for u, t in product(*map(range, y.shape))
        if not np.isnan([y[u, t], *(c[u, t] for c in columns)]).any()
    ]
    dummies = np.zeros((len(rows), sum(y.shape)))
    for at, (u, t) in enumerate(rows):
        dummies[at, u] = dummies[at, y.shape[0] + t] = 1
    x = np.column_stack([*([c[u, t] for u, t in rows] for c in columns), dummies])
    return np.linalg.lstsq(x, np.array([y[u, t] for u, t in rows]), rcond=None)[0][: len(columns)]


def test_the_join_is_by_unit_and_period():
    found = panel_model(scores(), outcomes(), "poverty ~ osi + log(gdp)")
    at = [year - 2010 for year in YEARS]
    wanted = by_hand(TARGETS[::-1][:, at, 0], SCORES[:, :, 0], np.log(TARGETS[::-1][:, at, 1]))
    assert found.to_frame()["estimate"].tolist() == pytest.approx(wanted.tolist(), rel=1e-9)
    assert (found.n, found.countries, found.periods) == (48, 12, 4)
    assert found.to_frame()["term"].tolist() == ["osi", "log(gdp)"]
    assert any("unevenly spaced (2010, 2012, 2014, 2018)" in note for note in found.notes)


def test_the_outcome_may_be_later_and_regressors_earlier():
    at = [year - 2010 for year in YEARS]
    y = np.full((12, 4), NAN)
    y[:, :3] = TARGETS[::-1][:, [k + 3 for k in at[:3]], 0]
    found = panel_model(scores(), outcomes(), "poverty ~ osi", lag=3)
    assert row(found, "osi")["estimate"] == pytest.approx(by_hand(y, SCORES[:, :, 0])[0], rel=1e-9)
    assert "12 of 48 cells" in found.notes[0]
    earlier = np.full((12, 4), NAN)
    earlier[:, 1:] = TARGETS[::-1][:, [k - 1 for k in at[1:]], 1]
    found = panel_model(scores(), outcomes(), "poverty ~ osi + lag(gdp, 1)")
    wanted = by_hand(TARGETS[::-1][:, at, 0], SCORES[:, :, 0], earlier)
    assert row(found, "lag(gdp, 1)")["estimate"] == pytest.approx(wanted[1], rel=1e-9)


def test_a_result_is_an_index_with_nodes():
    survey, goals = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    result = egov.preset("egdi-2022").score(survey)
    found = panel_model(result, goals, "under5_mortality ~ egdi", "pooled")
    panel = panel_model(survey.select(periods=[2022]), goals, "under5_mortality ~ egdi", "pooled")
    assert row(found, "egdi")["estimate"] == pytest.approx(row(panel, "egdi")["estimate"], rel=1e-3)
    assert found.n == panel.n


def test_the_survey_and_its_twelve_uneven_periods():
    survey, goals = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    found = panel_model(survey, goals, "extreme_poverty ~ egdi + log(gdp_per_capita)", se="driscoll-kraay")
    text = " ".join(found.notes)
    assert "12 uneven ones (2003, 2004, 2005, 2008" in text and "20 are few" in text
    assert "73 cells of units and periods left out that the index did not score" in text
    assert "seen once" in text and "left out for want of a value: egdi 73, extreme_poverty" in text
    assert "not cause" in found.sentence and "not cause" in repr(found) and "not cause" in found.to_latex()
    assert r"\toprule" in found.to_latex() and r"log(gdp\_per\_capita)" in found.to_latex()


def test_an_outcome_that_is_inside_the_index_is_flagged():
    survey, goals = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    found = panel_model(survey, goals, "primary_completion ~ lag(hci, 2) + log(gdp_per_capita)")
    assert "primary_completion and hci: shares schooling with the index" in found.notes
    assert not any("shares" in note for note in panel_model(survey, goals, "homicide ~ hci").notes)
    result = egov.preset("egdi-2022").score(survey)
    notes = panel_model(result, goals, "primary_completion ~ egdi", "pooled").notes
    assert any("primary_completion and egdi: shares schooling" in note for note in notes)


def test_a_result_of_several_periods():
    survey, goals = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    result = egov.preset("egdi-2022").score(survey, [2018, 2020, 2022])
    found = panel_model(result, goals, "under5_mortality ~ egdi")
    column = goals.column("under5_mortality")[:, [goals.periods.index(year) for year in (2018, 2020, 2022)]]
    assert (found.periods, found.n) == (3, (~np.isnan(column)).sum())


def test_a_name_on_both_sides_is_refused_only_where_it_is_used():
    twice = outcomes(names=("poverty", "osi"))
    with pytest.raises(SpecError, match="'osi' is in the index and in the outcomes"):
        panel_model(scores(), twice, "poverty ~ osi")
    assert panel_model(scores(), twice, "poverty ~ tii").n == 48


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"effects": "two_way"}, "'two-way'"),
        ({"effects": "fixed"}, "entity"),
        ({"se": "clustered-cr4"}, "clustered-cr"),
        ({"se": "cluster"}, "clustered"),
        ({"count": "slope"}, "'slopes'"),
        ({"weights": "web"}, "'webb'"),
        ({"kernel": "uniforn"}, "'uniform'"),
        ({"cutoff": 0}, "km above 0"),
        ({"lag": "two"}, "a number of periods"),
        ({"formula": "y ~ xx"}, "unknown variable 'xx'; the nearest valid name is 'x'"),
        ({"formula": "y x"}, "text such as"),
        ({"formula": "~ x"}, "one side on the left"),
        ({"formula": "y + z ~ x"}, "one outcome"),
        ({"formula": "y ~ x | z"}, "one side on the left"),
        ({"formula": "y ~ x + EntityEffects"}, "effects='entity'"),
        ({"formula": "y ~ lag(log(x), 1)"}, r"log\(lag\(x, 1\)\)"),
        ({"formula": "y ~ 1"}, "a term that varies"),
        ({"formula": ""}, "text such as"),
    ],
)
def test_words_that_are_not_known(words, message):
    with pytest.raises(SpecError, match=message):
        panel_model(frame(), None, **({"formula": "y ~ x"} | words))


def test_data_that_cannot_be_joined():
    panel = Panel.from_wide(frame())
    with pytest.raises(DataError, match="no unit in common"):
        panel_model(panel, outcomes(), "poverty ~ x")
    with pytest.raises(DataError, match="periods as those of the index"):
        panel_model(scores(periods=["a", "b", "c", "d"]), outcomes(), "poverty ~ osi")
    with pytest.raises(DataError, match="a Panel is needed"):
        panel_model(panel, [1, 2], "y ~ x")
    with pytest.raises(SpecError, match="a frame only"):
        panel_model(panel, None, "y ~ x", unit="iso3")
    with pytest.raises(DataError, match="infinite"):
        panel_model(frame(x=np.r_[np.inf, np.zeros(47)]), None, "y ~ x")
    with pytest.raises(DataError, match=r"log\(x\): no finite number at C"):
        panel_model(frame(), None, "y ~ log(x)")
    with pytest.raises(DataError, match="no value of x"):
        panel_model(frame(x=np.full(48, NAN)), None, "y ~ x")
    with pytest.raises(DataError, match="never known together"):
        odd = np.arange(48) % 2 == 1
        panel_model(frame(x=np.where(odd, 1.0, NAN), z=np.where(odd, NAN, 1.0)), None, "y ~ x + z")


def test_singletons_are_left_out_and_named():
    table = frame(units=8, y=np.where(np.arange(48) < 5, NAN, RNG.normal(size=48)))
    found = panel_model(table, None, "y ~ x", "entity")
    assert (
        found.countries == 7 and "1 rows left out whose unit or period is seen once: C0 2005" in found.notes
    )
    assert panel_model(table, None, "y ~ x", "pooled").countries == 8


def test_transforms_of_formulas_see_their_variables():
    table = frame(units=12)
    found = panel_model(table, None, "y ~ center(x) + np.exp(z)", "pooled")
    plain = panel_model(table | {"e": np.exp(table["z"])}, None, "y ~ x + e", "pooled")
    for name in ("estimate", "se", "df"):
        np.testing.assert_allclose(found.to_frame()[name][1:], plain.to_frame()[name][1:], rtol=1e-9)
    assert panel_model(table, None, "y ~ poly(x, 2)").to_frame().shape[0] == 2
    odd = {"iso3": table["iso3"], "year": table["year"], "the y": table["y"], "an x": table["x"]}
    found = panel_model(odd, None, "`the y` ~ `an x` + lag(`an x`, 1)")
    assert found.to_frame()["term"].tolist() == ["an x", "lag(an x, 1)"]


def test_regressors_that_nearly_sum_up_are_named():
    table = frame(units=20)
    table["z"] = table["x"] + 1e-3 * table["z"]
    assert any("x is nearly a sum" in note for note in panel_model(table, None, "y ~ x + z").notes)
    assert not any("nearly" in note for note in panel_model(table, None, "y ~ x").notes)


def test_few_clusters_are_said():
    for se, text in (
        ("clustered-cr1", "prefer clustered-cr2"),
        ("clustered-cr2", "8 countries are few clusters"),
    ):
        assert any(text in note for note in panel_model(frame(), None, "y ~ x", se=se).notes)
    assert not any("few" in note for note in panel_model(frame(units=40), None, "y ~ x").notes)


def test_a_lagged_outcome_gets_the_name_of_its_bias():
    notes = panel_model(frame(), None, "y ~ x + lag(y, 1)").notes
    assert any("Nickell (1981)" in note and "T = 5 periods" in note for note in notes)
    assert not any("Nickell" in note for note in panel_model(frame(), None, "y ~ x + lag(x, 1)").notes)
    assert not any("Nickell" in note for note in panel_model(frame(), None, "y ~ lag(y, 1)", "pooled").notes)


def test_the_bias_of_nickell_is_about_as_large_as_the_note_says():
    rng, units, periods = np.random.default_rng(5), 4000, 6
    y = np.zeros((units, periods + 20))
    for t in range(1, y.shape[1]):
        y[:, t] = 0.5 * y[:, t - 1] + rng.normal(size=units)
    table = {
        "iso3": np.repeat(np.arange(units), periods), "year": np.tile(np.arange(periods), units),
        "y": y[:, 20:].ravel(),
    }  # fmt: skip
    found = panel_model(table, None, "y ~ lag(y, 1)", "entity", "unadjusted")
    bias = row(found, "lag(y, 1)")["estimate"] - 0.5
    assert bias == pytest.approx(-1.5 / (periods - 2), abs=0.06)


def test_shares_of_variance_are_squared_correlations():
    table = frame(units=12)
    found = panel_model(table, None, "y ~ x + z", "entity")
    y, x, z = (np.reshape(table[name], (12, 6)) for name in "yxz")
    foretold = x * row(found, "x")["estimate"] + z * row(found, "z")["estimate"]
    inside = [one - one.mean(axis=1, keepdims=True) for one in (y, foretold)]
    means = [one.mean(axis=1) for one in (y, foretold)]
    for name, pair in {"overall": (y, foretold), "within": inside, "between": means}.items():
        wanted = np.corrcoef(np.ravel(pair[0]), np.ravel(pair[1]))[0, 1] ** 2
        assert found.r2[name] == pytest.approx(wanted, rel=1e-9)
    assert found.r2["model"] == pytest.approx(found.r2["within"], rel=1e-9)


def test_differences_are_between_successive_periods():
    table = frame()
    table["y"][8] = NAN
    found = panel_model(table, None, "y ~ x", "first-difference")
    assert found.n == 38 and "1 differences across a gap left out" in found.notes
    without = panel_model(table, None, "y ~ 0 + x", "first-difference")
    assert without.to_frame()["term"].tolist() == ["x"]


def test_polars_comes_back_as_polars():
    pl = pytest.importorskip("polars")
    table = frame()
    found = panel_model(pl.DataFrame(table), None, "y ~ x + z")
    assert isinstance(found.to_frame(), pl.DataFrame) and isinstance(found.residuals, pl.DataFrame)
    assert found.to_frame()["se"].to_list() == panel_model(table, None, "y ~ x + z").to_frame()["se"].tolist()


def test_a_missing_library_is_named_with_its_extra():
    program = (
        "import sys; sys.modules['linearmodels'] = sys.modules['formulaic'] = None\n"
        "from egov_index.outcomes.panels import panel_model\n"
        "panel_model({'iso3': ['a', 'b'], 'year': [1, 1], 'y': [1, 2], 'x': [1, 2]}, None, 'y ~ x')"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "pip install egov-index[outcomes]" in run.stderr
