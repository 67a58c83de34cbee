"""Multivariate analysis against plain twins, closed forms and the swiss data of R."""

import sys

import numpy as np
import polars as pl
import pytest
from scipy import interpolate, optimize, stats

import egov_index as egov
from egov_index import multivariate as mv

NAN = float("nan")
RNG = np.random.default_rng(7)

# R's data set swiss: Fertility, Agriculture, Examination, Education, Catholic, Infant.Mortality
SWISS = np.array(
    """80.2 17 15 12 9.96 22.2; 83.1 45.1 6 9 84.84 22.2; 92.5 39.7 5 5 93.4 20.2; 85.8 36.5 12 7 33.77 20.3;
    76.9 43.5 17 15 5.16 20.6; 76.1 35.3 9 7 90.57 26.6; 83.8 70.2 16 7 92.85 23.6; 92.4 67.8 14 8 97.16 24.9;
    82.4 53.3 12 7 97.67 21; 82.9 45.2 16 13 91.38 24.4; 87.1 64.5 14 6 98.61 24.5; 64.1 62 21 12 8.52 16.5;
    66.9 67.5 14 7 2.27 19.1; 68.9 60.7 19 12 4.43 22.7; 61.7 69.3 22 5 2.82 18.7; 68.3 72.6 18 2 24.2 21.2;
    71.7 34 17 8 3.3 20; 55.7 19.4 26 28 12.11 20.2; 54.3 15.2 31 20 2.15 10.8; 65.1 73 19 9 2.84 20;
    65.5 59.8 22 10 5.23 18; 65 55.1 14 3 4.52 22.4; 56.6 50.9 22 12 15.14 16.7; 57.4 54.1 20 6 4.2 15.3;
    72.5 71.2 12 1 2.4 21; 74.2 58.1 14 8 5.23 23.8; 72 63.5 6 3 2.56 18; 60.5 60.8 16 10 7.72 16.3;
    58.3 26.8 25 19 18.46 20.9; 65.4 49.5 15 8 6.1 22.5; 75.5 85.9 3 2 99.71 15.1; 69.3 84.9 7 6 99.68 19.8;
    77.3 89.7 5 2 100 18.3; 70.5 78.2 12 6 98.96 19.4; 79.4 64.9 7 3 98.22 20.2; 65 75.9 9 9 99.06 17.8;
    92.2 84.6 3 3 99.46 16.3; 79.3 63.1 13 13 96.83 18.1; 70.4 38.4 26 12 5.62 20.3; 65.7 7.7 29 11 13.79 20.5;
    72.7 16.7 22 13 11.22 18.9; 64.4 17.6 35 32 16.92 23; 77.6 37.6 15 7 4.97 20; 67.6 18.7 25 7 8.65 19.5;
    35 1.2 37 53 42.34 18; 44.7 46.6 16 29 50.43 18.2; 42.8 27.7 22 29 58.33 19.3""".replace(";", " ").split(),
    dtype=float,
).reshape(47, 6)  # fmt: skip


def small_index():
    """Two groups of three and two indicators, one of them a group of its own at another depth."""
    codes = [
        ("top", None),
        ("a", "top"),
        ("b", "top"),
        *((f"a{k}", "a") for k in range(3)),
        ("b0", "b"),
        ("b1", "b"),
    ]
    nodes = [{"code": code} | ({"parent": parent} if parent else {}) for code, parent in codes]
    nodes[1]["weight"], nodes[3]["weight"] = 3.0, 2.0
    return egov.Index(egov.Framework(nodes), egov.Recipe(normalize="minmax"))


def small_panel(backend="pandas"):
    values = RNG.normal(size=(40, 1)) + RNG.normal(size=(40, 5))
    names = ["a0", "a1", "a2", "b0", "b1"]
    return egov.Panel(values[:, None, :], [f"U{k}" for k in range(40)], [2020], names, backend=backend)


# swiss of R 4.2.2, psych 2.2.9


