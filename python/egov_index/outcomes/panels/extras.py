"""Optional libraries of panel models, each imported where it is needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ...errors import Fault, SpecError

__all__ = ["library"]

EXTRAS = {"linearmodels": "outcomes", "formulaic": "outcomes", "scipy": "outcomes", "panelbox": "dynamic"}


def library(module: str, what: str) -> Any:
    """Import a module of an optional library; SpecError that names the extra where it is not installed.

    Examples
    --------
    >>> library("math", "sums").__name__
    'math'
    """
    try:
        return import_module(module)
    except ImportError:
        root = module.split(".")[0]
        came = f"{what} need {root}, which is not installed"
        raise SpecError(Fault(what, came, f"pip install egov-index[{EXTRAS.get(root, root)}]")) from None
