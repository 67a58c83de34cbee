"""What each indicator or node of an index carries: the index again without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, compiled, scrutiny
from .arguments import threads_of
from .errors import DataError, Fault, SpecError
from .index import Index
from .panel import Panel
from .table import make_frame, nearest

__all__ = ["Removal", "removal"]


class Removal:
    """Scores and ranks of an index without each of its nodes.

    Attributes
    ----------
    units, period : tuple, label
        What was scored.
    nodes : tuple of str
        What was removed, one at a time.
    score_values, rank_values : numpy.ndarray
        Units x (1 + nodes): the index as it is, then without each node; NaN where there is none.
    reasons : tuple of str
        Why the index cannot be had without a node; empty otherwise.
    """

    def __init__(self, panel: Panel, period: Any, nodes: tuple[str, ...], raw: dict[str, Any]) -> None:
        self.units, self.period, self.nodes, self._backend = panel.units, period, nodes, panel.backend
        self.score_values: NDArray[np.float64] = np.asarray(raw["scores"])
        self.rank_values: NDArray[np.float64] = np.asarray(raw["ranks"])
        self.reasons: tuple[str, ...] = tuple(raw["reasons"])

    def _frame(self, values: NDArray[np.float64]) -> Any:
        columns = {name: values[:, at] for at, name in enumerate(("nominal", *self.nodes))}
        return make_frame({"unit": list(self.units), **columns}, self._backend)

    @property
    def scores(self) -> Any:
        """Frame: unit, nominal, then a column for each node removed."""
        return self._frame(self.score_values)

    @property
    def ranks(self) -> Any:
        """Frame: unit, nominal, then a column for each node removed."""
        return self._frame(self.rank_values)

    def to_frame(self) -> Any:
        """Frame with a row a node.

        Columns node, mean_shift and largest_shift (absolute change of rank among the units that are ranked both
        times), mover (the first unit that changes most; None if none does), rank_with, rank_without (of the mover),
        reason.
        """
        columns: dict[str, list[Any]] = {
            name: []
            for name in (
                "node",
                "mean_shift",
                "largest_shift",
                "mover",
                "rank_with",
                "rank_without",
                "reason",
            )
        }
        for at, (node, reason) in enumerate(zip(self.nodes, self.reasons, strict=True), start=1):
            row = (node, *self._moves(self.rank_values[:, 0], self.rank_values[:, at]), reason)
            for column, cell in zip(columns.values(), row, strict=True):
                column.append(cell)
        return make_frame(columns, self._backend)

    def _moves(
        self, before: NDArray[np.float64], after: NDArray[np.float64]
    ) -> tuple[float, float, Any, float, float]:
        shift = np.abs(after - before)
        if np.isnan(shift).all():
            return (float("nan"), float("nan"), None, float("nan"), float("nan"))
        most = int(np.nanargmax(shift))
        mover = self.units[most] if shift[most] > 0 else None
        return float(np.nanmean(shift)), float(shift[most]), mover, float(before[most]), float(after[most])

    def __repr__(self) -> str:
        return f"<Removal of each of {len(self.nodes)} nodes in {self.period}>"


def removal(
    index: Index,
    panel: Panel,
    nodes: str | Sequence[str] | None = None,
    *,
    period: Any = None,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Removal:
    """Score an index again without each of its indicators, or without any other nodes, one at a time.

    Parameters
    ----------
    index : Index
        What is scored.
    panel : Panel
        As for :meth:`Index.score`.
    nodes : str or sequence of str, optional
        What to remove; every indicator if left out. With a node goes all below it, and a parent that is left without
        children; siblings share its weight. Methods that do not look at weights (a minimum, say) see it gone as well.
    period : label, optional
        Which period; the index's own, or the last that can be scored.
    threads, progress
        As in :func:`egov_index.uncertainty.run`.

    Returns
    -------
    Removal

    Raises
    ------
    SpecError
        For unknown nodes, or the root.
    DataError
        As :meth:`Index.score`.

    Notes
    -----
    Screening, imputation, treatment and normalization of the indicators that stay are as with all of them: the answer
    is about the element's place in the index, not about its help in filling holes. Weights from the data are found
    anew among those that stay, on the scored period.

    Examples
    --------
    >>> import egov_index as egov
    >>> found = egov.removal(egov.preset("egdi-2024"), egov.datasets.un_egov_survey())
    >>> found.to_frame()["node"].tolist()[:2]
    ['osi', 'tii']
    """
    if not isinstance(index, Index):
        raise DataError(f"an Index is needed, not {type(index).__name__}")
    tree = index.framework
    names = tree.leaves if nodes is None else (nodes,) if isinstance(nodes, str) else tuple(nodes)
    known = [code for code in tree.codes if code != tree.root]
    faults = [Fault("nodes", f"{name!r}", nearest(name, known)) for name in names if name not in known]
    if faults:
        raise SpecError(faults)
    positions, labels = scrutiny.scored(index, panel, period)
    at, label = positions[-1:], labels[-1:]
    with scrutiny.all_at_once(index, panel, at, label):
        raw = _core.remove_each(
            compiled.core_panel(panel),
            compiled.core_framework(tree, panel),
            compiled.core_recipe(tree, index.recipe, panel),
            at[0],
            [tree.codes.index(name) for name in names],
            threads_of(threads),
            progress,
        )
    return Removal(panel, label[0], names, raw)
