"""How an index goes with outcomes: association, never cause."""

from __future__ import annotations

from .correlation import correlate
from .curves import nonlinear
from .line import Line
from .linear import least_squares, robust
from .lines import Lines, lines
from .links import Links

__all__ = ["Line", "Lines", "Links", "correlate", "least_squares", "lines", "nonlinear", "robust"]
