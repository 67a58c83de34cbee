"""Errors for dependence across countries and over time: robust, Driscoll-Kraay, Conley."""

from __future__ import annotations

import numpy as np

from ...table import listing
from .clustered import FEW
from .covariance import Covariance, sandwich
from .working import Array, Working, sums

__all__ = ["KERNELS", "LEAST_PERIODS", "conley", "driscoll_kraay", "robust", "unadjusted"]

LEAST_PERIODS = 20  # below which the theory of Driscoll and Kraay has too few periods
KERNELS = ("uniform", "bartlett")


def unadjusted(work: Working) -> Covariance:
    """Classical covariance: independent errors of one variance."""
    rest = work.rows - work.parameters
    matrix = work.classical * (work.rows / rest)
    words = f"classical: independent errors of one variance, residual sum of squares over N - K = {rest}"
    return Covariance(matrix, np.full(len(matrix), float(rest)), f"{words}; t with {rest} degrees of freedom")


def robust(work: Working) -> Covariance:
    """Covariance for independent errors of any variance, HC1 (White 1980; MacKinnon and White 1985)."""
    rest = work.rows - work.parameters
    scores = work.x * work.residuals[:, None]
    words = (
        f"HC1: independent errors of any variance, times N/(N-K) = {work.rows}/{rest} with K = {work.parameters} of "
        f"coefficients and all effects; t with {rest} degrees of freedom; no dependence within countries is allowed for"
    )
    matrix = sandwich(work, scores.T @ scores) * (work.rows / rest)
    return Covariance(matrix, np.full(len(matrix), float(rest)), words)


def driscoll_kraay(work: Working, bandwidth: int | None, labels: list[str], uneven: bool) -> Covariance:
    """Covariance for dependence across all countries and over some periods (Driscoll and Kraay 1998)."""
    waves, codes = np.unique(work.periods, return_inverse=True)
    number = len(waves)
    k = work.x.shape[1]
    if number < 2:
        note = "one period: Driscoll-Kraay errors are not defined"
        return Covariance(np.full((k, k), np.nan), np.full(k, np.nan), "Driscoll-Kraay", [note])
    lags = min(int(4 * (number / 100) ** (2 / 9)) if bandwidth is None else bandwidth, number - 1)
    scores = sums(work.x * work.residuals[:, None], codes.astype(np.int64))
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    words = (
        f"Driscoll-Kraay (1998): Bartlett weights 1 - j/(m+1) up to m = {lags} periods, no small-sample factor (as "
        f"R's plm; linearmodels multiplies errors by sqrt(N/(N - countries)) in a model with country effects); t with "
        f"periods - 1 = {number - 1} degrees of freedom"
    )
    return Covariance(
        sandwich(work, meat),
        np.full(k, number - 1.0),
        words,
        _few(number, [labels[w] for w in waves], uneven),
    )


def _few(number: int, labels: list[str], uneven: bool) -> list[str]:
    if number >= LEAST_PERIODS and not uneven:
        return []
    spacing = "uneven " if uneven else ""
    return [
        f"Driscoll-Kraay errors rest on many even periods: here are {number} {spacing}ones ({listing(labels, 12)}), "
        f"and {LEAST_PERIODS} are few; a lag is counted in periods of the panel. Prefer clustered-cr2 or clustered-wild"
    ]


def conley(work: Working, distances: Array, cutoff: float, kernel: str) -> Covariance:
    """Covariance for dependence on near countries in one period and on the own past (Conley 1999).

    ``distances`` in km, by position of units.
    """
    scores = work.x * work.residuals[:, None]
    k, clusters = scores.shape[1], len(work.clusters)
    own = work.cluster_sums(scores)
    meat = own.T @ own - scores.T @ scores
    pairs = []
    for period in np.unique(work.periods):
        rows = np.flatnonzero(work.periods == period)
        between = distances[np.ix_(work.units[rows], work.units[rows])]
        near = between <= cutoff
        weights = near * (1 - between / cutoff) if kernel == "bartlett" else near.astype(np.float64)
        meat += scores[rows].T @ weights @ scores[rows]
        pairs.append((near.sum() - len(rows)) / len(rows))
    words = (
        f"Conley (1999): {kernel} kernel up to {cutoff:g} km between countries in the same period (on average "
        f"{np.mean(pairs):.1f} others), any dependence of a country's own periods, no small-sample factor; t with "
        f"countries - 1 = {clusters - 1} degrees of freedom"
    )
    matrix, notes = sandwich(work, meat), []
    if (np.diag(matrix) <= 0).any():
        notes.append(f"a variance at or below 0, which a {kernel} kernel can give: no error is stated for it")
    if clusters < FEW:
        notes.append(f"{clusters} countries are few for a spatial kernel")
    return Covariance(matrix, np.full(k, max(clusters - 1.0, np.nan)), words, notes)
