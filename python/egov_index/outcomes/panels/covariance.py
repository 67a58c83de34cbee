"""What an estimate of the covariance of coefficients holds, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .extras import library
from .gauge import times
from .working import Array, Working

__all__ = ["CANCELLED", "OUT_OF_RANGE", "Covariance", "inference", "sandwich", "scaled"]

CANCELLED = 1e-18  # of the classical variance: a variance that is rounding
OUT_OF_RANGE = "beyond the range of double precision: change the units"


@dataclass(frozen=True)
class Covariance:
    """Covariance of contrasts of coefficients, without their scale, and how to read it.

    Attributes
    ----------
    matrix : numpy.ndarray
        Shape (k, k); NaN where it is not defined.
    df : numpy.ndarray
        Degrees of freedom of t for each coefficient.
    convention : str
        What was computed, in words: formula, factor, degrees of freedom.
    notes : list of str
        What a reader should know.
    p, low, high : numpy.ndarray or None
        Where these do not follow from t.
    """

    matrix: Array
    df: Array
    convention: str
    notes: list[str] = field(default_factory=list)
    p: Array | None = None
    low: Array | None = None
    high: Array | None = None


def sandwich(work: Working, meat: Array) -> Array:
    """Covariance of contrasts; NaN where scores cancel, as those of few countries do, and only rounding is left."""
    found = work.pull @ meat @ work.pull.T
    found = np.asarray((found + found.T) / 2)
    cancelled = np.abs(np.diag(found)) <= CANCELLED * np.diag(work.classical)
    found[cancelled] = np.nan
    found[:, cancelled] = np.nan
    return found


def inference(beta: Array, powers: NDArray[np.int64], of: Covariance, level: float) -> dict[str, Array]:
    """Estimate, error, t, df, p and interval of each coefficient, times powers of two.

    NaN where the variance is not above 0, and where a number is beyond what double precision holds.
    """
    stats = library("scipy.stats", "panel models")
    variance = np.diag(of.matrix)
    usable = np.isfinite(variance) & (variance > 0)
    se = np.sqrt(np.where(usable, variance, np.nan))
    t, half = beta / se, stats.t.isf((1 - level) / 2, of.df) * se
    p = 2 * stats.t.sf(np.abs(t), of.df)
    found = {"estimate": beta, "se": se, "t": t, "df": of.df, "p": p, "low": beta - half, "high": beta + half}
    for name in ("p", "low", "high"):
        own = getattr(of, name)
        if own is not None:
            found[name] = np.where(usable, own, np.nan)
    return found | {name: scaled(found[name], powers) for name in ("estimate", "se", "low", "high")}


def scaled(values: Array, powers: NDArray[np.int64]) -> Array:
    """Values times powers of two; NaN where these are beyond what double precision holds, large or small."""
    found = times(values, powers)
    lost = (np.isinf(found) & np.isfinite(values)) | ((found == 0) & (values != 0))
    return np.where(lost, np.nan, found)
