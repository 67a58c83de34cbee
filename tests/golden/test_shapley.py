"""Shapley effects meet exact ones: of weights on the simplex, of known functions, of dependent normal inputs."""

import json
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from known_models import GOLDEN, MODELS, problem

from egov_index import shapley
from egov_index.shapley.game import Game

EXACT = json.loads((Path(__file__).parent / "shapley.json").read_text(encoding="utf-8"))
REACH = {"t": 2.364624, "clt": 1.959964}  # of 95 % intervals with 8 replicates, in standard errors


def agree(found, exact, largest):
    """Effects within five of their standard errors, none of which is large."""
    error = (found.interval["effects"][1] - found.effects) / REACH[found.interval_method]
    assert error.max() < largest
    assert (np.abs(found.effects - exact) < 5 * error + 1e-12).all()


def dirichlet():
    given = EXACT["dirichlet_linear3"]
    return given, given["params"]["alpha"], given["params"]["c"]


def test_weights_of_a_linear_score():
    given, alpha, c = dirichlet()
    found = shapley.linear(c, alpha)
    np.testing.assert_allclose(found.effects, given["shapley"], atol=1e-14)
    np.testing.assert_allclose(found.first, given["first"], atol=1e-14)
    np.testing.assert_array_equal(found.total, given["total"])
    np.testing.assert_allclose(found.variance, given["variance"], rtol=1e-14)


@pytest.mark.parametrize("method", ["subsets", "permutations"])
def test_the_same_weights_by_drawing_them_again(method):
    given, alpha, c = dirichlet()
    found = shapley.effects(lambda w: w @ c, shapley.dirichlet(alpha), 2**14, method=method)
    agree(found, given["shapley"], 4e-3)
    np.testing.assert_allclose(found.variance, given["variance"], rtol=5e-3)
    if method == "subsets":
        np.testing.assert_allclose(found.first, given["first"], atol=2e-3)
        np.testing.assert_allclose(found.total, given["total"], atol=1e-14)


def test_independent_gammas_over_their_sum_are_another_question():
    """Shapley effects of the gammas behind Dirichlet weights are not those of the weights.

    Sobol' indices are known to three digits. An interaction of two is shared evenly, so that effects stand half way
    between first and total indices but for what all three do together, which is under 0.001.
    """
    alpha, c = [20, 10, 5], np.array([0.9, 0.5, 0.3])
    law = {"names": list("abc"), "bounds": [[a, 1] for a in alpha], "dists": ["gamma"] * 3}
    found = shapley.effects(lambda g: g @ c / g.sum(axis=1), law, 2**15)
    np.testing.assert_allclose(found.first, [0.401, 0.198, 0.392], atol=1e-3)
    np.testing.assert_allclose(found.total, [0.403, 0.205, 0.401], atol=1e-3)
    agree(found, (found.first + found.total) / 2, 1e-3)
    assert abs(shapley.linear(c, alpha).effects[0] - 0.52) < 1e-12


@pytest.mark.parametrize("method", ["subsets", "permutations"])
def test_dependent_normal_inputs(method):
    given = EXACT["gauss_linear3_rho0.5"]
    law = shapley.normal([0, 0, 0], given["params"]["Sigma"])
    found = shapley.effects(lambda x: x.sum(axis=1), law, 2**14, method=method)
    agree(found, given["shapley"], 5e-3)
    if method == "subsets":
        np.testing.assert_allclose(found.first, given["first"], atol=2e-3)
        np.testing.assert_allclose(found.total, given["total"], atol=2e-3)


@pytest.mark.parametrize(
    ("name", "n", "largest"),
    [
        ("ishigami", 2**14, 4e-3),
        ("bratley1992_d8", 2**14, 4e-3),
        ("g_sobol8", 2**14, 4e-3),
        ("gstar_1", 2**14, 6e-3),
        ("friedman10", 2**14, 4e-3),
        ("morris20_alternating", 2**15, 8e-3),
    ],
)
def test_known_functions(name, n, largest):
    found = shapley.effects(MODELS[name], problem(name), n)
    assert found.method == ("subsets" if name == "ishigami" else "permutations")
    agree(found, EXACT[name]["shapley"], largest)
    np.testing.assert_allclose(found.variance, GOLDEN[name]["variance"], rtol=10 * largest)


def test_all_coalitions_of_eight_inputs():
    """First and total indices come with them."""
    name = "bratley1992_d8"
    found = shapley.effects(MODELS[name], problem(name), 2**12, method="subsets")
    agree(found, EXACT[name]["shapley"], 6e-3)
    for order in ("first", "total"):
        np.testing.assert_allclose(getattr(found, order), GOLDEN[name][order], atol=0.02)


def test_errors_by_the_central_limit_theorem():
    name = "morris20_alternating"
    found = shapley.effects(MODELS[name], problem(name), 2**14, interval="clt")
    assert (found.method, found.replicates) == ("permutations", 1)
    agree(found, EXACT[name]["shapley"], 9e-3)


