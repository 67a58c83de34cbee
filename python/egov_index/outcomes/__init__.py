"""How an index goes with outcomes: association, never cause."""

from __future__ import annotations

from .correlation import correlate
from .links import Links

__all__ = ["Links", "correlate"]
