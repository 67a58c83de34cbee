"""Readers of files: from a path to a Panel, with a report of what was read."""

from __future__ import annotations

from .delimited import read_delimited

__all__ = ["read_delimited"]
