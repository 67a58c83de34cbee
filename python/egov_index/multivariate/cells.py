"""Which numbers a function of this room looks at: one period of a panel, an array or a result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import catalogue
from ..arguments import period_at, picked
from ..arrays import as_panel
from ..errors import DataError, Fault, SpecError
from ..framework import Framework
from ..index import Index
from ..result import Result

__all__ = ["Cells", "cells", "named", "tree_of"]

Nodes = str | Sequence[str] | None


@dataclass(frozen=True)
class Cells:
    """Units x columns of one period, column-major, with their names."""

    values: NDArray[np.float64]
    names: tuple[str, ...]
    units: tuple[Any, ...]
    period: Any
    backend: str


def cells(data: Any, nodes: Nodes = None, period: Any = None) -> Cells:
    """Pick columns and period; SpecError with every unknown name."""
    if isinstance(data, Result):
        tree, known, units, periods = data.index.framework, data.nodes, data.units, data.periods
        values, backend = data.values.transpose(1, 0, 2), data.panel.backend
        if isinstance(nodes, str) and nodes in known:
            nodes = tree.children(nodes) or (nodes,)
        names = tree.leaves if nodes is None else nodes
    else:
        panel = as_panel(data)
        known, units, periods = panel.indicators, panel.units, panel.periods
        values, backend = panel.values, panel.backend
        names = known if nodes is None else nodes
    names = picked("nodes", names, known, "node")
    at, label = _period(period, periods)
    where = {name: column for column, name in enumerate(known)}
    wanted = values[:, at, [where[name] for name in names]]
    return Cells(np.asfortranarray(wanted, dtype=np.float64), names, units, label, backend)


def _period(period: Any, periods: Sequence[Any]) -> tuple[int, Any]:
    if not len(periods):
        raise DataError("a panel without periods has nothing to look at")
    if period is None:
        return len(periods) - 1, periods[-1]
    at = period_at(period, periods)
    return at, periods[at]


def tree_of(data: Any, framework: Any = None) -> Framework | None:
    """The framework that is given or that a result has."""
    if isinstance(framework, Index):
        return framework.framework
    if isinstance(framework, Framework):
        return framework
    if framework is not None:
        raise SpecError(Fault("framework", f"a {type(framework).__name__}", "a Framework or an Index"))
    return data.index.framework if isinstance(data, Result) else None


@contextmanager
def named(of: Cells) -> Iterator[None]:
    """Give errors of the core the names of units and columns."""
    try:
        yield
    except (SpecError, DataError) as error:
        if hasattr(error, "place"):
            catalogue.locate(error, {"unit": of.units, "indicator": of.names})
        raise
