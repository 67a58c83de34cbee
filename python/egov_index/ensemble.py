"""What many draws said: ranges of ranks, who outranks whom, how sure the data are."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .arguments import share, whole
from .confidence import RankSets, rank_sets, score_draws
from .errors import Fault, SpecError
from .panel import Panel
from .sampling import Sampling
from .table import make_frame, nearest
from .weighting import Experts

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


class Ensemble:
    """What the ranks were over many draws.

    Attributes
    ----------
    index, panel, alternatives, n, seed
        What was run; n is the number of draws made.
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
        self.n, self.seed, self.points, self.sampling = (
            int(raw["n"]),
            sampling.seed,
            sampling.points,
            sampling,
        )
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
    def keys(self) -> dict[str, list[Any]]:
        """Unit and period of each scored row."""
        units = len(self.panel.units)
        return {
            "unit": [self.panel.units[row % units] for row in self._kept],
            "period": [self.periods[row // units] for row in self._kept],
        }

    @cached_property
    def _cumulative(self) -> NDArray[np.float64]:
        return np.asarray(np.cumsum(self.counts, axis=1, dtype=np.float64) / self.n)

    def _quantile(self, at: float) -> NDArray[np.int64]:
        found: NDArray[np.int64] = np.argmax(self._cumulative >= at - 1e-12, axis=1) + 1
        return found

    def rank_range(self, level: float = 0.90) -> Any:
        """Range that holds a share of each unit's ranks over the stated alternatives.

        It says what method choices do; it is no confidence interval.

        Parameters
        ----------
        level : float
            Share of the draws that the range holds at least, between 0 and 1.

        Returns
        -------
        frame
            unit, period, rank (nominal), low, median, high; in the order of the panel.

        Raises
        ------
        SpecError
            If the level does not lie between 0 and 1.
        """
        tail = (1 - share("level", level)) / 2
        columns = {**self.keys, "rank": self.nominal, "low": self._quantile(tail)}
        columns |= {"median": self._quantile(0.5), "high": self._quantile(1 - tail)}
        return make_frame(columns, self.panel.backend)

    def rank_probability(self) -> Any:
        """Frame: unit, period, rank, probability; ranks that were never held are left out."""
        row, column = np.nonzero(self.counts)
        keys = self.keys
        columns = {name: [keys[name][k] for k in row] for name in keys}
        held = self.counts[row, column] / self.n
        return make_frame({**columns, "rank": column + 1, "probability": held}, self.panel.backend)

    def top_k(self, k: int) -> Any:
        """Frame: unit, period, rank (nominal), probability of being among the first k."""
        whole("k", k, 1, len(self.panel.units))
        columns = {**self.keys, "rank": self.nominal, "probability": self._cumulative[:, k - 1]}
        return make_frame(columns, self.panel.backend)

    # How sure the data are

    def rank_confidence(
        self, level: float = 0.90, simultaneous: bool = False, draws: int | None = None
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

        Returns
        -------
        frame
            unit, period, rank (nominal), low, high, undecided (how many others the unit cannot be told apart from).

        Raises
        ------
        DataError
            If the data carry no errors, or the draws are too few for the level.

        Notes
        -----
        Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91(1): one-sided tests of all ordered
        pairs with a common critical value for the largest studentized difference, step by step. Each period has sets
        of its own. The range over alternatives (:meth:`rank_range`) is something else: no confidence is claimed there.
        """
        sets = self._sets(level, simultaneous, draws)
        columns = {**self.keys, "rank": self.nominal, "low": sets.low, "high": sets.high}
        return make_frame({**columns, "undecided": sets.undecided}, self.panel.backend)

    def not_distinguishable(
        self,
        unit: Any,
        level: float = 0.90,
        simultaneous: bool = False,
        period: Any = None,
        draws: int | None = None,
    ) -> Any:
        """Units that the data cannot tell from one, by its confidence set (see :meth:`rank_confidence`).

        Parameters
        ----------
        unit : label
            The unit.
        level, simultaneous, draws
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
        open_pairs = self._sets(level, simultaneous, draws).above[which][at] == 0
        found = [row for k, row in enumerate(rows) if open_pairs[k] and k != at]
        found.sort(key=lambda row: (self.nominal[row], row))
        columns = {name: [values[row] for row in found] for name, values in self.keys.items()}
        return make_frame({**columns, "rank": self.nominal[found]}, self.panel.backend)

    @cached_property
    def _score_draws(self) -> dict[int | None, NDArray[np.float64]]:
        return {}

    def _sets(self, level: float, simultaneous: bool, draws: int | None) -> RankSets:
        level = share("level", level)
        if draws not in self._score_draws:
            self._score_draws[draws] = score_draws(self, draws)
        return rank_sets(self._score_draws[draws], self._starts, level, bool(simultaneous))

    # Draw by draw

    def outranking(self) -> Any:
        """Who ranks above whom: frame with a row an ordered pair of units of a period.

        Returns
        -------
        frame
            above, below, period, probability: share of the draws in which the first ranks above the second; draws in
            which they tie count for neither.

        Notes
        -----
        Counted over all draws, in a second run of the same draws.
        """
        counts = np.asarray(self._again(self.n, pairs=True)["pairs"])
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

    def score_quantiles(self, levels: Any = (0.05, 0.5, 0.95)) -> Any:
        """Quantiles of scores on a common scale: in each draw 0 is the lowest score of the period and 100 the highest.

        Scores of different normalizations lie on different scales and cannot be compared as they are.

        Parameters
        ----------
        levels : sequence of float
            Between 0 and 1.

        Returns
        -------
        frame
            unit, period, rank (nominal), score (nominal, on that scale), and a column ``q<level>`` for each level; over
            the draws kept, or the first 16,384 (of a Latin hypercube, over one of that many).

        Raises
        ------
        SpecError
            For a level that is not between 0 and 1.
        """
        asked = [share("levels", level) for level in levels]
        draws = self._scaled(self._drawn["scores"])
        found = np.quantile(draws, asked, axis=0)
        nominal = self._scaled(self._nominal_scores[np.newaxis])[0]
        columns = {**self.keys, "rank": self.nominal, "score": nominal}
        columns |= {f"q{level:g}": row for level, row in zip(asked, found, strict=True)}
        return make_frame(columns, self.panel.backend)

    def rank_change(self, first: Any, last: Any, level: float = 0.90) -> Any:
        """Range of the change of rank between two scored periods, the draws paired.

        In each draw both periods are ranked under the same choices, so what moves both alike cancels.

        Parameters
        ----------
        first, last : label
            Two of the periods of the run.
        level : float
            Share of the draws that the range holds at least.

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
        ranks = self._drawn["ranks"]
        moves = ranks[:, before] - ranks[:, after]
        low, median, high = np.quantile(moves, [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf")
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

    def convergence(self, level: float = 0.90) -> Any:
        """How ranges settle with the number of draws: what shorter runs of the same seed would have said.

        Parameters
        ----------
        level : float
            Of the ranges.

        Returns
        -------
        frame
            n, mean_shift, mean_width (of the ranges, in places), largest_move (of an end of a range against the whole
            run, in places), moved (share of the ends that differ from those of the whole run).
        """
        tail = (1 - share("level", level)) / 2
        whole_points = self.n // self.combinations
        sizes = sorted({max(1, whole_points >> k) * self.combinations for k in range(STEPS)})
        made = self._plan()
        runs = {n: self if n == self.n else self._shorter(n, made) for n in sizes}
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

    def _choice(self, factor: str, level: int) -> str:
        """What a level of a discrete factor is, in a word."""
        if factor == "experts":
            return next(one for one in self.alternatives.weights if isinstance(one, Experts)).names[level]
        if factor == "exclude" and self.alternatives.exclude is not None:
            places = self.alternatives.exclude.places(self.index.framework)
            return self.index.framework.codes[places[level - 1]] if level else "none"
        return _name(getattr(self.alternatives, factor)[level])

    def _plan(self) -> Any:
        """The plan compiled again: it is not kept, so that an ensemble can be copied and pickled."""
        from .uncertainty import plan

        return plan(self.index, self.panel, self.alternatives, list(self.periods))[0]

    def _again(self, n: int, *, made: Any = None, **more: Any) -> dict[str, Any]:
        """The draws once more, or a shorter run of the same seed."""
        made = self._plan() if made is None else made
        shorter = self.sampling if n == self.n else replace(self.sampling, length=n)
        return shorter.run(made, self.panel, self.index.framework, first=n, **more)

    def _shorter(self, n: int, made: Any) -> Ensemble:
        raw = self._again(n, made=made)
        return Ensemble(
            self.index, self.panel, self.periods, made, raw, sampling=self.sampling, alternatives=self.alternatives
        )  # fmt: skip

    @cached_property
    def _drawn(self) -> dict[str, NDArray[Any]]:
        """Scores and ranks of draws one by one: those kept, or the first ones again."""
        if self.draws is not None:
            return self.draws
        most = max(KEPT // self.combinations, 1) * self.combinations
        raw = self._again(min(self.n, most), keep=True)
        return {name: np.asarray(raw[name]).T for name in ("scores", "ranks")}

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

    def shift_by_choice(self) -> Any:
        """Frame: factor, alternative, mean absolute distance from the nominal rank where it was chosen."""
        rows = [
            (name, self._choice(name, level), float(self._shift_by_level[at, level]))
            for at, name in enumerate(self.factors)
            for level in range(self._levels[at])
        ]
        columns = zip(*rows, strict=True) if rows else ((), (), ())
        return make_frame(
            dict(zip(("factor", "alternative", "mean_shift"), map(list, columns), strict=True)),
            self.panel.backend,
        )

    def summary(self, level: float = 0.90) -> Any:
        """Frame: unit, period, rank, low, median, high, mean and sd of the rank, share at the nominal rank."""
        tail = (1 - share("level", level)) / 2
        ranks = np.arange(1, self.counts.shape[1] + 1)
        mean = self.counts @ ranks / self.n
        spread = np.sqrt(np.maximum(self.counts @ (ranks**2) / self.n - mean**2, 0))
        columns = {
            **self.keys,
            "rank": self.nominal,
            "low": self._quantile(tail),
            "median": self._quantile(0.5),
        }
        columns |= {"high": self._quantile(1 - tail), "mean": mean, "sd": spread}
        columns["at_nominal"] = self.counts[np.arange(len(self.nominal)), self.nominal - 1] / self.n
        return make_frame(columns, self.panel.backend)

    def __repr__(self) -> str:
        count = len(self.factors)
        return (
            f"<Ensemble of {self.index.name}: {self.n:,} draws over {count} factor{'s'[: count != 1]}, "
            f"mean rank shift {self.mean_shift:.2f}>"
        )


def _name(one: Any) -> str:
    return " > ".join(map(str, one)) if isinstance(one, tuple) else str(one)
