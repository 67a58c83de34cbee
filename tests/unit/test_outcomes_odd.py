"""Outcomes on odd data: linear controls, labels that are missing, units of measurement, offsets, samples of no use."""

import math

import numpy as np
import pytest

from egov_index import DataError, Panel, SpecError, outcomes

NAN = float("nan")
RNG = np.random.default_rng(41)
UNITS = [f"U{k:02}" for k in range(30)]
X, Y, Z = RNG.normal(size=(3, 30))


def panel(names, *columns):
    return Panel(np.column_stack(columns)[:, None, :], UNITS, [2020], names)


@pytest.mark.parametrize(
    ("controls", "reason"),
    [
        ([-3 * Y + 1], "control-is-outcome"),
        ([Z, Y - 2 * Z], "control-is-outcome"),
        ([2 * X + 1], "control-is-index"),
        ([Z, X + Z], "control-is-index"),
        ([Z], ""),
    ],
)
def test_controls_that_determine_a_side_leave_no_line(controls, reason):
    names = [f"z{k}" for k in range(len(controls))]
    found = outcomes.lines(
        panel(["x"], X),
        panel(["y", *names], Y, *controls),
        only="y",
        control=names,
        methods=["huber", "tukey"],
    ).to_frame()
    assert (found["reason"] == reason).all()
    assert (found["slope"].isna() == bool(reason)).all() and (found["se"].isna() == bool(reason)).all()


@pytest.mark.parametrize("missing", [None, NAN, np.float64("nan")])
def test_a_missing_label_is_no_group(missing):
    by = {unit: missing if k % 3 == 0 else "ab"[k % 2] for k, unit in enumerate(UNITS)}
    found = outcomes.heterogeneity(panel(["x"], X), panel(["y"], Y), by, "pearson", resamples=0).to_frame()
    assert found["group"].tolist() == ["a", "b"] and found["n"].sum() == 20 and (found["df"] == 1).all()


def test_a_perfect_association_in_a_group_is_told():
    y = np.where(np.arange(30) < 15, X, Y)
    by = {unit: "first" if k < 15 else "second" for k, unit in enumerate(UNITS)}
    found = outcomes.heterogeneity(panel(["x"], X), panel(["y"], y), by, "spearman", resamples=0).to_frame()
    assert found["p_equal"].isna().all()
    assert "no test of equality" in found["note"][0] and "no test" not in found["note"][1]


def test_information_of_samples_of_no_use_is_nan_or_refused():
    assert math.isnan(outcomes.information([1, 2, 3], [3, 1, 2]))
    assert math.isnan(outcomes.information(np.ones(9), np.arange(9)))
    for x, y in (
        ([1.0, 2, NAN, 4, 5], range(5)),
        (range(5), range(6)),
        (np.eye(5), range(5)),
        ("abc", [1, 2, 3]),
    ):
        with pytest.raises(DataError):
            outcomes.information(x, y)
    with pytest.raises(SpecError, match="scale"):
        outcomes.information(X, Y, scale="ranks")


def test_morans_i_of_an_offset_is_that_without_it():
    pytest.importorskip("scipy")
    places = np.column_stack([RNG.uniform(-60, 60, 20), RNG.uniform(-170, 170, 20)])
    steps = np.arange(20) * 2.0**-20
    found, plain = (outcomes.moran(values, places, permutations=99) for values in (2.0**30 + steps, steps))
    assert found.n == 20 and found.note == ""
    assert found.statistic == pytest.approx(plain.statistic, rel=1e-12) and found.p == plain.p


@pytest.mark.parametrize("scale", [1e3, 1e-3, 1e150])
def test_units_of_measurement_do_not_move_a_dynamic_panel_with_more_instruments_than_units(scale):
    pytest.importorskip("panelbox")
    x = RNG.normal(size=(10, 8))
    y = 0.5 * x + RNG.normal(size=(10, 1)) + RNG.normal(size=(10, 8))

    def fitted(by):
        table = Panel(np.stack([x * by, y * by], axis=2), UNITS[:10], range(2010, 2018), ["x", "y"])
        return outcomes.dynamic_panel(table, formula="y ~ x")

    plain, scaled = fitted(1.0), fitted(scale)
    assert plain.instruments > 10
    np.testing.assert_allclose(
        scaled.to_frame()["estimate"], plain.to_frame()["estimate"], rtol=1e-6, atol=1e-9
    )
    assert (plain.diagnostics()["statistic"][2:] >= 0).all()


@pytest.mark.parametrize("scale", ["standard", "rank"])
def test_information_of_an_offset_is_that_without_it(scale):
    x, y = (np.round(20 * side) for side in (X, X + Y))
    plain = outcomes.information(x, y, scale=scale)
    assert outcomes.information(1e9 + x * 2.0**-20, y, scale=scale) == plain
    assert outcomes.information(1e9 + x * 2.0**-20, -1e9 - y * 2.0**-20, scale=scale) == pytest.approx(
        outcomes.information(x, -y, scale=scale), rel=1e-12
    )
    far = 1e9 + x * 1e-6  # rounded to 1e-7
    assert outcomes.information(far, y, scale=scale) == outcomes.information(far - 1e9, y, scale=scale)
