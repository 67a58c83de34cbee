"""What a value of each kind of key must be: one check a kind."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Any

from .. import catalogue, datasets
from ..errors import EgovError, SpecError
from ..presets import names as preset_names
from ..table import nearest
from .keys import VERSION, Key
from .lines import Path
from .wrongs import Wrong, shown, wrongs_of

__all__ = ["check_kind", "is_number"]

TOP_K = re.compile("top_[1-9][0-9]*")
PAIRS = 'pairs of two units of the data, e.g. [["Denmark", "Estonia"]]'
BELOW = "a file in the folder of the spec, or below it"


def _version(key: Key, value: Any, path: Path) -> list[Wrong]:
    good = is_number(value) and value == VERSION
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
    return "" if _lies_below(name) else BELOW


def _editions(key: Key, value: Any, path: Path) -> list[Wrong]:
    """Names of presets or of spec files, each once."""
    if not isinstance(value, list | tuple) or not value:
        return [(path, shown(value), 'a list of presets or spec files, e.g. ["egdi-2020"]')]
    wrong = [((*path, at), shown(one), right) for at, one in enumerate(value) if (right := _no_edition(one))]
    return wrong or _twice(value, path, "each edition once")


def _no_edition(name: Any) -> str:
    """What would be right instead of the name of an edition; empty if it is one."""
    if name in preset_names():
        return ""
    if not isinstance(name, str) or not name.lower().endswith(".toml"):
        return f"the name of a spec file (.toml), or of a preset: {nearest(name, preset_names())}"
    return "" if _lies_below(name) else BELOW


def _lies_below(name: str) -> bool:
    """Is a file named that lies in a folder, or below it?"""
    path = PureWindowsPath(name)  # knows both kinds of slash
    return not path.drive and not path.root and ".." not in path.parts


def _label(key: Key, value: Any, path: Path) -> list[Wrong]:
    good = bool(value.strip()) if isinstance(value, str) else is_number(value) and math.isfinite(value)
    return [] if good else [(path, shown(value), 'a label of the data, e.g. 2022 or "2022-Q1"')]


def _labels(key: Key, value: Any, path: Path) -> list[Wrong]:
    if not isinstance(value, list | tuple):
        return _label(key, value, path)
    if not value:
        return [(path, "an empty list", "at least one label of the data, e.g. [2020, 2022]")]
    wrong = [fault for at, item in enumerate(value) for fault in _label(key, item, (*path, at))]
    return wrong or _twice(value, path, "each period once")


def _whole(key: Key, value: Any, path: Path) -> list[Wrong]:
    if isinstance(value, bool) or not isinstance(value, int) or not _within(key, value):
        return [(path, shown(value), f"a whole number{_bounds(key)}")]
    return []


def _real(key: Key, value: Any, path: Path) -> list[Wrong]:
    if not is_number(value) or not math.isfinite(value) or not _within(key, value):
        return [(path, shown(value), f"a number{_bounds(key)}")]
    return []


def _flag(key: Key, value: Any, path: Path) -> list[Wrong]:
    return [] if isinstance(value, bool) else [(path, shown(value), "true or false")]


def _option(key: Key, value: Any, path: Path) -> list[Wrong]:
    if isinstance(value, str) and value in key.options:
        return []
    return [(path, shown(value), f"one of {', '.join(key.options)}")]


def _outputs(key: Key, value: Any, path: Path) -> list[Wrong]:
    """One thing that is read from a draw, or a list of several, each once."""
    if not isinstance(value, list | tuple):
        return _output(key, value, path)
    if not value:
        return [(path, "an empty list", f"at least one of {', '.join(key.options)}, top_<k>")]
    wrong = [fault for at, one in enumerate(value) for fault in _output(key, one, (*path, at))]
    return wrong or _twice(value, path, "each output once")


def _output(key: Key, value: Any, path: Path) -> list[Wrong]:
    if isinstance(value, str) and (value in key.options or TOP_K.fullmatch(value)):
        return []
    right = (
        f"one of {', '.join(key.options)}, top_<k> such as top_10, or a list of them; units stand in pairs"
    )
    return [(path, shown(value), right)]


def _twice(value: Sequence[Any], path: Path, right: str) -> list[Wrong]:
    """A wrong for each item of a list that stood there before."""
    return [
        ((*path, at), f"{shown(item)} stands twice", right)
        for at, item in enumerate(value)
        if item in value[:at]
    ]


def _pairs(key: Key, value: Any, path: Path) -> list[Wrong]:
    """Lists of two units."""
    if not isinstance(value, list | tuple) or not value:
        return [(path, shown(value), PAIRS)]
    wrong = [((*path, at), shown(one), PAIRS) for at, one in enumerate(value) if not _is_pair(one)]
    return wrong or _twice(value, path, "each pair once")


def _is_pair(one: Any) -> bool:
    two = isinstance(one, list | tuple) and len(one) == 2 and one[0] != one[1]
    return two and all(is_number(unit) or (isinstance(unit, str) and unit.strip()) for unit in one)


def _blocks(key: Key, value: Any, path: Path) -> list[Wrong]:
    """A word for all of them, or names of factors by block."""
    if isinstance(value, str) and value in key.options:
        return []
    if not isinstance(value, Mapping) or not value:
        right = f'{", ".join(key.options)}, or factors by block, e.g. {{ scaling = ["treat", "normalize"] }}'
        return [(path, shown(value), right)]
    return [
        ((*path, name), shown(one), 'a list of names of factors, e.g. ["treat", "normalize"]')
        for name, one in value.items()
        if not _are_names(one)
    ]


def _are_names(one: Any) -> bool:
    return isinstance(one, list | tuple) and bool(one) and all(isinstance(name, str) for name in one)


def _choice(key: Key, value: Any, path: Path) -> list[Wrong]:
    if isinstance(value, str) and value in key.options:
        return []
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


def _shares(key: Key, value: Any, path: Path, codes: Collection[str]) -> list[Wrong]:
    """Numbers by node."""
    if not isinstance(value, Mapping) or not value:
        return [
            (
                path,
                shown(value),
                f"a table of nodes and numbers, e.g. {{ {[*codes, 'osi'][len(codes) - 1]} = 0.2 }}",
            )
        ]
    unknown = [code for code in value if code not in codes]
    wrong = [((*path, code), "unknown node", nearest(str(code), codes)) for code in unknown]
    return wrong + [fault for code, one in value.items() for fault in _real(key, one, (*path, code))]


def _experts(key: Key, value: Any, path: Path, codes: Collection[str]) -> list[Wrong]:
    """Weights by node of each expert, or a file of them."""
    if isinstance(value, str):
        return _file(value, path)
    if not isinstance(value, Mapping) or not value:
        right = (
            'experts and their weights, e.g. { Ann = { osi = 2, tii = 1 } }, or a file such as "experts.csv"'
        )
        return [(path, shown(value), right)]
    return [wrong for name, row in value.items() for wrong in _shares(key, row, (*path, name), codes)]


def _spread(key: Key, value: Any, path: Path) -> list[Wrong]:
    """A number for all cells, or what :func:`_ends` takes."""
    if isinstance(value, str | Mapping):
        return _ends(key, value, path)
    return [
        (*wrong[:2], f"{wrong[2]}, a table of indicators, or a CSV file") for wrong in _real(key, value, path)
    ]


def _ends(key: Key, value: Any, path: Path) -> list[Wrong]:
    """Numbers or columns of the data by indicator, or a file of cells."""
    if isinstance(value, str):
        return _file(value, path)
    if not isinstance(value, Mapping) or not value:
        right = 'a table of indicators, e.g. { osi = 0.1, tii = "tii_error" }, or a file such as "errors.csv"'
        return [(path, shown(value), right)]
    numbers = {code: one for code, one in value.items() if not (isinstance(one, str) and one.strip())}
    return [
        (*wrong[:2], f"{wrong[2]}, or the name of a column of the data")
        for code, one in numbers.items()
        for wrong in _real(key, one, (*path, code))
    ]


def _file(name: str, path: Path) -> list[Wrong]:
    if not name.lower().endswith(".csv"):
        return [(path, shown(name), 'the name of a CSV file, e.g. "cells.csv"')]
    return [] if _lies_below(name) else [(path, shown(name), BELOW)]


def check_kind(key: Key, value: Any, path: Path, codes: Collection[str]) -> list[Wrong]:
    """Check a value that is no table of its own.

    Parameters
    ----------
    key : Key
        What stands there; its kind says which check.
    value : object
        What came.
    path : tuple
        Where it stands.
    codes : collection of str
        Codes of the nodes.

    Returns
    -------
    list of (path, came, right)
    """
    if key.kind in OF_NODES:
        return OF_NODES[key.kind](key, value, path, codes)
    check = CHECKS.get(key.kind)
    return [] if check is None else check(key, value, path)


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
    "outputs": _outputs,
    "pairs": _pairs,
    "blocks": _blocks,
    "choice": _choice,
    "choices": _choices,
    "chains": _chains,
    "spread": _spread,
    "ends": _ends,
    "editions": _editions,
}
OF_NODES: dict[str, Callable[[Key, Any, Path, Collection[str]], list[Wrong]]] = {
    "codes": _codes,
    "shares": _shares,
    "experts": _experts,
}


def is_number(value: Any) -> bool:
    """A number as TOML has them; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _within(key: Key, value: float) -> bool:
    low = key.low is None or (value > key.low if key.open else value >= key.low)
    return low and (key.high is None or (value < key.high if key.open else value <= key.high))


def _bounds(key: Key) -> str:
    if key.high is None:
        return "" if key.low is None else f" {'above' if key.open else 'of at least'} {key.low:g}"
    between = "between {} and {}, both excluded" if key.open else "from {} to {}"
    return " " + between.format(*(f"{int(bound):,}" for bound in (key.low or 0, key.high)))
