"""One answer from the analyses of several imputations: Rubin's rules, and a test of several estimates together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .arguments import share, whole
from .errors import DataError, Fault, FitError, SpecError
from .table import listing, make_frame, nearest, numbers, read_frame

__all__ = ["Pooled", "Wald", "pool"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Wald:
    """Test that several estimates are what they are held against.

    Attributes
    ----------
    statistic : float
        D1 of Li, Raghunathan and Rubin (1991).
    df1, df2 : float
        Degrees of freedom of its F distribution: estimates, and denominator.
    p : float
        Probability of a larger statistic if they are.
    riv : float
        Mean relative increase in variance due to missing values.
    terms : tuple of str
        Estimates that were tested.
    rule : str
        Where df2 comes from.
    """

    statistic: float
    df1: float
    df2: float
    p: float
    riv: float
    terms: tuple[str, ...]
    rule: str

    def __repr__(self) -> str:
        f = f"F({self.df1:g}, {self.df2:.4g}) = {self.statistic:.6g}"
        return f"<Wald: {f}, p {self.p:.6g}: {listing(self.terms, 5)}>"


@dataclass(frozen=True, eq=False)
class Pooled:
    """Estimates over imputations. Numbers are floats where one estimate was given, else arrays, an entry an estimate.

    Attributes
    ----------
    terms : tuple of str
        Names of the estimates.
    m : int
        Imputations.
    estimate : float or numpy.ndarray
        Mean over imputations.
    within, between, total : float or numpy.ndarray
        Variances: mean U of those given; B of the estimates, with m - 1; U + (1 + 1/m) B.
    df : float or numpy.ndarray
        Degrees of freedom of t (Barnard and Rubin 1999).
    riv : float or numpy.ndarray
        Relative increase in variance due to missing values, (1 + 1/m) B / U.
    lambda_ : float or numpy.ndarray
        Share of the total variance due to missing values, (1 + 1/m) B / total.
    fmi : float or numpy.ndarray
        Fraction of missing information, (riv + 2 / (df + 3)) / (riv + 1).
    error, t, p : float or numpy.ndarray
        Standard error; estimate over it; two-sided p-value of t.
    low, high : float or numpy.ndarray
        Ends of the interval at ``level``.
    complete : float
        Degrees of freedom of the analysis, had nothing been missing; infinite where n is not known.
    """

    terms: tuple[str, ...]
    m: int
    level: float
    complete: float
    estimate: Any
    within: Any
    between: Any
    total: Any
    df: Any
    riv: Any
    lambda_: Any
    fmi: Any
    error: Any
    t: Any
    p: Any
    low: Any
    high: Any
    backend: str = "pandas"
    _estimates: Array = field(repr=False, default_factory=lambda: np.empty((0, 0)))
    _covariances: Array | None = field(repr=False, default=None)

    @property
    def covariance(self) -> Array:
        """Total covariance matrix of the estimates, shape (terms, terms): within + (1 + 1/m) between.

        Raises
        ------
        DataError
            If variances only were given.
        """
        within = self._needed().mean(axis=0)
        return np.asarray(within + (1 + 1 / self.m) * np.cov(self._estimates.T).reshape(within.shape))

    def test(self, terms: str | Sequence[str] | None = None, at: ArrayLike = 0.0) -> Wald:
        """Test whether several estimates together are what they are held against (D1).

        Parameters
        ----------
        terms : str or sequence of str, optional
            Which estimates; all if left out.
        at : float or array_like
            What they are held against, one value for all or one each.

        Returns
        -------
        Wald
            D1 of Li, Raghunathan and Rubin (1991), Journal of the American Statistical Association 86, 1065-1073, with
            the degrees of freedom of Reiter (2007), Biometrika 94, 502-508, where n is known.

        Raises
        ------
        SpecError
            For an unknown term, or values that do not fit.
        DataError
            If variances only were given and more than one estimate is tested.
        FitError
            If the covariance matrix of the estimates is singular.

        Examples
        --------
        >>> import egov_index as egov
        >>> found = egov.pool([[1.0, 2.0], [1.2, 2.1], [1.1, 1.8], [0.9, 2.2]], [[[0.1, 0.0], [0.0, 0.2]]] * 4)
        >>> found.test()
        <Wald: F(2, 42.96) = 13.1882, p 3.42349e-05: x1, x2>
        """
        names = self.terms if terms is None else (terms,) if isinstance(terms, str) else tuple(terms)
        picked = _picked(names, self.terms)
        covariances = self._needed(len(picked))[:, picked][:, :, picked]
        values = np.asarray(at, dtype=np.float64)
        if values.shape not in ((), (len(picked),)):
            raise SpecError(
                Fault("at", f"{values.size} values", f"one, or one for each of {len(picked)} terms")
            )
        with _named(names):
            raw = _core.wald(
                np.asfortranarray(self._estimates[:, picked]),
                [np.asfortranarray(each) for each in covariances],
                np.broadcast_to(values, (len(picked),)).copy(),
                self.complete,
            )
        return Wald(raw["f"], raw["freedom"], raw["denominator"], raw["p"], raw["riv"], names, raw["rule"])

    def to_frame(self) -> Any:
        """Frame: a row an estimate.

        term, estimate, error, t, df, p, low, high, within, between, total, riv, lambda, fmi, m.
        """
        names = ("estimate", "error", "t", "df", "p", "low", "high", "within", "between", "total", "riv")
        columns: dict[str, Any] = {"term": list(self.terms)}
        columns |= {name: np.atleast_1d(getattr(self, name)) for name in names}
        columns |= {"lambda": np.atleast_1d(self.lambda_), "fmi": np.atleast_1d(self.fmi)}
        return make_frame(columns | {"m": [self.m] * len(self.terms)}, self.backend)

    def _needed(self, terms: int = 2) -> Array:
        if self._covariances is not None:
            return self._covariances
        if terms > 1:
            came = "variances only were given"
            raise DataError(Fault("variances", came, "a covariance matrix an imputation: (m, terms, terms)"))
        within = np.atleast_1d(self.within)
        return np.broadcast_to(np.diag(within), (self.m, len(within), len(within)))

    def __repr__(self) -> str:
        if len(self.terms) == 1:
            numbers = (
                float(np.atleast_1d(each)[0]) for each in (self.estimate, self.low, self.high, self.fmi)
            )
            estimate, low, high, fmi = numbers
            what = f"{estimate:.6g} ({low:.6g} to {high:.6g}), fmi {fmi:.3f}"
        else:
            what = f"{len(self.terms)} estimates, fmi up to {np.max(self.fmi):.3f}"
        return f"<Pooled: {what}, {self.m} imputations>"


def pool(
    estimates: Any,
    variances: Any,
    n: int | None = None,
    *,
    parameters: int | None = None,
    names: Sequence[str] | None = None,
    level: float = 0.95,
) -> Pooled:
    """Pool the analyses of several imputations by Rubin's (1987) rules.

    Parameters
    ----------
    estimates : array_like of shape (m,) or (m, terms), frame, or mapping of name to m numbers
        The estimates of each of m imputations, m at least 2.
    variances : array_like of shape (m,), (m, terms) or (m, terms, terms), frame or mapping
        Their squared standard errors, or the covariance matrices, which :meth:`Pooled.test` of several needs.
    n : int, optional
        Rows of the complete data. Left out: many, so that degrees of freedom are not corrected for few.
    parameters : int, optional
        Parameters that the analysis estimates from them; as many as there are estimates if left out. n less parameters
        are the degrees of freedom of the complete data.
    names : sequence of str, optional
        Names of the estimates; x1, x2, ... if left out and no frame or mapping gives them.
    level : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    Pooled

    Raises
    ------
    SpecError
        For an n that is not above the parameters, a level outside 0 and 1, names that do not fit.
    DataError
        Below two imputations; for estimates that are missing, variances not above 0, shapes that do not fit.

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys; Barnard and Rubin (1999), Biometrika 86, 948-955.

    Examples
    --------
    >>> import egov_index as egov
    >>> egov.pool([27.5, 26.5, 26.6, 27.0, 26.5], [0.74, 0.78, 0.55, 0.66, 0.69], n=25)
    <Pooled: 26.82 (24.7661 to 28.8739), fmi 0.339, 5 imputations>
    """
    given, found, backend = _columns("estimates", estimates)
    spreads, _, _ = _columns("variances", variances, found)
    single = given.ndim == 1
    values = given[:, None] if single else given
    if values.ndim != 2:
        raise DataError(f"estimates: an array of 1 or 2 dimensions is needed (m, terms), not of {given.ndim}")
    terms = _terms(names, found, values.shape[1])
    squares, covariances = _spread(spreads, values.shape)
    complete = _complete(n, values.shape[1] if parameters is None else parameters)
    with _named(terms):
        raw = _core.pool(
            np.asfortranarray(values), np.asfortranarray(squares), complete, share("level", level, 0.95)
        )
    shown = {
        ("lambda_" if key == "lambda" else key): float(each[0]) if single else each
        for key, each in raw.items()
    }
    return Pooled(
        terms, len(values), float(level), complete, **shown,
        backend=backend, _estimates=values, _covariances=covariances,
    )  # fmt: skip


def _columns(
    what: str, data: Any, order: tuple[str, ...] | None = None
) -> tuple[Array, tuple[str, ...] | None, str]:
    """Numbers as an array, with the names of columns where a frame or mapping has them."""
    if isinstance(data, Mapping) or hasattr(data, "columns") or hasattr(data, "column_names"):
        columns, backend = read_frame(data)
        names = tuple(columns) if order is None else order
        if set(names) != set(columns):
            raise DataError(
                Fault(what, f"columns {listing(columns)}", f"those of the estimates: {listing(names)}")
            )
        faults: list[Fault] = []
        cells = [numbers(columns[name], name, lambda row: f"imputation {row + 1}", faults) for name in names]
        if faults:
            raise DataError(faults)
        return np.column_stack(cells), names, backend
    try:
        return np.asarray(data, dtype=np.float64), None, "pandas"
    except (TypeError, ValueError):
        raise DataError(
            Fault(what, f"a {type(data).__name__} that is no array", "numbers, all rows of one length")
        ) from None


def _terms(names: Sequence[str] | None, found: tuple[str, ...] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return found or tuple(f"x{at + 1}" for at in range(count))
    terms = (names,) if isinstance(names, str) else tuple(map(str, names))
    if len(terms) != count or len(set(terms)) != count:
        raise SpecError(Fault("names", listing(terms), f"{count} different ones, one an estimate"))
    return terms


def _spread(given: Array, shape: tuple[int, ...]) -> tuple[Array, Array | None]:
    """Variances of each estimate, and the covariance matrices if there are any."""
    m, terms = shape
    if given.shape == (m, terms, terms):
        return np.ascontiguousarray(np.diagonal(given, axis1=1, axis2=2)), given
    if given.shape == (m, terms) or (terms == 1 and given.shape == (m,)):
        return given.reshape(m, terms), None
    right = f"{(m, terms)}, or {(m, terms, terms)} for covariance matrices"
    raise DataError(Fault("variances", f"an array of shape {given.shape}", right))


def _complete(n: Any, parameters: Any) -> float:
    if n is None:
        return float("inf")
    rows = whole("n", n, 1, 2**53)
    if rows <= whole("parameters", parameters, 0, 2**53):
        raise SpecError(
            Fault("n", f"{rows:,} rows for {parameters:,} parameters", "more rows than parameters")
        )
    return float(rows - parameters)


def _picked(names: tuple[str, ...], known: tuple[str, ...]) -> list[int]:
    faults = [
        Fault("terms", f"unknown term {name!r}", nearest(name, known)) for name in names if name not in known
    ]
    if not names or len(set(names)) < len(names):
        faults.append(Fault("terms", listing(names) or "none", "each once, and at least one"))
    if faults:
        raise SpecError(faults)
    return [known.index(name) for name in names]


@contextmanager
def _named(terms: Sequence[str]) -> Iterator[None]:
    """Give errors of the core the names of estimates."""
    try:
        yield
    except (SpecError, DataError, FitError) as error:
        place = getattr(error, "place", None)
        if place is None:
            raise
        words = [f"imputation {place['unit'] + 1}"] if place.get("unit", -1) >= 0 else []
        words += [f"estimate {terms[place['indicator']]}"] if place.get("indicator", -1) >= 0 else []
        fault = error.faults[0]
        type(error).__init__(error, Fault(" ".join(["pool", *words]), fault.came, fault.right))
        raise
