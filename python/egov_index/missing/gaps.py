"""Runs of holes in the series of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..panel import Panel
from ..table import make_frame

__all__ = ["Gap", "Gaps"]

WHERE = ("before", "inside", "after", "never")


@dataclass(frozen=True)
class Gap:
    """A run of missing periods of one series.

    ``where`` it lies: "before" the first observation, "inside" between two, "after" the last one, or "never" where the
    series has none. ``length`` counts periods, both ends included.
    """

    unit: Any
    indicator: str
    where: str
    first: Any
    last: Any
    length: int


@dataclass(frozen=True)
class Gaps:
    """All runs of missing periods of a panel.

    Attributes
    ----------
    runs : tuple of Gap
        Indicator by indicator, unit by unit, in order of time.
    indicators : tuple of str
        All indicators of the panel.
    series : int
        Series of each indicator, one a unit.
    """

    runs: tuple[Gap, ...]
    indicators: tuple[str, ...]
    series: int
    backend: str = "pandas"

    @classmethod
    def of(cls, panel: Panel) -> Gaps:
        """Find them in a panel.

        Parameters
        ----------
        panel : Panel
            NaN is missing.

        Returns
        -------
        Gaps
        """
        runs = [
            gap
            for column, indicator in enumerate(panel.indicators)
            for row, unit in enumerate(panel.units)
            for gap in _runs(np.isnan(panel.values[row, :, column]), unit, indicator, panel.periods)
        ]
        return cls(tuple(runs), panel.indicators, len(panel.units), panel.backend)

    @property
    def never(self) -> tuple[tuple[Any, str], ...]:
        """Unit and indicator of each series that was never observed."""
        return tuple((gap.unit, gap.indicator) for gap in self.runs if gap.where == "never")

    def to_frame(self) -> Any:
        """Frame: a row a run: unit, indicator, where, first, last (periods), length."""
        names = ("unit", "indicator", "where", "first", "last", "length")
        return make_frame({name: [getattr(gap, name) for gap in self.runs] for name in names}, self.backend)

    def summary(self) -> Any:
        """Frame: a row an indicator.

        indicator, series (how many); for each of "before", "inside" and "after" the number of runs, and their median
        and longest length (NaN without one), e.g. ``inside``, ``inside_median``, ``inside_longest``; never (series that
        were never observed).
        """
        columns: dict[str, list[Any]] = {"indicator": list(self.indicators)}
        columns["series"] = [self.series] * len(self.indicators)
        for where in WHERE:
            lengths = [self._lengths(indicator, where) for indicator in self.indicators]
            columns[where] = [len(each) for each in lengths]
            if where != "never":
                columns[f"{where}_median"] = [float(np.median(each)) if each else np.nan for each in lengths]
                columns[f"{where}_longest"] = [float(max(each)) if each else np.nan for each in lengths]
        return make_frame(columns, self.backend)

    def _lengths(self, indicator: str, where: str) -> list[int]:
        return [gap.length for gap in self.runs if gap.indicator == indicator and gap.where == where]

    def __repr__(self) -> str:
        counts = ", ".join(f"{sum(gap.where == where for gap in self.runs):,} {where}" for where in WHERE)
        return f"<Gaps: {counts}, in {self.series * len(self.indicators):,} series>"


def _runs(missing: np.ndarray[Any, Any], unit: Any, indicator: str, periods: tuple[Any, ...]) -> list[Gap]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], missing, [False])).astype(np.int8)))
    found = []
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        where = {
            (True, True): "never",
            (True, False): "before",
            (False, True): "after",
            (False, False): "inside",
        }[start == 0, stop == len(missing)]
        found.append(Gap(unit, indicator, where, periods[start], periods[stop - 1], stop - start))
    return found
