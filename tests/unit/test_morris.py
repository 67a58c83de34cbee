"""Elementary effects: exact ones, a plain twin, SALib on its own sample, and what is refused."""

import itertools

import numpy as np
import pytest

from egov_index import DataError, SpecError, morris

PROBLEM = {"names": ["a", "b", "c"], "bounds": [[0, 1], [-2, 2], [5, 6]]}
UNIT = {"names": ["a", "b", "c", "d"], "bounds": [[0, 1]] * 4}


def model(x):
    x = np.asarray(x)
    return x[:, 0] ** 2 + 3 * x[:, 1] * x[:, 2] - np.exp(x[:, 0] * x[:, 2] / 5)


def twin(y, unit, radial):
    """Effects of one output from the definition: walks x factors."""
    d = unit.shape[1]
    y, unit = y.reshape(-1, d + 1), unit.reshape(-1, d + 1, d)
    effects = np.full((len(y), d), np.nan)
    for walk in range(len(y)):
        for k in range(1, d + 1):
            start = 0 if radial else k - 1
            change = unit[walk, k] - unit[walk, start]
            (i,) = np.flatnonzero(change)
            effects[walk, i] = (y[walk, k] - y[walk, start]) / change[i]
    return effects


@pytest.mark.parametrize("design", ["trajectory", "radial"])
def test_effects_are_their_definition(design):
    x = morris.sample(PROBLEM, 12, design=design, seed=4)
    y = np.column_stack([model(x), np.asarray(x[:, 1]), 1e5 + model(x) ** 2])
    found = morris.analyze(PROBLEM, x, y)
    for k in range(3):
        effects = twin(y[:, k], x.unit, design == "radial")
        np.testing.assert_allclose(found.mu[k], effects.mean(axis=0), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found.mu_star[k], np.abs(effects).mean(axis=0), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.sigma[k], effects.std(axis=0, ddof=1), rtol=1e-9, atol=1e-9)
        half = (
            2.2009851600916384 * np.abs(effects).std(axis=0, ddof=1) / np.sqrt(12)
        )  # t, 11 degrees of freedom
        np.testing.assert_allclose(found["mu_star_conf"][k], half, rtol=1e-9, atol=1e-9)
    if design == "radial":
        runs = y[:, 0].reshape(-1, 4)
        exact = ((runs[:, 1:] - runs[:, :1]) ** 2).mean(axis=0) / 2 / runs.var(axis=0, ddof=1).mean()
        np.testing.assert_allclose(found.total[0], exact, rtol=1e-12)
    else:
        assert np.isnan(found.total).all()


@pytest.mark.parametrize("design", ["trajectory", "radial"])
def test_a_linear_model_has_its_slopes_as_effects(design):
    x = morris.sample(PROBLEM, 6, design=design)
    found = morris.analyze(PROBLEM, x, np.asarray(x) @ [3.0, -1.0, 0.5])
    np.testing.assert_allclose(found.mu, [3, -4, 0.5], rtol=1e-9)  # over the unit cube: slope times width
    np.testing.assert_allclose(found.sigma, 0, atol=1e-9)


def test_mean_effects_of_a_product_are_exact_over_all_trajectories():
    """Y = a b: the effect of a is b, which stands on the levels 0, 1/3, 2/3, 1 alike: mean 1/2, variance 5/36."""
    x = morris.sample(UNIT, 4000, seed=2)
    found = morris.analyze(UNIT, x, np.asarray(x[:, 0] * x[:, 1]))
    np.testing.assert_allclose(found.mu[:2], 0.5, atol=4 * np.sqrt(5 / 36 / 4000))
    np.testing.assert_allclose(found.sigma[:2] ** 2, 5 / 36, rtol=0.1)
    assert (found.mu_star[2:] == 0).all()
    assert "Without any effect in these runs: c, d" in found.explain()