def test_alpha_kmo_bartlett_and_components_of_swiss():
    """Keys kmo.swiss, bartlett.swiss and pca.swiss of psych 2.2.9 and R 4.2.2, prcomp."""
    kmo, test, found = mv.kmo(SWISS), mv.bartlett(SWISS), mv.pca(SWISS)
    assert kmo.value == pytest.approx(0.62568072502277872, rel=1e-12)
    each = [0.61843172747117137, 0.67673871448526701, 0.79321579976036871, 0.55581575639219671, 0.47787753234370528,
            0.55800500389272911]  # fmt: skip
    np.testing.assert_allclose(list(kmo.each.values()), each, rtol=1e-12)
    assert (test.value, test.p) == pytest.approx((144.74955241996059, 2.651288053502561e-23), rel=1e-11)
    assert test.freedom == 15 and test.n == kmo.n == 47
    deviations = [1.7887864597938525, 1.0900955228926843, 0.92065727217105664, 0.66251692893132175,
                  0.4522540254549724, 0.3476529228486796]  # fmt: skip
    np.testing.assert_allclose(found.deviations, deviations, rtol=1e-12)
    first = [0.45698760942645988, 0.42421407755074536, 0.50973274841146632, 0.45431190388635911, 0.35011114118721665,
             0.14966679404292565]  # fmt: skip
    np.testing.assert_allclose(np.abs(found.rotation[:, 0]), first, rtol=1e-11)
    assert found.rotation[2, 0] > 0 > found.rotation[0, 0]


def test_alpha_of_swiss_with_reversed_items():
    """psych 2.2.9: Agriculture, and Examination and Education turned."""
    turned = SWISS[:, 1:4] * [1, -1, -1]
    got = mv.alpha(turned)
    assert got.value == pytest.approx(0.72897153760168099, rel=1e-12)
    assert got.standardized == pytest.approx(0.86160795783439414, rel=1e-12)
    for name, at in zip(got.without, range(3), strict=True):
        rest = mv.alpha(np.delete(turned, at, axis=1))
        assert (got.without[name], got.standardized_without[name]) == pytest.approx(
            (rest.value, rest.standardized)
        )


def test_inflation_of_swiss_is_that_of_regressions():
    got = mv.vif(SWISS)
    for at in range(6):
        x = np.column_stack([np.ones(47), np.delete(SWISS, at, axis=1)])
        rest = SWISS[:, at] - x @ np.linalg.lstsq(x, SWISS[:, at], rcond=None)[0]
        assert got["vif"][at] == pytest.approx(SWISS[:, at].var() / rest.var(), rel=1e-10)
    assert got["r2"][0] == pytest.approx(1 - 1 / got["vif"][0])


# Summary and availability


def test_summary_is_that_of_scipy():
    data = np.where(RNG.uniform(size=(60, 4)) < 0.2, NAN, np.round(RNG.lognormal(0, 1, (60, 4)), 1) - 1)
    got = mv.summary(data)
    for at in range(4):
        x = data[~np.isnan(data[:, at]), at]
        values, counts = np.unique(x, return_counts=True)
        wanted = {
            "n": x.size, "missing": 60 - x.size, "zeros": (x == 0).sum(), "negative": (x < 0).sum(),
            "distinct": values.size, "same": counts.max(), "most_common": values[counts.argmax()],
            "min": x.min(), "max": x.max(), "mean": x.mean(),
            "median": np.median(x), "lower_quartile": np.quantile(x, 0.25), "upper_quartile": np.quantile(x, 0.75),
            "deviation": x.std(ddof=1), "skewness": stats.skew(x, bias=False),
            "kurtosis": stats.kurtosis(x, bias=False),
        }  # fmt: skip
        for name, value in wanted.items():
            assert got[name][at] == pytest.approx(value, rel=1e-11, abs=1e-12), name


