"""One self-contained HTML page that tells a ranking: how sure it is, what drives it, what goes with it.

The page has no script and no remote asset. Its prose stands in ``report.html``, its looks in ``report.css``.
Names and notes come from third-party files: every value passes through `plot.element` or `plot.join`, which
escape whatever is not markup already.
"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import re
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from egov_index.errors import DataError
from egov_index.plot import (
    STYLE,
    Markup,
    Row,
    bars_svg,
    clean,
    element,
    fixed,
    interval_svg,
    join,
    number,
    rank_panels,
    rows_of,
    span,
)

__all__ = ["report"]

LEVEL = 0.90
MAX_OUTPUTS = 4


def _package_text(name: str) -> str:
    return resources.files("egov_index").joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def _blocks() -> dict[str, Template]:
    found = re.findall(r"<!-- block: (\w+) -->\n(.*?)\n(?=<!-- block|\Z)", _package_text("report.html"), re.S)
    return {name: Template(text) for name, text in found}


def _block(name: str, **values: object) -> Markup:
    """Fill one block of ``report.html``; what is not markup is escaped."""
    return Markup(_blocks()[name].substitute({key: join([value]) for key, value in values.items()}))


def _short(value: Any) -> str:
    found = number(value)
    return "–" if found is None else f"{found:,.12g}".replace("-", "−")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _readable(code: Any) -> str:
    text = clean(code)
    plain = re.fullmatch("[a-z0-9_]+", text)
    return text if not plain else text.upper() if len(text) <= 3 else text.replace("_", " ").capitalize()


def _line(classes: str, *cells: object) -> Markup:
    """Build a table row; one letter a cell gives its class, a dot none."""
    pairs = zip(classes, cells, strict=True)
    return element("tr", *(element("td", cell, class_=None if c == "." else c) for c, cell in pairs))


def _head(text: str, class_: str | None = "r") -> Markup:
    return element("th", text, scope="col", class_=class_)


def _card(value: str, label: str) -> Markup:
    return element("div", element("b", value), element("span", label), class_="card")


def _named(unit: Any, name: Any) -> Markup:
    code = element("span", unit, class_="unit") if clean(name) != clean(unit) else ""
    return join([element("bdi", name), code])


def _tally(label: object, count: int, share: float | None) -> Markup:
    bar = interval_svg(0.0 if share else None, None, share, (0.0, 1.0))
    return _line(".rr.", label, count, _percent(share), Markup(bar))


def _in_period(frame: Any, period: Any, what: str = "", at: int = 1) -> list[Row]:
    """Keep the rows of one period; the unit is the first column and the period the one ``at`` that place."""
    found = ((row, [*row.values()]) for row in rows_of(frame))
    rows = [dict(row, unit=cells[0], period=cells[at]) for row, cells in found]
    kept = [row for row in rows if str(row["period"]) == str(period)]
    if what and rows and not kept:
        seen = ", ".join(sorted({str(row["period"]) for row in rows}))
        raise DataError(f"{what} holds {seen}, but the report is for {period}")
    return kept


@dataclass(frozen=True)
class _View:
    """What several sections need of a result, for one period; units are keys."""

    result: Any
    ensemble: Any
    comparison: Any
    period: Any
    ranking: list[Row]
    scores: dict[Any, Row]
    ranges: dict[Any, Row]
    trail: list[Row]
    imputed: Counter[Any]
    names: dict[Any, Any]
    framework: Any
    cells: int

    @property
    def widths(self) -> dict[Any, float]:
        return {unit: float(row["high"]) - float(row["low"]) for unit, row in self.ranges.items()}

    @property
    def width(self) -> str:
        return f"{np.median([*self.widths.values()]):g}"

    @property
    def pillars(self) -> list[str]:
        root, *others = self.result.nodes
        children = self.framework.children(root) if self.framework else others
        return [code for code in others if code in children][:6]

    def share(self, unit: Any) -> float | None:
        return min(1.0, self.imputed[unit] / self.cells) if self.cells else None

    def label(self, code: Any) -> str:
        known = self.framework and code in self.framework.codes
        return clean(self.framework[code].name if known else None) or _readable(code)


def _view(result: Any, ensemble: Any, comparison: Any, period: Any) -> _View:
    ranges = [] if ensemble is None else _in_period(ensemble.rank_range(LEVEL), period, "the ensemble")
    trail = _in_period(result.trail, period)
    # A cell counts once, however many methods of the chain touched it.
    imputed = dict.fromkeys((row["unit"], row["indicator"]) for row in trail if row["stage"] == "impute")
    framework = getattr(result.index, "framework", None)
    return _View(
        result, ensemble, comparison, period,
        ranking=_in_period(result.table(), period, "the table of the result", at=2),
        scores={row["unit"]: row for row in _in_period(result.scores, period, "the scores")},
        ranges={row["unit"]: row for row in ranges if None not in map(number, (row["low"], row["high"]))},
        trail=trail,
        imputed=Counter(unit for unit, _ in imputed),
        names={unit: result.panel.unit_names.get(unit, unit) for unit in result.units},
        framework=framework,
        cells=len(framework.leaves if framework else getattr(result.panel, "indicators", ())),
    )  # fmt: skip


def _lead(view: _View) -> str:
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


def _key_figures(view: _View) -> Markup:
    cards = [_card(_short(sum(number(row["rank"]) is not None for row in view.ranking)), "units ranked")]
    if view.ranges:
        cards.append(_card(view.width, "places in the median 90 % range of ranks"))
    if view.cells and view.ranking:
        share = sum(view.imputed.values()) / view.cells / len(view.ranking)
        cards.append(_card(f"{100 * share:.1f} %", f"of the cells of {view.period} imputed"))
    if view.comparison is not None:
        cards.append(_card(fixed(view.comparison.spearman, 3), "rank correlation with the published index"))
    return join(cards)


def _ranges(view: _View) -> Markup:
    if not view.ranges:
        return _block("unsure")
    figures = rank_panels([*view.ranges.values()], names=view.names, level=LEVEL)
    return _block(
        "ranges",
        level=f"{100 * LEVEL:g}",
        draws=f"{view.ensemble.n:,}",
        few="" if len(figures) > 1 else " few",
        figures=join(element("figure", Markup(figure)) for figure in figures),
        bar_key=Markup(interval_svg(0.0, None, 1.0, (0.0, 1.0), width=34)),
        dot_key=Markup(interval_svg(None, 0.5, None, (0.0, 1.0), width=14)),
    )


def _ranking(view: _View) -> Markup:
    columns = [view.result.nodes[0], *view.pillars]
    values = [abs(number(row[code]) or 0.0) for row in view.scores.values() for code in columns]
    digits = 4 if max(values, default=0.0) <= 1.5 else 2
    groups = [*dict.fromkeys(row["group"] for row in view.ranking if row.get("group") is not None)]
    heads = [_head("Group", None)] if groups else []
    heads += [_head("Score"), *(_head(view.label(code)) for code in view.pillars)]
    heads += [_head("90 % range"), _head("of ranks", None)] if view.ranges else []
    classes = "r." + "." * bool(groups) + "r" * len(columns) + "r." * bool(view.ranges) + "r"

    def cells(row: Row) -> Iterable[object]:
        yield from (_short(row["rank"]), _named(row["unit"], view.names.get(row["unit"])))
        if groups:
            place = groups.index(row["group"]) % 6 if row["group"] in groups else 6
            yield element("span", row["group"] or "–", class_=f"group g{place}")
        yield from (fixed(view.scores.get(row["unit"], {}).get(code), digits) for code in columns)
        if view.ranges:
            yield from _range_cells(view, row)
        yield _imputed(view, row["unit"])

    told = f"share of the {view.cells} indicators" if view.cells else "number of cells"
    rows = join(_line(classes, *cells(row)) for row in view.ranking)
    return _block("ranking", heads=join([*heads, _head("Imputed")]), rows=rows, imputed=told)


def _range_cells(view: _View, row: Row) -> Iterable[object]:
    found, last = view.ranges.get(row["unit"], {}), float(len(view.ranking))
    low, high = number(found.get("low")), number(found.get("high"))
    yield "–" if low is None else f"{_short(low)} to {_short(high)}"
    yield Markup(interval_svg(low, number(row["rank"]), high, (1.0, last), width=150))


def _imputed(view: _View, unit: Any) -> object:
    share = view.share(unit)
    text = _percent(share) if view.cells else _short(view.imputed[unit])
    return element("span", text, class_="warn") if (share or 0.0) >= 1 / 3 else text


def _difference(row: Row) -> float | None:
    here, there = number(row["rank"]), number(row["published_rank"])
    return None if here is None or there is None else there - here


def _mover(row: Row) -> Markup:
    gap = _difference(row) or 0.0
    sign, class_ = ("▲", "up") if gap > 0 else ("▼", "down") if gap < 0 else ("=", "soft")
    moved = element("span", f"{sign} {_short(abs(gap))}", class_=class_)
    here, there = _short(row["rank"]), _short(row["published_rank"])
    return _line(".rrr", _named(row["unit"], row["name"]), here, there, moved)


def _comparison(view: _View) -> Markup:
    found = view.comparison
    rows = _in_period(found.to_frame(), view.period, "the comparison", at=2)
    gaps = [abs(gap) for gap in map(_difference, rows) if gap is not None]
    bounds = {"same rank": 0.0, "up to 5": 5.0, "up to 10": 10.0, "up to 20": 20.0, "more": np.inf}
    within = [sum(gap <= bound for gap in gaps) for bound in bounds.values()]
    counts = [(label, n - m) for label, n, m in zip(bounds, within, [0, *within], strict=False)]
    size = max(1, len(gaps))
    cards = (
        (fixed(found.correlation, 4), "correlation of scores"),
        (fixed(found.spearman, 4), "rank correlation (Spearman)"),
        (fixed(found.mean_shift, 1), "places, mean shift of rank"),
        (_short(found.n), "units compared"),
    )
    bands = (_tally(label, n, n / size) for label, n in counts)
    movers = join(_mover(row) for row in _in_period(found.movers(10), view.period, at=2))
    return _block("comparison", cards=join(_card(*card) for card in cards), movers=movers, bands=join(bands))


def _typical(rows: list[Row]) -> list[Row]:
    """Median and quartiles of each index over the outputs that have one."""
    found = []
    for factor in dict.fromkeys(row["factor"] for row in rows):
        typical: Row = {"output": "median", "factor": factor, "note": ""}
        for kind in ("first", "total"):
            values = [v for row in rows if row["factor"] == factor and (v := number(row[kind])) is not None]
            quartiles = np.quantile(values, [0.25, 0.5, 0.75]).tolist() if values else [None] * 3
            typical |= dict(zip((f"{kind}_low", kind, f"{kind}_high"), quartiles, strict=True))
        found.append(typical)
    return found


def _drivers(sensitivity: Any) -> Markup:
    rows = rows_of(sensitivity.to_frame())
    outputs = [*dict.fromkeys(str(row["output"]) for row in rows)]
    which = "Whiskers are the intervals of the estimates."
    charts = {output: [row for row in rows if str(row["output"]) == output] for output in outputs}
    if len(outputs) > MAX_OUTPUTS:
        rows = _typical(rows)
        charts = {f"Median over {len(outputs)} outputs": rows}
        which = "Bars are medians over the outputs, whiskers and intervals their quartiles."
    lines = (
        _line("..rrrr.", row["output"], row["factor"],
              fixed(row["first"]), span(row["first_low"], row["first_high"]),
              fixed(row["total"]), span(row["total_low"], row["total_high"]), row.get("note"))
        for row in rows
    )  # fmt: skip
    pictures = (Markup(bars_svg(chart, clean(output))) for output, chart in charts.items())
    figures = join(element("figure", picture, class_="narrow") for picture in pictures)
    return _block("drivers", runs=_short(sensitivity.runs), which=which, figures=figures, rows=join(lines))


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
    return join(element("span", note, class_="flag") for note in notes if note)


def _linked(rows: list[Row], view: _View, alpha: float) -> Markup:
    values = [number(row[key]) or 0.0 for row in rows for key in ("low", "high", "estimate")]
    edge = max([1.0, *map(abs, values)])
    lines: list[Markup] = []
    goals = dict(enumerate(_block("goals").split("\n"), start=1))
    for goal in sorted({_goal(row) for row in rows}):
        name = f"SDG {goal} {goals[goal]}" if goal in goals else "Without a goal"
        head = element("th", element("i", class_=f"s{goal}"), name, colspan=9, scope="rowgroup")
        lines.append(element("tr", head, class_="goal"))
        lines += [_link(row, view, edge, alpha) for row in rows if _goal(row) == goal]
    return _block("linked", rows=join(lines), low=_short(-edge), high=_short(edge))


def _link(row: Row, view: _View, edge: float, alpha: float) -> Markup:
    low, point, high, p = (number(row.get(key)) for key in ("low", "estimate", "high", "p_adjusted"))
    years = {f"{int(row[key])}" for key in ("year_min", "year_max") if number(row.get(key)) is not None}
    picture = interval_svg(low, point, high, (-edge, edge), zero=True, hollow=p is None or p >= alpha)
    chance = "< 0.001" if p is not None and p < 0.001 else fixed(p, 3)
    return _line("..rrrr.r.", _readable(row["outcome"]), view.label(row["node"]), _short(row["n"]),
                 "–".join(sorted(years)) or "–", fixed(point), span(low, high), Markup(picture), chance,
                 _flags(row))  # fmt: skip


def _links(links: Any, view: _View) -> Markup:
    rows, root, alpha = rows_of(links.to_frame()), view.result.nodes[0], 1 - links.level
    main = [row for row in rows if row["node"] == root] or rows
    tables = _linked(main, view, alpha)
    if others := [row for row in rows if main is not rows and row["node"] != root]:
        summary = element("summary", f"Links of the parts of the index ({len(others)})")
        tables = join([tables, element("details", summary, _linked(others, view, alpha))])
    return _block(
        "links", method=str(links.method).capitalize(), level=f"{100 * links.level:g}", adjust=links.adjust,
        resamples=_short(links.resamples), alpha=f"{alpha:.3g}", tables=tables,
    )  # fmt: skip


def _trail(view: _View) -> Markup:
    imputed = [row for row in view.trail if row["stage"] == "impute"]
    other = Counter(f"{row['stage']} ({row['method']})" for row in view.trail if row["stage"] != "impute")
    listed = ", ".join(f"{step} {count:,}" for step, count in other.items())
    others = f"Cells changed by other steps: {listed}." if other else ""
    if not imputed:
        return _block("untouched", others=others)
    counts = Counter((row["indicator"], row["method"]) for row in imputed)
    methods = [*dict.fromkeys(method for _, method in counts)]
    lines = []
    for indicator in sorted({row["indicator"] for row in imputed}, key=str):
        each = [counts[indicator, method] for method in methods]
        classes = "." + "r" * (len(each) + 1)
        lines.append(_line(classes, view.label(indicator), *(n or "–" for n in each), sum(each)))
    top = view.imputed.most_common()
    most = (_tally(_named(unit, view.names.get(unit)), n, view.share(unit)) for unit, n in top[:12])
    every = "; ".join(f"{clean(view.names.get(unit, unit))} {_percent(view.share(unit))}" for unit, _ in top)
    return _block(
        "trail",
        total=f"{len(imputed):,}", touched=f"{len(top):,}", units=f"{len(view.ranking):,}", others=others,
        heads=join(map(_head, map(clean, methods))), counts=join(lines), most=join(most), all=every,
    )  # fmt: skip


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _facts(view: _View, sensitivity: Any) -> Markup:
    last = f", one of {len(view.result.periods)} in the result" if len(view.result.periods) > 1 else ""
    facts = {
        "Index": view.result.index.name,
        "Units": f"{len(view.ranking):,}",
        "Period": f"{view.period}{last}",
        "Method": view.result.index.recipe,
    }
    if (ensemble := view.ensemble) is not None:
        facts["Draws"] = f"{ensemble.n:,}, seed {ensemble.seed}"
        facts["Alternatives vary"] = ", ".join(map(str, ensemble.factors))
        facts["Mean shift of rank"] = f"{fixed(ensemble.mean_shift)} places between draw and nominal ranking"
    if sensitivity is not None:
        facts["Sensitivity"] = f"{_short(sensitivity.runs)} runs from {_short(sensitivity.n)} base points"
    facts["Package"] = f"egov-index {_version('egov-index')}"
    return join(join([element("dt", key), element("dd", fact)]) for key, fact in facts.items())


def _page(view: _View, sensitivity: Any, links: Any) -> str:
    notes = view.result.notes or ("The result carries no notes.",)
    sections = join([
        _ranges(view),
        _ranking(view),
        _comparison(view) if view.comparison is not None else "",
        _drivers(sensitivity) if sensitivity is not None else "",
        _links(links, view) if links is not None else "",
        _trail(view),
        _block("reading", facts=_facts(view, sensitivity)),
        _block("sources", notes=join(element("li", note) for note in notes)),
    ])  # fmt: skip
    style = _package_text("report.css")
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, STYLE))
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    headings = re.findall(r'<section id="(\w+)"><h2>(.*?)</h2>', sections)
    libraries = ", ".join(f"{name} {_version(name)}" for name in ("egov-index", "numpy", "narwhals"))
    return _block(
        "page",
        policy=Markup(f"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none'"),
        title=getattr(view.result.index, "title", None) or view.result.index.name,
        style=Markup(style), period=view.period, lead=_lead(view), cards=_key_figures(view),
        sections=sections,
        links=join(element("a", Markup(text), href=f"#{key}") for key, text in headings),
        versions=f"{libraries} under Python {platform.python_version()}",
    )  # fmt: skip


def _write(path: Path, text: str) -> None:
    """Write beside the target and move into place, so that no reader ever meets half a page."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def report(
    result: Any,
    ensemble: Any = None,
    sensitivity: Any = None,
    links: Any = None,
    *,
    comparison: Any = None,
    period: Any = None,
    path: str | os.PathLike[str] | None = None,
) -> str:
    """Tell a result in one self-contained HTML page.

    Parameters
    ----------
    result : Result
        What ``index.score(panel)`` gave.
    ensemble : Ensemble, optional
        Adds the range of ranks of each unit over the stated alternatives.
    sensitivity : Sensitivity, optional
        Adds what drives the ranking.
    links : Links, optional
        Adds the links with SDG outcomes.
    comparison : Comparison, optional
        Adds the published index beside this one.
    period : optional
        The period to tell; by default the last of the result.
    path : path, optional
        Where to write the page; it appears there whole or not at all.

    Returns
    -------
    str
        The page: no script, no remote asset, every name and note escaped.

    Raises
    ------
    DataError
        Where the ensemble or the comparison does not hold the period.
    """
    view = _view(result, ensemble, comparison, result.periods[-1] if period is None else period)
    page = _page(view, sensitivity, links)
    if path is not None:
        _write(Path(path), page)
    return page
