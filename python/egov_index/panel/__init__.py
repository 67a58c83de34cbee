"""The panel: units x periods x indicators with their labels, missing cells as NaN."""

from __future__ import annotations

from html import escape

import numpy as np

from ..table import listing
from .frames import FrameMethods
from .moves import MoveMethods

__all__ = ["Panel"]

SHOWN = 8  # names of indicators in a representation


class Panel(FrameMethods, MoveMethods):
    """Units x periods x indicators in one read-only array, with labels and what is known of them.

    Mostly made by :meth:`from_wide`, :meth:`from_long`, :meth:`from_array` or a reader of
    :mod:`egov_index.sources`.

    Parameters
    ----------
    values : array_like of shape (units, periods, indicators)
        Numbers in the indicators' own units; NaN is a missing cell. Copied to float64 in C order.
    units : sequence of str or int
        One distinct label a unit, e.g. ISO 3166-1 alpha-3 codes.
    periods : sequence of int, float or str
        Distinct labels in increasing order, e.g. years.
    indicators : sequence of str
        One distinct name an indicator.
    notes : iterable of str, optional
        What was repaired, moved or filled on the way, in sentences.
    groups : mapping of str to sequence, optional
        For each scheme one label (or None) a unit, e.g. ``{"income_groups": [...]}``.
    unit_names : mapping, optional
        From unit to readable name; units may be absent.
    indicator_info : mapping of str to sequence, or frame, optional
        What is known of indicators: a column ``indicator`` and others such as sdg_goal, direction, concept,
        source, unit. Rows of other indicators are dropped.
    unit_label, period_label : str
        Names of the label columns in frames that are made from this panel.
    backend : {"pandas", "polars", "pyarrow"}
        Library of the frames that are made from this panel.
    years : array_like of shape (units, periods, indicators), optional
        Period each value was taken from, where values were moved (:meth:`latest`, :meth:`shift`); NaN where
        there is no value. None means that each value is of its own period.

    Raises
    ------
    DataError
        If labels repeat or do not fit the shape, periods do not increase, or a value is infinite.

    Examples
    --------
    >>> from egov_index.panel import Panel
    >>> panel = Panel([[[0.5, 1.0], [0.6, float("nan")]]], ["EST"], [2020, 2022], ["osi", "tii"])
    >>> panel
    Panel: 1 unit x 2 periods (2020, 2022) x 2 indicators, 75 % observed
    indicators: osi, tii
    >>> panel.values.shape
    (1, 2, 2)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        lines = [f"Panel: {self._size()}", f"indicators: {listing(self.indicators, SHOWN)}"]
        if self.notes:
            lines.append(f"notes: {len(self.notes)}, see .notes")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        shares = 1 - np.isnan(self.values).mean(axis=(0, 1))
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{100 * share:.0f} %</td></tr>"
            for name, share in list(zip(self.indicators, shares, strict=True))[:SHOWN]
        )
        more = len(self.indicators) - SHOWN
        rest = f"<tr><td>and {more} more</td><td></td></tr>" if more > 0 else ""
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return (
            f"<div><p><strong>Panel</strong>: {escape(self._size())}</p>"
            f"<table><thead><tr><th>indicator</th><th>observed</th></tr></thead><tbody>{rows}{rest}</tbody></table>"
            + (f"<details><summary>Notes</summary><ul>{notes}</ul></details>" if notes else "")
            + "</div>"
        )

    def _size(self) -> str:
        units, periods, indicators = self.shape
        shown = " ... " if periods > 2 else ", "
        span = shown.join(str(label) for label in dict.fromkeys((self.periods[0], self.periods[-1])))
        observed = 100 * (1 - np.isnan(self.values).mean())
        sizes = f"{_count(units, 'unit')} x {_count(periods, 'period')} ({span})"
        return f"{sizes} x {_count(indicators, 'indicator')}, {observed:.0f} % observed"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
