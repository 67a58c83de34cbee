"""How a choice is written, by an example of its stage."""

from __future__ import annotations

import re

__all__ = ["EXAMPLES", "how_written"]

EXAMPLES = {  # a method of each stage, and parameters where it is shown with some
    "screen": ("availability", "units = 0.8"),
    "denominate": ("divide", "factor = 1000"),
    "impute": ("linear", "max_gap = 3"),
    "treat": ("winsorize", "skew = 2"),
    "normalize": ("goalposts", "lower = 0, upper = 100"),
    "weight": ("pca", ""),
    "aggregate": ("geometric", ""),
    "rank": ("competition", ""),
    "correlate": ("spearman", ""),
    "interval": ("percentile", ""),
    "adjust": ("bh", ""),
}


def how_written(place: str) -> str:
    """How to write a choice of the stage that a place names last; of imputation where it names none.

    Examples
    --------
    >>> how_written("adjust")
    'a method such as "bh"'
    >>> how_written("recipe.treat[1]")
    'a method such as "winsorize", or { method = "winsorize", skew = 2 }'
    """
    stage = next((word for word in reversed(re.findall(r"\w+", place)) if word in EXAMPLES), "impute")
    name, params = EXAMPLES[stage]
    return f'a method such as "{name}"' + (f', or {{ method = "{name}", {params} }}' if params else "")