def test_total_orders_of_a_radial_design_near_exact_ones():
    problem = {"names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
    x = np.asarray(given := morris.sample(problem, 4096, design="radial"))
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    exact = [0.5575888552099592, 0.4424111447900409, 0.2436836640621477]
    np.testing.assert_allclose(morris.analyze(problem, given, y).total, exact, atol=0.01)


def test_first_runs_that_do_not_vary_leave_total_orders_finite():
    x = morris.sample({"names": ["a", "b"], "bounds": [[0, 1]] * 2}, 3, design="radial")
    changes = np.array([[0, 1, 0], [0, 2, 1], [0, 3, 0]], dtype=float)  # a walk a row
    found = morris.analyze({"names": ["a", "b"]}, x, changes.ravel())
    variance = (0 + 1 + 1 / 3) / 3
    np.testing.assert_allclose(found.total, [14 / 3 / 2 / variance, 1 / 3 / 2 / variance])
    same = np.tile([0.0, 2, 1], 3)
    assert np.isnan(morris.analyze({"names": ["a", "b"]}, x, same).total).all()


def apart(unit, each, chosen):
    """Sum of squared distances of pairs of trajectories, each the sum over pairs of their points."""
    walks = [np.asarray(unit).reshape(-1, each, unit.shape[1])[k] for k in chosen]
    pairs = itertools.combinations(walks, 2)
    return sum(np.linalg.norm(a[:, None] - b[None], axis=2).sum() ** 2 for a, b in pairs)


@pytest.mark.parametrize("grouped", [False, True])
def test_optimal_trajectories_lie_farther_apart_than_nearly_all_others(grouped):
    problem = UNIT | ({"groups": ["g", "h", "g", "h"]} if grouped else {})
    each = 3 if grouped else 5
    for seed in range(5):
        every = morris.sample(problem, 12, seed=seed)
        kept = morris.sample(problem, 12, seed=seed, optimal_trajectories=4)
        assert kept.shape == (4 * each, 4) and kept.design == "trajectory"
        shares = sorted(apart(every, each, chosen) for chosen in itertools.combinations(range(12), 4))
        assert apart(kept, each, range(4)) >= shares[-3] * (1 - 1e-9)
        rows = {walk.tobytes() for walk in np.asarray(every).reshape(12, each, 4)}
        assert all(walk.tobytes() in rows for walk in np.asarray(kept).reshape(4, each, 4))
    whole = morris.sample(problem, 12, optimal_trajectories=12)
    np.testing.assert_array_equal(whole, morris.sample(problem, 12))
    one, three = (morris.sample(problem, 40, optimal_trajectories=7, threads=t) for t in (1, 3))
    np.testing.assert_array_equal(one, three)
    y = np.asarray(one) @ [1.0, 2, 3, 4]
    assert morris.analyze(problem, one, y).walks == 7


def test_optimal_trajectories_beside_salib():
    local = pytest.importorskip("SALib.sample.morris.local").LocalOptimisation()
    for seed in range(4):
        every = morris.sample(UNIT, 30, seed=seed)
        theirs = local.find_local_maximum(np.asarray(every), 30, 4, 6, None)
        ours = morris.sample(UNIT, 30, seed=seed, optimal_trajectories=6)
        assert apart(ours, 5, range(6)) >= apart(every, 5, theirs) * (1 - 1e-9)


def test_names_of_salib_are_taken():
    x = morris.sample(UNIT, 8)
    y = np.asarray(x) ** 2 @ [1.0, 2, 3, 4]
    ours = morris.analyze(UNIT, x, y, interval="bootstrap", resamples=50, level=0.8)
    theirs = morris.analyze(UNIT, x, y, interval="bootstrap", num_resamples=50, conf_level=0.8)
    np.testing.assert_array_equal(ours.interval["mu_star"], theirs.interval["mu_star"])
    with pytest.raises(SpecError, match=r"num_resample: not known; .*num_resamples"):
        morris.analyze(UNIT, x, y, num_resample=50)


def test_optimal_trajectories_that_make_no_sense():
    with pytest.raises(SpecError, match=r"design='trajectory'"):
        morris.sample(UNIT, 10, design="radial", optimal_trajectories=4)
    with pytest.raises(SpecError, match=r"optimal_trajectories: 11; a whole number from 2 to 10"):
        morris.sample(UNIT, 10, optimal_trajectories=11)
    with pytest.raises(SpecError, match=r"n: 5001"):
        morris.sample(UNIT, 5001, optimal_trajectories=11)


def test_trajectories_lie_on_the_grid_and_move_each_factor_once():
    for levels in (2, 4, 8):
        x = morris.sample(UNIT, 50, levels, seed=3)
        grid = np.asarray(x) * (levels - 1)
        np.testing.assert_allclose(grid, grid.round(), atol=1e-12)
        assert x.min() >= 0 and x.max() <= 1
        moves = np.abs(np.diff(np.asarray(x).reshape(50, 5, 4), axis=1))
        np.testing.assert_allclose(moves.sum(axis=1), levels / (2 * (levels - 1)))
    first = np.asarray(morris.sample(UNIT, 4000)).reshape(4000, 5, 4)[:, 0]
    counts = np.array([np.unique(column, return_counts=True)[1] for column in first.T])
    np.testing.assert_allclose(counts, 1000, atol=5 * np.sqrt(750))


def test_salib_on_its_own_sample():
    sampler = pytest.importorskip("SALib.sample.morris")
    theirs = pytest.importorskip("SALib.analyze.morris")
    problem = dict(PROBLEM, num_vars=3)
    x = sampler.sample(problem, 30, num_levels=6, seed=8)
    y = model(x)
    expected = theirs.analyze(problem, x, y, num_levels=6, seed=1)
    found = morris.analyze(PROBLEM, x, y, num_levels=6, interval="bootstrap")
    for key in ("mu", "mu_star", "sigma"):
        np.testing.assert_allclose(found[key], np.asarray(expected[key], dtype=float), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["mu_star_conf"], expected["mu_star_conf"].astype(float), rtol=0.35)


def test_salib_with_groups_has_the_same_mu_star():
    """SALib divides by delta as well and takes the mean over the members of what is the same number."""
    sampler = pytest.importorskip("SALib.sample.morris")
    theirs = pytest.importorskip("SALib.analyze.morris")
    problem = dict(UNIT, num_vars=4, groups=["g", "h", "g", "h"])
    x = sampler.sample(problem, 20, num_levels=4, seed=3)
    y = np.asarray(x) @ [1.0, 2, 4, 8] + x[:, 0] * x[:, 1]
    found = morris.analyze(problem, x, y)
    expected = theirs.analyze(problem, x, y, num_levels=4, seed=1)
    np.testing.assert_allclose(found.mu_star, np.asarray(expected["mu_star"], dtype=float), rtol=1e-9)
    assert np.isnan(found.mu).all() and np.isnan(found.sigma).all()


def test_salib_radial_effects_are_over_steps_in_units_of_the_input():
    sampler = pytest.importorskip("SALib.sample.radial.radial_mc")
    theirs = pytest.importorskip("SALib.analyze.radial_ee")
    problem = dict(PROBLEM, num_vars=3)
    x = sampler.sample(problem, 25, seed=2)
    y = model(x)
    expected = theirs.analyze(problem, x, y, 25, seed=1)
    found = morris.analyze(PROBLEM, x, y, design="radial")
    width = np.array([1, 4, 1])
    for key in ("mu", "mu_star", "sigma"):
        np.testing.assert_allclose(found[key], expected[key] * width, rtol=1e-6)


def test_groups_move_together_by_the_root_of_their_mean_squared_step():
    problem = dict(UNIT, groups=["g", "h", "g", "g"])
    for design in ("trajectory", "radial"):
        x = morris.sample(problem, 30, design=design)
        y = model(np.asarray(x)[:, :3])
        found = morris.analyze(problem, x, y)
        unit, runs = x.unit.reshape(30, 3, 4), y.reshape(30, 3)
        total = np.zeros(2)
        for walk in range(30):
            for k in (1, 2):
                start = 0 if design == "radial" else k - 1
                change = unit[walk, k] - unit[walk, start]
                which = 1 if change[1] else 0
                size = np.sqrt((change**2).sum() / (1 if which else 3))
                total[which] += abs(runs[walk, k] - runs[walk, start]) / size / 30
        np.testing.assert_allclose(found.mu_star, total, rtol=1e-9)
        assert np.isnan(found.mu[0]) and np.isfinite(found.mu[1])


def test_same_bits_for_any_number_of_threads():
    x = morris.sample(UNIT, 40, design="radial", seed=5)
    y = np.random.default_rng(1).random((len(x), 30))
    runs = [morris.analyze(UNIT, x, y, interval="bootstrap", threads=t) for t in (1, 2, 5)]
    for run in runs[1:]:
        assert (run.mu_star == runs[0].mu_star).all() and (run.sigma == runs[0].sigma).all()
        assert (run["mu_star_conf"] == runs[0]["mu_star_conf"]).all()


def test_intervals_of_mu_star_hold_the_truth_as_often_as_they_say():
    """Y = a b + c^2 on 4 levels: mu_star of a is the mean of b, 1/2; that of c the mean of c + c', 1."""
    held = []
    for seed in range(200):
        x = morris.sample(UNIT, 30, seed=seed)
        low, high = morris.analyze(UNIT, x, np.asarray(x[:, 0] * x[:, 1] + x[:, 2] ** 2)).interval["mu_star"]
        held.append([(low[0] <= 0.5 <= high[0]), (low[2] <= 1 <= high[2])])
    assert ((np.mean(held, axis=0) > 0.9) & (np.mean(held, axis=0) <= 0.99)).all()


def test_scale_and_constant_outputs():
    x = morris.sample(UNIT, 10)
    y = np.asarray(x @ [1.0, 2, 3, 4])
    outputs = np.column_stack([y * 1e200, y * 0 + 7, y * 1e-200])
    found = morris.analyze(dict(UNIT, outputs=["big", "still", "small"]), x, outputs)
    assert found.constant == ("still",) and np.isnan(found.mu_star[1]).all()
    np.testing.assert_allclose(found.mu[[0, 2]], np.outer([1e200, 1e-200], [1, 2, 3, 4]), rtol=1e-9)
    frame = found.to_frame()
    assert list(frame["note"][4:8]) == ["constant"] * 4 and "Constant" in found.explain()
    assert list(frame["factor"][:4]) == ["d", "c", "b", "a"]


def test_distributions_without_bounds():
    problem = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1]], "dists": ["norm", "unif"]}
    with pytest.raises(SpecError, match=r"'a'.*norm, infinite"):
        morris.sample(problem, 5)
    x = morris.sample(problem, 64, design="radial")
    assert np.isfinite(morris.analyze(problem, x, np.asarray(x[:, 0])).mu_star).all()
    with pytest.raises(SpecError, match=r"knows its steps"):
        morris.analyze(problem, np.array(x), np.asarray(x[:, 0]), design="radial")


def test_what_does_not_fit_is_said():
    x = morris.sample(UNIT, 4)
    y = np.asarray(x[:, 0]).copy()
    with pytest.raises(DataError, match=r"multiple of 5"):
        morris.analyze(UNIT, x[:-1], y[:-1])
    with pytest.raises(DataError, match=r"19 rows; 20"):
        morris.analyze(UNIT, x, y[:-1])
    with pytest.raises(DataError, match=r"3 columns; 4"):
        morris.analyze(UNIT, x[:, :3], y)
    y[7] = np.nan
    with pytest.raises(DataError, match=r"output 'Y', run 7 .*nan"):
        morris.analyze(UNIT, x, y)
    with pytest.raises(DataError, match=r"run 2 .*moves "):
        morris.analyze(UNIT, np.array(x), np.asarray(x[:, 0]), design="radial")
    for bad in ({"num_levels": 3}, {"design": "star"}, {"n": 0}):
        with pytest.raises(SpecError):
            morris.sample(UNIT, **({"n": 4} | bad))
    with pytest.raises(SpecError, match=r"as X says"):
        morris.analyze(UNIT, x, np.asarray(x[:, 0]), design="radial")
