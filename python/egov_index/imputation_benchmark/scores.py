"""How far fills are from what was hidden, and how honest their intervals: counts and sums of one run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .masks import Flags, Floats

__all__ = ["Bounds", "Held", "Score", "held", "scored"]


@dataclass(frozen=True)
class Bounds:
    """Ends of an interval for every cell, shape (units, periods, indicators); NaN where there is none."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Score:
    """One method on one indicator under one mask in one repeat.

    Attributes
    ----------
    hidden, unfilled : int
        Cells hidden; those of them with a prediction that is no finite number, which counts as the mean.
    nrmse, nmae : float
        Root mean square and mean absolute error over the hidden cells, divided by the standard deviation of all
        observed values of the indicator; NaN where nothing is hidden.
    """

    hidden: int
    unfilled: int
    nrmse: float
    nmae: float


@dataclass(frozen=True)
class Held:
    """What the intervals of one level hold, over the hidden cells of one indicator (and one group of units).

    Attributes
    ----------
    level : float
        Share of cells the intervals should hold.
    group : str or None
        Label of the group; None for all units.
    hidden, intervals, covered : int
        Cells hidden; those with an interval; those of them within its ends, the ends included.
    score : float
        Mean interval score over the standard deviation (Gneiting and Raftery 2007, JASA 102, 359-378):
        (u - l) + 2/(1 - level) (distance by which the value lies outside); NaN without an interval.
    """

    level: float
    group: str | None
    hidden: int
    intervals: int
    covered: int
    score: float


def scored(truth: Floats, predicted: Floats, mean: Floats, sd: float) -> Score:
    """Score the predictions of hidden cells.

    Parameters
    ----------
    truth, predicted : numpy.ndarray
        Hidden values of one indicator, and what a method says; a prediction that is not finite counts as ``mean``.
    mean : numpy.ndarray
        Means of the values left to see in the periods of those cells.
    sd : float
        Standard deviation of all observed values, above 0.
    """
    finite = np.isfinite(predicted)
    error = np.where(finite, predicted, mean) - truth
    if not truth.size:
        return Score(0, 0, math.nan, math.nan)
    return Score(
        len(truth),
        int((~finite).sum()),
        math.sqrt(float(np.mean(error**2))) / sd,
        float(np.mean(np.abs(error))) / sd,
    )


def held(
    truth: Floats,
    lower: Floats,
    upper: Floats,
    level: float,
    sd: float,
    groups: Sequence[tuple[str | None, Flags]],
) -> list[Held]:
    """What intervals hold: of all cells, and of each group.

    Parameters
    ----------
    truth, lower, upper : numpy.ndarray
        Hidden values of one indicator and the ends of their intervals; NaN where there is none.
    level : float
        Of the intervals.
    sd : float
        Standard deviation of all observed values, above 0.
    groups : sequence of (label, flags)
        Which of the cells are the group's.
    """
    given = np.isfinite(lower) & np.isfinite(upper)
    inside = given & (lower <= truth) & (truth <= upper)
    outside = np.maximum(lower - truth, 0) + np.maximum(truth - upper, 0)
    score = (upper - lower + 2 / (1 - level) * outside) / sd
    found = []
    for label, cells in groups:
        used = cells & given
        mean = float(score[used].mean()) if used.any() else math.nan
        found.append(Held(level, label, int(cells.sum()), int(used.sum()), int((inside & cells).sum()), mean))
    return found


def ratio_of(values: NDArray[np.float64], reference: NDArray[np.float64]) -> tuple[float, float]:
    """Ratio of two means over the same repeats, and its standard error.

    The error is that of a ratio estimator, sd(a - R b) / (mean(b) sqrt(n)) (Cochran 1977, Sampling Techniques,
    section 6.3), so that what a repeat does to both cancels; NaN for fewer than two repeats.

    Examples
    --------
    >>> ratio_of(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    (0.5, 0.0)
    """
    both = np.isfinite(values) & np.isfinite(reference)
    a, b = values[both], reference[both]
    if not len(a) or b.mean() == 0:
        return math.nan, math.nan
    ratio = float(a.mean() / b.mean())
    if len(a) < 2:
        return ratio, math.nan
    return ratio, float(np.std(a - ratio * b, ddof=1) / (b.mean() * math.sqrt(len(a))))
