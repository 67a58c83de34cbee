"""From the tables [uncertainty] and [sensitivity] of a spec, and the files beside it, to what varies and is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..alternatives import LeaveOneOut, leave_one_out
from ..errors import DataError, Fault, SpecError
from ..index import Index
from ..measurement import MeasurementError, measurement_error
from ..panel import Panel
from ..presets import names as preset_names
from ..presets import preset
from ..sources.delimited import Delimited
from ..table import LISTED, listing, nearest
from ..weighting import (
    Weighting,
    dirichlet,
    experts,
    noise,
    simplex_box,
)

__all__ = [
    "columns_of",
    "editions",
    "excluded",
    "explained",
    "few_points",
    "measured",
    "numbers",
    "weightings",
]

OPTIONS = ("replicates", "level", "groups", "discrete", "second_order", "resamples")  # of sensitivity


def weightings(given: Any, place: Callable[[str], Path], codes: Collection[str]) -> tuple[Weighting, ...]:
    """What varies the weights.

    Parameters
    ----------
    given : mapping, Weighting, sequence of them or None
        As in the spec, checked.
    place : callable
        Gives the path of a file that the spec names.
    codes : collection of str
        Codes of the nodes.

    Returns
    -------
    tuple of Weighting

    Raises
    ------
    DataError
        With every fault of a file of experts.
    """
    several = given if isinstance(given, list | tuple) else [] if given is None else [given]
    return tuple(_weighting(one, place, codes) if isinstance(one, Mapping) else one for one in several)


def _weighting(given: Mapping[str, Any], place: Callable[[str], Path], codes: Collection[str]) -> Weighting:
    nodes = given.get("nodes", "all")
    if "noise" in given:
        return noise(given["noise"], nodes)
    if "dirichlet" in given:
        return dirichlet(given["dirichlet"], nodes)
    if "simplex_box" in given:
        return simplex_box(**given["simplex_box"])
    table = given["experts"]
    with _told_of("uncertainty.weights.experts"):
        return experts(_rows(place(table), codes) if isinstance(table, str) else table)


@contextmanager
def _told_of(key: str) -> Iterator[None]:
    """Put the key of the spec before the places of the faults of a file that it names."""
    try:
        yield
    except (DataError, SpecError) as error:
        faults = [Fault(f"{key}, {fault.place}", fault.came, fault.right) for fault in error.faults]
        raise DataError(faults) from None


def _rows(path: Path, codes: Collection[str]) -> dict[str, dict[str, float]]:
    """A CSV file of a row an expert and a column a node as a mapping of experts."""
    panel = numbers(path, codes, unit="expert")
    if len(panel.periods) > 1:
        came = f"periods {panel.periods[0]} to {panel.periods[-1]}"
        raise DataError(Fault(path.name, came, "one row an expert, without periods"))
    faults = [
        Fault(path.name, f"unknown node {code!r}", nearest(code, codes))
        for code in panel.indicators
        if code not in codes
    ]
    faults += _below_zero(path.name, panel)
    if faults:
        raise DataError(faults)
    rows = zip(panel.units, panel.values[:, 0].tolist(), strict=True)
    return {str(name): dict(zip(panel.indicators, row, strict=True)) for name, row in rows}


def numbers(path: Path, known: Collection[str], **labels: Any) -> Panel:
    """A CSV file that the spec names: its columns of known names, and all others that hold a number.

    Parameters
    ----------
    path : Path
    known : collection of str
        Nodes or indicators that may have a column.
    **labels
        ``unit``, ``period``, ``at`` as :func:`~egov_index.sources.delimited.read_delimited` takes them.

    Returns
    -------
    Panel

    Raises
    ------
    DataError
        With every fault of the file.
    """
    table = Delimited(path, **labels)
    names = [
        name
        for name in table.header
        if name not in (table.unit, table.period)
        and (name in known or any(isinstance(cell, int | float) for cell in table.columns[name]))
    ]
    if not names:
        raise DataError(
            Fault(f"{table.name}, header", f"columns {listing(table.header)}", "columns of numbers")
        )
    return table.panel(names)


def measured(given: Any, panel: Panel | None, cells: Callable[[str], Panel]) -> MeasurementError | None:
    """How far observed values may be off.

    Parameters
    ----------
    given : mapping, MeasurementError or None
        As in the spec, checked.
    panel : Panel, optional
        The data, for the columns that are named.
    cells : callable
        Reads a file that the spec names.

    Returns
    -------
    MeasurementError or None

    Raises
    ------
    DataError
        With every fault of a file, or for columns that the data do not have.
    """
    if not isinstance(given, Mapping):
        return given  # type: ignore[no-any-return]
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, one in given.items():
        key = f"uncertainty.values.{name}"
        try:
            with _told_of(key):
                found[name] = cells(one) if isinstance(one, str) else one
        except DataError as error:
            faults += error.faults
            continue
        if isinstance(one, str):
            faults += _unknown_labels(f"{key}, {one}", found[name], panel)
        else:
            found[name] = _by_cell(key, one, panel, faults)
        if name in ("sd", "relative"):
            faults += _below_zero(f"{key}, {one}" if isinstance(one, str) else key, found[name])
    if faults:
        raise DataError(faults)
    return measurement_error(**found)


def _unknown_labels(place: str, cells: Panel, panel: Panel | None) -> list[Fault]:
    """Units, periods and indicators that the data do not have: the first few each, the rest counted."""
    faults: list[Fault] = []
    for axis in ("units", "periods", "indicators") if panel is not None else ():
        known = getattr(panel, axis)
        unknown = [label for label in getattr(cells, axis) if label not in known]
        names = [str(label) for label in known]
        faults += [
            Fault(place, f"unknown {axis[:-1]} {label!r}", nearest(str(label), names))
            for label in unknown[:LISTED]
        ]
        if len(unknown) > LISTED:
            faults.append(Fault(place, f"{len(unknown) - LISTED:,} more unknown {axis}"))
    return faults


def _below_zero(place: str, cells: Any) -> list[Fault]:
    if not isinstance(cells, Panel) or not (cells.values < 0).any():
        return []
    at = [
        f"{cells.indicators[k]} of {cells.units[u]}"
        + (f" {cells.periods[t]}" if len(cells.periods) > 1 else "")
        for u, t, k in np.argwhere(cells.values < 0)
    ]
    return [Fault(place, f"below 0 for {listing(at)}", "numbers of at least 0")]


def _by_cell(place: str, given: Any, panel: Panel | None, faults: list[Fault]) -> Any:
    """Numbers by indicator as they are; with columns of the data among them, a panel of all."""
    columns = (
        {code: one for code, one in given.items() if isinstance(one, str)}
        if isinstance(given, Mapping)
        else {}
    )
    known = () if panel is None else panel.indicators
    unknown = {code: one for code, one in columns.items() if one not in known}
    faults += [
        Fault(f"{place}.{code}", f"no column {one!r} in the data", nearest(one, known))
        for code, one in unknown.items()
    ]
    if not columns or unknown or panel is None:
        return given
    values = np.empty((len(panel.units), len(panel.periods), len(given)))
    for at, one in enumerate(given.values()):
        values[:, :, at] = panel.column(one) if isinstance(one, str) else one
    return Panel(values, panel.units, panel.periods, tuple(given))


def columns_of(given: Any) -> list[str]:
    """Columns of the data that the errors of measurement ask for.

    Examples
    --------
    >>> columns_of({"lower": {"osi": "osi_low"}, "upper": {"osi": "osi_high", "tii": 1}})
    ['osi_low', 'osi_high']
    """
    tables = [one for one in given.values() if isinstance(one, Mapping)] if isinstance(given, Mapping) else []
    return list(dict.fromkeys(one for table in tables for one in table.values() if isinstance(one, str)))


def excluded(given: Any) -> LeaveOneOut | None:
    """What is left out, one at a time."""
    return leave_one_out(given) if isinstance(given, str | list | tuple) else given


def editions(given: Any, place: Callable[[str], Path]) -> tuple[Index, ...]:
    """The index in other editions: presets, spec files, and indices of Python as they are.

    Parameters
    ----------
    given : sequence of str or Index, or None
        As in the spec, checked.
    place : callable
        Gives the path of a file that the spec names.

    Raises
    ------
    SpecError
        With every fault of a file, or where there is none.
    """
    return tuple(one if isinstance(one, Index) else _edition(one, place) for one in given or ())


def _edition(name: str, place: Callable[[str], Path]) -> Index:
    if name in preset_names():
        return preset(name)
    path = place(name)
    if not path.is_file():
        raise SpecError(
            Fault("uncertainty.edition", f"no file {name!r}", "a spec file in the folder of this one")
        )
    return Index.from_file(path)


def explained(table: Mapping[str, Any], panel: Panel) -> dict[str, Any]:
    """What a table of sensitivity says, as :func:`egov_index.sensitivity.run` takes it.

    Pairs alone are explained if no output is named beside them.
    """
    return {"output": _outputs(table, panel)} | {name: table[name] for name in OPTIONS if name in table}


def _outputs(table: Mapping[str, Any], panel: Panel) -> Any:
    pairs = [tuple(_unit(one, panel) for one in pair) for pair in table.get("pairs", ())]
    output = table.get("output", [] if pairs else "rank_shift")
    if isinstance(output, str) and not pairs:
        return output
    return [*([output] if isinstance(output, str) else output), *pairs]


def _unit(named: Any, panel: Panel) -> Any:
    """A unit by its label, or by its name if that is the name of one unit alone."""
    found = [unit for unit, name in panel.unit_names.items() if name == named]
    return found[0] if named not in panel.units and len(found) == 1 else named


def few_points(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The same analysis with as few base points as can be; those that enumerated choices need depend on the data."""
    kept = {name: value for name, value in asked.items() if name != "resamples"}
    if asked.get("discrete") == "enumerated":
        return kept
    return kept | {"n": min(asked.get("n", 1), asked.get("replicates", 1))}
