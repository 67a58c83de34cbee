"""Names into positions: what the core receives for a framework, a recipe and a panel."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import _core, catalogue
from .catalogue import Choice
from .errors import DataError, Fault, FitError, SpecError
from .framework import Framework, Node
from .panel import Panel
from .recipe import Recipe
from .table import listing, nearest

__all__ = [
    "as_table",
    "core_choice",
    "core_framework",
    "core_panel",
    "core_recipe",
    "group_names",
    "keys",
    "located",
    "positions",
]

T = TypeVar("T")


def as_table(panel: Panel) -> NDArray[np.float64]:
    """Values as the core wants them: column-major, rows period by period, a column an indicator."""
    units, periods, indicators = panel.shape
    return np.asfortranarray(panel.values.transpose(1, 0, 2).reshape(periods * units, indicators))


def from_table(table: NDArray[np.float64], units: int) -> NDArray[np.float64]:
    """Give the inverse of :func:`as_table`: (units, periods, columns)."""
    periods = table.shape[0] // max(units, 1)
    return np.ascontiguousarray(table.reshape(periods, units, table.shape[1]).transpose(1, 0, 2))


def core_panel(panel: Panel) -> Any:
    """The panel as the core holds it."""
    return _core.Panel(as_table(panel), len(panel.units), panel.times, keys(panel), panel.indicators)


@contextmanager
def located(
    panel: Panel, framework: Framework | None = None, indicators: Sequence[str] | None = None
) -> Iterator[None]:
    """Give errors of the core the names of units, periods, indicators and nodes."""
    try:
        yield
    except (SpecError, DataError, FitError) as error:
        if not hasattr(error, "place"):
            raise
        labels = {
            "unit": panel.units,
            "period": panel.periods,
            "indicator": tuple(indicators or panel.indicators),
            "node": framework.codes if framework else (),
        }
        catalogue.locate(error, labels)
        raise


def core_choice(
    stage: str, given: Choice, panel: Panel | None = None, node: Node | None = None
) -> dict[str, Any]:
    """A choice with its parameters as numbers, those of the indicator taken from the node where it has them."""
    numbers = catalogue.numeric(stage, given)
    for param in catalogue.row(stage, given.method)["params"]:
        name = param["name"]
        if param["kind"] == "indicator" and name not in numbers:
            value = _of_indicator(stage, name, panel, node)
            if value is not None:
                numbers[name] = float(value)
    scheme = catalogue.grouping(stage, given)
    named = catalogue.unit_of(stage, given)
    if named is not None and panel is not None:
        numbers[named[0]] = float(_unit(panel, *named))
    return {
        "method": given.method,
        "params": numbers,
        "rescale": given.rescale,
        "groups": group_numbers(panel, scheme) if scheme and panel is not None else None,
        "tables": catalogue.tables(stage, given) | _of_names(stage, given, panel),
        "over": _over(given, panel),
    }


def _of_names(stage: str, given: Choice, panel: Panel | None) -> dict[str, NDArray[np.float64]]:
    """Values of the indicators that a choice names, rows as in :func:`as_table`."""
    found = {}
    for name, wanted in catalogue.named_indicators(stage, given).items():
        if panel is None:
            continue
        for code in wanted:
            if code not in panel.indicators:
                right = nearest(code, panel.indicators)
                raise SpecError(
                    Fault(f"{given.method}.{name}", f"the data have no indicator {code!r}", right)
                )
        at = [panel.indicators.index(code) for code in wanted]
        found[name] = as_table(panel)[:, at]
    return found


def keys(panel: Panel) -> list[int]:
    """What the random numbers of each unit hang on: its label alone, not the other units."""
    return [zlib.crc32(repr(unit).encode()) for unit in panel.units]


def _unit(panel: Panel, name: str, label: Any) -> int:
    known = {str(unit): at for at, unit in enumerate(panel.units)}
    if str(label) not in known:
        raise SpecError(Fault(name, f"unknown unit {label!r}", nearest(str(label), known)))
    return known[str(label)]


def _over(given: Choice, panel: Panel | None) -> tuple[str, Any]:
    """Which rows are looked at together: what, and the time of the base period or the group of each unit."""
    over = given.over
    if over in ("period", "panel") or panel is None:
        return str(over), None
    known = {str(label): at for at, label in enumerate(panel.periods)}
    if str(over) in known:
        return "base", float(panel.times[known[str(over)]])
    if not isinstance(over, str) or over.lstrip("-").isdigit():
        held = f"they hold {listing(panel.periods, 30)}"
        raise SpecError(Fault(f"{given.method}.over", f"base period {over}: the data do not have it", held))
    return "group", group_numbers(panel, over, ("period", "panel"))


KEYS = {("denominate", "factor"): "denominator_factor"}  # where a node's key is not called like the parameter


def _of_indicator(stage: str, name: str, panel: Panel | None, node: Node | None) -> float | None:
    value = getattr(node, KEYS.get((stage, name), name), None) if node is not None else None
    if value is None and stage == "impute" and panel is not None and node is not None:
        value = panel.about(node.code).get(name)  # the data's own bounds: a filled cell should respect them
    return value


def group_numbers(panel: Panel, scheme: str, also: Sequence[str] = ()) -> list[int]:
    """Group of each unit as a number, -1 where it has none.

    Raises
    ------
    SpecError
        If neither the panel nor the embedded table of countries has such a grouping.
    """
    labels = _group_labels(panel, scheme, also)
    numbers = {label: at for at, label in enumerate(group_names(panel, scheme, also))}
    return [-1 if label is None else numbers[str(label)] for label in labels]


def group_names(panel: Panel, scheme: str, also: Sequence[str] = ()) -> list[str]:
    """Names of the groups by their number."""
    return sorted({str(label) for label in _group_labels(panel, scheme, also) if label is not None})


def _group_labels(panel: Panel, scheme: str, also: Sequence[str]) -> tuple[Any, ...]:
    labels = panel.groups.get(scheme)
    return _embedded_groups(panel, scheme, also) if labels is None else tuple(labels)


def _embedded_groups(panel: Panel, scheme: str, also: Sequence[str]) -> tuple[Any, ...]:
    from . import datasets

    embedded = datasets.un_egov_survey()
    known = dict(zip(embedded.units, embedded.groups.get(scheme, ()), strict=False))
    if not known or not set(panel.units) & set(known):
        schemes = [*also, *panel.groups, *(embedded.groups if set(panel.units) & set(embedded.units) else ())]
        right = (
            f"{nearest(scheme, schemes)}; choose {', '.join(map(str, schemes))}"
            if also
            else nearest(scheme, schemes)
        )
        raise SpecError(Fault("over" if also else "group", f"unknown grouping {scheme!r}", right))
    return tuple(known.get(unit) for unit in panel.units)


def positions(framework: Framework, panel: Panel) -> dict[str, int]:
    """Column of the panel for each leaf.

    Raises
    ------
    DataError
        Naming every indicator that the panel lacks.
    """
    known = {name: at for at, name in enumerate(panel.indicators)}
    faults = [
        Fault(f"indicator {name!r}", "the data do not have it", nearest(name, known))
        for name in framework.inputs
        if name not in known
    ]
    if faults:
        raise DataError(faults)
    return {leaf: known[leaf] for leaf in framework.leaves}


def core_framework(framework: Framework, panel: Panel) -> Any:
    """The tree as the core holds it."""
    columns, codes = positions(framework, panel), framework.codes
    nan = float("nan")
    return _core.Framework(
        [
            {
                "parent": -1 if node.parent is None else codes.index(node.parent),
                "weight": node.weight,
                "indicator": columns.get(node.code, -1),
                "direction": float(node.direction),
                "lag": float(node.lag),
                "not_scored": nan if node.not_scored is None else node.not_scored,
                "denominator": -1 if node.denominator is None else panel.indicators.index(node.denominator),
            }
            for node in framework.nodes
        ]
    )


NONE = Choice("none")


def _normalize(node: Node, leaf: bool, recipe: Choice) -> Choice:
    """A node's own normalization, or for a leaf the recipe's; the recipe's range belongs to siblings together."""
    if node.normalize is not None:
        return node.normalize
    return Choice(recipe.method, recipe.params, None, recipe.over) if leaf else NONE


