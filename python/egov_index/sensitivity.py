"""Which choice moves the result: variance-based sensitivity indices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .alternatives import Alternatives
from .arguments import seed_of, share, threads_of, whole
from .compiled import located
from .errors import Fault, SpecError
from .panel import Panel
from .table import make_frame, nearest
from .uncertainty import Progress, factor_names, plan

if TYPE_CHECKING:
    from .index import Index

__all__ = ["Sensitivity", "run"]

OUTPUTS = ("rank_shift", "rank", "score")
METHODS = ("sobol",)
FEWEST = 32  # base points of a replicate, unless asked for


def run(
    index: Index,
    panel: Panel,
    alternatives: Alternatives,
    n: int = 4096,
    output: str = "rank",
    method: str = "sobol",
    seed: int = 1,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    period: Any = None,
    replicates: int | None = None,
    level: float = 0.90,
) -> Sensitivity:
    """First-order and total-order indices of every choice.

    Parameters
    ----------
    index, panel, alternatives
        As in :func:`egov_index.uncertainty.run`.
    n : int
        Base points; n (d + 2) runs for d factors.
    output : {"rank", "rank_shift", "score"}
        Each unit's rank; the mean over units of the absolute distance from the nominal rank; each unit's score.
    method : {"sobol"}
        First order by Saltelli et al. (2010) on centered outputs, total order by Jansen (1999).
    seed : int
        The same seed gives the same bits for any number of threads.
    threads, progress, period
        As in :func:`egov_index.uncertainty.run`.
    replicates : int, optional
        Independent scrambles that share the base points; the mean over them is the estimate. Left out: 8, or fewer
        where n is small. With one there is no interval.
    level : float
        Level of the t interval over replicates.

    Returns
    -------
    Sensitivity

    Raises
    ------
    SpecError
        For an unknown output or method, or more replicates than base points.
    """
    for name, value, known in (("output", output, OUTPUTS), ("method", method, METHODS)):
        if value not in known:
            raise SpecError(Fault(name, repr(value), f"one of {', '.join(known)}; {nearest(value, known)}"))
    whole("n", n, 1, 2**32)
    if replicates is None:
        replicates = max(1, min(8, n // FEWEST))
    whole("replicates", replicates, 1, n)
    seed, level, workers = seed_of(seed), share("level", level), threads_of(threads)
    made, labels = plan(index, panel, alternatives, period)
    with located(panel, index.framework):
        raw = made.sensitivity(n, replicates, seed, output, level, workers, progress)
    units = len(panel.units)
    outputs = [
        f"{panel.units[row % units]}"
        if len(labels) == 1
        else f"{panel.units[row % units]} {labels[row // units]}"
        for row in made.kept
    ]
    names = ["mean rank shift"] if output == "rank_shift" else outputs
    factors = factor_names(made, index.framework)
    return Sensitivity(
        raw, names, factors, panel.backend, n=n, output=output, seed=seed, replicates=replicates, level=level
    )


class Sensitivity:
    """Sensitivity indices, an output a row and a factor a column.

    Attributes
    ----------
    first, total : numpy.ndarray
        Shape (outputs, factors). First order: share of the variance that goes when the factor alone is fixed, on
        average. Total order: share that stays when all but the factor are fixed. NaN where the output is constant.
    interval : dict
        "first" and "total", each (low, high) of a t interval over the replicates.
    mean, variance : numpy.ndarray
        Of each output.
    constant : tuple of str
        Outputs that never changed.
    outputs, factors : tuple of str
    n, runs, output, seed, replicates, level
        How it was run.
    """

    def __init__(
        self, raw: Mapping[str, Any], outputs: list[str], factors: tuple[str, ...], backend: str,
        *, n: int, output: str, seed: int, replicates: int, level: float,
    ) -> None:  # fmt: skip
        self.outputs, self.factors, self.backend = tuple(outputs), factors, backend
        self.n, self.output, self.seed, self.replicates, self.level = n, output, seed, replicates, level
        self.runs = int(raw["runs"])
        self.first: NDArray[np.float64] = np.asarray(raw["first"])
        self.total: NDArray[np.float64] = np.asarray(raw["total"])
        self.mean: NDArray[np.float64] = np.asarray(raw["mean"])
        self.variance: NDArray[np.float64] = np.asarray(raw["variance"])
        halves = {name: np.asarray(raw[f"{name}_half"]) for name in ("first", "total")}
        self.interval = {
            name: (value - halves[name], value + halves[name])
            for name, value in (("first", self.first), ("total", self.total))
        }
        self.constant = tuple(
            name for name, row in zip(self.outputs, self.total, strict=True) if np.isnan(row).all()
        )

    def to_frame(self) -> Any:
        """Frame: output, factor, first, first_low, first_high, total, total_low, total_high, note; by total order."""
        rows = [
            (k, i)
            for k in range(len(self.outputs))
            for i in np.argsort(-np.nan_to_num(self.total[k]), kind="stable")
        ]
        columns: dict[str, Any] = {
            "output": [self.outputs[k] for k, _ in rows],
            "factor": [self.factors[i] for _, i in rows],
        }
        for name, value in (("first", self.first), ("total", self.total)):
            low, high = self.interval[name]
            columns[name] = np.array([value[k, i] for k, i in rows])
            columns[f"{name}_low"] = np.array([low[k, i] for k, i in rows])
            columns[f"{name}_high"] = np.array([high[k, i] for k, i in rows])
        columns["note"] = ["constant" if self.outputs[k] in self.constant else "" for k, _ in rows]
        return make_frame(columns, self.backend)

    def explain(self) -> str:
        """What the indices say, in sentences."""
        lines = [
            f"{len(self.factors)} factors, {self.n:,} base points in {self.replicates} independent scrambles, "
            f"{self.runs:,} runs.",
        ]
        if self.constant:
            lines.append(f"{len(self.constant)} outputs never changed: {', '.join(self.constant[:10])}.")
        varying = ~np.isnan(self.total).all(axis=1)
        if varying.any():
            total, first = (
                np.average(m[varying], axis=0, weights=self.variance[varying])
                for m in (self.total, self.first)
            )
            best = int(np.argmax(total))
            lines.append(
                f"{self.factors[best]} matters most: total order {total[best]:.2f}, first order {first[best]:.2f}."
            )
            lines.append(
                f"First orders sum to {first.sum():.2f}; what is missing to 1 comes from factors acting together. "
                "A first order slightly above its total order, or below 0, is sampling error: "
                "more base points shrink it."
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<Sensitivity of {self.output}: {len(self.outputs)} outputs, {len(self.factors)} factors, "
            f"{self.runs:,} runs>"
        )
