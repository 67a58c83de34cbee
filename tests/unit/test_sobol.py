"""Sobol' indices: every estimator against its formula, SALib's rows and keys, intervals and designs."""

import pickle
from statistics import NormalDist

import numpy as np
import pytest

from egov_index import sobol

PROBLEM = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
FIRST = [row["name"] for row in sobol.estimators()["first"]]
TOTAL = [row["name"] for row in sobol.estimators()["total"]]


def ishigami(x):
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def plain(x):
    """The same numbers without a layout."""
    return np.array(x)


# Estimators, from the formulas


def twin(y, d, third):
    """Every index of one output from the table of formulas."""
    y = y.reshape(-1, 2 + d * (2 + third))
    a, b = y[:, 0], y[:, 2 * d + 1]
    f0 = np.concatenate([a, b]).mean()
    y = y - f0
    a, ab, ba, b, ac = (
        y[:, 0],
        y[:, 1 : d + 1].T,
        y[:, d + 1 : 2 * d + 1].T,
        y[:, 2 * d + 1],
        y[:, 2 * d + 2 :].T,
    )
    v = np.concatenate([a, b]).var()

    def mean(z):
        return z.mean(axis=-1)

    def ratio(x, z):
        m = (mean(x) + mean(z)) / 2
        return (mean(x * z) - m**2) / (mean(x**2 + z**2) / 2 - m**2)

    def corr(x, z):
        return np.array([np.corrcoef(x, row)[0, 1] for row in z])

    both = mean((a - b) ** 2 + (ba - ab) ** 2)
    first = {
        "sobol": mean(b * ab) / v,
        "saltelli": mean(b * (ab - a)) / v,
        "jansen": 1 - mean((b - ab) ** 2) / (2 * v),
        "janon_monod": ratio(b, ab),
        "martinez": corr(b, ab),
        "azzini_rosati": 2 * mean((ba - b) * (a - ab)) / both,
    }
    if third:
        first["owen"] = mean((a - ac) * (ba - b)) / v
    total = {
        "jansen": mean((a - ab) ** 2) / (2 * v),
        "homma_saltelli": 1 - mean(a * ab) / v,
        "sobol": mean(a * (a - ab)) / v,
        "saltelli": 1 - mean(b * ba) / v,
        "glen_isaacs": 1 - corr(a, ab),
        "janon_monod": 1 - ratio(a, ab),
        "azzini_rosati": mean((b - ba) ** 2 + (a - ab) ** 2) / both,
    }
    closed = np.array([[mean(ba[i] * ab[j] - a * b) / v for j in range(d)] for i in range(d)])
    return first, total, closed, np.concatenate([a, b]).mean() + f0, v


@pytest.mark.parametrize("third", [False, True])
@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_every_estimator_is_its_formula(third, offset):
    x = sobol.sample(PROBLEM, 96, third=third, scrambles=1, kind="montecarlo")
    y = np.column_stack([ishigami(x), np.exp(x[:, 0]) * x[:, 1], x[:, 2]]) + offset
    tolerance = 1e-12 * (1 + offset)
    for k in range(3):
        first, total, closed, mean, variance = twin(np.array(y[:, k]), 3, third)
        for name in FIRST:
            if name in first:
                found = sobol.analyze(PROBLEM, y, design=x, first=name, interval="t")
                np.testing.assert_allclose(found.first[k], first[name], atol=tolerance)
        for name in TOTAL:
            found = sobol.analyze(PROBLEM, y, design=x, total=name, interval="t")
            np.testing.assert_allclose(found.total[k], total[name], atol=tolerance)
        np.testing.assert_allclose([found.mean[k], found.variance[k]], [mean, variance], rtol=1e-12)
        at = np.triu_indices(3, 1)
        less = (first["saltelli"][:, None] + first["saltelli"])[at]
        np.testing.assert_allclose(found.second[k][at], closed[at] - less, atol=tolerance)
        assert np.isnan(found.second[k][np.tril_indices(3)]).all()
        both = sobol.analyze(PROBLEM, y, design=x, second="saltelli_both", interval="t")
        np.testing.assert_allclose(both.second[k][at], ((closed + closed.T) / 2)[at] - less, atol=tolerance)


def test_estimate_and_interval_over_scrambles():
    """Student's t with 7 degrees of freedom: 2.364624 is its 0.975 quantile."""
    x = sobol.sample(PROBLEM, 512, seed=9)
    y = plain(ishigami(x))
    found = sobol.analyze(PROBLEM, y, design=x, level=0.95)
    each = np.array([twin(part, 3, False)[1]["jansen"] for part in y.reshape(8, -1)])
    half = 2.3646242510103 * each.std(axis=0, ddof=1) / np.sqrt(8)
    np.testing.assert_allclose(found.total, each.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found["ST_conf"], half, rtol=1e-9)
    np.testing.assert_allclose(np.mean(found.interval["total"], axis=0), found.total, rtol=1e-12)


