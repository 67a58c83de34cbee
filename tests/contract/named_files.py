"""Which files a test names: as a string, or as an f-string whose gaps other strings of the same file can fill."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

Parts = tuple[str | None, ...]  # of an f-string; None is a gap


@cache
def strings(path: Path) -> tuple[frozenset[str], tuple[Parts, ...]]:
    """Constants (numbers as text) and f-strings of a Python file."""
    constants, patterns = {""}, []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
            constants.add(str(node.value))
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else None for part in node.values)
            patterns.append(tuple(parts))
    return frozenset(constants), tuple(patterns)


def _ends(path: Path, text: str, at: int, parts: Parts, nested: bool) -> Iterator[int]:
    """Where in `text` the parts may end that begin at `at`."""
    if not parts:
        yield at
        return
    constants, patterns = strings(path)
    here: Iterator[int]
    if parts[0] is not None:
        here = iter([at + len(parts[0])] if text.startswith(parts[0], at) else [])
    else:
        here = (at + len(word) for word in constants if text.startswith(word, at))
    for end in here:
        yield from _ends(path, text, end, parts[1:], nested)
    if parts[0] is None and nested:
        for pattern in patterns:
            for end in _ends(path, text, at, pattern, False) if any(pattern) else ():
                yield from _ends(path, text, end, parts[1:], nested)


def names(path: Path, file: str) -> bool:
    """Does a test name a data file, with or without its folder and ending?"""
    constants, patterns = strings(path)
    stem = file.removesuffix(".csv")
    forms = {file, stem, file.split("/")[-1], stem.split("/")[-1]}
    if forms & constants:
        return True
    return any(
        len(form) in _ends(path, form, 0, parts, True) for form in forms for parts in patterns if any(parts)
    )
