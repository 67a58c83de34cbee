"""Curves through outcomes by nonlinear least squares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import share
from ..errors import DataError, Fault, FitError, SpecError
from ..naming import counted
from .designs import outcome
from .line import Line, line_of

__all__ = ["nonlinear"]

Array = NDArray[np.float64]
ERRORS = "classical, of the curve linearized at the estimate"


def nonlinear(
    f: Callable[..., Any],
    x: Any,
    y: Any,
    start: Sequence[float],
    *,
    jac: Callable[..., Any] | None = None,
    names: Sequence[str] | None = None,
    level: float = 0.95,
) -> Line:
    """Fit a curve y = f(x, beta) by nonlinear least squares, by Ceres.

    Parameters
    ----------
    f : callable
        ``f(x, beta)`` gives the fitted values, shape (rows,); ``x`` comes as it was given.
    x : object
        Whatever ``f`` takes, mostly an array.
    y : array_like (rows,)
        The outcome, without missing values.
    start : sequence of float
        Where to start: the coefficients.
    jac : callable, optional
        ``jac(x, beta)`` gives the derivatives, shape (rows, coefficients). Left out, they are central differences
        extrapolated to step 0 (Ridders 1982), which are good to about 12 digits.
    names : sequence of str, optional
        Of the coefficients; b1, b2, ... if left out.
    level : float
        Level of the intervals, of Student's t with n - p degrees of freedom.

    Returns
    -------
    Line
        ``details["strategy"]`` says which search came lowest, ``details["offset"]`` how far the residuals are from
        orthogonal to the curve (Bates and Watts 1981; 0 at an optimum).

    Raises
    ------
    FitError
        If no search reaches an optimum, or the rows do not tell the coefficients apart there: another start may.
    SpecError, DataError
        For arguments that make no sense; where the curve is not finite at the start.

    Notes
    -----
    Levenberg-Marquardt with long and a dogleg with short first steps, both from the start; the lower sum of squares
    is taken, and refined by Gauss-Newton steps solved in double-double. An optimum is that of its neighborhood: nobody
    can promise that there is none lower.

    Examples
    --------
    >>> import numpy as np
    >>> year = np.arange(6.0)
    >>> share = np.array([5.1, 7.9, 12.2, 18.0, 26.5, 37.1])
    >>> curve = lambda t, b: 100 / (1 + np.exp(-b[0] * (t - b[1])))
    >>> nonlinear(curve, year, share, [1, 5], names=["rate", "midpoint"]).coef.round(2)
    array([0.48, 6.1 ])
    """
    level = share("level", level, 0.95)
    values, backend = outcome(y)
    if np.isnan(values).any():
        row = int(np.flatnonzero(np.isnan(values))[0]) + 1
        raise DataError(
            Fault(f"y, row {row}", "no value", "an outcome in every row, x and y without the others")
        )
    try:
        first = np.asarray(start, dtype=np.float64)
    except (TypeError, ValueError):
        first = np.empty(0)
    if first.ndim != 1 or not first.size or not np.isfinite(first).all():
        raise SpecError(Fault("start", repr(start), "a finite number for each coefficient"))
    terms = [f"b{k + 1}" for k in range(first.size)] if names is None else [str(name) for name in names]
    if len(terms) != first.size:
        raise SpecError(
            Fault("names", counted(len(terms), "name"), f"{first.size}, one for each number of start")
        )
    if not callable(f) or not (jac is None or callable(jac)):
        raise SpecError(
            Fault("jac" if callable(f) else "f", "no function", "a function of x and the coefficients")
        )
    slopes = None if jac is None else lambda beta: _numbers(jac(x, beta), "jac", 2)
    with np.errstate(all="ignore"):  # searches look at places where a curve is not defined
        raw = _core.nonlinear(lambda beta: _numbers(f(x, beta), "f", 1), slopes, values, first, level)
    _refuse_no_optimum(raw, terms)
    details = {key: raw[key] for key in ("strategy", "offset", "steps", "converged")}
    return line_of(
        raw, terms, np.ones(len(values), dtype=bool), method="nonlinear least squares", errors=ERRORS,
        level=level, backend=backend, details=details,
    )  # fmt: skip


def _refuse_no_optimum(raw: dict[str, Any], terms: list[str]) -> None:
    if raw["reason"] == "too-few" or raw["converged"]:
        return
    at = ", ".join(f"{name} = {b:g}" for name, b in zip(terms, raw["coef"], strict=True))
    if raw["reason"]:
        came = f"at {at} the rows do not tell {terms[raw['column']]} from the coefficients before it"
        raise FitError(f"{came}; another start, or a curve with fewer coefficients, may do")
    raise FitError(
        f"no optimum within reach of this start (relative offset {raw['offset']:.1e} at {at}); another may do"
    )


def _numbers(values: Any, place: str, dimensions: int) -> Array:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != dimensions:
        raise DataError(
            Fault(place, f"an array of {counted(array.ndim, 'dimension')}", f"one of {dimensions}")
        )
    return array
