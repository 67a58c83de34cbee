"""Sobol' indices in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..table import listing
from .design import FEWEST

if TYPE_CHECKING:
    from .indices import SobolIndices

__all__ = ["explained"]

ADDITIVE = 0.9  # a sum of first orders below this means that factors act together
ROUNDING = 1e-9  # a sum above 1 by no more than this is 1
WIDEST = 1.0  # an interval wider than all that a share may be says nothing
HOW = {"t": "t distribution over the scrambles", "bootstrap": "percentiles of {:,} bootstrap resamples"}


def explained(of: SobolIndices, head: str | None = None) -> str:
    """All there is to say, after a sentence on how it was run."""
    lines = [head or _design(of), *of.notes]
    if of.constant:
        lines.append(f"Constant, so without indices: {listing(of.constant)}.")
    varying = [k for k, name in enumerate(of.outputs) if name not in of.constant]
    few = head is None and not of.exact and of.n < FEWEST
    if few:
        lines.append(
            f"{of.n:,} base point{'s are' if of.n > 1 else ' is'} too few to say anything of these indices: "
            f"take {FEWEST} or more, a thousand for a start."
        )
    if varying:
        lines += _wide(of, varying)
    if varying and not few:
        lines += _largest(of, varying)
        lines += [] if of.exact else _oddities(of, varying)
    return "\n".join(lines)


def _design(of: SobolIndices) -> str:
    if of.exact:
        return f"{len(of.factors)} factors, all {of.runs:,} combinations of their levels."
    scrambles = "1 scramble" if of.scrambles == 1 else f"{of.scrambles} independent scrambles"
    if of.discrete == "enumerated":
        scrambles += f", each crossed with all {of.layout.combinations:,} combinations of the discrete inputs"
    none = of.n == 1 or (of.interval_method == "t" and of.scrambles == 1)
    how = "none" if none else HOW[of.interval_method].format(of.resamples)
    return (
        f"{len(of.factors)} factors, {of.n:,} base point{'s' if of.n > 1 else ''} in {scrambles}, {of.runs:,} runs. "
        f"First order by {of.estimators['first']}, total order by {of.estimators['total']}. "
        f"Intervals at {100 * of.level:g} %: {how}."
    )


def _tables(of: SobolIndices, name: str, varying: list[int]) -> tuple[Any, Any, Any]:
    """Estimate, low and high, varying outputs x factors."""
    shape = (len(of.outputs), len(of.factors))
    low, high = of.interval[name]
    return tuple(np.reshape(part, shape)[varying] for part in (getattr(of, name), low, high))  # type: ignore[return-value]


def _wide(of: SobolIndices, varying: list[int]) -> list[str]:
    """Where intervals are so wide that nothing can be said."""
    wide = np.zeros((len(varying), len(of.factors)), dtype=bool)
    for name in ("first", "total"):
        _, low, high = _tables(of, name, varying)
        wide |= high - low > WIDEST
    if not wide.any():
        return []
    return [
        f"Too few base points: {of.n:,} leave intervals wider than {WIDEST:g} {_times(wide, of, varying)}."
    ]


def _largest(of: SobolIndices, varying: list[int]) -> list[str]:
    """The factor that matters most, and how much factors do together."""
    weights = np.ravel(of.variance)[varying]
    weights = weights / weights.max() if 0 < weights.max() < np.inf else np.ones_like(weights)
    first, total = (
        np.average(_tables(of, name, varying)[0], axis=0, weights=weights) for name in ("first", "total")
    )
    best, summed = int(np.argmax(total)), float(first.sum())
    over = "" if len(varying) == 1 else " over the outputs, each weighted by its variance"
    lines = [
        f"{of.factors[best]} matters most{over}: total order {total[best]:.3f}, first order {first[best]:.3f}."
    ]
    if summed < ADDITIVE:
        lines.append(
            f"First orders sum to {summed:.3f}: the rest to 1, {1 - summed:.3f}, comes from factors acting together. "
            "Total orders count it once for each of the factors."
        )
    elif summed > 1 + ROUNDING:
        lines.append(
            f"First orders sum to {summed:.3f}. A sum above 1 is sampling error: more base points shrink it."
        )
    else:
        lines.append(f"First orders sum to {summed:.3f}: factors act nearly one by one.")
    return lines


def _oddities(of: SobolIndices, varying: list[int]) -> list[str]:
    """What looks wrong, and whether sampling error explains it."""
    first, first_low, _ = _tables(of, "first", varying)
    total, total_low, total_high = _tables(of, "total", varying)
    lines = []
    above = first > total
    beyond = above & (first_low > total_high)
    if beyond.any():
        lines.append(
            f"First order is above total order by more than the intervals allow {_times(beyond, of, varying)}: "
            "factors that depend on one another, a model that is not deterministic, or rows in another order."
        )
    within = above & (first_low <= total_high)
    if within.any():
        lines.append(
            f"First order is above total order {_times(within, of, varying)}: sampling error, within the intervals."
        )
    unknown = above & np.isnan(first_low - total_high)
    if unknown.any():
        lines.append(
            f"First order is above total order {_times(unknown, of, varying)}: without an interval it is open "
            "whether that is sampling error."
        )
    below = (first < 0) | (total < 0)
    if below.any():
        lines.append(
            f"Below 0 {_times(below, of, varying)}: sampling error of an index near 0. Nothing is clipped."
        )
    wide = ((total_high - total_low) / 2 > np.abs(total)) & (np.abs(total) > 0)
    if wide.any():
        lines.append(
            f"The half-width of the interval exceeds the total order {_times(wide, of, varying)}: "
            f"{of.n:,} base points are too few to tell it from 0."
        )
    return lines


def _times(found: Any, of: SobolIndices, varying: list[int]) -> str:
    rows, factors = np.nonzero(found)
    if len(of.outputs) == 1:
        return f"for {listing(of.factors[i] for i in factors)}"
    pairs = [f"{of.outputs[varying[k]]} by {of.factors[i]}" for k, i in zip(rows, factors, strict=True)]
    return f"in {len(pairs):,} of {found.size:,} cases ({listing(pairs, 3)})"
