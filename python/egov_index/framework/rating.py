"""Groups by cuts of the score, and rating classes by count within a group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .node import Group

__all__ = ["class_of_each", "group_of_each"]


def group_of_each(groups: Sequence[Group], scores: NDArray[np.float64]) -> list[str | None]:
    """Group of each unit by its score; None without score or groups."""
    return [_group(groups, score) for score in scores]


def _group(groups: Sequence[Group], score: float) -> str | None:
    if np.isnan(score):
        return None
    for group in groups:
        if group.above is None or score > group.above:
            return group.code
    return None


def class_of_each(
    groups: Sequence[Group], labels: Sequence[str | None], ranks: NDArray[np.float64]
) -> list[str | None]:
    """Rating class of each unit of one period; None without group or where the group has no classes.

    Parameters
    ----------
    groups : sequence of Group
        Those with ``classes`` are cut into parts by count.
    labels : sequence of str or None
        Group of each unit.
    ranks : numpy.ndarray
        Rank of each unit, 1 the best; equal ranks stay together.

    Examples
    --------
    >>> ranks = np.array([3.0, 1.0, 2.0, 3.0, 5.0])
    >>> class_of_each([Group("all", classes=("A", "B"))], ["all"] * 5, ranks)
    ['A', 'A', 'A', 'A', 'B']
    """
    found: list[str | None] = [None] * len(labels)
    for group in groups:
        members = [at for at, label in enumerate(labels) if label == group.code]
        if not group.classes or not members:
            continue
        own = ranks[members]
        ahead = (own[:, None] > own).sum(axis=1)
        parts = np.array_split(
            np.arange(len(members)), len(group.classes)
        )  # the first ones take the odd units
        part_of = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        for at, place in zip(members, ahead, strict=True):
            found[at] = group.classes[part_of[place]]
    return found
