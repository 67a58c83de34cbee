"""Designs: which runs of a model Sobol' indices need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _core
from ..arguments import seed_or_first, threads_of, whole
from ..errors import Fault, SpecError
from ..problem import as_problem
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
    """

    factors: tuple[str, ...]
    n: int
    scrambles: int
    seed: int
    second_order: bool
    third: bool = False
    kind: str = "sobol"

    @property
    def each(self) -> int:
        """Runs of one base point."""
        return runs_of_a_point(len(self.factors), self.second_order, self.third)

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
    threads: int | None = None,
    N: int | None = None,
) -> Sample:
    """Inputs of the runs that Sobol' indices need, in SALib's order of rows.

    Parameters
    ----------
    problem : mapping
        ``names`` of the inputs; ``bounds``, numbers for each; ``dists``, a distribution for each ("unif" if left out):
        unif, logunif, triang, norm, truncnorm, lognorm, weibull as in SALib; gamma (shape, scale);
        and discrete, whose bounds are its equally likely levels; ``groups``, a group for each input, whose columns are
        exchanged together.
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
    threads : int, optional
        All cores if left out.
    N : int
        SALib's name of ``n``.

    Returns
    -------
    Sample
        Shape (runs, inputs), a numpy.ndarray that knows its layout. For each base point in turn: A, AB_1 to AB_d,
        BA_1 to BA_d, B, AC_1 to AC_d, where AB_i is A with factor i of B.

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
    """
    made = as_problem(problem)
    whole("skip_values", skip_values, 0, 0)
    points = _points(n, N)
    reversed_too = bool(calc_second_order or third)
    if kind not in KINDS:
        raise SpecError(Fault("kind", repr(kind), nearest(kind, KINDS)))
    if scrambles is None:
        scrambles = usual_scrambles(points) if scramble else 1
    whole("scrambles", scrambles, 1, points if scramble else 1)
    if kind == "sobol":
        kind = _scrambled(scramble, scrambles)
    layout = Layout(made.factors, points, scrambles, seed_or_first(seed), reversed_too, bool(third), kind)
    x = _core.sobol_sample(
        getattr(_core.Points, kind), points, scrambles, layout.seed, made.factor, len(made.factors),
        reversed_too, layout.third, list(made.laws), threads_of(threads),
    )  # fmt: skip
    out: Sample = x.view(Sample)
    out._layout = layout
    return out


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
