"""Differences and instruments of Arellano and Bond (1991), and the tests that go with them.

The estimation, with the correction of Windmeijer (2005), is PanelBox's. Differences, instruments and tests are made
here: PanelBox counts an instrument twice where two lags of the outcome share it, which inflates the degrees of freedom
of Hansen's test, and its test of serial correlation leaves out the terms for estimated coefficients.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .extras import library
from .gauge import exponents, times
from .working import Array, sums

__all__ = ["Differenced", "Estimated", "differenced", "estimate", "instruments"]


@dataclass(frozen=True)
class Differenced:
    """Rows of differences.

    Attributes
    ----------
    y, x : numpy.ndarray
        Differences of the outcome, n rows, and of its lags and the regressors, shape (n, k).
    z : numpy.ndarray
        Instruments over powers of two, shape (n, l); 0 where a level is not known.
    units, times : numpy.ndarray of int
        Unit and place of the period of each row, by unit and then time.
    """

    y: Array
    x: Array
    z: Array
    units: NDArray[np.int64]
    times: NDArray[np.int64]


@dataclass(frozen=True)
class Estimated:
    """Coefficients and their covariance, both to be scaled by powers of two, and tests: a statistic, df and p each."""

    coefficients: Array
    covariance: Array
    exponents: NDArray[np.int64]
    tests: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    rank: int = 0

    @property
    def scale(self) -> Array:
        """The powers of two, as numbers."""
        return times(np.ones(len(self.exponents)), self.exponents)


def differenced(
    outcome: Array,
    regressors: list[Array],
    lags: int,
    first: int,
    last: int | None,
    collapse: bool,
    dummies: bool,
) -> tuple[Differenced, list[int]]:
    """Differences and instruments on a grid of units x successive periods, and the periods of the dummies.

    A level of the outcome ``first`` to ``last`` periods before instruments each difference; with ``collapse`` one
    column a distance, else one a distance and period. Regressors instrument themselves, as do period dummies.
    """
    terms = [*(_earlier(outcome, lag) for lag in range(1, lags + 1)), *regressors]
    changes = np.stack([column - _earlier(column, 1) for column in (outcome, *terms)], axis=2)
    known = ~np.isnan(changes).any(axis=2)
    units, times = np.nonzero(known)
    y, x = changes[units, times, 0], changes[units, times, 1:]
    waves = np.unique(times).tolist() if dummies else []
    effects = (times[:, None] == np.array(waves, dtype=np.int64)[None, :]).astype(np.float64)
    levels = instruments(outcome, units, times, first, last, collapse)
    z = np.hstack([levels, x[:, lags:], effects])
    z = _of_unit_length(z)
    return Differenced(y, np.hstack([x, effects]), z, units, times), waves


def _of_unit_length(columns: Array) -> Array:
    """Columns over their lengths.

    With more instruments than units their moments have no inverse, and the general one that stands for it hangs on
    how long they are: so units of measurement do not move the estimate.
    """
    columns = times(columns, -exponents(columns))  # so that no square overflows or vanishes
    lengths = np.linalg.norm(columns, axis=0)
    return np.asarray(columns / np.where(lengths > 0, lengths, 1.0))


def _earlier(values: Array, by: int) -> Array:
    return np.hstack([np.full((len(values), by), np.nan), values])[:, : values.shape[1]]


def instruments(
    outcome: Array,
    units: NDArray[np.int64],
    times: NDArray[np.int64],
    first: int,
    last: int | None,
    collapse: bool,
) -> Array:
    """Earlier levels of the outcome at the rows; columns that are never known are left out."""
    columns = []
    for distance in range(first, (outcome.shape[1] if last is None else min(last, outcome.shape[1])) + 1):
        level = np.nan_to_num(_earlier(outcome, distance), nan=0.0)[units, times]
        waves = [None] if collapse else np.unique(times).tolist()
        columns += [level if wave is None else np.where(times == wave, level, 0.0) for wave in waves]
    kept = [column for column in columns if column.any()]
    return np.column_stack(kept) if kept else np.empty((len(units), 0))


def estimate(rows: Differenced, steps: int) -> Estimated:
    """Generalized method of moments in one or two steps, and its tests."""
    z, width, height = rows.z, exponents(rows.x), exponents(rows.y[:, None])
    rows = replace(rows, y=times(rows.y, -height), x=times(rows.x, -width))
    first, second = _solved(rows, z)
    asked = first if steps == 1 else second
    rank = int(np.linalg.matrix_rank(z))
    tests = {f"ar{order}": _serial(rows, z, asked, order) for order in (1, 2)}
    tests |= {"sargan": _sargan(rows, z, first, rank), "hansen": _hansen(rows, z, second, rank)}
    return Estimated(asked.coefficients, asked.covariance, height - width, tests, rank)


@dataclass(frozen=True)
class _Step:
    """Coefficients of one step, their covariance, residuals, and the weights of the instruments."""

    coefficients: Array
    covariance: Array
    residuals: Array
    weights: Array


def _solved(rows: Differenced, z: Array) -> tuple[_Step, _Step]:
    """Both steps through PanelBox."""
    module = library("panelbox.gmm.estimator", "dynamic panels")
    blocks = {unit: _covariance(rows.times[rows.units == unit]) for unit in np.unique(rows.units)}
    y = rows.y[:, None]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # PanelBox's own advice; the notes of the answer give ours
        one, two = module.GMMEstimator(), module.GMMEstimator()
        beta, weights, residuals = one.one_step(y, rows.x, z, rows.units, blocks)
        covariance = one.compute_one_step_robust_vcov(z, residuals, rows.units)
        first = _Step(np.ravel(beta), covariance, np.ravel(residuals), weights)
        beta, covariance, weights, residuals = two.two_step(y, rows.x, z, rows.units, blocks, robust=True)
    return first, _Step(np.ravel(beta), covariance, np.ravel(residuals), weights)


def _covariance(times: NDArray[np.int64]) -> Array:
    """Of differences of independent errors: 2 on the diagonal, -1 between successive periods."""
    gap = np.abs(times[:, None] - times[None, :])
    return np.where(gap == 0, 2.0, np.where(gap == 1, -1.0, 0.0))


def _serial(rows: Differenced, z: Array, step: _Step, order: int) -> tuple[float, float, float]:
    """Test of serial correlation of differenced errors (Arellano and Bond 1991, equation 8): z, no df, p."""
    place = {(u, t): k for k, (u, t) in enumerate(zip(rows.units.tolist(), rows.times.tolist(), strict=True))}
    back = [
        place.get((u, t - order), -1) for u, t in zip(rows.units.tolist(), rows.times.tolist(), strict=True)
    ]
    earlier = np.where(np.array(back) >= 0, step.residuals[back], 0.0)
    codes = np.unique(rows.units, return_inverse=True)[1]
    products = np.bincount(codes, earlier * step.residuals)
    moments = sums(z * step.residuals[:, None], codes.astype(np.int64))
    cross = rows.x.T @ earlier
    pull = rows.x.T @ z @ step.weights
    move = np.linalg.pinv(pull @ z.T @ rows.x) @ pull @ (moments.T @ products)
    variance = float(products @ products - 2 * cross @ move + cross @ step.covariance @ cross)
    if not variance > 0:
        return float("nan"), float("nan"), float("nan")
    statistic = float(products.sum() / np.sqrt(variance))
    return statistic, float("nan"), float(2 * _stats().norm.sf(abs(statistic)))


def _sargan(rows: Differenced, z: Array, step: _Step, rank: int) -> tuple[float, float, float]:
    """Sargan's test after one step: valid for errors of one variance alone. Statistic, df, p."""
    rest = len(rows.y) - rows.x.shape[1]
    variance = float(step.residuals @ step.residuals) / rest / 2
    moment = z.T @ step.residuals
    return _overidentified(float(moment @ step.weights @ moment) / variance, rank - rows.x.shape[1])


def _hansen(rows: Differenced, z: Array, step: _Step, rank: int) -> tuple[float, float, float]:
    """Hansen's test after two steps. Statistic, df, p."""
    moment = z.T @ step.residuals
    statistic = float(moment @ step.weights @ moment) / len(np.unique(rows.units))
    return _overidentified(statistic, rank - rows.x.shape[1])


def _overidentified(statistic: float, df: int) -> tuple[float, float, float]:
    if df <= 0:
        return float("nan"), float(df), float("nan")
    statistic = max(statistic, 0.0)  # a square, but for rounding
    return statistic, float(df), float(_stats().chi2.sf(statistic, df))


def _stats() -> Any:
    return library("scipy.stats", "dynamic panels")
