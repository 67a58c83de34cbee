"""How far the weights must move to change a ranking: the nearest tie of two units, the nearest entry into the top."""

from __future__ import annotations

import math
from typing import Any, overload

import numpy as np

from ..arguments import whole
from ..errors import Fault, FitError, SpecError
from ..naming import called, find_period, find_unit
from ..result import Result
from ..table import make_frame, nearest
from .answers import Stability, as_weights
from .bounds import found_swap, leads, least_distance, why_not_exact
from .enter import Entry, enter
from .ties import NORMS, length, nearest_tie
from .way import Way, way_of

__all__ = ["Entry", "Stability", "rank_stability"]

ROUNDING = 1e-9  # what is left of a gap, scored again with the weights of an exact tie, at most


@overload
def rank_stability(
    result: Result, a: Any, b: Any, *, node: str | None = ..., norm: str | None = ..., period: Any = ...
) -> Stability: ...
@overload
def rank_stability(
    result: Result, a: Any, *, top: int, node: str | None = ..., norm: str | None = ..., period: Any = ...
) -> Entry: ...
@overload
def rank_stability(
    result: Result, *, node: str | None = ..., norm: str | None = ..., period: Any = ...
) -> Any: ...
def rank_stability(
    result: Result,
    a: Any = None,
    b: Any = None,
    *,
    node: str | None = None,
    norm: str | None = None,
    top: int | None = None,
    period: Any = None,
) -> Any:
    """Find the smallest change of one node's weights that changes the ranking of the root.

    The weights of the node's children keep their sum and stay at least 0; all other weights, and where a method made
    the weights these too, are held as they are and moved from there. Ranks are those of unrounded scores.

    Parameters
    ----------
    result : Result
        What was scored.
    a, b : label or name, optional
        Two units: when are they level? One unit with ``top``: when does it enter? None: all neighbors.
    node : str, optional
        Whose children are weighted; the root if left out.
    norm : {"l2", "linf", "l1"}, optional
        Length of a change: root of summed squares (default), largest change (default with ``top``), sum of changes.
    top : int, optional
        Number of places to get into, for one unit. Needs HiGHS (``egov-index[optimize]``).
    period : label, optional
        Which period; the last one scored if left out.

    Returns
    -------
    Stability
        For two units. Exact where ties are a plane in the weights: one kind of mean (arithmetic, geometric, harmonic)
        from the node to the root and no normalization of aggregates between, or a geometric mean over arithmetic or
        harmonic ones. Otherwise a tie found by search and a certified bound below it, and the reason.
    Entry
        For one unit and ``top``.
    frame
        Without units: rank, unit, name, behind, behind_name, gap, distance, exact; where not exact, the distance is a
        certified lower bound, and no tie is searched for.

    Raises
    ------
    SpecError
        If the node has fewer than two children, the norm is unknown, or ``top`` is asked for where ties are no plane.
    DataError
        If a unit is unknown, not scored, or has holes below the node.
    FitError
        If an exact tie does not hold to 1e-9 when scored again, or HiGHS stops without a proof.

    Examples
    --------
    >>> import egov_index as egov
    >>> result = egov.preset("egdi-2022").score(egov.datasets.un_egov_survey())
    >>> close = egov.rank_stability(result, "Sweden", "Estonia", norm="linf")
    >>> close.exact, round(close.distance, 4), {child: round(w, 4) for child, w in close.new_weights.items()}
    (True, 0.0104, {'osi': 0.3438, 'tii': 0.3229, 'hci': 0.3333})
    >>> print(egov.rank_stability(result, "Denmark", "Chad"))
    Denmark (1st, score 0.9717) is ahead of Chad (189th, 0.1890) in 2022. No weights below egdi make them level:
    even with all weight on osi, the best case for Chad, Denmark stays ahead.
    """
    if not isinstance(result, Result):
        raise SpecError(Fault("result", type(result).__name__, "a Result, e.g. index.score(panel)"))
    norm = ("linf" if top is not None else "l2") if norm is None else norm
    if norm not in NORMS:
        raise SpecError(Fault("norm", repr(norm), nearest(norm, NORMS)))
    way = way_of(result, node, find_period(result.periods, period))
    if a is None and b is None and top is None:
        return _neighbors(way, norm)
    if a is None or (b is None) == (top is None):
        right = "two units; or one unit and top=; or neither, for all neighbors"
        raise SpecError(Fault("rank_stability", "not what can be asked", right))
    first = find_unit(result.panel, a, "a")
    if top is not None:
        return enter(way, first, whole("top", top, 1, len(result.units)), norm)
    second = find_unit(result.panel, b, "b")
    if first == second:
        raise SpecError(Fault("b", repr(b), "another unit than a"))
    return _pair(way, first, second, norm)


