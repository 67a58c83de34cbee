"""Shapley effects with discrete inputs in all combinations: exact alone, and crossed with inputs that are drawn."""

from itertools import combinations, product
from math import factorial

import numpy as np
import pytest
from mixed_index import SCALES, run

import egov_index as egov
from egov_index import shapley

LEVELS = [[0, 1, 2, 7], [-1, 1], [5, 5, 6], [2], [0, 3]]
NAMES = list("abcde")
PROBLEM = {"names": NAMES, "bounds": LEVELS, "dists": ["discrete"] * 5}


def model(x):
    a, b, c, d, _ = np.asarray(x).T
    return np.column_stack([a * b + np.sin(a * c) + d, np.where(a > b, c, a) ** 2 - 100])


def value(y, u):
    """Var E(Y | inputs of u), by means over the table of all combinations."""
    others = tuple(k for k in range(5) if k not in u)
    return y.mean(axis=others).var(axis=tuple(range(len(u)))) if u else np.zeros(y.shape[-1])


def shapley_by_definition(y, players, blocks=None):
    """A sum over coalitions of players, each some inputs; with blocks that of Owen, of blocks and inside one."""
    whole = value(y, tuple(range(5)))
    blocks = blocks or [[i] for i in range(len(players))]
    out = np.zeros((len(players), y.shape[-1]))
    for b, block in enumerate(blocks):
        outside = [i for i in range(len(blocks)) if i != b]
        for i in block:
            mates = [j for j in block if j != i]
            for n, k in product(range(len(outside) + 1), range(len(mates) + 1)):
                weight = factorial(n) * factorial(len(outside) - n) / factorial(len(blocks))
                weight *= factorial(k) * factorial(len(mates) - k) / factorial(len(block))
                for chosen, inside in product(combinations(outside, n), combinations(mates, k)):
                    held = [*inside, *(j for o in chosen for j in blocks[o])]
                    u = tuple(sorted(at for j in held for at in players[j]))
                    with_i = tuple(sorted((*u, *players[i])))
                    out[i] += weight * (value(y, with_i) - value(y, u))
    return (out / whole).T


@pytest.fixture(scope="module")
def table():
    x = np.array(list(product(*LEVELS)))
    return model(x).reshape(4, 2, 3, 1, 2, 2)


def test_it_is_the_definition(table):
    found = shapley.effects(model, PROBLEM)
    assert found.method == "exact" and found.runs == 48 and found.n == found.replicates == 0
    np.testing.assert_allclose(
        found.effects, shapley_by_definition(table, [(k,) for k in range(5)]), atol=1e-13
    )
    whole = value(table, range(5))
    np.testing.assert_allclose(found.variance, whole, rtol=1e-13)
    for k in range(5):
        others = tuple(i for i in range(5) if i != k)
        np.testing.assert_allclose(found.first[:, k], value(table, (k,)) / whole, atol=1e-13)
        np.testing.assert_allclose(found.total[:, k], 1 - value(table, others) / whole, atol=1e-13)
    assert (found.effects[:, 3:] == 0).all() and (found.total[:, 3:] == 0).all()
    np.testing.assert_array_equal(found.interval["effects"], (found.effects, found.effects))
    assert "exact" in found.explain() and "all their combinations" in found.explain()


def test_groups_are_players_or_blocks(table):
    groups = {"g": ["a", "c"], "h": ["b", "d", "e"]}
    found = shapley.effects(model, PROBLEM, groups=groups)
    assert found.factors == ("g", "h")
    np.testing.assert_allclose(found.effects, shapley_by_definition(table, [(0, 2), (1, 3, 4)]), atol=1e-13)
    inside = shapley.effects(model, PROBLEM, groups=groups, inside=True)
    owen = shapley_by_definition(table, [(k,) for k in range(5)], [[0, 2], [1, 3, 4]])
    np.testing.assert_allclose(inside.effects, owen, atol=1e-13)
    np.testing.assert_allclose(inside.group_effects, found.effects, atol=1e-13)


def test_many_inputs_need_no_coalitions():
    """A product of 14 signs and a sum: by symmetry 1/14 each of the product's part, in closed form."""
    problem = {"names": [f"x{k}" for k in range(14)], "bounds": [[-1, 1]] * 14, "dists": ["discrete"] * 14}
    weights = np.arange(1.0, 15.0)
    found = shapley.effects(lambda x: x @ weights + 10 * x.prod(axis=1), problem, discrete="enumerated")
    np.testing.assert_allclose(found.effects, (weights**2 + 100 / 14) / (weights @ weights + 100), rtol=1e-12)


def test_few_points_are_drawn_unless_all_are_asked_for():
    assert shapley.effects(model, PROBLEM, 47).method == "subsets"
    assert shapley.effects(model, PROBLEM, 48).method == "exact"
    assert shapley.effects(model, PROBLEM, 2, discrete="enumerated").method == "exact"
    assert shapley.effects(model, PROBLEM, discrete="sampled").method == "subsets"
    assert shapley.effects(model, PROBLEM, method="permutations").method == "permutations"


def test_constant_and_huge_outputs():
    def scaled(x):
        y = model(x)[:, 0]
        return np.column_stack([y, 1e200 * y, np.full(len(y), 0.1)])

    found = shapley.effects(scaled, PROBLEM)
    np.testing.assert_allclose(found.effects[1], found.effects[0], rtol=1e-13)
    assert found.constant == ("Y3",) and np.isnan(found.effects[2]).all()


MIXED = shapley.independent(
    {"names": ["rule", "p"], "bounds": [[0, 1, 5], [0, 1]], "dists": ["discrete", "unif"]},
    shapley.dirichlet([2, 3], ["v", "w"]),
    {"names": ["idle", "scale"], "bounds": [[4, 5], [1, 2]], "dists": ["discrete", "discrete"]},
)


