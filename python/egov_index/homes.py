"""Where the public names of the package stand, as its stub says it."""

from __future__ import annotations

import ast
from pathlib import Path

__all__ = ["homes"]


def homes() -> dict[str, str | None]:
    """Module of each public name; none of a module that is public itself."""
    stub = ast.parse(Path(__file__).with_name("__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    return {one.name: node.module for node in imports for one in node.names if one.name != "version"}
