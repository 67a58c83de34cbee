"""Random forests that fill several indicators in turn, through scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, SpecError
from .register import Param, add_row

__all__ = ["forest"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Notes = dict[str, Mask | None]

CONSTANT = "all observed values are equal, and so are those filled in"
LEFT_OUT = "an auxiliary without variation was left out"


def forest(
    values: Array,
    times: Array,
    *,
    keys: NDArray[np.integer[Any]] | None = None,
    kind: str = "random_forest",
    trees: int = 100,
    iterations: int = 10,
    lags: int = 1,
    auxiliaries: Array | None = None,
) -> tuple[Array, Notes]:
    """Fill each indicator from the others by forests, over and over, until the fills change more than before.

    Parameters
    ----------
    values : array (units, periods, indicators)
        NaN is missing.
    times : array (periods,)
        A predictor beside the other indicators.
    keys : array of int (units,), optional
        What the order of rows hangs on, so that the fills do not hang on the order of units; left out: as they come.
    kind : {"random_forest", "extra_trees"}
        Forest of bootstrapped trees, or of trees with random splits, which is faster.
    trees : int
        In each forest.
    iterations : int
        At most so many rounds over the indicators.
    lags : int
        So many earlier and later periods of every indicator are predictors too; 0: none.
    auxiliaries : array (units, periods, auxiliaries), optional
        Further predictors, whose own holes are filled along.

    Returns
    -------
    filled : array (units, periods, indicators)
        Holes filled within the range of what is observed of the indicator; the same for the same input, whatever the
        order of units with their keys, of indicators and of auxiliaries.
    notes : dict of str to mask (units, periods, indicators) or None
        How many rounds it took; constants, filled with their value; auxiliaries without variation.

    Raises
    ------
    DataError
        If nothing of an indicator is observed.
    SpecError
        If scikit-learn is absent.

    Notes
    -----
    missForest (Stekhoven and Buehlmann 2012, Bioinformatics 28(1)): columns are visited from the fewest holes to the
    most, and the fills of the round before the first one whose squared change, over the sum of squares, is larger than
    that of the round before it are kept. The changes are those of standardized columns. Other than there, holes start
    on the straight line between the observations of their series, flat beyond them, and only where a series has none
    at the mean of the period.
    """
    regressor = _regressor(kind)
    _require_observed(values)
    holes, varies = np.isnan(values), _varies(values)
    constant = holes & ~varies
    notes: Notes = {CONSTANT: constant} if constant.any() else {}
    filled = np.where(constant, np.nanmax(values, axis=(0, 1)), values)
    if not (holes & varies).any():
        return filled, notes
    table, width = values[:, :, varies], int(varies.sum())
    if auxiliaries is not None:
        helps = _varies(auxiliaries)
        table = np.concatenate([table, auxiliaries[:, :, helps]], axis=2)
        notes |= {} if helps.all() else {LEFT_OUT: None}
    rows = np.arange(len(values)) if keys is None else np.argsort(keys, kind="stable")
    columns, places = _ordered(table[rows])
    table = np.ascontiguousarray(table[rows][:, :, columns])
    made, told = _grown(table, times, lambda: regressor(trees), iterations, lags)
    filled[np.ix_(rows, np.arange(len(times)), np.flatnonzero(varies))] = made[:, :, places[:width]]
    return np.where(holes, filled, values), notes | {told: None}


def _regressor(kind: str) -> Callable[[int], Any]:
    try:
        from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
    except ImportError:
        came = "random forests grow through scikit-learn, which is not installed"
        raise SpecError(f"{came}; pip install egov-index[forest]") from None
    found = RandomForestRegressor if kind == "random_forest" else ExtraTreesRegressor
    # one job: several add up the trees in the order they end
    return lambda trees: found(n_estimators=trees, max_features=1 / 3, random_state=0, n_jobs=1)


def _require_observed(values: Array) -> None:
    empty = np.isnan(values).all(axis=(0, 1))
    if empty.any():
        error = DataError("nothing is observed, so there is nothing to learn from; leave it out")
        error.place = {"indicator": int(np.flatnonzero(empty)[0])}  # type: ignore[attr-defined]
        raise error


def _varies(table: Array) -> Mask:
    """Columns with at least two distinct values."""
    low = np.where(np.isnan(table), np.inf, table).min(axis=(0, 1))
    high = np.where(np.isnan(table), -np.inf, table).max(axis=(0, 1))
    return np.asarray(low < high)


def _ordered(table: Array) -> tuple[list[int], list[int]]:
    """Columns from the fewest holes to the most, those alike once, and the place of each of all columns among them.

    As many holes: by where they are and by the ranks of the values, which no scale changes, last by the values.
    """
    contents = [_content(table[:, :, column]) for column in range(table.shape[2])]
    known = sorted(set(contents))
    return [contents.index(one) for one in known], [known.index(one) for one in contents]


def _content(column: Array) -> tuple[int, bytes, bytes, bytes]:
    holes = np.isnan(column)
    ranks = np.unique(column[~holes], return_inverse=True)[1]
    return int(holes.sum()), holes.tobytes(), ranks.tobytes(), (column[~holes] + 0.0).tobytes()


def _grown(
    table: Array, times: Array, make: Callable[[], Any], iterations: int, lags: int
) -> tuple[Array, str]:
    """The table with its holes filled, within the range of each column, and how it ended."""
    scaled, back = _standardized(table)
    clock = (times - times[0]) / max(times[-1] - times[0], 1e-300)
    start = _lines(scaled, clock)
    filled, told = _rounds(start, np.isnan(table), clock, make, iterations, min(lags, len(times) - 1))
    return np.clip(back(filled), np.nanmin(table, axis=(0, 1)), np.nanmax(table, axis=(0, 1))), told


def _standardized(table: Array) -> tuple[Array, Any]:
    """Columns of mean 0 and variance 1, and the way back; powers of two keep numbers of any size exact."""
    axes = (0, 1)
    powers = np.frexp(np.nanmax(np.abs(table), axis=axes))[1]
    scaled = np.ldexp(table, -powers)
    mean, sd = np.nanmean(scaled, axis=axes), np.nanstd(scaled, axis=axes)
    sd = np.where(sd > 0, sd, 1.0)

    def back(filled: Array) -> Array:
        return np.asarray(np.ldexp(filled * sd + mean, powers))

    return (scaled - mean) / sd, back


def _lines(scaled: Array, clock: Array) -> Array:
    """Holes on the line between the observations of the series, flat beyond; on that of the means without any."""
    filled = scaled.copy()
    seen = ~np.isnan(scaled)
    counts = seen.sum(axis=0)
    means = np.where(seen, scaled, 0.0).sum(axis=0) / np.maximum(counts, 1)
    for unit, column in np.argwhere(~seen.all(axis=1)):
        at = seen[unit, :, column]
        line = scaled[unit, :, column] if at.any() else means[:, column]
        known = at if at.any() else counts[:, column] > 0
        filled[unit, ~at, column] = np.interp(clock[~at], clock[known], line[known])
    return filled


def _rounds(
    filled: Array, holes: Mask, clock: Array, make: Callable[[], Any], iterations: int, lags: int
) -> tuple[Array, str]:
    """Rounds over the columns until the change grows (or there is none), or for so many rounds."""
    before = np.inf
    for done in range(1, iterations + 1):
        following = filled.copy()
        for column in np.flatnonzero(holes.any(axis=(0, 1))):
            _visit(following, holes[:, :, column], clock, make(), int(column), lags)
        squares = float((following[holes] ** 2).sum())
        change = float(((following - filled)[holes] ** 2).sum()) / squares if squares > 0 else 0.0
        if change >= before:
            told = f"forests: round {done} changed the fills no less than round {done - 1} did"
            return filled, f"{told}, whose fills are kept"
        before, filled = change, following
    limit = f"{iterations} round" + ("s" if iterations > 1 else "")
    return filled, f"forests: ended at the limit of {limit}, while the fills still changed less each"


def _visit(filled: Array, holes: Mask, clock: Array, model: Any, column: int, lags: int) -> None:
    """Holes of a column from a forest of its observed cells."""
    predictors = _predictors(filled, clock, column, lags)
    model.fit(predictors[~holes], filled[:, :, column][~holes])
    filled[:, :, column][holes] = model.predict(predictors[holes])


def _predictors(filled: Array, clock: Array, column: int, lags: int) -> Array:
    """Other columns, time, and neighboring periods; beyond an edge of the panel the period as far inside."""
    last = filled.shape[1] - 1
    at = np.arange(last + 1)
    parts = [np.delete(filled, column, axis=2), np.broadcast_to(clock[:, None], (*filled.shape[:2], 1))]
    for lag in range(1, lags + 1):
        earlier = np.where(at == 0, lag, np.maximum(at - lag, 0))
        later = np.where(at == last, last - lag, np.minimum(at + lag, last))
        parts += [filled[:, earlier], filled[:, later]]
    return np.concatenate(parts, axis=2)


add_row(
    "impute",
    "forest",
    forest,
    sentence="Random forests of the indicators on each other, in rounds until the fills no longer settle.",
    citation="Stekhoven and Buehlmann 2012, Bioinformatics 28(1)",
    params=[
        Param(
            "kind",
            "random_forest",
            kind="option",
            options=("random_forest", "extra_trees"),
            sentence="Bootstrapped trees, or trees with random splits.",
        ),
        Param("trees", 100, kind="integer", lower=1, upper=10000, sentence="Trees in each forest."),
        Param("iterations", 10, kind="integer", lower=1, upper=1000, sentence="At most so many rounds."),
        Param(
            "lags",
            1,
            kind="integer",
            lower=0,
            upper=20,
            sentence="So many earlier and later periods of every indicator are predictors too.",
        ),
        Param(
            "auxiliaries",
            kind="indicators",
            optional=True,
            sentence="Indicators that help and are not filled.",
        ),
    ],
    needs=["keys"],
    gives=["range"],
    together=True,
)
