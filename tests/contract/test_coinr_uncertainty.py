"""The 500 draws of COINr 1.1.14 on its example index, replayed one by one from its table of what was drawn."""

from functools import cache

import numpy as np
import pytest
from coinr import COINR, leaves, lineage, panel, table

import egov_index as egov

pytestmark = pytest.mark.skipif(not COINR.is_dir(), reason=f"no reference files in {COINR}; set EGOV_SHARED")
DRAWS = 500
SCALES = (egov.choice("minmax", low=1, high=100), egov.choice("zscore", mean=10, sd=2))
MEANS = ("arithmetic", "geometric")


@cache
def drawn():
    """Which alternative of each stage each draw took, from 1."""
    stages = ("Winmax", "Normalisation", "Weights", "Aggregation")
    columns = table("outputs/ua500_parameters.csv")
    return [
        dict(zip(stages, row, strict=True))
        for row in zip(*(columns[s].astype(int) for s in stages), strict=True)
    ]


def tree(weights):
    meta = table("inputs/ASEM_iMeta.csv")
    signs = dict(zip(meta["iCode"].tolist(), meta["Direction"].tolist(), strict=True))
    nodes = [node | ({"weight": weights[node["code"]]} if "parent" in node else {}) for node in lineage()]
    return egov.Framework(
        [
            node | ({"direction": int(signs[node["code"]])} if node["code"] in leaves() else {})
            for node in nodes
        ]
    )


@cache
def frameworks():
    columns = table("inputs/noisy_weights_100.csv")
    codes = columns["iCode"].tolist()
    return [tree(dict(zip(codes, columns[f"w{k:03d}"].tolist(), strict=True))) for k in range(1, 101)]


def recipe(draw):
    return egov.Recipe(
        treat=egov.choice("two_step", most=draw["Winmax"]),
        normalize=SCALES[draw["Normalisation"] - 1],
        aggregate=MEANS[draw["Aggregation"] - 1],
    )


@cache
def replayed():
    """Scores and ranks of the root, draws x units."""
    data = panel("outputs/pipeline_Screened.csv")
    results = [egov.Index(frameworks()[draw["Weights"] - 1], recipe(draw)).score(data) for draw in drawn()]
    at = results[0].nodes.index("Index")
    return tuple(
        np.array([getattr(result, name)[0, :, at] for result in results])
        for name in ("values", "rank_values")
    )


def columns_of(name):
    columns = table(f"outputs/ua500_{name}.csv")
    return np.array([columns[f"r_{k}"] for k in range(1, DRAWS + 1)])


def test_every_alternative_was_drawn():
    draws = drawn()
    assert len(draws) == DRAWS
    assert {draw["Winmax"] for draw in draws} == {1, 2, 3, 4, 5}
    assert len({draw["Weights"] for draw in draws}) > 90
    assert {(draw["Normalisation"], draw["Aggregation"]) for draw in draws} == {
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
    }


def test_scores_of_every_draw():
    scores, _ = replayed()
    np.testing.assert_allclose(scores, columns_of("scores"), rtol=1e-12)


def test_ranks_of_every_draw():
    _, ranks = replayed()
    np.testing.assert_array_equal(ranks, columns_of("ranks"))


def test_statistics_of_the_ranks():
    """Quantiles of R's type 7 over the draws, as numpy has them."""
    _, ranks = replayed()
    wanted = table("outputs/ua500_rankstats.csv")
    found = {"Mean": ranks.mean(axis=0), "Median": np.median(ranks, axis=0)}
    found |= {"Q5": np.quantile(ranks, 0.05, axis=0), "Q95": np.quantile(ranks, 0.95, axis=0)}
    for name, values in found.items():
        np.testing.assert_allclose(values, wanted[name], rtol=1e-12, err_msg=name)


def test_the_nominal_scores_and_ranks():
    data = panel("outputs/pipeline_Screened.csv")
    meta = table("inputs/ASEM_iMeta.csv")
    weights = dict(zip(meta["iCode"].tolist(), meta["Weight"].tolist(), strict=True))
    nominal = recipe({"Winmax": 5, "Normalisation": 1, "Aggregation": 1})
    nominal = nominal.replace(normalize=egov.choice("minmax", low=0, high=100))
    result = egov.Index(tree(weights), nominal).score(data)
    for name in ("scores", "ranks"):
        np.testing.assert_allclose(
            getattr(result, name)["Index"], table(f"outputs/ua500_{name}.csv")["Nominal"], rtol=1e-12
        )
    np.testing.assert_array_equal(result.ranks["Index"], table("outputs/ua500_rankstats.csv")["Nominal"])
