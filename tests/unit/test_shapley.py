"""Exact Shapley effects of weights: by their definition, in blocks, constants, labels, and what is refused."""

import itertools
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest

from egov_index import DataError, SpecError, shapley

RNG = np.random.default_rng(5)
PROBLEM = {"names": ["a", "b", "c"], "bounds": [[0, 1], [2, 5], [-1, 1]]}


def shares(worth, d):
    """Shapley values by their definition."""
    out = np.zeros(d)
    for order in itertools.permutations(range(d)):
        for place, i in enumerate(order):
            before = frozenset(order[:place])
            out[i] += worth(before | {i}) - worth(before)
    return out / math.factorial(d)


def conditional_variance(c, alpha):
    """Var E(score | w_u) = g' Sigma_u g with g = c less the mean of c outside u."""
    c, alpha = np.asarray(c, dtype=float), np.asarray(alpha, dtype=float)
    total = alpha.sum()
    sigma = (total * np.diag(alpha) - np.outer(alpha, alpha)) / (total**2 * (total + 1))

    def worth(coalition):
        u = sorted(coalition)
        rest = [i for i in range(len(c)) if i not in coalition]
        g = c[u] - (np.average(c[rest], weights=alpha[rest]) if rest else 0)
        return g @ sigma[np.ix_(u, u)] @ g

    return worth


