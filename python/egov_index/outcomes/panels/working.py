"""Least squares as it is worked out: rows with the effects taken out, and what that took."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .gauge import times

Array = NDArray[np.float64]

__all__ = ["Array", "Working", "demeaned", "residual_basis", "sums"]

NEGLIGIBLE = 1e-9  # of the length of a column: what is left of it after projection is rounding


@dataclass(frozen=True)
class Working:
    """The regression whose residuals and leverages standard errors are made of.

    Attributes
    ----------
    x : numpy.ndarray
        Regressors with all effects taken out, shape (n, k).
    residuals : numpy.ndarray
        n residuals of the same rows.
    coefficients : numpy.ndarray
        k, of these columns.
    contrasts : numpy.ndarray
        Shape (k, k): times the coefficients they are those of the columns as given, but for the scale.
    exponents : numpy.ndarray of int
        k, of the powers of two to be multiplied onto a contrast and its error.
    units, periods : numpy.ndarray of int
        Unit and period of each row; units are the clusters.
    nested : bool
        The mean of each unit was taken out.
    basis : numpy.ndarray
        Orthonormal columns, shape (n, q), of the other effects, after the means of units where these are out too.
    absorbed : int
        Parameters that the effects took.
    facts : dict
        What the estimator alone knows: R2, variance components.
    height : int
        Exponent of the power of two to be multiplied onto a residual.
    origin : numpy.ndarray or 0
        k, to be added to the contrasts.
    """

    x: Array
    residuals: Array
    coefficients: Array
    contrasts: Array
    exponents: NDArray[np.int64]
    units: NDArray[np.int64]
    periods: NDArray[np.int64]
    nested: bool
    basis: Array
    absorbed: int
    facts: dict[str, Any] = field(default_factory=dict)
    height: int = 0
    origin: Array | float = 0.0

    @cached_property
    def _qr(self) -> tuple[Array, Array]:
        q, r = np.linalg.qr(self.x)
        return q, r

    @cached_property
    def inverse_root(self) -> Array:
        """Inverse of R in X = QR."""
        return np.asarray(np.linalg.solve(self._qr[1], np.eye(self.x.shape[1])))

    @cached_property
    def bread(self) -> Array:
        """Inverse of X'X, shape (k, k)."""
        return np.asarray(self.inverse_root @ self.inverse_root.T)

    @cached_property
    def pull(self) -> Array:
        """Contrasts times the inverse of X'X: what carries scores to contrasts."""
        return np.asarray(self.contrasts @ self.bread)

    @property
    def estimates(self) -> Array:
        """Contrasts of the coefficients, without the scale."""
        return np.asarray(self.contrasts @ self.coefficients + self.origin)

    @property
    def scale(self) -> Array:
        """The powers of two, as numbers."""
        return times(np.ones(len(self.exponents)), self.exponents)

    @cached_property
    def classical(self) -> Array:
        """Mean squared residual times contrasts of the inverse of X'X."""
        return np.asarray(self.pull @ self.contrasts.T * float(self.residuals @ self.residuals) / self.rows)

    @cached_property
    def whole(self) -> Array:
        """Orthonormal columns of all but the means of units: other effects, then regressors."""
        return np.hstack([self.basis, self._qr[0]])

    @cached_property
    def clusters(self) -> list[NDArray[np.int64]]:
        """Rows of each unit."""
        order = np.argsort(self.units, kind="stable")
        cuts = np.flatnonzero(np.diff(self.units[order])) + 1
        return list(np.split(order, cuts))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.residuals)

    @property
    def parameters(self) -> int:
        """Regressors and absorbed effects."""
        return int(self.x.shape[1]) + self.absorbed

    def cluster_sums(self, values: Array) -> Array:
        """Sums of rows within units, shape (clusters, columns)."""
        return np.vstack([values[rows].sum(axis=0) for rows in self.clusters])


def demeaned(values: Array, groups: NDArray[np.int64]) -> Array:
    """Columns less the means of groups, twice, so that rounding of large means is gone."""
    for _ in range(2):
        values = values - sums(values, groups)[groups] / np.bincount(groups)[groups][:, None]
    return values


def sums(values: Array, groups: NDArray[np.int64]) -> Array:
    """Sums of rows in groups, shape (groups, columns)."""
    found = np.zeros((int(groups.max()) + 1, values.shape[1]))
    np.add.at(found, groups, values)
    return found


def residual_basis(columns: Array) -> Array:
    """Orthonormal basis of the span of columns."""
    left, size, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, size > NEGLIGIBLE * max(float(size[:1].sum()), 1e-300)]