def test_summary_at_the_edge():
    data = np.array([[NAN, 5, 1e300], [NAN, 5, -1e300], [NAN, 5, NAN], [NAN, NAN, NAN]])
    got = mv.summary(data)
    assert got["note"].tolist() == ["no value", "constant", "few values"]
    assert np.isnan(got["mean"][0]) and got["deviation"][1] == 0 and np.isnan(got["skewness"][1])
    assert got["mean"][2] == 0 and got["deviation"][2] == pytest.approx(np.sqrt(2) * 1e300)
    with pytest.raises(egov.DataError):
        mv.summary([[1.0], [np.inf]])


def test_availability_follows_lags_and_groups():
    tree = egov.Framework(
        [{"code": "t"}, {"code": "a", "parent": "t", "lag": 1}, {"code": "b", "parent": "t"}]
    )
    values = np.array([[[1, NAN], [NAN, 0]], [[NAN, 2], [3, NAN]]], dtype=float)
    panel = egov.Panel(values, ["x", "y"], [2020, 2021], ["a", "b"])
    got = mv.availability(panel, tree)
    assert got.period == 2021 and got.units["missing"].tolist() == [0, 2]
    assert got.groups["t"].tolist() == [1, 0] and got.indicators["zeros"].tolist() == [0, 1]
    assert mv.availability(panel, period=2020).units["missing"].tolist() == [1, 1]


# Correlations


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall", "distance"])
def test_correlations_pair_by_pair(method):
    data = np.where(RNG.uniform(size=(40, 4)) < 0.2, NAN, RNG.normal(size=(40, 4)) + RNG.normal(size=(40, 1)))
    got = mv.correlations(data, method)
    for i in range(4):
        for j in range(4):
            both = ~np.isnan(data[:, i]) & ~np.isnan(data[:, j])
            assert got.n[i, j] == both.sum()
            if method == "distance" or i == j:
                continue
            scipy = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}[
                method
            ]
            right = scipy(data[both, i], data[both, j])
            assert got.estimate[i, j] == pytest.approx(right.statistic, rel=1e-12)
            if method != "kendall" or both.sum() <= 33:
                assert got.p[i, j] == pytest.approx(right.pvalue, rel=1e-9)
    np.testing.assert_allclose(got.estimate, got.estimate.T, rtol=1e-12)
    table = got.to_frame()
    assert len(table) == 6 and table["node"].tolist() == ["x0", "x0", "x0", "x1", "x1", "x2"]


def test_intervals():
    """Pearson: Fisher's z as in scipy; the others by the variances they are said to have."""
    x, y = SWISS[:, 0], SWISS[:, 3]
    pair = np.column_stack([x, y])
    right = stats.pearsonr(x, y).confidence_interval(0.9)
    got = mv.correlations(pair, level=0.9)
    assert (got.low[0, 1], got.high[0, 1]) == pytest.approx(tuple(right), rel=1e-12)
    for method, variance in (("spearman", lambda r: (1 + r * r / 2) / 44), ("kendall", lambda r: 0.437 / 43)):
        got = mv.correlations(pair, method)
        r = got.estimate[0, 1]
        half = stats.norm.ppf(0.975) * np.sqrt(variance(r))
        assert (got.low[0, 1], got.high[0, 1]) == pytest.approx(
            (np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)), rel=1e-12
        )
    assert np.isnan(mv.correlations(pair, "distance").low).all()
    resampled = mv.correlations(pair, "distance", resamples=500)
    assert resampled.low[0, 1] < resampled.estimate[0, 1] < resampled.high[0, 1]


def test_a_constant_column_has_no_correlation_but_a_reason():
    got = mv.correlations([[1.0, 5, NAN], [2, 5, 1], [3, 5, 2], [4, 5, 3]])
    assert got.reason[0, 1] == "second constant" and got.reason[1, 0] == "first constant"
    assert got.reason[0, 2] == "too few units" and np.isnan(got.estimate[0, 1:]).all()


