"""What is asked of a benchmark, checked: the panel cut in two, the cells that may be hidden, income, groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arguments import picked, share
from ..errors import DataError, Fault, SpecError
from ..panel import Panel
from ..table import listing, nearest
from .masks import MASKS, Flags, Floats, Ground, hidden_cells, places

__all__ = ["Setting", "drawn", "levels_of", "masks_of", "setting"]

USUAL = "income_groups"
ORDER = ("low_income", "lower_middle_income", "upper_middle_income", "high_income")  # of the World Bank


@dataclass(frozen=True)
class Setting:
    """What every method is tried on.

    Attributes
    ----------
    panel : Panel
        Without the auxiliaries.
    auxiliaries : Panel or None
        Of the same units and periods; never hidden.
    hide : tuple of int
        Positions of the indicators that may be hidden, in ``panel``.
    ground : Ground
        Their observed cells.
    sds : numpy.ndarray
        Of all observed values of each of them, with divisor n; above 0.
    groups : dict of str to numpy.ndarray of bool
        Units of each group.
    """

    panel: Panel
    auxiliaries: Panel | None
    hide: tuple[int, ...]
    ground: Ground
    sds: Floats
    groups: dict[str, Flags]

    @property
    def indicators(self) -> tuple[str, ...]:
        """Names of the indicators that may be hidden."""
        return tuple(self.ground.indicators)

    def with_holes(self, hidden: Flags) -> Panel:
        """Panel without the hidden cells; ``hidden`` has an indicator each of ``hide``."""
        values = self.panel.values.copy()
        for at, k in enumerate(self.hide):
            values[hidden[:, :, at], k] = np.nan
        return self.panel.replace(values=values)


def setting(
    panel: Panel,
    auxiliaries: Any,
    hide: Any,
    groups: str | None,
    income: Any,
    least: int,
    masks: Sequence[str],
) -> Setting:
    """Check all of it and put it together.

    Raises
    ------
    SpecError
        For unknown names.
    DataError
        If auxiliaries do not fit, or an indicator that is to be hidden is empty or constant.
    """
    if not isinstance(panel, Panel):
        raise DataError(Fault("panel", type(panel).__name__, "a Panel"))
    shown, helpers = _split(panel, auxiliaries)
    names = shown.indicators if hide is None else picked("hide", hide, shown.indicators, "indicator")
    at = tuple(shown.indicators.index(name) for name in names)
    values = shown.values[:, :, at]
    place = _income(panel, helpers, income) if "income" in masks else None
    ground = Ground(~np.isnan(values), shown.units, names, least, place)
    return Setting(shown, helpers, at, ground, _deviations(values, names), _groups(panel, groups))


def _split(panel: Panel, auxiliaries: Any) -> tuple[Panel, Panel | None]:
    """The panel without its auxiliaries, and these; another panel is brought to the same units and periods."""
    if auxiliaries is None:
        return panel, None
    if isinstance(auxiliaries, Panel):
        return panel, _aligned(panel, auxiliaries)
    names = picked("auxiliaries", auxiliaries, panel.indicators, "indicator")
    rest = [name for name in panel.indicators if name not in names]
    if not rest:
        raise SpecError(Fault("auxiliaries", "all indicators of the panel", "at least one left to be hidden"))
    return panel.select(indicators=rest), panel.select(indicators=names)


def _aligned(panel: Panel, other: Panel) -> Panel:
    faults = []
    if absent := [unit for unit in panel.units if unit not in set(other.units)]:
        faults.append(Fault("auxiliaries", f"no unit {listing(map(repr, absent))}", "the units of the panel"))
    if not set(panel.periods) & set(other.periods):
        faults.append(Fault("auxiliaries", "no period of the panel", f"some of {listing(panel.periods)}"))
    if both := [name for name in other.indicators if name in panel.indicators]:
        faults.append(
            Fault("auxiliaries", f"{listing(both)}, in the panel too", "other names, or names alone")
        )
    if faults:
        raise DataError(faults)
    unit = {label: at for at, label in enumerate(other.units)}
    time = {label: at for at, label in enumerate(other.periods)}
    values = np.full((*panel.shape[:2], len(other.indicators)), np.nan)
    for t, period in enumerate(panel.periods):
        if period in time:
            values[:, t] = other.values[[unit[label] for label in panel.units], time[period]]
    return panel.replace(
        values=values, indicators=other.indicators, indicator_info=other.indicator_info, years=None, notes=()
    )


def _deviations(values: Floats, names: Sequence[str]) -> Floats:
    faults, sds = [], np.ones(len(names))
    for at, name in enumerate(names):
        column = values[:, :, at]
        seen = column[~np.isnan(column)]
        if not seen.size or seen.min() == seen.max():
            came = "nothing observed" if not seen.size else f"constant, {seen[0]:g} throughout"
            faults.append(Fault(f"indicator {name!r}", came, "leave it out: hide= names those to be hidden"))
        else:
            sds[at] = seen.std()
    if faults:
        raise DataError(faults)
    return sds


def _groups(panel: Panel, scheme: str | None) -> dict[str, Flags]:
    if scheme is None or (scheme == USUAL and scheme not in panel.groups):
        return {}
    if scheme not in panel.groups:
        raise SpecError(Fault("groups", repr(scheme), nearest(scheme, list(panel.groups))))
    labels = panel.groups[scheme]
    known = dict.fromkeys(label for label in labels if label is not None)
    ordered = sorted(known, key=lambda label: (ORDER.index(label) if label in ORDER else len(ORDER), label))
    return {label: np.array([mine == label for mine in labels]) for label in ordered}


def _income(panel: Panel, helpers: Panel | None, income: Any) -> Floats:
    """Places by income: of the mean of a column over the periods, or of ordered groups."""
    if isinstance(income, tuple | list) and len(income) == 2 and not isinstance(income[1], str):
        return _by_groups(panel, income[0], list(income[1]))
    if income is None and USUAL not in panel.groups:
        right = "income= names an indicator, an auxiliary or a grouping (scheme, [labels from low to high])"
        raise SpecError(Fault("masks: income", "no income_groups in the panel", right))
    name = USUAL if income is None else income
    for holder in (helpers, panel):
        if holder is not None and name in holder.indicators:
            column = holder.column(name)
            known = ~np.isnan(column)
            total = np.where(known, column, 0).sum(axis=1)
            return places(np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan))
    if name in panel.groups:
        return _by_groups(panel, name, None)
    known_names = [*(helpers.indicators if helpers else ()), *panel.indicators, *panel.groups]
    raise SpecError(Fault("income", repr(name), nearest(name, known_names)))


def _by_groups(panel: Panel, scheme: Any, order: list[Any] | None) -> Floats:
    if scheme not in panel.groups:
        raise SpecError(Fault("income", repr(scheme), nearest(str(scheme), list(panel.groups))))
    labels = panel.groups[scheme]
    known = list(ORDER) if order is None else order
    if odd := [label for label in dict.fromkeys(labels) if label is not None and label not in known]:
        right = f"income=({scheme!r}, [every label, from low to high])"
        raise SpecError(Fault("income", f"labels {listing(map(repr, odd))} without a place", right))
    return places(
        np.array([np.nan if label is None else known.index(label) for label in labels], dtype=float)
    )


def masks_of(given: Any) -> tuple[str, ...]:
    """Names of masks, each known and asked for once; SpecError otherwise."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        given = (given,)
    names = tuple(given)
    faults = [Fault("masks", repr(name), nearest(str(name), MASKS)) for name in names if name not in MASKS]
    faults += [Fault("masks", f"{name!r} twice", "each once") for name in set(names) if names.count(name) > 1]
    if not names:
        faults.append(Fault("masks", "none", f"some of {', '.join(MASKS)}"))
    if faults:
        raise SpecError(faults)
    return names


