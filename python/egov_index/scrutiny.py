"""What is wrong with a panel for an index: everything, at once, with names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, catalogue, compiled
from .errors import DataError, Fault, SpecError
from .framework import Framework, Node
from .panel import Panel
from .recipe import Recipe
from .table import listing, nearest

if TYPE_CHECKING:
    from .index import Index

__all__ = ["all_at_once", "data_faults", "scored"]


def scored(index: Index, panel: Any, period: Any) -> tuple[list[int], tuple[Any, ...]]:
    """Positions and labels of the periods to score.

    Without a period of the index or of the call these are all whose lags the panel holds.

    Raises
    ------
    DataError
        With everything that is wrong with the panel as a whole.
    """
    if not isinstance(panel, Panel):
        came = f"a Panel is needed, not {type(panel).__name__}"
        raise DataError(f"{came}; make one with egov.Panel.from_wide(frame)")
    asked = index.period if period is None else period
    wanted: list[Any]
    if asked is None:
        wanted = list(_reachable(index.framework, panel))
    elif isinstance(asked, str) or not isinstance(asked, Sequence | np.ndarray):
        wanted = [asked]
    else:
        wanted = list(asked)
    faults = _period_faults(index.framework, panel, wanted)
    faults += [
        Fault(f"indicator {name!r}", "the data do not have it", nearest(name, panel.indicators))
        for name in index.framework.inputs
        if name not in panel.indicators
    ]
    faults += data_faults(index.framework, index.recipe, panel)
    if faults:
        raise DataError(faults)
    known = {str(label): at for at, label in enumerate(panel.periods)}
    at = [known[str(label)] for label in wanted]
    return at, tuple(panel.periods[k] for k in at)


def _reachable(framework: Framework, panel: Panel) -> tuple[Any, ...]:
    """Periods for which the panel holds what every lag asks for; all, if there are none."""
    times = set(panel.times.tolist())
    lags = {framework[leaf].lag for leaf in framework.leaves}
    found = [
        label
        for label, time in zip(panel.periods, panel.times.tolist(), strict=True)
        if all(time - lag in times for lag in lags)
    ]
    return tuple(found) or panel.periods


def _period_faults(framework: Framework, panel: Panel, wanted: Sequence[Any]) -> list[Fault]:
    known = {str(label): at for at, label in enumerate(panel.periods)}
    times = panel.times.tolist()
    faults = [] if len(wanted) else [Fault("period", "none", f"at least one of {listing(panel.periods, 30)}")]
    for label, count in Counter(map(str, wanted)).items():
        if count > 1:
            faults.append(Fault(f"period {label}", f"asked for {count} times", "each period once"))
        if label not in known:
            held = f"they hold {listing(panel.periods, 30)}"
            faults.append(Fault(f"period {label}", "the data do not have it", held))
            continue
        for leaf in framework.leaves:
            lag = framework[leaf].lag
            if lag and times[known[label]] - lag not in times:
                came = f"period {label} needs {times[known[label]] - lag:g}, which the data do not have"
                faults.append(Fault(f"node {leaf!r}.lag", came, f"they hold {listing(panel.periods, 30)}"))
    return faults


def data_faults(framework: Framework, recipe: Recipe, panel: Panel) -> list[Fault]:
    """What is wrong with the data for this index, all at once: units, empty and constant columns."""
    faults = []
    if len(panel.units) < 2:
        faults.append(Fault("units", f"only {listing(panel.units)}", "an index compares at least two units"))
    leaves = set(framework.leaves)
    for at, choice in zip(
        framework.nodes, compiled.node_choices("normalize", framework, recipe, panel), strict=True
    ):
        if at.code not in panel.indicators or at.code not in leaves:
            continue
        values = panel.column(at.code)
        seen = values[~np.isnan(values)]
        needs = (
            "needs_variation" in catalogue.row("normalize", choice["method"])["traits"] or choice["rescale"]
        )
        if seen.size == 0:
            faults.append(
                Fault(
                    f"indicator {at.code!r}",
                    "no value at all",
                    "leave it out of the framework, or bring data",
                )
            )
        elif needs and len(panel.units) > 1 and (seen == seen[0]).all():
            came = f"constant: every observed value is {seen[0]:g}"
            faults.append(
                Fault(
                    f"indicator {at.code!r}",
                    came,
                    f"{choice['method']} needs at least two distinct values; leave it out",
                )
            )
    return faults


@contextmanager
def all_at_once(
    index: Index, panel: Panel, positions: Sequence[int], labels: tuple[Any, ...]
) -> Iterator[None]:
    """Turn the first error of the core into one with every fault: each indicator is tried on its own."""
    try:
        with compiled.located(panel, index.framework):
            yield
    except (SpecError, DataError) as error:
        if not hasattr(error, "place"):
            raise
        faults = _each_leaf(index, panel, positions, labels)
        faults += _holes(error, index.framework, panel, labels) or error.faults
        raise type(error)(dict.fromkeys(faults)) from None


def _each_leaf(index: Index, panel: Panel, positions: Sequence[int], labels: tuple[Any, ...]) -> list[Fault]:
    faults: list[Fault] = []
    held = compiled.core_panel(panel)
    screen = replace(index.recipe.screen, params={**index.recipe.screen.params, "nonzero": 0})
    recipe = index.recipe.replace(aggregate="arithmetic")
    if recipe.screen.method != "none":  # a share of zeros means nothing of one indicator
        recipe = recipe.replace(screen=screen)
    for leaf in index.framework.leaves:
        root = Node(f"only {leaf}")
        alone = Framework([root, replace(index.framework[leaf], parent=root.code, weight=1.0)])
        try:
            with compiled.located(panel, alone):
                made = (compiled.core_framework(alone, panel), compiled.core_recipe(alone, recipe, panel))
                _core.score(held, *made, list(positions))
        except (SpecError, DataError) as error:
            faults += _holes(error, alone, panel, labels) or error.faults
    return faults


def _holes(error: Exception, framework: Framework, panel: Panel, labels: tuple[Any, ...]) -> list[Fault]:
    """Name the cells that the core says stayed empty; nothing if that is not what it says."""
    units = len(panel.units)
    by_node: dict[int, list[str]] = {}
    for row, node in getattr(error, "cells", None) or ():
        unit, period = panel.units[row % units], labels[row // units]
        by_node.setdefault(node, []).append(f"{unit}" if len(labels) == 1 else f"{unit} {period}")
    return [
        Fault(
            f"indicator {framework.codes[node]!r}",
            f"still missing for {len(places)} of {units * len(labels)}: {listing(places)}",
            'add a method to the impute chain that fills them, e.g. "mean", or set missing = "drop-weight"',
        )
        for node, places in sorted(by_node.items())
    ]
