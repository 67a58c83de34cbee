"""How an index goes with outcomes: association, never cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import _core
from ..arguments import seed_of, share, threads_of, whole
from ..associations import associations
from ..compiled import core_choice
from ..errors import DataError, Fault, SpecError
from ..panel import Panel
from ..result import Result
from ..single import checked
from .links import Columns, Links
from .sides import index_side, outcome_side, time_of

__all__ = ["correlate"]


def correlate(
    scores: Result | Panel,
    outcomes: Panel,
    method: Any = "spearman",
    *,
    nodes: str | Sequence[str] | None = None,
    period: Any = None,
    lag: float = 0,
    window: float = 5,
    interval: Any = "percentile",
    resamples: int = 1000,
    level: float = 0.95,
    adjust: Any = "bh",
    minimum: int = 30,
    missing: str = "pairwise",
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Links:
    """Correlate index nodes with outcomes over countries.

    Parameters
    ----------
    scores : Result or Panel
        The index; of a panel every indicator is a node.
    outcomes : Panel
        Outcomes; ``indicator_info`` gives goal, direction and concept.
    method : str or Choice
        ``"spearman"``, ``"pearson"``, ``"kendall"`` or ``"distance"``.
    nodes : sequence of str, optional
        Which nodes; all if left out.
    period : label, optional
        Which period of the index; the last one if left out.
    lag : float
        Outcomes are taken so many periods later than the index; below 0: earlier.
    window : float
        The latest outcome within so many periods up to and including that of the index (and its lag) is taken.
    interval : str or Choice
        A method of ``egov.methods("interval")``.
    resamples : int
        Resamples of countries, for intervals that need them; with 0 these leave no interval.
    level : float
        Level of the interval.
    adjust : str or Choice
        Correction for many tests over the whole table, e.g. ``"bh"`` (Benjamini and Hochberg 1995).
    minimum : int
        Pairs with fewer countries are flagged.
    missing : {"pairwise"}
        Each pair uses the countries that have both.
    seed, threads, progress
        As in :func:`egov_index.uncertainty.run`.

    Returns
    -------
    Links

    Raises
    ------
    SpecError, DataError
        For unknown methods, nodes or periods; for outcomes without a common unit.
    """
    chosen, correction = checked("correlate", method, {}), checked("adjust", adjust, {})
    around = checked("interval", interval, {})
    if isinstance(window, bool) or not isinstance(window, int | float) or not window > 0:
        raise SpecError(Fault("window", repr(window), "a number of periods above 0"))
    level, seed, workers = share("level", level, 0.95), seed_of(seed), threads_of(threads)
    whole("resamples", resamples, 0, 10**7)
    whole("minimum", minimum, 0, 2**31)
    if not isinstance(outcomes, Panel):
        raise DataError(f"outcomes: a Panel is needed, not {type(outcomes).__name__}")
    if missing != "pairwise":
        raise SpecError(Fault("missing", repr(missing), "'pairwise'"))
    names, period, x = index_side(scores, nodes, period)
    units = scores.panel.units if isinstance(scores, Result) else scores.units
    y, years = outcome_side(units, outcomes, time_of(period) + time_of(lag), window)
    raw = associations(
        x,
        y,
        chosen,
        interval=around,
        resamples=resamples,
        level=level,
        seed=seed,
        threads=workers,
        progress=progress,
    )
    adjusted = np.asarray(
        _core.adjust(np.asarray(raw["p"], dtype=np.float64), core_choice("adjust", correction))
    )
    keep = Columns(scores, outcomes, names, x, y, years)
    return Links(
        keep.columns(raw, adjusted, minimum), scores.panel.backend if isinstance(scores, Result) else scores.backend,
        method=chosen.method, adjust=correction.method, level=level, resamples=resamples,
        period=period, window=window, seed=seed,
    )  # fmt: skip
