"""Where each indicator of a unit stands, how far it may go, and how those of the others move on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Fault
from ..growth import trend as line
from ..panel import Panel
from ..result import Result

__all__ = ["Cell", "cell_of", "horizon_of", "move_on"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """One indicator of the unit: where it stands, from where it starts, how far it may go.

    Parameters
    ----------
    code : str
        Indicator.
    column, period : int
        Its place in the panel.
    value, best : float
        Now (imputed where nothing is observed), and the best held to be attainable.
    known : bool
        Whether ``value`` is a number; one that dropped out with its weight has none.
    bound : str
        What ``best`` is.
    note : str
        What a reader must know of the value.
    """

    code: str
    column: int
    period: int
    value: float
    best: float
    known: bool
    bound: str
    note: str


def horizon_of(panel: Panel, at: int, horizon: float | None) -> float:
    """How far the others move on: as asked, or as from the period before to this one."""
    if any(isinstance(label, str) for label in panel.periods):
        raise DataError(Fault("periods", "text", "numbers, to follow a trend"))
    if at == 0:
        raise DataError(
            Fault("trend", f"no period before {panel.periods[0]}", "a panel with earlier periods")
        )
    return float(panel.times[at] - panel.times[at - 1]) if horizon is None else float(horizon)


def cell_of(result: Result, when: int, unit: int, code: str, beyond: float) -> Cell:
    """Read one indicator of a unit off a result."""
    panel, node = result.panel, result.index.framework[code]
    column = panel.indicators.index(code)
    time = panel.times[panel.periods.index(result.periods[when])] - node.lag
    period = int(np.flatnonzero(panel.times == time)[0])
    value, note = float(panel.values[unit, period, column]), ""
    raw, row = result._raw_trail, when * len(panel.units) + unit
    for k in range(len(raw["row"])):
        if raw["row"][k] == row and result.nodes[raw["column"][k]] == code and raw["stage"][k] == "impute":
            value, note = float(raw["after"][k]), f"not observed: imputed by {raw['method'][k]}"
    if np.isnan(value):
        note = "not observed, left out with its weight"
    low, high, bound = _limits(result, code, beyond)
    best = high if node.direction > 0 else low
    if not np.isnan(value) and (best - value) * node.direction <= 0:
        best, note = value, note or f"at {bound} already"
    return Cell(code, column, period, value, best, not np.isnan(value), bound, note)


def _limits(result: Result, code: str, beyond: float) -> tuple[float, float, str]:
    """Lowest and highest value held to be attainable, and what the better of them is."""
    panel, node = result.panel, result.index.framework[code]
    known, seen = panel.about(code), panel.column(code)
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    reach = beyond * (high - low)
    low, high = low - reach, high + reach
    bound = "the best held possible" if beyond else "the best observed value"
    sides = ("lower", "upper")
    stated: dict[str, Any] = {side: known[side] for side in sides if isinstance(known.get(side), int | float)}
    posts: dict[str, Any] = {side: getattr(node, side) for side in sides if getattr(node, side) is not None}
    better = "upper" if node.direction > 0 else "lower"
    for source, word in ((stated, "the bound of the scale"), (posts, "the goalpost")):
        low, high = float(source.get("lower", low)), float(source.get("upper", high))
        bound = word if better in source else bound
    if node.cap is not None and node.direction > 0:
        high, bound = (float(node.cap), "the cap") if node.cap <= high else (high, bound)
    return float(low), float(high), bound


def move_on(result: Result, values: Array, unit: int, cell: Cell, horizon: float, beyond: float) -> None:
    """Move the observed values of the others along their own lines, within the limits, in place."""
    panel = result.panel
    known = panel.column(cell.code)[:, : cell.period + 1]
    _, slope = line(known, panel.times[: cell.period + 1])
    now = known[:, cell.period]
    low, high, _ = _limits(result, cell.code, beyond)
    code = result.index.framework[cell.code].not_scored
    ahead = np.clip(now + horizon * slope, np.minimum(low, now), np.maximum(high, now))
    moves = ~np.isnan(ahead) & (now != (np.nan if code is None else code))
    moves[unit] = False
    values[moves, cell.period, cell.column] = ahead[moves]
