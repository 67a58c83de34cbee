"""FAST: a plain twin by FFT, exact indices, SALib, bias of random balance, intervals, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from egov_index import DataError, SpecError, fast, given

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "sobol.json").read_text(encoding="utf-8"))
ISHIGAMI = {"names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
RNG = np.random.default_rng(9)


def ishigami(x):
    x = np.asarray(x)
    return np.sin(x[:, 0]) * (1 + 0.1 * x[:, 2] ** 4) + 7 * np.sin(x[:, 1]) ** 2


def cube(d):
    return {"names": [f"x{i}" for i in range(d)], "bounds": [[0, 1]] * d}


def power(y):
    return 2 * np.abs(np.fft.rfft(y - y.mean())) ** 2 / len(y) ** 2


def curve_twin(y, harmonics):
    first = (len(y) - 1) // (2 * harmonics)
    spectrum = power(y) / y.var()
    return spectrum[first * np.arange(1, harmonics + 1)].sum(), 1 - spectrum[1 : first // 2 + 1].sum()


def balance_twin(x, y, harmonics):
    order = np.argsort(x)
    z = y[np.concatenate([order[::2], order[1::2][::-1]])]
    raw = power(z)[1 : harmonics + 1].sum() / y.var()
    noise = 2 * harmonics / len(y)
    return raw - noise / (1 - noise) * (1 - raw)


@pytest.mark.parametrize("n", [257, 300])
def test_curves_are_those_of_the_twin(n):
    x = fast.sample(ISHIGAMI, n, curves=3, seed=2)
    y = np.column_stack([ishigami(x), np.exp(np.asarray(x[:, 0])), 1e6 + np.asarray(x[:, 1])])
    found = fast.analyze(ISHIGAMI, x, y)
    for k in range(3):
        each = np.array([curve_twin(part, 4) for part in y[:, k].reshape(9, n)]).reshape(3, 3, 2)
        np.testing.assert_allclose(found.first[k], each[..., 0].mean(axis=1), atol=1e-8)
        np.testing.assert_allclose(found.total[k], each[..., 1].mean(axis=1), atol=1e-8)
        half = 4.302652729911275 * each.std(axis=1, ddof=1) / np.sqrt(3)  # t, 2 degrees of freedom
        np.testing.assert_allclose(found["S1_conf"][k], half[:, 0], atol=1e-8)
        np.testing.assert_allclose(found["ST_conf"][k], half[:, 1], atol=1e-8)


def test_balance_is_that_of_the_twin():
    for n in (200, 201):
        x = RNG.random((n, 3))
        y = np.column_stack([x[:, 0] + x[:, 1] ** 2, RNG.random(n)])
        found = fast.analyze(cube(3), x, y, 6)
        for k in range(2):
            expected = [balance_twin(x[:, i], y[:, k], 6) for i in range(3)]
            np.testing.assert_allclose(found.first[k], expected, atol=1e-12)
        assert found.total is None and "ST" not in found


def test_exact_indices():
    x = fast.sample(ISHIGAMI, 4097, 8, curves=4)
    found = fast.analyze(ISHIGAMI, x, ishigami(x))
    np.testing.assert_allclose(found.first, GOLDEN["ishigami"]["first"], atol=0.01)
    np.testing.assert_allclose(found.total, GOLDEN["ishigami"]["total"], atol=0.03)
    bratley = cube(8)
    x = fast.sample(bratley, 4097, curves=16)
    y = np.cumprod(np.asarray(x), axis=1) @ (-1.0) ** np.arange(1, 9)
    found = fast.analyze(bratley, x, y)
    np.testing.assert_allclose(found.first, GOLDEN["bratley1992_d8"]["first"], atol=0.01)
    np.testing.assert_allclose(found.total, GOLDEN["bratley1992_d8"]["total"], atol=0.03)
    for kind in ("lhs", "sobol", "montecarlo"):
        x = given.sample(ISHIGAMI, 2**14, kind=kind)
        balanced = fast.analyze(ISHIGAMI, x, ishigami(x))
        np.testing.assert_allclose(balanced.first, GOLDEN["ishigami"]["first"], atol=0.025)


def test_shared_curves_are_those_of_the_twin():
    frequencies = [11, 21, 27, 35, 39]  # Schaibly and Shuler (1973), table II
    x = fast.sample(cube(5), 400, 3, method="classical", curves=3, seed=4)
    assert x.shape == (1200, 5)
    for curve in np.asarray(x).reshape(3, 400, 5):
        assert [int(power(column).argmax()) for column in curve.T] == frequencies
    y = np.column_stack([np.prod(np.asarray(x), axis=1), 1e6 + np.asarray(x) @ np.arange(5)])
    found = fast.analyze(cube(5), x, y)
    at = np.outer(frequencies, [1, 2, 3])
    for k in range(2):
        parts = y[:, k].reshape(3, 400)
        each = np.array([power(part)[at].sum(axis=1) / part.var() for part in parts])
        np.testing.assert_allclose(found.first[k], each.mean(axis=0), atol=1e-8)
        half = 4.302652729911275 * each.std(axis=0, ddof=1) / np.sqrt(3)
        np.testing.assert_allclose(found["S1_conf"][k], half, atol=1e-8)
    assert (found.method, found.curves, found.harmonics, found.total) == ("classical", 3, 3, None)
    assert "ST" not in found and "3 curves of all together" in found.explain()


def test_exact_indices_by_the_classical_test():
    x = fast.sample(ISHIGAMI, 1025, method="classical", curves=4)
    np.testing.assert_allclose(
        fast.analyze(ISHIGAMI, x, ishigami(x)).first, GOLDEN["ishigami"]["first"], atol=0.01
    )
    model = GOLDEN["g_sobol8"]
    a = np.array(model["params"]["a"])
    x = fast.sample(cube(8), 1025, method="classical", curves=4)
    y = np.prod((np.abs(4 * np.asarray(x) - 2) + a) / (1 + a), axis=1)
    np.testing.assert_allclose(fast.analyze(cube(8), x, y).first, model["first"], atol=0.012)
    x = fast.sample(cube(8), 1025, method="classical", curves=8)
    y = np.cumprod(np.asarray(x), axis=1) @ (-1.0) ** np.arange(1, 9)
    np.testing.assert_allclose(
        fast.analyze(cube(8), x, y).first, GOLDEN["bratley1992_d8"]["first"], atol=0.01
    )


@pytest.mark.parametrize("d", [1, 2, 4, 15, 50])
def test_a_line_by_the_classical_test(d):
    """As on a curve of its own: each input's share, less what lies beyond the harmonics."""
    weights = np.arange(1.0, d + 1)
    x = fast.sample(cube(d), 87_241, method="classical")
    held = 96 / np.pi**4 * (1 + 1 / 81)
    found = fast.analyze(cube(d), x, np.asarray(x) @ weights).first
    np.testing.assert_allclose(found, held * weights**2 / (weights @ weights), atol=5e-4)


