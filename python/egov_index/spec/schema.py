"""The JSON Schema of spec files, generated from the table of keys and the methods of the core."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .. import catalogue, datasets
from ..presets import names as preset_names
from .keys import ONE_OF, TABLES, VERSION, Key
from .kinds import TOP_K

__all__ = ["schema"]

STAGES = (
    "screen",
    "denominate",
    "impute",
    "treat",
    "normalize",
    "weight",
    "aggregate",
    "rank",
    "correlate",
    "interval",
    "adjust",
)
TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
OVER: dict[str, Any] = {
    "type": ["string", "number"],
    "description": f"Rows looked at together: {catalogue.OVER}.",
    "default": "period",
}
TOGETHER: dict[str, dict[str, Any]] = {
    "weights": {
        "dependentSchemas": {"nodes": {"anyOf": [{"required": ["noise"]}, {"required": ["dirichlet"]}]}}
    },
    "simplex_box": {"minProperties": 1},
    "values": {"dependentRequired": {"lower": ["upper"], "upper": ["lower"]}},
}
FILE: dict[str, Any] = {"type": "string", "pattern": r"\.[cC][sS][vV]$"}
SPEC_FILE: dict[str, Any] = {"type": "string", "pattern": r"\.[tT][oO][mM][lL]$"}
NAMES = {"[group]": "group", "[node]": "node"}


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a spec file, for editors and other programs.

    Returns
    -------
    dict
        Of a stage, a choice is a name, or a table with ``method`` and its parameters.

    Examples
    --------
    >>> schema()["properties"]["spec"]["const"]
    1
    """
    tables = {name: _table(name) for name in TABLES if name}
    choices = {f"{stage}_choice": _choice(stage) for stage in STAGES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"egov-index spec, version {VERSION}",
        "description": "An index of e-government: its data, its tree of indicators, and what is done to them.",
        **_table(""),
        "$defs": tables | choices,
    }


def _table(name: str) -> dict[str, Any]:
    needed = [key.name for key in TABLES[name] if key.needed]
    return {
        "type": "object",
        "properties": {key.name: {"description": key.sentence} | _of_key(key) for key in TABLES[name]},
        **({"required": needed} if needed else {}),
        **({"oneOf": [{"required": list(way)} for way in ONE_OF[name]]} if name in ONE_OF else {}),
        **TOGETHER.get(name, {}),
        "additionalProperties": False,
    }


def _of_key(key: Key) -> dict[str, Any]:
    """What a key takes."""
    one: dict[str, Any] = {"$ref": f"#/$defs/{key.stage or key.name}_choice"}
    several = {"type": "array", "items": one, "minItems": 1}
    chain = {"anyOf": [one, several]}
    label = {"type": ["number", "string"]}
    simple: dict[str, dict[str, Any]] = {
        "version": {"const": VERSION},
        "text": {"type": "string"} | ({} if key.name == "title" else {"minLength": 1}),
        "texts": {"anyOf": [{"type": "string"}, TEXTS]},
        "data": _data(),
        "labels": {"anyOf": [label, {"type": "array", "items": label, "minItems": 1, "uniqueItems": True}]},
        "real": {"type": "number"} | _bounds(key),
        "flag": {"type": "boolean"},
        "option": {"enum": list(key.options)},
        "choice": {"anyOf": [{"enum": list(key.options)}, one]} if key.options else one,
        "choices": several,
        "chain": chain,
        "chains": {"type": "array", "items": chain, "minItems": 1},
        "steps": {"type": "array", "items": {"enum": list(key.options)}, "uniqueItems": True},
    }
    simple |= _varied(key) | _explained(key)
    if key.kind in simple:
        return simple[key.kind]
    return _whole(key) if key.kind == "whole" else _codes(key) if key.kind == "codes" else _of_table(key)


def _data() -> dict[str, Any]:
    known = {"enum": list(datasets.names())}
    return {"anyOf": [known, FILE, {"type": "array", "items": {"anyOf": [known, FILE]}}]}


def _named(items: Mapping[str, Any]) -> dict[str, Any]:
    """A table with names of the user's own."""
    return {"type": "object", "additionalProperties": items, "minProperties": 1}


def _varied(key: Key) -> dict[str, dict[str, Any]]:
    """What the kinds of key take that say how something varies."""
    number: dict[str, Any] = {"type": "number"} | _bounds(key)
    cells = [_named({"anyOf": [number, {"type": "string", "minLength": 1}]}), FILE]
    weights = {"$ref": "#/$defs/weights"}
    several = {"type": "array", "minItems": 1, "uniqueItems": True}
    return {
        "shares": _named(number),
        "experts": {"anyOf": [_named(_named(number)), FILE]},
        "spread": {"anyOf": [number, *cells]},
        "ends": {"anyOf": cells},
        "editions": several | {"items": {"anyOf": [{"enum": preset_names()}, SPEC_FILE]}},
        "weightings": {"anyOf": [weights, {"type": "array", "items": weights, "minItems": 1}]},
    }


