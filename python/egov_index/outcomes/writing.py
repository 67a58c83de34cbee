"""Associations for papers, spreadsheets and notebooks."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..files import write_file
from ..markup import element, fixed, join, span
from ..table import read_frame
from .tex import tex
from .words import NO_CAUSE

if TYPE_CHECKING:
    from .links import Links

__all__ = ["STARS", "excel", "latex", "markup", "workbook"]

STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
SHOWN = 40  # rows of a table in a notebook
UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def stars(p: float) -> str:
    """One star below .05, two below .01, three below .001."""
    return next((mark for edge, mark in STARS if p < edge), "")


def latex(links: Links, path: str | Path | None = None) -> str:
    """An outcome a row, a node a column: coefficient with stars, and below it the interval and n."""
    rows = links.rows()
    nodes = list(dict.fromkeys(row["node"] for row in rows))
    cells = {(row["outcome"], row["node"]): row for row in rows}
    outcomes = {row["outcome"]: row["sdg_goal"] for row in rows}
    lines = [r"\begin{tabular}{ll" + "r" * len(nodes) + "}", r"\toprule"]
    lines.append(" & ".join(["Goal", "Outcome", *map(tex, nodes)]) + r" \\")
    lines.append(r"\midrule")
    for outcome, goal in outcomes.items():
        found = [cells[outcome, node] for node in nodes]
        lines.append(" & ".join([tex(goal), tex(outcome), *(_point(row) for row in found)]) + r" \\")
        lines.append(" & ".join(["", "", *(_under(row) for row in found)]) + r" \\")
    lines += [r"\bottomrule", _foot(links, len(nodes) + 2), r"\end{tabular}"]
    text = "\n".join(lines) + "\n"
    if path is not None:
        write_file(path, text)
    return text


def _point(row: dict[str, Any]) -> str:
    if math.isnan(row["estimate"]):
        return "--"
    mark = stars(row["p_adjusted"]) + (r"\dagger" if row["overlap"] else "")
    return f"${row['estimate']:.2f}{'^{' + mark + '}' if mark else ''}$"


def _under(row: dict[str, Any]) -> str:
    ends = "" if math.isnan(row["low"]) else f"$[{row['low']:.2f}, {row['high']:.2f}]$, "
    return rf"{{\footnotesize {ends}$n={row['n']}$}}"


def _foot(links: Links, width: int) -> str:
    shown = ", ".join(f"{mark} p < {edge:g}" for edge, mark in reversed(STARS))
    circle = any(row["overlap"] for row in links.rows())
    dagger = r"$\dagger$ shares inputs with the outcome. " if circle else ""
    text = f"{shown} after correction. {links.method_line}. {NO_CAUSE.capitalize()}."
    return rf"\multicolumn{{{width}}}{{p{{\linewidth}}}}{{\footnotesize {dagger}{tex(text)}}} \\"


def excel(links: Links, path: str | Path) -> None:
    """Three sheets: links, flagged, method."""
    table, _ = read_frame(links.to_frame())
    circles, _ = read_frame(links.flagged())
    how = [links.estimand, links.method_line, NO_CAUSE, *links.notes]
    body = workbook({"links": table, "flagged": circles, "method": {"how": how}})
    write_file(path, body)


def workbook(sheets: dict[str, dict[str, Any]]) -> bytes:
    """Sheets of columns as the bytes of an .xlsx file; text stays text, whatever it begins with."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise ImportError("Excel files need openpyxl: pip install egov-index[excel]") from None
    book = Workbook()
    book.remove(book.active)
    for name, columns in sheets.items():
        sheet = book.create_sheet(name)
        for at, (head, cells) in enumerate(columns.items(), start=1):
            for row, value in enumerate((head, *cells), start=1):
                _fill(sheet.cell(row, at), value)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _fill(cell: Any, value: Any) -> None:
    """One cell: a number, a truth value, text that is never a formula; nothing for what is missing."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool | int | float):
        cell.value = value
        return
    cell.value = UNSAFE.sub("\ufffd", str(value))
    cell.data_type = "s"


def markup(links: Links) -> str:
    """A table for notebooks."""
    rows = links.rows()
    head = ("goal", "outcome", "node", "n", "estimate", "interval", "p corrected", "note")
    lines = [element("tr", *(element("th", text) for text in head))]
    for row in rows[:SHOWN]:
        p = row["p_adjusted"]
        cells = [row["sdg_goal"], row["outcome"], row["node"], row["n"], fixed(row["estimate"]) + stars(p)]
        cells += [span(row["low"], row["high"]), "< 0.001" if p < 0.001 else fixed(p, 3), row["note"]]
        lines.append(element("tr", *(element("td", cell) for cell in cells)))
    more = [f"and {len(rows) - SHOWN} more rows: to_frame()"] if len(rows) > SHOWN else []
    said = [element("p", text) for text in (*more, links.method_line, NO_CAUSE, *links.notes)]
    return str(join([element("p", repr(links)[1:-1]), element("table", *lines), *said]))
