"""Two rankings side by side: a result and what was published, or two results and the choices between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .associations import associations
from .catalogue import Choice
from .compiled import core_choice
from .differences import differences
from .errors import DataError, Fault
from .naming import called, in_words, ordinal
from .panel import Panel
from .result import Result
from .table import listing, make_frame, nearest

__all__ = ["Comparison", "ResultComparison", "compare"]


def compare(
    result: Result, other: Result | Panel, indicator: str | None = None, period: Any = None
) -> Comparison:
    """Compare the scores and ranks of a result with a later result, or with published scores.

    Parameters
    ----------
    result : Result
        What was computed.
    other : Result or Panel
        Another result, e.g. with one choice changed, or a panel with published scores.
    indicator : str, optional
        Which indicator of the panel; that named like the root if left out. Zeros of units that the result does not
        score are not compared.
    period : label, optional
        Which period; the last of the result if left out.

    Returns
    -------
    Comparison
        With another result a :class:`ResultComparison`, which also says what was done differently.

    Raises
    ------
    DataError
        If the other has no such indicator or period, or no unit in common.

    Examples
    --------
    >>> import egov_index as egov
    >>> index, survey = egov.preset("egdi-2022"), egov.datasets.un_egov_survey()
    >>> print(egov.compare(index.score(survey), index.change(weights={"osi": 2}).score(survey)))
    Different: osi weight from 1 to 2.
    2022: 180 of 193 units change rank, by 4.5 places in the mean over all; Spearman 0.994, Kendall 0.939.
    Most moved: Rwanda (119th to 94th), India (105th to 88th), Ecuador (84th to 69th), Pakistan (150th to 135th)
    and San Marino (90th to 104th).
    """
    period = result.periods[-1] if period is None else period
    at = _position("period", period, result.periods)
    mine = result.values[at, :, 0]
    theirs = _published(result, other, indicator, period)
    both = ~np.isnan(mine) & ~np.isnan(theirs)
    if not both.any():
        raise DataError(Fault("compare", "no unit has both scores", "the same units and period in both"))
    kept = (result, np.flatnonzero(both), mine[both], theirs[both], period)
    return (
        ResultComparison(*kept, other)
        if isinstance(other, Result)
        else Comparison(*kept, (_digits(result), -1))
    )


def _digits(result: Result) -> int:
    digits = result.index.framework.rank_digits
    return -1 if digits is None else digits


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
    kendall : float
        Kendall's tau-b of the scores; NaN where one ranking is all ties.
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
        digits: tuple[int, int],
    ) -> None:
        self._result, self._rows, self.period = result, rows, period
        self._scores, self._published = mine, theirs
        self.n = len(rows)
        x, y = mine[:, None], theirs[:, None]
        self.correlation, self.spearman = (
            float(associations(x, y, Choice(name))["estimate"][0]) for name in ("pearson", "spearman")
        )
        ranking = core_choice("rank", Choice("competition"))
        self._rank, self._published_rank = (
            np.asarray(_core.rank(np.asfortranarray(v), len(rows), ranking, d))[:, 0].astype(np.int64)
            for v, d in zip((x, y), digits, strict=True)
        )
        self.kendall = _tau(mine, theirs)
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


def _tau(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Kendall's tau-b (Kendall 1945, Biometrika 33), a unit against all others at a time."""
    both = free_x = free_y = 0
    for k in range(len(x)):
        sign_x, sign_y = np.sign(x[k + 1 :] - x[k]), np.sign(y[k + 1 :] - y[k])
        both += int(sign_x @ sign_y)
        free_x, free_y = free_x + int(np.abs(sign_x).sum()), free_y + int(np.abs(sign_y).sum())
    return both / float(np.sqrt(free_x * free_y)) if free_x and free_y else float("nan")


