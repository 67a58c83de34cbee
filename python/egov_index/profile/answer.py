"""What profile answers: frames, and sentences that can be read aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..markup import element, fixed, join
from ..naming import called, in_words, ordinal
from ..result import Result
from ..table import make_frame
from .facts import Columns

__all__ = ["Profile"]

SHOWN = ("indicator", "name", "parent", "value", "measure", "rank", "of", "ties")


@dataclass(frozen=True, repr=False)
class Profile:
    """One unit: scores and ranks of all nodes, strengths and weaknesses, neighbors and peers.

    A strength is an observed indicator on which the unit ranks no lower than it does overall, best rank first; a
    weakness one on which it ranks lower, worst rank first. To be among the last is no strength, to be first no
    weakness. Ranks are those of the data as observed, in the direction of the indicator, among the units with a value.
    An imputed value is neither; ``imputed`` names it.

    Parameters
    ----------
    result : Result
        What was scored.
    at, when : int
        Positions of the unit and of the period.
    nodes, indicators
        What is known of each node, and of each indicator.
    peers_by : str or None
        Scheme of groups whose members are the peers.
    top, near : int
        How many are shown.
    """

    result: Result
    at: int
    when: int
    nodes: Columns
    indicators: list[dict[str, Any]]
    peers_by: str | None
    top: int = 5
    near: int = 3

    @property
    def unit(self) -> Any:
        """Label of the unit."""
        return self.result.units[self.at]

    @property
    def name(self) -> str:
        """Readable name of the unit."""
        return called(self.result.panel, self.unit)

    @property
    def period(self) -> Any:
        """Label of the period."""
        return self.result.periods[self.when]

    @property
    def score(self) -> float:
        """Score of the root."""
        return float(self.nodes["score"][0])

    @property
    def rank(self) -> int:
        """Rank of the root."""
        return int(self.nodes["rank"][0])

    @property
    def of(self) -> int:
        """Number of units scored."""
        return int(self.nodes["of"][0])

    @property
    def group(self) -> str | None:
        """Group by the cuts of the framework."""
        return self.result.group_labels[self.when * len(self.result.units) + self.at]

    @property
    def imputed(self) -> dict[str, str]:
        """Indicators of this unit that were imputed, and by which method."""
        return {row["indicator"]: row["how"] or "unknown" for row in self.indicators if row["how"]}

    def to_frame(self) -> Any:
        """Frame: node, name, score, rank, of, mean (of all units), contribution (to the root's score), note."""
        return self._frame(self.nodes)

    @property
    def strengths(self) -> Any:
        """Frame: indicator, name, parent, value, measure, rank, of (units with a value), ties; best first."""
        return self._shown(self._strong())

    @property
    def weaknesses(self) -> Any:
        """Frame with the columns of :attr:`strengths`; the worst first."""
        return self._shown(self._weak())

    @property
    def neighbors(self) -> Any:
        """Frame: rank, unit, name, score, lead (over this unit, below 0 behind); the nearest above and below."""
        scores, ranks = self._root()
        order = [int(k) for k in np.lexsort((np.arange(len(scores)), -scores)) if not np.isnan(scores[k])]
        here = order.index(self.at)
        return self._others(
            order[max(here - self.near, 0) : here] + order[here + 1 : here + 1 + self.near], ranks
        )

    @property
    def peers(self) -> Any:
        """Frame: rank, unit, name, score, lead; the members of the same group nearest in score."""
        scores, ranks = self._root()
        members = [k for k in self._members() if k != self.at]
        return self._others(sorted(members, key=lambda k: abs(scores[k] - self.score))[: self.near], ranks)

    def _strong(self) -> list[dict[str, Any]]:
        good = [row for row in self.indicators if row["observed"] and row["worse"] and self._no_lower(row)]
        return sorted(good, key=lambda row: (row["rank"], row["ties"]))[: self.top]

    def _weak(self) -> list[dict[str, Any]]:
        bad = [row for row in self.indicators if row["observed"] and row["rank"] > 1]
        bad = [row for row in bad if not (row["worse"] and self._no_lower(row))]
        return sorted(bad, key=lambda row: (-(row["rank"] - 1) / max(row["of"] - 1, 1), row["ties"]))[
            : self.top
        ]

    def _no_lower(self, row: dict[str, Any]) -> bool:
        better, others = row["rank"] - 1, row["of"] - 1  # of those with a value; the root has others
        return bool(better * (self.of - 1) <= (self.rank - 1) * others)

    def _root(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.result.values[self.when, :, 0], self.result.rank_values[self.when, :, 0]

    def _members(self) -> list[int]:
        """Scored units of the same group, this one among them; none without a group."""
        labels = self.result.panel.groups.get(self.peers_by or "", ())
        mine = labels[self.at] if labels else None
        scores = self._root()[0]
        return [k for k, label in enumerate(labels) if mine and label == mine and not np.isnan(scores[k])]

    def _frame(self, columns: Columns) -> Any:
        whole = {"rank": self.nodes["rank"]} if columns is self.nodes else {}
        exact = {name: v.astype(np.int64) for name, v in whole.items() if not np.isnan(v).any()}
        return make_frame(columns | exact, self.result.panel.backend)

    def _shown(self, rows: list[dict[str, Any]]) -> Any:
        return self._frame({name: [row[name] for row in rows] for name in SHOWN})

    def _others(self, units: list[int], ranks: NDArray[np.float64]) -> Any:
        panel, scores = self.result.panel, self._root()[0]
        columns = {
            "rank": ranks[units].astype(np.int64),
            "unit": [panel.units[k] for k in units],
            "name": [called(panel, panel.units[k]) for k in units],
            "score": scores[units],
            "lead": scores[units] - self.score,
        }
        return make_frame(columns, panel.backend)

    def sentences(self) -> list[str]:
        """Say it in sentences, the most important first."""
        return [
            line
            for line in (self._place(), self._near(), self._among(), *self._traits(), self._holes())
            if line
        ]

    def _place(self) -> str:
        group = f" (group {self.group})" if self.group else ""
        text = f"{self.name} is {ordinal(self.rank)} of {self.of} in {self.period}"
        text += f" with a score of {self.score:.4f}{group}."
        tree = self.result.index.framework
        parts = [
            f"{ordinal(self.nodes['rank'][k])} in {self.nodes['name'][k]} ({self.nodes['score'][k]:.4f})"
            for k, code in enumerate(self.result.nodes)
            if tree[code].parent == tree.root and not np.isnan(self.nodes["rank"][k])
        ]
        return f"{text} It is {in_words(parts)}." if parts else text

    def _near(self) -> str:
        scores, ranks = self._root()
        said = []
        order = [int(k) for k in np.lexsort((np.arange(len(scores)), -scores)) if not np.isnan(scores[k])]
        here = order.index(self.at)
        for others, word in ((order[:here][-1:], "Next above"), (order[here + 1 : here + 2], "Next below")):
            for k in others:
                name, gap = called(self.result.panel, self.result.units[k]), abs(scores[k] - self.score)
                how = f"{gap:.4f} {'ahead' if word == 'Next above' else 'behind'}" if gap > 0 else "level"
                said.append(f"{word} is {name} ({ordinal(ranks[k])}), {how}.")
        return " ".join(said)

    def _among(self) -> str:
        members = self._members()
        if len(members) < 2:
            return ""
        scores, _ = self._root()
        label = str(self.result.panel.groups[str(self.peers_by)][self.at]).replace("_", " ")
        better = sum(bool(self._root()[1][k] < self.rank) for k in members)
        close = sorted((k for k in members if k != self.at), key=lambda k: abs(scores[k] - self.score))[
            : self.near
        ]
        names = in_words(called(self.result.panel, self.result.units[k]) for k in close)
        place = f"Among the {len(members)} units of its group ({label}) it is {ordinal(better + 1)}"
        return f"{place}; nearest in score: {names}."

    def _traits(self) -> list[str]:
        said = []
        strong, weak = "Strengths, ranked no lower than overall", "Weaknesses, ranked lower than overall"
        for word, rows in ((strong, self._strong()), (weak, self._weak())):
            parts = [f"{row['name']} ({_standing(row)})" for row in rows]
            said.append(f"{word}: {in_words(parts)}." if parts else f"{word}: none.")
        return said

    def _holes(self) -> str:
        if not self.imputed:
            return ""
        names = {row["indicator"]: row["name"] for row in self.indicators}
        parts = [f"{names[code]} (by {how})" for code, how in self.imputed.items()]
        return f"Not observed but imputed, and so no strength or weakness: {in_words(parts)}."

    def __str__(self) -> str:
        return "\n".join(self.sentences())

    def __repr__(self) -> str:
        return f"<Profile of {self.name}: {ordinal(self.rank)} of {self.of} in {self.period}, score {self.score:.4f}>"

    def _repr_html_(self) -> str:
        head = element(
            "tr", *(element("th", text) for text in ("", "score", "rank", "mean of all", "contribution"))
        )
        rows = [
            element(
                "tr", element("td", self.nodes["name"][k]), element("td", fixed(self.nodes["score"][k], 4)),
                element("td", fixed(self.nodes["rank"][k], 0)), element("td", fixed(self.nodes["mean"][k], 4)),
                element("td", fixed(self.nodes["contribution"][k], 4)),
            )
            for k in range(len(self.result.nodes))
        ]  # fmt: skip
        lines = [element("p", line) for line in self.sentences()]
        return str(join([element("h3", self.name), *lines, element("table", head, *rows)]))


def _standing(row: dict[str, Any]) -> str:
    tied = f", with {row['ties']} others" if row["ties"] > 1 else ", with another" if row["ties"] else ""
    return f"{ordinal(row['rank'])} of {row['of']}{tied}"
