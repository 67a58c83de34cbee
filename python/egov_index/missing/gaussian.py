"""The multivariate normal distribution of rows with holes, and whether the holes are there completely at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import whole
from ..errors import DataError, Fault, FitError, SpecError
from ..panel import Panel
from ..table import listing, make_frame
from .rows import Rows, named, rows

__all__ = ["Gaussian", "Little", "em", "little_mcar"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A multivariate normal distribution.

    Attributes
    ----------
    columns : tuple of str
        What it is the distribution of.
    mean : numpy.ndarray, shape (columns,)
    covariance : numpy.ndarray, shape (columns, columns)
        Of maximum likelihood: sums over n, not n - 1.
    loglik : float
        Log-likelihood of the observed cells.
    n : int
        Rows with at least one observed cell.
    steps : int
        Steps of EM that were taken.
    notes : tuple of str
        What should be known of it, in sentences.
    """

    columns: tuple[str, ...]
    mean: Array
    covariance: Array
    loglik: float
    n: int
    steps: int
    notes: tuple[str, ...] = ()
    backend: str = "pandas"

    @property
    def correlation(self) -> Array:
        """Correlation matrix, shape (columns, columns)."""
        deviation = np.sqrt(np.diag(self.covariance))
        return np.asarray(self.covariance / np.outer(deviation, deviation))

    def to_frame(self) -> Any:
        """Frame: a row a column: indicator, mean, sd, and its correlation with each."""
        columns: dict[str, Any] = {
            "indicator": list(self.columns),
            "mean": self.mean,
            "sd": np.sqrt(np.diag(self.covariance)),
        }
        return make_frame(columns | dict(zip(self.columns, self.correlation.T, strict=True)), self.backend)

    def __repr__(self) -> str:
        noted = "" if not self.notes else f"; notes: {len(self.notes)}, see .notes"
        return f"<Gaussian: {len(self.columns)} columns, {self.n:,} rows, loglik {self.loglik:.6f}{noted}>"


@dataclass(frozen=True, eq=False)
class Little:
    """Little's test that values are missing completely at random.

    Attributes
    ----------
    statistic : float
        Sum over patterns of n times the squared Mahalanobis distance of the pattern's mean from the common one.
    df : int
        Observed columns, summed over patterns, less all columns.
    p : float
        Probability of a larger statistic under chance: small speaks against "completely at random".
    patterns : int
        Patterns with something observed.
    observed : numpy.ndarray of bool, shape (patterns, columns)
    counts : tuple of int
        Rows of each pattern.
    each : numpy.ndarray, shape (patterns,)
        What each pattern adds to the statistic.
    gaussian : Gaussian
        The common distribution, by EM.
    notes : tuple of str
        Why the p-value may mislead, in sentences.
    """

    statistic: float
    df: int
    p: float
    patterns: int
    observed: NDArray[np.bool_]
    counts: tuple[int, ...]
    each: Array
    gaussian: Gaussian
    notes: tuple[str, ...] = ()

    def to_frame(self) -> Any:
        """Frame: a row a pattern: a column each column (1 observed, 0 missing), then rows and statistic."""
        columns: dict[str, Any] = {
            name: self.observed[:, at].astype(np.int64) for at, name in enumerate(self.gaussian.columns)
        }
        columns |= {"rows": list(self.counts), "statistic": self.each}
        return make_frame(columns, self.gaussian.backend)

    def __repr__(self) -> str:
        noted = "" if not self.notes else f"; notes: {len(self.notes)}, see .notes"
        return f"<Little: d2 {self.statistic:.6f}, df {self.df}, p {self.p:.6f}, {self.patterns} patterns{noted}>"


def em(
    data: Panel | Any,
    indicators: str | Sequence[str] | None = None,
    *,
    period: Any = None,
    prior: float = 0.0,
    tolerance: float = 1e-10,
    steps: int = 20_000,
) -> Gaussian:
    """Fit a multivariate normal distribution to rows with holes, by maximum likelihood.

    Parameters
    ----------
    data : Panel, frame or array of shape (rows, columns)
        NaN is missing. Of a panel a row is a unit in a period. Rows with nothing observed say nothing.
    indicators, period
        As in :func:`missing_patterns`.
    prior : float
        So many rows of uncorrelated columns, with the variances observed, are added to the covariance; a hundredth of
        the rows is a usual remedy where columns (nearly) determine one another or rows are few. 0: none.
    tolerance : float
        EM ends when a step changes no mean by more than this, in standard deviations, and no covariance, in
        correlations.
    steps : int
        At most so many.

    Returns
    -------
    Gaussian

    Raises
    ------
    DataError
        For a column with nothing observed, with one value only or a constant; for infinite values.
    FitError
        If the covariance is singular (then the column is named that others determine), or EM has not settled after all
        steps.

    References
    ----------
    Dempster, Laird and Rubin (1977), Journal of the Royal Statistical Society B 39, 1-38; Schafer (1997), Analysis of
    Incomplete Multivariate Data, 5.3; accelerated as in Henderson and Varadhan (2019), Journal of Computational and
    Graphical Statistics 28, 834-846.

    Examples
    --------
    >>> import egov_index as egov
    >>> nan = float("nan")
    >>> found = egov.missing.em([[1, 2.0], [2, 1], [3, 4], [4, nan]])
    >>> found.mean.round(6).tolist(), found.n
    ([2.5, 2.833333], 4)
    """
    of = rows(data, indicators, period)
    return _fitted(
        of, _number("prior", prior, 0.0, 0.0), _number("tolerance", tolerance, 5e-324, 1e-10), steps
    )


