"""Are correlations equal in several groups? Cochran's q on Fisher's z, by chi-square, by Welch's F and by exchange."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..associations import associations
from ..catalogue import Choice
from .asked import Asked
from .rubin import spread_of_z

__all__ = [
    "HALF",
    "TESTED",
    "VARIANCES",
    "chi_square_tail",
    "cochran",
    "exchanged",
    "jackknife_spread",
    "welch_tail",
]

Array = NDArray[np.float64]
NAN = float("nan")
VARIANCES = ("jackknife", "formula")  # where variances of Fisher's z come from
HALF = 0.5  # level of the interval that jackknife variances are read from: far from the ends, where z has few digits
TESTED = ("pearson", "spearman", "kendall")  # coefficients that have a Fisher's z


def cochran(
    r: Array, n: Array, method: str, controls: int = 0, spread: Array | None = None
) -> tuple[Array, int]:
    """Cochran's q of correlations in groups, and its degrees of freedom.

    Parameters
    ----------
    r : numpy.ndarray
        Groups x cases; a group that is NaN in the first case is left out.
    n : numpy.ndarray
        Countries of each group.
    method : str
        pearson, spearman or kendall; others have none and give NaN.
    controls : int
        Number of variables held constant.
    spread : numpy.ndarray, optional
        Variances of z in the shape of r; those of the formulas if left out. A group without one in the first case is
        left out.

    Examples
    --------
    >>> import numpy as np
    >>> q, df = cochran(np.array([[0.0], [np.tanh(1.0)]]), np.array([5.0, 5.0]), "pearson")
    >>> round(float(q[0]), 12), df
    (1.0, 1)
    """
    if method not in TESTED:
        return np.full(r.shape[1], NAN), max(int((~np.isnan(r[:, 0])).sum()) - 1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):  # a perfect association has no z: NaN
        if spread is None:
            spread = spread_of_z(method, r, np.repeat(n[:, None], r.shape[1], axis=1), controls)
        used = ~np.isnan(spread[:, 0])
        z, weight = np.arctanh(r[used]), 1 / spread[used]
        mean = (weight * z).sum(axis=0) / weight.sum(axis=0)
        q = (weight * (z - mean) ** 2).sum(axis=0)
    if used.sum() < 2:
        return np.full(r.shape[1], NAN), max(int(used.sum()) - 1, 0)
    return np.where(np.isfinite(q), q, NAN), int(used.sum()) - 1


def jackknife_spread(r: Array, n: Array, low: Array, high: Array) -> Array:
    """Variance of z by the jackknife over countries, from the ends of its interval at the level HALF.

    0 of a perfect association, which has no z; NaN where one that is not has no jackknife.
    """
    freedom = np.broadcast_to(n, r.shape) - 1
    reach = {df: _core.reach_of_interval(HALF, float(df)) for df in np.unique(freedom[freedom > 0])}
    reaches = np.array([reach.get(df, NAN) for df in freedom.ravel()]).reshape(r.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = ((np.arctanh(high) - np.arctanh(low)) / (2 * reaches)) ** 2
    return np.where(np.abs(r) == 1, 0.0, np.where(spread > 0, spread, NAN))


def welch_tail(q: float, spread: Array, freedom: Array) -> float:
    """Chance that Cochran's q is above this where each variance is estimated with so many degrees of freedom.

    Welch (1951, Biometrika 38, 330-336): q over its degrees of freedom and a constant near 1, against F. Groups whose
    variance is NaN are left out.

    Examples
    --------
    >>> import numpy as np
    >>> round(welch_tail(4.0, np.array([1.0, 1.0]), np.array([1e9, 1e9])), 4), round(chi_square_tail(4.0, 1), 4)
    (0.0455, 0.0455)
    """
    used = ~np.isnan(spread)
    groups = int(used.sum())
    if math.isnan(q) or groups < 2:
        return NAN
    weight = 1 / spread[used]
    wobble = float(((1 - weight / weight.sum()) ** 2 / freedom[used]).sum())
    squares = groups * groups - 1
    f = q / (groups - 1) / (1 + 2 * (groups - 2) / squares * wobble)
    return _core.f_tail(f, groups - 1, squares / (3 * wobble))


def chi_square_tail(q: float, df: int) -> float:
    """Chance that chi-square is above q.

    Examples
    --------
    >>> round(chi_square_tail(3.841458820694124, 1), 12)
    0.05
    """
    return NAN if math.isnan(q) or df < 1 else _core.f_tail(q / df, df, math.inf)


def exchanged(
    x: Array,
    y: Array,
    groups: Sequence[NDArray[np.bool_]],
    asked: Asked,
    pair: int,
    variance: str = "formula",
) -> float:
    """Give p of q when countries are dealt to groups anew, sizes kept; ``pair`` names the stream of random numbers."""
    both = ~np.isnan(x) & ~np.isnan(y)
    rows = [np.flatnonzero(held & both) for held in groups]
    level = np.concatenate([np.column_stack([_scaled(v[at], asked.method) for v in (x, y)]) for at in rows])
    ends = np.cumsum([0, *(len(at) for at in rows)])
    random = np.random.Generator(np.random.Philox(key=[asked.seed, pair]))
    deals = np.column_stack([np.arange(len(level)),
                             *(random.permutation(len(level)) for _ in range(asked.permutations))])  # fmt: skip
    found = [_dealt(level, deals[a:b], asked, variance) for a, b in pairwise(ends)]
    r, low, high = (np.stack([one[name] for one in found]) for name in ("estimate", "low", "high"))
    n = np.diff(ends).astype(float)
    by_jackknife = variance == "jackknife"
    spread = jackknife_spread(r, n[:, None], low, high) if by_jackknife else None
    q, _ = cochran(r, n, asked.method.method, spread=spread)
    beyond = (q[1:] >= q[0] * (1 - 1e-12)) | (by_jackknife & np.isnan(q[1:]))
    return float((1 + beyond.sum()) / (1 + asked.permutations))


def _dealt(level: Array, deal: NDArray[np.int64], asked: Asked, variance: str) -> dict[str, Array]:
    """Coefficients of one group in every deal: columns that hold the countries dealt to it only."""
    columns = np.full((len(level), deal.shape[1]), np.nan, order="F")
    for at in range(deal.shape[1]):
        columns[deal[:, at], at] = level[deal[:, at], 0]
    around = Choice("jackknife" if variance == "jackknife" else "none")
    raw = associations(
        columns, level[:, 1:], asked.method, interval=around, level=HALF, threads=asked.threads
    )
    return {name: np.array(raw[name], dtype=np.float64) for name in ("estimate", "low", "high")}


def _scaled(values: Array, method: Choice) -> Array:
    """Values of a group on a scale that all groups share."""
    if method.method != "pearson":
        order = np.unique(values, return_inverse=True, return_counts=True)
        ranks = np.cumsum(order[2]) - (order[2] - 1) / 2
        return np.asarray(ranks[order[1]] / (len(values) + 1))
    spread = values.std()
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0))