def weighted(x):
    rule, p, v, w, _, scale = x.T
    return rule * (v + 2 * w) + scale * p + p * v


@pytest.mark.parametrize("inner", [2, 3])
def test_crossed_with_others_that_depend_on_one_another(inner):
    crossed = shapley.effects(weighted, MIXED, 1 << 12, discrete="enumerated", inner=inner, level=0.99)
    drawn = shapley.effects(weighted, MIXED, 1 << 16, method="subsets")
    assert crossed.method == "subsets" and crossed.runs == (1 << 12) * 12 * (1 + (inner - 1) * 7)
    for name in ("effects", "first", "total"):
        np.testing.assert_allclose(getattr(crossed, name), getattr(drawn, name), atol=0.02)
    low, high = crossed.interval["effects"]
    assert (high - low).max() < 0.02 and crossed.total[4] == 0 and abs(crossed.effects[4]) < 1e-15
    np.testing.assert_allclose(crossed.effects.sum(), 1, rtol=1e-12)


def test_crossed_costs_are_means_over_pairs_of_runs():
    """At one point, E Var by all pairs of two combinations, of which those that a coalition lacks are the same."""
    law = shapley.independent(
        {
            "names": ["r", "p", "s"],
            "bounds": [[0, 1, 5], [0, 1], [1, 2]],
            "dists": ["discrete", "unif", "discrete"],
        }
    )

    def f(x):
        return np.exp(x[:, 0] * x[:, 1]) + x[:, 2] * x[:, 1] ** 2 + x[:, 0] * x[:, 2]

    seen = []
    shapley.effects(
        lambda x: (seen.append(np.array(x)), f(x))[1], law, 2, discrete="enumerated", replicates=1, seed=3
    )
    found = shapley.effects(f, law, 2, discrete="enumerated", replicates=1, seed=3)
    drawn = np.concatenate(seen)[:, 1]
    first, again = drawn[:12:6], drawn[12::6]
    assert len(drawn) == 24
    cost = {}
    for u in (s for n in range(1, 4) for s in combinations(range(3), n)):
        pairs = []
        for k in range(2):
            for one, other in product(product([0, 1, 5], [1, 2]), repeat=2):
                a = np.array([one[0], first[k], one[1]], dtype=float)
                b = a.copy()
                b[list(u)] = np.array([other[0], again[k], other[1]])[list(u)]
                pairs.append((f(a[None]) - f(b[None]))[0] ** 2 / 2)
        cost[u] = np.mean(pairs)
    for k in range(3):
        np.testing.assert_allclose(found.total[k], cost[(k,)] / cost[0, 1, 2], rtol=1e-12)
        others = tuple(i for i in range(3) if i != k)
        np.testing.assert_allclose(found.first[k], 1 - cost[others] / cost[0, 1, 2], rtol=1e-12)


def test_choices_of_an_index_alone_are_exact():
    choices = egov.Alternatives(
        normalize=SCALES, aggregate=["arithmetic", "geometric"], treat=["none", "winsorize"]
    )
    asked = {"output": ["rank", "kendall"]}
    found = run(choices, method="shapley", **asked)
    variances = run(choices, second_order=True, **asked)
    assert found.method == "exact" and found.runs == 12 and variances.exact
    moving = ~np.isnan(variances.first[:, 0])
    np.testing.assert_allclose(found.first[moving], variances.first[moving], atol=1e-12)
    np.testing.assert_allclose(found.total[moving], variances.total[moving], atol=1e-12)
    second = np.nan_to_num(variances.second) + np.nan_to_num(variances.second).transpose(0, 2, 1)
    triple = 1 - variances.first.sum(axis=1) - second.sum(axis=(1, 2)) / 2
    effects = variances.first + second.sum(axis=2) / 2 + triple[:, None] / 3
    np.testing.assert_allclose(found.effects[moving], effects[moving], atol=1e-12)
    np.testing.assert_allclose(found.variance, variances.variance, rtol=1e-12)


def test_choices_of_an_index_are_crossed_with_its_weights():
    choices = egov.Alternatives(
        normalize=SCALES, aggregate=["arithmetic", "geometric"], weights=egov.dirichlet(20, nodes=["p", "q"])
    )
    asked = {"output": ["rank_shift", "kendall"], "method": "shapley"}
    crossed = run(choices, n=512, discrete="enumerated", **asked)
    drawn = run(choices, n=1 << 14, **asked)
    np.testing.assert_allclose(crossed.effects, drawn.effects, atol=0.03)
    np.testing.assert_allclose(crossed.variance, drawn.variance, rtol=0.1)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"discrete": "all"}, "discrete: 'all'; valid are sampled, enumerated"),
        (
            {"discrete": "enumerated", "method": "permutations"},
            "method: 'permutations' with discrete='enumerated'",
        ),
        ({"n": 1}, "n: 1"),
        ({"inner": 1}, "inner: 1"),
        ({"level": 2}, "level: 2"),
    ],
)
def test_what_makes_no_sense_is_refused(keywords, words):
    with pytest.raises(egov.SpecError) as caught:
        shapley.effects(model, PROBLEM, **keywords)
    assert words in str(caught.value)


def test_without_discrete_inputs_there_is_nothing_to_enumerate():
    with pytest.raises(egov.SpecError, match="no discrete input"):
        shapley.effects(lambda w: w[:, 0], shapley.dirichlet([1, 1]), discrete="enumerated")


def test_a_stop_is_heeded():
    with pytest.raises(egov.Interrupted):
        shapley.effects(model, PROBLEM, progress=lambda done: False)
