"""The page docs/methods.md: every method of every stage, written from the tables of the core."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from . import catalogue

__all__ = ["markdown"]

ABOUT = {
    "screen": "Leave out units and indicators with too few values.",
    "denominate": "Divide indicators by the `denominator` that their nodes name.",
    "impute": "Fill holes. Methods stand in a chain: each sees what the ones before it filled.",
    "treat": "Treat outliers. A node's own `cap` comes first. After a method that changes the unit, caps and goalposts "
    "are in the new one. `egov.treatment` tells skewness, kurtosis and what was changed, column by column.",
    "normalize": "Bring indicators to one scale. Every method also takes `rescale`, a range to which its results "
    "are mapped, as in `zscore:rescale=1..100`; in an index siblings are mapped together.",
    "weight": "Where weights come from.",
    "aggregate": "Make the score of a node out of those of its children.",
    "rank": "Rank the units by their scores.",
    "correlate": "Associate scores with outcomes.",
    "interval": "Intervals of an association.",
    "adjust": "Correct p-values for many tests.",
}
HEADER = "| method | what it does | parameters | needs | gives | citation | command line |\n"
INTRODUCTION = """# Methods

This page is written by `egov-index methods --markdown` from the tables of the core; change a method there, not here.

A method is chosen by name (`"zscore"`), or with parameters as a table in a spec file
(`{ method = "goalposts", lower = 0, upper = 100 }`), as `egov.choice("goalposts", lower=0, upper=100)` in Python, or
as `goalposts:lower=0,upper=100` on the command line. A parameter "per indicator" may also stand at the node.
"""


def markdown() -> str:
    """The page, a section a stage and a row a method.

    Returns
    -------
    str

    Examples
    --------
    >>> "## normalize" in markdown()
    True
    """
    return INTRODUCTION + "".join(_section(stage) for stage in catalogue.stages())


def _section(stage: str) -> str:
    about = ABOUT.get(stage, "")
    rows = "".join(_row(item) for item in catalogue.rows(stage))
    return f"\n## {stage}\n\n{about}\n\n{HEADER}{'|---' * 7}|\n{rows}"


def _row(item: Mapping[str, Any]) -> str:
    cells = [
        f"`{item['name']}`",
        item["sentence"],
        "<br>".join(_parameter(param) for param in item["params"]),
        catalogue.traits(item, "needs_"),
        catalogue.traits(item, "gives_", "keeps_", "changes_"),
        item["citation"],
        f"`{_command(item)}`",
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _parameter(param: Mapping[str, Any]) -> str:
    words = [*_kind(param), *_default(param)]
    return f"`{param['name']}` ({', '.join(words)}): {param['sentence']}"


def _kind(param: Mapping[str, Any]) -> list[str]:
    kind, low, high = param["kind"], param["lower"], param["upper"]
    if kind == "option":
        return ["one of " + " / ".join(param["options"])]
    if kind in ("groups", "flag"):
        return [{"groups": "a grouping of the units", "flag": "true or false"}[kind]]
    if kind in ("unit", "table", "indicators"):
        return [{"unit": "a unit", "table": "rows of numbers", "indicators": "names of indicators"}[kind]]
    words = [{"integer": "whole number", "indicator": "number per indicator"}.get(kind, "number")]
    if math.isfinite(low) and math.isfinite(high):
        words.append(f"{low:g} to {high:g}")
    elif math.isfinite(low) or math.isfinite(high):
        least = "above 0" if 0 < low < 1e-200 else f"at least {low:g}"
        words.append(least if math.isfinite(low) else f"at most {high:g}")
    return words


def _default(param: Mapping[str, Any]) -> list[str]:
    default = param["default"]
    if math.isnan(default):
        return ["may be left out" if param["optional"] else "must be given"]
    if param["kind"] == "option":
        return [f"default {param['options'][int(default)]}"]
    return [f"default {str(bool(default)).lower() if param['kind'] == 'flag' else f'{default:g}'}"]


def _command(item: Mapping[str, Any]) -> str:
    """How the method is written on the command line, with every parameter."""
    given = ",".join(
        f"{param['name']}={_example(param)}" for param in item["params"] if param["kind"] != "table"
    )
    return str(item["name"]) + (f":{given}" if given else "")


def _example(param: Mapping[str, Any]) -> str:
    if param["kind"] in ("groups", "unit", "indicators"):
        return {"groups": "income_groups", "unit": "DNK", "indicators": "gdp_per_capita+hdi"}[param["kind"]]
    default = param["default"]
    if param["kind"] == "option":
        return str(param["options"][int(default)])
    if not math.isnan(default):
        return str(bool(default)).lower() if param["kind"] == "flag" else f"{default:g}"
    given = {"upper": "100", "cap": "100", "high": "100", "target": "100", "max_gap": "3"}.get(param["name"])
    return given if given is not None else f"{max(param['lower'], 0):g}"
