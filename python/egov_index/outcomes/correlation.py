"""How an index goes with outcomes: association, never cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arguments import truth
from ..ensemble import Ensemble
from ..imputed import Imputed
from ..panel import Panel
from ..result import Result
from .asked import Asked
from .aware import told_on_purpose
from .carried import is_uncertain
from .links import Links
from .rows import columns_of
from .sides import Sides, gather, panel_of
from .uncertain import carried_through

__all__ = ["correlate"]

NOMINAL = "columns that end in _without are of the index as it is: its uncertainty is not carried to what is left of it"
RANKS_HELD = (
    "a partial coefficient of ranks (Kendall, or Spearman with several controls) is not 0 where index and outcome are "
    "independent given the controls; "
    'method="pearson" with logarithms of skewed controls is, where relations are linear'
)


def correlate(
    scores: Result | Panel | Ensemble | Imputed | Sequence[Result | Panel],
    outcomes: Panel,
    method: Any = "spearman",
    *,
    nodes: str | Sequence[str] | None = None,
    only: str | Sequence[str] | None = None,
    control: str | Sequence[str] = (),
    controls: Panel | None = None,
    period: Any = None,
    view: str = "rows",
    lag: float = 0,
    window: float = 5,
    interval: Any = "percentile",
    resamples: int = 1000,
    resampling: str = "pair",
    permutations: int = 0,
    level: float = 0.95,
    adjust: Any = "bh",
    minimum: int = 30,
    missing: str = "pairwise",
    rebuild: bool = True,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Links:
    """Correlate index nodes with outcomes over countries.

    Parameters
    ----------
    scores : Result, Panel, Ensemble, Imputed or list of Results or Panels
        The index; of a panel every indicator is a node. Of an ensemble each draw meets one resample of the countries,
        and imputations are pooled by Rubin's rules on Fisher's z: then ``interval``, ``resamples`` and ``resampling``
        count only for the association without what is shared, which is of the index as it is, and the table has the
        columns draw_share (of the variance, due to the index's draws) and estimate_nominal (of the index as it is)
        too; of imputations fmi and df.
    outcomes : Panel
        Outcomes; ``indicator_info`` gives goal, direction and concept.
    method : str or Choice
        ``"spearman"``, ``"pearson"``, ``"kendall"`` or ``"distance"``.
    nodes : sequence of str, optional
        Which nodes; all if left out.
    only : sequence of str, optional
        Which outcomes; all but those of goal "control" if left out, which are there to be held constant.
    control : sequence of str
        Indicators held constant, e.g. ``"log(gdp_per_capita)"``, the usual first choice: rich countries have both a
        higher index and better outcomes. ``log(...)`` takes the natural logarithm; ranks do not change by it, so for
        one control it matters to ``"pearson"`` only. The latest value up to the period of the index is taken, within
        the window, whatever the lag.
    controls : Panel, optional
        Where controls are taken from; the outcomes if left out.
    period : label or sequence of labels, optional
        Which period of the index; the last one if left out. Several, or all if left out, for the other views.
    view : {"rows", "pooled", "within", "between"}
        Countries of one period; or several periods stacked, each with its outcomes at the lag: all variation
        together, that within countries (deviations from the mean of the country over the rows that have both), or
        that between their means. A country is a cluster then: it is resampled whole. Within, ranks are those of the
        deviations, and a country with a single row has none: it is left out by every method, and of n.
    lag : float
        Outcomes are taken so many periods later than the index; below 0: earlier. Above 0, values of the index's own
        period and before do not count, whatever the window.
    window : float
        The latest outcome within so many periods up to and including that of the index (and its lag) is taken.
    interval : str, Choice or list of these
        A method of ``egov.methods("interval")``; or several, over the same resamples: the first is low and high, the
        others have columns of their own, e.g. low_bca and high_bca.
    resamples : int
        Resamples of countries, for intervals that need them; with 0 these leave no interval.
    resampling : {"pair", "country"}
        Resamples drawn for each pair, or one for all pairs, which keeps the dependence among outcomes.
    permutations : int
        Above 0: p by so many permutations of a studentized statistic (DiCiccio and Romano 2017), with controls by
        Freedman and Lane (1983). Its variance is that of the influence of each row: for Spearman without controls not
        of the products of ranks alone but also of what a row does to the ranks of others.
    level : float
        Level of the interval.
    adjust : str or Choice
        Correction for many tests over the whole table: a method of ``egov.methods("adjust")``, e.g. ``"bh"``
        (Benjamini and Hochberg 1995); or ``"max-t"`` (Westfall and Young 1993), which needs permutations.
    minimum : int
        Pairs with fewer countries are flagged.
    missing : {"pairwise", "listwise"}
        Each pair uses the countries that have both and every control; or all use the same, those that have every
        node, outcome and control.
    rebuild : bool
        Associate nodes that share a concept with an outcome again, without the inputs that carry it: of a result, the
        index scored without these indicators, siblings sharing their weight, and imputed without the auxiliaries that
        share; of a published index, the mean of its other components (``components`` in ``indicator_info``).
    seed, threads, progress
        As in :func:`egov_index.uncertainty.run`.

    Returns
    -------
    Links

    Raises
    ------
    SpecError, DataError
        For unknown methods, nodes, outcomes, controls or periods; for labels of units or periods that cannot be
        compared, as numbers with text; for a logarithm of a control at or below 0.

    Notes
    -----
    A pair that cannot have a number is NaN, with a code in ``reason`` and words in ``note``: no country that has both,
    too few countries, a constant column, a control that determines the index or the outcome, as many controls as
    countries allow. Where no unit or no period is in common at all, ``notes`` of the answer says what there is on both
    sides.

    Examples
    --------
    >>> import egov_index as egov
    >>> survey, outcomes = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    >>> links = egov.outcomes.correlate(survey, outcomes, nodes="egdi", only="under5_mortality", resamples=0)
    >>> frame = links.to_frame()
    >>> frame["node"][0], frame["sdg_goal"][0], round(float(frame["estimate"][0]), 2)
    ('egdi', '3', -0.84)
    """
    asked = Asked.read(
        method, lag=lag, window=window, interval=interval, resamples=resamples, level=level, adjust=adjust,
        minimum=minimum, missing=missing, view=view, resampling=resampling, permutations=permutations, seed=seed,
        threads=threads, progress=progress,
    )  # fmt: skip
    again = truth("rebuild", rebuild)
    how: dict[str, Any] = {
        "nodes": nodes, "only": only, "period": period, "lag": asked.lag, "window": asked.window, "control": control,
        "controls": controls,
    }  # fmt: skip
    if is_uncertain(scores):
        sides, found, interval = carried_through(scores, outcomes, asked, how)
        columns = columns_of(
            sides, asked.points(), found.columns, _plain(sides, asked), asked if again else None
        )
        if any(columns.get("without", ())):
            sides.notes.append(NOMINAL)
        return _made(sides, asked, columns, intervals=(interval,), estimand=found.estimand, rule=found.rule)
    sides = gather(scores, outcomes, stacked=asked.stacked, **how)
    if asked.missing == "listwise":
        sides.listwise()
    raw = asked.associate(sides, sides.x, sides.y)
    return _made(sides, asked, columns_of(sides, asked, raw, _plain(sides, asked), asked if again else None))


def _plain(sides: Sides, asked: Asked) -> dict[str, Any]:
    """The same without controls, on the rows that have them; empty where there are none."""
    if not sides.controls.names:
        return {}
    return asked.points().associate(sides, sides.controlled(), sides.y, controls=False)


def _made(sides: Sides, asked: Asked, columns: dict[str, Any], **other: Any) -> Links:
    """The answer, with how it came about."""
    how: dict[str, Any] = {
        "method": asked.method.method, "adjust": asked.correction, "level": asked.level,
        "resamples": asked.resamples, "seed": asked.seed,
        "intervals": [one.method for one in (asked.interval, *asked.beside)],
        "resampling": asked.resampling, "permutations": asked.permutations, "missing": asked.missing,
        "view": asked.view, "period": sides.periods if asked.stacked else sides.periods[0], "window": asked.window,
        "lag": asked.lag, "controls": sides.controls.names,
        "notes": [*sides.notes, *_knew(sides), *_ranks_held(sides, asked)],
    }  # fmt: skip
    return Links(columns, panel_of(sides.scores).backend, **how | other)


def _ranks_held(sides: Sides, asked: Asked) -> list[str]:
    """What holding ranks constant does not do."""
    most = {"spearman": 1, "kendall": 0}.get(asked.method.method, len(sides.controls.names))
    return [RANKS_HELD] if len(sides.controls.names) > most else []


def _knew(sides: Sides) -> list[str]:
    """Sentences on outcomes that the imputation of the index was told."""
    if not isinstance(sides.scores, Result):
        return []
    both = [name for name in sides.names if name in sides.scores.auxiliaries]
    return [
        f"the imputation of the index knew {name}{' on purpose' if told_on_purpose(sides.scores.panel, name) else ''}: "
        "filled cells are not attenuated toward zero for it, nor are they evidence of their own"
        for name in both
    ]
