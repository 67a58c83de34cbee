"""Aggregations and outranking of COINr 1.1.14 (R 4.2.2) on its ASEM data: every level of the index."""

import numpy as np
import pytest
from coinr import leaves, lineage, needed, panel, table

import egov_index as egov

pytestmark = needed
COMPLETE = "outputs/aggregate_input_complete.csv"


def random_weights():
    columns = table("inputs/weights_random.csv")
    return dict(zip(columns["iCode"].tolist(), columns["Weight"].tolist(), strict=True))


def scored(aggregate, weighted=False, root=None):
    """The index on complete data; weights by node; the root may have a method of its own."""
    weights = random_weights() if weighted else {}
    nodes = [
        node
        | ({"weight": weights[node["code"]]} if weighted and "parent" in node else {})
        | ({"aggregate": root} if root and "parent" not in node else {})
        for node in lineage()
    ]
    index = egov.Index(egov.Framework(nodes), egov.Recipe(normalize="none", aggregate=aggregate))
    return index.score(panel(COMPLETE))


def same(result, name, rtol=1e-12, atol=0.0):
    wanted, scores = table(f"outputs/{name}.csv"), result.scores
    assert list(scores["unit"]) == wanted["uCode"].tolist()
    assert len(result.nodes) == 60
    for code in result.nodes:
        np.testing.assert_allclose(scores[code], wanted[code], rtol=rtol, atol=atol, err_msg=code)


@pytest.mark.parametrize("weighted", [False, True], ids=["equal", "weighted"])
@pytest.mark.parametrize(
    ("file", "method", "p"),
    [("amean", "arithmetic", 1), ("gmean", "geometric", None), ("hmean", "harmonic", -1)],
)
def test_means_at_every_level(file, method, p, weighted):
    name = f"aggregate_{file}_weighted" if weighted else f"aggregate_{file}"
    same(scored(method, weighted), name)
    if p is not None:
        same(scored(egov.choice("power", p=p), weighted), name)


@pytest.mark.parametrize("p", ["2", "0.5"])
def test_power_means_at_every_level(p):
    same(scored(egov.choice("power", p=float(p))), f"aggregate_genmean_p{p}")


def test_another_method_at_the_top():
    same(scored("arithmetic", root="copeland"), "aggregate_amean_amean_copeland", atol=1e-12)


def test_copeland_at_every_level():
    same(scored("copeland"), "aggregate_copeland", atol=1e-12)


def test_outranking_matrix():
    """All cells but those of one tie that COINr breaks by rounding: TolMin, 54.48275862068966 and ...644."""
    data = panel(COMPLETE)
    got = egov.outranking(data)
    columns = table("outputs/outrank_matrix_all49_equal.csv")
    wanted = np.column_stack([columns[unit] for unit in got.units])
    off = np.argwhere(np.abs(got.matrix - wanted) > 1e-12)
    pairs = {frozenset(got.units[at] for at in pair) for pair in off}
    assert pairs == {frozenset(("GRC", "BGR")), frozenset(("GRC", "CZE"))} and len(off) == 4
    column = data.column("TolMin")[:, 0]
    for one, other in off:
        assert 0 < abs(column[one] - column[other]) < 1e-12 * column.max()
        assert abs(got.matrix[one, other] - wanted[one, other]) == pytest.approx(0.5 / 49)
    dominance = table("outputs/outrank_dominance.csv")
    assert got.dominant == dominance["nDominant"][0] and got.dominant_share == dominance["fracDominant"][0]


def test_copeland_scores_of_all_indicators():
    """With equal weights 16 pairs are exact ties; COINr gives them to one or the other by rounding."""
    data, wanted, weights = panel(COMPLETE), table("outputs/copeland_all49.csv"), random_weights()
    given = [weights[code] for code in leaves()]
    got = egov.aggregate(data, "copeland", weights=given).values.ravel()
    np.testing.assert_array_equal(got, wanted["copeland_weighted"])
    matrix = egov.outranking(data).matrix
    ties = np.abs(matrix - 0.5) < 1e-12
    assert ties[np.triu_indices(51, 1)].sum() == 16
    equal = egov.aggregate(data, "copeland").values.ravel()
    off = np.flatnonzero(equal != wanted["copeland_equal"])
    assert len(off) == 10 and set(off) <= set(np.flatnonzero(ties.any(axis=1)))
    assert np.abs(equal - wanted["copeland_equal"]).max() == 2
