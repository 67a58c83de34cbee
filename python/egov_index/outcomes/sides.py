"""Both sides of an association: scores of an index at a period, and outcomes around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Fault, SpecError
from ..panel import Panel
from ..result import Result
from ..table import listing, nearest

__all__ = ["index_side", "outcome_side", "time_of"]


def index_side(
    scores: Any, nodes: str | Sequence[str] | None, period: Any
) -> tuple[list[str], Any, NDArray[np.float64]]:
    """Names of the nodes, the period, and their values: units x nodes."""
    if isinstance(scores, Result):
        known, periods, values = list(scores.nodes), scores.periods, scores.values.transpose(1, 0, 2)
    elif isinstance(scores, Panel):
        known, periods, values = list(scores.indicators), scores.periods, scores.values
    else:
        raise DataError(f"a Result or a Panel is needed, not {type(scores).__name__}")
    names = known if nodes is None else [nodes] if isinstance(nodes, str) else list(nodes)
    faults = [
        Fault("nodes", f"unknown node {name!r}", nearest(name, known)) for name in names if name not in known
    ]
    period = periods[-1] if period is None else period
    period = next((label for label in periods if str(label) == str(period)), period)
    if period not in periods:
        faults.append(Fault("period", repr(period), f"one of {listing(periods)}"))
    if faults:
        raise SpecError(faults)
    picked = values[:, periods.index(period), :][:, [known.index(name) for name in names]]
    return names, period, np.asfortranarray(picked)


def outcome_side(
    units: Sequence[Any], outcomes: Panel, now: float, window: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latest outcome of each unit within the window, and the period it was taken from."""
    at = {unit: k for k, unit in enumerate(outcomes.units)}
    if not any(unit in at for unit in units):
        raise DataError(
            Fault(
                "outcomes",
                f"units {listing(outcomes.units, 3)}",
                f"the index has {listing(units, 3)}: no unit in common",
            )
        )
    in_window = [k for k in range(len(outcomes.periods)) if now - window < outcomes.times[k] <= now]
    if not in_window:
        raise DataError(
            Fault(
                "outcomes", f"periods {listing(outcomes.periods, 3)}", f"one within {window:g} up to {now:g}"
            )
        )
    y, years = (np.full((len(units), len(outcomes.indicators)), np.nan, order="F") for _ in range(2))
    rows = [row for row, unit in enumerate(units) if unit in at]
    for k in in_window:  # a later value replaces an earlier one
        values = outcomes.values[[at[units[row]] for row in rows], k]
        y[rows] = np.where(np.isnan(values), y[rows], values)
        years[rows] = np.where(np.isnan(values), years[rows], outcomes.times[k])
    return y, years


def time_of(period: Any) -> float:
    """A period as a number."""
    try:
        return float(period)
    except (TypeError, ValueError):
        raise DataError(
            Fault("period", repr(period), "a number, so that a window of periods means something")
        ) from None
