"""Checks of what the elements do in the index: importance, removal, and pillars against the whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..errors import EgovError
from ..multivariate import correlations, importance
from ..naming import called, ordinal
from ..removal import removal
from .case import FAIL, LOOK, Case, Finding, rows_of, why

__all__ = ["pillars", "removals", "weights"]


def weights(case: Case) -> Iterator[Finding]:
    """Importance of each element against its weight, within its parent and in the whole index."""
    whole: list[Finding] = []
    for parent in case.parents:
        children = case.tree.children(parent)
        root = parent == case.tree.root
        alone = len(children) == 1
        if alone:
            yield case.idle("importance", children[0], f"the only child of {parent}")
        if alone and not root:
            continue
        try:
            found = rows_of(importance(case.result, parent, period=case.period, threads=case.threads))
        except EgovError as error:
            reason = str(error.faults[0])
            yield from (case.idle("importance", code, reason) for code in children if not alone)
            whole += [case.idle("importance in the index", code, reason) for code in case.tree.leaves if root]
            continue
        for row in found:
            if row["role"] == "child" and not alone:
                yield _ratio(case, "importance", row)
            elif row["role"] == "indicator" and root:
                whole.append(_ratio(case, "importance in the index", row))
    reason = "its indicators are its children: see their importance within it"
    yield from whole or [case.idle("importance in the index", case.tree.root, reason)]


def _ratio(case: Case, check: str, row: dict[str, object]) -> Finding:
    code, weight, share = str(row["node"]), float(str(row["weight"])), row["importance"]
    if weight == 0:
        return case.idle(check, code, "its weight is 0")
    if share is None or np.isnan(float(str(share))):
        return case.idle(check, code, why(row["reason"] or "", "the node above"))
    ratio = float(str(share)) / weight
    inside = case.limits["least_ratio"] <= ratio <= case.limits["most_ratio"]
    note = f"weight {weight:.3f}, importance {float(str(share)):.3f}"
    return case.held(check, code, ratio, None if inside else LOOK, note)


def removals(case: Case) -> Iterator[Finding]:
    """What happens to the ranks without each element; and the indicators without which nothing happens."""
    codes, leaves = case.tree.codes[1:], case.tree.leaves
    try:
        index, panel = case.result.index, case.result.panel
        found = removal(index, panel, codes, period=case.period, threads=case.threads)
    except EgovError as error:
        reason = str(error.faults[0])
        yield from (case.idle("dominated", code, reason) for code in leaves)
        yield from (case.idle("removal", code, reason) for code in codes)
        return
    rows = {str(row["node"]): row for row in rows_of(found.to_frame())}
    for code in leaves:
        row = rows[code]
        if row["reason"] or row["largest_shift"] is None or np.isnan(row["largest_shift"]):
            yield case.idle("dominated", code, str(row["reason"] or "no unit is ranked without it"))
        else:
            most = float(row["largest_shift"])
            note = "" if most else "no rank changes without it"
            yield case.held("dominated", code, most, None if most else FAIL, note)
    for code in codes:
        yield _moved(case, code, rows[code])


def _moved(case: Case, code: str, row: dict[str, object]) -> Finding:
    mean = row["mean_shift"]
    if row["reason"] or mean is None or np.isnan(float(str(mean))):
        return case.idle("removal", code, str(row["reason"] or "no unit is ranked without it"))
    note, value = "", float(str(mean))
    if row["mover"] is not None:
        before, after = (ordinal(float(str(row[name]))) for name in ("rank_with", "rank_without"))
        note = f"most {called(case.result.panel, row['mover'])}, {before} to {after} without it"
    limit = case.limits["moved"] * int(case.scored.sum())
    return case.held("removal", code, value, LOOK if value > limit else None, note)


def pillars(case: Case) -> Iterator[Finding]:
    """Ranks and scores of each pillar against those of the index."""
    root = case.tree.root
    alone = len(case.tree.children(root)) == 1
    spearman = correlations(
        case.result, "spearman", nodes=case.pillars, with_nodes=[root], period=case.period
    )
    pearson = correlations(case.result, nodes=case.pillars, with_nodes=[root], period=case.period)
    for at, code in enumerate(case.pillars):
        yield _information(case, code, float(spearman.estimate[at, 0]))
    for at, code in enumerate(case.pillars):
        r, reason = float(pearson.estimate[at, 0]), str(pearson.reason[at, 0])
        if alone and code in case.tree.children(root):
            yield case.idle("redundant", code, f"the only child of {root}")
        elif np.isnan(r):
            yield case.idle("redundant", code, why(reason, "the index"))
        else:
            yield case.held("redundant", code, r, LOOK if r > case.limits["redundant"] else None)


def _information(case: Case, code: str, spearman: float) -> Finding:
    ranks = case.result.rank_values[case.at]
    shift = np.abs(ranks[:, case.result.nodes.index(code)] - ranks[:, 0])
    shift = shift[~np.isnan(shift)]
    least = case.limits["shift"]
    if shift.size <= 2 * least:
        reason = f"{shift.size} units are too few to stand {least:g} places elsewhere often"
        return case.idle("information", code, reason)
    if np.isnan(spearman):
        return case.idle("information", code, "all units stand level")
    share = float((shift >= least).mean())
    note = f"{int((shift >= least).sum())} of {shift.size} units; Spearman {spearman:.2f}"
    return case.held("information", code, share, LOOK if share < case.limits["differ"] else None, note)
