"""What a model takes in, said as SALib says it: a dict of names, bounds, distributions and groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .errors import Fault, SpecError
from .table import nearest

__all__ = ["SALIB", "Problem", "as_inputs", "as_problem", "in_our_words"]

Array = NDArray[np.float64]

KEYS = ("num_vars", "names", "bounds", "dists", "groups", "outputs", "sample_scaled")
SALIB = {
    "num_resamples": "resamples",
    "conf_level": "level",
}  # arguments of its analyses, and our words for them
ROWS = 2**16  # copied at a time, so that Ctrl-C is soon seen
LAWS = {row["name"]: row for row in _core.sobol_methods()["dists"]}


@dataclass(frozen=True)
class Problem:
    """A model's inputs.

    Attributes
    ----------
    names : tuple of str
        Inputs, a column of the design each.
    factors : tuple of str
        What indices are given for: the groups where there are some, else the inputs.
    factor : tuple of int
        Position of each input's factor.
    laws : tuple of dict
        Distribution of each input as the core takes it.
    outputs : tuple of str
        Names of the outputs, empty if there are none.
    """

    names: tuple[str, ...]
    factors: tuple[str, ...]
    factor: tuple[int, ...]
    laws: tuple[dict[str, Any], ...]
    outputs: tuple[str, ...] = ()


def as_problem(problem: Any, bounded: bool = True) -> Problem:
    """Read a SALib problem; SpecError with all that is wrong. Bounds and dists are left out unless ``bounded``."""
    if not isinstance(problem, Mapping):
        came = f"a {type(problem).__name__}"
        raise SpecError(Fault("problem", came, "a mapping with num_vars, names and bounds"))
    faults = [
        Fault(f"problem[{key!r}]", "not known", nearest(key, KEYS)) for key in problem if key not in KEYS
    ]
    names = _texts(problem, "names", faults)
    count = problem.get("num_vars", len(names))
    if not names and not faults:
        faults.append(Fault("problem['names']", "nothing", "a name for each input"))
    if count != len(names):
        faults.append(
            Fault("problem['num_vars']", repr(count), f"{len(names)}, as there are {len(names)} names")
        )
    repeated = sorted({name for name in names if names.count(name) > 1})
    faults += [Fault("problem['names']", f"{name!r} stands twice", "one name an input") for name in repeated]
    groups = _texts(problem, "groups", faults) or names
    if len(groups) != len(names):
        faults.append(
            Fault("problem['groups']", f"{len(groups)} entries", f"{len(names)}, one for each name")
        )
        groups = names
    laws = _laws(problem, names, faults) if bounded else ()
    if faults:
        raise SpecError(faults)
    factors = tuple(dict.fromkeys(groups))
    if len(factors) == 1 and len(names) > 1:  # SALib: one group of everything is no grouping
        factors, groups = names, names
    factor = tuple(factors.index(group) for group in groups)
    return Problem(names, factors, factor, laws, _texts(problem, "outputs", faults))


def as_inputs(unit: Array, laws: Sequence[dict[str, Any]], threads: int) -> Array:
    """Points of the unit cube, a row each, as inputs with these distributions; in a new array."""
    points = np.empty(unit.shape)
    for first in range(0, len(unit), ROWS):
        points[first : first + ROWS] = unit[first : first + ROWS]
    _core.to_marginals(points, list(laws), threads)
    return points


def in_our_words(
    salib: Mapping[str, Any], asked: Mapping[str, Any], words: Mapping[str, str], plain: Sequence[str] = ()
) -> dict[str, Any]:
    """What was asked for, with what SALib's arguments say in place of ours; SpecError for a name that is neither."""
    valid = (*words, *plain)
    faults = [
        Fault(name, "not known", nearest(name, (*valid, *asked))) for name in salib if name not in valid
    ]
    if faults:
        raise SpecError(faults)
    return {**asked, **{words[name]: value for name, value in salib.items() if name in words}}


def _texts(problem: Mapping[str, Any], key: str, faults: list[Fault]) -> tuple[str, ...]:
    given = problem.get(key)
    if given is None or (isinstance(given, Sequence) and len(given) == 0):
        return ()
    if isinstance(given, str) or not isinstance(given, Iterable):
        faults.append(Fault(f"problem[{key!r}]", repr(given), "a list of names"))
        return ()
    return tuple(str(name) for name in given)


def _laws(
    problem: Mapping[str, Any], names: tuple[str, ...], faults: list[Fault]
) -> tuple[dict[str, Any], ...]:
    bounds, dists = problem.get("bounds"), problem.get("dists")
    dists = ["unif"] * len(names) if dists is None else dists
    for key, given in (("bounds", bounds), ("dists", dists)):
        if not isinstance(given, Sequence | np.ndarray) or len(given) != len(names):
            came = (
                "nothing"
                if given is None
                else f"{len(given)} entries"
                if isinstance(given, Sequence | np.ndarray)
                else repr(given)
            )
            faults.append(Fault(f"problem[{key!r}]", came, f"{len(names)} entries, one for each name"))
            return ()
    assert bounds is not None
    return tuple(
        _law(f"bounds of {name!r}", str(dist), each, faults)
        for name, dist, each in zip(names, dists, bounds, strict=True)
    )


def _law(place: str, dist: str, given: Any, faults: list[Fault]) -> dict[str, Any]:
    law: dict[str, Any] = {"method": dist, "params": {}, "tables": {}, "rescale": None, "groups": None}
    law["over"] = ("period", None)
    if dist not in LAWS:
        faults.append(Fault(f"dists, {place}", repr(dist), nearest(dist, LAWS)))
        return law
    names = [name for name, _ in LAWS[dist]["params"]]
    fewest = sum(needed for _, needed in LAWS[dist]["params"])
    try:
        numbers = [float(number) for number in given]
    except (TypeError, ValueError):
        numbers = []
    if dist == "discrete" and numbers:
        law["tables"] = {"levels": [numbers]}
    elif dist != "discrete" and fewest <= len(numbers) <= len(names):
        law["params"] = dict(zip(names, numbers, strict=False))
    else:
        right = "numbers, equally likely levels" if dist == "discrete" else f"numbers: {', '.join(names)}"
        faults.append(Fault(place, repr(given), f"{dist} takes {right}"))
        return law
    for param, came, expected in _core.law_faults(law):
        faults.append(Fault(f"{place}, {param}", came, expected))
    return law
