"""How associations are asked for: every keyword checked once, and the one call of the core they come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import is_number, seed_of, share, threads_of, whole
from ..associations import associations
from ..catalogue import Choice
from ..compiled import core_choice
from ..errors import Fault, SpecError
from ..single import checked
from ..table import listing
from .sides import Sides

__all__ = ["MAX_T", "MISSING", "RESAMPLING", "VIEWS", "Asked"]

Array = NDArray[np.float64]
VIEWS = ("rows", "pooled", "within", "between")
RESAMPLING = ("pair", "country")
MISSING = ("pairwise", "listwise")
MAX_T = "max-t"  # beside the corrections of the table: by permutation, so it needs more than p-values


@dataclass(frozen=True)
class Asked:
    """Keywords of :func:`egov_index.outcomes.correlate`, checked; without ``adjust`` p is corrected by max-T."""

    method: Choice
    interval: Choice
    beside: tuple[Choice, ...]  # intervals beside the first
    adjust: Choice | None
    view: str
    resampling: str
    missing: str
    lag: float
    window: float
    resamples: int
    permutations: int
    level: float
    minimum: int
    seed: int
    threads: int
    progress: Callable[[float], object] | None

    @classmethod
    def read(
        cls, method: Any, *, lag: Any = 0, window: Any = 5, interval: Any = "percentile", resamples: Any = 1000,
        level: Any = 0.95, adjust: Any = "bh", minimum: Any = 30, missing: Any = "pairwise", view: Any = "rows",
        resampling: Any = "pair", permutations: Any = 0, seed: Any = 1, threads: Any = None,
        progress: Callable[[float], object] | None = None,
    ) -> Asked:  # fmt: skip
        """Check the keywords; SpecError names the one that is wrong and what would be right."""
        chosen, around = checked("correlate", method, {}), _intervals(interval)
        if not is_number(window) or not 0 < window < np.inf:
            raise SpecError(Fault("window", repr(window), "a number of periods above 0"))
        if not is_number(lag) or not np.isfinite(lag):
            raise SpecError(
                Fault("lag", repr(lag), "a number of periods, e.g. 2, or -2 for outcomes before the index")
            )
        drawn = whole("permutations", permutations, 0, 10**7)
        return cls(
            chosen, around[0], tuple(around[1:]), _correction(adjust, drawn), one_of("view", view, VIEWS),
            one_of("resampling", resampling, RESAMPLING), one_of("missing", missing, MISSING), float(lag),
            float(window),
            whole("resamples", resamples, 0, 10**7), drawn, share("level", level, 0.95),
            whole("minimum", minimum, 0, 2**31), seed_of(seed), threads_of(threads), progress,
        )  # fmt: skip

    @property
    def stacked(self) -> bool:
        """Periods one after the other, several rows a country."""
        return self.view != "rows"

    @property
    def correction(self) -> str:
        """Name of the correction for many tests."""
        return self.adjust.method if self.adjust else MAX_T

    def once(self) -> Asked:
        """Points and the first interval only: no permutations, no family."""
        return replace(self, beside=(), permutations=0, progress=None, adjust=self.adjust or Choice("none"))

    def points(self) -> Asked:
        """Points only."""
        return replace(self.once(), resamples=0, interval=Choice("none"))

    def associate(
        self, sides: Sides, x: Array, y: Array, controls: bool = True, streams: Sequence[int] | None = None
    ) -> dict[str, list[Any]]:
        """Every column of x with every column of y, over the rows of the two sides; streams: of other pairs."""
        return associations(
            x, y, self.method, controls=sides.z if controls and sides.z.shape[1] else None,
            clusters=sides.countries if self.stacked else None,
            view="rows" if self.view == "pooled" else self.view, interval=(self.interval, *self.beside),
            resamples=self.resamples, level=self.level, together=self.resampling == "country",
            permutations=self.permutations, family=self.adjust is None, seed=self.seed, threads=self.threads,
            progress=self.progress, streams=sides.streams if streams is None else streams,
        )  # fmt: skip

    def adjusted(self, raw: dict[str, list[Any]]) -> Array:
        """p-values corrected for many tests."""
        if self.adjust is None:
            return np.asarray(raw["p_family"], dtype=np.float64)
        return corrected(raw["p"], self.adjust)


def corrected(p: Any, correction: Choice) -> Array:
    """p-values by a method of ``egov.methods("adjust")``; NaN stays NaN and does not count."""
    return np.asarray(_core.adjust(np.asarray(p, dtype=np.float64), core_choice("adjust", correction)))


def one_of(name: str, value: Any, options: tuple[str, ...]) -> str:
    """A word out of several; SpecError otherwise."""
    if not isinstance(value, str) or value not in options:
        raise SpecError(Fault(name, repr(value), f"one of {', '.join(map(repr, options))}"))
    return value


def _intervals(given: Any) -> list[Choice]:
    """One interval or several, each once."""
    listed = list(given) if isinstance(given, list | tuple) else [given]
    around = [checked("interval", one, {}) for one in listed]
    names = [one.method for one in around]
    if not names or len(set(names)) < len(names):
        came = "none in the list" if not names else f"{listing(names)}: one stands twice"
        raise SpecError(Fault("interval", came, "one method, or a list of several, each once"))
    return around


def _correction(adjust: Any, permutations: int) -> Choice | None:
    """A method of the table, or None for max-T."""
    if adjust != MAX_T:
        return checked("adjust", adjust, {})
    if not permutations:
        raise SpecError(Fault("adjust", "'max-t' without permutations", "permutations above 0, e.g. 9999"))
    return None
