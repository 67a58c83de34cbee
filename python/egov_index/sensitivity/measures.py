"""Other measures of an index: the analyses for a model of the user's own, with the plan as that model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core, delta, fast, filtering, given, morris, oat, pawn, regression
from ..alternatives import STAGES, Alternatives
from ..errors import Fault, SpecError
from ..progress import Told, stretches
from ..table import listing
from ..weighting import SimplexBox
from .model import PlanModel, grouped
from .weights import Blocks

__all__ = ["MEASURES", "elementary_effects", "from_curves", "from_runs", "one_at_a_time"]

Array = NDArray[np.float64]
WALKS = 0x57  # what tells the random numbers of walks from others of the seed
LOW, HIGH = 0.05, 0.95  # where one factor at a time goes
SAID = {"problem", "X", "Y", "seed", "level", "threads", "progress", "salib"}  # by run() itself
MEASURES: dict[str, ModuleType] = {
    "delta": delta, "pawn": pawn, "given": given, "regression": regression, "filtering": filtering,
}  # fmt: skip


def options_of(*functions: Callable[..., Any]) -> set[str]:
    """Arguments of functions that a user of an index may give."""
    return {name for function in functions for name in inspect.signature(function).parameters} - SAID


def _settled(
    function: Callable[..., Any], model: PlanModel, seed: int, level: float, told: Told | None
) -> dict[str, Any]:
    """What run() says of seed, level, threads and progress, as far as the function asks for it."""
    known = inspect.signature(function).parameters
    said = {"seed": seed, "level": level, "threads": model.threads or None, "progress": told}
    return {name: value for name, value in said.items() if name in known}


def from_runs(
    name: str,
    model: PlanModel,
    n: int,
    seed: int,
    *,
    level: float,
    groups: Any,
    kind: str = "lhs",
    **options: Any,
) -> Any:
    """A measure of any runs: a sample of points, the outputs there, the analysis."""
    model.refuse_groups(name, groups)
    held, analyze = model.inputs(name), MEASURES[name].analyze
    x = given.sample(model.problem, n, kind=kind, seed=seed, threads=model.threads or None)
    problem = model.problem_of(held)
    inputs = x if len(held) == len(model.factors) else np.asarray(x)[:, held]
    with model.watched(n) as told:
        first, last = stretches(told, (1, 3))
        y = model(x, first)
        found = analyze(problem, inputs, y, **_settled(analyze, model, seed, level, last), **options)
    found.notes += model.stream_note(name)
    return found


def elementary_effects(
    model: PlanModel, n: int, seed: int, *, level: float, groups: Any, design: str = "radial", num_levels: int = 4,
    **options: Any,
) -> Any:  # fmt: skip
    """Elementary effects, see :mod:`egov_index.morris`; random numbers stay as they are on a walk."""
    held = model.inputs("morris")
    names, member = grouped(groups, [model.factors[k] for k in held])
    problem = model.problem_of(held) | (
        {"groups": [names[at] for at in member]} if groups is not None else {}
    )
    x = morris.sample(problem, n, num_levels, design=design, seed=seed, threads=model.threads or None)
    runs = np.empty((len(x), len(model.factors)))
    runs[:, held] = x
    if model.streams:
        key = _core.philox((0, 0, 0, WALKS), (seed & 0xFFFFFFFF, seed >> 32))
        drawn = _core.Design(_core.Points.montecarlo, len(model.streams), n, key[1] << 32 | key[0]).sample()
        runs[:, list(model.streams)] = np.repeat(drawn, len(x) // n, axis=0)
    with model.watched(len(x)) as told:
        first, last = stretches(told, (9, 1))
        y = model(runs, first)
        found = morris.analyze(problem, x, y, **_settled(morris.analyze, model, seed, level, last), **options)
    found.notes += model.stream_note("morris")
    return found


def from_curves(
    model: PlanModel,
    n: int,
    seed: int,
    *,
    level: float,
    groups: Any,
    M: int = 4,
    curves: int = 2,
    **options: Any,
) -> Any:
    """Spectra of curves, see :mod:`egov_index.fast`; by random balance from a Latin hypercube."""
    model.refuse_groups("fast", groups)
    if model.streams:
        names = listing(model.factors[k] for k in model.streams)
        came = (
            f"'fast' where {names} varies, whose numbers only pick random numbers: noise at every frequency"
        )
        raise SpecError(Fault("method", came, "'sobol' or 'shapley'"))
    if options.get("method") == "rbd":
        x: Array = given.sample(model.problem, n, seed=seed, threads=model.threads or None)
        options = {"M": M, **options}
    else:
        chosen = {name: options[name] for name in ("method",) if name in options}
        x = fast.sample(
            model.problem, n, M, curves=curves, seed=seed, threads=model.threads or None, **chosen
        )
    with model.watched(len(x)) as told:
        first, last = stretches(told, (4, 1))
        y = model(x, first)
        return fast.analyze(
            model.problem, x, y, **_settled(fast.analyze, model, seed, level, last), **options
        )


def one_at_a_time(model: PlanModel, n: int, seed: int, *, level: float, groups: Any) -> Any:
    """Every choice at each of its levels, every weight low and high, with all others as in the index itself.

    What goes low and high goes to its 5 and 95 percent quantiles. Random numbers are not moved. Where a choice of the
    index is not among the alternatives, the first of them stands for it.
    """
    model.refuse_groups("oat", groups)
    asked = model.question.alternatives
    stand = {
        stage: _stand(getattr(model.question.index.recipe, stage), getattr(asked, stage)) for stage in STAGES
    }
    nominal = model.nominal()
    swings: dict[str, tuple[Array, Array]] = {}
    for part in _apart(asked, {stage: one for stage, one in stand.items() if one is not None}):
        alone = model.varying(part)
        center = Blocks(alone).nominal()
        for k, levels in enumerate(alone.levels):
            x = np.repeat(center, (levels or 2) + 1, axis=0)
            x[1:, k] = range(levels) if levels else (LOW, HIGH)
            name = alone.factors[k]
            if name == "edition" and model.question.index in asked.edition:
                x[0, k] = asked.edition.index(model.question.index)
            elif levels and stand.get(name) is not None:
                x[0, k] = list(getattr(asked, name)).index(stand[name])
            y = alone(x)
            nominal = y[0]
            swings[name] = (y[1:].min(axis=0), y[1:].max(axis=0)) if levels else (y[1], y[2])
    held = [k for k in model.inputs("oat") if model.factors[k] in swings]
    rows = [nominal, *(row for k in held for row in swings[model.factors[k]])]
    found = oat.analyze(model.problem_of(held), np.zeros((len(rows), len(held))), np.array(rows))
    others = [
        stage
        for stage, one in stand.items()
        if one is not None and one != getattr(model.question.index.recipe, stage)
    ]
    if others:
        found.notes += (
            f"The choice of the index is not among the alternatives of {listing(others)}: the first of them stands "
            "for it.",
        )
    found.notes += model.stream_note("oat")
    return found


def _stand(own: Any, choices: Sequence[Any]) -> Any:
    """Where a stage stands while others move: as in the index, or at its first alternative; None: nothing varies."""
    return (own if own in choices else choices[0]) if choices else None


def _apart(alternatives: Alternatives, stand: Mapping[str, Any]) -> list[Alternatives]:
    """What varies, one kind at a time and without random numbers, everything else standing."""

    def part(**varies: Any) -> Alternatives:
        fixed: dict[str, Any] = {stage: [one] for stage, one in stand.items() if stage not in varies}
        return Alternatives(**fixed, **varies, posterior=False)

    parts = [part(**{stage: list(some)}) for stage in STAGES if len(some := getattr(alternatives, stage)) > 1]
    if alternatives.edition:
        parts.append(part(edition=alternatives.edition))
    parts += [part(weights=one) for one in alternatives.weights if not isinstance(one, SimplexBox)]
    return [*parts, part(exclude=alternatives.exclude)] if alternatives.exclude is not None else parts
