"""Ranks of scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from .arrays import as_panel, like
from .compiled import as_table, core_choice, from_table, located
from .errors import Fault, SpecError
from .panel import Panel
from .single import checked

__all__ = ["rank"]


def rank(data: Panel | Any, method: Any = "competition", *, digits: int | None = None, **params: Any) -> Any:
    """Rank units within each period, 1 for the highest.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators), (units, indicators) or (units,)
        Scores; NaN gets no rank. Scores within 1e-12 of each other tie.
    method : str, Choice or mapping
        A method of ``egov.methods("rank")``.
    digits : int, optional
        Round scores to so many decimals before ranking.
    **params
        Parameters of the method.

    Returns
    -------
    Panel or numpy.ndarray
        Like ``data``.

    Raises
    ------
    SpecError
        For unknown methods, or digits that are no whole number from 0 to 15.

    Examples
    --------
    >>> rank([0.9, 0.7, 0.9, 0.1]).tolist()
    [1.0, 3.0, 1.0, 4.0]
    """
    panel = as_panel(data)
    chosen = checked("rank", method, params)
    if digits is not None and (
        isinstance(digits, bool) or not isinstance(digits, int) or not 0 <= digits <= 15
    ):
        raise SpecError(Fault("digits", repr(digits), "a whole number from 0 to 15"))
    with located(panel):
        table = _core.rank(
            as_table(panel),
            max(1, len(panel.units)),
            core_choice("rank", chosen),
            -1 if digits is None else digits,
        )
    return like(data, panel, from_table(np.asarray(table), len(panel.units)))