def test_correlations_of_nodes():
    result = small_index().score(small_panel())
    family = mv.correlations(result, with_nodes="family").to_frame()
    assert list(zip(family["node"], family["other"], strict=True))[:2] == [("a0", "a"), ("a0", "top")]
    assert len(family) == 10
    between = mv.correlations(result, nodes="top", with_nodes=["top"])
    assert between.rows == ("a", "b") and between.columns == ("top",)
    both = np.corrcoef(result.values[0, :, 1], result.values[0, :, 0])[0, 1]
    assert between.estimate[0, 0] == pytest.approx(both, rel=1e-12)
    gone = mv.correlations(result, p_max=1e-3)
    assert (np.isnan(gone.estimate) == (gone.p > 1e-3)).all() and "p above 0.001" in gone.reason
    for bad in (
        {"nodes": ["a9"]},
        {"period": 1999},
        {"method": "pearsons"},
        {"level": 2},
        {"nodes": ["a0", "a0"]},
    ):
        with pytest.raises(egov.SpecError):
            mv.correlations(result, **bad)
    with pytest.raises(egov.SpecError, match="family"):
        mv.correlations(small_panel(), with_nodes="family")


def test_flags_stay_within_steps():
    panel = small_panel()
    everywhere = mv.flags(panel, high=-1.0)
    assert len(everywhere) == 10 and everywhere["group"].isna().all()
    siblings = mv.flags(panel, high=-1.0, framework=small_index())
    assert siblings["group"].tolist() == ["a", "a", "a", "b"]
    assert len(mv.flags(panel, high=-1.0, framework=small_index(), steps=2)) == 10
    assert set(mv.flags(panel, high=None, low=1.0, framework=small_index())["flag"]) == {"low"}


# Components and reliability


def test_components_leave_rows_with_holes_out_and_say_so():
    data = RNG.normal(size=(30, 4)) @ RNG.normal(size=(4, 4)) + 1e6
    holed = data.copy()
    holed[3, 1] = holed[8, 2] = NAN
    got = mv.pca(holed)
    assert got.n == 28 and got.left_out == (got.left_out[0], got.left_out[1]) and "2 left out" in repr(got)
    assert np.isnan(got.scores[[3, 8]]).all()
    z = np.delete(holed, [3, 8], axis=0)
    z = (z - z.mean(axis=0)) / z.std(axis=0, ddof=1)
    np.testing.assert_allclose(got.deviations, np.linalg.svd(z)[1] / np.sqrt(27), rtol=1e-8)
    np.testing.assert_allclose(np.delete(got.scores, [3, 8], axis=0), z @ got.rotation, atol=1e-8)
    np.testing.assert_allclose(got.loadings @ got.loadings.T, np.corrcoef(z.T), atol=1e-10)
    plain = mv.pca(data, correlations=False)
    np.testing.assert_allclose(plain.eigenvalues.sum(), data.var(axis=0, ddof=1).sum(), rtol=1e-9)
    assert list(got.scores_frame().columns) == ["unit", "PC1", "PC2", "PC3", "PC4"]
    assert got.to_frame()["cumulative"].iloc[-1] == pytest.approx(1)


def test_components_of_odd_tables():
    with pytest.raises(egov.DataError, match="x1"):
        mv.pca([[1.0, 5], [2, 5], [3, 5]])
    with pytest.raises(egov.DataError, match="without a missing value"):
        mv.pca([[1.0, NAN], [NAN, 2]])
    huge = mv.pca(SWISS[:, :3] * [1e300, 1e-300, 1])
    np.testing.assert_allclose(huge.eigenvalues, mv.pca(SWISS[:, :3]).eigenvalues, rtol=1e-12)
    with pytest.raises(egov.DataError, match="too large"):
        mv.pca(SWISS[:, :3] * 1e300, correlations=False)
    wide = mv.pca(RNG.normal(size=(4, 9)))
    assert (wide.eigenvalues[3:] < 1e-12).all() and wide.eigenvalues.sum() == pytest.approx(9)


