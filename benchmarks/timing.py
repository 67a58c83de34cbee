"""One measurement, and how it is taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

RATE, CPU, WALL = "draws per CPU second", "CPU seconds", "wall seconds"


@dataclass
class Line:
    """One measurement; a ratio above 1 means that ours is faster, ``ratio`` is against the fastest peer."""

    name: str
    size: str
    unit: str
    ours: float
    peers: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(init=False)
    ratio: float | None = field(init=False)

    def __post_init__(self) -> None:
        rate = self.unit == RATE
        self.ratios = {
            name: self.ours / peer if rate else peer / self.ours for name, peer in self.peers.items()
        }
        self.ratio = min(self.ratios.values(), default=None)


def best(work: Callable[[], object], repeats: int, clock: Callable[[], float] = time.process_time) -> float:
    """Least time of several runs: other work on the machine only ever adds to it."""
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def best_of_many(work: Callable[[], object], repeats: int, least: float = 0.02) -> float:
    """The same for work too short to be timed alone: each run calls it until so many seconds have passed."""
    once = max(best(work, 2, time.perf_counter), 1e-7)
    calls = max(1, round(least / once))

    def often() -> None:
        for _ in range(calls):
            work()

    return best(often, repeats) / calls


def shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
