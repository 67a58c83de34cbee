"""What a benchmark of imputations answers, as text and as a table for a notebook."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..markup import element, fixed, join
from ..naming import in_words

if TYPE_CHECKING:
    from .answer import ImputationBenchmark

__all__ = ["as_markup", "as_text", "in_short"]

LEAST = 7  # characters of a column


def _title(found: ImputationBenchmark) -> str:
    count = "1 repeat" if found.repeats == 1 else f"{found.repeats} repeats"
    return f"Imputation benchmark: {len(found.indicators)} indicators of {found.units} units, {count}"


def _tables(found: ImputationBenchmark) -> list[tuple[str, int, list[list[float]]]]:
    """Title, digits, and a row a method with a column a mask; tables without a number are left out."""
    lines = [[found.line(mask, method) for mask in found.masks] for method in found.methods]
    shown = [("nRMSE", 3, "nrmse"), (f"coverage of {found.levels[0]:.0%} intervals", 2, "coverage")]
    shown += [("CPU seconds", 2, "seconds")]
    shown += [("mean change of rank", 2, "mean_shift")] if found.ranked else []
    tables = [
        (title, digits, [[cell[name] for cell in row] for row in lines]) for title, digits, name in shown
    ]
    return [table for table in tables if not all(math.isnan(cell) for row in table[2] for cell in row)]


def as_text(found: ImputationBenchmark) -> str:
    """Tables of a row a method and a column a mask, and what did not go as asked."""
    width = max(len(method) for method in found.methods)
    wide = [max(len(mask), LEAST) for mask in found.masks]
    lines = [_title(found), "=" * len(_title(found))]
    for title, digits, rows in _tables(found):
        heads = "  ".join(f"{mask:>{w}}" for mask, w in zip(found.masks, wide, strict=True))
        lines += ["", title, f"  {'':<{width}}  {heads}"]
        for method, row in zip(found.methods, rows, strict=True):
            cells = "  ".join(f"{fixed(cell, digits):>{w}}" for cell, w in zip(row, wide, strict=True))
            lines.append(f"  {method:<{width}}  {cells}")
    return "\n".join([*lines, *([""] if found.notes else []), *found.notes])


def in_short(found: ImputationBenchmark) -> str:
    """Who is best where, in a line."""
    where: dict[str, list[str]] = {}
    for mask in found.masks:
        where.setdefault(found.best(mask), []).append(mask)
    best = "; ".join(f"{method} on {in_words(masks)}" for method, masks in where.items())
    return f"<ImputationBenchmark of {len(found.methods)} methods, least error: {best}>"


def as_markup(found: ImputationBenchmark) -> str:
    """The tables of :func:`as_text` for a notebook."""
    parts = [element("h3", _title(found))]
    for title, digits, rows in _tables(found):
        head = element("tr", *(element("th", text) for text in ("", *found.masks)))
        body = []
        for method, row in zip(found.methods, rows, strict=True):
            cells = [element("td", fixed(cell, digits)) for cell in row]
            body.append(element("tr", element("td", method), *cells))
        parts += [element("h4", title), element("table", head, *body)]
    return str(join([*parts, *(element("p", note) for note in found.notes)]))
