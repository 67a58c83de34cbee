"""How far the ranks of an index move if hidden cells are filled by a method."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, EgovError, SpecError
from ..index import Index
from ..panel import Panel
from .masks import Floats

__all__ = ["Moves", "Standing", "moves", "standing"]


@dataclass(frozen=True)
class Standing:
    """An index on the panel as it is: what filled panels are held against.

    Attributes
    ----------
    ranks : numpy.ndarray
        Shape (periods, units), of the root; NaN where a unit is not ranked.
    periods : tuple
        Labels of the periods that are scored.
    """

    index: Index
    panel: Panel
    ranks: NDArray[np.float64]
    periods: tuple[object, ...]


@dataclass(frozen=True)
class Moves:
    """Change of rank against the complete panel, over the units and periods ranked both times.

    Attributes
    ----------
    mean, largest : float
        Of the absolute change, in places.
    moved : float
        Share of units (in each period) whose rank moves by more than so many places.
    note : str
        Why the index could not be scored; the numbers are NaN then.
    """

    mean: float = math.nan
    largest: float = math.nan
    moved: float = math.nan
    note: str = ""


def standing(index: Index, panel: Panel) -> Standing:
    """Score the index on the panel as it is; natural holes are filled by its own recipe.

    Raises
    ------
    SpecError
        If it is no Index.
    DataError
        As :meth:`Index.score`: what is wrong with the panel before anything is hidden.
    """
    if not isinstance(index, Index):
        raise SpecError(f"index: an Index is needed, not {type(index).__name__}")
    result = index.score(panel)
    return Standing(index, panel, result.rank_values[:, :, 0], result.periods)


def moves(before: Standing, values: Floats, places: float) -> Moves:
    """Rank again on a panel with hidden cells filled.

    Parameters
    ----------
    before : Standing
        The complete panel.
    values : numpy.ndarray
        Those of that panel, natural holes among them, with what a method says in the hidden cells.
    places : float
        A unit has moved if its rank changes by more.
    """
    try:
        result = before.index.score(before.panel.replace(values=values), list(before.periods))
    except (DataError, SpecError) as error:
        return Moves(note=_first(error))
    change = np.abs(result.rank_values[:, :, 0] - before.ranks)
    change = change[np.isfinite(change)]
    if not change.size:
        return Moves(note="no unit is ranked both times")
    return Moves(float(change.mean()), float(change.max()), float((change > places).mean()))


def _first(error: EgovError) -> str:
    more = len(error.faults) - 1
    return f"{error.faults[0]}" + (f" (and {more} more)" if more else "")
