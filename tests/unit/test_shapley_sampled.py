"""Shapley effects of a model: plain slow twins, laws that redraw, groups, constants, words, and what is refused."""

import itertools
import math

import numpy as np
import pytest

from egov_index import DataError, SpecError, _core, shapley
from egov_index.shapley.game import Game

RNG = np.random.default_rng(5)
PROBLEM = {"names": ["a", "b", "c"], "bounds": [[0, 1], [2, 5], [-1, 1]]}
COVARIANCE = np.array([[2.0, 0.5, 0.3], [0.5, 1.0, -0.4], [0.3, -0.4, 1.5]])


def shares(worth, d):
    """Shapley values by their definition."""
    out = np.zeros(d)
    for order in itertools.permutations(range(d)):
        for place, i in enumerate(order):
            before = frozenset(order[:place])
            out[i] += worth(before | {i}) - worth(before)
    return out / math.factorial(d)


# Laws


LAWS = {
    "dirichlet": shapley.dirichlet([1.5, 0.4, 3]),
    "normal": shapley.normal([1, 2, 3], COVARIANCE),
    "independent": shapley.independent({"names": ["a"], "bounds": [[0, 1]]}, shapley.dirichlet([1, 2])),
}
MOMENTS = {
    "dirichlet": (np.array([1.5, 0.4, 3]) / 4.9, None),
    "normal": (np.array([1, 2, 3]), COVARIANCE),
    "independent": (np.array([1 / 2, 1 / 3, 2 / 3]), None),
}


@pytest.mark.parametrize("name", LAWS)
def test_redrawing_some_inputs_leaves_the_joint_distribution(name):
    """Means, and products of what was kept with what was drawn again, for every coalition."""
    law, n = LAWS[name], 2**15
    points = _core.Design(_core.Points.sobol, 6, n, 3).sample()
    x, again = law.draw(law.variates(points[:, :3])), law.variates(points[:, 3:])
    mean, covariance = MOMENTS[name]
    np.testing.assert_allclose(x.mean(axis=0), mean, atol=1e-3)
    if covariance is not None:
        np.testing.assert_allclose(np.cov(x.T), covariance, atol=0.02)
    for free in itertools.product([False, True], repeat=3):
        mask = np.broadcast_to(free, x.shape)
        y = law.redraw(x, again, mask)
        np.testing.assert_array_equal(y[~mask], x[~mask])
        np.testing.assert_allclose(y.mean(axis=0), mean, atol=2e-3)
        np.testing.assert_allclose(np.cov(y.T), np.cov(x.T), atol=0.03 * np.cov(x.T).max())
        if name == "dirichlet":
            np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-14)


def test_redrawing_row_by_row_is_redrawing_alike_rows_together():
    free = RNG.random((40, 3)) < 0.5
    u = RNG.random((80, 3))
    for law in LAWS.values():
        v = law.variates(u)
        x = law.draw(v[:40])
        together = law.redraw(x, v[40:], free)
        for k in range(40):
            one = law.redraw(x[k : k + 1], v[40 + k : 41 + k], free[k : k + 1])
            np.testing.assert_allclose(together[k], one[0], rtol=1e-12, atol=1e-14)


