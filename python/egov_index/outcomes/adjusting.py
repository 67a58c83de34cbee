"""p-values of many tests, corrected for there being many."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError, Fault, SpecError
from ..single import checked
from ..table import listing
from .asked import corrected

__all__ = ["adjust"]


def adjust(p: ArrayLike, method: Any = "bh") -> NDArray[np.float64]:
    """Correct p-values for many tests.

    Parameters
    ----------
    p : array-like of float
        One p-value a test, of any shape; all count as one family. NaN where there is none: it stays NaN and does not
        count.
    method : str or Choice
        A method of ``egov.methods("adjust")``, e.g. ``"bh"`` (Benjamini and Hochberg 1995) or ``"holm"``.

    Returns
    -------
    numpy.ndarray
        In the shape of p.

    Raises
    ------
    SpecError
        For an unknown method, and for a p-value outside 0 to 1.
    DataError
        For what are no numbers.

    Examples
    --------
    >>> adjust([0.01, 0.04, float("nan"), 0.03])
    array([0.03, 0.04,  nan, 0.04])
    >>> adjust([0.01, 0.04, float("nan"), 0.03], "bonferroni")
    array([0.03, 0.12,  nan, 0.09])
    """
    chosen = checked("adjust", method, {})
    try:
        if p is None:  # which would be read as a missing number
            raise TypeError
        values = np.asarray(p, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(
            Fault("p", f"a {type(p).__name__} that is no array of numbers", "p-values, e.g. [0.01, 0.2]")
        ) from None
    outside = values[~np.isnan(values) & ~((values >= 0) & (values <= 1))]
    if outside.size:
        raise SpecError(
            Fault(
                "p",
                listing((f"{one:g}" for one in outside), 3),
                "p-values from 0 to 1, NaN where there is none",
            )
        )
    return corrected(values.ravel(), chosen).reshape(values.shape)
