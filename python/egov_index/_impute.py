"""Filling holes in a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _core, catalogue
from .arrays import as_panel, like
from .compiled import as_table, core_choice, from_table, located
from .errors import Fault, SpecError
from .framework import Framework, Node
from .panel import Panel
from .table import make_frame

__all__ = ["Imputed", "impute"]


@dataclass(frozen=True)
class Imputed:
    """A filled panel (or array) and where each filled value came from.

    Attributes
    ----------
    panel : Panel or numpy.ndarray
        What came in, with holes filled; observed cells are never changed.
    flags : frame
        A row a filled cell: unit, period, indicator, method, value, first_donor and last_donor (periods),
        donors (how many).
    remaining : int
        Cells that are still missing.
    sd, draws
        Standard deviations and draws, of methods that have them; None otherwise.
    """

    panel: Any
    flags: Any
    remaining: int
    sd: Any = None
    draws: Any = None


def impute(data: Panel | Any, *methods: Any, framework: Framework | None = None, **params: Any) -> Imputed:
    """Fill holes by a chain of methods.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators)
        NaN is missing. An array of two dimensions is (units, indicators) in one period.
    *methods : str, Choice or mapping
        The chain: each method sees what the ones before it filled.
    framework : Framework, optional
        The tree that the indicators belong to: its directions, caps and families of indicators are used.
    **params
        Parameters of the method, if it is only one.

    Returns
    -------
    Imputed
        ``.panel`` filled, ``.flags`` a row for each filled cell.

    Raises
    ------
    SpecError
        For an unknown method or parameter.

    Examples
    --------
    >>> impute([[1.0], [float("nan")], [3.0]], "mean").panel.ravel().tolist()
    [1.0, 2.0, 3.0]
    """
    panel = as_panel(data)
    chain = catalogue.as_chain(methods[0] if len(methods) == 1 else methods, "impute")
    if not chain:
        raise SpecError(Fault("impute", "no method", 'at least one method, e.g. "mean"'))
    if params:
        if len(chain) != 1:
            raise SpecError("parameters by keyword go with one method; use egov.choice for each of several")
        chain = (catalogue.Choice(chain[0].method, dict(chain[0].params) | params, chain[0].rescale),)
    faults = [fault for one in chain for fault in catalogue.faults_of("impute", one, f"impute {one.method}")]
    if faults:
        raise SpecError(faults)
    known = framework.codes if framework is not None else ()
    nodes = [framework[name] if framework and name in known else Node(name) for name in panel.indicators]
    chains = [[core_choice("impute", one, panel, node) for one in chain] for node in nodes]
    directions = np.array([float(node.direction) for node in nodes])
    with located(panel):
        table, trail = _core.impute(
            as_table(panel), len(panel.units), panel.times, chains, directions, _above(framework, nodes)
        )
    values = from_table(np.asarray(table), len(panel.units))
    return Imputed(like(data, panel, values), _flags(panel, trail), int(np.isnan(values).sum()))


def _above(framework: Framework | None, nodes: list[Node]) -> list[list[int]]:
    """Ancestors of each indicator as positions in the tree, the parent first; nothing without a tree."""
    if framework is None:
        return []
    place = {code: at for at, code in enumerate(framework.codes)}
    found: list[list[int]] = []
    for node in nodes:
        found.append([])
        at = node.parent
        while at is not None:
            found[-1].append(place[at])
            at = framework[at].parent
    return found


def _flags(panel: Panel, trail: dict[str, list[Any]]) -> Any:
    units = len(panel.units)

    def label(at: int) -> Any:
        return panel.periods[at] if at >= 0 else None

    return make_frame(
        {
            "unit": [panel.units[row % units] for row in trail["row"]],
            "period": [panel.periods[row // units] for row in trail["row"]],
            "indicator": [panel.indicators[column] for column in trail["column"]],
            "method": trail["method"],
            "value": trail["after"],
            "first_donor": [label(at) for at in trail["first"]],
            "last_donor": [label(at) for at in trail["last"]],
            "donors": trail["donors"],
        },
        panel.backend,
    )