def congeneric(loadings, n=12):
    """Data whose correlation matrix is exactly that of one factor."""
    p = len(loadings)
    wanted = np.outer(loadings, loadings)
    np.fill_diagonal(wanted, 1)
    z = RNG.normal(size=(n, p))
    z -= z.mean(axis=0)
    z = z @ np.linalg.inv(np.linalg.cholesky(np.cov(z.T))).T
    return z @ np.linalg.cholesky(wanted).T * RNG.uniform(1, 9, p) + 5


def test_omega_of_a_congeneric_model():
    loadings = np.array([0.9, 0.8, 0.7, 0.6, 0.3])
    got = mv.omega(congeneric(loadings))
    np.testing.assert_allclose(list(got.loadings.values()), loadings, rtol=1e-9)
    right = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert got.value == pytest.approx(right, rel=1e-10)
    equal = congeneric(np.full(4, 0.7))  # tau-equivalent: alpha is omega (McDonald 1999)
    assert mv.omega(equal).value == pytest.approx(mv.alpha(equal).standardized, rel=1e-10)


def test_minres_is_the_lowest_misfit():
    """Against a general optimizer started elsewhere."""
    r = np.corrcoef((SWISS * [1, 1, -1, -1, 1, 1]).T)
    off = ~np.eye(6, dtype=bool)
    misfit = lambda v: ((r - np.outer(v, v))[off] ** 2).sum()  # noqa: E731
    best = optimize.minimize(misfit, np.full(6, 0.4), method="BFGS", tol=1e-12)
    got = mv.omega(SWISS * [1, 1, -1, -1, 1, 1])
    np.testing.assert_allclose(list(got.loadings.values()), best.x, atol=1e-6)


def test_omega_says_when_one_factor_does_not_fit():
    r = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])  # loading sqrt(.8 * .8 / .5) > 1
    z = RNG.normal(size=(20, 3))
    z -= z.mean(axis=0)
    got = mv.omega(z @ np.linalg.inv(np.linalg.cholesky(np.cov(z.T))).T @ np.linalg.cholesky(r).T)
    assert np.isnan(got.value) and got.uniquenesses["x0"] == pytest.approx(1 - 0.64 / 0.5)
    with pytest.raises(egov.DataError):
        mv.omega([[1.0, 2], [2, 1], [3, 3]])


def test_dependent_indicators_are_named():
    data = RNG.normal(size=(20, 4))
    data[:, 3] = data[:, 0] - 2 * data[:, 1]
    assert np.isinf(mv.vif(data)["vif"]).tolist() == [True, True, False, True]
    for measure in (mv.kmo, mv.bartlett):
        with pytest.raises(egov.DataError, match="x0, x1, x3 depend"):
            measure(data)
    rest = np.delete(data, 3, axis=1)
    assert mv.vif(data)["vif"][2] == pytest.approx(mv.vif(rest)["vif"][2], rel=1e-9)


def test_alpha_at_the_edge():
    assert np.isnan(mv.alpha([[1.0, 5], [2, 5], [3, 5]]).standardized)
    with pytest.raises(egov.DataError):
        mv.alpha([[1.0], [2]])
    with pytest.raises(egov.SpecError, match="pairwise"):
        mv.alpha(SWISS, missing="pairs")
    holed = SWISS.copy()
    holed[:5, 0] = NAN
    assert mv.alpha(holed, missing="rows").value == pytest.approx(mv.alpha(SWISS[5:]).value, rel=1e-12)
    assert mv.alpha(holed).n == (42, 47)
    assert mv.alpha(SWISS * 1e300).value == pytest.approx(mv.alpha(SWISS).value, rel=1e-12)


# Weights and importance


def test_effective_weights_of_known_and_unknown():
    got = mv.effective_weights(small_index())
    assert dict(zip(got["node"], got["effective"], strict=True))["a0"] == pytest.approx(0.75 * 0.5)
    assert got["depth"].tolist() == [0, 1, 1, 2, 2, 2, 2, 2]
    equal = small_index().replace(recipe=egov.Recipe(weight="equal"))
    assert mv.effective_weights(equal)["effective"][3] == pytest.approx(0.5 / 3)
    with pytest.raises(egov.DataError):
        mv.effective_weights(small_panel())


