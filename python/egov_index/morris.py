"""Elementary effects (Morris) for a model of the user's own: :func:`sample` inputs, run it, :func:`analyze` outputs.

Which factors matter at all, from few runs: about ten times as many as there are factors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .arguments import seed_of, share, threads_of, whole
from .errors import DataError, Fault, SpecError
from .measures import Measures
from .problem import SALIB, Problem, as_inputs, as_problem, in_our_words
from .runs import read_inputs, read_outputs, without_order
from .table import listing, nearest

__all__ = ["MorrisEffects", "Walks", "analyze", "sample"]

Array = NDArray[np.float64]
DESIGNS = {"trajectory": _core.Walk.trajectory, "radial": _core.Walk.radial}
POINTS = ("sobol", "montecarlo", "lhs")
INTERVALS = ("t", "bootstrap")
MEASURES = ("mu", "mu_star", "sigma", "total")
UNBOUNDED = ("norm", "lognorm", "weibull")
MOST_CANDIDATES = 5_000  # trajectories to choose from, whose distances are held at once
CURVED = 1.0  # a ratio of sigma to mu_star above this: the effect depends on where the others, or it, stand


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


class MorrisEffects(Measures):
    """Elementary effects: what an output changes when one factor moves, over the step in the unit cube.

    An output a row and a factor a column; without the axis of outputs if a single one was given. Also a mapping with
    SALib's keys: names, mu, mu_star, mu_star_conf, sigma.

    Attributes
    ----------
    mu : numpy.ndarray
        Mean effect, in units of the output; NaN for a group of several inputs, whose effects have no sign.
    mu_star : numpy.ndarray
        Mean absolute effect (Campolongo et al. 2007).
    sigma : numpy.ndarray
        Standard deviation of the effects: how much they depend on where the inputs stand. NaN for a group.
    total : numpy.ndarray
        Total order by Jansen (1999) from the same runs of a radial design; NaN with trajectories, and where neither the
        first runs of walks nor those in which a factor has moved vary over the walks.
    interval : dict
        "mu_star": (low, high).
    walks : int
    design : str
        "trajectory" or "radial".
    """

    keys_of_salib: ClassVar[Mapping[str, str]] = {"mu": "mu", "mu_star": "mu_star", "sigma": "sigma"}
    leading: ClassVar[str] = "mu_star"
    mu: Array
    mu_star: Array
    sigma: Array
    total: Array
    walks: int
    design: str

    def _says(self, varying: NDArray[np.intp]) -> list[str]:
        lines = super()._says(varying)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = self._values["sigma"][varying] / self._values["mu_star"][varying]
        uneven = np.nanmax(np.where(np.isfinite(ratio), ratio, -1), axis=0) > CURVED
        if uneven.any():
            named = listing(name for name, at in zip(self.factors, uneven, strict=True) if at)
            lines.append(
                f"Sigma exceeds mu_star for {named}: the effect changes with where it or the others stand."
            )
        most = self._values["mu_star"][varying].max(axis=0)
        still = [name for name, top in zip(self.factors, most, strict=True) if top == 0]
        if still:
            lines.append(f"Without any effect in these runs: {listing(still)}.")
        return lines


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


def analyze(
    problem: Mapping[str, Any],
    X: ArrayLike,
    Y: ArrayLike,
    *,
    num_levels: int = 4,
    design: str | None = None,
    interval: str = "t",
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
    **salib: Any,
) -> MorrisEffects:
    """Elementary effects from the outputs of a design.

    Parameters
    ----------
    problem : mapping
        As in :func:`sample`; ``outputs``, names of the outputs.
    X : array_like
        What :func:`sample` gave, or SALib's sample for trajectories, shape (runs, inputs).
    Y : array_like
        Outputs, shape (runs,) or (runs, outputs), in the order of the rows of X.
    num_levels : int
        Of the grid, where X does not know its design.
    design : {"trajectory", "radial"}, optional
        Left out: as X says, else trajectories.
    interval : {"t", "bootstrap"}
        Of mu_star: t distribution over the walks, or percentiles of walks drawn again.
    level : float
        Level of the interval.
    resamples, seed : int
        Of the bootstrap.
    threads : int, optional
        All cores if left out. The same bits for any number.
    progress : callable, optional
        Called with the share done.
    **salib
        SALib's names of arguments: conf_level, num_resamples.

    Returns
    -------
    MorrisEffects

    Raises
    ------
    DataError
        If rows do not fit, saying what would; if a run moves not just one factor; for NaN or infinity, naming its run.
    SpecError
        For arguments that make no sense.

    Notes
    -----
    The step of a group of inputs that move together is the root of their mean squared steps; a single input's keeps its
    sign. Effects of a group are taken without sign (Campolongo et al. 2007, Environmental Modelling & Software 22,
    1509-1518). The step of a discrete input of L levels on a radial walk is the number of levels that it moves, over L;
    walks in which it stays have no effect of it. SALib's radial effects are over the step in units of the input
    instead. A plain array for radial walks needs uniform inputs, whose steps can be told from their bounds.

    Examples
    --------
    >>> from egov_index import morris
    >>> problem = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    >>> x = morris.sample(problem, 10)
    >>> morris.analyze(problem, x, 3 * x[:, 0] - x[:, 1]).mu.round(6).tolist()
    [3.0, -1.0]
    """
    asked = in_our_words(salib, {"level": level, "resamples": resamples}, SALIB)
    level, resamples = asked["level"], asked["resamples"]
    made = as_problem(problem, bounded=False)
    if interval not in INTERVALS:
        raise SpecError(Fault("interval", repr(interval), nearest(interval, INTERVALS)))
    walk = _design(X, design)
    inputs = np.ascontiguousarray(read_inputs(made, X))
    each = len(made.factors) + 1
    if len(inputs) % each:
        right = f"a multiple of {each}, as a walk of {each - 1} factors has"
        raise DataError(Fault("X", f"{len(inputs):,} rows", right))
    outputs = read_outputs(made, Y, len(inputs))
    factor, step = _moves(problem, made, inputs, X, walk, num_levels)
    raw = _core.morris_analyze(
        np.ascontiguousarray(outputs.table), DESIGNS[walk], len(made.factors), factor.ravel().tolist(),
        step.ravel().tolist(), share("level", level),
        whole("resamples", resamples, 2, 10**7) if interval == "bootstrap" else 0, seed_of(seed),
        threads_of(threads), progress,
    )  # fmt: skip
    values = {
        name: outputs.spread(raw[name], 0 if name == "total" else 1) for name in raw if name in MEASURES
    }
    several = np.bincount(made.factor) > 1
    values["mu"][:, several] = values["sigma"][:, several] = np.nan
    low, high = (outputs.spread(raw[name], 1) for name in ("low", "high"))
    walks = len(inputs) // each
    how = "t over the walks" if interval == "t" else f"percentiles of {resamples:,} bootstrap resamples"
    result = MorrisEffects(
        values, {"mu_star": (low, high)}, outputs, made.factors, runs=len(inputs), level=level,
        notes=_notes(walks, several, made) + _choices(problem),
        header=f"{len(made.factors)} factors, {walks:,} {walk} walks, "
        f"{len(inputs):,} runs. Effects are over the step in the unit cube. Interval of mu_star at "
        f"{100 * level:g} %: {how}.",
    )  # fmt: skip
    result.walks, result.design = walks, walk
    return result


def _notes(walks: int, several: NDArray[np.bool_], made: Problem) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if walks == 1:
        notes += ("One walk: no sigma and no interval.",)
    if several.any():
        named = listing(name for name, at in zip(made.factors, several, strict=True) if at)
        notes += (f"Groups of several inputs have no mu and no sigma: {named}.",)
    return notes


def _choices(problem: Mapping[str, Any]) -> tuple[str, ...]:
    """Note on discrete inputs of more than two levels."""
    dists = problem.get("dists")
    if dists is None or "discrete" not in list(dists) or "bounds" not in problem:
        return ()
    named = zip(problem["names"], dists, problem["bounds"], strict=True)
    return without_order([str(name) for name, law, levels in named if law == "discrete" and len(levels) > 2])


def _design(X: ArrayLike, asked: str | None) -> str:
    known = getattr(X, "design", None)
    if asked is not None and asked not in DESIGNS:
        raise SpecError(Fault("design", repr(asked), nearest(asked, DESIGNS)))
    if known is not None and asked not in (None, known):
        raise SpecError(Fault("design", repr(asked), f"{known!r}, as X says"))
    return asked or known or "trajectory"


def _moves(
    problem: Mapping[str, Any], made: Problem, inputs: Array, X: ArrayLike, walk: str, num_levels: int
) -> tuple[NDArray[np.int64], Array]:
    """Which factor each run after the first of its walk moves, and by how much; walks x factors."""
    unit = getattr(X, "unit", None)
    known = unit is not None and unit.shape == inputs.shape
    places = (np.asarray(unit) if known else inputs).reshape(-1, len(made.factors) + 1, len(made.names))
    before = places[:, :1] if walk == "radial" else places[:, :-1]
    change = places[:, 1:] - before
    if (
        known and walk == "radial"
    ):  # in the order of the factors, of which discrete ones may stay where they are
        factor = np.tile(np.arange(len(made.factors)), (len(places), 1))
    else:
        factor = _moved(change != 0, made)
    sign = np.sign(np.take_along_axis(change, _first_input(made)[factor][:, :, None], axis=2)[:, :, 0])
    if not known and walk == "trajectory":
        levels = whole("num_levels", num_levels, 2, 10**6)
        return factor, sign * (levels / (2 * (levels - 1)))
    if not known:
        change = change / _widths(problem, made)
    members = np.array(made.factor)[None, None, :] == factor[:, :, None]
    size = np.sqrt((change**2).sum(axis=2) / members.sum(axis=2))
    sign = np.where((sign == 0) & (size > 0), 1.0, sign)  # of a group whose first input stayed
    return factor, np.where(size > 0, sign * size, np.nan)


def _first_input(made: Problem) -> NDArray[np.int64]:
    """Position of the first input of each factor."""
    return np.array([made.factor.index(i) for i in range(len(made.factors))])


def _moved(changed: NDArray[np.bool_], made: Problem) -> NDArray[np.int64]:
    """The factor that moved in each run after the first; DataError naming a run that moved another number of them."""
    of = np.zeros((len(made.names), len(made.factors)), dtype=int)
    of[np.arange(len(made.names)), made.factor] = 1
    moved = changed.astype(int) @ of > 0
    wrong = np.argwhere(moved.sum(axis=2) != 1)
    each = changed.shape[1] + 1
    if len(wrong):
        walk, k = (int(part) for part in wrong[0])
        factors = [made.factors[i] for i in np.flatnonzero(moved[walk, k])]
        came = f"moves {listing(factors) or 'no factor'}"
        raise DataError(
            Fault(
                f"X, run {walk * each + k + 1} (counted from 0, walk {walk})", came,
                "one factor, as in a design of morris.sample; design='radial' if all leave from the first run",
            )
        )  # fmt: skip
    factor: NDArray[np.int64] = moved.argmax(axis=2)
    twice = np.argwhere(np.sort(factor, axis=1) != np.arange(len(made.factors)))
    if len(twice):
        walk = int(twice[0][0])
        place = f"X, walk {walk} (runs {walk * each} to {walk * each + each - 1})"
        raise DataError(Fault(place, "moves a factor twice", "each factor once"))
    return factor


def _widths(problem: Mapping[str, Any], made: Problem) -> Array:
    bounded = as_problem(problem)
    faults = [
        Fault(f"input {name!r}", f"{law['method']}", "X as morris.sample gave it, which knows its steps")
        for name, law in zip(made.names, bounded.laws, strict=True)
        if law["method"] != "unif"
    ]
    if faults:
        raise SpecError(faults)
    return np.array([law["params"]["upper"] - law["params"]["lower"] for law in bounded.laws])
