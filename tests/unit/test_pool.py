"""Rubin's rules: forms of input, the D1 test, and what cannot be pooled."""

import numpy as np
import pytest

import egov_index as egov


def draws(m=5, terms=3, seed=1):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(m, terms, terms))
    return rng.normal(size=(m, terms)), np.eye(terms) + root @ root.transpose(0, 2, 1) / 10


def test_one_estimate_gives_floats_and_columns_of_several_are_alone():
    estimates, covariances = draws()
    every = egov.pool(estimates, covariances, n=40)
    one = egov.pool(estimates[:, 1], covariances[:, 1, 1], n=40, parameters=3)
    for name in (
        "estimate",
        "within",
        "between",
        "total",
        "df",
        "riv",
        "lambda_",
        "fmi",
        "error",
        "t",
        "p",
        "low",
    ):
        assert isinstance(getattr(one, name), float)
        assert getattr(every, name)[1] == pytest.approx(getattr(one, name), rel=1e-12)
    assert every.lambda_ == pytest.approx(every.riv / (1 + every.riv))
    assert (every.high - every.estimate) == pytest.approx(every.estimate - every.low)


def test_frames_give_names_and_library():
    polars = pytest.importorskip("polars")
    estimates, covariances = draws(terms=2)
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    frame = polars.DataFrame(dict(zip(("age", "chl"), estimates.T, strict=True)))
    found = egov.pool(frame, {"chl": variances[:, 1], "age": variances[:, 0]})
    assert found.terms == ("age", "chl")
    np.testing.assert_array_equal(found.within, egov.pool(estimates, variances).within)
    shown = found.to_frame()
    assert isinstance(shown, polars.DataFrame) and shown["lambda"].to_list() == found.lambda_.tolist()
    with pytest.raises(egov.DataError, match="those of the estimates"):
        egov.pool(frame, {"age": variances[:, 0]})


def wald_twin(q, u, n_minus_k):
    """D1 with Li, Raghunathan and Rubin's degrees of freedom, in plain NumPy."""
    m, k = q.shape
    within, between = u.mean(axis=0), np.cov(q.T).reshape(k, k)
    r = (1 + 1 / m) * np.trace(between @ np.linalg.inv(within)) / k
    f = q.mean(axis=0) @ np.linalg.solve(within, q.mean(axis=0)) / k / (1 + r)
    t = k * (m - 1)
    return f, 4 + (t - 4) * (1 + (1 - 2 / t) / r) ** 2 if t > 4 else t * (1 + 1 / k) * (1 + 1 / r) ** 2 / 2, r


@pytest.mark.parametrize(("m", "terms"), [(5, 3), (3, 1), (2, 2), (20, 4)])
def test_wald_in_large_samples(m, terms):
    estimates, covariances = draws(m, terms)
    found = egov.pool(estimates, covariances).test()
    assert (found.statistic, found.df2, found.riv) == pytest.approx(wald_twin(estimates, covariances, None))
    stats = pytest.importorskip("scipy.stats")
    assert found.p == pytest.approx(stats.f.sf(found.statistic, terms, found.df2), rel=1e-9)


def test_wald_of_some_terms_against_other_values():
    estimates, covariances = draws()
    found = egov.pool(estimates, covariances, n=200, names=["a", "b", "c"])
    part = egov.pool(
        estimates[:, [2, 0]] - [1.0, 2.0], covariances[:, [2, 0]][:, :, [2, 0]], n=200, parameters=3
    )
    assert found.test(["c", "a"], at=[1.0, 2.0]).statistic == pytest.approx(part.test().statistic)
    assert found.test(["c", "a"], at=[1.0, 2.0]).df2 == pytest.approx(part.test().df2)
    assert found.test("b").terms == ("b",)
    assert found.test("b").statistic == pytest.approx(found.t[1] ** 2)
    np.testing.assert_allclose(np.diag(found.covariance), found.total)
    large = egov.pool(estimates, covariances, n=10**9).test()
    assert large.rule == "Reiter"
    assert (
        egov.pool(estimates, covariances, n=8).test().rule != "Reiter"
    )  # 5 degrees of freedom are too few for it


def test_more_missing_information_means_fewer_degrees_of_freedom():
    q = np.array([1.0, 1.1, 0.9, 1.05])
    df = [egov.pool(q * scale, np.ones(4), n=50).df for scale in (0.0, 0.5, 2.0, 10.0)]
    assert df == sorted(df, reverse=True) and df[0] == pytest.approx(50 / 52 * 49)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1.0], [1.0]), "at least 2"),
        (([1.0, 2.0], [1.0, 0.0]), "imputation 2 estimate x1: the variance is 0"),
        (([1.0, np.nan], [1.0, 1.0]), "imputation 2 estimate x1"),
        (([1.0, 2.0], [1.0, -1.0]), "above 0"),
        (([1.0, 2.0], [1.0]), r"shape \(1,\)"),
        (([[1.0, 2], [3, 4]], [1.0, 2.0]), r"\(2, 2\)"),
        (([["a"]], [1.0]), "no array"),
        ((np.ones((2, 2, 2)), np.ones((2, 2))), "1 or 2 dimensions"),
    ],
)
def test_what_cannot_be_pooled(arguments, words):
    with pytest.raises(egov.DataError, match=words):
        egov.pool(*arguments)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"n": 2, "parameters": 2}, "more rows than parameters"),
        ({"n": 3.5}, "whole number"),
        ({"level": 95}, "level"),
        ({"names": ["a", "a"]}, "names"),
    ],
)
def test_wrong_requests(wrong, words):
    estimates, covariances = draws(terms=2)
    with pytest.raises(egov.SpecError, match=words):
        egov.pool(estimates, covariances, **wrong)


def test_what_cannot_be_tested():
    estimates, covariances = draws()
    plain = egov.pool(estimates, np.diagonal(covariances, axis1=1, axis2=2))
    with pytest.raises(egov.DataError, match="covariance matrix an imputation"):
        plain.test()
    assert plain.test("x2").statistic == pytest.approx(plain.t[1] ** 2)
    found = egov.pool(estimates, covariances)
    with pytest.raises(egov.SpecError, match="unknown term 'y'"):
        found.test("y")
    with pytest.raises(egov.SpecError, match="at"):
        found.test(at=[1.0, 2.0])
    with pytest.raises(egov.FitError, match="singular"):
        egov.pool(estimates, np.ones((5, 3, 3))).test()


def test_intervals_of_a_mean_keep_their_level():
    """Normal data, 40 % missing at random given a second column, proper draws by hand: 95 % hold the mean."""
    held, rounds = 0, 400
    for seed in range(rounds):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=60)
        seen = y[rng.random(60) > 0.4]
        q, u = [], []
        for _ in range(10):
            s2 = seen.var(ddof=1) * (len(seen) - 1) / rng.chisquare(len(seen) - 1)
            mean = seen.mean() + rng.normal() * np.sqrt(s2 / len(seen))
            full = np.concatenate([seen, mean + rng.normal(size=60 - len(seen)) * np.sqrt(s2)])
            q.append(full.mean())
            u.append(full.var(ddof=1) / 60)
        found = egov.pool(q, u, n=60)
        held += found.low < 0 < found.high
    assert 0.92 < held / rounds < 0.98
