"""How ranks move over stated alternatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _core, compiled, scrutiny
from .alternatives import Alternatives
from .editions import over_editions
from .ensemble import Ensemble, factor_names
from .errors import Fault, SpecError
from .measurement import core_errors
from .panel import Panel
from .progress import Progress, checked
from .sampling import sampling
from .table import nearest
from .weighting import core_weights

if TYPE_CHECKING:
    from .index import Index

__all__ = ["Ensemble", "Progress", "compiled_plan", "factor_names", "plan", "run"]

ON_INTERRUPT = ("raise", "keep")


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
    if not alternatives.edition:
        return _plan_of(index, panel, alternatives, period)
    nominal, labels = _plan_of(index, panel, Alternatives(posterior=False), period)
    others = alternatives.replace(edition=())
    made = over_editions(
        nominal, index, panel, alternatives, lambda one: _plan_of(one, panel, others, list(labels))[0]
    )
    return made, labels


def _plan_of(
    index: Index, panel: Panel, alternatives: Alternatives, period: Any
) -> tuple[Any, tuple[Any, ...]]:
    """The plan of one edition."""
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
    discrete: str = "sampled",
    keep: bool = False,
    on_interrupt: str = "raise",
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
    progress : True or callable, optional
        True draws a bar on stderr with the share done, draws per second and the time left. A function is called with
        the share done, 0 to 1, now and then; if it gives False the run is stopped.
    period : label or sequence of labels, optional
        What to rank instead of the index's own period.
    points : {"sobol", "lhs", "montecarlo"}
        Scrambled Sobol' points, a Latin hypercube, or independent uniform numbers.
    discrete : {"sampled", "enumerated"}
        Whether choices (methods of stages, experts, what is left out) are drawn as everything else is, or run through
        in all K combinations at each point of a design over what is continuous (weights, errors of measurement, draws
        of imputations), so that no combination is met more often than another. n is then rounded down to a multiple of
        K; ``ens.n`` tells how many draws were made. Where nothing is continuous, n is K and probabilities are exact.
    keep : bool
        Keep each draw's point, scores and ranks in the result; memory grows with n.
    on_interrupt : {"raise", "keep"}
        What Ctrl-C, or a ``progress`` that gives False, leaves: an error, or an ensemble of the draws made so far. They
        are the first ones of the run (with ``discrete="enumerated"``, those of whole points), and ``ens.interrupted``
        is true.

    Returns
    -------
    Ensemble

    Raises
    ------
    SpecError
        If nothing varies, n is no positive whole number or, with ``discrete="enumerated"``, smaller than the number of
        combinations, or a combination cannot be computed.
    DataError
        As in :meth:`Index.score`.
    KeyboardInterrupt
        If the run is stopped (:class:`egov_index.Interrupted` where ``progress`` asked for it), unless draws are kept;
        with ``on_interrupt="keep"`` too before there are any.

    Examples
    --------
    >>> import egov_index as egov
    >>> values = [[[1.0, 9.0]], [[2.0, 4.0]], [[7.0, 6.0]]]
    >>> panel = egov.Panel(values, ["A", "B", "C"], [2024], ["x", "y"])
    >>> tree = egov.Framework([{"code": "i"}, {"code": "x", "parent": "i"}, {"code": "y", "parent": "i"}])
    >>> index = egov.Index(tree, egov.Recipe(normalize="minmax"))
    >>> others = egov.Alternatives(normalize=["minmax", "rank"], weights=egov.noise(0.5))
    >>> run(index, panel, others, n=1001, discrete="enumerated")
    <Ensemble of index: 1,000 draws over 3 factors, mean rank shift 0.09>
    """
    asked = sampling(n, seed, points, discrete, threads)
    checked(progress)
    if on_interrupt not in ON_INTERRUPT:
        raise SpecError(Fault("on_interrupt", repr(on_interrupt), nearest(on_interrupt, ON_INTERRUPT)))
    made, labels = plan(index, panel, alternatives, period)
    raw = asked.run(made, panel, index.framework, progress, keep=keep, partial=on_interrupt == "keep")
    return Ensemble(index, panel, labels, made, raw, sampling=asked, alternatives=alternatives)
