"""Taming outliers in a panel."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from .arrays import as_panel, like
from .compiled import as_table, from_table, located
from .panel import Panel
from .single import choices_by_indicator

__all__ = ["treat"]


def treat(
    data: Panel | Any, method: Any = "winsorize", *, over: str | int | float | None = None, **params: Any
) -> Any:
    """Treat outliers of each indicator.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators) or (units, indicators)
        NaN stays NaN.
    method : str, Choice or mapping
        A method of ``egov.methods("treat")``.
    over : {"period", "panel"} or name of a grouping
        Look at each period on its own (the default), at all periods together, or at each group in each period.
    **params
        Parameters of the method; each may be a mapping of indicator to value.

    Returns
    -------
    Panel or numpy.ndarray
        Like ``data``.

    Raises
    ------
    SpecError, DataError
        For unknown methods and parameters; for data the method cannot work on.

    Examples
    --------
    >>> treat([1.0, 2.0, 300.0], "cap", cap=100).tolist()
    [1.0, 2.0, 100.0]
    """
    panel = as_panel(data)
    given = params if over is None else params | {"over": over}
    choices = choices_by_indicator("treat", method, given, panel)
    with located(panel):
        table = _core.treat(as_table(panel), len(panel.units), panel.times, choices)
    return like(data, panel, from_table(np.asarray(table), len(panel.units)))
