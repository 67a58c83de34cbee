"""How far a swap of two units is at least, and at most, and where that is exact.

With L the link of the node's mean, a unit's mean is L^-1(w.L(x)). Where all steps up to the root use the same mean and
no data-dependent normalization, L(score) = A w.L(x) + B, so that two units are level on a plane through the origin (the
weights sum to one): exact. A geometric mean over arithmetic or harmonic ones keeps a plane, as y_a = k y_b. Otherwise
what can be certified is a distance within which no swap is possible.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..catalogue import numeric
from .ties import Array, dual, length, nearest_tie
from .way import LINKS, Step, Way, fixed_scale, through

__all__ = ["found_swap", "leads", "least_distance", "why_not_exact"]

Rows = NDArray[np.intp]
LARGEST_TABLE = 500  # units up to which all pairs are compared for the steepest change of a range


def merged(way: Way) -> list[Step]:
    """Steps with neighbors of the same mean as one."""
    out: list[Step] = []
    for step in way.steps:
        if out and out[-1].method == step.method:
            last = out[-1]
            rest = step.share * last.rest + step.rest
            out[-1] = Step(step.node, step.method, step.share * last.share, rest, step.scale)
        else:
            out.append(step)
    return out


def why_not_exact(way: Way) -> str:
    """Empty where ties lie on a plane in the weights; otherwise the sentence why not."""
    for step in way.steps:
        if step.method not in LINKS:
            return f"{step.node} is aggregated by {step.method}, whose result is not linear in the weights"
        if step.scale.method != "none" and step.node != way.result.nodes[0]:
            return f"the aggregate {step.node} is normalized by {step.scale.method} before it goes on"
        if step.scale.method not in ("none", "minmax", "zscore"):
            return f"the root is normalized by {step.scale.method}, which can make different units level"
        if step.scale.over not in ("period", "panel"):
            return f"the root is normalized over {step.scale.over}, which can turn the order of units"
        if step.scale.rescale and step.node != way.result.nodes[0]:
            return f"the aggregate {step.node} is rescaled to a range before it goes on"
    steps = merged(way)
    if len(steps) == 1 or (len(steps) == 2 and steps[1].method == "geometric"):
        return ""
    methods = " under ".join(step.method for step in steps)
    return f"the way to the root has {methods} means, so that ties are no plane in the weights"


def leads(way: Way, a: Rows, b: Rows) -> Array:
    """Rows d with d.w above 0 where a is ahead of b at the root, for pairs of units; exact ways only."""
    inner, *outer = merged(way)
    forward = LINKS[inner.method][0]
    x_a = inner.share[a, None] * forward(way.parts[a]) + inner.rest[a, None]
    x_b = inner.share[b, None] * forward(way.parts[b]) + inner.rest[b, None]
    sign = -1.0 if inner.method == "harmonic" else 1.0
    if not outer:
        return sign * (x_a - x_b)
    step = outer[0]  # geometric: share ln y + rest, the share alike for both
    ratio = np.exp(sign * (step.rest[b] - step.rest[a]) / step.share[a])
    uneven = step.share[a] != step.share[b]
    return np.where(uneven[:, None], np.nan, sign * (x_a - ratio[:, None] * x_b))


def least_distance(way: Way, a: int, b: int, norm: str) -> float:
    """A distance within which a stays ahead of b, by proof; 0 where none can be given."""
    if any(step.method not in LINKS for step in way.steps):
        return 0.0
    first, *above = way.steps
    root = way.steps[-1].scale
    if root.method not in ("none", "minmax", "zscore", "goalposts") or root.over not in ("period", "panel"):
        return 0.0
    scaled = [step for step in way.steps[:-1] if step.scale.method != "none" or step.scale.rescale]
    if scaled and way.result.index.recipe.normalize.rescale:
        return 0.0  # they share its range with their siblings
    moving = [step for step in scaled if step.scale.method != "goalposts" or step.scale.rescale]
    if not moving:
        return _by_intervals(way, np.array([a]), np.array([b]), norm)
    linear = first.method == "arithmetic" and all(step.method == "arithmetic" for step in above)
    alone = (
        len(scaled) == 1
        and scaled[0] is first
        and first.scale.method in ("minmax", "zscore")
        and not first.scale.rescale
    )
    alone &= first.scale.over == "period"
    if not linear or not alone or root.method != "none" or root.rescale:
        return 0.0
    return _by_scale(way, a, b, norm)


def _by_intervals(way: Way, a: Rows, b: Rows, norm: str) -> float:
    """Bisect the largest ball in which even the worst of a is above the best of b."""
    forward, inverse = LINKS[way.steps[0].method]
    center = way.weights

    def bound(rows: Rows, down: bool, radius: float) -> Array:
        x = forward(way.parts[rows])
        down_in_link = down != (way.steps[0].method == "harmonic")
        reach = radius * dual(x, norm)
        q = (
            np.maximum(x @ center - reach, x.min(1))
            if down_in_link
            else np.minimum(x @ center + reach, x.max(1))
        )
        values = inverse(q)
        if way.steps[0].scale.method == "goalposts" and len(way.steps) > 1:
            values = fixed_scale(way.steps[0], values, way.result)
        for step in way.steps[1:]:
            values = through(step, values, rows, way.result)
        return values

    low, high = 0.0, 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        apart = (bound(a, True, middle) > bound(b, False, middle)).all()
        low, high = (middle, high) if apart else (low, middle)
    return low


def _by_scale(way: Way, a: int, b: int, norm: str) -> float:
    """Certify through s(w), the range or deviation that the aggregate is divided by.

    The lead times s is A T (y_a - y_b) + c s, linear but for s, and |s(w) - s(w0)| <= L |w - w0| since s is a seminorm.
    """
    scale, parts = way.steps[0].scale, way.parts[~np.isnan(way.parts).any(axis=1)]
    share, rest = np.ones(len(way.scores)), np.zeros(len(way.scores))
    for step in way.steps[1:]:
        share, rest = step.share * share, step.share * rest + step.rest
    if share[a] != share[b]:
        return 0.0
    numbers = numeric("normalize", scale)
    if scale.method == "minmax":
        size = numbers.get("high", 1.0) - numbers.get("low", 0.0)
        y = parts @ way.weights
        spread, steep = float(y.max() - y.min()), _steepest_range(parts, norm)
    else:
        size = numbers.get("sd", 1.0)
        spread = float((parts @ way.weights).std(ddof=1))
        steep = _steepest_deviation(parts, norm)
    constant = rest[a] - rest[b]
    lead = (way.scores[a] - way.scores[b]) * spread
    slope = abs(share[a] * size) * float(dual((way.parts[a] - way.parts[b])[None, :], norm)[0])
    return (
        float(max(lead, 0.0) / (slope + abs(constant) * steep)) if slope + abs(constant) * steep > 0 else 2.0
    )


def _steepest_range(parts: Array, norm: str) -> float:
    if len(parts) > LARGEST_TABLE:
        return float(2 * dual(parts - parts.mean(axis=0), norm).max())
    return max(float(dual(parts - row, norm).max()) for row in parts)


def _steepest_deviation(parts: Array, norm: str) -> float:
    """Standard deviation of a change of length one at most: over the sphere, which holds the other balls."""
    count = parts.shape[1]
    flat = np.eye(count) - 1 / count
    largest = np.linalg.eigvalsh(flat @ np.atleast_2d(np.cov(parts.T)) @ flat)[-1]
    wider = {"l2": 1.0, "linf": np.sqrt(count), "l1": 1.0}[norm]
    return float(wider * np.sqrt(max(largest, 0.0)))


def found_swap(way: Way, a: int, b: int, norm: str) -> Array | None:
    """Weights that make the two level, found by search: near, and not proved the nearest."""
    corners = np.eye(len(way.weights))
    gap = way.gap_at(way.weights, a, b)
    found = [_on_segment(way, a, b, gap, corner) for corner in corners]
    at = way.weights
    for _ in range(8):  # level by the slopes at the last point, solved exactly, then followed to the true tie
        here, slopes = way.gap_at(at, a, b), np.zeros(len(at))
        for k, corner in enumerate(corners):
            step = 1e-6
            slopes[k] = (way.gap_at(at + step * (corner - at), a, b) - here) / step
        plane = here + slopes
        if np.isnan(plane).any() or plane @ way.weights < 0:
            break
        aim = nearest_tie(plane[None, :], way.weights, norm)[0][0]
        if np.isnan(aim).any():
            break
        tie = _on_segment(way, a, b, gap, _prolonged(way.weights, aim))
        found.append(tie)
        if tie is not None and np.abs(tie - at).max() < 1e-10:
            break
        at = aim if tie is None else tie
    known = [tie for tie in found if tie is not None]
    return min(known, key=lambda tie: float(length(tie - way.weights, norm))) if known else None


def _prolonged(start: Array, aim: Array) -> Array:
    """The point where the ray from start through aim leaves the simplex."""
    step = aim - start
    falling = step < 0
    if not falling.any():
        return aim
    reach = float((start[falling] / -step[falling]).min())
    return np.maximum(start + reach * step, 0.0)


def _on_segment(way: Way, a: int, b: int, gap: float, end: Array) -> Array | None:
    """First tie seen on the way from the weights to another point, by steps and bisection."""
    shares = np.linspace(0, 1, 17)[1:]
    last = 0.0
    for share in shares:
        here = way.gap_at(way.weights + share * (end - way.weights), a, b)
        if np.isnan(here):
            return None
        if here * gap <= 0:
            return _bisected(way, a, b, gap, end, last, float(share))
        last = float(share)
    return None


def _bisected(way: Way, a: int, b: int, gap: float, end: Array, low: float, high: float) -> Array:
    for _ in range(60):
        middle = 0.5 * (low + high)
        if way.gap_at(way.weights + middle * (end - way.weights), a, b) * gap > 0:
            low = middle
        else:
            high = middle
    return np.asarray(way.weights + high * (end - way.weights))
