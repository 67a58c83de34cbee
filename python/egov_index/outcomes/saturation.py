"""Values that many countries share: at the end of a scale an outcome has no room left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["MUCH", "tied"]

MUCH = 0.10  # of the countries at one value: from here on it is told


def tied(values: NDArray[np.float64], what: str = "") -> tuple[float, str]:
    """Largest share of values that stand at one point, and a warning where it is large; NaN for no value.

    Parameters
    ----------
    values : numpy.ndarray
        Without NaN.
    what : str
        Of what, for the warning.

    Examples
    --------
    >>> import numpy as np
    >>> tied(np.array([100.0, 100, 97, 95, 80]))
    (0.4, '40 % of countries tied at the highest value, 100')
    >>> tied(np.array([1.0, 2, 3]))
    (0.0, '')
    """
    if not values.size:
        return float("nan"), ""
    ordered = np.sort(values)
    if not (ordered[1:] == ordered[:-1]).any():
        return 0.0, ""
    points, counts = np.unique(ordered, return_counts=True)
    most = int(counts.argmax())
    share = float(counts[most] / values.size) if counts[most] > 1 else 0.0
    if share < MUCH or len(points) == 1:  # a constant has a reason of its own
        return share, ""
    place = {0: "the lowest value, ", len(points) - 1: "the highest value, "}.get(most, "")
    return share, f"{what}{100 * share:.0f} % of countries tied at {place}{points[most]:.6g}"
