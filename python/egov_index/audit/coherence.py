"""Checks of how the children of a node hang together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..errors import EgovError
from ..multivariate import alpha, kmo, pca
from .case import FAIL, LOOK, Case, Finding, why

__all__ = ["dimensions", "families", "reliability"]

UNACCEPTABLE_KMO = 0.5


def families(case: Case) -> Iterator[Finding]:
    """Correlations of each element with its siblings, and with its parent."""
    for part in _kin(case):
        yield from part


def _kin(case: Case) -> tuple[list[Finding], list[Finding], list[Finding]]:
    signs, collinear, parents = [], [], []
    for parent in case.parents:
        children = case.tree.children(parent)
        for at, code in enumerate(children):
            if len(children) == 1:
                reason = f"the only child of {parent}"
                signs.append(case.idle("sign", code, reason))
                collinear.append(case.idle("collinear", code, reason))
                parents.append(case.idle("parent", code, reason))
                continue
            signs.append(_sign(case, parent, at))
            collinear.append(_collinear(case, parent, at))
            parents.append(_parent(case, parent, at))
    return signs, collinear, parents


def _siblings(case: Case, parent: str, at: int) -> list[int]:
    """Positions of the siblings with which there is a correlation."""
    family = case.families[parent]
    others = [k for k in range(len(family.rows) - 1) if k != at]
    return [k for k in others if not np.isnan(family.estimate[at, k])]


def _no_sibling(case: Case, check: str, parent: str, at: int) -> Finding:
    family = case.families[parent]
    reasons = dict.fromkeys(str(family.reason[at, k]) for k in range(len(family.rows) - 1) if k != at)
    words = [why(reason, "every sibling") for reason in reasons]
    return case.idle(check, family.rows[at], "; ".join(words))


def _sign(case: Case, parent: str, at: int) -> Finding:
    family, others = case.families[parent], _siblings(case, parent, at)
    if not others:
        return _no_sibling(case, "sign", parent, at)
    r = family.estimate[at]
    lowest = min(others, key=lambda k: r[k])
    against = [k for k in others if r[k] < 0]
    sure = [k for k in against if family.p[at, k] < 1 - case.level]
    name = family.rows[lowest]
    many = f"negative with {len(against)} of {len(others)} siblings, most with {name}"
    note = many if len(against) > 1 else f"negative with {name}" if against else ""
    if against and not sure:
        note += "; may be chance"
    return case.held("sign", family.rows[at], r[lowest], FAIL if sure else LOOK if against else None, note)


def _collinear(case: Case, parent: str, at: int) -> Finding:
    family, others = case.families[parent], _siblings(case, parent, at)
    if not others:
        return _no_sibling(case, "collinear", parent, at)
    r, limit = family.estimate[at], case.limits["collinear"]
    twins = sorted((k for k in others if r[k] > limit), key=lambda k: -r[k])
    note = f"with {', '.join(family.rows[k] for k in twins)}" if twins else ""
    return case.held("collinear", family.rows[at], max(r[k] for k in others), FAIL if twins else None, note)


def _parent(case: Case, parent: str, at: int) -> Finding:
    family = case.families[parent]
    r, reason = float(family.estimate[at, -1]), str(family.reason[at, -1])
    if np.isnan(r):
        return case.idle("parent", family.rows[at], why(reason, parent))
    broken = FAIL if r < 0 else LOOK if r < case.limits["low"] else None
    return case.held("parent", family.rows[at], r, broken, f"with {parent}" if broken else "")


def dimensions(case: Case) -> Iterator[Finding]:
    """Principal components of the children of each node."""
    shares, counts = [], []
    for code in case.parents:
        children = case.tree.children(code)
        if len(children) == 1:
            reason = f"{children[0]} is its only child"
        else:
            try:
                found = pca(case.result, children, period=case.period)
            except EgovError as error:
                reason = str(error.faults[0])
            else:
                share, large = float(found.shares[0]), int((found.eigenvalues > 1 + 1e-9).sum())
                weak = LOOK if share < case.limits["first"] else None
                shares.append(case.held("first component", code, share, weak, _used(case, found.n)))
                several = ", ".join(f"{value:.2f}" for value in found.eigenvalues[: max(large, 1)])
                verdict = LOOK if large != 1 else None
                counts.append(case.held("eigenvalues", code, large, verdict, several))
                continue
        shares.append(case.idle("first component", code, reason))
        counts.append(case.idle("eigenvalues", code, reason))
    yield from shares
    yield from counts


def reliability(case: Case) -> Iterator[Finding]:
    """Cronbach's alpha and the Kaiser-Meyer-Olkin measure of the children of each node."""
    for code in case.parents:
        yield _alpha(case, code, case.tree.children(code))
    for code in case.parents:
        yield _kmo(case, code, case.tree.children(code))


def _alpha(case: Case, code: str, children: tuple[str, ...]) -> Finding:
    if len(children) == 1:
        return case.idle("alpha", code, f"{children[0]} is its only child")
    try:
        value = alpha(case.result, children, period=case.period).value
    except EgovError as error:
        return case.idle("alpha", code, str(error.faults[0]))
    if np.isnan(value):
        return case.idle("alpha", code, "the children have no variance to compare, or too few units")
    return case.held("alpha", code, value, LOOK if value < case.limits["alpha"] else None)


def _kmo(case: Case, code: str, children: tuple[str, ...]) -> Finding:
    if len(children) < 3:
        few = (
            f"{children[0]} is its only child" if len(children) == 1 else "with two children it is always 0.5"
        )
        return case.idle("kmo", code, few)
    try:
        found = kmo(case.result, children, period=case.period)
    except EgovError as error:
        return case.idle("kmo", code, str(error.faults[0]))
    value = found.value
    if np.isnan(value):
        return case.idle("kmo", code, "the children are not correlated")
    broken = FAIL if value < UNACCEPTABLE_KMO else LOOK if value < case.limits["kmo"] else None
    return case.held("kmo", code, value, broken, _used(case, found.n))


def _used(case: Case, n: int) -> str:
    """Say it where units with missing children were left out."""
    scored = int(case.scored.sum())
    return f"over the {n} of {scored} units without a missing child" if n < scored else ""
