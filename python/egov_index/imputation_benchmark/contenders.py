"""Methods under test: names and chains of the catalogue, and functions of the user's own, run on one hidden panel."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import catalogue
from .._impute import impute, takes_auxiliaries
from ..errors import DataError, EgovError, Fault, SpecError
from ..imputed import Imputed
from ..panel import Panel
from .masks import Flags, Floats
from .scores import Bounds

__all__ = ["Contender", "Fill", "Task", "contenders", "fill"]

RIGHT = 'a method such as "linear", a chain such as ["linear", "locf"], (name, chain) or (name, function)'


@dataclass(frozen=True)
class Contender:
    """A method with the name it goes by: a chain of choices, or a function."""

    name: str
    chain: tuple[catalogue.Choice, ...] = ()
    function: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Task:
    """What a method is given: the panel with its holes, and what may help.

    Parameters
    ----------
    panel : Panel
        Without the hidden cells and without the auxiliaries.
    auxiliaries : Panel or None
        Of the same units and periods.
    levels : tuple of float
        Of the intervals asked for.
    seed : int
        For methods that draw.
    draws : int or None
        Joint draws asked of methods of the catalogue; None for their own default.
    """

    panel: Panel
    auxiliaries: Panel | None
    levels: tuple[float, ...]
    seed: int
    draws: int | None = None


@dataclass(frozen=True)
class Fill:
    """What a method gave: predictions, intervals by level if it has them, CPU seconds."""

    point: Floats
    bounds: dict[float, Bounds]
    seconds: float


def contenders(methods: Any) -> list[Contender]:
    """Read the methods that were asked for.

    Raises
    ------
    SpecError
        For an unknown method, a name that occurs twice, or what is no method; all faults at once.
    """
    if isinstance(methods, Mapping) and "method" not in methods:
        named = dict(methods).items()
        methods = [(name, one if callable(one) or isinstance(one, list) else [one]) for name, one in named]
    elif isinstance(methods, str | catalogue.Choice | Mapping) or callable(methods):
        methods = [methods]
    faults: list[Fault] = []
    found = [_contender(given, f"methods[{at}]", faults) for at, given in enumerate(methods)]
    names = [one.name for one in found]
    faults += [
        Fault("methods", f"{name!r} twice", "a name of its own for each: (name, chain)")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not found:
        faults.append(Fault("methods", "none", RIGHT))
    if faults:
        raise SpecError(faults)
    return found


def _contender(given: Any, place: str, faults: list[Fault]) -> Contender:
    name = None
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str):
        if callable(given[1]):
            return Contender(given[0], function=given[1])
        if isinstance(given[1], list | tuple):
            name, given = given
    if callable(given):
        return Contender(getattr(given, "__name__", type(given).__name__), function=given)
    try:
        chain = catalogue.as_chain(given, place)
    except SpecError as error:
        faults += [Fault(fault.place, fault.came, RIGHT) for fault in error.faults]
        return Contender(place)
    faults += catalogue.chain_faults("impute", chain, place)
    if not chain:
        faults.append(Fault(place, "an empty chain", RIGHT))
    return Contender(name or " | ".join(map(str, chain)), chain)


def fill(contender: Contender, task: Task) -> Fill:
    """Run one method; an error of its own is told with the method's name.

    Raises
    ------
    DataError
        If a function gives arrays of another shape.
    """
    start = time.process_time()
    try:
        if contender.function is None:
            point, bounds = _of_catalogue(contender, task)
        else:
            point, bounds = _of_function(contender, contender.function, task)
    except EgovError:
        raise
    except Exception as error:
        error.add_note(f"in the method {contender.name!r} under test")
        raise
    return Fill(point, bounds, time.process_time() - start)


def _of_catalogue(contender: Contender, task: Task) -> tuple[Floats, dict[float, Bounds]]:
    """By `impute`; auxiliaries go to chains with a method that takes them."""
    helped = task.auxiliaries if takes_auxiliaries(contender.chain) else None
    imputed = impute(task.panel, contender.chain, auxiliaries=helped, seed=task.seed)
    point = np.asarray(imputed.panel.values)
    holes = np.isnan(task.panel.values)
    by_draws = imputed.stochastic and (task.draws is not None or imputed.sd is None)
    drawn = np.stack([imputed.draw(k) for k in range(task.draws or 100)]) if by_draws else None
    bounds = {level: _interval(imputed, drawn, holes, level) for level in task.levels}
    return point, {level: found for level, found in bounds.items() if found is not None}


def _interval(imputed: Imputed, drawn: Floats | None, holes: Flags, level: float) -> Bounds | None:
    """Quantiles of draws where some were asked for or nothing else is known; else what the method itself says."""
    if drawn is not None:
        return _from_draws(drawn, holes, level)
    return None if imputed.sd is None else Bounds(*imputed.interval(level))


def _from_draws(draws: Floats, holes: Flags, level: float) -> Bounds:
    lower, upper = np.full((2, *holes.shape), np.nan)
    ends = np.quantile(draws[:, holes], [(1 - level) / 2, (1 + level) / 2], axis=0)
    lower[holes], upper[holes] = ends
    return Bounds(lower, upper)


def _from_sd(point: Floats, sd: Floats, level: float) -> Bounds:
    half = quantile((1 + level) / 2) * sd
    return Bounds(point - half, point + half)


def quantile(p: float) -> float:
    """Quantile of the standard normal distribution."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


