"""Nodes and groups: what one of them holds, and how it is read from a mapping."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .. import catalogue
from ..catalogue import Choice
from ..errors import Fault, SpecError
from ..table import nearest

__all__ = ["Group", "Node", "read_group", "read_node"]


@dataclass(frozen=True)
class Node:
    """One node: an indicator (a leaf) or the aggregate of its children.

    Parameters
    ----------
    code : str
        Its name in spec files and results; for a leaf also the indicator's name in the panel.
    parent : str, optional
        Code of the node above; None for the root.
    name : str, optional
        Readable name.
    weight : float
        Against its siblings, at least 0; siblings are brought to sum one.
    direction : {1, -1}
        -1 where less is better.
    lag : float
        A leaf's value in period t is the one of t - lag, in units of the period.
    cap, lower, upper, target : float, optional
        Highest value used, the indicator's goalposts, and the value to be reached, in its unit.
    unit, concept : str, optional
        Unit of measurement, and what it measures (the guard against shared inputs reads it).
    denominator : str, optional
        The panel's indicator that this one is divided by; it need not stand in the tree. The recipe says how.
    denominator_factor : float, optional
        What the denominator is divided by first, e.g. 1000 for a number per thousand; 1 if left out.
    normalize, impute, aggregate : optional
        Instead of the recipe's: a leaf's act on the indicator, an inner node's ``normalize`` on its aggregate.
    weights : optional
        Method that weighs the children of this node, instead of the recipe's ``weight``.
    not_scored : float, optional
        A published code for "this unit was not scored": such a unit leaves the index for that period.
    """

    code: str
    parent: str | None = None
    name: str | None = None
    weight: float = 1.0
    direction: int = 1
    lag: float = 0
    cap: float | None = None
    lower: float | None = None
    upper: float | None = None
    target: float | None = None
    unit: str | None = None
    denominator: str | None = None
    denominator_factor: float | None = None
    concept: str | None = None
    normalize: Choice | None = None
    impute: tuple[Choice, ...] | None = None
    aggregate: Choice | None = None
    weights: Choice | None = None
    not_scored: float | None = None


@dataclass(frozen=True)
class Group:
    """Units whose score lies above a cut.

    Parameters
    ----------
    code : str
        Name of the group.
    above : float, optional
        The cut: scores above it belong here, unless to a group before. The last group has none.
    classes : tuple of str, optional
        Rating classes, best first: the ranked units of the group are cut into so many parts as equal in number as
        possible, the better parts taking what is left over. Units of one rank share the better of their classes.
    """

    code: str
    above: float | None = None
    classes: tuple[str, ...] = ()


NUMBERS = (
    "weight",
    "direction",
    "lag",
    "cap",
    "lower",
    "upper",
    "target",
    "not_scored",
    "denominator_factor",
)
TEXTS = ("code", "parent", "name", "unit", "denominator", "concept")


def read_node(given: Mapping[str, Any], at: int, faults: list[Fault]) -> Node:
    """A node from a mapping; what is wrong with it is added to the faults."""
    code = given.get("code")
    place = f"node {code!r}" if isinstance(code, str) and code else f"node number {at + 1}"
    if not isinstance(code, str) or not code:
        faults.append(
            Fault(place, "no code" if code is None else f"code {code!r}", "every node needs a text as code")
        )
    known = [part.name for part in fields(Node)]
    parts: dict[str, Any] = {"code": code if isinstance(code, str) and code else f"number {at + 1}"}
    for name, value in given.items():
        if name not in known:
            faults.append(Fault(f"{place}.{name}", "unknown key", nearest(name, known)))
        elif name in ("normalize", "aggregate", "impute", "weights"):
            parts |= _methods(name, value, place, faults)
        elif name in NUMBERS and (isinstance(value, bool) or not isinstance(value, (int, float))):
            faults.append(Fault(f"{place}.{name}", repr(value), "a number"))
        elif name in TEXTS and not isinstance(value, str):
            faults.append(Fault(f"{place}.{name}", repr(value), "a text"))
        else:
            parts[name] = value
    return Node(**parts)


def _methods(stage: str, value: Any, place: str, faults: list[Fault]) -> dict[str, Any]:
    try:
        chain = catalogue.as_chain(value, f"{place}.{stage}")
    except SpecError as error:
        faults.extend(error.faults)
        return {}
    if stage == "impute":
        return {stage: chain}
    if len(chain) != 1:
        faults.append(Fault(f"{place}.{stage}", f"{len(chain)} methods", "one method"))
        return {}
    return {stage: chain[0]}


def read_group(given: Mapping[str, Any], at: int, faults: list[Fault]) -> Group:
    """A group from a mapping; what is wrong with it is added to the faults."""
    known = [part.name for part in fields(Group)]
    faults += [
        Fault(f"groups[{at}].{name}", "unknown key", nearest(name, known))
        for name in given
        if name not in known
    ]
    above = given.get("above")
    number = isinstance(above, (int, float)) and not isinstance(above, bool)
    if above is not None and not (number and math.isfinite(above)):
        faults.append(Fault(f"groups[{at}].above", repr(above), "a finite number"))
        above = None
    if not isinstance(given.get("code"), str):
        came = repr(given["code"]) if "code" in given else "no code"
        faults.append(Fault(f"groups[{at}].code", came, "a text, e.g. 'H'"))
    return Group(str(given.get("code")), above, _classes(given, f"groups[{at}]", faults))


def _classes(given: Mapping[str, Any], place: str, faults: list[Fault]) -> tuple[str, ...]:
    if "classes" not in given:
        return ()
    classes = given["classes"]
    if (
        classes
        and isinstance(classes, (list, tuple))
        and all(isinstance(one, str) and one for one in classes)
    ):
        return tuple(classes)
    faults.append(
        Fault(f"{place}.classes", repr(classes), "a list of texts, best first, e.g. ['H3', 'H2', 'H1']")
    )
    return ()
