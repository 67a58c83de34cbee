"""Practical methods of imputation, held against SciPy and scikit-learn; intervals on the tails of real data."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator
from sklearn.impute import KNNImputer
from sklearn.preprocessing import StandardScaler

import egov_index as egov

NAN = float("nan")
DATA = Path(os.environ.get("EGOV_SHARED", "")) / "data" / "ict_human_capital.csv"
TELECOM = ["internet_users", "mobile_cellular", "fixed_broadband", "fixed_telephone"]


def holed(shape, share=0.3, seed=1):
    rng = np.random.default_rng(seed)
    values = rng.normal(5, 2, shape).cumsum(axis=1)
    return np.where(rng.uniform(size=shape) < share, NAN, values)


def panel_of(values, periods=None, **more):
    units, times, count = values.shape
    labels = [f"U{k}" for k in range(units)]
    names = [f"x{k}" for k in range(count)]
    return egov.Panel(values, labels, periods or list(range(2000, 2000 + times)), names, **more)


def test_monotone_cubic_is_scipys():
    x = holed((40, 15, 1), 0.4)
    years = np.cumsum(np.random.default_rng(2).integers(1, 4, 15)) + 2000
    got = egov.impute(panel_of(x, years.tolist()), "monotone_cubic").panel.values
    for before, after in zip(x[:, :, 0], got[:, :, 0], strict=True):
        seen = ~np.isnan(before)
        if seen.sum() > 1:
            wanted = PchipInterpolator(years[seen], before[seen], extrapolate=False)(years)
            np.testing.assert_allclose(after[~seen], wanted[~seen], rtol=1e-12)


def stacked(x, wide):
    units, periods, count = x.shape
    if wide:
        return np.concatenate([x[:, :, j] for j in range(count)], axis=1)
    return x.transpose(1, 0, 2).reshape(units * periods, count)


@pytest.mark.parametrize("shape", ["wide", "long"])
@pytest.mark.parametrize("weights", ["uniform", "distance"])
@pytest.mark.parametrize("k", [1, 4, 60])
def test_neighbors_are_those_of_scikit_learn(shape, weights, k):
    x = holed((50, 6, 3))
    matrix = stacked(x, shape == "wide")
    scaler = StandardScaler().fit(matrix)
    made = KNNImputer(n_neighbors=k, weights=weights).fit_transform(scaler.transform(matrix))
    filled = egov.impute(panel_of(x), "knn", k=k, weights=weights, shape=shape)
    got, wanted = stacked(filled.panel.values, shape == "wide"), scaler.inverse_transform(made)
    # scikit-learn takes distances from squares, which leaves few digits of small ones
    np.testing.assert_allclose(got, wanted, rtol=1e-12 if weights == "uniform" or shape == "wide" else 1e-8)
    flags = filled.flags[filled.flags["note"].isna()]
    assert len(flags) > 200 and (flags["donors"] <= k).all() and flags["donor"].notna().all()


def test_a_nearest_neighbor_is_named():
    x = np.array([[1.0, 10], [2, 20], [2.1, 23], [9, 1], [2.2, NAN]])[:, None, :]
    filled = egov.impute(panel_of(x), "knn", k=2)
    assert filled.panel.values[4, 0, 1] == pytest.approx(21.5) and filled.flags["donor"].tolist() == ["U2"]


def test_neighbors_by_auxiliaries_alone():
    x = np.array([[1.0], [2], [3], [NAN]])[:, None, :]
    wealth = np.array([[5.0], [7], [100], [7.4]])[:, None, :]
    wealth = egov.Panel(wealth, ["U0", "U1", "U2", "U3"], [2000], ["wealth"])
    filled = egov.impute(panel_of(x), "knn", k=1, auxiliaries=wealth)
    assert filled.panel.values[3, 0, 0] == 2 and filled.auxiliaries == ("wealth",)
    alone = egov.impute(panel_of(x), "knn", k=1)
    assert alone.panel.values[3, 0, 0] == 2 and "shares no observed value" in alone.flags["note"][0]


def test_damped_trends_reach_further_with_less_certainty():
    years = np.arange(20)
    x = 3 * years + np.random.default_rng(4).normal(0, 0.5, (30, 20))
    x[:, 15:] = NAN
    filled = egov.impute(panel_of(x[:, :, None]), "damped_trend", alpha=1, phi=0.9, max_gap=4)
    assert np.isnan(filled.panel.values[:, 19]).all() and not np.isnan(filled.panel.values[:, 18]).any()
    steps = np.diff(filled.panel.values[:, 14:19, 0], axis=1)
    np.testing.assert_allclose(steps[:, 1:] / steps[:, :-1], 0.9, rtol=1e-9)
    assert (np.diff(filled.sd[:, 15:19, 0], axis=1) > 0).all()
    assert set(filled.flags["where"]) == {"after"}


def test_draws_of_a_tail_move_together():
    x = np.random.default_rng(5).normal(1, 0.3, (40, 20, 1)).cumsum(axis=1)
    x[:, 14:] = NAN
    draws = egov.impute(panel_of(x), "damped_trend", draws=200, seed=3).draws[:, :, 14:, 0]
    off = draws - draws.mean(axis=0)
    neighbors = [np.corrcoef(off[:, u, 3], off[:, u, 4])[0, 1] for u in range(40)]
    assert np.mean(neighbors) > 0.7


def test_a_unit_more_leaves_the_draws_of_the_others_alone():
    x = holed((20, 12, 2)) + 1
    for method, params in (("hot_deck", {}), ("damped_trend", {"alpha": 1, "beta": 0.3, "phi": 0.8})):
        more, fewer = (egov.impute(panel_of(x[:n]), method, draws=2, **params) for n in (20, 19))
        ranks = [np.sign(one.draws[:, 0] - one.panel.values[0]) for one in (more, fewer)]
        assert (ranks[0] == ranks[1])[~np.isnan(ranks[0])].mean() > (
            0.99 if method == "damped_trend" else 0.8
        )


def test_hot_deck_values_are_values_of_donors():
    x = holed((30, 4, 1))
    filled = egov.impute(panel_of(x), "hot_deck", draws=5, seed=9)
    for t in range(4):
        column = x[:, t, 0]
        assert np.isin(filled.draws[:, :, t, 0], column[~np.isnan(column)]).all()
    for unit, period, value in zip(*(filled.flags[key] for key in ("donor", "period", "value")), strict=True):
        assert x[int(unit[1:]), period - 2000, 0] == value


def test_a_cascade_says_which_source():
    x = np.array([[[3.0, 4, NAN], [NAN, 5, 1]], [[NAN, NAN, NAN], [NAN, NAN, 8]]])
    panel = egov.Panel(x, ["A", "B"], [2020, 2022], ["x", "second", "third"])
    filled = egov.impute(panel, "cascade", auxiliaries=["second", "third"])
    notes = filled.flags.set_index(["unit", "period"])["note"]
    assert notes[("A", 2022)] == "auxiliary 1 of the same period" and filled.panel.values[0, 1, 0] == 5
    assert notes[("B", 2022)] == "auxiliary 2 of the same period" and filled.panel.values[1, 1, 0] == 8
    assert filled.remaining == np.isnan(filled.panel.values).sum() and np.isnan(filled.panel.values[1, 0, 0])


def test_a_ratio_at_its_bound_says_so():
    x = np.array([[20.0, 40], [10, 20], [80, NAN]])[:, :, None]
    panel = panel_of(x, indicator_info={"indicator": ["x0"], "lower": [0.0], "upper": [100.0]})
    filled = egov.impute(panel, "ratio")
    assert filled.panel.values[2, 1, 0] == 100 and "bound" in filled.flags["note"][0]
    with pytest.raises(egov.SpecError, match="one auxiliary"):
        egov.impute(panel_of(np.concatenate([x, x, x], axis=2)), "ratio", auxiliaries=["x1", "x2"])


def test_regression_sd_is_that_of_a_prediction():
    rng = np.random.default_rng(6)
    wealth, y = rng.normal(size=(30, 1, 1)), rng.normal(size=(30, 1, 1))
    y += 2 * wealth
    y[7] = NAN
    beside = egov.Panel(wealth, [f"U{k}" for k in range(30)], [2000], ["wealth"])
    filled = egov.impute(panel_of(y), "regression", fit="period", auxiliaries=beside, draws=4000)
    design = np.column_stack([np.ones(29), np.delete(wealth.ravel(), 7)])
    slopes, (sse,), *_ = np.linalg.lstsq(design, np.delete(y.ravel(), 7), rcond=None)
    row = np.array([1, wealth[7, 0, 0]])
    sd = np.sqrt(sse / 27 * (1 + row @ np.linalg.inv(design.T @ design) @ row) * 27 / 25)
    np.testing.assert_allclose(filled.panel.values[7, 0, 0], row @ slopes, rtol=1e-12)
    np.testing.assert_allclose(filled.sd[7, 0, 0], sd, rtol=1e-12)
    np.testing.assert_allclose(filled.draws[:, 7, 0, 0].std(), sd, rtol=0.05)
    low, high = filled.interval(0.9)
    held = (filled.draws[:, 7, 0, 0] > low[7, 0, 0]) & (filled.draws[:, 7, 0, 0] < high[7, 0, 0])
    assert abs(held.mean() - 0.9) < 0.02


def test_a_predictor_that_is_another_one_again_changes_nothing():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(25, 2, 1))
    x[3, 1] = NAN
    one = rng.normal(size=(25, 2, 1))
    labels = [f"U{k}" for k in range(25)]
    once = egov.Panel(one, labels, [2000, 2001], ["a"])
    twice = egov.Panel(np.concatenate([one, 3 * one + 1], axis=2), labels, [2000, 2001], ["a", "b"])
    first, second = (egov.impute(panel_of(x), "regression", auxiliaries=one) for one in (once, twice))
    np.testing.assert_allclose(second.panel.values, first.panel.values, rtol=1e-10)
    few = egov.impute(panel_of(x), "regression", auxiliaries=once, least=60)
    assert few.remaining == 1 and "1 holes left open" in few.notes[0]


def test_pooled_levels_keep_an_early_curve_from_running_away():
    years = np.arange(2000, 2020)
    curves = np.stack([80 / (1 + np.exp(-0.5 * (years - m))) for m in np.linspace(2004, 2009, 12)])
    noisy = curves + np.random.default_rng(8).normal(0, 0.4, curves.shape)
    noisy[0] = 80 / (1 + np.exp(-0.5 * (years - 2012))) + np.random.default_rng(9).normal(0, 0.4, 20)
    truth = noisy[0].copy()
    noisy = np.maximum(noisy, 0)
    noisy[0, 11:] = NAN
    misses = []
    for pool in (True, False):
        got = egov.impute(panel_of(noisy[:, :, None]), "logistic", pool=pool).panel.values[0, :, 0]
        misses.append(np.abs(got - truth)[11:].mean())
    assert misses[0] < 2 < misses[1]


@pytest.fixture(scope="module")
def telecom():
    return egov.datasets.ict_human_capital().select(periods=range(2000, 2024), indicators=TELECOM)


def tails(values, rng):
    """The last 1 to 5 observations of six series in ten that have eight or more."""
    hidden = np.zeros(values.shape, bool)
    for u, j in np.ndindex(values.shape[0], values.shape[2]):
        seen = np.flatnonzero(~np.isnan(values[u, :, j]))
        if len(seen) >= 8 and rng.uniform() < 0.6:
            hidden[u, seen[-rng.integers(1, 6) :], j] = True
    return hidden


@pytest.mark.parametrize("method", ["damped_trend", "logistic", "gompertz"])
def test_ninety_percent_intervals_hold_the_ends_of_real_series(telecom, method):
    hidden = tails(telecom.values, np.random.default_rng(11))
    filled = egov.impute(telecom.replace(values=np.where(hidden, NAN, telecom.values)), method)
    low, high = filled.interval(0.9)
    for j in range(4):
        at = hidden[:, :, j] & ~np.isnan(low[:, :, j])
        truth = telecom.values[:, :, j][at]
        inside = (truth >= low[:, :, j][at]) & (truth <= high[:, :, j][at])
        assert at.sum() > 200 and 0.8 <= inside.mean() <= 0.98, (method, TELECOM[j], inside.mean())
