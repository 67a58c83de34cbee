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
        Normalized values. Methods that look at them (pca, factor_analysis, entropy, critic, standard_deviation,
        variation, importance) use all rows of all periods in which no indicator is missing, and do not normalize again.
    method : str, Choice or mapping
        A method of ``egov.methods("weight")``.
    given : mapping or sequence, optional
        The weights of ``"given"`` and the targets of ``"importance"``; equal if left out.
    **params
        Parameters of the method; a table, such as the ``matrix`` of ``"ahp"`` or the ``points`` of
        ``"budget_allocation"``, as rows of numbers in the order of the indicators.

    Returns
    -------
    dict
        Weight by indicator.

    Raises
    ------
    SpecError
        If a weight is negative or not finite, or all are zero, or judgments contradict one another.
    DataError
        If fewer than three rows are complete, an indicator does not vary, or the values do not allow the method:
        a loading of the wrong sign, a negative value for an entropy.

    See Also
    --------
    ahp : looks into pairwise comparisons before they are used.
    optimize_weights : weights of a whole level of an index by importance for its root.

    Examples
    --------
    >>> weight([[1.0, 2.0], [3.0, 4.0]], "given", given=[3, 1])
    {'x0': 0.75, 'x1': 0.25}
    >>> weight([[1.0, 2.0], [3.0, 4.0]], "ahp", matrix=[[1, 4], [1 / 4, 1]])
    {'x0': 0.8, 'x1': 0.2}
    """
    panel = as_panel(data)
    chosen = checked("weight", method, params)
    start = start_weights("given weights", given, panel)
    with located(panel):
        weights = _core.weight(as_table(panel), start, core_choice("weight", chosen, panel))
    return dict(zip(panel.indicators, (float(w) for w in weights), strict=True))
