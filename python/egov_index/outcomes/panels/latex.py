"""Tables of coefficients in LaTeX."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["escaped", "table"]

SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def escaped(text: str) -> str:
    r"""Text with the characters that mean something to LaTeX escaped.

    Examples
    --------
    >>> escaped("gdp_per_capita")
    'gdp\\_per\\_capita'
    """
    return "".join(SPECIAL.get(letter, letter) for letter in text)


def table(
    outcome: str,
    columns: Mapping[str, Sequence[Any]],
    facts: Sequence[tuple[str, str]],
    lines: Sequence[str],
    digits: int,
) -> str:
    """A tabular of terms with errors in brackets, then facts, then lines of text."""
    rows = [r"\begin{tabular}{lrr}", r"\toprule", f" & {escaped(outcome)} & p \\\\", r"\midrule"]
    for term, estimate, se, p in zip(*(columns[k] for k in ("term", "estimate", "se", "p")), strict=True):
        cells = [_cell(estimate, digits), _cell(p, 3)]
        rows += [f"{escaped(term)} & {' & '.join(cells)} \\\\", f" & ({_cell(se, digits)}) & \\\\"]
    rows += [r"\midrule", *(f"{escaped(name)} & {value} & \\\\" for name, value in facts)]
    return "\n".join(
        [*rows, r"\bottomrule", r"\end{tabular}", "", *(escaped(line) + r"\par" for line in lines)]
    )


def _cell(value: float, digits: int) -> str:
    return "--" if math.isnan(value) else f"${value:.{digits}g}$"
