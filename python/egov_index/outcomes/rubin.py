"""Associations over multiple imputations: Rubin's rules on Fisher's z."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..associations import associations
from ..catalogue import Choice
from ..errors import DataError, Fault, SpecError

__all__ = ["pooled", "spread_of_z"]

Array = NDArray[np.float64]
NAN = float("nan")


def spread_of_z(method: str, r: Array, n: Array, controls: int = 0) -> Array:
    """Variance of Fisher's z of a coefficient over n countries with so many controls.

    Pearson 1 / (n - 3 - k) (Fisher 1921); Spearman (1 + r^2 / 2) / (n - 3 - k) (Bonett and Wright 2000, Psychometrika
    65, 23-28); Kendall 0.437 / (n - 4 - k) (Fieller, Hartley and Pearson 1957, Biometrika 44, 470-481). NaN where too
    few countries are left.

    Raises
    ------
    SpecError
        For another coefficient: none is known.

    Examples
    --------
    >>> import numpy as np
    >>> spread_of_z("pearson", np.array([0.5]), np.array([103])).tolist()
    [0.01]
    """
    if method not in ("pearson", "spearman", "kendall"):
        right = "'pearson', 'spearman' or 'kendall', whose variance on Fisher's z is known"
        raise SpecError(Fault("method", f"{method!r} over multiple imputations", right))
    top = {"pearson": np.ones_like(r), "spearman": 1 + r * r / 2, "kendall": np.full_like(r, 0.437)}[method]
    rest = np.asarray(n, dtype=np.float64) - (4 if method == "kendall" else 3) - controls
    return np.asarray(np.where(rest > 0, top / np.where(rest > 0, rest, 1), NAN))


def pooled(
    tables: Sequence[Array], y: Array, method: Choice, controls: Array | None, level: float, threads: int
) -> dict[str, list[Any]]:
    """Columns of the table of pairs over imputations of x: each units x nodes, the same y.

    Raises
    ------
    DataError
        Below two imputations.
    SpecError
        For a coefficient whose variance on Fisher's z is not known.
    """
    if len(tables) < 2:
        raise DataError(Fault("imputations", f"{len(tables)}", "two or more, e.g. impute(..., draws=20)"))
    k = 0 if controls is None else controls.shape[1]
    found = [associations(x, y, method, controls=controls, threads=threads) for x in tables]
    r, n = (np.array([one[name] for one in found], dtype=np.float64) for name in ("estimate", "n"))
    spread = spread_of_z(method.method, r, n, k)
    with np.errstate(divide="ignore"):
        z = np.arctanh(r)
    with np.errstate(invalid="ignore"):
        center = np.tanh(z.mean(axis=0))
    some = np.isinf(z).any(axis=0) & (r != r[0]).any(axis=0)  # of equal ones the mean is that
    columns: dict[str, list[Any]] = {
        "n": n.min(axis=0).astype(int).tolist(),
        "estimate": np.where(np.isnan(r).any(axis=0) | some, NAN, center).tolist(),
        **{name: [NAN] * r.shape[1] for name in ("low", "high", "p", "draw_share", "fmi", "df")},
        "reason": [next((one["reason"][at] for one in found if one["reason"][at]), "perfect" if some[at] else "")
                   for at in range(r.shape[1])],
    }  # fmt: skip
    ready = np.isfinite(z).all(axis=0) & np.isfinite(spread).all(axis=0)
    for rows in np.unique(n.min(axis=0)[ready]):
        at = np.flatnonzero(ready & (n.min(axis=0) == rows))
        _fill(columns, at, z[:, at], spread[:, at], float(rows - 2 - k), level)
    return columns


def _fill(
    columns: dict[str, list[Any]], at: Any, z: Array, spread: Array, freedom: float, level: float
) -> None:
    """Rubin's rules for the pairs that have the same degrees of freedom of complete data."""
    if not freedom > 0:
        return
    raw = _core.pool(np.asfortranarray(z), np.asfortranarray(spread), freedom, level)
    given = {
        "low": np.tanh(raw["low"]), "high": np.tanh(raw["high"]), "p": raw["p"],
        "draw_share": raw["lambda"], "fmi": raw["fmi"], "df": raw["df"],
    }  # fmt: skip
    for name, values in given.items():
        for pair, value in zip(at.tolist(), values, strict=True):
            columns[name][pair] = float(value)
