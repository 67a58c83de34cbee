"""Panel models of data that allow little: a reason, or an error that says what is needed."""

import numpy as np
import pytest
from panel_frames import frame, row

from egov_index import DataError
from egov_index.outcomes.panels import panel_model
from egov_index.table import read_frame

pytest.importorskip("linearmodels")

RNG = np.random.default_rng(78)

ERRORS = (
    "clustered-cr2", "clustered-cr0", "clustered-cr1", "clustered-cr3", "clustered-wild", "driscoll-kraay",
    "robust", "unadjusted",
)  # fmt: skip
EFFECTS = ("two-way", "entity", "time", "pooled", "between", "random", "first-difference")


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
