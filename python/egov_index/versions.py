"""What a report of a fault should say of the machine."""

from __future__ import annotations

import platform
import sys

__all__ = ["show_versions", "version_of"]


def version_of(name: str) -> str:
    """The version of an installed library, or that it is not there."""
    from importlib import metadata  # slow to import

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


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
    from . import _core

    lines = [f"egov-index {_core.version}", f"Python {sys.version.split()[0]} on {platform.platform()}"]
    libraries = ("numpy", "pandas", "narwhals", "polars", "pyarrow")
    lines += [f"{name} {version_of(name)}" for name in libraries]
    text = "\n".join(lines)
    print(text)
    return text
