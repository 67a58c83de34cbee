"""What an outcome shares with the inputs of an index, and with what helped to fill them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ..naming import in_words
from ..panel import Panel
from ..result import Result

__all__ = ["Guard", "Shared", "concepts_of", "parted"]


class Shared:
    """What of a series is below a node already.

    Attributes
    ----------
    concepts : set of str
        Concepts that it shares with inputs of the node, or its own name where it is one of them or the node itself.
    helped : dict of str to list of str
        By its own name or the concept it shares: how an auxiliary that helped to fill inputs brought it in.
    inputs : tuple of str
        Inputs of the node that are of a shared concept, or the series itself.
    auxiliaries : tuple of str
        Auxiliaries that brought any of it in.
    sources : tuple of str
        Inputs of the node that carry any of it: those of a shared concept, and those that were filled with it.
    """

    def __init__(
        self, concepts: set[str], helped: dict[str, list[str]], inputs: Sequence[str], auxiliaries: Sequence[str],
        sources: Sequence[str],
    ) -> None:  # fmt: skip
        self.concepts, self.helped = concepts, helped
        self.inputs, self.auxiliaries, self.sources = tuple(inputs), tuple(auxiliaries), tuple(sources)

    def __bool__(self) -> bool:
        return bool(self.concepts or self.helped)

    @property
    def label(self) -> str:
        """Concepts and names, joined by semicolons."""
        return ";".join(sorted(self.concepts | set(self.helped)))

    def words(self, subject: str = "") -> list[str]:
        """Sentences for the note."""
        inside = [f"inside the index: {text}" for texts in self.helped.values() for text in texts]
        shares = [f"shares {';'.join(sorted(self.concepts))} with the index"] if self.concepts else []
        return [f"{subject}{text}" for text in dict.fromkeys([*shares, *inside])]


class Guard:
    """Looks for circles between one index and series that stand beside it."""

    def __init__(self, scores: Result | Panel) -> None:
        self._scores = scores
        self.shared = cache(self._shared)
        self._inputs = cache(self._find_inputs)

    def _shared(self, node: str, series: str, concept: str | None) -> Shared:
        wanted = concepts_of(concept)
        inputs = self._inputs(node)
        common = {
            name: wanted & has or frozenset([series] if series in (name, node) else [])
            for name, (has, _) in inputs.items()
        }
        helped: dict[str, list[str]] = {}
        brought: dict[str, list[str]] = {}
        for auxiliary, filled in self._auxiliaries(node).items():
            for item in {series} if auxiliary == series else wanted & self._concepts(auxiliary):
                helped.setdefault(item, []).append(f"{auxiliary} helped to fill {in_words(filled)}")
                brought[auxiliary] = filled
        own = [name for name, has in common.items() if has]
        carry = {*own, *(name for names in brought.values() for name in names)}
        sources = [name for name in inputs if name in carry]
        return Shared(set().union(*common.values()), helped, own, list(brought), sources)

    def _find_inputs(self, node: str) -> dict[str, tuple[frozenset[str], tuple[str, ...]]]:
        """Inputs of a node: concepts of each, and the auxiliaries that helped to fill it."""
        scores = self._scores
        if isinstance(scores, Result):
            leaves = scores.index.framework.below(node)
            return {leaf: (self._of_leaf(leaf), scores.filled_with.get(leaf, ())) for leaf in leaves}
        named = set(parted(scores.about(node).get("components")))
        parts = named if named and named <= set(scores.indicators) else {node}
        return {
            name: (concepts_of(scores.about(name).get("concept")), ())
            for name in scores.indicators
            if name in parts
        }

    def _of_leaf(self, leaf: str) -> frozenset[str]:
        """Concepts of an indicator: its own, those the data give, or those of the nearest node above that has any."""
        assert isinstance(self._scores, Result)
        tree, above = self._scores.index.framework, self._scores.index.framework[leaf]
        found = above.concept or self._scores.panel.about(leaf).get("concept")
        while not found and above.parent is not None:
            above = tree[above.parent]
            found = above.concept
        return concepts_of(found)

    def _auxiliaries(self, node: str) -> dict[str, list[str]]:
        """Which inputs of a node each auxiliary helped to fill."""
        found: dict[str, list[str]] = {}
        for leaf, (_, names) in self._inputs(node).items():
            for name in names:
                found.setdefault(name, []).append(leaf)
        return found

    def _concepts(self, auxiliary: str) -> frozenset[str]:
        known = self._scores.panel.about(auxiliary) if isinstance(self._scores, Result) else {}
        return concepts_of(known.get("concept"))


@cache
def concepts_of(text: str | None) -> frozenset[str]:
    """Words of a list, in small letters."""
    return frozenset(word.casefold() for word in parted(text))


def parted(text: str | None) -> list[str]:
    """Words of a list joined by semicolons or commas."""
    return [word.strip() for word in re.split("[;,]", text or "") if word.strip()]
