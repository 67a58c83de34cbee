"""Principal components, and whether a correlation matrix is worth factoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..errors import DataError, Fault
from ..panel import Panel
from ..result import Result
from ..table import listing, make_frame
from .cells import Cells, Nodes, cells, named

__all__ = ["Adequacy", "Components", "bartlett", "kmo", "pca", "vif"]

Array = NDArray[np.float64]


class Components:
    """Principal components of a set of indicators.

    Attributes
    ----------
    indicators : tuple of str
        What was analyzed.
    eigenvalues, deviations, shares, cumulative : numpy.ndarray
        Variance of each component, largest first, its root, its share of all variance, and the shares so far.
    rotation, loadings : numpy.ndarray
        Indicators x components: unit vectors, and those times the root of the eigenvalue (of the correlation matrix:
        correlations of indicators with components). The largest absolute entry of each component, the first of
        equals, is positive.
    scores : numpy.ndarray
        Units x components; NaN for units that were left out.
    n, left_out
        Units that were used, and those with a missing value, which were not.
    """

    def __init__(self, of: Cells, raw: dict[str, Any]) -> None:
        self._of = of
        self.indicators = of.names
        self.eigenvalues: Array = np.asarray(raw["eigenvalues"])
        self.deviations: Array = np.sqrt(self.eigenvalues)
        total = self.eigenvalues.sum()
        self.shares: Array = self.eigenvalues / total if total > 0 else np.full_like(self.eigenvalues, np.nan)
        self.cumulative: Array = self.shares.cumsum()
        self.rotation: Array = np.asarray(raw["rotation"])
        self.loadings: Array = np.asarray(raw["loadings"])
        self.scores: Array = np.asarray(raw["scores"])
        used = set(raw["rows"])
        self.n = len(used)
        self.left_out = tuple(unit for at, unit in enumerate(of.units) if at not in used)

    def _named(self, first: str, labels: Any, matrix: Array) -> Any:
        columns = {f"PC{k + 1}": matrix[:, k] for k in range(matrix.shape[1])}
        return make_frame({first: list(labels), **columns}, self._of.backend)

    def to_frame(self) -> Any:
        """Frame with a row a component: component, eigenvalue, deviation, share, cumulative."""
        columns = {
            "component": [f"PC{k + 1}" for k in range(len(self.eigenvalues))],
            "eigenvalue": self.eigenvalues,
            "deviation": self.deviations,
            "share": self.shares,
            "cumulative": self.cumulative,
        }
        return make_frame(columns, self._of.backend)

    def loadings_frame(self) -> Any:
        """Frame with a row an indicator: indicator, PC1, PC2, ..."""
        return self._named("indicator", self.indicators, self.loadings)

    def rotation_frame(self) -> Any:
        """Frame with a row an indicator: indicator, PC1, PC2, ..."""
        return self._named("indicator", self.indicators, self.rotation)

    def scores_frame(self) -> Any:
        """Frame with a row a unit: unit, PC1, PC2, ..."""
        return self._named("unit", self._of.units, self.scores)

    def __repr__(self) -> str:
        gone = f", {len(self.left_out)} left out for missing values" if self.left_out else ""
        what = f"{len(self.indicators)} indicators over {self.n} units{gone}"
        return f"<Components of {what}: the first has {self.shares[0]:.1%} of the variance>"


def pca(
    data: Panel | Result | Any, nodes: Nodes = None, *, period: Any = None, correlations: bool = True
) -> Components:
    """Principal components (Jolliffe 2002).

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        Units with a missing value are left out, and named in the result.
    nodes : str or sequence of str, optional
        Which columns; the single code of an inner node of a result stands for its children.
    period : label, optional
        Which period; the last one if left out.
    correlations : bool
        Bring every indicator to variance one first; False: components of the covariance matrix.

    Returns
    -------
    Components

    Raises
    ------
    DataError
        For a constant indicator, or fewer than two units without missing values.

    Examples
    --------
    >>> import egov_index as egov
    >>> found = egov.multivariate.pca([[1.0, 2], [2, 1], [3, 4], [4, 3]])
    >>> found.eigenvalues.round(6).tolist()
    [1.6, 0.4]
    """
    of = cells(data, nodes, period)
    with named(of):
        return Components(of, _core.components(of.values, bool(correlations)))


@dataclass(frozen=True)
class Adequacy:
    """Kaiser-Meyer-Olkin measure or Bartlett's test.

    Attributes
    ----------
    n : int
        Units without a missing value, over which it was computed.
    value : float
        Overall KMO (0 to 1), or Bartlett's chi-square.
    each : dict
        KMO of each indicator; empty for Bartlett's test.
    freedom, p : float
        Degrees of freedom and p-value of Bartlett's test; NaN for KMO.
    """

    n: int
    value: float
    each: dict[str, float]
    freedom: float
    p: float
    backend: str = "pandas"

    def to_frame(self) -> Any:
        """Frame: indicator and kmo, or chi2, freedom, p and n of Bartlett's test."""
        if self.each:
            return make_frame({"indicator": list(self.each), "kmo": list(self.each.values())}, self.backend)
        return make_frame(
            {"chi2": [self.value], "freedom": [self.freedom], "p": [self.p], "n": [self.n]}, self.backend
        )


