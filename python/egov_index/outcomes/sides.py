"""Both sides of an association: scores of an index at its periods, and outcomes and controls around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..arguments import period_at, picked
from ..errors import DataError, Fault, SpecError
from ..panel import Panel
from ..result import Result
from ..table import listing
from .around import stack_of, time_of
from .controls import Controls
from .unscored import scored_only

__all__ = ["Sides", "gather", "index_side", "panel_of"]

Array = NDArray[np.float64]


@dataclass
class Sides:
    """What is set against what: a row a country, or a country in each of several periods.

    ``countries`` says of each row whose it is; ``years`` when each outcome is of.
    """

    scores: Result | Panel
    outcomes: Panel
    nodes: list[str]
    names: list[str]
    periods: list[Any]
    x: Array
    y: Array
    years: Array
    z: Array
    countries: NDArray[np.int64]
    controls: Controls
    notes: list[str] = field(default_factory=list)

    @property
    def clusters(self) -> NDArray[np.int64] | None:
        """Country of each row, where a country has several."""
        return self.countries if len(self.periods) > 1 else None

    @cached_property
    def streams(self) -> list[int]:
        """Random numbers of each pair hang on its names, not on what else stands in the table."""
        return [crc32(f"{node}\x1f{name}".encode()) for node in self.nodes for name in self.names]

    def listwise(self) -> None:
        """Keep rows that have every node, outcome and control; the others are missing throughout."""
        whole = _complete(np.hstack([self.x, self.y, self.z]))
        self.notes.append(
            f"listwise: {int(whole.sum())} of {len(whole)} rows have every node, outcome and control"
        )
        self.x = np.where(whole[:, None], self.x, np.nan)
        self.y = np.where(whole[:, None], self.y, np.nan)

    def controlled(self) -> Array:
        """Scores of the rows that have every control: what a plain association beside a partial one is of."""
        return np.where(self.held[:, None], self.x, np.nan)

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """Rows that have every control."""
        return _complete(self.z)


def gather(
    scores: Any,
    outcomes: Any,
    *,
    nodes: str | Sequence[str] | None = None,
    only: str | Sequence[str] | None = None,
    period: Any = None,
    stacked: bool = False,
    lag: float = 0,
    window: float = 5,
    control: str | Sequence[str] = (),
    controls: Any = None,
) -> Sides:
    """Both sides over the same rows: those of one period, or of several periods one after the other."""
    if not isinstance(outcomes, Panel):
        raise DataError(f"outcomes: a Panel is needed, not {type(outcomes).__name__}")
    scores, unscored = scored_only(scores)
    known, labels, values = _scored(scores)
    faults: list[Fault] = []
    names, unasked = _tried(faults, _nodes, nodes, known, scores) or ([], [])
    periods = _tried(faults, _periods, period, labels, stacked)
    rows, notes = _tried(faults, _rows, outcomes, only) or ([], [])
    held = _tried(faults, Controls.read, control, controls, outcomes)
    if faults:
        raise SpecError(faults)
    units = panel_of(scores).units
    at = [labels.index(label) for label in periods]
    x = values[:, at][:, :, [known.index(name) for name in names]]
    shown = outcomes if list(outcomes.indicators) == rows else outcomes.select(indicators=rows)
    times = [time_of(label) for label in periods]
    reach = min(window, lag) if lag > 0 else window  # what is not after the index is not later
    y, years, apart = stack_of(units, shown, [now + time_of(lag) for now in times], reach, "outcomes")
    z, unheld = held.values(units, times, window)
    return Sides(
        scores, outcomes, names, rows, periods, np.asfortranarray(x.transpose(1, 0, 2).reshape(-1, len(names))),
        y, years, z, np.tile(np.arange(len(units)), len(periods)), held,
        [*notes, *unasked, *unscored, *apart, *unheld],
    )  # fmt: skip


def _complete(table: Array) -> NDArray[np.bool_]:
    """Rows without a hole."""
    return np.asarray(~np.isnan(table).any(axis=1), dtype=bool)


def index_side(scores: Any, nodes: str | Sequence[str] | None, period: Any) -> tuple[list[str], Any, Array]:
    """Names of the nodes, the period, and their values: units x nodes."""
    known, labels, values = _scored(scores)
    names, when = _nodes(nodes, known, scores)[0], _periods(period, labels, False)[0]
    picked_values = values[:, labels.index(when)][:, [known.index(name) for name in names]]
    return names, when, np.asfortranarray(picked_values)


def _tried(faults: list[Fault], read: Callable[..., Any], *given: Any) -> Any:
    """What a reading gives; if it fails, its faults join the others."""
    try:
        return read(*given)
    except SpecError as error:
        faults.extend(error.faults)
        return None


def panel_of(scores: Result | Panel) -> Panel:
    """The data of a result, or the panel itself."""
    return scores.panel if isinstance(scores, Result) else scores


def _scored(scores: Any) -> tuple[list[str], list[Any], Array]:
    """Names of the nodes, the periods, and values: units x periods x nodes."""
    if isinstance(scores, Result):
        return list(scores.nodes), list(scores.periods), scores.values.transpose(1, 0, 2)
    if isinstance(scores, Panel):
        return list(scores.indicators), list(scores.periods), scores.values
    raise DataError(f"a Result or a Panel is needed, not {type(scores).__name__}")


def _nodes(
    nodes: str | Sequence[str] | None, known: list[str], scores: Result | Panel
) -> tuple[list[str], list[str]]:
    """Nodes, and a sentence on those that are not asked for since they are ranks of the others."""
    if nodes is not None:
        return list(picked("nodes", nodes, known, "node")), []
    ranks = [name for name in known if isinstance(scores, Panel) and _is_rank(scores, name)]
    if not ranks or len(ranks) == len(known):
        return known, []
    said = f"no rows for {', '.join(ranks)}: a rank of the others; nodes=[...] asks for it"
    return [name for name in known if name not in ranks], [said]


def _is_rank(panel: Panel, name: str) -> bool:
    return str(panel.about(name).get("unit", "")).startswith("rank")


def _periods(period: Any, known: list[Any], stacked: bool) -> list[Any]:
    """One period, the last if none is named; or stacked some of them, all if none is."""
    if period is None:
        return list(known) if stacked else [known[-1]]
    period = period.tolist() if isinstance(period, np.ndarray | np.generic) else period
    several = isinstance(period, Sequence) and not isinstance(period, str)
    if several and not stacked:
        raise SpecError(Fault("period", repr(period), 'one period, or view="pooled", "within" or "between"'))
    faults: list[Fault] = []
    found = {_tried(faults, period_at, label, known) for label in (period if several else [period])}
    if faults or not found:
        raise SpecError(faults or Fault("period", "an empty list", f"some of {listing(known)}"))
    return [known[at] for at in sorted(found)]


def _rows(outcomes: Panel, only: str | Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Outcomes that are rows, and a sentence on those that are not since they are there to be held constant."""
    known = list(outcomes.indicators)
    if only is not None:
        return list(picked("only", only, known, "outcome")), []
    kept = [name for name in known if outcomes.about(name).get("sdg_goal") != "control"]
    if not kept or len(kept) == len(known):
        return known, []
    rest = ", ".join(name for name in known if name not in kept)
    return kept, [f"no rows for {rest}: there to be held constant (goal control); only=[...] asks for them"]
