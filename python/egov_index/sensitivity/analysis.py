"""Which choice moves the result: the analyses, by the name of their method."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import fast, morris, shapley
from ..alternatives import Alternatives
from ..arguments import seed_of, share, whole
from ..errors import Fault, SpecError
from ..panel import Panel
from ..progress import Progress, checked
from ..table import nearest
from . import measures, variances, weights
from .model import PlanModel, Question

if TYPE_CHECKING:
    from ..index import Index

__all__ = ["METHODS", "run"]

SHAPLEY = measures.options_of(shapley.effects) - {"model", "n", "groups", "outputs"}
MEASURES: dict[str, tuple[Callable[..., Any], set[str]]] = {
    name: (partial(measures.from_runs, name), measures.options_of(module.analyze) | {"kind"})
    for name, module in measures.MEASURES.items()
}
METHODS: dict[str, tuple[Callable[..., Any], set[str]]] = {
    "sobol": (variances.sobol, variances.OPTIONS),
    "shapley": (weights.shapley_effects, SHAPLEY),
    "morris": (
        measures.elementary_effects,
        measures.options_of(morris.sample, morris.analyze) - {"n", "N", "kind"},
    ),
    "fast": (measures.from_curves, measures.options_of(fast.sample, fast.analyze) - {"n", "groups"}),
    "oat": (measures.one_at_a_time, set()),
    **MEASURES,
}


def run(
    index: Index,
    panel: Panel,
    alternatives: Alternatives,
    n: int = 4096,
    output: Any = "rank",
    method: str = "sobol",
    seed: int = 1,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    period: Any = None,
    level: float = 0.90,
    groups: Any = None,
    **options: Any,
) -> Any:
    """How much each choice moves the result.

    Parameters
    ----------
    index, panel, alternatives
        As in :func:`egov_index.uncertainty.run`.
    n : int
        With "sobol" base points: n (d + 2) runs for d factors, or for d groups. With "shapley" points, with "morris"
        walks, with "fast" points of a curve, else runs; "oat" does not look at it.
    output : str, pair of units, or list of them
        "rank", "score", "raw_score", "top_<k>" such as "top_10" (1 if among the first ten, else 0): an output for each
        unit. "rank_shift", the mean over units of the absolute distance from the nominal rank; "kendall", Kendall's
        distance from the nominal ranking, the share of pairs of units that stand the other way round, ties half; a pair
        such as ("Denmark", "Estonia"), 1 if the first ranks above the second, 0.5 in a tie: a single output. Scores of
        different normalizations cannot be compared; where treatment, normalization or aggregation varies, "score" goes
        from 0, the lowest score of a draw and period, to 100, the highest.
    method : str
        "sobol", "shapley", "morris", "fast", "delta", "pawn", "given", "regression", "filtering" or "oat": as the
        modules of those names do for a model of the user's own.
    seed : int
        The same seed gives the same bits for any number of threads.
    threads, progress, period
        As in :func:`egov_index.uncertainty.run`.
    level : float
        Level of the intervals.
    groups : "stages" or mapping of str to factors, optional
        What is looked at as one: "stages" takes all weights together. With "sobol", "shapley" and "morris".
    **options
        Of the method.

        sobol: ``replicates``, independent scrambles that share the base points, 8 or fewer where n is small if left
        out; ``second_order``, whether second orders are run at once; ``discrete``, "sampled" or "enumerated": every
        combination of the choices at every point of the other factors, so n divided by their number of points. It
        halves the error of first orders of choices and triples that of the others. Left out: enumerated where nothing
        but choices varies and n is no less than their combinations; indices are then exact. ``first``, ``total``,
        estimators of :func:`egov_index.sobol.estimators`, for sampled choices; ``resamples``, of a bootstrap over
        blocks of base points in place of the t interval; ``dummy``, one more factor without influence;
        ``on_interrupt``, "raise" or "keep": what a stop leaves, an error or the indices of the scrambles done so far.

        shapley: those of :func:`egov_index.shapley.effects`. morris: ``design``, ``num_levels``. Others: those of the
        module's ``analyze``; filtering needs one of ``threshold``, ``quantile``, ``passes``.

    Returns
    -------
    Sensitivity
        With "sobol"; else what the module's ``analyze`` or ``effects`` gives, with factors and outputs named.

    Raises
    ------
    SpecError
        For an unknown output, method, group or option, or numbers out of bounds.
    DataError
        As in :meth:`Index.score`.

    Notes
    -----
    First order by Saltelli et al. (2010) on centered outputs, total order by Jansen (1999); intervals t over
    independent scrambles. Weights of one Dirichlet distribution depend on one another: as factors of "sobol" stand
    independent gamma numbers that become weights; "shapley" shares the variance among the weights themselves.
    """
    if method not in METHODS:
        right = f"one of {', '.join(METHODS)}; {nearest(str(method), METHODS)}"
        raise SpecError(Fault("method", repr(method), right))
    analysis, known = METHODS[method]
    unknown = [
        Fault(name, f"not known to method {method!r}", nearest(name, known) if known else "no options")
        for name in options
        if name not in known
    ]
    if unknown:
        raise SpecError(unknown)
    whole("n", n, 1, 2**32)
    checked(progress)
    seed, level = seed_of(seed), share("level", level)
    model = PlanModel(Question(index, panel, alternatives, period, output, threads, progress))
    found = analysis(model, n, seed, level=level, groups=groups, **options)
    found.backend = panel.backend
    return found
