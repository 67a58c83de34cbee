"""Panel models: the join, lags, effects of odd data, what the notes say, dependence in space and time."""

import subprocess
import sys
from itertools import product

import numpy as np
import pytest

import egov_index as egov
from egov_index import DataError, Panel, SpecError
from egov_index.outcomes.panels import panel_model
from egov_index.table import read_frame

pytest.importorskip("linearmodels")

NAN = float("nan")
RNG = np.random.default_rng(77)
UNITS = [f"U{k}" for k in range(12)]
YEARS = [2010, 2012, 2014, 2018]
SCORES = RNG.normal(size=(12, 4, 2))
TARGETS = RNG.uniform(1, 9, size=(12, 9, 2))
ERRORS = (
    "clustered-cr2", "clustered-cr0", "clustered-cr1", "clustered-cr3", "clustered-wild", "driscoll-kraay",
    "robust", "unadjusted",
)  # fmt: skip
EFFECTS = ("two-way", "entity", "time", "pooled", "between", "random", "first-difference")


def scores(units=UNITS, periods=YEARS, names=("osi", "tii")):
    return Panel(SCORES, units, periods, names)


def outcomes(values=TARGETS, names=("poverty", "gdp")):
    return Panel(values, UNITS[::-1], list(range(2010, 2019)), names)


def frame(units=8, periods=6, **columns):
    table = {
        "iso3": np.repeat([f"C{k}" for k in range(units)], periods).tolist(),
        "year": list(range(2000, 2000 + periods)) * units,
    }
    return table | {name: RNG.normal(size=units * periods) for name in "yxz"} | columns


def row(found, term):
    columns, _ = read_frame(found.to_frame())
    at = list(columns["term"]).index(term)
    return {name: column[at] for name, column in columns.items()}


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
    assert "seen once" in text and "left out for want of a value: extreme_poverty" in text
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
        ({"formula": "y ~ lag(log(x), 1)"}, r"lag\(variable, periods\)"),
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


@pytest.mark.parametrize("se", ERRORS)
@pytest.mark.parametrize("effects", EFFECTS)
def test_no_odd_data_gives_numbers_that_mean_nothing(effects, se):
    whole = np.arange(48.0)
    cases = {
        "one unit": {"units": 1}, "one period": {"periods": 1}, "two units": {"units": 2},
        "tiny": {"units": 2, "periods": 2},
        "constant outcome": {"y": np.full(48, 3.3)}, "constant regressor": {"x": np.full(48, 3.3)},
        "of the unit": {"x": np.floor(whole / 6)}, "of the period": {"x": whole % 6},
        "the outcome itself": {"x": None}, "twice": {"z": None},
    }  # fmt: skip
    for name, case in cases.items():
        table = frame(**{key: value for key, value in case.items() if value is not None})
        if name == "the outcome itself":
            table["x"] = table["y"]
        if name == "twice":
            table["z"] = 2 * table["x"] + 1
        try:
            found = panel_model(table, None, "y ~ x + z", effects, se, draws=99)
        except DataError as wrong:
            assert name in ("one unit", "one period", "two units", "tiny"), (name, str(wrong))
            continue
        columns, _ = read_frame(found.to_frame())
        numbers = {k: np.array(columns[k], dtype=float) for k in ("estimate", "se", "p")}
        assert not np.isinf(numbers["estimate"]).any() and not (numbers["se"] == 0).any(), name
        assert (np.isnan(numbers["p"]) | ((numbers["p"] > 1e-9) & (numbers["p"] <= 1))).all(), name
        if np.isnan(numbers["p"]).any():
            assert found.notes, name
        if name in ("constant outcome", "the outcome itself"):
            assert np.isnan(numbers["p"]).all(), name


@pytest.mark.parametrize(
    ("effects", "column", "reason"),
    [
        ("two-way", np.floor(np.arange(48) / 6), "absorbed by country and period effects"),
        ("entity", np.floor(np.arange(48) / 6), "absorbed by country effects"),
        ("time", np.arange(48) % 6, "absorbed by period effects"),
        (
            "two-way",
            np.floor(np.arange(48) / 6) + np.arange(48) % 6,
            "absorbed by country and period effects",
        ),
        ("pooled", np.full(48, 1e9), "the same throughout"),
        ("first-difference", np.floor(np.arange(48) / 6), "does not change over time"),
    ],
)
def test_what_cannot_be_told_apart_stays_with_its_reason(effects, column, reason):
    found = panel_model(frame(x=np.asarray(column, dtype=float)), None, "y ~ x + z", effects)
    assert row(found, "x")["note"] == reason and np.isnan(row(found, "x")["estimate"])
    assert row(found, "z")["se"] > 0 and f"x is not estimated: {reason}" in found.notes