def _measures(data: Any, nodes: Nodes, period: Any, invertible: bool) -> tuple[Cells, dict[str, Any]]:
    of = cells(data, nodes, period)
    with named(of):
        raw: dict[str, Any] = _core.adequacy(of.values)
    dependent = [name for name, vif in zip(of.names, raw["inflation"], strict=True) if np.isinf(vif)]
    if invertible and dependent:
        came = f"{listing(dependent)} depend on one another linearly over {raw['n']} units"
        raise DataError(
            Fault("correlation matrix", came, "leave some out, or take more units than indicators")
        )
    return of, raw


def kmo(data: Panel | Result | Any, nodes: Nodes = None, *, period: Any = None) -> Adequacy:
    """Kaiser-Meyer-Olkin measure of sampling adequacy (Kaiser 1974).

    Squared correlations against those plus squared partial correlations: near 1, indicators share factors; below .5,
    they should not be factored.

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        Units with a missing value are left out.
    nodes, period
        As in :func:`pca`.

    Returns
    -------
    Adequacy
        ``value`` overall, ``each`` by indicator.

    Raises
    ------
    DataError
        If indicators depend on one another linearly, e.g. with fewer units than indicators; they are named.

    Examples
    --------
    >>> import egov_index as egov
    >>> round(egov.multivariate.kmo([[1.0, 2], [2, 1], [3, 4], [4, 3]]).value, 12)
    0.5
    """
    of, raw = _measures(data, nodes, period, True)
    each = dict(zip(of.names, map(float, raw["kmo_each"]), strict=True))
    return Adequacy(raw["n"], raw["kmo"], each, float("nan"), float("nan"), of.backend)


def bartlett(data: Panel | Result | Any, nodes: Nodes = None, *, period: Any = None) -> Adequacy:
    """Bartlett's (1951) test of sphericity: are the indicators uncorrelated altogether?

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        Units with a missing value are left out.
    nodes, period
        As in :func:`pca`.

    Returns
    -------
    Adequacy
        ``value`` is chi-square, with ``freedom`` and ``p``.

    Raises
    ------
    DataError
        If indicators depend on one another linearly; they are named.

    Examples
    --------
    >>> import egov_index as egov
    >>> found = egov.multivariate.bartlett([[1.0, 2], [2, 1], [3, 4], [4, 3]])
    >>> round(found.value, 6), found.freedom
    (0.669431, 1.0)
    """
    of, raw = _measures(data, nodes, period, True)
    return Adequacy(raw["n"], raw["chi2"], {}, raw["freedom"], raw["p"], of.backend)


def vif(data: Panel | Result | Any, nodes: Nodes = None, *, period: Any = None) -> Any:
    """Variance inflation factor of each indicator: 1 / (1 - R^2) of its regression on the others.

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        Units with a missing value are left out.
    nodes, period
        As in :func:`pca`.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        indicator, vif (infinite where it depends on others linearly), r2, n.

    Examples
    --------
    >>> import egov_index as egov
    >>> egov.multivariate.vif([[1.0, 2], [2, 1], [3, 4], [4, 3]])["vif"].round(4).tolist()
    [1.5625, 1.5625]
    """
    of, raw = _measures(data, nodes, period, False)
    inflation = np.asarray(raw["inflation"])
    columns = {
        "indicator": list(of.names),
        "vif": inflation,
        "r2": 1 - 1 / inflation,
        "n": [raw["n"]] * len(of.names),
    }
    return make_frame(columns, of.backend)
