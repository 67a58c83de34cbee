"""What the analyses of runs give: measures of outputs by factors, and what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .runs import Outputs
from .table import listing, make_frame

__all__ = ["Measures"]

Array = NDArray[np.float64]


class Measures(Mapping[str, Any]):
    """Measures, an output a row and a factor a column; without the axis of outputs if a single one was given.

    Also a mapping with the keys of SALib.

    Attributes
    ----------
    interval : dict
        From the name of a measure to (low, high), each of its shape; NaN without an interval.
    constant : tuple of str
        Outputs that do not change. Their measures are NaN.
    outputs, factors : tuple of str
    runs : int
    level : float
        Level of the intervals.
    notes : tuple of str
        What a reader must know.
    """

    keys_of_salib: ClassVar[Mapping[str, str]] = {}
    leading: ClassVar[str] = ""  # the measure that factors are sorted by
    backend = "pandas"  # of its frames, where none is asked for
    directed: ClassVar[bool] = False  # whether its sign is a direction, so that outputs cancel in a mean

    def __init__(
        self,
        values: Mapping[str, Array],
        intervals: Mapping[str, tuple[Array, Array]],
        outputs: Outputs,
        factors: tuple[str, ...],
        *,
        runs: int,
        level: float,
        notes: tuple[str, ...],
        header: str,
    ) -> None:
        self.outputs, self.factors, self.constant = outputs.names, factors, outputs.constant
        self.runs, self.level, self.notes, self._header = runs, level, notes, header
        self._varies, self._single = outputs.varies, outputs.single
        self._values = dict(values)
        self._intervals = dict(intervals)
        for name, value in values.items():
            setattr(self, name, self._given(value))
        self.interval = {
            name: (self._given(low), self._given(high)) for name, (low, high) in intervals.items()
        }

    def _given(self, values: Array) -> Any:
        """Without the axis of outputs where a single output was given as one column."""
        return values[0] if self._single else values

    def __getitem__(self, key: str) -> Any:
        if key == "names":
            return list(self.factors)
        name = self.keys_of_salib.get(key.removesuffix("_conf"))
        if name is None or (key.endswith("_conf") and name not in self.interval):
            raise KeyError(key)
        if not key.endswith("_conf"):
            return getattr(self, name)
        low, high = self.interval[name]
        return (high - low) / 2

    def __iter__(self) -> Iterator[str]:
        yield "names"
        for key, name in self.keys_of_salib.items():
            yield key
            if name in self.interval:
                yield f"{key}_conf"

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def to_frame(self, backend: str | None = None) -> Any:
        """Frame of the measures: a row an output and factor, the largest of an output first.

        Parameters
        ----------
        backend : {"pandas", "polars", "pyarrow"}, optional
            Library of the frame; that of the panel, where there was one, else pandas.

        Returns
        -------
        frame
            output, factor, each measure with its low and high where it has an interval, note.
        """
        lead = np.abs(self._values[self.leading])
        rows = [
            (k, i)
            for k in range(len(lead))
            for i in np.argsort(-np.nan_to_num(lead[k], nan=-np.inf), kind="stable")
        ]
        at = tuple(np.array(rows).T)
        columns: dict[str, Any] = {
            "output": [self.outputs[k] for k, _ in rows],
            "factor": [self.factors[i] for _, i in rows],
        }
        for name, value in self._values.items():
            columns[name] = value[at]
            if name in self._intervals:
                low, high = self._intervals[name]
                columns |= {f"{name}_low": low[at], f"{name}_high": high[at]}
        columns["note"] = ["" if self._varies[k] else "constant" for k, _ in rows]
        return make_frame(columns, backend or self.backend)

    def explain(self) -> str:
        """Say in sentences what the measures say, and where they are not to be trusted."""
        lines = [self._header, *self.notes]
        if self.constant:
            lines.append(f"Constant, so without measures: {listing(self.constant)}.")
        varying = np.flatnonzero(self._varies)
        if len(varying):
            lines += self._says(varying)
        return "\n".join(lines)

    def _says(self, varying: NDArray[np.intp]) -> list[str]:
        """Sentences on the outputs that vary."""
        values = self._values[self.leading][varying]
        known = [i for i, column in enumerate(values.T) if np.isfinite(column).any()]
        sizes = {i: float(np.nanmean(np.abs(values[:, i]))) for i in known}
        if len(varying) == 1:
            over, shown = "", {i: float(values[0, i]) for i in known}
        elif self.directed:
            over, shown = ", mean of the absolute values over the outputs", sizes
        else:
            over, shown = ", mean over the outputs", {i: float(np.nanmean(values[:, i])) for i in known}
        order = sorted(known, key=lambda i: -sizes[i])
        said = listing(f"{self.factors[i]} {shown[i]:.3g}" for i in order)
        return [f"By {self.leading}{over}: {said}."] if said else []

    def __repr__(self) -> str:
        what = "1 output" if len(self.outputs) == 1 else f"{len(self.outputs)} outputs"
        return f"<{type(self).__name__}: {what}, {len(self.factors)} factors, {self.runs:,} runs>"
