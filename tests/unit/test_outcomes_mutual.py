"""Mutual information over whole tables: threads, stops, what is refused."""

import inspect

import numpy as np
import pytest
from scipy import special, stats

import egov_index as egov
from egov_index import DataError, Panel, SpecError

RNG = np.random.default_rng(11)
N = 70
X = RNG.normal(size=(N, 3))
Y = X[:, [0, 0, 1, 2]] ** 2 + RNG.normal(size=(N, 4))
Y[RNG.uniform(size=Y.shape) < 0.2] = np.nan


def panel(values, prefix):
    names = [f"{prefix}{k}" for k in range(values.shape[1])]
    return Panel(values[:, None, :], [f"U{k:02}" for k in range(len(values))], [2020], names)


def table(x=X, y=Y, **asked):
    return egov.outcomes.mutual(panel(x, "x"), panel(y, "y"), **({"permutations": 29} | asked)).to_frame()


def slow(x, y, k):
    """By the definition, point by point."""
    parts = []
    for i in range(len(x)):
        dx, dy = (np.delete(np.abs(v - v[i]), i) for v in (x, y))
        reach = np.sort(np.maximum(dx, dy))[k - 1]
        parts.append(special.digamma((dx < reach).sum() + 1) + special.digamma((dy < reach).sum() + 1))
    return special.digamma(k) + special.digamma(len(x)) - np.mean(parts)


def test_every_pair_has_its_own_rows():
    frame = table(scale="standard", neighbors=4)
    for row in frame.itertuples():
        x, y = X[:, int(row.node[1:])], Y[:, int(row.outcome[1:])]
        both = ~np.isnan(y)
        expected = slow(stats.zscore(x[both]), stats.zscore(y[both]), 4)
        assert row.information == pytest.approx(expected, abs=1e-12) and row.n == both.sum()


def test_same_bits_for_any_number_of_threads_and_information_of_no_seed():
    one = table(threads=1)
    assert all(table(threads=threads).equals(one) for threads in (2, 4, None))
    other = table(seed=2)
    assert other["information"].equals(one["information"]) and not other["p"].equals(one["p"])


def test_ranks_without_ties_do_not_see_the_order_of_countries():
    order = RNG.permutation(N)
    found = table(X[order], Y[order], permutations=0)
    assert found["information"].equals(table(permutations=0)["information"])


def test_information_of_ranks_is_that_of_noise_of_any_kind_but_for_a_little():
    x, y = RNG.normal(size=(2, 193))
    y += x
    ranks = [stats.zscore(stats.rankdata(v)) for v in (x, y)]
    parted = [slow(*(v + 1e-10 * RNG.normal(size=193) for v in ranks), 3) for _ in range(20)]
    got = egov.outcomes.information(x, y, scale="rank")
    assert got == pytest.approx(np.mean(parted), abs=0.02) and np.std(parted) < 0.01


def test_progress_is_told_and_stops():
    told = []
    table(progress=told.append)  # None stops nothing
    assert told[-1] == 1.0

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        table(permutations=10**6, progress=stop)


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([1, 2, 3, 4], [1, 2, 3], "y: 3 values; 4, as many as x has"),
        ([[1, 2, 3, 4]], [1], "x: 2 dimensions; a row of finite numbers"),
        ([1, 2, np.nan, 4], [1, 2, 3, 4], "x: a value that is missing or infinite"),
        ([1, 2, 3, 4], [1, 2, np.inf, 4], "y: a value that is missing or infinite"),
    ],
)
def test_lists_that_are_none(x, y, said):
    with pytest.raises(DataError, match=said):
        egov.outcomes.information(x, y)


def test_no_information_of_a_constant_or_of_three():
    assert np.isnan(egov.outcomes.information([1, 1, 1, 1, 1, 1], [1, 2, 3, 4, 5, 6]))
    assert np.isnan(egov.outcomes.information([1, 2, 3], [1, 2, 3], neighbors=1))
    with pytest.raises(SpecError, match="neighbors"):
        egov.outcomes.information([1, 2, 3, 4, 5], [1, 2, 3, 5, 4], neighbors=0)


def test_information_takes_no_seed_since_nothing_is_drawn():
    assert list(inspect.signature(egov.outcomes.information).parameters) == ["x", "y", "neighbors", "scale"]
    assert "seed" not in egov.outcomes.information.__doc__