def test_bootstrap_on_independent_points_is_as_wide_as_the_spread_of_estimates():
    """Half-width of a 95 % interval against 1.96 standard deviations over 200 designs."""
    runs = [
        sobol.analyze(
            PROBLEM, ishigami(sobol.sample(PROBLEM, 2048, kind="montecarlo", scrambles=1, seed=k)),
            calc_second_order=False, resamples=400 if k < 5 else 2,
        )
        for k in range(200)
    ]  # fmt: skip
    for key in ("S1", "ST"):
        spread = 1.96 * np.std([run[key] for run in runs], axis=0, ddof=1)
        width = np.mean([run[f"{key}_conf"] for run in runs[:5]], axis=0)
        np.testing.assert_allclose(width, spread, rtol=0.25)


# Rows and keys as SALib has them


def test_rows_stand_in_the_order_of_salib():
    x = sobol.sample(PROBLEM, 16, scrambles=1, third=True).reshape(16, 11, 3)
    a, ab, ba, b, ac = x[:, 0], x[:, 1:4], x[:, 4:7], x[:, 7], x[:, 8:]
    for i in range(3):
        others = np.arange(3) != i
        assert (ab[:, i, i] == b[:, i]).all() and (ab[:, i][:, others] == a[:, others]).all()
        assert (ba[:, i, i] == a[:, i]).all() and (ba[:, i][:, others] == b[:, others]).all()
        assert (ac[:, i][:, others] == a[:, others]).all()
        assert not (ac[:, i, i] == a[:, i]).any() and not (ac[:, i, i] == b[:, i]).any()


def test_a_script_for_salib_needs_another_import_only():
    salib = pytest.importorskip("SALib.analyze.sobol")
    sampler = pytest.importorskip("SALib.sample.sobol")
    for groups in (None, ["g", "h", "g"]):
        problem = dict(PROBLEM, groups=groups)
        for second in (True, False):
            theirs = sampler.sample(problem, 256, calc_second_order=second, seed=5)
            wanted = salib.analyze(problem, ishigami(theirs), calc_second_order=second, seed=1)
            problem.pop("sample_scaled", None)
            ours = sobol.sample(problem, 256, calc_second_order=second, seed=5)
            assert ours.shape == theirs.shape
            found = sobol.analyze(
                problem,
                ishigami(theirs),
                calc_second_order=second,
                num_resamples=100,
                conf_level=0.95,
                seed=1,
            )
            assert set(found) == set(wanted) and len(found) == len(wanted)
            np.testing.assert_allclose(found["ST"], wanted["ST"], rtol=1e-12)
            for key in set(wanted) & {"S1", "S2"}:  # they center on all runs, we on A and B
                np.testing.assert_allclose(found[key], wanted[key], atol=1e-4)
            for frame, theirs_too in zip(found.to_df(), wanted.to_df(), strict=True):
                assert frame.shape == theirs_too.shape and list(frame.columns) == list(theirs_too.columns)
                assert [str(np.ravel(at).tolist()) for at in frame.index] == [
                    str(np.ravel(at).tolist()) for at in theirs_too.index
                ]


def test_a_problem_spec_of_salib_is_a_problem():
    spec = pytest.importorskip("SALib").ProblemSpec(dict(PROBLEM, groups=None, outputs=["Y"]))
    x = sobol.sample(spec, 64)
    np.testing.assert_array_equal(x, sobol.sample(PROBLEM, 64))
    assert sobol.analyze(spec, ishigami(x)).outputs == ("Y",)


def test_second_orders_may_be_left_out():
    x = sobol.sample(PROBLEM, 64)
    found, less = (sobol.analyze(PROBLEM, ishigami(x), flag, first="azzini_rosati") for flag in (True, False))
    assert less.second is None and "S2" not in less and less.runs == found.runs == 512
    np.testing.assert_array_equal(less.first, found.first)
    with pytest.raises(KeyError):
        less["S2"]


def test_the_layout_travels_with_the_sample():
    x = sobol.sample(PROBLEM, 512, seed=2)
    assert x.layout.scrambles == 8 and ishigami(x).layout == x.layout
    assert x[:10].layout is None and x.T.layout is None and plain(x).dtype == np.float64
    carried = sobol.analyze(PROBLEM, ishigami(x))
    for told in ({"design": x}, {"design": x.layout}, {"scrambles": 8}):
        again = sobol.analyze(PROBLEM, plain(ishigami(x)), **told)
        np.testing.assert_array_equal(again.first, carried.first)
        np.testing.assert_array_equal(again.interval["total"], carried.interval["total"])
    unknown = sobol.analyze(PROBLEM, plain(ishigami(x)))
    assert unknown.interval_method == "bootstrap" and "too wide" in unknown.explain()
    assert unknown.scrambles == 1 and carried.interval_method == "t" and not carried.notes
    assert pickle.loads(pickle.dumps(x)).shape == x.shape


