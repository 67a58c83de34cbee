"""Discrete inputs of a model in all their combinations: exact effects, and their part of sampled ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, SpecError
from ..factorial import MOST, counted, crossed, levels_of
from ..progress import tell
from ..runs import powers_of
from ..sampling import DISCRETE
from ..table import nearest
from .game import Game
from .laws import Independent, Joined, Law, Mask
from .runs import ROWS, Model, Runs
from .sums import blanked

__all__ = ["CrossedRuns", "Split", "enumerated", "exact"]

Array = NDArray[np.float64]
DRAWN: dict[str, Any] = {"method": "", "tables": {}}  # an input that is not discrete


class Split:
    """A joint distribution as discrete inputs, independent of all others, and the rest.

    Attributes
    ----------
    law : Law
    marginals : list of mapping
        Of each input, the distribution of a discrete one.
    levels : tuple of int
        Of each input, 0 where it is not discrete.
    """

    def __init__(self, law: Law) -> None:
        self.law = law
        self.marginals = [
            marginal
            for part in _parts(law)
            for marginal in (part._marginals if isinstance(part, Independent) else [DRAWN] * len(part.names))
        ]
        self.levels = levels_of(self.marginals)

    @property
    def combinations(self) -> int:
        """How many combinations the discrete inputs have."""
        return prod(max(1, each) for each in self.levels)

    @cached_property
    def rest(self) -> Law:
        """The inputs that are not discrete."""
        parts = []
        for part in _parts(self.law):
            if not isinstance(part, Independent):
                parts.append(part)
                continue
            levels = levels_of(part._marginals)
            kept = [k for k, each in enumerate(levels) if each == 0]
            parts.append(Independent(tuple(part.names[k] for k in kept), [part._marginals[k] for k in kept]))
        return Joined([part for part in parts if part.names])


def _parts(law: Law) -> tuple[Law, ...]:
    return tuple(one for part in law.parts for one in _parts(part)) if isinstance(law, Joined) else (law,)


def enumerated(discrete: str | None, split: Split, n: int, alone: bool) -> bool:
    """Whether discrete inputs are run in all combinations: as asked, else where nothing else varies and n is enough.

    Parameters
    ----------
    discrete : {"sampled", "enumerated"}, optional
    split : Split
    n : int
    alone : bool
        Whether nobody says that it is to be otherwise.

    Raises
    ------
    SpecError
        For another word, no discrete input and for too many combinations.
    """
    if discrete is None:
        return alone and all(split.levels) and split.combinations <= min(n, MOST)
    if discrete not in DISCRETE:
        raise SpecError(Fault("discrete", repr(discrete), nearest(str(discrete), DISCRETE)))
    return discrete == "enumerated" and counted(split.law.names, split.levels) > 0


def exact(
    model: Model, split: Split, game: Game, progress: Callable[[float], object] | None
) -> Mapping[str, Any]:
    """Effects, first and total indices of a model whose inputs are all discrete, outputs x players.

    The variance is a sum over sets of inputs (Efron and Stein 1981, Annals of Statistics 9, 586-596), and the players
    that act in a set have equal shares of its part (Owen 2014).
    """
    x = crossed(np.empty((1, 0)), split.marginals)[0]
    found = []
    for first in range(0, len(x), ROWS):
        found.append(model(x[first : first + ROWS]))
        tell(progress, min(1.0, (first + ROWS) / len(x)))
    y = np.concatenate(found)
    powers = powers_of(np.abs(y).max(axis=0))
    y = np.ldexp(y, -powers)
    parts = _contrasts(y, split.levels) ** 2
    acting = np.indices(split.levels).reshape(len(split.levels), -1).T > 0
    players = acting @ game.inputs.T
    alone = players & (players.sum(axis=1, keepdims=True) == 1)
    variance = parts[1:].sum(axis=0)
    whole = np.where(variance > 0, variance, 1)
    effects, single, total = (
        (table.T @ parts / whole).T for table in (_shares(players, game), alone, players)
    )
    return blanked(effects, 0 * effects, variance, single, total, np.abs(y).max(axis=0), powers)


def _shares(players: Mask, game: Game) -> Array:
    """Shares of the players that act together, sets x players: blocks share evenly, and inside them their players."""
    member = np.zeros((len(game.players), len(game.blocks)))
    for b, block in enumerate(game.blocks):
        member[list(block), b] = 1
    acting = players @ member
    mates = (acting > 0).sum(axis=1, keepdims=True) * (acting @ member.T)
    return np.asarray(np.divide(players, mates, out=np.zeros(players.shape), where=players))


def _contrasts(y: Array, levels: tuple[int, ...]) -> Array:
    """Means and contrasts over each input in turn, combinations x outputs, whose squares are parts of the variance.

    Contrasts are what a level adds to the mean of those before it (Helmert), by differences from the first level, so
    that an input that does nothing has 0.
    """
    out = y
    for k, count in enumerate(levels):
        table = out.reshape(prod(levels[:k]), count, -1)
        apart = table[:, 1:] - table[:, :1]
        at = np.arange(1, count)[:, None]
        before = np.cumsum(apart, axis=1) - apart
        mean = table[:, :1] + apart.sum(axis=1, keepdims=True) / count
        added = np.sqrt(at / ((at + 1) * count)) * (apart - before / at)
        out = np.concatenate([mean, added], axis=1)
    return out.reshape(y.shape)


class CrossedRuns(Runs):
    """Runs every combination of the discrete inputs at each point, and each time that others are drawn again."""

    def __init__(self, model: Model, split: Split, inner: int, threads: int) -> None:
        super().__init__(model, split.rest, inner, threads)
        self._split = split
        self._held = np.array(split.levels) > 0

    def rows(self, coalitions: int) -> int:
        """Rows of the largest call of the model for a point."""
        return self._split.combinations * (self.inner - 1)

    def costs(self, u: Array, free: Mask) -> Array:
        """Variance of the outputs at each point over what a coalition holds, the same coalitions at all of them."""
        variates = self._drawn(u)
        x = self.law.draw(variates[0])
        base = self._combined(x[:, None])
        kinds, which = np.unique(free[0][:, ~self._held], axis=0, return_inverse=True)
        out = np.empty((len(u), free.shape[1], base.shape[-1]))
        for kind, drawn in enumerate(kinds):
            y = base
            if drawn.any():
                rows = [self.law.redraw(x, v, np.broadcast_to(drawn, x.shape)) for v in variates[1:]]
                y = np.concatenate([base, self._combined(np.stack(rows, axis=1))], axis=1)
            for at in np.flatnonzero(which.ravel() == kind):
                out[:, at] = self._spread(y, free[0, at][self._held])
        return out

    def _combined(self, x: Array) -> Array:
        """Outputs of all combinations: points x draws x levels of each discrete input x outputs."""
        n, draws, inputs = x.shape
        rows = crossed(x.reshape(-1, inputs), self._split.marginals).reshape(-1, len(self._split.levels))
        levels = [each for each in self._split.levels if each]
        return self._run(rows).reshape(n, draws, *levels, -1)

    @staticmethod
    def _spread(y: Array, over: Mask) -> Array:
        """Variance over draws and the levels of some inputs, mean over the others; by differences from the first."""
        axes = tuple(2 + k for k in np.flatnonzero(over))
        first = y[tuple(slice(1) if axis == 1 or axis in axes else slice(None) for axis in range(y.ndim))]
        with np.errstate(over="ignore", invalid="ignore"):  # looked at when the sums are complete
            apart = y - first
            means = apart.mean(axis=axes, keepdims=True)
            spread = ((apart - means) ** 2).mean(axis=axes, keepdims=True).mean(axis=1)
            if y.shape[1] > 1:
                spread = spread + means.var(axis=1, ddof=1)
            return np.asarray(spread.mean(axis=tuple(range(1, spread.ndim - 1))))