def shared(worth, d):
    """Shapley values of a game given for sets of players, by the table of the package."""
    masks, table = Game.of([str(i) for i in range(d)], (), False).coalitions
    return table @ [worth([i for i in range(d) if mask >> i & 1]) for mask in masks]


@pytest.mark.parametrize("name", ["g_sobol8", "gstar_1"])
def test_product_functions(name):
    """Effects by an integral over one number, which for products of one mean and variance each is a polynomial."""
    a = np.array(GOLDEN[name]["params"]["a"])
    variance, d = 1 / (3 * (1 + a) ** 2), len(a)
    t, weight = np.polynomial.legendre.leggauss(d)
    t, weight = (1 + t) / 2, weight / 2
    others = [np.prod(1 + np.outer(t, np.delete(variance, i)), axis=1) for i in range(d)]
    integral = np.array([variance[i] * (weight * others[i]).sum() for i in range(d)])
    whole = np.prod(1 + variance) - 1
    np.testing.assert_allclose(integral / whole, EXACT[name]["shapley"], rtol=1e-12)
    closed = shared(lambda u: np.prod(1 + variance[u]) - 1, d)
    np.testing.assert_allclose(closed / whole, EXACT[name]["shapley"], rtol=1e-9)


def test_a_multilinear_function():
    """Bratley's function by its ANOVA: each part of the variance is shared evenly; exact fractions."""
    d, half, twelfth = 8, Fraction(1, 2), Fraction(1, 12)
    terms = [((-1) ** size, range(size)) for size in range(1, d + 1)]
    parts = {}
    for chosen in product((0, 1), repeat=d):
        u = {i for i in range(d) if chosen[i]}
        if u:
            slope = sum(sign * half ** (len(term) - len(u)) for sign, term in terms if u <= set(term))
            parts[frozenset(u)] = twelfth ** len(u) * slope**2
    whole = sum(parts.values())
    effects = [sum(v / len(u) for u, v in parts.items() if i in u) / whole for i in range(d)]
    assert effects == [Fraction(text) for text in EXACT["bratley1992_d8"]["shapley_exact"]]
    closed = shared(lambda u: float(sum(v for w, v in parts.items() if w <= set(u)) / whole), d)
    np.testing.assert_allclose(closed, EXACT["bratley1992_d8"]["shapley"], atol=1e-14)


@pytest.mark.parametrize("kind", ["score", "rank"])
def test_discrete_factors_in_all_combinations(kind):
    given = GOLDEN["discrete_composite_6x4"]
    outputs, exact = (
        np.array(given[f"{kind}s"], dtype=float),
        EXACT["discrete_composite_6x4"][f"{kind}_shapley"],
    )
    inputs = {
        "names": list("abcd"),
        "bounds": [list(range(k)) for k in given["levels"]],
        "dists": ["discrete"] * 4,
    }
    found = shapley.effects(lambda x: outputs[tuple(x.astype(int).T)], inputs)
    assert found.method == "exact" and found.runs == 48
    np.testing.assert_allclose(found.effects, exact, rtol=0, atol=1e-12)
    for name in ("first", "total"):
        wanted = [row[name] for row in given[f"{kind}_indices"]]
        np.testing.assert_allclose(getattr(found, name), wanted, rtol=0, atol=1e-12)


def test_discrete_factors():
    """Scores of six units over 48 combinations of choices, all outputs at once."""
    given = GOLDEN["discrete_composite_6x4"]
    scores = np.array(given["scores"])
    inputs = {
        "names": list("abcd"),
        "bounds": [list(range(k)) for k in given["levels"]],
        "dists": ["discrete"] * 4,
    }
    found = shapley.effects(lambda x: scores[tuple(x.astype(int).T)], inputs, 2**13, discrete="sampled")
    exact = EXACT["discrete_composite_6x4"]["score_shapley"]
    np.testing.assert_allclose(found.effects, exact, atol=0.02)
    np.testing.assert_allclose(found.variance, [row["variance"] for row in given["score_indices"]], rtol=0.05)


@pytest.mark.parametrize(
    ("options", "seeds"),
    [
        ({"n": 512}, 200),
        ({"n": 512, "kind": "montecarlo"}, 200),
        ({"n": 512, "method": "permutations"}, 200),
        ({"n": 512, "method": "permutations", "interval": "clt"}, 200),
        ({"n": 512, "inner": 3}, 200),
    ],
)
def test_intervals_of_90_percent_cover_as_often(options, seeds):
    """Of three dependent weights; 600 cases that hang together in threes: a standard error of at most 0.021."""
    given, alpha, c = dirichlet()
    law, exact = shapley.dirichlet(alpha), np.array(given["shapley"])
    hits = []
    for seed in range(seeds):
        low, high = shapley.effects(lambda w: w @ c, law, seed=seed, level=0.9, **options).interval["effects"]
        hits.append((low <= exact) & (exact <= high))
    assert 0.85 < np.mean(hits) < 0.95
