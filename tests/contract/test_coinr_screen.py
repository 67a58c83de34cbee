"""Denominators and screening of COINr 1.1.14 (R 4.2.2) on its ASEM data."""

import numpy as np
import pytest
from coinr import DIVISORS, divided_by, holds, leaves, needed, panel, table, whole

import egov_index as egov

pytestmark = needed

# Denominate


def test_denominators_of_the_metadata():
    got = egov.denominate(whole(), by=divided_by())
    assert len(divided_by()) == 17
    holds(got.select(indicators=leaves()), "outputs/denominate_default.csv")


def test_denominators_of_a_table_with_factors():
    """By definition: x / (denominator / factor), joined on the unit; there is no output file of this case."""
    custom, world = table("inputs/denomby_custom.csv"), table("inputs/WorldDenoms.csv")
    by = dict(zip(custom["iCode"].tolist(), custom["Denominator"].tolist(), strict=True))
    factor = dict(zip(custom["iCode"].tolist(), map(float, custom["ScaleFactor"]), strict=True))
    data = whole().select(indicators=leaves())
    frame = {"uCode": world["uCode"].tolist()} | {name: world[name] for name in dict.fromkeys(by.values())}
    got = egov.denominate(data, by=by, factor=factor, table=frame, unit="uCode")
    at = {code: k for k, code in enumerate(world["uCode"].tolist())}
    for code in data.indicators:
        right = data.column(code)[:, 0]
        if code in by:
            divisors = np.array([world[by[code]][at[unit]] for unit in data.units])
            right = right / (divisors / factor[code])
            assert np.nanmax(np.abs(right / data.column(code)[:, 0] - 1)) > 0.5
        np.testing.assert_array_equal(got.column(code)[:, 0], right)


def test_indicators_that_go_with_a_denominator():
    wanted = table("outputs/denom_corr_0.7.csv")
    got = egov.denominators(whole(), DIVISORS, threshold=0.7)
    pairs = dict(zip(zip(got["indicator"], got["denominator"], strict=True), got["correlation"], strict=True))
    right = dict(
        zip(zip(wanted["Ind"].tolist(), wanted["Denom"].tolist(), strict=True), wanted["Corr"], strict=True)
    )
    assert pairs == pytest.approx(right, rel=1e-11) and len(right) == 10


# Screen


def test_screening_by_availability():
    wanted = table("outputs/screen_byNA_0.95_summary.csv")
    found = egov.screen(panel("inputs/ASEM_iData.csv"), units=0.95)
    assert list(found.units["unit"]) == wanted["uCode"].tolist()
    np.testing.assert_allclose(found.units["observed"], wanted["Dat_Avail"], rtol=1e-15)
    np.testing.assert_allclose(found.units["nonzero"], wanted["Non_Zero"], rtol=1e-15)
    assert list(found.units["kept"]) == [text == "TRUE" for text in wanted["Included"]]
    assert found.removed == tuple(table("outputs/screen_byNA_0.95_removed.csv")["uCode"].tolist())
    assert set(found.units["rule"]) == {"", "units"} and found.dropped == ()
