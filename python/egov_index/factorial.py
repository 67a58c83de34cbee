"""Discrete inputs in all combinations of their levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import Fault, SpecError
from .table import listing

__all__ = ["MOST", "counted", "crossed", "levels_of"]

Array = NDArray[np.float64]
MOST = 2**16  # combinations


def levels_of(laws: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """How many levels each input has; 0 where it is not discrete."""
    return tuple(len(law["tables"]["levels"][0]) if law["method"] == "discrete" else 0 for law in laws)


def counted(names: Sequence[str], levels: Sequence[int]) -> int:
    """Number of combinations of inputs with so many levels; SpecError for none and for too many."""
    held = [name for name, each in zip(names, levels, strict=True) if each]
    if not held:
        right = "'sampled', or dists that are 'discrete'"
        raise SpecError(Fault("discrete", "'enumerated' with no discrete input", right))
    count = prod(max(1, each) for each in levels)
    if count > MOST:
        came = f"'enumerated' with {count:,} combinations of {listing(held)}"
        raise SpecError(Fault("discrete", came, f"'sampled' with more than {MOST:,}"))
    return count


def crossed(x: Array, laws: Sequence[Mapping[str, Any]]) -> Array:
    """Rows of the other inputs, each with every combination of the discrete ones, the last of these fastest.

    Parameters
    ----------
    x : array (rows, inputs that are not discrete)
    laws : sequence of mapping
        Of all inputs.

    Returns
    -------
    array (rows, combinations, inputs)
    """
    levels = levels_of(laws)
    combinations = inner = prod(max(1, each) for each in levels)
    out = np.empty((len(x), combinations, len(laws)))
    out[:, :, [k for k, each in enumerate(levels) if each == 0]] = x[:, None]
    for k, (law, each) in enumerate(zip(laws, levels, strict=True)):
        if each:
            inner //= each
            out[:, :, k] = np.tile(
                np.repeat(law["tables"]["levels"][0], inner), combinations // (each * inner)
            )
    return out
