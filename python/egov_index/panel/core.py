"""What a panel holds: its array, its labels and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import Fault, SpecError
from ..table import Label, make_frame, nearest
from . import parts

__all__ = ["PanelCore"]


class PanelCore:
    """Storage and identity of :class:`egov_index.panel.Panel`, which documents the parameters."""

    __slots__ = (
        "_facts", "_groups", "_indicators", "_names", "_notes", "_periods", "_units", "_values", "_years",
        "backend", "period_label", "unit_label",
    )  # fmt: skip

    backend: str
    period_label: str
    unit_label: str
    _values: NDArray[np.float64]
    _years: NDArray[np.float64] | None
    _units: tuple[Any, ...]
    _periods: tuple[Any, ...]
    _indicators: tuple[str, ...]
    _notes: tuple[str, ...]
    _groups: Mapping[str, tuple[Any, ...]]
    _names: Mapping[Any, str]
    _facts: Mapping[str, tuple[Any, ...]]

    def __init__(
        self,
        values: ArrayLike,
        units: Sequence[Label],
        periods: Sequence[Label],
        indicators: Sequence[str],
        *,
        notes: Iterable[str] = (),
        groups: Mapping[str, Sequence[Any]] | None = None,
        unit_names: Mapping[Any, str] | None = None,
        indicator_info: Any = None,
        unit_label: str = "unit",
        period_label: str = "period",
        backend: str = "pandas",
        years: ArrayLike | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "_values", parts.frozen(values))
        put(self, "_years", None if years is None else parts.frozen(years))
        put(self, "_units", parts.plain(units))
        put(self, "_periods", parts.plain(periods))
        put(self, "_indicators", tuple(str(name) for name in parts.plain(indicators)))
        put(self, "_notes", tuple(dict.fromkeys(notes)))
        put(self, "_groups", parts.schemes(groups))
        put(self, "_names", parts.unit_names(unit_names, self._units))
        put(self, "_facts", parts.facts(indicator_info, self._indicators))
        put(self, "unit_label", str(unit_label))
        put(self, "period_label", str(period_label))
        put(self, "backend", str(backend))
        parts.check(self._parts())

    @property
    def values(self) -> NDArray[np.float64]:
        """Values, float64 of shape (units, periods, indicators), C order, read-only; NaN is missing."""
        return self._values

    @property
    def years(self) -> NDArray[np.float64] | None:
        """Period each value was taken from (NaN where no value), or None if no value was moved."""
        return self._years

    @property
    def units(self) -> tuple[Any, ...]:
        """Labels of units, in order of first appearance."""
        return self._units

    @property
    def periods(self) -> tuple[Any, ...]:
        """Labels of periods, increasing."""
        return self._periods

    @property
    def indicators(self) -> tuple[str, ...]:
        """Names of indicators."""
        return self._indicators

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what was repaired, moved or filled."""
        return self._notes

    @property
    def groups(self) -> Mapping[str, tuple[Any, ...]]:
        """For each scheme of groups one label (or None) a unit; read-only."""
        return MappingProxyType(dict(self._groups))

    @property
    def unit_names(self) -> Mapping[Any, str]:
        """From unit to readable name, where known; read-only."""
        return MappingProxyType(dict(self._names))

    @property
    def indicator_info(self) -> Any:
        """Frame of one row an indicator: ``indicator`` and what is known of it; missing where unknown."""
        return make_frame({"indicator": list(self._indicators), **self._facts}, self.backend)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of units, periods and indicators."""
        return len(self._units), len(self._periods), len(self._indicators)

    @property
    def times(self) -> NDArray[np.float64]:
        """Numeric value of each period; positions 0, 1, ... where periods are text."""
        return parts.times(self._periods)

    def about(self, indicator: str) -> dict[str, Any]:
        """Give what is known of one indicator, without making a frame.

        Parameters
        ----------
        indicator : str
            Name of an indicator of this panel.

        Returns
        -------
        dict
            From column of :attr:`indicator_info` to its value; what is unknown is left out.

        Raises
        ------
        SpecError
            If the panel has no such indicator.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> info = {"indicator": ["gini"], "sdg_goal": ["10"], "direction": [-1]}
        >>> Panel([[[35.0]]], ["EST"], [2020], ["gini"], indicator_info=info).about("gini")
        {'sdg_goal': '10', 'direction': -1}
        """
        at = self._position(indicator)
        return {name: column[at] for name, column in self._facts.items() if column[at] is not None}

    def column(self, indicator: str) -> NDArray[np.float64]:
        """Give one indicator as a read-only view of shape (units, periods); NaN is missing.

        Parameters
        ----------
        indicator : str
            Name of an indicator of this panel.

        Returns
        -------
        numpy.ndarray
            View of :attr:`values`.

        Raises
        ------
        SpecError
            If the panel has no such indicator.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> Panel.from_array([[0.9, 0.8], [0.7, 0.6]], indicators=["osi", "tii"]).column("tii")
        array([[0.8],
               [0.6]])
        """
        return self._values[:, :, self._position(indicator)]

    def replace(self, **changes: Any) -> Self:
        """Copy with some parts replaced.

        Parameters
        ----------
        **changes
            Parameters of :class:`Panel`, e.g. ``values=`` and ``notes=``. If units or indicators change, give
            what belongs to them (groups, years) as well.

        Returns
        -------
        Panel
            A new panel; this one stays as it is.

        Raises
        ------
        DataError
            If the parts do not fit one another.

        Examples
        --------
        >>> from egov_index.panel import Panel
        >>> panel = Panel.from_array([[1.0], [2.0]])
        >>> panel.replace(values=panel.values * 10, notes=[*panel.notes, "times ten"]).notes
        ('times ten',)
        """
        return type(self)(**{**self._parts(), **changes})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Panel does not change; panel.replace({name}=...) gives a new one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a Panel does not change")

    def __reduce__(self) -> tuple[Any, ...]:
        return parts.rebuild, (type(self), self._parts())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PanelCore):
            return NotImplemented
        mine, others = self._parts(), other._parts()
        compared = [name for name in mine if name not in ("notes", "backend")]
        return all(parts.same(mine[name], others[name]) for name in compared)

    __hash__ = None  # type: ignore[assignment]

    def _position(self, indicator: str) -> int:
        if indicator not in self._indicators:
            raise SpecError(Fault("indicator", repr(indicator), nearest(indicator, self._indicators)))
        return self._indicators.index(indicator)

    def _parts(self) -> dict[str, Any]:
        """Give the parameters that make this panel again."""
        return {
            "values": self._values,
            "units": self._units,
            "periods": self._periods,
            "indicators": self._indicators,
            "notes": self._notes,
            "groups": dict(self._groups),
            "unit_names": dict(self._names),
            "indicator_info": {"indicator": self._indicators, **self._facts},
            "unit_label": self.unit_label,
            "period_label": self.period_label,
            "backend": self.backend,
            "years": self._years,
        }
