"""How often each unit held each rank, and the ranges that say so."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .arguments import share, whole
from .panel import Panel
from .sampling import Sampling
from .table import make_frame
from .weighting import Experts

if TYPE_CHECKING:
    from .alternatives import Alternatives
    from .framework import Framework
    from .index import Index

__all__ = ["RankRanges", "draws_below", "factor_names"]


def draws_below(at: float, n: int) -> int:
    """How many of n draws a quantile has at or below it, at least: the smallest whole number of share ``at``.

    Examples
    --------
    >>> draws_below(0.05, 1000), draws_below(0.95, 30), draws_below(0.001, 10)
    (50, 29, 1)
    """
    return max(1, math.ceil((at - 1e-12) * n))


def factor_names(made: Any, framework: Framework) -> tuple[str, ...]:
    """Names of the factors of a plan: a stage, or ``"weight osi"``."""
    return tuple(name if node < 0 else f"{name} {framework.codes[node]}" for name, _, node in made.factors)


class RankRanges:
    """What was run, and counts of ranks over its draws."""

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

    @property
    def keys(self) -> dict[str, list[Any]]:
        """Unit and period of each scored row."""
        units = len(self.panel.units)
        return {
            "unit": [self.panel.units[row % units] for row in self._kept],
            "period": [self.periods[row // units] for row in self._kept],
        }

    @cached_property
    def _cumulative(self) -> NDArray[np.int64]:
        return np.cumsum(self.counts, axis=1, dtype=np.int64)

    def _quantile(self, at: float) -> NDArray[np.int64]:
        found: NDArray[np.int64] = np.argmax(self._cumulative >= draws_below(at, self.n), axis=1) + 1
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
        columns = {**self.keys, "rank": self.nominal, "probability": self._cumulative[:, k - 1] / self.n}
        return make_frame(columns, self.panel.backend)

    def summary(self, level: float = 0.90) -> Any:
        """Frame: unit, period, rank, low, median, high, mean and sd of the rank, distance, at_nominal.

        The distance is the mean absolute one from the nominal rank; at_nominal is the share of draws at that rank.
        """
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
        away = np.abs(ranks - self.nominal[:, np.newaxis])
        columns["distance"] = (self.counts * away).sum(axis=1) / self.n
        columns["at_nominal"] = self.counts[np.arange(len(self.nominal)), self.nominal - 1] / self.n
        return make_frame(columns, self.panel.backend)

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

    def _choice(self, factor: str, level: int) -> str:
        """What a level of a discrete factor is, in a word."""
        if factor == "experts":
            return next(one for one in self.alternatives.weights if isinstance(one, Experts)).names[level]
        if factor == "exclude" and self.alternatives.exclude is not None:
            places = self.alternatives.exclude.places(self.index.framework)
            return self.index.framework.codes[places[level - 1]] if level else "none"
        if factor == "edition":
            return self.alternatives.edition[level].name
        return _name(getattr(self.alternatives, factor)[level])


def _name(one: Any) -> str:
    return " > ".join(map(str, one)) if isinstance(one, tuple) else str(one)
