"""Imputations and their draws at the edges: bounds far off, other orders of units, outliers, series never observed."""

import numpy as np
import pytest

import egov_index as egov

nan = np.nan


def holed(seed=0, units=12, periods=8, indicators=3):
    rng = np.random.default_rng(seed)
    level = 50 + 10 * rng.normal(size=(units, 1, indicators))
    values = level + 1.5 * np.arange(periods)[None, :, None] + rng.normal(size=(units, periods, indicators))
    return np.where(rng.random(values.shape) < 0.2, nan, np.clip(values, 1, 99))


def panel_of(values, order=None):
    order = range(len(values)) if order is None else order
    periods, indicators = values.shape[1:]
    names = [f"x{k}" for k in range(indicators)]
    return egov.Panel(values[list(order)], [f"u{k:02d}" for k in order], range(2000, 2000 + periods), names)


@pytest.mark.parametrize("method", ["kriging", "norm", "em", "bootstrap_em", "svd"])
@pytest.mark.parametrize("size", [1e-2, 1e-4, 1e-9])
def test_values_far_below_the_upper_bound_are_filled_as_without_it(method, size):
    values = holed() * size
    with_upper = egov.impute(panel_of(values), method, lower=0, upper=100).panel.values
    without = egov.impute(panel_of(values), method, lower=0).panel.values
    assert np.abs(with_upper - without).max() < 0.75 * np.nanstd(values)


def test_the_spread_of_kriging_is_that_of_its_draws_for_series_never_observed_too():
    values = holed(1, units=40)
    values[:6, :, 0] = nan
    filled = egov.impute(panel_of(values), "kriging", draws=3000, seed=2)
    never, other = filled.draws[:, :6, :, 0], np.isnan(values) & (np.arange(40) >= 6)[:, None, None]
    np.testing.assert_allclose(never.std(axis=0), filled.sd[:6, :, 0], rtol=0.05)
    np.testing.assert_allclose(filled.draws[:, other].std(axis=0), filled.sd[other], rtol=0.07)


def test_draws_of_a_regression_do_not_hang_on_the_order_of_units():
    values = holed(2, units=30)
    order = np.arange(30)[::-1]
    one, other = (
        egov.impute(panel_of(values, k), "regression", draws=3, seed=4).draws for k in (None, order)
    )
    np.testing.assert_allclose(other[:, order], one, rtol=1e-9)


def test_a_draw_that_misses_the_one_outlier_is_fitted_without_it():
    values = holed()
    values[0, 0, 0] = 1e300
    filled = egov.impute(panel_of(values), "bootstrap_em", draws=30)
    np.testing.assert_array_equal(np.isnan(filled.draws), np.isnan([filled.panel.values] * 30))


def test_lines_on_a_link_between_far_bounds_fill_the_smallest_numbers():
    values = holed() * 1e-312
    filled = egov.impute(panel_of(values), "linear", link="logit", lower=0, upper=100)
    assert len(filled.flags) == np.isnan(values).sum() - filled.remaining
    low, high = np.nanmin(values), np.nanmax(values)
    assert filled.flags["value"].between(low, high).all(), (low, high)


@pytest.mark.parametrize(
    "method", ["kriging", "pmm", "norm", "em", "svd", "linear", "logistic", "damped_trend"]
)
def test_bounds_the_wrong_way_round_are_refused(method):
    with pytest.raises(egov.SpecError, match="lower bound must lie below the upper one"):
        egov.impute(panel_of(holed()), method, lower=100, upper=0)


def test_observations_above_the_bound_of_a_curve_are_told():
    x = np.tile(np.linspace(20, 90, 10), (6, 1))[:, :, None] + np.arange(6)[:, None, None]
    x[0, 7] = nan
    made = egov.impute(panel_of(x), "logistic", upper=50)
    assert any("above the given upper bound" in note for note in made.notes)
    assert not any("filled by logistic above" in note for note in made.notes)


def test_masked_cells_are_missing():
    given = np.ma.masked_array([[1.0, 2], [3, 999], [2, 1]], [[0, 0], [0, 1], [0, 0]])
    assert egov.impute(given, "mean").panel[1, 1] == 1.5
    assert np.isnan(egov.Panel(given[:, None, :], ["A", "B", "C"], [2020], ["x", "y"]).values[1, 0, 1])
    with pytest.raises(egov.SpecError, match="auxiliaries: an array of 3 dimensions; names: some of"):
        egov.impute(panel_of(holed()), "kriging", auxiliaries=np.ones((12, 8, 1)))
