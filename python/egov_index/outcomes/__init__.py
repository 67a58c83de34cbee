"""How an index goes with outcomes: association, never cause."""

from __future__ import annotations

from .adjusting import adjust
from .aware import outcome_aware
from .correlation import correlate
from .curves import nonlinear
from .heterogeneity import Heterogeneity, heterogeneity
from .lags import Lags, lags
from .line import Line
from .linear import least_squares, robust
from .lines import Lines, lines
from .links import Links
from .mutual import Mutual, information, mutual
from .panels import DynamicPanel, Hausman, Moran, PanelModel, dynamic_panel, moran, panel_model

__all__ = [
    "DynamicPanel",
    "Hausman",
    "Heterogeneity",
    "Lags",
    "Line",
    "Lines",
    "Links",
    "Moran",
    "Mutual",
    "PanelModel",
    "adjust",
    "correlate",
    "dynamic_panel",
    "heterogeneity",
    "information",
    "lags",
    "least_squares",
    "lines",
    "moran",
    "mutual",
    "nonlinear",
    "outcome_aware",
    "panel_model",
    "robust",
]
