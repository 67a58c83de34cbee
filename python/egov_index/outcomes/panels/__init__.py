"""Panel models of outcomes on an index, dynamic panels and dependence in space."""

from __future__ import annotations

from .answer import PanelModel
from .dynamic import DynamicPanel, dynamic_panel
from .hausman import Hausman
from .panel_model import panel_model
from .spatial import Moran, moran

__all__ = ["DynamicPanel", "Hausman", "Moran", "PanelModel", "dynamic_panel", "moran", "panel_model"]
