"""Pairwise comparisons: priorities, and how consistent the judgments are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _core
from .errors import Fault, SpecError
from .table import make_frame, nearest

__all__ = ["Judgments", "ahp"]

PRIORITIES = ("eigenvector", "geometric_mean")


@dataclass(frozen=True)
class Judgments:
    """What pairwise comparisons come to.

    Attributes
    ----------
    weights : dict
        Priority of each item; they sum to one.
    consistency_index, consistency_ratio : float
        Saaty's; 0 is consistent, and below 3 items nothing can contradict. A ratio up to 0.1 is usually accepted.
    expert_ratios : tuple of float
        Consistency ratio of each expert's own matrix.
    """

    weights: dict[str, float]
    consistency_index: float
    consistency_ratio: float
    expert_ratios: tuple[float, ...]
    _triples: tuple[tuple[int, int, int, float], ...]

    def triples(self, backend: str = "pandas") -> Any:
        """Frame of all triples of items, the farthest from consistent first.

        Parameters
        ----------
        backend : {"pandas", "polars", "pyarrow"}
            Library of the frame.

        Returns
        -------
        frame
            Columns i, j, k, product (a_ij a_jk / a_ik, 1 if consistent) and deviation (the absolute value of its
            natural logarithm).
        """
        items, found = list(self.weights), self._triples
        product = np.array([triple[3] for triple in found], dtype=np.float64)
        columns: dict[str, Any] = {
            "i": [items[i] for i, _, _, _ in found],
            "j": [items[j] for _, j, _, _ in found],
            "k": [items[k] for _, _, k, _ in found],
        }
        return make_frame(columns | {"product": product, "deviation": np.abs(np.log(product))}, backend)


def ahp(matrix: Any, items: Sequence[str] | None = None, *, priorities: str = "eigenvector") -> Judgments:
    """Priorities from pairwise comparisons (analytic hierarchy process), with their consistency.

    The weighting method ``"ahp"`` gives the same weights, and refuses judgments that are too inconsistent; this
    function shows what they are.

    Parameters
    ----------
    matrix : array (items, items) or (experts, items, items)
        How many times as important the item of the row is as the item of the column: positive, ones on the diagonal,
        reciprocal to five percent (of each pair the judgment of at least 1 counts). Several experts' matrices may also
        stand one below the other; they are aggregated by the geometric mean of the judgments.
    items : sequence of str, optional
        Names of the items; x0, x1 and so on if left out.
    priorities : {"eigenvector", "geometric_mean"}
        Principal eigenvector [1]_, or the geometric mean of each row [2]_.

    Returns
    -------
    Judgments

    Raises
    ------
    SpecError
        If a matrix is not square, positive and reciprocal, holds NaN, or has more than 15 items.

    References
    ----------
    .. [1] Saaty 1980, The Analytic Hierarchy Process.
    .. [2] Crawford and Williams 1985, Journal of Mathematical Psychology 29(4).

    Examples
    --------
    >>> found = ahp([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]], ["services", "skills", "networks"])
    >>> {item: round(weight, 3) for item, weight in found.weights.items()}
    {'services': 0.637, 'skills': 0.258, 'networks': 0.105}
    >>> round(found.consistency_ratio, 3)
    0.033
    """
    if priorities not in PRIORITIES:
        raise SpecError(Fault("ahp priorities", repr(priorities), nearest(str(priorities), PRIORITIES)))
    table = _stacked(matrix)
    count = table.shape[1]
    names = [f"x{at}" for at in range(count)] if items is None else [str(item) for item in items]
    if len(names) != count or len(set(names)) != count:
        raise SpecError(Fault("ahp items", repr(items), f"{count} names, each once"))
    found = _core.judge(table, priorities == "geometric_mean")
    return Judgments(
        dict(zip(names, map(float, found["weights"]), strict=True)),
        float(found["index"]),
        float(found["ratio"]),
        tuple(found["expert_ratios"]),
        tuple(found["triples"]),
    )


def _stacked(matrix: Any) -> Any:
    right = "a square matrix of numbers, or one for each expert"
    try:
        table = np.asarray(matrix, dtype=np.float64)
    except (TypeError, ValueError):
        raise SpecError(Fault("ahp matrix", repr(matrix), right)) from None
    if table.ndim == 3:
        if table.shape[1] != table.shape[2]:
            raise SpecError(Fault("ahp matrix", f"an array of shape {table.shape}", right))
        table = table.reshape(-1, table.shape[2])
    if table.ndim != 2 or table.size == 0:
        raise SpecError(Fault("ahp matrix", f"an array of shape {table.shape}", right))
    return np.asfortranarray(table)
