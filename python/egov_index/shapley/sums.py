"""From variances at points to shares of the variance, with intervals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..errors import DataError, Fault
from .game import Game
from .laws import Mask

__all__ = ["OrderSums", "SubsetSums", "blanked"]

Array = NDArray[np.float64]
CONSTANT = 1e-12  # a standard deviation below this share of the largest output is rounding


def blanked(
    effects: Array,
    half: Array,
    variance: Array,
    first: Array,
    total: Array,
    peak: Array,
    powers: NDArray[np.int64],
) -> dict[str, Any]:
    """What is known of outputs, outputs x players, NaN where an output is constant; variances in units of the outputs.

    Parameters
    ----------
    effects, half, first, total : array (outputs, players)
        ``half``: half the length of the interval.
    variance, peak, powers : array (outputs,)
        Variance and largest value of scaled outputs, and the powers of two by which they are scaled.
    """
    constant = ~(variance > (CONSTANT * peak) ** 2)
    tables = {
        "effects": effects, "low": effects - half, "high": effects + half, "first": first, "total": total
    }  # fmt: skip
    with np.errstate(over="ignore", under="ignore"):
        variance = np.ldexp(variance, 2 * powers)
    shown = {name: np.where(constant[:, None], np.nan, table) for name, table in tables.items()}
    return {**shown, "variance": variance, "constant": constant}


class Sums(ABC):
    """Adds up points; knows which coalitions they need.

    Attributes
    ----------
    coalitions : int
        Coalitions at each point.
    keys : int
        Uniform numbers that a point takes for its coalitions.
    """

    coalitions: int
    keys: int = 0

    def __init__(self, game: Game) -> None:
        self.game = game
        self.points: list[int] = []
        self.sums: list[Array] = []  # a replicate each: rows x outputs, the last row that of all players

    @abstractmethod
    def free(self, keys: Array) -> Mask:
        """Inputs of the coalitions, (points or 1, coalitions, inputs)."""

    def add(self, replicate: int, costs: Array) -> None:
        """Add the variances of some points, (points, coalitions, outputs)."""
        if replicate == len(self.points):
            self.points.append(0)
            self.sums.append(np.zeros((1, 1)))
        self.points[replicate] += len(costs)
        self.sums[replicate] = self.sums[replicate] + self._summed(costs)

    @abstractmethod
    def _summed(self, costs: Array) -> Array: ...

    @abstractmethod
    def _parts(self, sums: Array) -> Array:
        """Parts of the variance from sums, players x outputs."""

    def shares(
        self, interval: str, level: float, peak: Array, powers: NDArray[np.int64] | None
    ) -> dict[str, Any]:
        """Effects, intervals and what else follows, outputs x players."""
        total = np.sum(self.sums, axis=0)
        if not np.isfinite(total).all():
            raise DataError(
                Fault("what the model gives", "numbers whose squares are no numbers", "scale them")
            )
        with np.errstate(divide="ignore", invalid="ignore"):
            effects = (self._parts(total) / total[-1]).T
            half = self._half(interval, level, effects)
            first, indices = self._indices(total)
        variance = total[-1] / sum(self.points)
        return blanked(effects, half, variance, first, indices, peak, np.asarray(powers))

    def _half(self, interval: str, level: float, effects: Array) -> Array:
        """Half the length of intervals by Student's t over the replicates; NaN for a single one."""
        r = len(self.sums)
        if r < 2:
            return np.full_like(effects, np.nan)
        each = np.array([(self._parts(part) / part[-1]).T for part in self.sums])
        return np.asarray(_core.reach_of_interval(level, r - 1) * each.std(axis=0, ddof=1) / np.sqrt(r))

    def _indices(self, total: Array) -> tuple[Array, Array]:
        nothing = np.full((total.shape[1], len(self.game.players)), np.nan)
        return nothing, nothing


class SubsetSums(Sums):
    """All coalitions at every point."""

    def __init__(self, game: Game) -> None:
        super().__init__(game)
        self.masks, self._table = game.coalitions
        self.coalitions = len(self.masks)

    def free(self, keys: Array) -> Mask:
        """The same for all points."""
        return self.game.free(self.masks)[None]

    def _summed(self, costs: Array) -> Array:
        return np.asarray(costs.sum(axis=0))

    def _parts(self, sums: Array) -> Array:
        return np.asarray(self._table @ sums)

    def _indices(self, total: Array) -> tuple[Array, Array]:
        """First and total indices: all others drawn again, and one alone."""
        at, everyone = {mask: row for row, mask in enumerate(self.masks)}, self.masks[-1]
        alone = total[[at[1 << i] for i in range(len(self.game.players))]] / total[-1]
        without = [everyone & ~(1 << i) for i in range(len(self.game.players))]
        others = np.array([total[at[mask]] if mask else np.zeros_like(total[-1]) for mask in without])
        return (1 - others / total[-1]).T, alone.T


class OrderSums(Sums):
    """A random order of the players at every point, and what each adds to those before it."""

    def __init__(self, game: Game) -> None:
        super().__init__(game)
        self.coalitions, self.keys = len(game.players), len(game.players) + len(game.blocks)
        self._squares: Array = np.zeros((1, 1))  # of parts, by players x outputs
        self._with_all: Array = np.zeros((1, 1))  # products of parts and the variance
        self._order: NDArray[np.intp] = np.zeros((0, 0), dtype=np.intp)

    def free(self, keys: Array) -> Mask:
        """Those who come first in the order of each point."""
        self._order = self.game.orders(keys)
        return np.logical_or.accumulate(self.game.inputs[self._order], axis=1)

    def _summed(self, costs: Array) -> Array:
        parts = np.empty((len(costs), self.coalitions + 1, costs.shape[2]))
        added = np.diff(costs, axis=1, prepend=0)
        np.put_along_axis(parts[:, :-1], self._order[:, :, None], added, axis=1)
        parts[:, -1] = costs[:, -1]
        self._squares = self._squares + (parts**2).sum(axis=0)
        self._with_all = self._with_all + (parts * parts[:, -1:]).sum(axis=0)
        return np.asarray(parts.sum(axis=0))

    def _parts(self, sums: Array) -> Array:
        return sums[:-1]

    def _half(self, interval: str, level: float, effects: Array) -> Array:
        """By the central limit theorem for a ratio of means over permutations, or as for replicates."""
        if interval == "t":
            return super()._half(interval, level, effects)
        n, share = sum(self.points), effects.T
        spread = self._squares[:-1] - 2 * share * self._with_all[:-1] + share**2 * self._squares[-1]
        error = np.sqrt(np.maximum(spread, 0) * n / (n - 1)) / np.sum(self.sums, axis=0)[-1]
        return np.asarray(_core.reach_of_interval(level, np.inf) * error).T
