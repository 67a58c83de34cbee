"""Everything that is wrong with the tables of a spec, as paths: what came there, and what would be right."""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Any

from .. import catalogue, datasets
from ..errors import EgovError, SpecError
from ..table import nearest
from .keys import TABLES, VERSION, Key, names_of
from .lines import Path

__all__ = ["Wrong", "check_table", "shown", "shown_path", "unknown_keys", "wrongs_of", "wrongs_of_tree"]

Wrong = tuple[Path, str, str]

SUGGESTED = 100  # unknown keys of a table that look for the nearest name
NODE = re.compile(r"node (?:number (?P<number>\d+)|(?P<code>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))")
STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def check_table(
    table: str, given: Any, path: Path, codes: Collection[str], skip: Collection[str] = ()
) -> list[Wrong]:
    """Check a table and those within it: types, bounds, names, methods.

    Parameters
    ----------
    table : str
        Name in :data:`~egov_index.spec_keys.TABLES`; "" for the keys at the top.
    given : object
        What stands in the file.
    path : tuple
        Where it stands.
    codes : collection of str
        Codes of the nodes, for keys that name some.
    skip : collection of str
        Keys that are checked elsewhere.

    Returns
    -------
    list of (path, came, right)
    """
    if not isinstance(given, Mapping):
        return [(path, shown(given), f"a table, with keys such as {', '.join(names_of(table)[:3])}")]
    wrong = unknown_keys(table, given, path)
    for key in TABLES[table]:
        if key.name in skip:
            continue
        if key.name in given:
            wrong += _check_value(key, given[key.name], (*path, key.name), codes)
        elif key.needed:
            right = f"spec = {VERSION}, the version of the format" if key.kind == "version" else key.sentence
            wrong.append(((*path, key.name), "not given", right))
    return wrong


def unknown_keys(table: str, given: Mapping[str, Any], path: Path) -> list[Wrong]:
    """A wrong for each key that a table does not know, with the nearest that it does."""
    known = names_of(table)
    unknown = [name for name in given if name not in known]
    return [
        ((*path, name), "unknown key", nearest(name, known) if at < SUGGESTED else "")
        for at, name in enumerate(unknown)
    ]


def _check_value(key: Key, value: Any, path: Path, codes: Collection[str]) -> list[Wrong]:
    check = CHECKS.get(key.kind)
    if check is not None:
        return check(key, value, path)
    if key.kind == "codes":
        return _codes(key, value, path, codes)
    if key.kind in TABLES:
        return check_table(key.kind, value, path, codes)
    return []


def _version(key: Key, value: Any, path: Path) -> list[Wrong]:
    good = _is_number(value) and value == VERSION
    return [] if good else [(path, shown(value), f"spec = {VERSION}, the version that this package reads")]


def _text(key: Key, value: Any, path: Path) -> list[Wrong]:
    if not isinstance(value, str):
        return [(path, shown(value), 'a text in quotes, e.g. "my-index"')]
    empty = not value.strip() and key.name != "title"
    return [(path, "an empty text", "a text with at least one letter")] if empty else []


def _texts(key: Key, value: Any, path: Path) -> list[Wrong]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        return [(path, shown(value), "a list of texts")]
    return [
        ((*path, at), shown(item), "a text") for at, item in enumerate(items) if not isinstance(item, str)
    ]


def _data(key: Key, value: Any, path: Path) -> list[Wrong]:
    wrong = _texts(key, value, path)
    items = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    named = [(at, item) for at, item in enumerate(items) if isinstance(item, str)]
    return wrong + [((*path, at), shown(item), right) for at, item in named if (right := _no_data(item))]


def _no_data(name: str) -> str:
    """What would be right instead of the name of a data set; empty if it is one."""
    if name in datasets.names():
        return ""
    if not name.lower().endswith(".csv"):
        return f"the name of a CSV file, or of an embedded data set: {nearest(name, datasets.names())}"
    path = PureWindowsPath(name)  # knows both kinds of slash
    return (
        ""
        if not path.drive and not path.root and ".." not in path.parts
        else "a file in the folder of the spec, or below it"
    )


def _label(key: Key, value: Any, path: Path) -> list[Wrong]:
    good = bool(value.strip()) if isinstance(value, str) else _is_number(value) and math.isfinite(value)
    return [] if good else [(path, shown(value), 'a label of the data, e.g. 2022 or "2022-Q1"')]


def _labels(key: Key, value: Any, path: Path) -> list[Wrong]:
    if not isinstance(value, list | tuple):
        return _label(key, value, path)
    if not value:
        return [(path, "an empty list", "at least one label of the data, e.g. [2020, 2022]")]
    wrong = [fault for at, item in enumerate(value) for fault in _label(key, item, (*path, at))]
    return wrong or [
        ((*path, at), f"{shown(item)} stands twice", "each period once")
        for at, item in enumerate(value)
        if item in value[:at]
    ]


def _whole(key: Key, value: Any, path: Path) -> list[Wrong]:
    if isinstance(value, bool) or not isinstance(value, int) or not _within(key, value):
        return [(path, shown(value), f"a whole number{_bounds(key)}")]
    return []


def _real(key: Key, value: Any, path: Path) -> list[Wrong]:
    if not _is_number(value) or not math.isfinite(value) or not _within(key, value):
        return [(path, shown(value), f"a number{_bounds(key)}")]
    return []


