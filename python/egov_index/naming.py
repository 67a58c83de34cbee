"""Units and periods found by label or readable name, and how sentences call them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .errors import DataError, Fault
from .panel import Panel
from .table import nearest

__all__ = ["called", "counted", "find_period", "find_unit", "in_words", "ordinal"]


def find_unit(panel: Panel, given: Any, place: str = "unit") -> int:
    """Position of a unit, given by its label or its readable name.

    Raises
    ------
    DataError
        With the nearest known label or name.
    """
    if given in panel.units:
        return panel.units.index(given)
    names = {name.casefold(): unit for unit, name in panel.unit_names.items()}
    unit = names.get(str(given).casefold())
    if unit is None:
        raise DataError(Fault(place, repr(given), nearest(given, [*panel.units, *panel.unit_names.values()])))
    return panel.units.index(unit)


def find_period(periods: Sequence[Any], given: Any) -> int:
    """Position of a period; the last if None is given."""
    if given is None:
        return len(periods) - 1
    known = {str(label): at for at, label in enumerate(periods)}
    if str(given) not in known:
        raise DataError(Fault("period", repr(given), nearest(given, periods)))
    return known[str(given)]


def called(panel: Panel, unit: Any) -> str:
    """Readable name of a unit, or its label."""
    return str(panel.unit_names.get(unit, unit))


def ordinal(rank: float) -> str:
    """A rank as people say it.

    Examples
    --------
    >>> ordinal(1), ordinal(12), ordinal(23)
    ('1st', '12th', '23rd')
    """
    whole = int(rank)
    ending = "th" if whole % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th")
    return f"{whole}{ending}"


def in_words(items: Iterable[object], last: str = "and") -> str:
    """Join items as a sentence does.

    Examples
    --------
    >>> in_words(["osi", "tii", "hci"])
    'osi, tii and hci'
    """
    texts = [str(item) for item in items]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {last} {texts[-1]}" if texts else ""


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things, in the singular where it is one.

    Examples
    --------
    >>> counted(1, "pair"), counted(1200, "pair"), counted(2, "country", "countries")
    ('1 pair', '1,200 pairs', '2 countries')
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"
