"""Joint distributions of a model's inputs from which any of them can be drawn again given all others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import Fault, SpecError
from ..problem import as_inputs, as_problem
from ..table import listing

__all__ = ["Law", "as_law", "dirichlet", "independent", "normal"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
LEAST = 0.05  # parameter whose gamma variates do not underflow
CLOSE = 1e-12  # eigenvalues of a covariance below this share of the largest are 0


class Law(ABC):
    """A joint distribution of inputs; derive from it for one of your own.

    Attributes
    ----------
    names : tuple of str
        The inputs.
    """

    names: tuple[str, ...]

    @abstractmethod
    def variates(self, u: Array) -> Array:
        """Turn independent uniform numbers into what :meth:`redraw` is fed with.

        Parameters
        ----------
        u : array (rows, inputs)
            In (0, 1).

        Returns
        -------
        array (rows, inputs)
        """

    @abstractmethod
    def redraw(self, x: Array, v: Array, free: Mask) -> Array:
        """Draw some inputs again, given the others.

        Parameters
        ----------
        x : array (rows, inputs)
            Inputs; only those that are not free are looked at. Where all are free, this draws from the joint
            distribution.
        v : array (rows, inputs)
            Variates, independent of x.
        free : array of bool (rows, inputs)
            Which inputs are drawn again, row by row.

        Returns
        -------
        array (rows, inputs)
            The inputs that are not free as they are in x.
        """

    def draw(self, v: Array) -> Array:
        """Draw all inputs.

        Parameters
        ----------
        v : array (rows, inputs)
            Variates.

        Returns
        -------
        array (rows, inputs)
        """
        return self.redraw(np.zeros_like(v), v, np.ones(v.shape, dtype=bool))

    def _variates(self, u: Array, threads: int) -> Array:
        """Variates, by so many threads where the law knows how."""
        return self.variates(u)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {listing(self.names)}>"


class ByMarginals(Law):
    """A law whose variates are those of one distribution each."""

    _marginals: Sequence[dict[str, Any]]

    def variates(self, u: Array) -> Array:
        return self._variates(u, 1)

    def _variates(self, u: Array, threads: int) -> Array:
        return as_inputs(u, self._marginals, threads)


class Independent(ByMarginals):
    """Inputs of a SALib problem."""

    def __init__(self, names: tuple[str, ...], marginals: Sequence[dict[str, Any]]) -> None:
        self.names, self._marginals = names, marginals

    def redraw(self, x: Array, v: Array, free: Mask) -> Array:
        return np.where(free, v, x)


class Dirichlet(ByMarginals):
    """Weights that sum to one; the free ones share what the others leave, in Dirichlet proportions of their own."""

    def __init__(self, alpha: Array, names: tuple[str, ...]) -> None:
        self.names, self.alpha = names, alpha
        problem = {"names": names, "bounds": [[a, 1.0] for a in alpha], "dists": ["gamma"] * len(names)}
        self._marginals = as_problem(problem).laws

    def redraw(self, x: Array, v: Array, free: Mask) -> Array:
        left = 1 - np.where(free, 0.0, x).sum(axis=1)
        left = np.maximum(left, 0)  # below 0 by rounding only
        share = np.where(free, v, 0.0)
        total = share.sum(axis=1)
        factor = np.divide(left, total, out=np.zeros_like(left), where=total > 0)
        return np.where(free, share * factor[:, None], x)


class Normal(ByMarginals):
    """A multivariate normal distribution, also a singular one."""

    def __init__(self, mean: Array, covariance: Array, names: tuple[str, ...]) -> None:
        self.names, self.mean, self.covariance = names, mean, covariance
        problem = {"names": names, "bounds": [[0, 1]] * len(names), "dists": ["norm"] * len(names)}
        self._marginals = as_problem(problem).laws
        self._known: dict[bytes, tuple[Array, Array]] = {}

    def redraw(self, x: Array, v: Array, free: Mask) -> Array:
        out = np.array(x, dtype=np.float64)
        packed = np.packbits(free, axis=1)
        kinds, which = np.unique(packed, axis=0, return_inverse=True)
        for at in range(len(kinds)):
            rows = np.flatnonzero(which.ravel() == at)
            open_, kept = np.flatnonzero(free[rows[0]]), np.flatnonzero(~free[rows[0]])
            slope, root = self._given(kinds[at].tobytes(), open_, kept)
            shift = (x[np.ix_(rows, kept)] - self.mean[kept]) @ slope.T
            out[np.ix_(rows, open_)] = self.mean[open_] + shift + v[np.ix_(rows, open_)] @ root.T
        return out

    def _given(self, key: bytes, open_: NDArray[np.intp], kept: NDArray[np.intp]) -> tuple[Array, Array]:
        """Slopes of the free inputs on the others, and a root of what they leave of the covariance."""
        if key not in self._known:
            cross = self.covariance[np.ix_(open_, kept)]
            slope = cross @ np.linalg.pinv(self.covariance[np.ix_(kept, kept)], rcond=CLOSE, hermitian=True)
            left = self.covariance[np.ix_(open_, open_)] - slope @ cross.T
            values, vectors = np.linalg.eigh((left + left.T) / 2)
            floor = CLOSE * np.diag(self.covariance).max()
            self._known[key] = slope, vectors * np.sqrt(np.where(values > floor, values, 0.0))
        return self._known[key]


class Joined(Law):
    """Several distributions, independent of one another."""

    def __init__(self, parts: Sequence[Law]) -> None:
        self.parts = tuple(parts)
        self.names = tuple(name for part in self.parts for name in part.names)
        ends = np.cumsum([0, *(len(part.names) for part in self.parts)])
        self._at = [slice(a, b) for a, b in pairwise(ends)]

    def variates(self, u: Array) -> Array:
        return self._variates(u, 1)

    def _variates(self, u: Array, threads: int) -> Array:
        parts = zip(self.parts, self._at, strict=True)
        return np.concatenate([part._variates(u[:, at], threads) for part, at in parts], axis=1)

    def redraw(self, x: Array, v: Array, free: Mask) -> Array:
        parts = zip(self.parts, self._at, strict=True)
        return np.concatenate([part.redraw(x[:, at], v[:, at], free[:, at]) for part, at in parts], axis=1)


def dirichlet(alpha: ArrayLike, names: Iterable[str] | None = None) -> Law:
    """Weights that sum to one, of a Dirichlet distribution.

    Parameters
    ----------
    alpha : array_like (d,)
        Parameters, each at least 0.05: the mean of a weight is its share in their sum, and the larger the sum, the less
        weights vary. All 1: uniform on the simplex.
    names : iterable of str, optional
        Names of the weights; w1, w2, ... if left out.

    Returns
    -------
    Law

    Notes
    -----
    Given some weights, the others are 1 less their sum times a Dirichlet vector of the parameters of the others.

    Examples
    --------
    >>> from egov_index import shapley
    >>> law = shapley.dirichlet([20, 10, 5], ["osi", "tii", "hci"])
    >>> found = shapley.effects(lambda w: w @ [0.9, 0.5, 0.3], law, n=4096)
    >>> found.effects.round(2).tolist()
    [0.52, 0.19, 0.29]
    """
    values = _row("alpha", alpha)
    faults = [
        Fault("alpha", f"{a:g} as parameter {i + 1}", "0.05 or more")
        for i, a in enumerate(values)
        if not LEAST <= a < np.inf
    ]
    if faults:
        raise SpecError(faults)
    return Dirichlet(values, _names(names, len(values), "w"))


def normal(mean: ArrayLike, covariance: ArrayLike, names: Iterable[str] | None = None) -> Law:
    """Inputs of a multivariate normal distribution.

    Parameters
    ----------
    mean : array_like (d,)
    covariance : array_like (d, d)
        Symmetric, without negative eigenvalues; it may be singular.
    names : iterable of str, optional
        Names of the inputs; x1, x2, ... if left out.

    Returns
    -------
    Law

    Examples
    --------
    >>> from egov_index import shapley
    >>> law = shapley.normal([0, 0, 0], [[1, 0, 0], [0, 1, 1], [0, 1, 4]])
    >>> shapley.effects(lambda x: x.sum(axis=1), law, n=4096).effects.round(1).tolist()
    [0.1, 0.3, 0.6]
    """
    center = _row("mean", mean)
    d = len(center)
    matrix = np.array(covariance, dtype=np.float64)
    if matrix.shape != (d, d) or not np.isfinite(matrix).all():
        raise SpecError(Fault("covariance", f"shape {matrix.shape}", f"finite numbers of shape ({d}, {d})"))
    scale = np.abs(matrix).max()
    if np.abs(matrix - matrix.T).max() > CLOSE * scale:
        raise SpecError(Fault("covariance", "not symmetric", "the same above and below the diagonal"))
    lowest = float(np.linalg.eigvalsh(matrix)[0])
    if lowest < -CLOSE * d * scale:
        raise SpecError(Fault("covariance", f"an eigenvalue of {lowest:.3g}", "none below 0"))
    return Normal(center, (matrix + matrix.T) / 2, _names(names, d, "x"))


def independent(*laws: Law | Mapping[str, Any]) -> Law:
    """Several distributions side by side, independent of one another.

    Parameters
    ----------
    *laws : Law or mapping
        Distributions and SALib problems; their inputs follow one another.

    Returns
    -------
    Law

    Examples
    --------
    >>> from egov_index import shapley
    >>> law = shapley.independent(
    ...     shapley.dirichlet([1, 1], ["a", "b"]), {"names": ["power"], "bounds": [[0, 1]]}
    ... )
    >>> law.names
    ('a', 'b', 'power')
    """
    if not laws:
        raise SpecError(Fault("laws", "nothing", "one distribution or more"))
    joined = Joined([as_law(law) for law in laws])
    repeated = sorted({name for name in joined.names if joined.names.count(name) > 1})
    if repeated:
        raise SpecError(Fault("laws", f"{listing(repeated)} more than once", "one name an input"))
    return joined


def as_law(given: Any) -> Law:
    """A law as it is, a SALib problem as independent inputs; SpecError for anything else."""
    if isinstance(given, Law):
        return given
    if not isinstance(given, Mapping):
        right = "a SALib problem, or what dirichlet(), normal() or independent() gives"
        raise SpecError(Fault("problem", f"a {type(given).__name__}", right))
    problem = as_problem(given)
    return Independent(problem.names, problem.laws)


def _row(name: str, given: ArrayLike) -> Array:
    try:
        values = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.zeros((0, 0))
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise SpecError(Fault(name, repr(given), "a row of finite numbers"))
    return values


def _names(names: Iterable[str] | None, count: int, letter: str) -> tuple[str, ...]:
    if names is None:
        return tuple(f"{letter}{i + 1}" for i in range(count))
    made = tuple(str(name) for name in names)
    if len(made) != count or len(set(made)) != count:
        raise SpecError(Fault("names", listing(made), f"{count} names, each once"))
    return made