def plain_spline(x, y):
    """Restricted likelihood of the smoothing spline with dense matrices; the fit by SciPy at that penalty."""
    knots, at = np.unique((x - x.min()) / np.ptp(x), return_inverse=True)
    h, m = np.diff(knots), knots.size
    q, r = np.zeros((m, m - 2)), np.zeros((m - 2, m - 2))
    for j in range(m - 2):
        q[j : j + 3, j] = 1 / h[j], -1 / h[j] - 1 / h[j + 1], 1 / h[j + 1]
        r[j, j] = (h[j] + h[j + 1]) / 3
        if j + 1 < m - 2:
            r[j, j + 1] = r[j + 1, j] = h[j + 1] / 6
    weights = np.bincount(at).astype(float)
    means = np.bincount(at, y) / weights
    within = ((y - means[at]) ** 2).sum()

    def criterion(log_penalty):
        spread = q.T @ np.diag(1 / weights) @ q + r / np.exp(log_penalty)
        z = q.T @ means
        return (y.size - 2) * np.log(z @ np.linalg.solve(spread, z) + within) + np.linalg.slogdet(spread)[1]

    start = np.linspace(-20, 8, 57) + np.log(y.size)
    best = start[np.argmin([criterion(one) for one in start])]
    around = (best - 0.5, best + 0.5)
    found = optimize.minimize_scalar(criterion, bounds=around, method="bounded", options={"xatol": 1e-10})
    fit = interpolate.make_smoothing_spline(knots, means, w=weights, lam=np.exp(found.x))(knots)[at]
    return fit.var() / y.var()


def curved(n, ties):
    x = RNG.uniform(-2, 2, n)
    x = np.round(x, 1) if ties else x
    return x, np.sin(2 * x) + 0.3 * RNG.normal(size=n)


def ratios(x, y, kind):
    from egov_index import _core

    return _core.importance(np.asfortranarray(x[:, None] if x.ndim == 1 else x), y, kind, 1, None)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("n", [12, 51, 200])
def test_spline_ratio_equals_a_dense_twin(n, ties):
    x, y = curved(n, ties)
    raw = ratios(1e6 + 3 * x, y, "spline")
    assert raw["ratio"][0] == pytest.approx(plain_spline(x, y), abs=2e-6)


def test_gaussian_process_ratio_equals_scikit_learn():
    learn = pytest.importorskip("sklearn.gaussian_process")
    kernels = learn.kernels
    for n in (25, 51):
        x, y = curved(n, False)
        raw = ratios(x, y, "gaussian_process")
        scaled = (x / np.ptp(x))[:, None]
        kernel = kernels.ConstantKernel(1, (1e-4, 1e4)) * kernels.RBF(0.2, (0.02, 20)) + kernels.WhiteKernel(
            0.1, (1e-6, 1e3)
        )
        model = learn.GaussianProcessRegressor(kernel, alpha=0, normalize_y=True, random_state=1)
        fit = model.set_params(n_restarts_optimizer=3).fit(scaled, y)
        assert raw["smoothing"][0] == pytest.approx(fit.kernel_.k1.k2.length_scale, rel=1e-3)
        assert raw["ratio"][0] == pytest.approx(fit.predict(scaled).var() / y.var(), abs=1e-4)


