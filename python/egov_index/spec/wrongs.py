"""What is wrong in a spec: a path to where it stands, what came there, and what would be right."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..errors import EgovError
from .lines import Path

__all__ = ["Wrong", "shown", "shown_path", "wrongs_of", "wrongs_of_tree"]

Wrong = tuple[Path, str, str]

NODE = re.compile(r"node (?:number (?P<number>\d+)|(?P<code>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))")
STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


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
