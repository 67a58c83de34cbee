"""Leaving out units and indicators with too few values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, catalogue
from .arrays import as_panel
from .compiled import core_choice
from .errors import DataError, Fault, SpecError
from .framework import Framework
from .panel import Panel
from .single import checked
from .table import listing, make_frame, nearest

__all__ = ["Screening", "screen"]


@dataclass(frozen=True)
class Screening:
    """What screening left, and why the rest went.

    Attributes
    ----------
    panel : Panel
        Units and indicators that stay in at least one period; what is screened out of one period only is missing
        there. The notes count both.
    units : frame
        A row a unit and period: unit, period, observed (share of the indicators that stay), nonzero (share of the
        observed values other than 0), one column a pillar with the share observed in it, where a framework is given,
        kept, rule (the parameter that was not met, "keep", "drop", or "") and why.
    indicators : frame
        A row an indicator and period: indicator, period, observed (share of units), kept, rule and why.
    removed : tuple
        Units that no period keeps.
    dropped : tuple of str
        Indicators that no period keeps.
    """

    panel: Panel
    units: Any
    indicators: Any
    removed: tuple[Any, ...]
    dropped: tuple[str, ...]

    def __repr__(self) -> str:
        kept = f"{len(self.panel.units)} units and {len(self.panel.indicators)} indicators kept"
        gone = f"{len(self.removed)} units removed, {len(self.dropped)} indicators dropped"
        return f"<Screening: {kept}; {gone}>"


def screen(
    data: Panel | Any,
    method: Any = "availability",
    *,
    framework: Framework | None = None,
    keep: Iterable[Any] = (),
    drop: Iterable[Any] = (),
    **params: Any,
) -> Screening:
    """Leave out units and indicators with too few observed values, period by period.

    Indicators are judged first, over all units; then units, over the indicators that stay.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators) or (units, indicators)
        NaN is missing.
    method : str, Choice or mapping
        A method of ``egov.methods("screen")``.
    framework : Framework, optional
        Its leaves are screened, and its lowest nodes are the pillars that ``within`` looks at; other indicators of the
        panel stay as they are. Without it all indicators are screened.
    keep, drop : iterable of str
        Units and indicators that stay or leave whatever the shares are.
    **params
        Parameters of the method: ``units`` (2/3), ``nonzero``, ``within`` and ``indicators`` (0: off), each a
        least share from 0 to 1.

    Returns
    -------
    Screening
        ``.panel``, and frames of ``.units`` and ``.indicators`` with their shares, verdicts and the rule.

    Raises
    ------
    SpecError
        For unknown methods, parameters and names, and for ``within`` without a framework.
    DataError
        If no unit or no indicator stays.

    Examples
    --------
    >>> nan = float("nan")
    >>> found = screen([[1.0, 2.0, 3.0], [nan, nan, 4.0]], units=0.5)
    >>> found.removed
    (1,)
    >>> found.units["why"][1]
    '1 of 3 indicators observed, share below 0.5'
    """
    panel = as_panel(data)
    chosen = checked("screen", method, params)
    names, pillar, pillars = _pillars(panel, framework, chosen)
    forced = _forced(panel, names, tuple(keep), tuple(drop))
    columns = [panel.indicators.index(name) for name in names]
    found = [
        _core.screen(
            np.asfortranarray(panel.values[:, at, columns]), pillar, *forced, core_choice("screen", chosen, panel)
        )
        for at in range(len(panel.periods))
    ]  # fmt: skip
    units, indicators = _stays(found, "units"), _stays(found, "indicators")
    _refuse_nothing(units, indicators)
    told = _Words(chosen, pillars)
    return Screening(
        _kept(panel, columns, units, indicators),
        _unit_frame(panel, found, told if framework is not None else _Words(chosen, ()), forced[0]),
        _indicator_frame(panel, names, found, told, forced[1]),
        tuple(name for name, stays in zip(panel.units, _ever(units), strict=True) if not stays),
        tuple(name for name, stays in zip(names, _ever(indicators), strict=True) if not stays),
    )


STAYS, BY_NAME = -1, -2  # the core's codes of rules; others are positions of parameters


def _stays(found: list[dict[str, Any]], what: str) -> NDArray[np.bool_]:
    """Units or indicators x periods: who stays."""
    return np.array([[one[0] == STAYS for one in period[what]] for period in found]).T


def _ever(stays: NDArray[np.bool_]) -> list[bool]:
    """Who stays in at least one period."""
    return [bool(row.any()) for row in stays]


def _pillars(
    panel: Panel, framework: Framework | None, chosen: catalogue.Choice
) -> tuple[tuple[str, ...], list[int], tuple[str, ...]]:
    """Indicators that are screened, the pillar of each as a number, and names of the pillars."""
    if framework is None:
        if chosen.params.get("within"):
            right = "framework=, whose lowest nodes are the pillars"
            raise SpecError(Fault("screen within", "no framework", right))
        return panel.indicators, [0] * len(panel.indicators), ()
    faults = [
        Fault(f"indicator {leaf!r}", "the data do not have it", nearest(leaf, panel.indicators))
        for leaf in framework.leaves
        if leaf not in panel.indicators
    ]
    if faults:
        raise DataError(faults)
    parents = [str(framework[leaf].parent) for leaf in framework.leaves]
    pillars = tuple(dict.fromkeys(parents))
    return framework.leaves, [pillars.index(parent) for parent in parents], pillars


def _forced(
    panel: Panel, names: Sequence[str], keep: tuple[Any, ...], drop: tuple[Any, ...]
) -> tuple[list[int], list[int]]:
    """Wishes as numbers for the core: 1 stays, -1 leaves, 0 as the rules say."""
    known = [*panel.units, *names]
    faults = [
        Fault(f"screen {word}", f"no unit or indicator {name!r}", nearest(name, known))
        for word, wished in (("keep", keep), ("drop", drop))
        for name in wished
        if name not in known
    ]
    faults += [
        Fault("screen keep", f"{name!r} stands in drop too", "one of both") for name in keep if name in drop
    ]
    if faults:
        raise SpecError(faults)
    wish = dict.fromkeys(keep, 1) | dict.fromkeys(drop, -1)
    return [wish.get(unit, 0) for unit in panel.units], [wish.get(name, 0) for name in names]


def _refuse_nothing(units: NDArray[np.bool_], indicators: NDArray[np.bool_]) -> None:
    for what, stays in (("indicator", indicators), ("unit", units)):
        if not stays.any():
            raise DataError(Fault("screen", f"no {what} stays", "lower the shares"))


def _kept(panel: Panel, columns: list[int], units: NDArray[np.bool_], indicators: NDArray[np.bool_]) -> Panel:
    values = panel.values.copy()
    values[~units] = np.nan
    for at, column in enumerate(columns):
        values[:, ~indicators[at], column] = np.nan
    gone = {panel.indicators[column] for at, column in enumerate(columns) if not indicators[at].any()}
    stays = _ever(units)
    notes = list(panel.notes)
    for t, period in enumerate(panel.periods):
        out = [str(unit) for unit, one in zip(panel.units, units[:, t], strict=True) if not one]
        out += [panel.indicators[column] for at, column in enumerate(columns) if not indicators[at, t]]
        notes += [f"{period}: {len(out)} left out by screening: {listing(out, 30)}"] if out else []
    return panel.replace(values=values, notes=notes).select(
        units=[unit for unit, one in zip(panel.units, stays, strict=True) if one],
        indicators=[name for name in panel.indicators if name not in gone],
    )


class _Words:
    """Rules and reasons in words."""

    def __init__(self, chosen: catalogue.Choice, pillars: tuple[str, ...]) -> None:
        params = catalogue.row("screen", chosen.method)["params"]
        self.least = {
            param["name"]: float(chosen.params.get(param["name"], param["default"])) for param in params
        }
        self.names = list(self.least)
        self.pillars = pillars

    def rule(self, verdict: tuple[int, ...], wish: int) -> str:
        return (
            "keep"
            if wish > 0
            else ""
            if verdict[0] == STAYS
            else "drop"
            if verdict[0] == BY_NAME
            else self.names[verdict[0]]
        )

    def why(self, verdict: tuple[int, ...], wish: int, what: str) -> str:
        rule, seen, of, pillar = verdict
        if wish or rule == STAYS:
            return {1: "kept by name", -1: "dropped by name", 0: ""}[wish]
        name = self.names[rule]
        words = "values other than 0" if name == "nonzero" else f"{what} observed"
        where = f" in {self.pillars[pillar]}" if 0 <= pillar < len(self.pillars) else ""
        return f"{seen} of {of} {words}{where}, share below {self.least[name]:.4g}"


def _unit_frame(panel: Panel, found: list[dict[str, Any]], told: _Words, wishes: list[int]) -> Any:
    verdicts = [(one, wish) for period in found for one, wish in zip(period["units"], wishes, strict=True)]
    within = np.vstack([np.asarray(period["within"]) for period in found])
    return make_frame(
        {
            "unit": list(panel.units) * len(panel.periods),
            "period": [period for period in panel.periods for _ in panel.units],
            "observed": np.concatenate([period["observed"] for period in found]),
            "nonzero": np.concatenate([period["nonzero"] for period in found]),
            **{name: within[:, at] for at, name in enumerate(told.pillars)},
            **_verdicts(verdicts, told, "indicators"),
        },
        panel.backend,
    )


def _indicator_frame(
    panel: Panel, names: Sequence[str], found: list[dict[str, Any]], told: _Words, wishes: list[int]
) -> Any:
    verdicts = [
        (one, wish) for period in found for one, wish in zip(period["indicators"], wishes, strict=True)
    ]
    return make_frame(
        {
            "indicator": list(names) * len(panel.periods),
            "period": [period for period in panel.periods for _ in names],
            "observed": np.concatenate([period["coverage"] for period in found]),
            **_verdicts(verdicts, told, "units"),
        },
        panel.backend,
    )


def _verdicts(verdicts: list[tuple[Any, int]], told: _Words, what: str) -> dict[str, Any]:
    return {
        "kept": [one[0] == STAYS for one, _ in verdicts],
        "rule": [told.rule(one, wish) for one, wish in verdicts],
        "why": [told.why(one, wish, what) for one, wish in verdicts],
    }
