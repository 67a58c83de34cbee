"""What not_at_random answers: ranks under each scenario, a summary, and who does not report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import whole
from ..markup import Markup, element, fixed, join
from ..naming import called, in_words
from ..result import Result
from ..table import make_frame
from .scenario import ALL, PROPENSITY, Scenario, chosen
from .shares import groups_of, shares, usual

__all__ = ["NotAtRandom"]

Array = NDArray[np.float64]
PLACES, UNEVEN = 5, 0.2  # of a large move; difference of shares between groups that is worth a sentence


class NotAtRandom:
    """Ranks as they would be if what is not reported were other than imputed.

    Attributes
    ----------
    result : Result
        The nominal score.
    indicators : tuple of str
        Whose holes were shifted.
    scenarios : tuple of Scenario
        What was supposed, each with scenario ("delta" or "propensity"), indicator (or "all") and delta.
    rank_values : numpy.ndarray
        Shape (scenarios, units): ranks of the root; NaN where a unit is not ranked.
    nominal : numpy.ndarray
        Shape (units,): nominal ranks.
    notes : tuple of str
        What was left out, and why.
    """

    def __init__(
        self, result: Result, indicators: tuple[str, ...], scenarios: tuple[Scenario, ...], ranks: Array,
        notes: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.result, self.indicators, self.scenarios, self.notes = result, indicators, scenarios, notes
        self.rank_values = ranks
        self.nominal: Array = result.rank_values[0, :, 0]

    @property
    def period(self) -> Any:
        """Label of the scored period."""
        return self.result.periods[0]

    def to_frame(self) -> Any:
        """Frame with a row a scenario and unit that is ranked.

        Columns unit, period, scenario ("delta" or "propensity"), indicator (or "all"), delta (NaN for the weights),
        rank, rank_nominal, move (places gained: above 0 is up).
        """
        ranked = np.flatnonzero(~np.isnan(self.nominal))
        rows = [(at, u) for at in range(len(self.scenarios)) for u in ranked]
        ranks, nominal = (
            np.array([self.rank_values[at, u] for at, u in rows]),
            self.nominal[[u for _, u in rows]],
        )
        columns = {
            "unit": [self.result.units[u] for _, u in rows],
            "period": [self.period] * len(rows),
            **{
                name: [getattr(self.scenarios[at], name) for at, _ in rows]
                for name in ("scenario", "indicator", "delta")
            },
            "rank": ranks,
            "rank_nominal": nominal,
            "move": nominal - ranks,
        }
        return make_frame(columns, self.result.panel.backend)

    def summary(self, places: int = PLACES) -> Any:
        """Frame with a row a scenario.

        Parameters
        ----------
        places : int
            A unit has moved if its rank changes by more places than this.

        Returns
        -------
        frame
            Columns scenario, indicator, delta, imputed (cells of the scored period that were shifted; for the
            weights, that their methods filled), mean_move and max_move (absolute change of rank among the ranked
            units), mover (the first unit that moves most; None if none does), moved (units that move by more places).
        """
        rows = self._rows(whole("places", places, 0, 2**31))
        return make_frame({name: [row[name] for row in rows] for name in rows[0]}, self.result.panel.backend)

    def _rows(self, places: int) -> list[dict[str, Any]]:
        return [self._row(at, one, places) for at, one in enumerate(self.scenarios)]

    def _row(self, at: int, one: Scenario, places: int) -> dict[str, Any]:
        moves = np.abs(self.rank_values[at] - self.nominal)
        known = moves[~np.isnan(moves)]
        most = int(np.nanargmax(moves)) if known.size else -1
        return {
            "scenario": one.scenario,
            "indicator": one.indicator,
            "delta": one.delta,
            "imputed": self._filled(one),
            "mean_move": float(known.mean()) if known.size else float("nan"),
            "max_move": float(known.max()) if known.size else float("nan"),
            "mover": self.result.units[most] if known.size and moves[most] > 0 else None,
            "moved": int((known > places).sum()),
        }

    def _filled(self, one: Scenario) -> int:
        """Cells of the scored period that a scenario is about."""
        methods, filled = chosen(self.result.index, one.scenario == PROPENSITY), self.result.filled_by
        about = methods if one.scenario == PROPENSITY else self.indicators
        leaves = [leaf for leaf in about if one.indicator in (leaf, ALL)]
        return sum(
            filled.get(leaf, {}).get(method, 0) for leaf in leaves for method in set(methods.get(leaf, ()))
        )

    def reporting(self, by: str | None = None) -> Any:
        """Frame: who reports and who does not, a row an indicator and group of units.

        Parameters
        ----------
        by : str, optional
            A grouping, or an indicator of the panel whose mean over all periods cuts the units into four groups of
            equal number; ``income_groups`` if left out, or the first grouping of the panel.

        Returns
        -------
        frame
            Columns indicator, group (low to high where that is known; None for units without one), units, reported
            (share of them with a value where the scored period takes it from), ever (share with any value), cells
            (share of their values over all periods). Units that are not in the index in that period do not count.

        Raises
        ------
        SpecError
            If there is no such grouping or indicator.
        """
        rows = list(self._shares(by))
        return make_frame({name: [row[name] for row in rows] for name in rows[0]}, self.result.panel.backend)

    def _shares(self, by: str | None) -> Iterator[dict[str, Any]]:
        groups = groups_of(self.result.panel, by)
        for leaf in self.indicators:
            yield from shares(self.result, leaf, groups)

    def sentences(self) -> list[str]:
        """Say it in sentences: how far ranks move at worst, and who does not report."""
        rows = self._rows(PLACES)
        said = [self._head()]
        for name in (*self.indicators, ALL):
            mine = [row for row in rows if row["indicator"] == name and row["scenario"] == "delta"]
            if mine:
                said.append(self._worst(name, max(mine, key=lambda row: (row["mean_move"], row["max_move"]))))
        for row in rows:
            if row["scenario"] == PROPENSITY:
                said.append(f"With units weighted by their propensity to report, {self._moves(row)}.")
        return [*said, *self._uneven(), *self.notes]

    def _head(self) -> str:
        filled = self.result.filled_by
        parts = [f"{name} ({sum(filled.get(name, {}).values())})" for name in self.indicators]
        ranked = int((~np.isnan(self.nominal)).sum())
        title = self.result.index.title
        return f"{title}, {self.period}: {ranked} units ranked; values not reported but imputed: {in_words(parts)}."

    def _worst(self, name: str, row: dict[str, Any]) -> str:
        up, size = row["delta"] > 0, abs(row["delta"])
        what = (
            f"all of them {'better' if up else 'worse'}"
            if name == ALL
            else f"{name} {'higher' if up else 'lower'}"
        )
        return (
            f"With {what} by {size:g} standard deviation{'s' * (size != 1)} than imputed, {self._moves(row)}."
        )

    def _moves(self, row: dict[str, Any]) -> str:
        if row["mover"] is None:
            return "no rank changes"
        name = called(self.result.panel, row["mover"])
        text = f"ranks change by {row['mean_move']:.2f} places in the mean and {row['max_move']:g} at most ({name})"
        return f"{text}, {row['moved'] or 'none'} of them by more than {PLACES}"

    def _uneven(self) -> list[str]:
        """The indicators that some groups report far less than others."""
        by: dict[str, list[dict[str, Any]]] = {}
        for row in self._usual_shares():
            if row["group"] is not None and row["units"]:
                by.setdefault(row["indicator"], []).append(row)
        said = []
        for name, rows in by.items():
            for kind, words in (("ever", "was ever reported by"), ("cells", "is reported for")):
                least, most = (pick(rows, key=lambda row: float(row[kind])) for pick in (min, max))
                if most[kind] - least[kind] > UNEVEN:
                    what = "units" if kind == "ever" else "units and years"
                    parts = (f"{100 * row[kind]:.0f} % of {_readable(row['group'])}" for row in (least, most))
                    said.append(f"{name} {words} {in_words(parts)} {what}.")
                    break
        return said

    def __str__(self) -> str:
        return "\n".join(self.sentences())

    def __repr__(self) -> str:
        rows = self._rows(PLACES)
        worst = max(rows, key=lambda row: float(row["mean_move"]))
        one = self.scenarios[rows.index(worst)]
        text = f"{len(self.scenarios)} scenarios of {len(self.indicators)} indicators in {self.period}"
        return f"<NotAtRandom: {text}; ranks move by {worst['mean_move']:.2f} in the mean at most ({one})>"

    def _repr_html_(self) -> str:
        parts = [element("p", line) for line in self.sentences()]
        parts += [_table(rows) for rows in (self._rows(PLACES), self._usual_shares()) if rows]
        return str(join(parts))

    def _usual_shares(self) -> list[dict[str, Any]]:
        """Shares by the usual grouping; none for a panel without groupings."""
        return [] if usual(self.result.panel) is None else list(self._shares(None))


def _readable(label: str) -> str:
    return label.replace("_", " ")


def _table(rows: list[dict[str, Any]]) -> Markup:
    lines = [element("tr", *(element("th", name.replace("_", " ")) for name in rows[0]))]
    lines += [
        element("tr", *(element("td", _shown(name, cell)) for name, cell in row.items())) for row in rows
    ]
    return element("table", *lines)


def _shown(name: str, cell: Any) -> object:
    return (
        fixed(cell, 0 if name == "max_move" else 2)
        if isinstance(cell, float)
        else "\u2013"
        if cell is None
        else cell
    )
