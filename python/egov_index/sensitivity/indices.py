"""Sobol' indices of an index, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, SpecError
from ..sobol.design import Layout
from ..sobol.indices import SobolIndices
from ..sobol.words import HOW, explained
from ..table import make_frame, nearest
from .readings import SINGLE, word

__all__ = ["Sensitivity"]

Array = NDArray[np.float64]
ROUNDING = 1e-12  # half the length of the interval of an exact index


class Sensitivity(SobolIndices):
    """Sobol' indices of an index, an output a row and a factor a column.

    Attributes
    ----------
    first, total : numpy.ndarray
        Shape (outputs, factors). First order: share of the variance that goes when the factor alone is fixed, on
        average. Total order: share that stays when all but the factor are fixed. NaN where the output is constant.
        Never clipped.
    second : numpy.ndarray
        Shape (outputs, factors, factors): share that two factors have together beyond their first orders, NaN on and
        below the diagonal. Unless it was asked for, the runs that it needs are made when it is first looked at.
    interval : dict
        From "first", "total" and, once there, "second" to (low, high), each of the shape of the index.
    mean, variance : numpy.ndarray
        Of each output.
    constant : tuple of str
        Outputs that never change.
    outputs, factors : tuple of str
    discrete : str
        "enumerated": choices in all combinations, at every point of the other factors; "sampled": drawn.
    exact : bool
        Whether nothing but choices varies and all of them were run. Intervals then hold rounding alone.
    interrupted : bool
        Whether the run was stopped and these are the indices of the scrambles done.
    method, output, n, runs, seed, replicates, level, resamples
        How it was run.
    notes : tuple of str
        What a reader must know.
    """

    method = "sobol"
    backend = "pandas"  # of its frames, unless the panel came from another library

    def __init__(
        self,
        raw: Mapping[str, Any],
        layout: Layout,
        outputs: tuple[str, ...],
        factors: tuple[str, ...],
        *,
        estimators: Mapping[str, str],
        level: float,
        resamples: int,
        notes: tuple[str, ...],
        output: Any,
        interrupted: bool,
        second: Callable[[], Sensitivity],
    ) -> None:
        raw = _with_rounding(raw) if layout.exact else raw
        super().__init__(
            raw, layout, outputs, factors, single=False, estimators=estimators,
            interval_method="exact" if layout.exact else "bootstrap" if resamples else "t",
            level=level, resamples=resamples, notes=notes,
        )  # fmt: skip
        self.output, self.interrupted = output, interrupted
        self.seed, self.replicates = layout.seed, layout.scrambles
        self._run_second = second

    @property
    def second(self) -> Any:
        """Second orders; unless they were asked for, their runs are made when this is first looked at."""
        if "second" not in self.estimators:
            other = self._run_second()
            self.estimators["second"] = other.estimators["second"]
            for mine, theirs in (
                (self._value, other._value),
                (self._low, other._low),
                (self._high, other._high),
            ):
                mine[2] = theirs[2]
            self.interval["second"] = other.interval["second"]
        return super().second

    def to_frame(self, order: str | None = None, backend: str | None = None) -> Any:
        """Frame of the indices: a row an output and factor, by total order; with ``order="second"`` a row a pair.

        Parameters
        ----------
        order : {"second"}, optional
            Left out: first and total orders.
        backend : {"pandas", "polars", "pyarrow"}, optional
            Library of the frame; that of the panel if left out.

        Returns
        -------
        frame
            output, factor, first, first_low, first_high, total, total_low, total_high, note; or output, factor, with,
            second, second_low, second_high, note.
        """
        if order == "second":
            _ = self.second
        return super().to_frame(order, backend or self.backend)

    def parts(self) -> dict[str, slice]:
        """Which outputs belong together: all those of "rank", of "top 10" and so on, and each single one by itself.

        Returns
        -------
        dict of str to slice
            Of :attr:`outputs`, by what was asked for.
        """
        asked = list(self.output) if isinstance(self.output, list) else [self.output]
        alone = [isinstance(one, tuple) or one in SINGLE for one in asked]
        each = (len(self.outputs) - sum(alone)) // max(1, len(asked) - sum(alone))
        ends = np.cumsum([1 if single else each for single in alone]).tolist()
        starts = [0, *ends[:-1]]
        return {
            self.outputs[start] if single else word(one): slice(start, end)
            for one, single, start, end in zip(asked, alone, starts, ends, strict=True)
        }

    def aggregated(self, part: str | None = None, order: str | None = None) -> Any:
        """Indices of several outputs together: the variances that factors explain, over the variance, both summed up.

        Parameters
        ----------
        part : str, optional
            One of :meth:`parts`; all outputs if left out.
        order : {"second"}, optional
            Left out: first and total orders.

        Returns
        -------
        frame
            factor, first, total; by total order. Or factor, with, second; by second order. NaN where no output varies.

        Raises
        ------
        SpecError
            For a part or an order that is not known.

        Notes
        -----
        Gamboa, Janon, Klein and Lagnoux 2014, Electronic Journal of Statistics 8, 575-603. An output counts by its
        variance, so outputs should be in one unit.
        """
        rows = self._rows(part)
        if order not in (None, "second"):
            raise SpecError(Fault("order", repr(order), "'second', or left out for first and total orders"))
        if order == "second":
            _ = self.second
            i, j = np.triu_indices(len(self.factors), 1)
            second = self._together(self._value[2][:, i, j], rows)
            at = np.argsort(-np.nan_to_num(second, nan=-np.inf), kind="stable")
            names = {
                "factor": [self.factors[k] for k in i[at]],
                "with": [self.factors[k] for k in j[at]],
            }
            return make_frame(names | {"second": second[at]}, self.backend)
        first, total = (self._together(self._value[at], rows) for at in (0, 1))
        at = np.argsort(-np.nan_to_num(total, nan=-np.inf), kind="stable")
        columns = {"factor": [self.factors[i] for i in at], "first": first[at], "total": total[at]}
        return make_frame(columns, self.backend)

    def _rows(self, part: str | None) -> slice:
        known = self.parts()
        if part is not None and part not in known:
            raise SpecError(Fault("part", repr(part), nearest(str(part), known)))
        return slice(None) if part is None else known[part]

    def _together(self, values: Array, rows: slice) -> Array:
        """Mean over outputs by their variances; NaN where none of them varies."""
        weights = np.where(self._varies, self.variance, 0.0)[rows]
        whole = weights.sum()
        if not whole > 0:
            return np.full(values.shape[1], np.nan)
        mean: Array = np.nan_to_num(values[rows]).T @ weights / whole
        return mean

    def explain(self) -> str:
        """Say in sentences what the indices say, and where they are not to be trusted."""
        return explained(self, self._run_in_words())

    def _run_in_words(self) -> str:
        if self.exact:
            return f"{len(self.factors)} factors, all {self.runs:,} combinations of their choices: indices are exact."
        scrambles = "1 scramble" if self.replicates == 1 else f"{self.replicates} independent scrambles"
        crossed = ", each crossed with all combinations of choices" if self.discrete == "enumerated" else ""
        how = f"percentiles of {self.resamples:,} bootstrap resamples" if self.resamples else HOW["t"]
        intervals = f"Intervals at {100 * self.level:g} %: {how}."
        if self.replicates == 1 and not self.resamples:
            intervals = "One scramble, so no intervals: more base points, or resamples=1000."
        return (
            f"{len(self.factors)} factors, {self.n:,} base points in {scrambles}{crossed}, {self.runs:,} runs. "
            f"First order by {self.estimators['first']}, total order by {self.estimators['total']}. {intervals}"
        )

    def __repr__(self) -> str:
        return (
            f"<Sensitivity of {self.output}: {len(self.outputs)} outputs, {len(self.factors)} factors, "
            f"{self.runs:,} runs>"
        )


def _with_rounding(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Intervals that hold an exact value in spite of rounding."""
    ends = {"low": [np.asarray(part) - ROUNDING for part in raw["value"]]}
    ends["high"] = [np.asarray(part) + ROUNDING for part in raw["value"]]
    return {**raw, **ends}
