"""First-order indices from runs that are there already, whatever design they come from.

:func:`sample` makes such runs where there are none; :func:`analyze` takes any inputs and outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .arguments import seed_of, share, threads_of, whole
from .errors import Fault, SpecError
from .measures import Measures
from .problem import Problem
from .runs import Points, as_points, read_inputs, read_outputs, read_problem
from .sobol.design import Layout
from .table import listing, nearest

__all__ = ["FirstOrder", "analyze", "sample"]

Array = NDArray[np.float64]
METHODS = {"binned": _core.Share.binned, "rank": _core.Share.rank}
DEPENDENT = 1e-4  # p value below which neighbors by one input are not independent in another
GROUPS = 32  # of the jackknife
FEWEST = 8  # runs in a group of the jackknife


class FirstOrder(Measures):
    """First-order indices: the share of an output's variance that goes when an input is fixed, on average.

    An output a row and an input a column; without the axis of outputs if a single one was given. Also a mapping with
    SALib's keys: names, S1, S1_conf.

    Attributes
    ----------
    first : numpy.ndarray
        Never clipped: sampling error may take it below 0. NaN where the output or the input is constant.
    interval : dict
        "first": (low, high).
    method : str
        "binned" or "rank".
    """

    keys_of_salib: ClassVar[Mapping[str, str]] = {"S1": "first"}
    leading: ClassVar[str] = "first"
    first: Array
    method: str

    def _says(self, varying: NDArray[np.intp]) -> list[str]:
        lines = super()._says(varying)
        sums = np.nansum(self._values["first"][varying], axis=1)
        said = f"{sums[0]:.3f}" if len(sums) == 1 else f"{sums.min():.3f} to {sums.max():.3f}"
        lines.append(
            f"First orders sum to {said}; what is missing to 1 comes from inputs acting together, from inputs "
            "that are not among these, or, above 1, from inputs that depend on one another and sampling error."
        )
        low, high = self._intervals["first"]
        unsure = int(((low < 0) & (high > 0))[varying].sum())
        if unsure:
            lines.append(f"{unsure:,} of {low[varying].size:,} intervals hold 0.")
        return lines


def sample(
    problem: Mapping[str, Any], n: int, *, kind: str = "lhs", seed: int = 1, threads: int | None = None
) -> Points:
    """Points that any analysis of given runs takes.

    Parameters
    ----------
    problem : mapping
        As in :func:`egov_index.sobol.sample`, but for groups, which are not looked at.
    n : int
        Runs.
    kind : {"lhs", "sobol", "montecarlo"}
        A Latin hypercube, scrambled Sobol' points, or independent points.
    seed : int
        The same seed gives the same bits for any number of threads.
    threads : int, optional
        All cores if left out.

    Returns
    -------
    Points
        Shape (n, inputs), a numpy.ndarray that knows its kind.

    Raises
    ------
    SpecError
        For a problem that makes no sense, naming all that is wrong; for a number out of bounds.

    Examples
    --------
    >>> from egov_index import given
    >>> given.sample({"names": ["a", "b"], "bounds": [[0, 1], [10, 20]]}, 100).shape
    (100, 2)
    """
    return as_points(problem, n, kind, seed, threads)[0]


def analyze(
    problem: Mapping[str, Any],
    X: ArrayLike,
    Y: ArrayLike,
    *,
    method: str = "binned",
    classes: int | None = None,
    level: float = 0.95,
    groups: int | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> FirstOrder:
    """First-order indices from any runs of a model whose inputs are independent.

    Parameters
    ----------
    problem : mapping
        ``names`` of the inputs and ``outputs``, names of the outputs; the rest is not looked at.
    X : array_like
        Inputs, shape (runs, inputs).
    Y : array_like
        Outputs, shape (runs,) or (runs, outputs).
    method : {"binned", "rank"}
        Variance of the means over classes of runs with like inputs, less what noise adds to it; or the mean product of
        runs that are neighbors by the input, which is refused where neighbors are not independent in the others, as on
        Sobol' points.
    classes : int, optional
        Of "binned". Left out: the root of the number of runs. Few classes miss what happens within them; many are
        noisier, but not biased. An input with fewer values has a class for each; equal values stay together.
    level : float
        Level of the intervals.
    groups : int, optional
        Of the jackknife that leaves out a random group of runs in turn. Left out: 32, or fewer where runs are few.
    seed : int
        Of the groups and of the order of runs with equal inputs.
    threads : int, optional
        All cores if left out. The same bits for any number.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    FirstOrder

    Raises
    ------
    DataError
        If rows or columns do not fit; for NaN or infinity, naming its run.
    SpecError
        For arguments that make no sense; for "rank" on a design that does not allow it.

    Notes
    -----
    "binned": [sum over classes of (n_c / n) (mean_c - mean)^2 - s_c^2 / n, plus V / n] / V with variances s_c^2, V.
    "rank": [mean of y_(k) y_(k+1) - mean^2] / V, the last being followed by the first: Gamboa, Gremaud, Klein and
    Lagnoux (2022), Bernoulli 28, 2345-2370, after Chatterjee (2021). That neighbors are independent is tested by Wald
    and Wolfowitz's (1940) runs test on the first four binary digits of the ranks of the other inputs, at 1e-4 after
    Bonferroni: of (0, m, 2)-nets, neighbors that share an interval lie in different halves of the other input.

    Examples
    --------
    >>> from egov_index import given
    >>> problem = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    >>> x = given.sample(problem, 4096)
    >>> given.analyze(problem, x, 3 * x[:, 0] + x[:, 1]).first.round(2).tolist()
    [0.9, 0.1]
    """
    made, notes = read_problem(problem)
    if method not in METHODS:
        raise SpecError(Fault("method", repr(method), nearest(method, METHODS)))
    kind = kind_of(X)
    inputs = read_inputs(made, X, least=4)
    outputs = read_outputs(made, Y, len(inputs))
    n = len(inputs)
    bins = max(2, isqrt(n)) if classes is None else whole("classes", classes, 2, n // 2)  # fmt: skip
    parts = min(GROUPS, max(2, n // FEWEST)) if groups is None else whole("groups", groups, 2, n // 2)
    if method == "rank":
        refuse_dependent(made, inputs, kind, seed_of(seed), threads_of(threads))
    raw = _core.given_analyze(
        inputs, outputs.table, METHODS[method], bins, parts, share("level", level), seed_of(seed),
        threads_of(threads), progress,
    )  # fmt: skip
    notes += constant_inputs(made, inputs)
    if kind not in (None, "montecarlo"):
        notes += ("The jackknife takes runs for independent: on this design its intervals are too wide.",)
    how = f"in up to {bins} classes, less what noise adds" if method == "binned" else "by neighbors"
    result = FirstOrder(
        {"first": outputs.spread(raw["value"])},
        {"first": (outputs.spread(raw["low"]), outputs.spread(raw["high"]))},
        outputs, made.names, runs=n, level=level, notes=notes,
        header=f"{len(made.names)} inputs, {n:,} runs. First order {how}. Intervals at {100 * level:g} %: "
        f"jackknife over {parts} random groups of runs.",
    )  # fmt: skip
    result.method = method
    return result


def kind_of(X: ArrayLike) -> str | None:
    """The kind of design that an array of inputs knows to come from."""
    layout = getattr(X, "layout", None)
    kind = layout.kind if isinstance(layout, Layout) else getattr(X, "kind", None)
    return str(kind) if kind is not None else None


def constant_inputs(made: Problem, inputs: Array) -> tuple[str, ...]:
    """Note on inputs that do not change."""
    still = [name for name, column in zip(made.names, inputs.T, strict=True) if column.min() == column.max()]
    return (f"Constant, so without measures: inputs {listing(still)}.",) if still else ()


def refuse_dependent(made: Problem, inputs: Array, kind: str | None, seed: int, threads: int) -> None:
    """SpecError where neighbors by one input are not independent in another."""
    right = "method='binned', or runs of sample(..., kind='lhs')"
    if kind is not None and "sobol" in kind:
        raise SpecError(
            Fault("method", "'rank' on Sobol' points, where it errs and more runs do not help", right)
        )
    by, of, digit, z, p = _core.least_independent(inputs, seed, threads)
    if p < DEPENDENT:
        came = (
            f"'rank' on a design whose neighbors by {made.names[by]} are not independent in {made.names[of]} "
            f"(runs test on binary digit {digit} of its rank: z = {z:.1f}), as of Sobol' points or grids"
        )
        raise SpecError(Fault("method", came, right))
