"""The way from a node to the root in numbers: how the weights of its children reach the scores of the root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import catalogue
from ..catalogue import Choice
from ..compiled import core_choice
from ..errors import DataError, EgovError, Fault, SpecError
from ..framework import Framework
from ..index import Index
from ..result import Result
from ..table import listing

__all__ = ["Step", "Way", "way_of"]

Array = NDArray[np.float64]
Map = Callable[[Array], Array]

# Means of the form inverse(sum of weights times link): with the link the mean is linear in the weights.
LINKS: dict[str, tuple[Map, Map]] = {
    "arithmetic": (lambda x: x, lambda x: x),
    "geometric": (np.log, np.exp),
    "harmonic": (lambda x: 1 / x, lambda x: 1 / x),
}


@dataclass(frozen=True)
class Step:
    """One node of the way: its mean, and what its other children add.

    Parameters
    ----------
    node : str
        Its code.
    method : str
        Its aggregation.
    share, rest : numpy.ndarray
        Of each unit: share of the child on the way, and the sum over the other children, in terms of the link.
    scale : Choice
        Normalization of the aggregate.
    """

    node: str
    method: str
    share: Array
    rest: Array
    scale: Choice


@dataclass(frozen=True)
class Way:
    """A node's children, and the steps from the node (the first) up to the root (the last)."""

    result: Result
    period: int
    node: str
    children: tuple[str, ...]
    weights: Array
    parts: Array
    steps: tuple[Step, ...]

    @property
    def scores(self) -> Array:
        """Scores of the root."""
        return self.result.values[self.period, :, 0]

    @property
    def ranks(self) -> Array:
        """Ranks of the root."""
        return self.result.rank_values[self.period, :, 0]

    @property
    def names(self) -> str:
        """The children in a listing."""
        return listing(self.children, 5)

    def with_weights(self, weights: Array) -> Index:
        """The index with these weights below the node; all others held where they are."""
        index = self.result.index
        return index.replace(framework=_weighted(self, weights), recipe=index.recipe.replace(weight="given"))

    def scored_with(self, weights: Array) -> Result:
        """The whole panel scored again with these weights."""
        label = self.result.periods[self.period]
        return self.with_weights(weights).score(self.result.panel, label)

    def gap_at(self, weights: Array, a: int, b: int) -> float:
        """Lead of a unit over another at the root, scored again; NaN where that cannot be."""
        try:
            scores = self.scored_with(weights).values[0, :, 0]
        except EgovError:
            return float("nan")
        return float(scores[a] - scores[b])

    def complete(self, unit: int) -> None:
        """Refuse a unit without a score or with holes below the node."""
        if np.isnan(self.scores[unit]):
            label = self.result.panel.units[unit]
            raise DataError(
                Fault(f"unit {label!r}", f"no score in {self.result.periods[self.period]}", "a scored unit")
            )
        holes = [child for child, part in zip(self.children, self.parts[unit], strict=True) if np.isnan(part)]
        if holes:
            place = f"unit {self.result.panel.units[unit]!r}"
            raise DataError(
                Fault(
                    place, f"no value of {listing(holes)}", "an impute chain that fills it, or another node"
                )
            )


def _weighted(way: Way, weights: Array) -> Framework:
    tree = way.result.index.framework
    new = dict(zip(way.children, map(float, weights), strict=True))
    shares = way.result.weights | new
    nodes = [replace(node, weight=shares[node.code], weights=None) for node in tree.nodes]
    return Framework(nodes, tree.groups, tree.rank_digits)


def way_of(result: Result, node: str | None, period: int) -> Way:
    """Read the way off a result.

    Raises
    ------
    SpecError
        If there is no such node, or it has fewer than two children.
    """
    tree = result.index.framework
    node = tree.root if node is None else node
    children = tree.children(node)
    if len(children) < 2:
        inner = [one.code for one in tree.nodes if len(tree.children(one.code)) > 1]
        came = "an indicator" if not children else "a node with one child"
        raise SpecError(Fault("node", f"{node!r} is {came}", f"one of {listing(inner)}"))
    column = {code: at for at, code in enumerate(result.nodes)}
    parts = result.values[period][:, [column[child] for child in children]]
    weights = np.array([result.weights[child] for child in children])
    steps: list[Step] = []
    at = node
    while True:
        steps.append(_step(result, period, at, steps[-1].node if steps else None))
        if at == tree.root:
            break
        at = str(tree[at].parent)
    return Way(result, period, node, children, weights / weights.sum(), parts, tuple(steps))


def _step(result: Result, period: int, code: str, below: str | None) -> Step:
    tree, recipe = result.index.framework, result.index.recipe
    node = tree[code]
    method = (node.aggregate or recipe.aggregate).method
    scale = node.normalize or Choice("none")
    units = len(result.units)
    if below is None or method not in LINKS:
        return Step(code, method, np.ones(units), np.zeros(units), scale)
    column = {name: at for at, name in enumerate(result.nodes)}
    others = [child for child in tree.children(code) if child != below]
    values = result.values[period][:, [column[child] for child in others]]
    weights = np.array([result.weights[child] for child in others])
    seen = ~np.isnan(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        linked = np.where(seen, LINKS[method][0](values) * weights, 0.0)
    total = result.weights[below] + (seen * weights).sum(axis=1)
    return Step(code, method, result.weights[below] / total, linked.sum(axis=1) / total, scale)


def through(step: Step, values: Array, rows: NDArray[np.intp], result: Result) -> Array:
    """Scores of a step from those of the child on the way, for the units of these rows; rises with them."""
    forward, inverse = LINKS[step.method]
    return fixed_scale(step, inverse(step.share[rows] * forward(values) + step.rest[rows]), result)


def fixed_scale(step: Step, values: Array, result: Result) -> Array:
    """The step's normalization where it does not look at the data: none, or goalposts."""
    if step.scale.method != "goalposts":
        return values
    numbers: dict[str, Any] = core_choice(
        "normalize", step.scale, result.panel, result.index.framework[step.node]
    )["params"]
    share: Array = (values - numbers["lower"]) / (numbers["upper"] - numbers["lower"])
    defaults = {
        param["name"]: param["default"] for param in catalogue.row("normalize", "goalposts")["params"]
    }
    return np.asarray(np.clip(share, 0.0, 1.0)) if numbers.get("truncate", defaults["truncate"]) else share
