"""Wild cluster restricted bootstrap of t: Cameron, Gelbach and Miller (2008), REStat 90(3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clustered import FEW, clustered
from .covariance import CANCELLED, Covariance
from .working import Array, Working

__all__ = ["WEIGHTS", "wild"]

WEIGHTS = {
    "rademacher": np.array([-1.0, 1.0]),
    "webb": np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)]),
}
SMALL = 12  # clusters below which two-point weights have too few patterns (Webb 2023)
TIE = 1e-9  # relative difference of squared statistics that is rounding


def wild(work: Working, draws: int, weights: str | None, level: float, seed: int) -> Covariance:
    """p-values of the bootstrap under each coefficient = 0, and intervals of all values that it does not reject."""
    start = clustered(work, "cr1")
    number = len(work.clusters)
    if number < 2:
        return start
    name = weights or ("webb" if number < SMALL else "rademacher")
    flips, how = _flips(number, draws, name, seed)
    found = [_of(work, at, flips, level) for at in range(work.x.shape[1])]
    p, low, high = (np.array(column) for column in zip(*found, strict=True))
    words = (
        f"clustered by country ({number}), wild cluster restricted bootstrap of t (Cameron, Gelbach and Miller 2008): "
        f"{how}, seed {seed}; p = (1 + draws with |t| at least as large) / (1 + draws), intervals by inversion; se is "
        f"that of CR1 and serves t alone"
    )
    notes = [f"{number} countries are few clusters (below {FEW})"] if number < FEW else []
    if np.isinf(low).any() or np.isinf(high).any():
        notes.append("an interval without end: the bootstrap rejects no value far out (few clusters)")
    return Covariance(start.matrix, start.df, words, notes, p, low, high)


def _flips(number: int, draws: int, name: str, seed: int) -> tuple[Array, str]:
    """Weights of each draw and cluster, and what they are, in words; two-point ones are enumerated where few."""
    points = WEIGHTS[name]
    if name == "rademacher" and 2**number - 1 <= draws:
        patterns = (np.arange(1, 2**number)[:, None] >> np.arange(number)) & 1
        return points[1 - patterns], f"all {2**number} patterns of Rademacher weights"
    random = np.random.Generator(np.random.Philox(seed))
    title = "Rademacher" if name == "rademacher" else "Webb's six-point"
    return points[random.integers(0, len(points), (draws, number))], f"{draws:,} draws of {title} weights"


@dataclass(frozen=True)
class _Parts:
    """Squared t of the data and of each draw as ratios of polynomials in the value that is tested."""

    beta: float
    variance: float
    top: tuple[Array, Array]
    bottom: tuple[Array, Array, Array]

    def p(self, value: float) -> float:
        seen = (self.beta - value) ** 2 / self.variance
        top = (self.top[0] - value * self.top[1]) ** 2
        bottom = self.bottom[0] - 2 * value * self.bottom[1] + value**2 * self.bottom[2]
        beyond = top >= seen * bottom * (1 - TIE)
        return (1 + int(beyond.sum())) / (1 + len(top))


def _of(work: Working, at: int, flips: Array, level: float) -> tuple[float, float, float]:
    """p-value of a coefficient and its interval."""
    parts, alpha = _parts(work, at, flips), (1 - level) * (1 + TIE)
    if parts.variance <= CANCELLED * work.classical[at, at]:
        return float("nan"), float("nan"), float("nan")
    return parts.p(0.0), _end(parts, -1, alpha), _end(parts, 1, alpha)


def _parts(work: Working, at: int, flips: Array) -> _Parts:
    """Residuals under the restriction are linear in the tested value: e + X M c (c'b - value) / c'M c."""
    weights = work.x @ work.pull[at]
    x = weights / float(work.pull[at] @ work.contrasts[at])
    y = work.residuals + x * work.estimates[at]
    load = np.vstack([weights[rows] @ work.whole[rows] for rows in work.clusters])
    tops, gaps = [], []
    for residuals in (y, x):
        own = np.array([weights[rows] @ residuals[rows] for rows in work.clusters])
        inner = np.vstack([work.whole[rows].T @ residuals[rows] for rows in work.clusters])
        tops.append(flips @ own)
        gaps.append(flips * own - (flips @ inner) @ load.T)
    variance = float((np.array([weights[r] @ work.residuals[r] for r in work.clusters]) ** 2).sum())
    squared, mixed, slope = ((gaps[a] * gaps[b]).sum(axis=1) for a, b in ((0, 0), (0, 1), (1, 1)))
    return _Parts(float(work.estimates[at]), variance, (tops[0], tops[1]), (squared, mixed, slope))


def _end(parts: _Parts, side: int, alpha: float) -> float:
    """Farthest value on one side with p above alpha, by bisection."""
    step = np.sqrt(parts.variance)
    for _ in range(60):
        if parts.p(parts.beta + side * step) <= alpha:
            break
        step *= 2
    else:
        return float(side * np.inf)
    inside, outside = 0.0, step
    for _ in range(60):
        middle = (inside + outside) / 2
        if parts.p(parts.beta + side * middle) <= alpha:
            outside = middle
        else:
            inside = middle
    return float(parts.beta + side * inside)
