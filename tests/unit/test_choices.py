"""Inputs of few values, as choices are: measures against direct computations value by value."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, mannwhitneyu, rankdata

from egov_index import fast, filtering, given, morris, pawn, regression

RNG = np.random.default_rng(14)
PROBLEM = {"names": ["choice", "rare", "number"]}
N = 900
X = np.column_stack(
    [RNG.integers(0, 3, N), RNG.choice(4, N, p=[0.9, 0.06, 0.03, 0.01]), RNG.random(N)]
).astype(float)
Y = np.array([1.0, -2, 0.5])[X[:, 0].astype(int)] + X[:, 1] * X[:, 2] + RNG.random(N)
OTHER = np.column_stack([np.array([7.0, -3, 2])[X[:, 0].astype(int)], X[:, 1:]])  # levels numbered otherwise


def test_pawn_slices_a_choice_by_its_values():
    found = pawn.analyze(PROBLEM, X, Y, 10)
    for i in range(2):
        each = np.array([ks_2samp(Y[X[:, i] == value], Y).statistic for value in np.unique(X[:, i])])
        np.testing.assert_allclose(found.maximum[i], each.max(), atol=1e-12)
        np.testing.assert_allclose(found.mean[i], each.mean(), atol=1e-12)
        np.testing.assert_allclose(found.median[i], np.median(each), atol=1e-12)
    again = pawn.analyze(PROBLEM, OTHER, Y, 10)
    np.testing.assert_allclose(again.mean, found.mean, atol=1e-12)


def test_slices_never_cut_through_a_value():
    """More values than slices: some share a slice, none stands in two."""
    x = RNG.choice(30, N, p=np.arange(1, 31) / 465).astype(float)
    found = pawn.analyze({"names": ["x"]}, x, x, 5)
    ends = np.searchsorted(np.sort(x), x, side="left") * 5 // N
    slices, seen = [], -1
    for value in np.unique(x):  # a slice begins with the first value that begins in another fifth
        share = int(ends[x == value][0])
        if share > seen:
            slices.append([])
            seen = share
        slices[-1].append(value)
    each = [ks_2samp(x[np.isin(x, part)], x).statistic for part in slices]
    np.testing.assert_allclose(found.mean, np.mean(each), atol=1e-12)


def test_first_order_of_a_choice_is_the_variance_of_the_means_of_its_values():
    found = given.analyze(PROBLEM, X, Y)
    for i in range(2):
        classes = [Y[X[:, i] == value] for value in np.unique(X[:, i])]
        between = sum(len(part) / N * (part.mean() - Y.mean()) ** 2 for part in classes)
        noise = sum(part.var(ddof=1) / N for part in classes)
        expected = (between - noise) / Y.var(ddof=1) + 1 / N
        np.testing.assert_allclose(found.first[i], expected, rtol=1e-10)
    again = given.analyze(PROBLEM, OTHER, Y)
    np.testing.assert_allclose(again.first, found.first, rtol=1e-10)
    by_rank = given.analyze(PROBLEM, X, Y, method="rank")
    np.testing.assert_allclose(by_rank.first[:2], found.first[:2], atol=0.08)


def test_coefficients_of_choices_are_those_of_tied_ranks():
    found = regression.analyze(PROBLEM, X, Y, resamples=0)
    for name, table, y in (
        ("src", X, Y),
        ("srrc", np.apply_along_axis(rankdata, 0, X), rankdata(Y)),
    ):
        slopes = np.linalg.lstsq(np.column_stack([np.ones(N), table]), y, rcond=None)[0][1:]
        np.testing.assert_allclose(getattr(found, name), slopes * table.std(axis=0) / y.std(), rtol=1e-9)
    assert "choice, rare." in found.notes[-1] and "without an order" in found.explain()


def test_filters_of_choices_take_ties_as_ties():
    found = filtering.analyze(PROBLEM, X, Y, quantile=0.8)
    through = np.quantile(Y, 0.8) <= Y
    for i in range(3):
        inside, rest = X[through, i], X[~through, i]
        assert found.distance[i] == pytest.approx(ks_2samp(inside, rest).statistic, abs=1e-12)
        test = mannwhitneyu(inside, rest, method="asymptotic")
        assert found.larger[i] == pytest.approx(test.statistic / len(inside) / len(rest), abs=1e-12)
        assert found.larger_p[i] == pytest.approx(test.pvalue, rel=1e-6)
    assert "choice, rare." in found.notes[-1]


def test_radial_effects_of_a_choice_are_over_the_levels_that_it_moves():
    problem = {"names": ["pick", "x"], "bounds": [[10, 20, 40], [0, 1]], "dists": ["discrete", "unif"]}
    x = morris.sample(problem, 32, design="radial", seed=3)
    walks = np.asarray(x).reshape(32, 3, 2)
    model = {10.0: 1.0, 20.0: 5.0, 40.0: 2.0}
    y = np.array([model[pick] for pick in walks[..., 0].ravel()]) + np.asarray(x[:, 1])
    level = {10.0: 0, 20.0: 1, 40.0: 2}
    moved = [(level[walk[0, 0]], level[walk[1, 0]]) for walk in walks]
    worth = list(model.values())
    effects = np.array([(worth[b] - worth[a]) / ((b - a) / 3) for a, b in moved if a != b])
    assert 0 < len(effects) < 32
    for interval in ("t", "bootstrap"):
        found = morris.analyze(problem, x, y, interval=interval, seed=5)
        np.testing.assert_allclose(found.mu, [effects.mean(), 1], rtol=1e-9)
        np.testing.assert_allclose(found.mu_star[0], np.abs(effects).mean(), rtol=1e-9)
        np.testing.assert_allclose(found.sigma[0], effects.std(ddof=1), rtol=1e-9)
        low, high = found.interval["mu_star"]
        assert low[0] < found.mu_star[0] < high[0]
    change = np.array([(worth[b] - worth[a]) ** 2 for a, b in moved]).mean()
    variance = y.reshape(32, 3).var(axis=0, ddof=1).mean()
    np.testing.assert_allclose(found.total[0], change / 2 / variance, rtol=1e-9)
    assert "pick" in found.notes[-1] and "without an order" in found.explain()


def test_a_choice_that_never_moves_has_no_effects():
    problem = {"names": ["pick", "x"], "bounds": [[1, 2], [0, 1]], "dists": ["discrete", "unif"]}
    seed = next(
        s
        for s in range(50)
        if np.ptp(
            morris.sample(problem, 2, design="radial", kind="montecarlo", seed=s)[:, 0].reshape(2, 3), axis=1
        ).max()
        == 0
    )
    x = morris.sample(problem, 2, design="radial", kind="montecarlo", seed=seed)
    found = morris.analyze(problem, x, np.asarray(x).sum(axis=1))
    assert np.isnan(found.mu[0]) and np.isnan(found.interval["mu_star"][0][0])
    assert found.mu[1] == pytest.approx(1)
    found.explain()


def test_trajectories_of_choices_move_a_level_each_time():
    for levels in (2, 3, 5):
        problem = {"names": ["a", "b"], "bounds": [list(range(levels))] * 2, "dists": ["discrete"] * 2}
        for grid in (2, 4, 6):
            x = morris.sample(problem, 50, grid)
            morris.analyze(problem, np.array(x), np.asarray(x).sum(axis=1), num_levels=grid)
            assert (np.abs(np.diff(np.asarray(x).reshape(50, 3, 2), axis=1)).sum(axis=2) >= 1).all()


def test_random_balance_deals_equal_inputs_at_random():
    """The harmonics of a step miss a little of it."""
    x = np.repeat([0.0, 1], 2048)[RNG.permutation(4096)]
    y = x + 0.0
    found = fast.analyze({"names": ["x"]}, x, y, 10)
    odd = np.arange(1, 11, 2)
    assert found.first[0] == pytest.approx(8 / np.pi**2 * (1 / odd**2).sum(), abs=0.01)
    assert "choice, rare." in fast.analyze(PROBLEM, X, Y).notes[-1]
