"""What is audited: one period of a result, with the limits; and what a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..framework import Framework
from ..multivariate import Correlations, correlations
from ..result import Result
from ..table import read_frame
from .rules import CHECKS

__all__ = ["FAIL", "LOOK", "NOT_APPLICABLE", "PASS", "VERDICTS", "Case", "Finding", "rows_of", "why"]

PASS, LOOK, FAIL, NOT_APPLICABLE = "pass", "look", "fail", "not applicable"
VERDICTS = (PASS, LOOK, FAIL, NOT_APPLICABLE)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """One check of one element; without a number the value is NaN."""

    check: str
    element: Any
    value: float
    rule: str
    verdict: str
    note: str = ""


@dataclass(frozen=True)
class Case:
    """One period of a result under audit."""

    result: Result
    at: int
    limits: dict[str, float]
    level: float
    threads: int | None = None

    @property
    def tree(self) -> Framework:
        """The tree of the index."""
        return self.result.index.framework

    @property
    def period(self) -> Any:
        """Label of the period."""
        return self.result.periods[self.at]

    @cached_property
    def scored(self) -> NDArray[np.bool_]:
        """Which units have a score."""
        return ~np.isnan(self.result.values[self.at, :, 0])

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """Nodes with children, the root first."""
        return tuple(code for code in self.tree.codes if self.tree.children(code))

    @cached_property
    def pillars(self) -> tuple[str, ...]:
        """What an index is made of: the nodes right below the root, and every other aggregate."""
        top = self.tree.children(self.tree.root)
        return tuple(code for code in self.tree.codes if code in top or code in self.parents[1:])

    @cached_property
    def families(self) -> dict[str, Correlations]:
        """Of each parent: the correlations of its children and, in the last place, itself."""
        return {
            code: correlations(
                self.result, nodes=(*self.tree.children(code), code), period=self.period, level=self.level
            )
            for code in self.parents
        }

    def rule(self, check: str) -> str:
        """The rule of a check with its limits."""
        return CHECKS[check].rule.format(**self.limits, p=1 - self.level)

    def found(self, check: str, element: Any, value: float, verdict: str, note: str = "") -> Finding:
        """What a check found."""
        return Finding(check, element, float(value), self.rule(check), verdict, note)

    def held(self, check: str, element: Any, value: float, broken: str | None, note: str = "") -> Finding:
        """What a check found: passed, unless a verdict on a broken rule is given."""
        return self.found(check, element, value, broken or PASS, note)

    def idle(self, check: str, element: Any, reason: str) -> Finding:
        """Say why a check cannot be made."""
        return self.found(check, element, float("nan"), NOT_APPLICABLE, reason)

    def column(self, code: str) -> Array:
        """Scores of a node, by unit."""
        return self.result.values[self.at, :, self.result.nodes.index(code)]


def why(reason: object, other: str) -> str:
    """Why there is no correlation of an element with another, in words about the element."""
    words = {
        "first constant": "constant",
        "indicator constant": "constant",
        "second constant": f"{other} is constant",
        "node constant": f"{other} is constant",
    }
    return words.get(str(reason), str(reason) or "nothing to compare it with")


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Rows of a frame of any library as dicts."""
    columns, _ = read_frame(frame)
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
