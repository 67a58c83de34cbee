"""Panel models of very large and very small values, and of small steps far from 0, are those of plain values."""

import numpy as np
import pytest
from panel_frames import row

from egov_index.outcomes.panels import dynamic_panel, moran, panel_model
from egov_index.table import read_frame

pytest.importorskip("linearmodels")

ERRORS = (
    "clustered-cr2", "clustered-cr0", "clustered-cr1", "clustered-cr3", "clustered-wild", "driscoll-kraay", "conley",
    "robust", "unadjusted",
)  # fmt: skip
EFFECTS = ("two-way", "entity", "time", "pooled", "between", "random", "first-difference")
UNITS, PERIODS = 12, 7
PLACES = {f"C{k}": (5.0 * k - 30, 9.0 * k) for k in range(UNITS)}
RNG = np.random.default_rng(5)
A, B = (
    (RNG.integers(-20, 20, UNITS * PERIODS) + np.repeat(RNG.integers(-9, 9, UNITS), PERIODS)).astype(float)
    for _ in range(2)
)
Y = np.round(A / 2 - B / 3 + RNG.normal(0, 9, UNITS * PERIODS)) + np.repeat(
    RNG.integers(-9, 9, UNITS), PERIODS
)
GONE = np.arange(UNITS * PERIODS) % 17 == 3  # so that the panel is unbalanced


def table(y, a, b, gone=GONE):
    columns = {
        "iso3": np.repeat([f"C{k}" for k in range(UNITS)], PERIODS),
        "year": np.tile(np.arange(2000, 2000 + PERIODS), UNITS),
        "y": y, "a": a, "b": b,
    }  # fmt: skip
    return {name: column[~gone].tolist() for name, column in columns.items()}


def same(found, plain, y=1.0, a=1.0, b=1.0, rtol=1e-11):
    for term, by in {"a": y / a, "b": y / b}.items():
        got, want = row(found, term), row(plain, term)
        for name in ("estimate", "se", "low", "high"):
            np.testing.assert_allclose(got[name], want[name] * by, rtol=rtol, err_msg=name)
        for name in ("t", "df", "p"):
            np.testing.assert_allclose(got[name], want[name], rtol=rtol, err_msg=name)
    for name, value in plain.r2.items():
        np.testing.assert_allclose(found.r2[name], value, rtol=rtol, err_msg=name)


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.filterwarnings("error")
def test_any_scale_gives_the_same(effects):
    for se in ERRORS:
        how = {
            "formula": "y ~ a + b", "effects": effects, "se": se, "draws": 99, "coordinates": PLACES, "cutoff": 2e3
        }  # fmt: skip
        plain = panel_model(table(Y, A, B), **how)
        for y, a, b in ((1, 1e200, 1), (1e200, 1e200, 1e-70), (1e-200, 1e-200, 1e-200)):
            found = panel_model(table(Y * y, A * a, B * b), **how)
            same(found, plain, y, a, b)
            np.testing.assert_allclose(
                read_frame(found.residuals)[0]["residual"],
                np.asarray(read_frame(plain.residuals)[0]["residual"]) * y,
                rtol=1e-9, atol=1e-12 * y,
            )  # fmt: skip


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.filterwarnings("error")
def test_small_steps_far_from_zero_give_the_same(effects):
    step = 2.0**-20  # 1e-6, and nothing is rounded at 1e9
    for se in ERRORS:
        how = {
            "formula": "y ~ a + b", "effects": effects, "se": se, "draws": 99, "coordinates": PLACES, "cutoff": 2e3
        }  # fmt: skip
        plain = panel_model(table(Y, A, B), **how)
        same(panel_model(table(1e9 + Y * step, A, B), **how), plain, y=step, rtol=1e-9)
        same(panel_model(table(Y, 1e9 + A * step, B), **how), plain, a=step, rtol=1e-9)
        far = [1e9 + column * 1e-6 for column in (Y, A, B)]  # rounded to 1e-7
        near = [column - 1e9 for column in far]
        same(panel_model(table(*far), **how), panel_model(table(*near), **how), rtol=1e-9)


@pytest.mark.parametrize("effects", ["two-way", "entity", "first-difference"])
def test_far_levels_of_countries_leave_small_changes_as_they_are(effects):
    far = np.repeat(1e4 * np.arange(1.0, UNITS + 1), PERIODS)
    plain = panel_model(table(Y, A, B), None, "y ~ a + b", effects)
    found = panel_model(table(far + Y * 2.0**-10, far + A * 2.0**-10, B), None, "y ~ a + b", effects)
    for term, by in {"a": 1.0, "b": 2.0**-10}.items():
        assert row(found, term)["estimate"] == pytest.approx(row(plain, term)["estimate"] * by, rel=1e-9)
        assert row(found, term)["t"] == pytest.approx(row(plain, term)["t"], rel=1e-9)
    assert found.r2["model"] == pytest.approx(plain.r2["model"], rel=1e-9)


def test_a_step_of_one_millionth_is_not_constant():
    dummy = (np.arange(UNITS * PERIODS) * 7 % 5 < 2).astype(float)
    plain = panel_model(table(dummy, A, B), None, "y ~ a + b", "two-way")
    same(panel_model(table(1e9 + dummy * 2.0**-20, A, B), None, "y ~ a + b"), plain, y=2.0**-20, rtol=1e-9)
    plain = panel_model(table(Y, dummy, B), None, "y ~ a + b", "two-way")
    same(panel_model(table(Y, 1e9 + dummy * 2.0**-20, B), None, "y ~ a + b"), plain, a=2.0**-20, rtol=1e-9)


