"""One unit in full: where it stands, what it stands on, who is near, what it is good at and what not."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DataError, Fault, SpecError
from ..naming import find_period, find_unit
from ..result import Result
from ..table import nearest
from .answer import Profile
from .facts import indicators_of, nodes_of

__all__ = ["Profile", "profile"]


def profile(
    result: Result, unit: Any, *, period: Any = None, by: str | None = None, top: int = 5, near: int = 3
) -> Profile:
    """Describe one unit of a result.

    Parameters
    ----------
    result : Result
        What was scored.
    unit : label or name
        Which unit.
    period : label, optional
        Which period; the last one scored if left out.
    by : str, optional
        Scheme of groups of the panel whose members are the peers; the first with "income" in its name, or the first, if
        left out.
    top : int
        How many strengths and weaknesses at most.
    near : int
        How many neighbors above, neighbors below, and peers.

    Returns
    -------
    Profile

    Raises
    ------
    DataError
        If the unit or the period is unknown, or the unit is not scored.
    SpecError
        If the panel has no such scheme of groups.

    Examples
    --------
    >>> import egov_index as egov
    >>> result = egov.preset("egdi-2022").score(egov.datasets.un_egov_survey())
    >>> estonia = egov.profile(result, "Estonia")
    >>> estonia.rank, estonia.of, estonia.group
    (8, 193, 'VH')
    >>> estonia.strengths[["indicator", "rank"]].values.tolist()[0]
    ['osi', 1]
    """
    if not isinstance(result, Result):
        raise DataError(Fault("result", type(result).__name__, "a Result, e.g. index.score(panel)"))
    at, when = find_unit(result.panel, unit), find_period(result.periods, period)
    if np.isnan(result.values[when, at, 0]):
        place = f"unit {result.units[at]!r}"
        raise DataError(Fault(place, f"no score in {result.periods[when]}", "a scored unit"))
    return Profile(
        result, at, when,
        nodes=nodes_of(result, at, when), indicators=indicators_of(result, at, when),
        peers_by=_scheme(result, by), top=top, near=near,
    )  # fmt: skip


def _scheme(result: Result, by: str | None) -> str | None:
    schemes = list(result.panel.groups)
    if by is None:
        return next((name for name in schemes if "income" in name), schemes[0] if schemes else None)
    if by not in schemes:
        raise SpecError(Fault("by", repr(by), nearest(by, schemes)))
    return by
