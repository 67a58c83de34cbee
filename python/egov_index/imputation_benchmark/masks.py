"""Which observed cells are hidden: six masks, each drawn anew for every series from a stream of its own.

A stream is Philox keyed by a hash of (seed, repeat, mask, unit, indicator): labels, not positions. So another unit or
indicator in the panel, or another order, leaves the draws of the others as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SHARE = 0.20  # of cells, of country-years; the mean over units for income
CHANCE = 0.60  # that a series loses its tail or has a gap
TAIL, GAP = (1, 5), (3, 7)  # shortest and longest, in observed periods
WHOLE, MOST = 0.15, 2  # chance that a series is hidden whole; so many of one unit at most
STANDARD = ("random", "tail", "series", "gap")


@dataclass(frozen=True)
class Ground:
    """What masks are drawn on.

    Parameters
    ----------
    observed : numpy.ndarray of bool
        Shape (units, periods, indicators): observed cells of the indicators that may be hidden.
    units, indicators : sequence
        Labels; they key the streams.
    least : int
        Observed periods that a series needs for a tail, a gap or to be hidden whole.
    income : numpy.ndarray or None
        Place of each unit by income, in 0..1, 0.5 in the mean; NaN where it is not known.
    """

    observed: Flags
    units: Sequence[Any]
    indicators: Sequence[str]
    least: int = 8
    income: Floats | None = None


def uniforms(count: int, *key: object) -> Floats:
    """Numbers in [0, 1) of the stream with that key; a longer call begins with the same ones."""
    words = hashlib.blake2b(repr(key).encode(), digest_size=16).digest()
    stream = np.random.Philox(key=np.frombuffer(words, dtype="<u8").astype(np.uint64))
    return np.random.Generator(stream).random(count)


def whole_number(u: float, low: int, high: int) -> int:
    """A whole number from low to high, both included, each as likely, from a number in [0, 1)."""
    return low + int(u * (high - low + 1))


Key = tuple[object, ...]


def _cells(ground: Ground, key: Key) -> Flags:
    """Each observed cell with probability 0.20."""
    units, periods, _ = ground.observed.shape
    drawn = np.empty(ground.observed.shape)
    for i in range(units):
        for j, name in enumerate(ground.indicators):
            drawn[i, :, j] = uniforms(periods, *key, ground.units[i], name)
    return ground.observed & (drawn < SHARE)


def _blocks(ground: Ground, key: Key, block: Callable[[NDArray[np.int64], Floats], slice]) -> Flags:
    """With probability 0.60 a stretch of a series' observed periods, of those with enough of them."""
    hidden = np.zeros_like(ground.observed)
    for i, unit in enumerate(ground.units):
        for j, name in enumerate(ground.indicators):
            seen = np.flatnonzero(ground.observed[i, :, j])
            drawn = uniforms(3, *key, unit, name)
            if len(seen) >= ground.least and drawn[0] < CHANCE:
                hidden[i, seen[block(seen, drawn)], j] = True
    return hidden


def _tail(seen: NDArray[np.int64], drawn: Floats) -> slice:
    length = min(whole_number(drawn[1], *TAIL), len(seen) - 1)
    return slice(len(seen) - length, None)


def _gap(seen: NDArray[np.int64], drawn: Floats) -> slice:
    length = min(whole_number(drawn[1], *GAP), len(seen) - 2)
    start = whole_number(drawn[2], 1, len(seen) - 1 - length)
    return slice(start, start + length)


def _series(ground: Ground, key: Key) -> Flags:
    """Whole series with probability 0.15, at most two of a unit; its indicators are visited in random order."""
    hidden = np.zeros_like(ground.observed)
    enough = ground.observed.sum(axis=1) >= ground.least
    for i, unit in enumerate(ground.units):
        drawn = np.array([uniforms(2, *key, unit, name) for name in ground.indicators])
        order = np.argsort(drawn[:, 0])
        taken = [j for j in order if enough[i, j] and drawn[j, 1] < WHOLE][:MOST]
        hidden[i, :, taken] = ground.observed[i, :, taken]
    return hidden


def _country_years(ground: Ground, key: Key) -> Flags:
    """All of a unit in a period, with probability 0.20."""
    periods = ground.observed.shape[1]
    drawn = np.array([uniforms(periods, *key, unit) for unit in ground.units])
    return np.asarray(ground.observed & (drawn < SHARE)[:, :, None])


def _income(ground: Ground, key: Key) -> Flags:
    """Each cell with a probability of 0.40 times the unit's place by income: 0.20 in the mean."""
    if ground.income is None:
        raise AssertionError("the caller gives the places by income")
    place = np.where(np.isnan(ground.income), 0.5, ground.income)
    units, periods, _ = ground.observed.shape
    hidden = np.zeros_like(ground.observed)
    for i in range(units):
        for j, name in enumerate(ground.indicators):
            hidden[i, :, j] = uniforms(periods, *key, ground.units[i], name) < 2 * SHARE * place[i]
    return hidden & ground.observed


MASKS: dict[str, Callable[[Ground, Key], Flags]] = {
    "random": _cells,
    "tail": lambda ground, key: _blocks(ground, key, _tail),
    "series": _series,
    "gap": lambda ground, key: _blocks(ground, key, _gap),
    "country_year": _country_years,
    "income": _income,
}


def hidden_cells(mask: str, ground: Ground, seed: int, repeat: int) -> Flags:
    """Draw the cells that one mask hides in one repeat.

    Parameters
    ----------
    mask : str
        A name of ``MASKS``.
    ground : Ground
        What may be hidden.
    seed, repeat : int
        Keys of the streams; the same ones give the same cells.

    Returns
    -------
    numpy.ndarray of bool
        Shape of ``ground.observed``, True only where that is.
    """
    return MASKS[mask](ground, (seed, repeat, mask))


def places(income: Floats) -> Floats:
    """Places of units by income in 0..1: (rank - 1/2) / n of those with a value, ties share theirs; else NaN.

    Examples
    --------
    >>> places(np.array([3.0, 1.0, 3.0, np.nan, 9.0])).tolist()
    [0.5, 0.125, 0.5, nan, 0.875]
    """
    known = income[~np.isnan(income)]
    below = (known[None, :] < income[:, None]).sum(axis=1)
    level = (known[None, :] == income[:, None]).sum(axis=1)
    found = (below + level / 2) / max(len(known), 1)
    return np.where(np.isnan(income), np.nan, found)
