"""Data frames in and out: pandas, polars and pyarrow through narwhals, each imported only where needed."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, Fault

__all__ = [
    "BACKENDS",
    "Column",
    "Label",
    "labels",
    "listing",
    "make_frame",
    "nearest",
    "numbers",
    "read_frame",
]

Label = int | float | str
Column = NDArray[np.float64] | NDArray[np.int64] | list[object]

BACKENDS = ("pandas", "polars", "pyarrow")
LISTED = 10  # rows or cells named in one fault; the rest is counted

# What files of the field write where nothing is known. Named in errors, never converted.
MISSING_MARKS = frozenset(
    {"", "-", "--", ".", "..", "...", ":", "n/a", "na", "nan", "n.a.", "null", "none", "#n/a"}
)


def read_frame(frame: Any) -> tuple[dict[str, Column], str]:
    """Read a data frame into plain columns.

    Parameters
    ----------
    frame : pandas, polars or pyarrow table, or mapping of column name to sequence
        Named levels of a pandas index count as columns. A lazy polars frame is collected.

    Returns
    -------
    columns : dict of str to (numpy.ndarray or list)
        Columns of a number type are float64 or, where nothing is missing, int64 arrays; all others are
        lists with None for a missing cell. NaN stands for a missing number, whatever mark the library uses.
    backend : str
        ``"pandas"``, ``"polars"`` or ``"pyarrow"``: where :func:`make_frame` is to put results.

    Raises
    ------
    DataError
        If the object is no data frame, a column name occurs twice, or columns differ in length.

    Examples
    --------
    >>> read_frame({"iso3": ["EST", "NAM"], "osi": [0.9, None]})
    ({'iso3': ['EST', 'NAM'], 'osi': [0.9, None]}, 'pandas')
    """
    if isinstance(frame, Mapping):
        return _read_mapping(frame), "pandas"
    _refuse_repeated(_native_names(frame))
    table = _opened(_with_index(frame))
    columns = {str(series.name): _read_series(series) for series in table.iter_columns()}
    backend = str(table.implementation.value).lower()
    return columns, backend if backend in BACKENDS else "pandas"


def make_frame(columns: Mapping[str, Any], backend: str = "pandas", labels: Sequence[str] = ()) -> Any:
    """Put columns into a frame of the given library.

    Parameters
    ----------
    columns : mapping of str to sequence or numpy.ndarray
        One-dimensional columns of equal length. NaN and None are missing cells.
    backend : {"pandas", "polars", "pyarrow"}
        Library of the frame; it is imported here.
    labels : sequence of str
        Columns of labels: whole numbers among them stay whole in pandas where some are missing (Int64, with NA).

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        Missing cells are NaN in pandas and null elsewhere.

    Raises
    ------
    DataError
        If the library is not one of the three.

    Examples
    --------
    >>> make_frame({"iso3": ["EST"], "osi": [0.9]}).shape
    (1, 2)
    """
    if backend not in BACKENDS:
        raise DataError(Fault("backend", repr(backend), f"one of {', '.join(BACKENDS)}"))
    plain = {name: _uniform(column) for name, column in columns.items()}
    library: Any = import_module(backend)
    if backend == "polars":
        return library.DataFrame(plain, nan_to_null=True, strict=False)
    if backend == "pyarrow":
        return library.table(
            {name: library.array(column, from_pandas=True) for name, column in plain.items()}
        )
    return library.DataFrame(
        {
            name: library.array(column, dtype="Int64") if name in labels and _holed_whole(column) else column
            for name, column in plain.items()
        }
    )


def numbers(
    values: Column, name: str, place: Callable[[int], str], faults: list[Fault]
) -> NDArray[np.float64]:
    """Take a column as numbers; what is no number is added to the faults.

    Parameters
    ----------
    values : numpy.ndarray or list
        A column as :func:`read_frame` gives it, n cells.
    name : str
        Name of the column, for the faults.
    place : callable
        From a row position to its readable place, e.g. ``"EST 2020"``.
    faults : list of Fault
        Grows by one fault for each distinct text, by one for infinities, by one for each other type.

    Returns
    -------
    numpy.ndarray
        float64, n cells; NaN where the cell is missing or at fault.

    Examples
    --------
    >>> found = []
    >>> numbers([1, "..", None], "osi", lambda row: f"row {row + 1}", found)
    array([ 1., nan, nan])
    >>> print(found[0])
    column 'osi', row 2: text '..'; an empty cell where nothing is known
    """
    wrong: dict[tuple[str, str], list[int]] = {}
    if isinstance(values, np.ndarray):
        array = values.astype(np.float64)
    else:
        array = np.array([_number(cell, row, wrong) for row, cell in enumerate(values)], dtype=np.float64)
    infinite = np.flatnonzero(np.isinf(array)).tolist()
    if infinite:
        wrong["an infinite value", "a finite number, or an empty cell where nothing is known"] = infinite
        array[infinite] = np.nan
    for (came, right), rows in wrong.items():
        faults.append(Fault(f"column {name!r}, {listing(place(row) for row in rows)}", came, right))
    return array


def labels(values: Column, name: str, faults: list[Fault]) -> list[Label | None]:
    """Take a column as labels: text stripped of blanks at its ends, whole numbers as int.

    Parameters
    ----------
    values : numpy.ndarray or list
        A column as :func:`read_frame` gives it, n cells.
    name : str
        Name of the column, for the faults.
    faults : list of Fault
        Grows by one fault that names the rows without a label, and one for each type that can be no label.

    Returns
    -------
    list of int, float, str or None
        n labels; None where the cell is missing or at fault.

    Examples
    --------
    >>> labels([2003.0, "EST ", None], "x", [])
    [2003, 'EST', None]
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "i":
        return list(values.tolist())
    cells: list[object] = values.tolist() if isinstance(values, np.ndarray) else values
    texts = {cell: cell.strip() for cell in {cell for cell in cells if type(cell) is str}}
    wrong: dict[tuple[str, str], list[int]] = {}
    taken = [
        (type(cell) is str and texts[cell]) or _label(cell, row, wrong) for row, cell in enumerate(cells)
    ]
    for (came, right), rows in wrong.items():
        faults.append(Fault(f"column {name!r}, {rows_text(rows)}", came, right))
    return taken


