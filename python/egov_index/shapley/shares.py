"""Shapley effects, and what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, SpecError
from ..table import make_frame

__all__ = ["ShapleyEffects"]

Array = NDArray[np.float64]


class ShapleyEffects:
    """Shapley effects, an output a row and a factor a column; without the axis of outputs if a single one was given.

    Attributes
    ----------
    effects : numpy.ndarray
        Shape (factors,) or (outputs, factors). Shares of the variance, which sum to 1. Never clipped: sampling error
        may take them below 0. NaN where the output is constant.
    interval : dict
        "effects": (low, high), each of that shape; the effect itself where it is exact, NaN where there is no interval.
    first, total : numpy.ndarray
        First index, Var E(Y | factor) / Var Y, and total index, E Var(Y | all others) / Var Y, of that shape. With
        factors that depend on one another the first may exceed the total: the total of a weight is 0 where weights sum
        to one. NaN with permutations.
    variance : numpy.ndarray or float
        Of each output.
    constant : tuple of str
        Outputs that do not change, so that there is nothing to share.
    group_effects : numpy.ndarray or None
        Effects summed over each group, of shape (groups,) or (outputs, groups), where factors stand in groups. The
        Shapley effect of the group as one player.
    outputs, factors, groups : tuple of str
        Names; ``groups`` has the group of each factor, empty where they stand in none.
    group_names : tuple of str
    method : str
        "exact", "subsets" or "permutations".
    interval_method : str
        "t", "clt", or "" where effects are exact.
    level : float
        Level of the intervals.
    n, runs, replicates : int
        ``n`` and ``replicates`` are 0 where effects are exact, ``runs`` too where they come from a formula.
    notes : tuple of str
        What a reader must know.
    """

    backend = "pandas"  # of its frames, where none is asked for

    def __init__(
        self,
        effects: Array,
        low: Array,
        high: Array,
        first: Array,
        total: Array,
        variance: Array,
        constant: NDArray[np.bool_],
        *,
        outputs: tuple[str, ...],
        factors: tuple[str, ...],
        single: bool,
        method: str,
        groups: tuple[str, ...] = (),
        interval_method: str = "",
        level: float = 0.95,
        n: int = 0,
        runs: int = 0,
        replicates: int = 0,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.outputs, self.factors, self.groups = outputs, factors, groups
        self.group_names = tuple(dict.fromkeys(groups))
        self.method, self.interval_method, self.level = method, interval_method, level
        self.n, self.runs, self.replicates, self.notes = n, runs, replicates, notes
        self._single = single
        self.tables = {"effect": effects, "low": low, "high": high, "first": first, "total": total}
        self.effects, self.first, self.total = (self._given(table) for table in (effects, first, total))
        self.interval = {"effects": (self._given(low), self._given(high))}
        self.variance, self._varies = self._given(variance), ~np.asarray(constant, dtype=bool)
        self.constant = tuple(name for name, still in zip(outputs, constant, strict=True) if still)
        self.group_effects = self._given(self._grouped()) if groups else None

    def _given(self, values: NDArray[Any]) -> Any:
        """Without the axis of outputs where a single output was given as one column."""
        return (values[0] if values.ndim > 1 else values[0].item()) if self._single else values

    def _grouped(self) -> Array:
        member = np.array([[group == name for name in self.group_names] for group in self.groups])
        return np.asarray(self.tables["effect"] @ member)

    def to_frame(self, by: str = "factor", backend: str | None = None) -> Any:
        """Frame of the effects: a row an output and factor, largest effect first.

        Parameters
        ----------
        by : {"factor", "group"}
            Rows for factors, or for groups of them.
        backend : {"pandas", "polars", "pyarrow"}, optional
            Library of the frame; that of the panel, where there was one, else pandas.

        Returns
        -------
        frame
            output, factor, group (where there are some), effect, low, high, first, total, note; or output, group,
            effect, note.

        Raises
        ------
        SpecError
            If there are no groups to go by.
        """
        if by not in ("factor", "group") or (by == "group" and not self.groups):
            right = "'factor' or 'group'" if self.groups else "'factor', as there are no groups"
            raise SpecError(Fault("by", repr(by), right))
        effect = self.tables["effect"] if by == "factor" else self._grouped()
        order = np.argsort(-np.nan_to_num(effect, nan=-np.inf), axis=1, kind="stable")
        rows, at = np.repeat(np.arange(len(effect)), effect.shape[1]), order.ravel()
        columns: dict[str, Any] = {"output": [self.outputs[k] for k in rows]}
        if by == "group":
            columns |= {"group": [self.group_names[i] for i in at], "effect": effect[rows, at]}
        else:
            columns["factor"] = [self.factors[i] for i in at]
            if self.groups:
                columns["group"] = [self.groups[i] for i in at]
            columns |= {name: table[rows, at] for name, table in self.tables.items()}
        columns["note"] = ["" if self._varies[k] else "constant" for k in rows]
        return make_frame(columns, backend or self.backend)

    def explain(self) -> str:
        """Say in sentences what the effects say, and where they are not to be trusted."""
        from .words import explained

        return explained(self)

    def __repr__(self) -> str:
        what = "1 output" if len(self.outputs) == 1 else f"{len(self.outputs)} outputs"
        how = "exact" if self.method == "exact" else f"{self.runs:,} runs"
        return f"<ShapleyEffects: {what}, {len(self.factors)} factors, {how}>"
