"""Weights of COINr 1.1.14 (R 4.2.2) on its ASEM data: principal components and optimized weights."""

import math

import numpy as np
import pytest
from coinr import COINR, lineage, panel, table

import egov_index as egov

pytestmark = pytest.mark.skipif(not COINR.is_dir(), reason=f"no reference files in {COINR}; set EGOV_SHARED")

NORMALIZED, AGGREGATED = "outputs/pipeline_Normalised.csv", "outputs/pipeline_Aggregated.csv"
LEVELS = {2: 2, 3: 1}  # COINr counts levels from the indicators up


def loadings(level):
    columns = table(f"outputs/pca_weights_level{level}.csv")
    return dict(zip(columns["iCode"].tolist(), columns["Weight"].tolist(), strict=True))


def columns_of(codes):
    values = table(AGGREGATED)
    return egov.Panel.from_array(np.column_stack([values[code] for code in codes])[:, None, :])


def siblings():
    groups = {}
    for node in lineage()[1:]:
        groups.setdefault(node["parent"], []).append(node["code"])
    return groups


def pillars():
    return [
        (parent, codes) for parent, codes in siblings().items() if parent not in ("Index", "Conn", "Sust")
    ]


def test_first_components_of_indicators_within_their_pillar():
    theirs, one_sign = loadings(1), 0
    for parent, codes in pillars():
        wanted = np.array([theirs[code] for code in codes])
        wanted *= np.sign(wanted.sum())
        squares = list(egov.weight(columns_of(codes), "pca", squares=True).values())
        np.testing.assert_allclose(squares, wanted**2, rtol=1e-9, atol=1e-12, err_msg=parent)
        if (wanted > 0).all():
            got = list(egov.weight(columns_of(codes), "pca").values())
            np.testing.assert_allclose(got, wanted / wanted.sum(), rtol=1e-9, err_msg=parent)
            one_sign += 1
        else:
            with pytest.raises(egov.DataError, match=f"x{wanted.argmin()}: this child has a loading of -0"):
                egov.weight(columns_of(codes), "pca")
    assert len(pillars()) == 8 and one_sign == 5


def test_first_component_of_the_sub_indices():
    theirs = loadings(3)
    got = egov.weight(columns_of(["Conn", "Sust"]), "pca")
    assert list(got.values()) == pytest.approx([0.5, 0.5], rel=1e-12)
    assert theirs["Conn"] == pytest.approx(theirs["Sust"], rel=1e-12)


def weighed_by_components(*nodes):
    tree = [node | ({"weights": "pca"} if node["code"] in nodes else {}) for node in lineage()]
    return egov.Index(egov.Framework(tree), egov.Recipe(normalize="none")).score(panel(NORMALIZED))


def test_a_sub_index_that_weighs_its_pillars_by_components():
    """Sust is left out: COINr gives its pillar Social a negative weight, which is refused here by name."""
    result, wanted = weighed_by_components("Conn"), table("outputs/aggregate_with_pca_level2.csv")
    assert list(result.units) == wanted["uCode"].tolist()
    checked = [code for code in result.nodes if code not in ("Sust", "Index")]
    for code in checked:
        np.testing.assert_allclose(result.scores[code], wanted[code], rtol=1e-9, atol=1e-12, err_msg=code)
    assert "Conn" in checked and len({result.weights[code] for code in siblings()["Conn"]}) == 5
    with pytest.raises(egov.DataError, match=r"pca node Social: this child has a loading of -0\.74"):
        weighed_by_components("Sust")


@pytest.fixture(scope="module")
def result():
    return egov.Index(egov.Framework(lineage()), egov.Recipe(normalize="none")).score(panel(NORMALIZED))


def summary(case):
    columns = table("outputs/optweights_summary.csv")
    return columns["objective"][columns["case"].tolist().index(f"optweights_{case}")]


def by_definition(result, weights, objective):
    """COINr's objective for weights of a level, from the scores."""
    tree, nodes = result.index.framework, list(weights)
    column = {code: result.values[0, :, at] for at, code in enumerate(result.nodes)}
    index = 0.0
    for parent in dict.fromkeys(tree[code].parent for code in nodes):
        below = [code for code in nodes if tree[code].parent == parent]
        share = 1.0 if parent == "Index" else 0.5
        total = sum(weights[code] for code in below)
        index = index + share * sum(weights[code] / total * column[code] for code in below)
    r = np.array([np.corrcoef(column[code], index)[0, 1] for code in nodes])
    if objective == "infomax":
        return -r.sum()
    distance = ((1 / len(nodes) - r / r.sum()) ** 2).mean()
    return math.log(max(distance, 1e-32))


@pytest.mark.parametrize("objective", ["balance", "infomax"])
@pytest.mark.parametrize("level", [2, 3])
@pytest.mark.parametrize("tolerance", ["0.1", "1e-10"])
def test_optimized_weights_are_at_least_as_good(result, objective, level, tolerance):
    """At tolerance 1e-10 COINr's search for balance at level 2 went to negative weights, so these are allowed there."""
    theirs = summary(f"{objective}_level{level}_pearson_tol{tolerance}")
    negative = (objective, level, tolerance) == ("balance", 2, "1e-10")
    targets = "equal" if objective == "balance" else None
    found = egov.optimize_weights(
        result, level=LEVELS[level], targets=targets, objective=objective, negative=negative
    )
    mine = by_definition(result, found.weights, objective)
    assert mine <= max(theirs, -60) + 1e-12  # objectives below -60 are rounding
    assert max(found.objective, -60) == pytest.approx(max(mine, -60), rel=1e-9)
    assert negative or min(found.weights.values()) >= 0


def test_the_weights_of_the_reference_have_the_objective_it_reports(result):
    """The definition above is COINr's: its own weights give its own objective."""
    for case in ("balance_level2_pearson_tol0.1", "balance_level2_pearson_tol1e-10"):
        columns = table(f"outputs/optweights_{case}.csv")
        weights = dict(zip(columns["iCode"].tolist(), columns["Weight"].tolist(), strict=True))
        nodes = [code for code in result.nodes if code in siblings()["Conn"] + siblings()["Sust"]]
        got = by_definition(result, {code: weights[code] for code in nodes}, "balance")
        assert got == pytest.approx(summary(case), rel=1e-9)
    assert min(weights[code] for code in nodes) < -0.2


def test_no_weights_of_at_least_zero_balance_the_pillars(result):
    found = egov.optimize_weights(result, level=2, targets="equal")
    assert not found.met and found.objective == pytest.approx(-6.942115199, rel=1e-8)
    assert [node for node, weight in found.weights.items() if weight == 0] == [
        "Instit",
        "P2P",
        "Physical",
        "Social",
    ]