class ResultComparison(Comparison):
    """Two results, before and after: what was done differently, and what that did to scores and ranks.

    Attributes
    ----------
    before, after : Result
        What is compared, in the period of :attr:`period`.
    n, correlation, spearman, kendall, mean_shift
        As in :class:`Comparison`, of the roots.
    """

    def __init__(
        self,
        result: Result,
        rows: NDArray[np.intp],
        mine: NDArray[np.float64],
        theirs: NDArray[np.float64],
        period: Any,
        other: Result,
    ) -> None:
        super().__init__(result, rows, mine, theirs, period, (_digits(result), _digits(other)))
        self.before, self.after = result, other

    @property
    def differences(self) -> Any:
        """Frame: part (``recipe.normalize``, ``osi weight``, ``units``, ``data osi``, ...), before, after."""
        return make_frame(differences(self.before, self.after), self.before.panel.backend)

    def _columns(self, order: NDArray[np.intp]) -> Any:
        panel = self.before.panel
        units = [panel.units[self._rows[k]] for k in order]
        columns = {
            "unit": units,
            "name": [called(panel, unit) for unit in units],
            "period": [self.period] * len(order),
            "before": self._scores[order],
            "after": self._published[order],
            "difference": (self._published - self._scores)[order],
            "rank_before": self._rank[order],
            "rank_after": self._published_rank[order],
            "rank_change": (self._rank - self._published_rank)[order],
        }
        return make_frame(columns, panel.backend)

    def to_frame(self) -> Any:
        """Frame: unit, name, period, before, after, difference, rank_before, rank_after, rank_change.

        A change of rank above 0 means that the unit gains places. Ranks are taken among the units compared.
        """
        return super().to_frame()

    def movers(self, k: int = 10) -> Any:
        """Show the k units whose ranks change most, in the columns of :meth:`to_frame`."""
        return super().movers(k)

    def node(self, code: str) -> ResultComparison:
        """Compare the scores and ranks of another node that both results have."""
        both = [name for name in self.before.nodes if name in self.after.nodes]
        if code not in both:
            raise DataError(Fault("node", repr(code), nearest(code, both)))
        mine = self.before.values[_position("period", self.period, self.before.periods)]
        theirs = self.after.values[_position("period", self.period, self.after.periods)]
        place = {unit: at for at, unit in enumerate(self.after.units)}
        x = mine[:, self.before.nodes.index(code)]
        at = [place.get(unit, -1) for unit in self.before.units]
        y = np.where(np.array(at) < 0, np.nan, theirs[at, self.after.nodes.index(code)])
        rows = np.flatnonzero(~np.isnan(x) & ~np.isnan(y))
        if not rows.size:
            raise DataError(Fault(f"node {code!r}", "no unit has both scores", "a node with scores in both"))
        return ResultComparison(self.before, rows, x[rows], y[rows], self.period, self.after)

    def nodes(self) -> Any:
        """Frame: node, n, correlation, spearman, kendall, mean_shift, most (largest change of rank), unit (whose)."""
        codes = [name for name in self.before.nodes if name in self.after.nodes]
        each = [self.node(code) for code in codes]
        shifts = [one._rank - one._published_rank for one in each]
        largest = [int(np.argmax(np.abs(shift))) for shift in shifts]
        columns: dict[str, Any] = {"node": codes}
        for name in ("n", "correlation", "spearman", "kendall", "mean_shift"):
            columns[name] = np.array([getattr(one, name) for one in each])
        columns["most"] = np.array([shift[k] for shift, k in zip(shifts, largest, strict=True)])
        columns["unit"] = [
            self.before.units[one._rows[k]] if shift[k] else None
            for one, shift, k in zip(each, shifts, largest, strict=True)
        ]
        return make_frame(columns, self.before.panel.backend)

    def __str__(self) -> str:
        parts = differences(self.before, self.after)
        changes = [
            f"{part} from {old} to {new}"
            for part, old, new in zip(*(parts[name] for name in ("part", "before", "after")), strict=True)
        ]
        shown = [*changes[:6], f"{len(changes) - 6} more"] if len(changes) > 7 else changes
        lines = [f"Different: {in_words(shown)}." if changes else "Nothing was done differently."]
        shift = self._rank - self._published_rank
        moved = int((shift != 0).sum())
        lines.append(
            f"{self.period}: {moved} of {self.n} units change rank, by {self.mean_shift:.1f} places in the mean over "
            f"all; Spearman {self.spearman:.3f}, Kendall {self.kendall:.3f}."
        )
        far = np.lexsort((self._rank, -np.abs(shift)))[:5]
        names = [
            f"{called(self.before.panel, self.before.units[self._rows[k]])} "
            f"({ordinal(self._rank[k])} to {ordinal(self._published_rank[k])})"
            for k in far
            if shift[k]
        ]
        return "\n".join([*lines, f"Most moved: {in_words(names)}."] if names else lines)

    def __repr__(self) -> str:
        agree = f"r = {self.correlation:.3f}, mean rank change {self.mean_shift:.1f}"
        return f"<Comparison of two results, {self.n} units: {agree}>"
