"""One input at a time for a model of the user's own: a table that says nothing of inputs acting together.

It looks along lines through one point, a share of the space that vanishes as inputs grow in number. Not enough to call
an input unimportant: take :mod:`egov_index.sobol` or :mod:`egov_index.morris` for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arguments import share, threads_of
from .errors import DataError, Fault, SpecError
from .measures import Array, Measures
from .problem import as_inputs, as_problem
from .runs import read_inputs, read_outputs, read_problem

__all__ = ["Swings", "analyze", "sample"]

WARNING = (
    "One input at a time: nothing is known of inputs acting together, nor away from the nominal point. An input "
    "without effect here may matter most elsewhere (Saltelli et al. 2019, Environmental Modelling & Software 114, "
    "29-39)."
)


class Swings(Measures):
    """What an output changes where one input goes to its low or high value and the others stay.

    An output a row and an input a column; without the axis of outputs if a single one was given.

    Attributes
    ----------
    low, high : numpy.ndarray
        Output with the input at its low or high value, less the nominal output; in units of the output. NaN where no
        run changes the output.
    swing : numpy.ndarray
        Largest less smallest of the three outputs.
    nominal : numpy.ndarray or float
        Output with all inputs at their nominal values.
    """

    keys_of_salib: ClassVar[Mapping[str, str]] = {}
    leading: ClassVar[str] = "swing"
    low: Array
    high: Array
    swing: Array
    nominal: Any

    def _says(self, varying: NDArray[np.intp]) -> list[str]:
        return [*super()._says(varying), WARNING]


def sample(
    problem: Mapping[str, Any], *, low: float = 0.05, high: float = 0.95, threads: int | None = None
) -> Array:
    """The nominal run, and two more for each input.

    Parameters
    ----------
    problem : mapping
        As in :func:`egov_index.sobol.sample`, but for groups, which are not looked at.
    low, high : float
        Quantiles of each input that it goes to; the nominal value is its median.
    threads : int, optional
        All cores if left out.

    Returns
    -------
    numpy.ndarray
        Shape (1 + 2 inputs, inputs): the nominal run, then for each input the run with its low and with its high value.

    Raises
    ------
    SpecError
        For a problem that makes no sense; unless low < 0.5 < high.

    Examples
    --------
    >>> from egov_index import oat
    >>> oat.sample({"names": ["a", "b"], "bounds": [[0, 1], [10, 20]]}, low=0.1, high=0.9).tolist()
    [[0.5, 15.0], [0.1, 15.0], [0.9, 15.0], [0.5, 11.0], [0.5, 19.0]]
    """
    made = as_problem(problem)
    if not share("low", low) < 0.5 < share("high", high):
        raise SpecError(Fault("low, high", f"{low!r}, {high!r}", "one below and one above 0.5"))
    points = np.full((1 + 2 * len(made.names), len(made.names)), 0.5)
    for i in range(len(made.names)):
        points[1 + 2 * i : 3 + 2 * i, i] = low, high
    return as_inputs(points, made.laws, threads_of(threads))


def analyze(problem: Mapping[str, Any], X: ArrayLike, Y: ArrayLike) -> Swings:
    """What each input does alone.

    Parameters
    ----------
    problem : mapping
        ``names`` of the inputs and ``outputs``, names of the outputs; the rest is not looked at.
    X : array_like
        Inputs as :func:`sample` lays them out, shape (1 + 2 inputs, inputs); the values may be others.
    Y : array_like
        Outputs, shape (runs,) or (runs, outputs).

    Returns
    -------
    Swings
        Its ``explain()`` carries the warning that this is not enough.

    Raises
    ------
    DataError
        If rows do not fit; if a run changes another input than its own; for NaN or infinity, naming its run.

    Notes
    -----
    Saltelli and Annoni (2010), Environmental Modelling & Software 25, 1508-1517, on the share of the space that is
    looked at; Saltelli et al. (2019), ibid. 114, 29-39, on how often it is taken for enough.

    Examples
    --------
    >>> from egov_index import oat
    >>> problem = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    >>> x = oat.sample(problem)
    >>> oat.analyze(problem, x, 3 * x[:, 0] - x[:, 1]).swing.round(2).tolist()
    [2.7, 0.9]
    """
    made, notes = read_problem(problem)
    inputs, d = read_inputs(made, X), len(made.names)
    if len(inputs) != 1 + 2 * d:
        raise DataError(
            Fault("X", f"{len(inputs):,} rows", f"{1 + 2 * d:,}: the nominal run and two for each input")
        )
    other = np.argwhere((inputs[1:] != inputs[0]) & (np.arange(d) != np.repeat(np.arange(d), 2)[:, None]))
    if len(other):
        run, k = (int(part) for part in other[0])
        own = made.names[run // 2]
        raise DataError(
            Fault(f"X, run {run + 1} (counted from 0)", f"changes {made.names[k]!r}", f"only {own!r}")
        )
    outputs = read_outputs(made, Y, len(inputs))
    nominal, moved = outputs.table[0], outputs.table[1:].T.reshape(-1, d, 2)
    changes = moved - nominal[:, None, None]
    swing = np.maximum(changes.max(axis=2), 0) - np.minimum(changes.min(axis=2), 0)
    parts = {"swing": swing, "low": changes[:, :, 0], "high": changes[:, :, 1]}
    result = Swings(
        {name: outputs.spread(part, 1) for name, part in parts.items()}, {}, outputs, made.names, runs=len(inputs),
        level=np.nan, notes=notes, header=f"{d} inputs, each moved alone to a low and a high value.",
    )  # fmt: skip
    first = np.asarray(Y, dtype=np.float64).reshape(len(inputs), -1)[0]
    result.nominal = float(first[0]) if outputs.single else first
    return result
