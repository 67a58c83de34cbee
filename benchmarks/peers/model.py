"""The index that all sides compute: its data, its choices, and what a point of the unit cube stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

IMPUTATIONS = ("mean", "median", "group_mean")
NORMALIZATIONS = ("minmax", "rank", "goalposts")
AGGREGATIONS = ("arithmetic", "geometric")
NOISE = 0.25
LOW, HIGH = 1.0, 100.0  # every normalization ends on this range, so that a geometric mean can be taken


@dataclass(frozen=True)
class Model:
    """Countries x indicators with holes; equal pillars of equally many indicators."""

    values: Floats
    regions: NDArray[np.int64]
    lower: Floats
    upper: Floats
    pillars: int = 3

    @property
    def indicators(self) -> int:
        return self.values.shape[1]

    @property
    def each(self) -> int:
        """Indicators in a pillar."""
        return self.indicators // self.pillars

    @property
    def factors(self) -> int:
        """Three choices, and the weight of each indicator."""
        return 3 + self.indicators


def make(countries: int = 193, indicators: int = 12, holes: float = 0.08, seed: int = 2024) -> Model:
    """Correlated skewed indicators, as those of digital development are, with holes at random."""
    random = np.random.default_rng(seed)
    common = random.normal(size=(countries, 1))
    raw = 0.8 * common + 0.6 * random.normal(size=(countries, indicators))
    values = np.exp(0.4 * raw) * random.uniform(1, 50, size=indicators)
    lower, upper = np.quantile(values, [0.05, 0.95], axis=0)
    values[random.uniform(size=values.shape) < holes] = np.nan
    return Model(values, random.integers(0, 5, size=countries), lower, upper)


def levels(points: Floats) -> NDArray[np.int64]:
    """Imputation, normalization and aggregation of each point."""
    counts = np.array([len(IMPUTATIONS), len(NORMALIZATIONS), len(AGGREGATIONS)])
    return np.minimum((points[:, :3] * counts).astype(np.int64), counts - 1)


def raw_weights(points: Floats) -> Floats:
    """Weight of each indicator before its pillar is brought to sum one."""
    return 1 + NOISE * (2 * points[:, 3:] - 1)
