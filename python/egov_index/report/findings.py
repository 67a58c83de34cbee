"""Sections on what the ranking rests on and goes with: drivers, links with outcomes, imputed cells."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np

from ..markup import Markup, Row, clean, element, fixed, join, number, rows_of, span
from ..plot import bars_svg, interval_svg
from .view import View, block, head, line, named, percent, readable, short, tally

MAX_OUTPUTS = 4
MAX_PAIRS = 10
EXACT = "Every combination of the choices was run: indices are exact."
MEDIANS = (
    "Where a chart is over many outputs, bars are medians over them, whiskers and intervals their quartiles."
)


def _typical(rows: list[Row], keys: tuple[str, ...], kinds: tuple[str, ...]) -> list[Row]:
    """Median and quartiles of each index over the outputs that have one."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    found = [_median(group, keys, kinds) for group in groups.values()]
    return sorted(found, key=lambda row: -(number(row[kinds[-1]]) or 0.0))


def _median(group: list[Row], keys: tuple[str, ...], kinds: tuple[str, ...]) -> Row:
    constant = sum(number(row[kinds[0]]) is None for row in group)
    note = f"{constant} of {len(group)} constant" if constant else ""
    typical: Row = {"output": "median", "note": note} | {key: group[0][key] for key in keys}
    for kind in kinds:
        values = [v for row in group if (v := number(row[kind])) is not None]
        quartiles = np.quantile(values, [0.25, 0.5, 0.75]).tolist() if values else [None] * 3
        typical |= dict(zip((f"{kind}_low", kind, f"{kind}_high"), quartiles, strict=True))
    return typical


def _charts(
    sensitivity: Any, rows: list[Row], keys: tuple[str, ...], kinds: tuple[str, ...]
) -> dict[str, list[Row]]:
    """Rows of each chart by its title: an output, or the medians of what many outputs have in common."""
    by_output: dict[str, list[Row]] = {}
    for row in rows:
        by_output.setdefault(str(row["output"]), []).append(row)
    charts: dict[str, list[Row]] = {}
    for part, at in sensitivity.parts().items():
        outputs = list(by_output)[at]
        if len(outputs) > MAX_OUTPUTS:
            pooled = [row for output in outputs for row in by_output[output]]
            found = _typical(pooled, keys, kinds)
            title = f"{part}: median over {len(outputs)} outputs"
            charts[title] = [row | {"output": title} for row in found]
        else:
            charts |= {output: by_output[output] for output in outputs}
    return charts


def drivers(sensitivity: Any) -> Markup:
    """Which choice moves the ranking: a chart and a table of the indices."""
    rows = rows_of(sensitivity.to_frame())
    charts = _charts(sensitivity, rows, ("factor",), ("first", "total"))
    lines = (
        line("..rrrr.", row["output"], row["factor"],
              fixed(row["first"]), span(row["first_low"], row["first_high"]),
              fixed(row["total"]), span(row["total_low"], row["total_high"]), row.get("note"))
        for chart in charts.values() for row in chart
    )  # fmt: skip
    pictures = (Markup(bars_svg(chart, clean(title))) for title, chart in charts.items())
    figures = join(element("figure", picture, class_="narrow") for picture in pictures)
    which = [EXACT if sensitivity.exact else "Whiskers are the intervals of the estimates."]
    which += [MEDIANS] if any("median over" in title for title in charts) else []
    return block(
        "drivers", runs=short(sensitivity.runs), which=" ".join([*which, *sensitivity.notes]), figures=figures,
        rows=join(lines), pairs=_pairs(sensitivity) if "second" in sensitivity.estimators else "",
    )  # fmt: skip


def _pairs(sensitivity: Any) -> Markup:
    """What pairs of factors do together, the largest first."""
    rows = rows_of(sensitivity.to_frame("second"))
    charts = _charts(sensitivity, rows, ("factor", "with"), ("second",))
    lines = [
        line("...rr.", row["output"], row["factor"], row["with"], fixed(row["second"]),
             span(row["second_low"], row["second_high"]), row.get("note"))
        for chart in charts.values()
        for row in sorted(chart, key=lambda row: -(number(row["second"]) or 0.0))[:MAX_PAIRS]
    ]  # fmt: skip
    return block("pairs", rows=join(lines), most=MAX_PAIRS)


def _goal(row: Row) -> int:
    found = re.search(r"\d+", str(row.get("sdg_goal")))
    return int(found[0]) if found and 1 <= int(found[0]) <= 17 else 99


def _flags(row: Row) -> Markup:
    overlap, notes = row.get("overlap"), clean(row.get("note")).split("; ")
    names = [overlap] if isinstance(overlap, str) else overlap if isinstance(overlap, list | tuple) else []
    shared = ", ".join(map(str, names))
    if shared or (number(overlap) or 0.0) > 0:
        notes = [note for note in notes if note != f"shares {clean(shared)} with the index"]
        notes.insert(0, f"shared inputs: {shared}" if shared else "shared inputs")
    if row.get("without") and number(row.get("estimate_without")) is not None:
        notes.insert(1, f"without {row['without']}: {fixed(row['estimate_without'])}")
    return join(element("span", note, class_="flag") for note in notes if note)


