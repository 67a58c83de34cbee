"""Checks of plain arguments, each with a kind word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .errors import Fault, SpecError
from .table import listing, nearest

__all__ = ["period_at", "picked", "seed_of", "seed_or_first", "share", "threads_of", "truth", "whole"]

LARGEST_SEED = 2**63 - 1  # the largest whole number that a spec file can hold


def is_number(value: Any) -> bool:
    """A real number, of Python or NumPy; a truth value is none."""
    return isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number within bounds; SpecError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise SpecError(Fault(name, repr(value), f"a whole number from {least:,} to {most:,}"))
    return int(value)


def share(name: str, value: Any, example: float = 0.9) -> float:
    """A number between 0 and 1, both excluded; SpecError otherwise."""
    number = isinstance(value, int | float | np.floating) and not isinstance(value, bool)
    if not number or not 0 < value < 1:
        raise SpecError(Fault(name, repr(value), f"a number between 0 and 1, e.g. {example:g}"))
    return float(value)


def truth(name: str, value: Any) -> bool:
    """True or False; SpecError otherwise."""
    if not isinstance(value, bool | np.bool_):
        raise SpecError(Fault(name, repr(value), "True or False"))
    return bool(value)


def seed_of(value: Any) -> int:
    """A seed."""
    return whole("seed", value, 0, LARGEST_SEED)


def seed_or_first(value: Any) -> int:
    """A seed; None, which SALib has where none is asked for, is 1: nothing is drawn that cannot be drawn again."""
    return 1 if value is None else seed_of(value)


def threads_of(value: Any) -> int:
    """A number of threads, 0 for all cores."""
    return 0 if value is None else whole("threads", value, 1, 1024)


def picked(place: str, given: Any, known: Iterable[str], what: str) -> tuple[str, ...]:
    """Names out of those that are known, or one alone; SpecError with each that is unknown or stands twice.

    Examples
    --------
    >>> picked("hide", "osi", ["osi", "tii"], "indicator")
    ('osi',)
    """
    valid = tuple(known)
    if not isinstance(given, Iterable):
        raise SpecError(Fault(place, repr(given), f"some of {listing(valid)}"))
    names = (given,) if isinstance(given, str) else tuple(given)
    if any(np.ndim(name) for name in names):
        raise SpecError(
            Fault(
                place,
                f"an array of {getattr(given, 'ndim', 1)} dimensions",
                f"names: some of {listing(valid)}",
            )
        )
    faults = [
        Fault(place, f"unknown {what} {name!r}", nearest(name, valid)) for name in names if name not in valid
    ]
    faults += [
        Fault(place, f"{name!r} stands twice", "each once")
        for at, name in enumerate(names)
        if names.index(name) == at and names.count(name) > 1
    ]
    if not names:
        faults.append(Fault(place, f"no {what}", f"at least one of {listing(valid)}"))
    if faults:
        raise SpecError(faults)
    return names


def period_at(given: Any, periods: Sequence[Any]) -> int:
    """Where a period stands, by what equals its label or by the text of it; SpecError if it is none.

    Examples
    --------
    >>> [period_at(given, [2016, 2018]) for given in (2018, 2018.0, "2018")]
    [1, 1, 1]
    """
    for at, label in enumerate(periods):
        if str(label) == str(given) or (is_number(given) and is_number(label) and given == label):
            return at
    raise SpecError(Fault("period", repr(given), f"one of {listing(periods)}"))
