"""Errors of measurement: what an observed value might have been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .arguments import is_number
from .errors import Fault, SpecError
from .panel import Panel
from .table import nearest

__all__ = ["MeasurementError", "measurement_error"]

NAN = float("nan")


@dataclass(frozen=True, eq=False)
class MeasurementError:
    """How far observed values may be off."""

    law: str  # "normal", "lognormal" or "uniform"
    first: Any  # sd, or lower ends: a number, a mapping of indicators to numbers, or a panel
    second: Any = None  # upper ends

    def __str__(self) -> str:
        def named(given: Any) -> str:
            if isinstance(given, Panel):
                return "a panel of them"
            if isinstance(given, Mapping):
                return ", ".join(f"{key} {value:g}" for key, value in given.items())
            return f"{given:g}"

        if self.law == "uniform":
            return f"between {named(self.first)} and {named(self.second)}"
        return f"sd {named(self.first)}" + (" of the logarithm" if self.law == "lognormal" else "")


def measurement_error(
    sd: Any = None, *, relative: Any = None, lower: Any = None, upper: Any = None
) -> MeasurementError:
    """Let observed values vary as they might have been measured; a factor "measurement" of its own.

    Parameters
    ----------
    sd : float, mapping or Panel
        Standard deviation in the indicator's unit: one number for all, by indicator, or by cell (a panel with the
        same labels as the data; it may leave some out). Normal; where the data's ``indicator_info`` has lower or upper
        bounds, the law is cut off there.
    relative : float, mapping or Panel
        Instead: standard deviation of the natural logarithm, about the relative error (0.05 is 5 percent). Lognormal
        around the value as its median, which must not be below 0; 0 stays 0.
    lower, upper : mapping of str to float, or Panel
        Instead, both: ends of an interval that holds the value; uniform.

    Returns
    -------
    MeasurementError

    Raises
    ------
    SpecError
        If not exactly one of ``sd``, ``relative`` and the two ends is given, or a number is negative or not finite.
        When it is used: for indicators, units or periods that the data do not have.

    Notes
    -----
    Missing or not named: known without error. Errors are independent between cells. They move observed values after
    the imputation, which has seen them as they are; imputed values have their own uncertainty.

    Examples
    --------
    >>> print(measurement_error(sd={"internet_users": 2.0}))
    sd internet_users 2
    """
    ends = lower is not None or upper is not None
    if (sd is not None) + (relative is not None) + ends != 1 or (ends and (lower is None or upper is None)):
        raise SpecError(
            Fault(
                "alternatives.values", "several of them, or none", "one of sd, relative, or lower and upper"
            )
        )
    parts = (
        [("lower", lower), ("upper", upper)]
        if ends
        else [("sd", sd) if sd is not None else ("relative", relative)]
    )
    faults = [fault for name, given in parts for fault in _faults(name, given, not ends)]
    if faults:
        raise SpecError(faults)
    law = "uniform" if ends else "normal" if sd is not None else "lognormal"
    return MeasurementError(law, *(given for _, given in parts))


def _faults(name: str, given: Any, spread: bool) -> list[Fault]:
    if isinstance(given, Panel):
        return []
    right = "a number of at least 0" if spread else "a finite number"

    def wrong(value: Any) -> bool:
        return not is_number(value) or not np.isfinite(value) or (spread and value < 0)

    if isinstance(given, Mapping):
        return [
            Fault(f"values.{name}, {key!r}", repr(value), right)
            for key, value in given.items()
            if wrong(value)
        ]
    if not spread or wrong(given):
        kinds = (
            "a mapping of indicators to numbers, or a panel"
            if not spread
            else f"{right}, a mapping or a panel"
        )
        return [Fault(f"values.{name}", repr(given), kinds)]
    return []


def core_errors(given: MeasurementError | None, panel: Panel) -> Any:
    """Errors of the cells of a panel as the core holds them; None for none."""
    if given is None:
        return None
    first = _cells(given.first, panel)
    second = _cells(given.second, panel) if given.law == "uniform" else np.empty((0, 0), order="F")
    bounds = [_bounds(panel, name) for name in ("lower", "upper")]
    return _core.Measurement(getattr(_core.Law, given.law), first, second, *bounds)


def _cells(given: Any, panel: Panel) -> NDArray[np.float64]:
    """A number for each cell, rows as in ``as_table``; NaN where nothing is given."""
    values = np.full(panel.shape, NAN)
    if isinstance(given, Panel):
        places = [
            _places(getattr(given, axis), getattr(panel, axis), axis)
            for axis in ("units", "periods", "indicators")
        ]
        values[np.ix_(*places)] = given.values
    elif isinstance(given, Mapping):
        for at, one in zip(_places(given, panel.indicators, "indicators"), given.values(), strict=True):
            values[:, :, at] = one
    else:
        values[:] = given
    return np.asfortranarray(values.transpose(1, 0, 2).reshape(-1, panel.shape[2]))


def _places(wanted: Any, known: tuple[Any, ...], axis: str) -> list[int]:
    at = {label: k for k, label in enumerate(known)}
    faults = [
        Fault(f"values, {axis}", f"unknown {label!r}", nearest(str(label), [str(one) for one in known]))
        for label in wanted
        if label not in at
    ]
    if faults:
        raise SpecError(faults)
    return [at[label] for label in wanted]


def _bounds(panel: Panel, name: str) -> NDArray[np.float64]:
    return np.array([_bound(panel.about(code).get(name)) for code in panel.indicators], dtype=np.float64)


def _bound(given: Any) -> float:
    return float(given) if is_number(given) else NAN
