"""The TOML of a spec as plain values, or one fault that says why it is none."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from ..errors import Fault, SpecError
from .keys import LARGEST

__all__ = ["LARGEST_FILE", "load", "too_large"]

LARGEST_FILE = 4_000_000  # bytes
PART = r"(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')"
DOTTED = re.compile(rf"(?<![\w-]){PART}(?:[ \t]*+\.[ \t]*+{PART}){{32}}")
AT = re.compile(r" \((at line (?P<line>\d+), column (?P<column>\d+)|at end of document)\)$")


def load(text: str, source: str) -> dict[str, Any]:
    """The TOML of a text, or one fault that says why it is none."""
    if not isinstance(text, str):
        raise SpecError(Fault(source, f"a {type(text).__name__}", "the text of a spec"))
    if not text.strip():
        raise SpecError(Fault(source, "empty", "a spec starts with: spec = 1"))
    if len(text) > LARGEST_FILE:
        raise SpecError(too_large(source))
    dotted = DOTTED.search(text)
    if dotted:
        line = text.count("\n", 0, dotted.start()) + 1
        raise SpecError(
            Fault(f"{source} line {line}", "a key of more than 32 parts", "keys of one or two parts")
        )
    try:
        return {name: _bounded(value) for name, value in tomllib.loads(text).items()}
    except RecursionError:
        raise SpecError(
            Fault(source, "nested too deeply", "tables within tables, two or three deep")
        ) from None
    except ValueError as error:
        raise SpecError(_syntax(str(error), text, source)) from None


def too_large(source: str) -> Fault:
    """What is wrong with a file larger than a spec may be."""
    return Fault(source, f"more than {LARGEST_FILE // 10**6} MB", "a spec; data belong into CSV files")


def _bounded(value: Any) -> Any:
    """Whole numbers beyond what TOML promises (64 bits) become decimal ones, so that bounds can be checked."""
    if isinstance(value, dict):
        return {name: _bounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_bounded(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        return float("inf") if value.bit_length() > 1000 else float(value)
    return value


def _syntax(message: str, text: str, source: str) -> Fault:
    found = AT.search(message)
    said = message[: found.start()] if found else message
    place = source
    if found:
        place += f" line {found['line'] or text.rstrip().count(chr(10)) + 1}"
        place += f", column {found['column']}" if found["column"] else ""
    if said.startswith("Exceeds the limit"):
        said = "a number of thousands of digits"
    right = 'a line is a [table], a [[node]], or key = value with texts in "quotes"'
    if "overwrite" in said or "twice" in said or "declare" in said:
        right = "each key and each table stands once"
    return Fault(place, f"no valid TOML: {said[:200]}", right)
