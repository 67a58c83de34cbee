"""Designs: which runs of a model Sobol' indices need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import seed_or_first, threads_of, whole
from ..errors import Fault, SpecError
from ..factorial import counted, crossed, levels_of
from ..problem import Problem, as_problem
from ..sampling import DISCRETE
from ..table import nearest

__all__ = ["Layout", "Sample", "sample"]

KINDS = ("sobol", "lhs", "montecarlo")
SCRAMBLES = 8  # unless there are too few base points for so many
FEWEST = 32  # base points of a scramble, unless asked for


@dataclass(frozen=True)
class Layout:
    """How the runs of a design are laid out.

    Attributes
    ----------
    factors : tuple of str
        What indices are given for.
    n : int
        Base points in all.
    scrambles : int
        Independent designs that share the base points, one after the other.
    seed : int
        Seed of the design.
    second_order, third : bool
        Whether the runs BA and AC are there.
    kind : str
        "sobol" (nested scramble), "linear_sobol", "plain_sobol" (no scramble), "lhs" or "montecarlo".
    levels, member : tuple of int
        Where discrete inputs are run in all their combinations: levels of each input, 0 where it is not discrete, and
        the position of its factor. Else empty.
    """

    factors: tuple[str, ...]
    n: int
    scrambles: int
    seed: int
    second_order: bool
    third: bool = False
    kind: str = "sobol"
    levels: tuple[int, ...] = ()
    member: tuple[int, ...] = ()

    @property
    def discrete(self) -> str:
        """How discrete inputs are taken, "enumerated" or "sampled"."""
        return "enumerated" if self.levels else "sampled"

    @property
    def exact(self) -> bool:
        """Whether nothing but discrete inputs varies, and all their combinations are run."""
        return bool(self.levels) and all(self.levels)

    @property
    def combinations(self) -> int:
        """Combinations that are run at each point; 1 where discrete inputs are sampled."""
        return prod(max(1, levels) for levels in self.levels)

    @property
    def each(self) -> int:
        """Runs of one base point."""
        if self.exact:
            return self.combinations
        moved = {at for at, levels in zip(self.member, self.levels, strict=True) if levels == 0}
        crossed = len(moved) if self.levels else len(self.factors)
        return self.combinations * runs_of_a_point(crossed, self.second_order, self.third)

    @property
    def runs(self) -> int:
        """Runs in all."""
        return self.n * self.each


def runs_of_a_point(factors: int, second_order: bool, third: bool) -> int:
    """A and B; a mixed run for each factor, another with the reversed ones, and one with a third point."""
    return 2 + factors * (1 + second_order + third)


class Sample(np.ndarray[Any, np.dtype[np.float64]]):
    """Inputs of all runs, a row a run, which also know their layout.

    What NumPy makes of it row by row keeps the layout, and so ``analyze`` knows it from outputs computed
    that way. Attribute ``layout`` is None where the number of rows is another than that of the design.
    """

    _layout: Layout | None = None

    def __array_finalize__(self, made_from: Any) -> None:
        self._layout = getattr(made_from, "_layout", None)

    @property
    def layout(self) -> Layout | None:
        """The layout, if there is a row for each run."""
        known = self._layout
        return known if known and self.ndim and self.shape[0] == known.runs else None


def sample(
    problem: Mapping[str, Any],
    n: int | None = None,
    *,
    calc_second_order: bool = True,
    scramble: bool | str = True,
    skip_values: int = 0,
    seed: int | None = 1,
    kind: str = "sobol",
    scrambles: int | None = None,
    third: bool = False,
    discrete: str = "sampled",
    threads: int | None = None,
    N: int | None = None,
) -> Sample:
    """Inputs of the runs that Sobol' indices need, in SALib's order of rows.

    Parameters
    ----------
    problem : mapping
        ``names`` of the inputs; ``bounds``, numbers for each; ``dists``, a distribution for each ("unif" if left out):
        unif, logunif, triang, norm, truncnorm, lognorm, weibull as in SALib; gamma (shape, scale);
        and discrete, whose bounds are its equally likely levels (one that stands twice is twice as likely); ``groups``,
        a group for each input, whose columns are exchanged together.
    n : int
        Base points in all scrambles together; a power of two serves best.
    calc_second_order : bool
        Whether the reversed runs are there as well: n (2 d + 2) runs for d factors, else n (d + 2).
    scramble : bool or {"nested", "linear"}
        How Sobol' points are scrambled. True: "linear" (Matousek 1998, as SALib does) with one scramble, where half of
        all errors are smaller than with "nested" (Owen 1995), though the largest are not; "nested" with several, whose
        mean is nearer to normal. False: not at all; then there is one design and the seed does nothing.
    skip_values : int
        0. Skipping the first points makes the estimates worse (Owen 2020).
    seed : int, optional
        The same seed gives the same bits for any number of threads. None, which SALib takes for a new design each time,
        is 1.
    kind : {"sobol", "lhs", "montecarlo"}
        Scrambled Sobol' points, a Latin hypercube, or independent points.
    scrambles : int, optional
        Independent designs that share the base points, one after the other, for intervals that can be trusted. Left
        out: 8, or fewer where each would have under 32 base points. With one, estimates are at their best and have no
        such interval.
    third : bool
        Whether there is a third point, as the first-order estimator "owen" needs: d more runs for each base point.
    discrete : {"sampled", "enumerated"}
        "enumerated": base points are of the other inputs alone, and each of their runs is made with every combination
        of the levels of the discrete ones, whose part is then free of sampling error. With c combinations and k factors
        that hold other inputs, c n (2 k + 2) or c n (k + 2) runs. Where all inputs are discrete, each combination once:
        indices are exact, and n, scrambles and seed are not looked at. At most 65,536 combinations.
    threads : int, optional
        All cores if left out.
    N : int
        SALib's name of ``n``.

    Returns
    -------
    Sample
        Shape (runs, inputs), a numpy.ndarray that knows its layout. For each base point in turn: A, AB_1 to AB_d,
        BA_1 to BA_d, B, AC_1 to AC_d, where AB_i is A with factor i of B. Enumerated: likewise for the factors that
        hold inputs which are not discrete, with all combinations in place of each run, the last discrete input fastest.

    Raises
    ------
    SpecError
        For a problem that makes no sense, naming all that is wrong; for a number out of bounds.

    Notes
    -----
    Directions of Joe and Kuo (2008); the nested scramble is one by hash. Point i depends on the seed and i alone.

    Examples
    --------
    >>> from egov_index import sobol
    >>> problem = {"names": ["a", "b"], "bounds": [[0, 1], [10, 20]]}
    >>> x = sobol.sample(problem, 64, seed=3)
    >>> x.shape, x.layout.scrambles
    ((384, 2), 2)
    >>> rules = {"names": ["a", "b"], "bounds": [[0, 1, 2], [0, 10]], "dists": ["discrete", "discrete"]}
    >>> sobol.sample(rules, discrete="enumerated").tolist()
    [[0.0, 0.0], [0.0, 10.0], [1.0, 0.0], [1.0, 10.0], [2.0, 0.0], [2.0, 10.0]]
    """
    made = as_problem(problem)
    whole("skip_values", skip_values, 0, 0)
    levels = enumerated_levels(discrete, made)
    if levels and third:
        raise SpecError(Fault("third", "True with discrete='enumerated'", "False, or discrete='sampled'"))
    if levels and all(levels):
        return _sampled(
            made,
            Layout(made.factors, 1, 1, seed_or_first(seed), True, False, "sobol", levels, made.factor),
            threads,
        )
    points = _points(n, N)
    reversed_too = bool(calc_second_order or third)
    if kind not in KINDS:
        raise SpecError(Fault("kind", repr(kind), nearest(kind, KINDS)))
    if scrambles is None:
        scrambles = usual_scrambles(points) if scramble else 1
    whole("scrambles", scrambles, 1, points if scramble else 1)
    if kind == "sobol":
        kind = _scrambled(scramble, scrambles)
    member = made.factor if levels else ()
    layout = Layout(
        made.factors, points, scrambles, seed_or_first(seed), reversed_too, bool(third), kind, levels, member
    )
    return _sampled(made, layout, threads)


def _sampled(problem: Problem, layout: Layout, threads: int | None) -> Sample:
    """The inputs of a layout's runs."""
    fixed = layout.levels or (0,) * len(problem.names)
    drawn = [k for k, levels in enumerate(fixed) if levels == 0]
    groups = sorted({problem.factor[k] for k in drawn})
    x: NDArray[np.float64] = _core.sobol_sample(
        getattr(_core.Points, layout.kind), layout.n, layout.scrambles, layout.seed,
        [groups.index(problem.factor[k]) for k in drawn], len(groups), layout.second_order, layout.third,
        [problem.laws[k] for k in drawn], threads_of(threads),
    ) if drawn else np.empty((1, 0))  # fmt: skip
    if layout.levels:
        x = crossed(x, problem.laws).reshape(-1, len(problem.names))
    out: Sample = x.view(Sample)
    out._layout = layout
    return out


