"""Shapley effects of a model by drawing inputs again, given the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import seed_of, share, threads_of, whole
from ..errors import Fault, SpecError
from ..problem import as_problem
from ..progress import tell
from ..table import nearest
from .discrete import CrossedRuns, Split, enumerated, exact
from .game import Game, grouping
from .laws import Law, as_law
from .runs import ROWS, Model, Runs
from .shares import ShapleyEffects
from .sums import OrderSums, SubsetSums

__all__ = ["effects"]

Array = NDArray[np.float64]
ALL = "All inputs are discrete and all their combinations were run."
METHODS = ("subsets", "permutations")
KINDS = ("sobol", "linear_sobol", "lhs", "montecarlo")
INTERVALS = ("t", "clt")
FEW = 64  # up to so many coalitions all of them do better than random orders with the same number of runs
MOST = 2**16
NUMBERS = 2**22  # outputs of one call of the model, about


@dataclass(frozen=True)
class Design:
    """Where the points come from."""

    kind: str
    n: int
    replicates: int
    seed: int

    def parts(self, dimensions: int) -> Iterator[Array]:
        """Points of each replicate, points x dimensions."""
        key = (self.seed & 0xFFFFFFFF, self.seed >> 32)
        for r in range(self.replicates):
            words = _core.philox((r, 0, 0, 0x5A), key)
            length = self.n // self.replicates + (r < self.n % self.replicates)
            seed = words[1] << 32 | words[0]
            yield _core.Design(getattr(_core.Points, self.kind), dimensions, length, seed).sample()


def effects(
    model: Callable[[Array], Any],
    problem: Law | Mapping[str, Any],
    n: int = 2048,
    *,
    seed: int = 1,
    method: str | None = None,
    groups: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    inside: bool = False,
    inner: int = 2,
    replicates: int | None = None,
    kind: str | None = None,
    interval: str = "t",
    level: float = 0.95,
    discrete: str | None = None,
    outputs: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> ShapleyEffects:
    """Shapley effects of a model's inputs, independent or not.

    Parameters
    ----------
    model : callable
        Takes inputs, an array (rows, inputs), and gives outputs, (rows,) or (rows, outputs). Called with many rows.
    problem : mapping or Law
        A SALib problem (names, bounds, dists, groups, outputs) for independent inputs, or a joint distribution.
    n : int
        Points in all replicates together; with "permutations" also the number of permutations, one a point.
    seed : int
        The same seed gives the same bits.
    method : {"subsets", "permutations"}, optional
        All coalitions of players at every point, or those of one random order. Left out: subsets up to 6 players; with
        more of them permutations have smaller errors with the same number of runs.
    groups : sequence or mapping, optional
        A group for each input, or the inputs of each group, in place of the problem's.
    inside : bool
        False: each group is one player. True: each input is one, and groups come and go together, so that the inputs of
        a group share what the group has as one player (Owen 1977).
    inner : int
        Runs that estimate a conditional variance, 2 or more; the point itself is the first of them.
    replicates : int, optional
        Independent designs that share the points. Left out: 8, fewer with few points, 1 with ``interval="clt"``.
    kind : {"sobol", "linear_sobol", "lhs", "montecarlo"}, optional
        Points. Left out: "montecarlo" with ``interval="clt"``, else "sobol".
    interval : {"t", "clt"}
        Student's t over the replicates, or the central limit theorem over permutations and independent points.
    level : float
        Level of the intervals.
    discrete : {"sampled", "enumerated"}, optional
        "enumerated": every combination of the discrete inputs is run at each point of the others, and each time that
        these are drawn again, so that what they do alone has no sampling error; over all coalitions. Where all inputs
        are discrete, each combination is run once and effects are exact, for inputs and players of any number. At most
        65,536 combinations. Left out: enumerated where all inputs are discrete, n is no less than their combinations
        and no method is asked for; else sampled.
    outputs : sequence of str, optional
        Names of the outputs.
    threads : int, optional
        That turn points into inputs, all cores if left out; the model is called from one. The same bits for any number.
    progress : callable, optional
        Called with the share done; False stops the run (:class:`egov_index.Interrupted`).

    Returns
    -------
    ShapleyEffects

    Raises
    ------
    DataError
        If the model gives another shape than rows x outputs, or a number that is not finite, naming run and inputs.
    SpecError
        For arguments that make no sense.

    Notes
    -----
    Worth of a coalition u is E Var(Y | inputs outside u), which gives the same effects as Var E(Y | u) (Song, Nelson
    and Staum 2016, SIAM/ASA Journal on Uncertainty Quantification 4, 1060-1083). At each point u is drawn again given
    the other inputs, ``inner`` - 1 times; the sample variance of the outputs is an unbiased estimate. All coalitions
    share the points and the variates. Runs: n (1 + (``inner`` - 1) coalitions), coalitions being the number of players
    with permutations. Estimates are ratios of means over all points. First and total indices come with subsets at no
    cost. Two inner runs do better than three with the same number of runs, as the point itself is one of them.

    Examples
    --------
    >>> import numpy as np
    >>> from egov_index import shapley
    >>> problem = {"names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
    >>> def ishigami(x):
    ...     return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    >>> found = shapley.effects(ishigami, problem, n=2**14)
    >>> found.effects.round(2).tolist()
    [0.44, 0.44, 0.12]
    >>> rules = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1, 2]], "dists": ["discrete", "discrete"]}
    >>> shapley.effects(lambda x: x[:, 0] * x[:, 1], rules).effects.round(6).tolist()
    [0.571429, 0.428571]
    """
    law = as_law(problem)
    if not isinstance(problem, Law):
        groups, outputs = _from_problem(problem, groups, outputs)
    game = Game.of(law.names, grouping(groups, law.names), bool(inside))
    split, asked = Split(law), Model(model, law.names, outputs)
    crossed = enumerated(discrete, split, whole("n", n, 2, 2**32), method is None)
    method = _method(method, game, crossed)
    design = _design(method, n, seed, replicates, kind, interval)
    again, level = whole("inner", inner, 2, 1000), share("level", level)
    if crossed and all(split.levels):
        found = exact(asked, split, game, progress)
        return ShapleyEffects(
            **found, outputs=asked.outputs, single=asked.single, factors=game.players, method="exact",
            groups=grouping(groups, law.names) if inside else (), runs=split.combinations, notes=(ALL,),
        )  # fmt: skip
    cores = threads_of(threads)
    runs = CrossedRuns(asked, split, again, cores) if crossed else Runs(asked, law, again, cores)
    sums = SubsetSums(game) if method == "subsets" else OrderSums(game)
    for part, r in _batches(design, runs, sums, progress):
        sums.add(r, runs.costs(part[:, : runs.columns], sums.free(part[:, runs.columns :])))
    return ShapleyEffects(
        **sums.shares(interval, level, runs.peak, runs.powers),
        outputs=runs.model.outputs, single=runs.model.single, factors=game.players, method=method,
        groups=grouping(groups, law.names) if inside else (), interval_method=interval, level=level, n=design.n,
        runs=runs.count, replicates=design.replicates,
    )  # fmt: skip


def _from_problem(problem: Mapping[str, Any], groups: Any, outputs: Any) -> tuple[Any, Any]:
    """Groups and outputs of a SALib problem where the call has none."""
    read = as_problem(problem)
    if groups is None and read.factors != read.names:
        groups = [read.factors[at] for at in read.factor]
    return groups, outputs if outputs is not None else read.outputs or None


def _method(method: str | None, game: Game, crossed: bool) -> str:
    if method is None:
        return METHODS[game.count > FEW and not crossed]
    if method not in METHODS:
        raise SpecError(Fault("method", repr(method), nearest(method, METHODS)))
    if crossed and method != "subsets":
        raise SpecError(Fault("method", f"{method!r} with discrete='enumerated'", "'subsets', or left out"))
    if method == "subsets" and game.count > MOST:
        came = f"'subsets' of {len(game.players)} inputs, {game.count:,} coalitions"
        raise SpecError(Fault("method", came, f"'permutations', or groups with at most {MOST:,} coalitions"))
    return method


def _design(
    method: str, n: int, seed: int, replicates: int | None, kind: str | None, interval: str
) -> Design:
    kind = kind or ("montecarlo" if interval == "clt" else "sobol")
    for name, given, valid in (("interval", interval, INTERVALS), ("kind", kind, KINDS)):
        if given not in valid:
            raise SpecError(Fault(name, repr(given), nearest(given, valid)))
    if interval == "clt" and (method, kind) != ("permutations", "montecarlo"):
        right = "'t', as 'clt' needs method='permutations' and kind='montecarlo'"
        raise SpecError(Fault("interval", f"'clt' with {method} and {kind}", right))
    n = whole("n", n, 2, 2**32)
    if replicates is None:
        replicates = 1 if interval == "clt" else max(2, min(8, n // 32))
    return Design(kind, n, whole("replicates", replicates, 1, n), seed_of(seed))


def _batches(
    design: Design, runs: Runs, sums: SubsetSums | OrderSums, progress: Callable[[float], object] | None
) -> Iterator[tuple[Array, int]]:
    """Points a batch at a time, with their replicate. The first, before outputs are known, is a small one."""
    cost = runs.rows(sums.coalitions)
    done = 0
    for r, points in enumerate(design.parts(runs.columns + sums.keys)):
        first = 0
        while first < len(points):
            rows = min(ROWS, NUMBERS // len(runs.model.outputs)) if done else FEW
            batch = points[first : first + max(1, rows // cost)]
            yield batch, r
            first += len(batch)
            done += len(batch)
            tell(progress, done / design.n)
