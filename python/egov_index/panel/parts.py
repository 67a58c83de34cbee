"""Parts of a panel brought into one form, and the check that they fit one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError, Fault
from ..table import Label, listing, read_frame

Parts = dict[str, Any]


def frozen(values: ArrayLike) -> NDArray[np.float64]:
    """Copy numbers to float64 in C order and lock them; an array that is so already is taken as it is."""
    if isinstance(values, np.ndarray) and values.dtype == np.float64 and values.flags.c_contiguous:
        base = values if values.base is None else values.base
        if not values.flags.writeable and isinstance(base, np.ndarray) and not base.flags.writeable:
            return values
    array = as_numbers(values)
    array.flags.writeable = False
    return array


def as_numbers(values: ArrayLike) -> NDArray[np.float64]:
    """Copy numbers to float64 in C order; anything else is a DataError."""
    if isinstance(values, np.ma.MaskedArray):  # what is masked is missing
        values = np.where(np.ma.getmaskarray(values), np.nan, np.asarray(values))
    raw = np.asarray(values)
    if raw.dtype.kind not in "biufO":
        raise DataError(
            Fault("values", f"an array of type {raw.dtype}", "numbers, NaN where nothing is known")
        )
    try:
        return np.array(raw, dtype=np.float64, order="C")
    except (TypeError, ValueError) as wrong:
        raise DataError(Fault("values", str(wrong), "numbers, NaN where nothing is known")) from None


def plain(labels: Iterable[Any]) -> tuple[Any, ...]:
    """Make Python values of labels, whole numbers as int."""
    if isinstance(labels, str):
        labels = [labels]
    cells = [label.item() if isinstance(label, np.generic) else label for label in labels]
    return tuple(int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in cells)


def times(periods: Sequence[Label]) -> NDArray[np.float64]:
    """Numeric values of periods; positions where one of them is text."""
    if any(isinstance(period, str) for period in periods):
        return np.arange(len(periods), dtype=np.float64)
    return np.array(periods, dtype=np.float64)


def schemes(groups: Mapping[str, Sequence[Any]] | None) -> dict[str, tuple[Any, ...]]:
    """Bring schemes of groups to tuples of text or None."""
    return {
        str(scheme): tuple(None if label is None or label != label else str(label) for label in labels)
        for scheme, labels in (groups or {}).items()
    }


def unit_names(names: Mapping[Any, str] | None, units: Sequence[Any]) -> dict[Any, str]:
    """Keep the readable names of units that the panel has."""
    return {unit: str(names[unit]) for unit in units if unit in names} if names else {}


def facts(info: Any, indicators: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Bring what is known of indicators to columns in the panel's order, None where unknown."""
    if info is None:
        return {}
    columns, _ = read_frame(info)
    if "indicator" not in columns:
        raise DataError(
            Fault("indicator_info", f"columns {listing(columns)}", "a column 'indicator' among them")
        )
    row = {str(name): at for at, name in enumerate(columns.pop("indicator"))}
    rows = [row.get(name) for name in indicators]
    return {
        name: tuple(None if at is None else _known(cells[at]) for at in rows)
        for name, cells in columns.items()
    }


def _known(cell: Any) -> Any:
    if isinstance(cell, np.generic):
        cell = cell.item()
    return None if isinstance(cell, float) and cell != cell else cell


def array_parts(values: ArrayLike, units: Any, periods: Any, indicators: Any) -> Parts:
    """Parts of a panel from an array of two or three dimensions."""
    array = as_numbers(values)
    if array.ndim == 2:
        array = array[:, None, :]
    if array.ndim != 3:
        shape = "(units, indicators) or (units, periods, indicators)"
        raise DataError(Fault("values", f"an array of shape {array.shape}", f"shape {shape}"))
    labels = plain(range(array.shape[1]) if periods is None else periods)
    if len(labels) == array.shape[1] and len({isinstance(label, str) for label in labels}) == 1:
        order = sorted(range(len(labels)), key=lambda at: labels[at])
        array, labels = array[:, order, :], tuple(labels[at] for at in order)
    return {
        "values": array,
        "units": range(array.shape[0]) if units is None else units,
        "periods": labels,
        "indicators": [f"x{at}" for at in range(array.shape[2])] if indicators is None else indicators,
    }


def rebuild(kind: Any, parts: Parts) -> Any:
    """Make a panel of its parts: what unpickling calls."""
    return kind(**parts)


def same(mine: Any, other: Any) -> bool:
    """Whether two parts are equal, NaN being equal to NaN."""
    if isinstance(mine, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(mine, other, equal_nan=True)
    return type(mine) is type(other) and bool(mine == other)


def check(parts: Parts) -> None:
    """Refuse parts that do not fit one another, naming all faults."""
    faults = _shape_faults(parts) + _label_faults(parts)
    if not faults:
        faults = _infinity_faults(parts)
    if faults:
        raise DataError(faults)


def _shape_faults(parts: Parts) -> list[Fault]:
    shape = tuple(len(parts[axis]) for axis in ("units", "periods", "indicators"))
    faults = []
    for name in ("values", "years"):
        array = parts[name]
        if array is not None and array.shape != shape:
            faults.append(Fault(name, f"shape {array.shape}", f"{shape}: as many as there are labels"))
    for scheme, labels in parts["groups"].items():
        if len(labels) != shape[0]:
            faults.append(Fault(f"groups {scheme!r}", f"{len(labels)} labels", f"{shape[0]}: one a unit"))
    if 0 in shape:
        faults.append(Fault("panel", f"shape {shape}", "at least one unit, one period and one indicator"))
    return faults


def _label_faults(parts: Parts) -> list[Fault]:
    faults: list[Fault] = []
    for axis in ("units", "periods", "indicators"):
        labels: Sequence[Any] = parts[axis]
        odd = [
            label for label in labels if isinstance(label, bool) or not isinstance(label, int | float | str)
        ]
        odd += [label for label in labels if isinstance(label, float) and not np.isfinite(label)]
        if odd or "" in labels:
            faults.append(Fault(axis, f"labels {listing(map(repr, odd or ['']))}", "text or finite numbers"))
            continue
        repeated = [label for label, count in Counter(labels).items() if count > 1]
        if repeated:
            faults.append(Fault(axis, f"{listing(map(repr, repeated))} more than once", "each label once"))
    if not faults:
        faults += _period_faults(parts["periods"])
    taken = [name for name in parts["indicators"] if name in (parts["unit_label"], parts["period_label"])]
    faults += [
        Fault(f"indicator {name!r}", "has the name of a label column", "another name") for name in taken
    ]
    return faults


def _period_faults(periods: Sequence[Any]) -> list[Fault]:
    if len({isinstance(period, str) for period in periods}) > 1:
        return [Fault("periods", "numbers and text mixed", "all numbers or all text")]
    return [
        Fault("periods", f"{b!r} after {a!r}", "increasing order") for a, b in pairwise(periods) if not a < b
    ]


def _infinity_faults(parts: Parts) -> list[Fault]:
    cells = np.argwhere(np.isinf(parts["values"])).tolist()
    if not cells:
        return []
    places = [f"{parts['indicators'][k]} of {parts['units'][u]} {parts['periods'][t]}" for u, t, k in cells]
    return [Fault(listing(places), "infinite", "finite numbers, or NaN where nothing is known")]
