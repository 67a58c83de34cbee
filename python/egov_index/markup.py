"""Text into markup: every label goes through `clean` and `element`, and nothing else writes markup."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["Markup", "Row", "clean", "element", "fixed", "join", "number", "rows_of", "span"]

Row = dict[str, Any]

_HIDDEN = re.compile(r"[\u061c\u200e\u200f\ufeff]")
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


def clean(value: object) -> str:
    """Return readable text: what a page cannot hold or what reorders it is shown as U+FFFD."""
    return _UNSAFE.sub("\ufffd", _HIDDEN.sub("", "" if value is None else str(value)))


def join(parts: Iterable[object]) -> Markup:
    """Put parts one after another, escaping all that is not markup yet."""
    return Markup("".join(p if isinstance(p, Markup) else html.escape(clean(p)) for p in parts))


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """Build one element; ``class_`` gives ``class``, ``text_anchor`` gives ``text-anchor``."""
    pairs = (
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(clean(_short(value)))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{''.join(pairs)}>{join(children)}</{tag}>")


def _short(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else value


def number(value: Any) -> float | None:
    """Return a finite float, or None for what is missing."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        return None
    return result if math.isfinite(result) else None


def fixed(value: Any, digits: int = 2) -> str:
    """Print a number with a true minus sign, and what is missing as a dash."""
    found = number(value)
    return "–" if found is None else f"{found:z,.{digits}f}".replace("-", "−")


def span(low: Any, high: Any) -> str:
    """Print an interval."""
    return "–" if number(low) is None else f"{fixed(low)} to {fixed(high)}"


def rows_of(frame: Any) -> list[Row]:
    """Return the rows of a dataframe of any library, or of a list of mappings, as dictionaries."""
    if isinstance(frame, Sequence):
        return [dict(row) for row in frame]
    import narwhals as nw  # slow to import

    return list(nw.from_native(frame, eager_only=True).rows(named=True))
