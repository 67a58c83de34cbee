"""What many draws said: ranges of ranks, who outranks whom, how sure the data are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .arguments import share, truth
from .confidence import RankSets, draws_for, rank_sets, score_draws
from .errors import Fault, SpecError
from .panel import Panel
from .progress import Progress, checked, shown, stretches
from .ranges import RankRanges, draws_below
from .sampling import Sampling
from .table import make_frame, nearest

if TYPE_CHECKING:
    from .alternatives import Alternatives
    from .framework import Framework
    from .index import Index

__all__ = ["Ensemble", "factor_names"]

KEPT = 16_384  # draws that are looked at one by one where not all of them are kept
STEPS = 7  # sizes of a run at which convergence looks


def factor_names(made: Any, framework: Framework) -> tuple[str, ...]:
    """Names of the factors of a plan: a stage, or ``"weight osi"``."""
    return tuple(name if node < 0 else f"{name} {framework.codes[node]}" for name, _, node in made.factors)


class Ensemble(RankRanges):
    """What the ranks were over many draws.

    Attributes
    ----------
    index, panel, alternatives, n, seed
        What was run; n is the number of draws made.
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

    def __init__(
        self, index: Index, panel: Panel, periods: tuple[Any, ...], made: Any, raw: dict[str, Any],
        *, sampling: Sampling, alternatives: Alternatives,
    ) -> None:  # fmt: skip
        self.index, self.panel, self.periods, self.alternatives = index, panel, periods, alternatives
        self.n, self.asked = int(raw["n"]), sampling.draws(made)
        self.seed, self.points, self.sampling = sampling.seed, sampling.points, sampling
        self.factors = factor_names(made, index.framework)
        self.mean_shift = float(raw["mean_shift"])
        self.counts: NDArray[np.uint32] = np.asarray(raw["counts"])
        self.nominal: NDArray[np.int64] = np.asarray(made.nominal_ranks, dtype=np.int64)
        self._nominal_scores: NDArray[np.float64] = np.asarray(made.nominal_scores)
        self._kept: list[int] = list(made.kept)
        self._levels = [levels for _, levels, _ in made.factors]
        self.combinations = sampling.combinations(made)
        self._shift_by_level: NDArray[np.float64] = np.asarray(raw["shift_by_level"])
        kept = bool(np.size(raw["ranks"]))
        self.draws = (
            {name: np.asarray(raw[name]).T for name in ("points", "scores", "ranks")} if kept else None
        )

    @property
    def interrupted(self) -> bool:
        """Was the run stopped before all draws were made?"""
        return self.n < self.asked

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
            raise SpecError(Fault("unit", repr(unit), nearest(str(unit), [str(one) for one in units])))
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

    # Draw by draw

    def outranking(self, *, threads: int | None = None, progress: Progress | None = None) -> Any:
        """Who ranks above whom: frame with a row an ordered pair of units of a period.

        Parameters
        ----------
        threads, progress
            As in :meth:`rank_confidence`.

        Returns
        -------
        frame
            above, below, period, probability: share of the draws in which the first ranks above the second; draws in
            which they tie count for neither.

        Notes
        -----
        Counted over all draws, in a second run of the same draws.
        """
        counts = np.asarray(self._again(self.n, threads, progress, pairs=True)["pairs"])
        columns: dict[str, list[Any]] = {"above": [], "below": [], "period": [], "probability": []}
        for first, last in pairwise(self._starts):
            units = self.keys["unit"][first:last]
            held = counts[first:last, : last - first] / self.n
            for j, one in enumerate(units):
                others = [k for k in range(len(units)) if k != j]
                columns["above"] += [one] * len(others)
                columns["below"] += [units[k] for k in others]
                columns["period"] += [self.keys["period"][first]] * len(others)
                columns["probability"] += held[j, others].tolist()
        return make_frame(columns, self.panel.backend)

    def score_quantiles(
        self,
        levels: Any = (0.05, 0.5, 0.95),
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Any:
        """Quantiles of scores on a common scale: in each draw 0 is the lowest score of the period and 100 the highest.

        Scores of different normalizations lie on different scales and cannot be compared as they are.

        Parameters
        ----------
        levels : float or sequence of float
            Between 0 and 1.
        threads, progress
            As in :meth:`rank_confidence`; the draws that were not kept are made once, and looked at again later.

        Returns
        -------
        frame
            unit, period, rank (nominal), score (nominal, on that scale), and a column ``q<level>`` for each level; over
            the draws kept, or the first 16,384 (of a Latin hypercube, over one of that many).

        Raises
        ------
        SpecError
            For a level that is not between 0 and 1 or stands twice, and for none.
        """
        asked = _levels(levels)
        draws = self._scaled(self._drawn(threads, progress)["scores"])
        found = np.quantile(draws, list(asked.values()), axis=0)
        nominal = self._scaled(self._nominal_scores[np.newaxis])[0]
        columns = {**self.keys, "rank": self.nominal, "score": nominal}
        columns |= dict(zip(asked, found, strict=True))
        return make_frame(columns, self.panel.backend)

    def rank_change(
        self,
        first: Any,
        last: Any,
        level: float = 0.90,
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Any:
        """Range of the change of rank between two scored periods, the draws paired.

        In each draw both periods are ranked under the same choices, so what moves both alike cancels.

        Parameters
        ----------
        first, last : label
            Two of the periods of the run.
        level : float
            Share of the draws that the range holds at least.
        threads, progress
            As in :meth:`score_quantiles`.

        Returns
        -------
        frame
            unit, rank_first, rank_last (nominal), change (places gained: above 0 is up), low, median, high, improved
            (share of the draws in which the unit gains); units scored in both. Over the draws kept, or the first 16,384
            (of a Latin hypercube, over one of that many).

        Raises
        ------
        SpecError
            For a period that was not run.
        """
        tail = (1 - share("level", level)) / 2
        rows = [dict(zip(self._units_of(p), self._rows_of(p), strict=True)) for p in (first, last)]
        both = [unit for unit in rows[0] if unit in rows[1]]
        before, after = ([one[unit] for unit in both] for one in rows)
        ranks = self._drawn(threads, progress)["ranks"]
        moves = ranks[:, before] - ranks[:, after]
        ordered = np.sort(moves, axis=0)
        low, median, high = (ordered[draws_below(at, len(ordered)) - 1] for at in (tail, 0.5, 1 - tail))
        columns = {
            "unit": both,
            "rank_first": self.nominal[before],
            "rank_last": self.nominal[after],
            "change": self.nominal[before] - self.nominal[after],
            "low": low,
            "median": median,
            "high": high,
            "improved": (moves > 0).mean(axis=0),
        }
        return make_frame(columns, self.panel.backend)

    def convergence(
        self, level: float = 0.90, *, threads: int | None = None, progress: Progress | None = None
    ) -> Any:
        """How ranges settle with the number of draws: what shorter runs of the same seed would have said.

        Parameters
        ----------
        level : float
            Of the ranges.
        threads, progress
            As in :meth:`rank_confidence`.

        Returns
        -------
        frame
            n, mean_shift, mean_width (of the ranges, in places), largest_move (of an end of a range against the whole
            run, in places), moved (share of the ends that differ from those of the whole run).
        """
        tail = (1 - share("level", level)) / 2
        whole_points = self.n // self.combinations
        sizes = sorted({max(1, whole_points >> k) * self.combinations for k in range(STEPS)})
        runs = {**self._shorter(sizes[:-1], threads, progress), self.n: self}
        ends = {n: np.stack([one._quantile(tail), one._quantile(1 - tail)]) for n, one in runs.items()}
        away = {n: np.abs(ends[n] - ends[self.n]) for n in sizes}
        columns = {
            "n": sizes,
            "mean_shift": [runs[n].mean_shift for n in sizes],
            "mean_width": [float((ends[n][1] - ends[n][0]).mean()) for n in sizes],
            "largest_move": [int(away[n].max()) for n in sizes],
            "moved": [float((away[n] > 0).mean()) for n in sizes],
        }
        return make_frame(columns, self.panel.backend)

    def _plan(self) -> Any:
        """The plan compiled again: it is not kept, so that an ensemble can be copied and pickled."""
        from .uncertainty import plan

        return plan(self.index, self.panel, self.alternatives, list(self.periods))[0]

    def _again(self, n: int, threads: Any, progress: Any, **more: Any) -> dict[str, Any]:
        """The draws once more, or a shorter run of the same seed."""
        again = self._sampling(n, threads)
        checked(progress)
        return again.run(self._plan(), self.panel, self.index.framework, progress, first=n, **more)

    def _sampling(self, n: int, threads: Any) -> Sampling:
        same = self.sampling.with_threads(threads)
        return same if n == self.n else replace(same, length=n)

    def _shorter(self, sizes: list[int], threads: Any, progress: Any) -> dict[int, Ensemble]:
        """Shorter runs of the same seed, by their numbers of draws."""
        asked, runs = {n: self._sampling(n, threads) for n in sizes}, {}
        checked(progress)
        made = self._plan() if sizes else None
        with shown(progress, sum(sizes)) as told:
            for (n, one), part in zip(asked.items(), stretches(told, sizes), strict=True):
                raw = one.run(made, self.panel, self.index.framework, part)
                runs[n] = Ensemble(
                    self.index, self.panel, self.periods, made, raw, sampling=one, alternatives=self.alternatives
                )  # fmt: skip
        return runs

    def _drawn(self, threads: Any, progress: Any) -> dict[str, NDArray[Any]]:
        """Scores and ranks of draws one by one: those kept, or the first ones again."""
        if self.draws is not None:
            return self.draws
        if not self._first_draws:
            most = max(KEPT // self.combinations, 1) * self.combinations
            raw = self._again(min(self.n, most), threads, progress, keep=True)
            self._first_draws.update({name: np.asarray(raw[name]).T for name in ("scores", "ranks")})
        return self._first_draws

    @cached_property
    def _first_draws(self) -> dict[str, NDArray[Any]]:
        return {}

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """First row of each period that has rows, and the number of rows."""
        units = len(self.panel.units)
        of = np.array([row // units for row in self._kept])
        return np.array([*np.flatnonzero(np.diff(of, prepend=-1)), len(of)], dtype=np.int64)

    def _period_of(self, row: int) -> int:
        return int(np.searchsorted(self._starts, row, side="right")) - 1

    def _rows_of(self, period: Any) -> list[int]:
        rows = [row for row, label in enumerate(self.keys["period"]) if label == period]
        if not rows:
            raise SpecError(Fault("period", repr(period), f"one of {', '.join(map(str, self.periods))}"))
        return rows

    def _units_of(self, period: Any) -> list[Any]:
        return [self.keys["unit"][row] for row in self._rows_of(period)]

    def _scaled(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        out = np.empty_like(scores)
        for first, last in pairwise(self._starts):
            part = scores[:, first:last]
            low, high = part.min(axis=1, keepdims=True), part.max(axis=1, keepdims=True)
            out[:, first:last] = 100 * (part - low) / np.where(high > low, high - low, 1)
        return out

    def __repr__(self) -> str:
        count = len(self.factors)
        stopped = f" (stopped early, of {self.asked:,})" if self.interrupted else ""
        return (
            f"<Ensemble of {self.index.name}: {self.n:,} draws{stopped} over {count} factor{'s'[: count != 1]}, "
            f"mean rank shift {self.mean_shift:.2f}>"
        )


def _levels(given: Any) -> dict[str, float]:
    """Levels of quantiles by the names of their columns."""
    several = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    levels = [share("levels", level, 0.5) for level in several]
    named = {f"q{level:.12g}": level for level in levels}
    if not levels or len(named) < len(levels):
        came = "one stands twice" if levels else "no level"
        raise SpecError(Fault("levels", came, "different numbers between 0 and 1, e.g. [0.05, 0.5, 0.95]"))
    return named
