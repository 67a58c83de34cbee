"""From the columns of a frame to the parts of a panel, with every fault of the frame in one error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Fault
from ..table import (
    LISTED,
    MISSING_MARKS,
    Column,
    Label,
    labels,
    looks_numeric,
    nearest,
    numbers,
    read_frame,
    rows_text,
)
from .parts import Parts

# What stands in for a default name that a frame lacks.
STAND_INS = {
    "iso3": ("unit", "iso", "country_code", "countrycode", "code"),
    "year": ("period", "edition", "time"),
}


def wide_parts(
    frame: Any,
    unit: str,
    period: str | None,
    indicators: Sequence[str] | None,
    groups: Sequence[str],
    *,
    at: Label,
    name: str | None,
) -> Parts:
    """Parts of a panel from a frame of one row a unit and period."""
    columns, backend = read_frame(frame)
    reading = Reading(columns, unit, period, at)
    schemes = [groups] if isinstance(groups, str) else list(groups)
    names = [] if name is None else [name]
    others = [column for column in columns if column not in (*reading.key, *schemes, *names)]
    asked = (
        others if indicators is None else [indicators] if isinstance(indicators, str) else list(indicators)
    )
    reading.need([*schemes, *names, *asked])
    if indicators is None:
        asked = reading.without_words(asked)
    if not asked:
        reading.faults.append(Fault("frame", "no column of numbers", "one column an indicator"))
    reading.refuse_repeats()
    taken = {column: reading.numbers(column) for column in asked}
    constant = {column: reading.constant(column) for column in [*schemes, *names]}
    reading.stop_on_faults()
    values = np.full((len(reading.units), len(reading.periods), len(taken)), np.nan)
    for k, cells in enumerate(taken.values()):
        values[reading.unit_at, reading.period_at, k] = cells
    return {
        **reading.parts(),
        "values": values,
        "indicators": list(taken),
        "groups": {scheme: constant[scheme] for scheme in schemes},
        "unit_names": {
            u: n for column in names for u, n in zip(reading.units, constant[column], strict=True) if n
        },
        "backend": backend,
    }


def long_parts(frame: Any, unit: str, period: str, indicator: str, value: str) -> Parts:
    """Parts of a panel from a frame of one row a cell."""
    columns, backend = read_frame(frame)
    reading = Reading(columns, unit, period, 0)
    reading.need([indicator, value])
    names = labels(columns[indicator], indicator, reading.faults)
    reading.refuse_repeats(names)
    cells = reading.numbers(value, names)
    reading.stop_on_faults()
    position = {str(label): k for k, label in enumerate(dict.fromkeys(names))}
    values = np.full((len(reading.units), len(reading.periods), len(position)), np.nan)
    values[reading.unit_at, reading.period_at, [position[str(label)] for label in names]] = cells
    return {**reading.parts(), "values": values, "indicators": list(position), "backend": backend}


class Reading:
    """One frame on its way to a panel: its columns, the labels of its rows, the faults found so far.

    Parameters
    ----------
    columns : dict of str to column
        As :func:`egov_index.table.read_frame` gives them.
    unit, period : str
        Columns of labels; None for ``period`` stands for one period.
    at : int, float or str
        Label of the only period if ``period`` is None.

    Raises
    ------
    DataError
        If a column of labels is absent or there are no rows.
    """

    def __init__(self, columns: dict[str, Column], unit: str, period: str | None, at: Label) -> None:
        self.columns = columns
        self.faults: list[Fault] = []
        self.notes: list[str] = []
        self.unit = self._found(unit, "unit")
        self.period = None if period is None else self._found(period, "period")
        self.key = [self.unit] + ([] if self.period is None else [self.period])
        rows = len(next(iter(columns.values()), []))
        if not rows:
            self.faults.append(Fault("frame", "no rows", "at least one row"))
        self.stop_on_faults()
        self.row_units = self._labels(self.unit)
        self.row_periods: list[Label | None] = (
            [at] * rows if self.period is None else self._periods(self.period)
        )
        self.units = [label for label in dict.fromkeys(self.row_units) if label is not None]
        self.periods = self._sorted(label for label in dict.fromkeys(self.row_periods) if label is not None)
        self.unit_at = _positions(self.row_units, self.units)
        self.period_at = _positions(self.row_periods, self.periods)

    def stop_on_faults(self) -> None:
        """Raise DataError with all faults found so far, if any."""
        if self.faults:
            raise DataError(self.faults)

    def need(self, names: Sequence[str]) -> None:
        """Raise DataError for columns that the frame lacks or that are asked for twice."""
        absent = [name for name in names if name not in self.columns]
        self.faults += [
            Fault("column", f"{name!r} is not in the frame", nearest(name, self.columns)) for name in absent
        ]
        twice = sorted({name for name in [*names, *self.key] if [*names, *self.key].count(name) > 1})
        self.faults += [
            Fault(f"column {name!r}", "asked for in two roles", "one role a column") for name in twice
        ]
        if absent or twice:
            self.stop_on_faults()

    def numbers(self, column: str, names: Sequence[Label | None] | None = None) -> NDArray[np.float64]:
        """Take a column as numbers; faults name unit and period (and indicator, of a long frame)."""
        return numbers(self.columns[column], column, lambda row: self.place(row, names), self.faults)

    def place(self, row: int, names: Sequence[Label | None] | None = None) -> str:
        """Name a row by its unit and period, or by its number where a label is missing."""
        label: list[Label | None] = [self.row_units[row]]
        if self.period is not None:
            label.append(self.row_periods[row])
        if names is not None:
            label.append(names[row])
        return f"row {row + 1}" if None in label else " ".join(str(part) for part in label)

    def refuse_repeats(self, names: Sequence[Label | None] | None = None) -> None:
        """Add a fault for each unit and period (and indicator) that has several rows, up to ten of them."""
        if self._all_differ(names):
            return
        rows: dict[tuple[Any, ...], list[int]] = {}
        for row, key in enumerate(
            zip(self.row_units, self.row_periods, names or self.row_units, strict=True)
        ):
            if None not in key:
                rows.setdefault(key, []).append(row)
        repeated = [at for at in rows.values() if len(at) > 1]
        right = (
            "one row a unit" + (" and period" if self.period else "") + (" and indicator" if names else "")
        )
        for at in repeated[:LISTED]:
            self.faults.append(Fault(rows_text(at), f"{self.place(at[0], names)} more than once", right))
        if len(repeated) > LISTED:
            self.faults.append(Fault("frame", f"{len(repeated) - LISTED:,} more duplicates", right))

    def _all_differ(self, names: Sequence[Label | None] | None) -> bool:
        """Tell quickly whether no two rows have the same labels."""
        distinct = list(dict.fromkeys(names or []))
        at = _positions(names, distinct) if names else np.zeros(1, dtype=np.int64)
        code = (self.unit_at * (len(self.periods) + 1) + self.period_at) * (len(distinct) + 1) + at
        return len(np.unique(code)) == len(self.row_units) and self.unit_at.min() >= 0 <= self.period_at.min()

    def constant(self, column: str) -> list[str | None]:
        """Give one label a unit of a column that must not change within a unit."""
        taken: dict[Label, Label] = {}
        rows: dict[Label, list[int]] = {}
        for row, (unit, label) in enumerate(
            zip(self.row_units, labels(self.columns[column], column, []), strict=True)
        ):
            if unit is not None and label is not None and taken.setdefault(unit, label) != label:
                rows.setdefault(unit, []).append(row)
        for unit, at in rows.items():
            came = f"another label than {taken[unit]!r} of {unit} before"
            self.faults.append(Fault(f"column {column!r}, {rows_text(at)}", came, "one label a unit"))
        found = [taken.get(unit) for unit in self.units]
        return [None if label is None else str(label) for label in found]

    def without_words(self, names: Sequence[str]) -> list[str]:
        """Leave out the columns that hold nothing but words, and say so in the notes."""
        words = [name for name in names if _words_only(self.columns[name])]
        self.notes += [f"column {name!r} holds words and was left out" for name in words]
        return [name for name in names if name not in words]

    def parts(self) -> Parts:
        """Parts of the panel that come from the rows' labels."""
        parts: Parts = {
            "units": self.units,
            "periods": self.periods,
            "unit_label": self.unit,
            "notes": self.notes,
        }
        return parts if self.period is None else {**parts, "period_label": self.period}

    def _found(self, name: str, keyword: str) -> str:
        if name in self.columns:
            return name
        folded = {column.casefold(): column for column in self.columns}
        for candidate in (name, *STAND_INS[name]) if name in STAND_INS else ():
            if candidate in folded:
                return folded[candidate]
        hint = f"{keyword}= names the column; {nearest(name, self.columns)}"
        if keyword == "period":
            hint += "; period=None if the frame is of one period"
        self.faults.append(Fault("column", f"{name!r} is not in the frame", hint))
        return name

    def _labels(self, column: str) -> list[Label | None]:
        found = labels(self.columns[column], column, self.faults)
        pairs = zip(found, self.columns[column], strict=True)
        padded = {new for new, old in pairs if isinstance(old, str) and new is not None and new != old}
        if padded:
            self.notes.append(f"column {column!r}: blanks removed around {len(padded)} label(s)")
        return found

    def _periods(self, column: str) -> list[Label | None]:
        found = self._labels(column)
        read = _as_years(found)
        if read is not None:
            self.notes.append(f"column {column!r}: text read as whole numbers")
        return found if read is None else read

    def _sorted(self, found: Iterable[Label]) -> list[Any]:
        periods: list[Any] = list(found)
        if len({isinstance(period, str) for period in periods}) > 1:
            texts = sorted(period for period in periods if isinstance(period, str))
            came = f"numbers and text mixed, e.g. {texts[0]!r}"
            self.faults.append(Fault(f"column {self.period!r}", came, "all periods numbers, or all text"))
            return periods
        return sorted(periods)


