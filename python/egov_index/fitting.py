"""A chain of methods fitted to a panel, which can be copied and pickled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .compiled import as_table, keys, located
from .errors import FitError
from .panel import Panel

__all__ = ["Fit"]


class Fit:
    """What the core made of a panel, and what it was made of.

    A fit never changes, so that a copy is the fit itself. A pickle holds all that was found, without the fitted models:
    they are fitted again when a draw or a quantile is first asked for, which gives the same bits.

    Parameters
    ----------
    panel : Panel
        With its holes, and with auxiliaries.
    chains, directions, above : sequence
        As the core takes them: choices, directions and ancestors of each indicator.
    threads : int
        0 for all cores.
    """

    def __init__(
        self, panel: Panel, chains: list[list[Any]], directions: NDArray[np.float64],
        above: Sequence[list[int]], threads: int,
    ) -> None:  # fmt: skip
        self._panel, self._asked = panel, (chains, directions, above)
        self._threads = threads
        self._core: Any = self._fitted()
        self.values: NDArray[np.float64] = np.asarray(self._core.values)
        self.trail: dict[str, list[Any]] = self._core.trail
        self.notes: tuple[str, ...] = (*self._core.notes, *self._outside())
        self.traces: list[tuple[str, int, NDArray[np.float64]]] = self._core.traces
        self.stochastic: bool = self._core.stochastic

    def _fitted(self) -> Any:
        panel = self._panel
        with located(panel):
            return _core.Imputation(
                as_table(panel), len(panel.units), panel.times, *self._asked, keys(panel), panel.indicators,
                self._threads,
            )  # fmt: skip

    def _outside(self) -> list[str]:
        """A note for each indicator and method that filled beyond the bounds that it was given."""
        found = []
        rows, columns = (np.array(self.trail[key], dtype=np.int64) for key in ("row", "column"))
        methods = np.array(self.trail["method"], dtype=np.str_)
        for column, chain in enumerate(self._asked[0]):
            for one in chain:
                low, high = (float(one["params"].get(key, np.nan)) for key in ("lower", "upper"))
                new = self.values[rows[(columns == column) & (methods == one["method"])], column]
                beyond = [(int((new < low).sum()), "below", low), (int((new > high).sum()), "above", high)]
                found += [
                    f"{self._panel.indicators[column]}: {count:,} cell{'' if count == 1 else 's'} filled by "
                    f"{one['method']} {side} the bound {end:g}"
                    for count, side, end in beyond
                    if count
                ]
        return found

    def _models(self) -> Any:
        """The fitted models; FitError if a fit after a pickle fills otherwise than the one before it."""
        if self._core is None:
            again = self._fitted()
            if not np.array_equal(again.values, self.values, equal_nan=True):
                raise FitError(
                    "the chain was fitted before it was pickled and fills otherwise when it is fitted here: another "
                    "version, another kind of machine, or a registered method that has changed; what was drawn then is "
                    "kept, and impute() again gives new draws"
                )
            self._core = again
        return self._core

    def draw(self, seed: int, number: int) -> NDArray[np.float64]:
        """All cells of one draw, as a table of the core."""
        with located(self._panel):
            return np.asarray(self._models().draw(seed, number))

    def quantiles(self, share: float) -> NDArray[np.float64]:
        """The value below which a share of the distribution of a filled cell lies, one a row of the trail."""
        return np.asarray(self._models().quantiles(share))

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_core": None}

    def __copy__(self) -> Fit:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Fit:
        return self
