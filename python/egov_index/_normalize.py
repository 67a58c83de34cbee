"""Bringing the indicators of a panel to a common scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _core
from .arrays import as_panel, like
from .catalogue import Choice, as_choice
from .compiled import as_table, from_table, located
from .errors import DataError, Fault, SpecError
from .panel import Panel
from .single import choices_by_indicator
from .table import nearest

__all__ = ["Normalizer", "normalize"]


def normalize(
    data: Panel | Any,
    method: Any = "minmax",
    *,
    direction: int | Mapping[str, int] = 1,
    over: str | int | float | None = None,
    reference: Panel | Any = None,
    rescale: tuple[float, float] | None = None,
    **params: Any,
) -> Any:
    """Bring each indicator to a common scale on which more is better.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators) or (units, indicators)
        NaN stays NaN.
    method : str, Choice or mapping
        A method of ``egov.methods("normalize")``.
    direction : {1, -1} or mapping of indicator to it
        -1 where less is better.
    over : {"period", "panel"} or label
        Take the scale from each period on its own (the default), from all periods together, from the period of that
        label as base for all, or from each group (of the grouping of that name) in each period.
    reference : Panel or array, optional
        Take the scale from these data instead, with the same indicators: from all of their rows, or with ``over`` from
        their base period. What lies beyond their range is mapped beyond the result's, not cut.
    rescale : (float, float), optional
        Map the result of each indicator to this range. (In an index, siblings are mapped together instead, so that
        what the method left of differences between them stays; see :class:`Recipe`.)
    **params
        Parameters of the method; each may be a mapping of indicator to value.

    Returns
    -------
    Panel or numpy.ndarray
        Like ``data``.

    Raises
    ------
    DataError
        If an indicator is constant and the method needs variation.
    SpecError
        For unknown methods, parameters or directions.

    Examples
    --------
    >>> normalize([10.0, 20.0, 40.0]).tolist()
    [0.0, 0.3333333333333333, 1.0]
    """
    panel = as_panel(data)
    given = params | {k: v for k, v in (("rescale", rescale), ("over", over)) if v is not None}
    if reference is not None:
        return _by_reference(data, panel, as_panel(reference), method, given, direction)
    choices = choices_by_indicator("normalize", method, given, panel)
    with located(panel):
        table = _core.normalize(
            as_table(panel), len(panel.units), panel.times, _directions(direction, panel), choices
        )
    return like(data, panel, from_table(np.asarray(table), len(panel.units)))


class Normalizer:
    """A scale that is taken from one panel and applied to others.

    Parameters
    ----------
    method : str, Choice or mapping
        A method of ``egov.methods("normalize")``.
    direction, over, rescale, **params
        As in :func:`normalize`. The scale is taken from all rows of the panel it is fitted on, or with ``over`` from
        the period of that label there.

    Examples
    --------
    >>> scale = Normalizer("minmax", high=100).fit([10.0, 20.0, 50.0])
    >>> scale
    <Normalizer minmax:high=100, fitted on 3 units, 1 period, 1 indicator>
    >>> scale.apply([30.0, 60.0]).tolist()
    [50.0, 125.0]
    """

    def __init__(
        self,
        method: Any = "minmax",
        *,
        direction: int | Mapping[str, int] = 1,
        over: str | int | float | None = None,
        rescale: tuple[float, float] | None = None,
        **params: Any,
    ) -> None:
        self.method, self.direction, self.over, self.rescale = method, direction, over, rescale
        self.params = params
        self._reference: Panel | None = None

    def fit(self, data: Panel | Any) -> Normalizer:
        """Take the scale of each indicator from these data.

        Parameters
        ----------
        data : Panel or array
            As in :func:`normalize`.

        Returns
        -------
        Normalizer
            This one.

        Raises
        ------
        DataError, SpecError
            As :func:`normalize` does, for these data and the choice.
        """
        panel = as_panel(data)
        self._run(panel, panel, self.direction, self.params)
        self._reference = panel
        return self

    def apply(self, data: Panel | Any) -> Any:
        """Bring data with the same indicators to the scale; what lies beyond the fitted range is not cut.

        Parameters
        ----------
        data : Panel or array
            Indicators must be among those fitted; units and periods may be others.

        Returns
        -------
        Panel or numpy.ndarray
            Like ``data``.

        Raises
        ------
        SpecError
            If nothing was fitted before.
        DataError
            If an indicator was not fitted.
        """
        if self._reference is None:
            raise SpecError(Fault("Normalizer", "not fitted", "fit(panel) before apply"))
        names = as_panel(data).indicators  # settings of indicators that the data lack are left out
        own = {name: _of(value, names) for name, value in self.params.items()}
        params = {name: value for name, value in own.items() if value != {}}
        return self._run(data, self._reference, _of(self.direction, names), params)

    def fit_apply(self, data: Panel | Any) -> Any:
        """Take the scale from these data and bring them to it.

        Parameters
        ----------
        data : Panel or array
            As in :func:`normalize`.

        Returns
        -------
        Panel or numpy.ndarray
            Like ``data``.
        """
        return self.fit(data).apply(data)

    def _run(self, data: Any, reference: Panel, direction: Any, params: Mapping[str, Any]) -> Any:
        given: dict[str, Any] = {"over": self.over, "rescale": self.rescale, **params}
        return normalize(data, self.method, direction=direction, reference=reference, **given)

    def __repr__(self) -> str:
        chosen = as_choice(self.method, "normalize")
        params = {**chosen.params, **self.params}
        rescale = chosen.rescale if self.rescale is None else self.rescale
        over = chosen.over if self.over is None else self.over
        words = [str(Choice(chosen.method, params, rescale, over))]
        if self.direction != 1:
            words.append(f"direction {self.direction}")
        if self._reference is not None:
            counts = zip(self._reference.shape, ("unit", "period", "indicator"), strict=True)
            words.append("fitted on " + ", ".join(f"{n} {word}{'s' * (n != 1)}" for n, word in counts))
        return f"<Normalizer {', '.join(words)}>"


def _of(value: Any, names: Sequence[str]) -> Any:
    """A mapping of indicator to value, for these indicators only; another value as it is."""
    if not isinstance(value, Mapping):
        return value
    return {name: item for name, item in value.items() if name in names}


def _by_reference(
    data: Any, panel: Panel, reference: Panel, method: Any, given: Mapping[str, Any], direction: Any
) -> Any:
    missing = [name for name in panel.indicators if name not in reference.indicators]
    if missing:
        raise DataError(
            [Fault(f"reference {name!r}", "not there", "the indicators of the data") for name in missing]
        )
    reference = reference.select(indicators=panel.indicators)
    choices = choices_by_indicator("normalize", method, given, reference)
    if any(choice["over"][0] == "group" for choice in choices):
        raise SpecError(Fault("over", "groups, with a reference", '"panel", or the label of a base period'))
    with located(reference):
        table = _core.normalize_by(
            as_table(panel), as_table(reference), len(reference.units), reference.times,
            _directions(direction, panel), choices,
        )  # fmt: skip
    return like(data, panel, from_table(np.asarray(table), len(panel.units)))


def _directions(direction: int | Mapping[str, int], panel: Panel) -> Any:
    by_name = direction if isinstance(direction, Mapping) else dict.fromkeys(panel.indicators, direction)
    faults = [
        Fault(f"direction {name!r}", "no such indicator", nearest(name, panel.indicators))
        for name in by_name
        if name not in panel.indicators
    ]
    faults += [
        Fault(f"direction of {name!r}", repr(sign), "1 or -1")
        for name, sign in by_name.items()
        if sign not in (1, -1)
    ]
    if faults:
        raise SpecError(faults)
    return np.array([float(by_name.get(name, 1)) for name in panel.indicators])
