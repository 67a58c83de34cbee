"""Columns at the edge: constant, empty, lonely, tied, huge, tiny. A right answer, or an error that says where."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from stage_calls import (
    METHODS,
    NAN,
    called,
    lowest_adjusted,
    of_stages,
    panel_of,
    run,
    scaled,
    variants,
    with_trait,
)

import egov_index as egov
from egov_index.table import read_frame

BASE = np.array([[4, 4, 6, 5, 4, 5], [7, 1, 8, NAN, 6, 96], [2, 4, NAN, 7, 5, 3], [5, 5, 5, 6, 4, 4],
                 [1, 2, 3, 4, 5, 6], [8, NAN, NAN, 2, 1, 7], [3, 5, 2, 9, NAN, 4]])[:, :, None]  # fmt: skip
CURVES = ("logistic", "gompertz", "bass")
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


def outcome(stage, row, values, params, **more):
    """The result, or None for an error that names stage, method and indicator."""
    try:
        return run(stage, row["name"], panel_of(values), params, **more)
    except egov.DataError as error:
        text = str(error)
        assert stage in text and row["name"] in text and "x0" in text, text
        return None


def rank_of_all(row, count):
    """The rank of each of so many units that all tie."""
    return (count + 1) / 2 if row["name"] == "average" else 1


@pytest.mark.parametrize(**of_stages("treat", "normalize", "rank", "impute"))
@pytest.mark.parametrize("value", [0.0, 1.0, -2.5, 1e300, 5e-324])
def test_constant_columns(stage, row, value):
    data = np.full((5, 3, 1), value)
    data[1, 1] = NAN
    for params in variants(stage, row):
        got = outcome(stage, row, data, params)
        if "needs_variation" in row["traits"] or ("needs_positive" in row["traits"] and value <= 0):
            assert got is None
        elif stage == "impute":
            seen = got[~np.isnan(got)]
            assert (seen == value).all()
        elif stage == "rank":
            assert [set(got[:, t, 0][~np.isnan(data[:, t, 0])]) for t in range(3)] == [
                {rank_of_all(row, count)} for count in (5, 4, 5)
            ]
        elif got is None:  # an error with a reason other than want of variation
            assert (row["name"] == "fraction_of_max" and value <= 0) or value >= params["target"]
        else:
            assert np.isnan(got).sum() == 1
            assert all(len(np.unique(part[~np.isnan(part)])) == 1 for part in got.transpose(1, 0, 2))


@pytest.mark.parametrize(**of_stages("normalize"))
def test_a_constant_column_cannot_be_rescaled(stage, row):
    for params in variants(stage, row):
        assert outcome(stage, row, np.full((5, 1, 1), 7.0), params, rescale=(1, 100)) is None


@pytest.mark.parametrize(**of_stages("treat", "normalize", "rank", "impute"))
def test_columns_without_a_value_stay_so(stage, row):
    for params in variants(stage, row):
        got = outcome(stage, row, np.full((5, 3, 1), NAN), params)
        assert got is None if got is None and stage == "impute" else np.isnan(got).all()


@pytest.mark.parametrize(**of_stages("treat", "normalize", "rank", "impute"))
def test_a_lonely_value(stage, row):
    data = np.full((5, 3, 1), NAN)
    data[2, 1] = 30.0
    for params in variants(stage, row):
        got = outcome(stage, row, data, params)
        if "needs_variation" in row["traits"]:
            assert got is None
            continue
        if got is None:
            assert params["target"] <= 30
            continue
        assert not np.isnan(got[2, 1, 0])
        if stage in ("treat", "impute") and not row["name"].startswith("log"):
            assert set(got[~np.isnan(got)]) <= {30.0, params.get("cap"), params.get("floor")}
        if stage == "rank":
            assert got[2, 1, 0] == 1


@pytest.mark.parametrize(**of_stages("treat", "normalize", "rank", "impute"))
@pytest.mark.parametrize("power", [996, 40, -40, -990, -1074], ids=lambda power: f"2^{power}")
@pytest.mark.parametrize("direction", [1, -1])
def test_the_size_of_the_numbers_does_not_matter(stage, row, power, direction):
    """Multiplied by a power of two, down to whole multiples of the smallest number there is."""
    factor = 2.0**power
    more = {"direction": direction} if stage == "normalize" else {}
    if (stage != "normalize" and direction < 0) or "changes_unit" in row["traits"]:
        return
    for params in variants(stage, row):
        base = run(stage, row["name"], panel_of(BASE), params, **more)
        got = outcome(stage, row, BASE * factor, scaled(row, params, factor), **more)
        assert got is not None
        if stage == "rank" and power < 0:
            counts = (~np.isnan(BASE[:, :, 0])).sum(axis=0)
            tied = np.array([rank_of_all(row, count) for count in counts])
            assert (np.isnan(got) | (got == tied[:, None])).all() or power == -40  # scores within 1e-12 tie
            continue
        free = stage == "rank" or (stage == "normalize" and row["name"] != "none")
        slack = 0 if free else 0.51 * 2.0**-1074 + 1e-7 * factor * (row["name"] in CURVES)
        wanted = base if free else base * factor
        np.testing.assert_allclose(
            got, wanted, rtol=1e-12, atol=max(slack, 1e-13 if free else 0), equal_nan=True
        )


@pytest.mark.parametrize(**with_trait("changes_unit"))
@pytest.mark.parametrize("power", [996, 600, 40, -40, -600, -990, -1074], ids=lambda power: f"2^{power}")
@pytest.mark.parametrize("level", [0, -5])
def test_a_change_of_unit_works_on_numbers_of_any_size_or_says_why_not(stage, row, power, level):
    """What comes out is finite and in the order of the data."""
    data = (BASE + level) * 2.0**power
    for params in variants(stage, row):
        try:
            got = run(stage, row["name"], panel_of(data), params)
        except egov.DataError as error:
            why = str(error)
            assert (
                ("needs values above 0" in why and level < 0)
                or ("needs a highest value above 1" in why and (level < 0 or power < 0))
                or ("larger than a number can hold" in why and (power >= 600 or power < -1000))
                or ("same to the last digits" in why and abs(power) >= 40)
                or ("too nearly constant" in why and power < -1000)
            ), why
            continue
        np.testing.assert_array_equal(np.isfinite(got), np.isfinite(data))
        for t in range(data.shape[1]):
            x, y = (part[:, t, 0][~np.isnan(data[:, t, 0])] for part in (data, got))
            assert (np.diff(y[np.argsort(x)]) >= 0).all()


@pytest.mark.parametrize(**of_stages("normalize"))
@pytest.mark.parametrize("direction", [1, -1])
def test_the_largest_numbers_of_both_signs(stage, row, direction):
    most = 1.7e308
    data = np.array([most, -most, 0, most / 2, NAN])
    for params in variants(stage, row):
        ends = {"lower": -most, "upper": most, "a": -most, "b": most, "target": most / 4}
        given = params | {name: end for name, end in ends.items() if name in params}
        got = outcome(stage, row, data, given, direction=direction)
        if got is None:
            continue
        got = got[:, 0, 0] * direction
        assert np.isfinite(got[:4]).all() and got[1] <= got[2] <= got[3] <= got[0] and got[1] < got[0]
        if row["name"] not in ("above_below_mean", "categories") and not given.get("cap"):
            assert got[1] < got[2] < got[3] < got[0]


@pytest.mark.parametrize(**of_stages("aggregate"))
@pytest.mark.parametrize("power", [996, -990, -1070])
def test_the_size_of_the_children_does_not_matter(stage, row, power):
    data = np.array([[[3.0, 5, 2, 9]], [[7, 1, 8, 16]]])
    weights = [1, 2, 4, 1]
    free = "needs_others" in row["traits"]
    for params in variants(stage, row):
        if any(isinstance(value, list) for value in params.values()):
            continue  # a table for three children
        base = run(stage, row["name"], panel_of(data), params, weights=weights)
        got = run(stage, row["name"], panel_of(data * 2.0**power), params, weights=weights)
        wanted, slack = (base, 0) if free else (base * 2.0**power, 3 * 2.0**-1074)
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=slack)


@pytest.mark.parametrize(**of_stages("normalize"))
def test_steps_far_smaller_than_the_level_are_seen(stage, row):
    if row["name"] in ("fraction_of_max", "above_below_mean"):
        return  # ratios: to them the level is everything
    in_unit = ("lower", "upper", "target", "a", "b")
    steps = np.array([3, 0, 5, 1, 4, 2]) * 2.0**-20
    for params in variants(stage, row):
        given = {name: 1e9 + value * 2.0**-20 if name in in_unit else value for name, value in params.items()}
        base = {name: value * 2.0**-20 if name in in_unit else value for name, value in params.items()}
        got = run(stage, row["name"], panel_of(steps + 1e9), given)
        wanted = run(stage, row["name"], panel_of(steps), base)
        np.testing.assert_allclose(
            got, wanted + (1e9 if row["name"] == "none" else 0), rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize(**of_stages("rank"))
def test_equal_scores_and_noise(stage, row):
    equal = np.full(6, 1 / 3)
    assert (run(stage, row["name"], panel_of(equal), {}) == rank_of_all(row, 6)).all()
    noisy = 0.7 + np.array([0, 1, -1, 2, 0, -2]) * 1e-16
    assert (run(stage, row["name"], panel_of(noisy), {}) == rank_of_all(row, 6)).all()
    assert run(stage, row["name"], panel_of(np.array([0.5, 0.5 + 1e-11])), {}).ravel().tolist() == [2, 1]


@pytest.mark.parametrize(**of_stages("correlate"))
@pytest.mark.parametrize("scale", [1e300, 1e-300, 5e-324])
def test_correlations_of_numbers_of_any_size(stage, row, scale):
    values = np.array([[3.0, 5], [7, 1], [2, 4], [5, 5], [1, 2], [8, 8]])
    base = run(stage, row["name"], panel_of(values), {})
    np.testing.assert_allclose(run(stage, row["name"], panel_of(values * scale), {}), base, rtol=1e-9)
    constant = run(stage, row["name"], panel_of(values * [1, 0]), {})
    assert np.isnan(constant[0, 1]) and constant[0, 0] == pytest.approx(1)


@pytest.mark.parametrize(**of_stages("adjust"))
@pytest.mark.parametrize("p", [[NAN, NAN], [0.3], [0.0, 1.0, 0.0], [0.04] * 5, [5e-324, 1]])
def test_adjusting_few_or_odd_p_values(stage, row, p):
    got = run(stage, row["name"], panel_of(p), {})
    np.testing.assert_array_equal(np.isnan(got), np.isnan(p))
    if len(p) == 1:  # the second stage levels out the first one's lower rate
        assert got[0] == (p[0] * 1.05 if row["name"] == "two_stage" else p[0])
    lowest = lowest_adjusted(row, np.array(p))
    assert all(new >= old or np.isnan(old) for new, old in zip(got, lowest, strict=True))


@pytest.mark.parametrize("backend", FRAMES)
@pytest.mark.parametrize(**of_stages("impute", "treat", "normalize", "rank", "aggregate"))
def test_frames_come_back_in_the_same_library(stage, row, backend):
    columns = {"unit": [f"U{k}" for k in range(7)] * 2, "period": [2000] * 7 + [2001] * 7}
    data = np.where(np.isnan(BASE), 4.0, BASE) if stage == "aggregate" else BASE
    columns |= {
        f"x{k}": [None if np.isnan(v) else v for v in data[:, 2 * k : 2 * k + 2, 0].T.ravel()]
        for k in range(3)
    }
    region = ["a", "b", "c", "a", "b", "c", "a"] * 2
    panel = egov.Panel.from_wide(FRAMES[backend](columns | {"region": region}), groups=["region"])
    for params in variants(stage, row):
        if stage == "impute":
            filled = egov.impute(panel, row["name"], **called(panel, params))
            assert read_frame(filled.flags)[1] == backend
            got = filled.panel
        else:
            got = getattr(egov, stage)(panel, row["name"], **params)
        assert got.backend == backend
        frame, library = read_frame(got.to_wide())
        assert library == backend and list(frame["unit"]) == sorted(
            columns["unit"], key=columns["unit"].index
        )
        if "by" not in params:  # the groups differ
            again = np.stack([data[:, 2 * k : 2 * k + 2, 0] for k in range(3)], axis=2)
            again = run(stage, row["name"], panel_of(again), params)
            np.testing.assert_array_equal(got.values.ravel(), again.ravel())


def test_every_stage_on_cells_has_been_at_the_edge():
    assert {stage for stage, _ in METHODS} >= {
        "impute",
        "treat",
        "normalize",
        "rank",
        "aggregate",
        "correlate",
        "adjust",
    }
