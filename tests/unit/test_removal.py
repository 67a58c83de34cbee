"""Removal of elements against the index scored without them."""

import numpy as np
import pytest

import egov_index as egov

RECIPES = [
    egov.Recipe(normalize="minmax"),
    egov.Recipe(normalize="zscore", weight="equal"),
    egov.Recipe(normalize=egov.choice("zscore", rescale=(1, 10)), aggregate="geometric"),
    egov.Recipe(impute="mean", normalize="rank", aggregate="harmonic"),
]


def small_index():
    tree = {"a": "top", "b": "top", "a0": "a", "a1": "a", "a2": "a", "b0": "b", "b1": "b"}
    weights = {"a": 3.0, "a0": 2.0}
    nodes = [{"code": c, "parent": p, "weight": weights.get(c, 1.0)} for c, p in tree.items()]
    return egov.Index(egov.Framework([{"code": "top"}, *nodes]))


def small_panel():
    random = np.random.default_rng(7)
    values = random.normal(size=(40, 1)) + random.normal(size=(40, 5))
    names = ["a0", "a1", "a2", "b0", "b1"]
    return egov.Panel(values[:, None, :], [f"U{k}" for k in range(40)], [2020], names)


def pruned(index, gone):
    """The same index written down without a node."""
    tree = index.framework
    out = {gone, *(code for code in tree.codes if set(tree.below(code)) <= set(tree.below(gone)))}
    nodes = [node for node in tree.nodes if node.code not in out]
    return index.replace(framework=egov.Framework(nodes))


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_removal_is_the_index_without_the_node(recipe):
    panel, index = small_panel(), small_index().replace(recipe=recipe)
    nodes = [code for code in index.framework.codes if code != "top"]
    got = egov.removal(index, panel, nodes)
    whole = index.score(panel)
    np.testing.assert_array_equal(got.score_values[:, 0], whole.values[0, :, 0])
    for at, node in enumerate(nodes, start=1):
        rest = pruned(index, node).score(panel)
        np.testing.assert_array_equal(got.score_values[:, at], rest.values[0, :, 0])
        np.testing.assert_array_equal(got.rank_values[:, at], rest.rank_values[0, :, 0])
        row = got.to_frame().iloc[at - 1]
        shift = np.abs(rest.rank_values[0, :, 0] - whole.rank_values[0, :, 0])
        assert (row["mean_shift"], row["largest_shift"]) == (shift.mean(), shift.max())
        assert row["mover"] == panel.units[shift.argmax()]


def test_a_parent_goes_with_its_last_child():
    tree = egov.Framework(
        [
            {"code": "t"},
            *({"code": c, "parent": p} for c, p in (("a", "t"), ("x", "a"), ("y", "t"), ("z", "t"))),
        ]
    )
    panel = egov.Panel(np.random.default_rng(1).normal(size=(9, 1, 3)), range(9), [1], ["x", "y", "z"])
    got = egov.removal(egov.Index(tree), panel, ["x", "a"])
    np.testing.assert_array_equal(got.score_values[:, 1], got.score_values[:, 2])
    lone = egov.Framework([{"code": "t"}, {"code": "x", "parent": "t"}])
    alone = egov.removal(egov.Index(lone), panel)
    assert alone.reasons == ("nothing would be left",) and np.isnan(alone.to_frame()["mean_shift"][0])


def test_which_period_and_which_nodes():
    values = np.random.default_rng(2).normal(size=(8, 3, 2))
    panel = egov.Panel(values, range(8), [2000, 2001, 2002], ["x", "y"])
    tree = egov.Framework([{"code": "t"}, {"code": "x", "parent": "t"}, {"code": "y", "parent": "t"}])
    index = egov.Index(tree, egov.Recipe(normalize=egov.choice("minmax", over="panel")))
    assert egov.removal(index, panel).period == 2002
    for period in panel.periods:
        got = egov.removal(index, panel, "x", period=period)
        np.testing.assert_array_equal(got.score_values[:, 0], index.score(panel, period).values[0, :, 0])
        assert got.ranks["nominal"].tolist() == index.score(panel, period).ranks["t"].tolist()
    for bad in ("t", "w"):
        with pytest.raises(egov.SpecError):
            egov.removal(index, panel, bad)
    with pytest.raises(egov.DataError):
        egov.removal(tree, panel)
    one, two = (egov.removal(index, panel, threads=n).score_values for n in (1, 2))
    np.testing.assert_array_equal(one, two)
