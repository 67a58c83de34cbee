"""Checks of the data: how much is there, how much was filled, and what the values look like."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..errors import EgovError
from ..multivariate import availability, correlations, summary
from ..naming import called
from ..panel import Panel
from ..table import listing, read_frame
from .case import FAIL, LOOK, Case, Finding, rows_of

__all__ = ["coverage", "denominators", "imputed", "shapes", "ties"]


def coverage(case: Case) -> Iterator[Finding]:
    """How much is observed, by unit, indicator and pillar; and the zeros among it."""
    there, least = availability(case.result, period=case.period), case.limits["coverage"]
    gone = case.result.excluded[case.at]
    for row, out in zip(rows_of(there.units), gone, strict=True):
        check, share = "unit coverage", row["available"]
        if out:
            yield case.idle(check, row["unit"], "not scored by the survey itself")
        else:
            note = _missing(row["missing"], "indicators")
            yield case.held(check, row["unit"], share, FAIL if share < least else None, note)
    for row in rows_of(there.indicators):
        share, note = row["available"], _missing(row["missing"], "units")
        yield case.held("indicator coverage", row["indicator"], share, FAIL if share < least else None, note)
    columns, _ = read_frame(there.groups)
    for code in case.parents:
        shares = np.asarray(columns[code], dtype=np.float64)[~gone]
        yield _pillar(
            case, code, shares, [u for u, out in zip(case.result.units, gone, strict=True) if not out]
        )
    for row in rows_of(there.indicators):
        yield _zeros(case, row)


def _missing(count: int, what: str) -> str:
    return f"{count} {what if count > 1 else what[:-1]} missing" if count else ""


def _pillar(case: Case, code: str, shares: np.ndarray, units: list[object]) -> Finding:
    if not shares.size:
        return case.idle("pillar coverage", code, "no unit to count")
    least, value = case.limits["coverage"], float(shares.mean())
    few = [
        called(case.result.panel, unit) for unit, share in zip(units, shares, strict=True) if share < least
    ]
    note = f"{len(few)} unit{'s' if len(few) > 1 else ''} with fewer: {listing(few, 5)}" if few else ""
    return case.held("pillar coverage", code, value, FAIL if value < least else LOOK if few else None, note)


def _zeros(case: Case, row: dict[str, object]) -> Finding:
    share, zeros = float(str(row["nonzero"] if row["nonzero"] is not None else "nan")), row["zeros"]
    if np.isnan(share):
        return case.idle("zeros", row["indicator"], "no value in this period")
    note = f"{zeros} zero{'s' if zeros != 1 else ''}" if zeros else ""
    return case.held("zeros", row["indicator"], share, LOOK if share < case.limits["nonzero"] else None, note)


def imputed(case: Case) -> Iterator[Finding]:
    """How much of each unit was imputed."""
    columns, _ = read_frame(case.result.trail)
    filled: dict[object, list[str]] = {}
    cells = (columns[name] for name in ("unit", "period", "indicator", "stage"))
    for unit, period, indicator, stage in zip(*cells, strict=True):
        if stage == "impute" and str(period) == str(case.period):
            filled.setdefault(unit, []).append(str(indicator))
    count = len(case.tree.leaves)
    for unit, out in zip(case.result.units, case.result.excluded[case.at], strict=True):
        names = filled.get(unit, [])
        share = len(names) / count
        if out:
            yield case.idle("imputed", unit, "not scored by the survey itself")
        else:
            broken = FAIL if share > case.limits["imputed"] else None
            yield case.held("imputed", unit, share, broken, listing(names, 5))


def denominators(case: Case) -> Iterator[Finding]:
    """Indicators that follow the size of their denominator even after the division."""
    tree, panel, check = case.tree, case.result.panel, "denominator"
    named = [code for code in tree.leaves if tree[code].denominator]
    if not named:
        yield case.idle(check, tree.root, "no indicator names a denominator")
    for code in named:
        by = str(tree[code].denominator)
        size = panel.column(by)[:, panel.periods.index(case.period)]
        both = Panel.from_array(np.column_stack([case.column(code), size])[:, None, :])
        try:
            found = correlations(both, nodes=["x0"], with_nodes=["x1"])
        except EgovError as error:
            yield case.idle(check, code, str(error.faults[0]))
            continue
        r, reason = float(found.estimate[0, 0]), str(found.reason[0, 0])
        if np.isnan(r):
            yield case.idle(check, code, f"no correlation with {by}: {reason}")
        else:
            yield case.held(check, code, r, LOOK if abs(r) > case.limits["size"] else None, f"with {by}")


def shapes(case: Case) -> Iterator[Finding]:
    """Skewness and kurtosis of the indicators as the index uses them."""
    for row in rows_of(summary(case.result, period=case.period)):
        code, skew, kurtosis = row["indicator"], _number(row["skewness"]), _number(row["kurtosis"])
        if np.isnan(skew):
            reason = "constant" if row["distinct"] == 1 else f"{row['n']} values"
            yield case.idle("outliers", code, reason)
            continue
        broken = abs(skew) >= case.limits["skew"] and not kurtosis < case.limits["kurtosis"]
        note = f"skewness {skew:.2f}" + ("" if np.isnan(kurtosis) else f", kurtosis {kurtosis:.2f}")
        yield case.held("outliers", code, skew, FAIL if broken else None, note)


def _number(cell: object) -> float:
    return float("nan") if cell is None else float(str(cell))


def ties(case: Case) -> Iterator[Finding]:
    """How many units share the lowest and the highest value of each node."""
    for code in case.result.nodes:
        values = case.column(code)
        values = values[~np.isnan(values)]
        if values.size < 3 or (values == values[0]).all():
            few = f"{values.size} value{'s' if values.size != 1 else ''}"
            yield case.idle("floor or ceiling", code, few if values.size < 3 else "constant")
            continue
        ends = {"lowest": int((values == values.min()).sum()), "highest": int((values == values.max()).sum())}
        word = max(ends, key=lambda end: ends[end])
        share = ends[word] / values.size if ends[word] > 1 else 0.0
        note = f"{ends[word]} of {values.size} share the {word}" if share else ""
        yield case.held("floor or ceiling", code, share, LOOK if share > case.limits["tied"] else None, note)
