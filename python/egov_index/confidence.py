"""Confidence sets for ranks, where data carry errors of measurement or of imputation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import _core
from .arguments import threads_of, whole
from .errors import DataError, Fault
from .sampling import Sampling

if TYPE_CHECKING:
    from .ensemble import Ensemble

__all__ = ["RankSets", "rank_sets", "score_draws"]

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
    ensemble: Ensemble, draws: int | None = None, threads: int | None = None
) -> NDArray[np.float64]:
    """Scores under the nominal choices and draws of the errors alone, (rows, draws).

    Raises
    ------
    DataError
        If the data carry no errors.
    """
    from .uncertainty import compiled_plan

    count = min(max(ensemble.n, FEWEST), MOST) if draws is None else whole("draws", draws, 2, 10**7)
    right = (
        "give errors of measurement (values=egov.measurement_error(sd=...)), or impute with a method that draws, "
        "e.g. kriging; rank_range() says what choices do"
    )
    errors = ensemble.alternatives.errors_only()
    made, _ = compiled_plan(ensemble.index, ensemble.panel, errors, list(ensemble.periods))
    if not made.factors:
        raise DataError(Fault("rank_confidence", "data without errors", right))
    asked = Sampling(count, ensemble.seed, "montecarlo", "sampled", threads_of(threads))
    return np.asarray(asked.run(made, ensemble.panel, ensemble.index.framework, keep=True)["scores"])


def rank_sets(draws: NDArray[np.float64], starts: Ints, level: float, simultaneous: bool) -> RankSets:
    """Sets of ranks from draws of the scores, (rows, draws); rows of a period begin at its start."""
    found = [
        _core.rank_confidence(np.asfortranarray(draws[first:last]), level, simultaneous, 0)
        for first, last in pairwise(starts)
    ]
    low, high = (
        np.concatenate([np.asarray(one[name], dtype=np.int64) for one in found]) for name in ("low", "high")
    )
    return RankSets(low, high, tuple(np.asarray(one["above"], dtype=np.int64) for one in found))