def enumerated_levels(discrete: str, problem: Problem) -> tuple[int, ...]:
    """Levels of each input where discrete ones are enumerated; empty where they are sampled.

    Raises
    ------
    SpecError
        For another word, no discrete input, and for too many combinations.
    """
    if discrete not in DISCRETE:
        raise SpecError(Fault("discrete", repr(discrete), nearest(str(discrete), DISCRETE)))
    if discrete == "sampled":
        return ()
    levels = levels_of(problem.laws)
    counted(problem.names, levels)
    return levels


def usual_scrambles(points: int) -> int:
    """How many scrambles share base points where nobody says."""
    return max(1, min(SCRAMBLES, points // FEWEST))


def _scrambled(scramble: bool | str, scrambles: int) -> str:
    """Name of the points in the core."""
    known = {"nested": "sobol", "linear": "linear_sobol"}
    if scramble is True:
        scramble = "linear" if scrambles == 1 else "nested"
    if scramble is not False and scramble not in known:
        raise SpecError(Fault("scramble", repr(scramble), f"True, False or {nearest(scramble, known)}"))
    return known[str(scramble)] if scramble else "plain_sobol"


def _points(n: int | None, salib: int | None) -> int:
    if n is not None and salib is not None:
        raise SpecError(Fault("N", f"{salib!r} beside n = {n!r}", "one of the two"))
    return whole("n", salib if n is None else n, 1, 2**32)
