"""What is read from each draw: ranks, scores, places among the first, pairs, the whole ranking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import _core
from ..alternatives import Alternatives
from ..arguments import whole
from ..errors import Fault, SpecError
from ..table import nearest

__all__ = ["ONE_NUMBER", "OUTPUTS", "SINGLE", "readings", "word"]

OUTPUTS = ("rank", "score", "raw_score", "rank_shift", "kendall", "top_<k>")
SINGLE = {
    "rank_shift": (_core.Output.shift, "mean rank shift"),
    "kendall": (_core.Output.distance, "Kendall distance"),
}
ONE_NUMBER = (_core.Output.above, *(what for what, _ in SINGLE.values()))  # a draw; the others give one a row
WORDS = {"rank": "rank", "score": "score", "raw_score": "raw score"}
Asked = tuple[Any, int, int, int]


def one_scale(alternatives: Alternatives) -> bool:
    """Whether the scores of all draws lie on one scale, so that they can be compared as they are."""
    return (
        max(len(getattr(alternatives, stage)) for stage in ("treat", "normalize", "aggregate", "edition")) < 2
    )


def readings(
    output: Any, rows: Sequence[tuple[Any, Any]], alternatives: Alternatives
) -> tuple[list[Asked], tuple[str, ...]]:
    """What the core reads from a draw, and the name of each number.

    Parameters
    ----------
    output : str, pair of units, or a list of them
        As in :func:`egov_index.sensitivity.run`.
    rows : sequence of (unit, period)
        Of the scored rows.
    alternatives : Alternatives
        What varies, and so whether scores are comparable.

    Raises
    ------
    SpecError
        With everything that is not known.
    """
    wanted = list(output) if isinstance(output, list) else [output]
    if not wanted:
        raise SpecError(Fault("output", "nothing", f"one of {', '.join(OUTPUTS)}, or a pair of units"))
    single = len({period for _, period in rows}) == 1
    units = [str(unit) if single else f"{unit} {period}" for unit, period in rows]
    asked: list[Asked] = []
    names: list[str] = []
    faults: list[Fault] = []
    for one in wanted:
        try:
            what, words = _one(one, rows, units, alternatives)
        except SpecError as error:
            faults += error.faults
            continue
        asked.append(what)
        names += words if len(wanted) == 1 or len(words) == 1 else [f"{name}, {word(one)}" for name in words]
    if faults:
        raise SpecError(faults)
    return asked, tuple(names)


def word(one: Any) -> str:
    """What an output of each unit is called."""
    return WORDS.get(one, str(one).replace("_", " "))


def _one(
    one: Any, rows: Sequence[tuple[Any, Any]], units: list[str], alternatives: Alternatives
) -> tuple[Asked, list[str]]:
    if isinstance(one, tuple):
        first, second = _pair(one, rows)
        return (_core.Output.above, 0, first, second), [f"{units[first]} above {units[second]}"]
    if not isinstance(one, str):
        raise SpecError(
            Fault("output", repr(one), f"one of {', '.join(OUTPUTS)}, or a pair of units as a tuple")
        )
    if one in SINGLE:
        what, name = SINGLE[one]
        return (what, 0, 0, 0), [name]
    if one == "rank":
        return (_core.Output.rank, 0, 0, 0), units
    if one in WORDS:
        scaled = one == "score" and not one_scale(alternatives)
        return (_core.Output.scaled if scaled else _core.Output.score, 0, 0, 0), units
    if one.startswith("top_") and one[4:].isdecimal():
        k = whole("output, k of top_<k>", int(one[4:]), 1, len({unit for unit, _ in rows}))
        return (_core.Output.top, k, 0, 0), units
    raise SpecError(Fault("output", repr(one), f"one of {', '.join(OUTPUTS)}; {nearest(one, OUTPUTS)}"))


def _pair(one: tuple[Any, ...], rows: Sequence[tuple[Any, Any]]) -> tuple[int, int]:
    """Rows of two units, in the last period that has both."""
    if len(one) != 2 or one[0] == one[1]:
        raise SpecError(Fault("output", repr(one), "two units, e.g. ('Denmark', 'Estonia')"))
    at = {row: k for k, row in enumerate(rows)}
    known = list(dict.fromkeys(unit for unit, _ in rows))
    faults = [
        Fault("output, unit of a pair", repr(unit), nearest(unit, known))
        for unit in one
        if not any(unit == other for other, _ in rows)
    ]
    if faults:
        raise SpecError(faults)
    for period in reversed(list(dict.fromkeys(period for _, period in rows))):
        if all((unit, period) in at for unit in one):
            return at[one[0], period], at[one[1], period]
    raise SpecError(
        Fault("output", f"{one[0]} and {one[1]}", "two units that are scored in one period together")
    )
