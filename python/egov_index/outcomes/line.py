"""A fitted line or curve: its coefficients, and what is known of their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..naming import counted
from ..table import make_frame

__all__ = ["Line", "line_of"]

Array = NDArray[np.float64]
WORDS = {
    "too-few": "no more rows than coefficients",
    "constant-outcome": "the outcome is the same in every row",
    "constant-column": "{column} is the same in every row",
    "collinear": "{column} depends linearly on the columns before it",
    "too-few-clusters": "fewer than two clusters",
    "full-leverage": "a row determines a coefficient alone (leverage 1), so these errors are not defined",
    "no-scale": "more than half of the rows lie on the line, so the residuals have no scale",
    "out-of-range": "a coefficient is beyond the largest number of double precision: change the units",
}


@dataclass(frozen=True, repr=False)
class Line:
    """Coefficients of a line or curve, with errors of a named convention.

    Attributes
    ----------
    names : tuple of str
        Of the coefficients; an intercept is called ``"intercept"``.
    coef, se, t, df, p, low, high : numpy.ndarray
        A number a coefficient: estimate, standard error, their ratio, degrees of freedom of Student's t, two-sided
        p-value, interval. NaN where ``note`` says why.
    covariance : numpy.ndarray
        Of the coefficients.
    residuals : numpy.ndarray
        In the order of the rows given; NaN where a row was left out.
    n, left_out : int
        Rows used, and rows left out because a value is missing.
    method, errors : str
        How the line was fitted, and the convention of its standard errors.
    level : float
        Of the intervals.
    r2, f, f_p, residual_sd, rss : float
        Of least squares: share explained (against the mean, or against 0 without an intercept), the F test that all
        slopes are 0 under classical errors, and the residual standard deviation and sum of squares.
    scale : float
        Of a robust line: median absolute residual over that of a standard normal; else the residual standard deviation.
    clusters : int
        Clusters of errors; 0 without.
    reason, note : str
        Why there are no numbers, as a code (empty where there are), and what a reader must know in words.
    details : mapping
        What a method tells beside.
    """

    names: tuple[str, ...]
    coef: Array
    se: Array
    t: Array
    df: Array
    p: Array
    low: Array
    high: Array
    covariance: Array
    residuals: Array
    n: int
    left_out: int
    method: str
    errors: str
    level: float
    reason: str = ""
    note: str = ""
    r2: float = np.nan
    f: float = np.nan
    f_p: float = np.nan
    residual_sd: float = np.nan
    rss: float = np.nan
    scale: float = np.nan
    clusters: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
    backend: str = "pandas"

    def to_frame(self) -> Any:
        """Frame with a row a coefficient: term, estimate, se, t, df, p, low, high."""
        columns = {"term": list(self.names), "estimate": self.coef, "se": self.se, "t": self.t, "df": self.df}
        return make_frame(columns | {"p": self.p, "low": self.low, "high": self.high}, self.backend)

    def __repr__(self) -> str:
        left = f", {self.left_out} left out for missing values" if self.left_out else ""
        rows = [f"<Line: {self.method}, {counted(self.n, 'row')}{left}; standard errors: {self.errors}"]
        width = max(map(len, self.names))
        for k, name in enumerate(self.names):
            rows.append(
                f"  {name:<{width}}  {self.coef[k]:>12.6g}  se {self.se[k]:<10.4g}  "
                f"{self.level:.0%} {self.low[k]:.6g} to {self.high[k]:.6g}  p {self.p[k]:.2g}"
            )
        if not np.isnan(self.r2):
            rows.append(f"  R2 {self.r2:.4f}, residual standard deviation {self.residual_sd:.4g}")
        rows += [f"  {self.note}"] if self.note else []
        return "\n".join(rows) + "\n  association is not cause>"


def line_of(raw: Mapping[str, Any], names: Sequence[str], kept: NDArray[np.bool_], **how: Any) -> Line:
    """A line out of what the core found for the rows kept."""
    reason, wide = raw["reason"], len(names)
    column = names[raw["column"]] if 0 <= raw["column"] < wide else ""
    note = [WORDS[reason].format(column=column)] if reason else []
    note += ["the line passes through every point"] if raw["exact"] else []
    vectors: dict[str, Any] = {
        key: _or_missing(raw[key], wide) for key in ("coef", "se", "t", "df", "p", "low", "high")
    }
    covariance = raw["covariance"] if np.size(raw["covariance"]) else np.full((wide, wide), np.nan)
    residuals = np.full(len(kept), np.nan)
    if len(raw["residuals"]):
        residuals[kept] = raw["residuals"]
    scalars: dict[str, Any] = {key: float(raw[key]) for key in ("r2", "f", "f_p", "residual_sd", "rss")}
    extra: dict[str, Any] = {
        "scale": float(raw.get("scale", raw["residual_sd"])),
        "clusters": int(raw["clusters"]),
    }
    told: dict[str, Any] = {"reason": reason, "note": "; ".join([*note, *how.pop("notes", ())])}
    return Line(
        tuple(names), **vectors, covariance=covariance, residuals=residuals, n=int(raw["n"]),
        left_out=int((~kept).sum()), **scalars, **extra, **told, **how,
    )  # fmt: skip


def _or_missing(values: Any, wide: int) -> Array:
    found = np.asarray(values, dtype=np.float64)
    return found if found.size == wide else np.full(wide, np.nan)
