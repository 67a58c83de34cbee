"""Delta: a plain twin, exact values, invariance, bias, SALib, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2, norm, rankdata

from egov_index import DataError, SpecError, delta, given

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "distance.json").read_text(encoding="utf-8"))
RNG = np.random.default_rng(7)


def cube(d):
    return {"names": [f"x{i}" for i in range(d)], "bounds": [[0, 1]] * d}


def kernel(width):
    """Threefold extended box with the variance of a Gaussian of that width, in cells."""
    variance = width**2 / 3
    whole = int((np.sqrt(12 * variance + 1) - 1) / 2)
    part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance) / (6 * (variance - (whole + 1) ** 2))
    box = np.concatenate([[part], np.ones(2 * whole + 1), [part]])
    box /= box.sum()
    return np.convolve(np.convolve(box, box), box)


def twin(x, y, classes, cells=1024):
    """The definition on the same grid, with convolutions in place of moving sums."""
    n = len(y)
    z = norm.ppf((rankdata(y) - 0.5) / n)
    end = norm.isf(0.5 / n) + 3
    step = 2 * end / (cells - 1)

    def density(part):
        at = (part + end) / step
        low = at.astype(int)
        mass = np.bincount(low, 1 - at + low, cells) + np.bincount(low + 1, at - low, cells)
        shape = kernel(part.std(ddof=1) * (4 / (3 * len(part))) ** 0.2 / step)
        full = np.convolve(mass / len(part), shape)
        cut = (len(shape) - 1) // 2
        return full[cut : cut + cells]

    values, share = np.unique(x, return_inverse=True)
    if len(values) > classes:
        share = (rankdata(x, method="ordinal").astype(int) - 1) * classes // n
    whole = density(z)
    parts = [(np.mean(share == c), density(z[share == c])) for c in np.unique(share)]
    return sum(weight * np.abs(part - whole).sum() / 2 for weight, part in parts)


def test_the_kernel_has_the_variance_it_should():
    for width in (0.3, 1.0, 7.7, 40.0):
        shape = kernel(width)
        at = np.arange(len(shape)) - (len(shape) - 1) / 2
        assert (shape * at**2).sum() == pytest.approx(width**2, rel=1e-9)
        assert shape.sum() == pytest.approx(1)


def test_plain_estimates_are_those_of_the_twin():
    x = RNG.random((600, 3))
    y = np.column_stack([x[:, 0] + x[:, 1] ** 2, RNG.random(600), np.round(9 * x[:, 2])])
    found = delta.analyze(cube(3), x, y, 0, classes=9, bandwidth=1)
    for k in range(3):
        np.testing.assert_allclose(found.plain[k], [twin(x[:, i], y[:, k], 9) for i in range(3)], atol=1e-10)
    assert (found.delta == found.plain).all() and np.isnan(found.interval["delta"][0]).all()


def test_each_value_of_a_choice_is_a_class():
    rng = np.random.default_rng(15)
    x = np.column_stack([rng.choice(3, 500, p=[0.7, 0.2, 0.1]), rng.choice([-1.5, 4.0], 500)]).astype(float)
    y = np.array([2.0, -1, 0])[x[:, 0].astype(int)] + 0.1 * x[:, 1] + rng.random(500)
    found = delta.analyze(cube(2), x, y, 0, bandwidth=1)
    np.testing.assert_allclose(found.plain, [twin(x[:, i], y, 9) for i in range(2)], atol=1e-10)


def test_names_of_salib_are_taken():
    x = np.random.default_rng(16).random((200, 2))
    ours = delta.analyze(cube(2), x, x[:, 0], resamples=9, level=0.8)
    theirs = delta.analyze(cube(2), x, x[:, 0], num_resamples=9, conf_level=0.8)
    np.testing.assert_array_equal(ours["delta_conf"], theirs["delta_conf"])
    with pytest.raises(SpecError, match=r"resample: not known"):
        delta.analyze(cube(2), x, x[:, 0], resample=9)


def test_the_dummy_is_no_input_of_a_design_of_the_same_seed():
    problem = {"names": ["a", "b", "c"], "bounds": [[-np.pi, np.pi]] * 3}
    for seed in (1, 2, 9):
        x = delta.sample(problem, 4096, kind="montecarlo", seed=seed)
        y = np.sin(x[:, 0]) * (1 + 0.1 * x[:, 2] ** 4) + 7 * np.sin(x[:, 1]) ** 2
        found = delta.analyze(problem, x, y, 20, seed=seed)
        assert found.dummy < 0.06 < 0.15 < found.delta.min()


def test_a_result_says_that_its_intervals_hold_no_bias():
    x = np.random.default_rng(17).random((400, 2))
    assert "not the bias of the estimator" in delta.analyze(cube(2), x, x[:, 0], 9).explain()
    assert not delta.analyze(cube(2), x, x[:, 0], 0).notes


def models(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    yield "linear_normal3", x, x @ [1.0, 2, 3], 0.02
    x = np.column_stack([chi2.rvs(10, size=n, random_state=rng), chi2.rvs(13.978, size=n, random_state=rng)])
    yield "liu_chi2_ratio", x, x[:, 0] / x[:, 1], 0.02
    x = rng.uniform(-np.pi, np.pi, (n, 3))
    yield "ishigami", x, np.sin(x[:, 0]) * (1 + 0.1 * x[:, 2] ** 4) + 7 * np.sin(x[:, 1]) ** 2, 0.05


def test_near_exact_values_and_nearer_with_narrow_kernels_and_many_runs():
    """Smoothing takes most from the sharp densities of the Ishigami function."""
    for name, x, y, near in models(8000, 3):
        exact = GOLDEN[name]["delta"]
        found = delta.analyze(cube(x.shape[1]), x, y, 20).delta
        np.testing.assert_allclose(found, exact, atol=near, err_msg=name)
    for name, x, y, _ in models(100_000, 4):
        found = delta.analyze(cube(x.shape[1]), x, y, 4, bandwidth=0.3, classes=48).delta
        np.testing.assert_allclose(found, GOLDEN[name]["delta"], atol=0.02, err_msg=name)


def test_an_output_that_is_its_input_has_nearly_the_largest_delta():
    """Held within one of C equal classes, the area is 1 - 1/C; classes where the output does not vary count too."""
    x = RNG.random((4000, 1))
    assert delta.analyze(cube(1), x, x[:, 0], 0, classes=8, bandwidth=0.01).plain[0] == pytest.approx(
        0.875, abs=0.01
    )
    levels = np.repeat([0.0, 1, 2, 3], 1000)[:, None]
    assert delta.analyze(cube(1), levels, levels[:, 0], 0, bandwidth=0.01).plain[0] == pytest.approx(
        0.75, abs=0.01
    )


def test_resamples_take_a_part_of_the_bias_away_and_the_dummy_has_the_rest():
    x, y = RNG.random((1000, 8)), RNG.random((1000, 10))
    found = delta.analyze(cube(8), x, y, 50)
    assert found.delta.mean() < 0.8 * found.plain.mean()
    assert found.dummy.mean() == pytest.approx(found.delta.mean(), abs=4 * found.delta.std() / np.sqrt(10))
    assert "A dummy without influence has 0.0" in found.explain()


def test_delta_is_the_same_for_any_rising_function():
    x = RNG.random((500, 2))
    y = x[:, 0] + x[:, 1] / 2
    found = delta.analyze(cube(2), x, np.column_stack([y, np.exp(9 * y), y * 1e250]), 20)
    assert (found.delta == found.delta[0]).all() and (found["delta_conf"] == found["delta_conf"][0]).all()


def test_beside_salib():
    """The same classes; densities of scores rather than of the output, and the estimate itself not resampled."""
    theirs = pytest.importorskip("SALib.analyze.delta")
    x = RNG.random((1000, 3))
    y = x[:, 0] + x[:, 1] ** 2 / 2
    expected = theirs.analyze(dict(cube(3), num_vars=3), x, y, num_resamples=20, seed=3)
    found = delta.analyze(cube(3), x, y, 40, bandwidth=1)
    np.testing.assert_allclose(found["delta_raw"], expected["delta_raw"], atol=0.04)
    np.testing.assert_allclose(found["S1"], expected["S1"], atol=0.07)
    assert set(found) == {"names", "delta", "delta_conf", "delta_raw", "delta_raw_conf", "S1", "S1_conf"}


def test_first_orders_are_those_of_given():
    x = RNG.random((400, 2))
    y = np.column_stack([x[:, 0], x.sum(axis=1)])
    found, first = delta.analyze(cube(2), x, y, 3), given.analyze(cube(2), x, y)
    assert (found.first == first.first).all() and (found["S1_conf"] == first["S1_conf"]).all()


def test_same_bits_for_any_number_of_threads_and_constant_outputs():
    x, y = RNG.random((300, 3)), RNG.random((300, 7))
    y[:, 4] = 2
    x[:, 1] = 5
    runs = [delta.analyze(cube(3), x, y, 10, threads=t) for t in (1, 4)]
    np.testing.assert_array_equal(runs[0].delta, runs[1].delta)
    np.testing.assert_array_equal(runs[0].interval["delta"], runs[1].interval["delta"])
    assert (
        runs[0].constant == ("Y5",)
        and np.isnan(runs[0].delta[4]).all()
        and np.isnan(runs[0].delta[:, 1]).all()
    )
    assert "inputs x1" in runs[0].explain()


def test_what_does_not_fit_is_said():
    x, y = RNG.random((40, 2)), RNG.random(40)
    with pytest.raises(DataError, match=r"10 rows; 16 or more"):
        delta.analyze(cube(2), x[:10], y[:10])
    y[5] = np.nan
    with pytest.raises(DataError, match=r"run 5 "):
        delta.analyze(cube(2), x, y)
    for wrong in ({"bandwidth": 0}, {"classes": 1}, {"resamples": -1}):
        with pytest.raises(SpecError):
            delta.analyze(cube(2), x, RNG.random(40), **wrong)
