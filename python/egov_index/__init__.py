"""Composite indices of e-government: from raw indicators with holes to ranks that say how sure they are.

``import egov_index as egov`` is how the documentation imports it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from . import envelopment as envelopment  # adds its methods
from . import forest as forest
from ._core import version as __version__  # noqa: F401
from .homes import homes

_HOMES = homes()  # name -> module; what stands where is said in __init__.pyi
__all__ = sorted(["__version__", *_HOMES])


class _Package(ModuleType):
    """Names are loaded when they are first asked for; one that a module shares with a function is the function."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and _HOMES.get(name)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = _HOMES[name]
        module = import_module(f"{__name__}.{home or name}")
        found = getattr(module, name) if home else module
        super().__setattr__(name, found)
        return found

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


for _name in [name for name, home in _HOMES.items() if home and isinstance(globals().get(name), ModuleType)]:
    del globals()[_name]  # a module loaded by those above, in the place of its function
sys.modules[__name__].__class__ = _Package
