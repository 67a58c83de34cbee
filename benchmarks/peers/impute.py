"""What else fills holes of a panel: each takes the values (units, periods, indicators) and the auxiliaries, and fills.

Near their defaults, on the scale of the data, but with what a panel offers: columns are standardized where distances or
penalties need it, auxiliaries and years go in, and long tables get the neighboring years as columns. Libraries are
imported when a peer is called.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Peer = Callable[..., Any]

WIDE_NEIGHBORS = 10  # weighted by distance: of 5 and 10 with both weights the best on whole series
LONG_NEIGHBORS = 5  # weighted alike, the defaults; ten by distance were worse
IMPUTATIONS = 5  # of miceforest


def versions() -> dict[str, str]:
    found = {}
    for name in ("numpy", "scipy", "scikit-learn", "miceforest", "lightgbm"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def table(left_out: list[str]) -> dict[str, Peer]:
    """Peers by name; those whose library is not there are named in ``left_out``."""
    known: list[tuple[str, str, Peer]] = [
        ("linear", "numpy", linear),
        ("locf", "numpy", locf),
        ("knn_wide", "sklearn", knn_wide),
        ("knn_long", "sklearn", knn_long),
        ("iterative_wide", "sklearn", iterative_wide),
        ("iterative_long", "sklearn", iterative_long),
        ("miceforest_long", "miceforest", miceforest_long),
    ]
    found: dict[str, Peer] = {}
    for name, library, peer in known:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                __import__(library)
        except ImportError:
            left_out.append(f"{name}: {library} is not installed")
        else:
            found[name] = peer
    return found


# One series at a time


def linear(values: Floats) -> Floats:
    """Straight lines between observations, flat ends."""
    filled, at = values.copy(), np.arange(values.shape[1])
    for i in range(values.shape[0]):
        for k in range(values.shape[2]):
            seen = ~np.isnan(values[i, :, k])
            if seen.any():
                filled[i, :, k] = np.interp(at, at[seen], values[i, seen, k])
    return filled


def locf(values: Floats) -> Floats:
    """Last observation carried forward, then the first one backward."""
    filled = values.copy()
    for t in range(1, values.shape[1]):
        filled[:, t] = np.where(np.isnan(filled[:, t]), filled[:, t - 1], filled[:, t])
    for t in range(values.shape[1] - 2, -1, -1):
        filled[:, t] = np.where(np.isnan(filled[:, t]), filled[:, t + 1], filled[:, t])
    return filled


# Wide: a row a unit


def _wide(values: Floats, auxiliaries: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Columns of all indicators and auxiliaries in all periods, each indicator standardized over all its cells."""
    cube = values if auxiliaries is None else np.concatenate([values, auxiliaries], axis=2)
    mean, sd = np.nanmean(cube, axis=(0, 1)), np.nanstd(cube, axis=(0, 1))
    return ((cube - mean) / sd).reshape(len(cube), -1), mean, sd


def _from_wide(filled: Floats, values: Floats, mean: Floats, sd: Floats) -> Floats:
    cube = filled.reshape(len(values), values.shape[1], -1) * sd + mean
    return np.asarray(cube[:, :, : values.shape[2]])


def knn_wide(values: Floats, auxiliaries: Floats | None) -> Floats:
    from sklearn.impute import KNNImputer

    rows, mean, sd = _wide(values, auxiliaries)
    filled = KNNImputer(
        n_neighbors=WIDE_NEIGHBORS, weights="distance", keep_empty_features=True
    ).fit_transform(rows)
    return _from_wide(filled, values, mean, sd)


def iterative_wide(values: Floats, auxiliaries: Floats | None, seed: int) -> Floats:
    rows, mean, sd = _wide(values, auxiliaries)
    return _from_wide(_iterative(rows, seed, nearest=20, iterations=5), values, mean, sd)


# Long: a row a unit and period


def _long(values: Floats, auxiliaries: Floats | None, lags: bool) -> Floats:
    """Columns: indicators, with `lags` those of the year before and after, the period, auxiliaries."""
    units, periods, count = values.shape
    parts = [values]
    if lags:
        gap = np.full((units, 1, count), np.nan)
        parts += [np.concatenate([gap, values[:, :-1]], axis=1), np.concatenate([values[:, 1:], gap], axis=1)]
    parts.append(np.broadcast_to(np.arange(periods, dtype=float)[None, :, None], (units, periods, 1)))
    parts += [] if auxiliaries is None else [auxiliaries]
    return np.concatenate(parts, axis=2).reshape(units * periods, -1)


def _standard(rows: Floats) -> tuple[Floats, Floats, Floats]:
    mean, sd = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
    return (rows - mean) / sd, mean, sd


def _from_long(filled: Floats, values: Floats, mean: Floats, sd: Floats) -> Floats:
    return np.asarray((filled * sd + mean)[:, : values.shape[2]].reshape(values.shape))


def knn_long(values: Floats, auxiliaries: Floats | None) -> Floats:
    from sklearn.impute import KNNImputer

    rows, mean, sd = _standard(_long(values, auxiliaries, lags=False))
    return _from_long(KNNImputer(n_neighbors=LONG_NEIGHBORS).fit_transform(rows), values, mean, sd)


def iterative_long(values: Floats, auxiliaries: Floats | None, seed: int) -> Floats:
    rows, mean, sd = _standard(_long(values, auxiliaries, lags=True))
    return _from_long(_iterative(rows, seed, nearest=None, iterations=10), values, mean, sd)


def _iterative(rows: Floats, seed: int, nearest: int | None, iterations: int) -> Floats:
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    made = IterativeImputer(
        max_iter=iterations, n_nearest_features=nearest, random_state=seed, keep_empty_features=True
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        return np.asarray(made.fit_transform(rows))


def miceforest_long(
    values: Floats, auxiliaries: Floats | None, seed: int, levels: tuple[float, ...]
) -> dict[str, Floats]:
    """Chained LightGBM with mean matching; mean of five, and the interval of a t distribution with four degrees."""
    import miceforest
    import pandas as pd
    from scipy import stats

    rows = _long(values, auxiliaries, lags=True)
    frame = pd.DataFrame(rows, columns=[f"c{k}" for k in range(rows.shape[1])])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kernel = miceforest.ImputationKernel(frame, num_datasets=IMPUTATIONS, random_state=seed)
        kernel.mice(iterations=3, verbose=False, num_threads=1, n_estimators=50)
        found = [kernel.complete_data(at).to_numpy()[:, : values.shape[2]] for at in range(IMPUTATIONS)]
    draws = np.stack(found).reshape(IMPUTATIONS, *values.shape)
    point, sd = draws.mean(axis=0), draws.std(axis=0, ddof=1) * np.sqrt(1 + 1 / IMPUTATIONS)
    half = np.array([stats.t.ppf((1 + level) / 2, IMPUTATIONS - 1) for level in levels])
    half = half.reshape(-1, 1, 1, 1) * sd
    lower, upper = point - half, point + half
    return {
        "point": point,
        "lower": lower[0] if len(levels) == 1 else lower,
        "upper": upper[0] if len(levels) == 1 else upper,
    }
