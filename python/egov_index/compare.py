"""Two rankings side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .catalogue import Choice
from .compiled import core_choice
from .errors import DataError, Fault
from .panel import Panel
from .result import Result
from .table import listing, make_frame, nearest

__all__ = ["Comparison", "compare"]


def compare(
    result: Result, other: Result | Panel, indicator: str | None = None, period: Any = None
) -> Comparison:
    """Compare the scores and ranks of a result with another result, or with published scores.

    Parameters
    ----------
    result : Result
        What was computed.
    other : Result or Panel
        The root scores of another result, or a panel with published scores.
    indicator : str, optional
        Which indicator of the panel; that named like the root if left out. Zeros of units that the result does not
        score are not compared.
    period : label, optional
        Which period; the last of the result if left out.

    Returns
    -------
    Comparison

    Raises
    ------
    DataError
        If the other has no such indicator or period, or no unit in common.
    """
    period = result.periods[-1] if period is None else period
    at = _position("period", period, result.periods)
    mine = result.values[at, :, 0]
    theirs = _published(result, other, indicator, period)
    both = ~np.isnan(mine) & ~np.isnan(theirs)
    if not both.any():
        raise DataError(Fault("compare", "no unit has both scores", "the same units and period in both"))
    digits = result.index.framework.rank_digits
    return Comparison(
        result, np.flatnonzero(both), mine[both], theirs[both], period, -1 if digits is None else digits
    )


def _position(what: str, label: Any, known: tuple[Any, ...]) -> int:
    if label not in known:
        raise DataError(Fault(what, repr(label), nearest(label, known)))
    return known.index(label)


def _published(
    result: Result, other: Result | Panel, indicator: str | None, period: Any
) -> NDArray[np.float64]:
    """Scores of the other for the units of the result; NaN without."""
    if isinstance(other, Result):
        values = other.values[_position("period", period, other.periods), :, 0]
    elif isinstance(other, Panel):
        name = result.nodes[0] if indicator is None else indicator
        if name not in other.indicators:
            raise DataError(Fault("indicator", repr(name), nearest(name, other.indicators)))
        values = other.column(name)[:, _position("period", period, other.periods)]
    else:
        raise DataError(f"a Result or a Panel is needed, not {type(other).__name__}")
    by_unit = dict(zip(other.units, values, strict=True))
    if not set(by_unit) & set(result.units):
        raise DataError(
            Fault(
                "units", listing(other.units, 3), f"the result has {listing(result.units, 3)}: none in common"
            )
        )
    return np.array([by_unit.get(unit, np.nan) for unit in result.units], dtype=np.float64)


class Comparison:
    """Scores and ranks of two rankings, and how far they agree.

    Attributes
    ----------
    n : int
        Units with both scores.
    correlation, spearman : float
        Of the scores: Pearson and Spearman; NaN below 4 units.
    mean_shift : float
        Mean absolute difference of ranks, both taken among the units compared.
    """

    def __init__(
        self,
        result: Result,
        rows: NDArray[np.intp],
        mine: NDArray[np.float64],
        theirs: NDArray[np.float64],
        period: Any,
        digits: int,
    ) -> None:
        self._result, self._rows, self.period = result, rows, period
        self._scores, self._published = mine, theirs
        self.n = len(rows)
        x, y = mine[:, None], theirs[:, None]
        self.correlation, self.spearman = (
            float(
                _core.correlate(x, y, core_choice("correlate", Choice(name)), 0, 0.95, 0, 1, None)[
                    "estimate"
                ][0]
            )
            for name in ("pearson", "spearman")
        )
        ranking = core_choice("rank", Choice("competition"))
        self._rank, self._published_rank = (
            np.asarray(_core.rank(np.asfortranarray(v), len(rows), ranking, d))[:, 0].astype(np.int64)
            for v, d in ((x, digits), (y, -1))
        )
        self.mean_shift = float(np.abs(self._rank - self._published_rank).mean())

    def _columns(self, order: NDArray[np.intp]) -> Any:
        result = self._result
        units = [result.units[row] for row in self._rows]
        columns = {
            "unit": [units[k] for k in order],
            "name": [result.panel.unit_names.get(units[k], str(units[k])) for k in order],
            "period": [self.period] * len(order),
            "score": self._scores[order],
            "published": self._published[order],
            "rank": self._rank[order],
            "published_rank": self._published_rank[order],
            "rank_difference": (self._published_rank - self._rank)[order],
        }
        return make_frame(columns, result.panel.backend)

    def to_frame(self) -> Any:
        """Frame: unit, name, period, score, published, rank, published_rank, rank_difference.

        A difference above 0 means ranked better here than published.
        """
        return self._columns(np.lexsort((self._rows, self._rank)))

    def movers(self, k: int = 10) -> Any:
        """Show the k units whose ranks differ most, in the columns of :meth:`to_frame`."""
        return self._columns(np.lexsort((self._rank, -np.abs(self._published_rank - self._rank)))[:k])

    def __repr__(self) -> str:
        return f"<Comparison of {self.n} units: r = {self.correlation:.3f}, mean rank difference {self.mean_shift:.1f}>"
