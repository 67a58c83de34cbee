"""PAWN: SciPy's distances slice by slice, exact distances, SALib, thresholds that hold, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ks_2samp

from egov_index import DataError, SpecError, pawn

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "distance.json").read_text(encoding="utf-8"))
RNG = np.random.default_rng(6)


def cube(d):
    return {"names": [f"x{i}" for i in range(d)], "bounds": [[0, 1]] * d}


def twin(x, y, slices):
    share = np.argsort(np.argsort(x)) * slices // len(x)
    return np.array([ks_2samp(y[share == s], y).statistic for s in range(slices)])


@pytest.mark.parametrize("ties", [False, True])
def test_distances_are_those_of_scipy(ties):
    x = RNG.random((600, 3))
    y = np.column_stack([x[:, 0] + RNG.random(600), np.exp(3 * x[:, 1])])
    y = (4 * y).round() if ties else y
    found = pawn.analyze(cube(3), x, y, 7)
    for k in range(2):
        for i in range(3):
            each = twin(x[:, i], y[:, k], 7)
            expected = [each.min(), np.median(each), each.mean(), each.max(), each.std()]
            got = [
                getattr(found, name)[k, i] for name in ("minimum", "median", "mean", "maximum", "deviation")
            ]
            np.testing.assert_allclose(got, expected, atol=1e-12)
    np.testing.assert_allclose(found["CV"], found["stdev"] / found["mean"])


def test_slices_of_a_sum_have_exact_distances():
    """Y = X uniform: in slice s of S the distance is max(s, S - 1 - s) / S."""
    x = RNG.random((40000, 1))
    found = pawn.analyze(cube(1), x, x[:, 0], 5)
    np.testing.assert_allclose(found.median, 0.8 - 0.2 * (np.median([4, 3, 2, 3, 4]) < 4), atol=1e-12)
    assert found.maximum[0] == pytest.approx(0.8) and found.minimum[0] == pytest.approx(0.4)


def test_near_the_distances_at_points():
    """Many thin slices come near the distance where an input is held at a point."""
    ishigami = {"names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
    normal = {"names": ["a", "b", "c"], "bounds": [[0, 1]] * 3, "dists": ["norm"] * 3}
    models = {
        "ishigami": (ishigami, lambda x: np.sin(x[:, 0]) * (1 + 0.1 * x[:, 2] ** 4) + 7 * np.sin(x[:, 1]) ** 2),
        "linear_normal3": (normal, lambda x: x @ [1.0, 2, 3]),
    }  # fmt: skip
    for name, (problem, model) in models.items():
        x = pawn.sample(problem, 2**17, kind="sobol")
        found = pawn.analyze(problem, x, model(np.asarray(x)), 64, dummies=20)
        exact = GOLDEN[name]["pawn_pointwise_ks"]
        np.testing.assert_allclose(found.mean, exact["mean"], atol=0.01, err_msg=name)
        np.testing.assert_allclose(found.median, exact["median"], atol=0.015, err_msg=name)


def test_salib_leaves_the_largest_input_out_of_its_last_slice():
    """With that run put back the two agree, slice for slice."""
    theirs = pytest.importorskip("SALib.analyze.pawn")
    x = np.random.default_rng(11).random((1000, 2))  # where that run makes a difference
    y = x[:, 0] ** 2 + x[:, 1] / 3
    expected = theirs.analyze(dict(cube(2), num_vars=2), x, y, S=10)
    found = pawn.analyze(cube(2), x, y, 10)
    for key in ("minimum", "mean", "median", "maximum", "stdev"):
        np.testing.assert_allclose(found[key], expected[key], atol=0.012)
    each = twin(x[:, 1], y, 10)
    keep = np.argsort(x[:, 1])[900:-1]
    assert ks_2samp(y[keep], y).statistic != each[-1]
    each[-1] = ks_2samp(y[keep], y).statistic
    assert expected["mean"][1] == pytest.approx(each.mean(), abs=1e-12)


def test_an_idle_input_passes_the_threshold_as_rarely_as_it_says():
    x = RNG.random((400, 20))
    found = pawn.analyze(cube(20), x, RNG.random((400, 60)), 8, dummies=200, level=0.9)
    assert 0.05 < found.influential.mean() < 0.15
    assert (found.threshold["median"] > found.dummy["median"]).all()


def test_dummies_are_dealt_slices():
    """Their mean is that of slices of random runs."""
    x, y = RNG.random((500, 1)), RNG.random(500)
    found = pawn.analyze(cube(1), x, y, 5, dummies=400)
    means = [twin(RNG.random(500), y, 5).mean() for _ in range(200)]
    assert found.dummy["mean"][0] == pytest.approx(np.mean(means), abs=4 * np.std(means) / np.sqrt(130))


def test_discrete_inputs_have_a_slice_for_each_value_and_thresholds_of_their_own():
    levels = RNG.integers(0, 3, 900).astype(float)
    x = np.column_stack([levels, RNG.random(900)])
    y = levels + RNG.random(900)
    found = pawn.analyze(cube(2), x, y, 10)
    each = [ks_2samp(y[levels == v], y).statistic for v in range(3)]
    np.testing.assert_allclose([found.median[0], found.maximum[0]], [np.median(each), max(each)], atol=1e-12)
    assert found.threshold["median"][0] < found.threshold["median"][1]  # fewer runs a slice: higher


def test_intervals_come_from_resamples():
    for seed in range(8):
        x = np.random.default_rng(seed).random((1000, 2))
        y = x[:, 0] + x[:, 1] / 2
        assert pawn.analyze(cube(2), x, y).interval == {}
        found = pawn.analyze(cube(2), x, y, resamples=200)
        low, high = found.interval["mean"]
        assert ((low < found.mean) & (found.mean < high)).all() and (high - low < 0.1).all()


def test_same_bits_for_any_number_of_threads():
    x, y = RNG.random((300, 3)), RNG.random((300, 9))
    runs = [pawn.analyze(cube(3), x, y, resamples=20, threads=t) for t in (1, 4)]
    assert (runs[0].median == runs[1].median).all()
    assert (runs[0].threshold["maximum"] == runs[1].threshold["maximum"]).all()
    assert (runs[0].interval["mean"][0] == runs[1].interval["mean"][0]).all()


def test_constant_outputs_and_what_does_not_fit():
    x = RNG.random((200, 2))
    found = pawn.analyze(cube(2), x, np.column_stack([x[:, 0], np.full(200, 3.0)]))
    assert found.constant == ("Y2",) and np.isnan(found.median[1]).all() and not found.influential[1].any()
    assert "x1" in found.explain()
    with pytest.raises(DataError, match=r"200 rows; 500 or more"):
        pawn.analyze(cube(2), x, x[:, 0], 50)
    with pytest.raises(SpecError, match=r"median"):
        pawn.analyze(cube(2), x, x[:, 0], statistic="medan")
    y = x[:, 0].copy()
    y[11] = -np.inf
    with pytest.raises(DataError, match=r"run 11 .*-inf"):
        pawn.analyze(cube(2), x, y)
