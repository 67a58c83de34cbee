"""Blocks of draws at once, as an expert writes it in NumPy.

Without normalization between the levels a tree of weighted means is one weighted mean: a matrix product over all draws
that share a data set, of the values or of their logarithms.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .model import NORMALIZATIONS, Floats, Model, levels, raw_weights
from .numpy_draws import data_sets

Rank = Callable[[Floats], NDArray[np.int64]]

BLOCK = 1024


def competition(scores: Floats) -> NDArray[np.int64]:
    """Rank each row from the highest; ties share the lower number."""
    return places(scores, np.argsort(-scores, axis=1))


def places(scores: Floats, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Competition ranks from each row's order, highest first; the order is written over."""
    units = scores.shape[1]
    order += units * np.arange(len(scores))[:, np.newaxis]
    descending = scores.ravel()[order]
    tied = descending[:, 1:] == descending[:, :-1]
    run = np.arange(1, units + 1)
    if tied.any():
        run = np.broadcast_to(run, scores.shape).copy()
        run[:, 1:][tied] = 0
        run = np.maximum.accumulate(run, axis=1)
    ranks = np.empty(scores.size, dtype=np.int64)
    ranks[order] = run
    return ranks.reshape(scores.shape)


def packed(scores: Floats) -> NDArray[np.int64]:
    """Like `competition` for up to 256 positive scores a row: a sort of whole numbers instead of an argsort.

    Bits of positive floats sort as whole numbers; the lowest eight give way to the position. Rows with scores closer
    than that are sorted again in full.
    """
    units = scores.shape[1]
    keys = scores.view(np.int64) & ~np.int64(255)
    keys |= np.arange(units - 1, -1, -1)
    keys.sort(axis=1)
    keys = keys[:, ::-1]
    ranks = places(scores, (units - 1) - (keys & 255))
    close = ((keys[:, :-1] - keys[:, 1:]) < 256).any(axis=1)
    if close.any():
        ranks[close] = competition(scores[close])
    return ranks


def block(leaves: tuple[Floats, Floats], model: Model, points: Floats, scores: Floats) -> None:
    """Fill the scores of one block."""
    weights = raw_weights(points).reshape(-1, model.pillars, model.each)
    weights = (weights / (model.pillars * weights.sum(axis=2, keepdims=True))).reshape(len(points), -1)
    chosen = levels(points)
    cell = chosen[:, 0] * len(NORMALIZATIONS) + chosen[:, 1]
    for geometric in (0, 1):
        for data in range(len(leaves[0])):
            rows = np.flatnonzero((cell == data) & (chosen[:, 2] == geometric))
            product = weights[rows] @ leaves[geometric][data]
            scores[rows] = np.exp(product) if geometric else product


def run(model: Model, points: Floats, rank: Rank = competition) -> tuple[Floats, NDArray[np.int64]]:
    """Scores and competition ranks, a row a draw."""
    data = data_sets(model)
    flat = np.ascontiguousarray(data.reshape(-1, *data.shape[2:]).transpose(0, 2, 1))
    leaves = (flat, np.log(flat))
    scores = np.empty((len(points), len(model.values)))
    ranks = np.empty(scores.shape, dtype=np.int64)
    for start in range(0, len(points), BLOCK):
        part = slice(start, start + BLOCK)
        block(leaves, model, points[part], scores[part])
        ranks[part] = rank(scores[part])
    return scores, ranks
