"""What the functions of single stages share: reading a choice and the rows it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import catalogue
from .compiled import core_choice
from .errors import Fault, SpecError
from .panel import Panel
from .table import nearest

__all__ = ["checked", "choices_by_indicator", "section", "start_weights"]


def checked(stage: str, method: Any, params: Mapping[str, Any]) -> catalogue.Choice:
    """A choice with keyword parameters added; SpecError with all its faults."""
    chosen = catalogue.as_choice(method, stage)
    extra = dict(params)
    rescale = extra.pop("rescale", chosen.rescale)
    chosen = catalogue.as_choice(
        {"method": chosen.method, **chosen.params, **extra, "rescale": rescale}, stage
    )
    faults = catalogue.faults_of(stage, chosen, f"{stage} {chosen.method}")
    if faults:
        raise SpecError(faults)
    return chosen


def choices_by_indicator(
    stage: str, method: Any, params: Mapping[str, Any], panel: Panel
) -> list[dict[str, Any]]:
    """The same choice for each indicator."""
    chosen = checked(stage, method, params)
    return [core_choice(stage, chosen, panel) for _ in panel.indicators]


def section(panel: Panel, over: str) -> int:
    """How many rows of the table a method looks at together."""
    if over not in ("period", "panel"):
        raise SpecError(Fault("over", repr(over), nearest(over, ("period", "panel"))))
    return max(1, len(panel.units) * (len(panel.periods) if over == "panel" else 1))


def start_weights(name: str, given: Mapping[str, float] | Any, panel: Panel) -> NDArray[np.float64]:
    """Weights by name or in the order of the indicators; equal ones for None. SpecError if they do not fit."""
    indicators = panel.indicators
    if given is None:
        return np.ones(len(indicators))
    if isinstance(given, Mapping):
        if set(given) != set(indicators):
            came = f"for {', '.join(map(str, given))}"
            raise SpecError(Fault(name, came, f"one for each of {', '.join(indicators)}"))
        given = [given[key] for key in indicators]
    try:
        weights = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise SpecError(Fault(name, repr(given), "numbers of at least 0")) from None
    if weights.shape != (len(indicators),):
        came = f"{weights.size} weights"
        raise SpecError(Fault(name, came, f"one for each of the {len(indicators)} indicators"))
    return weights
