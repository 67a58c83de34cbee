"""A function per draw on a data frame, as an analyst writes it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .model import AGGREGATIONS, HIGH, IMPUTATIONS, LOW, NORMALIZATIONS, Floats, Model, levels, raw_weights


def draw(frame: pd.DataFrame, model: Model, choices: tuple[str, str, str], weights: Floats) -> pd.Series:
    """Scores of one draw."""
    imputation, normalization, aggregation = choices
    if imputation == "mean":
        filled = frame.fillna(frame.mean())
    elif imputation == "median":
        filled = frame.fillna(frame.median())
    else:
        filled = frame.fillna(frame.groupby(model.regions).transform("mean"))

    if normalization == "minmax":
        scaled = filled
    elif normalization == "rank":
        scaled = filled.rank()
    else:
        scaled = ((filled - model.lower) / (model.upper - model.lower)).clip(0, 1)
    scaled = LOW + (HIGH - LOW) * (scaled - scaled.min()) / (scaled.max() - scaled.min())

    each = model.each
    pillars = pd.DataFrame(index=frame.index)
    for at in range(model.pillars):
        columns, share = scaled.columns[at * each : (at + 1) * each], weights[at * each : (at + 1) * each]
        share = share / share.sum()
        if aggregation == "arithmetic":
            pillars[at] = scaled[columns].mul(share).sum(axis=1)
        else:
            pillars[at] = np.exp(np.log(scaled[columns]).mul(share).sum(axis=1))
    if aggregation == "arithmetic":
        return pillars.mean(axis=1)
    return np.exp(np.log(pillars).mean(axis=1))


def run(model: Model, points: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Scores and competition ranks, a row a draw."""
    frame = pd.DataFrame(model.values, columns=[f"x{k}" for k in range(model.indicators)])
    scores, ranks = [], []
    for (impute, normalize, aggregate), weights in zip(levels(points), raw_weights(points), strict=True):
        choices = (IMPUTATIONS[impute], NORMALIZATIONS[normalize], AGGREGATIONS[aggregate])
        score = draw(frame, model, choices, weights)
        scores.append(score.to_numpy())
        ranks.append(score.rank(ascending=False, method="min").to_numpy(dtype=np.int64))
    return np.array(scores), np.array(ranks)
