"""Compound rates and percent changes a year."""

import math

import numpy as np
import pytest

import egov_index as egov
from egov_index import DataError, Panel, SpecError

NAN = float("nan")


def rates(*series, periods=None, **words):
    values = np.array(series, dtype=float)[:, :, None]
    periods = list(range(2010, 2010 + values.shape[1])) if periods is None else periods
    return egov.growth(Panel(values, [f"U{k}" for k in range(len(values))], periods, ["x"]), **words)


def test_by_hand():
    """Doubling over two years; a line from 2 by 1 a year: 50 % of its first value."""
    frame = rates([100, NAN, 200, NAN], [2, 3, 4, 5])
    assert frame["cagr"].tolist() == pytest.approx([math.sqrt(2) - 1, 2.5 ** (1 / 3) - 1], rel=1e-15)
    assert frame["change"].tolist() == pytest.approx([50, 50], rel=1e-14)
    assert frame["first"].tolist() == [2010, 2010] and frame["last"].tolist() == [2012, 2013]
    assert frame["n"].tolist() == [2, 4] and frame["note"].tolist() == ["", ""]


def test_uneven_years_against_polyfit():
    rng = np.random.default_rng(1)
    years = [2003, 2004, 2008, 2010, 2020]
    series = rng.uniform(1, 2, size=(20, 5))
    series[rng.uniform(size=series.shape) < 0.2] = NAN
    frame = rates(*series, periods=years)
    for row, cells in zip(frame.to_dict("records"), series, strict=True):
        on = ~np.isnan(cells)
        t, y = np.array(years)[on], cells[on]
        slope, level = np.polyfit(t - t[0], y, 1)
        assert row["change"] == pytest.approx(100 * slope / level, rel=1e-9)
        assert row["cagr"] == pytest.approx((y[-1] / y[0]) ** (1 / (t[-1] - t[0])) - 1, rel=1e-13)


def test_edges():
    frame = rates(
        [1, NAN, NAN],
        [NAN] * 3,
        [3, 3, 3],
        [0, 1, 2],
        [-1, 1, 2],
        [2, 1, 0],
        [-1, -2, -4],
        [0, 0, 0],
        [1, 9, 1],
    )
    assert np.isnan(frame["cagr"][:2]).all() and np.isnan(frame["change"][:2]).all()
    assert frame["cagr"][2] == 0 and frame["change"][2] == 0 and frame["note"][2] == ""
    assert math.isinf(frame["cagr"][3]) and np.isnan(frame["change"][3]) and "starts at 0" in frame["note"][3]
    assert np.isnan(frame["cagr"][4]) and "sign" in frame["note"][4]
    assert frame["cagr"][5] == -1 and frame["change"][5] == pytest.approx(-50)
    assert frame["cagr"][6] == pytest.approx(1) and "negative" in frame["note"][6]
    assert frame["cagr"][7] == 0 and frame["change"][7] == 0
    assert frame["cagr"][8] == 0 and frame["change"][8] == pytest.approx(0)
    assert frame["first"][1] is None or frame["first"].isna()[1]


def test_large_and_small_numbers():
    frame = rates([1e300, 2e300, 4e300], [1e-300, 2e-300, 4e-300], [5e-324, 5e-324, 1e-323])
    assert frame["cagr"][:2].tolist() == pytest.approx([1, 1]) and np.isfinite(frame["change"][:2]).all()


def test_what_cannot_be_asked():
    with pytest.raises(DataError, match="two periods"):
        rates([1.0], [2.0])
    with pytest.raises(DataError, match="text"):
        rates([1.0, 2.0], periods=["a", "b"])
    with pytest.raises(SpecError, match="'x'"):
        rates([1.0, 2.0], indicators=["xx"])
    with pytest.raises(DataError, match="Panel"):
        egov.growth([1, 2])


def test_the_survey_in_its_library():
    frame = egov.growth(egov.datasets.un_egov_survey(), ["osi", "tii"])
    assert len(frame) == 2 * 193 and frame["indicator"].unique().tolist() == ["osi", "tii"]
