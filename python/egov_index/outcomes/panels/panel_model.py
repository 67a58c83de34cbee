"""Panel models of outcomes on an index: association over countries and years, with errors that say what they assume."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...arguments import is_number, seed_of, share, whole
from ...errors import Fault, SpecError
from ...naming import in_words
from ...table import listing, nearest
from .answer import PanelModel
from .clustered import COUNTS, clustered
from .covariance import Covariance
from .design import CONSTANT, Design, design
from .distances import great_circle, locate
from .estimators import ESTIMATORS, Estimator, estimable, fit, prepared, without_singletons
from .gauge import is_rounding, times
from .goodness import shares
from .joined import join
from .kernels import KERNELS, conley, driscoll_kraay, robust, unadjusted
from .wild import WEIGHTS, wild
from .working import NEGLIGIBLE, Working

__all__ = ["panel_model"]

ERRORS = (
    "clustered-cr2", "clustered-cr0", "clustered-cr1", "clustered-cr3", "clustered-wild", "driscoll-kraay",
    "conley", "robust", "unadjusted",
)  # fmt: skip
INFLATED = 100.0  # a regressor of which the others explain 99 % or more


def panel_model(
    result: Any,
    outcomes: Any = None,
    formula: str = "",
    effects: str = "two-way",
    se: str = "clustered-cr2",
    *,
    lag: float = 0,
    level: float = 0.95,
    unit: str | None = None,
    period: str | None = None,
    count: str | None = None,
    draws: int = 9999,
    weights: str | None = None,
    bandwidth: int | None = None,
    cutoff: float = 1000.0,
    kernel: str = "uniform",
    coordinates: Any = None,
    seed: int = 1,
) -> PanelModel:
    """Regress an outcome on nodes of an index over countries and periods; linearmodels does the estimation.

    Parameters
    ----------
    result : Result, Panel or frame
        The index, several periods of it. A frame has a row a unit and period; ``unit`` and ``period`` name its columns.
    outcomes : Panel, optional
        Outcomes and controls, joined by unit and period. May be left out if ``result`` has all variables.
    formula : str
        E.g. ``"extreme_poverty ~ egdi + log(gdp_per_capita)"``, as linearmodels (formulaic) reads it. ``lag(egdi, 2)``
        is the value two periods (years, where periods are years) earlier.
    effects : {"two-way", "entity", "time", "pooled", "between", "random", "first-difference"}
        What of countries and periods is taken out.
    se : str
        ``"clustered-cr2"`` (by country, bias-reduced, degrees of freedom of their own), ``"clustered-cr0"``, ``-cr1``,
        ``-cr3``, ``"clustered-wild"``, ``"driscoll-kraay"``, ``"conley"``, ``"robust"`` (HC1) or ``"unadjusted"``.
    lag : float
        The outcome on the left is taken so many periods later; the right side stays.
    level : float
        Level of the intervals.
    unit, period : str, optional
        Columns of a frame.
    count : {"slopes", "not-nested", "all"}, optional
        Which parameters K counts in the factor G/(G-1) (N-1)/(N-K) of CR1: the coefficients (the default; R's plm
        ``sss``), also period effects and a constant (fixest, reghdfe), or all effects. CR3 takes the factor only where
        this is given (pyfixest's CRV3 with ``"not-nested"``).
    draws, weights, seed
        Of the wild bootstrap; ``"rademacher"`` or ``"webb"`` weights, by default Webb's below 12 countries.
    bandwidth : int, optional
        Of Driscoll and Kraay, in periods; default the whole part of 4 (T/100)^(2/9).
    cutoff, kernel, coordinates
        Of Conley's errors: km, ``"uniform"`` or ``"bartlett"``, and latitude and longitude as in :func:`moran`.

    Returns
    -------
    PanelModel
        Rows with a missing value are left out, and the notes count them. A regressor that cannot be told apart from the
        effects or from others stays in the frame, NaN with the reason.

    Raises
    ------
    SpecError
        For words that are not known, a formula that cannot be read, a missing library.
    DataError
        If no row is complete, too few are, or a term is not finite.

    Notes
    -----
    J. E. Pustejovsky and E. Tipton (2018), Small-sample methods for cluster-robust variance estimation, JBES 36(4);
    A. C. Cameron, J. B. Gelbach and D. L. Miller (2008), REStat 90(3); J. C. Driscoll and A. C. Kraay (1998), REStat
    80(4); T. G. Conley (1999), J. Econometrics 92.

    Examples
    --------
    >>> import egov_index as egov
    >>> from egov_index.outcomes.panels import panel_model
    >>> survey, outcomes = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    >>> model = panel_model(survey, outcomes, "under5_mortality ~ egdi + log(gdp_per_capita)")
    >>> model.to_frame()["term"].tolist()
    ['egdi', 'log(gdp_per_capita)']
    >>> model.convention[:30]
    'clustered by country (190), CR'
    """
    estimator = _checked(effects, se, count, weights, kernel, lag, cutoff)
    asked = {"formula": formula, "effects": effects, "se": se, "lag": lag, "level": share("level", level)}
    options = {
        "count": count, "draws": whole("draws", draws, 99, 10**7), "weights": weights, "seed": seed_of(seed),
        "bandwidth": None if bandwidth is None else whole("bandwidth", bandwidth, 0, 10**6),
        "cutoff": float(cutoff), "kernel": kernel, "coordinates": coordinates, "level": level,
    }  # fmt: skip
    source = design(join(result, outcomes, unit, period), formula, float(lag))
    rows = without_singletons(source, estimator)
    if estimator.by_unit or estimator.by_period:
        rows = rows.columns([k for k, name in enumerate(rows.terms) if name != CONSTANT])
    levels, rows = prepared(rows, estimator)
    keep, reasons = estimable(rows, estimator)
    if not keep:
        left_out = "; ".join(f"{name}: {why}" for name, why in reasons.items())
        raise SpecError(
            Fault("formula", left_out or "no term", f"a term that varies for effects={effects!r}")
        )
    used = rows.columns(keep)
    work = fit(used, estimator)
    silent = _without_error(work, used)
    if "nothing to estimate" in silent:
        work = replace(work, coefficients=np.full(len(keep), np.nan))
    covariance = _none(len(keep), silent) if silent else _covariance(work, used, se, options)
    notes = [*source.joined.notes, *used.notes, *_said(reasons), *covariance.notes]
    notes += _cancelled(used, covariance) if not silent else []
    notes += [*_spacing(source, effects), *_nickell(source, effects), *_nearly_collinear(work, used)]
    r2 = shares(levels.columns(keep), work)
    return PanelModel(asked, used, source, estimator, work, covariance, reasons, notes, r2)


def _checked(
    effects: Any, se: Any, count: Any, weights: Any, kernel: Any, lag: Any, cutoff: Any
) -> Estimator:
    words = {
        "effects": (effects, tuple(ESTIMATORS)),
        "se": (se, ERRORS),
        "count": (count, (None, *COUNTS)),
        "weights": (weights, (None, *WEIGHTS)),
        "kernel": (kernel, KERNELS),
    }
    faults = [
        Fault(name, repr(given), _nearest(name, given, [word for word in valid if word]))
        for name, (given, valid) in words.items()
        if given not in valid
    ]
    if not is_number(lag) or not np.isfinite(lag):
        faults.append(Fault("lag", repr(lag), "a number of periods"))
    if not is_number(cutoff) or not 0 < cutoff < np.inf:
        faults.append(Fault("cutoff", repr(cutoff), "km above 0"))
    if faults:
        raise SpecError(faults)
    return ESTIMATORS[effects]


def _nearest(name: str, given: Any, valid: list[str]) -> str:
    """The nearest word; of errors that are clustered somehow all, the default first."""
    begun = [word for word in valid if name == "se" and given and word.startswith(str(given))]
    if len(begun) < 2:
        return nearest(given, valid)
    return f"{begun[0]!r}, the default, or {in_words(map(repr, begun[1:]), 'or')}"


def _covariance(work: Working, used: Design, se: str, options: dict[str, Any]) -> Covariance:
    if se == "clustered-wild":
        return wild(work, options["draws"], options["weights"], options["level"], options["seed"])
    if se.startswith("clustered"):
        return clustered(work, se.removeprefix("clustered-"), options["count"])
    if se == "driscoll-kraay":
        labels = [str(label) for label in used.joined.periods]
        return driscoll_kraay(work, options["bandwidth"], labels, _uneven(used))
    if se == "conley":
        seen = np.unique(work.units)
        units = [used.joined.units[k] for k in seen]
        distances = np.full((len(used.joined.units),) * 2, np.nan)
        distances[np.ix_(seen, seen)] = great_circle(locate(units, options["coordinates"]))
        return conley(work, distances, options["cutoff"], options["kernel"])
    return robust(work) if se == "robust" else unadjusted(work)


def _without_error(work: Working, used: Design) -> str:
    """Why there are no standard errors: the outcome is constant, or a sum of the regressors to the last digit."""
    left, power = work.residuals + work.x @ work.coefficients, used.gauge.exponents[:1] - work.height
    size, taken = float(np.linalg.norm(work.residuals)), float(np.linalg.norm(left))
    y, largest = times(used.y, power), times(used.gauge.size[:1], power)[0]
    spread = float(np.linalg.norm(y - y.mean()))
    if taken <= NEGLIGIBLE * spread or is_rounding(left, largest) or is_rounding(y, largest):
        return f"{used.outcome} does not vary once effects are taken out: nothing to estimate"
    if size <= 1e-12 * taken or is_rounding(work.residuals, largest):
        return f"{used.outcome} is a sum of the regressors, without error: no standard errors"
    return ""


def _none(size: int, why: str) -> Covariance:
    return Covariance(np.full((size, size), np.nan), np.full(size, np.nan), "none", [why])


def _cancelled(used: Design, found: Covariance) -> list[str]:
    gone = [name for name, size in zip(used.terms, np.diag(found.matrix), strict=True) if np.isnan(size)]
    if not gone or len(np.unique(used.units)) < 2:
        return []
    return [f"no error for {', '.join(gone)}: the scores of so few countries or periods cancel"]


def _nearly_collinear(work: Working, used: Design) -> list[str]:
    """Regressors whose variance is inflated by the others beyond measure."""
    inflation = np.diag(work.bread) * (work.x**2).sum(axis=0)
    return [
        f"{name} is nearly a sum of the other regressors (variance inflation {size:.0f}): its coefficient says little"
        for name, size in zip(used.terms, inflation, strict=True)
        if size > INFLATED and name != CONSTANT
    ]


def _said(reasons: dict[str, str]) -> list[str]:
    return [f"{name} is not estimated: {why}" for name, why in reasons.items()]


def _uneven(rows: Design) -> bool:
    return len(set(np.diff(rows.joined.times[np.unique(rows.periods)]).round(9).tolist())) > 1


def _spacing(rows: Design, effects: str) -> list[str]:
    if not _uneven(rows):
        return []
    labels = listing((rows.joined.periods[k] for k in np.unique(rows.periods)), 12)
    meaning = ": a difference spans unequal times" if effects == "first-difference" else ""
    return [f"periods are unevenly spaced ({labels}){meaning}"]


def _nickell(rows: Design, effects: str) -> list[str]:
    """Bias of order 1/T of a lagged outcome where country effects are taken out."""
    if not rows.lagged or effects not in ("entity", "two-way", "random", "first-difference"):
        return []
    lengths = np.bincount(rows.units)
    typical = float(np.median(lengths[lengths > 0]))
    if effects == "random":
        return [
            f"{rows.lagged[0]} is correlated with the country effect: random effects are biased; see dynamic_panel"
        ]
    if effects == "first-difference":
        return [f"the difference of {rows.lagged[0]} is correlated with that of the error; see dynamic_panel"]
    size = f"about -(1 + r)/(T - 1), -{1 / max(typical - 1, 1):.2g} (1 + r) for T = {typical:g} periods"
    return [
        f"{rows.lagged[0]} with country effects: Nickell (1981) bias of its coefficient r, {size}; "
        "see dynamic_panel"
    ]
