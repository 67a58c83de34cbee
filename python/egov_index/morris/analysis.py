"""From the outputs of walks to elementary effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ..arguments import seed_of, share, threads_of, whole
from ..errors import DataError, Fault, SpecError
from ..measures import Measures
from ..problem import SALIB, Problem, as_problem, in_our_words
from ..runs import read_inputs, read_outputs, without_order
from ..table import listing, nearest
from .design import DESIGNS
from .moves import moves_of

__all__ = ["MorrisEffects", "analyze"]

Array = NDArray[np.float64]
INTERVALS = ("t", "bootstrap")
MEASURES = ("mu", "mu_star", "sigma", "total")
CURVED = 1.0  # a ratio of sigma to mu_star above this: the effect depends on where the others, or it, stand


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
    factor, step = moves_of(problem, made, inputs, X, walk, num_levels)
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