def _linked(rows: list[Row], view: View, alpha: float) -> Markup:
    values = [number(row[key]) or 0.0 for row in rows for key in ("low", "high", "estimate")]
    edge = max([1.0, *map(abs, values)])
    lines: list[Markup] = []
    goals = dict(enumerate(block("goals").split("\n"), start=1))
    for goal in sorted({_goal(row) for row in rows}):
        name = f"SDG {goal} {goals[goal]}" if goal in goals else "Without a goal"
        head = element("th", element("i", class_=f"s{goal}"), name, colspan=9, scope="rowgroup")
        lines.append(element("tr", head, class_="goal"))
        lines += [_link(row, view, edge, alpha) for row in rows if _goal(row) == goal]
    return block("linked", rows=join(lines), low=short(-edge), high=short(edge))


def _link(row: Row, view: View, edge: float, alpha: float) -> Markup:
    low, point, high, p = (number(row.get(key)) for key in ("low", "estimate", "high", "p_adjusted"))
    years = {f"{int(row[key])}" for key in ("year_min", "year_max") if number(row.get(key)) is not None}
    picture = interval_svg(low, point, high, (-edge, edge), zero=True, hollow=p is None or p >= alpha)
    chance = "< 0.001" if p is not None and p < 0.001 else fixed(p, 3)
    return line("..rrrr.r.", readable(row["outcome"]), view.label(row["node"]), short(row["n"]),
                 "–".join(sorted(years)) or "–", fixed(point), span(low, high), Markup(picture), chance,
                 _flags(row))  # fmt: skip


def links(links: Any, view: View) -> Markup:
    """How the index goes with outcomes, by goal."""
    rows, root, alpha = rows_of(links.to_frame()), view.result.nodes[0], 1 - links.level
    main = [row for row in rows if row["node"] == root] or rows
    tables = _linked(main, view, alpha)
    if others := [row for row in rows if main is not rows and row["node"] != root]:
        summary = element("summary", f"Links of the parts of the index ({len(others)})")
        tables = join([tables, element("details", summary, _linked(others, view, alpha))])
    return block(
        "links", method=_coefficient(links), level=f"{100 * links.level:g}", adjust=links.adjust,
        source=_source(links), alpha=f"{alpha:.3g}", tables=tables, of=_of(links, view),
    )  # fmt: skip


def _coefficient(links: Any) -> str:
    """Which coefficient, and what is held constant."""
    held = ", ".join(getattr(links, "controls", ()))
    return f"{str(links.method).capitalize()}{f' with {held} held constant' if held else ''}"


def _of(links: Any, view: View) -> str:
    """Whether links are of the draws, where there are any."""
    if view.ensemble is None:
        return ""
    rule = getattr(links, "rule", "")
    return (
        f" Uncertainty of the index is carried through: {rule}."
        if rule
        else (" They are of the index as it is, not of the draws of its alternatives.")
    )


def _source(links: Any) -> str:
    """Where intervals come from."""
    kind = getattr(links, "interval", "percentile")
    resampled = kind in ("percentile", "bca", "studentized")
    return f"from {short(links.resamples)} resamples" if resampled else f"by {kind}"


def trail(view: View) -> Markup:
    """Which cells were imputed, by which method, and where."""
    imputed = [row for row in view.trail if row["stage"] == "impute"]
    other = Counter(f"{row['stage']} ({row['method']})" for row in view.trail if row["stage"] != "impute")
    listed = ", ".join(f"{step} {count:,}" for step, count in other.items())
    others = f"Cells changed by other steps: {listed}." if other else ""
    if not imputed:
        return block("untouched", others=others)
    counts = Counter((row["indicator"], row["method"]) for row in imputed)
    methods = [*dict.fromkeys(method for _, method in counts)]
    lines = []
    for indicator in sorted({row["indicator"] for row in imputed}, key=str):
        each = [counts[indicator, method] for method in methods]
        classes = "." + "r" * (len(each) + 1)
        lines.append(line(classes, view.label(indicator), *(n or "–" for n in each), sum(each)))
    top = view.imputed.most_common()
    most = (tally(named(unit, view.names.get(unit)), n, view.share(unit)) for unit, n in top[:12])
    every = "; ".join(f"{clean(view.names.get(unit, unit))} {percent(view.share(unit))}" for unit, _ in top)
    return block(
        "trail",
        total=f"{len(imputed):,}", touched=f"{len(top):,}", units=f"{len(view.ranking):,}", others=others,
        heads=join(map(head, map(clean, methods))), counts=join(lines), most=join(most), all=every,
    )  # fmt: skip