def _positions(found: Sequence[Label | None], known: Sequence[Label | None]) -> NDArray[np.int64]:
    at: Mapping[Label | None, int] = {label: position for position, label in enumerate(known)}
    return np.array([at.get(label, -1) for label in found], dtype=np.int64)


def _as_years(found: Sequence[Label | None]) -> list[Label | None] | None:
    """Read texts as years if all are whole numbers, or dates of one and the same day of the year."""
    texts = [label for label in found if label is not None]
    if not texts or not all(isinstance(label, str) for label in texts):
        return None
    read: Callable[[str], int]
    if all(_is_year(str(label)) for label in texts):
        read = int
    elif all(_is_date(str(label)) for label in texts) and len({str(label)[4:] for label in texts}) == 1:

        def read(text: str) -> int:
            return int(text[:4])

    else:
        return None
    return [None if label is None else read(str(label)) for label in found]


def _is_year(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _is_date(text: str) -> bool:
    parts = text[:10].split("-")
    return len(parts) == 3 and _is_year(parts[0]) and len(parts[0]) == 4


def _words_only(cells: Column) -> bool:
    if isinstance(cells, np.ndarray):
        return False
    known = [cell for cell in cells if cell is not None]
    words = [
        c
        for c in known
        if isinstance(c, str) and not looks_numeric(c) and c.strip().casefold() not in MISSING_MARKS
    ]
    return bool(known) and len(words) == len(known)
