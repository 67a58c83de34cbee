"""Groups of countries: by the name of a grouping, by what has items, or by a frame of two columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..compiled import group_names, group_numbers
from ..errors import DataError, Fault, SpecError
from ..naming import counted
from ..panel import Panel
from ..table import listing, read_frame
from .designs import is_missing

__all__ = ["WORDS", "Groups", "groups_of"]

# What people call groupings of countries, where one alone is meant: there are two of regions, and none of landlocked
# developing countries or of small island states.
WORDS = {"income": "income_groups", "income_group": "income_groups", "ldc": "un_sdg_ldc"}
SHAPES = (
    "the name of a grouping, a mapping or Series from unit to group, or a frame of two columns: units, groups"
)


@dataclass(frozen=True)
class Groups:
    """Which units are in each group, groups by name; and a sentence on those that are in none."""

    held: dict[str, NDArray[np.bool_]]
    notes: list[str]


def groups_of(panel: Panel, by: Any) -> Groups:
    """Units of a panel in groups.

    Raises
    ------
    SpecError
        For an unknown grouping, and for what gives no groups.
    DataError
        Where units stand twice, or none is of the panel.
    """
    if isinstance(by, str):
        scheme = _scheme(panel, by)
        names, numbers = group_names(panel, scheme), np.array(group_numbers(panel, scheme))
        held = {name: numbers == at for at, name in enumerate(names)}
    else:
        given = _pairs(by)
        labels = [None if is_missing(label) else str(label) for label in map(given.get, panel.units)]
        named = sorted({label for label in labels if label is not None})
        if not named:
            raise DataError(
                Fault("by", f"units {listing(given, 3)}", f"units of the index: {listing(panel.units, 3)}")
            )
        held = {name: np.array([label == name for label in labels]) for name in named}
    grouped = np.any(list(held.values()), axis=0)
    rest = [unit for unit, found in zip(panel.units, grouped, strict=True) if not found]
    left = f"{counted(len(rest), 'unit')} without a group left out: {listing(rest, 3)}"
    return Groups(held, [left] if rest else [])


def _scheme(panel: Panel, name: str) -> str:
    """Name of a grouping by itself or by what people call it; SpecError with the valid names."""
    countries = datasets.un_egov_survey()
    of_countries = dict.fromkeys(countries.groups if set(panel.units) & set(countries.units) else ())
    known = [*panel.groups, *(one for one in of_countries if one not in panel.groups)]
    if name in known:
        return name
    if WORDS.get(name) in known:
        return WORDS[name]
    right = (
        f"one of {', '.join(known)}" if known else f"the data have no grouping: {SHAPES.partition(', ')[2]}"
    )
    raise SpecError(Fault("by", f"unknown grouping {name!r}", right))


def _pairs(by: Any) -> Mapping[Any, Any]:
    """From unit to group."""
    if isinstance(by, Mapping):
        return by
    labeled = hasattr(by, "items") and not hasattr(
        by, "columns"
    )  # a Series; items of frames are their columns
    pairs = list(by.items()) if labeled else _two_columns(by)
    units = [unit for unit, _ in pairs]
    if len(set(units)) < len(units):
        twice = list(dict.fromkeys(unit for unit in units if units.count(unit) > 1))
        raise DataError(Fault("by", f"units that stand twice: {listing(twice, 3)}", "one group a unit"))
    return dict(pairs)


def _two_columns(frame: Any) -> list[tuple[Any, Any]]:
    try:
        columns, _ = read_frame(frame)
    except DataError:
        kind = type(frame)
        library = "" if kind.__module__ == "builtins" else f"{kind.__module__.partition('.')[0]} "
        raise SpecError(Fault("by", f"a {library}{kind.__name__} without names of units", SHAPES)) from None
    if len(columns) != 2:
        raise SpecError(
            Fault("by", f"a frame of columns {listing(columns)}", "two columns: units, then groups")
        )
    units, groups = (list(column) for column in columns.values())
    return list(zip(units, groups, strict=True))
