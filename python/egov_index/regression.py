"""Regression of a model's outputs on its inputs: standardized coefficients, partial correlations, of values or ranks.

Takes any runs. Worth something where R² says that the model is nearly linear, or, of ranks, nearly monotone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .arguments import seed_of, share, threads_of, whole
from .errors import DataError, Fault
from .given import constant_inputs, sample
from .measures import Array, Measures
from .runs import Outputs, few_valued, read_inputs, read_outputs, read_problem
from .table import listing

__all__ = ["RegressionIndices", "analyze", "sample"]

POOR = 0.7  # an R² below this: coefficients miss much of what the inputs do
INFLATED = 10.0  # a variance inflation factor above this: inputs are hard to tell apart
MEASURES = {"src": (False, 0), "pcc": (False, 1), "srrc": (True, 0), "prcc": (True, 1)}


class RegressionIndices(Measures):
    """Coefficients and partial correlations of a linear regression; -1 to 1, with the sign of the effect.

    An output a row and an input a column; without the axis of outputs if a single one was given. Also a mapping with
    the keys names, SRC, PCC, SRRC, PRCC and each with ``_conf``, half the length of its interval.

    Attributes
    ----------
    src, srrc : numpy.ndarray
        Standardized regression coefficients of values and of ranks. Where inputs are independent, the square of src is
        the share of the variance that the input explains linearly.
    pcc, prcc : numpy.ndarray
        Partial correlations: of the input and the output, each less what the other inputs explain of it linearly.
    r2, r2_ranks : numpy.ndarray or float
        Share of the variance of each output, or of its ranks, that the regression explains.
    r2_interval : dict
        From "r2" and "r2_ranks" to (low, high).
    vif, vif_ranks : numpy.ndarray
        Variance inflation factor of each input, 1 where it is not correlated with the others.
    interval : dict
        From the name of each measure to (low, high); percentiles of resamples.
    resamples : int
    """

    keys_of_salib: ClassVar[Mapping[str, str]] = {"SRC": "src", "PCC": "pcc", "SRRC": "srrc", "PRCC": "prcc"}
    leading: ClassVar[str] = "srrc"
    directed: ClassVar[bool] = True
    src: Array
    pcc: Array
    srrc: Array
    prcc: Array
    r2: Any
    r2_ranks: Any
    r2_interval: dict[str, tuple[Any, Any]]
    vif: Array
    vif_ranks: Array
    resamples: int

    def _says(self, varying: NDArray[np.intp]) -> list[str]:
        lines = super()._says(varying)
        for name, word in (("r2", "linear"), ("r2_ranks", "monotone and additive")):
            values = np.atleast_1d(getattr(self, name))[varying]
            said = f"{values[0]:.3f}" if len(values) == 1 else f"{values.min():.3f} to {values.max():.3f}"
            poor = " These coefficients miss much of what the inputs do." if values.min() < POOR else ""
            lines.append(f"R² {said} of {'values' if name == 'r2' else 'ranks'}: 1 were {word}.{poor}")
        high = [name for name, vif in zip(self.factors, self.vif, strict=True) if vif > INFLATED]
        if high:
            lines.append(f"Hard to tell from the other inputs (VIF above {INFLATED:g}): {listing(high)}.")
        return lines


def analyze(
    problem: Mapping[str, Any],
    X: ArrayLike,
    Y: ArrayLike,
    *,
    resamples: int = 200,
    level: float = 0.95,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> RegressionIndices:
    """Standardized regression coefficients and partial correlations, of values and of ranks.

    Parameters
    ----------
    problem : mapping
        ``names`` of the inputs and ``outputs``, names of the outputs; the rest is not looked at.
    X : array_like
        Inputs, shape (runs, inputs), e.g. of :func:`sample`; they may be correlated.
    Y : array_like
        Outputs, shape (runs,) or (runs, outputs).
    resamples : int
        Bootstrap resamples of the runs, each ranked anew; 0 for no intervals.
    level : float
        Level of the intervals.
    seed : int
        Of the resamples.
    threads : int, optional
        All cores if left out. The same bits for any number.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    RegressionIndices

    Raises
    ------
    DataError
        If rows or columns do not fit; with too few rows; where inputs depend on one another linearly; for NaN or
        infinity, naming its run.
    SpecError
        For arguments that make no sense.

    Notes
    -----
    Saltelli and Marivoet (1990), Reliability Engineering & System Safety 28, 229-253; Helton et al. (2006), ibid. 91,
    1175-1209. With C the inverse of the correlations of the inputs, b their coefficients and R² the explained share,
    the partial correlation is b_i / sqrt(b_i^2 + (1 - R²) C_ii), and C_ii the inflation. Ties have their mean rank.
    A choice of more than two levels has no order: its coefficients depend on how the levels are numbered. A note names
    inputs with 3 to 12 values.

    Examples
    --------
    >>> from egov_index import regression
    >>> problem = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    >>> x = regression.sample(problem, 500)
    >>> found = regression.analyze(problem, x, 3 * x[:, 0] - x[:, 1])
    >>> found.src.round(1).tolist(), round(found.r2, 3)
    ([0.9, -0.3], 1.0)
    """
    made, notes = read_problem(problem)
    inputs = read_inputs(made, X, least=len(made.names) + 3)
    outputs = read_outputs(made, Y, len(inputs))
    resamples, level = whole("resamples", resamples, 0, 10**6), share("level", level)
    moves = inputs.min(axis=0) < inputs.max(axis=0)
    if not moves.any():
        raise DataError(Fault("X", "inputs that do not change", "at least one that does"))
    raw = [
        _core.regression_analyze(
            np.asfortranarray(inputs[:, moves]), outputs.table, ranks, resamples, level, seed_of(seed),
            threads_of(threads), _part(progress, ranks),
        )
        for ranks in (False, True)
    ]  # fmt: skip

    def table(part: str, ranks: bool, at: int) -> Array:
        out = np.full((len(outputs.names), len(made.names)), np.nan)
        out[np.ix_(outputs.varies, moves)] = raw[ranks][part][at]
        return out

    result = RegressionIndices(
        {name: table("value", *which) for name, which in MEASURES.items()},
        {name: (table("low", *which), table("high", *which)) for name, which in MEASURES.items()},
        outputs, made.names, runs=len(inputs), level=level,
        notes=notes + constant_inputs(made, inputs) + few_valued(made, inputs),
        header=f"{int(moves.sum())} inputs, {len(inputs):,} runs. Intervals at {100 * level:g} %: "
        + (f"percentiles of {resamples:,} bootstrap resamples." if resamples else "none."),
    )  # fmt: skip
    result.resamples = resamples
    result.r2, result.r2_ranks = (_column(raw[ranks]["r2"], outputs) for ranks in (False, True))
    result.r2_interval = {
        name: (_column(raw[ranks]["r2_low"], outputs), _column(raw[ranks]["r2_high"], outputs))
        for name, ranks in (("r2", False), ("r2_ranks", True))
    }
    result.vif, result.vif_ranks = np.full((2, len(made.names)), np.nan)
    result.vif[moves], result.vif_ranks[moves] = raw[False]["inflation"], raw[True]["inflation"]
    return result


def _column(values: Array, outputs: Outputs) -> Any:
    """A number for each output, or one where a single output was given."""
    spread = outputs.spread(values)
    return float(spread[0]) if outputs.single else spread


def _part(progress: Callable[[float], object] | None, second: bool) -> Callable[[float], object] | None:
    """Progress of the first or the second half of the work."""
    return None if progress is None else lambda done: progress((done + second) / 2)
