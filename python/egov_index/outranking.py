"""How much speaks for each unit against each other: outranking matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, catalogue
from .arrays import as_panel
from .compiled import as_table, core_choice, located
from .errors import DataError, Fault
from .panel import Panel
from .single import start_weights
from .table import listing, make_frame

__all__ = ["Outranking", "outranking"]

CLOSE = 1e-12


@dataclass(frozen=True, eq=False)
class Outranking:
    """Pairwise comparison of units by their indicators.

    Parameters
    ----------
    units : tuple
        Their labels.
    matrix : array (units, units)
        Weight of the indicators in which the unit of the row is ahead of the unit of the column, and half the weight of
        those in which they tie; 0 on the diagonal, NaN where two units have no indicator in common.
    backend : str
        Library of the frames.
    """

    units: tuple[Any, ...]
    matrix: NDArray[np.float64]
    backend: str = "pandas"

    @property
    def dominant(self) -> int:
        """Number of pairs in which one unit is ahead in every indicator that has a weight."""
        return int((self.matrix > 1 - CLOSE).sum())

    @property
    def dominant_share(self) -> float:
        """The same as a share of all pairs; NaN for a single unit."""
        pairs = len(self.units) * (len(self.units) - 1) / 2
        return self.dominant / pairs if pairs else float("nan")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.matrix, dtype=dtype, copy=copy)

    def to_frame(self) -> Any:
        """Frame: unit, then a column for each unit."""
        columns = {str(unit): self.matrix[:, at] for at, unit in enumerate(self.units)}
        return make_frame({"unit": list(self.units), **columns}, self.backend)

    def __repr__(self) -> str:
        return f"Outranking({len(self.units)} units, {self.dominant} dominant pairs)"


def outranking(
    data: Panel | Any, weights: Mapping[str, float] | Any = None, *, period: Any = None
) -> Outranking:
    """Outranking matrix of the units of one period.

    Parameters
    ----------
    data : Panel or array (units, indicators)
        Normalized values, more is better. A pair is compared by the indicators that both units have, whose weights are
        brought to sum one; values within 1e-12 of the largest size of an indicator tie.
    weights : mapping or sequence, optional
        Weights of the indicators, brought to sum one; equal if left out.
    period : label, optional
        Needed where the panel has several.

    Returns
    -------
    Outranking

    Raises
    ------
    DataError
        If the period is unknown or left open.
    SpecError
        For bad weights.

    Notes
    -----
    Munda and Nardo 2009, Applied Economics 41(12). The ``copeland`` aggregation counts the pairs above and below 1/2.

    Examples
    --------
    >>> outranking([[3, 1], [2, 1], [1, 2]]).matrix.tolist()
    [[0.0, 0.75, 0.5], [0.25, 0.0, 0.5], [0.5, 0.5, 0.0]]
    """
    panel = as_panel(data)
    periods = [str(label) for label in panel.periods]
    if (period is None and len(periods) > 1) or (period is not None and str(period) not in periods):
        raise DataError(Fault("period", repr(period), f"one of {listing(panel.periods, 30)}"))
    at = 0 if period is None else periods.index(str(period))
    given = start_weights("weights", weights, panel)
    with located(panel):
        table = np.asfortranarray(as_table(panel)[at * len(panel.units) : (at + 1) * len(panel.units)])
        shares = _core.weight(table, given, core_choice("weight", catalogue.Choice("given")))
        matrix = np.asarray(_core.outranking(table, shares))
    return Outranking(tuple(panel.units), matrix, panel.backend)
