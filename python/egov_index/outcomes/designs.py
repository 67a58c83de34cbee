"""Rows of a regression: an outcome and its columns, read from arrays or frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Fault, SpecError
from ..naming import counted
from ..table import numbers, read_frame

__all__ = ["design", "group_numbers", "is_missing", "outcome", "same_labels"]

Array = NDArray[np.float64]


def same_labels(**given: Any) -> None:
    """DataError where two of those given have an index, as pandas has it, and the indices differ."""
    indexed = [(name, item.index) for name, item in given.items() if hasattr(item, "reset_index")]
    for name, index in indexed[1:]:
        if not index.equals(indexed[0][1]):
            first = indexed[0][0]
            raise DataError(
                Fault(name, f"another index than that of {first}", f"rows in the order of {first}")
            )


def outcome(y: Any) -> tuple[Array, str]:
    """An outcome as numbers, and the library it came from; DataError for text, infinities, or more than one column."""
    values, _, backend = _table(y, "y", None)
    if values.shape[1] != 1:
        raise DataError(Fault("y", f"{values.shape[1]} columns", "one column"))
    return values[:, 0], backend


def design(x: Any, names: Sequence[str] | None, rows: int) -> tuple[Array, list[str]]:
    """Columns as numbers, with their names; DataError where rows differ from those of the outcome."""
    values, found, _ = _table(x, "x", names)
    if len(values) != rows:
        raise DataError(Fault("x", counted(len(values), "row"), f"{rows}, as many as y has"))
    if len(set(found)) < len(found) or "intercept" in found:
        raise SpecError(
            Fault("names", ", ".join(found), "a name of its own for each column, none 'intercept'")
        )
    return values, found


def _table(given: Any, place: str, names: Sequence[str] | None) -> tuple[Array, list[str], str]:
    frame, backend = _frame(given)
    if frame is None:
        array = _array(given, place)
        array = array.reshape(-1, 1) if array.ndim == 1 else array
        columns: dict[str, Any] = {f"x{k + 1}": array[:, k] for k in range(array.shape[1])}
    else:
        columns = frame
    if names is not None:
        names = [names] if isinstance(names, str) else [str(name) for name in names]
        if len(names) != len(columns):
            raise SpecError(
                Fault("names", counted(len(names), "name"), f"{len(columns)}, one for each column of x")
            )
    faults: list[Fault] = []
    read = [
        numbers(column, name if frame is not None else place, lambda row: f"row {row + 1}", faults)
        for name, column in columns.items()
    ]
    if faults:
        raise DataError(faults)
    table = np.stack(read, axis=1) if read else np.empty((0, 0))
    return np.asfortranarray(table), list(names if names is not None else columns), backend


def _frame(given: Any) -> tuple[dict[str, Any] | None, str]:
    if isinstance(given, np.ndarray | list | tuple):
        return None, "pandas"
    if hasattr(given, "to_frame") and getattr(given, "ndim", 1) == 1:
        given = given.to_frame()
    if hasattr(given, "reset_index"):
        given = given.reset_index(drop=True)  # labels of rows are no column
    if isinstance(given, dict) or hasattr(given, "columns"):
        return read_frame(given)
    return None, "pandas"


def _array(given: Any, place: str) -> Array:
    try:
        array = np.asarray(given)
        if array.dtype.kind not in "biufO":
            raise TypeError
        array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise DataError(Fault(place, type(given).__name__, "real numbers in one or two dimensions")) from None
    if array.ndim not in (1, 2):
        raise DataError(Fault(place, f"an array of {array.ndim} dimensions", "one or two"))
    return array


def group_numbers(groups: Any, rows: int) -> NDArray[np.int64]:
    """Number of each row's group, -1 where its label is missing."""
    labels = list(groups)
    if len(labels) != rows:
        raise DataError(Fault("groups", counted(len(labels), "label"), f"{rows}, one for each row"))
    known: dict[Any, int] = {}
    return np.array([-1 if is_missing(label) else known.setdefault(label, len(known)) for label in labels])


def is_missing(label: Any) -> bool:
    """Is a label None, NaN or what a frame puts for it?"""
    return label is None or label != label or str(label) in ("<NA>", "NaT")
