"""Filling along time as COINr 1.1.14 does it: five years of 51 units with 18 % more holes, 49 indicators."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from coinr import COINR, leaves

import egov_index as egov

pytestmark = pytest.mark.skipif(not COINR.is_dir(), reason=f"no reference files in {COINR}; set EGOV_SHARED")
HOLES = "inputs/ASEM_iData_p_holes.csv"
YEARS = [2018, 2019, 2020, 2021, 2022]


@cache
def frame(name):
    return pd.read_csv(COINR / name, keep_default_na=False, na_values=[""])


def as_panel(rows, indicators=None):
    """Rows of unit and year as a panel, units by code."""
    made = egov.Panel.from_wide(rows, unit="uCode", period="Time", indicators=indicators or leaves())
    return made.select(units=sorted(made.units))


def wanted(name):
    rows = frame(f"outputs/{name}.csv")
    return as_panel(rows, [code for code in rows.columns if code in leaves()])


def holds(got, name, tolerance=1e-12):
    right = wanted(name)
    assert list(got.periods) == list(right.periods) == YEARS
    assert got.units == right.units and len(right.units) == 51
    for code in right.indicators:
        np.testing.assert_allclose(
            got.column(code), right.column(code), rtol=tolerance, atol=0, equal_nan=True, err_msg=code
        )


CHAINS = {
    "panel_latest": ["locf"],
    "panel_latest_maxtime1": [egov.choice("locf", max_gap=1)],
    "panel_constant": ["locf", "nocb"],
    "panel_linear": ["linear", "locf", "nocb"],
}


@pytest.mark.parametrize("name", CHAINS)
def test_filling_along_time(name):
    data = as_panel(frame(HOLES))
    holes = int(np.isnan(data.values).sum())
    got = egov.impute(data, *CHAINS[name])
    assert len(got.flags) == holes - got.remaining > 1000
    holds(got.panel, name)


@pytest.mark.parametrize("name", CHAINS)
def test_the_order_of_the_rows_does_not_matter(name):
    """There, on rows that are not sorted by year, values of other units and years appear."""
    mixed = frame(HOLES).sample(frac=1, random_state=4)
    assert not mixed["Time"].is_monotonic_increasing
    holds(egov.impute(as_panel(mixed), *CHAINS[name]).panel, name)


@pytest.mark.parametrize(("name", "window"), [("panel_latest", 5), ("panel_latest_maxtime1", 2)])
def test_latest_values_of_a_panel(name, window):
    """A window of five years ends in the year itself: four steps back."""
    holds(as_panel(frame(HOLES)).latest(window), name, tolerance=0)


def test_the_year_each_value_was_observed_in():
    """Their table of years: of the panel itself, and of the trail of an imputation."""
    data, right = as_panel(frame(HOLES)), wanted("panel_latest_DataT")
    np.testing.assert_array_equal(data.latest(5).years, right.values)
    told = right.values.copy()
    filled = egov.impute(data, "locf").flags
    for unit, period, code, donor in zip(
        *(filled[key] for key in ("unit", "period", "indicator", "first_donor")), strict=True
    ):
        at = data.units.index(unit), data.periods.index(period), data.indicators.index(code)
        assert told[at] == donor < period
        told[at] = period
    seen = ~np.isnan(told)
    np.testing.assert_array_equal(told[seen], np.broadcast_to(data.times[None, :, None], told.shape)[seen])


def test_a_line_is_drawn_for_series_of_one_observation_too():
    """There it stops on them, so nine of the 49 indicators have no reference; here the value stands for all years."""
    data = as_panel(frame(HOLES))
    without = [code for code in leaves() if code not in wanted("panel_linear").indicators]
    assert len(without) == 9
    got = egov.impute(data.select(indicators=without), "linear", "locf", "nocb").panel
    alone = (~np.isnan(data.select(indicators=without).values)).sum(axis=1) == 1
    assert alone.any(axis=0).all()
    for u, k in np.argwhere(alone):
        assert len(set(got.values[u, :, k])) == 1