# Designs


@pytest.mark.parametrize("kind", ["sobol", "lhs", "montecarlo"])
@pytest.mark.parametrize("scrambles", [1, 5])
def test_any_number_of_threads_gives_the_same_bits(kind, scrambles):
    made = [sobol.sample(PROBLEM, 1000, kind=kind, scrambles=scrambles, seed=3, threads=k) for k in (1, 2, 8)]
    y = [np.column_stack([ishigami(x), x[:, 0]]) for x in made]
    for interval in ("t", "bootstrap"):
        found = [
            sobol.analyze(PROBLEM, y[0], design=made[0], interval=interval, threads=k, resamples=100)
            for k in (1, 2, 8)
        ]
        for x, one in zip(made[1:], found[1:], strict=True):
            np.testing.assert_array_equal(x, made[0])
            for key in found[0]:
                np.testing.assert_array_equal(one[key], found[0][key])
    assert not np.array_equal(sobol.sample(PROBLEM, 1000, kind=kind, seed=4), made[0])


LAWS = {
    "unif": ([2, 5], lambda u: 2 + 3 * u),
    "logunif": ([1, 100], lambda u: 100**u),
    "triang": ([1.0, 3.0, 0.5], lambda u: 1 + np.where(u < 0.5, np.sqrt(2 * u), 2 - np.sqrt(2 - 2 * u))),
    "norm": ([1, 2], lambda u: np.array([NormalDist(1, 2).inv_cdf(p) for p in u])),
    "lognorm": ([1, 2], lambda u: np.exp([NormalDist(1, 2).inv_cdf(p) for p in u])),
    "weibull": ([1.5, 2.0], lambda u: 2 * (-np.log1p(-u)) ** (1 / 1.5)),
    "gamma": ([1.0, 2.0], lambda u: -2 * np.log1p(-u)),
    "discrete": ([3, 1, 7], lambda u: np.array([3, 1, 7])[(3 * u).astype(int)]),
}


@pytest.mark.parametrize("dist", LAWS)
def test_distributions(dist):
    bounds, quantile = LAWS[dist]
    u, x = (
        sobol.sample({"names": ["a"], "bounds": [b], "dists": [law]}, 64, seed=2)[:, 0]
        for b, law in (([0, 1], "unif"), (bounds, dist))
    )
    np.testing.assert_allclose(x, quantile(plain(u)), rtol=1e-9)


def test_distributions_of_salib():
    scale = pytest.importorskip("SALib.util").scale_samples
    bounds = [
        [0, 1],
        [1, 9],
        [1, 4, 0.25],
        [0, 2],
        [-1, 0.5, 0.3, 2],
        [4, 9, 0.3, 2],
        [0.2, 0.4],
        [1.5, 2],
        [2, 3, 1],
    ]
    dists = ["unif", "logunif", "triang", "norm", "truncnorm", "truncnorm", "lognorm", "weibull", "weibull"]
    names = list("abcdefghi")
    problem = {"num_vars": 9, "names": names, "bounds": bounds, "dists": dists}
    u = plain(sobol.sample({"names": names, "bounds": [[0, 1]] * 9}, 128))
    np.testing.assert_allclose(sobol.sample(problem, 128), scale(u.copy(), problem), rtol=1e-9)


def test_a_group_is_exchanged_as_a_whole():
    problem = dict(PROBLEM, groups=["angle", "angle", "height"])
    x = sobol.sample(problem, 4096, seed=1)
    assert x.shape == (4096 * 6, 3)
    found = sobol.analyze(problem, ishigami(x))
    assert found.factors == ("angle", "height")
    np.testing.assert_allclose(found.first, [0.3139 + 0.4424, 0], atol=0.03)
    np.testing.assert_allclose(found.total, [1, 0.2437], atol=0.03)


def test_a_dummy_costs_no_runs_and_has_no_influence():
    x = sobol.sample(PROBLEM, 1024, seed=1)
    found = sobol.analyze(PROBLEM, ishigami(x), dummy=True)
    without = sobol.analyze(PROBLEM, ishigami(x))
    assert found.factors == ("x1", "x2", "x3", "dummy") and found.runs == without.runs
    assert found.first[3] == found.total[3] == 0
    np.testing.assert_array_equal(found.second[:3, :3], without.second)
    noisy = sobol.analyze(PROBLEM, ishigami(x), dummy=True, first="jansen", total="homma_saltelli")
    assert 0 < abs(noisy.first[3]) < 0.05 and 0 < abs(noisy.total[3]) < 0.05
    low, high = noisy.interval["first"]
    assert low[3] < 0 < high[3]
