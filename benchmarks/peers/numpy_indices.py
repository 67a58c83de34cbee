"""Sensitivity indices of every country's rank in NumPy, without intervals."""

from __future__ import annotations

import numpy as np

from . import numpy_blocks
from .model import Floats, Model


def run(model: Model, n: int, seed: int = 1) -> tuple[Floats, Floats]:
    """First order (Saltelli et al. 2010, centered) and total order (Jansen 1999), countries x factors.

    Independent points: NumPy alone has no Sobol' sequence, and the time does not depend on the points.
    """
    d = model.factors
    a, b = np.random.default_rng(seed).random((2, n, d))
    ya, yb = (numpy_blocks.run(model, points, numpy_blocks.packed)[1].astype(float) for points in (a, b))
    both = np.concatenate([ya, yb])
    variance = np.maximum(both.var(axis=0), np.finfo(float).tiny)
    first, total = np.empty((2, len(model.values), d))
    for factor in range(d):
        mixed = a.copy()
        mixed[:, factor] = b[:, factor]
        y = numpy_blocks.run(model, mixed, numpy_blocks.packed)[1].astype(float)
        first[:, factor] = ((yb - both.mean(axis=0)) * (y - ya)).mean(axis=0) / variance
        total[:, factor] = ((ya - y) ** 2).mean(axis=0) / (2 * variance)
    return first, total
