"""Dividing indicators by the size of their unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .arrays import as_panel, like
from .associations import associations
from .compiled import as_table, core_choice, from_table, located
from .errors import DataError, Fault, SpecError
from .panel import Panel
from .single import checked
from .table import make_frame, nearest, read_frame

__all__ = ["denominate", "denominators"]


def denominate(
    data: Panel | Any,
    method: Any = "divide",
    *,
    by: Mapping[str, str] | None = None,
    factor: float | Mapping[str, float] | None = None,
    table: Any = None,
    unit: str | None = None,
    period: str | None = None,
) -> Any:
    """Divide indicators by denominators: x / (denominator / factor), cell by cell of the same unit and period.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators) or (units, indicators)
        NaN stays NaN. Indicators of an array are called x1, x2, ...
    method : str, Choice or mapping
        A method of ``egov.methods("denominate")``.
    by : mapping of str to str
        From indicator to the name of its denominator; others stay as they are.
    factor : float or mapping of indicator to float, optional
        What denominators are divided by first, above 0, e.g. 1000 for a number per thousand; 1 if left out.
    table : Panel or frame, optional
        Holds the denominators instead of ``data``: a row a unit, or a unit and period, joined by their labels. One
        without periods holds for every period. Rows of other units are left alone.
    unit, period : str, optional
        Columns of the frame that name the unit and the period; a column of the panel's label or a usual name
        if left out. Without a column of periods a row holds for all.

    Returns
    -------
    Panel or numpy.ndarray
        Like ``data``. Where a denominator is missing the result is, and the panel's notes count these.

    Raises
    ------
    SpecError
        For unknown indicators, denominators and methods.
    DataError
        For denominators of 0 or below, each with unit, period and indicator.

    Examples
    --------
    >>> import egov_index as egov
    >>> panel = egov.Panel.from_array([[500.0, 50.0], [90.0, 30.0]], indicators=["seats", "people"])
    >>> denominate(panel, by={"seats": "people"}, factor=100).column("seats").ravel().tolist()
    [1000.0, 300.0]
    """
    panel = as_panel(data)
    by = dict(by or {})
    source = panel if table is None else _source(panel, table, unit, period, by)
    factors = _factors(panel, by, factor)
    _refuse_names(panel, source, by)
    below = np.full(panel.values.shape, 1.0)
    for name, divisor in by.items():
        below[:, :, panel.indicators.index(name)] = source.column(divisor)
    choices = [
        checked("denominate", method if name in by else "none", factors.get(name, {}))
        for name in panel.indicators
    ]
    _refuse_values(panel, below, by)
    with located(panel):
        result = _core.denominate(
            as_table(panel),
            as_table(panel.replace(values=below)),
            len(panel.units),
            [core_choice("denominate", one, panel) for one in choices],
        )
    values = from_table(np.asarray(result), len(panel.units))
    lost = (np.isnan(values) & ~np.isnan(panel.values)).sum(axis=(0, 1))
    notes = [
        f"{name}: {count} values lost for want of {by[name]}"
        for name, count in zip(panel.indicators, lost.tolist(), strict=True)
        if count
    ]
    made = panel.replace(values=values, notes=[*panel.notes, *notes])
    return made if isinstance(data, Panel) else like(data, panel, values)


def _factors(panel: Panel, by: Mapping[str, str], factor: Any) -> dict[str, dict[str, float]]:
    if not isinstance(factor, Mapping):
        return {} if factor is None else {name: {"factor": factor} for name in by}
    faults = [
        Fault(f"denominate factor {name!r}", "no denominator is named for it", nearest(name, by))
        for name in factor
        if name not in by
    ]
    if faults:
        raise SpecError(faults)
    return {name: {"factor": value} for name, value in factor.items()}


def _refuse_names(panel: Panel, source: Panel, by: Mapping[str, str]) -> None:
    faults = [
        Fault(f"denominate by {name!r}", "no such indicator", nearest(name, panel.indicators))
        for name in by
        if name not in panel.indicators
    ]
    faults += [
        Fault(f"denominate by {divisor!r}", "no such denominator", nearest(divisor, source.indicators))
        for divisor in dict.fromkeys(by.values())
        if divisor not in source.indicators
    ]
    if faults:
        raise SpecError(faults)


def _refuse_values(panel: Panel, below: NDArray[np.float64], by: Mapping[str, str]) -> None:
    bad = (below <= 0) & ~np.isnan(panel.values)
    faults = [
        Fault(
            f"denominate {panel.indicators[k]}, unit {panel.units[u]}, period {panel.periods[t]}",
            f"{by[panel.indicators[k]]} is {below[u, t, k]:g}",
            "a denominator is above 0; correct it, or leave the unit out",
        )
        for u, t, k in np.argwhere(bad).tolist()
    ]
    if faults:
        raise DataError(faults)


def _source(panel: Panel, table: Any, unit: str | None, period: str | None, by: Mapping[str, str]) -> Panel:
    """Denominators of an outside table on the axes of the panel; NaN where it has no such row."""
    if isinstance(table, Panel):
        held = table
        if len(table.periods) > 1 or table.periods == panel.periods:
            return _on_axes(panel, held, {label: at for at, label in enumerate(held.periods)})
        return _on_axes(panel, held, dict.fromkeys(panel.periods, 0))
    columns, _ = read_frame(table)
    unit = unit or _named(columns, (panel.unit_label, "unit", "iso3", "code", "uCode"))
    if unit is None or unit not in columns:
        raise SpecError(Fault("denominate unit", repr(unit), f"a column of the table: {', '.join(columns)}"))
    if period is not None and period not in columns:
        raise SpecError(Fault("denominate period", repr(period), nearest(period, columns)))
    period = period or _named(columns, (panel.period_label, "period", "year", "Time"))
    wanted = [name for name in dict.fromkeys(by.values()) if name in columns]
    missing = [name for name in by.values() if name not in columns]
    if missing:
        raise SpecError(
            [
                Fault(f"denominate by {name!r}", "no such denominator", nearest(name, columns))
                for name in missing
            ]
        )
    part = {name: columns[name] for name in (unit, *([period] if period else ()), *wanted)}
    held = Panel.from_wide(part, unit=unit, period=period)
    if period is None:
        return _on_axes(panel, held, dict.fromkeys(panel.periods, 0))
    return _on_axes(panel, held, {label: at for at, label in enumerate(held.periods)})


def _named(columns: Mapping[str, Any], names: Sequence[str]) -> str | None:
    return next((name for name in names if name in columns), None)


def _on_axes(panel: Panel, held: Panel, periods: Mapping[Any, int]) -> Panel:
    units = {label: at for at, label in enumerate(held.units)}
    values = np.full((len(panel.units), len(panel.periods), len(held.indicators)), np.nan)
    for u, label in enumerate(panel.units):
        for t, when in enumerate(panel.periods):
            if label in units and when in periods:
                values[u, t] = held.values[units[label], periods[when]]
    return Panel(values, panel.units, panel.periods, held.indicators)


def denominators(
    data: Panel | Any,
    candidates: Sequence[str],
    *,
    threshold: float = 0.7,
    indicators: Sequence[str] | None = None,
    method: Any = "pearson",
) -> Any:
    """Which indicators go with the size of their unit, so that they may want a denominator.

    Parameters
    ----------
    data : Panel
        Indicators and candidates, not yet divided.
    candidates : sequence of str
        Indicators that may serve as denominators, e.g. population.
    threshold : float
        Pairs with a correlation of at least this size, of either sign, are told; 0 to 1.
    indicators : sequence of str, optional
        What is looked at; all but the candidates if left out.
    method : str, Choice or mapping
        A method of ``egov.methods("correlate")``; over all units and periods in which both are observed.

    Returns
    -------
    frame
        Columns indicator, denominator, correlation, n; the strongest first within each indicator.

    Raises
    ------
    SpecError
        For unknown names, or a threshold that is no share.

    Examples
    --------
    >>> import egov_index as egov
    >>> rows = [[2.0, 1.0, 0.5], [4.1, 2.0, 0.4], [6.0, 3.0, 0.9], [8.2, 4.0, 0.4], [9.9, 5.0, 0.5]]
    >>> panel = egov.Panel.from_array(rows, indicators=["seats", "people", "share"])
    >>> denominators(panel, ["people"])["indicator"].tolist()
    ['seats']
    """
    panel = as_panel(data)
    names = (
        list(indicators) if indicators is not None else [n for n in panel.indicators if n not in candidates]
    )
    faults = [
        Fault(f"denominators {name!r}", "no such indicator", nearest(name, panel.indicators))
        for name in (*candidates, *names)
        if name not in panel.indicators
    ]
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        faults.append(Fault("denominators threshold", repr(threshold), "a share from 0 to 1"))
    if not candidates:
        faults.append(Fault("denominators", "no candidates", "names of indicators, e.g. population"))
    if faults:
        raise SpecError(faults)
    return _strong(panel, names, candidates, float(threshold), method)


def _strong(
    panel: Panel, names: Sequence[str], candidates: Sequence[str], threshold: float, method: Any
) -> Any:
    table = as_table(panel)
    x, y = (
        np.asfortranarray(table[:, [panel.indicators.index(n) for n in some]]) for some in (names, candidates)
    )
    raw = associations(x, y, checked("correlate", method, {}))
    pairs = [(name, divisor) for name in names for divisor in candidates]
    found = [
        (name, divisor, r, n)
        for (name, divisor), r, n in zip(pairs, raw["estimate"], raw["n"], strict=True)
        if abs(r) >= threshold
    ]
    place = {name: at for at, name in enumerate(names)}
    found.sort(key=lambda one: (place[one[0]], -abs(one[2])))
    keys = ("indicator", "denominator", "correlation", "n")
    return make_frame({key: [one[at] for one in found] for at, key in enumerate(keys)}, panel.backend)
