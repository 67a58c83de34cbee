"""Which factor each run of a walk moves, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import whole
from ..errors import DataError, Fault, SpecError
from ..problem import Problem, as_problem
from ..table import listing

__all__ = ["moves_of"]

Array = NDArray[np.float64]


def moves_of(
    problem: Mapping[str, Any], made: Problem, inputs: Array, X: ArrayLike, walk: str, num_levels: int
) -> tuple[NDArray[np.int64], Array]:
    """Which factor each run after the first of its walk moves, and by how much; walks x factors."""
    unit = getattr(X, "unit", None)
    known = unit is not None and unit.shape == inputs.shape
    places = (np.asarray(unit) if known else inputs).reshape(-1, len(made.factors) + 1, len(made.names))
    before = places[:, :1] if walk == "radial" else places[:, :-1]
    change = places[:, 1:] - before
    if (
        known and walk == "radial"
    ):  # in the order of the factors, of which discrete ones may stay where they are
        factor = np.tile(np.arange(len(made.factors)), (len(places), 1))
    else:
        factor = _moved(change != 0, made)
    sign = np.sign(np.take_along_axis(change, _first_input(made)[factor][:, :, None], axis=2)[:, :, 0])
    if not known and walk == "trajectory":
        levels = whole("num_levels", num_levels, 2, 10**6)
        return factor, sign * (levels / (2 * (levels - 1)))
    if not known:
        change = change / _widths(problem, made)
    members = np.array(made.factor)[None, None, :] == factor[:, :, None]
    size = np.sqrt((change**2).sum(axis=2) / members.sum(axis=2))
    sign = np.where((sign == 0) & (size > 0), 1.0, sign)  # of a group whose first input stayed
    return factor, np.where(size > 0, sign * size, np.nan)


def _first_input(made: Problem) -> NDArray[np.int64]:
    """Position of the first input of each factor."""
    return np.array([made.factor.index(i) for i in range(len(made.factors))])


def _moved(changed: NDArray[np.bool_], made: Problem) -> NDArray[np.int64]:
    """The factor that moved in each run after the first; DataError naming a run that moved another number of them."""
    of = np.zeros((len(made.names), len(made.factors)), dtype=int)
    of[np.arange(len(made.names)), made.factor] = 1
    moved = changed.astype(int) @ of > 0
    wrong = np.argwhere(moved.sum(axis=2) != 1)
    each = changed.shape[1] + 1
    if len(wrong):
        walk, k = (int(part) for part in wrong[0])
        factors = [made.factors[i] for i in np.flatnonzero(moved[walk, k])]
        came = f"moves {listing(factors) or 'no factor'}"
        raise DataError(
            Fault(
                f"X, run {walk * each + k + 1} (counted from 0, walk {walk})", came,
                "one factor, as in a design of morris.sample; design='radial' if all leave from the first run",
            )
        )  # fmt: skip
    factor: NDArray[np.int64] = moved.argmax(axis=2)
    twice = np.argwhere(np.sort(factor, axis=1) != np.arange(len(made.factors)))
    if len(twice):
        walk = int(twice[0][0])
        place = f"X, walk {walk} (runs {walk * each} to {walk * each + each - 1})"
        raise DataError(Fault(place, "moves a factor twice", "each factor once"))
    return factor


def _widths(problem: Mapping[str, Any], made: Problem) -> Array:
    bounded = as_problem(problem)
    faults = [
        Fault(f"input {name!r}", f"{law['method']}", "X as morris.sample gave it, which knows its steps")
        for name, law in zip(made.names, bounded.laws, strict=True)
        if law["method"] != "unif"
    ]
    if faults:
        raise SpecError(faults)
    return np.array([law["params"]["upper"] - law["params"]["lower"] for law in bounded.laws])
