"""The table of associations: a row a pair, by goal of the outcome, then outcome, then node."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..associations import REASONS
from ..panel import Panel
from .asked import Asked
from .overlap import Guard, Shared
from .saturation import tied
from .sides import Sides
from .without import WORDS, Without

__all__ = [
    "about_outcome",
    "by_goal",
    "columns_of",
    "direction_of",
    "favorable",
    "goal_place",
    "note_of",
    "pair_cells",
    "words_of",
    "years_of",
]

GOALS = 17
NAN = float("nan")
NO_LAW = "no p by law of this: permutations give one where there are no controls"
UNSIGNED = "distance"  # how strong, not which way
UNDRAWN = ("fisher", "jackknife")  # intervals that take no resamples
KNOWN = {
    "n",
    "clusters",
    "estimate",
    "low",
    "high",
    "p",
    "p_adjusted",
    "p_family",
    "reason",
    "note",
    "left_out",
}


def columns_of(
    sides: Sides, asked: Asked, raw: dict[str, Any], plain: dict[str, Any], rebuild: Asked | None
) -> dict[str, Any]:  # fmt: skip
    """Columns of the table.

    Raw is what was found, in the order of nodes, then outcomes, with columns of its own if any; plain is the same
    without controls, empty where there are none; rebuild says how the association without what is shared is asked
    for, None: it is not.
    """
    adjusted = asked.adjusted(raw)
    circles = Circles(sides)
    rest = Without(sides, rebuild).links(circles.flagged) if rebuild else {}
    rows = []
    for i, j in by_goal(sides):
        k = i * len(sides.names) + j
        row = {name: values[k] for name, values in raw.items()} | {"p_adjusted": float(adjusted[k])}
        beside = {"estimate_plain": plain["estimate"][k]} if plain else {}
        rows.append(_row(sides, asked, circles, (i, j), row, beside, rest.get((i, j), {})))
    names = [name for name in rows[0] if name != "countries" or asked.stacked] if rows else []
    return {name: [row[name] for row in rows] for name in names}


def by_goal(sides: Sides) -> list[tuple[int, int]]:
    """Pairs of positions (node, outcome): goals 1 to 17, then other goals, then none; nodes in their order."""
    places = [goal_place(about_outcome(sides.outcomes, name)["sdg_goal"]) for name in sides.names]
    order = sorted(range(len(sides.names)), key=lambda j: places[j])
    return [(i, j) for j in order for i in range(len(sides.nodes))]


def goal_place(goal: str) -> tuple[int, str]:
    """Where a goal stands among all: by its number, others after them by name, none at the end.

    Examples
    --------
    >>> sorted(["", "10", "control", "9", "SDG 3"], key=goal_place)
    ['SDG 3', '9', '10', 'control', '']
    """
    found = re.search(r"\d+", goal)
    number = int(found[0]) if found else 0
    return (number, "") if 1 <= number <= GOALS else (GOALS + 1 if goal else GOALS + 2, goal)


def about_outcome(outcomes: Panel, name: str) -> dict[str, Any]:
    """Goal, direction and concept of an outcome; direction 0 where it is not known which way is better."""
    known = outcomes.about(name)
    return {
        "sdg_goal": str(known.get("sdg_goal", "")),
        "direction": direction_of(outcomes, name),
        "concept": known.get("concept"),
    }


def direction_of(panel: Panel, name: str) -> int:
    """1 where more of a series is better, -1 where less is, 0 where that is not known."""
    try:
        given = float(panel.about(name).get("direction", 0))
    except (TypeError, ValueError):
        return 0
    return 0 if np.isnan(given) else int(np.sign(given))


def _way(sides: Sides, asked: Asked, node: str, direction: int) -> int:
    """What the sign of a coefficient says, given the outcome's direction: 1 for good, -1 for bad, 0 for nothing."""
    if asked.method.method == UNSIGNED:
        return 0
    falling = isinstance(sides.scores, Panel) and direction_of(sides.scores, node) < 0
    return -direction if falling else direction


def pair_cells(sides: Sides, pair: tuple[int, int]) -> dict[str, Any]:
    """First cells of a row: node, outcome, its goal and direction."""
    i, j = pair
    facts = about_outcome(sides.outcomes, sides.names[j])
    names = {"node": sides.nodes[i], "outcome": sides.names[j]}
    return names | {key: facts[key] for key in ("sdg_goal", "direction")}


