"""One self-contained HTML page that tells a ranking: how sure it is, what drives it, what goes with it.

The page has no script and no remote asset. Its prose stands in ``page.html``, its looks in ``page.css``.
Names and notes come from third-party files: every value passes through `markup.element` or `markup.join`, which
escape whatever is not markup already.
"""

from __future__ import annotations

import os
from typing import Any

from ..files import write_file
from .page import page
from .view import view_of

__all__ = ["report"]


def report(
    result: Any,
    ensemble: Any = None,
    sensitivity: Any = None,
    links: Any = None,
    *,
    comparison: Any = None,
    period: Any = None,
    level: float = 0.90,
    path: str | os.PathLike[str] | None = None,
) -> str:
    """Tell a result in one self-contained HTML page.

    Parameters
    ----------
    result : Result
        What ``index.score(panel)`` gave.
    ensemble : Ensemble, optional
        Adds the range of ranks of each unit over the stated alternatives.
    sensitivity : Sensitivity, optional
        Adds what drives the ranking.
    links : Links, optional
        Adds the links with SDG outcomes.
    comparison : Comparison, optional
        Adds the published index beside this one.
    period : optional
        The period to tell; by default the last of the result.
    level : float
        Share of the draws that the range of ranks holds.
    path : path, optional
        Where to write the page; it appears there whole or not at all.

    Returns
    -------
    str
        The page: no script, no remote asset, every name and note escaped.

    Raises
    ------
    DataError
        Where the ensemble or the comparison does not hold the period.
    """
    view = view_of(result, ensemble, comparison, result.periods[-1] if period is None else period, level)
    text = page(view, sensitivity, links)
    if path is not None:
        write_file(path, text)
    return text
