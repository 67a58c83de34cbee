"""What two results did differently: choices, nodes and data, one line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from .framework import Framework, Node
from .recipe import Recipe
from .result import Result
from .table import listing

__all__ = ["differences"]

Line = tuple[str, str, str]
NONE = "–"


def differences(before: Result, after: Result) -> dict[str, list[str]]:
    """Columns part, before, after."""
    lines = [
        *_recipes(before.index.recipe, after.index.recipe),
        *_frameworks(before.index.framework, after.index.framework),
        *_data(before, after),
    ]
    names = ("part", "before", "after")
    return {name: [line[k] for line in lines] for k, name in enumerate(names)}


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return " > ".join(map(str, value)) or NONE
    return f"{value:g}" if isinstance(value, float) else NONE if value is None else str(value)


def _recipes(a: Recipe, b: Recipe) -> Iterator[Line]:
    for part in fields(Recipe):
        mine, other = getattr(a, part.name), getattr(b, part.name)
        if mine != other:
            yield f"recipe.{part.name}", _said(mine), _said(other)


def _frameworks(a: Framework, b: Framework) -> Iterator[Line]:
    for code in dict.fromkeys([*a.codes, *b.codes]):
        if code not in b.codes or code not in a.codes:
            words = [f"below {tree[code].parent}" if code in tree.codes else NONE for tree in (a, b)]
            yield code, words[0], words[1]
            continue
        for part in fields(Node):
            mine, other = getattr(a[code], part.name), getattr(b[code], part.name)
            if mine != other:
                yield f"{code} {part.name}", _said(mine), _said(other)
    cuts = [", ".join(f"{g.code} above {_said(g.above)}" for g in tree.groups) or NONE for tree in (a, b)]
    if a.groups != b.groups:
        yield "groups", cuts[0], cuts[1]
    if a.rank_digits != b.rank_digits:
        yield "rank_digits", _said(a.rank_digits), _said(b.rank_digits)


def _data(before: Result, after: Result) -> Iterator[Line]:
    a, b = before.panel, after.panel
    if a is b:
        return
    gone, new = [[u for u in x.units if u not in set(y.units)] for x, y in ((a, b), (b, a))]
    if gone or new:
        counts = [f"{len(panel.units)} units" for panel in (a, b)]
        yield (
            "units",
            counts[0] + (f", {listing(gone)} only here" if gone else ""),
            counts[1] + (f", {listing(new)} only here" if new else ""),
        )
    units = [unit for unit in a.units if unit in set(b.units)]
    periods = [period for period in a.periods if period in b.periods]
    leaves = set(before.index.framework.leaves) & set(after.index.framework.leaves)
    for name in (name for name in a.indicators if name in leaves):
        mine, other = (
            panel.column(name)[
                np.ix_([panel.units.index(u) for u in units], [panel.periods.index(p) for p in periods])
            ]
            for panel in (a, b)
        )
        changed = int(((mine != other) & ~(np.isnan(mine) & np.isnan(other))).sum())
        if changed:
            observed = [f"{int((~np.isnan(table)).sum())} values" for table in (mine, other)]
            yield f"data {name}", observed[0], f"{observed[1]}, {changed} differ"
