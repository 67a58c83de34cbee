"""What would move a unit up: how much each indicator alone would have to improve for it to gain places.

Each answer comes from scoring the whole panel again, since normalizations, imputations and treatments may move with the
value; the value sought is bisected between the unit's own and the best one that is held to be attainable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arguments import whole
from ..errors import DataError, EgovError, Fault, SpecError
from ..index import Index
from ..naming import find_period, find_unit
from ..panel import Panel
from .answer import Levers
from .cells import Cell, cell_of, horizon_of, move_on

__all__ = ["Levers", "levers"]

HALVINGS = 50


def levers(
    index: Index,
    panel: Panel,
    unit: Any,
    places: int = 5,
    *,
    trend: bool = False,
    horizon: float | None = None,
    period: Any = None,
    beyond: float = 0.0,
) -> Levers:
    """Find how much each indicator alone would have to improve for a unit to gain places.

    Parameters
    ----------
    index, panel
        What is scored, again for each trial.
    unit : label or name
        Who is to gain.
    places : int
        How many places, from its present rank.
    trend : bool
        False: the others stand still. True: each observed value of the others moves on along its own least-squares line
        over the years observed so far, within the bounds below; one with fewer than two observations stands still.
    horizon : float, optional
        How far they move, in units of the period; that from the period before to this one if left out.
    period : label, optional
        Which period; the last one that the index scores if left out.
    beyond : float
        An indicator may go as far as its cap, its goalpost, or the bound that the panel states; without any of these
        as far as the best value observed in any period, plus this share of the observed range.

    Returns
    -------
    Levers

    Raises
    ------
    DataError
        If the unit is unknown, not scored or first already, or a trend is asked for where there are no earlier periods.
    SpecError
        If an argument is out of bounds.

    Notes
    -----
    The value found is the least that was seen to be enough, to 50 halvings of the way to the best. It is the least of
    all where the rank rises with the value, as it does under every monotone normalization and mean.

    Examples
    --------
    >>> import egov_index as egov
    >>> found = egov.levers(egov.preset("egdi-2022"), egov.datasets.un_egov_survey(), "Estonia", places=3)
    >>> found.rank, found.target
    (8, 5)
    >>> print(found.to_frame()[["indicator", "value", "needed", "reachable"]].round(4).to_string(index=False))
    indicator  value  needed  reachable
          tii 0.8949  0.8998       True
          hci 0.9231  0.9280       True
          osi 1.0000     NaN      False
    """
    _check(index, panel, horizon, beyond)
    result = index.score(panel, period)
    when = find_period(result.periods, None)
    at = find_unit(panel, unit)
    here = result.rank_values[when, at, 0]
    if np.isnan(here):
        raise DataError(
            Fault(f"unit {panel.units[at]!r}", f"no score in {result.periods[when]}", "a scored unit")
        )
    if here == 1:
        raise DataError(Fault(f"unit {panel.units[at]!r}", "is first already", "a unit that can gain places"))
    places = whole("places", places, 1, len(panel.units))
    cells = [cell_of(result, when, at, code, beyond) for code in index.framework.leaves]
    values, moved = np.array(panel.values), 0.0
    if trend:
        moved = horizon_of(panel, panel.periods.index(result.periods[when]), horizon)
        for cell in cells:
            move_on(result, values, at, cell, moved, beyond)
    label = result.periods[when]

    def rank_with(changes: dict[str, float]) -> int:
        trial = values.copy()
        for cell in cells:
            if cell.code in changes:
                trial[at, cell.period, cell.column] = changes[cell.code]
        try:
            return int(index.score(panel.replace(values=trial), label).rank_values[0, at, 0])
        except EgovError as error:
            raise type(error)(
                [
                    Fault(f"levers, {', '.join(changes)}: {fault.place}", fault.came, fault.right)
                    for fault in error.faults
                ]
            ) from None

    target = max(int(here) - places, 1)
    still = rank_with({}) if trend else int(here)
    rows = [_lever(cell, target, still, rank_with) for cell in cells]
    return Levers(
        result, at, when, int(here), target, still, moved, rows, _joint(cells, target, still, rank_with)
    )


def _check(index: Any, panel: Any, horizon: float | None, beyond: float) -> None:
    if not isinstance(index, Index):
        raise SpecError(Fault("index", type(index).__name__, "an Index, e.g. egov.preset('egdi-2022')"))
    if not isinstance(panel, Panel):
        raise DataError(Fault("panel", type(panel).__name__, "a Panel"))
    for name, value, right in (("horizon", horizon, "above 0"), ("beyond", beyond, "of 0 or more")):
        if value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
        if not number or value < 0 or (name == "horizon" and value == 0):
            raise SpecError(Fault(name, repr(value), f"a finite number {right}"))


def _lever(
    cell: Cell, target: int, still: int, rank_with: Callable[[dict[str, float]], int]
) -> dict[str, Any]:
    row: dict[str, Any] = {"cell": cell, "needed": float("nan"), "rank": still, "reachable": still <= target}
    if row["reachable"]:
        return row | {"needed": cell.value}
    if not cell.known or cell.best == cell.value:
        return row
    row["rank"] = rank_with({cell.code: cell.best})
    if row["rank"] > target:
        return row | {"rank": min(row["rank"], still)}
    share = _least_share(
        lambda at: rank_with({cell.code: cell.value + at * (cell.best - cell.value)}), target
    )
    return row | {"needed": cell.value + share * (cell.best - cell.value), "reachable": True}


def _least_share(rank_at: Callable[[float], int], target: int) -> float:
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if rank_at(middle) <= target else (middle, high)
    return high


def _joint(
    cells: list[Cell], target: int, still: int, rank_with: Callable[[dict[str, float]], int]
) -> tuple[float, int]:
    """Least share of the way to the best, the same for all indicators, and the best rank that all of it gives."""
    movable = [cell for cell in cells if cell.known and cell.best != cell.value]

    def rank_at(share: float) -> int:
        return rank_with({cell.code: cell.value + share * (cell.best - cell.value) for cell in movable})

    if still <= target:
        return 0.0, still
    if not movable:
        return float("nan"), still
    best = rank_at(1.0)
    return (_least_share(rank_at, target) if best <= target else float("nan")), best
