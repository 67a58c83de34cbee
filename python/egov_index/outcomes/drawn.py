"""Draws of an index: scores of any of its nodes in one period, block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import period_at
from ..compiled import located
from ..errors import Fault, SpecError
from ..progress import Told, stretches
from ..table import nearest

if TYPE_CHECKING:
    from ..ensemble import Ensemble
    from ..result import Result

__all__ = ["IndexDraws"]

Array = NDArray[np.float64]
BLOCK = 2**25  # bytes of scores that are held at once, where one draw does not have more


class IndexDraws:
    """The draws of an ensemble made again for some nodes and one of its periods.

    Attributes
    ----------
    nodes : tuple of str
    period : label
    rows : numpy.ndarray of int
        Positions in the panel of the units that are scored.
    n : int
        Draws of the ensemble, all of them.
    """

    def __init__(self, ensemble: Ensemble, nodes: Sequence[str] | None = None, period: Any = None) -> None:
        known = ensemble.index.framework.codes
        self.ensemble, self.n = ensemble, ensemble.n
        self.nodes = known if nodes is None else (nodes,) if isinstance(nodes, str) else tuple(nodes)
        faults = [
            Fault("nodes", f"unknown node {name!r}", nearest(name, known))
            for name in self.nodes
            if name not in known
        ]
        wanted = ensemble.periods[-1] if period is None else period
        try:
            self._at = period_at(wanted, ensemble.periods)
        except SpecError as error:
            faults += error.faults
        if faults:
            raise SpecError(faults)
        self.period = ensemble.periods[self._at]
        units = len(ensemble.panel.units)
        self.rows = np.array(
            [row % units for row in ensemble._kept if row // units == self._at], dtype=np.int64
        )

    @cached_property
    def nominal(self) -> Result:
        """The index as it is, in the periods of the ensemble."""
        return self.ensemble.index.score(self.ensemble.panel, list(self.ensemble.periods))

    def nominal_scores(self) -> Array:
        """Scores of the index as it is: rows x nodes."""
        columns = [self.nominal.nodes.index(name) for name in self.nodes]
        return np.asfortranarray(self.nominal.values[self._at][self.rows][:, columns])

    @property
    def sizes(self) -> list[int]:
        """Draws of each block."""
        each = max(8, BLOCK // max(8 * len(self.rows) * len(self.nodes), 1) // 8 * 8)
        return [min(each, self.n - first) for first in range(0, self.n, each)]

    def blocks(self, threads: int = 0, told: Sequence[Told | None] | None = None) -> Iterator[Array]:
        """Scores of the draws, (draws of a block, rows, nodes); NaN where a unit lacks the node.

        The same bits for any number of threads. In an edition without the node all of it is NaN.
        """
        ensemble, sampling = self.ensemble, self.ensemble.sampling
        made, places = ensemble._plan(), self._places()
        first = 0
        for size, part in zip(self.sizes, told or [None] * len(self.sizes), strict=True):
            with located(ensemble.panel, ensemble.index.framework):
                yield _core.node_draws(
                    made, getattr(_core.Points, sampling.points), sampling.length, sampling.seed,
                    sampling.discrete == "enumerated", first, size, self._at, places, threads, part,
                )  # fmt: skip
            first += size

    def _places(self) -> list[list[int]]:
        """Positions of the nodes in the framework, or in that of each edition; -1 where it has none."""
        editions = self.ensemble.alternatives.edition or (self.ensemble.index,)
        trees = [one.framework.codes for one in editions]
        return [[codes.index(name) if name in codes else -1 for name in self.nodes] for codes in trees]

    def parts(self, told: Told | None) -> tuple[list[Told | None], list[Told | None]]:
        """Progress of making and of using each block."""
        sizes = [size for size in self.sizes for _ in range(2)]
        both = stretches(told, sizes)
        return both[::2], both[1::2]
