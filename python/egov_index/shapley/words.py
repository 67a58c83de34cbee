"""Shapley effects in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..table import listing

if TYPE_CHECKING:
    from .shares import ShapleyEffects

__all__ = ["explained"]

HOW = {
    "t": "Student's t over {replicates} independent replicates",
    "clt": "the central limit theorem over {n:,} permutations",
}


def explained(of: ShapleyEffects) -> str:
    """All there is to say."""
    lines = [_design(of), *of.notes]
    if of.constant:
        lines.append(f"Constant, so without effects: {listing(of.constant)}.")
    moves = of._varies
    if moves.any():
        lines += [_largest(of, moves), *_groups(of, moves), *_oddities(of, moves)]
    return "\n".join(lines)


def _design(of: ShapleyEffects) -> str:
    if of.method == "exact":
        return f"{len(of.factors)} factors, exact: no sampling."
    how = {"subsets": "all coalitions", "permutations": "random permutations"}[of.method]
    if of.interval_method == "t" and of.replicates < 2:
        interval = "No intervals, as there is one replicate."
    else:
        by = HOW[of.interval_method].format(replicates=of.replicates, n=of.n)
        interval = f"Intervals at {100 * of.level:g} %: {by}."
    return f"{len(of.factors)} factors, {of.n:,} points, {how}, {of.runs:,} runs. {interval}"


def _mean(of: ShapleyEffects, table: Any, moves: Any) -> Any:
    weights = np.ravel(of.variance)[moves]
    if not 0 < weights.max() < np.inf:  # of outputs so small or large that their variances are no numbers
        weights = (weights == weights.max()).astype(float)
    return np.average(table[moves], axis=0, weights=weights / weights.max())


def _over(moves: Any) -> str:
    return "" if moves.sum() == 1 else " over the outputs, each weighted by its variance"


def _largest(of: ShapleyEffects, moves: Any) -> str:
    effects = _mean(of, of.tables["effect"], moves)
    best = int(np.argmax(effects))
    return (
        f"{of.factors[best]} matters most{_over(moves)}: it has {effects[best]:.3f} of the variance. Effects sum to 1; "
        "what factors do together, or share as they depend on one another, is divided among them evenly."
    )


def _groups(of: ShapleyEffects, moves: Any) -> list[str]:
    if not of.groups:
        return []
    sums = _mean(of, of._grouped(), moves)
    order = np.argsort(-sums, kind="stable")
    told = listing(f"{of.group_names[i]} {sums[i]:.3f}" for i in order)
    return [f"Groups as one player each{_over(moves)}: {told}."]


def _oddities(of: ShapleyEffects, moves: Any) -> list[str]:
    if of.method == "exact":
        return []
    lines = []
    effect, low, high, first, total = (of.tables[name][moves] for name in of.tables)
    tiny = 1e-9
    if (effect < -tiny).any():
        lines.append(
            f"Below 0 {_times(effect < -tiny)}: sampling error of an effect near 0. Nothing is clipped."
        )
    if ((high - low) / 2 > np.abs(effect)).any():
        lines.append(
            f"The half-width of the interval exceeds the effect {_times((high - low) / 2 > np.abs(effect))}: "
            f"{of.n:,} points are too few to tell it from 0."
        )
    beyond = first > total + np.maximum(0.01, high - low)
    if beyond.any():
        lines.append(
            f"The first index is above the total index {_times(beyond)}: factors depend on one another, so neither "
            "index alone tells how much a factor matters. The effect does."
        )
    return lines


def _times(found: Any) -> str:
    return f"in {int(found.sum()):,} of {found.size:,} cases"
