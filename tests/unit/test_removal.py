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


def three_years(seed=5):
    """Correlated, positive, higher each year; spreads differ from year to year, and so do weights from the data."""
    random = np.random.default_rng(seed)
    own = random.uniform(1, 2, size=(30, 3, 6)) ** random.uniform(1, 4, size=(3, 6))
    values = 12 * random.uniform(1, 2, size=(30, 1, 1)) + own + np.arange(3)[:, None] * 9
    return egov.Panel(
        values, [f"U{k}" for k in range(30)], [2018, 2019, 2020], ["a0", "a1", "a2", "b0", "b1", "b2"]
    )


def two_pillars(**more):
    tree = {"a": "top", "b": "top", "a0": "a", "a1": "a", "a2": "a", "b0": "b", "b1": "b", "b2": "b"}
    nodes = [{"code": c, "parent": p, "weight": 1 + (c == "a1"), **more.get(c, {})} for c, p in tree.items()]
    return egov.Framework([{"code": "top", **more.get("top", {})}, *nodes])


def assert_removal_is_rescored(index, panel, period=2020):
    """Held against the index without each node, scored anew; how many could be."""
    nodes = [code for code in index.framework.codes if code != "top"]
    got = egov.removal(index, panel, nodes, period=period)
    whole = index.score(panel, period)
    np.testing.assert_allclose(got.score_values[:, 0], whole.values[0, :, 0], rtol=1e-12)
    held = 0
    for at, node in enumerate(nodes, start=1):
        try:
            rest = pruned(index, node).score(panel, period)
        except (egov.DataError, egov.SpecError):
            assert got.reasons[at - 1] and np.isnan(got.score_values[:, at]).all()
            continue
        assert got.reasons[at - 1] == ""
        np.testing.assert_allclose(got.score_values[:, at], rest.values[0, :, 0], rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(got.rank_values[:, at], rest.rank_values[0, :, 0])
        held += 1
    assert np.nanmax(np.abs(got.score_values - got.score_values[:, :1])) > 0.01
    return held


TABLES = {"budget_allocation": {"points": [[3.0, 1.0]]}, "ahp": {"matrix": [[1.0, 3.0], [1 / 3, 1.0]]}}


@pytest.mark.parametrize("over", [None, 2018, "panel"])
@pytest.mark.parametrize("mean", ["arithmetic", "geometric", "mpi", "owa"])
@pytest.mark.parametrize("method", [row["name"] for row in egov.catalogue.rows("weight")])
def test_weights_are_found_anew_on_the_scored_period(method, mean, over):
    scale = egov.choice("minmax", low=1, high=10, **({} if over is None else {"over": over}))
    if method in TABLES:  # for the two pillars, of which a removed leaf leaves both
        tree = two_pillars(top={"weights": egov.choice(method, **TABLES[method])})
        index = egov.Index(tree, egov.Recipe(normalize=scale, aggregate=mean))
        least = 6
    else:
        index = egov.Index(two_pillars(), egov.Recipe(normalize=scale, aggregate=mean, weight=method))
        least = 8
    assert assert_removal_is_rescored(index, three_years()) == least


@pytest.mark.parametrize("missing", ["raise", "drop-weight"])
def test_a_hole_in_a_reference_period_goes_with_its_indicator(missing):
    panel = three_years()
    values = panel.values.copy()
    values[[3, 4, 5], 0, [0, 3, 4]] = np.nan
    values[:, 0, :] *= np.linspace(0.5, 1.5, 30)[:, None]
    panel = egov.Panel(values, panel.units, panel.periods, panel.indicators)
    zscore = egov.choice("zscore", over=2018)
    tree = two_pillars(top={"normalize": zscore}, a={"normalize": zscore})
    recipe = egov.Recipe(normalize="minmax", weight="standard_deviation", missing=missing)
    assert assert_removal_is_rescored(egov.Index(tree, recipe), panel) == 8


def test_a_pillar_leaves_with_the_last_indicator_that_screening_left():
    panel = three_years()
    values = panel.values.copy()
    values[:20, :, 1:3] = np.nan
    panel = egov.Panel(values, panel.units, panel.periods, panel.indicators)
    screen = egov.choice("availability", indicators=0.6, units=0)
    for weight in ("given", "critic"):
        index = egov.Index(two_pillars(), egov.Recipe(screen=screen, weight=weight))
        got = egov.removal(index, panel, ["a0", "a"], period=2020)
        assert got.reasons == ("", "")
        np.testing.assert_array_equal(got.score_values[:, 1], got.score_values[:, 2])
        np.testing.assert_allclose(
            got.score_values[:, 1], pruned(index, "a0").score(panel, 2020).values[0, :, 0], rtol=1e-12
        )
