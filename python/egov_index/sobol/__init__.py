"""Sobol' indices for a model of the user's own: :func:`sample` its inputs, run it, and :func:`analyze` its outputs.

Problems, the order of runs and the keys of the result are those of SALib.
"""

from __future__ import annotations

from .analysis import analyze
from .design import Layout, Sample, sample
from .estimators import estimators
from .indices import SobolIndices

__all__ = ["Layout", "Sample", "SobolIndices", "analyze", "estimators", "sample"]
