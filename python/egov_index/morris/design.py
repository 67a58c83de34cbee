"""Walks through the space of the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import seed_of, threads_of, whole
from ..errors import Fault, SpecError
from ..problem import Problem, as_inputs, as_problem
from ..table import nearest

__all__ = ["DESIGNS", "Walks", "sample"]

Array = NDArray[np.float64]
DESIGNS = {"trajectory": _core.Walk.trajectory, "radial": _core.Walk.radial}
POINTS = ("sobol", "montecarlo", "lhs")
UNBOUNDED = ("norm", "lognorm", "weibull")
MOST_CANDIDATES = 5_000  # trajectories to choose from, whose distances are held at once


class Walks(np.ndarray[Any, np.dtype[np.float64]]):
    """Inputs of all runs, a row a run, which also know where they lie in the unit cube.

    Attributes
    ----------
    design : str or None
        "trajectory" or "radial"; None for what was made of them.
    unit : numpy.ndarray or None
        The same points before they were given their distributions.
    """

    design: str | None = None
    unit: Array | None = None


def sample(
    problem: Mapping[str, Any],
    n: int | None = None,
    num_levels: int = 4,
    *,
    optimal_trajectories: int | None = None,
    design: str = "trajectory",
    kind: str = "sobol",
    seed: int = 1,
    threads: int | None = None,
    N: int | None = None,
) -> Walks:
    """Inputs of the runs that elementary effects need.

    Parameters
    ----------
    problem : mapping
        As in :func:`egov_index.sobol.sample`; inputs of one group move together.
    n : int
        Walks; n (d + 1) runs for d factors.
    num_levels : int
        Levels of the grid that trajectories move on, an even number p; steps are p / (2 (p - 1)) of the unit cube.
    optimal_trajectories : int, optional
        Keep only so many of the n trajectories, 2 or more, that lie far apart: with the largest sum of squared
        distances, near enough (Campolongo et al. 2007). n is then 5,000 at most.
    design : {"trajectory", "radial"}
        Trajectories change one factor after the other (Morris 1991). Radial walks change each from the same first run
        (Campolongo et al. 2011); they have steps of all lengths and give total orders too.
    kind : {"sobol", "montecarlo", "lhs"}
        Where radial walks begin and what they move to: scrambled Sobol' points in twice as many dimensions, whose
        halves are the two; or others.
    seed : int
        The same seed gives the same bits.
    threads : int, optional
        All cores if left out.
    N : int
        SALib's name of ``n``.

    Returns
    -------
    Walks
        Shape (n (d + 1), inputs), or of the trajectories that are kept, a numpy.ndarray that knows its design.

    Raises
    ------
    SpecError
        For a problem that makes no sense; where the ends of the grid are infinite under a distribution; for optimal
        trajectories of a radial design.

    Notes
    -----
    Morris (1991), Technometrics 33, 161-174; Campolongo, Saltelli and Cariboni (2011), Computer Physics Communications
    182, 978-988. Trajectories that lie far apart: Campolongo, Cariboni and Saltelli (2007), Environmental Modelling &
    Software 22, 1509-1518, built up as by Ruano et al. (2012), ibid. 37, 103-109. Rows stand as in SALib; the walks
    themselves are others.

    Examples
    --------
    >>> from egov_index import morris
    >>> problem = {"names": ["a", "b"], "bounds": [[0, 1], [10, 20]]}
    >>> morris.sample(problem, 10).shape
    (30, 2)
    """
    made = as_problem(problem)
    if n is not None and N is not None:
        raise SpecError(Fault("N", f"{N!r} beside n = {n!r}", "one of the two"))
    walks = whole("n", N if n is None else n, 1, 2**31)
    for name, given, known in (("design", design, DESIGNS), ("kind", kind, POINTS)):
        if given not in known:
            raise SpecError(Fault(name, repr(given), nearest(given, known)))
    levels = whole("num_levels", num_levels, 2, 10**6)
    if levels % 2:
        raise SpecError(Fault("num_levels", repr(num_levels), f"an even number, e.g. {levels + 1}"))
    if design == "trajectory":
        _refuse_unbounded(made)
    unit = _core.morris_sample(
        DESIGNS[design], made.factor, len(made.factors), walks, levels, getattr(_core.Points, kind), seed_of(seed)
    )  # fmt: skip
    if optimal_trajectories is not None:
        unit = _farthest(made, unit, walks, design, optimal_trajectories, threads_of(threads))
    if design == "radial":
        _to_choices(made, unit)
    out: Walks = as_inputs(unit, made.laws, threads_of(threads)).view(Walks)
    out.design, out.unit = design, unit
    return out


def _to_choices(made: Problem, unit: Array) -> None:
    """Put points of discrete inputs amid their level, so that steps count levels; in place."""
    for k, law in enumerate(made.laws):
        if law["method"] == "discrete":
            count = len(law["tables"]["levels"][0])
            unit[:, k] = (np.floor(unit[:, k] * count) + 0.5) / count


def _farthest(made: Problem, unit: Array, walks: int, design: str, asked: Any, threads: int) -> Array:
    """The runs of trajectories that lie far apart."""
    if design != "trajectory":
        raise SpecError(Fault("optimal_trajectories", f"{asked!r} of a radial design", "design='trajectory'"))
    whole("n", walks, 2, MOST_CANDIDATES)
    kept = whole("optimal_trajectories", asked, 2, walks)
    each = len(made.factors) + 1
    chosen = _core.farthest_walks(unit, each, kept, threads)
    return np.ascontiguousarray(unit.reshape(walks, each, -1)[chosen].reshape(kept * each, -1))


def _refuse_unbounded(made: Problem) -> None:
    """SpecError for inputs that the ends of a grid would bring to infinity."""
    faults = [
        Fault(
            f"input {name!r}",
            f"{law['method']}, infinite at an end of the grid",
            "design='radial', or a distribution with bounds, e.g. truncnorm",
        )
        for name, law in zip(made.names, made.laws, strict=True)
        if law["method"] in UNBOUNDED
    ]
    if faults:
        raise SpecError(faults)
