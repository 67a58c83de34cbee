"""Several indicators into one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from . import _core
from .arrays import as_panel
from .compiled import as_table, core_choice, from_table, located
from .errors import DataError, Fault, SpecError
from .panel import Panel
from .single import checked, start_weights
from .table import nearest

__all__ = ["aggregate"]

MISSING = ("raise", "drop-weight")


def aggregate(
    data: Panel | Any,
    method: Any = "arithmetic",
    *,
    weights: Mapping[str, float] | Any = None,
    missing: str = "raise",
    threshold: float = 0.0,
    name: str = "index",
    **params: Any,
) -> Any:
    """Aggregate the indicators of a panel into one.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators) or (units, indicators)
        Normalized values.
    method : str, Choice or mapping
        A method of ``egov.methods("aggregate")``.
    weights : mapping or sequence, optional
        Weights of the indicators, brought to sum one; equal if left out.
    missing : {"raise", "drop-weight"}
        A missing indicator is an error, or drops out with its weight. A unit without any stays missing.
    threshold : float
        Of "drop-weight": a unit stays missing where a smaller share of its indicators is there, 0 to 1.
    name : str
        Name of the result's indicator.
    **params
        Parameters of the method.

    Returns
    -------
    Panel or numpy.ndarray
        A panel with one indicator; for an array an array without its last dimension.

    Raises
    ------
    DataError
        If a value is missing and that is refused, or not positive where the method needs that.
    SpecError
        For unknown methods or bad weights.

    Examples
    --------
    >>> aggregate([[1.0, 4.0], [9.0, 4.0]], "geometric").round(12).tolist()
    [2.0, 6.0]
    """
    panel = as_panel(data)
    chosen = checked("aggregate", method, params)
    if missing not in MISSING:
        raise SpecError(Fault("missing", repr(missing), nearest(missing, MISSING)))
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        raise SpecError(Fault("threshold", repr(threshold), "a share from 0 to 1"))
    given = start_weights("weights", weights, panel)
    try:
        with located(panel):
            shares = _core.weight(
                as_table(panel), given, core_choice("weight", checked("weight", "given", {}))
            )
            column = _core.aggregate(
                as_table(panel),
                shares,
                core_choice("aggregate", chosen, panel),
                missing,
                threshold,
                len(panel.units),
            )
    except DataError as error:
        raise _with_period(error, panel) from None
    values = from_table(np.asarray(column)[:, None], len(panel.units))
    if isinstance(data, Panel):
        return Panel(
            values, panel.units, panel.periods, [name],
            notes=panel.notes, groups=panel.groups, unit_names=panel.unit_names,
            unit_label=panel.unit_label, period_label=panel.period_label, backend=panel.backend,
        )  # fmt: skip
    return values.reshape(np.shape(data)[:-1])


def _with_period(error: DataError, panel: Panel) -> DataError:
    """Split the core's row into unit and period."""
    place = getattr(error, "place", {})
    row, column = place.get("unit", -1), place.get("indicator", -1)
    if row < 0:
        return error
    unit, period = panel.units[row % len(panel.units)], panel.periods[row // len(panel.units)]
    fault = error.faults[0]
    named = f" {panel.indicators[column]}" if column >= 0 else ""
    where = f"aggregate {place['method']}{named}, unit {unit}, period {period}"
    return DataError(Fault(where, fault.came, fault.right))
