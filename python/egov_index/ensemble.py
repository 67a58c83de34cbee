"""What many draws said: ranges of ranks, who outranks whom, how sure the data are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .arguments import share, truth
from .confidence import RankSets, draws_for, rank_sets, score_draws
from .draws import DrawByDraw
from .errors import Fault, SpecError
from .progress import Progress, shown, stretches
from .ranges import factor_names
from .table import make_frame, nearest

if TYPE_CHECKING:
    pass

__all__ = ["Ensemble", "factor_names"]


class Ensemble(DrawByDraw):
    """What the ranks were over many draws.

    Attributes
    ----------
    index, panel, alternatives, n, seed
        What was run; n is the number of draws made.
    asked : int
        Number of draws that were asked for, as whole points of a design.
    interrupted : bool
        The run was stopped before all draws were made (``on_interrupt="keep"``); all is said of the n first ones.
    combinations : int
        With ``discrete="enumerated"``: how many combinations of choices were run through at each point; else 1.
    factors : tuple of str
        What varied: stages, weights as ``"weight <node>"``, ``"weights <node>"`` (a box around its children) or
        ``"experts"``, ``"exclude"``, ``"imputation"``, the draw of stochastic imputations, and ``"measurement"``.
    mean_shift : float
        Mean over draws and units of the absolute distance from the nominal rank.
    counts : numpy.ndarray
        Shape (scored unit-periods, units): how often each rank was held.
    draws : dict or None
        With ``keep=True``: "points" (n, factors), "scores" and "ranks" (n, scored unit-periods).
    """

    # How sure the data are

    def rank_confidence(
        self,
        level: float = 0.90,
        simultaneous: bool = False,
        draws: int | None = None,
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Any:
        """Confidence sets for ranks, where data carry errors of measurement or of imputation.

        All choices are those of the index; only the errors are drawn. Two units whose order is not established at a
        level are *not distinguishable* there; the set of a unit holds the ranks that this leaves open.

        Parameters
        ----------
        level : float
            Probability that the set holds the true rank.
        simultaneous : bool
            All sets hold at once with that probability; else each does on its own.
        draws : int, optional
            Draws of the errors; n of this run between 1,000 and 10,000 if left out.
        threads : int, optional
            Those of the run if left out.
        progress : True or callable, optional
            As in :func:`egov_index.uncertainty.run`.

        Returns
        -------
        frame
            unit, period, rank (nominal), low, high, undecided (how many others the unit cannot be told apart from).

        Raises
        ------
        DataError
            If the data carry no errors, or the draws are too few for the level.
        SpecError
            For a level that is not between 0 and 1, and for what is no number of draws or threads.

        Notes
        -----
        Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91(1): one-sided tests of all ordered
        pairs with a common critical value for the largest studentized difference, step by step. Each period has sets
        of its own. The range over alternatives (:meth:`rank_range`) is something else: no confidence is claimed there.
        """
        sets = self._sets(level, simultaneous, draws, threads, progress)
        columns = {**self.keys, "rank": self.nominal, "low": sets.low, "high": sets.high}
        return make_frame({**columns, "undecided": sets.undecided}, self.panel.backend)

    def not_distinguishable(
        self,
        unit: Any,
        level: float = 0.90,
        simultaneous: bool = False,
        period: Any = None,
        draws: int | None = None,
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Any:
        """Units that the data cannot tell from one, by its confidence set (see :meth:`rank_confidence`).

        Parameters
        ----------
        unit : label
            The unit.
        level, simultaneous, draws, threads, progress
            As in :meth:`rank_confidence`.
        period : label, optional
            The last one scored if left out.

        Returns
        -------
        frame
            unit, period, rank (nominal), by rank.

        Raises
        ------
        SpecError
            If the unit is not scored in that period.
        """
        rows = self._rows_of(self.periods[-1] if period is None else period)
        units = [self.keys["unit"][row] for row in rows]
        if unit not in units:
            raise SpecError(Fault("unit", repr(unit), nearest(unit, units)))
        at = units.index(unit)
        which = self._period_of(rows[0])
        open_pairs = self._sets(level, simultaneous, draws, threads, progress).above[which][at] == 0
        found = [row for k, row in enumerate(rows) if open_pairs[k] and k != at]
        found.sort(key=lambda row: (self.nominal[row], row))
        columns = {name: [values[row] for row in found] for name, values in self.keys.items()}
        return make_frame({**columns, "rank": self.nominal[found]}, self.panel.backend)

    @cached_property
    def _score_draws(self) -> dict[int, NDArray[np.float64]]:
        return {}

    def _sets(
        self, level: Any, simultaneous: Any, draws: Any, threads: Any, progress: Progress | None
    ) -> RankSets:
        level, together = share("level", level), truth("simultaneous", simultaneous)
        count, workers = draws_for(self, level, draws), self.sampling.with_threads(threads).threads
        with shown(progress, count) as told:
            drawing, testing = stretches(told, [1, 1])
            if count not in self._score_draws:
                self._score_draws[count] = score_draws(self, count, threads, drawing)
            return rank_sets(self._score_draws[count], self._starts, level, together, workers, testing)

    def _period_of(self, row: int) -> int:
        return int(np.searchsorted(self._starts, row, side="right")) - 1

    def __repr__(self) -> str:
        count = len(self.factors)
        stopped = f" (stopped early, of {self.asked:,})" if self.interrupted else ""
        return (
            f"<Ensemble of {self.index.name}: {self.n:,} draws{stopped} over {count} factor{'s'[: count != 1]}, "
            f"mean rank shift {self.mean_shift:.2f}>"
        )
