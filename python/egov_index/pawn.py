"""PAWN for a model of the user's own: how far an output's distribution moves where an input is held within a slice.

Takes any runs; every index comes with the threshold that an input without influence stays below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .arguments import seed_of, share, threads_of, whole
from .errors import Fault, SpecError
from .given import constant_inputs, sample
from .measures import Measures
from .runs import read_inputs, read_outputs, read_problem
from .table import listing, nearest

__all__ = ["PawnIndices", "analyze", "sample"]

Array = NDArray[np.float64]
STATISTICS = ("median", "mean", "maximum")
FEWEST = 10  # runs in a slice


class PawnIndices(Measures):
    """Kolmogorov-Smirnov distances between an output's distribution within slices of an input and over all runs.

    An output a row and an input a column; without the axis of outputs if a single one was given. Also a mapping with
    SALib's keys: names, minimum, mean, median, maximum, CV, stdev.

    Attributes
    ----------
    median, mean, maximum, minimum : numpy.ndarray
        Over the slices of an input, 0 to 1; NaN where the output or the input is constant.
    deviation : numpy.ndarray
        Standard deviation over the slices.
    dummy, threshold : dict
        From "median", "mean", "maximum" to that of dummies, inputs without influence and with the same slices: their
        mean, and the quantile of them at ``level``.
    influential : numpy.ndarray
        Whether ``statistic`` lies above its threshold. An input without influence does so in 1 - level of cases.
    statistic : str
    interval : dict
        From "median", "mean", "maximum" to (low, high) if there were resamples, else empty.
    slices, dummies : int
    """

    keys_of_salib: ClassVar[Mapping[str, str]] = {
        "minimum": "minimum", "mean": "mean", "median": "median", "maximum": "maximum",
        "CV": "variation", "stdev": "deviation",
    }  # fmt: skip
    leading: ClassVar[str] = "median"
    median: Array
    mean: Array
    maximum: Array
    minimum: Array
    deviation: Array
    dummy: dict[str, Array]
    threshold: dict[str, Array]
    influential: NDArray[np.bool_]
    statistic: str
    slices: int
    dummies: int

    @property
    def variation(self) -> Any:
        """Coefficient of variation over the slices."""
        return self.deviation / self.mean

    def _says(self, varying: NDArray[np.intp]) -> list[str]:
        lines = super()._says(varying)
        above = np.reshape(self.influential, (len(self.outputs), -1))[varying]
        hidden = [name for name, at in zip(self.factors, above.T, strict=True) if not at.any()]
        lines.append(
            f"Above the threshold in {int(above.sum()):,} of {above.size:,} cases."
            + (
                f" Never, so not to be told from an input without influence: {listing(hidden)}."
                if hidden
                else ""
            )
        )
        return lines


def analyze(
    problem: Mapping[str, Any],
    X: ArrayLike,
    Y: ArrayLike,
    S: int = 10,
    *,
    statistic: str = "median",
    dummies: int = 100,
    level: float = 0.95,
    resamples: int = 0,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> PawnIndices:
    """PAWN indices from any runs of a model.

    Parameters
    ----------
    problem : mapping
        ``names`` of the inputs and ``outputs``, names of the outputs; the rest is not looked at.
    X : array_like
        Inputs, shape (runs, inputs), e.g. of :func:`sample`.
    Y : array_like
        Outputs, shape (runs,) or (runs, outputs).
    S : int
        Slices of each input, of as many runs each and no fewer than 10 on average. An input with fewer values has a
        slice for each; equal values stay together.
    statistic : {"median", "mean", "maximum"}
        What is held against its threshold.
    dummies : int
        Inputs without influence that thresholds come from, 20 or more: the slices of the input dealt to the runs at
        random. Inputs whose slices have the same sizes share them.
    level : float
        Share of the dummies below the threshold, and level of the intervals.
    resamples : int
        Resamples of the runs for intervals; 0 for none. Slices stay as they are. Distances of a resample are larger
        than those of the runs by a little, so the percentiles are shifted: the mean of the resamples is the estimate.
    seed : int
        Of dummies and resamples.
    threads : int, optional
        All cores if left out. The same bits for any number.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    PawnIndices

    Raises
    ------
    DataError
        If rows or columns do not fit, or are too few for the slices; for NaN or infinity, naming its run.
    SpecError
        For arguments that make no sense.

    Notes
    -----
    Pianosi and Wagener (2018), Environmental Modelling & Software 108, 197-207; dummies: Khorashadi Zadeh et al.
    (2017), ibid. 91, 210-222. A distance is biased upwards, the more so the fewer runs a slice has; the threshold is
    too. SALib's last slice leaves out the run with the largest input, and there is no threshold.

    Examples
    --------
    >>> from egov_index import pawn
    >>> problem = {"names": ["a", "b", "idle"], "bounds": [[0, 1]] * 3}
    >>> x = pawn.sample(problem, 2000)
    >>> pawn.analyze(problem, x, 3 * x[:, 0] + x[:, 1]).influential.tolist()
    [True, True, False]
    """
    made, notes = read_problem(problem)
    if statistic not in STATISTICS:
        raise SpecError(Fault("statistic", repr(statistic), nearest(statistic, STATISTICS)))
    slices = whole("S", S, 2, 10**6)
    inputs = read_inputs(made, X, least=slices * FEWEST)
    outputs = read_outputs(made, Y, len(inputs))
    resamples = whole("resamples", resamples, 0, 10**6)
    raw = _core.pawn_analyze(
        inputs, outputs.table, slices, whole("dummies", dummies, 20, 10**6), resamples, share("level", level),
        seed_of(seed), threads_of(threads), progress,
    )  # fmt: skip
    spread = {
        name: [outputs.spread(part) for part in raw[name]] for name in ("dummy", "threshold", "low", "high")
    }
    order = ("median", "mean", "maximum", "minimum", "deviation")
    intervals = zip(STATISTICS, spread["low"], spread["high"], strict=True)
    result = PawnIndices(
        {name: outputs.spread(raw[name]) for name in order},
        {name: (low, high) for name, low, high in intervals} if resamples else {},
        outputs, made.names, runs=len(inputs), level=level, notes=notes + constant_inputs(made, inputs),
        header=f"{len(made.names)} inputs, {len(inputs):,} runs in up to {slices} slices of each input. Threshold: "
        f"{100 * level:g} % quantile of the {statistic} of {dummies:,} dummies without influence.",
    )  # fmt: skip
    result.statistic, result.slices, result.dummies = statistic, slices, dummies
    result.dummy, result.threshold = (
        {name: result._given(part) for name, part in zip(STATISTICS, spread[key], strict=True)}
        for key in ("dummy", "threshold")
    )
    result.influential = getattr(result, statistic) > result.threshold[statistic]
    return result
