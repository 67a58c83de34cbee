"""The trail in words: what happened to each changed cell, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .catalogue import row
from .filling import chain_of, told
from .framework import Node

if TYPE_CHECKING:
    from .result import Result

__all__ = ["sentences"]


def sentences(raw: Mapping[str, Any], result: Result) -> dict[str, Any]:
    """Columns of the trail, from the core's positions."""
    panel, nodes = result.panel, result.index.framework.nodes
    columns: dict[str, Any] = {
        name: []
        for name in (
            "unit",
            "period",
            "indicator",
            "source_period",
            "stage",
            "method",
            "before",
            "after",
            "why",
        )
    }
    for at in range(len(raw["row"])):
        change = {name: raw[name][at] for name in raw}
        node = nodes[change["column"]]
        unit, period = change["row"] % len(panel.units), result.periods[change["row"] // len(panel.units)]
        columns["unit"].append(panel.units[unit])
        columns["period"].append(period)
        columns["indicator"].append(node.code)
        columns["source_period"].append(_source(period, node))
        for name in ("stage", "method", "before", "after"):
            columns[name].append(change[name])
        columns["why"].append(_why(change, node, result))
    return columns | {name: np.array(columns[name], dtype=np.float64) for name in ("before", "after")}


def _source(period: Any, node: Node) -> Any:
    if not node.lag:
        return period
    source = float(period) - node.lag
    return int(source) if source == int(source) else source


def _why_left(change: Mapping[str, Any]) -> str:
    """Why a unit or an indicator is not in a period: the core says which parameter, how many of how many."""
    if change["method"] == "not_scored":
        return f"published {change['before']:g} stands for not scored; the unit leaves this period"
    rule = row("screen", change["method"])["params"][change["first"]]["name"]
    seen, of = change["last"], change["donors"]
    if rule == "indicators":
        return f"{seen} of {of} units observed, too few; the indicator leaves this period with its weight"
    what = "values other than 0" if rule == "nonzero" else "indicators observed"
    return f"{seen} of {of} {what}, too few ({rule}); the unit leaves this period"


def _why(change: Mapping[str, Any], node: Node, result: Result) -> str:
    """One sentence on one cell."""
    if change["stage"] == "screen":
        return _why_left(change)
    if change["stage"] == "denominate":
        if np.isnan(change["after"]):
            return f"{node.denominator} is missing"
        by = change["before"] / change["after"]
        return f"divided by {node.denominator}: {by:.6g}"
    if change["stage"] == "treat":
        if change["method"] != "cap":
            return f"changed by {change['method']}"
        limit = "above the cap" if change["after"] < change["before"] else "below the floor"
        return f"{limit} of {change['after']:g}"
    tree, recipe = result.index.framework, result.index.recipe
    chain = chain_of(tree, recipe, node.code)
    return told(change, result.panel, chain, result.imputation_notes)
