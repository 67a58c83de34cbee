"""Other measures of an index: the analyses for a model of the user's own, with the plan as that model."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import delta, fast, filtering, given, morris, oat, pawn, regression
from .model import PlanModel, grouped

__all__ = ["MEASURES", "elementary_effects", "from_curves", "from_runs", "one_at_a_time"]

Array = NDArray[np.float64]
LOW, HIGH = 0.05, 0.95  # where one factor at a time goes
SAID = {"problem", "X", "Y", "seed", "level", "threads", "progress", "salib"}  # by run() itself
MEASURES: dict[str, ModuleType] = {
    "delta": delta, "pawn": pawn, "given": given, "regression": regression, "filtering": filtering,
}  # fmt: skip


def options_of(*functions: Callable[..., Any]) -> set[str]:
    """Arguments of functions that a user of an index may give."""
    return {name for function in functions for name in inspect.signature(function).parameters} - SAID


def _settled(function: Callable[..., Any], model: PlanModel, seed: int, level: float) -> dict[str, Any]:
    """What run() says of seed, level and threads, as far as the function asks for it."""
    known = inspect.signature(function).parameters
    said = {"seed": seed, "level": level, "threads": model.threads or None}
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
    module = MEASURES[name]
    x = given.sample(model.problem, n, kind=kind, seed=seed, threads=model.threads or None)
    return module.analyze(
        model.problem, x, model(x), **_settled(module.analyze, model, seed, level), **options
    )


def elementary_effects(
    model: PlanModel, n: int, seed: int, *, level: float, groups: Any, design: str = "radial", num_levels: int = 4,
    **options: Any,
) -> Any:  # fmt: skip
    """Elementary effects, see :mod:`egov_index.morris`."""
    names, member = grouped(groups, model.factors)
    problem = model.problem | ({"groups": [names[at] for at in member]} if groups is not None else {})
    x = morris.sample(problem, n, num_levels, design=design, seed=seed, threads=model.threads or None)
    return morris.analyze(problem, x, model(x), **_settled(morris.analyze, model, seed, level), **options)


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
    if options.get("method") == "rbd":
        x: Array = given.sample(model.problem, n, seed=seed, threads=model.threads or None)
        options = {"M": M, **options}
    else:
        x = fast.sample(model.problem, n, M, curves=curves, seed=seed, threads=model.threads or None)
    return fast.analyze(model.problem, x, model(x), **_settled(fast.analyze, model, seed, level), **options)


def one_at_a_time(model: PlanModel, n: int, seed: int, *, level: float, groups: Any) -> Any:
    """Every choice at each of its levels, every other factor low and high, with all others as in the index.

    A factor that is no choice stands at its median and goes to its 5 and 95 percent quantiles.
    """
    model.refuse_groups("oat", groups)
    model, d = model.unwatched(), len(model.factors)
    center = np.array(
        [[level if levels else 0.5 for level, levels in zip(model.own, model.levels, strict=True)]]
    )
    nominal = model(center)
    table = [nominal[0]]
    for k, levels in enumerate(model.levels):
        x = np.repeat(center, levels or 2, axis=0)
        x[:, k] = range(levels) if levels else (LOW, HIGH)
        y = model(x)
        table += [y.min(axis=0), y.max(axis=0)] if levels else [*y]
    return oat.analyze(model.problem, np.zeros((1 + 2 * d, d)), np.array(table))