def test_shared_curves_threads_and_what_does_not_fit():
    x = fast.sample(cube(3), 217, method="classical", curves=5)
    y = np.column_stack([np.asarray(x).sum(axis=1), np.full(1085, 2.0)])
    runs = [fast.analyze(cube(3), x, y, threads=t) for t in (1, 3)]
    np.testing.assert_array_equal(runs[0]["S1_conf"], runs[1]["S1_conf"])
    assert runs[0].constant == ("Y2",) and np.isnan(runs[0].first[1]).all()
    plain = fast.analyze(cube(3), np.array(x), y[:, 0], method="classical", curves=5)
    np.testing.assert_array_equal(plain.first, runs[0].first[0])
    with pytest.raises(SpecError, match=r"from 4,105"):
        fast.sample(cube(15), 4104, method="classical")
    with pytest.raises(SpecError, match=r"51 inputs; up to 50"):
        fast.sample(cube(51), 10**6, method="classical")
    with pytest.raises(SpecError, match=r"M: 5; a whole number from 1 to 4"):
        fast.sample(cube(3), 1000, 5, method="classical")
    with pytest.raises(SpecError, match=r"'classical', as X says"):
        fast.analyze(cube(3), x, y, method="efast")
    with pytest.raises(DataError, match=r"a multiple of 6, for 6 curves, of 217 points or more"):
        fast.analyze(cube(3), np.array(x), y, method="classical", curves=6)
    assert "One curve: no interval" in fast.analyze(cube(3), x, y, curves=1).explain()


def test_first_order_of_a_line_is_what_harmonics_hold():
    """A triangle wave has 96 / pi^4 sum 1/k^4 over odd k of its variance in harmonics k."""
    x = fast.sample(cube(1), 2**14 + 1)
    held = 96 / np.pi**4 * (1 + 1 / 81)
    assert fast.analyze(cube(1), x, np.asarray(x[:, 0])).first[0] == pytest.approx(held, abs=1e-5)


def test_points_are_uniform_along_curves():
    x = np.asarray(fast.sample(cube(4), 2001, curves=2, seed=5)).reshape(8, 2001, 4)
    for curve in x:
        for column in curve.T:
            np.testing.assert_allclose(np.sort(column), (np.arange(2001) + 0.5) / 2001, atol=0.02)