class Circles:
    """What each pair shares: outcomes with a node, and controls with it."""

    def __init__(self, sides: Sides) -> None:
        self._guard = Guard(sides.scores)
        concepts = [about_outcome(sides.outcomes, name)["concept"] for name in sides.names]
        self.shared = {
            (i, j): self._guard.shared(node, name, concepts[j])
            for i, node in enumerate(sides.nodes)
            for j, name in enumerate(sides.names)
        }
        self.controls = cache(self._of_controls)
        self._sides = sides

    @property
    def flagged(self) -> dict[tuple[int, int], Shared]:
        """Pairs that share anything."""
        return {pair: shared for pair, shared in self.shared.items() if shared}

    def _of_controls(self, node: str) -> list[str]:
        """Sentences on controls that are below the node already."""
        held, said = self._sides.controls, []
        for name in dict.fromkeys(held.series):
            said += self._guard.shared(node, name, held.panel.about(name).get("concept")).words(
                f"control {name} "
            )
        return said


def _row(
    sides: Sides, asked: Asked, circles: Circles, pair: tuple[int, int], raw: dict[str, Any], beside: dict[str, Any],
    rest: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    i, j = pair
    cells, shared = pair_cells(sides, pair), circles.shared[pair]
    both = ~np.isnan(sides.x[:, i]) & ~np.isnan(sides.y[:, j]) & sides.held
    countries = raw.get("clusters") or raw["n"]
    ties, saturated = tied(sides.y[both, j])
    _, crowded = tied(sides.x[both, i], "index: ")
    said = [
        *shared.words(),
        *circles.controls(sides.nodes[i]),
        raw.get("note", ""),
        *_drawn(asked, raw),
        saturated,
        crowded,
    ]
    return {
        **cells, "n": raw["n"], "countries": countries, **years_of(sides.years[both, j]),
        "estimate": raw["estimate"], **beside, "low": raw["low"], "high": raw["high"], "p": raw["p"],
        "p_adjusted": raw["p_adjusted"], **{name: raw[name] for name in raw if name not in KNOWN},
        "favorable": favorable(raw["estimate"], _way(sides, asked, cells["node"], cells["direction"])),
        "ties": ties, "overlap": shared.label,
        "without": rest.get("without", ""),
        **{f"{name}_without": rest.get(name, NAN) for name in ("estimate", "low", "high", "p")},
        "n_without": rest.get("n", 0), "reason_without": rest.get("reason", ""),
        "reason": raw["reason"], "note": note_of(raw["reason"], countries, asked.minimum, said),
    }  # fmt: skip


def _drawn(asked: Asked, raw: dict[str, Any]) -> list[str]:
    """Sentences on resamples without a coefficient, and on an interval that there is none of."""
    left = raw.get("left_out", 0)
    said = [f"{left:,} of {asked.resamples:,} resamples have no coefficient"] if left else []
    lows = {asked.interval.method: raw["low"]} | {
        one.method: raw[f"low_{one.method}"] for one in asked.beside
    }
    for name, low in lows.items():
        wanted = name != "none" and (asked.resamples > 0 or name in UNDRAWN)
        if wanted and np.isnan(low) and not np.isnan(raw["estimate"]):
            said.append(f"no {name} interval of this")
    if asked.method.method == UNSIGNED and np.isnan(raw["p"]) and not np.isnan(raw["estimate"]):
        said.append(NO_LAW)
    return said


def years_of(years: NDArray[np.float64]) -> dict[str, float]:
    """Median, first and last year of the outcome."""
    if not years.size:
        return dict.fromkeys(("year", "year_min", "year_max"), NAN)
    ordered = np.sort(years)
    middle = (ordered[(years.size - 1) // 2] + ordered[years.size // 2]) / 2
    return {"year": float(middle), "year_min": float(ordered[0]), "year_max": float(ordered[-1])}


def favorable(estimate: float, direction: int) -> bool | None:
    """Does a higher index go with a better outcome? None where either is unknown or 0."""
    sign = estimate * direction
    return None if np.isnan(sign) or sign == 0 else bool(sign > 0)


def note_of(reason: str, n: int, minimum: int, said: Sequence[str] = ()) -> str:
    """What a reader of a row should know, in words."""
    few = f"fewer than {minimum} countries" if n < minimum else ""
    return "; ".join(filter(None, (words_of(reason), few, *said)))


def words_of(reason: str) -> str:
    """A reason code in words."""
    return (REASONS | WORDS).get(reason, reason)
