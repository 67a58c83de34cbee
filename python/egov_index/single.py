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

__all__ = ["checked", "choices_by_indicator", "start_weights"]


def checked(stage: str, method: Any, params: Mapping[str, Any]) -> catalogue.Choice:
    """A choice with keyword parameters added; SpecError with all its faults."""
    chosen = catalogue.as_choice(method, stage)
    given = {"rescale": chosen.rescale, "over": chosen.over} | dict(params)
    chosen = catalogue.as_choice({"method": chosen.method, **chosen.params, **given}, stage)
    faults = catalogue.faults_of(stage, chosen, f"{stage} {chosen.method}")
    if faults:
        raise SpecError(faults)
    return chosen


def choices_by_indicator(
    stage: str, method: Any, params: Mapping[str, Any], panel: Panel
) -> list[dict[str, Any]]:
    """A choice for each indicator: the same, but for parameters given as a mapping of indicator to value."""
    params, own = _own(stage, params, panel)
    if not own:
        return [core_choice(stage, checked(stage, method, params), panel)] * len(panel.indicators)
    chosen = [checked(stage, method, {**params, **own.get(name, {})}) for name in panel.indicators]
    return [core_choice(stage, one, panel) for one in chosen]


def _own(
    stage: str, params: Mapping[str, Any], panel: Panel
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Parameters for all, and those that a mapping gives indicator by indicator."""
    shared: dict[str, Any] = {}
    own: dict[str, dict[str, Any]] = {}
    for param, value in params.items():
        if not isinstance(value, Mapping):
            shared[param] = value
            continue
        faults = [
            Fault(f"{stage} {param}", f"no indicator {name!r}", nearest(name, panel.indicators))
            for name in value
            if name not in panel.indicators
        ]
        if not value:
            faults.append(
                Fault(f"{stage} {param}", repr(value), "a value, or a mapping of indicator to value")
            )
        if faults:
            raise SpecError(faults)
        for name, item in value.items():
            own.setdefault(name, {})[param] = item
    return shared, own


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
