"""What if values that are not reported differ from what the imputation says of them: how far ranks move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import scrutiny
from ..errors import DataError, EgovError, Fault, SpecError
from ..filling import chain_of
from ..index import Index
from ..panel import Panel
from ..progress import tell
from ..table import nearest
from .answer import NotAtRandom
from .scenario import ALL, PROPENSITY, Scenario, able, changed, chosen, with_method

__all__ = ["NotAtRandom", "not_at_random"]


def not_at_random(
    index: Index,
    panel: Panel,
    indicators: str | Sequence[str] | None = None,
    deltas: Sequence[float] = (-1, -0.5, 0.5, 1),
    propensity: bool = True,
    method: Any = None,
    period: Any = None,
    *,
    progress: Callable[[float], object] | None = None,
) -> NotAtRandom:
    """Score an index again as if what is not reported were other than the imputation says.

    Parameters
    ----------
    index, panel
        What is scored.
    indicators : str or sequence of str, optional
        Whose holes are shifted; all that have holes in the scored period which a method with ``delta`` fills, if left
        out.
    deltas : sequence of float
        Shifts of the holes of one indicator, in their own standard deviations on the scale of the model, on top of the
        ``delta`` that the chain has already; above 0 is a higher value. Where all indicators are shifted at once (from
        two on), above 0 is better: an indicator whose direction is -1 goes down.
    propensity : bool
        Score it also with weights of the units that teach, inverse to their propensity to report (``propensity``), for
        every method that takes them and has auxiliaries.
    method : str, Choice, mapping or a sequence of them, optional
        A chain that imputes instead of the index's own, nominally too; indicators with ``"none"`` keep that. Needed
        where the index imputes without a method that has ``delta``.
    period : label, optional
        Which period; the index's own, or the last that can be scored.
    progress : callable, optional
        Called with the share done, 0 to 1, after each score; False stops.

    Returns
    -------
    NotAtRandom
        ``.to_frame()``, ``.summary()``, ``.reporting()``.

    Raises
    ------
    SpecError
        If no method in the chain of an indicator has ``delta`` (the error says which have), an indicator is unknown, or
        a shift is no number other than 0.
    DataError
        As :meth:`Index.score`; or if nothing is imputed by a method with ``delta``.

    Notes
    -----
    All holes of the indicator are shifted, those of other periods too. Data cannot tell whether what is not
    reported differs; a shift says how far a ranking would depend on it (van Buuren 2018, Flexible Imputation of
    Missing Data, section 9.2; Little, Rubin and Zangeneh 2017, JASA 112, 314-320).

    Examples
    --------
    >>> import egov_index as egov
    >>> nodes = [{"code": "hci"}] + [{"code": x, "parent": "hci"} for x in ("adult_literacy", "mean_schooling")]
    >>> index = egov.Index(egov.Framework(nodes), egov.Recipe(impute="kriging"), period=2021)
    >>> found = egov.not_at_random(index, egov.datasets.ict_human_capital(), deltas=(-1, 1))
    >>> found.summary()["indicator"].tolist()
    ['adult_literacy', 'adult_literacy', 'mean_schooling', 'mean_schooling', 'all', 'all']
    """
    if not isinstance(index, Index):
        raise DataError(f"an Index is needed, not {type(index).__name__}")
    shifts = _shifts(deltas)
    if method is not None:
        index = with_method(index, method)
    _, labels = scrutiny.scored(index, panel, period)
    nominal = index.score(panel, labels[-1])
    names = _shifted(nominal, indicators)
    scenarios = [Scenario("delta", name, delta) for name in names for delta in shifts]
    scenarios += [Scenario("delta", ALL, delta) for delta in shifts if len(names) > 1]
    notes = []
    if propensity and chosen(index, weighed=True):
        scenarios.append(Scenario(PROPENSITY, ALL, float("nan")))
    elif propensity:
        notes.append(
            "not weighted by propensity: no method in the chains that takes such weights has auxiliaries"
        )
    ranks = []
    for count, one in enumerate(scenarios, start=1):
        ranks.append(_ranks(changed(index, one, names), panel, labels[-1], one))
        tell(progress, count / len(scenarios))
    return NotAtRandom(nominal, names, tuple(scenarios), np.array(ranks), tuple(notes))


def _shifts(given: Any) -> tuple[float, ...]:
    """Shifts as numbers, each once."""
    shifts = (given,) if isinstance(given, int | float) else tuple(given)
    faults = [
        Fault("deltas", repr(one), "a finite number other than 0, e.g. -0.5")
        for one in shifts
        if isinstance(one, bool)
        or not isinstance(one, int | float | np.number)
        or not np.isfinite(one)
        or one == 0
    ]
    if not shifts:
        faults.append(Fault("deltas", "none", "at least one, e.g. (-1, 1)"))
    if faults:
        raise SpecError(faults)
    return tuple(dict.fromkeys(map(float, shifts)))


def _shifted(nominal: Any, given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Indicators to shift: those asked for, or all that a method with ``delta`` fills in the scored period."""
    index, leaves = nominal.index, nominal.index.framework.leaves
    with_delta = chosen(index)
    have = f"one of {', '.join(able())} in the chain, e.g. method={able()[0]!r}"
    if given is not None:
        names = (given,) if isinstance(given, str) else tuple(dict.fromkeys(given))
        faults = [
            Fault("indicators", repr(name), nearest(name, leaves)) for name in names if name not in leaves
        ]
        faults += [
            Fault(f"indicators, {name!r}", f"no method with delta imputes it: {_chain(nominal, name)}", have)
            for name in names
            if name in leaves and name not in with_delta
        ]
        if not names:
            faults.append(Fault("indicators", "none", "at least one"))
        if faults:
            raise SpecError(faults)
        return names
    if not with_delta:
        chains = " | ".join(dict.fromkeys(_chain(nominal, leaf) for leaf in leaves))
        raise SpecError(Fault("method", f"no method with delta imputes: {chains}", have))
    filled = nominal.filled_by
    names = tuple(leaf for leaf in leaves if filled.get(leaf, {}).keys() & set(with_delta.get(leaf, ())))
    if not names:
        methods = ", ".join(dict.fromkeys(one for found in with_delta.values() for one in found))
        came = f"no value of {nominal.periods[0]} is imputed by {methods}"
        raise DataError(Fault("panel", came, "a period with holes that it fills"))
    return names


def _chain(nominal: Any, leaf: str) -> str:
    return " > ".join(map(str, chain_of(nominal.index.framework, nominal.index.recipe, leaf)))


def _ranks(index: Index, panel: Panel, period: Any, scenario: Scenario) -> Any:
    try:
        return index.score(panel, period).rank_values[0, :, 0]
    except EgovError as error:
        raise type(error)(
            [Fault(f"{scenario}: {fault.place}", fault.came, fault.right) for fault in error.faults]
        ) from None
