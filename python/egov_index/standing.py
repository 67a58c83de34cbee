"""Where units stand: within their groups, and between which ends whatever the missing values are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import Fault, SpecError
from .table import make_frame

if TYPE_CHECKING:
    from .result import Result

__all__ = ["bounds", "group_ranks"]


def group_ranks(result: Result, grouping: str) -> Any:
    """Frame of ranks within groups; see :meth:`egov_index.Result.group_ranks`."""
    from . import _core
    from .compiled import core_choice, group_numbers

    index, panel = result.index, result.panel
    labels = group_labels(result, grouping)
    numbers = np.asarray(group_numbers(panel, grouping))
    digits = -1 if index.framework.rank_digits is None else index.framework.rank_digits
    ranks = np.full(result.values.shape, np.nan)
    for group in sorted(set(numbers[numbers >= 0].tolist())):
        members = np.flatnonzero(numbers == group)
        scores = result.values[:, members, :].reshape(-1, len(result.nodes))
        found = _core.rank(
            np.asfortranarray(scores), len(members), core_choice("rank", index.recipe.rank), digits
        )
        ranks[:, members, :] = np.asarray(found).reshape(len(result.periods), len(members), -1)
    columns: dict[str, Any] = {
        "unit": list(result.units) * len(result.periods),
        "period": [period for period in result.periods for _ in result.units],
        "group": labels * len(result.periods),
    }
    for at, node in enumerate(result.nodes):
        column = ranks[:, :, at].ravel()
        whole = not np.isnan(column).any() and bool((column == np.round(column)).all())
        columns[node] = column.astype(np.int64) if whole else column
    return make_frame(columns, panel.backend)


def group_labels(result: Result, grouping: str) -> list[str | None]:
    """Group of each unit as a text, from the panel or the embedded table of countries; SpecError if there is none."""
    from .compiled import group_names, group_numbers

    names = group_names(result.panel, grouping)
    return [names[at] if at >= 0 else None for at in group_numbers(result.panel, grouping)]


def bounds(result: Result, raw: Any) -> Any:
    """Frame of bounds; see :attr:`egov_index.Result.bounds`."""
    if raw is None:
        came = f'the result of missing = "{result.index.recipe.missing}"'
        raise SpecError(Fault("bounds", came, 'score with a recipe of missing = "bound"'))
    columns: dict[str, Any] = {
        "unit": list(result.units) * len(result.periods),
        "period": [period for period in result.periods for _ in result.units],
    }
    for name in ("low", "high", "best_rank", "worst_rank"):
        column = np.asarray(raw[name]).ravel()
        whole = name.endswith("rank") and not np.isnan(column).any()
        columns[name] = column.astype(np.int64) if whole else column
    return make_frame(columns, result.panel.backend)