def levels_of(given: Any) -> tuple[float, ...]:
    """Levels of intervals, the first of them the one that tables show; SpecError otherwise."""
    if not isinstance(given, str) and isinstance(given, Iterable):
        found = tuple(dict.fromkeys(share("levels", level) for level in given))
        if not found:
            raise SpecError(Fault("levels", "none", "a number between 0 and 1, e.g. 0.9"))
        return found
    return (share("levels", given),)


def drawn(mask: str, made: Setting, seed: int, repeat: int) -> Flags:
    """Cells that a mask hides; something is hidden, and something of each indicator is left.

    Raises
    ------
    DataError
        If that is not so.
    """
    hidden = hidden_cells(mask, made.ground, seed, repeat)
    place = f"mask {mask}, repeat {repeat}"
    if not hidden.any():
        enough = int((made.ground.observed.sum(axis=1) >= made.ground.least).sum())
        right = f"{enough} series have the {made.ground.least} observed periods that blocks need; see least="
        raise DataError(Fault(place, "hides no cell", right))
    left = np.asarray((made.ground.observed & ~hidden).any(axis=(0, 1)))
    faults = [
        Fault(place, f"hides all of {name}", "more observed cells, or another seed")
        for name, some in zip(made.indicators, left.tolist(), strict=True)
        if not some
    ]
    if faults:
        raise DataError(faults)
    return hidden