def _flag(key: Key, value: Any, path: Path) -> list[Wrong]:
    return [] if isinstance(value, bool) else [(path, shown(value), "true or false")]


def _option(key: Key, value: Any, path: Path) -> list[Wrong]:
    if isinstance(value, str) and value in key.options:
        return []
    return [(path, shown(value), f"one of {', '.join(key.options)}")]


def _choice(key: Key, value: Any, path: Path) -> list[Wrong]:
    stage = key.stage or key.name
    try:
        chosen = catalogue.as_choice(value, "")
    except EgovError as error:
        return wrongs_of(error, path)
    return wrongs_of(SpecError(catalogue.faults_of(stage, chosen, "")), path)


def _choices(key: Key, value: Any, path: Path) -> list[Wrong]:
    if not isinstance(value, list | tuple) or not value:
        return [(path, shown(value), 'a list of alternatives, e.g. ["arithmetic", "geometric"]')]
    return [wrong for at, item in enumerate(value) for wrong in _choice(key, item, (*path, at))]


def _chains(key: Key, value: Any, path: Path) -> list[Wrong]:
    if not isinstance(value, list | tuple) or not value:
        return [(path, shown(value), 'a list of alternatives, e.g. [["linear", "mean"], "median"]')]
    wrong: list[Wrong] = []
    for at, item in enumerate(value):
        chain = isinstance(item, list | tuple)
        wrong += _choices(key, item, (*path, at)) if chain else _choice(key, item, (*path, at))
    return wrong


def _codes(key: Key, value: Any, path: Path, codes: Collection[str]) -> list[Wrong]:
    if isinstance(value, str) and value in key.options:
        return []
    if isinstance(value, str) and key.options:
        return [(path, shown(value), f"{nearest(value, key.options)}, or a list of codes")]
    if not isinstance(value, list | tuple) or not value:
        words = f"{', '.join(key.options)} or " if key.options else ""
        return [(path, shown(value), f"{words}a list of codes of nodes")]
    return [
        ((*path, at), f"unknown node {shown(item)}", nearest(item, codes))
        for at, item in enumerate(value)
        if not isinstance(item, str) or item not in codes
    ]


CHECKS: dict[str, Callable[[Key, Any, Path], list[Wrong]]] = {
    "version": _version,
    "text": _text,
    "texts": _texts,
    "data": _data,
    "labels": _labels,
    "whole": _whole,
    "real": _real,
    "flag": _flag,
    "option": _option,
    "choice": _choice,
    "choices": _choices,
    "chains": _chains,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _within(key: Key, value: float) -> bool:
    low = key.low is None or (value > key.low if key.open else value >= key.low)
    return low and (key.high is None or (value < key.high if key.open else value <= key.high))


def _bounds(key: Key) -> str:
    if key.high is None:
        return "" if key.low is None else f" {'above' if key.open else 'of at least'} {key.low:g}"
    between = "between {} and {}, both excluded" if key.open else "from {} to {}"
    return " " + between.format(*(f"{int(bound):,}" for bound in (key.low or 0, key.high)))


def shown(value: Any) -> str:
    """A value as a fault says it, cut where it is long."""
    date = isinstance(value, datetime.date | datetime.time)
    text = value.isoformat() if date else str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def wrongs_of(error: EgovError, path: Path) -> list[Wrong]:
    """Faults whose places are relative to a path, as wrongs."""
    return [((*path, *_steps(fault.place)), fault.came, fault.right) for fault in error.faults]


def _steps(place: str) -> Path:
    return tuple(
        name or int(at) for name, at in STEP.findall(place if place[:1] in (".", "[", "") else f".{place}")
    )


def wrongs_of_tree(error: EgovError, codes: Sequence[Any], lines: Collection[Path]) -> list[Wrong]:
    """Faults of a framework, with places such as ``"node 'tii'.normalize"``, as wrongs.

    Parameters
    ----------
    error : EgovError
        What the framework raised.
    codes : sequence
        Codes of the nodes in the order of the file; one may stand twice.
    lines : collection of paths
        What the file has: of two nodes of one code, the one with such a key is meant.

    Returns
    -------
    list of (path, came, right)
    """
    where: dict[str, list[int]] = {}
    for at, code in enumerate(codes):
        where.setdefault(repr(code), []).append(at)
    return [(_path_of(fault.place, where, lines), fault.came, fault.right) for fault in error.faults]


def _path_of(place: str, where: Mapping[str, list[int]], lines: Collection[Path]) -> Path:
    node = NODE.match(place)
    if node is None:
        return () if place == "framework" else _steps(place)
    steps = _steps(place[node.end() :])
    if node["number"]:
        return ("node", int(node["number"]) - 1, *steps)
    same = where.get(node["code"], [0])
    if not steps:
        return ("node", same[-1])
    return ("node", next((at for at in same if ("node", at, *steps) in lines), same[0]), *steps)


def shown_path(path: Path, codes: Sequence[Any]) -> str:
    """A path as a fault says it: ``node "tii".normalize``, ``recipe.impute[1]``."""
    words, rest = "", path
    if len(path) > 1 and path[0] == "node" and isinstance(path[1], int):
        code = codes[path[1]] if path[1] < len(codes) else None
        named = isinstance(code, str) and code
        words, rest = (
            f"node {json.dumps(code, ensure_ascii=False) if named else f'number {path[1] + 1}'}",
            path[2:],
        )
    for step in rest:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else str(step)
    return words
