"""Tables of text: comma, semicolon or tab between cells, one row a unit and period, one column an indicator."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import DataError, Fault
from ..panel import Panel
from ..table import listing, nearest

__all__ = ["Delimited", "read_delimited"]

LARGEST = 256 * 1024 * 1024  # bytes
WIDEST = 10_000  # columns
UNITS = ("iso3", "unit", "code", "country_code", "iso", "ucode", "country", "city", "name")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?i:inf|infinity)", re.ASCII)
ROWS = re.compile(r"(?P<before>.*, |)rows? (?P<rows>\d+(?:, \d+)*)(?P<more>(?: and [\d,]+ more)?)", re.DOTALL)
PERIODS = ("year", "period", "edition", "time", "survey_year")


def read_delimited(
    path: str | Path,
    indicators: Iterable[str] | None = None,
    *,
    groups: Iterable[str] = (),
    unit: str | None = None,
    period: str | None = None,
    at: Any = 0,
) -> Panel:
    r"""Read a table of text into a panel.

    Parameters
    ----------
    path : str or Path
        A UTF-8 file with a header; decimal point, an empty cell is missing.
    indicators : iterable of str, optional
        Columns wanted; those the file lacks are left out. All columns of numbers if not given.
    groups : iterable of str
        Columns with a grouping of the units; those the file lacks are left out.
    unit, period : str, optional
        Columns with the unit and the period; else the first of the usual names that the file has.
    at : label
        The period of a file without such a column.

    Returns
    -------
    Panel

    Raises
    ------
    DataError
        With every fault: empty, not UTF-8, too large, uneven rows, text in a number column, duplicated rows,
        infinite values.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.csv"
    >>> _ = path.write_text("iso3,year,osi\nEST,2022,1.0\nDNK,2022,0.98\n")
    >>> read_delimited(path).units
    ('EST', 'DNK')
    """
    table = Delimited(path, groups=groups, unit=unit, period=period, at=at)
    names = None if indicators is None else table.having(indicators)
    if names == []:
        came = f"columns {listing(table.header)}"
        raise DataError(Fault(f"{table.name}, header", came, "none is an indicator of the index"))
    return table.panel(names)


class Delimited:
    """A table of text that has been split into cells, with its columns of units and periods found.

    Attributes
    ----------
    name : str
        Name of the file.
    header : list of str
        Names of the columns.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        groups: Iterable[str] = (),
        unit: str | None = None,
        period: str | None = None,
        at: Any = 0,
    ) -> None:
        path = Path(path)
        self.name, self.at = path.name, at
        self.header, rows, self._lines, self._faults = _cells(path)
        self.unit = _column(path, "unit", unit, UNITS, self.header)
        others = [name for name in self.header if name != self.unit]
        self.period = period or next((name for name in others if name.strip().lower() in PERIODS), None)
        if self.period is not None and self.period not in self.header:
            came = f"no column {self.period!r} for the period"
            raise DataError(Fault(f"{path.name}, header", came, nearest(self.period, self.header)))
        self.groups = [name for name in groups if name in self.header]
        self.columns = {name: [_cell(row[at_]) for row in rows] for at_, name in enumerate(self.header)}
        if self.period is not None:
            cells = self.columns[self.period]
            self.columns[self.period] = [None if str(cell).casefold() == "nan" else cell for cell in cells]
        for name in (self.unit, *self.groups):
            self.columns[name] = [row[self.header.index(name)].strip() or None for row in rows]

    def having(self, names: Iterable[str]) -> list[str]:
        """Those of the names that are columns of indicators here."""
        wanted = set(names) - {self.unit, self.period, *self.groups}
        found = [name for name in self.header if name in wanted]
        if self._faults and not found:
            raise DataError(self._faults)
        return found

    def panel(self, names: list[str] | None) -> Panel:
        """The columns of that name as a panel; DataError with every fault of the file."""
        keys = [name for name in (self.unit, self.period) if name is not None]
        kept = [name for name in self.header if names is None or name in (*keys, *self.groups, *names)]
        faults = list(self._faults)
        try:
            panel = Panel.from_wide(
                {name: self.columns[name] for name in kept},
                unit=self.unit, period=self.period, indicators=names, groups=self.groups, at=self.at,
            )  # fmt: skip
        except DataError as error:
            faults += [
                Fault(f"{self.name}, {self._place(fault.place)}", fault.came, fault.right)
                for fault in error.faults
            ]
        if faults:
            raise DataError(faults)
        return panel

    def _place(self, place: str) -> str:
        """A place with the lines of the file instead of the rows of its table."""
        found = ROWS.fullmatch(place)
        if found is None:
            return place
        lines = [self._lines[int(row) - 1] for row in found["rows"].split(", ")]
        word = "line" if len(lines) == 1 else "lines"
        return f"{found['before']}{word} {', '.join(map(str, lines))}{found['more']}"

    def what_is_sound(self, names: list[str]) -> Panel:
        """A panel of what can be read, to look for further faults: bad cells missing, repeated rows left out."""
        kept: dict[tuple[Any, Any], int] = {}
        periods = self.columns[self.period] if self.period else [self.at] * len(self.columns[self.unit])
        for row, key in enumerate(zip(self.columns[self.unit], periods, strict=True)):
            if key[0] is not None and isinstance(key[1], int | float | str):
                kept.setdefault((key[0], str(key[1])), row)
        sound: dict[str, list[Any]] = {
            "unit": [unit for unit, _ in kept],
            "period": [periods[row] for row in kept.values()],
        }
        for name in names:
            sound[name] = [_sound(self.columns[name][row]) for row in kept.values()]
        return Panel.from_wide(sound, unit="unit", period="period", indicators=names)


