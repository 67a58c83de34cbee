"""Weights of one level of an index such that each node is as important for the index as it should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, catalogue
from .catalogue import Choice
from .errors import DataError, Fault, SpecError
from .framework import Framework
from .index import Index
from .panel import Panel
from .result import Result
from .table import make_frame, nearest

__all__ = ["OptimizedWeights", "optimize_weights"]

OBJECTIVES = ("balance", "infomax")
PLACE = "optimize_weights"


@dataclass(frozen=True)
class OptimizedWeights:
    """Weights of the nodes of one level, and how important they make each node.

    Attributes
    ----------
    weights : dict
        Weight of each node; siblings sum to one.
    targets, importance : dict
        The share of importance a node should have, and the one it has: its correlation with the root over the sum of
        them all (or of the squares). With infomax there are no targets.
    correlations : dict
        Correlation of each node with the root.
    objective : float
        Balance: natural logarithm of the mean squared distance of importance from the targets, minus infinity where
        they are met exactly. Infomax: minus the sum of correlations. Less is better.
    """

    weights: dict[str, float]
    targets: dict[str, float]
    importance: dict[str, float]
    correlations: dict[str, float]
    objective: float
    _result: Result

    @property
    def met(self) -> bool:
        """Whether every target is met to one part in a million; never with infomax."""
        return bool(self.targets) and all(
            abs(self.importance[node] - target) <= 1e-6 for node, target in self.targets.items()
        )

    def to_frame(self) -> Any:
        """Frame: node, parent, target, importance, correlation, weight; a row a node, NaN where there is no target."""
        nodes, framework = list(self.weights), self._result.index.framework
        columns: dict[str, Any] = {"node": nodes, "parent": [framework[node].parent for node in nodes]}
        values = {
            "target": self.targets,
            "importance": self.importance,
            "correlation": self.correlations,
            "weight": self.weights,
        }
        for name, by_node in values.items():
            columns[name] = np.array([by_node.get(node, np.nan) for node in nodes])
        return make_frame(columns, self._result.panel.backend)

    def index(self) -> Index:
        """Give the index with these weights, all others fixed as they were.

        Returns
        -------
        Index

        Raises
        ------
        SpecError
            If a weight is negative.
        """
        old = self._result.index
        weights = self._result.weights | self.weights
        nodes = [replace(node, weight=weights[node.code], weights=None) for node in old.framework.nodes]
        framework = Framework(nodes, old.framework.groups, old.framework.rank_digits)
        return old.replace(framework=framework, recipe=old.recipe.replace(weight="given"))

    def __repr__(self) -> str:
        goal = "" if not self.targets else ", targets met" if self.met else ", targets not met"
        return f"<OptimizedWeights of {len(self.weights)} nodes: objective {self.objective:.6g}{goal}>"


def optimize_weights(
    what: Result | Index,
    panel: Panel | None = None,
    *,
    level: int = 1,
    nodes: Sequence[str] | None = None,
    targets: Mapping[str, float] | str | None = None,
    objective: str = "balance",
    squared: bool = False,
    negative: bool = False,
) -> OptimizedWeights:
    """Find weights of one level of an index that make each node as important for the root as it should be.

    Importance of a node is its correlation with the root, as a share of the sum over the nodes [1]_. All weights of
    the level are sought at once, the weights above it stay. Unlike a numerical search this gives the global optimum:
    with weights divided by the sum of correlations, it is a convex quadratic program.

    Parameters
    ----------
    what : Result or Index
        What was scored; an index is scored on ``panel`` first. All its rows count, whatever their period; those in
        which a node is missing do not.
    panel : Panel, optional
        For an index.
    level : int
        Which nodes: those so many steps below the root.
    nodes : sequence of str, optional
        Instead of a level: codes, always all siblings together, none below another.
    targets : mapping or "equal", optional
        Share of importance of each node, brought to sum one; the weight that the node has in the root now if left out.
    objective : {"balance", "infomax"}
        Meet the targets, or maximize the sum of correlations.
    squared : bool
        The targets are shares of squared correlations. Where they cannot be met, the correlations come as near as
        they can to the targets' roots.
    negative : bool
        Allow negative weights.

    Returns
    -------
    OptimizedWeights

    Raises
    ------
    SpecError
        If there is no such level or node, targets do not fit, or the root is not a weighted sum of the nodes: above
        them only arithmetic means without a normalization of their own will do.
    DataError
        If a node is constant, fewer than three rows are complete, or no weights give a positive sum of correlations.

    References
    ----------
    .. [1] Becker, Paruolo, Saisana and Saltelli 2017, in Handbook of Uncertainty Quantification.

    Examples
    --------
    >>> import numpy as np
    >>> from egov_index import Framework, Recipe
    >>> tree = Framework([{"code": "top"}, *({"code": f"x{k}", "parent": "top"} for k in range(3))])
    >>> scores = np.random.default_rng(1).uniform(size=(20, 3)) @ [[1, 0.5, 0], [0, 1, 0], [0, 0, 3]]
    >>> found = optimize_weights(Index(tree, Recipe(normalize="none")), Panel.from_array(scores[:, None, :]))
    >>> {node: round(share, 6) for node, share in found.importance.items()}
    {'x0': 0.333333, 'x1': 0.333333, 'x2': 0.333333}
    """
    result = _scored(what, panel)
    if objective not in OBJECTIVES:
        raise SpecError(Fault(f"{PLACE} objective", repr(objective), nearest(str(objective), OBJECTIVES)))
    infomax = objective == "infomax"
    if infomax and (targets is not None or squared):
        given = "squared" if squared else "targets"
        raise SpecError(Fault(f"{PLACE} {given}", "given", "infomax has no targets"))
    framework = result.index.framework
    chosen = _chosen(framework, level, nodes)
    _check_linear(result.index, chosen)
    share = _effective(result)
    parents = list(dict.fromkeys(framework[node].parent or "" for node in chosen))
    wanted = np.ones(len(chosen)) if infomax else _targets(targets, chosen, share)
    column = {code: at for at, code in enumerate(result.nodes)}
    table = np.asfortranarray(result.values.reshape(-1, len(result.nodes)))
    try:
        found = _core.optimize_weights(
            np.asfortranarray(table[:, [column[node] for node in chosen]]),
            [parents.index(framework[node].parent or "") for node in chosen],
            np.array([share[parent] for parent in parents]),
            _rest(framework, chosen, share, table, column),
            wanted, infomax, squared, negative,
        )  # fmt: skip
    except (SpecError, DataError) as error:
        if hasattr(error, "place"):
            catalogue.locate(error, {"indicator": (*chosen, "the rest of the index")})
        raise

    def by_node(values: Any) -> dict[str, float]:
        return dict(zip(chosen, map(float, values), strict=True))

    return OptimizedWeights(
        by_node(found["weights"]),
        {} if infomax else by_node(wanted / wanted.sum()),
        by_node(found["importance"]),
        by_node(found["correlations"]),
        float(found["objective"]),
        result,
    )


def _scored(what: Any, panel: Panel | None) -> Result:
    if isinstance(what, Index) and panel is not None:
        return what.score(panel)
    if isinstance(what, Result) and panel is None:
        return what
    raise SpecError(Fault(PLACE, f"a {type(what).__name__}", "a Result, or an Index and a panel"))


def _chosen(framework: Framework, level: int, nodes: Sequence[str] | None) -> list[str]:
    """Codes of the nodes to weigh, in the order of the framework; SpecError unless they cut the tree across."""
    depth: dict[str, int] = {}
    for node in framework.nodes:
        depth[node.code] = 0 if node.parent is None else depth[node.parent] + 1
    if nodes is None:
        deepest = max(depth.values())
        if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= deepest:
            raise SpecError(Fault(f"{PLACE} level", repr(level), f"a whole number from 1 to {deepest}"))
        return [code for code in framework.codes if depth[code] == level]
    asked = [nodes] if isinstance(nodes, str) else list(nodes)
    faults = [
        Fault(f"{PLACE} nodes", f"unknown node {code!r}", nearest(str(code), framework.codes))
        for code in asked
        if code not in depth
    ]
    if faults or not asked:
        raise SpecError(faults or Fault(f"{PLACE} nodes", "none", "at least one"))
    for code in asked:
        parent = framework[code].parent
        siblings = () if parent is None else framework.children(parent)
        left_out = [other for other in siblings if other not in asked]
        if left_out or parent is None:
            right = f"{', '.join(left_out)} as well" if left_out else "nodes below the root"
            faults.append(Fault(f"{PLACE} nodes", repr(code), f"siblings are weighed together: {right}"))
        faults += [
            Fault(f"{PLACE} nodes", f"{other!r} is below {code!r}", "one of the two")
            for other in framework.below(code)
            if other in asked and other != code
        ]
    if faults:
        raise SpecError(faults)
    return [code for code in framework.codes if code in asked]


def _above(framework: Framework, chosen: Sequence[str]) -> list[str]:
    """Every node above one of the chosen, the root first."""
    found = set()
    for code in chosen:
        at = framework[code].parent
        while at is not None and at not in found:
            found.add(at)
            at = framework[at].parent
    return [code for code in framework.codes if code in found]


def _check_linear(index: Index, chosen: Sequence[str]) -> None:
    faults = []
    for code in _above(index.framework, chosen):
        node = index.framework[code]
        mean: Choice = node.aggregate if node.aggregate is not None else index.recipe.aggregate
        if mean.method != "arithmetic":
            right = "the root must be a weighted sum of the nodes: arithmetic means above them"
            faults.append(Fault(f"{PLACE} node {code!r}", f"aggregates by {mean}", right))
        if node.normalize is not None and node.normalize.method != "none":
            right = "the root must be a weighted sum of the nodes: no normalization above them"
            faults.append(Fault(f"{PLACE} node {code!r}", f"is normalized by {node.normalize}", right))
    if faults:
        raise SpecError(faults)


def _effective(result: Result) -> dict[str, float]:
    """Weight of every node in the root."""
    share: dict[str, float] = {}
    for node in result.index.framework.nodes:
        share[node.code] = 1.0 if node.parent is None else share[node.parent] * result.weights[node.code]
    return share


def _targets(targets: Any, chosen: Sequence[str], share: Mapping[str, float]) -> NDArray[np.float64]:
    if targets is None:
        return np.array([share[node] for node in chosen])
    if targets == "equal":
        return np.ones(len(chosen))
    if not isinstance(targets, Mapping):
        raise SpecError(Fault(f"{PLACE} targets", repr(targets), '"equal", or a mapping of node to share'))
    faults = [
        Fault(f"{PLACE} targets", f"unknown node {node!r}", nearest(str(node), chosen))
        for node in targets
        if node not in chosen
    ]
    faults += [
        Fault(f"{PLACE} targets", f"nothing for {node!r}", "a number")
        for node in chosen
        if node not in targets
    ]
    for node, value in targets.items():
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not number or not 0 <= value < np.inf:
            faults.append(Fault(f"{PLACE} targets {node!r}", repr(value), "a number of at least 0"))
    if faults:
        raise SpecError(faults)
    return np.array([float(targets[node]) for node in chosen])


def _rest(
    framework: Framework,
    chosen: Sequence[str],
    share: Mapping[str, float],
    table: NDArray[np.float64],
    column: Mapping[str, int],
) -> NDArray[np.float64]:
    """What nodes on other branches add to the root, row by row; empty if there are none."""
    above = _above(framework, chosen)
    others = [
        child
        for code in above
        for child in framework.children(code)
        if child not in chosen and child not in above and share[child] > 0
    ]
    if not others:
        return np.zeros(0)
    weights = np.array([share[code] for code in others])
    return np.asarray(table[:, [column[code] for code in others]] @ weights)
