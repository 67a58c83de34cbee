"""Moran's I: are values of near countries alike?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...arguments import is_number, seed_of, whole
from ...errors import DataError, Fault, SpecError
from ...table import make_frame, nearest
from .distances import Array, great_circle, locate
from .extras import library
from .gauge import exponents, is_rounding, times

__all__ = ["SCHEMES", "Moran", "moran", "moran_of", "spatial_weights"]

SCHEMES = ("inverse-distance", "knn", "distance-band")
BLOCK = 500  # permutations worked out at a time


@dataclass(frozen=True)
class Moran:
    """Moran's I of one set of values.

    Attributes
    ----------
    n : int
        Units with a value and a neighbor or more in sight.
    statistic : float
        I: above its expectation where near units are alike. NaN where it is not defined.
    expected : float
        -1 / (n - 1).
    z, p_normal : float
        Of the approximation by a normal law under random labels (Cliff and Ord 1981), two-sided.
    p : float
        Of permutations, two-sided: (1 + permutations as far from their mean) / (1 + permutations).
    note : str
        Why there is no number, or nothing.
    """

    n: int
    statistic: float
    expected: float
    z: float
    p_normal: float
    p: float
    note: str = ""

    def to_frame(self) -> Any:
        """Frame of one row with the attributes as columns."""
        return make_frame({name: [value] for name, value in asdict(self).items()})


def moran(
    values: Any,
    coordinates: Any = None,
    *,
    weights: str = "inverse-distance",
    neighbors: int = 5,
    cutoff: float | None = None,
    permutations: int = 999,
    seed: int = 1,
) -> Moran:
    """Measure whether values of near countries are alike: Moran's I on great-circle distances.

    Parameters
    ----------
    values : mapping of unit to number, pandas.Series, or array_like of n numbers
        One value a country; NaN is left out. An array needs ``coordinates`` as an array.
    coordinates : array_like of shape (n, 2), mapping or frame, optional
        Latitude and longitude in degrees; default those of :func:`egov_index.datasets.countries`.
    weights : {"inverse-distance", "knn", "distance-band"}
        1/km; 1 for each of the nearest countries; 1 for countries within ``cutoff``. Rows are scaled to sum 1.
    neighbors : int
        How many nearest countries, of ``"knn"``; ties go to the first.
    cutoff : float, optional
        km beyond which the weight is 0; needed for ``"distance-band"``.
    permutations : int
        Of the values over the countries; 0 for none (``p`` is NaN).
    seed : int
        Of the permutations.

    Returns
    -------
    Moran
        All NaN with a note for fewer than 4 values, constant values, or no neighbor in sight.

    Raises
    ------
    SpecError, DataError
        For unknown weights, units without coordinates, infinite values, or distinct units at one place where 1/km is
        asked for.

    Notes
    -----
    P. A. P. Moran (1950), Biometrika 37; moments under randomization: A. D. Cliff and J. K. Ord (1981), Spatial
    Processes, section 1.5.

    Examples
    --------
    >>> line = [[0.0, k] for k in range(20)]
    >>> found = moran(range(20), line, weights="knn", neighbors=2)
    >>> round(found.statistic, 3), found.p
    (0.957, 0.001)
    """
    units, numbers_ = _values(values)
    keep = ~np.isnan(numbers_)
    given = coordinates
    if units is None:
        if coordinates is None:
            raise DataError(
                Fault("coordinates", "none for plain numbers", "an array of latitude and longitude")
            )
        units = list(range(len(numbers_)))
        given = np.asarray(coordinates, dtype=np.float64)
        if given.shape == (len(keep), 2):
            given = given[keep]
    elif not hasattr(given, "keys") and given is not None:
        given = np.asarray(given, dtype=np.float64)[keep] if len(given) == len(keep) else given
    kept = [unit for unit, one in zip(units, keep, strict=True) if one]
    places = locate(kept, given)
    return moran_of(numbers_[keep], great_circle(places), weights, neighbors, cutoff, permutations, seed)


def moran_of(
    values: Array,
    distances: Array,
    weights: str,
    count: int,
    cutoff: float | None,
    permutations: int,
    seed: int,
) -> Moran:
    """Moran's I of values, with distances between their units in km."""
    permutations, seed = whole("permutations", permutations, 0, 10**7), seed_of(seed)
    size = len(values)
    if size < 4:
        return _nothing(size, "fewer than 4 values")
    matrix = spatial_weights(distances, weights, count, cutoff)
    values = times(values, -exponents(values[:, None]))  # so that squares neither overflow nor vanish
    if is_rounding(values, np.abs(values).max()):
        return _nothing(size, "constant values")
    spread = values - values.mean()
    spread = spread - spread.mean()
    spread = times(spread, -exponents(spread[:, None]))
    if matrix.sum() == 0:
        return _nothing(size, "no neighbor within the cutoff")
    return _tested(spread, matrix, permutations, seed)


