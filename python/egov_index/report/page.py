"""The page as a whole: sections in order, style, policy."""

from __future__ import annotations

import base64
import hashlib
import platform
import re
from typing import Any

from ..markup import Markup, element, fixed, join
from ..plot import STYLE
from ..versions import version_of
from .findings import drivers, trail
from .findings import links as link_section
from .ranking import comparison, key_figures, lead, ranges, ranking
from .view import View, block, package_text, short


def _facts(view: View, sensitivity: Any) -> Markup:
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
        runs, points = short(sensitivity.runs), short(sensitivity.n)
        sampled = f"{runs} runs from {points} base points"
        facts["Sensitivity"] = f"all {runs} combinations of the choices" if sensitivity.exact else sampled
    facts["Package"] = f"egov-index {version_of('egov-index')}"
    return join(join([element("dt", key), element("dd", fact)]) for key, fact in facts.items())


def page(view: View, sensitivity: Any, links: Any) -> str:
    """The whole page as text."""
    notes = view.result.notes or ("The result carries no notes.",)
    sections = join([
        ranges(view),
        ranking(view),
        comparison(view) if view.comparison is not None else "",
        drivers(sensitivity) if sensitivity is not None else "",
        link_section(links, view) if links is not None else "",
        trail(view),
        block("reading", facts=_facts(view, sensitivity)),
        block("sources", notes=join(element("li", note) for note in notes)),
    ])  # fmt: skip
    style = package_text("page.css")
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, STYLE))
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    headings = re.findall(r'<section id="(\w+)"><h2>(.*?)</h2>', sections)
    libraries = ", ".join(f"{name} {version_of(name)}" for name in ("egov-index", "numpy", "narwhals"))
    return block(
        "page",
        policy=Markup(f"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none'"),
        title=getattr(view.result.index, "title", None) or view.result.index.name,
        style=Markup(style), period=view.period, lead=lead(view), cards=key_figures(view),
        sections=sections,
        links=join(element("a", Markup(text), href=f"#{key}") for key, text in headings),
        versions=f"{libraries} under Python {platform.python_version()}",
    )  # fmt: skip
