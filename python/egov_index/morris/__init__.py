"""Elementary effects (Morris) for a model of the user's own: :func:`sample` inputs, run it, :func:`analyze` outputs.

Which factors matter at all, from few runs: about ten times as many as there are factors.
"""

from __future__ import annotations

from .analysis import MorrisEffects, analyze
from .design import Walks, sample

__all__ = ["MorrisEffects", "Walks", "analyze", "sample"]