def _tested(spread: Array, matrix: Array, permutations: int, seed: int) -> Moran:
    size = len(spread)
    scale = size / matrix.sum() / float(spread @ spread)
    statistic = float(scale * (spread @ matrix @ spread))
    expected = -1 / (size - 1)
    deviation = float(np.sqrt(_variance(spread, matrix)))
    stats = library("scipy.stats", "Moran's I")
    z = (statistic - expected) / deviation if deviation > 0 else float("nan")
    random = np.random.Generator(np.random.Philox(seed))
    far, gap = 0, abs(statistic - expected) * (1 - 1e-12)
    for start in range(0, permutations, BLOCK):
        shuffled = random.permuted(np.tile(spread, (min(BLOCK, permutations - start), 1)), axis=1)
        others = scale * ((shuffled @ matrix) * shuffled).sum(axis=1)
        far += int((np.abs(others - expected) >= gap).sum())
    p = (1 + far) / (1 + permutations) if permutations else float("nan")
    return Moran(size, statistic, expected, z, float(2 * stats.norm.sf(abs(z))), p)


def _variance(spread: Array, matrix: Array) -> float:
    """Variance of I over all permutations of the values (Cliff and Ord 1981, equation 1.44)."""
    n = len(spread)
    s0, s1 = matrix.sum(), ((matrix + matrix.T) ** 2).sum() / 2
    s2 = ((matrix.sum(axis=0) + matrix.sum(axis=1)) ** 2).sum()
    b2 = (spread**4).mean() / (spread**2).mean() ** 2
    plain = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    curved = b2 * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return float((plain - curved) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - 1 / (n - 1) ** 2)


def spatial_weights(distances: Array, weights: str, count: int, cutoff: float | None) -> Array:
    """Weights between units, rows scaled to sum 1 (or 0 where no neighbor is in sight)."""
    if weights not in SCHEMES:
        raise SpecError(Fault("weights", repr(weights), nearest(weights, SCHEMES)))
    if cutoff is not None and (not is_number(cutoff) or not cutoff > 0):
        raise SpecError(Fault("cutoff", repr(cutoff), "km above 0"))
    if cutoff is None and weights == "distance-band":
        raise SpecError(Fault("cutoff", "none", "km above 0, for weights='distance-band'"))
    size = len(distances)
    apart = np.where(np.eye(size, dtype=bool), np.inf, distances)
    if weights == "knn":
        count = whole("neighbors", count, 1, size - 1)
        found = np.zeros_like(distances)
        np.put_along_axis(found, np.argsort(apart, axis=1, kind="stable")[:, :count], 1.0, axis=1)
    elif weights == "distance-band":
        found = np.ones_like(distances)
    else:
        if (apart == 0).any():
            raise DataError(Fault("coordinates", "two units at one place", "places apart, or weights='knn'"))
        found = 1 / apart
    found[apart > (np.inf if cutoff is None else cutoff)] = 0
    np.fill_diagonal(found, 0)
    total = found.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(found, total, out=np.zeros_like(found), where=total > 0))


def _values(values: Any) -> tuple[Sequence[Any] | None, Array]:
    units: list[Any] | None = None
    if hasattr(values, "keys"):
        units = list(values.keys())
        values = [values[unit] for unit in units]
    try:
        found = np.array(list(values), dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(Fault("values", repr(values)[:60], "a number a unit")) from None
    if found.ndim != 1:
        raise DataError(Fault("values", f"{found.ndim} dimensions", "one value a unit"))
    if np.isinf(found).any():
        raise DataError(Fault("values", f"infinite at position {int(np.flatnonzero(np.isinf(found))[0])}"))
    return units, found


def _nothing(size: int, why: str) -> Moran:
    nan = float("nan")
    return Moran(size, nan, nan, nan, nan, nan, why)
