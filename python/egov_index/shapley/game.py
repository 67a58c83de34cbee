"""Who plays for the variance, in which coalitions, and what these say of each player."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, SpecError
from ..table import listing

__all__ = ["Game", "grouping"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Game:
    """Players, which are inputs or groups of inputs, and blocks of players that come and go together.

    Every player is in one block. With a block for each player, or one block of all, values are those of Shapley;
    else those of Owen (1977), in which a block gets what it would get as one player and shares it inside.

    Attributes
    ----------
    players : tuple of str
    inputs : array of bool (players, inputs)
        Which inputs a player holds.
    blocks : tuple of tuple of int
        Players of each block.
    """

    players: tuple[str, ...]
    inputs: Mask
    blocks: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, names: Sequence[str], groups: tuple[str, ...], inside: bool) -> Game:
        """The game of inputs, or of groups of them; with ``inside`` that of inputs in blocks."""
        labels = tuple(dict.fromkeys(groups))
        member = np.array([[group == label for group in groups] for label in labels], dtype=bool)
        if groups and not inside:
            return cls(labels, member, tuple((i,) for i in range(len(labels))))
        blocks = tuple(tuple(np.flatnonzero(row).tolist()) for row in member)
        return cls(
            tuple(names),
            np.eye(len(names), dtype=bool),
            blocks or tuple((i,) for i in range(len(names))),
        )

    @property
    def count(self) -> int:
        """At most so many coalitions matter."""
        most = sum(2 ** (len(self.blocks) - 1 + len(block)) for block in self.blocks)
        return int(min(2 ** len(self.players), most)) - 1

    @cached_property
    def coalitions(self) -> tuple[tuple[int, ...], Array]:
        """Coalitions as bits of players, the last of all, and a table of factors, players x coalitions."""
        terms: list[tuple[int, int, float]] = []
        for b, block in enumerate(self.blocks):
            others = [sum(1 << i for i in other) for k, other in enumerate(self.blocks) if k != b]
            for outside, outer in _subsets(others):
                for i in block:
                    for within, inner in _subsets([1 << j for j in block if j != i]):
                        coalition = outside | within
                        terms += [(i, coalition | 1 << i, outer * inner), (i, coalition, -outer * inner)]
        masks = sorted({mask for _, mask, _ in terms if mask}, key=lambda mask: (mask.bit_count(), mask))
        at = {mask: column for column, mask in enumerate(masks)}
        table = np.zeros((len(self.players), len(masks)))
        for player, mask, factor in terms:
            if mask:
                table[player, at[mask]] += factor
        return tuple(masks), table

    def free(self, masks: Sequence[int]) -> Mask:
        """Inputs of each coalition, coalitions x inputs."""
        bits = np.array([[mask >> i & 1 for i in range(len(self.players))] for mask in masks], dtype=bool)
        return np.asarray(bits @ self.inputs, dtype=bool)

    def orders(self, keys: Array) -> NDArray[np.intp]:
        """Random orders in which blocks stay together, from uniform numbers: rows x (players + blocks)."""
        block_of = np.empty(len(self.players), dtype=int)
        for b, block in enumerate(self.blocks):
            block_of[list(block)] = b
        own, of_block = keys[:, : len(self.players)], keys[:, len(self.players) :]
        return np.lexsort((own, of_block[:, block_of]), axis=1)


def _subsets(parts: Sequence[int]) -> list[tuple[int, float]]:
    """Unions of some of the parts, with the share of orders in which just these come before one more player."""
    n = len(parts) + 1
    out = []
    for chosen in range(1 << len(parts)):
        size = chosen.bit_count()
        union = sum(part for k, part in enumerate(parts) if chosen >> k & 1)
        out.append((union, factorial(size) * factorial(n - size - 1) / factorial(n)))
    return out


def grouping(groups: Any, names: Sequence[str]) -> tuple[str, ...]:
    """The group of each input: from a group for each, or from inputs for each group; empty without groups."""
    if groups is None:
        return ()
    if isinstance(groups, Mapping):
        held = {str(group): _members(group, members, names) for group, members in groups.items()}
        found = [[group for group, members in held.items() if name in members] for name in names]
        faults = [
            Fault("groups", f"{name!r} in {listing(at) or 'none'}", "every input in one group")
            for name, at in zip(names, found, strict=True)
            if len(at) != 1
        ]
        if faults:
            raise SpecError(faults)
        return tuple(at[0] for at in found)
    if isinstance(groups, str) or not isinstance(groups, Sequence | np.ndarray) or len(groups) != len(names):
        came = f"{len(groups)} entries" if isinstance(groups, Sequence | np.ndarray) else repr(groups)
        raise SpecError(Fault("groups", came, f"a group for each of {len(names)} inputs"))
    return tuple(str(group) for group in groups)


def _members(group: Any, members: Any, names: Sequence[str]) -> list[str]:
    held = [str(name) for name in ([members] if isinstance(members, str) else members)]
    unknown = [name for name in held if name not in names]
    if unknown:
        raise SpecError(Fault(f"groups[{group!r}]", listing(unknown), f"inputs are {listing(names)}"))
    return held
