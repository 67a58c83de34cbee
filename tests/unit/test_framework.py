"""The tree of an index: read from mappings and tables, checked with every fault at once."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import egov_index as egov
from egov_index import Framework, Group, Node, SpecError

MAKERS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": lambda columns: pa.table(columns)}
SMALL = [{"code": "index"}, {"code": "a", "parent": "index"}, {"code": "b", "parent": "index"}]


def faults_of(nodes, **keywords):
    with pytest.raises(SpecError) as caught:
        Framework(nodes, **keywords)
    return [str(fault) for fault in caught.value.faults]


def test_nodes_come_parents_first_whatever_their_order():
    nodes = [
        {"code": "x", "parent": "inner"},
        {"code": "y", "parent": "root"},
        {"code": "inner", "parent": "root"},
        {"code": "root"},
        {"code": "z", "parent": "inner"},
    ]
    tree = Framework(nodes)
    assert tree.root == "root" and tree.codes == ("root", "y", "inner", "x", "z")
    assert tree.leaves == ("y", "x", "z")
    assert (
        tree.children("inner") == ("x", "z")
        and tree.below("root") == ("y", "x", "z")
        and tree.below("y") == ("y",)
    )


def test_nodes_and_mappings_are_the_same():
    assert Framework([Node(**node) for node in SMALL]) == Framework(SMALL)
    assert Framework(SMALL) != Framework(SMALL, rank_digits=3)
    assert "a" in str(Framework(SMALL)) and "2 indicators" in repr(Framework(SMALL))


@pytest.mark.parametrize("backend", MAKERS)
def test_tables_of_each_library(backend):
    columns = {
        "code": ["index", "a", "b"],
        "parent": [None, "index", "index"],
        "weight": [None, 2.0, 1.0],
        "direction": [None, -1, 1],
        "normalize": [None, "goalposts:lower=0,upper=10", None],
        "impute": [None, "linear mean", None],
        "cap": [None, None, 120.0],
    }
    tree = Framework.from_table(MAKERS[backend](columns), rank_digits=4)
    assert tree["a"].weight == 2 and tree["a"].direction == -1 and tree["b"].cap == 120
    assert tree["a"].normalize == egov.choice("goalposts", lower=0, upper=10)
    assert [str(one) for one in tree["a"].impute] == ["linear", "mean"]
    assert tree["b"].impute is None and tree["index"].parent is None
    again = Framework.from_table(tree.to_table(backend), rank_digits=4)
    assert again == tree


def test_an_unknown_node_is_named_with_the_nearest():
    with pytest.raises(SpecError, match="'index'"):
        Framework(SMALL)["indx"]
    with pytest.raises(SpecError):
        Framework(SMALL).children("zz")


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([], ["no nodes"]),
        ([{"code": "a"}], ["single node"]),
        ([{"code": "a"}, {"code": "b"}], ["2 nodes without a parent", "a", "b"]),
        ([{"code": "r"}, {"code": "a", "parent": "r"}, {"code": "a", "parent": "r"}], ["'a'", "2 times"]),
        ([{"code": "root"}, {"code": "a", "parent": "rot"}], ["'rot'", "'root'"]),
        ([{"code": "a", "parent": "b"}, {"code": "b", "parent": "a"}], ["cycle", "a", "b"]),
        ([{"code": "r"}, {"code": "a", "parent": "a"}], ["cycle", "a"]),
        ([*SMALL, {"parent": "index"}], ["number 4", "code"]),
        ([*SMALL, {"code": "", "parent": "index"}], ["number 4", "code"]),
        ([*SMALL, {"code": "c", "parnt": "index"}], ["parnt", "'parent'"]),
        ([*SMALL, {"code": "c", "parent": "index", "weight": "2"}], ["c", "weight", "number"]),
        ([*SMALL, {"code": "c", "parent": "index", "weight": True}], ["weight", "number"]),
        ([*SMALL, {"code": "c", "parent": "index", "weight": -1}], ["weight", "at least 0"]),
        ([*SMALL, {"code": "c", "parent": "index", "weight": float("nan")}], ["weight", "finite"]),
        (
            [*SMALL, {"code": "c", "parent": "index", "direction": 0}],
            ["direction", "1 (more is better) or -1"],
        ),
        ([*SMALL, {"code": "c", "parent": "index", "lower": 5, "upper": 5}], ["lower", "below upper"]),
        ([*SMALL, {"code": "c", "parent": "index", "cap": float("inf")}], ["cap", "finite"]),
        (
            [*SMALL, {"code": "c", "parent": "index", "aggregate": "geometric"}],
            ["aggregate", "nothing to aggregate"],
        ),
        ([*SMALL, {"code": "c", "parent": "index", "normalize": "minmx"}], ["'minmx'", "'minmax'"]),
        (
            [*SMALL, {"code": "c", "parent": "index", "normalize": ["minmax", "rank"]}],
            ["2 methods", "one method"],
        ),
        (
            [*SMALL, {"code": "c", "parent": "index", "impute": {"method": "locf", "max_gap": -1}}],
            ["max_gap", "-1"],
        ),
        ([*SMALL, {"code": "c", "parent": "index", "unit": 5}], ["unit", "text"]),
        ([SMALL[0]] + [node | {"weight": 0} for node in SMALL[1:]], ["index", "sum to 0"]),
    ],
)
def test_what_is_wrong_with_a_tree(nodes, words):
    text = "\n".join(faults_of(nodes))
    assert all(word in text for word in words), text


def test_all_faults_come_at_once():
    nodes = [
        {"code": "root"},
        {"code": "a", "parent": "rot", "weight": -1},
        {"code": "b", "parent": "root", "direction": 3, "normalise": "minmax"},
        {"code": "b", "parent": "root", "cap": "120"},
        {"code": "c", "parent": "root", "impute": ["linar", "mean"]},
    ]
    text = "\n".join(faults_of(nodes, rank_digits=99, groups=[{"code": "H"}, {"code": "L", "abve": 1}]))
    for word in (
        "rot",
        "weight",
        "direction",
        "'normalize'",
        "2 times",
        "cap",
        "'linear'",
        "rank_digits",
        "'above'",
    ):
        assert word in text, word


def test_a_chain_of_nodes_too_long_to_walk_is_refused():
    nodes = [{"code": "n0"}] + [{"code": f"n{k}", "parent": f"n{k - 1}"} for k in range(1, 400)]
    assert "a tree of a few levels" in faults_of(nodes)[0]


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([{"code": "H", "above": 0.5}], "the last has none"),
        ([{"code": "H"}, {"code": "L"}], "the last has none"),
        ([{"code": "L", "above": 0.2}, {"code": "H", "above": 0.5}, {"code": "x"}], "highest cut first"),
        ([{"code": "H", "above": "0.5"}, {"code": "L"}], "finite number"),
        ([{"code": 5, "above": 0.5}, {"code": "L"}], "text"),
        ([{"code": "L", "classes": "AB"}], "groups[0].classes: 'AB'"),
        ([{"code": "L", "classes": []}], "groups[0].classes: []"),
        ([{"code": "L", "classes": ["A", 2]}], "best first"),
        ([{"code": "L", "classes": ["A", "B", "A"]}], "'A' more than once"),
        ([{"code": "L", "clases": ["A"]}], "'classes'"),
    ],
)
def test_what_is_wrong_with_groups(groups, words):
    assert words in "\n".join(faults_of(SMALL, groups=groups))


def test_groups_as_values():
    tree = Framework(SMALL, groups=[Group("H", 0.5), Group("L")])
    assert tree.groups == Framework(SMALL, groups=[{"code": "H", "above": 0.5}, {"code": "L"}]).groups


@pytest.mark.parametrize("digits", [-1, 16, 2.0, True, "4"])
def test_rank_digits_are_few_and_whole(digits):
    assert "0 to 15" in faults_of(SMALL, rank_digits=digits)[0]
