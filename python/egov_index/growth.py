"""Growth over the years of a panel: compound rate and percent change, per unit and indicator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, Fault, SpecError
from .panel import Panel
from .table import make_frame, nearest

__all__ = ["growth", "trend"]

Array = NDArray[np.float64]


def growth(panel: Panel, indicators: Any = None) -> Any:
    """Measure how fast each indicator of each unit grew over the observed periods.

    Parameters
    ----------
    panel : Panel
        At least two periods that are numbers (years). Missing cells are passed over.
    indicators : sequence of str, optional
        Which ones; all if left out.

    Returns
    -------
    frame
        unit, indicator, first, last (periods observed), n (their number), from, to (values there), cagr, change, note.
        ``cagr`` is the compound growth rate a year, (to / from)^(1 / (last - first)) - 1: infinite from 0, missing
        where the sign changes. ``change`` is the percent change a year, 100 times the slope of the least-squares line
        over its value at the first observed year; with two observations that of the line through them. It is missing
        where that value is 0. Equal values give 0; fewer than two give missing rates. Negative values have rates too,
        of their size: the note says so.

    Raises
    ------
    DataError
        If the panel has one period only, or periods that are text.
    SpecError
        If an indicator is unknown.

    Notes
    -----
    The definitions of W. Becker and others, COINr 1.1.14 (functions CAGR and prc_change), Journal of Open Source
    Software 7(78), 2022; theirs give NaN without a word where a sign changes.

    Examples
    --------
    >>> import egov_index as egov
    >>> rates = egov.growth(egov.datasets.un_egov_survey(), ["egdi"]).set_index("unit")
    >>> print(f"{rates.loc['EST', 'cagr']:.4f} {rates.loc['EST', 'change']:.2f}")
    0.0160 1.94
    """
    _check(panel)
    names = panel.indicators if indicators is None else tuple(np.atleast_1d(indicators).tolist())
    unknown = [
        Fault("indicator", repr(name), nearest(name, panel.indicators))
        for name in names
        if name not in panel.indicators
    ]
    if unknown:
        raise SpecError(unknown)
    table = panel.values[:, :, [panel.indicators.index(name) for name in names]].transpose(2, 0, 1)
    series = table.reshape(-1, len(panel.periods))
    columns: dict[str, Any] = {
        "unit": list(panel.units) * len(names),
        "indicator": [name for name in names for _ in panel.units],
    }
    return make_frame(columns | _rates(series, panel.times, panel.periods), panel.backend)


def _check(panel: Any) -> None:
    if not isinstance(panel, Panel):
        raise DataError(Fault("panel", type(panel).__name__, "a Panel, e.g. egov.Panel.from_long(frame)"))
    if len(panel.periods) < 2:
        raise DataError(Fault("periods", f"only {panel.periods[0]}", "at least two periods to see growth"))
    texts = [period for period in panel.periods if isinstance(period, str)]
    if texts:
        raise DataError(
            Fault("periods", f"text such as {texts[0]!r}", "numbers, to tell how far they lie apart")
        )


def _rates(series: Array, times: Array, labels: tuple[Any, ...]) -> dict[str, Any]:
    seen = ~np.isnan(series)
    count, rows = seen.sum(axis=1), np.arange(len(series))
    first, last = seen.argmax(axis=1), seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    start, end = series[rows, first], series[rows, last]
    still = np.where(seen, series, start[:, None]) == start[:, None]
    size = np.where(seen, np.abs(series), 0.0).max(axis=1)
    series = series / np.where(size > 0, size, 1.0)[:, None]  # the sums of large numbers stay finite
    times = times - times[0]
    level, slope = trend(series, times)
    enough = count >= 2
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cagr = (end / start) ** (1 / (times[last] - times[first])) - 1
        at_first = level + slope * times[first]
        change = 100 * slope / at_first
    cagr = np.where(end == start, 0.0, np.where((start == 0) & (end != 0), np.inf, cagr))
    change = np.where(still.all(axis=1), 0.0, np.where(at_first == 0, np.nan, change))
    return {
        "first": [labels[k] if n else None for k, n in zip(first, count, strict=True)],
        "last": [labels[k] if n else None for k, n in zip(last, count, strict=True)],
        "n": count.astype(np.int64),
        "from": start,
        "to": end,
        "cagr": np.where(enough, cagr, np.nan),
        "change": np.where(enough, change, np.nan),
        "note": [_note(*cell) for cell in zip(count, start, end, at_first, strict=True)],
    }


def _note(count: int, start: float, end: float, fitted: float) -> str:
    if count < 2:
        return "fewer than two observations"
    if start == end:
        return ""
    if start == 0:
        return "starts at 0: no compound rate"
    if end != 0 and (start < 0) != (end < 0):
        return "the sign changes: no compound rate"
    if end == 0:
        return "ends at 0"
    if start < 0:
        return "negative values: rates of their size"
    return "the fitted line starts at 0 or below: no meaning as a percentage" if fitted <= 0 else ""


def trend(series: Array, times: Array) -> tuple[Array, Array]:
    """Least-squares line of each row over its observed cells.

    Parameters
    ----------
    series : numpy.ndarray
        Shape (rows, periods); NaN is missing.
    times : numpy.ndarray
        Shape (periods,).

    Returns
    -------
    level, slope : numpy.ndarray
        Value at time 0 and change per unit of time; NaN with fewer than two observations.
    """
    seen = ~np.isnan(series)
    count = np.maximum(seen.sum(axis=1), 1)
    t = np.where(seen, times, 0.0)
    values = np.where(seen, series, 0.0)
    center = t.sum(axis=1) / count
    mean = values.sum(axis=1) / count
    apart = np.where(seen, times - center[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (apart * np.where(seen, values - mean[:, None], 0.0)).sum(axis=1) / (apart**2).sum(axis=1)
    slope = np.where(seen.sum(axis=1) >= 2, slope, np.nan)
    return mean - slope * center, slope
