"""How an index goes with outcomes: association, never cause."""

from __future__ import annotations

from .correlation import correlate
from .curves import nonlinear
from .line import Line
from .linear import least_squares, robust
from .lines import Lines, lines
from .links import Links
from .panels import DynamicPanel, Hausman, Moran, PanelModel, dynamic_panel, moran, panel_model

__all__ = [
    "DynamicPanel",
    "Hausman",
    "Line",
    "Lines",
    "Links",
    "Moran",
    "PanelModel",
    "correlate",
    "dynamic_panel",
    "least_squares",
    "lines",
    "moran",
    "nonlinear",
    "panel_model",
    "robust",
]
