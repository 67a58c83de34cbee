"""What a benchmark of imputations answers: a row a run and indicator, means, ratios with errors, coverage."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, SpecError
from ..naming import in_words
from ..table import make_frame, nearest
from . import words
from .ranking import Moves
from .scores import Held, Score, ratio_of
from .setting import Setting

__all__ = ["ImputationBenchmark", "Run"]

ROW = (
    "method", "mask", "repeat", "indicator", "hidden", "unfilled", "nrmse", "nmae", "intervals", "coverage",
    "interval_score", "seconds",
)  # fmt: skip
SUMMARY = (
    "mask", "method", "hidden", "unfilled", "nrmse", "nrmse_error", "nmae", "coverage", "interval_score", "seconds",
    "ratio", "ratio_error",
)  # fmt: skip
ERRORS = ("nrmse", "nmae", "interval_score", "mean_shift", "seconds")


@dataclass(frozen=True)
class Run:
    """One method under one mask in one repeat: scores and intervals by indicator, CPU seconds, change of rank."""

    method: str
    mask: str
    repeat: int
    seconds: float
    scores: tuple[Score, ...]
    held: tuple[tuple[Held, ...], ...]
    moves: Moves | None = None


class ImputationBenchmark:
    """How methods did on cells that were hidden from them.

    Attributes
    ----------
    methods, masks, indicators : tuple of str
        What was tried, on what.
    repeats, seed, units, places : int
        How often, the seed, the number of units, and by how many places more than which a rank has moved.
    groups : tuple of str
        Groups of units by which coverage is told apart.
    ranked : bool
        Whether an index was ranked again.
    levels : tuple of float
        Of the intervals; the first is the one that tables show.
    runs : tuple of Run
        Every run as it was scored.
    notes : tuple of str
        What did not go as asked: cells left open, ranks that could not be had.
    """

    def __init__(
        self, made: Setting, runs: tuple[Run, ...], seed: int, levels: tuple[float, ...], places: int
    ) -> None:
        self.runs, self.seed, self.levels, self.places = runs, seed, levels, places
        self.methods = tuple(dict.fromkeys(run.method for run in runs))
        self.masks = tuple(dict.fromkeys(run.mask for run in runs))
        self.repeats = max(run.repeat for run in runs)
        self.indicators, self.groups = made.indicators, tuple(made.groups)
        self.ranked = any(run.moves is not None for run in runs)
        self.units, self._backend = len(made.panel.units), made.panel.backend
        self.notes = tuple(self._notes())

    def to_frame(self) -> Any:
        """Frame with a row a method, mask, repeat and indicator.

        Columns method, mask, repeat, indicator, hidden and unfilled (cells), nrmse, nmae, intervals (hidden cells that
        have one), coverage (of these, at the first level), interval_score (over the standard deviation), and of the
        whole run, the same for each of its indicators: seconds (CPU) and, with an index, mean_shift and largest_shift
        (places) and moved (share of units). NaN where there is nothing to tell.
        """
        names = (*ROW, *self._moved())
        rows = [
            (
                run.method, run.mask, run.repeat, name, score.hidden, score.unfilled, score.nrmse, score.nmae,
                *_shown(kept, self.levels[0]), run.seconds, *self._moved(run.moves),
            )
            for run in self.runs
            for name, score, kept in zip(self.indicators, run.scores, run.held, strict=True)
        ]  # fmt: skip
        return self._frame(names, rows)

    def summary(self) -> Any:
        """Frame with a row a mask and method: means over the indicators, then over the repeats.

        Columns mask, method, hidden and unfilled (cells of all repeats), nrmse, nrmse_error (its standard error over
        the repeats), nmae, coverage (of all cells with an interval, counted together), interval_score, seconds (CPU
        of one run, the median), ratio (of nrmse to the best of the mask) and ratio_error (paired, see
        :meth:`compare`); with an index mean_shift, largest_shift (of all repeats) and moved.
        """
        rows = [self._line(mask, method) for mask in self.masks for method in self.methods]
        return self._frame(self._columns(), rows)

    def _columns(self) -> tuple[str, ...]:
        return (*SUMMARY, *self._moved())

    def compare(self, reference: str | None = None, score: str = "nrmse") -> Any:
        """Compare with a reference over the same holes.

        Parameters
        ----------
        reference : str, optional
            Name of a method; the best of each mask if left out.
        score : {"nrmse", "nmae", "interval_score", "mean_shift", "seconds"}
            What is compared; low is good.

        Returns
        -------
        frame
            Columns mask, method, reference, value and reference_value (means over indicators and repeats), ratio
            and error: its standard error over the repeats, as a ratio of paired means; NaN with one repeat.

        Raises
        ------
        SpecError
            For an unknown method or score.
        """
        if score not in ERRORS:
            raise SpecError(Fault("score", repr(score), nearest(score, ERRORS)))
        if reference is not None and reference not in self.methods:
            raise SpecError(Fault("reference", repr(reference), nearest(reference, self.methods)))
        rows = []
        for mask in self.masks:
            against = reference or self._best(mask, score)
            other = self._by_repeat(mask, against, score)
            for method in self.methods:
                mine = self._by_repeat(mask, method, score)
                rows.append((mask, method, against, _mean(mine), _mean(other), *ratio_of(mine, other)))
        return self._frame(
            ["mask", "method", "reference", "value", "reference_value", "ratio", "error"], rows
        )

    def coverage(self, by_group: bool = True, by_indicator: bool = False) -> Any:
        """Frame of what the intervals hold, cells of all repeats counted together.

        Parameters
        ----------
        by_group : bool
            A row for each group of units as well; ``group`` is missing for all units.
        by_indicator : bool
            A row an indicator, not all of them together.

        Returns
        -------
        frame
            Columns mask, method, level, group, (indicator,) hidden, intervals, covered (cells), coverage, and error,
            its standard error over the repeats (NaN with one). Methods without intervals are left out.
        """
        counts: dict[tuple[Any, ...], dict[int, list[int]]] = {}
        for run in self.runs:
            for name, kept in zip(self.indicators, run.held, strict=True):
                for one in kept:
                    if one.group is None or by_group:
                        key = (run.mask, run.method, one.level, one.group, *((name,) if by_indicator else ()))
                        cells = counts.setdefault(key, {}).setdefault(run.repeat, [0, 0, 0])
                        for at, count in enumerate((one.hidden, one.intervals, one.covered)):
                            cells[at] += count
        names = ["mask", "method", "level", "group", *(("indicator",) if by_indicator else ())]
        rows = [
            (*key, *_share(list(cells.values()))) for key, cells in sorted(counts.items(), key=self._order)
        ]
        return self._frame([*names, "hidden", "intervals", "covered", "coverage", "error"], rows)

    def _order(self, item: tuple[tuple[Any, ...], Any]) -> tuple[int, ...]:
        mask, method, level, group, *rest = item[0]
        places = (self.masks.index(mask), self.methods.index(method), self.levels.index(level))
        of_group = 0 if group is None else 1 + self.groups.index(group)
        return (*places, of_group, *(self.indicators.index(name) for name in rest))

    def _frame(self, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
        listed = list(rows)
        return make_frame({name: [row[at] for row in listed] for at, name in enumerate(names)}, self._backend)

    def _moved(self, moves: Moves | None = None) -> tuple[Any, ...]:
        """Names of the columns of ranks, or their cells; nothing without an index."""
        if not self.ranked:
            return ()
        return (
            ("mean_shift", "largest_shift", "moved")
            if moves is None
            else (moves.mean, moves.largest, moves.moved)
        )

    def _of(self, mask: str, method: str) -> list[Run]:
        return [run for run in self.runs if run.mask == mask and run.method == method]

    def _by_repeat(self, mask: str, method: str, score: str) -> NDArray[np.float64]:
        """One number a repeat: the mean over the indicators."""
        return np.array([_figure(run, score, self.levels[0]) for run in self._of(mask, method)])

    def _best(self, mask: str, score: str) -> str:
        means = {method: _mean(self._by_repeat(mask, method, score)) for method in self.methods}
        return min(means, key=lambda method: math.inf if math.isnan(means[method]) else means[method])

    def _line(self, mask: str, method: str) -> tuple[Any, ...]:
        runs = self._of(mask, method)
        scores = [score for run in runs for score in run.scores]
        kept = [one for run in runs for of in run.held for one in of]
        kept = [one for one in kept if one.group is None and one.level == self.levels[0]]
        mine = self._by_repeat(mask, method, "nrmse")
        best = self._by_repeat(mask, self._best(mask, "nrmse"), "nrmse")
        intervals = sum(one.intervals for one in kept)
        moved: tuple[float, ...] = ()
        if self.ranked:
            found = [run.moves or Moves() for run in runs]
            largest = [one.largest for one in found if not math.isnan(one.largest)]
            moved = (
                _mean(one.mean for one in found), max(largest, default=math.nan), _mean(one.moved for one in found)
            )  # fmt: skip
        return (
            mask, method, sum(one.hidden for one in scores), sum(one.unfilled for one in scores), _mean(mine),
            float(np.std(mine, ddof=1)) / math.sqrt(len(mine)) if len(mine) > 1 else math.nan,
            _mean(self._by_repeat(mask, method, "nmae")),
            sum(one.covered for one in kept) / intervals if intervals else math.nan,
            _mean(self._by_repeat(mask, method, "interval_score")), float(np.median([run.seconds for run in runs])),
            *ratio_of(mine, best), *moved,
        )  # fmt: skip

    def _notes(self) -> list[str]:
        notes = []
        for method in self.methods:
            left = {
                mask: sum(score.unfilled for run in self._of(mask, method) for score in run.scores)
                for mask in self.masks
            }
            if parts := [f"{count:,} ({mask})" for mask, count in left.items() if count]:
                notes.append(f"{method} left {in_words(parts)} hidden cells open: they count as the mean")
        reasons = dict.fromkeys(
            f"{run.method} on {run.mask}, repeat {run.repeat}: no ranks, {run.moves.note}"
            for run in self.runs
            if run.moves is not None and run.moves.note
        )
        return [*notes, *reasons]

    def __str__(self) -> str:
        return words.as_text(self)

    def __repr__(self) -> str:
        return words.in_short(self)

    def _repr_html_(self) -> str:
        return words.as_markup(self)

    def best(self, mask: str, score: str = "nrmse") -> str:
        """Name the method with the lowest mean score on one mask."""
        if mask not in self.masks:
            raise SpecError(Fault("mask", repr(mask), nearest(mask, self.masks)))
        return self._best(mask, score)

    def line(self, mask: str, method: str) -> dict[str, Any]:
        """Give one row of :meth:`summary` as a dict."""
        return dict(zip(self._columns(), self._line(mask, method), strict=True))


def _mean(values: Iterable[float]) -> float:
    known = [float(value) for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _shown(kept: Sequence[Held], level: float) -> tuple[int, float, float]:
    """Cells with an interval, share covered and interval score of all units at one level."""
    for one in kept:
        if one.group is None and one.level == level:
            return one.intervals, one.covered / one.intervals if one.intervals else math.nan, one.score
    return 0, math.nan, math.nan


def _figure(run: Run, score: str, level: float) -> float:
    """One number of a run: the mean over the indicators that have it."""
    if score == "seconds":
        return run.seconds
    if score == "mean_shift":
        return math.nan if run.moves is None else run.moves.mean
    if score == "interval_score":
        return _mean(_shown(kept, level)[2] for kept in run.held)
    return _mean(getattr(one, score) for one in run.scores)


def _share(repeats: list[list[int]]) -> tuple[Any, ...]:
    """Counts of all repeats together, the share covered, and its standard error as a ratio over the repeats."""
    hidden, intervals, covered = (sum(cells[at] for cells in repeats) for at in range(3))
    counts = np.array(repeats, dtype=float)
    return hidden, intervals, covered, *ratio_of(counts[:, 2], counts[:, 1])
