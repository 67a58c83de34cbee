"""Weights of indicators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _core
from .arrays import as_panel
from .compiled import as_table, core_choice, located
from .panel import Panel
from .single import checked, start_weights

__all__ = ["weight"]


def weight(
    data: Panel | Any, method: Any = "equal", *, given: Mapping[str, float] | Any = None, **params: Any
) -> dict[str, float]:
    """Weights of the indicators of a panel, brought to sum one.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators) or (units, indicators)
        Normalized values.
    method : str, Choice or mapping
        A method of ``egov.methods("weight")``.
    given : mapping or sequence, optional
        Weights to start from; equal if left out.
    **params
        Parameters of the method.

    Returns
    -------
    dict
        Weight by indicator.

    Raises
    ------
    SpecError
        If a weight is negative or not finite, or all are zero.

    Examples
    --------
    >>> weight([[1.0, 2.0], [3.0, 4.0]], "given", given=[3, 1])
    {'x0': 0.75, 'x1': 0.25}
    """
    panel = as_panel(data)
    chosen = checked("weight", method, params)
    start = start_weights("given weights", given, panel)
    with located(panel):
        weights = _core.weight(as_table(panel), start, core_choice("weight", chosen, panel))
    return dict(zip(panel.indicators, (float(w) for w in weights), strict=True))
