"""Methodologies as data: one TOML file each."""

from __future__ import annotations

from importlib import resources
from typing import Any

from ..errors import Fault, SpecError
from ..index import Index
from ..table import make_frame, nearest

__all__ = ["preset", "presets"]


def names() -> list[str]:
    """Names of the methodologies that come with the package."""
    files = resources.files(__name__).iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def text(name: str) -> str:
    """Text of a preset's file.

    Raises
    ------
    SpecError
        If there is no such preset; the message names the nearest.
    """
    if name not in names():
        raise SpecError(Fault("preset", repr(name), nearest(name, names())))
    return (resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8")


def preset(name: str) -> Index:
    """Load a methodology that comes with the package.

    Parameters
    ----------
    name : str
        One of ``egov.presets()``.

    Returns
    -------
    Index

    Raises
    ------
    SpecError
        If there is no such preset; the message names the nearest.

    Examples
    --------
    >>> preset("egdi-2010").framework["osi"].weight
    0.34
    """
    from .. import spec

    return spec.parse(text(name), f"{name}.toml")


def presets() -> Any:
    """List the methodologies that come with the package.

    Returns
    -------
    pandas.DataFrame
        Columns name, title, sentence (what it rests on), period, indicators.

    Examples
    --------
    >>> "egdi-open" in set(presets()["name"])
    True
    """
    found = [preset(name) for name in names()]
    return make_frame(
        {
            "name": [index.name for index in found],
            "title": [index.title for index in found],
            "sentence": [_sentence(index) for index in found],
            "period": [index.period for index in found],
            "indicators": [", ".join(index.framework.leaves) for index in found],
        }
    )


def _sentence(index: Index) -> str:
    """The first note of a preset; its title where it has none."""
    notes = index.analysis.get("note") or [index.title]
    return str(notes if isinstance(notes, str) else notes[0])
