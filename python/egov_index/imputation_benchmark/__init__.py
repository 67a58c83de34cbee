"""Hide observed cells of a user's own panel, let methods fill them, and say how far off and how sure they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arguments import seed_of, whole
from ..index import Index
from ..panel import Panel
from ..progress import tell
from .answer import ImputationBenchmark, Run
from .contenders import Contender, Fill, Task, contenders, fill
from .masks import STANDARD, Flags, Floats
from .ranking import Moves, Standing, moves, standing
from .scores import Held, held, scored
from .setting import Setting, drawn, levels_of, masks_of, setting

__all__ = ["ImputationBenchmark", "imputation_benchmark"]


def imputation_benchmark(
    panel: Panel,
    methods: Any,
    masks: Any = STANDARD,
    seed: int = 1,
    index: Index | None = None,
    *,
    repeats: int = 1,
    auxiliaries: Any = None,
    hide: Any = None,
    levels: Any = 0.9,
    groups: str | None = "income_groups",
    income: Any = None,
    least: int = 8,
    draws: int | None = None,
    places: int = 5,
    progress: Callable[[float], object] | None = None,
) -> ImputationBenchmark:
    """Try methods of imputation on observed cells of a panel that are hidden from them.

    Parameters
    ----------
    panel : Panel
        With its own holes, which stay.
    methods : sequence or mapping
        What is tried: names, Choices and chains as :func:`egov_index.impute` takes them, ``(name, chain)``, or
        ``(name, function)``; a mapping is from name to chain or function. A function takes the values (units,
        periods, indicators), NaN where missing, and whichever it names of ``auxiliaries`` (an array like it, or None),
        ``seed``, ``levels`` (a tuple) and ``panel``. It gives filled values, (point, sd), (point, lower, upper), or a
        mapping of ``point`` with ``sd``, ``lower`` and ``upper``, or ``draws`` (draw, unit, period, indicator). With
        several levels the ends have one axis more, the first.
    masks : str or sequence of str
        Which observed cells are hidden; a mask never touches any other.

        - ``random``: each cell with probability 0.20;
        - ``tail``: each series with probability 0.60: its last L observed periods, L uniform on 1..5;
        - ``series``: each series with probability 0.15: all of it; at most two of a unit, whose indicators are
          visited in random order;
        - ``gap``: each series with probability 0.60: L observed periods in a row, L uniform on 3..7 but no longer than
          leaves the first and the last, the start uniform so that these two stay;
        - ``country_year``: all hidden indicators of a unit in a period, with probability 0.20;
        - ``income``: each cell with probability 0.40 times the unit's place by income, (rank - 1/2) / n, so 0.20 in the
          mean and most for the rich, as with literacy.
    seed : int
        Of masks and of methods that draw. A series' cells depend on the seed, the repeat, the mask and the labels of
        unit and indicator alone (for ``series`` on the unit's other indicators too, for ``income`` on its place).
    index : Index, optional
        Ranked on the panel as it is and with hidden cells filled. Natural holes are filled by the index's own recipe
        both times; a hidden cell that a method leaves open takes the mean of its period, as in the errors.
    repeats : int
        Times each mask is drawn; every method sees the same holes.
    auxiliaries : str, sequence of str or Panel, optional
        Indicators of the panel, or a second panel with the same units: never hidden, given to methods that can use
        them and to no others.
    hide : str or sequence of str, optional
        Indicators that may be hidden; all but the auxiliaries if left out.
    levels : float or sequence of float
        Of the intervals; the tables show the first.
    groups : str or None
        Grouping of the panel by which coverage is told apart; none where the panel has no ``income_groups``.
    income : str or (str, sequence), optional
        For the mask ``income``: an auxiliary or an indicator, whose mean over all periods orders the units; a grouping
        with the labels of the World Bank's income groups, or (grouping, labels from low to high). ``income_groups`` if
        left out. A unit whose income is not known stands in the middle.
    least : int
        Observed periods that a series needs for tail, gap and series; others are left alone.
    draws : int, optional
        Take the intervals of stochastic methods of the catalogue from so many draws, not from what the methods say of
        themselves. A method that says nothing gives 100.
    places : int
        A rank has moved if it changes by more places than this.
    progress : callable, optional
        Called with the share done, 0 to 1, after each run; False stops.

    Returns
    -------
    ImputationBenchmark
        ``.to_frame()``, ``.summary()``, ``.compare()``, ``.coverage()``.

    Raises
    ------
    SpecError
        For unknown masks, methods, indicators or groupings, with the nearest known name.
    DataError
        If an indicator is empty or constant, a mask hides no cell or all of an indicator, auxiliaries do not fit, a
        function gives another shape, or as :meth:`Index.score` of the panel as it is.

    Notes
    -----
    Errors are over the standard deviation (divisor n) of all observed values of the indicator. A prediction that is no
    finite number counts as the mean of the units left to see in that period, and is counted in ``unfilled``. Intervals
    are those of the method: ``Imputed.interval`` where there is one, else quantiles of draws, else normal by the
    standard deviation; coverage is over the cells that have one. Observed values of such panels are partly estimates
    of their sources, which are smooth and flatter interpolation (ITU), and so do random holes: tail is the case met in
    practice.

    Examples
    --------
    >>> import egov_index as egov
    >>> panel = egov.datasets.ict_human_capital().select(indicators=["internet_users", "mobile_cellular"])
    >>> found = egov.imputation_benchmark(panel, ["mean", ["linear", "locf", "nocb"]], masks=["random", "gap"])
    >>> best = found.compare()
    >>> best.loc[best["ratio"] == 1, "method"].tolist()
    ['linear | locf | nocb', 'linear | locf | nocb']
    """
    tried, asked, seed = contenders(methods), masks_of(masks), seed_of(seed)
    repeats, at_levels = whole("repeats", repeats, 1, 10_000), levels_of(levels)
    least, places = whole("least", least, 3, 2**31), whole("places", places, 0, 2**31)
    if draws is not None:
        draws = whole("draws", draws, 2, 1_000_000)
    made = setting(panel, auxiliaries, hide, groups, income, least, asked)
    before = None if index is None else standing(index, panel)
    runs: list[Run] = []
    total = len(asked) * repeats * len(tried)
    for mask in asked:
        for repeat in range(1, repeats + 1):
            hidden = drawn(mask, made, seed, repeat)
            task = Task(made.with_holes(hidden), made.auxiliaries, at_levels, seed + repeat - 1, draws)
            for one in tried:
                runs.append(_run(one, mask, repeat, made, hidden, task, before, places))
                tell(progress, len(runs) / total)
    return ImputationBenchmark(made, tuple(runs), seed, at_levels, places)


def _run(
    one: Contender, mask: str, repeat: int, made: Setting, hidden: Flags, task: Task,
    before: Standing | None, places: int,
) -> Run:  # fmt: skip
    """One method under one mask in one repeat."""
    got = fill(one, task)
    scores, kept, filled = [], [], made.panel.values.copy()
    for at, k in enumerate(made.hide):
        cells = hidden[:, :, at]
        truth, predicted = made.panel.values[cells, k], got.point[cells, k]
        mean = _means(task.panel.values[:, :, k])[np.nonzero(cells)[1]]
        scores.append(scored(truth, predicted, mean, made.sds[at]))
        kept.append(_held(got, truth, cells, k, made, at))
        filled[cells, k] = np.where(np.isfinite(predicted), predicted, mean)
    moved = None if before is None else _moves(before, made, filled, places)
    return Run(one.name, mask, repeat, got.seconds, tuple(scores), tuple(kept), moved)


def _means(column: Floats) -> Floats:
    """Mean of the units seen in each period; of all that is seen where there are none."""
    seen = ~np.isnan(column)
    counts, sums = seen.sum(axis=0), np.where(seen, column, 0).sum(axis=0)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), sums.sum() / counts.sum()))


def _held(got: Fill, truth: Any, cells: Flags, k: int, made: Setting, at: int) -> tuple[Held, ...]:
    unit = np.nonzero(cells)[0]
    by_group: list[tuple[str | None, Flags]] = [(None, np.ones(len(unit), dtype=bool))]
    by_group += [(label, members[unit]) for label, members in made.groups.items()]
    return tuple(
        one
        for level, ends in got.bounds.items()
        for one in held(truth, ends.lower[cells, k], ends.upper[cells, k], level, made.sds[at], by_group)
    )


def _moves(before: Standing, made: Setting, filled: Floats, places: int) -> Moves:
    """Put what is filled into the panel that the index knows, which still has the auxiliaries."""
    values = before.panel.values.copy()
    values[:, :, [before.panel.indicators.index(name) for name in made.indicators]] = filled[:, :, made.hide]
    return moves(before, values, places)