def test_collinear_regressors_are_named():
    table = frame()
    table["z"] = 3 * table["x"] - 2
    found = panel_model(table, None, "y ~ x + z", "pooled")
    assert row(found, "z")["note"] == "collinear with Intercept, x"


@pytest.mark.parametrize("effects", EFFECTS)
def test_scale_and_origin_do_not_matter(effects):
    table = frame(units=14, y=RNG.normal(size=84))
    table["x"] = np.round(table["x"], 3)
    moved = table | {"x": table["x"] * 2.0**300, "y": table["y"] * 2.0**-200}
    found, other = (panel_model(one, None, "y ~ x", effects) for one in (table, moved))
    np.testing.assert_allclose(row(other, "x")["t"], row(found, "x")["t"], rtol=1e-10)
    np.testing.assert_allclose(
        row(other, "x")["estimate"], row(found, "x")["estimate"] * 2.0**-500, rtol=1e-10
    )
    far = table | {"x": table["x"] + 1e9}
    again = panel_model(far, None, "y ~ x", effects)
    np.testing.assert_allclose(row(again, "x")["t"], row(found, "x")["t"], rtol=1e-3)


def test_singletons_are_left_out_and_named():
    table = frame(units=8, y=np.where(np.arange(48) < 5, NAN, RNG.normal(size=48)))
    found = panel_model(table, None, "y ~ x", "entity")
    assert (
        found.countries == 7 and "1 rows left out whose unit or period is seen once: C0 2005" in found.notes
    )
    assert panel_model(table, None, "y ~ x", "pooled").countries == 8


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


PLACES = {f"C{k}": (3.0 * k, 7.0 * k) for k in range(8)}


@pytest.mark.parametrize("kernel", ["uniform", "bartlett"])
@pytest.mark.parametrize("effects", ["pooled", "two-way"])
def test_errors_of_conley_are_sums_over_pairs(effects, kernel):
    table, cutoff = frame(), 1900.0
    found = panel_model(
        table, None, "y ~ x", effects, "conley", cutoff=cutoff, kernel=kernel, coordinates=PLACES
    )
    work = found._work
    scores = (work.x * work.residuals[:, None]) @ work.pull.T
    meat = np.zeros((scores.shape[1],) * 2)
    for i, j in product(range(len(scores)), repeat=2):
        if work.units[i] == work.units[j]:
            meat += np.outer(scores[i], scores[j])
        elif work.periods[i] == work.periods[j]:
            (a, b), (c, d) = (np.radians(PLACES[f"C{work.units[k]}"]) for k in (i, j))
            arc = np.arccos(np.clip(np.sin(a) * np.sin(c) + np.cos(a) * np.cos(c) * np.cos(b - d), -1, 1))
            km = 6371.0088 * arc
            weight = (km <= cutoff) * (1 - km / cutoff if kernel == "bartlett" else 1.0)
            meat += weight * np.outer(scores[i], scores[j])
    np.testing.assert_allclose(found.to_frame()["se"], np.sqrt(np.diag(meat)) * work.scale, rtol=1e-9)


def test_conley_without_neighbors_is_clustered_by_country():
    table = frame()
    alone = panel_model(table, None, "y ~ x", se="conley", cutoff=1.0, coordinates=PLACES)
    np.testing.assert_allclose(
        alone.to_frame()["se"],
        panel_model(table, None, "y ~ x", se="clustered-cr0").to_frame()["se"],
        rtol=1e-10,
    )
    with pytest.raises(DataError, match="none for C0"):
        panel_model(table, None, "y ~ x", se="conley")


def test_residuals_have_moran_by_period():
    found = panel_model(frame(), None, "y ~ x", "time").moran(PLACES, weights="knn", neighbors=2)
    assert found["period"].tolist() == list(range(2000, 2006)) and (found["n"] == 8).all()
    assert ((found["p"] > 0) & (found["p"] <= 1)).all()


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
