"""Mutual information of an index and outcomes: association of any shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import seed_of, whole
from ..errors import DataError, Fault
from ..panel import Panel
from ..result import Result
from ..single import checked
from .asked import Asked, corrected, one_of
from .pairs import Pairs
from .rows import about_outcome, by_goal, note_of
from .saturation import tied
from .sides import Sides, gather, panel_of

__all__ = ["Mutual", "information", "mutual"]

Array = NDArray[np.float64]
NAN = float("nan")
EULER = 0.5772156649015329
SCALES = ("rank", "standard")
BLOCK = 2_000_000  # cells of distances held at a time
COLUMNS = (
    "node", "outcome", "sdg_goal", "direction", "n", "information", "as_correlation", "p", "p_adjusted", "reason",
    "note",
)  # fmt: skip


class Mutual(Pairs):
    """Mutual information of nodes and outcomes; a row a pair."""

    def _found(self) -> list[str]:
        strong = sum(row["p_adjusted"] < 0.05 for row in self._rows)
        return [
            f"Of {len(self)} pairs, {strong} are not independent after correction (p below 0.05)",
            "Mutual information has no sign: it is 0 where two are independent, and grows with any association",
        ]


def mutual(
    scores: Result | Panel,
    outcomes: Panel,
    *,
    neighbors: int = 3,
    scale: str = "rank",
    permutations: int = 199,
    nodes: str | Sequence[str] | None = None,
    only: str | Sequence[str] | None = None,
    period: Any = None,
    lag: float = 0,
    window: float = 5,
    adjust: Any = "bh",
    minimum: int = 30,
    seed: int = 1,
) -> Mutual:
    """Estimate the mutual information of index nodes and outcomes over countries.

    Parameters
    ----------
    scores, outcomes, nodes, only, period, lag, window, minimum
        As in :func:`egov_index.outcomes.correlate`.
    neighbors : int
        Which neighbor's distance is looked at; more of them lower the variance and raise the bias.
    scale : {"rank", "standard"}
        Both sides as midranks, which any increasing change of scale leaves alone as it does mutual information
        itself; or in standard deviations.
    permutations : int
        Outcomes are dealt to countries anew so many times for p (one-sided: more information than by chance); 0: no p.
    adjust : str or Choice
        Correction over the whole table.
    seed : int
        Of the permutations, and of the tiny noise that parts ties.

    Returns
    -------
    Mutual
        ``to_frame()`` has the columns node, outcome, sdg_goal, direction, n, information (natural units; sampling error
        may carry it below 0), as_correlation (of a bivariate normal with so much information: sqrt(1 - exp(-2 I)), 0
        where information is below 0), p, p_adjusted, reason and note.

    Raises
    ------
    SpecError, DataError
        As in :func:`egov_index.outcomes.correlate`.

    Notes
    -----
    The first estimator of Kraskov, Stoegbauer and Grassberger (2004, Physical Review E 69, 066138):
    psi(k) + psi(n) less the mean of psi(nx + 1) + psi(ny + 1), where nx and ny count the countries nearer on one side
    than the k-th neighbor on both, by the larger of the two distances. Ties, of distances too (ranks have many), are
    parted by noise of 1e-10, as they advise, so that ranks depend on the seed a little. It takes more
    than `neighbors` + 1 and at least 4 countries.

    Examples
    --------
    >>> import egov_index as egov
    >>> survey, outcomes = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    >>> found = egov.outcomes.mutual(survey, outcomes, nodes="egdi", only="life_expectancy", permutations=19)
    >>> frame = found.to_frame()
    >>> round(float(frame["as_correlation"][0]), 2), float(frame["p"][0])
    (0.81, 0.05)
    """
    correction = checked("adjust", adjust, {})
    asked = Asked.read("spearman", lag=lag, window=window, minimum=minimum, seed=seed)
    k, drawn = whole("neighbors", neighbors, 1, 1000), whole("permutations", permutations, 0, 10**6)
    kind = one_of("scale", scale, SCALES)
    sides = gather(
        scores, outcomes, nodes=nodes, only=only, period=period, lag=asked.lag, window=asked.window
    )
    rows = [_row(sides, asked, pair, k, kind, drawn, seed_of(seed)) for pair in by_goal(sides)]
    adjusted = corrected([row["p"] for row in rows], correction)
    rows = [row | {"p_adjusted": float(p)} for row, p in zip(rows, adjusted, strict=True)]
    title = f"mutual information, {sides.periods[0]}"
    how = (
        f"Kraskov, Stoegbauer and Grassberger's first estimator, {k} neighbors, scale {kind}; p by {drawn:,} "
        f"permutations, seed {seed}, corrected by {correction.method}; missing values pairwise"
    )
    return Mutual(rows, COLUMNS, panel_of(sides.scores).backend, title, how, sides.notes)


def _row(
    sides: Sides, asked: Asked, pair: tuple[int, int], neighbors: int, scale: str, drawn: int, seed: int
) -> dict[str, Any]:  # fmt: skip
    i, j = pair
    facts = about_outcome(sides.outcomes, sides.names[j])
    both = ~np.isnan(sides.x[:, i]) & ~np.isnan(sides.y[:, j])
    x, y = sides.x[both, i], sides.y[both, j]
    reason = _reason(x, y, neighbors)
    random = np.random.Generator(np.random.Philox(key=[seed, i * len(sides.names) + j]))
    found = (
        np.full(1, NAN)
        if reason
        else _informations(_level(x, scale), _level(y, scale), neighbors, drawn, random)
    )
    value = float(found[0])
    p = float((1 + (found[1:] >= value).sum()) / (1 + drawn)) if drawn and not reason else NAN
    said = [tied(y)[1], tied(x, "index: ")[1]]
    return {
        "node": sides.nodes[i], "outcome": sides.names[j], "sdg_goal": facts["sdg_goal"],
        "direction": facts["direction"], "n": int(both.sum()), "information": value,
        "as_correlation": math.sqrt(-math.expm1(-2 * max(value, 0.0))) if not reason else NAN, "p": p,
        "reason": reason, "note": note_of(reason, int(both.sum()), asked.minimum, said),
    }  # fmt: skip


def _reason(x: Array, y: Array, neighbors: int) -> str:
    if not len(x):
        return "no-overlap"
    if len(x) < max(4, neighbors + 2):
        return "too-few"
    if x.min() == x.max():
        return "constant-index"
    return "constant-outcome" if y.min() == y.max() else ""


def _level(values: Array, scale: str) -> Array:
    """Midranks, or deviations from the mean, in standard deviations."""
    if scale == "rank":
        _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
        values = (np.cumsum(counts) - (counts - 1) / 2)[place]
    largest = np.abs(values).max()
    scaled = values / (largest if largest > 0 else 1.0)
    return np.asarray((scaled - scaled.mean()) / scaled.std())


def information(x: Any, y: Any, neighbors: int = 3, scale: str = "standard", seed: int = 1) -> float:
    """Mutual information of two samples, in natural units; see :func:`mutual`.

    Parameters
    ----------
    x, y : array_like
        Of equal length, without NaN.
    neighbors, scale, seed
        As in :func:`mutual`.

    Returns
    -------
    float
        NaN where :func:`mutual` has none: for too few values, and where one side is constant.

    Raises
    ------
    SpecError
        For an unknown scale, and for neighbors or a seed that are no whole numbers.
    DataError
        For samples that are not one row of finite numbers each, of equal length.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(50.0)
    >>> information(x, x) > 2
    True
    """
    k, kind = whole("neighbors", neighbors, 1, 1000), one_of("scale", scale, SCALES)
    random = np.random.Generator(np.random.Philox(key=[seed_of(seed), 0]))
    one, other = _sample("x", x), _sample("y", y)
    if len(one) != len(other):
        raise DataError(Fault("y", f"{len(other)} values", f"{len(one)}, as many as x has"))
    if _reason(one, other, k):
        return NAN
    return float(_informations(_level(one, kind), _level(other, kind), k, 0, random)[0])


def _sample(name: str, given: Any) -> Array:
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(Fault(name, type(given).__name__, "a row of numbers")) from None
    if values.ndim != 1 or not np.isfinite(values).all():
        came = f"{values.ndim} dimensions" if values.ndim != 1 else "a value that is missing or infinite"
        raise DataError(Fault(name, came, "a row of finite numbers"))
    return values


def _informations(x: Array, y: Array, k: int, permutations: int, random: np.random.Generator) -> Array:
    """Of the sample, then of permutations of y, a block of them at a time."""
    n = len(x)
    x, y = (values + 1e-10 * random.standard_normal(n) for values in (x, y))
    deals = np.vstack([np.arange(n), *(random.permutation(n) for _ in range(permutations))]).astype(np.intp)
    dx, dy = (np.abs(values[:, None] - values) for values in (x, y))
    step = max(1, BLOCK // (n * n))
    psi = _digamma(n)
    parts = [_block(dx, dy, deals[at : at + step], k, psi) for at in range(0, len(deals), step)]
    return np.asarray(psi[k] + psi[n] - np.concatenate(parts))


def _block(dx: Array, dy: Array, deals: NDArray[np.intp], k: int, psi: Array) -> Array:
    """Mean of psi(nx + 1) + psi(ny + 1) for each order of y."""
    moved = dy[deals[:, :, None], deals[:, None, :]]
    reach = np.partition(np.maximum(dx, moved), k, axis=2)[:, :, k, None]  # place 0 is the country itself
    near = (dx < reach).sum(axis=2), (moved < reach).sum(axis=2)  # both count it, as nx + 1 does
    return np.asarray((psi[near[0]] + psi[near[1]]).mean(axis=1))


def _digamma(n: int) -> Array:
    """Psi at 0 (NaN), 1, ... n: less Euler's constant, the harmonic numbers."""
    return np.concatenate([[NAN, 0.0], np.cumsum(1 / np.arange(1, n))]) - EULER
