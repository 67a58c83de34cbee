"""Tables of coefficients in LaTeX."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..tex import tex

__all__ = ["table"]


def table(
    outcome: str,
    columns: Mapping[str, Sequence[Any]],
    facts: Sequence[tuple[str, str]],
    lines: Sequence[str],
    digits: int,
) -> str:
    """A tabular of terms with errors in brackets, then facts, then lines of text."""
    rows = [r"\begin{tabular}{lrr}", r"\toprule", f" & {tex(outcome)} & p \\\\", r"\midrule"]
    for term, estimate, se, p in zip(*(columns[k] for k in ("term", "estimate", "se", "p")), strict=True):
        cells = [_cell(estimate, digits), _cell(p, 3)]
        rows += [f"{tex(term)} & {' & '.join(cells)} \\\\", f" & ({_cell(se, digits)}) & \\\\"]
    rows += [r"\midrule", *(f"{tex(name)} & {value} & \\\\" for name, value in facts)]
    return "\n".join([*rows, r"\bottomrule", r"\end{tabular}", "", *(tex(line) + r"\par" for line in lines)])


def _cell(value: float, digits: int) -> str:
    return "--" if math.isnan(value) else f"${value:.{digits}g}$"
