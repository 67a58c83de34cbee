"""Pictures of results as SVG text: no plotting library, no script, no remote asset.

Each public function gives one standalone ``<svg>`` that also sits inside a page. Labels come from
third-party files: every text passes through `clean` and `element`, and nothing else writes markup.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .markup import Markup, Row, clean, element, fixed, join, number, rows_of, span

__all__ = ["bars_svg", "rank_ranges_svg"]

STYLE = (
    ".egov{font:11px system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif;fill:#1b2733}"
    ".egov .paper{fill:#fff}.egov .soft{fill:#566574}.egov .code{font-weight:600}"
    ".egov .small{font-size:10px;font-weight:600}.egov .name{font-size:16px;font-weight:600}"
    ".egov .grid{stroke:#dde3ea;stroke-width:1}.egov .zero{stroke:#8696a5;stroke-width:1}"
    ".egov .stripe{fill:#f3f6f9}.egov .bar{fill:#9dbfe3}.egov .second{fill:#1f5fa8}"
    ".egov .tick{stroke:#14406f;stroke-width:2}.egov .dot{fill:#d4540f;stroke:#fff;stroke-width:1}"
    ".egov .hollow{fill:#fff;stroke:#d4540f;stroke-width:1.5}"
    ".egov .whisker{stroke:#1b2733;stroke-width:1.2}.egov .held{stroke:#1f5fa8;fill:#1f5fa8}"
    ".egov .missed{stroke:#d4540f;fill:#d4540f}.egov .unsure{stroke:#566574;fill:#566574}"
    ".egov line.held,.egov line.missed{stroke-width:1;opacity:.45}.egov .same{stroke:#1b2733;stroke-dasharray:4 3}"
    ".egov .seen{fill:#1b2733}.egov .draw{fill:none;stroke:#1f5fa8;stroke-width:1;stroke-opacity:.6}"
    "@media screen and (prefers-color-scheme:dark){.egov{fill:#e4eaf0}.egov .paper{fill:#151c24}"
    ".egov .soft{fill:#9dabb9}.egov .grid{stroke:#2c3742}.egov .zero{stroke:#6b7a89}"
    ".egov .stripe{fill:#1a232d}.egov .bar{fill:#3a6597}.egov .second{fill:#8fc0f5}"
    ".egov .tick{stroke:#b9d7f7}.egov .dot{fill:#ff9d5c;stroke:#151c24}"
    ".egov .hollow{fill:#151c24;stroke:#ff9d5c}.egov .whisker{stroke:#e4eaf0}"
    ".egov .held{stroke:#8fc0f5;fill:#8fc0f5}.egov .missed{stroke:#ff9d5c;fill:#ff9d5c}"
    ".egov .unsure{stroke:#9dabb9;fill:#9dabb9}.egov .same{stroke:#e4eaf0}"
    ".egov .seen{fill:#e4eaf0}.egov .draw{stroke:#8fc0f5}}"
)
"""The one style sheet of every figure, in a constant so that a page can allow it by its hash."""

RANGES = (
    "Units sorted by nominal rank. For each a bar spans the {:g} % range of its rank over the stated "
    "alternatives, a tick marks the median and a dot the nominal rank."
)
PANEL_UNITS = 50
ROW = 15.0


@dataclass(frozen=True)
class Scale:
    """A linear map from values to horizontal positions."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def ticks(self, count: int) -> list[float]:
        step = nice((self.high - self.low) / max(count, 1))
        first = math.ceil(self.low / step - 1e-9)
        return [k * step for k in range(first, math.floor(self.high / step + 1e-9) + 1)]


def nice(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw)) if raw > 0 else 1.0
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= raw * 0.999)


def clipped(value: object, length: int) -> str:
    text = clean(value)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def text_at(
    x: float, y: float, value: object, class_: str | None = None, anchor: str | None = None
) -> Markup:
    return element("text", value, x=x, y=y, class_=class_, text_anchor=anchor)


