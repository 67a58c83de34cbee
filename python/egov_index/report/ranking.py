"""Sections on the ranking itself: who leads, how sure each rank is, the table, the published index beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..markup import Markup, Row, clean, element, fixed, join, number
from ..plot import interval_svg, rank_panels
from .view import View, block, card, head, in_period, line, named, percent, short, tally


def lead(view: View) -> str:
    """Who leads, and how far ranks move, in a sentence or two."""
    ranked = [row for row in view.ranking if number(row["rank"]) is not None]
    first = [clean(view.names.get(row["unit"])) for row in ranked if row["rank"] == ranked[0]["rank"]]
    leaders = " and ".join(first[:3]) or "No unit"
    verb = "comes" if len(first) < 2 else "share"
    text = f"{leaders} {verb} first among {len(ranked)} units in {view.period}."
    if widths := view.widths:
        unit = max(widths, key=lambda key: widths[key])
        text += (
            f" Over {view.ensemble.n:,} draws of the stated alternatives, half of the units stay within a "
            f"range of {view.width} places; the widest range, {widths[unit]:g} places, is that of "
            f"{view.names.get(unit, unit)}."
        )
    return text


def key_figures(view: View) -> Markup:
    """The few numbers on top of the page."""
    cards = [card(short(sum(number(row["rank"]) is not None for row in view.ranking)), "units ranked")]
    if view.ranges:
        cards.append(card(view.width, f"places in the median {100 * view.level:g} % range of ranks"))
    if view.cells and view.ranking:
        share = sum(view.imputed.values()) / view.cells / len(view.ranking)
        cards.append(card(f"{100 * share:.1f} %", f"of the cells of {view.period} imputed"))
    if view.comparison is not None:
        cards.append(card(fixed(view.comparison.spearman, 3), "rank correlation with the published index"))
    return join(cards)


def ranges(view: View) -> Markup:
    """The picture of the ranges of ranks; without draws, a word on that."""
    if not view.ranges:
        return block("unsure")
    figures = rank_panels([*view.ranges.values()], names=view.names, level=view.level)
    return block(
        "ranges",
        level=f"{100 * view.level:g}",
        draws=f"{view.ensemble.n:,}",
        few="" if len(figures) > 1 else " few",
        figures=join(element("figure", Markup(figure)) for figure in figures),
        bar_key=Markup(interval_svg(0.0, None, 1.0, (0.0, 1.0), width=34)),
        dot_key=Markup(interval_svg(None, 0.5, None, (0.0, 1.0), width=14)),
    )


def ranking(view: View) -> Markup:
    """The table of all units."""
    columns = [view.result.nodes[0], *view.pillars]
    values = [abs(number(row[code]) or 0.0) for row in view.scores.values() for code in columns]
    digits = 4 if max(values, default=0.0) <= 1.5 else 2
    groups = [*dict.fromkeys(row["group"] for row in view.ranking if row.get("group") is not None)]
    heads = [head("Group", None)] if groups else []
    heads += [head("Score"), *(head(view.label(code)) for code in view.pillars)]
    heads += [head(f"{100 * view.level:g} % range"), head("of ranks", None)] if view.ranges else []
    classes = "r." + "." * bool(groups) + "r" * len(columns) + "r." * bool(view.ranges) + "r"

    def cells(row: Row) -> Iterable[object]:
        yield from (short(row["rank"]), named(row["unit"], view.names.get(row["unit"])))
        if groups:
            place = groups.index(row["group"]) % 6 if row["group"] in groups else 6
            shown = " ".join(filter(None, (row["group"], row.get("class"))))
            yield element("span", shown or "–", class_=f"group g{place}")
        yield from (fixed(view.scores.get(row["unit"], {}).get(code), digits) for code in columns)
        if view.ranges:
            yield from _range_cells(view, row)
        yield _imputed(view, row["unit"])

    told = f"share of the {view.cells} indicators" if view.cells else "number of cells"
    rows = join(line(classes, *cells(row)) for row in view.ranking)
    return block("ranking", heads=join([*heads, head("Imputed")]), rows=rows, imputed=told)


def _range_cells(view: View, row: Row) -> Iterable[object]:
    found, last = view.ranges.get(row["unit"], {}), float(len(view.ranking))
    low, high = number(found.get("low")), number(found.get("high"))
    yield "–" if low is None else f"{short(low)} to {short(high)}"
    yield Markup(interval_svg(low, number(row["rank"]), high, (1.0, last), width=150))


def _imputed(view: View, unit: Any) -> object:
    share = view.share(unit)
    text = percent(share) if view.cells else short(view.imputed[unit])
    return element("span", text, class_="warn") if (share or 0.0) >= 1 / 3 else text


def _difference(row: Row) -> float | None:
    here, there = number(row["rank"]), number(row["published_rank"])
    return None if here is None or there is None else there - here


def _mover(row: Row) -> Markup:
    gap = _difference(row) or 0.0
    sign, class_ = ("▲", "up") if gap > 0 else ("▼", "down") if gap < 0 else ("=", "soft")
    moved = element("span", f"{sign} {short(abs(gap))}", class_=class_)
    here, there = short(row["rank"]), short(row["published_rank"])
    return line(".rrr", named(row["unit"], row["name"]), here, there, moved)


def comparison(view: View) -> Markup:
    """The published index beside this one."""
    found = view.comparison
    rows = in_period(found.to_frame(), view.period, "the comparison", at=2)
    gaps = [abs(gap) for gap in map(_difference, rows) if gap is not None]
    bounds = {"same rank": 0.0, "up to 5": 5.0, "up to 10": 10.0, "up to 20": 20.0, "more": np.inf}
    within = [sum(gap <= bound for gap in gaps) for bound in bounds.values()]
    counts = [(label, n - m) for label, n, m in zip(bounds, within, [0, *within], strict=False)]
    size = max(1, len(gaps))
    cards = (
        (fixed(found.correlation, 4), "correlation of scores"),
        (fixed(found.spearman, 4), "rank correlation (Spearman)"),
        (fixed(found.mean_shift, 1), "places, mean shift of rank"),
        (short(found.n), "units compared"),
    )
    bands = (tally(label, n, n / size) for label, n in counts)
    movers = join(_mover(row) for row in in_period(found.movers(10), view.period, at=2))
    return block("comparison", cards=join(card(*each) for each in cards), movers=movers, bands=join(bands))
