"""Monte Carlo filtering: SciPy's statistics, exact distances, p values, ways to split, and what is refused."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, mannwhitneyu

from egov_index import DataError, SpecError, filtering

RNG = np.random.default_rng(10)


def cube(d):
    return {"names": [f"x{i}" for i in range(d)], "bounds": [[0, 1]] * d}


@pytest.mark.parametrize("ties", [False, True])
def test_statistics_are_those_of_scipy(ties):
    x = RNG.random((400, 3))
    x = (8 * x).round() if ties else x
    y = np.column_stack([x[:, 0] + RNG.random(400), RNG.random(400)])
    found = filtering.analyze(cube(3), x, y, quantile=0.7)
    for k in range(2):
        through = y[:, k] >= np.quantile(y[:, k], 0.7)
        for i in range(3):
            a, b = x[through, i], x[~through, i]
            assert found.distance[k, i] == pytest.approx(ks_2samp(a, b).statistic, abs=1e-12)
            whitney = mannwhitneyu(a, b, method="asymptotic")
            assert found.larger[k, i] == pytest.approx(whitney.statistic / len(a) / len(b), abs=1e-12)
            assert found.larger_p[k, i] == pytest.approx(whitney.pvalue, rel=1e-9, abs=1e-15)
            if not ties:
                exact = ks_2samp(a, b, method="exact").pvalue
                assert found.distance_p[k, i] == pytest.approx(exact, rel=0.1, abs=0.01)
    assert (found.passing == 120).all()


def test_exact_distances():
    """Y = a: distance 1. Y = a + b above 1: density 2 a where runs pass, 2 (1 - a) where not, distance 1/2."""
    x = np.asarray(filtering.sample(cube(2), 2**14, kind="sobol"))
    found = filtering.analyze(cube(2), x, np.column_stack([x[:, 0], x.sum(axis=1)]), threshold=[0.4, 1])
    assert found.distance[0, 0] == 1 and found.larger[0, 0] == 1
    np.testing.assert_allclose(found.distance[1], 0.5, atol=0.01)
    np.testing.assert_allclose(found.larger[1], 5 / 6, atol=0.005)  # of densities 2a and 2(1 - a)


def test_an_idle_input_shows_as_rarely_as_it_says():
    x = RNG.random((300, 40))
    found = filtering.analyze(cube(40), x, RNG.random((300, 50)), quantile=0.5)
    assert 0.03 < (found.distance_p < 0.05).mean() < 0.07
    assert 0.03 < (found.larger_p < 0.05).mean() < 0.07


def test_ways_to_split_agree():
    x, y = RNG.random((100, 2)), RNG.random((100, 3))
    by_number = filtering.analyze(cube(2), x, y, threshold=0.3, side="below")
    for other in (
        filtering.analyze(cube(2), x, y, threshold=[0.3] * 3, side="below"),
        filtering.analyze(cube(2), x, y, passes=lambda outputs: outputs <= 0.3),
    ):
        np.testing.assert_array_equal(other.distance, by_number.distance)
    single = filtering.analyze(cube(2), x, y[:, 1], passes=lambda outputs: outputs <= 0.3)
    np.testing.assert_array_equal(single.distance, by_number.distance[1])
    assert single.passing == by_number.passing[1]


def test_threads_constants_and_outputs_that_all_pass():
    x, y = RNG.random((100, 2)), RNG.random((100, 4))
    y[:, 1] = 3
    y[:, 2] += 5
    runs = [filtering.analyze(cube(2), x, y, threshold=0.5, threads=t) for t in (1, 3)]
    np.testing.assert_array_equal(runs[0].distance, runs[1].distance)
    assert runs[0].constant == ("Y2",) and np.isnan(runs[0].distance[1:3]).all()
    assert "nothing to compare: Y2, Y3" in runs[0].explain()
    assert len(runs[0].to_frame()) == 8


def test_what_does_not_fit_is_said():
    x, y = RNG.random((50, 2)), RNG.random((50, 3))
    with pytest.raises(SpecError, match=r"exactly one of them"):
        filtering.analyze(cube(2), x, y)
    with pytest.raises(SpecError, match=r"threshold, quantile; exactly"):
        filtering.analyze(cube(2), x, y, threshold=1, quantile=0.5)
    with pytest.raises(SpecError, match=r"above"):
        filtering.analyze(cube(2), x, y, threshold=1, side="abov")
    with pytest.raises(SpecError, match=r"shape \(50, 3\)"):
        filtering.analyze(cube(2), x, y, passes=lambda outputs: outputs[:, 0] > 1)
    with pytest.raises(DataError, match=r"one for each output"):
        filtering.analyze(cube(2), x, y, threshold=[1, 2])
    y[3, 1] = np.inf
    with pytest.raises(DataError, match=r"output 'Y2', run 3 "):
        filtering.analyze(cube(2), x, y, threshold=1)
