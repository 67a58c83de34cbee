"""Lines through a quantile of the outcome, by statsmodels."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SpecError

__all__ = ["CONVENTION", "centered", "quantile_line"]

Array = NDArray[np.float64]
CONVENTION = "kernel (Epanechnikov, bandwidth of Hall and Sheather), t with n - p degrees of freedom"


def centered(values: Array) -> tuple[Array, float, float]:
    """Deviations over their standard deviation, the mean and that standard deviation, at any offset and scale."""
    power = 2.0 ** -np.frexp(np.abs(values).max())[1] if np.abs(values).max() > 1e-300 else 2.0**1000
    scaled = values * power
    mean = scaled.mean()
    away = scaled - mean
    more = away.mean()  # what rounding left in the mean
    away = away - more
    sd = float(np.sqrt((away**2).sum() / (len(values) - 1)))
    return away / sd, float((mean + more) / power), sd / power


def quantile_line(y: Array, x: Array, q: float, level: float) -> dict[str, Any]:
    """Coefficients of the line through the q-quantile, intercept first, with what the core gives for other lines.

    Columns are brought to mean 0 and standard deviation 1 for the search, which stops at absolute differences; a line
    of least cost goes through as many points as it has coefficients, so the search is ended there.
    """
    regression = _statsmodels()
    standard = [centered(column) for column in (y, *x.T)]
    z, mean, sd = standard[0]
    columns = np.column_stack([np.ones(len(y)), *(item[0] for item in standard[1:])])
    with warnings.catch_warnings(record=True) as told, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        try:
            found = regression(z, columns).fit(q=q, max_iter=5000, p_tol=1e-9)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            return {"note": f"statsmodels: {error}"}
        params = _vertex(z, columns, np.asarray(found.params), q)
        turn = _back(sd, [item[1] for item in standard[1:]], [item[2] for item in standard[1:]])
        coef = turn @ params
        coef[0] += mean
        size = np.abs(turn).max(axis=1)  # whose square may be out of range
        se = size * np.sqrt(np.diag((turn / size[:, None]) @ found.cov_params() @ (turn / size[:, None]).T))
    notes = dict.fromkeys(_said(one) for one in told)
    return _judged(coef, se, len(y) - columns.shape[1], level) | {"note": "; ".join(filter(None, notes))}


def _vertex(z: Array, columns: Array, near: Array, q: float) -> Array:
    """The line through as many points as it has coefficients, nearest to the one found, if it costs no more."""

    def cost(params: Array) -> float:
        rest = z - columns @ params
        return float(np.where(rest < 0, (q - 1) * rest, q * rest).sum())

    on = np.argsort(np.abs(z - columns @ near), kind="stable")[: columns.shape[1]]
    try:
        exact: Array = np.asarray(np.linalg.solve(columns[on], z[on]), dtype=np.float64)
    except np.linalg.LinAlgError:
        return near
    return exact if cost(exact) <= cost(near) else near


def _said(warning: warnings.WarningMessage) -> str:
    if warning.category.__name__ == "IterationLimitWarning":
        return "the search stopped at its limit of 5000 steps"
    return "several lines are equally good" if "cycle" in str(warning.message) else ""


def _back(sd: float, means: list[float], sds: list[float]) -> Array:
    """From coefficients of standardized columns to those of the columns as they are, without the mean of y."""
    turn = np.diag([sd, *(sd / each for each in sds)])
    turn[0, 1:] = [-sd * (mean / each) for mean, each in zip(means, sds, strict=True)]
    return turn


def _judged(coef: Array, se: Array, freedom: int, level: float) -> dict[str, Any]:
    from scipy.stats import t as student

    reach = student.ppf((1 + level) / 2, freedom) * se
    p = 2 * student.sf(np.abs(coef / se), freedom)
    return {"coef": coef, "se": se, "p": p, "low": coef - reach, "high": coef + reach}


def _statsmodels() -> Any:
    try:
        return import_module("statsmodels.regression.quantile_regression").QuantReg
    except ImportError:
        came = "lines through a quantile are drawn by statsmodels, which is not installed"
        raise SpecError(
            f"{came}; pip install egov-index[outcomes], or leave 'quantile' out of methods"
        ) from None
