"""The nearest point of the simplex on a plane through the origin: exact, for many planes at once.

Given are weights w0 (at least 0, sum one) and a row of leads d with d.w0 >= 0. Sought is the w on the simplex with
d.w = 0 that is nearest to w0. Such a w exists if and only if some lead is at most 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["NORMS", "dual", "length", "nearest_tie"]

Array = NDArray[np.float64]
NORMS = ("l2", "linf", "l1")
HALVINGS = 200


def length(change: Array, norm: str) -> Array:
    """Norm of each row."""
    size = np.abs(change)
    if norm == "l2":
        return np.asarray(np.sqrt((size**2).sum(axis=-1)))
    return np.asarray(size.max(axis=-1) if norm == "linf" else size.sum(axis=-1))


def dual(rows: Array, norm: str) -> Array:
    """Most that row.change can reach over changes of length one and sum zero."""
    if norm == "l2":
        return length(rows - rows.mean(axis=-1, keepdims=True), "l2")
    if norm == "linf":
        return length(rows - np.median(rows, axis=-1, keepdims=True), "l1")
    return np.asarray((rows.max(axis=-1) - rows.min(axis=-1)) / 2)


def nearest_tie(leads: Array, weights: Array, norm: str) -> tuple[Array, Array]:
    """Nearest weights at which each lead is gone, and how far they are.

    Parameters
    ----------
    leads : numpy.ndarray
        Shape (rows, children): d, with d.weights >= 0.
    weights : numpy.ndarray
        Shape (children,): w0, at least 0, sum one.
    norm : {"l2", "linf", "l1"}

    Returns
    -------
    weights : numpy.ndarray
        Shape (rows, children); NaN where every lead is above 0.
    distance : numpy.ndarray
        Infinite there.
    """
    found = np.full(leads.shape, np.nan)
    scale = np.abs(leads).max(axis=1, keepdims=True)
    scaled = leads / np.where(scale > 0, scale, 1.0)
    level = scaled @ weights <= 0
    found[level] = weights
    touch = ~level & (scaled.min(axis=1) == 0)
    cross = ~level & (scaled.min(axis=1) < 0)
    for row in np.flatnonzero(touch):  # only all weight on the children without a lead makes them level
        found[row] = _on_face(scaled[row] == 0, weights, norm)
    if cross.any():
        found[cross] = (_euclidean if norm == "l2" else _by_shifting)(scaled[cross], weights, norm)
    distance = length(found - weights, norm)
    return found, np.where(np.isnan(distance), np.inf, distance)


def _on_face(face: NDArray[np.bool_], weights: Array, norm: str) -> Array:
    out = np.zeros(weights.size)
    if norm == "l2":
        out[face] = _onto_simplex(weights[face][None, :])[0]
    else:  # the same to each is nearest in the largest change, and as near as any in the sum
        out[face] = weights[face] + (1 - weights[face].sum()) / face.sum()
    return out


def _onto_simplex(points: Array) -> Array:
    """Nearest points with entries at least 0 and sum one (Held, Wolfe and Crowder 1974)."""
    down = -np.sort(-points, axis=1)
    excess = (np.cumsum(down, axis=1) - 1) / np.arange(1, points.shape[1] + 1)
    last = (down > excess).sum(axis=1) - 1
    shift = np.take_along_axis(excess, last[:, None], axis=1)
    return np.asarray(np.maximum(points - shift, 0.0))


def _euclidean(leads: Array, weights: Array, _norm: str) -> Array:
    """Solve by the multiplier of d.w = 0: d.w falls as it rises; bisect it, then solve on the support found."""

    def at(multiplier: Array) -> Array:
        return _onto_simplex(weights - multiplier[:, None] * leads)

    low, high = np.zeros(len(leads)), np.ones(len(leads))
    while (ahead := (leads * at(high)).sum(axis=1) > 0).any():
        high[ahead] *= 2
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if ((middle <= low) | (middle >= high)).all():
            break
        ahead = (leads * at(middle)).sum(axis=1) > 0
        low, high = np.where(ahead, middle, low), np.where(ahead, high, middle)
    return _polished(leads, weights, at(high))


def _polished(leads: Array, weights: Array, found: Array) -> Array:
    """Solve the two equations on the support of the solution, where they have one solution."""
    on = found > 0
    count, d = on.sum(axis=1), np.where(on, leads, 0.0)
    mass, total = (on * weights).sum(axis=1), d.sum(axis=1)
    spread = (d * d).sum(axis=1) - total**2 / count
    with np.errstate(divide="ignore", invalid="ignore"):
        multiplier = (d @ weights - total * (mass - 1) / count) / spread
        shift = (mass - 1 - multiplier * total) / count
        exact = np.where(on, weights - multiplier[:, None] * leads - shift[:, None], 0.0)
    better = np.isfinite(exact).all(axis=1) & (exact.min(axis=1) >= 0)
    better &= np.abs(exact - found).max(axis=1) < 1e-9
    return np.where(better[:, None], exact, found)


def _by_shifting(leads: Array, weights: Array, norm: str) -> Array:
    """Least d.w within a distance, by shifting weight from high leads to low ones; bisect the distance."""
    least = _within_box if norm == "linf" else _within_mass
    order = np.argsort(leads, axis=1, kind="stable")
    low, high = np.zeros(len(leads)), np.full(len(leads), 2.0)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if ((middle <= low) | (middle >= high)).all():
            break
        ahead = (leads * least(order, weights, middle)).sum(axis=1) > 0
        low, high = np.where(ahead, middle, low), np.where(ahead, high, middle)
    found = least(order, weights, high)
    lead, rest = leads @ weights, (leads * found).sum(axis=1)
    share = np.clip(lead / (lead - rest), 0.0, 1.0)[:, None]  # back to the plane, by at most a rounding
    return np.asarray(weights + share * (found - weights))


def _in_place(order: NDArray[Any], by_order: Array) -> Array:
    out = np.empty_like(by_order)
    np.put_along_axis(out, order, by_order, axis=1)
    return out


def _within_box(order: NDArray[Any], weights: Array, most: Array) -> Array:
    """No weight changes by more than `most`: fill the children of low lead first."""
    start = weights[order]
    floor = np.maximum(start - most[:, None], 0.0)
    room = np.minimum(start + most[:, None], 1.0) - floor
    before = np.cumsum(room, axis=1) - room
    left = 1.0 - floor.sum(axis=1, keepdims=True)
    return _in_place(order, floor + np.clip(left - before, 0.0, room))


def _within_mass(order: NDArray[Any], weights: Array, most: Array) -> Array:
    """Changes sum to `most` in size: half of it moves from the children of high lead to the one of lowest."""
    start = weights[order]
    down = start[:, :0:-1]  # all but the child of lowest lead, highest lead first
    before = np.cumsum(down, axis=1) - down
    taken = np.clip(most[:, None] / 2 - before, 0.0, down)
    out = start.copy()
    out[:, 1:] -= taken[:, ::-1]
    out[:, 0] += taken.sum(axis=1)
    return _in_place(order, out)
