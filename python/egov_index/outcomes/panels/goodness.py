"""Shares of variance within, between and overall, as squared correlations."""

from __future__ import annotations

import numpy as np

from .design import Design
from .gauge import times
from .working import Array, Working, demeaned, sums

__all__ = ["shares"]


def shares(levels: Design, work: Working) -> dict[str, float]:
    """Squared correlations of the outcome with what the slopes foretell: overall, of country means, within countries.

    Levels are the rows before means or differences were taken, standardized; NaN where either side does not vary.
    """
    x, powers = levels.x, levels.gauge.exponents
    foretold = (x - x.mean(axis=0)) @ times(work.estimates, work.exponents - powers[0] + powers[1:])
    both = np.column_stack([levels.y - levels.y.mean(), foretold])
    codes = np.unique(levels.units, return_inverse=True)[1].astype(np.int64)
    means = sums(both, codes) / np.bincount(codes)[:, None]
    return {
        "model": work.facts["r2"],
        "within": _squared(demeaned(both, codes), both),
        "between": _squared(means - means.mean(axis=0), both),
        "overall": _squared(both, both),
    }


def _squared(both: Array, whole: Array) -> float:
    size = np.linalg.norm(both, axis=0)
    if len(both) < 2 or (size <= 1e-9 * np.linalg.norm(whole, axis=0)).any() or not size.all():
        return float("nan")
    y, foretold = (both / size).T
    return float(min((y @ foretold) ** 2, 1.0))
