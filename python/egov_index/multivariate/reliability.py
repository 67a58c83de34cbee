"""Cronbach's alpha and McDonald's omega."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import _core
from ..errors import Fault, SpecError
from ..panel import Panel
from ..result import Result
from ..table import make_frame, nearest
from .cells import Nodes, cells, named

__all__ = ["Alpha", "Omega", "alpha", "omega"]


@dataclass(frozen=True)
class Alpha:
    """Cronbach's alpha.

    Attributes
    ----------
    value, standardized : float
        From the covariances as they are, and of the standardized indicators. NaN where they are not defined.
    without, standardized_without : dict
        The same with one indicator left out.
    n : tuple of int
        Fewest and most units behind a covariance.
    """

    value: float
    standardized: float
    without: dict[str, float]
    standardized_without: dict[str, float]
    n: tuple[int, int]
    backend: str = "pandas"

    def to_frame(self) -> Any:
        """Frame with a row an indicator: indicator, alpha_without, standardized_without."""
        columns = {
            "indicator": list(self.without),
            "alpha_without": list(self.without.values()),
            "standardized_without": list(self.standardized_without.values()),
        }
        return make_frame(columns, self.backend)


def alpha(
    data: Panel | Result | Any, nodes: Nodes = None, *, period: Any = None, missing: str = "pairwise"
) -> Alpha:
    """Cronbach's (1951) alpha: how consistently indicators measure one thing.

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        Indicators should point the same way; of a result they do.
    nodes : str or sequence of str, optional
        Which columns; the single code of an inner node of a result stands for its children.
    period : label, optional
        Which period; the last one if left out.
    missing : {"pairwise", "rows"}
        Take each covariance over the units that have both, or all of them over the units without a missing value.

    Returns
    -------
    Alpha

    Raises
    ------
    DataError
        Below two indicators.

    Examples
    --------
    >>> import egov_index as egov
    >>> round(egov.multivariate.alpha([[1.0, 2], [2, 1], [3, 4], [4, 3]]).value, 6)
    0.75
    """
    if missing not in ("pairwise", "rows"):
        raise SpecError(Fault("missing", repr(missing), nearest(missing, ("pairwise", "rows"))))
    of = cells(data, nodes, period)
    with named(of):
        raw = _core.alpha(of.values, missing == "pairwise")
    without, standardized = (
        dict(zip(of.names, map(float, raw[name]), strict=True))
        for name in ("raw_without", "standardized_without")
    )
    return Alpha(
        raw["raw"], raw["standardized"], without, standardized, (raw["least"], raw["most"]), of.backend
    )


@dataclass(frozen=True)
class Omega:
    """McDonald's omega total of one common factor.

    Attributes
    ----------
    value : float
        Share of the variance of the sum of the standardized indicators that the factor explains; NaN in a Heywood
        case.
    loadings, uniquenesses : dict
        Of each indicator. A uniqueness below 0 (a Heywood case) says that one factor does not fit.
    n : int
        Units without a missing value.
    """

    value: float
    loadings: dict[str, float]
    uniquenesses: dict[str, float]
    n: int
    backend: str = "pandas"

    def to_frame(self) -> Any:
        """Frame with a row an indicator: indicator, loading, uniqueness."""
        columns = {
            "indicator": list(self.loadings),
            "loading": list(self.loadings.values()),
            "uniqueness": list(self.uniquenesses.values()),
        }
        return make_frame(columns, self.backend)


def omega(data: Panel | Result | Any, nodes: Nodes = None, *, period: Any = None) -> Omega:
    """McDonald's (1999) omega total from one factor, fitted by least squares (minres) to the correlation matrix.

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        Units with a missing value are left out. Indicators should point the same way.
    nodes, period
        As in :func:`alpha`.

    Returns
    -------
    Omega
        (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses).

    Raises
    ------
    DataError
        Below three indicators, or for a constant one.
    FitError
        If the least squares do not settle.

    Examples
    --------
    >>> import egov_index as egov
    >>> found = egov.multivariate.omega(egov.datasets.un_egov_survey(), ["osi", "tii", "hci"])
    >>> found.value > 0.9
    True
    """
    of = cells(data, nodes, period)
    with named(of):
        raw = _core.one_factor(of.values)
    loadings, uniquenesses = (
        dict(zip(of.names, map(float, raw[name]), strict=True)) for name in ("loadings", "uniquenesses")
    )
    return Omega(raw["omega"], loadings, uniquenesses, raw["n"], of.backend)
