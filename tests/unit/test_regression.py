"""Coefficients and partial correlations: their definitions, exact values, intervals, and what is refused."""

import numpy as np
import pytest
from scipy.stats import rankdata

from egov_index import DataError, SpecError, given, regression

RNG = np.random.default_rng(8)


def cube(d):
    return {"names": [f"x{i}" for i in range(d)], "bounds": [[0, 1]] * d}


def residual(v, others):
    design = np.column_stack([np.ones(len(v)), others])
    return v - design @ np.linalg.lstsq(design, v, rcond=None)[0]


def twin(x, y):
    """From the definitions: coefficients of standardized columns, correlations of residuals, R², VIF."""
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    w = (y - y.mean()) / y.std()
    src = np.linalg.lstsq(z, w, rcond=None)[0]
    d = x.shape[1]
    rest = [np.delete(x, i, axis=1) for i in range(d)]
    pcc = [np.corrcoef(residual(x[:, i], rest[i]), residual(y, rest[i]))[0, 1] for i in range(d)]
    vif = [x[:, i].var() / residual(x[:, i], rest[i]).var() for i in range(d)]
    return src, pcc, 1 - (w - z @ src).var(), vif


def correlated(n=300):
    x = RNG.normal(size=(n, 4))
    x[:, 2] += x[:, 0]
    y = np.column_stack(
        [x @ [1.0, -2, 0.5, 0] + RNG.normal(size=n), np.exp(x[:, 0] - x[:, 3]), np.round(x[:, 1])]
    )
    return x, y


def test_every_measure_is_its_definition():
    x, y = correlated()
    x[:, 3] = x[:, 3].round(1)  # ties
    found = regression.analyze(cube(4), x, y, resamples=0)
    for k in range(3):
        src, pcc, r2, vif = twin(x, y[:, k])
        np.testing.assert_allclose(found.src[k], src, atol=1e-12)
        np.testing.assert_allclose(found.pcc[k], pcc, atol=1e-12)
        np.testing.assert_allclose([found.r2[k], *found.vif], [r2, *vif], rtol=1e-10)
        src, pcc, r2, vif = twin(np.apply_along_axis(rankdata, 0, x), rankdata(y[:, k]))
        np.testing.assert_allclose(found.srrc[k], src, atol=1e-12)
        np.testing.assert_allclose(found.prcc[k], pcc, atol=1e-12)
        np.testing.assert_allclose([found.r2_ranks[k], *found.vif_ranks], [r2, *vif], rtol=1e-10)


def test_a_linear_model_of_independent_normals():
    """SRC of x1 + 2 x2 + 3 x3: 1, 2, 3 over the root of 14."""
    problem = {"names": ["a", "b", "c"], "bounds": [[0, 1]] * 3, "dists": ["norm"] * 3}
    x = regression.sample(problem, 2**14, kind="sobol")
    found = regression.analyze(problem, x, np.asarray(x) @ [1.0, 2, 3], resamples=0)
    exact = np.array([0.2672612419124244, 0.5345224838248488, 0.8017837257372732])
    np.testing.assert_allclose(found.src, exact, atol=2e-3)
    np.testing.assert_allclose(found.pcc, 1, atol=1e-6)
    np.testing.assert_allclose(found.vif, 1, atol=2e-3)
    assert found.r2 == pytest.approx(1, abs=1e-12)
    # ranks of jointly normal columns correlate by 6 / pi asin(r / 2)
    np.testing.assert_allclose(found.srrc, 6 / np.pi * np.arcsin(exact / 2), atol=3e-3)


def test_ranks_see_what_rises_and_values_do_not():
    x = RNG.random((2000, 2))
    found = regression.analyze(cube(2), x, np.exp(25 * x[:, 0]), resamples=0)
    assert found.r2_ranks == pytest.approx(1, abs=1e-9) and found.r2 < 0.5
    assert "miss much" in found.explain()


