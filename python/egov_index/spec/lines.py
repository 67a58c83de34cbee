"""On which line a key of a TOML text stands; tomllib does not tell."""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress
from itertools import accumulate

__all__ = ["Path", "lines_of"]

Path = tuple[str | int, ...]

BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
TEXT = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.S)
BARE = re.compile(r"[A-Za-z0-9_-]+")
SCALAR = re.compile(r"[^,\]}\n#]*")


def lines_of(text: str) -> dict[Path, int]:
    r"""Find the line of every table, key and item of an array.

    Parameters
    ----------
    text : str
        TOML that tomllib has read without a fault.

    Returns
    -------
    dict
        From path to line number, e.g. ``("node", 1, "normalize")``; items of arrays go by their position.

    Examples
    --------
    >>> lines_of('spec = 1\n[[node]]\ncode = "a"\n')[("node", 0, "code")]
    3
    """
    scan = _Scan(text)
    with suppress(RecursionError):  # what was found so far is true
        scan.document()
    return scan.lines


class _Scan:
    """Walks over valid TOML; no value is kept, only where each one begins."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self.skip() < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)

    def header(self) -> Path:
        start, double = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        keys = self.keys()
        self.at = self.text.index("]", self.at) + (2 if double else 1)
        path: Path = ()
        for key in keys[:-1]:
            path = self.latest((*path, key))
        path = (*path, keys[-1])
        if double:
            self.counts[path] = self.counts.get(path, -1) + 1
            self.mark(path, start)
            path = (*path, self.counts[path])
        self.mark(path, start)
        return path

    def latest(self, path: Path) -> Path:
        """The last table of an array of tables, or the table itself."""
        return (*path, self.counts[path]) if path in self.counts else path

    def pair(self, table: Path) -> None:
        start = self.at
        path = table
        for key in self.keys():
            path = (*path, key)
            self.mark(path, start)
        self.at = self.text.index("=", self.at) + 1
        self.value(path)

    def keys(self) -> list[str]:
        found: list[str] = []
        while True:
            self.skip()
            quoted = TEXT.match(self.text, self.at)
            part = quoted or BARE.match(self.text, self.at)
            if part is None:
                return found
            found.append(part[0][1:-1] if quoted else part[0])
            self.at = part.end()
            if self.skip() >= len(self.text) or self.text[self.at] != ".":
                return found
            self.at += 1

    def value(self, path: Path) -> None:
        self.skip()
        text = TEXT.match(self.text, self.at)
        mark = self.text[self.at : self.at + 1]
        if text:
            self.at = text.end()
        elif mark in ("[", "{"):
            self.inside(path, "]" if mark == "[" else "}")
        else:
            scalar = SCALAR.match(self.text, self.at)
            self.at = scalar.end() if scalar else self.at

    def inside(self, path: Path, end: str) -> None:
        """Items of an array, or pairs of an inline table."""
        self.at += 1
        count = 0
        while self.skip() < len(self.text) and self.text[self.at] != end:
            if end == "]":
                self.mark((*path, count), self.at)
                self.value((*path, count))
            else:
                self.pair(path)
            count += 1
            if self.skip() < len(self.text) and self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def skip(self) -> int:
        """Pass over blanks and comments; gives the position."""
        found = BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def mark(self, path: Path, position: int) -> None:
        self.lines.setdefault(path, bisect_right(self.starts, position))