@pytest.mark.parametrize("effects", EFFECTS)
def test_what_differs_by_rounding_alone_does_not_vary(effects):
    rounded = np.where(np.arange(UNITS * PERIODS) % 3 == 0, 0.1 + 0.2, 0.3)
    found = panel_model(table(rounded, A, B), None, "y ~ a + b", effects)
    assert np.isnan(row(found, "a")["estimate"]) and any("does not vary" in note for note in found.notes)
    found = panel_model(table(Y, rounded, B), None, "y ~ a + b", effects)
    assert np.isnan(row(found, "a")["estimate"]) and row(found, "a")["note"] and row(found, "b")["se"] > 0


@pytest.mark.filterwarnings("error")
def test_the_intercept_far_from_zero():
    plain = panel_model(table(Y, A, B), None, "y ~ a + b", "pooled", "robust")
    far = panel_model(table(Y + 2.0**30, A, B), None, "y ~ a + b", "pooled", "robust")
    want, got = row(plain, "Intercept"), row(far, "Intercept")
    assert got["estimate"] - 2.0**30 == pytest.approx(want["estimate"], abs=1e-6)
    assert got["se"] == pytest.approx(want["se"], rel=1e-9)


@pytest.mark.filterwarnings("error")
def test_what_double_precision_cannot_hold_is_missing_with_a_note():
    plain = panel_model(table(Y, A, B), None, "y ~ a + b", "pooled")
    found = panel_model(table(Y * 1e200, A * 1e-200, B), None, "y ~ a + b", "pooled")
    cells = row(found, "a")
    assert np.isnan(cells["estimate"]) and np.isnan(cells["se"]) and "change the units" in cells["note"]
    assert cells["p"] == pytest.approx(row(plain, "a")["p"], rel=1e-9)
    assert row(found, "b")["estimate"] == pytest.approx(row(plain, "b")["estimate"] * 1e200, rel=1e-9)
    assert row(found, "b")["note"] == "" and any("covariance" in note for note in found.notes)


@pytest.mark.filterwarnings("error")
def test_hausman_at_any_scale_and_far_from_zero():
    plain = panel_model(table(Y, A, B), None, "y ~ a + b", "random").hausman()
    step = 2.0**-20
    for y, a in ((Y * 1e200, A * 1e-200), (1e9 + Y * step, 1e9 + A * step)):
        found = panel_model(table(y, a, B), None, "y ~ a + b", "random").hausman()
        for want, got in zip(plain.rows, found.rows, strict=True):
            assert got["statistic"] == pytest.approx(want["statistic"], rel=1e-8), want["form"]
            assert got["p"] == pytest.approx(want["p"], rel=1e-8)
    bare = [
        panel_model(table(y, A, B), None, "y ~ 0 + a + b", "random").hausman()["classical"]["statistic"]
        for y in (Y, 1e100 * Y)
    ]
    assert bare[1] == pytest.approx(bare[0], rel=1e-8)


@pytest.mark.filterwarnings("error")
def test_moran_at_any_scale_and_far_from_zero():
    places = np.array(list(PLACES.values()))
    values = A[:UNITS]
    plain = moran(values, places, permutations=99)
    dummy = moran(values > 0, places, permutations=99)
    for given, want in (
        (values * 1e200, plain), (values * 1e-310, plain), (1e9 + values * 2.0**-20, plain),
        (values * 2.0**1018, plain), (1e9 + (values > 0) * 1e-6, dummy),
    ):  # fmt: skip
        found = moran(given, places, permutations=99)
        for name in ("statistic", "z", "p_normal", "p"):
            assert getattr(found, name) == pytest.approx(getattr(want, name), rel=1e-9), name
    found, plain = (
        panel_model(table(y, A, B), None, "y ~ a + b").moran(PLACES, permutations=0)
        for y in (1e9 + Y / 2**20, Y)
    )
    np.testing.assert_allclose(found["statistic"], plain["statistic"], rtol=1e-8)


@pytest.mark.filterwarnings("error")
def test_a_dynamic_panel_at_any_scale():
    pytest.importorskip("panelbox")
    whole = np.zeros(UNITS * PERIODS, dtype=bool)
    plain = dynamic_panel(table(Y, A, B, whole), formula="y ~ a", collapse=True)
    found = dynamic_panel(table(Y * 1e200, A * 1e-100, B, whole), formula="y ~ a", collapse=True)
    assert row(found, "lag(y, 1)")["estimate"] == pytest.approx(row(plain, "lag(y, 1)")["estimate"], rel=1e-8)
    assert row(found, "a")["t"] == pytest.approx(row(plain, "a")["t"], rel=1e-8)


@pytest.mark.parametrize("effects", EFFECTS)
def test_the_origin_of_the_outcome_is_no_share_of_variance(effects):
    plain, far = (panel_model(table(Y + by, A, B), None, "y ~ a + b", effects) for by in (0, 2.0**20))
    assert far.r2 == pytest.approx(plain.r2, rel=1e-9)
