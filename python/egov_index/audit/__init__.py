"""What an auditor of composite indices checks, as one table of verdicts with the rule beside each."""

from __future__ import annotations

from typing import Any

from ..arguments import share
from ..errors import DataError, Fault, SpecError
from ..index import Index
from ..naming import find_period
from ..panel import Panel
from ..result import Result
from . import coherence, data, standing
from .answer import Audit
from .case import Case
from .rules import limits_of

__all__ = ["Audit", "audit"]

PARTS = (
    data.coverage,
    data.imputed,
    data.denominators,
    data.shapes,
    data.ties,
    coherence.families,
    coherence.dimensions,
    coherence.reliability,
    standing.weights,
    standing.removals,
    standing.pillars,
)


def audit(
    of: Result | Index,
    panel: Panel | None = None,
    *,
    period: Any = None,
    level: float = 0.95,
    threads: int | None = None,
    **limits: float,
) -> Audit:
    """Check an index as auditors of the European Commission's Joint Research Centre (JRC) do.

    Parameters
    ----------
    of : Result or Index
        A scored index; or an index, which is scored on ``panel`` first.
    panel : Panel, optional
        The data of an index.
    period : label, optional
        Which period; the last one scored if left out.
    level : float
        A negative correlation fails where its p-value lies below one less this; otherwise it is to be looked at.
    threads : int, optional
        All cores if left out; the answer does not depend on it.
    **limits
        Limits in place of the defaults:

        - ``coverage`` 0.65: least share of data of a unit, an indicator and a pillar (Becker et al. 2019, COIN Tool
          User Guide, JRC, EUR 29899);
        - ``imputed`` 0.35: largest share of a unit's indicators that is imputed (its complement);
        - ``size`` 0.6: largest absolute correlation of an indicator with the denominator it names (get_denom_corr of
          Becker et al. 2022, COINr, JOSS 7(78));
        - ``nonzero`` 0.5: least share of values of an indicator that are not zero (COINr);
        - ``skew`` 2, ``kurtosis`` 3.5: an indicator as the index uses it is below one of them (COIN Tool);
        - ``tied`` 0.15: largest share of units at the lowest or the highest value (Terwee et al. 2007, Journal of
          Clinical Epidemiology 60, 34-42);
        - ``collinear`` 0.92: highest correlation of siblings (practice of the JRC);
        - ``low`` 0.3: lowest correlation with the parent (practice of the JRC);
        - ``first`` 0.6: least share of the first principal component (OECD/JRC 2008, Handbook on Constructing
          Composite Indicators); more than one eigenvalue above 1 is to be looked at;
        - ``alpha`` 0.7: least Cronbach's alpha (Nunnally 1978);
        - ``kmo`` 0.6: least Kaiser-Meyer-Olkin measure (Kaiser 1974);
        - ``least_ratio`` 0.5, ``most_ratio`` 2: bounds of importance over weight (Paruolo, Saisana and Saltelli 2013,
          JRSS A 176, 609-634; the bounds are this package's own);
        - ``moved`` 0.1: largest mean change of rank without an element, as a share of the number of units (this
          package's own);
        - ``shift`` 10, ``differ`` 0.2: at least this share of the units stands so many places elsewhere in the index
          than in a pillar (practice of the JRC);
        - ``redundant`` 0.92: highest correlation of a pillar with the index (practice of the JRC).

    Returns
    -------
    Audit
        Verdicts are pass, look (a rule of thumb is broken: judge), fail, and not applicable with the reason.

    Raises
    ------
    SpecError
        For unknown limits, or limits out of bounds.
    DataError
        For an unknown period, or as :meth:`Index.score`.

    Notes
    -----
    Correlations are Pearson's over the units that have both, of indicators as the index uses them (imputed, treated,
    normalized, pointing the same way), so that a negative one is against the index. Coverage, zeros and denominators
    are of the data as given.

    Examples
    --------
    >>> import egov_index as egov
    >>> found = egov.audit(egov.preset("egdi-2024"), egov.datasets.un_egov_survey(), collinear=0.9)
    >>> found.failures()[["check", "element"]].values.tolist()
    []
    >>> int(found.summary().set_index("check").loc["unit coverage", "pass"])
    193
    """
    used = limits_of(limits)
    level = share("level", level, 0.95)
    result = _scored(of, panel, period)
    if not result.units:
        raise DataError(Fault("units", "none", "a result with units"))
    case = Case(result, find_period(result.periods, period), used, level, threads)
    return Audit(case, tuple(finding for part in PARTS for finding in part(case)))


def _scored(of: Result | Index, panel: Panel | None, period: Any) -> Result:
    if isinstance(of, Result):
        if panel is not None:
            raise SpecError(Fault("panel", "given beside a Result", "the Result alone has its panel"))
        return of
    if not isinstance(of, Index):
        raise DataError(Fault("of", type(of).__name__, "a Result, or an Index and a Panel"))
    if panel is None:
        raise SpecError(Fault("panel", "none", "an Index needs the Panel to be scored on"))
    return of.score(panel, period)