@pytest.mark.parametrize("alpha", [[1, 1], [20, 10, 5], [0.3, 4, 0.02, 7], [1, 1, 2, 3, 100], [0.5] * 6])
def test_weights_by_the_definition(alpha):
    scores = RNG.normal(size=(4, len(alpha)))
    found = shapley.linear(scores, alpha)
    for c, effects, first, variance in zip(scores, found.effects, found.first, found.variance, strict=True):
        worth = conditional_variance(c, alpha)
        whole = worth(frozenset(range(len(c))))
        np.testing.assert_allclose(variance, whole, rtol=1e-11)
        np.testing.assert_allclose(effects, shares(worth, len(c)) / whole, atol=1e-12)
        alone = [worth(frozenset([i])) / whole for i in range(len(c))]
        np.testing.assert_allclose(first, alone, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(found.effects.sum(axis=1), 1, rtol=1e-12)
    assert not found.total.any() and not found.constant


def test_forty_weights_as_random_orders_have_them():
    """Mean over 20,000 orders of exact conditional variances; each within 4.5 standard errors."""
    d = 40
    c, alpha = RNG.normal(size=d), RNG.gamma(1.0, size=d) + 0.1
    p = alpha / alpha.sum()
    c -= p @ c
    orders = np.argsort(RNG.random((20_000, d)), axis=1)
    inside, first, second = (np.cumsum(z[orders], axis=1) for z in (p, p * c, p * c**2))
    left = np.maximum(1 - inside, 1e-300)
    left[:, -1] = 1
    worth = second + first**2 / left
    worth[:, -1] = second[:, -1]
    added = np.empty_like(worth)
    np.put_along_axis(added, orders, np.diff(worth, axis=1, prepend=0), axis=1)
    error = added.std(axis=0) / np.sqrt(len(orders))
    exact = shapley.linear(c, alpha).effects * worth[0, -1]
    assert (np.abs(added.mean(axis=0) - exact) < 4.5 * error + 1e-12).all()


def test_many_units_are_cheap():
    """193 units and 12 weights take well below a second."""
    import time

    scores, alpha = RNG.random((193, 12)), RNG.random(12) + 0.5
    start = time.process_time()
    shapley.linear(scores, alpha, threads=1)
    assert time.process_time() - start < 0.5


def test_effects_depend_on_proportions_and_not_on_location_or_scale():
    c, alpha = RNG.random(5), RNG.random(5) + 0.2
    found = shapley.linear(c, alpha)
    for scores, parameters in ((3 - 7 * c, alpha), (c, 50 * alpha), (1e160 * c, alpha), (1e-160 * c, alpha)):
        np.testing.assert_allclose(shapley.linear(scores, parameters).effects, found.effects, atol=1e-12)
    assert shapley.linear(c, 50 * alpha).variance < found.variance


def test_a_geometric_index_is_linear_in_logarithms():
    scores, alpha = RNG.random((6, 4)) + 0.1, [1, 2, 3, 4]
    found, logs = (
        shapley.linear(scores, alpha, aggregate="geometric"),
        shapley.linear(np.log(scores), alpha),
    )
    np.testing.assert_array_equal(found.effects, logs.effects)
    np.testing.assert_array_equal(found.variance, logs.variance)


def test_weights_in_blocks():
    """The game of all weights, in which blocks are independent: exact by its definition for two blocks."""
    c, alpha, groups = RNG.random(5), np.array([1, 2, 3, 1, 4.0]), ["x", "y", "x", "y", "y"]
    found = shapley.linear(c, alpha, groups=groups)
    blocks = {"x": [0, 2], "y": [1, 3, 4]}
    worths = {name: conditional_variance(c[at], alpha[at]) for name, at in blocks.items()}

    def worth(coalition):
        return sum(
            worths[name](frozenset(k for k, i in enumerate(at) if i in coalition))
            for name, at in blocks.items()
        )

    whole = worth(frozenset(range(5)))
    np.testing.assert_allclose(found.variance, whole, rtol=1e-12)
    np.testing.assert_allclose(found.effects, shares(worth, 5) / whole, atol=1e-12)
    np.testing.assert_allclose(found.first, [worth({i}) / whole for i in range(5)], atol=1e-12)
    assert found.group_names == ("x", "y")
    np.testing.assert_allclose(
        found.group_effects, [found.effects[[0, 2]].sum(), found.effects[[1, 3, 4]].sum()]
    )
    named = shapley.linear(c, alpha, groups={"x": ["w1", "w3"], "y": ["w2", "w4", "w5"]})
    np.testing.assert_array_equal(named.effects, found.effects)


def test_a_unit_with_equal_scores_is_constant():
    found = shapley.linear([[0.1, 0.1, 0.1], [0.3, 0.1, 0.2]], [1, 2, 3], units=["EST", "NAM"])
    assert found.constant == (found.outputs[0],)
    assert np.isnan(found.effects[0]).all() and np.isnan(found.total[0]).all()
    assert np.isfinite(found.effects[1]).all() and found.variance[0] == 0
    assert "Constant, so without effects: EST." in found.explain()
    assert found.to_frame()["note"].tolist() == ["constant"] * 3 + [""] * 3
    one = shapley.linear([0.4], [2.0])
    assert one.constant == one.outputs and np.isnan(one.effects).all()
    part = shapley.linear([0.5, 0.5, 0.1, 0.9], [1, 1, 1, 1], groups=["x", "x", "y", "y"])
    np.testing.assert_allclose(part.effects, [0, 0, 0.5, 0.5], atol=1e-15)


def test_labels_of_a_frame_are_names():
    frame = pd.DataFrame([[0.1, 0.5], [0.3, 0.4]], index=["EST", "NAM"], columns=["osi", "tii"])
    found = shapley.linear(frame, [1, 1])
    assert found.outputs == ("EST", "NAM") and found.factors == ("osi", "tii")
    assert shapley.linear(pl.DataFrame({"osi": [0.1], "tii": [0.5]}), [1, 1]).factors == ("osi", "tii")
    assert shapley.linear([[1, 2]], [1, 1]).outputs == ("unit 1",)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: shapley.linear([[1, np.nan]], [1, 1]), DataError, "'w2' of 'unit 1': nan"),
        (
            lambda: shapley.linear([1, 0.0], [1, 1], aggregate="geometric"),
            DataError,
            "above 0, as logarithms",
        ),
        (lambda: shapley.linear([1, 2], [1, 1], aggregate="median"), SpecError, "aggregate: 'median'"),
        (lambda: shapley.linear([1, 2], [1, 0]), SpecError, "alpha: 0 for 'w2'"),
        (lambda: shapley.linear([1, 2], [1, np.inf]), SpecError, "alpha: inf for 'w2'"),
        (lambda: shapley.linear([1, 2], [1, 1, 1]), SpecError, "a number for each of 2 weights"),
        (lambda: shapley.linear(["a", "b"], [1, 1]), DataError, "numbers of shape"),
        (lambda: shapley.linear([1, 2], [1, 1], groups=["x"]), SpecError, "groups: 1 entries"),
        (lambda: shapley.linear([1, 2], [1, 1], groups={"x": ["w1"]}), SpecError, "'w2' in none"),
        (lambda: shapley.linear([1, 2], [1, 1], groups={"x": ["w9"]}), SpecError, "groups['x']: w9"),
        (lambda: shapley.linear([1, 2], [1, 1], names=["a"]), SpecError, "names: 1 names; 2"),
        (lambda: shapley.dirichlet([1, 0.001]), SpecError, "0.001 as parameter 2; 0.05 or more"),
        (lambda: shapley.dirichlet([[1]]), SpecError, "a row of finite numbers"),
        (lambda: shapley.normal([0, 0], [[1, 2], [0, 1]]), SpecError, "not symmetric"),
        (lambda: shapley.normal([0, 0], [[1, 2], [2, 1]]), SpecError, "an eigenvalue of -1"),
        (lambda: shapley.normal([0, 0], [1, 2]), SpecError, "shape (2,)"),
        (lambda: shapley.normal([0, 0], np.eye(2), ["a", "a"]), SpecError, "2 names, each once"),
        (lambda: shapley.independent(), SpecError, "one distribution or more"),
        (lambda: shapley.independent(PROBLEM, PROBLEM), SpecError, "a, b, c more than once"),
        (lambda: shapley.independent(3), SpecError, "problem: a int"),
    ],
)
def test_what_is_refused(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


def test_there_are_no_groups_to_go_by():
    with pytest.raises(SpecError, match="there are no groups"):
        shapley.linear([1, 2], [1, 1]).to_frame(by="group")
