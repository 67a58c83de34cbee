"""How draws are made: which points, how many of them, by how many threads."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from . import _core
from .arguments import seed_of, threads_of, whole
from .compiled import located
from .errors import Fault, SpecError
from .framework import Framework
from .panel import Panel
from .progress import Progress, shown
from .table import nearest

__all__ = ["DISCRETE", "POINTS", "Sampling", "sampling"]

POINTS = ("sobol", "lhs", "montecarlo")
DISCRETE = ("sampled", "enumerated")


@dataclass(frozen=True)
class Sampling:
    """Points of a design, checked.

    Attributes
    ----------
    length : int
        Points of the whole design.
    seed : int
        Point i depends on the seed and i alone; in a Latin hypercube, on the length too.
    points : {"sobol", "lhs", "montecarlo"}
    discrete : {"sampled", "enumerated"}
    threads : int
        0 for all cores.
    """

    length: int
    seed: int
    points: str
    discrete: str
    threads: int

    def with_threads(self, threads: Any = None) -> Sampling:
        """The same by other threads, if any number is given."""
        return self if threads is None else replace(self, threads=threads_of(threads))

    def combinations(self, made: Any) -> int:
        """How many combinations of choices a compiled plan runs through at each point; 1 where they are sampled.

        Raises
        ------
        SpecError
            If there are more of them than points.
        """
        if self.discrete == "sampled":
            return 1
        count = math.prod(max(levels, 1) for _, levels, _ in made.factors)
        if self.length < count <= _core.most_draws:
            right = f"at least {count:,}, one for each combination of the choices, or discrete='sampled'"
            raise SpecError(Fault("n", f"{self.length:,}", right))
        return int(count)

    def draws(self, made: Any) -> int:
        """How many draws of a compiled plan that makes: the length rounded down to whole points."""
        each = self.combinations(made)
        if self.discrete == "enumerated" and all(levels for _, levels, _ in made.factors):
            return each
        return self.length // each * each

    def run(
        self,
        made: Any,
        panel: Panel,
        framework: Framework,
        progress: Progress | None = None,
        *,
        first: int = 0,
        **more: Any,
    ) -> dict[str, Any]:
        """Draw from a compiled plan: the first points, or all of them (0); more: keep, pairs, partial."""
        count = first or self.draws(made)
        with located(panel, framework), shown(progress, count) as told:
            raw: dict[str, Any] = made.uncertainty(
                getattr(_core.Points, self.points), self.length, self.seed,
                threads=self.threads, progress=told, enumerated=self.discrete == "enumerated", first=first,
                **({"keep": False} | more),
            )  # fmt: skip
        return raw


def sampling(n: Any, seed: Any, points: Any, discrete: Any, threads: Any) -> Sampling:
    """Check how draws are asked for.

    Raises
    ------
    SpecError
        For what is no number of draws, no seed, no number of threads, or no kind of points.
    """
    whole("n", n, 1, _core.most_draws)
    for name, value, known in (("points", points, POINTS), ("discrete", discrete, DISCRETE)):
        if value not in known:
            raise SpecError(Fault(name, repr(value), nearest(value, known)))
    return Sampling(n, seed_of(seed), points, discrete, threads_of(threads))
