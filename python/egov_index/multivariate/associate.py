"""Correlations within a set of indicators, between levels of an index, and those that are too high or too low."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import seed_of, share, threads_of, whole
from ..associations import associations
from ..catalogue import Choice
from ..errors import Fault, SpecError
from ..framework import Framework
from ..panel import Panel
from ..result import Result
from ..single import checked
from ..table import make_frame
from .cells import Nodes, cells, named, tree_of

__all__ = ["Correlations", "correlations", "flags"]

Array = NDArray[np.float64]
REASONS = {
    "no-overlap": "too few units",
    "too-few": "too few units",
    "constant-index": "first constant",
    "constant-outcome": "second constant",
}


class Correlations:
    """Correlations of rows with columns.

    Attributes
    ----------
    rows, columns : tuple of str
        Names of the two sides.
    n : numpy.ndarray of int
        Units with both values, shape (rows, columns).
    estimate, low, high, p : numpy.ndarray
        The same shape; NaN where there is none, or where p lies above ``p_max``.
    reason : numpy.ndarray of str
        Why there is no estimate; empty otherwise.
    method, level, period
        How they were computed.
    """

    def __init__(self, rows: Sequence[str], columns: Sequence[str], backend: str, **parts: Any) -> None:
        self.rows, self.columns, self._backend = tuple(rows), tuple(columns), backend
        self.n: NDArray[np.int64] = parts["n"]
        self.estimate: Array = parts["estimate"]
        self.low: Array = parts["low"]
        self.high: Array = parts["high"]
        self.p: Array = parts["p"]
        self.reason: NDArray[np.str_] = parts["reason"]
        self.method: str = parts["method"]
        self.level: float = parts["level"]
        self.period = parts["period"]
        self._pairs: list[tuple[int, int]] = parts["pairs"]

    def matrix(self) -> Any:
        """Frame with a row for each of ``rows``: node, then an estimate for each of ``columns``."""
        estimates = {name: self.estimate[:, at] for at, name in enumerate(self.columns)}
        return make_frame({"node": list(self.rows), **estimates}, self._backend)

    def to_frame(self) -> Any:
        """Frame with a row a pair: node, other, n, estimate, low, high, p, reason.

        Of one set of nodes each pair stands once; of a family only those of indicators with their ancestors.
        """
        i, j = (np.array([pair[side] for pair in self._pairs], dtype=np.intp) for side in (0, 1))
        columns = {name: getattr(self, name)[i, j] for name in ("n", "estimate", "low", "high", "p")}
        return make_frame(
            {
                "node": [self.rows[k] for k in i],
                "other": [self.columns[k] for k in j],
                **columns,
                "reason": [str(word) for word in self.reason[i, j]],
            },
            self._backend,
        )

    def __repr__(self) -> str:
        return f"<Correlations ({self.method}) of {len(self._pairs)} pairs in {self.period}>"


def correlations(
    data: Panel | Result | Any,
    method: Any = "pearson",
    *,
    nodes: Nodes = None,
    with_nodes: Nodes = None,
    period: Any = None,
    level: float = 0.95,
    p_max: float | None = None,
    resamples: int = 0,
    seed: int = 1,
    threads: int | None = None,
) -> Correlations:
    """Correlate indicators or nodes with one another over units.

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        NaN is missing; each pair uses the units that have both.
    method : str or Choice
        ``"pearson"``, ``"spearman"``, ``"kendall"`` or ``"distance"``; ``egov.methods("correlate")`` says how p is
        computed.
    nodes : str or sequence of str, optional
        One side; every indicator if left out.
    with_nodes : str or sequence of str, optional
        The other side; the same if left out. ``"family"``: each indicator with all nodes above it, of a result.
    period : label, optional
        Which period; the last one if left out.
    level : float
        Level of the interval: by Fisher's z for pearson, with the variances of Bonett and Wright (2000, Psychometrika
        65, 23-28) for spearman and of Fieller, Hartley and Pearson (1957, Biometrika 44, 470-481) for kendall; none
        for distance.
    p_max : float, optional
        Estimates whose p lies above it are left out (NaN, with the reason).
    resamples : int
        Above 0: percentile intervals from so many resamples of units instead, for every method.
    seed, threads
        Of the resamples, as in :func:`egov_index.outcomes.correlate`.

    Returns
    -------
    Correlations

    Raises
    ------
    SpecError
        For unknown methods, nodes or periods.

    Examples
    --------
    >>> import egov_index as egov
    >>> found = egov.multivariate.correlations([[1.0, 2], [2, 1], [3, 4], [4, 3]], method="kendall")
    >>> float(found.estimate[0, 1]), found.to_frame()["n"].tolist()
    (0.3333333333333333, [4])
    """
    chosen, around = checked("correlate", method, {}), Choice("percentile" if resamples else "fisher")
    level, workers = share("level", level, 0.95), threads_of(threads)
    whole("resamples", resamples, 0, 10**7)
    if p_max is not None:
        p_max = share("p_max", p_max, 0.05)
    x = cells(data, nodes, period)
    y, family = _other_side(data, x.names, with_nodes, period)
    with named(x):
        raw = associations(
            x.values, y.values, chosen, interval=around, resamples=resamples, level=level, seed=seed_of(seed),
            threads=workers,
        )  # fmt: skip
    shape = len(x.names), len(y.names)
    parts: dict[str, Any] = {
        name: np.array(raw[name]).reshape(shape) for name in ("n", "estimate", "low", "high", "p")
    }
    reason = np.array([REASONS.get(word, word) for word in raw["reason"]], dtype="U32").reshape(shape)
    if p_max is not None:
        gone = parts["p"] > p_max
        reason[gone] = f"p above {p_max:g}"
        for name in ("estimate", "low", "high"):
            parts[name] = np.where(gone, np.nan, parts[name])
    pairs = _pairs(x.names, y.names, with_nodes is None, family)
    return Correlations(
        x.names, y.names, x.backend, **parts, reason=reason, method=chosen.method, level=level, period=x.period,
        pairs=pairs,
    )  # fmt: skip


def _other_side(
    data: Any, names: tuple[str, ...], with_nodes: Nodes, period: Any
) -> tuple[Any, Framework | None]:
    if with_nodes != "family":
        return cells(data, names if with_nodes is None else with_nodes, period), None
    tree = tree_of(data)
    if tree is None:
        raise SpecError(Fault("with_nodes", "'family' of data without a tree", "a Result, or names of nodes"))
    above = {code for name in names for code in ancestors(tree, name)}
    return cells(data, [code for code in reversed(tree.codes) if code in above], period), tree


def ancestors(tree: Framework, code: str) -> list[str]:
    """Codes of the nodes above one, nearest first."""
    found: list[str] = []
    while (parent := tree[code].parent) is not None:
        found.append(parent)
        code = parent
    return found


def _pairs(
    rows: tuple[str, ...], columns: tuple[str, ...], one_set: bool, tree: Framework | None
) -> list[tuple[int, int]]:
    if tree is not None:
        return [(i, columns.index(code)) for i, name in enumerate(rows) for code in ancestors(tree, name)]
    return [(i, j) for i in range(len(rows)) for j in range(len(columns)) if not one_set or i < j]


def flags(
    data: Panel | Result | Any,
    *,
    high: float | None = 0.92,
    low: float | None = None,
    method: Any = "pearson",
    framework: Any = None,
    steps: int = 1,
    period: Any = None,
) -> Any:
    """Pairs of indicators of the same group that hang together too much, or against one another.

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        Of a result the indicators as the index uses them, so that a negative sign is against the index.
    high, low : float, optional
        Pairs with an estimate above ``high`` or below ``low`` are listed; None: no such limit.
    method : str or Choice
        As in :func:`correlations`.
    framework : Framework or Index, optional
        The tree for a panel; without one every pair is looked at.
    steps : int
        How many steps above both indicators the common node may stand; 1: siblings.
    period : label, optional
        Which period; the last one if left out.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        group (the nearest common node, None without a tree), node, other, n, estimate, p, flag ("high" or "low").

    Examples
    --------
    >>> import egov_index as egov
    >>> flags([[1.0, 2], [2, 4], [3, 6], [4, 8.1]])["flag"].tolist()
    ['high']
    """
    whole("steps", steps, 1, 1000)
    tree = tree_of(data, framework)
    nodes = None if tree is None or isinstance(data, Result) else tree.leaves
    found = correlations(data, method, nodes=nodes, period=period)
    columns: dict[str, list[Any]] = {
        name: [] for name in ("group", "node", "other", "n", "estimate", "p", "flag")
    }
    for i, j in found._pairs:
        group = None if tree is None else _common(tree, found.rows[i], found.columns[j], steps)
        r = found.estimate[i, j]
        flag = "high" if high is not None and r > high else "low" if low is not None and r < low else ""
        if flag and (tree is None or group is not None):
            cells_of = (group, found.rows[i], found.columns[j], found.n[i, j], r, found.p[i, j], flag)
            for name, cell in zip(columns, cells_of, strict=True):
                columns[name].append(cell.item() if isinstance(cell, np.generic) else cell)
    return make_frame(columns, found._backend)


def _common(tree: Framework, one: str, other: str, steps: int) -> str | None:
    above = ancestors(tree, other)[:steps]
    return next((code for code in ancestors(tree, one)[:steps] if code in above), None)