@pytest.mark.parametrize("kind", ["linear", "spline", "gaussian_process"])
def test_importance_of_odd_columns(kind):
    x, y = curved(60, False)
    table = np.column_stack([2 * y - 1, np.full(60, 3.0), np.where(np.arange(60) < 57, NAN, x), x > 0, x])
    raw = ratios(table, y, kind)
    assert raw["ratio"][0] == pytest.approx(1, abs=1e-4)
    assert raw["reason"] == ["", "indicator constant", "too few units", "", ""]
    line = np.corrcoef(table[:, 3], y)[0, 1] ** 2
    assert raw["ratio"][3] == pytest.approx(line, abs={"linear": 1e-14, "spline": 1e-3}.get(kind, 0.1))
    assert kind == "linear" or raw["ratio"][4] > 0.7
    assert ratios(table, np.ones(60), kind)["reason"][0] == "node constant"
    assert all(0 <= ratio <= 1 for ratio in raw["ratio"] if not np.isnan(ratio))


def test_noise_has_no_importance():
    x, y = RNG.normal(size=(300, 20)), RNG.normal(size=300)
    for kind in ("linear", "spline", "gaussian_process"):
        assert np.mean(ratios(x, y, kind)["ratio"]) < 0.02


def test_importance_beside_weights():
    result = small_index().score(small_panel("polars"))
    got = mv.importance(result, kind="spline")
    assert isinstance(got, pl.DataFrame) and got["role"].to_list() == ["child"] * 2 + ["indicator"] * 5
    assert got["weight"].to_list() == pytest.approx([0.75, 0.25, 0.375, 0.1875, 0.1875, 0.125, 0.125])
    assert sum(got["importance"][:2]) == pytest.approx(1) and sum(got["difference"][2:]) == pytest.approx(0)
    line = mv.importance(result, "a")
    assert line["role"].to_list() == ["child"] * 3 and line["weight"][0] == 0.5
    r = np.corrcoef(result.values[0, :, 3], result.values[0, :, 1])[0, 1]
    assert line["ratio"][0] == pytest.approx(r * r, rel=1e-12)
    for bad in ({"node": "a0"}, {"kind": "splines"}, {"node": "c"}):
        with pytest.raises(egov.SpecError):
            mv.importance(result, **bad)


def test_any_number_of_threads_gives_the_same_bits():
    result = small_index().score(small_panel())
    one, two = (mv.importance(result, kind="gaussian_process", threads=n) for n in (1, 2))
    assert one.equals(two)


# Clusters


def test_clusters():
    data = np.vstack([RNG.normal(0, 0.1, (10, 3)), RNG.normal(5, 0.1, (12, 3)), RNG.normal(9, 0.1, (5, 3))])
    for method in ("ward", "average", "single"):
        got = mv.clusters(data, method, k=3)
        assert got.labels.tolist() == [1] * 10 + [2] * 12 + [3] * 5 and got.linkage.shape == (26, 4)
    assert got.to_frame()["cluster"].tolist() == got.labels.tolist()
    data[4, 1] = NAN
    with pytest.raises(egov.DataError, match=r"missing values: x1"):
        mv.clusters(data, k=2)
    with pytest.raises(egov.SpecError, match="ward"):
        mv.clusters(data, "wards", k=2)
    with pytest.raises(egov.SpecError):
        mv.clusters(data, k=100)


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_come_back_in_the_library_of_the_panel(backend):
    from egov_index.table import read_frame

    panel = small_panel(backend)
    result = small_index().score(panel)
    frames = [
        mv.summary(panel), mv.availability(panel, small_index()).groups, mv.correlations(panel).matrix(),
        mv.correlations(result).to_frame(), mv.flags(panel), mv.pca(panel).loadings_frame(), mv.kmo(panel).to_frame(),
        mv.bartlett(panel).to_frame(), mv.vif(panel), mv.alpha(panel).to_frame(), mv.omega(panel).to_frame(),
        mv.effective_weights(result), mv.importance(result), mv.clusters(panel, k=2).to_frame(),
    ]  # fmt: skip
    assert all(read_frame(frame)[1] == backend for frame in frames)


def test_without_scipy_clusters_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.cluster", None)
    with pytest.raises(egov.SpecError, match=r"pip install egov-index\[cluster\]"):
        egov.multivariate.clusters([[1.0, 2.0], [2.0, 1.0], [5.0, 4.0]], k=2)
