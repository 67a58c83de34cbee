"""A plan as a model of independent inputs, so that any analysis of a model can be run on an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..alternatives import Alternatives
from ..arguments import threads_of
from ..compiled import located
from ..errors import Fault, SpecError
from ..panel import Panel
from ..progress import Progress, Told, shown
from ..table import listing, nearest
from ..uncertainty import factor_names, plan
from .readings import readings

if TYPE_CHECKING:
    from ..index import Index

__all__ = ["PlanModel", "Question", "grouped"]

Array = NDArray[np.float64]
EDGE = 2.0**-33  # coordinates keep so far from 0 and 1, where quantiles may be infinite
WEIGHTS = ("weight", "weights", "experts")
STREAMS = ("measurement", "imputation", "weights")  # whose coordinate only picks random numbers


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
        if not isinstance(given, Iterable):
            faults.append(
                Fault(f"groups[{group!r}]", repr(given), "names of factors, ['normalize', 'aggregate']")
            )
            continue
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


@dataclass(frozen=True)
class Question:
    """What is asked: of which index and data, what varies, what is read from each draw, how it is run."""

    index: Index
    panel: Panel
    alternatives: Alternatives
    period: Any
    output: Any
    threads: int | None
    progress: Progress | None


class PlanModel:
    """Outputs of an index as a function of what may vary.

    Inputs are a column a factor: the level of a choice, counted from 0, or a number between 0 and 1.

    Attributes
    ----------
    question : Question
    factors, outputs : tuple of str
    levels : tuple of int
        Of each factor; 0 where it is no choice.
    streams : tuple of int
        Positions of the factors whose number only picks random numbers: errors of measurement, draws of imputations,
        boxes of weights. Near numbers do not mean near values.
    problem : dict
        The inputs as a problem of :mod:`egov_index.sobol`.
    """

    def __init__(self, question: Question) -> None:
        self.question, self.progress = question, question.progress
        self.threads = threads_of(question.threads)
        panel = question.panel
        self.plan, labels = plan(question.index, panel, question.alternatives, question.period)
        self.factors = factor_names(self.plan, question.index.framework)
        self.levels = tuple(levels for _, levels, _ in self.plan.factors)
        self.streams = tuple(k for k, (name, _, _) in enumerate(self.plan.factors) if name in STREAMS)
        units = len(panel.units)
        rows = [(panel.units[row % units], labels[row // units]) for row in self.plan.kept]
        self.asked, self.outputs = readings(question.output, rows, question.alternatives)

    @property
    def problem(self) -> dict[str, Any]:
        """Names, bounds and distributions."""
        return self.problem_of(range(len(self.factors)))

    def problem_of(self, held: Sequence[int]) -> dict[str, Any]:
        """The same for some of the factors."""
        return {
            "names": [self.factors[k] for k in held],
            "bounds": [list(range(self.levels[k])) if self.levels[k] else [0.0, 1.0] for k in held],
            "dists": ["discrete" if self.levels[k] else "unif" for k in held],
            "outputs": list(self.outputs),
        }

    def points(self, x: Array) -> Array:
        """Inputs as points of the unit cube, as the core takes them."""
        points = np.array(x, dtype=np.float64, order="C")
        for k, levels in enumerate(self.levels):
            if levels:
                points[:, k] = (points[:, k] + 0.5) / levels
        return np.clip(points, EDGE, 1 - EDGE, out=points)

    def __call__(self, x: Array, told: Told | None = None) -> Array:
        """Outputs of rows of inputs, shape (rows, outputs)."""
        return self.at(self.points(x), told)

    def at(self, points: Array, told: Told | None = None) -> Array:
        """Outputs at points of the unit cube."""
        with located(self.question.panel, self.question.index.framework):
            y: Array = self.plan.evaluate(self.asked, points, self.threads, told)
        return y

    @contextmanager
    def watched(self, total: int, what: str = "runs") -> Iterator[Told | None]:
        """Tell progress of so many steps, and name what errors of the core are about."""
        question = self.question
        with (
            located(question.panel, question.index.framework),
            shown(self.progress, total, what) as told,
        ):
            yield told

    def nominal(self) -> Array:
        """Outputs of the choices of the index itself, shape (outputs,)."""
        return np.asarray(self.plan.nominal(self.asked), dtype=np.float64)

    def varying(self, alternatives: Alternatives) -> PlanModel:
        """The same question with other things varying."""
        other = PlanModel(replace(self.question, alternatives=alternatives))
        other.asked, other.outputs = self.asked, self.outputs  # scores on the same scale
        return other

    def refuse_groups(self, method: str, groups: Any) -> None:
        """Raise where an analysis looks at every factor by itself and groups are asked for."""
        if groups is not None:
            came = f"{groups!r} with method {method!r}, which looks at every factor by itself"
            raise SpecError(Fault("groups", came, "one of the methods sobol, shapley, morris"))

    def inputs(self, method: str) -> list[int]:
        """Positions of the factors that an analysis of values can look at; SpecError if there are none."""
        held = [k for k in range(len(self.factors)) if k not in self.streams]
        if not held:
            came = f"method {method!r} where only {listing(self.factors)} varies"
            raise SpecError(
                Fault("method", came, "'sobol' or 'shapley', as its numbers only pick random numbers")
            )
        return held

    def stream_note(self, method: str) -> tuple[str, ...]:
        """What is to be said of factors that are left out."""
        if not self.streams:
            return ()
        names = listing(self.factors[k] for k in self.streams)
        return (
            f"{names}: varied in all runs, but {method} says nothing of it, as its numbers only pick random numbers. "
            "Methods 'sobol' and 'shapley' do.",
        )

    def __repr__(self) -> str:
        return f"<PlanModel of {listing(self.factors)}>"
