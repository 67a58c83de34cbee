"""Exact Shapley effects of the weights of a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ..arguments import threads_of
from ..errors import DataError, Fault, SpecError
from ..runs import powers_of
from ..table import LISTED, nearest
from .game import grouping
from .shares import ShapleyEffects

__all__ = ["linear"]

Array = NDArray[np.float64]
AGGREGATES = ("arithmetic", "geometric")
LEAST = 1e-12  # of the sum of its group
TOTALS = (
    "Total indices are 0: weights that sum to one leave nothing to any of them once the others are fixed. "
    "First indices overlap, as weights depend on one another. Effects divide the variance without remainder or overlap."
)


def linear(
    scores: ArrayLike,
    alpha: ArrayLike,
    *,
    aggregate: str = "arithmetic",
    groups: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    names: Iterable[str] | None = None,
    units: Iterable[Any] | None = None,
    threads: int | None = None,
) -> ShapleyEffects:
    """Shapley effects of weights that sum to one on each unit's score, exactly.

    Parameters
    ----------
    scores : array_like (units, weights) or (weights,)
        What is weighted: the normalized indicators, or scores of a node's children. A frame's labels serve as names.
    alpha : array_like (weights,)
        Parameters of the weights' Dirichlet distribution, above 0; effects depend on their proportions alone, the
        variance on their sum too. All 1: uniform on the simplex.
    aggregate : {"arithmetic", "geometric"}
        What the weights make of the scores. With "geometric", effects and variance are those of the logarithm of the
        score, and scores must be above 0.
    groups : sequence or mapping, optional
        A group for each weight, or the weights of each group: siblings of one node each. Weights sum to one in each
        group, groups are independent of one another, and the score is the sum of what they make; so multiply the scores
        of a group by the weight of its node.
    names : iterable of str, optional
        Names of the weights; w1, w2, ... if left out.
    units : iterable, optional
        Names of the units; unit 1, unit 2, ... if left out.
    threads : int, optional
        All cores if left out. The same bits for any number.

    Returns
    -------
    ShapleyEffects
        Exact up to rounding; ``interval["effects"]`` is the effect itself. With groups, ``group_effects`` are those of
        each group as one player. Units with equal scores in each group are constant: no weight changes them.

    Raises
    ------
    DataError
        If a score is missing or infinite, or not above 0 with "geometric", naming the cells.
    SpecError
        If alpha or the groups do not fit.

    Notes
    -----
    The effect of a weight is its Shapley value in the game Var E(score | weights of a coalition) (Owen 2014, SIAM/ASA
    Journal on Uncertainty Quantification 2, 245-251; Song, Nelson and Staum 2016, ibid. 4, 1060-1083). The Dirichlet
    distribution makes the sum over coalitions an integral in two dimensions for any number of weights, so none is
    left to sampling.

    Examples
    --------
    >>> from egov_index import shapley
    >>> found = shapley.linear([0.9, 0.5, 0.3], [1, 1, 1])
    >>> found.effects.round(6).tolist()
    [0.529762, 0.10119, 0.369048]
    >>> found.total.tolist()
    [0.0, 0.0, 0.0]
    """
    names, units = _labels(scores, "columns", names), _labels(scores, "index", units)
    table, single = _table(scores)
    names = _fitting("names", names, table.shape[1], "w")
    units = _fitting("units", units, len(table), "unit ")
    if aggregate not in AGGREGATES:
        raise SpecError(Fault("aggregate", repr(aggregate), nearest(aggregate, AGGREGATES)))
    table = _usable(table, aggregate, names, units)
    member = grouping(groups, names)
    parameters = _parameters(alpha, names, member or ("",) * len(names))
    found = _parts(table, parameters, member or ("",) * len(names), threads_of(threads))
    return ShapleyEffects(
        *found, outputs=units, factors=names, single=single, method="exact", groups=member, notes=(TOTALS,)
    )


def _parts(table: Array, alpha: Array, groups: tuple[str, ...], threads: int) -> tuple[Any, ...]:
    """Effects, low, high, first, total, variance, constant. Variances of groups add up."""
    peak = np.abs(table).max(axis=1)
    powers = powers_of(peak)
    table = np.ldexp(table, -powers[:, None])  # so that squares are numbers
    part, first = np.zeros_like(table), np.zeros_like(table)
    variance, constant = np.zeros(len(table)), np.ones(len(table), dtype=bool)
    for group in dict.fromkeys(groups):
        at = [i for i, name in enumerate(groups) if name == group]
        found = _core.weight_shapley(np.asfortranarray(table[:, at]), alpha[at], threads)
        part[:, at], first[:, at] = found["part"], found["first"]
        variance += found["variance"]
        constant &= np.array(found["constant"], dtype=bool)
    whole = np.where(constant, np.nan, variance)[:, None]
    effects = part / whole
    with np.errstate(over="ignore", under="ignore"):
        variance = np.ldexp(variance, 2 * powers)
    return effects, effects, effects, first / whole, 0 * effects, variance, constant


def _labels(scores: Any, axis: str, given: Iterable[Any] | None) -> tuple[str, ...] | None:
    """Names as given, or those of a frame."""
    if given is None and hasattr(scores, "columns"):
        given = getattr(scores, axis, None)
    return None if given is None else tuple(str(name) for name in given)


def _fitting(place: str, names: tuple[str, ...] | None, count: int, word: str) -> tuple[str, ...]:
    if names is None:
        return tuple(f"{word}{i + 1}" for i in range(count))
    if len(names) != count:
        raise SpecError(Fault(place, f"{len(names)} names", f"{count}"))
    return names


def _table(scores: ArrayLike) -> tuple[Array, bool]:
    try:
        table = np.array(scores, dtype=np.float64)
    except (TypeError, ValueError):
        table = np.zeros(0)
    if table.ndim not in (1, 2) or not table.size:
        came = f"an array of shape {np.shape(scores)}"
        raise DataError(Fault("scores", came, "numbers of shape (units, weights) or (weights,)"))
    return table.reshape(-1, table.shape[-1]), table.ndim == 1


def _usable(table: Array, aggregate: str, names: tuple[str, ...], units: tuple[str, ...]) -> Array:
    """Finite numbers, of which logarithms are taken for a geometric mean."""
    good = np.isfinite(table) & (table > 0 if aggregate == "geometric" else True)
    if not good.all():
        right = "a number above 0, as logarithms are taken" if aggregate == "geometric" else "a finite number"
        cells = np.argwhere(~good)
        faults = [
            Fault(f"scores, {names[i]!r} of {units[k]!r}", f"{table[k, i]}", right) for k, i in cells[:LISTED]
        ]
        more = len(cells) - LISTED
        raise DataError([*faults, Fault("scores", f"{more:,} more such cells")] if more > 0 else faults)
    return np.log(table) if aggregate == "geometric" else table


def _parameters(alpha: ArrayLike, names: tuple[str, ...], groups: tuple[str, ...]) -> Array:
    try:
        values = np.array(alpha, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.zeros(0)
    if values.shape != (len(names),):
        raise SpecError(
            Fault("alpha", f"shape {np.shape(alpha)}", f"a number for each of {len(names)} weights")
        )
    sums = {group: values[[name == group for name in groups]].sum() for group in groups}
    faults = [
        Fault("alpha", f"{value:g} for {name!r}", f"a finite number above 0, at least {LEAST:g} of the sum")
        for name, value, group in zip(names, values, groups, strict=True)
        if not (0 < value < np.inf and value >= LEAST * sums[group] and np.isfinite(sums[group]))
    ]
    if faults:
        raise SpecError(faults)
    return values
