"""Columns of a design over powers of two and less their means, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FLAT", "Gauge", "exponents", "is_rounding", "times"]

Array = NDArray[np.float64]
FLAT = 4 * float(np.finfo(np.float64).eps)  # of the largest value: a range of values that is rounding


@dataclass(frozen=True)
class Gauge:
    """What was done to columns, the outcome first: 2^exponents (column + origin) is the column as given.

    Attributes
    ----------
    exponents : numpy.ndarray of int
        A column each.
    origin : numpy.ndarray
        What was taken off, in units of the column.
    size : numpy.ndarray
        Largest absolute value as given, in the same units.
    """

    exponents: NDArray[np.int64]
    origin: Array
    size: Array

    @classmethod
    def plain(cls, columns: Array) -> Gauge:
        """Of columns as they are given."""
        wide = columns.shape[1]
        return cls(np.zeros(wide, dtype=np.int64), np.zeros(wide), np.abs(columns).max(axis=0, initial=0.0))

    def moved(self, by: NDArray[np.int64], mean: Array) -> Gauge:
        """After columns were divided by powers of two, and then lost their means."""
        return Gauge(self.exponents + by, times(self.origin, -by) + mean, times(self.size, -by))

    def columns(self, keep: list[int]) -> Gauge:
        """Of the outcome and some of the regressors."""
        at = [0, *(k + 1 for k in keep)]
        return Gauge(self.exponents[at], self.origin[at], self.size[at])


def exponents(columns: Array) -> NDArray[np.int64]:
    """Of the power of two at or below the largest absolute value of each column; 0 where that is 0."""
    largest = np.abs(columns).max(axis=0, initial=0.0)
    return np.where(largest > 0, np.frexp(largest)[1] - 1, 0).astype(np.int64)


def times(values: Array, powers: NDArray[np.int64]) -> Array:
    """Values times powers of two, in one rounding whatever their size; infinite where out of range."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.ldexp(values, powers), dtype=np.float64)


def is_rounding(columns: Array, size: Array, share: float = FLAT) -> NDArray[np.bool_]:
    """Is the range of values no more than rounding of numbers of that size?"""
    return np.asarray(np.ptp(columns, axis=0) <= share * size, dtype=bool)
