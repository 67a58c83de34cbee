"""Random forests that fill several indicators in turn, through scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, SpecError
from .register import Param, add_row

__all__ = ["forest"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def forest(
    values: Array,
    times: Array,
    *,
    kind: str = "random_forest",
    trees: int = 100,
    iterations: int = 10,
    lags: int = 1,
    auxiliaries: Array | None = None,
) -> Array:
    """Fill each indicator from the others by forests, over and over, until the fills change more than before.

    Parameters
    ----------
    values : array (units, periods, indicators)
        NaN is missing.
    times : array (periods,)
        A predictor beside the other indicators.
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
    array (units, periods, indicators)
        Holes filled within the range of what is observed of the indicator; the same for the same input.

    Raises
    ------
    DataError
        If nothing of an indicator is observed.
    SpecError
        If scikit-learn is absent.

    Notes
    -----
    missForest (Stekhoven and Buehlmann 2012, Bioinformatics 28(1)): holes start at the mean, columns are visited from
    the fewest holes to the most, and the fills of the round before the first one whose squared change, over the sum of
    squares, is larger than that of the round before it are kept. The changes are those of standardized columns.
    """
    regressor = _regressor(kind)
    empty = np.isnan(values).all(axis=(0, 1))
    if empty.any():
        error = DataError("nothing is observed, so there is nothing to learn from")
        error.place = {"indicator": int(np.flatnonzero(empty)[0])}  # type: ignore[attr-defined]
        raise error
    width, table = values.shape[2], values
    if auxiliaries is not None:
        seen = ~np.isnan(auxiliaries).all(axis=(0, 1))
        table = np.concatenate([values, auxiliaries[:, :, seen]], axis=2)
    holes = np.isnan(table)
    if not holes[:, :, :width].any():
        return values
    scaled, back = _standardized(table)
    filled = _rounds(scaled, holes, times, lambda: regressor(trees), iterations, min(lags, len(times) - 1))
    result = np.clip(
        back(filled)[:, :, :width], np.nanmin(values, axis=(0, 1)), np.nanmax(values, axis=(0, 1))
    )
    return np.where(holes[:, :, :width], result, values)


def _regressor(kind: str) -> Any:
    try:
        from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
    except ImportError:
        came = "random forests grow through scikit-learn, which is not installed"
        raise SpecError(f"{came}; pip install egov-index[forest]") from None
    found = RandomForestRegressor if kind == "random_forest" else ExtraTreesRegressor
    return lambda trees: found(n_estimators=trees, max_features=1 / 3, random_state=0, n_jobs=1)


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


def _rounds(scaled: Array, holes: Mask, times: Array, make: Any, iterations: int, lags: int) -> Array:
    """Rounds over the columns until the change grows (or there is none), or for so many rounds."""
    filled = np.where(holes, 0.0, scaled)
    counts = holes.sum(axis=(0, 1))
    order = [column for column in np.argsort(counts, kind="stable") if counts[column]]
    before = np.inf
    for _ in range(iterations):
        following = filled.copy()
        for column in order:
            _visit(following, holes[:, :, column], times, make(), column, lags)
        squares = float((following[holes] ** 2).sum())
        change = float(((following - filled)[holes] ** 2).sum()) / squares if squares > 0 else 0.0
        if change >= before:
            break
        before, filled = change, following
    return filled


def _visit(filled: Array, holes: Mask, times: Array, model: Any, column: int, lags: int) -> None:
    """Holes of a column from a forest of its observed cells."""
    predictors = _predictors(filled, times, column, lags)
    model.fit(predictors[~holes], filled[:, :, column][~holes])
    filled[:, :, column][holes] = model.predict(predictors[holes])


def _predictors(filled: Array, times: Array, column: int, lags: int) -> Array:
    """Other columns, time, and neighboring periods; beyond an edge of the panel the period as far inside."""
    last = filled.shape[1] - 1
    at = np.arange(last + 1)
    parts = [np.delete(filled, column, axis=2), np.broadcast_to(times[:, None], (*filled.shape[:2], 1))]
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
    gives=["range"],
    together=True,
)
