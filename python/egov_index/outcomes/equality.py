"""Are correlations equal in several groups? Cochran's test on Fisher's z, and by exchange."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..associations import associations
from ..catalogue import Choice
from .asked import Asked
from .rubin import spread_of_z

__all__ = ["chi_square_tail", "cochran", "exchanged"]

Array = NDArray[np.float64]
NAN = float("nan")


def cochran(r: Array, n: Array, method: str, controls: int = 0) -> tuple[Array, int]:
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

    Examples
    --------
    >>> import numpy as np
    >>> q, df = cochran(np.array([[0.0], [np.tanh(1.0)]]), np.array([5.0, 5.0]), "pearson")
    >>> round(float(q[0]), 12), df
    (1.0, 1)
    """
    if method not in ("pearson", "spearman", "kendall"):
        return np.full(r.shape[1], NAN), max(int((~np.isnan(r[:, 0])).sum()) - 1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):  # a perfect association has no z: NaN
        spread = spread_of_z(method, r, np.repeat(n[:, None], r.shape[1], axis=1), controls)
        used = ~np.isnan(spread[:, 0])
        z, weight = np.arctanh(r[used]), 1 / spread[used]
        mean = (weight * z).sum(axis=0) / weight.sum(axis=0)
        q = (weight * (z - mean) ** 2).sum(axis=0)
    if used.sum() < 2:
        return np.full(r.shape[1], NAN), max(int(used.sum()) - 1, 0)
    return np.where(np.isfinite(q), q, NAN), int(used.sum()) - 1


def chi_square_tail(q: float, df: int) -> float:
    """Chance that chi-square is above q: the finite sums for whole degrees of freedom.

    Abramowitz and Stegun (1964), 26.4.4 and 26.4.5.

    Examples
    --------
    >>> round(chi_square_tail(3.841458820694124, 1), 12)
    0.05
    """
    if math.isnan(q) or df < 1:
        return NAN
    x = q / 2
    odd = df % 2
    start = 0.5 if odd else 0.0
    terms = (math.exp(-x + s * math.log(x) - math.lgamma(s + 1)) if x > 0 else float(s == 0)
             for s in np.arange(start, df / 2 - 0.5 * (1 - odd) - 0.25))  # fmt: skip
    return min((math.erfc(math.sqrt(x)) if odd else 0.0) + sum(terms), 1.0)


def exchanged(x: Array, y: Array, groups: Sequence[NDArray[np.bool_]], asked: Asked, pair: int) -> float:
    """Give p of q when countries are dealt to groups anew, sizes kept; ``pair`` names the stream of random numbers."""
    both = ~np.isnan(x) & ~np.isnan(y)
    rows = [np.flatnonzero(held & both) for held in groups]
    level = np.concatenate([np.column_stack([_scaled(v[at], asked.method) for v in (x, y)]) for at in rows])
    ends = np.cumsum([0, *(len(at) for at in rows)])
    random = np.random.Generator(np.random.Philox(key=[asked.seed, pair]))
    deals = np.column_stack([np.arange(len(level)),
                             *(random.permutation(len(level)) for _ in range(asked.permutations))])  # fmt: skip
    r = np.stack([_dealt(level, deals[a:b], asked) for a, b in pairwise(ends)])
    q, _ = cochran(r, np.diff(ends).astype(float), asked.method.method)
    return float((1 + (q[1:] >= q[0] * (1 - 1e-12)).sum()) / (1 + asked.permutations))


def _dealt(level: Array, deal: NDArray[np.int64], asked: Asked) -> Array:
    """Coefficients of one group in every deal: columns that hold the countries dealt to it only."""
    columns = np.full((len(level), deal.shape[1]), np.nan, order="F")
    for at in range(deal.shape[1]):
        columns[deal[:, at], at] = level[deal[:, at], 0]
    raw = associations(columns, level[:, 1:], asked.method, interval=Choice("none"), threads=asked.threads)
    return np.array(raw["estimate"])


def _scaled(values: Array, method: Choice) -> Array:
    """Values of a group on a scale that all groups share."""
    if method.method != "pearson":
        order = np.unique(values, return_inverse=True, return_counts=True)
        ranks = np.cumsum(order[2]) - (order[2] - 1) / 2
        return np.asarray(ranks[order[1]] / (len(values) + 1))
    spread = values.std()
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0))
