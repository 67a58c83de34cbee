"""Tables about pairs of a node and an outcome, beside that of links."""

from __future__ import annotations

from typing import Any

from ..markup import element, fixed, join
from ..naming import counted
from .framing import framed
from .words import NO_CAUSE

__all__ = ["Pairs"]

SHOWN = 40  # rows in a notebook


class Pairs:
    """A table of rows about pairs, with a title and what a reader should know.

    Attributes
    ----------
    title : str
        What was asked, in a line.
    notes : tuple of str
        What a reader of the whole table should know.
    method_line : str
        How the numbers came about.
    """

    def __init__(
        self, rows: list[dict[str, Any]], names: tuple[str, ...], backend: str, title: str, how: str, notes: list[str]
    ) -> None:  # fmt: skip
        self._rows, self._names, self._backend = rows, names, backend
        self.title, self.method_line, self.notes = title, how, tuple(notes)

    def to_frame(self) -> Any:
        """The table as a frame of the library of the index's data; the function that made it says its columns."""
        return framed({name: [row[name] for row in self._rows] for name in self._names}, self._backend)

    def explain(self) -> str:
        """The table in sentences."""
        said = [
            self.title,
            *self._found(),
            *self.notes,
            f"How: {self.method_line}",
            f"{NO_CAUSE.capitalize()}",
        ]
        return "\n".join(f"{text.rstrip('.')}." for text in said)

    def _found(self) -> list[str]:
        return []

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.title}, {counted(len(self), 'row')}; {NO_CAUSE}>"

    def _repr_html_(self) -> str:
        lines = [element("tr", *(element("th", name) for name in self._names))]
        for row in self._rows[:SHOWN]:
            lines.append(element("tr", *(element("td", _cell(row[name])) for name in self._names)))
        more = [f"and {counted(len(self) - SHOWN, 'more row')}: to_frame()"] if len(self) > SHOWN else []
        said = [element("p", text) for text in (*more, self.method_line, *self.notes)]
        return str(join([element("p", repr(self)[1:-1]), element("table", *lines), *said]))


def _cell(value: Any) -> Any:
    return fixed(value, 3) if isinstance(value, float) else value