def rows_text(rows: Sequence[int]) -> str:
    """Name rows by position: ``"row 4"`` or ``"rows 4, 9"``, the first row of data being row 1."""
    word = "row" if len(rows) == 1 else "rows"
    return f"{word} {listing(str(row + 1) for row in rows)}"


def listing(items: Iterable[object], limit: int = LISTED) -> str:
    """Join items with commas, the first ``limit`` of them, and count the rest."""
    texts = [str(item) for item in items]
    rest = len(texts) - limit
    return ", ".join(texts[:limit]) + (f" and {rest:,} more" if rest > 0 else "")


def nearest(name: object, valid: Iterable[object], limit: int = LISTED) -> str:
    """Say which valid name is nearest to an unknown one, or list the valid names, at most ``limit`` of them.

    Examples
    --------
    >>> nearest("internet_user", ["internet_users", "gini"])
    "the nearest valid name is 'internet_users'"
    >>> nearest("2000", [2000, 2001])
    'the nearest valid name is 2000, of type int, not text'
    >>> nearest(1999, [2000, 2001])
    'valid are 2000, 2001'
    """
    names = list(valid)
    by_text = {str(item).casefold(): item for item in names}
    from difflib import get_close_matches  # slow to import

    close = get_close_matches(str(name).casefold(), by_text, n=1) if isinstance(name, str) else []
    if close:
        found = by_text[close[0]]
        kind = "" if isinstance(found, str) else f", of type {type(found).__name__}, not text"
        return f"the nearest valid name is {found!r}{kind}"
    return f"valid are {listing(names, limit)}" if names else "there is none to choose from"


def _native_names(frame: Any) -> list[str]:
    names = getattr(frame, "column_names", None)
    if names is None and not hasattr(frame, "collect"):
        names = getattr(frame, "columns", None)
    return [] if names is None or callable(names) else [str(name) for name in names]


