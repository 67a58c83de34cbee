"""Shapley effects: how much of the variance of an output comes from each input, also where inputs hang together.

:func:`linear` is exact for a score that is linear in weights that sum to one; :func:`effects` is for a model of the
user's own, whose inputs are independent (a SALib problem), or follow :func:`dirichlet`, :func:`normal`, several of them
side by side (:func:`independent`), or a :class:`Law` of the user's own.
"""

from __future__ import annotations

from .laws import Law, dirichlet, independent, normal
from .sampled import effects
from .shares import ShapleyEffects
from .weights import linear

__all__ = ["Law", "ShapleyEffects", "dirichlet", "effects", "independent", "linear", "normal"]
