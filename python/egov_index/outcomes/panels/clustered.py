"""Errors clustered by country: CR0 to CR3, with the degrees of freedom of Bell and McCaffrey for CR2.

Bell and McCaffrey (2002), Survey Methodology 28(2); Pustejovsky and Tipton (2018), JBES 36(4). The working model is
independent errors of one variance; the residual maker is that of all regressors and all effects, whether a dummy
variable stands for one country alone or for a period that all countries share.
"""

from __future__ import annotations

import numpy as np

from .covariance import Covariance, sandwich
from .working import Array, Working

__all__ = ["COUNTS", "FEW", "clustered"]

FEW = 30  # clusters below which the choice among the kinds matters
ROUNDING = 1e-10  # an eigenvalue of the residual maker below it is 0

COUNTS = {
    "slopes": "the coefficients shown",
    "not-nested": "the coefficients, the effects not nested in countries and a constant",
    "all": "the coefficients and all effects",
}


def clustered(work: Working, kind: str, count: str | None = None) -> Covariance:
    """Covariance of the coefficients that allows any dependence within countries."""
    number = len(work.clusters)
    if number < 2:
        nothing = np.full((work.x.shape[1], work.x.shape[1]), np.nan)
        note = "one country: errors clustered by country are not defined"
        return Covariance(nothing, np.full(len(nothing), np.nan), "clustered by country", [note])
    adjusted = _adjusted(work, {"cr2": -0.5, "cr3": -1.0}.get(kind, 0.0))
    scores = work.cluster_sums(adjusted * work.residuals[:, None])
    matrix = sandwich(work, scores.T @ scores)
    df = np.full(work.x.shape[1], number - 1.0)
    count = "slopes" if kind == "cr1" and count is None else count
    if kind in ("cr1", "cr3") and count is not None:
        matrix = matrix * _factor(work, count)
    if kind == "cr2":
        df = satterthwaite(work, adjusted)
    return Covariance(matrix, df, _words(work, kind, count), _wary(number, kind, df))


def _wary(number: int, kind: str, df: Array) -> list[str]:
    """What few clusters do to errors of this kind."""
    if kind != "cr2":
        better = ": prefer clustered-cr2 or clustered-wild" if number < FEW else ""
        return [f"{number} countries are few clusters (below {FEW}){better}"] if better else []
    low = float(np.nanmin(df)) if np.isfinite(df).any() else float("nan")
    rough = f"degrees of freedom go down to {low:.2f}, and p-values are rough below 4" if low < 4 else ""
    few = f"{number} countries are few clusters (below {FEW})" if number < FEW else ""
    return ["; ".join(filter(None, (few, rough)))] if few or rough else []


def _words(work: Working, kind: str, count: str | None) -> str:
    g = len(work.clusters)
    by_count = f"t with countries - 1 = {g - 1} degrees of freedom"
    factor = ""
    if count is not None:
        factor = (
            f"variance times G/(G-1) (N-1)/(N-K) = {_factor(work, count):.6g} with K = {_counted(work, count)} "
            f"({COUNTS[count]})"
        )
    text = {
        "cr0": f"no small-sample factor; {by_count}",
        "cr1": f"{factor}; {by_count}",
        "cr2": (
            "residuals of each country times (I - H)^(-1/2) of its leverage in the full design (Bell and McCaffrey "
            "2002; Pustejovsky and Tipton 2018), no other factor; t with Satterthwaite's degrees of freedom of each "
            "coefficient"
        ),
        "cr3": (
            "residuals of each country times (I - H)^(-1), which is the jackknife over countries without its factor "
            f"(G-1)/G; {factor or 'no other factor'}; {by_count}"
        ),
    }[kind]
    return f"clustered by country ({g}), {kind.upper()}: {text}"


def _counted(work: Working, count: str | None) -> int:
    k = int(work.x.shape[1])
    if count == "all":
        return work.parameters
    if count == "not-nested" and work.absorbed:
        return k + int(work.basis.shape[1]) + int(work.nested)
    return k


def _factor(work: Working, count: str | None) -> float:
    g, n = len(work.clusters), work.rows
    return g / (g - 1) * (n - 1) / (n - _counted(work, count))


def _adjusted(work: Working, power: float) -> Array:
    """A_g X_g for each country, as rows: the power of the residual maker's block times the regressors."""
    if power == 0:
        return work.x
    found = np.empty_like(work.x)
    for rows in work.clusters:
        block = np.eye(len(rows)) - work.whole[rows] @ work.whole[rows].T
        if work.nested:
            block -= 1 / len(rows)
        size, vectors = np.linalg.eigh(block)
        root = np.where(size > ROUNDING, np.maximum(size, ROUNDING) ** power, 0.0)
        found[rows] = vectors @ (root[:, None] * (vectors.T @ work.x[rows]))
    return found


def satterthwaite(work: Working, adjusted: Array) -> Array:
    """Degrees of freedom of each coefficient: 2 E(V)^2 / Var(V) under the working model.

    V is a sum of squares of p_g'e with p_g = (I - H)_g A_g X_g (X'X)^-1 c, so df = (sum p_g'p_g)^2 / sum (p_g'p_h)^2.
    """
    found = np.empty(work.x.shape[1])
    for at, weights in enumerate((adjusted @ work.pull.T).T):
        inner = np.vstack([work.whole[rows].T @ weights[rows] for rows in work.clusters])
        own = [
            weights[rows] @ weights[rows] - (weights[rows].sum() ** 2 / len(rows) if work.nested else 0)
            for rows in work.clusters
        ]
        products = np.diag(own) - inner @ inner.T
        total = np.trace(products)
        found[at] = total**2 / (products**2).sum() if total > 0 else np.nan
    return found
