"""Sobol' indices of one output as others compute them, from the outputs of one design without second order."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def parts(y: Array, d: int) -> tuple[Array, Array, Array]:
    """Outputs of A, of AB_1 to AB_d, and of B."""
    table = y.reshape(-1, d + 2)
    return table[:, 0], table[:, 1:-1].T, table[:, -1]


def salib(problem: dict[str, Any], y: Array, resamples: int) -> tuple[Array, Array]:
    """SALib: first order by Saltelli (2010), total order by Jansen, intervals by bootstrap."""
    from SALib.analyze import sobol

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sobol.analyze(problem, y, calc_second_order=False, num_resamples=resamples, seed=1)
    return np.asarray(found["S1"]), np.asarray(found["ST"])


def openturns(problem: dict[str, Any], y: Array, resamples: int) -> tuple[Array, Array]:
    """OpenTURNS: first and total order by Jansen, intervals by bootstrap, one thread."""
    import openturns as ot

    ot.TBB.SetThreadsNumber(1)
    d = len(problem["names"])
    a, ab, b = parts(y, d)
    outputs = ot.Sample(np.concatenate([a, b, ab.ravel()])[:, None])
    inputs = ot.Sample(len(outputs), d)
    made = ot.JansenSensitivityAlgorithm(inputs, outputs, len(a))
    made.setUseAsymptoticDistribution(False)
    made.setBootstrapSize(resamples)
    made.getFirstOrderIndicesInterval(), made.getTotalOrderIndicesInterval()
    return np.array(made.getFirstOrderIndices()), np.array(made.getTotalOrderIndices())


def numpy(problem: dict[str, Any], y: Array, resamples: int) -> tuple[Array, Array]:
    """A bootstrap over base points, written as one would: a resample at a time."""
    a, ab, b = parts(y - y.mean(), len(problem["names"]))

    def indices(a: Array, ab: Array, b: Array) -> tuple[Array, Array]:
        v = np.concatenate([a, b]).var()
        return (b * (ab - a)).mean(axis=1) / v, ((ab - a) ** 2).mean(axis=1) / (2 * v)

    random = np.random.default_rng(1)
    kept = []
    for _ in range(resamples):
        at = random.integers(len(a), size=len(a))
        kept.append(indices(a[at], ab[:, at], b[at]))
    np.percentile(np.array(kept), [2.5, 97.5], axis=0)
    return indices(a, ab, b)


PEERS = {"salib": salib, "openturns": openturns, "numpy": numpy}
