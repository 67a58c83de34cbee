"""Panels and plain arrays through one door, for the functions of single stages."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError
from .panel import Panel

__all__ = ["as_panel", "like"]


def as_panel(data: Panel | Any) -> Panel:
    """A panel as it is; an array (units, indicators), (units,) or (units, periods, indicators) as a panel.

    Masked cells of a masked array are missing.
    """
    if isinstance(data, Panel):
        return data
    if isinstance(data, np.ma.MaskedArray):
        data = np.where(np.ma.getmaskarray(data), np.nan, np.asarray(data, dtype=np.float64))
    try:
        array = np.asarray(data, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(
            f"a Panel, or an array of numbers of one shape, is needed, not {type(data).__name__} of something else"
        ) from None
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim == 2:
        array = array[:, None, :]
    if array.ndim != 3:
        raise DataError(
            f"an array of 1 to 3 dimensions is needed (units, periods, indicators), not of {array.ndim}"
        )
    return Panel.from_array(array)


def like(data: Panel | Any, panel: Panel, values: NDArray[np.float64]) -> Any:
    """Values of a panel in the form that came: a panel, or an array of the same shape."""
    return panel.replace(values=values) if isinstance(data, Panel) else values.reshape(np.shape(data))