def _explained(key: Key) -> dict[str, dict[str, Any]]:
    """What the kinds of key take that say what is explained, and by what."""
    words = {"enum": list(key.options)}
    one = {"anyOf": [words, {"type": "string", "pattern": f"^{TOP_K.pattern}$"}]}
    pair = {
        "type": "array",
        "items": {"type": ["string", "number"], "minLength": 1},
        "minItems": 2,
        "maxItems": 2,
        "uniqueItems": True,
    }
    several = {"type": "array", "minItems": 1, "uniqueItems": True}
    return {
        "outputs": {"anyOf": [*one["anyOf"], several | {"items": one}]},
        "pairs": several | {"items": pair},
        "blocks": {"anyOf": [words, _named(TEXTS | {"minItems": 1})]},
    }


def _whole(key: Key) -> dict[str, Any]:
    if key.options:
        return {"enum": [int(option) for option in key.options]}
    return {"type": "integer"} | _bounds(key)


def _bounds(key: Key) -> dict[str, Any]:
    names = ("exclusiveMinimum", "exclusiveMaximum") if key.open else ("minimum", "maximum")
    return {name: bound for name, bound in zip(names, (key.low, key.high), strict=True) if bound is not None}


def _codes(key: Key) -> dict[str, Any]:
    some = TEXTS | {"minItems": 1}
    return {"anyOf": [{"enum": list(key.options)}, some]} if key.options else some


def _of_table(key: Key) -> dict[str, Any]:
    if key.kind not in NAMES:
        return {"$ref": f"#/$defs/{key.kind}"}
    return {"type": "array", "items": {"$ref": f"#/$defs/{NAMES[key.kind]}"}} | (
        {"minItems": 2} if key.needed else {}
    )


def _choice(stage: str) -> dict[str, Any]:
    rows = catalogue.rows(stage)
    plain = [{"const": item["name"], "description": item["sentence"]} for item in rows if not _needed(item)]
    written = {
        "type": "string",
        "pattern": f"^({'|'.join(item['name'] for item in rows)}):[^=]+=",
        "description": "name:parameter=value,parameter=value",
    }
    tables = [_with_parameters(stage, item) for item in rows]
    return {"description": f"A method to {stage}.", "oneOf": [*plain, written, *tables]}


def _needed(item: Mapping[str, Any]) -> list[str]:
    """Parameters that a method cannot do without."""
    return [
        param["name"] for param in item["params"] if math.isnan(param["default"]) and not param["optional"]
    ]


def _with_parameters(stage: str, item: Mapping[str, Any]) -> dict[str, Any]:
    pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    rescale = {"rescale": pair | {"description": "Range to which the results are mapped: low, high."}}
    return {
        "type": "object",
        "description": item["sentence"],
        "properties": {"method": {"const": item["name"]}}
        | {param["name"]: _parameter(param) for param in item["params"]}
        | (rescale if stage == "normalize" else {})
        | ({"over": OVER} if stage in ("treat", "normalize") else {}),
        "required": ["method", *_needed(item)],
        "additionalProperties": False,
    }


def _parameter(param: Mapping[str, Any]) -> dict[str, Any]:
    kind, default = param["kind"], param["default"]
    found: dict[str, Any] = {"description": param["sentence"]}
    if kind == "option":
        return found | {"enum": list(param["options"]), "default": param["options"][int(default)]}
    if kind == "unit":
        return found | {"type": ["string", "number"]}
    if kind == "table":
        line = {"type": "array", "items": {"type": "number"}, "minItems": 1}
        return found | {"anyOf": [line, {"type": "array", "items": line, "minItems": 1}]}
    if kind == "indicators":
        names = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
        return found | {"anyOf": [names, {"type": "string", "minLength": 1}]}
    if kind == "groups":
        return found | {"type": "string", "minLength": 1}
    if kind == "flag":
        return found | {"type": "boolean", "default": bool(default)}
    found["type"] = "integer" if kind == "integer" else "number"
    for name, bound in (("minimum", param["lower"]), ("maximum", param["upper"])):
        if math.isfinite(bound):
            found[name] = _short(bound)
    return found if math.isnan(default) else found | {"default": _short(default)}


def _short(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
