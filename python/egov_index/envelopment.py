"""Benefit of the doubt: each unit is seen in the weights that are best for it, by linear programs (HiGHS)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, FitError, SpecError
from .register import Param, add_row

__all__ = ["benefit_of_the_doubt", "directional", "favorable_weights"]

Array = NDArray[np.float64]
NOISE = 1e-12  # a unit this close to the frontier stands on it


def benefit_of_the_doubt(
    values: Array,
    weights: Array,
    *,
    least: float = 0.0,
    most: float = 1.0,
    shares: Array | None = None,
    direction: Array | None = None,
) -> Array:
    """Score of each unit in the weights that are best for it, such that no unit scores above 1.

    Parameters
    ----------
    values : array (units, children)
        At least 0, more is better; the unit of a child does not matter.
    weights : array (children,)
        Only told apart from 0: a child of weight 0 is left out, the others are weighted by the program.
    least, most : float
        Bounds on what each child contributes to the score of the unit that is evaluated, as a share of it, 0 to 1.
    shares : array (2, children), optional
        The same child by child: a row of lower and a row of upper bounds.
    direction : array (1, children), optional
        Directional model: how far a unit is from the frontier when its values grow by multiples of this, at least 0.

    Returns
    -------
    array (units,)
        0 to 1; 1 on the frontier. Directional: 1 / (1 + distance).

    Raises
    ------
    DataError
        If every value is 0.
    SpecError
        If bounds or direction do not fit, or highspy is absent.

    Notes
    -----
    Cherchye et al. 2007, Social Indicators Research 82(1); bounds on the shares of the evaluated unit as in Compind,
    ci_bod_constr; directional: Fusco 2015, European Journal of Operational Research 242(2), as in Compind, ci_bod_dir.
    Where a lower bound asks for a share of a child in which the unit has 0, its score is 0.
    """
    count, width = values.shape
    lower, upper = _bounds(least, most, shares, width)
    kept = weights > 0
    if direction is not None:
        if (lower > 0).any() or (upper < 1).any():
            raise SpecError("direction and bounds on shares are two models; give one of them")
        distances = directional(_scaled(values[:, kept]), _direction(direction, values, kept))
        return np.asarray(1 / (1 + distances))
    scaled = _scaled(values[:, kept])
    lower, upper = lower[kept], upper[kept]
    if lower.sum() > 1 + NOISE or upper.sum() < 1 - NOISE:
        raise SpecError(
            f"the lower bounds of shares sum to {lower.sum():g}, the upper ones to {upper.sum():g}; "
            "the first must be at most 1 and the second at least 1"
        )
    free = not (lower > 0).any() and not (upper < 1).any()
    solved = _favorable(scaled) if free else _within_shares(scaled, lower, upper)
    scores = np.zeros(count)
    for unit, found in enumerate(solved):
        highest = (scaled @ found).max()
        scores[unit] = scaled[unit] @ found / highest if highest > 0 else 0.0
    scores[scores > 1 - NOISE] = 1.0
    return scores


def favorable_weights(values: Array, given: Array) -> Array:
    """Mean over the units of the weights that are best for each.

    Parameters
    ----------
    values : array (rows, children)
        At least 0. Rows without any value count for nothing.
    given : array (children,)
        A child of weight 0 keeps it.

    Returns
    -------
    array (children,)

    Notes
    -----
    Where several weights are best for a unit, those among them under which all units together score highest are taken
    (the benevolent choice of Doyle and Green 1994, Journal of the Operational Research Society 45(5)).
    """
    holes = np.isnan(values)
    rows = ~holes.all(axis=1)
    if holes[rows].any():
        error = DataError("takes no missing child; impute it")
        error.place = {"indicator": int(np.flatnonzero(holes[rows].any(axis=0))[0])}  # type: ignore[attr-defined]
        raise error
    kept = given > 0
    if (values[rows][:, kept] < 0).any():
        error = DataError(
            "needs values of at least 0; rescale the normalization to a positive range, e.g. rescale=(1, 100)"
        )
        error.place = {"indicator": int(np.flatnonzero((values[rows] < 0).any(axis=0))[0])}  # type: ignore[attr-defined]
        raise error
    scaled = _scaled(values[rows][:, kept])
    found = np.array(list(_favorable(scaled, benevolent=True)))
    weights = np.zeros(len(given))
    weights[kept] = found.mean(axis=0) / _largest(values[rows][:, kept])
    return np.asarray(weights / weights.max())


def _largest(values: Array) -> Array:
    """Largest value of each child, 1 for a child that is 0 throughout."""
    largest = values.max(axis=0)
    return np.where(largest > 0, largest, 1.0)


def _scaled(values: Array) -> Array:
    if not values.size or not (values > 0).any():
        raise DataError("every value is 0, so that no weight gives anything; leave the node out")
    scaled: Array = values / _largest(values)
    return scaled


def _bounds(least: float, most: float, shares: Array | None, width: int) -> tuple[Array, Array]:
    if shares is None:
        lower, upper = np.full(width, float(least)), np.full(width, float(most))
    elif shares.shape != (2, width):
        came = f"got a shares table of {shares.shape[0]} x {shares.shape[1]} numbers"
        raise SpecError(
            f"{came}; a row of lower and a row of upper bounds for the {width} children are needed"
        )
    else:
        lower, upper = np.maximum(shares[0], least), np.minimum(shares[1], most)
    if (lower < 0).any() or (upper > 1).any() or (lower > upper).any():
        raise SpecError("bounds on shares must lie between 0 and 1, the lower one below the upper one")
    return lower, upper


def _direction(direction: Array, values: Array, kept: NDArray[np.bool_]) -> Array:
    if direction.shape != (1, values.shape[1]):
        came = f"got a direction table of {direction.shape[0]} x {direction.shape[1]} numbers"
        raise SpecError(f"{came}; one row with a number for each of the {values.shape[1]} children is needed")
    if (direction < 0).any() or not (direction[0, kept] > 0).any():
        raise SpecError("a direction has numbers of at least 0, and one above 0 at least")
    toward: Array = direction[0, kept] / _largest(values[:, kept])
    return toward


def _solver(
    highspy: Any, matrix: Array, cost: Array, columns: Any, rows: Any, maximize: bool, primal: bool
) -> Any:
    """A program of dense rows with bounds on columns and rows (pairs), by the simplex method."""
    solver = highspy.Highs()
    options = {
        "output_flag": False,
        "solver": "simplex",
        "presolve": "off",
        "simplex_strategy": 4 if primal else 1,
        "threads": 1,
        "primal_feasibility_tolerance": 1e-10,
        "dual_feasibility_tolerance": 1e-10,
        "small_matrix_value": 1e-12,
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_ = cost
    program.col_lower_, program.col_upper_ = columns
    program.row_lower_, program.row_upper_ = rows
    program.sense_ = highspy.ObjSense.kMaximize if maximize else highspy.ObjSense.kMinimize
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.arange(matrix.shape[0] + 1) * matrix.shape[1]
    program.a_matrix_.index_ = np.tile(np.arange(matrix.shape[1]), matrix.shape[0])
    program.a_matrix_.value_ = matrix.ravel()
    solver.passModel(program)
    return solver


def _highspy() -> Any:
    try:
        import highspy
    except ImportError:
        came = "benefit of the doubt solves linear programs with HiGHS, and highspy is not installed"
        raise SpecError(f"{came}; pip install egov-index[optimize]") from None
    return highspy


def _solve(solver: Any, highspy: Any, unit: int) -> Any:
    """The solution; FitError, with the unit, where the solver finds none."""
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        error = FitError(f"HiGHS stopped with {solver.modelStatusToString(solver.getModelStatus())}")
        error.place = {"unit": unit}  # type: ignore[attr-defined]
        raise error
    return solver.getSolution()


def _favorable(scaled: Array, benevolent: bool = False) -> Iterator[Array]:
    """Best weights of each unit: max w y such that w y_j is at most 1 for all j. One model; the costs change."""
    highspy = _highspy()
    count, width = scaled.shape
    open_, zeros, columns = highspy.kHighsInf, np.zeros(width), np.arange(width, dtype=np.int32)
    rows = (np.full(count + 1, -open_), np.append(np.ones(count), open_))
    matrix = np.vstack(
        [scaled, np.ones(width)]
    )  # the last row holds a unit to its score while all others are thought of
    solver = _solver(highspy, matrix, zeros, (zeros, np.full(width, open_)), rows, maximize=True, primal=True)
    mean = scaled.mean(axis=0)
    for unit, values in enumerate(scaled):
        if not (values > 0).any():
            if not benevolent:
                yield zeros
            continue
        own = values / values.max()
        solver.changeColsCost(width, columns, own)
        found = np.array(_solve(solver, highspy, unit).col_value)
        if benevolent:
            for column in range(width):
                solver.changeCoeff(count, column, own[column])
            solver.changeRowBounds(count, own @ found, open_)
            solver.changeColsCost(width, columns, mean)
            found = np.array(_solve(solver, highspy, unit).col_value)
            solver.changeRowBounds(count, -open_, open_)
        yield np.maximum(found, 0)


def _within_shares(scaled: Array, lower: Array, upper: Array) -> Iterator[Array]:
    """The same with bounds on w_r y_r as shares of the score t, a column of its own. From unit to unit y_r changes."""
    highspy = _highspy()
    count, width = scaled.shape
    open_ = highspy.kHighsInf
    frontier = np.column_stack([scaled, np.zeros(count)])
    total = np.append(np.ones(width), -1.0)
    floors = np.column_stack([np.eye(width), -lower])
    caps = np.column_stack([np.eye(width), -upper])
    rows = (
        np.concatenate([np.full(count, -open_), np.zeros(1 + width), np.full(width, -open_)]),
        np.concatenate([np.ones(count), [0.0], np.full(width, open_), np.zeros(width)]),
    )
    matrix = np.vstack([frontier, total, floors, caps])
    cost = np.append(np.zeros(width), 1.0)
    columns = (np.zeros(width + 1), np.full(width + 1, open_))
    solver = _solver(highspy, matrix, cost, columns, rows, maximize=True, primal=False)
    for unit, values in enumerate(scaled):
        if not (values > 0).any():
            yield np.zeros(width)
            continue
        for column, value in enumerate(values / values.max()):
            for row in (count, count + 1 + column, count + 1 + width + column):
                solver.changeCoeff(row, column, value)
        yield np.maximum(np.array(_solve(solver, highspy, unit).col_value)[:width], 0)


def directional(scaled: Array, toward: Array) -> Array:
    """Distance b of each unit to the frontier: the largest with y + b g within it. One model; the rows' bounds change.

    Parameters
    ----------
    scaled : array (units, children)
        Values, the largest of each child 1.
    toward : array (children,)
        Direction in the same scale.

    Returns
    -------
    array (units,)
        At least 0; 0 on the frontier.
    """
    highspy = _highspy()
    count, width = scaled.shape
    size, open_ = toward.max(), highspy.kHighsInf
    own = np.column_stack([scaled.T, -toward / size])
    matrix = np.vstack([own, np.append(np.ones(count), 0.0)])
    columns = (np.zeros(count + 1), np.full(count + 1, open_))
    rows = (np.append(scaled[0], -open_), np.append(np.full(width, open_), 1.0))
    cost = np.append(np.zeros(count), 1.0)
    solver = _solver(highspy, matrix, cost, columns, rows, maximize=True, primal=False)
    distances = np.zeros(count)
    for unit, values in enumerate(scaled):
        for row, value in enumerate(values):
            solver.changeRowBounds(row, value, open_)
        found = np.abs(np.array(_solve(solver, highspy, unit).row_dual)[:width])
        found /= found @ toward  # weights of the dual program: they bound the distance by themselves
        distances[unit] = max((scaled @ found).max() - values @ found, 0.0)
    distances[distances < NOISE * max(1.0, 1 / size)] = 0.0
    return distances


add_row(
    "aggregate",
    "bod",
    benefit_of_the_doubt,
    sentence="Benefit of the doubt: each unit's score in the weights that are best for it, such that none is above 1.",
    citation="Cherchye et al. 2007, Social Indicators Research 82(1); directional: Fusco 2015, European Journal of "
    "Operational Research 242(2)",
    params=[
        Param(
            "least", 0.0, lower=0, upper=1, sentence="Least share of the score that each child contributes."
        ),
        Param(
            "most", 1.0, lower=0, upper=1, sentence="Largest share of the score that each child contributes."
        ),
        Param(
            "shares",
            kind="table",
            optional=True,
            sentence="Bounds child by child: a row of least and a row of largest shares.",
        ),
        Param(
            "direction",
            kind="table",
            optional=True,
            sentence="One row, a number for each child: 1/(1 + distance to the frontier in this direction).",
        ),
    ],
    needs=["nonnegative", "others"],
    gives=["sign"],
    together=True,
)
add_row(
    "weight",
    "benefit_of_the_doubt",
    favorable_weights,
    sentence="Mean over all rows of the weights that are best for each (benefit of the doubt).",
    citation="Cherchye et al. 2007, Social Indicators Research 82(1); among equally good ones: Doyle and Green 1994, "
    "Journal of the Operational Research Society 45(5)",
    needs=["nonnegative"],
)
