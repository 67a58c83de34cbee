"""Odd data through the door: an imputation fills, says what it left open and why, or gives a clear error."""

import numpy as np
import pandas as pd
import pytest

import egov_index as egov

NAN, INF = float("nan"), float("inf")
METHODS = egov.catalogue.rows("impute")


def usual():
    """Growing series of 9 units in 6 periods, 3 indicators that hang together, a quarter of the cells missing."""
    rng = np.random.default_rng(5)
    level = rng.normal(40, 8, (9, 1, 1)) + 3 * np.arange(6)[None, :, None] + rng.normal(0, 2, (9, 6, 1))
    values = level * [1.0, 0.5, 1.5] + rng.normal(0, 2, (9, 6, 3))
    return np.where(rng.uniform(size=values.shape) < 0.25, NAN, values)


def changed(at, value):
    values = usual()
    values[at] = value
    return values


def collinear():
    values = usual()
    values[:, :, 2] = 2 * values[:, :, 0] - values[:, :, 1] + 1
    values[0, 0, 2] = NAN
    return values


def copied():
    values = usual()
    values[:, :, 1] = values[:, :, 0]
    values[0, 0, :2] = [30, NAN]
    return values


def one_value():
    values = usual()
    values[:, :, 1] = NAN
    values[3, 2, 1] = 7.0
    return values


ALL = slice(None)
CASES = {
    "nothing observed of an indicator": changed((ALL, ALL, 1), NAN),
    "nothing observed at all": np.full((4, 3, 2), NAN),
    "one value of an indicator": one_value(),
    "a constant indicator": np.where(np.isnan(usual()), NAN, changed((ALL, ALL, 1), 5.0)),
    "constants only": np.where(np.isnan(usual()), NAN, 5.0),
    "zeros only": np.where(np.isnan(usual()), NAN, 0.0),
    "an indicator that two others determine": collinear(),
    "two equal indicators": copied(),
    "a unit with nothing": changed((3, ALL, ALL), NAN),
    "a period with nothing": changed((ALL, 2, ALL), NAN),
    "a unit in a group of its own": changed((1, 3, ALL), NAN),
    "one unit": usual()[:1],
    "one period": usual()[:, :1],
    "one indicator": usual()[:, :, :1],
    "one cell of two": np.array([[[1.0, NAN]]]),
    "one unit, one hole": np.array([[[1.0], [NAN], [3.0]]]),
    "no holes": np.nan_to_num(usual(), nan=50.0),
    "an outlier without measure": changed((0, 0, 0), 1e30),
    "scales far apart": usual() * [1e-200, 1.0, 1e200],
    "two values only": np.where(np.isnan(usual()), NAN, (usual() > 30).astype(float)),
}  # fmt: skip


def panel_of(values):
    units, periods, count = values.shape
    regions = ["b" if k == 1 else "c" if k == 2 else None if k == 5 else "a" for k in range(units)]
    labels = [f"U{k}" for k in range(units)], range(2000, 2000 + periods), [f"x{k}" for k in range(count)]
    return egov.Panel(values, *labels, groups={"region": regions})


def asked(row):
    if row["name"] == "forest":
        return {"trees": 10, "iterations": 2}
    return {"by": "region"} if "needs_groups" in row["traits"] else {}


def kept(values, got):
    """Are observed cells as they were, and is nothing infinite?"""
    seen = ~np.isnan(values)
    return (values[seen] == got[seen]).all() and not np.isinf(got).any()


def told(made, panel):
    """Holes that the notes count."""
    heads = tuple(f"{name}: " for name in panel.indicators)
    lines = [note for note in made.notes if note.startswith(heads) and " left open" in note]
    return sum(int(note.split()[1].replace(",", "")) for note in lines)


@pytest.mark.parametrize("row", METHODS, ids=lambda row: row["name"])
@pytest.mark.parametrize("case", CASES)
def test_a_method_fills_or_says_why_not(row, case):
    panel = panel_of(CASES[case])
    try:
        made = egov.impute(panel, row["name"], **asked(row))
        drawn = made.draw(0) if made.stochastic else made.panel.values
    except egov.errors.EgovError as error:
        assert "impute" in str(error) and row["name"] in str(error) and len(str(error)) > 30, error
        return
    got = made.panel.values
    assert kept(panel.values, got) and kept(panel.values, drawn)
    assert (np.isnan(got) == np.isnan(drawn)).all()
    assert told(made, panel) == made.remaining == np.isnan(got).sum()
    assert made.filled.sum() == np.isnan(panel.values).sum() - made.remaining == len(made.flags)
    assert made.sd is None or not (made.sd < 0).any()
    low, high = made.interval()
    assert not (low > high).any()


BOUNDED = [row for row in METHODS if {"lower", "upper"} <= {param["name"] for param in row["params"]}]


@pytest.mark.parametrize("row", BOUNDED, ids=lambda row: row["name"])
def test_observations_outside_the_bounds_stay_and_are_told(row):
    panel = panel_of(usual())
    try:
        made = egov.impute(panel, row["name"], lower=30, upper=60)
    except egov.errors.EgovError as error:
        assert row["name"] in str(error) and ("bound" in str(error) or "upper" in str(error)), error
        return
    assert kept(panel.values, made.panel.values)
    new = made.panel.values[made.filled]
    within = (new >= 30).all() and (new <= 60).all()
    assert within or any("bound" in note for note in made.notes), made.notes


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([[1.0], [INF], [NAN]], "infin|inf"),
        ([["a"], [1.0]], "number"),
        ([[1.0, 2.0], [3.0]], "array|number|shape"),
        (np.zeros((2, 2, 2, 2)), "dimension"),
        (5.0, "dimension|array|panel"),
        (None, "panel|array|number"),
        (np.empty((0, 2)), "unit|no |empty"),
    ],
)
def test_what_is_no_panel_is_refused(data, said):
    with pytest.raises(egov.DataError, match=said):
        egov.impute(data, "mean")


def test_whole_numbers_are_taken_and_given_back_as_numbers():
    assert egov.impute([[1], [2]], "mean").panel.tolist() == [[1.0], [2.0]]
    frame = pd.DataFrame({"unit": ["A", "B"], "period": 1, "x": pd.array([1, None], dtype="Int64")})
    assert egov.impute(egov.Panel.from_wide(frame), "mean").panel.values.ravel().tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("units", "periods", "names", "said"),
    [("AA", [1], ["x"], "A"), ("AB", [1], ["x", "x"], "x"), ("AB", [1, 1], ["x"], "1")],
)
def test_labels_that_stand_twice_are_refused(units, periods, names, said):
    values = np.ones((2, len(periods), len(names)))
    with pytest.raises(egov.DataError, match=said):
        egov.Panel(values, list(units), periods, names)
