"""How ranks move over stated alternatives."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import _core, compiled, scrutiny
from .alternatives import Alternatives
from .arguments import seed_of, share, threads_of, whole
from .errors import Fault, SpecError
from .framework import Framework
from .measurement import core_errors
from .panel import Panel
from .table import make_frame, nearest
from .weighting import core_weights

if TYPE_CHECKING:
    from .index import Index

__all__ = ["Ensemble", "Progress", "factor_names", "plan", "run"]

Progress = Callable[[float], object]
POINTS = ("sobol", "montecarlo")


def plan(
    index: Index, panel: Panel, alternatives: Alternatives, period: Any = None
) -> tuple[Any, tuple[Any, ...]]:
    """Compile an index and its alternatives for many draws; gives the core's plan and the labels of its periods.

    Raises
    ------
    SpecError
        If nothing varies, or a combination cannot be computed (a geometric mean of values that may be 0).
    """
    if not isinstance(alternatives, Alternatives):
        raise SpecError(Fault("alternatives", type(alternatives).__name__, "egov.Alternatives(...)"))
    positions, labels = scrutiny.scored(index, panel, period)
    tree, recipe = index.framework, index.recipe

    def levels(stage: str) -> list[Any]:
        return [
            compiled.node_choices(stage, tree, recipe.replace(**{stage: one}), panel)
            for one in getattr(alternatives, stage)
        ]

    weights = core_weights(alternatives.weights, tree)
    exclude = [] if alternatives.exclude is None else alternatives.exclude.places(tree)
    faults = alternatives.inadmissible(recipe, tree)
    if faults:
        raise SpecError(faults)
    with scrutiny.all_at_once(index, panel, positions, labels):
        made = _core.Plan(
            compiled.core_panel(panel),
            compiled.core_framework(tree, panel),
            compiled.core_recipe(tree, recipe, panel),
            _core.Alternatives(
                levels("impute"),
                levels("treat"),
                levels("normalize"),
                levels("aggregate"),
                weights | {"exclude": exclude},
                [one.rescale for one in alternatives.normalize],
                alternatives.posterior,
                core_errors(alternatives.values, panel),
            ),
            positions,
        )
    if not made.factors:
        right = "give two alternatives of a stage, weights, errors of measurement, or a stochastic imputation"
        raise SpecError(Fault("alternatives", "nothing varies", right))
    return made, labels


def factor_names(made: Any, framework: Framework) -> tuple[str, ...]:
    """Names of the factors of a plan: a stage, or ``"weight osi"``."""
    return tuple(name if node < 0 else f"{name} {framework.codes[node]}" for name, _, node in made.factors)


def run(
    index: Index,
    panel: Panel,
    alternatives: Alternatives,
    n: int = 4096,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    *,
    period: Any = None,
    points: str = "sobol",
    keep: bool = False,
) -> Ensemble:
    """Rank the units again, n times, each time under other choices.

    Parameters
    ----------
    index, panel
        What is ranked.
    alternatives : Alternatives
        What may vary.
    n : int
        Number of draws.
    seed : int
        Draw i depends on the seed and i alone: the same bits for any number of threads.
    threads : int, optional
        All cores if left out.
    progress : callable, optional
        Called with the share done, 0 to 1, now and then.
    period : label or sequence of labels, optional
        What to rank instead of the index's own period.
    points : {"sobol", "montecarlo"}
        Scrambled Sobol' points, or independent uniform numbers.
    keep : bool
        Keep each draw's point, scores and ranks in the result; memory grows with n.

    Returns
    -------
    Ensemble

    Raises
    ------
    SpecError
        If nothing varies, n is no positive whole number, or a combination cannot be computed.
    DataError
        As in :meth:`Index.score`.
    """
    whole("n", n, 1, 2**32)
    seed = seed_of(seed)
    workers = threads_of(threads)
    if points not in POINTS:
        raise SpecError(Fault("points", repr(points), nearest(points, POINTS)))
    made, labels = plan(index, panel, alternatives, period)
    with compiled.located(panel, index.framework):
        raw = made.uncertainty(getattr(_core.Points, points), n, seed, keep, workers, progress)
    return Ensemble(index, panel, labels, made, raw, n=n, seed=seed, alternatives=alternatives)


class Ensemble:
    """What the ranks were over many draws.

    Attributes
    ----------
    index, panel, alternatives, n, seed
        What was run.
    factors : tuple of str
        What varied: stages, weights as ``"weight <node>"``, and ``"imputation"``, the draw of stochastic imputations.
    mean_shift : float
        Mean over draws and units of the absolute distance from the nominal rank.
    counts : numpy.ndarray
        Shape (scored unit-periods, units): how often each rank was held.
    draws : dict or None
        With ``keep=True``: "points" (n, factors), "scores" and "ranks" (n, scored unit-periods).
    """

    def __init__(
        self, index: Index, panel: Panel, periods: tuple[Any, ...], made: Any, raw: dict[str, Any],
        *, n: int, seed: int, alternatives: Alternatives,
    ) -> None:  # fmt: skip
        self.index, self.panel, self.periods = index, panel, periods
        self.n, self.seed, self.alternatives = n, seed, alternatives
        self.factors = factor_names(made, index.framework)
        self.mean_shift = float(raw["mean_shift"])
        self.counts: NDArray[np.uint32] = np.asarray(raw["counts"])
        self.nominal: NDArray[np.int64] = np.asarray(made.nominal_ranks, dtype=np.int64)
        self._kept: list[int] = list(made.kept)
        self._levels = [levels for _, levels, _ in made.factors]
        self._shift_by_level: NDArray[np.float64] = np.asarray(raw["shift_by_level"])
        kept = bool(np.size(raw["ranks"]))
        self.draws = (
            {name: np.asarray(raw[name]).T for name in ("points", "scores", "ranks")} if kept else None
        )

    @property
    def keys(self) -> dict[str, list[Any]]:
        """Unit and period of each scored row."""
        units = len(self.panel.units)
        return {
            "unit": [self.panel.units[row % units] for row in self._kept],
            "period": [self.periods[row // units] for row in self._kept],
        }

    @cached_property
    def _cumulative(self) -> NDArray[np.float64]:
        return np.asarray(np.cumsum(self.counts, axis=1, dtype=np.float64) / self.n)

    def _quantile(self, at: float) -> NDArray[np.int64]:
        found: NDArray[np.int64] = np.argmax(self._cumulative >= at - 1e-12, axis=1) + 1
        return found

    def rank_range(self, level: float = 0.90) -> Any:
        """Range that holds a share of each unit's ranks over the stated alternatives.

        It says what method choices do; it is no confidence interval.

        Parameters
        ----------
        level : float
            Share of the draws that the range holds at least, between 0 and 1.

        Returns
        -------
        frame
            unit, period, rank (nominal), low, median, high; in the order of the panel.

        Raises
        ------
        SpecError
            If the level does not lie between 0 and 1.
        """
        tail = (1 - share("level", level)) / 2
        columns = {**self.keys, "rank": self.nominal, "low": self._quantile(tail)}
        columns |= {"median": self._quantile(0.5), "high": self._quantile(1 - tail)}
        return make_frame(columns, self.panel.backend)

    def rank_probability(self) -> Any:
        """Frame: unit, period, rank, probability; ranks that were never held are left out."""
        row, column = np.nonzero(self.counts)
        keys = self.keys
        columns = {name: [keys[name][k] for k in row] for name in keys}
        held = self.counts[row, column] / self.n
        return make_frame({**columns, "rank": column + 1, "probability": held}, self.panel.backend)

    def top_k(self, k: int) -> Any:
        """Frame: unit, period, rank (nominal), probability of being among the first k."""
        whole("k", k, 1, len(self.panel.units))
        columns = {**self.keys, "rank": self.nominal, "probability": self._cumulative[:, k - 1]}
        return make_frame(columns, self.panel.backend)

    def shift_by_choice(self) -> Any:
        """Frame: factor, alternative, mean absolute distance from the nominal rank where it was chosen."""
        rows = [
            (name, _name(getattr(self.alternatives, name)[level]), float(self._shift_by_level[at, level]))
            for at, name in enumerate(self.factors)
            for level in range(self._levels[at])
        ]
        columns = zip(*rows, strict=True) if rows else ((), (), ())
        return make_frame(
            dict(zip(("factor", "alternative", "mean_shift"), map(list, columns), strict=True)),
            self.panel.backend,
        )

    def summary(self, level: float = 0.90) -> Any:
        """Frame: unit, period, rank, low, median, high, mean and sd of the rank, share at the nominal rank."""
        tail = (1 - share("level", level)) / 2
        ranks = np.arange(1, self.counts.shape[1] + 1)
        mean = self.counts @ ranks / self.n
        spread = np.sqrt(np.maximum(self.counts @ (ranks**2) / self.n - mean**2, 0))
        columns = {
            **self.keys,
            "rank": self.nominal,
            "low": self._quantile(tail),
            "median": self._quantile(0.5),
        }
        columns |= {"high": self._quantile(1 - tail), "mean": mean, "sd": spread}
        columns["at_nominal"] = self.counts[np.arange(len(self.nominal)), self.nominal - 1] / self.n
        return make_frame(columns, self.panel.backend)

    def __repr__(self) -> str:
        count = len(self.factors)
        return (
            f"<Ensemble of {self.index.name}: {self.n:,} draws over {count} factor{'s'[: count != 1]}, "
            f"mean rank shift {self.mean_shift:.2f}>"
        )


def _name(one: Any) -> str:
    return " > ".join(map(str, one)) if isinstance(one, tuple) else str(one)
