"""Links of an index that is not known exactly: an ensemble of it, or series that were filled several times."""

from __future__ import annotations

from typing import Any

from ..ensemble import Ensemble
from ..errors import Fault, SpecError
from .asked import Asked
from .carried import Carried, carry, nominal_of
from .sides import Sides, gather

__all__ = ["DRAWS", "RUBIN", "carried_through"]

DRAWS, RUBIN = "draws of the index and of countries", "Rubin's rules"  # instead of a method of interval


def carried_through(
    source: Any, outcomes: Any, asked: Asked, how: dict[str, Any]
) -> tuple[Sides, Carried, str]:
    """Both sides, with the index as it is; the columns with its uncertainty in them; and where intervals come from.

    Raises
    ------
    SpecError
        For stacked periods and permutations, which draws do not go with.
    """
    faults = [
        Fault(name, repr(given), f"{right} for what is uncertain")
        for name, given, right, wrong in (
            ("view", asked.view, "'rows'", asked.stacked),
            ("permutations", asked.permutations, "0", asked.permutations > 0),
        )
        if wrong
    ]
    if faults:
        raise SpecError(faults)
    sides = gather(nominal_of(source), outcomes, **how)
    if asked.missing == "listwise":
        sides.listwise()
    made = carry(
        source, sides.y, sides.names, asked.method, nodes=sides.nodes, period=sides.periods[0],
        controls=sides.z if sides.controls.names else None, level=asked.level, seed=asked.seed,
        threads=asked.threads or None, progress=asked.progress,
    )  # fmt: skip
    return sides, made, DRAWS if isinstance(source, Ensemble) else RUBIN
