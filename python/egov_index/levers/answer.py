"""What levers answers: a frame, and sentences with the easiest lever first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..markup import element, join
from ..naming import called, in_words, ordinal
from ..result import Result
from ..table import make_frame

__all__ = ["Levers"]

LISTED = 5  # indicators named in one sentence; the rest is counted


@dataclass(frozen=True, repr=False)
class Levers:
    """How much each indicator alone would have to improve for a unit to gain places, and all of them together.

    Parameters
    ----------
    result : Result
        The present scores.
    at, when : int
        Positions of the unit and of the period.
    rank, target : int
        Where the unit is, and where it is to be.
    still : int
        Where it ends up if it does nothing; its rank, unless the others move on.
    horizon : float
        How far the others move on, in units of the period; 0 if they stand still.
    rows : list
        What was found for each indicator.
    joint : tuple
        The same share of the way to the best for all indicators that is enough (NaN if all of it is not), and the rank
        that all of it gives.
    """

    result: Result
    at: int
    when: int
    rank: int
    target: int
    still: int
    horizon: float
    rows: list[dict[str, Any]]
    joint: tuple[float, int]

    @property
    def unit(self) -> Any:
        """Label of the unit."""
        return self.result.units[self.at]

    @property
    def name(self) -> str:
        """Readable name of the unit."""
        return called(self.result.panel, self.unit)

    def to_frame(self) -> Any:
        """Frame: one row an indicator, the easiest first.

        Columns indicator, measure, value, needed (to be at the target), change, percent (of the value), way (share of
        the way to the best), best, bound (what the best is), reachable, rank (at best), note. ``needed`` is missing
        where the target is not reachable by this indicator alone.
        """
        rows = self._ordered()
        cells = [row["cell"] for row in rows]
        value, best = (np.array([getattr(cell, name) for cell in cells]) for name in ("value", "best"))
        needed = np.array([row["needed"] for row in rows])
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = np.where(value == 0, np.nan, 100 * (needed - value) / np.abs(value))
            way = np.where(needed == value, 0.0, (needed - value) / (best - value))
        columns = {
            "indicator": [cell.code for cell in cells],
            "measure": [self._measure(cell.code) for cell in cells],
            "value": value,
            "needed": needed,
            "change": needed - value,
            "percent": percent,
            "way": way,
            "best": best,
            "bound": [cell.bound for cell in cells],
            "reachable": [row["reachable"] for row in rows],
            "rank": np.array([row["rank"] for row in rows]),
            "note": [cell.note for cell in cells],
        }
        return make_frame(columns, self.result.panel.backend)

    def _ordered(self) -> list[dict[str, Any]]:
        def effort(row: dict[str, Any]) -> tuple[bool, float, int]:
            cell = row["cell"]
            away = abs(cell.best - cell.value)
            return (
                not row["reachable"],
                abs(row["needed"] - cell.value) / away if away > 0 else 0.0,
                row["rank"],
            )

        reached = sorted((row for row in self.rows if row["reachable"]), key=effort)
        return reached + sorted(
            (row for row in self.rows if not row["reachable"]), key=lambda row: int(row["rank"])
        )

    def _measure(self, code: str) -> str:
        return str(self.result.index.framework[code].unit or self.result.panel.about(code).get("unit") or "")

    def _title(self, code: str) -> str:
        return str(
            self.result.index.framework[code].name or self.result.panel.about(code).get("title") or code
        )

    def sentences(self) -> list[str]:
        """Say it in sentences, the easiest lever first."""
        when, goal = self.result.periods[self.when], ordinal(self.target)
        head = f"{self.name} is {ordinal(self.rank)} in {when}."
        if self.horizon:
            head += f" If it stands still while the others follow their trends to {when + self.horizon:g}, "
            head += f"it is {ordinal(self.still)}."
        if self.still <= self.target:
            return [f"{head} No improvement is needed to be {goal}."]
        rows = self._ordered()
        reached = [f"- {self._said(row)}" for row in rows if row["reachable"]]
        if len(reached) > LISTED:
            reached = [*reached[:LISTED], f"- and {len(reached) - LISTED} more that take more of their way"]
        then = " then" if self.horizon else ""
        said = [
            f"{head} To be {goal}{then}, "
            + ("one of these is enough:" if reached else "no indicator alone is enough.")
        ]
        said += reached
        said += self._short([row for row in rows if not row["reachable"]])
        share, best = self.joint
        if np.isnan(share):
            return [*said, f"All indicators at their best together: {ordinal(best)}."]
        return [*said, f"All together: {100 * share:.1f} % of the way from each value to its best is enough."]

    def _short(self, rows: list[dict[str, Any]]) -> list[str]:
        """Indicators that are not enough: those that bring the unit nearest, and how many more there are."""
        parts = [f"{self._title(row['cell'].code)} ({ordinal(row['rank'])} {_because(row)})" for row in rows]
        if len(parts) > LISTED + 1:
            parts = [*parts[:LISTED], f"{len(parts) - LISTED} more"]
        return [f"Not enough alone: {in_words(parts)}."] if parts else []

    def _said(self, row: dict[str, Any]) -> str:
        cell, needed = row["cell"], row["needed"]
        facts = [self._measure(cell.code)]
        facts += [f"{100 * (needed - cell.value) / abs(cell.value):+.1f} %"] if cell.value else []
        facts = [text for text in (*facts, cell.note) if text]
        there = _rounded(needed, up=needed > cell.value)
        return f"{self._title(cell.code)}: from {cell.value:.4g} to {there:.4g} ({'; '.join(facts)})"

    def __str__(self) -> str:
        return "\n".join(self.sentences())

    def __repr__(self) -> str:
        count = sum(row["reachable"] for row in self.rows)
        enough = f"{count} of {len(self.rows)} indicators enough alone"
        return f"<Levers of {self.name}: {self.rank} to {self.target}; {enough}>"

    def _repr_html_(self) -> str:
        return str(join([element("p", line) for line in self.sentences()]))


def _rounded(value: float, up: bool) -> float:
    """Four digits, rounded to the side where it is enough."""
    if value == 0:
        return value
    step = 10.0 ** (np.floor(np.log10(abs(value))) - 3)
    return float((np.ceil if up else np.floor)(value / step - (1e-9 if up else -1e-9)) * step)


def _because(row: dict[str, Any]) -> str:
    cell = row["cell"]
    if not cell.known or cell.best == cell.value:
        return f"as now: {cell.note}"
    return f"with {cell.best:.4g}, {cell.bound}"
