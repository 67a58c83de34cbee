"""Lines by least squares and by M-estimates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import is_number, share, truth, whole
from ..errors import DataError, Fault, SpecError
from ..table import nearest
from .designs import design, group_numbers, outcome, same_labels
from .line import Line, line_of

__all__ = ["C", "convention", "least_squares", "robust"]

Array = NDArray[np.float64]
C = {"huber": 1.345, "tukey": 4.685}  # 95 % efficient under normal errors
H1 = "H1 of Huber (1981), t with n - p degrees of freedom"


def convention(errors: Any) -> dict[str, Any]:
    """The row of a convention of standard errors; SpecError if there is none of that name."""
    known = {row["name"]: row for row in _core.standard_errors()}
    if errors not in known:
        raise SpecError(Fault("errors", repr(errors), nearest(errors, known)))
    return dict(known[errors])


def least_squares(
    y: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    intercept: bool = True,
    degree: int = 1,
    errors: str = "classical",
    lag: int | None = None,
    groups: Any = None,
    level: float = 0.95,
) -> Line:
    """Fit a line by least squares, in twice the working precision.

    Parameters
    ----------
    y : array_like (rows,)
        The outcome.
    x : array_like (rows,) or (rows, columns), or frame
        What it is regressed on. Rows in which a value is missing (NaN) are left out and counted.
    names : sequence of str, optional
        Of the columns; those of the frame, or x1, x2, ... if left out.
    intercept : bool
        With an intercept.
    degree : int
        Powers of a single x up to this one, taken in twice the working precision: powers that are themselves rounded
        cost half of the digits of a polynomial of degree 10.
    errors : str
        Convention of the standard errors: ``"classical"``; ``"hc0"``, ``"hc1"``, ``"hc2"``, ``"hc3"``, ``"hc4"``,
        ``"hc4m"``, ``"hc5"`` for unequal variances; ``"newey-west"`` for rows in order of time; ``"cr0"``, ``"cr1"``,
        ``"cr1s"``, ``"cr2"``, ``"cr3"`` for clusters.
    lag : int, optional
        Longest lag of ``"newey-west"``.
    groups : sequence, optional
        Cluster of each row; a row without one is left out.
    level : float
        Level of the intervals, of Student's t: with n - p degrees of freedom, with G - 1 for cr0, cr1 and cr1s, with
        those of Satterthwaite for cr2 and cr3.

    Returns
    -------
    Line
        With NaN and a note where there is nothing to estimate: an outcome or a column that does not vary, columns
        that depend on one another, no more rows than coefficients.

    Raises
    ------
    SpecError, DataError
        For arguments that make no sense; for text or infinite values, naming the row.

    Notes
    -----
    Columns are made orthonormal by Gram-Schmidt, twice, in double-double (Dekker 1971), and so are the sandwich and the
    leverages: the coefficients of the data sets of NIST StRD have 13 and more digits. White (1980), MacKinnon and White
    (1985), Cribari-Neto (2004), Newey and West (1987), Bell and McCaffrey (2002), Pustejovsky and Tipton (2018).

    Examples
    --------
    >>> least_squares([1, 2, 4, 4], [0, 1, 2, 3], names=["schooling"])
    <Line: least squares, 4 rows; standard errors: classical
      intercept           1.1  se 0.495       95% -1.0297 to 3.2297  p 0.16
      schooling           1.1  se 0.2646      95% -0.0383749 to 2.23837  p 0.053
      R2 0.8963, residual standard deviation 0.5916
      association is not cause>
    """
    how = convention(errors)
    level, intercept = share("level", level, 0.95), truth("intercept", intercept)
    degree = whole("degree", degree, 1, 50)
    if (lag is None) == (errors == "newey-west"):
        right = "a number of periods with errors='newey-west'" if lag is None else "none without newey-west"
        raise SpecError(Fault("lag", repr(lag), right))
    if (groups is None) == how["clustered"]:
        right = f"a label a row for errors={errors!r}" if groups is None else "errors='cr2' or another cr"
        raise SpecError(Fault("groups", "none" if groups is None else "given", right))
    values, columns, terms, backend = _read(y, x, names)
    if degree > 1:
        if len(terms) != 1:
            raise SpecError(Fault("degree", f"{degree} with {len(terms)} columns", "a single column x"))
        terms = [terms[0], *(f"{terms[0]}^{k}" for k in range(2, degree + 1))]
    same_labels(y=y, groups=groups)
    kept = ~(np.isnan(values) | np.isnan(columns).any(axis=1))
    clusters = None if groups is None else group_numbers(groups, len(values))
    if clusters is not None:
        kept &= clusters >= 0
    numbered = [] if clusters is None else np.unique(clusters[kept], return_inverse=True)[1].tolist()
    lagged = 0 if lag is None else whole("lag", lag, 0, 2**31)
    raw = _core.least_squares(
        np.asfortranarray(columns[kept]), values[kept], intercept, degree, errors, lagged, numbered, level
    )
    said = errors if lag is None else f"{errors}, lag {lag}"
    said += f", {raw['clusters']} clusters" if how["clustered"] else ""
    return line_of(
        raw, _terms(terms, intercept), kept, method="least squares", errors=said, level=level, backend=backend
    )


def robust(
    y: Any,
    x: Any,
    method: str = "huber",
    *,
    names: Sequence[str] | None = None,
    intercept: bool = True,
    c: float | None = None,
    start: Sequence[float] | None = None,
    level: float = 0.95,
) -> Line:
    """Fit a line on which single rows have little pull: an M-estimate, by Ceres.

    Parameters
    ----------
    y : array_like (rows,)
        The outcome.
    x : array_like (rows,) or (rows, columns), or frame
        What it is regressed on. Rows in which a value is missing are left out and counted.
    method : {"huber", "tukey"}
        Huber's loss bounds the pull of a residual; Tukey's bisquare lets it fall to nothing, so that it may have
        several optima: it starts from Huber's line, or from ``start``.
    names : sequence of str, optional
        Of the columns.
    intercept : bool
        With an intercept.
    c : float, optional
        Tuning constant in units of the scale; left out: 1.345 (Huber) or 4.685 (Tukey), which under normal errors
        have 95 % of the efficiency of least squares.
    start : sequence of float, optional
        A coefficient each, intercept first.
    level : float
        Level of the intervals, of Student's t with n - p degrees of freedom.

    Returns
    -------
    Line
        ``scale`` is the median absolute residual over 0.6745, estimated along with the coefficients;
        ``details["weights"]`` are those of the rows used.

    Raises
    ------
    SpecError, DataError
        For arguments that make no sense; for text or infinite values, naming the row.

    Notes
    -----
    Neither holds against rows that are far off in x. Huber (1981), Robust Statistics, section 7.6 (H1); Beaton and
    Tukey (1974), Technometrics 16, 147-185.

    Examples
    --------
    >>> robust([1, 2, 4, 4, 6, 7, 8, 90], range(8), "tukey").coef.round(3)
    array([1.012, 1.184])
    """
    if method not in C:
        raise SpecError(Fault("method", repr(method), nearest(method, C)))
    c = C[method] if c is None else c
    if not is_number(c) or not 0 < c < np.inf:
        raise SpecError(Fault("c", repr(c), f"a number above 0, e.g. {C[method]}"))
    level, intercept = share("level", level, 0.95), truth("intercept", intercept)
    values, columns, terms, backend = _read(y, x, names)
    terms = _terms(terms, intercept)
    kept = ~(np.isnan(values) | np.isnan(columns).any(axis=1))
    first = np.empty(0) if start is None else np.asarray(start, dtype=np.float64)
    if start is not None and (first.shape != (len(terms),) or not np.isfinite(first).all()):
        raise SpecError(Fault("start", repr(start), f"a finite number for each of {', '.join(terms)}"))
    raw = _core.robust(
        np.asfortranarray(columns[kept]), values[kept], intercept, method, float(c), level, first
    )
    settled = raw["reason"] or raw["converged"]
    details = {key: raw[key] for key in ("converged", "steps", "weights")} | {"c": float(c)}
    return line_of(
        raw if settled else _blank(raw), terms, kept, method=f"{method} M-estimate, c = {c:g}", errors=H1,
        level=level, backend=backend, details=details,
        notes=() if settled else (f"coefficients and scale did not settle within {raw['steps'] - 1} steps",),
    )  # fmt: skip


def _blank(raw: dict[str, Any]) -> dict[str, Any]:
    empty = dict.fromkeys(("coef", "se", "t", "df", "p", "low", "high", "covariance", "residuals"), ())
    return raw | empty | {"scale": np.nan}


def _read(y: Any, x: Any, names: Sequence[str] | None) -> tuple[Array, Array, list[str], str]:
    same_labels(y=y, x=x)
    values, backend = outcome(y)
    columns, terms = design(x, names, len(values))
    if not terms:
        raise DataError(Fault("x", "no column", "at least one"))
    return values, columns, terms, backend


def _terms(terms: Sequence[str], intercept: bool) -> list[str]:
    return ["intercept", *terms] if intercept else list(terms)