def _number(name: str, value: Any, least: float, example: float) -> float:
    number = isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)
    if not number or not least <= value < np.inf:
        right = f"a number {'of rows, 0 or more' if name == 'prior' else 'above 0'}, e.g. {example:g}"
        raise SpecError(Fault(name, repr(value), right))
    return float(value)


def _fitted(of: Rows, prior: float, tolerance: float, steps: int) -> Gaussian:
    with named(of):
        raw = _core.em(of.values, prior, tolerance, whole("steps", steps, 1, 10**9), True)
    if not raw["converged"]:
        raise FitError(
            Fault(
                "missing em",
                f"still changes by {raw['change']:.1e} after {raw['steps']:,} steps",
                f"more steps, a tolerance above {tolerance:g}, or a prior (in rows, e.g. {0.01 * raw['rows']:g})",
            )
        )
    apart = [f"{of.names[i]} with {of.names[j]}" for i, j in raw["apart"]]
    notes = (
        (f"never observed in one row: {listing(apart, 5)}; how they go together is a guess",) if apart else ()
    )
    return Gaussian(
        of.names, raw["mean"], raw["covariance"], raw["loglik"], raw["rows"], raw["steps"], notes, of.backend
    )


def little_mcar(
    data: Panel | Any,
    indicators: str | Sequence[str] | None = None,
    *,
    period: Any = None,
    prior: float = 0.0,
) -> Little:
    """Little's (1988) test of "missing completely at random": whether rows with different holes have the same means.

    Parameters
    ----------
    data : Panel, frame or array of shape (rows, columns)
        NaN is missing. Of a panel a row is a unit in a period.
    indicators : str or sequence of str, optional
        Columns to look at; all if left out.
    period : label, optional
        One period of a panel; all if left out, though rows of one unit then go together.
    prior : float
        As in :func:`em`; the reference distribution of the statistic holds for 0.

    Returns
    -------
    Little
        A large p does not show that values are missing at random: the test sees differences of means only.

    Raises
    ------
    DataError
        As :func:`em`; and where all rows have the same holes, or none, so that there is nothing to compare.
    FitError
        As :func:`em`.

    References
    ----------
    Little (1988), Journal of the American Statistical Association 83, 1198-1202.

    Examples
    --------
    >>> import egov_index as egov
    >>> nan = float("nan")
    >>> egov.little_mcar([[1, 2.0], [2, 1], [3, 4], [4, nan]])
    <Little: d2 2.400000, df 1, p 0.121335, 2 patterns>
    """
    of = rows(data, indicators, period)
    fitted = _fitted(of, _number("prior", prior, 0.0, 0.0), 1e-10, 20_000)
    with named(of):
        raw = _core.little(of.values, fitted.mean, fitted.covariance)
    if raw["freedom"] == 0:
        raise DataError(
            "all rows have the same columns observed; Little's test compares rows with different holes"
        )
    observed = np.zeros((len(raw["rows"]), len(of.names)), dtype=bool)
    for at, columns in enumerate(raw["observed"]):
        observed[at, columns] = True
    return Little(
        raw["statistic"], raw["freedom"], raw["p"], len(observed), observed, tuple(raw["rows"]),
        np.asarray(raw["each"]), fitted, _warnings(of, fitted, prior, tuple(raw["rows"])),
    )  # fmt: skip


def _warnings(of: Rows, fitted: Gaussian, prior: float, counts: Sequence[int]) -> tuple[str, ...]:
    notes = list(fitted.notes)
    if of.panel is not None and len(of.panel.periods) > 1:
        notes.append("rows of one unit in several periods go together, so p is too small; period= takes one")
    if prior > 0:
        notes.append("with a prior the statistic is only roughly chi-square")
    if sum(count == 1 for count in counts) > len(counts) / 2:
        notes.append("most patterns have one row only, so chi-square is rough")
    return tuple(notes)