def _pair(way: Way, a: int, b: int, norm: str) -> Stability:
    for unit in (a, b):
        way.complete(unit)
    if way.scores[a] < way.scores[b]:
        a, b = b, a
    reason = why_not_exact(way)
    d = None if reason else leads(way, np.array([a]), np.array([b]))[0]
    if d is not None and np.isnan(d).any():
        reason, d = "the two weigh this node differently, for want of data elsewhere", None
    if d is None:
        low = least_distance(way, a, b, norm)
        new = found_swap(way, a, b, norm)
        distance = math.inf if new is None else float(length(new - way.weights, norm))
        low = min(low, distance)
    else:
        tie, far = nearest_tie(np.where(d @ way.weights < 0, 0.0, d)[None, :], way.weights, norm)
        new, distance = (None if np.isinf(far[0]) else tie[0]), float(far[0])
        low, reason = distance, "" if new is not None else _dominance(way, a, b, d)
        if new is not None and abs(way.gap_at(new, a, b)) > ROUNDING * max(1.0, abs(way.scores[a])):
            raise FitError(f"the weights found for {way.node} do not hold when scored again: {new}")
    again = way.scored_with(new).values[0, :, 0] if new is not None else np.full(len(way.scores), np.nan)
    units = way.result.units
    return Stability(
        units[a], units[b], way.node, norm, distance, d is not None, low,
        as_weights(way, way.weights), as_weights(way, new),
        (float(way.scores[a]), float(way.scores[b])), (float(again[a]), float(again[b])),
        {} if d is None else as_weights(way, d), reason, way,
    )  # fmt: skip


def _dominance(way: Way, a: int, b: int, d: Any) -> str:
    panel, child = way.result.panel, way.children[int(np.argmin(d))]
    names = called(panel, panel.units[a]), called(panel, panel.units[b])
    return (
        f"No weights below {way.node} make them level: even with all weight on {child}, the best case for {names[1]}, "
        f"{names[0]} stays ahead."
    )


def _neighbors(way: Way, norm: str) -> Any:
    order = np.argsort(np.where(np.isnan(way.scores), np.inf, -way.scores), kind="stable")
    order = order[: int((~np.isnan(way.scores)).sum())]
    a, b = order[:-1], order[1:]
    exact = np.full(len(a), not why_not_exact(way))
    distance = np.full(len(a), np.nan)
    whole_rows = ~(np.isnan(way.parts[a]).any(axis=1) | np.isnan(way.parts[b]).any(axis=1))
    if exact.any() and len(a):
        d = leads(way, a, b)
        exact &= whole_rows & ~np.isnan(d).any(axis=1)
        d = np.where((d @ way.weights < 0)[:, None], 0.0, d)
        distance[exact] = nearest_tie(d[exact], way.weights, norm)[1]
    for k in np.flatnonzero(~exact & whole_rows):
        distance[k] = least_distance(way, int(a[k]), int(b[k]), norm)
    panel = way.result.panel
    names = [called(panel, unit) for unit in panel.units]
    columns = {
        "rank": way.ranks[a].astype(np.int64),
        "unit": [panel.units[k] for k in a],
        "name": [names[k] for k in a],
        "behind": [panel.units[k] for k in b],
        "behind_name": [names[k] for k in b],
        "gap": way.scores[a] - way.scores[b],
        "distance": distance,
        "exact": exact.tolist(),
    }
    return make_frame(columns, panel.backend)