def test_intervals_come_from_ranked_resamples():
    x, y = correlated(120)
    found = regression.analyze(cube(4), x, y[:, 0], resamples=2000)
    src, srrc, r2 = [], [], []
    for _ in range(800):
        run = RNG.integers(120, size=120)
        src.append(twin(x[run], y[run, 0])[0])
        srrc.append(twin(np.apply_along_axis(rankdata, 0, x[run]), rankdata(y[run, 0]))[0])
        r2.append(twin(x[run], y[run, 0])[2])
    for name, again in (("src", src), ("srrc", srrc)):
        width = 3.92 * np.std(again, axis=0)
        np.testing.assert_allclose(np.diff(found.interval[name], axis=0)[0], width, rtol=0.15)
    assert np.diff(found.r2_interval["r2"])[0] == pytest.approx(3.92 * np.std(r2), rel=0.15)


def test_same_bits_for_any_number_of_threads():
    x, y = correlated()
    y = np.column_stack([y] * 7)
    runs = [regression.analyze(cube(4), x, y, resamples=20, threads=t) for t in (1, 3)]
    for name in ("src", "pcc", "srrc", "prcc"):
        np.testing.assert_array_equal(getattr(runs[0], name), getattr(runs[1], name))
        np.testing.assert_array_equal(runs[0].interval[name], runs[1].interval[name])


def test_scale_constants_and_keys():
    x, y = correlated()
    x[:, 1] = 3
    y[:, 1] = 1
    found = regression.analyze(cube(4), x, y, resamples=10)
    assert found.constant == ("Y2",) and np.isnan(found.src[1]).all() and np.isnan(found.src[:, 1]).all()
    assert np.isnan(found.r2[1]) and np.isnan(found.vif[1]) and np.isfinite(found.vif[0])
    moved = regression.analyze(cube(4), x * 1e6 + 1e7, y * 1e-150, resamples=0)
    np.testing.assert_allclose(moved.src[[0, 2]], found.src[[0, 2]], atol=1e-7)
    assert list(found)[:3] == ["names", "SRC", "SRC_conf"] and found["PRCC_conf"].shape == (3, 4)


def test_what_does_not_fit_is_said():
    x, y = correlated()
    with pytest.raises(DataError, match=r"5 rows; 7 or more"):
        regression.analyze(cube(4), x[:5], y[:5])
    x[:, 3] = x[:, 0] - 2 * x[:, 1]
    with pytest.raises(DataError, match=r"depend on one another linearly"):
        regression.analyze(cube(4), x, y)
    with pytest.raises(DataError, match=r"do not change"):
        regression.analyze(cube(4), x * 0, y)
    with pytest.raises(SpecError, match=r"resamples"):
        regression.analyze(cube(4), x, y, resamples=-1)


def test_sentences_keep_the_sign_of_one_output_and_the_size_over_several():
    rng = np.random.default_rng(3)
    x = rng.random((400, 2))
    down = -3 * x[:, 0] + x[:, 1]
    one = regression.analyze(cube(2), x, down, resamples=0)
    assert f"By srrc: x0 {one.srrc[0]:.3g}, x1 {one.srrc[1]:.3g}." in one.explain()
    assert one.srrc[0] < -0.9
    both = regression.analyze(cube(2), x, np.column_stack([down, -down]), resamples=0)
    sizes = f"x0 {-one.srrc[0]:.3g}, x1 {one.srrc[1]:.3g}"
    assert f"By srrc, mean of the absolute values over the outputs: {sizes}." in both.explain()


def test_a_share_below_0_is_said_to_be_below_0():
    x = np.random.default_rng(5).random((400, 3))
    for y in (x[:, 0], np.column_stack([x[:, 0]] * 2)):
        found = given.analyze(cube(3), x, y)
        first = np.atleast_2d(found.first)[0]
        assert first.min() < 0 and all(f"x{i} {first[i]:.3g}" in found.explain() for i in range(3))
