"""Panels, frames and arrays as rows and columns with names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import catalogue
from ..arguments import period_at, picked
from ..compiled import as_table
from ..errors import DataError, Fault, FitError, SpecError
from ..panel import Panel
from ..table import numbers, read_frame

__all__ = ["Rows", "named", "rows"]

Names = str | Sequence[str] | None


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows x columns, column-major, with their names; the panel they come from, if it is one."""

    values: NDArray[np.float64]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    backend: str
    panel: Panel | None = None


def rows(data: Any, indicators: Names = None, period: Any = None) -> Rows:
    """Take data as rows; SpecError for unknown columns or periods, DataError for what is no number."""
    if isinstance(data, Panel):
        return _of_panel(data, indicators, period)
    if period is not None:
        raise SpecError(Fault("period", repr(period), "nothing: only a panel has periods"))
    if isinstance(data, Mapping) or hasattr(data, "columns") or hasattr(data, "column_names"):
        return _of_frame(data, indicators)
    return _of_array(data, indicators)


def _of_panel(panel: Panel, indicators: Names, period: Any) -> Rows:
    if indicators is not None:
        panel = panel.select(indicators=_picked(indicators, panel.indicators))
    if period is not None:
        panel = panel.select(periods=[panel.periods[period_at(period, panel.periods)]])
    labels = tuple(f"{unit} {label}" for label in panel.periods for unit in panel.units)
    return Rows(as_table(panel), panel.indicators, labels, panel.backend, panel)


def _of_frame(frame: Any, indicators: Names) -> Rows:
    columns, backend = read_frame(frame)
    faults: list[Fault] = []
    wanted = tuple(columns) if indicators is None else _picked(indicators, columns)
    cells = [numbers(columns[name], name, lambda row: f"row {row + 1}", faults) for name in wanted]
    if faults:
        raise DataError(faults)
    count = len(cells[0]) if cells else 0
    values = np.asfortranarray(np.column_stack(cells)) if cells else np.empty((0, 0), order="F")
    return Rows(values, wanted, tuple(f"row {row + 1}" for row in range(count)), backend)


def _of_array(data: Any, indicators: Names) -> Rows:
    try:
        values = np.asarray(data, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(
            f"a Panel, a frame or an array of numbers is needed, not {type(data).__name__} of something else"
        ) from None
    if values.ndim != 2:
        raise DataError(f"an array of 2 dimensions is needed (rows, columns), not of {values.ndim}")
    known = tuple(f"x{column + 1}" for column in range(values.shape[1]))
    if indicators is not None:
        names = _picked(indicators, known)
        values, known = values[:, [known.index(name) for name in names]], names
    labels = tuple(f"row {row + 1}" for row in range(len(values)))
    return Rows(np.asfortranarray(values), known, labels, "pandas")


def _picked(indicators: str | Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    return picked("indicators", indicators, known, "column")


@contextmanager
def named(of: Rows) -> Iterator[None]:
    """Give errors of the core the names of columns."""
    try:
        yield
    except (SpecError, DataError, FitError) as error:
        if hasattr(error, "place"):
            catalogue.locate(error, {"indicator": of.names})
        raise
