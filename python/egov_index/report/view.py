"""What the sections of the page share: the view of one period, and the small pieces of its markup."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template
from typing import Any

import numpy as np

from ..errors import DataError
from ..markup import Markup, Row, clean, element, join, number, rows_of
from ..plot import interval_svg


def package_text(name: str) -> str:
    """A file of this package."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def _blocks() -> dict[str, Template]:
    found = re.findall(r"<!-- block: (\w+) -->\n(.*?)\n(?=<!-- block|\Z)", package_text("page.html"), re.S)
    return {name: Template(text) for name, text in found}


def block(name: str, **values: object) -> Markup:
    """Fill one block of ``report.html``; what is not markup is escaped."""
    return Markup(_blocks()[name].substitute({key: join([value]) for key, value in values.items()}))


def short(value: Any) -> str:
    """A number in few digits, what is missing as a dash."""
    found = number(value)
    return "–" if found is None else f"{found:,.12g}".replace("-", "−")


def percent(share: float | None) -> str:
    """A share in percent, what is missing as a dash."""
    return "–" if share is None else f"{100 * share:.0f} %"


def readable(code: Any) -> str:
    """A code as words."""
    text = clean(code)
    plain = re.fullmatch("[a-z0-9_]+", text)
    return text if not plain else text.upper() if len(text) <= 3 else text.replace("_", " ").capitalize()


def line(classes: str, *cells: object) -> Markup:
    """Build a table row; one letter a cell gives its class, a dot none."""
    pairs = zip(classes, cells, strict=True)
    return element("tr", *(element("td", cell, class_=None if c == "." else c) for c, cell in pairs))


def head(text: str, class_: str | None = "r") -> Markup:
    """A heading cell of a table."""
    return element("th", text, scope="col", class_=class_)


def card(value: str, label: str) -> Markup:
    """A number with its label below."""
    return element("div", element("b", value), element("span", label), class_="card")


def named(unit: Any, name: Any) -> Markup:
    """A name with its code."""
    code = element("span", unit, class_="unit") if clean(name) != clean(unit) else ""
    return join([element("bdi", name), code])


def tally(label: object, count: int, share: float | None) -> Markup:
    """A table row that counts something, with its share as a bar."""
    bar = interval_svg(0.0 if share else None, None, share, (0.0, 1.0))
    return line(".rr.", label, count, percent(share), Markup(bar))


def in_period(frame: Any, period: Any, what: str = "", at: int = 1) -> list[Row]:
    """Keep the rows of one period; the unit is the first column and the period the one ``at`` that place."""
    found = ((row, [*row.values()]) for row in rows_of(frame))
    rows = [dict(row, unit=cells[0], period=cells[at]) for row, cells in found]
    kept = [row for row in rows if str(row["period"]) == str(period)]
    if what and rows and not kept:
        seen = ", ".join(sorted({str(row["period"]) for row in rows}))
        raise DataError(f"{what} holds {seen}, but the report is for {period}")
    return kept


@dataclass(frozen=True)
class View:
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
    level: float

    @property
    def widths(self) -> dict[Any, float]:
        """Places that the range of each unit spans."""
        return {unit: float(row["high"]) - float(row["low"]) for unit, row in self.ranges.items()}

    @property
    def width(self) -> str:
        """The median of the widths, as text."""
        return f"{np.median([*self.widths.values()]):g}"

    @property
    def pillars(self) -> list[str]:
        """Nodes right below the root."""
        root, *others = self.result.nodes
        children = self.framework.children(root) if self.framework else others
        return [code for code in others if code in children][:6]

    def share(self, unit: Any) -> float | None:
        """Share of the indicators of a unit that were imputed."""
        return min(1.0, self.imputed[unit] / self.cells) if self.cells else None

    def label(self, code: Any) -> str:
        """Readable name of a node."""
        known = self.framework and code in self.framework.codes
        return clean(self.framework[code].name if known else None) or readable(code)


def view_of(result: Any, ensemble: Any, comparison: Any, period: Any, level: float) -> View:
    """Collect what the sections need for one period."""
    ranges = [] if ensemble is None else in_period(ensemble.rank_range(level), period, "the ensemble")
    trail = in_period(result.trail, period)
    # A cell counts once, however many methods of the chain touched it.
    imputed = dict.fromkeys((row["unit"], row["indicator"]) for row in trail if row["stage"] == "impute")
    framework = getattr(result.index, "framework", None)
    return View(
        result, ensemble, comparison, period,
        ranking=in_period(result.table(), period, "the table of the result", at=2),
        scores={row["unit"]: row for row in in_period(result.scores, period, "the scores")},
        ranges={row["unit"]: row for row in ranges if None not in map(number, (row["low"], row["high"]))},
        trail=trail,
        imputed=Counter(unit for unit, _ in imputed),
        names={unit: result.panel.unit_names.get(unit, unit) for unit in result.units},
        framework=framework,
        cells=len(framework.leaves if framework else getattr(result.panel, "indicators", ())),
        level=level,
    )  # fmt: skip
