"""What a result and its panel say of one unit: scores and contributions of nodes, standings on indicators."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..result import Result

__all__ = ["Columns", "indicators_of", "nodes_of"]

Columns = dict[str, Any]


def _title(result: Result, code: str) -> str:
    known = result.panel.about(code) if code in result.panel.indicators else {}
    return str(result.index.framework[code].name or known.get("title") or code)


def _imputed(result: Result, unit: int, when: int) -> dict[str, str]:
    """Method that filled each indicator of the unit, where one did."""
    raw, row = result._raw_trail, when * len(result.units) + unit
    return {
        result.nodes[raw["column"][k]]: str(raw["method"][k])
        for k in range(len(raw["row"]))
        if raw["row"][k] == row and raw["stage"][k] == "impute"
    }


def _contributions(result: Result, unit: int, when: int) -> NDArray[np.float64]:
    """What each node adds to the root: score times its share, where all means above are arithmetic; else NaN."""
    tree, recipe, nodes = result.index.framework, result.index.recipe, result.nodes
    values = result.values[when, unit]
    shares = {tree.root: 1.0}
    for code in nodes:
        plain = (tree[code].aggregate or recipe.aggregate).method == "arithmetic" and tree[
            code
        ].normalize is None
        below = tree.children(code)
        seen = [child for child in below if not np.isnan(values[nodes.index(child)])]
        total = sum(result.weights[child] for child in seen)
        for child in below:
            part = result.weights[child] / total if child in seen and total > 0 else 0.0
            shares[child] = shares[code] * part if plain else float("nan")
    return np.asarray(np.array([shares[code] for code in nodes]) * values)


def nodes_of(result: Result, unit: int, when: int) -> Columns:
    """Columns on the nodes: scores, ranks, means of all units, contributions."""
    scores, ranks = result.values[when], result.rank_values[when]
    filled = _imputed(result, unit, when)
    seen = ~np.isnan(scores)
    with np.errstate(invalid="ignore"):
        mean = np.where(seen, scores, 0).sum(axis=0) / seen.sum(axis=0)
    return {
        "node": list(result.nodes),
        "name": [_title(result, code) for code in result.nodes],
        "score": scores[unit],
        "rank": ranks[unit],
        "of": seen.sum(axis=0),
        "mean": mean,
        "contribution": _contributions(result, unit, when),
        "note": [f"imputed by {filled[code]}" if code in filled else "" for code in result.nodes],
    }


def indicators_of(result: Result, unit: int, when: int) -> list[dict[str, Any]]:
    """Indicators as observed: the unit's value, and how many units have a better and a worse one."""
    panel, tree = result.panel, result.index.framework
    time = panel.times[panel.periods.index(result.periods[when])]
    filled = _imputed(result, unit, when)
    rows = []
    for code in tree.leaves:
        node, known = tree[code], panel.about(code)
        column = panel.column(code)[:, panel.times == time - node.lag]
        directed = node.direction * column[:, 0] if column.shape[1] else np.full(len(panel.units), np.nan)
        directed = np.where(result.excluded[when], np.nan, directed)
        mine = directed[unit]
        rows.append(
            {
                "indicator": code,
                "name": _title(result, code),
                "parent": node.parent,
                "value": float(column[unit, 0]) if column.shape[1] else float("nan"),
                "measure": str(node.unit or known.get("unit") or ""),
                "rank": int((directed > mine).sum()) + 1,
                "of": int((~np.isnan(directed)).sum()),
                "ties": int((directed == mine).sum()) - 1,
                "worse": int((directed < mine).sum()),
                "observed": not np.isnan(mine) and code not in filled,
                "how": filled.get(code, ""),
            }
        )
    return rows
