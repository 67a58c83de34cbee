"""Sobol' indices, and what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..table import listing, make_frame
from .design import Layout

__all__ = ["SobolIndices"]

Array = NDArray[np.float64]
ORDERS = ("first", "total", "second")
KEYS = {"S1": "first", "ST": "total", "S2": "second"}


class SobolIndices(Mapping[str, Any]):
    """Sobol' indices, an output a row and a factor a column; without the axis of outputs if a single one was given.

    Also a mapping with the keys of SALib: S1, S1_conf, ST, ST_conf and, where asked for, S2, S2_conf; ``_conf`` is half
    the length of the interval.

    Attributes
    ----------
    first, total : numpy.ndarray
        Shape (factors,) or (outputs, factors). First order: share of the variance that goes when the factor alone is
        fixed, on average. Total order: share that stays when all but the factor are fixed. Never clipped: sampling
        error may take them below 0. NaN where the output is constant.
    second : numpy.ndarray or None
        Shape (factors, factors) or (outputs, factors, factors): share that two factors have together beyond their first
        orders, NaN on and below the diagonal.
    interval : dict
        From "first", "total" and "second" to (low, high), each of the shape of the index; NaN without an interval.
    mean, variance : numpy.ndarray or float
        Of each output, over the runs A and B.
    constant : tuple of str
        Outputs that do not change.
    outputs, factors : tuple of str
    estimators : dict
        From "first", "total" and "second" to the name of the estimator.
    interval_method : str
        "t" over scrambles, "bootstrap" over blocks, or "exact" where there is none.
    discrete : str
        "enumerated": discrete inputs in all combinations, at every point of the others; "sampled": drawn.
    exact : bool
        Whether nothing but discrete inputs varies and all their combinations were run.
    level : float
        Level of the intervals.
    n, runs, scrambles, resamples : int
    notes : tuple of str
        What a reader must know.
    """

    def __init__(
        self,
        raw: Mapping[str, Any],
        layout: Layout,
        outputs: tuple[str, ...],
        factors: tuple[str, ...],
        *,
        single: bool,
        estimators: Mapping[str, str],
        interval_method: str,
        level: float,
        resamples: int,
        notes: tuple[str, ...],
    ) -> None:
        self.outputs, self.factors, self.layout = outputs, factors, layout
        self.n, self.runs, self.scrambles = layout.n, layout.runs, layout.scrambles
        self.discrete, self.exact = layout.discrete, layout.exact
        self.estimators, self.interval_method = dict(estimators), interval_method
        self.level, self.resamples = level, resamples
        self._single = single
        self._value, self._low, self._high = (
            [self._shaped(np.asarray(part), order) for order, part in enumerate(raw[name])]
            for name in ("value", "low", "high")
        )
        self.first, self.total = (self._given(self._value[order]) for order in (0, 1))
        self.interval = {
            name: (self._given(self._low[order]), self._given(self._high[order]))
            for order, name in enumerate(ORDERS)
            if name in self.estimators
        }
        self.mean, self.variance = (self._given(np.asarray(raw[name])) for name in ("mean", "variance"))
        self._varies = ~np.asarray(raw["constant"], dtype=bool)
        self.constant = tuple(name for name, moves in zip(outputs, self._varies, strict=True) if not moves)
        pooled = [name for name, at in zip(outputs, raw["pooled"], strict=True) if at]
        if pooled:
            notes += (
                f"{listing(pooled)}: the output did not vary in some scramble, so all scrambles are taken "
                "together, without an interval.",
            )
        self.notes = notes

    @property
    def second(self) -> Any:
        """Second orders, None unless they were asked for."""
        return self._given(self._value[2]) if "second" in self.estimators else None

    def _shaped(self, values: Array, order: int) -> Array:
        d = len(self.factors)
        return values.reshape(-1, d, d) if order == 2 and values.size else values

    def _given(self, values: Array) -> Any:
        """Without the axis of outputs where a single output was given as one column."""
        return (values[0] if values.ndim > 1 else float(values[0])) if self._single else values

    def __getitem__(self, key: str) -> Any:
        name = KEYS.get(key.removesuffix("_conf"))
        if name not in self.estimators:
            raise KeyError(key)
        if not key.endswith("_conf"):
            return getattr(self, name)
        low, high = self.interval[name]
        return (high - low) / 2

    def __iter__(self) -> Iterator[str]:
        for key, name in KEYS.items():
            if name in self.estimators:
                yield from (key, f"{key}_conf")

    def __len__(self) -> int:
        return 2 * len(self.estimators)

    def to_frame(self, order: str | None = None, backend: str = "pandas") -> Any:
        """Frame of the indices: a row an output and factor, by total order; with ``order="second"`` a row a pair.

        Parameters
        ----------
        order : {"second"}, optional
            Left out: first and total orders.
        backend : {"pandas", "polars", "pyarrow"}
            Library of the frame.

        Returns
        -------
        frame
            output, factor, first, first_low, first_high, total, total_low, total_high, note; or output, factor, with,
            second, second_low, second_high, note.
        """
        if order == "second":
            return self._pairs(backend)
        total = self._value[1]
        rows = [
            (k, i)
            for k in range(len(total))
            for i in np.argsort(-np.nan_to_num(total[k], nan=-np.inf), kind="stable")
        ]
        columns: dict[str, Any] = {
            "output": [self.outputs[k] for k, _ in rows],
            "factor": [self.factors[i] for _, i in rows],
        }
        at = tuple(np.array(rows).T)
        for order_at, name in enumerate(ORDERS[:2]):
            columns |= self._columns(name, order_at, at)
        columns["note"] = ["" if self._varies[k] else "constant" for k, _ in rows]
        return make_frame(columns, backend)

    def _pairs(self, backend: str) -> Any:
        if self.second is None:
            raise KeyError("second")
        d = len(self.factors)
        rows = [(k, i, j) for k in range(len(self.outputs)) for i in range(d) for j in range(i + 1, d)]
        columns: dict[str, Any] = {
            "output": [self.outputs[k] for k, _, _ in rows],
            "factor": [self.factors[i] for _, i, _ in rows],
            "with": [self.factors[j] for _, _, j in rows],
        }
        columns |= self._columns("second", 2, tuple(np.array(rows, dtype=int).reshape(-1, 3).T))
        columns["note"] = ["" if self._varies[k] else "constant" for k, _, _ in rows]
        return make_frame(columns, backend)

    def _columns(self, name: str, order: int, at: tuple[Any, ...]) -> dict[str, Array]:
        parts = ((name, self._value), (f"{name}_low", self._low), (f"{name}_high", self._high))
        return {column: part[order][at] for column, part in parts}

    def to_df(self) -> list[Any]:
        """Frames as SALib's ``to_df`` gives them for one output: total, first and, where asked for, second order.

        Returns
        -------
        list of pandas.DataFrame
            Indexed by factor or pair of factors, with the columns ST and ST_conf, S1 and S1_conf, S2 and S2_conf.
        """
        from itertools import combinations

        import pandas as pd

        if len(self.outputs) != 1:
            raise ValueError(f"to_df is for one output and these are {len(self.outputs)}; use to_frame")
        frames = [
            pd.DataFrame(
                {name: np.ravel(self[name]) for name in (key, f"{key}_conf")}, index=list(self.factors)
            )
            for key in ("ST", "S1")
        ]
        if self.second is not None:
            at = np.triu_indices(len(self.factors), 1)
            second, half = (np.reshape(self[key], (len(self.factors),) * 2)[at] for key in ("S2", "S2_conf"))
            index = list(combinations(self.factors, 2))
            frames.append(pd.DataFrame({"S2": second, "S2_conf": half}, index=index))
        return frames

    def explain(self) -> str:
        """Say in sentences what the indices say, and where they are not to be trusted."""
        from .words import explained

        return explained(self)

    def __repr__(self) -> str:
        what = "1 output" if len(self.outputs) == 1 else f"{len(self.outputs)} outputs"
        return f"<SobolIndices: {what}, {len(self.factors)} factors, {self.runs:,} runs>"
