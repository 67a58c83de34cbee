"""Monte Carlo filtering for a model of the user's own: which inputs tell the runs that pass a test from the rest.

Also called regional sensitivity analysis. Takes any runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .arguments import share, threads_of
from .errors import DataError, Fault, SpecError
from .given import constant_inputs, sample
from .measures import Array, Measures
from .runs import few_valued, read_inputs, read_outputs, read_problem
from .table import listing, nearest

__all__ = ["Filtered", "analyze", "sample"]

SIDES = ("above", "below")
TELLING = 0.05  # p value, after Bonferroni over the inputs


class Filtered(Measures):
    """How an input is distributed in the runs that pass against the others.

    An output a row and an input a column; without the axis of outputs if a single one was given.

    Attributes
    ----------
    distance, distance_p : numpy.ndarray
        Largest distance of the two distribution functions (Kolmogorov-Smirnov), 0 to 1, and its p value. NaN where all
        runs pass or none.
    larger, larger_p : numpy.ndarray
        Chance that the input is larger in a run that passes than in one that does not, and the two-sided p value of
        Mann and Whitney. 0.5 says no more than that neither is larger on the whole.
    passing : numpy.ndarray
        Runs that pass, per output.
    """

    keys_of_salib: ClassVar[Mapping[str, str]] = {}
    leading: ClassVar[str] = "distance"
    distance: Array
    distance_p: Array
    larger: Array
    larger_p: Array
    passing: NDArray[np.int64]

    def _says(self, varying: NDArray[np.intp]) -> list[str]:
        lines = super()._says(varying)
        p = self._values["distance_p"][varying] * len(self.factors)
        least = np.nanmin(np.where(np.isnan(p), 1, p), axis=0)
        said = [name for name, low in zip(self.factors, least, strict=True) if low < TELLING]
        lines.append(
            f"Distributed otherwise in the runs that pass, at {TELLING:g} after Bonferroni over the inputs: "
            f"{listing(said) or 'none'}. An input that acts only together with others need not show."
        )
        return lines


def analyze(
    problem: Mapping[str, Any],
    X: ArrayLike,
    Y: ArrayLike,
    *,
    threshold: float | ArrayLike | None = None,
    quantile: float | None = None,
    side: str = "above",
    passes: Callable[[Array], ArrayLike] | None = None,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Filtered:
    """Compare the inputs of the runs that pass with those of the others.

    Parameters
    ----------
    problem : mapping
        ``names`` of the inputs and ``outputs``, names of the outputs; the rest is not looked at.
    X : array_like
        Inputs, shape (runs, inputs), e.g. of :func:`sample`.
    Y : array_like
        Outputs, shape (runs,) or (runs, outputs).
    threshold : float or array_like, optional
        A run passes where its output is at or beyond it; one, or one for each output.
    quantile : float, optional
        In place of a threshold: that quantile of each output.
    side : {"above", "below"}
        Beyond means so.
    passes : callable, optional
        In place of both: from the outputs, of the shape of Y, to True where a run passes, of the same shape.
    threads : int, optional
        All cores if left out. The same bits for any number.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    Filtered

    Raises
    ------
    DataError
        If rows or columns do not fit; for NaN or infinity, naming its run.
    SpecError
        Unless exactly one of threshold, quantile and passes is given; for what ``passes`` gives in another shape.

    Notes
    -----
    Hornberger and Spear (1981), Journal of Environmental Management 12, 7-18; Saltelli et al. (2008), Global
    Sensitivity Analysis: The Primer, chapter 5. The p value of the distance is asymptotic with Stephens's (1970)
    correction of the size; that of Mann and Whitney is normal, with corrections for ties and continuity. SALib's rsa
    compares slices by the Cramér-von Mises statistic instead. A choice of more than two levels has no order: distance
    and larger depend on how the levels are numbered, and the p value of the distance is too large where values are few.

    Examples
    --------
    >>> from egov_index import filtering
    >>> problem = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    >>> x = filtering.sample(problem, 1000)
    >>> found = filtering.analyze(problem, x, x[:, 0], quantile=0.9)
    >>> found.distance.round(1).tolist(), found.passing.tolist()
    ([1.0, 0.1], 100)
    """
    made, notes = read_problem(problem)
    inputs = read_inputs(made, X)
    outputs = read_outputs(made, Y, len(inputs))
    table = np.asarray(Y, dtype=np.float64).reshape(len(inputs), -1)
    through = _passing(table, np.shape(Y), threshold, quantile, side, passes)
    raw = _core.filter_runs(
        inputs, np.asfortranarray(through.astype(np.float64)), threads_of(threads), progress
    )
    passing = through.sum(axis=0)
    stuck = [name for name, n in zip(outputs.names, passing, strict=True) if n in (0, len(inputs))]
    if stuck:
        notes += (f"All runs pass or none, so there is nothing to compare: {listing(stuck)}.",)
    names = {"distance": "distance", "distance_p": "distance_p", "larger": "above", "larger_p": "above_p"}
    result = Filtered(
        {name: np.where(outputs.varies[:, None], raw[key], np.nan) for name, key in names.items()}, {},
        outputs, made.names, runs=len(inputs), level=np.nan,
        notes=notes + constant_inputs(made, inputs) + few_valued(made, inputs),
        header=f"{len(made.names)} inputs, {len(inputs):,} runs, of which {passing.min():,} to {passing.max():,} pass.",
    )  # fmt: skip
    result.passing = passing[0] if outputs.single else passing
    return result


def _passing(
    table: Array,
    shape: tuple[int, ...],
    threshold: float | ArrayLike | None,
    quantile: float | None,
    side: str,
    passes: Callable[[Array], ArrayLike] | None,
) -> NDArray[np.bool_]:
    """Which runs pass, runs x outputs."""
    ways = {"threshold": threshold, "quantile": quantile, "passes": passes}
    asked = [name for name, given in ways.items() if given is not None]
    if len(asked) != 1:
        raise SpecError(Fault("threshold, quantile, passes", listing(asked) or "none", "exactly one of them"))
    if side not in SIDES:
        raise SpecError(Fault("side", repr(side), nearest(side, SIDES)))
    if passes is not None:
        through = np.asarray(passes(table.reshape(shape)))
        if through.shape != shape or through.dtype != np.bool_:
            came = f"{through.dtype} of shape {through.shape}"
            raise SpecError(Fault("what passes gives", came, f"True or False of shape {shape}"))
        return through.reshape(table.shape)
    if quantile is not None:
        limit = np.quantile(table, share("quantile", quantile), axis=0)
    else:
        limit = np.asarray(threshold, dtype=np.float64)
        if limit.ndim > 1 or (limit.ndim == 1 and len(limit) != table.shape[1]) or np.isnan(limit).any():
            raise DataError(
                Fault("threshold", repr(threshold), f"a number, or {table.shape[1]}, one for each output")
            )
    return np.asarray(table >= limit if side == "above" else table <= limit)
