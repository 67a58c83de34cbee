"""A function of one's own as the core calls it: parameters as keywords, and a look at what comes back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError

__all__ = ["Param", "guarded", "guarded_filler"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Param:
    """A parameter of a method of one's own.

    Parameters
    ----------
    name : str
        How it is called, in Python and in spec files; the function gets it as a keyword.
    default : float, int, bool or str, optional
        Value where none is given; None: it must be given, or is open if ``optional``.
    kind : {"real", "integer", "flag", "option", "indicator", "table", "indicators"}
        What it is. "indicator": a number for each indicator, taken from the framework where that has one. "table": rows
        of numbers, which the function gets as an array. "indicators", of an imputation: names of other indicators, of
        which the function gets the values as an array (units, periods, those indicators), NaN where missing.
    lower, upper : float
        Bounds of a number, both allowed.
    sentence : str
        What it does, with its unit.
    options : sequence of str
        Of kind "option": the words to choose from.
    optional : bool
        May be left open; the function then gets None.

    Examples
    --------
    >>> Param("share", 0.5, lower=0, upper=1, sentence="Share of the best child.").default
    0.5
    """

    name: str
    default: Any = None
    kind: str = "real"
    lower: float = -math.inf
    upper: float = math.inf
    sentence: str = ""
    options: Sequence[str] = ()
    optional: bool = False


def _keyword(param: Param, number: float) -> Any:
    """A number of the core as the function wants it."""
    if math.isnan(number):
        return None
    if param.kind == "option":
        return param.options[int(number)]
    return {"integer": int, "flag": bool}.get(param.kind, float)(number)


def guarded(
    stage: str, name: str, function: Callable[..., Any], params: Sequence[Param], together: bool
) -> Callable[..., Any]:
    """The function as the core calls it: numbers and tables into keywords, and a look at what comes back."""
    check = _check_together if together else CHECKS[stage]

    def call(values: Array, other: Any, *rest: Any) -> Any:
        numbers, tables = rest[-2:] if stage != "treat" else (other, rest[0])
        keywords = _keywords(params, numbers, tables, len(other) if stage == "impute" else 1)
        given = values.copy()  # the function may write into its own
        got = function(values, **keywords) if stage == "treat" else function(values, other, **keywords)
        return check(_numbers(got, stage, name), given)

    return call


def guarded_filler(
    name: str, function: Callable[..., Any], params: Sequence[Param], keyed: bool
) -> Callable[..., Any]:
    """The same for an imputation of several indicators; ``keyed``: it gets the keys of the units too."""

    def call(table: Array, times: Array, keys: Sequence[int], numbers: Any, tables: Any) -> Any:
        keywords = _keywords(params, numbers, tables, len(times))
        if keyed:
            keywords["keys"] = np.asarray(keys, dtype=np.uint32)
        values = _cube(table, len(times))
        given = values.copy()
        got = function(values, times, **keywords)
        filled, told = got if isinstance(got, tuple) and len(got) == 2 else (got, {})
        checked = _check_filled(_numbers(filled, "impute", name), given)
        return _flat(checked), *_notes(told, given.shape)

    return call


def _keywords(params: Sequence[Param], numbers: Any, tables: Any, periods: int) -> dict[str, Any]:
    """Parameters as the core gives them, as the function wants them."""
    return {
        param.name: _table(param, tables[param.name], periods)
        if param.name in tables
        else _keyword(param, number)
        for param, number in zip(params, numbers, strict=True)
    }


def _numbers(got: Any, stage: str, name: str) -> Array:
    try:
        return np.asarray(got, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{stage} {name} gave {type(got).__name__}, no array of numbers") from None


def _notes(told: Any, shape: tuple[int, ...]) -> tuple[list[str], NDArray[np.int32]]:
    """Notes as a list, and which of them tells of each cell; -1: none."""
    if not isinstance(told, Mapping) or not all(isinstance(text, str) for text in told):
        raise _wrong(f"notes as {told!r}", "a mapping of texts to masks or None is needed")
    marks = np.full(shape, -1, dtype=np.int32)
    for at, (text, mask) in enumerate(told.items()):
        if mask is None:
            continue
        mask = np.asarray(mask)
        if mask.dtype != bool or mask.shape != shape:
            raise _wrong(
                f"note {text!r} with {mask.dtype} {mask.shape}", f"a mask of shape {shape} is needed"
            )
        marks[mask] = at
    return list(told), _flat(marks)


def _flat(cube: NDArray[Any]) -> NDArray[Any]:
    """An array (units, periods, columns) as rows period by period."""
    return cube.reshape((-1, cube.shape[2]), order="F")


def _cube(table: Array, periods: int) -> Array:
    """Rows period by period as an array (units, periods, columns)."""
    return table.reshape((-1, periods, table.shape[1]), order="F")


def _table(param: Param, table: Array, periods: int) -> Array:
    """A table of the core as the function wants it."""
    if param.kind == "indicators":
        return _cube(table, periods)
    return table[0] if param.kind == "indicator" else table


def _wrong(came: str, right: str, **place: int) -> DataError:
    error = DataError(f"gave {came}; {right}")
    error.place = {key: int(at) for key, at in place.items()}  # type: ignore[attr-defined]
    return error


def _require_shape(got: Array, shape: tuple[int, ...]) -> None:
    if got.shape != shape:
        raise _wrong(f"an array of shape {got.shape}", f"{shape} is needed")


def _check_cells(got: Array, given: Array) -> Array:
    _require_shape(got, given.shape)
    if np.isinf(got).any():
        raise _wrong("an infinite value", "numbers are needed")
    if (np.isnan(got) != np.isnan(given)).any():
        raise _wrong("NaN where a value came, or a value where NaN came", "NaN stays NaN, and only that")
    return got


def _check_filled(got: Array, given: Array) -> Array:
    _require_shape(got, given.shape)
    seen = ~np.isnan(given)
    if np.isinf(got).any() or (got[seen] != given[seen]).any():
        raise _wrong("an infinite value or another one for an observed cell", "only holes are filled")
    return np.asfortranarray(got)


def _check_weights(got: Array, given: Array) -> Array:
    _require_shape(got, given.shape[1:])
    if not np.isfinite(got).all():
        raise _wrong("a weight that is no finite number", "numbers of at least 0 are needed")
    return got


def _check_number(got: Array, given: Array) -> float:
    _require_shape(got, ())
    if not np.isfinite(got):
        raise _wrong(f"{float(got)}", "a finite number is needed")
    return float(got)


def _check_together(got: Array, given: Array) -> Array:
    _require_shape(got, given.shape[:1])
    bad = np.isinf(got) | (np.isnan(got) & ~np.isnan(given).any(axis=1))
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise _wrong(f"{got[at]}", "a finite number is needed", unit=at)
    return got


CHECKS: Mapping[str, Callable[[Array, Array], Any]] = {
    "impute": _check_filled,
    "treat": _check_cells,
    "normalize": _check_cells,
    "weight": _check_weights,
    "aggregate": _check_number,
}
