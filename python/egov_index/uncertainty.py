"""How ranks move over stated alternatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _core, compiled, scrutiny
from .alternatives import Alternatives
from .arguments import seed_of, threads_of, whole
from .ensemble import Ensemble, factor_names
from .errors import Fault, SpecError
from .measurement import core_errors
from .panel import Panel
from .table import nearest
from .weighting import core_weights

if TYPE_CHECKING:
    from .index import Index

__all__ = ["Ensemble", "Progress", "compiled_plan", "factor_names", "plan", "run"]

Progress = Callable[[float], object]
POINTS = ("sobol", "lhs", "montecarlo")


def plan(
    index: Index, panel: Panel, alternatives: Alternatives, period: Any = None
) -> tuple[Any, tuple[Any, ...]]:
    """Compile an index and its alternatives for many draws; gives the core's plan and the labels of its periods.

    Raises
    ------
    SpecError
        If nothing varies, or a combination cannot be computed (a geometric mean of values that may be 0).
    """
    made, labels = compiled_plan(index, panel, alternatives, period)
    if not made.factors:
        right = "give two alternatives of a stage, weights, errors of measurement, or a stochastic imputation"
        raise SpecError(Fault("alternatives", "nothing varies", right))
    return made, labels


def compiled_plan(
    index: Index, panel: Panel, alternatives: Alternatives, period: Any = None
) -> tuple[Any, tuple[Any, ...]]:
    """Compile a plan that may have nothing to vary."""
    if not isinstance(alternatives, Alternatives):
        raise SpecError(Fault("alternatives", type(alternatives).__name__, "egov.Alternatives(...)"))
    positions, labels = scrutiny.scored(index, panel, period)
    tree, recipe = index.framework, index.recipe

    def levels(stage: str) -> list[Any]:
        return [
            compiled.node_choices(stage, tree, recipe.replace(**{stage: one}), panel)
            for one in getattr(alternatives, stage)
        ]

    weights = core_weights(alternatives.weights, tree)
    exclude = [] if alternatives.exclude is None else alternatives.exclude.places(tree)
    faults = alternatives.inadmissible(recipe, tree)
    if faults:
        raise SpecError(faults)
    with scrutiny.all_at_once(index, panel, positions, labels):
        made = _core.Plan(
            compiled.core_panel(panel),
            compiled.core_framework(tree, panel),
            compiled.core_recipe(tree, recipe, panel),
            _core.Alternatives(
                levels("impute"),
                levels("treat"),
                levels("normalize"),
                levels("aggregate"),
                weights | {"exclude": exclude},
                [one.rescale for one in alternatives.normalize],
                alternatives.posterior,
                core_errors(alternatives.values, panel),
            ),
            positions,
        )
    return made, labels


def run(
    index: Index,
    panel: Panel,
    alternatives: Alternatives,
    n: int = 4096,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    *,
    period: Any = None,
    points: str = "sobol",
    keep: bool = False,
) -> Ensemble:
    """Rank the units again, n times, each time under other choices.

    Parameters
    ----------
    index, panel
        What is ranked.
    alternatives : Alternatives
        What may vary.
    n : int
        Number of draws.
    seed : int
        Draw i depends on the seed and i alone: the same bits for any number of threads.
    threads : int, optional
        All cores if left out.
    progress : callable, optional
        Called with the share done, 0 to 1, now and then.
    period : label or sequence of labels, optional
        What to rank instead of the index's own period.
    points : {"sobol", "lhs", "montecarlo"}
        Scrambled Sobol' points, a Latin hypercube, or independent uniform numbers.
    keep : bool
        Keep each draw's point, scores and ranks in the result; memory grows with n.

    Returns
    -------
    Ensemble

    Raises
    ------
    SpecError
        If nothing varies, n is no positive whole number, or a combination cannot be computed.
    DataError
        As in :meth:`Index.score`.
    """
    whole("n", n, 1, 2**32)
    seed = seed_of(seed)
    workers = threads_of(threads)
    if points not in POINTS:
        raise SpecError(Fault("points", repr(points), nearest(points, POINTS)))
    made, labels = plan(index, panel, alternatives, period)
    with compiled.located(panel, index.framework):
        raw = made.uncertainty(getattr(_core.Points, points), n, seed, keep, workers, progress)
    return Ensemble(index, panel, labels, made, raw, n=n, seed=seed, alternatives=alternatives, points=points)
