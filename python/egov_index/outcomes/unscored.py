"""Units that a published index did not score, told by a value such as 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..naming import counted
from ..panel import Panel

__all__ = ["scored_only"]


def scored_only(scores: Any) -> tuple[Any, list[str]]:
    """A published index without the units and periods that it did not score, and a sentence on them.

    ``not_scored`` in the facts of an indicator (``indicator_info``) is the value that stands for it: where an indicator
    has it, all are missing, since parts of an index that was not made are no scores. Others come back as they are.
    """
    if not isinstance(scores, Panel):
        return scores, []
    gone = np.zeros(scores.shape[:2], dtype=bool)
    for name in scores.indicators:
        mark = scores.about(name).get("not_scored")
        if isinstance(mark, int | float) and not math.isnan(mark):
            gone |= scores.column(name) == mark
    if not gone.any():
        return scores, []
    kept = scores.replace(values=np.where(gone[:, :, None], np.nan, scores.values))
    periods = [str(scores.periods[k]) for k in np.flatnonzero(gone.any(axis=0))]
    cells = counted(int(gone.sum()), "cell")
    return kept, [
        f"{cells} of units and periods left out that the index did not score ({', '.join(periods)})"
    ]