def line_at(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def box_at(x: float, y: float, width: float, height: float, class_: str) -> Markup:
    return element("rect", x=x, y=y, width=max(width, 0.0), height=height, rx=2, class_=class_)


def svg(width: float, height: float, title: str, desc: str, body: Iterable[object]) -> str:
    content = join(body)
    key = hashlib.sha256(f"{title}\n{content}".encode()).hexdigest()[:10]
    return element(
        "svg",
        element("title", title, id=f"t{key}"),
        element("desc", desc, id=f"d{key}"),
        element("style", Markup(STYLE)),
        element("rect", width=width, height=height, class_="paper"),
        content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=f"t{key} d{key}",
        class_="egov",
    )


def _ranked(frame: Any, names: Mapping[Any, Any] | None) -> list[Row]:
    found = []
    for row in rows_of(frame):
        unit = next(iter(row.values()))
        name = (names or {}).get(unit) or row.get("name") or unit
        values = {key: number(row[key]) for key in ("rank", "low", "median", "high")}
        if None not in values.values():
            found.append({"unit": unit, "name": name, **values})
    return sorted(found, key=lambda row: (row["rank"], row["median"], str(row["unit"])))


def _panels(rows: list[Row], columns: int | None) -> tuple[list[list[Row]], float]:
    """Cut rows into panels and give the number of ranks that the widest of them spans."""
    size = max(1, math.ceil(len(rows) / (columns or max(1, math.ceil(len(rows) / PANEL_UNITS)))))
    panels = [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]
    return panels, max(4.0, *(max(edges) - min(edges) for edges in map(_edges, panels)))


def _edges(panel: list[Row]) -> list[float]:
    return [row[key] for row in panel for key in ("low", "rank", "high")] or [1.0]


def _legend(level: float, top: float) -> list[Markup]:
    step, x = (0, 230) if top < 70 else (18, 0)
    return [
        box_at(0, 0, 26, 9, "bar"),
        text_at(32, 9, f"{100 * level:g} % range over the alternatives"),
        line_at(x + 4, step - 1, x + 4, step + 11, "tick"),
        text_at(x + 12, step + 9, "median"),
        element("circle", cx=x + 84, cy=step + 5, r=4, class_="dot"),
        text_at(x + 93, step + 9, "nominal rank"),
    ]


def _range_row(row: Row, y: float, scale: Scale, room: int) -> Markup:
    low, high = scale.at(row["low"]), scale.at(row["high"])
    span = f"{row['low']:g} to {row['high']:g}"
    tip = f"{row['name']} ({row['unit']}): rank {row['rank']:g}, range {span}, median {row['median']:g}"
    middle = scale.at(row["median"])
    label = [text_at(58, y + 11, clipped(row["name"], room))] if str(row["name"]) != str(row["unit"]) else []
    return element(
        "g",
        element("title", tip),
        text_at(22, y + 11, f"{row['rank']:g}", "soft", "end"),
        text_at(28, y + 11, clipped(row["unit"], 4 if label else room + 4), "small"),
        *label,
        box_at(low - 1, y + 3, high - low + 2, 9, "bar"),
        line_at(middle, y + 2, middle, y + 13, "tick"),
        element("circle", cx=scale.at(row["rank"]), cy=y + 7.5, r=3.5, class_="dot"),
    )


def _panel(rows: list[Row], width: float, span: float) -> Markup:
    labels = max(150.0, min(0.4 * width, 260.0))
    low = min(_edges(rows))
    scale = Scale(low, low + span, labels + 6, width - 18)
    tops = [20.0 + ROW * i for i in range(len(rows) + 1)]
    parts = [box_at(0, top, width - 10, ROW, "stripe") for top in tops[:-1:2]]
    for tick in filter(lambda tick: tick >= 1, scale.ticks(max(2, int((scale.right - scale.left) // 32)))):
        x = scale.at(tick)
        parts.append(line_at(x, 18, x, tops[-1], "grid"))
        parts += [text_at(x, y, f"{tick:g}", "soft", "middle") for y in (13, tops[-1] + 13)]
    room = int((labels - 57) / 5.9)
    return join([*parts, *(_range_row(row, top, scale, room) for row, top in zip(rows, tops, strict=False))])


def rank_panels(frame: Any, *, names: Mapping[Any, Any] | None = None, level: float = 0.90) -> list[str]:
    """Draw the panels of `rank_ranges_svg` as pictures of their own, for a page that places them."""
    panels, span = _panels(_ranked(frame, names), None)
    width = 300.0 if len(panels) > 1 else 760.0
    titles = (f"Ranks {p[0]['rank']:g} to {p[-1]['rank']:g}" if p else "No ranks" for p in panels)
    return [
        svg(width, 40.0 + ROW * len(panel), title, RANGES.format(100 * level), [_panel(panel, width, span)])
        for panel, title in zip(panels, titles, strict=True)
    ]


def rank_ranges_svg(
    frame: Any,
    title: str = "Ranks and their ranges",
    *,
    names: Mapping[Any, Any] | None = None,
    level: float = 0.90,
    columns: int | None = None,
    width: float = 1200,
) -> str:
    """Draw for each unit its rank and the range that rank takes over the alternatives.

    Parameters
    ----------
    frame : dataframe or sequence of mappings
        The unit first, and ``rank``, ``low``, ``median`` and ``high``; a column ``name`` is used as the
        readable name. Rows with a missing value are left out.
    title : str
        Heading of the figure and its accessible name.
    names : mapping, optional
        Readable name of each unit.
    level : float
        Share of the alternatives inside a range, for the legend.
    columns : int, optional
        Panels side by side; by default one for each 50 units. All share one scale, each shifted to its own
        ranks, so that bars of one length stand for one number of ranks.
    width : float
        Width of the picture in pixels.

    Returns
    -------
    str
        A standalone SVG document, readable on light and dark paper.
    """
    panels, span = _panels(_ranked(frame, names), columns)
    each = width / len(panels) if len(panels) > 1 else min(width, 820.0)
    top = 62.0 if each * len(panels) >= 520 else 80.0
    body = [
        text_at(0, 20, clipped(title, int(width / 9)), "name"),
        element("g", *_legend(level, top), transform="translate(0 34)"),
        *(element("g", _panel(panel, each, span), transform=f"translate({i * each:g} {top:g})")
          for i, panel in enumerate(panels)),
    ]  # fmt: skip
    height = top + 40 + ROW * max(map(len, panels))
    return svg(each * len(panels), height, clean(title), RANGES.format(100 * level), body)


def _index_bar(row: Row, kind: str, y: float, scale: Scale, class_: str) -> list[Markup]:
    value, low, high = (number(row.get(kind + end)) for end in ("", "_low", "_high"))
    if value is None:
        return []
    start, end = sorted((scale.at(0.0), scale.at(value)))
    parts, label = [box_at(start, y, end - start, 12, class_)], fixed(value)
    if low is not None and high is not None:
        left, right = scale.at(low), scale.at(high)
        parts += [line_at(left, y + 6, right, y + 6, "whisker")]
        parts += [line_at(x, y + 3, x, y + 9, "whisker") for x in (left, right)]
        label += f"  ({span(low, high)})"
    return [*parts, text_at(scale.right + 10, y + 10, label)]


def _factor(row: Row, y: float, scale: Scale) -> Markup:
    tip = f"{row['factor']}: first order {fixed(row.get('first'))}, total {fixed(row.get('total'))}"
    bars = [*_index_bar(row, "first", y, scale, "bar"), *_index_bar(row, "total", y + 14, scale, "second")]
    if not bars:
        bars = [text_at(scale.at(0.0) + 6, y + 17, clipped(row.get("note") or "no value", 40), "soft")]
    label = text_at(scale.left - 10, y + 18, clipped(row["factor"], 26), "code", "end")
    return element("g", element("title", tip), label, *bars)


def bars_svg(
    frame: Any, title: str = "What drives the ranking", *, width: float = 760, headed: bool = True
) -> str:
    """Draw first-order and total sensitivity indices as paired bars with their intervals.

    Parameters
    ----------
    frame : dataframe or sequence of mappings
        One row a factor: ``factor``, ``first``, ``first_low``, ``first_high``, ``total``, ``total_low``,
        ``total_high`` and, where a value is missing, a ``note`` that says why.
    title : str
        Heading of the figure and its accessible name.
    width : float
        Width of the picture in pixels.
    headed : bool
        Whether to draw the heading.

    Returns
    -------
    str
        A standalone SVG document; factors are sorted by their total index.
    """
    rows = sorted(rows_of(frame), key=lambda row: -(number(row.get("total")) or -1.0))
    keys = [kind + end for kind in ("first", "total") for end in ("", "_low", "_high")]
    values = [number(row.get(key)) or 0.0 for row in rows for key in keys]
    top = 52.0 if headed else 24.0
    foot = top + 24 + 36 * len(rows)
    scale = Scale(min([0.0, *values]), max([0.5, *(1.02 * value for value in values)]), 200.0, width - 150)
    body = [text_at(0, 18, clipped(title, int(width / 9)), "name")] if headed else []
    for x, class_, label in ((200.0, "bar", "first order (alone)"), (340.0, "second", "total (with others)")):
        body += [box_at(x, top - 18, 12, 12, class_), text_at(x + 18, top - 8, label)]
    for tick in scale.ticks(5):
        x = scale.at(tick)
        body += [line_at(x, top + 2, x, foot - 18, "grid" if tick else "zero")]
        body.append(text_at(x, foot - 4, f"{tick:g}".replace("-", "\u2212"), "soft", "middle"))
    body += [_factor(row, top + 8 + 36 * i, scale) for i, row in enumerate(rows)]
    desc = "First-order and total index of each factor, whiskers are intervals."
    return svg(width, foot, clean(title), desc, body)


def interval_svg(
    low: float | None,
    point: float | None,
    high: float | None,
    domain: tuple[float, float],
    *,
    zero: bool = False,
    hollow: bool = False,
    width: float = 110,
) -> str:
    """Draw an interval with its point, small enough for a table cell and hidden from screen readers."""
    scale = Scale(*domain, 5.0, width - 5)
    parts = [line_at(5, 7, width - 5, 7, "grid")]
    if zero:
        parts.append(line_at(scale.at(0.0), 0, scale.at(0.0), 14, "zero"))
    if low is not None and high is not None:
        left = scale.at(low)
        parts.append(box_at(left - 1, 3.5, scale.at(high) - left + 2, 7, "bar"))
    if point is not None:
        parts.append(element("circle", cx=scale.at(point), cy=7, r=3, class_="hollow" if hollow else "dot"))
    box = f"0 0 {width:g} 14"
    return element("svg", *parts, viewBox=box, width=width, height=14, aria_hidden="true", class_="egov")
