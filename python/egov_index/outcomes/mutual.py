"""Mutual information of an index and outcomes: association of any shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import whole
from ..errors import DataError, Fault
from ..naming import counted
from ..panel import Panel
from ..result import Result
from ..single import checked
from .asked import Asked, corrected, one_of
from .pairs import Pairs
from .rows import by_goal, note_of, pair_cells
from .saturation import tied
from .sides import Sides, gather, panel_of

__all__ = ["Mutual", "information", "mutual"]

Array = NDArray[np.float64]
NAN = float("nan")
SCALES = ("rank", "standard")
ANY_SEED = 1  # of no permutations
COLUMNS = (
    "node", "outcome", "sdg_goal", "direction", "n", "information", "as_correlation", "p", "p_adjusted", "reason",
    "note",
)  # fmt: skip


class Mutual(Pairs):
    """Mutual information of nodes and outcomes; a row a pair."""

    def _found(self) -> list[str]:
        strong = sum(row["p_adjusted"] < 0.05 for row in self._rows)
        return [
            f"Of {counted(len(self), 'pair')}, {strong} are not independent after correction (p below 0.05)",
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
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
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
        Of the permutations: each has its own numbers, of the seed, the pair and its own number alone.
    threads : int, optional
        All processors by default; the same bits for any number.
    progress : callable, optional
        Called with the share done; False or an exception stops the call.

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
    parted by 1e-10 standard deviations, as they advise. What parts them is fixed for each place in increasing order, so
    that the information depends on no seed, and on the order of countries only where values tie. Other numbers as small
    would move it too: of ranks of 193 countries without ties by 0.004 (standard deviation), and by 0.02 where both
    sides have few values. It takes more than `neighbors` + 1 and at least 4 countries.

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
    asked = Asked.read("spearman", lag=lag, window=window, minimum=minimum, seed=seed, threads=threads)
    k, drawn = whole("neighbors", neighbors, 1, 1000), whole("permutations", permutations, 0, 10**6)
    kind = one_of("scale", scale, SCALES)
    sides = gather(
        scores, outcomes, nodes=nodes, only=only, period=period, lag=asked.lag, window=asked.window
    )
    raw = _informations(sides.x, sides.y, k, kind, drawn, asked.seed, asked.threads, progress, sides.streams)
    rows = [_row(sides, asked, pair, raw) for pair in by_goal(sides)]
    adjusted = corrected([row["p"] for row in rows], correction)
    rows = [row | {"p_adjusted": float(p)} for row, p in zip(rows, adjusted, strict=True)]
    title = f"mutual information, {sides.periods[0]}"
    how = (
        f"Kraskov, Stoegbauer and Grassberger's first estimator, {k} neighbors, scale {kind}; p by {drawn:,} "
        f"permutations, seed {seed}, corrected by {correction.method}; missing values pairwise"
    )
    return Mutual(rows, COLUMNS, panel_of(sides.scores).backend, title, how, sides.notes)


def _informations(
    x: Array, y: Array, neighbors: int, scale: str, permutations: int, seed: int, threads: int, progress: Any,
    streams: Sequence[int] = (),
) -> dict[str, list[Any]]:  # fmt: skip
    """Every column of x with every column of y, by the core: n, estimate, p and reason of each pair."""
    tables = np.asfortranarray(x), np.asfortranarray(y)
    return _core.mutual_information(
        *tables, neighbors, scale == "rank", permutations, seed, threads, list(streams), progress
    )


def _row(sides: Sides, asked: Asked, pair: tuple[int, int], raw: dict[str, list[Any]]) -> dict[str, Any]:
    i, j = pair
    n, value, p, reason = (raw[key][i * len(sides.names) + j] for key in ("n", "estimate", "p", "reason"))
    both = ~np.isnan(sides.x[:, i]) & ~np.isnan(sides.y[:, j])
    said = [tied(sides.y[both, j])[1], tied(sides.x[both, i], "index: ")[1]]
    return {
        **pair_cells(sides, pair), "n": n, "information": value,
        "as_correlation": math.sqrt(-math.expm1(-2 * max(value, 0.0))) if not reason else NAN, "p": p,
        "reason": reason, "note": note_of(reason, n, asked.minimum, said),
    }  # fmt: skip


def information(x: Any, y: Any, neighbors: int = 3, scale: str = "standard") -> float:
    """Mutual information of two samples, in natural units; see :func:`mutual`. Nothing is drawn for it.

    Parameters
    ----------
    x, y : array_like
        Of equal length, without NaN.
    neighbors, scale
        As in :func:`mutual`.

    Returns
    -------
    float
        NaN where :func:`mutual` has none: for too few values, and where one side is constant.

    Raises
    ------
    SpecError
        For an unknown scale, and for neighbors that are no whole number.
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
    one, other = _sample("x", x), _sample("y", y)
    if len(one) != len(other):
        raise DataError(Fault("y", counted(len(other), "value"), f"{len(one)}, as many as x has"))
    raw = _informations(one[:, None], other[:, None], k, kind, 0, ANY_SEED, 1, None)
    return float(raw["estimate"][0])


def _sample(name: str, given: Any) -> Array:
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(Fault(name, type(given).__name__, "a row of numbers")) from None
    if values.ndim != 1 or not np.isfinite(values).all():
        came = (
            counted(values.ndim, "dimension") if values.ndim != 1 else "a value that is missing or infinite"
        )
        raise DataError(Fault(name, came, "a row of finite numbers"))
    return values