def node_choices(stage: str, framework: Framework, recipe: Recipe, panel: Panel) -> list[Any]:
    """What the recipe and the node's own wishes come to at each node for one stage."""
    leaves = set(framework.leaves)

    def at(node: Node) -> Any:
        leaf = node.code in leaves
        if stage == "impute":
            chain = (node.impute if node.impute is not None else recipe.impute) if leaf else ()
        elif stage == "treat":
            capped = (
                (Choice("cap"),)
                if node.cap is not None and all(one.method != "cap" for one in recipe.treat)
                else ()
            )
            chain = (capped + recipe.treat) if leaf else ()
        elif stage == "denominate":
            divided = leaf and node.denominator is not None
            return core_choice(stage, recipe.denominate if divided else NONE, panel, node)
        elif stage == "normalize":
            return core_choice(stage, _normalize(node, leaf, recipe.normalize), panel, node)
        elif stage == "aggregate":
            return core_choice(
                stage, node.aggregate if node.aggregate is not None else recipe.aggregate, panel, node
            )
        else:
            return core_choice(
                stage, node.weights if node.weights is not None else recipe.weight, panel, node
            )
        return [core_choice(stage, one, panel, node) for one in chain]

    return [_at_node(at, node) for node in framework.nodes]


def _at_node(work: Callable[[Node], T], node: Node) -> T:
    try:
        return work(node)
    except SpecError as error:
        raise SpecError(
            [Fault(f"node {node.code!r} {fault.place}", fault.came, fault.right) for fault in error.faults]
        ) from None


def core_recipe(framework: Framework, recipe: Recipe, panel: Panel) -> Any:
    """The recipe, resolved at every node, as the core holds it."""
    stages = ("denominate", "impute", "treat", "normalize", "weight", "aggregate")
    resolved = {stage: node_choices(stage, framework, recipe, panel) for stage in stages}
    return _core.Recipe(
        [{stage: resolved[stage][at] for stage in stages} for at in range(len(framework.nodes))],
        recipe.order,
        "drop-weight" if recipe.missing == "bound" else recipe.missing,
        recipe.threshold,
        core_choice("rank", recipe.rank),
        -1 if framework.rank_digits is None else framework.rank_digits,
        recipe.normalize.rescale,
        core_choice("screen", recipe.screen),
    )