def _sound(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _cells(path: Path) -> tuple[list[str], list[list[str]], list[int], list[Fault]]:
    """Header, rows as text, the line where each starts, and faults; DataError where the file is no table."""
    text = _text(path)
    sample = text[:65536].split("\n", 1)[0]
    delimiter = max(",;\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        header = next(reader, [])
        line = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        unclosed = "unexpected end" in str(error)
        came = "a quote that is never closed" if unclosed else str(error)
        raise DataError(Fault(f"{path.name}, line {line}", came, "a table of cells")) from None
    while header and not header[-1].strip():  # a delimiter at the end of each line
        header = header[:-1]
        rows = [row[:-1] if len(row) > len(header) and not row[-1].strip() else row for row in rows]
    header = [name.strip() for name in header]
    faults = [
        Fault(
            f"{path.name}, header", f"column {name!r} stands {header.count(name)} times", "names must differ"
        )
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    if len(header) > WIDEST:
        faults.append(Fault(path.name, f"{len(header):,} columns", f"at most {WIDEST:,}"))
    uneven: dict[int, list[int]] = {}
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            uneven.setdefault(len(row), []).append(line)
    counts = [
        Fault(f"{path.name}, line {listing(at)}", f"{n} cells", f"{len(header)}, as in the header")
        for n, at in uneven.items()
    ]
    if not rows:
        faults.append(
            Fault(
                path.name,
                "no rows below the header" if header else "an empty file",
                "a header and one row a unit and period",
            )
        )
    if faults:
        raise DataError([*faults, *counts])
    width = len(header)
    return header, [(row + [""] * (width - len(row)))[:width] for row in rows], lines, counts


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(Fault(path.name, f"{path.stat().st_size:,} bytes", f"at most {LARGEST:,}"))
        data = path.read_bytes()
    except OSError as error:
        raise DataError(Fault(str(path), error.strerror or "cannot be read", "a readable file")) from None
    if b"\0" in data:
        raise DataError(Fault(path.name, f"a NUL byte at offset {data.index(0)}", "a table of text, UTF-8"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            Fault(
                f"{path.name}, line {line}",
                f"byte 0x{data[error.start]:02x} is not UTF-8",
                "save the file as UTF-8",
            )
        ) from None


def _column(path: Path, what: str, asked: str | None, usual: Sequence[str], header: list[str]) -> str:
    if asked is not None:
        if asked not in header:
            raise DataError(
                Fault(f"{path.name}, header", f"no column {asked!r} for the {what}", nearest(asked, header))
            )
        return asked
    by_name = {name.lower(): name for name in reversed(header)}
    for name in usual:
        if name in by_name:
            return by_name[name]
    raise DataError(
        Fault(
            f"{path.name}, header",
            f"columns {listing(header)}",
            f"one that names the {what}: {', '.join(usual)}",
        )
    )


def _cell(text: str) -> Any:
    """A number where the text is one, None where it is empty, else the text itself."""
    text = text.strip()
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        return text
    return int(text) if text.lstrip("+-").isdigit() and len(text) < 18 else float(text)