def test_a_singular_normal_law_keeps_its_ties():
    law = shapley.normal([0, 0, 0], [[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    found = shapley.effects(lambda x: x[:, 0] + x[:, 2], law, 2**13)
    np.testing.assert_allclose(found.effects, [0.25, 0.25, 0.5], atol=5e-3)


# Effects of a model


def outputs_of(x):
    return np.column_stack(
        [x[:, 0] * x[:, 1] + x[:, 2], np.exp(x[:, 0]) + 0 * x[:, 1], x[:, 1] - x[:, 2] ** 2]
    )


@pytest.mark.parametrize("inner", [2, 3])
@pytest.mark.parametrize("name", LAWS)
def test_all_coalitions_by_a_double_loop(name, inner):
    """The same points and variates, one run at a time."""
    law, n = LAWS[name], 24
    found = shapley.effects(outputs_of, law, n, inner=inner, replicates=3, kind="montecarlo", seed=4)
    words = [_core.philox((r, 0, 0, 0x5A), (4, 0)) for r in range(3)]
    worths = []
    for word in words:
        u = _core.Design(_core.Points.montecarlo, 3 * inner, 8, word[1] << 32 | word[0]).sample()
        v = [law.variates(np.asfortranarray(u[:, 3 * k : 3 * k + 3])) for k in range(inner)]
        table = {frozenset(): np.zeros(3)}
        for size in (1, 2, 3):
            for coalition in itertools.combinations(range(3), size):
                free = np.isin(np.arange(3), coalition)[None]
                variances = []
                for i in range(8):
                    x = law.draw(v[0][i : i + 1])
                    runs = [x] + [law.redraw(x, w[i : i + 1], free) for w in v[1:]]
                    variances.append(np.var([outputs_of(run)[0] for run in runs], axis=0, ddof=1))
                table[frozenset(coalition)] = np.mean(variances, axis=0)
        worths.append(table)
    each = []
    everyone = frozenset(range(3))
    for k in range(3):
        pooled = [shares(lambda u, t=t, k=k: t[u][k], 3) / t[everyone][k] for t in worths]
        mean = {u: np.mean([t[u][k] for t in worths]) for u in worths[0]}
        each.append(shares(mean.__getitem__, 3) / mean[everyone])
        half = 4.302652729911275 * np.std(pooled, axis=0, ddof=1) / np.sqrt(3)  # t with 2 degrees of freedom
        np.testing.assert_allclose(
            found.interval["effects"][1][k] - found.effects[k], half, rtol=1e-8, atol=1e-12
        )
        total = [mean[frozenset([i])] / mean[everyone] for i in range(3)]
        np.testing.assert_allclose(found.total[k], total, atol=1e-12)
        first = [1 - mean[everyone - {i}] / mean[everyone] for i in range(3)]
        np.testing.assert_allclose(found.first[k], first, atol=1e-12)
        np.testing.assert_allclose(found.variance[k], mean[everyone])
    np.testing.assert_allclose(found.effects, each, rtol=1e-10, atol=1e-12)
    assert found.runs == n * (1 + 7 * (inner - 1))


def test_random_orders_by_a_loop():
    """The same points, variates and orders; the interval as that of a ratio of means."""
    law, n = LAWS["normal"], 30
    found = shapley.effects(outputs_of, law, n, method="permutations", interval="clt", seed=6, level=0.9)
    word = _core.philox((0, 0, 0, 0x5A), (6, 0))
    u = _core.Design(_core.Points.montecarlo, 12, n, word[1] << 32 | word[0]).sample()
    v, again = (law.variates(np.asfortranarray(u[:, k : k + 3])) for k in (0, 3))
    parts, whole = np.zeros((n, 3, 3)), np.zeros((n, 3))
    for i in range(n):
        before = np.zeros(3)
        x = law.draw(v[i : i + 1])
        order = np.argsort(u[i, 9:])
        for place, player in enumerate(order):
            free = np.isin(np.arange(3), order[: place + 1])[None]
            worth = (outputs_of(law.redraw(x, again[i : i + 1], free)) - outputs_of(x))[0] ** 2 / 2
            parts[i, player], before = worth - before, worth
        whole[i] = before
    effects = parts.mean(axis=0) / whole.mean(axis=0)
    np.testing.assert_allclose(found.effects, effects.T, rtol=1e-10, atol=1e-13)
    error = (parts - effects * whole[:, None]).std(axis=0, ddof=1) / np.sqrt(n) / whole.mean(axis=0)
    np.testing.assert_allclose(
        found.interval["effects"][1] - found.effects, 1.6448536269514722 * error.T, rtol=1e-7, atol=1e-12
    )
    assert found.runs == 4 * n and np.isnan(found.first).all()


def owen(worth, blocks):
    """Owen values: the mean over all orders in which blocks stay together."""
    d = sum(map(len, blocks))
    total, count = np.zeros(d), 0
    for outer in itertools.permutations(blocks):
        for inner in itertools.product(*(itertools.permutations(block) for block in outer)):
            order = list(itertools.chain(*inner))
            count += 1
            for place, i in enumerate(order):
                total[i] += worth(frozenset(order[: place + 1])) - worth(frozenset(order[:place]))
    return total / count


def test_values_inside_blocks_are_those_of_owen():
    values = {frozenset(u): RNG.random() for k in range(1, 6) for u in itertools.combinations(range(5), k)}
    values[frozenset()] = 0.0
    game = Game.of(list("abcde"), ("x", "y", "x", "z", "y"), True)
    masks, table = game.coalitions
    assert len(masks) <= game.count and masks[-1] == 31
    found = table @ [values[frozenset(i for i in range(5) if mask >> i & 1)] for mask in masks]
    np.testing.assert_allclose(found, owen(values.__getitem__, [(0, 2), (1, 4), (3,)]), atol=1e-12)
    blocks = Game.of(list("abcde"), ("x", "y", "x", "z", "y"), False)
    assert blocks.players == ("x", "y", "z") and blocks.inputs.sum() == 5


def test_random_orders_keep_blocks_together_and_are_even():
    game = Game.of(list("abcd"), ("x", "y", "x", "y"), True)
    orders = game.orders(RNG.random((16_000, 6)))
    kinds, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(kinds) == 8
    assert {frozenset(kind[:2]) for kind in kinds.tolist()} == {frozenset([0, 2]), frozenset([1, 3])}
    assert (
        (counts - 2000) ** 2 / 2000
    ).sum() < 24.3  # 0.999 quantile of chi-squared with 7 degrees of freedom


@pytest.mark.parametrize("method", ["subsets", "permutations"])
def test_a_tree_of_weights(method):
    """Weights of two nodes and of their children: inside groups effects sum to those of groups as players."""
    law = shapley.independent(
        shapley.dirichlet([2, 1], ["p", "q"]),
        shapley.dirichlet([1, 1], ["p1", "p2"]),
        shapley.dirichlet([1, 2], ["q1", "q2"]),
    )
    groups = {"top": ["p", "q"], "in p": ["p1", "p2"], "in q": ["q1", "q2"]}

    def score(w):
        return w[:, 0] * (w[:, 2:4] @ [0.9, 0.1]) + w[:, 1] * (w[:, 4:] @ [0.2, 0.6])

    options = {"n": 2**13, "groups": groups, "method": method}
    inside, outside = (
        shapley.effects(score, law, inside=True, **options),
        shapley.effects(score, law, **options),
    )
    assert inside.factors == law.names and outside.factors == inside.group_names == tuple(groups)
    np.testing.assert_allclose(inside.group_effects, outside.effects, atol=0.02)
    if method == "subsets":
        np.testing.assert_allclose(inside.group_effects, outside.effects, atol=1e-12)
    np.testing.assert_allclose(inside.effects[0::2], inside.effects[1::2], atol=0.02)  # two weights are one
    frame = inside.to_frame()
    assert list(frame.columns[:3]) == ["output", "factor", "group"]
    by_group = inside.to_frame(by="group", backend="polars")
    assert by_group.columns == ["output", "group", "effect", "note"]
    assert by_group["effect"].is_sorted(descending=True)
    assert "Groups as one player each" in inside.explain()


def test_groups_and_outputs_of_a_problem():
    problem = PROBLEM | {"groups": ["g", "h", "g"], "outputs": ["y"]}
    found = shapley.effects(lambda x: x.sum(axis=1), problem, 2**12)
    assert found.factors == ("g", "h") and found.outputs == ("y",)
    np.testing.assert_allclose(found.effects, [5 / 14, 9 / 14], atol=5e-3)
    many = shapley.effects(outputs_of, PROBLEM, 256, outputs=["u", "v", "w"])
    assert many.effects.shape == (3, 3) and many.outputs == ("u", "v", "w")
    assert many.to_frame().shape == (9, 8)


@pytest.mark.parametrize("method", ["subsets", "permutations"])
@pytest.mark.parametrize("name", LAWS)
def test_the_same_seed_gives_the_same_bits(name, method):
    first, again, other = (
        shapley.effects(outputs_of, LAWS[name], 200, method=method, seed=s, threads=t)
        for s, t in ((3, 1), (3, 3), (4, None))
    )
    np.testing.assert_array_equal(first.effects, again.effects)
    np.testing.assert_array_equal(first.interval["effects"], again.interval["effects"])
    assert not np.array_equal(first.effects, other.effects)
    np.testing.assert_allclose(first.effects.sum(axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize("method", ["subsets", "permutations"])
def test_constant_and_extreme_outputs(method):
    def model(x):
        y = x @ [1.0, 2.0, 3.0]
        return np.column_stack([y, np.full(len(x), 3.3), 1e200 * y, 1e-200 * y])

    found = shapley.effects(model, PROBLEM, 512, method=method)
    assert found.constant == (found.outputs[1],)
    assert np.isnan(found.effects[1]).all() and np.isnan(found.interval["effects"][0][1]).all()
    for row in (2, 3):
        np.testing.assert_allclose(found.effects[row], found.effects[0], rtol=1e-10)
    assert "Y2" in found.explain()


def test_progress_words_and_a_law_of_ones_own():
    class Shared(shapley.Law):
        """Both inputs are the same uniform number."""

        names = ("left", "right")

        def variates(self, u):
            return u

        def redraw(self, x, v, free):
            both = free.all(axis=1)
            return np.where(
                both[:, None], v[:, :1], np.where(free, np.where(free, 0, x).max(axis=1)[:, None], x)
            )

    seen = []
    found = shapley.effects(lambda x: x[:, 0], Shared(), 512, progress=seen.append)
    np.testing.assert_allclose(found.effects, [0.5, 0.5], atol=1e-12)
    assert seen[-1] == 1 and seen == sorted(seen)
    text = found.explain()
    assert "2 factors, 512 points, all coalitions, 2,048 runs." in text
    assert "first index is above the total index in 2 of 2 cases" in text
    assert repr(found) == "<ShapleyEffects: 1 output, 2 factors, 2,048 runs>"
    assert repr(Shared()) == "<Shared: left, right>"
    alone = shapley.effects(lambda x: x[:, 0], Shared(), 64, replicates=1)
    assert np.isnan(alone.interval["effects"]).all() and "No intervals" in alone.explain()


def broken(x):
    return np.where(x[:, 0] > 0.5, np.nan, x[:, 0])


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"model": broken}, DataError, "nan"),
        ({"model": lambda x: x[:-1, 0]}, DataError, "numbers of shape"),
        ({"model": lambda x: "text"}, DataError, "numbers of shape"),
        ({"outputs": ["a", "b"]}, DataError, "1 outputs; 2: a, b"),
        ({"problem": [1, 2]}, SpecError, "problem: a list"),
        ({"method": "orders"}, SpecError, "method: 'orders'"),
        ({"kind": "sobool"}, SpecError, "the nearest valid name is 'sobol'"),
        ({"interval": "bootstrap"}, SpecError, "interval: 'bootstrap'"),
        ({"interval": "clt", "method": "subsets"}, SpecError, "needs method='permutations'"),
        ({"inner": 1}, SpecError, "inner: 1"),
        ({"n": 1}, SpecError, "n: 1"),
        ({"level": 1.0}, SpecError, "level: 1.0"),
        ({"replicates": 300}, SpecError, "replicates: 300"),
        ({"groups": "abc"}, SpecError, "a group for each of 3 inputs"),
    ],
)
def test_what_effects_refuse(options, error, words):
    given = {"model": lambda x: x[:, 0], "problem": PROBLEM, "n": 128} | options
    with pytest.raises(error) as caught:
        shapley.effects(given.pop("model"), given.pop("problem"), given.pop("n"), **given)
    assert words in str(caught.value)


def test_too_many_coalitions_are_refused_and_orders_are_taken():
    problem = {"names": [f"x{i}" for i in range(20)], "bounds": [[0, 1]] * 20}
    with pytest.raises(SpecError, match="1,048,575 coalitions; 'permutations'"):
        shapley.effects(lambda x: x.sum(axis=1), problem, 64, method="subsets")
    found = shapley.effects(lambda x: x.sum(axis=1), problem, 2**10)
    assert found.method == "permutations"
    np.testing.assert_allclose(found.effects, 0.05, atol=0.02)


def test_many_outputs_are_those_of_one_at_a_time_and_take_smaller_calls():
    weights, calls = np.random.default_rng(8).random((3, 300)), []

    def model(x):
        calls.append(len(x))
        return x @ weights

    problem = {"names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    found = shapley.effects(model, problem, 2**14)
    alone = shapley.effects(lambda x: x @ weights[:, 7], problem, 2**14)
    np.testing.assert_allclose(found.effects[7], alone.effects, rtol=1e-9)
    assert sum(calls) == found.runs and max(calls) * 300 <= 2**22
