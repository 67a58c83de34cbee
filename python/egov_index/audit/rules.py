"""What is checked, by which rule, with which limit, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import Fault, SpecError
from ..table import nearest

__all__ = ["CHECKS", "LIMITS", "Check", "Limit", "limits_of"]

COIN_TOOL = "Becker et al. 2019, COIN Tool User Guide, JRC, EUR 29899"
COINR = "Becker et al. 2022, COINr, JOSS 7(78), 4567"
HANDBOOK = "OECD/JRC 2008, Handbook on Constructing Composite Indicators"
PARUOLO = "Paruolo, Saisana and Saltelli 2013, JRSS A 176, 609-634"
JRC = "practice of JRC statistical audits"
OWN = "this package's own"


@dataclass(frozen=True)
class Limit:
    """A limit that a caller may set: its default and bounds."""

    default: float
    least: float
    most: float


@dataclass(frozen=True)
class Check:
    """One thing checked: its title, what its elements are, its rule (limits in braces) and the source of the rule."""

    title: str
    of: str
    rule: str
    source: str


LIMITS = {
    "coverage": Limit(0.65, 0, 1),
    "imputed": Limit(0.35, 0, 1),
    "size": Limit(0.6, 0, 1),
    "nonzero": Limit(0.5, 0, 1),
    "skew": Limit(2.0, 0, 1e6),
    "kurtosis": Limit(3.5, 0, 1e6),
    "tied": Limit(0.15, 0, 1),
    "collinear": Limit(0.92, -1, 1),
    "low": Limit(0.3, -1, 1),
    "first": Limit(0.6, 0, 1),
    "alpha": Limit(0.7, 0, 1),
    "kmo": Limit(0.6, 0, 1),
    "least_ratio": Limit(0.5, 0, 1e6),
    "most_ratio": Limit(2.0, 0, 1e6),
    "moved": Limit(0.1, 0, 1),
    "shift": Limit(10, 1, 1e6),
    "differ": Limit(0.2, 0, 1),
    "redundant": Limit(0.92, -1, 1),
}

CHECKS = {
    "unit coverage": Check(
        "Data of each unit", "unit", "at least {coverage:g} of the indicators observed", COIN_TOOL
    ),
    "indicator coverage": Check(
        "Data of each indicator", "indicator", "observed in at least {coverage:g} of the units", COIN_TOOL
    ),
    "pillar coverage": Check(
        "Data of each pillar", "node",
        "at least {coverage:g} of the values observed; to be looked at where a unit has fewer",
        f"{COIN_TOOL}, for pillars",
    ),
    "imputed": Check(
        "Imputed values of each unit", "unit", "at most {imputed:g} of the indicators imputed",
        f"complement of the coverage in {COIN_TOOL}",
    ),
    "denominator": Check(
        "Denominators left aside", "indicator",
        "an indicator that names a denominator does not follow its size, |r| at most {size:g}",
        f"limit of get_denom_corr, {COINR}",
    ),
    "zeros": Check(
        "Many zeros", "indicator", "at least {nonzero:g} of the observed values are not zero", COINR
    ),
    "outliers": Check(
        "Outliers that remain after treatment", "indicator",
        "absolute skewness below {skew:g} or kurtosis below {kurtosis:g}", COIN_TOOL,
    ),
    "floor or ceiling": Check(
        "Ties at the bottom or the top", "node", "at most {tied:g} of the units share the lowest or highest value",
        "Terwee et al. 2007, J Clin Epidemiol 60, 34-42",
    ),
    "sign": Check(
        "Sign among siblings", "node",
        "no negative correlation with a sibling; it fails where p is below {p:.3g}", JRC,
    ),
    "collinear": Check(
        "Collinear siblings", "node", "no correlation with a sibling above {collinear:g}", JRC
    ),
    "parent": Check(
        "Correlation with the parent", "node", "at least {low:g}; it fails below 0", JRC
    ),
    "first component": Check(
        "First principal component", "node", "at least {first:g} of the variance of the children",
        f"60 % that factors should explain, {HANDBOOK}"
    ),
    "eigenvalues": Check("Dimensions", "node", "one eigenvalue above 1", f"Kaiser's criterion, {HANDBOOK}"),
    "alpha": Check("Cronbach's alpha", "node", "at least {alpha:g}", f"Nunnally 1978, {HANDBOOK}"),
    "kmo": Check(
        "Sampling adequacy (KMO)", "node", "at least {kmo:g}; it fails below 0.5", f"Kaiser 1974, {HANDBOOK}"
    ),
    "importance": Check(
        "Importance against weight, within the parent", "node",
        "share of importance (linear correlation ratio) {least_ratio:g} to {most_ratio:g} times the weight",
        f"{PARUOLO}; limits {OWN}",
    ),
    "importance in the index": Check(
        "Importance against weight, in the whole index", "indicator",
        "share of importance (linear correlation ratio) {least_ratio:g} to {most_ratio:g} times the weight",
        f"{PARUOLO}; limits {OWN}",
    ),
    "dominated": Check(
        "Indicators that never decide", "indicator", "without it at least one unit changes its rank", JRC
    ),
    "removal": Check(
        "What the removal of each element moves", "node",
        "the mean change of rank is at most {moved:g} of the number of units", f"limit {OWN}",
    ),
    "information": Check(
        "Ranks of pillars against ranks of the index", "node",
        "at least {differ:g} of the units stand {shift:g} or more places elsewhere in the index", JRC,
    ),
    "redundant": Check(
        "Redundancy of the index with one pillar", "node",
        "correlation of the pillar with the index at most {redundant:g}", JRC,
    ),
}  # fmt: skip


def limits_of(given: Mapping[str, Any]) -> dict[str, float]:
    """All limits, those given in place of the defaults; SpecError with every one that is unknown or out of bounds."""
    faults = []
    for name, value in given.items():
        if name not in LIMITS:
            faults.append(Fault(f"limit {name!r}", "unknown", nearest(name, LIMITS)))
            continue
        known = LIMITS[name]
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not number or not known.least <= value <= known.most:
            faults.append(Fault(name, repr(value), f"a number from {known.least:g} to {known.most:g}"))
    found = {name: known.default for name, known in LIMITS.items()} | dict(given)
    if not faults and found["least_ratio"] > found["most_ratio"]:
        came = f"{found['least_ratio']:g} above most_ratio {found['most_ratio']:g}"
        faults.append(Fault("least_ratio", came, "a lower one"))
    if faults:
        raise SpecError(faults)
    return {name: float(value) for name, value in found.items()}
