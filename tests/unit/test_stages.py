"""The stages as functions: panels and arrays in, the same kind out, laws that hold for any data."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize

import egov_index as egov
from egov_index import DataError, SpecError

NAN = float("nan")
FEW = settings(max_examples=60, deadline=None)
COLUMN = arrays(np.float64, st.integers(3, 30), elements=st.floats(-1e6, 1e6).map(lambda x: round(x, 3)))


def spread(x):
    return np.ptp(x) > 1e-3


@FEW
@given(COLUMN.filter(spread), st.floats(0.01, 1e4), st.floats(-1e4, 1e4))
def test_affine_maps_of_an_indicator_leave_relative_scales_unchanged(x, slope, offset):
    for method in ("minmax", "zscore"):
        np.testing.assert_allclose(
            egov.normalize(slope * x + offset, method), egov.normalize(x, method), atol=1e-7
        )
        np.testing.assert_allclose(
            egov.normalize(-x, method, direction=-1), egov.normalize(x, method), atol=1e-12
        )


@FEW
@given(COLUMN)
def test_monotone_maps_leave_ranks_unchanged(x):
    np.testing.assert_array_equal(
        egov.normalize(x, "rank"), egov.normalize(np.arctan(x / 1e5) * 7 + 2, "rank")
    )
    np.testing.assert_array_equal(egov.normalize(x, "rank", ties="max"), len(x) + 1 - egov.rank(x))


@FEW
@given(COLUMN.filter(spread), st.randoms(use_true_random=False))
def test_permuting_units_permutes_results(x, random):
    order = list(range(len(x)))
    random.shuffle(order)
    for call in (
        lambda v: egov.normalize(v, "zscore"),
        lambda v: egov.normalize(v, "rank"),
        lambda v: egov.treat(v, "winsorize", skew=0.5, kurt=0.0),
        egov.rank,
    ):
        np.testing.assert_allclose(call(x[order]), call(x)[order], atol=1e-9)


@FEW
@given(
    arrays(np.float64, (6, 3), elements=st.floats(0.1, 100)),
    st.lists(st.floats(0.01, 10), min_size=3, max_size=3),
)
def test_means_lie_between_their_children_and_in_order(x, weights):
    mean = egov.aggregate(x, "arithmetic", weights=weights)
    root = egov.aggregate(x, "geometric", weights=weights)
    assert (root <= mean * (1 + 1e-12)).all()
    assert (root >= x.min(axis=1) * (1 - 1e-12)).all() and (mean <= x.max(axis=1) * (1 + 1e-12)).all()
    np.testing.assert_allclose(mean, x @ np.array(weights) / sum(weights), rtol=1e-12)
    np.testing.assert_allclose(egov.aggregate(x * 7, "geometric", weights=weights), 7 * root, rtol=1e-12)


@FEW
@given(arrays(np.float64, (5, 6, 2), elements=st.one_of(st.just(NAN), st.floats(-100, 100))))
def test_imputing_touches_holes_only_and_says_so(x):
    got = egov.impute(x, "linear", egov.choice("locf", max_gap=2), "median")
    seen = ~np.isnan(x)
    np.testing.assert_array_equal(got.panel[seen], x[seen])
    assert len(got.flags) == np.isnan(x).sum() - np.isnan(got.panel).sum()
    assert got.remaining == np.isnan(got.panel).sum()
    empty = np.isnan(x).all(axis=0)  # no donor in the section and none on both sides in time
    assert np.isnan(got.panel[:, ~empty]).sum() == 0


def test_arrays_keep_their_shape_and_panels_their_labels():
    for shape in ((4,), (4, 2), (4, 3, 2)):
        x = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
        assert egov.normalize(x).shape == egov.treat(x).shape == egov.rank(x).shape == shape
    panel = egov.Panel(
        np.arange(12.0).reshape(3, 2, 2), ["EST", "LVA", "LTU"], [2020, 2021], ["a", "b"], notes=["n"]
    )
    got = egov.normalize(panel, "zscore")
    assert (got.units, got.periods, got.indicators, got.notes) == (
        panel.units,
        panel.periods,
        panel.indicators,
        ("n",),
    )
    one = egov.aggregate(panel, name="index")
    assert one.indicators == ("index",) and one.units == panel.units


def test_directions_and_weights_by_name():
    panel = egov.Panel([[[1.0, 5]], [[3.0, 6]], [[2.0, 9]]], ["A", "B", "C"], [2020], ["x", "y"])
    got = egov.normalize(panel, direction={"y": -1})
    assert got.column("x")[:, 0].tolist() == [0, 1, 0.5] and got.column("y")[:, 0].tolist() == [1, 0.75, 0]
    mean = egov.aggregate(got, weights={"y": 3, "x": 1})
    assert mean.values.ravel().tolist() == [0.75, (1 + 2.25) / 4, 0.125]
    assert egov.weight(panel, "given", given={"y": 3, "x": 1}) == {"x": 0.25, "y": 0.75}
    assert egov.weight(panel) == {"x": 0.5, "y": 0.5}


def test_missing_children_of_a_mean():
    x = np.array([[1.0, NAN, 4], [NAN, NAN, NAN]])
    with pytest.raises(DataError, match=r"drop-weight"):
        egov.aggregate(x)
    assert egov.aggregate(x, missing="drop-weight", weights=[1, 5, 2])[0] == 3
    assert np.isnan(egov.aggregate(x, missing="drop-weight")[1])


def test_ranks_with_digits_ties_and_holes():
    assert egov.rank([0.9, 0.7, 0.9, NAN]).tolist()[:3] == [1, 3, 1]
    assert egov.rank([0.94, 0.86, 0.9, 0.84], digits=1).tolist() == [1, 1, 1, 4]
    by_period = egov.rank(np.array([[[1.0], [2.0]], [[3.0], [1.0]]]))
    assert by_period.ravel().tolist() == [2, 1, 1, 2]


def test_where_filled_values_came_from():
    panel = egov.Panel(
        np.array([[1.0, NAN, 3, NAN], [4, 4, NAN, 4]])[:, :, None],
        ["EST", "LVA"],
        [2018, 2019, 2020, 2022],
        ["x"],
    )
    flags = egov.impute(panel, "linear", "mean").flags.set_index(["unit", "period"])
    assert flags.loc[("EST", 2019)].tolist()[1:6] == ["linear", 2.0, 2018, 2020, 2]
    assert flags.loc[("LVA", 2020)].tolist()[1:6] == ["linear", 4.0, 2019, 2022, 2]
    assert flags.loc[("EST", 2022)].tolist()[1:6] == ["mean", 4.0, 2022, 2022, 1]


def test_logistic_meets_a_curve_and_keeps_to_the_indicators_own_bound():
    years = np.arange(2000, 2021)
    curve = 100 / (1 + np.exp(-0.35 * (years - 2011)))
    holed = np.where(np.isin(years, [2004, 2015, 2020]), NAN, curve)
    got = egov.impute(egov.Panel(holed[None, :, None], ["EST"], years.tolist(), ["x"]), "logistic").panel
    np.testing.assert_allclose(got.values[0, :, 0], curve, rtol=1e-6)
    info = {"indicator": ["x"], "upper": [100.0]}
    early = egov.Panel(
        np.where(years > 2010, NAN, curve)[None, :, None], ["EST"], years.tolist(), ["x"], indicator_info=info
    )
    assert egov.impute(early, "logistic").panel.values.max() <= 100


@pytest.mark.parametrize(
    "level, rate, midpoint, upper",
    [
        (111, 0.3, 2011, 100),
        (47, 0.3, 2016.6, 100),
        (47, 0.3, 2016.6, None),
        (80, 0.2, 2018, 60),
        (60, -0.4, 2009, 100),
    ],
)
def test_logistic_is_the_least_squares_optimum(level, rate, midpoint, upper):
    def curve(t, level, rate, midpoint):
        return level / (1 + np.exp(-rate * (t - midpoint)))

    years = np.arange(2000.0, 2025)
    holes = np.isin(years, [2003, 2009, 2016, 2020, 2024])
    for seed in range(4):
        y = np.maximum(
            curve(years, level, rate, midpoint) + np.random.default_rng(seed).normal(0, 0.8, 25), 0
        )
        start = [min(y[~holes].max(), (upper or np.inf) * 0.99), rate, midpoint]
        limits = ([0, -8, 1000], [upper or 10 * y[~holes].max(), 8, 3000])
        right, _ = optimize.curve_fit(
            curve, years[~holes], y[~holes], start, bounds=limits, ftol=1e-14, xtol=1e-14, gtol=1e-14
        )
        panel = egov.Panel(np.where(holes, NAN, y)[None, :, None], ["EST"], years.astype(int).tolist(), ["x"])
        params = {} if upper is None else {"upper": upper}
        got = egov.impute(panel, "logistic", **params).panel.values[0, holes, 0]
        np.testing.assert_allclose(got, curve(years[holes], *right), atol=2e-4)


def test_groups_of_the_panel_and_embedded_ones():
    panel = egov.Panel(np.array([[1.0], [3], [NAN], [10]])[:, None, :], ["A", "B", "C", "D"], [2020], ["x"],
                       groups={"region": ["n", "n", "n", "s"]})  # fmt: skip
    assert egov.impute(panel, "group_mean", by="region").panel.values[2, 0, 0] == 2
    with pytest.raises(SpecError, match="'region'"):
        egov.impute(panel, "group_mean", by="regions")
    survey = egov.datasets.un_egov_survey()
    scheme = next(iter(survey.groups))
    labels = dict(zip(survey.units, survey.groups[scheme], strict=True))
    group = labels["EST"]
    others = [unit for unit in survey.units if labels[unit] == group and unit != "EST"][:2]
    bare = egov.Panel(np.array([[NAN], [1.0], [2]])[:, None, :], ["EST", *others], [2020], ["x"])
    assert egov.impute(bare, "group_mean", by=scheme).panel.values[0, 0, 0] == 1.5


def test_a_polars_panel_gives_polars_flags():
    frame = pl.DataFrame({"unit": ["A", "B"], "period": [2020, 2020], "x": [1.0, None]})
    assert isinstance(egov.impute(egov.Panel.from_wide(frame), "mean").flags, pl.DataFrame)


def test_errors_name_indicator_unit_and_period():
    panel = egov.Panel(
        np.ones((3, 2, 1)) * [[[1], [2]], [[3], [2]], [[5], [2]]], ["A", "B", "C"], [2020, 2021], ["x"]
    )
    with pytest.raises(DataError, match=r"normalize minmax x period 2021: .*equal 2"):
        egov.normalize(panel)
    with pytest.raises(DataError, match=r"geometric x, unit B, period 2021"):
        egov.aggregate(
            panel.replace(values=panel.values * [[[1], [1]], [[1], [-1]], [[1], [1]]]), "geometric"
        )
