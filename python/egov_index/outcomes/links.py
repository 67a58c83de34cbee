"""The table of associations, a row a pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..associations import REASONS
from ..panel import Panel
from ..table import make_frame
from .overlap import shared

__all__ = ["Columns", "Links"]


class Columns:
    """Lays the pairs out as a table."""

    def __init__(
        self,
        scores: Any,
        outcomes: Panel,
        names: list[str],
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        years: NDArray[np.float64],
    ) -> None:
        self.scores, self.outcomes, self.names, self.x, self.y, self.years = (
            scores,
            outcomes,
            names,
            x,
            y,
            years,
        )

    def columns(self, raw: dict[str, Any], adjusted: NDArray[np.float64], minimum: int) -> dict[str, Any]:
        """Columns of the table, in the order of nodes, then outcomes."""
        pairs = [(i, j) for i in range(len(self.names)) for j in range(len(self.outcomes.indicators))]
        facts = [self.outcomes.about(name) for name in self.outcomes.indicators]
        used = [self.years[~np.isnan(self.x[:, i]) & ~np.isnan(self.y[:, j]), j] for i, j in pairs]
        found = [
            shared(self.scores, self.names[i], self.outcomes, self.outcomes.indicators[j]) for i, j in pairs
        ]
        overlap = [";".join(sorted(concepts | set(helped))) for concepts, helped in found]
        notes = [_note(REASONS[raw["reason"][k]], raw["n"][k], minimum, *found[k]) for k in range(len(pairs))]
        return {
            "node": [self.names[i] for i, _ in pairs],
            "outcome": [self.outcomes.indicators[j] for _, j in pairs],
            "sdg_goal": [str(facts[j].get("sdg_goal", "")) for _, j in pairs],
            "direction": [facts[j].get("direction", 0) for _, j in pairs],
            "n": raw["n"],
            "year": [_of(np.median, years) for years in used],
            "year_min": [_of(np.min, years) for years in used],
            "year_max": [_of(np.max, years) for years in used],
            "estimate": raw["estimate"],
            "low": raw["low"],
            "high": raw["high"],
            "p": raw["p"],
            "p_adjusted": adjusted,
            "overlap": overlap,
            "note": notes,
        }


def _of(statistic: Callable[..., Any], years: NDArray[np.float64]) -> float:
    return float(statistic(years)) if years.size else float("nan")


def _note(reason: str, n: int, minimum: int, concepts: set[str], helped: dict[str, list[str]]) -> str:
    few = f"fewer than {minimum} countries" if n < minimum else ""
    shared = f"shares {';'.join(sorted(concepts))} with the index" if concepts else ""
    inside = [f"inside the index: {text}" for texts in helped.values() for text in texts]
    return "; ".join(filter(None, (reason, few, shared, *dict.fromkeys(inside))))


class Links:
    """Associations of index nodes with outcomes.

    Attributes
    ----------
    method, adjust, level, resamples, period, window, seed
        How they were computed.
    """

    def __init__(self, columns: dict[str, Any], backend: str, **how: Any) -> None:
        self._columns, self._backend = columns, backend
        self.method: str = how["method"]
        self.adjust: str = how["adjust"]
        self.level: float = how["level"]
        self.resamples: int = how["resamples"]
        self.period, self.window, self.seed = how["period"], how["window"], how["seed"]

    def to_frame(self) -> Any:
        """Frame with a row a pair.

        Columns node, outcome, sdg_goal, direction (of the outcome: 1 more is better), n (countries), year, year_min,
        year_max (of the outcome: median, first and last), estimate, low, high, p, p_adjusted, overlap (what of the
        outcome is in the node's inputs: a shared concept, or its own name where it helped to fill them), note.
        """
        return make_frame(self._columns, self._backend)

    def __len__(self) -> int:
        return len(self._columns["node"])

    def __repr__(self) -> str:
        strong = sum(p < 0.05 for p in self._columns["p_adjusted"])
        return (
            f"<Links: {len(self)} pairs, {self.method}, {strong} with p below 0.05 after {self.adjust}; "
            "association is not cause>"
        )
