"""Great-circle distances between countries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import datasets
from ...errors import DataError, Fault
from ...table import listing, numbers, read_frame

__all__ = ["RADIUS", "great_circle", "locate"]

RADIUS = 6371.0088  # km, mean radius of the Earth (IUGG)

Array = NDArray[np.float64]


def great_circle(coordinates: Array) -> Array:
    """Distances in km between points of latitude and longitude in degrees, shape (n, n), by the haversine formula.

    Examples
    --------
    >>> round(float(great_circle(np.array([[0.0, 0.0], [0.0, 180.0]]))[0, 1]))  # half way round the equator
    20015
    """
    latitude, longitude = np.radians(coordinates).T
    half = np.sin((latitude[:, None] - latitude) / 2) ** 2
    half = (
        half
        + np.cos(latitude)[:, None] * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    return np.asarray(2 * RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def locate(units: Sequence[Any], coordinates: Any = None) -> Array:
    """Latitude and longitude of units, shape (n, 2), in degrees.

    ``coordinates`` may be a mapping of unit to a pair, an array of shape (n, 2) in the order of the units, a frame with
    columns iso3 (or unit), latitude and longitude, or None for those of :func:`egov_index.datasets.countries`.
    """
    if coordinates is None or hasattr(coordinates, "columns") or hasattr(coordinates, "column_names"):
        known = _from_frame(datasets.countries() if coordinates is None else coordinates)
    elif hasattr(coordinates, "keys"):
        known = dict(coordinates)
    else:
        points = np.asarray(coordinates, dtype=np.float64)
        if points.shape != (len(units), 2):
            right = f"({len(units)}, 2): latitude and longitude of each unit"
            raise DataError(Fault("coordinates", f"shape {points.shape}", right))
        known = dict(zip(units, points.tolist(), strict=True))
    gone = [unit for unit in units if unit not in known]
    if gone:
        raise DataError(
            Fault("coordinates", f"none for {listing(gone)}", "latitude and longitude of every unit")
        )
    found = np.array([known[unit] for unit in units], dtype=np.float64).reshape(len(units), 2)
    wrong = ~np.isfinite(found).all(axis=1) | (np.abs(found[:, 0]) > 90) | (np.abs(found[:, 1]) > 360)
    if wrong.any():
        names = listing(unit for unit, bad in zip(units, wrong, strict=True) if bad)
        raise DataError(
            Fault("coordinates", f"no place on Earth for {names}", "degrees: latitude, longitude")
        )
    return found


def _from_frame(frame: Any) -> dict[Any, tuple[float, float]]:
    columns, _ = read_frame(frame)
    key = next((name for name in ("iso3", "unit") if name in columns), None)
    if key is None or not {"latitude", "longitude"} <= set(columns):
        came = f"columns {listing(columns)}"
        raise DataError(Fault("coordinates", came, "iso3 (or unit), latitude and longitude"))
    faults: list[Fault] = []
    latitude, longitude = (
        numbers(columns[name], name, lambda row: f"row {row + 1}", faults)
        for name in ("latitude", "longitude")
    )
    if faults:
        raise DataError(faults)
    return dict(zip(list(columns[key]), zip(latitude.tolist(), longitude.tolist(), strict=True), strict=True))
