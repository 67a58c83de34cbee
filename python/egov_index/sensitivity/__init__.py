"""Which choice moves the result: sensitivity of an index to its alternatives."""

from __future__ import annotations

from .analysis import METHODS, run
from .indices import Sensitivity

__all__ = ["METHODS", "Sensitivity", "run"]
