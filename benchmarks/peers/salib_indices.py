"""Sensitivity indices as SALib computes them: an output at a time."""

from __future__ import annotations

import warnings

from . import numpy_blocks
from .model import Model


def run(model: Model, n: int, outputs: int, resamples: int = 100, seed: int = 1) -> None:
    """Sample, run the model in blocks of NumPy, and analyze the ranks of the first countries."""
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    names = [f"factor {k}" for k in range(model.factors)]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    points = sampling.sample(problem, n, calc_second_order=False, seed=seed)
    ranks = numpy_blocks.run(model, points, numpy_blocks.packed)[1].astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for unit in range(outputs):
            analysis.analyze(
                problem, ranks[:, unit], calc_second_order=False, num_resamples=resamples, seed=seed
            )