def _refuse_repeated(names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DataError([Fault(f"column {name!r}", "stands twice", "one column a name") for name in repeated])


def _with_index(frame: Any) -> Any:
    """Turn the named levels of a pandas index into columns."""
    names = getattr(getattr(frame, "index", None), "names", None)
    if names is None or not hasattr(frame, "columns"):
        return frame
    levels = [name for name in names if name is not None and name not in frame.columns]
    return frame.reset_index(levels) if levels else frame


def _opened(frame: Any) -> Any:
    import narwhals as nw

    try:
        table = nw.from_native(frame)
    except TypeError:
        kind = f"{type(frame).__module__.split('.')[0]}.{type(frame).__qualname__}"
        raise DataError(Fault("frame", f"a {kind}", "a pandas, polars or pyarrow table")) from None
    return table.collect() if isinstance(table, nw.LazyFrame) else table


def _read_mapping(frame: Mapping[Any, Any]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for name, column in frame.items():
        kind = column.dtype.kind if isinstance(column, np.ndarray) else ""
        if kind == "f":
            columns[str(name)] = np.array(column, dtype=np.float64)
        elif kind in ("i", "u"):
            columns[str(name)] = _whole(column)
        else:
            columns[str(name)] = [_cell(cell) for cell in column]
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        right = "columns of equal length"
        raise DataError([Fault(f"column {name!r}", f"{n} cells", right) for name, n in lengths.items()])
    return columns


def _read_series(series: Any) -> Column:
    import narwhals as nw

    if series.dtype.is_integer() and series.null_count() == 0:
        return _whole(np.asarray(series.to_numpy()))
    if series.dtype.is_numeric():
        return np.array(series.cast(nw.Float64).fill_null(float("nan")).to_numpy(), dtype=np.float64)
    return [_cell(cell) for cell in series.to_list()]


def _whole(cells: NDArray[Any]) -> Column:
    """Whole numbers as int64, or cell by cell where one is beyond its range."""
    beyond = cells.dtype != np.int64 and cells.size and int(cells.max()) > np.iinfo(np.int64).max
    return cells.tolist() if beyond else cells.astype(np.int64)


def _cell(cell: Any) -> object:
    """Make None of every mark of a missing cell (None, NaN, pandas.NA, NaT) and Python values of NumPy's."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(cell, np.generic):
        cell = cell.item()
    return None if isinstance(cell, float) and cell != cell else cell


def _number(cell: object, row: int, wrong: dict[tuple[str, str], list[int]]) -> float:
    if cell is None:
        return float("nan")
    if isinstance(cell, bool | int | float | decimal.Decimal):
        return float(cell)
    wrong.setdefault(_no_number(cell), []).append(row)
    return float("nan")


def _no_number(cell: object) -> tuple[str, str]:
    if not isinstance(cell, str):
        return f"a {type(cell).__name__}", "a number"
    if cell.strip().casefold() in MISSING_MARKS:
        return f"text {cell!r}", "an empty cell where nothing is known"
    if looks_numeric(cell):
        return f"text {cell!r}", "the same as a number, not as text"
    return f"text {cell!r}", "a number, or an empty cell where nothing is known"


def looks_numeric(text: str) -> bool:
    """Whether a text reads as a number, with either decimal sign and any mark of thousands.

    Examples
    --------
    >>> looks_numeric("1 234,5"), looks_numeric("Chad")
    (True, False)
    """
    try:
        float(text.replace(",", ".").replace(" ", "").replace("\u00a0", "").rstrip("%"))
    except ValueError:
        return False
    return True


def _label(cell: object, row: int, wrong: dict[tuple[str, str], list[int]]) -> Label | None:
    if isinstance(cell, datetime.date):  # datetime and pandas.Timestamp are dates too
        return cell.isoformat()
    if isinstance(cell, float) and np.isfinite(cell):
        return int(cell) if cell.is_integer() else cell
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell
    text = cell.strip() if isinstance(cell, str) else ""
    if text:
        return text
    empty = cell is None or isinstance(cell, str) or cell != cell
    came = "empty" if empty else f"a {type(cell).__name__}: {cell!r}"
    wrong.setdefault((came, "a label (text or a number) in every row"), []).append(row)
    return None


def _holed_whole(column: Any) -> bool:
    """Whole numbers of which some are missing: pandas by itself would make them floats."""
    if isinstance(column, np.ndarray):
        return False
    kinds = {type(cell) for cell in column}
    return type(None) in kinds and len(kinds) > 1 and kinds <= {type(None), int, np.int64}


def _uniform(column: Any) -> Any:
    """Write labels as text where numbers and text are mixed: polars and pyarrow hold one type a column."""
    if isinstance(column, np.ndarray):
        return column
    cells = list(column)
    kinds = {isinstance(cell, str) for cell in cells if cell is not None}
    return [None if cell is None else str(cell) for cell in cells] if len(kinds) > 1 else cells