def test_salib_on_its_own_sample():
    sampler = pytest.importorskip("SALib.sample.fast_sampler")
    theirs = pytest.importorskip("SALib.analyze.fast")
    problem = dict(ISHIGAMI, num_vars=3)
    x = sampler.sample(problem, 501, M=4, seed=3)
    with pytest.warns(UserWarning):
        expected = theirs.analyze(problem, ishigami(x), M=4, num_resamples=5, seed=1)
    found = fast.analyze(ISHIGAMI, x, ishigami(x), method="efast")
    np.testing.assert_allclose(found["S1"], expected["S1"], atol=1e-10)
    np.testing.assert_allclose(found["ST"], expected["ST"], atol=1e-10)


def test_frequencies_are_those_of_salib():
    """Each column of a curve without phase has its power at the same frequency."""
    sampler = pytest.importorskip("SALib.sample.fast_sampler")
    for d, n in ((3, 129), (6, 2001), (15, 400)):
        theirs = sampler.sample(dict(cube(d), num_vars=d), n, seed=1)
        ours = np.asarray(fast.sample(cube(d), n))
        for block in range(d):
            rows = slice(block * n, block * n + n)
            peaks = [[power(x[rows, k]).argmax() for k in range(d)] for x in (theirs, ours)]
            assert peaks[0] == peaks[1]


def test_balance_beside_salib():
    theirs = pytest.importorskip("SALib.analyze.rbd_fast")
    x = RNG.random((501, 3))
    y = x[:, 0] + x[:, 1] ** 2
    expected = theirs.analyze(dict(cube(3), num_vars=3), x, y, M=10, num_resamples=5, seed=1)
    found = fast.analyze(cube(3), x, y)
    np.testing.assert_allclose(found["S1"], np.asarray(expected["S1"], dtype=float), atol=1e-10)


def test_the_name_of_salib_for_the_level_is_taken():
    x = fast.sample(cube(2), 70, curves=2)
    y = np.asarray(x).sum(axis=1)
    ours, theirs = fast.analyze(cube(2), x, y, level=0.8), fast.analyze(cube(2), x, y, conf_level=0.8)
    np.testing.assert_array_equal(ours["S1_conf"], theirs["S1_conf"])
    assert theirs.level == 0.8


def test_noise_has_no_index_by_random_balance():
    x, y = RNG.random((300, 4)), RNG.random((300, 300))
    found = fast.analyze(cube(4), x, y, groups=2).first
    assert np.abs(found.mean(axis=0)).max() < 4 * found.std() / np.sqrt(300)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    weights = np.array([3.0, 2, 1])
    exact, held = weights**2 / 14, []
    for seed in range(100):
        x = given.sample(cube(3), 1000, kind="montecarlo", seed=seed)
        low, high = fast.analyze(cube(3), x, np.asarray(x) @ weights).interval["first"]
        held.append((low <= exact) & (exact <= high))
    assert 0.88 < np.mean(held) < 0.995


def test_same_bits_for_any_number_of_threads_and_constants():
    x = fast.sample(cube(3), 100, curves=2)
    y = np.column_stack([np.asarray(x[:, 0] + x[:, 1]), np.full(600, 2.0)])
    runs = [fast.analyze(cube(3), x, y, threads=t) for t in (1, 3)]
    np.testing.assert_array_equal(runs[0].total, runs[1].total)
    assert runs[0].constant == ("Y2",) and np.isnan(runs[0].first[1]).all()
    plain = np.array(x)
    plain[:, 2] = 4
    runs = [fast.analyze(cube(3), plain, y, threads=t) for t in (1, 3)]
    np.testing.assert_array_equal(runs[0]["S1_conf"], runs[1]["S1_conf"])
    assert np.isnan(runs[0].first[0, 2]) and "inputs x2" in runs[0].explain()


def test_what_does_not_fit_is_said():
    x = fast.sample(cube(3), 100)
    y = np.asarray(x[:, 0]).copy()
    with pytest.raises(DataError, match=r"299 rows; a multiple of 3"):
        fast.analyze(cube(3), np.array(x)[1:], y[1:], method="efast")
    with pytest.raises(DataError, match=r"of 145 points or more"):
        fast.analyze(cube(3), x, y, 6)
    with pytest.raises(SpecError, match=r"from 65"):
        fast.sample(cube(3), 64)
    with pytest.raises(SpecError, match=r"efast"):
        fast.analyze(cube(3), x, y, method="fast")
    y[4] = np.nan
    with pytest.raises(DataError, match=r"run 4 "):
        fast.analyze(cube(3), x, y)
    assert "no interval" in fast.analyze(cube(3), x, np.asarray(x[:, 0])).explain()


@pytest.mark.parametrize("method", ["efast", "classical"])
def test_curves_say_that_their_intervals_hold_no_bias(method):
    for curves in (1, 3):
        x = fast.sample(cube(3), 513, method=method, curves=curves)
        said = fast.analyze(cube(3), x, np.array(x[:, 0])).explain()
        assert ("not the bias of the estimator" in said) == (curves == 3)
