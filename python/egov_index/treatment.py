"""What a treatment did to each indicator, in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core, catalogue
from .arrays import as_panel
from .compiled import as_table, group_names, located
from .panel import Panel
from .single import choices_by_indicator
from .table import make_frame

__all__ = ["treatment"]


def treatment(
    data: Panel | Any, method: Any = "two_step", *, over: str | int | float | None = None, **params: Any
) -> Any:
    """Say what a treatment does to each indicator: its shape before and after, and what was changed.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators) or (units, indicators)
        Left as it is; NaN does not count.
    method : str, Choice or mapping
        A method of ``egov.methods("treat")``.
    over : {"period", "panel"} or name of a grouping
        Which rows are looked at together, as in :func:`treat`.
    **params
        Parameters of the method; each may be a mapping of indicator to value.

    Returns
    -------
    frame
        A row an indicator and period (an indicator where all periods are looked at together, whose period is None;
        an indicator, period and group, in a column more, where groups are). Columns indicator, period, then

        - skew_before, kurt_before, skew_after, kurt_after: bias-corrected sample skewness and excess kurtosis; NaN
          where there are too few values or all are the same;
        - passed_before, passed_after: absolute skewness below ``skew`` or kurtosis below ``kurt`` (2 and 3.5 where the
          method has no such parameters), or no skewness;
        - high, low: values brought down and up, in the unit of the indicator;
        - transform, power: the transformation in the result ("" if none) and the power of a Box-Cox or Yeo-Johnson one.
          Where ``two_step`` gives up winsorizing for a transformation of the original column, high and low are 0.

    Raises
    ------
    SpecError, DataError
        As :func:`treat`.

    Examples
    --------
    >>> found = treatment([1.0, 2.0, 3.0, 4.0, 100.0], "winsorize")
    >>> found[["skew_before", "high", "skew_after", "passed_after"]].round(2).values.tolist()
    [[2.23, 1, -0.54, True]]
    """
    panel = as_panel(data)
    given = params if over is None else params | {"over": over}
    choices = choices_by_indicator("treat", method, given, panel)
    with located(panel):
        told = _core.treatments(as_table(panel), len(panel.units), panel.times, choices)
    scheme = catalogue.as_choice(method, "treat").over if over is None else over
    return make_frame(_keys(panel, choices, str(scheme)) | _columns(told), panel.backend)


def _columns(told: dict[str, list[Any]]) -> dict[str, Any]:
    """The core's lists as typed columns."""
    kinds = {"high": np.int64, "low": np.int64, "passed_before": np.bool_, "passed_after": np.bool_}
    return {
        name: items if name == "transform" else np.array(items, dtype=kinds.get(name, np.float64))
        for name, items in told.items()
    }


def _keys(panel: Panel, choices: list[dict[str, Any]], scheme: str) -> dict[str, list[Any]]:
    """Indicator, period and, where any indicator is looked at by groups, group of each row of the account."""
    rows: list[tuple[str, Any, Any]] = []
    for indicator, chosen in zip(panel.indicators, choices, strict=True):
        kind = chosen["over"][0]
        periods = (None,) if kind == "panel" else panel.periods
        groups = group_names(panel, scheme) if kind == "group" else (None,)
        rows += [(indicator, period, group) for period in periods for group in groups]
    keys = {"indicator": [row[0] for row in rows], "period": [row[1] for row in rows]}
    by_group = any(row[2] is not None for row in rows)
    return keys | ({"group": [row[2] for row in rows]} if by_group else {})
