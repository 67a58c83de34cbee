"""Associations in words: how they were computed, what they are of, and which are strongest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..naming import counted, in_words
from .rows import UNDRAWN, UNSIGNED, goal_place

if TYPE_CHECKING:
    from .links import Links

__all__ = ["NO_CAUSE", "WORD", "estimand", "explained", "in_short", "method_line"]

NO_CAUSE = "association is not cause"
WORD = {
    "spearman": "Spearman's rank correlation", "pearson": "Pearson's correlation", "kendall": "Kendall's tau-b",
    "distance": "distance correlation",
}  # fmt: skip
VIEW = {
    "rows": "across countries in {when}",
    "pooled": "over country-periods of {when}, all variation together",
    "within": "within countries over {when}: deviations from each country's own mean",
    "between": "between countries: their means over {when}",
}
CONVENTION = {
    "spearman": "midranks",
    "kendall": "ties by tau-b",
    "distance": "the coefficient of Szekely, Rizzo and Bakirov (2007), not squared",
}
PARTIAL_DISTANCE = (
    "partial, of squares without bias: Szekely and Rizzo 2014; estimate_plain beside it is not squared"
)
STRONGEST = 3  # a goal


def in_short(links: Links) -> str:
    """One line for a prompt."""
    strong = sum(row["p_adjusted"] < 0.05 for row in links.rows())
    pairs = counted(len(links), "pair")
    return f"<Links: {pairs}, {links.method}, {strong} with p below 0.05 after {links.adjust}; {NO_CAUSE}>"


def method_line(links: Links) -> str:
    """Coefficient, controls, interval with its resamples and seed, p, correction, missing values."""
    held = f" holding {in_words(links.controls)} constant" if links.controls else ""
    squared = PARTIAL_DISTANCE if links.method == UNSIGNED and links.controls else ""
    convention = f" ({squared or CONVENTION[links.method]})" if links.method in CONVENTION else ""
    parts = [f"{WORD.get(links.method, links.method)}{convention}{held}, {_view(links)}", _interval(links)]
    parts += [] if links.rule else [_chance(links)]
    parts.append(f"p corrected over {len(links)} tests by {links.adjust}")
    parts.append(f"missing values {links.missing}")
    window = f"outcomes the latest within {links.window:g} periods"
    parts.append(
        window
        + (f", {abs(links.lag):g} periods {'later' if links.lag > 0 else 'earlier'}" if links.lag else "")
    )
    return "; ".join(parts)


def _interval(links: Links) -> str:
    if links.rule:
        return f"{100 * links.level:g} % interval; {links.rule}"
    if _bare(links):
        return "no interval"
    drawn = {"pair": "drawn anew for each pair", "country": "the same for all pairs"}[links.resampling]
    resampled = (
        f", {links.resamples:,} resamples of whole countries, {drawn}, seed {links.seed}"
        if not set(links.intervals) <= {*UNDRAWN, "none"}
        else ""
    )
    which = "interval" if len(links.intervals) == 1 else "intervals"
    return f"{100 * links.level:g} % {which} ({in_words(links.intervals)}{resampled})"


def _bare(links: Links) -> bool:
    """No interval was asked for, or none of the resamples that it takes."""
    drawn = not links.rule and links.resamples == 0
    return all(name == "none" or (drawn and name not in UNDRAWN) for name in links.intervals)


def _chance(links: Links) -> str:
    if links.permutations:
        return f"p by {links.permutations:,} permutations of a studentized statistic, seed {links.seed}"
    if links.view in ("pooled", "within"):
        return "p of the jackknife over countries, Student's t of pseudo-values of Fisher's z"
    return "p of Student's t" if links.method in ("spearman", "pearson") else "p by the rule of the method"


def estimand(links: Links) -> str:
    """What the coefficients are of."""
    held = f", with {in_words(links.controls)} held constant" if links.controls else ""
    return (
        f"{WORD.get(links.method, links.method)} of the index as it is scored with the outcome "
        f"{_view(links)}{held}, in the population that these countries stand for"
    )


def _view(links: Links) -> str:
    """Which part of the variation is looked at, and when."""
    periods = links.period if isinstance(links.period, list) else [links.period]
    when = f"{periods[0]}" if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
    return VIEW[links.view].format(when=when)


def explained(links: Links) -> str:
    """Sentences: what was asked, the strongest by goal, what was left out, what it does not mean."""
    rows = links.rows()
    strong = [row for row in rows if row["p_adjusted"] < 0.05]
    tested = sum(not np.isnan(row["p_adjusted"]) for row in rows)
    rest = "" if tested == len(rows) else f"; {len(rows) - tested} without a p"
    lines = [
        f"Of {counted(len(rows), 'pair')} of a node and an outcome, {len(strong)} differ from zero after correction by "
        f"{links.adjust} (p below 0.05){rest}.",
        *_by_goal(strong, "" if links.method == UNSIGNED else "+"),
        f"Estimand: {links.estimand.rstrip('.')}.",
    ]
    lines += _meaning(links)
    lines += _flags(links)
    lines += [f"{note[:1].upper()}{note[1:]}." for note in links.notes]
    lines.append(f"How: {method_line(links)}.")
    lines.append(
        "Association is not cause: countries that score higher differ in income, size and much else, and an outcome "
        "may as well move the index."
    )
    return "\n".join(lines)


def _meaning(links: Links) -> list[str]:
    """What an interval says and does not say."""
    if _bare(links):
        return []
    if links.rule:
        return [
            "An interval holds what is not known of the index, beside which countries happen to be looked at."
        ]
    return [
        f"An interval says how far the coefficient might lie from its estimate had other countries of the same kind "
        f"been observed; {100 * links.level:g} % of such intervals hold the true one. It says nothing of the choices "
        "made in building the index."
    ]


def _by_goal(strong: list[dict[str, Any]], sign: str) -> list[str]:
    """The strongest links of each goal, a line a goal."""
    goals: dict[str, list[dict[str, Any]]] = {}
    for row in strong:
        goals.setdefault(row["sdg_goal"], []).append(row)
    lines = []
    for goal in sorted(goals, key=goal_place):
        best = sorted(goals[goal], key=lambda row: -abs(row["estimate"]))[:STRONGEST]
        name = f"Goal {goal}" if goal.isdigit() else f"Goal {goal!r}" if goal else "Without a goal"
        lines.append(f"{name}: {'; '.join(_sentence(row, sign) for row in best)}.")
    return lines


def _sentence(row: dict[str, Any], sign: str) -> str:
    ends = "" if np.isnan(row["low"]) else f" [{row['low']:.2f}, {row['high']:.2f}]"
    higher = row["favorable"] == (row["estimate"] * row["direction"] > 0)  # of a rank less is better
    way = {True: "better", False: "worse"}.get(row["favorable"], "")
    way = f", {'higher' if higher else 'lower'} with {way}" if way else ""
    circle = f" (shares {row['overlap']})" if row["overlap"] else ""
    return (
        f"{row['node']} with {row['outcome']} {row['estimate']:{sign}.2f}{ends}, n = {row['n']}{way}{circle}"
    )


def _flags(links: Links) -> list[str]:
    rows = links.rows()
    found = []
    if shared := sum(bool(row["overlap"]) for row in rows):
        what = counted(shared, "pair shares", "pairs share")
        found.append(
            f"{what} something by construction, so part of the association is built in; flagged() sets beside each "
            "the association without what is shared."
        )
    if empty := sum(bool(row["reason"]) for row in rows):
        found.append(f"{counted(empty, 'pair has', 'pairs have')} no number; the column reason says why.")
    if any(not np.isnan(row.get("ties", np.nan)) and row["ties"] >= 0.1 for row in rows):
        found.append("Some outcomes are tied or saturated at the end of their scale; the notes name them.")
    return found
