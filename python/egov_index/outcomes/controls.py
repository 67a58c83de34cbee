"""What is held constant: indicators by name, or their logarithms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Fault, SpecError
from ..panel import Panel
from ..table import listing, nearest
from .around import stack_of

__all__ = ["Controls"]

LOG = re.compile(r"log\(\s*(.+?)\s*\)")


@dataclass
class Controls:
    """Names as written, the indicators behind them, whether their logarithm is meant, and where they are taken from."""

    names: tuple[str, ...]
    series: tuple[str, ...]
    logs: tuple[bool, ...]
    panel: Panel

    @classmethod
    def read(cls, names: Any, panel: Any, outcomes: Panel) -> Controls:
        """Read names such as ``"log(gdp_per_capita)"``; errors say every name that the data do not have."""
        source = outcomes if panel is None else panel
        if not isinstance(source, Panel):
            raise DataError(f"controls: a Panel is needed, not {type(source).__name__}")
        several = isinstance(names, Iterable) and not isinstance(names, str)
        written: tuple[Any, ...] = tuple(names) if several else () if names is None else (names,)
        if wrong := [name for name in written if not isinstance(name, str)]:
            raise SpecError(
                Fault("control", repr(wrong[0]), "names of indicators, e.g. 'log(gdp_per_capita)'")
            )
        found = [_series(name, source.indicators) for name in written]
        faults = [
            Fault("control", f"the data have no indicator {series!r}", nearest(series, source.indicators))
            for series, _ in found
            if series not in source.indicators
        ]
        faults += [
            Fault("control", f"{name!r} stands twice", "each once")
            for name in dict.fromkeys(written)
            if written.count(name) > 1
        ]
        if faults:
            raise SpecError(faults)
        return cls(written, tuple(name for name, _ in found), tuple(log for _, log in found), source)

    def values(
        self, units: Sequence[Any], times: Sequence[float], window: float
    ) -> tuple[NDArray[np.float64], list[str]]:
        """Latest values at or before each time, one time after the other: rows x controls; and what is to be said."""
        if not self.names:
            return np.empty((len(units) * len(times), 0), order="F"), []
        chosen = self.panel.select(indicators=list(dict.fromkeys(self.series)))
        values, _, said = stack_of(units, chosen, times, window, "controls")
        columns = [values[:, chosen.indicators.index(name)] for name in self.series]
        for at, name in enumerate(self.names):
            if self.logs[at]:
                columns[at] = _logarithm(name, columns[at], units)
        return np.asfortranarray(np.column_stack(columns)), said


def _series(name: str, known: Sequence[str]) -> tuple[str, bool]:
    """The indicator behind a name, and whether its logarithm is meant."""
    found = LOG.fullmatch(name)
    return (found[1], True) if found and name not in known else (name, False)


def _logarithm(name: str, values: NDArray[np.float64], units: Sequence[Any]) -> NDArray[np.float64]:
    wrong = np.flatnonzero(values <= 0)
    if wrong.size:
        where = listing(dict.fromkeys(units[int(row) % len(units)] for row in wrong), 3)
        raise DataError(Fault(f"control {name!r}", f"values at or below 0 ({where})", "a control above 0"))
    return np.log(values)
