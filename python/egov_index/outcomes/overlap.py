"""What an outcome shares with the inputs of an index, and with what helped to fill them."""

from __future__ import annotations

from collections.abc import Sequence

from ..naming import in_words
from ..panel import Panel
from ..result import Result

__all__ = ["shared"]


def shared(
    scores: Result | Panel, node: str, outcomes: Panel, outcome: str
) -> tuple[set[str], dict[str, list[str]]]:
    """What of the outcome is below the node already.

    Concepts that it shares with an indicator; and, by itself or by the concept it shares, what says how an
    auxiliary that helped to fill indicators brought it in.
    """
    concepts = _concepts(outcomes.about(outcome).get("concept"))
    if not isinstance(scores, Result):
        return concepts & _concepts(scores.about(node).get("concept")), {}
    tree, panel = scores.index.framework, scores.panel
    leaves = tree.below(node)
    inputs = [tree[leaf].concept or panel.about(leaf).get("concept") for leaf in leaves]
    helped: dict[str, list[str]] = {}
    for auxiliary, filled in _by_auxiliary(scores, leaves).items():
        same = (
            {outcome} if auxiliary == outcome else concepts & _concepts(panel.about(auxiliary).get("concept"))
        )
        for item in same:
            helped.setdefault(item, []).append(f"{auxiliary} helped to fill {in_words(filled)}")
    return concepts & set().union(*map(_concepts, inputs)), helped


def _by_auxiliary(result: Result, leaves: Sequence[str]) -> dict[str, list[str]]:
    """Which of these indicators each auxiliary helped to fill."""
    found: dict[str, list[str]] = {}
    for leaf in leaves:
        for name in result.filled_with.get(leaf, ()):
            found.setdefault(name, []).append(leaf)
    return found


def _concepts(text: str | None) -> set[str]:
    return {word.strip() for word in (text or "").split(";") if word.strip()}
