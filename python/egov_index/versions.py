"""What a report of a fault should say of the machine."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

from . import _core

__all__ = ["show_versions"]


def show_versions() -> str:
    """Print and return versions of this package, of Python and of the libraries it uses.

    Returns
    -------
    str
        A line each.

    Examples
    --------
    >>> "egov-index" in show_versions()  # doctest: +ELLIPSIS
    egov-index ...
    True
    """
    lines = [f"egov-index {_core.version}", f"Python {sys.version.split()[0]} on {platform.platform()}"]
    for name in ("numpy", "pandas", "narwhals", "polars", "pyarrow"):
        try:
            lines.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{name} not installed")
    text = "\n".join(lines)
    print(text)
    return text
