"""Columns of tables about pairs as frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..table import make_frame

__all__ = ["framed"]


def framed(columns: Mapping[str, list[Any]], backend: str) -> Any:
    """A frame of a library; numbers that are missing are so by the mark of that library.

    Examples
    --------
    >>> framed({"n": [3], "estimate": [float("nan")]}, "polars")["estimate"].null_count()
    1
    """
    plain = {name: _of_numbers(column) for name, column in columns.items()}
    return make_frame(plain, backend)


def _of_numbers(column: list[Any]) -> Any:
    floats = bool(column) and all(isinstance(cell, float) for cell in column)
    return np.array(column, dtype=np.float64) if floats else column
