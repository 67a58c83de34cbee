"""What would move a unit up: how much each indicator alone would have to improve for it to gain places.

Each answer comes from scoring the whole panel again, since normalizations, imputations and treatments may move with the
value; the value sought is bisected between the unit's own and the best one that is held to be attainable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import whole
from .errors import DataError, EgovError, Fault, SpecError
from .growth import trend as line
from .index import Index
from .markup import element, join
from .naming import called, find_period, find_unit, in_words, ordinal
from .panel import Panel
from .result import Result
from .table import make_frame

__all__ = ["Levers", "levers"]

Array = NDArray[np.float64]
HALVINGS = 50


@dataclass(frozen=True)
class Cell:
    """One indicator of the unit: where it stands, from where it starts, how far it may go.

    Parameters
    ----------
    code : str
        Indicator.
    column, period : int
        Its place in the panel.
    value, best : float
        Now (imputed where nothing is observed), and the best held to be attainable.
    known : bool
        Whether ``value`` is a number; one that dropped out with its weight has none.
    bound : str
        What ``best`` is.
    note : str
        What a reader must know of the value.
    """

    code: str
    column: int
    period: int
    value: float
    best: float
    known: bool
    bound: str
    note: str


def levers(
    index: Index,
    panel: Panel,
    unit: Any,
    places: int = 5,
    *,
    trend: bool = False,
    horizon: float | None = None,
    period: Any = None,
    beyond: float = 0.0,
) -> Levers:
    """Find how much each indicator alone would have to improve for a unit to gain places.

    Parameters
    ----------
    index, panel
        What is scored, again for each trial.
    unit : label or name
        Who is to gain.
    places : int
        How many places, from its present rank.
    trend : bool
        False: the others stand still. True: each observed value of the others moves on along its own least-squares line
        over the years observed so far, within the bounds below; one with fewer than two observations stands still.
    horizon : float, optional
        How far they move, in units of the period; that from the period before to this one if left out.
    period : label, optional
        Which period; the last one that the index scores if left out.
    beyond : float
        An indicator may go as far as its cap, its goalpost, or the bound that the panel states; without any of these
        as far as the best value observed in any period, plus this share of the observed range.

    Returns
    -------
    Levers

    Raises
    ------
    DataError
        If the unit is unknown, not scored or first already, or a trend is asked for where there are no earlier periods.
    SpecError
        If an argument is out of bounds.

    Notes
    -----
    The value found is the least that was seen to be enough, to 50 halvings of the way to the best. It is the least of
    all where the rank rises with the value, as it does under every monotone normalization and mean.

    Examples
    --------
    >>> import egov_index as egov
    >>> found = egov.levers(egov.preset("egdi-2022"), egov.datasets.un_egov_survey(), "Estonia", places=3)
    >>> found.rank, found.target
    (8, 5)
    >>> print(found.to_frame()[["indicator", "value", "needed", "reachable"]].round(4).to_string(index=False))
    indicator  value  needed  reachable
          tii 0.8949  0.8998       True
          hci 0.9231  0.9280       True
          osi 1.0000     NaN      False
    """
    _check(index, panel, horizon, beyond)
    result = index.score(panel, period)
    when = find_period(result.periods, None)
    at = find_unit(panel, unit)
    here = result.rank_values[when, at, 0]
    if np.isnan(here):
        raise DataError(
            Fault(f"unit {panel.units[at]!r}", f"no score in {result.periods[when]}", "a scored unit")
        )
    if here == 1:
        raise DataError(Fault(f"unit {panel.units[at]!r}", "is first already", "a unit that can gain places"))
    places = whole("places", places, 1, len(panel.units))
    cells = [_cell(result, when, at, code, beyond) for code in index.framework.leaves]
    values, moved = np.array(panel.values), 0.0
    if trend:
        moved = _horizon(panel, panel.periods.index(result.periods[when]), horizon)
        for cell in cells:
            _move_on(result, values, at, cell, moved, beyond)
    label = result.periods[when]

    def rank_with(changes: dict[str, float]) -> int:
        trial = values.copy()
        for cell in cells:
            if cell.code in changes:
                trial[at, cell.period, cell.column] = changes[cell.code]
        try:
            return int(index.score(panel.replace(values=trial), label).rank_values[0, at, 0])
        except EgovError as error:
            raise type(error)(
                [
                    Fault(f"levers, {', '.join(changes)}: {fault.place}", fault.came, fault.right)
                    for fault in error.faults
                ]
            ) from None

    target = max(int(here) - places, 1)
    still = rank_with({}) if trend else int(here)
    rows = [_lever(cell, target, still, rank_with) for cell in cells]
    return Levers(
        result, at, when, int(here), target, still, moved, rows, _joint(cells, target, still, rank_with)
    )


def _check(index: Any, panel: Any, horizon: float | None, beyond: float) -> None:
    if not isinstance(index, Index):
        raise SpecError(Fault("index", type(index).__name__, "an Index, e.g. egov.preset('egdi-2022')"))
    if not isinstance(panel, Panel):
        raise DataError(Fault("panel", type(panel).__name__, "a Panel"))
    for name, value, right in (("horizon", horizon, "above 0"), ("beyond", beyond, "of 0 or more")):
        if value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
        if not number or value < 0 or (name == "horizon" and value == 0):
            raise SpecError(Fault(name, repr(value), f"a finite number {right}"))


def _horizon(panel: Panel, at: int, horizon: float | None) -> float:
    if any(isinstance(label, str) for label in panel.periods):
        raise DataError(Fault("periods", "text", "numbers, to follow a trend"))
    if at == 0:
        raise DataError(
            Fault("trend", f"no period before {panel.periods[0]}", "a panel with earlier periods")
        )
    return float(panel.times[at] - panel.times[at - 1]) if horizon is None else float(horizon)


def _cell(result: Result, when: int, unit: int, code: str, beyond: float) -> Cell:
    panel, node = result.panel, result.index.framework[code]
    column = panel.indicators.index(code)
    time = panel.times[panel.periods.index(result.periods[when])] - node.lag
    period = int(np.flatnonzero(panel.times == time)[0])
    value, note = float(panel.values[unit, period, column]), ""
    raw, row = result._raw_trail, when * len(panel.units) + unit
    for k in range(len(raw["row"])):
        if raw["row"][k] == row and result.nodes[raw["column"][k]] == code and raw["stage"][k] == "impute":
            value, note = float(raw["after"][k]), f"not observed: imputed by {raw['method'][k]}"
    if np.isnan(value):
        note = "not observed, left out with its weight"
    low, high, bound = _limits(result, code, beyond)
    best = high if node.direction > 0 else low
    if not np.isnan(value) and (best - value) * node.direction <= 0:
        best, note = value, note or f"at {bound} already"
    return Cell(code, column, period, value, best, not np.isnan(value), bound, note)


def _limits(result: Result, code: str, beyond: float) -> tuple[float, float, str]:
    """Lowest and highest value held to be attainable, and what the better of them is."""
    panel, node = result.panel, result.index.framework[code]
    known, seen = panel.about(code), panel.column(code)
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    reach = beyond * (high - low)
    low, high, bound = (
        low - reach,
        high + reach,
        "the best observed value" if not beyond else "the best held possible",
    )
    stated = {
        side: known.get(side) for side in ("lower", "upper") if isinstance(known.get(side), int | float)
    }
    posts: dict[str, Any] = {
        side: getattr(node, side) for side in ("lower", "upper") if getattr(node, side) is not None
    }
    better = "upper" if node.direction > 0 else "lower"
    for source, word in ((stated, "the bound of the scale"), (posts, "the goalpost")):
        low, high = float(source.get("lower", low)), float(source.get("upper", high))
        bound = word if better in source else bound
    if node.cap is not None and node.direction > 0:
        high, bound = (float(node.cap), "the cap") if node.cap <= high else (high, bound)
    return float(low), float(high), bound


def _move_on(result: Result, values: Array, unit: int, cell: Cell, horizon: float, beyond: float) -> None:
    """Move the observed values of the others along their own lines, within the limits, in place."""
    panel = result.panel
    known = panel.column(cell.code)[:, : cell.period + 1]
    _, slope = line(known, panel.times[: cell.period + 1])
    now = known[:, cell.period]
    low, high, _ = _limits(result, cell.code, beyond)
    fixed_codes = {
        node.not_scored for node in (result.index.framework[cell.code],) if node.not_scored is not None
    }
    ahead = np.clip(now + horizon * slope, np.minimum(low, now), np.maximum(high, now))
    moves = ~np.isnan(ahead) & (now != (np.nan if code is None else code))
    moves[unit] = False
    values[moves, cell.period, cell.column] = ahead[moves]


def _lever(
    cell: Cell, target: int, still: int, rank_with: Callable[[dict[str, float]], int]
) -> dict[str, Any]:
    row: dict[str, Any] = {"cell": cell, "needed": float("nan"), "rank": still, "reachable": still <= target}
    if row["reachable"]:
        return row | {"needed": cell.value}
    if not cell.known or cell.best == cell.value:
        return row
    row["rank"] = rank_with({cell.code: cell.best})
    if row["rank"] > target:
        return row | {"rank": min(row["rank"], still)}
    share = _least_share(
        lambda at: rank_with({cell.code: cell.value + at * (cell.best - cell.value)}), target
    )
    return row | {"needed": cell.value + share * (cell.best - cell.value), "reachable": True}


def _least_share(rank_at: Callable[[float], int], target: int) -> float:
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if rank_at(middle) <= target else (middle, high)
    return high


def _joint(
    cells: list[Cell], target: int, still: int, rank_with: Callable[[dict[str, float]], int]
) -> tuple[float, int]:
    """Least share of the way to the best, the same for all indicators, and the best rank that all of it gives."""
    movable = [cell for cell in cells if cell.known and cell.best != cell.value]

    def rank_at(share: float) -> int:
        return rank_with({cell.code: cell.value + share * (cell.best - cell.value) for cell in movable})

    if still <= target:
        return 0.0, still
    if not movable:
        return float("nan"), still
    best = rank_at(1.0)
    return (_least_share(rank_at, target) if best <= target else float("nan")), best


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
        short = [
            f"{self._title(row['cell'].code)} ({ordinal(row['rank'])} at best{_because(row)})"
            for row in rows
            if not row["reachable"]
        ]
        then = " then" if self.horizon else ""
        said = [
            f"{head} To be {goal}{then}, "
            + ("one of these is enough:" if reached else "no indicator alone is enough.")
        ]
        said += reached
        if short:
            said.append(f"Not enough alone: {in_words(short)}.")
        share, best = self.joint
        if np.isnan(share):
            return [*said, f"All indicators at their best together: {ordinal(best)}."]
        return [*said, f"All together: {100 * share:.1f} % of the way from each value to its best is enough."]

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
        return f": {cell.note}"
    return f", with {cell.best:.4g}, {cell.bound}"
