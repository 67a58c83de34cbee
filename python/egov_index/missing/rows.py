"""Panels, frames and arrays as rows and columns with names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import catalogue
from ..compiled import as_table
from ..errors import DataError, Fault, FitError, SpecError
from ..panel import Panel
from ..table import listing, nearest, numbers, read_frame

__all__ = ["Rows", "named", "rows"]


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows x columns, column-major, with their names; the panel they come from, if it is one."""

    values: NDArray[np.float64]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    backend: str
    panel: Panel | None = None


def rows(data: Any, indicators: str | Sequence[str] | None = None, period: Any = None) -> Rows:
    """Take data as rows; SpecError for unknown columns or periods, DataError for what is no number."""
    names = (
        (indicators,) if isinstance(indicators, str) else None if indicators is None else tuple(indicators)
    )
    if isinstance(data, Panel):
        return _of_panel(data, names, period)
    if period is not None:
        raise SpecError(Fault("period", repr(period), "nothing: only a panel has periods"))
    if isinstance(data, Mapping) or hasattr(data, "columns") or hasattr(data, "column_names"):
        return _of_frame(data, names)
    return _of_array(data, names)


def _of_panel(panel: Panel, names: tuple[str, ...] | None, period: Any) -> Rows:
    if names is not None:
        _check(names, panel.indicators)
        panel = panel.select(indicators=names)
    if period is not None:
        panel = panel.select(periods=[_label(period, panel.periods)])
    labels = tuple(f"{unit} {label}" for label in panel.periods for unit in panel.units)
    return Rows(as_table(panel), panel.indicators, labels, panel.backend, panel)


def _label(period: Any, periods: Sequence[Any]) -> Any:
    for label in periods:
        if str(label) == str(period):
            return label
    raise SpecError(Fault("period", repr(period), f"one of {listing(periods)}"))


def _of_frame(frame: Any, names: tuple[str, ...] | None) -> Rows:
    columns, backend = read_frame(frame)
    if names is not None:
        _check(names, columns)
    faults: list[Fault] = []
    wanted = tuple(columns) if names is None else names
    cells = [numbers(columns[name], name, lambda row: f"row {row + 1}", faults) for name in wanted]
    if faults:
        raise DataError(faults)
    count = len(cells[0]) if cells else 0
    values = np.asfortranarray(np.column_stack(cells)) if cells else np.empty((0, 0), order="F")
    return Rows(values, wanted, tuple(f"row {row + 1}" for row in range(count)), backend)


def _of_array(data: Any, names: tuple[str, ...] | None) -> Rows:
    try:
        values = np.asarray(data, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(
            f"a Panel, a frame or an array of numbers is needed, not {type(data).__name__} of something else"
        ) from None
    if values.ndim != 2:
        raise DataError(f"an array of 2 dimensions is needed (rows, columns), not of {values.ndim}")
    known = tuple(f"x{column + 1}" for column in range(values.shape[1]))
    if names is not None:
        _check(names, known)
        values, known = values[:, [known.index(name) for name in names]], names
    labels = tuple(f"row {row + 1}" for row in range(len(values)))
    return Rows(np.asfortranarray(values), known, labels, "pandas")


def _check(names: Sequence[str], known: Any) -> None:
    faults = [
        Fault("indicators", f"unknown column {name!r}", nearest(name, known))
        for name in names
        if name not in known
    ]
    faults += [
        Fault("indicators", f"{name!r} stands twice", "each once")
        for name in dict.fromkeys(names)
        if list(names).count(name) > 1
    ]
    if not names:
        faults.append(Fault("indicators", "none", "at least one"))
    if faults:
        raise SpecError(faults)


@contextmanager
def named(of: Rows) -> Iterator[None]:
    """Give errors of the core the names of columns."""
    try:
        yield
    except (SpecError, DataError, FitError) as error:
        if hasattr(error, "place"):
            catalogue.locate(error, {"indicator": of.names})
        raise
