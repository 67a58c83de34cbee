"""Plans over editions of an index: its formula as it was at other times, or as somebody else would have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .compiled import located
from .errors import Fault, SpecError
from .panel import Panel
from .table import listing

if TYPE_CHECKING:
    from .alternatives import Alternatives
    from .index import Index

__all__ = ["over_editions"]

Compile = Callable[["Index"], Any]


def over_editions(
    nominal: Any, index: Index, panel: Panel, alternatives: Alternatives, compile_one: Compile
) -> Any:
    """One plan of the plans of all editions, which share what varies by name.

    Parameters
    ----------
    nominal : core plan
        Of the index itself.
    compile_one : callable
        Gives the core's plan of an edition, with everything else that varies.

    Raises
    ------
    SpecError
        If nodes that are left out one at a time are others in other editions.
    DataError
        If an edition scores other units.
    """
    _same_exclusions(alternatives)
    plans = [compile_one(edition) for edition in alternatives.edition]
    keys: dict[tuple[str, str], int] = {}
    coordinates: list[list[int]] = []
    for edition, plan in zip(alternatives.edition, plans, strict=True):
        own = []
        for name, levels, node in plan.factors:
            key = (name, edition.framework.codes[node] if node >= 0 else "")
            own.append(list(keys).index(key) if key in keys else len(keys))
            keys.setdefault(key, levels)
        coordinates.append(own)
    factors = [_factor(index, name, code, levels) for (name, code), levels in keys.items()]
    with located(panel, index.framework):
        return nominal.with_editions(plans, factors, coordinates)


def _factor(index: Index, name: str, code: str, levels: int) -> tuple[str, int, int]:
    """A factor as the core has it; a node that the index itself does not have is in the name."""
    codes: Sequence[str] = index.framework.codes
    if not code:
        return name, levels, -1
    return (name, levels, codes.index(code)) if code in codes else (f"{name} {code}", levels, -1)


def _same_exclusions(alternatives: Alternatives) -> None:
    exclude = alternatives.exclude
    if exclude is None:
        return
    held = [
        [edition.framework.codes[at] for at in exclude.places(edition.framework)]
        for edition in alternatives.edition
    ]
    for edition, codes in zip(alternatives.edition, held, strict=True):
        if codes != held[0]:
            came = f"{exclude} of editions with other nodes: {listing(codes)} in {edition.name}"
            raise SpecError(Fault("exclude", came, "leave_one_out of nodes by name that every edition has"))
