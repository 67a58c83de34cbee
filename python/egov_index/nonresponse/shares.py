"""Who reports: shares of units and of their values by group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import compiled
from ..errors import Fault, SpecError
from ..imputation_benchmark.setting import ORDER
from ..panel import Panel
from ..result import Result
from ..table import nearest

__all__ = ["Groups", "groups_of", "shares", "usual"]

USUAL = "income_groups"
QUARTERS = ("lowest quarter", "second quarter", "third quarter", "highest quarter")
Groups = dict[str | None, NDArray[np.bool_]]


def usual(panel: Panel) -> str | None:
    """The grouping that is looked at if none is asked for."""
    return USUAL if USUAL in panel.groups else next(iter(panel.groups), None)


def groups_of(panel: Panel, by: str | None) -> Groups:
    """Units of each group, low to high where that is known; None: units without a group.

    Raises
    ------
    SpecError
        If there is no such grouping or indicator, or the panel has none.
    """
    by = usual(panel) if by is None else by
    if by is None:
        raise SpecError(
            Fault("by", "the panel has no grouping", "the name of an indicator, e.g. one of its auxiliaries")
        )
    if by in panel.indicators:
        return _quarters(panel, by)
    try:
        numbers = np.array(compiled.group_numbers(panel, by))
        names = compiled.group_names(panel, by)
    except SpecError:
        right = nearest(by, [*panel.groups, *panel.indicators])
        raise SpecError(Fault("by", f"no grouping or indicator {by!r}", right)) from None
    places = {name: at for at, name in enumerate(ORDER)}
    ordered = sorted(names, key=lambda name: (places.get(name, len(places)), name))
    found: Groups = {name: numbers == names.index(name) for name in ordered}
    if (numbers < 0).any():
        found[None] = numbers < 0
    return found


def _quarters(panel: Panel, name: str) -> Groups:
    """Units cut into four groups of equal number by the mean of an indicator over the periods it is observed in."""
    values = panel.values[:, :, panel.indicators.index(name)]
    seen = ~np.isnan(values)
    known = seen.any(axis=1)
    means = np.where(seen, values, 0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    place = np.full(len(means), -1)
    order = np.flatnonzero(known)[np.argsort(means[known], kind="stable")]
    place[order] = np.arange(len(order)) * 4 // max(len(order), 1)
    found: Groups = {label: place == at for at, label in enumerate(QUARTERS) if (place == at).any()}
    if not known.all():
        found[None] = np.logical_not(known)
    return found


def shares(result: Result, leaf: str, groups: Groups) -> Iterator[dict[str, Any]]:
    """A row a group: how many units it has in the index, and how much they report of an indicator."""
    panel = result.panel
    seen = ~np.isnan(panel.values[:, :, panel.indicators.index(leaf)])
    time = panel.times[panel.periods.index(result.periods[0])] - result.index.framework[leaf].lag
    now = int(np.flatnonzero(panel.times == time)[0])
    for label, members in groups.items():
        mine = members & ~result.excluded[0]
        some = bool(mine.any())
        yield {
            "indicator": leaf,
            "group": label,
            "units": int(mine.sum()),
            "reported": float(seen[mine, now].mean()) if some else float("nan"),
            "ever": float(seen[mine].any(axis=1).mean()) if some else float("nan"),
            "cells": float(seen[mine].mean()) if some else float("nan"),
        }
