"""What varies as plain tables again: objects of Python for a spec, and files for another folder."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..alternatives import Alternatives, LeaveOneOut
from ..errors import Fault, SpecError
from ..index import Index
from ..measurement import MeasurementError
from ..panel import Panel
from ..presets import names as preset_names
from ..presets import preset
from ..weighting import Dirichlet, Experts, Noise, SimplexBox

__all__ = ["editions_apart", "plain_of_objects", "self_contained"]

LAWS = {"normal": ("sd",), "lognormal": ("relative",), "uniform": ("lower", "upper")}


def plain_of_objects(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table [uncertainty] whose weightings, errors and exclusions of Python are plain tables; the rest as it is.

    Raises
    ------
    SpecError
        For errors of cells, which a spec holds in a file only.
    """
    found = dict(table)
    if "weights" in table:
        found["weights"] = _plain_weights(table["weights"])
    if isinstance(table.get("values"), MeasurementError):
        found["values"] = _plain_errors(table["values"])
    if isinstance(table.get("exclude"), LeaveOneOut):
        found["exclude"] = _plain_nodes(table["exclude"].nodes)
    if "edition" in table:
        found["edition"] = [_plain_edition(one) for one in table["edition"]]
    return found


def _plain_edition(given: Any) -> str:
    """The name of an edition: as it is, or of the preset that an index is."""
    if not isinstance(given, Index):
        return str(given)
    if given.name in preset_names() and preset(given.name) == given:
        return given.name
    right = 'save it with to_file beside the spec, and name the file: edition = ["old.toml"]'
    raise SpecError(Fault("uncertainty.edition", f"the index {given.name!r}, which is no preset", right))


def _plain_weights(given: Any) -> Any:
    """A weighting of Python, or each of a list, as the table that a spec has for it; anything else as it is."""
    if isinstance(given, list | tuple):
        return [_plain_weights(one) for one in given]
    if isinstance(given, Noise):
        return {"noise": given.share, "nodes": _plain_nodes(given.nodes)}
    if isinstance(given, Dirichlet):
        return {"dirichlet": given.concentration, "nodes": _plain_nodes(given.nodes)}
    if isinstance(given, SimplexBox):
        ends = {"lower": dict(given.lower), "upper": dict(given.upper)}
        return {"simplex_box": {name: table for name, table in ends.items() if table}}
    return {"experts": _plain_experts(given)} if isinstance(given, Experts) else given


def _plain_experts(given: Experts) -> dict[str, dict[str, float]]:
    return {
        name: {code: column[at] for code, column in given.weights.items() if not math.isnan(column[at])}
        for at, name in enumerate(given.names)
    }


def _parts(given: MeasurementError) -> dict[str, Any]:
    """Numbers of an error by the key that a spec has for them."""
    return dict(zip(LAWS[given.law], (given.first, given.second), strict=False))


def _plain_errors(given: MeasurementError) -> dict[str, Any]:
    parts = _parts(given)
    if any(isinstance(one, Panel) for one in parts.values()):
        right = 'save them as a CSV file with the labels of the data, and name it: sd = "errors.csv"'
        raise SpecError(Fault("uncertainty.values", "errors of cells in a panel", right))
    return {name: dict(one) if isinstance(one, Mapping) else one for name, one in parts.items()}


def _plain_nodes(nodes: str | tuple[str, ...]) -> str | list[str]:
    return nodes if isinstance(nodes, str) else list(nodes)


def editions_apart(table: Mapping[str, Any], made: Alternatives) -> tuple[dict[str, Any], dict[str, Index]]:
    """A table [uncertainty] for another folder, and the editions in it that are no presets, by the file named now."""
    names: list[str] = []
    files: dict[str, Index] = {}
    for said, edition in zip(table.get("edition", ()), made.edition, strict=True):
        file = f"edition_{len(files) + 1}.toml"
        names.append(said if said in preset_names() else file)
        files |= {} if said in preset_names() else {file: edition}
    return dict(table) | ({"edition": names} if names else {}), files


def self_contained(table: Mapping[str, Any], made: Alternatives) -> tuple[dict[str, Any], dict[str, Panel]]:
    """A table [uncertainty] for another folder: experts in the table itself, and panels for the files that it names.

    Parameters
    ----------
    table : mapping
        As in the spec.
    made : Alternatives
        What was made of it.

    Returns
    -------
    table : dict
    files : dict of str to Panel
        By the name that stands in the table now.
    """
    found = dict(table)
    files: dict[str, Panel] = {}
    weights, values = table.get("weights"), table.get("values")
    several = weights if isinstance(weights, list | tuple) else [weights]
    if any(isinstance(one, Mapping) and isinstance(one.get("experts"), str) for one in several):
        found["weights"] = made.weights[0] if several is not weights else made.weights
    if made.values is not None:
        parts = _parts(made.values)
        stated = values if isinstance(values, Mapping) else parts
        named = {name: f"values_{name}.csv" for name, one in stated.items() if isinstance(one, str | Panel)}
        files = {file: parts[name] for name, file in named.items()}
        found["values"] = {**stated, **named}
    return found, files
