"""What single draws say: the draws made once more, all of them or the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .arguments import share
from .errors import Fault, SpecError
from .progress import Progress, checked, shown, stretches
from .ranges import RankRanges, draws_below
from .sampling import Sampling
from .table import make_frame

__all__ = ["DrawByDraw"]

KEPT = 16_384  # draws that are looked at one by one where not all of them are kept
STEPS = 7  # sizes of a run at which convergence looks


class DrawByDraw(RankRanges):
    """Questions about draws, which are kept or made again."""

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
            the draws kept, or the first 16,384 (of a Latin hypercube, over one of that many; of choices run through,
            over as many whole points, one at least).

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

    def _shorter(self, sizes: list[int], threads: Any, progress: Any) -> dict[int, Self]:
        """Shorter runs of the same seed, by their numbers of draws."""
        asked, runs = {n: self._sampling(n, threads) for n in sizes}, {}
        checked(progress)
        made = self._plan() if sizes else None
        with shown(progress, sum(sizes)) as told:
            for (n, one), part in zip(asked.items(), stretches(told, sizes), strict=True):
                raw = one.run(made, self.panel, self.index.framework, part)
                runs[n] = type(self)(
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


def _levels(given: Any) -> dict[str, float]:
    """Levels of quantiles by the names of their columns."""
    several = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    levels = [share("levels", level, 0.5) for level in several]
    named = {f"q{level:.12g}": level for level in levels}
    if not levels or len(named) < len(levels):
        came = "one stands twice" if levels else "no level"
        raise SpecError(Fault("levels", came, "different numbers between 0 and 1, e.g. [0.05, 0.5, 0.95]"))
    return named
