"""Values of a panel around a time: the latest of each unit within a window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Fault
from ..panel import Panel
from ..table import listing

__all__ = ["NoPeriodError", "outcome_side", "stack_of", "time_of"]

Array = NDArray[np.float64]


def stack_of(
    units: Sequence[Any], panel: Panel, times: Sequence[float], window: float, place: str
) -> tuple[Array, Array]:
    """Latest values around each of several times, one time after the other, and when they are of.

    A time without a period in its window is missing throughout; DataError where none has one.
    """
    found: list[tuple[Array, Array]] = []
    fault: DataError | None = None
    for now in times:
        try:
            found.append(outcome_side(units, panel, now, window, place))
        except NoPeriodError as error:
            fault = error
            found.append((np.full((len(units), len(panel.indicators)), np.nan),) * 2)
    if fault is not None and all(np.isnan(years).all() for _, years in found):
        raise fault
    y, years = (np.asfortranarray(np.vstack(parts)) for parts in zip(*found, strict=True))
    return y, years


class NoPeriodError(DataError):
    """No period lies in the window."""


def outcome_side(
    units: Sequence[Any], outcomes: Panel, now: float, window: float, place: str = "outcomes"
) -> tuple[Array, Array]:
    """Latest outcome of each unit within the window, and the period it was taken from."""
    at = {unit: k for k, unit in enumerate(outcomes.units)}
    if not any(unit in at for unit in units):
        came = f"units {listing(outcomes.units, 3)}"
        raise DataError(Fault(place, came, f"the index has {listing(units, 3)}: no unit in common"))
    in_window = [k for k in range(len(outcomes.periods)) if now - window < outcomes.times[k] <= now]
    if not in_window:
        came = f"periods {listing(outcomes.periods, 3)}"
        raise NoPeriodError(Fault(place, came, f"one within {window:g} up to {now:g}"))
    y, years = (np.full((len(units), len(outcomes.indicators)), np.nan, order="F") for _ in range(2))
    rows = [row for row, unit in enumerate(units) if unit in at]
    theirs = [at[units[row]] for row in rows]
    for k in in_window:  # a later value replaces an earlier one
        values = outcomes.values[theirs, k]
        taken = outcomes.times[k] if outcomes.years is None else outcomes.years[theirs, k]
        y[rows] = np.where(np.isnan(values), y[rows], values)
        years[rows] = np.where(np.isnan(values), years[rows], taken)
    return y, years


def time_of(period: Any) -> float:
    """A period as a number."""
    try:
        return float(period)
    except (TypeError, ValueError):
        raise DataError(
            Fault("period", repr(period), "a number, so that a window of periods means something")
        ) from None
