"""Values of a panel around a time: the latest of each unit within a window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import is_number
from ..errors import DataError, Fault
from ..panel import Panel
from ..table import listing

__all__ = ["outcome_side", "stack_of", "time_of"]

Array = NDArray[np.float64]


def stack_of(
    units: Sequence[Any], panel: Panel, times: Sequence[float], window: float, place: str
) -> tuple[Array, Array, list[str]]:
    """Latest values around each of several times, one time after the other, when they are of, and what is to be said.

    A time without a period in its window is missing throughout, as all are without a unit in common: then a sentence
    says what there is on both sides. DataError for labels that cannot be compared.
    """
    found = [outcome_side(units, panel, now, window) for now in times]
    y, years = (np.asfortranarray(np.vstack(parts)) for parts in zip(*found, strict=True))
    return y, years, _apart(units, panel, times, window, place)


def outcome_side(units: Sequence[Any], outcomes: Panel, now: float, window: float) -> tuple[Array, Array]:
    """Latest outcome of each unit within the window, and the period it was taken from; NaN where there is none."""
    at = {unit: k for k, unit in enumerate(outcomes.units)}
    y, years = (np.full((len(units), len(outcomes.indicators)), np.nan, order="F") for _ in range(2))
    rows = [row for row, unit in enumerate(units) if unit in at]
    theirs = [at[units[row]] for row in rows]
    for k in _inside(outcomes, now, window):  # a later value replaces an earlier one
        values = outcomes.values[theirs, k]
        taken = outcomes.times[k] if outcomes.years is None else outcomes.years[theirs, k]
        y[rows] = np.where(np.isnan(values), y[rows], values)
        years[rows] = np.where(np.isnan(values), years[rows], taken)
    return y, years


def _inside(panel: Panel, now: float, window: float) -> list[int]:
    """Positions of the periods in the window."""
    return [k for k in range(len(panel.periods)) if now - window < panel.times[k] <= now]


def _apart(
    units: Sequence[Any], panel: Panel, times: Sequence[float], window: float, place: str
) -> list[str]:
    """A sentence where no unit is in common, or no period near; DataError where none could be."""
    theirs, ours = listing(panel.units, 3), listing(units, 3)
    if not set(units) & set(panel.units):
        if {is_number(unit) for unit in units}.isdisjoint(is_number(unit) for unit in panel.units):
            right = f"units of the kind that the index has: {ours}, numbers or text on both sides"
            raise DataError(Fault(place, f"units {theirs}", right))
        return [f"no overlap: {place} have units {theirs}, the index {ours}; both must name them alike"]
    if any(_inside(panel, now, window) for now in times):
        return []
    if any(isinstance(label, str) for label in panel.periods):
        right = "numbers, so that a window of periods means something"
        raise DataError(Fault(place, f"periods {listing(panel.periods, 3)}", right))
    wanted = listing((f"{now:g}" for now in times), 3)
    have = (
        f"no overlap: {place} have periods {listing(panel.periods, 3)}, none within {window:g} up to {wanted}"
    )
    return [f"{have}; another period, lag or window is needed"]


def time_of(period: Any) -> float:
    """A period as a number."""
    try:
        return float(period)
    except (TypeError, ValueError):
        raise DataError(
            Fault("period", repr(period), "a number, so that a window of periods means something")
        ) from None
