"""Confidence sets for ranks, where data carry errors of measurement or of imputation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .arguments import whole
from .errors import DataError, Fault
from .progress import Told, stretches, tell
from .sampling import Sampling

if TYPE_CHECKING:
    from .ensemble import Ensemble

__all__ = ["RankSets", "draws_for", "rank_sets", "score_draws"]

Ints = NDArray[np.int64]
FEWEST, MOST = 1000, 10_000  # draws of the errors; of a large run no more are needed


@dataclass(frozen=True, eq=False)
class RankSets:
    """Sets of ranks of the scored rows, period by period.

    Attributes
    ----------
    low, high : numpy.ndarray
        Shape (rows,): best and worst rank in the set.
    above : sequence of numpy.ndarray
        By period, (rows of the period, likewise): 1 where the row is established to score above the column, -1 below,
        0 where the data do not tell them apart.
    """

    low: Ints
    high: Ints
    above: tuple[Ints, ...]

    @property
    def undecided(self) -> Ints:
        """How many other units each row cannot be told apart from."""
        return np.concatenate([(one == 0).sum(axis=1) - 1 for one in self.above])


def score_draws(
    ensemble: Ensemble, draws: int, threads: int | None = None, told: Told | None = None
) -> NDArray[np.float64]:
    """Scores under the nominal choices and draws of the errors alone, (rows, draws).

    Raises
    ------
    DataError
        If the data carry no errors.
    """
    from .uncertainty import compiled_plan

    right = (
        "give errors of measurement (values=egov.measurement_error(sd=...)), or impute with a method that draws, "
        "e.g. kriging; rank_range() says what choices do"
    )
    errors = ensemble.alternatives.errors_only()
    made, _ = compiled_plan(ensemble.index, ensemble.panel, errors, list(ensemble.periods))
    if not made.factors:
        raise DataError(Fault("rank_confidence", "data without errors", right))
    asked = Sampling(
        draws, ensemble.seed, "montecarlo", "sampled", ensemble.sampling.with_threads(threads).threads
    )
    return np.asarray(asked.run(made, ensemble.panel, ensemble.index.framework, told, keep=True)["scores"])


def draws_for(ensemble: Ensemble, level: float, draws: Any = None) -> int:
    """How many draws of the errors to make.

    Raises
    ------
    SpecError
        For what is no number of draws.
    DataError
        If so many say nothing of the level: the quantile that a test needs lies beyond the largest of them.
    """
    count = min(max(ensemble.n, FEWEST), MOST) if draws is None else whole("draws", draws, 2, 10**7)
    least = math.ceil(level / (1 - level) - 1e-9)
    if count < least:
        came = f"{count:,} draws of the errors say nothing of a level of {level:g}"
        raise DataError(Fault("draws", came, f"rank_confidence needs draws={least} or more"))
    return count


def rank_sets(
    draws: NDArray[np.float64],
    starts: Ints,
    level: float,
    simultaneous: bool,
    threads: int = 0,
    told: Told | None = None,
) -> RankSets:
    """Sets of ranks from draws of the scores, (rows, draws); rows of a period begin at its start."""
    periods = list(pairwise(starts))
    parts = stretches(told, [last - first for first, last in periods])
    found = [
        _core.rank_confidence(np.asfortranarray(draws[first:last]), level, simultaneous, threads, part)
        for (first, last), part in zip(periods, parts, strict=True)
    ]
    tell(told, 1.0)
    low, high = (
        np.concatenate([np.asarray(one[name], dtype=np.int64) for one in found]) for name in ("low", "high")
    )
    return RankSets(low, high, tuple(np.asarray(one["above"], dtype=np.int64) for one in found))
