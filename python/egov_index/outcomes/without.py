"""An index again without what it shares with an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..catalogue import Choice
from ..errors import EgovError
from ..filling import auxiliaries_of
from ..framework import Framework
from ..panel import Panel
from ..result import Result
from .asked import Asked
from .aware import with_choices
from .overlap import Shared, parted
from .sides import Sides

__all__ = ["NOTHING_LEFT", "NOT_REBUILT", "WORDS", "Without"]

Array = NDArray[np.float64]
Names = tuple[str, ...]
NOTHING_LEFT, NOT_REBUILT = "nothing-left", "not-rebuilt"
WORDS = {
    NOTHING_LEFT: "nothing is left of the node without what it shares",
    NOT_REBUILT: "the index cannot be scored without what it shares",
}


class Without:
    """Nodes less the inputs and the auxiliaries that carry what an outcome measures, and their associations."""

    def __init__(self, sides: Sides, asked: Asked) -> None:
        self._sides, self._asked = sides, asked.once()
        self.values = cache(self._values)
        self._scored = cache(_scored)

    def links(self, found: dict[tuple[int, int], Shared]) -> dict[tuple[int, int], dict[str, Any]]:
        """For each flagged pair what was left out, and the association of the rest of the node with the outcome.

        Inputs of a shared concept are left out, and auxiliaries that brought in what is shared help no longer to fill
        the others. If the index cannot be scored so, inputs that they helped to fill are left out instead. All outcomes
        that lack the same of a node stand in one call of the core.
        """
        together: dict[tuple[int, Names, Names], list[int]] = {}
        for (i, j), shared in found.items():
            gone = shared.inputs, shared.auxiliaries
            if shared.auxiliaries and self._lost(i, *gone):
                gone = shared.sources, ()
            together.setdefault((i, *gone), []).append(j)
        answers: dict[tuple[int, int], dict[str, Any]] = {}
        for (i, inputs, auxiliaries), columns in together.items():
            values, reason = self.values(i, inputs, auxiliaries)
            sides = self._sides
            streams = [sides.streams[i * len(sides.names) + j] for j in columns]
            raw = self._asked.associate(sides, values[:, None], sides.y[:, columns], streams=streams)
            for at, j in enumerate(columns):
                answers[i, j] = {
                    "without": ";".join([*inputs, *(f"{name} (auxiliary)" for name in auxiliaries)]),
                    "n": raw["n"][at],
                    **{name: raw[name][at] for name in ("estimate", "low", "high", "p")},
                    "reason": reason or raw["reason"][at],
                }
        return answers

    def _lost(self, i: int, inputs: Names, auxiliaries: Names) -> bool:
        """Has a node no score without these, though inputs are left?"""
        values, reason = self.values(i, inputs, auxiliaries)
        return reason != NOTHING_LEFT and bool(np.isnan(values).all())

    def _values(self, i: int, inputs: Names, auxiliaries: Names) -> tuple[Array, str]:
        """Scores of a node without some inputs and auxiliaries, on the rows that have the node; why there are none."""
        sides, node = self._sides, self._sides.nodes[i]
        if isinstance(sides.scores, Result):
            rest, reason = self._scored(sides.scores, inputs, auxiliaries)
            if rest is None or node not in rest.nodes:
                return np.full(len(sides.x), np.nan), reason or NOTHING_LEFT
            at = [sides.scores.periods.index(label) for label in sides.periods]
            values = rest.values[at][:, :, rest.nodes.index(node)].ravel()
        else:
            values, reason = _mean_of_rest(sides, node, inputs)
        return np.where(np.isnan(sides.x[:, i]), np.nan, values), reason


def _scored(result: Result, inputs: Names, auxiliaries: Names) -> tuple[Result | None, str]:
    """A result again without some indicators, whose siblings share their weight, and without some auxiliaries."""
    index = with_choices(result.index, lambda one: _unhelped(one, auxiliaries))
    tree = index.framework
    gone = _gone(tree, inputs)
    if tree.root in gone:
        return None, NOTHING_LEFT
    kept = [node for node in tree.nodes if node.code not in gone]
    try:
        less = index.replace(framework=Framework(kept, tree.groups, tree.rank_digits))
        return less.score(result.panel, list(result.periods)), ""
    except EgovError:
        return None, NOT_REBUILT


def _unhelped(one: Choice, auxiliaries: Names) -> Choice:
    """A method of imputation without some of its auxiliaries; without the parameter where none is left."""
    named = auxiliaries_of(one)
    left = tuple(name for name in named if name not in auxiliaries)
    if left == named:
        return one
    params = {name: value for name, value in one.params.items() if name != "auxiliaries"}
    return replace(one, params=params | ({"auxiliaries": left} if left else {}))


def _gone(tree: Framework, sources: Sequence[str]) -> set[str]:
    """Indicators and every node that is left without children."""
    gone = set(sources)
    for code in reversed(tree.codes):  # children before parents
        children = tree.children(code)
        if children and gone.issuperset(children):
            gone.add(code)
    return gone


def _mean_of_rest(sides: Sides, node: str, sources: Sequence[str]) -> tuple[Array, str]:
    """Mean of the other published components of a node."""
    panel = sides.scores
    assert isinstance(panel, Panel)
    named = parted(panel.about(node).get("components")) or [node]
    rest = [name for name in named if name not in sources]
    at = [panel.periods.index(label) for label in sides.periods]
    if not rest or not set(rest) <= set(panel.indicators):
        return np.full(len(sides.x), np.nan), NOTHING_LEFT
    values = np.stack([panel.column(name)[:, at].T.ravel() for name in rest])
    return values.mean(axis=0), ""
