"""Panels from panels: select, join, shift and latest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Fault, SpecError
from ..table import Label, listing, nearest
from .core import PanelCore

__all__ = ["MoveMethods"]


class MoveMethods(PanelCore):
    """How a :class:`egov_index.panel.Panel` is cut, joined and moved in time."""

    __slots__ = ()

    def select(
        self,
        units: Label | Iterable[Label] | None = None,
        periods: Label | Iterable[Label] | None = None,
        indicators: str | Iterable[str] | None = None,
    ) -> Self:
        """Take some units, periods and indicators.

        Parameters
        ----------
        units, periods, indicators : label or iterable of labels, optional
            What to keep; None keeps all. Units and indicators come in the order asked for,
            periods increasing.

        Returns
        -------
        Panel
            With groups, names and information cut to fit.

        Raises
        ------
        SpecError
            If a name is unknown (with the nearest valid one), asked for twice, or nothing is asked for.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> panel = Panel.from_array([[0.9, 0.8], [0.7, 0.6]], units=["EST", "LVA"])
        >>> panel.select(units="LVA", indicators=["x1"]).values.item()
        0.6
        """
        faults: list[Fault] = []
        u = _asked("units", units, self.units, faults)
        t = sorted(_asked("periods", periods, self.periods, faults))
        k = _asked("indicators", indicators, self.indicators, faults)
        if faults:
            raise SpecError(faults)
        cut = np.ix_(u, t, k)
        return self.replace(
            values=self.values[cut],
            years=None if self.years is None else self.years[cut],
            units=[self.units[at] for at in u],
            periods=[self.periods[at] for at in t],
            indicators=[self.indicators[at] for at in k],
            groups={scheme: [labels[at] for at in u] for scheme, labels in self.groups.items()},
        )

    def join(self, other: PanelCore) -> Self:
        """Put the indicators of two panels side by side, by unit and period.

        Parameters
        ----------
        other : Panel
            Indicators of other names.

        Returns
        -------
        Panel
            All units of both (this panel's first) and all periods of both, increasing; cells that neither
            holds are NaN. Where the two know different groups or names of a unit, this panel's stand.

        Raises
        ------
        DataError
            If an indicator is in both, or one panel's periods are text and the other's numbers.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> a = Panel.from_array([[1.0]], ["EST"], [2020], ["osi"])
        >>> b = Panel.from_array([[2.0]], ["EST"], [2021], ["tii"])
        >>> a.join(b).values[0]
        array([[ 1., nan],
               [nan,  2.]])
        """
        _check_join(self, other)
        units = list(dict.fromkeys(self.units + other.units))
        periods = sorted(dict.fromkeys(self.periods + other.periods))
        moved = self.years is not None or other.years is not None
        pair: tuple[PanelCore, ...] = (self, other)
        return self.replace(
            values=np.concatenate([_spread(panel, panel.values, units, periods) for panel in pair], axis=2),
            years=np.concatenate([_spread(p, taken(p), units, periods) for p in pair], axis=2)
            if moved
            else None,
            units=units,
            periods=periods,
            indicators=self.indicators + other.indicators,
            notes=(*self.notes, *other.notes, *_group_notes(self, other)),
            groups=_joined_groups(self, other, units),
            unit_names={**other.unit_names, **self.unit_names},
            indicator_info=_joined_info(self, other),
        )

    def shift(self, lags: Mapping[str, float]) -> Self:
        """Move series so that period t holds the value of period t - lag.

        Parameters
        ----------
        lags : mapping of str to number
            From indicator to lag, in units of the period (years); negative lags look ahead.

        Returns
        -------
        Panel
            Of the same shape. Periods are compared by value, not position: what no period of the panel
            holds is NaN. :attr:`years` has the period taken and the notes say what was moved.

        Raises
        ------
        SpecError
            If an indicator is unknown, a lag is no finite number, or periods are text.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> panel = Panel.from_array([[[1.0], [2.0], [3.0]]], ["EST"], [2018, 2020, 2021], ["internet_users"])
        >>> panel.shift({"internet_users": 2}).values.ravel()
        array([nan,  1., nan])
        """
        _check_lags(self, lags)
        values, years, notes = self.values.copy(), taken(self).copy(), list(self.notes)
        position = {time: at for at, time in enumerate(self.times.tolist())}
        for name, lag in lags.items():
            if not lag:
                continue
            k = self.indicators.index(name)
            source = [position.get(time - lag, -1) for time in self.times.tolist()]
            for array in (values, years):
                array[:, :, k] = _drawn(array[:, :, k], source)
            notes.append(
                _shift_note(name, lag, [p for p, s in zip(self.periods, source, strict=True) if s < 0])
            )
        return self.replace(values=values, years=years, notes=notes)

    def latest(self, window: float = 5) -> Self:
        """Fill each period with the latest value observed within a window that ends there.

        Parameters
        ----------
        window : number
            Length of the window in units of the period (years): period t takes from t - window + 1 ... t,
            so 1 changes nothing.

        Returns
        -------
        Panel
            Of the same shape; NaN where the window holds no value. :attr:`years` has the period taken and the
            notes say how many cells were carried.

        Raises
        ------
        SpecError
            If the window is no positive number, or periods are text.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> panel = Panel.from_array([[[35.0], [float("nan")]]], ["EST"], [2018, 2020], ["gini"])
        >>> late = panel.latest(window=3)
        >>> late.values.ravel(), late.years.ravel()
        (array([35., 35.]), array([2018., 2018.]))
        """
        _check_window(self, window)
        values, years = self.values.copy(), taken(self).copy()
        times = self.times
        # time of the value last seen, that value, and the period it was taken from
        seen = np.full((len(self.units), len(self.indicators)), -np.inf)
        last, last_year = np.full((2, *seen.shape), np.nan)
        carried = np.zeros(len(self.indicators), dtype=np.int64)
        for t, time in enumerate(times):
            known = ~np.isnan(values[:, t])
            seen[known], last[known], last_year[known] = time, values[:, t][known], years[:, t][known]
            filled = ~known & (time - seen < window)
            values[:, t][filled], years[:, t][filled] = last[filled], last_year[filled]
            carried += filled.sum(axis=0)
        return self.replace(
            values=values, years=years, notes=[*self.notes, *_latest_notes(self, window, carried)]
        )


def taken(panel: PanelCore) -> NDArray[np.float64]:
    """Period each value of a panel was taken from, NaN where there is no value; shape of its values."""
    if panel.years is not None:
        return panel.years
    return np.where(np.isnan(panel.values), np.nan, panel.times[None, :, None])


def _asked(axis: str, names: Any, known: Sequence[Any], faults: list[Fault]) -> list[int]:
    """Positions of the labels asked for; unknown and repeated ones go to the faults."""
    if names is None:
        return list(range(len(known)))
    asked = [names] if isinstance(names, str | int | float | np.generic) else list(names)
    position = {label: at for at, label in enumerate(known)}
    unknown = [label for label in dict.fromkeys(asked) if label not in position]
    faults += [Fault(axis, f"{label!r} is unknown", nearest(label, known)) for label in unknown]
    repeated = [label for label in dict.fromkeys(asked) if asked.count(label) > 1]
    faults += [Fault(axis, f"{label!r} asked for more than once", "each label once") for label in repeated]
    if not asked:
        faults.append(Fault(axis, "nothing asked for", "at least one label, or None for all"))
    return [position[label] for label in asked if label in position]


def _check_join(a: PanelCore, b: PanelCore) -> None:
    both = [name for name in a.indicators if name in b.indicators]
    faults = [
        Fault(f"indicator {name!r}", "in both panels", "select() or rename one of the two") for name in both
    ]
    if isinstance(a.periods[0], str) != isinstance(b.periods[0], str):
        faults.append(
            Fault("periods", f"{a.periods[0]!r} in one panel, {b.periods[0]!r} in the other", "one type")
        )
    if faults:
        raise DataError(faults)


def _spread(
    panel: PanelCore, array: NDArray[np.float64], units: Sequence[Any], periods: Sequence[Any]
) -> NDArray[np.float64]:
    """Put an array of a panel's shape on more units and periods, NaN elsewhere."""
    wide = np.full((len(units), len(periods), array.shape[2]), np.nan)
    row = {unit: at for at, unit in enumerate(units)}
    column = {period: at for at, period in enumerate(periods)}
    wide[np.ix_([row[u] for u in panel.units], [column[p] for p in panel.periods])] = array
    return wide


def _labels_by_unit(panel: PanelCore, scheme: str) -> dict[Any, str]:
    labels = panel.groups.get(scheme, ())
    return {unit: label for unit, label in zip(panel.units, labels, strict=False) if label is not None}


def _joined_groups(a: PanelCore, b: PanelCore, units: Sequence[Any]) -> dict[str, list[str | None]]:
    known = {
        s: {**_labels_by_unit(b, s), **_labels_by_unit(a, s)} for s in dict.fromkeys([*a.groups, *b.groups])
    }
    return {scheme: [label.get(unit) for unit in units] for scheme, label in known.items()}


def _group_notes(a: PanelCore, b: PanelCore) -> list[str]:
    notes = []
    for scheme in a.groups:
        mine, other = _labels_by_unit(a, scheme), _labels_by_unit(b, scheme)
        differ = [unit for unit in mine if other.get(unit, mine[unit]) != mine[unit]]
        if differ:
            notes.append(f"groups {scheme!r} differ for {listing(differ)}: the first panel's stand")
    return notes


def _joined_info(a: PanelCore, b: PanelCore) -> dict[str, list[Any]]:
    rows = [panel.about(name) for panel in (a, b) for name in panel.indicators]
    columns = dict.fromkeys(name for row in rows for name in row)
    return {
        "indicator": [*a.indicators, *b.indicators],
        **{name: [row.get(name) for row in rows] for name in columns},
    }


def _check_lags(panel: PanelCore, lags: Mapping[str, float]) -> None:
    faults: list[Fault] = []
    _asked("indicators", list(lags) or None, panel.indicators, faults)
    for name, lag in lags.items():
        if isinstance(lag, bool) or not isinstance(lag, int | float | np.number) or not np.isfinite(lag):
            faults.append(Fault(f"lag of {name!r}", repr(lag), "a finite number of periods, e.g. 2"))
    faults += _text_periods(panel)
    if faults:
        raise SpecError(faults)


def _check_window(panel: PanelCore, window: float) -> None:
    faults = _text_periods(panel)
    if isinstance(window, bool) or not isinstance(window, int | float | np.number) or not window > 0:
        faults.append(Fault("window", repr(window), "a positive number of periods, e.g. 5"))
    if faults:
        raise SpecError(faults)


def _text_periods(panel: PanelCore) -> list[Fault]:
    texts = [period for period in panel.periods if isinstance(period, str)]
    return (
        [Fault("periods", f"text such as {texts[0]!r}", "numbers, to tell how far they lie apart")]
        if texts
        else []
    )


def _drawn(series: NDArray[np.float64], source: Sequence[int]) -> NDArray[np.float64]:
    """Take columns by position, NaN for position -1."""
    drawn = series[:, source]
    drawn[:, np.array(source) < 0] = np.nan
    return drawn


def _shift_note(name: str, lag: float, empty: Sequence[Label]) -> str:
    moved = f"{name}: each period holds the value of {abs(lag):g} {'earlier' if lag > 0 else 'later'}"
    return f"{moved}; missing in {listing(empty)}, where the panel has no such period" if empty else moved


def _latest_notes(panel: PanelCore, window: float, carried: NDArray[np.int64]) -> list[str]:
    notes = [f"latest value within {window:g} periods"]
    counts: Iterable[tuple[str, int]] = zip(panel.indicators, carried.tolist(), strict=True)
    return notes + [
        f"{name}: {count:,} cells carried from an earlier period" for name, count in counts if count
    ]
