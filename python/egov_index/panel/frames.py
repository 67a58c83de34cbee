"""Panels from frames and arrays, and frames from panels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ..table import Label, make_frame
from . import parts, reading
from .core import PanelCore

__all__ = ["FrameMethods"]


class FrameMethods(PanelCore):
    """How a :class:`egov_index.panel.Panel` comes from frames and goes back to them."""

    __slots__ = ()

    @classmethod
    def from_wide(
        cls,
        frame: Any,
        unit: str = "iso3",
        period: str | None = "year",
        indicators: Sequence[str] | None = None,
        groups: Sequence[str] = (),
        *,
        at: Label = 0,
        name: str | None = None,
    ) -> Self:
        """Make a panel of a frame with one row a unit and period and one column an indicator.

        Parameters
        ----------
        frame : pandas, polars or pyarrow table, or mapping of columns
            Its library is remembered: frames made from the panel come back in it.
        unit : str
            Column of units. Where ``iso3`` is asked for and absent, unit, iso, country_code or code will do.
        period : str or None
            Column of periods. Where ``year`` is asked for and absent, period, edition or time will do.
            None: the frame is of one period, labeled ``at``.
        indicators : sequence of str, optional
            Columns to take; default all others. A default column that holds words only is left out, and the
            notes say so.
        groups : sequence of str
            Columns that hold a group label of the unit, the same in all its rows.
        at : int, float or str
            Label of the only period if ``period`` is None.
        name : str, optional
            Column of readable names of units.

        Returns
        -------
        Panel
            Units in order of first appearance, periods increasing. Cells without a row are NaN.

        Raises
        ------
        DataError
            With all faults at once: columns that are absent, empty labels, duplicated rows, text or
            infinities among the numbers, group labels that change within a unit, a frame without rows.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> frame = {"iso3": ["EST", "EST", "LVA"], "year": [2020, 2022, 2022], "osi": [0.99, 1.0, 0.84]}
        >>> Panel.from_wide(frame)
        Panel: 2 units x 2 periods (2020, 2022) x 1 indicator, 75 % observed
        indicators: osi
        """
        return cls(**reading.wide_parts(frame, unit, period, indicators, groups, at=at, name=name))

    @classmethod
    def from_long(
        cls,
        frame: Any,
        unit: str = "iso3",
        period: str = "year",
        indicator: str = "indicator",
        value: str = "value",
    ) -> Self:
        """Make a panel of a frame with one row a cell.

        Parameters
        ----------
        frame : pandas, polars or pyarrow table, or mapping of columns
            Its library is remembered: frames made from the panel come back in it.
        unit, period, indicator, value : str
            Columns of labels and of the number. Defaults are as forgiving as those of :meth:`from_wide`.

        Returns
        -------
        Panel
            Units and indicators in order of first appearance, periods increasing. Cells without a row are
            NaN.

        Raises
        ------
        DataError
            With all faults at once, as :meth:`from_wide`.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> frame = {"iso3": ["EST", "LVA"], "year": [2022, 2022], "indicator": ["osi", "osi"]}
        >>> frame["value"] = [1, 0.84]
        >>> Panel.from_long(frame).values.ravel()
        array([1.  , 0.84])
        """
        return cls(**reading.long_parts(frame, unit, period, indicator, value))

    @classmethod
    def from_array(
        cls,
        values: ArrayLike,
        units: Sequence[Label] | None = None,
        periods: Sequence[Label] | None = None,
        indicators: Sequence[str] | None = None,
    ) -> Self:
        """Make a panel of a plain array.

        Parameters
        ----------
        values : array_like of shape (units, indicators) or (units, periods, indicators)
            Numbers; NaN is missing.
        units, periods : sequence, optional
            Labels; default 0, 1, ... Periods may come in any order and are sorted.
        indicators : sequence of str, optional
            Names; default x0, x1, ...

        Returns
        -------
        Panel
            With one period (0, unless named) where the array has two dimensions.

        Raises
        ------
        DataError
            If the array holds no numbers, has another number of dimensions, or labels do not fit.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> Panel.from_array([[0.9, 0.8], [0.7, 0.6]]).indicators
        ('x0', 'x1')
        """
        return cls(**parts.array_parts(values, units, periods, indicators))

    def to_wide(self) -> Any:
        """Give a frame of one row a unit and period and one column an indicator.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            Columns ``unit_label``, ``period_label``, then the indicators; units x periods rows, unit by unit.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> Panel.from_array([[0.9, 0.8]], units=["EST"]).to_wide().columns.tolist()
        ['unit', 'period', 'x0', 'x1']
        """
        columns = self._label_columns()
        columns.update({name: self.values[:, :, at].ravel() for at, name in enumerate(self.indicators)})
        return make_frame(columns, self.backend)

    def to_long(self, missing: bool = False) -> Any:
        """Give a frame of one row a cell.

        Parameters
        ----------
        missing : bool
            Whether missing cells have rows too.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            Columns ``unit_label``, ``period_label``, ``indicator``, ``value`` and, where values were
            moved, ``taken``: the period the value is of.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> panel = Panel.from_array([[0.9, float("nan")]], units=["EST"])
        >>> len(panel.to_long()), len(panel.to_long(missing=True))
        (1, 2)
        """
        unit, period, indicator = (index.ravel() for index in np.indices(self.shape))
        values = self.values.ravel()
        kept = np.ones(values.size, dtype=bool) if missing else ~np.isnan(values)
        columns: dict[str, Any] = {
            self.unit_label: [self.units[at] for at in unit[kept]],
            self.period_label: [self.periods[at] for at in period[kept]],
            "indicator": [self.indicators[at] for at in indicator[kept]],
            "value": values[kept],
        }
        if self.years is not None:
            columns["taken"] = self.years.ravel()[kept]
        return make_frame(columns, self.backend)

    def missing(self) -> Any:
        """Count missing cells by indicator.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            Columns indicator, cells (units x periods), observed, missing, share (missing of cells, 0..1).

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> Panel.from_array([[0.9], [float("nan")]]).missing()["share"].tolist()
        [0.5]
        """
        units, periods, indicators = self.shape
        missing = np.isnan(self.values).sum(axis=(0, 1)).astype(np.int64)
        cells = np.full(indicators, units * periods, dtype=np.int64)
        columns = {
            "indicator": list(self.indicators),
            "cells": cells,
            "observed": cells - missing,
            "missing": missing,
            "share": missing / cells,
        }
        return make_frame(columns, self.backend)

    def _label_columns(self) -> dict[str, Any]:
        """Give labels of units and periods, one a row of the wide frame."""
        return {
            self.unit_label: [unit for unit in self.units for _ in self.periods],
            self.period_label: [period for _ in self.units for period in self.periods],
        }
