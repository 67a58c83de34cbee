"""Picture of hidden values against what was imputed for them: a square an indicator, an interval a cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .markup import Markup, Row, element, join, number
from .plot import Scale, clipped, line_at, svg, text_at

__all__ = ["Square", "squares_svg"]

SIDE, LEFT, TOP, FOOT, GAP = 250.0, 52.0, 44.0, 48.0, 26.0
RADIUS, BEYOND = (
    1.8,
    0.15,
)  # of a point; how far beyond the points, in shares of their range, intervals are followed
KINDS = {"missed": "outside its interval", "held": "inside", "unsure": "without an interval"}


@dataclass(frozen=True)
class Square:
    """One square: its title, a line below it, and rows with observed, imputed, low, high and covered."""

    title: str
    told: str
    rows: Sequence[Row]


def squares_svg(squares: Sequence[Square], title: str, note: str, *, columns: int = 3) -> str:
    """Draw each square with observed values along the bottom and imputed ones upwards, on one scale.

    Parameters
    ----------
    squares : sequence of Square
        Rows without an imputed value are left out; ``covered`` is None where there is no interval.
    title, note : str
        Heading of the figure, and a line below it.
    columns : int
        Squares side by side.

    Returns
    -------
    str
        A standalone SVG document, readable on light and dark paper.
    """
    across = max(1, min(columns, len(squares)))
    wide, high = LEFT + SIDE + GAP, TOP + SIDE + FOOT
    width, head = max(across * wide, 620.0), 78.0
    body: list[object] = [text_at(4, 20, clipped(title, int(width / 9)), "name")]
    body.append(text_at(4, 40, clipped(note, int(width / 5.6)), "soft"))
    body.append(element("g", _legend(squares), transform="translate(4 52)"))
    for at, square in enumerate(squares):
        place = f"translate({(at % across) * wide:g} {head + (at // across) * high:g})"
        body.append(element("g", _square(square, at % across == 0), transform=place))
    height = head + math.ceil(len(squares) / across) * high
    return svg(width, height, title, f"{note} Points on the dashed line are imputed without error.", body)


def _kind(row: Row) -> str:
    return "unsure" if row.get("covered") is None else "held" if row["covered"] else "missed"


def _legend(squares: Sequence[Square]) -> Markup:
    met = {_kind(row) for square in squares for row in square.rows}
    parts: list[Markup] = []
    x = 5.0
    for kind, words in {kind: KINDS[kind] for kind in ("held", "missed", "unsure") if kind in met}.items():
        parts += [element("circle", cx=x, cy=5, r=4, class_=kind), text_at(x + 9, 9, words)]
        x += 30 + 5.3 * len(words)
    return join([*parts, line_at(x, 5, x + 22, 5, "same"), text_at(x + 28, 9, "imputed as observed")])


def _square(square: Square, first: bool) -> Markup:
    rows = [row for row in square.rows if number(row["imputed"]) is not None]
    ends = [float(row[key]) for row in rows for key in ("observed", "imputed")] or [0.0, 1.0]
    low, high = _edges(rows, min(ends), max(ends))
    room = 0.03 * ((high - low) or 1.0)
    across = Scale(low - room, high + room, LEFT, LEFT + SIDE)
    up = Scale(low - room, high + room, TOP + SIDE, TOP)
    parts: list[object] = [
        text_at(LEFT, 16, clipped(square.title, 34), "code"),
        text_at(LEFT, 32, square.told, "soft"),
    ]
    for tick in across.ticks(4):
        label = f"{tick:,.6g}".replace("-", "\u2212")
        parts += [line_at(across.at(tick), TOP, across.at(tick), TOP + SIDE, "grid")]
        parts += [line_at(LEFT, up.at(tick), LEFT + SIDE, up.at(tick), "grid")]
        parts.append(text_at(across.at(tick), TOP + SIDE + 14, label, "soft", "middle"))
        parts.append(text_at(LEFT - 6, up.at(tick) + 4, label, "soft", "end"))
    for kind in ("unsure", "held", "missed"):  # what is amiss lies on top
        parts += [_cell(row, kind, across, up) for row in rows if _kind(row) == kind]
    parts.append(line_at(LEFT, TOP + SIDE, LEFT + SIDE, TOP, "same"))
    parts.append(text_at(LEFT + SIDE / 2, TOP + SIDE + 30, "observed", "soft", "middle"))
    if first:
        middle = TOP + SIDE / 2
        turned = f"rotate(-90 10 {middle:g})"
        parts.append(
            element("text", "imputed", x=10, y=middle, class_="soft", text_anchor="middle", transform=turned)
        )
    return join(parts)


def _edges(rows: Sequence[Row], low: float, high: float) -> tuple[float, float]:
    """Ends of both scales: all points, and of the intervals what lies near them."""
    beyond = BEYOND * (high - low)
    lows = [found for row in rows if (found := number(row["low"])) is not None]
    highs = [found for row in rows if (found := number(row["high"])) is not None]
    return min(low, max(min([low, *lows]), low - beyond)), max(high, min(max([high, *highs]), high + beyond))


def _cell(row: Row, kind: str, across: Scale, up: Scale) -> Markup:
    x = across.at(float(row["observed"]))
    tip = f"{row['name']} {row['period']}: observed {row['observed']:.4g}, imputed {row['imputed']:.4g}"
    parts: list[Any] = []
    if kind != "unsure":
        tip += f", {row['low']:.4g} to {row['high']:.4g}"
        parts.append(line_at(x, up.at(float(row["low"])), x, up.at(float(row["high"])), kind))
    dot = element("circle", cx=x, cy=up.at(float(row["imputed"])), r=RADIUS, class_=kind)
    return element("g", element("title", tip), *parts, dot)
