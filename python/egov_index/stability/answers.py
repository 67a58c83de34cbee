"""What rank_stability answers for a pair of units: numbers, a frame, and sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ..markup import element, join
from ..naming import called, in_words, ordinal
from ..table import make_frame
from .ties import Array
from .way import Way

__all__ = ["Stability", "moves_in_words"]

MEASURES = {
    "l2": "root of the summed squares of the changes",
    "linf": "largest change of a weight",
    "l1": "sum of the changes",
}


@dataclass(frozen=True)
class Stability:
    """The smallest change of the weights of one node's children that makes two units level.

    Parameters
    ----------
    ahead, behind : label
        The two units, the leading one first.
    node, norm : str
        Whose children are weighted, and how the change is measured.
    distance : float
        Length of the change; infinite where no weights do it. Where ``exact`` is False, that of the nearest tie found:
        the smallest one lies between ``at_least`` and this.
    exact : bool
        Whether ``distance`` is the smallest one by proof.
    at_least : float
        No smaller change can do it, by proof.
    weights, new_weights : dict
        Share of each child now, and where the two are level; empty if that is nowhere.
    scores, new_scores : tuple of float
        Of the two at the root, now and scored again with the new weights.
    leads : dict
        Lead at the root of the one ahead if all weight were on that child (exact means only, in terms of its link).
    reason : str
        Why it is not exact, or why no weights do it.
    way : Way
        From the node to the root in numbers.
    """

    ahead: Any
    behind: Any
    node: str
    norm: str
    distance: float
    exact: bool
    at_least: float
    weights: dict[str, float]
    new_weights: dict[str, float]
    scores: tuple[float, float]
    new_scores: tuple[float, float]
    leads: dict[str, float]
    reason: str
    way: Way = field(repr=False, compare=False)

    @property
    def gap(self) -> float:
        """Difference of the two scores, scored again with the new weights: a rounding."""
        return self.new_scores[0] - self.new_scores[1]

    @property
    def possible(self) -> bool:
        """Whether weights are known that make the two level."""
        return bool(self.new_weights)

    def to_frame(self) -> Any:
        """Frame: child, weight, new_weight, change, lead (of the unit ahead, all weight on that child)."""
        nan = float("nan")
        new = [self.new_weights.get(child, nan) for child in self.weights]
        old = list(self.weights.values())
        columns = {
            "child": list(self.weights),
            "weight": old,
            "new_weight": new,
            "change": [after - before for after, before in zip(new, old, strict=True)],
            "lead": [self.leads.get(child, nan) for child in self.weights],
        }
        return make_frame(columns, self.way.result.panel.backend)

    def __str__(self) -> str:
        return " ".join(self._sentences())

    def _sentences(self) -> list[str]:
        panel, way = self.way.result.panel, self.way
        names = called(panel, self.ahead), called(panel, self.behind)
        ranks = [way.ranks[panel.units.index(unit)] for unit in (self.ahead, self.behind)]
        said = [
            f"{names[0]} ({ordinal(ranks[0])}, score {self.scores[0]:.4f}) is ahead of "
            f"{names[1]} ({ordinal(ranks[1])}, {self.scores[1]:.4f})"
        ]
        if self.scores[0] == self.scores[1]:
            said = [f"{names[0]} and {names[1]} are level at {self.scores[0]:.4f}"]
        said[0] += f" in {way.result.periods[way.period]}."
        if not self.possible:
            return [*said, self.reason] if self.exact else [*said, *self._unfound()]
        said.append(f"They become level if the weights below {self.node} move so: {moves_in_words(self)}.")
        if self.exact:
            said.append(f"No smaller change does it ({MEASURES[self.norm]}: {self.distance:.4f}).")
        else:
            said.append(
                f"That change is {self.distance:.4f} long ({MEASURES[self.norm]}), the nearest found; none below "
                f"{self.at_least:.4f} can do it. It is a bound and not exact, since {self.reason}."
            )
        said.append(f"Scored again with these weights, both have {self.new_scores[0]:.4f}.")
        return said

    def _unfound(self) -> list[str]:
        return [
            f"No weights below {self.node} were found that make them level, and no change shorter than "
            f"{self.at_least:.4f} can; whether a longer one does is not proved, since {self.reason}."
        ]

    def __repr__(self) -> str:
        size = "no weights do it" if math.isinf(self.distance) else f"distance {self.distance:.4g}"
        sure = "exact" if self.exact else f"at least {self.at_least:.4g}"
        pair = f"{self.ahead} ahead of {self.behind} in weights of {self.node}"
        return f"<Stability of {pair}: {size} ({self.norm}, {sure})>"

    def _repr_html_(self) -> str:
        rows = [
            element(
                "tr", element("td", child), element("td", f"{weight:.1%}"), element("td", _new(self, child))
            )
            for child, weight in self.weights.items()
        ]
        head = element("tr", *(element("th", text) for text in ("below " + self.node, "weight", "level at")))
        return str(join([element("p", str(self)), element("table", head, *rows)]))


def _new(answer: Any, child: str) -> str:
    return f"{answer.new_weights[child]:.1%}" if answer.new_weights else "–"


def moves_in_words(answer: Any) -> str:
    """Weights before and after, as percentages."""
    moves = [
        f"{child} from {100 * before:.2f} % to {100 * answer.new_weights[child]:.2f} %"
        for child, before in answer.weights.items()
        if abs(answer.new_weights[child] - before) >= 5e-6
    ]
    return in_words(moves) if moves else "not at all"


def as_weights(way: Way, weights: Array | None) -> dict[str, float]:
    """Weights by child."""
    return {} if weights is None else dict(zip(way.children, map(float, weights), strict=True))
