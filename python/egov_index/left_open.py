"""Holes that a chain of methods left open: how many, of which indicator, and why, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import catalogue
from .catalogue import Choice
from .naming import in_words

if TYPE_CHECKING:
    from .panel import Panel

__all__ = ["Holes", "told_open"]

Cells = Iterable[Sequence[int]]

LOCATED = {
    "never": "nothing observed in the series",
    "before": "before the first observation of the series",
    "after": "after the last observation of the series",
    "inside": "between two observations",
}


class Holes:
    """The holes of one indicator: where they lie in their series, and what else is observed around them."""

    def __init__(self, panel: Panel, column: int) -> None:
        self.panel, self.name = panel, panel.indicators[column]
        self.times = np.asarray(panel.times, dtype=np.float64)
        self.seen: NDArray[np.bool_] = ~np.isnan(panel.values[:, :, column])
        self.column = column

    @cached_property
    def elsewhere(self) -> NDArray[np.bool_]:
        """Is another indicator observed there? Shape (units, periods)."""
        return np.asarray((~np.isnan(np.delete(self.panel.values, self.column, axis=2))).any(axis=2))

    def run(self, unit: int, period: int) -> tuple[int, str]:
        """Holes in a row around a hole, and where they lie: inside, after, before, never."""
        last, seen = len(self.times), np.flatnonzero(self.seen[unit])
        if not len(seen):
            return last, "never"
        after = int(np.searchsorted(seen, period))
        if after == 0:
            return int(seen[0]), "before"
        if after == len(seen):
            return last - 1 - int(seen[-1]), "after"
        return int(seen[after] - seen[after - 1]) - 1, "inside"

    def gap(self, unit: int, period: int) -> float:
        """Units of the period to the only observation beside a hole, or between the two around it."""
        seen = self.times[self.seen[unit]]
        before, after = seen[seen < self.times[period]], seen[seen > self.times[period]]
        if not len(before) or not len(after):
            return float(np.abs(seen - self.times[period]).min(initial=np.inf))
        return float(after[0] - before[-1])


def told_open(holes: Holes, chain: Sequence[Choice], cells: Cells, filled: Mapping[str, Cells]) -> list[str]:
    """A note for each reason for which holes of an indicator stayed open.

    Parameters
    ----------
    holes : Holes
        All that the indicator had before anything was filled.
    chain : sequence of Choice
        The methods that it was given to; none, if it helped to fill others only.
    cells : iterable of (unit, period)
        Positions of those that are still there.
    filled : mapping of str to such
        Positions of those that a method filled, by its name: where it did, the place of a hole is no reason.

    Returns
    -------
    list of str
    """
    looks = [_Look(holes, one, filled.get(one.method, ())) for one in chain if one.method != "none"]
    counts = Counter(_why(holes, chain, looks, *cell) for cell in cells)
    by = f" by {in_words(dict.fromkeys(one.method for one in chain))}" if chain else ""
    return [
        f"{holes.name}: {count:,} hole{'' if count == 1 else 's'} left open{by}: {why}"
        for why, count in counts.items()
    ]


def _why(holes: Holes, chain: Sequence[Choice], looks: Sequence[_Look], unit: int, period: int) -> str:
    """The reason of each method of a chain, each once."""
    if not chain:
        return "the indicator helps to fill others and is not filled itself"
    if not holes.seen.any():
        return "nothing observed of the indicator"
    if not looks:
        return "the method fills nothing"
    return in_words(dict.fromkeys(look.reason(unit, period) for look in looks))


class _Look:
    """Why one method leaves holes of an indicator open."""

    def __init__(self, holes: Holes, one: Choice, filled: Cells) -> None:
        row = catalogue.row("impute", one.method)
        given: dict[str, Any] = {param["name"]: param["default"] for param in row["params"]} | dict(
            one.params
        )
        self.holes, self.method = holes, one.method
        self.longest: float = given.get("max_gap", np.nan)
        in_time = "needs_periods" in row["traits"] or "max_gap" in given
        self.least: float = given.get("least", 0) if in_time else 0
        self.scheme = (catalogue.grouping("impute", one) or "") if "needs_groups" in row["traits"] else ""
        across = "needs_indicators" in row["traits"]
        self.of = [self._series] if in_time else [self._row, self._period] if across else [self._period]
        self.reached = {find(*cell) for cell in filled for find in self.of}

    def reason(self, unit: int, period: int) -> str:
        """One reason: what holds for this hole and for none that the method filled."""
        if 0 < self.holes.seen[unit].sum() < self.least:
            return f"fewer observations in the series than {self.method} needs ({self.least:g})"
        if self.scheme:
            return self._group(unit, period)
        if self.holes.gap(unit, period) > self.longest and self.holes.seen[unit].any():
            where = self._series(unit, period)
            bridged = where in self.reached or where == LOCATED["inside"]
            return f"a longer gap than max_gap = {self.longest:g}" if bridged else where
        found = (find(unit, period) for find in self.of)
        return next(
            (one for one in found if one and one not in self.reached), f"{self.method} found no value"
        )

    def _series(self, unit: int, period: int) -> str:
        return LOCATED[self.holes.run(unit, period)[1]]

    def _row(self, unit: int, period: int) -> str:
        return "" if self.holes.elsewhere[unit, period] else "nothing else observed of the unit in the period"

    def _period(self, unit: int, period: int) -> str:
        return "" if self.holes.seen[:, period].any() else "nothing observed of the indicator in the period"

    def _group(self, unit: int, period: int) -> str:
        if self.holes.panel.groups[self.scheme][unit] is None:
            return f"the unit is in no group of {self.scheme}"
        return f"nothing observed in the group of {self.scheme} in the period"
