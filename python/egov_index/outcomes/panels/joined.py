"""Variables of a panel model: nodes of an index and outcomes, joined by unit and period."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arguments import is_number
from ...errors import DataError, Fault, SpecError
from ...panel import Panel
from ...result import Result
from ...table import listing, nearest
from ..overlap import Guard
from ..unscored import scored_only

__all__ = ["Joined", "join"]

Lookup = Callable[[str, float], NDArray[np.float64]]


@dataclass(frozen=True)
class Joined:
    """Both sides on the rows of the index: units x periods.

    Attributes
    ----------
    units, periods : tuple
        Labels.
    times : numpy.ndarray
        Number of each period; positions where periods are text.
    backend : str
        Library of frames.
    sources : dict
        From name of a variable to the sides that have it.
    look : dict
        For each side a function of a name and a number of periods later to values, shape (units, periods).
    notes : list of str
        What is to be said of the join.
    scores, outcomes
        Both sides as they came.
    """

    units: tuple[Any, ...]
    periods: tuple[Any, ...]
    times: NDArray[np.float64]
    backend: str
    sources: dict[str, list[str]]
    look: dict[str, Lookup]
    notes: list[str]
    scores: Result | Panel
    outcomes: Panel | None

    def circles(self, left: Iterable[str], right: Iterable[str]) -> list[str]:
        """What outcomes on the left share with inputs of nodes of the index on the right, in words."""
        if self.outcomes is None:
            return []
        guard = Guard(self.scores)
        return [
            text
            for outcome in left
            for node in right
            if (self.sources[outcome], self.sources[node]) == (["outcomes"], ["index"])
            for text in guard.shared(node, outcome, self.outcomes.about(outcome).get("concept")).words(
                f"{outcome} and {node}: "
            )
        ]

    def values(self, name: str, later: float = 0.0) -> NDArray[np.float64]:
        """A variable so many periods later (earlier below 0), shape (units, periods); NaN where there is none.

        Raises
        ------
        SpecError
            If no side has it, or both.
        """
        sides = self.sources.get(name, [])
        if not sides:
            raise SpecError(Fault("formula", f"unknown variable {name!r}", nearest(name, self.sources)))
        if len(sides) > 1:
            came = f"{name!r} is in the index and in the outcomes"
            raise SpecError(Fault("formula", came, "one of them under another name"))
        return self.look[sides[0]](name, later)


def join(scores: Any, outcomes: Any, unit: str | None = None, period: str | None = None) -> Joined:
    """Join an index (Result, Panel or frame) and outcomes (Panel or None)."""
    if not isinstance(scores, Result | Panel):
        scores = Panel.from_wide(scores, unit=unit or "iso3", period=period or "year")
    elif unit is not None or period is not None:
        name = "unit" if unit is not None else "period"
        raise SpecError(Fault(name, "given with a panel, which knows its own", "for a frame only"))
    if outcomes is not None and not isinstance(outcomes, Panel):
        raise DataError(f"outcomes: a Panel is needed, or None, not {type(outcomes).__name__}")
    scores, notes = scored_only(scores)
    panel = scores.panel if isinstance(scores, Result) else scores
    at = [panel.periods.index(label) for label in scores.periods]
    times = panel.times[at]
    own, names = _own(scores, panel, times)
    sources = {name: ["index"] for name in names}
    look = {"index": own}
    if outcomes is not None:
        look["outcomes"] = _other(outcomes, scores.units, scores.periods, times)
        for name in outcomes.indicators:
            sources.setdefault(name, []).append("outcomes")
        notes += _unmatched(scores.units, outcomes.units)
    return Joined(
        tuple(scores.units),
        tuple(scores.periods),
        times,
        panel.backend,
        sources,
        look,
        list(notes),
        scores,
        outcomes,
    )


def _own(scores: Result | Panel, panel: Panel, times: NDArray[np.float64]) -> tuple[Lookup, Iterable[str]]:
    if isinstance(scores, Panel):
        whole, names = scores.values, scores.indicators
    else:
        whole, names = scores.values.transpose(1, 0, 2), tuple(scores.nodes)
    numeric = _numeric(scores.periods)

    def look(name: str, later: float) -> NDArray[np.float64]:
        return _moved(whole[:, :, list(names).index(name)], times, times, later, numeric)

    return look, names


def _other(
    outcomes: Panel, units: tuple[Any, ...], periods: tuple[Any, ...], times: NDArray[np.float64]
) -> Lookup:
    """Outcomes on the units and periods of the index."""
    numeric = _numeric(periods)
    if numeric != _numeric(outcomes.periods):
        came = f"periods {listing(outcomes.periods, 3)}"
        raise DataError(Fault("outcomes", came, f"periods as those of the index: {listing(periods, 3)}"))
    known = {unit: k for k, unit in enumerate(outcomes.units)}
    if not any(unit in known for unit in units):
        came = f"units {listing(outcomes.units, 3)}"
        raise DataError(Fault("outcomes", came, f"the index has {listing(units, 3)}: no unit in common"))
    theirs = outcomes.times
    if not numeric:
        labels = list(periods)
        theirs = np.array([labels.index(p) if p in labels else np.nan for p in outcomes.periods])
        times = np.arange(len(periods), dtype=np.float64)

    def look(name: str, later: float) -> NDArray[np.float64]:
        moved = _moved(outcomes.column(name), theirs, times, later, numeric)
        rows = [known.get(unit, -1) for unit in units]
        return np.where(np.array([row >= 0 for row in rows])[:, None], moved[rows], np.nan)

    return look


def _moved(
    values: NDArray[np.float64],
    have: NDArray[np.float64],
    want: NDArray[np.float64],
    later: float,
    numeric: bool,
) -> NDArray[np.float64]:
    """Values at the wanted periods moved by so many; NaN where there is no such period."""
    if later and not numeric:
        raise SpecError(Fault("lag", f"{later:g}", "0, for periods that are text"))
    place = {float(time): k for k, time in enumerate(have) if time == time}
    at = [place.get(float(time) + later, -1) for time in want]
    return np.where(np.array([k >= 0 for k in at])[None, :], values[:, at], np.nan)


def _numeric(periods: Iterable[Any]) -> bool:
    return all(is_number(label) for label in periods)


def _unmatched(units: tuple[Any, ...], others: tuple[Any, ...]) -> list[str]:
    gone = [unit for unit in units if unit not in set(others)]
    return [f"{len(gone)} without outcomes: {listing(gone)}"] if gone else []
