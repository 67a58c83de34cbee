"""A plan as a model of independent inputs, so that any analysis of a model can be run on an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..alternatives import Alternatives
from ..compiled import located
from ..errors import Fault, SpecError
from ..framework import Framework
from ..panel import Panel
from ..progress import Progress, Told, shown
from ..recipe import Recipe
from ..table import listing, nearest

__all__ = ["PlanModel", "grouped", "own_levels"]

Array = NDArray[np.float64]
EDGE = 2.0**-33  # coordinates keep so far from 0 and 1, where quantiles may be infinite
STAGES = ("impute", "treat", "normalize", "aggregate")
WEIGHTS = ("weight", "weights", "experts")


def grouped(groups: Any, factors: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    """Names of the groups of factors, and the group of each factor.

    Parameters
    ----------
    groups : None, "stages" or mapping
        Each factor on its own; all weights as one and the others on their own; or names of factors by group, those that
        are not named on their own.

    Raises
    ------
    SpecError
        For a factor that is not known, stands in two groups, or a group of the name of another factor.
    """
    if groups is None:
        return tuple(factors), list(range(len(factors)))
    if isinstance(groups, str):
        if groups != "stages":
            raise SpecError(
                Fault("groups", repr(groups), "'stages', or factors by group, {'weights': [...]}")
            )
        labels = ["weights" if name.split()[0] in WEIGHTS else name for name in factors]
    elif isinstance(groups, Mapping):
        labels = _labels(groups, factors)
    else:
        raise SpecError(Fault("groups", repr(groups), "'stages', or factors by group, {'weights': [...]}"))
    names = tuple(dict.fromkeys(labels))
    return names, [names.index(label) for label in labels]


def _labels(groups: Mapping[Any, Any], factors: Sequence[str]) -> list[str]:
    member: dict[str, str] = {}
    faults = []
    for group, given in groups.items():
        for name in [given] if isinstance(given, str) else given:
            if name not in factors:
                faults.append(Fault(f"groups[{group!r}]", repr(name), nearest(str(name), factors)))
            elif name in member:
                came = f"{name!r}, which is in {member[name]!r} too"
                faults.append(Fault(f"groups[{group!r}]", came, "every factor in one group"))
            else:
                member[name] = str(group)
    alone = [name for name in factors if name not in member]
    faults += [
        Fault("groups", f"a group {name!r}, which is a factor outside it", "another name")
        for name in alone
        if name in member.values()
    ]
    if faults:
        raise SpecError(faults)
    return [member.get(name, name) for name in factors]


def own_levels(recipe: Recipe, alternatives: Alternatives, made: Any) -> tuple[int, ...]:
    """Level of each factor that stands for the choice of the recipe itself; 0 where it is not among them."""
    found = []
    for name, _, node in made.factors:
        choices = list(getattr(alternatives, name, ())) if node < 0 and name in STAGES else []
        own = getattr(recipe, name, None)
        found.append(choices.index(own) if own in choices else 0)
    return tuple(found)


class PlanModel:
    """Outputs of an index as a function of what may vary.

    Inputs are a column a factor: the level of a choice, counted from 0, or a number between 0 and 1.

    Attributes
    ----------
    factors, outputs : tuple of str
    levels : tuple of int
        Of each factor; 0 where it is no choice.
    own : tuple of int
        Level of each choice that the index itself makes, 0 where it is none of them.
    problem : dict
        The inputs as a problem of :mod:`egov_index.sobol`.
    """

    def __init__(
        self,
        made: Any,
        panel: Panel,
        framework: Framework,
        factors: tuple[str, ...],
        asked: list[Any],
        outputs: tuple[str, ...],
        threads: int,
        progress: Progress | None,
        own: tuple[int, ...],
    ) -> None:
        self.own = own
        self.factors, self.outputs = factors, outputs
        self.levels = tuple(levels for _, levels, _ in made.factors)
        self.plan, self.asked, self.threads = made, asked, threads
        self._panel, self._framework, self._progress = panel, framework, progress

    @property
    def problem(self) -> dict[str, Any]:
        """Names, bounds and distributions."""
        return {
            "names": list(self.factors),
            "bounds": [list(range(levels)) if levels else [0.0, 1.0] for levels in self.levels],
            "dists": ["discrete" if levels else "unif" for levels in self.levels],
            "outputs": list(self.outputs),
        }

    def points(self, x: Array) -> Array:
        """Inputs as points of the unit cube, as the core takes them."""
        points = np.array(x, dtype=np.float64, order="C")
        for k, levels in enumerate(self.levels):
            if levels:
                points[:, k] = (points[:, k] + 0.5) / levels
        return np.clip(points, EDGE, 1 - EDGE, out=points)

    def __call__(self, x: Array) -> Array:
        """Outputs of rows of inputs, shape (rows, outputs)."""
        return self.at(self.points(x))

    def at(self, points: Array) -> Array:
        """Outputs at points of the unit cube."""
        with self.watched(len(points)) as told:
            y: Array = self.plan.evaluate(self.asked, points, self.threads, told)
        return y

    @contextmanager
    def watched(self, runs: int) -> Iterator[Told | None]:
        """Tell progress of so many runs, and name what errors of the core are about."""
        with located(self._panel, self._framework), shown(self._progress, runs, "runs") as told:
            yield told

    def unwatched(self) -> PlanModel:
        """The same without progress, for an analysis that calls it many times."""
        other = copy(self)
        other._progress = None
        return other

    @property
    def progress(self) -> Progress | None:
        """What is told how far a run is."""
        return self._progress

    def nominal(self) -> Array:
        """Outputs of the choices of the index itself, shape (outputs,)."""
        return np.asarray(self.plan.nominal(self.asked), dtype=np.float64)

    def refuse_groups(self, method: str, groups: Any) -> None:
        """Raise where an analysis looks at every factor by itself and groups are asked for."""
        if groups is not None:
            came = f"{groups!r} with method {method!r}, which looks at every factor by itself"
            raise SpecError(Fault("groups", came, "one of the methods sobol, shapley, morris"))

    def __repr__(self) -> str:
        return f"<PlanModel of {listing(self.factors)}>"
