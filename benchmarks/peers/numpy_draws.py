"""A loop of draws in NumPy over data sets made once: each imputation x normalization."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .model import HIGH, IMPUTATIONS, LOW, NORMALIZATIONS, Floats, Model, levels, raw_weights


def impute(model: Model, method: str) -> Floats:
    """Fill the holes of every indicator."""
    filled = model.values.copy()
    missing = np.isnan(filled)
    if method == "group_mean":
        for region in np.unique(model.regions):
            rows = model.regions == region
            filled[rows] = np.where(missing[rows], np.nanmean(model.values[rows], axis=0), filled[rows])
        return filled
    center = (np.nanmean if method == "mean" else np.nanmedian)(model.values, axis=0)
    return np.where(missing, center, filled)


def mid_ranks(column: Floats) -> Floats:
    """Ascending ranks from 1; ties share the mean of theirs."""
    _, at, counts = np.unique(column, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[at]


def normalize(filled: Floats, model: Model, method: str) -> Floats:
    """Bring every indicator to the range from LOW to HIGH."""
    if method == "rank":
        scaled = np.column_stack([mid_ranks(column) for column in filled.T])
    elif method == "goalposts":
        scaled = np.clip((filled - model.lower) / (model.upper - model.lower), 0, 1)
    else:
        scaled = filled
    least, most = scaled.min(axis=0), scaled.max(axis=0)
    return LOW + (HIGH - LOW) * (scaled - least) / (most - least)


def data_sets(model: Model) -> Floats:
    """Imputations x normalizations x countries x indicators."""
    filled = [impute(model, method) for method in IMPUTATIONS]
    return np.array([[normalize(one, model, method) for method in NORMALIZATIONS] for one in filled])


def competition(scores: Floats) -> NDArray[np.int64]:
    """Rank from the highest; ties share the lower number."""
    ascending = np.sort(scores)
    return 1 + scores.size - np.searchsorted(ascending, scores, side="right")


def run(model: Model, points: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Scores and competition ranks, a row a draw."""
    data = data_sets(model)
    logs = np.log(data)
    scores = np.empty((len(points), len(model.values)))
    ranks = np.empty(scores.shape, dtype=np.int64)
    shape = (model.pillars, model.each)
    chosen = zip(levels(points), raw_weights(points), strict=True)
    for at, ((imputed, normalized, aggregated), weights) in enumerate(chosen):
        share = weights.reshape(shape) / weights.reshape(shape).sum(axis=1, keepdims=True)
        leaves = (logs if aggregated else data)[imputed, normalized].reshape(-1, *shape)
        pillars = (leaves * share).sum(axis=2)
        scores[at] = np.exp(pillars.mean(axis=1)) if aggregated else pillars.mean(axis=1)
        ranks[at] = competition(scores[at])
    return scores, ranks
