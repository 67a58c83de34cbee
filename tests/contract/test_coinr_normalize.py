"""Normalizations of COINr 1.1.14 (R 4.2.2) on its ASEM data, to 1e-12."""

import numpy as np
import pytest
from coinr import COINR, holds, leaves, of_meta, panel, table
from test_coinr import TREATED

import egov_index as egov

pytestmark = pytest.mark.skipif(not COINR.is_dir(), reason=f"no reference files in {COINR}; set EGOV_SHARED")


def signs():
    found = {code: int(sign) for code, sign in of_meta("Direction").items()}
    assert sorted(set(found.values())) == [-1, 1]
    return found


def numbers(column):
    return {code: float(value) for code, value in of_meta(column).items()}


@pytest.mark.parametrize(
    ("file", "method", "params"),
    [
        ("none", "none", {}),
        ("minmax_0_100", "minmax", {"low": 0, "high": 100}),
        ("minmax_1_100", "minmax", {"low": 1, "high": 100}),
        ("zscore_0_1", "zscore", {}),
        ("scaled_0_100", "scaled", {"a": 0, "b": 100, "factor": 100}),
        ("dist2max", "distance_to_max", {}),
        ("dist2ref_17", "distance_to_reference", {"unit": "GBR"}),
        ("rank_average", "rank", {}),
        ("prank_average", "percentile_rank", {}),
        ("borda_average", "borda", {}),
    ],
)
def test_every_indicator(file, method, params):
    got = egov.normalize(panel(TREATED), method, direction=signs(), **params)
    holds(got, f"outputs/normalise_{file}.csv")


def test_the_fraction_of_the_maximum_where_more_is_better():
    """Theirs loses a negative direction and divides by a maximum of 0: only the other indicators are compared."""
    data = panel(TREATED)
    plain = [code for code in leaves() if signs()[code] == 1 and np.nanmin(data.column(code)) > 0]
    assert len(plain) > 15
    holds(egov.normalize(data.select(indicators=plain), "fraction_of_max"), "outputs/normalise_fracmax.csv")
    worse = [code for code in leaves() if signs()[code] == -1 and np.nanmin(data.column(code)) > 0]
    got = egov.normalize(data.select(indicators=worse), "fraction_of_max", direction=-1)
    for code in worse:
        x = data.column(code)
        np.testing.assert_allclose(got.column(code), np.nanmin(x) / x, rtol=1e-15)


@pytest.mark.parametrize(
    ("source", "file"), [(TREATED, "dist2targ_cap"), ("outputs/pipeline_Raw.csv", "raw_dist2targ_cap")]
)
def test_targets_of_each_indicator(source, file):
    """Targets in the unit of the indicator; COINr negates them with the values where less is better."""
    targets = numbers("Target")
    assert set(of_meta("dist2targ_cap_max").values()) == {"TRUE"}
    got = egov.normalize(panel(source), "distance_to_target", direction=signs(), target=targets, cap=True)
    holds(got, f"outputs/normalise_{file}.csv")


def test_targets_stand_in_the_framework():
    targets = numbers("Target")
    nodes = [{"code": "i"}] + [
        {"code": code, "parent": "i", "direction": signs()[code], "target": targets[code]}
        for code in leaves()
    ]
    scale = egov.choice("distance_to_target", cap=True)
    index = egov.Index(
        egov.Framework(nodes), egov.Recipe(impute="none", normalize=scale, missing="drop-weight")
    )
    result = index.score(panel("outputs/pipeline_Raw.csv"))
    wanted = table("outputs/normalise_raw_dist2targ_cap.csv")
    for code in leaves():
        np.testing.assert_allclose(
            result.values[0, :, result.nodes.index(code)], wanted[code], rtol=1e-12, atol=1e-12, err_msg=code
        )


def test_goalposts_of_each_indicator():
    assert set(of_meta("goalpost_trunc2posts").values()) == {"TRUE"}
    posts = {
        "lower": numbers("goalpost_lower"),
        "upper": numbers("goalpost_upper"),
        "high": numbers("goalpost_scale"),
    }
    got = egov.normalize(panel(TREATED), "goalposts", direction=signs(), **posts)
    holds(got, "outputs/normalise_goalposts_trunc.csv")


def test_each_year_of_a_panel():
    """Default of COINr: minmax from 0 to 100 in each year on its own."""
    given, wanted = table("inputs/ASEM_iData_p.csv"), table("outputs/normalise_panel_by_year.csv")
    years = sorted(set(given["Time"].astype(int).tolist()))
    units = sorted(set(given["uCode"].tolist()))
    assert (len(units), len(years)) == (51, 5)

    def cells(columns):
        values = np.full((len(units), len(years), len(leaves())), np.nan)
        for at, (unit, year) in enumerate(
            zip(columns["uCode"].tolist(), columns["Time"].tolist(), strict=True)
        ):
            values[units.index(unit), years.index(int(year))] = [columns[code][at] for code in leaves()]
        return values

    data = egov.Panel(cells(given), units, years, leaves())
    got = egov.normalize(data, "minmax", direction=signs(), low=0, high=100)
    np.testing.assert_allclose(got.values, cells(wanted), rtol=1e-12, atol=1e-12)


def test_rescaling_a_linear_scale_is_a_minmax():
    for method in ("none", "zscore", "distance_to_max"):
        got = egov.normalize(panel("outputs/aggregate_input_complete.csv"), method, rescale=(1, 100))
        holds(got, "outputs/aggregate_input_complete.csv", tolerance=1e-11)
