"""Checks of plain arguments, each with a kind word."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import Fault, SpecError

__all__ = ["seed_of", "share", "threads_of", "whole"]

LARGEST_SEED = 2**63 - 1  # the largest whole number that a spec file can hold


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number within bounds; SpecError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise SpecError(Fault(name, repr(value), f"a whole number from {least:,} to {most:,}"))
    return int(value)


def share(name: str, value: Any, example: float = 0.9) -> float:
    """A number between 0 and 1, both excluded; SpecError otherwise."""
    number = isinstance(value, int | float | np.floating) and not isinstance(value, bool)
    if not number or not 0 < value < 1:
        raise SpecError(Fault(name, repr(value), f"a number between 0 and 1, e.g. {example:g}"))
    return float(value)


def seed_of(value: Any) -> int:
    """A seed."""
    return whole("seed", value, 0, LARGEST_SEED)


def threads_of(value: Any) -> int:
    """A number of threads, 0 for all cores."""
    return 0 if value is None else whole("threads", value, 1, 1024)