def _of_function(
    contender: Contender, function: Callable[..., Any], task: Task
) -> tuple[Floats, dict[float, Bounds]]:
    """By a function, which gets a copy of the values and those of the further arguments that it names."""
    helpers = None if task.auxiliaries is None else task.auxiliaries.values.copy()
    offered = {"auxiliaries": helpers, "seed": task.seed, "levels": task.levels, "panel": task.panel}
    try:
        taken = inspect.signature(function).parameters
    except (TypeError, ValueError):  # some functions written in C do not say
        taken = inspect.signature(lambda values: values).parameters
    answer = function(task.panel.values.copy(), **{name: offered[name] for name in offered if name in taken})
    return _read_answer(contender.name, answer, task)


def _read_answer(name: str, answer: Any, task: Task) -> tuple[Floats, dict[float, Bounds]]:
    """Filled values; (point, sd), (point, lower, upper), or a mapping of point with sd, lower and upper, or draws."""
    if isinstance(answer, tuple):
        names = {2: ("point", "sd"), 3: ("point", "lower", "upper")}.get(len(answer), ())
        answer = dict(zip(names, answer, strict=True)) if names else {}
    if not isinstance(answer, Mapping):
        answer = {"point": answer}
    shape = task.panel.shape
    if "point" not in answer:
        right = "filled values, (point, sd), (point, lower, upper) or a mapping with point"
        raise DataError(Fault(f"method {name!r}", "an answer without predictions", right))
    point = _shaped(name, "point", answer["point"], shape)
    bounds: dict[float, Bounds] = {}
    if answer.get("draws") is not None:
        draws = np.asarray(answer["draws"], dtype=np.float64)
        _shaped(name, "each of the draws", draws[0], shape)
        holes = np.isnan(task.panel.values)
        bounds = {level: _from_draws(draws, holes, level) for level in task.levels}
    if answer.get("sd") is not None:
        sd = _shaped(name, "sd", answer["sd"], shape)
        bounds = {level: _from_sd(point, sd, level) for level in task.levels}
    if answer.get("lower") is not None and answer.get("upper") is not None:
        each = shape if len(task.levels) == 1 else (len(task.levels), *shape)
        lower = _shaped(name, "lower", answer["lower"], each).reshape(-1, *shape)
        upper = _shaped(name, "upper", answer["upper"], each).reshape(-1, *shape)
        bounds = {level: Bounds(lower[k], upper[k]) for k, level in enumerate(task.levels)}
    return point, bounds


def _shaped(name: str, what: str, values: Any, shape: tuple[int, ...]) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape:
        place = f"method {name!r}"
        raise DataError(
            Fault(place, f"{what} of shape {array.shape}", f"{shape}, as the values it was given")
        )
    return array
