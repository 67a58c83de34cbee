"""Published figures that come with the package, as panels; ``docs/data.md`` says where each is from."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from . import datasets_text
from .errors import Fault, SpecError
from .panel import Panel
from .table import make_frame, nearest

__all__ = [
    "countries",
    "describe_markdown",
    "ict_human_capital",
    "load",
    "names",
    "sdg_outcomes",
    "un_egov_survey",
]

FOLDER = Path(__file__).parent / "data"
SCHEMES = ("income_groups", "world_6region", "un_sdg_region", "un_sdg_ldc", "landlocked")
COORDINATES = ("latitude", "longitude")
SURVEY = ("osi", "tii", "hci", "epi", "egdi", "rank")


def un_egov_survey(backend: str = "pandas") -> Panel:
    """Load the UN E-Government Survey: 193 countries x 12 editions x osi, tii, hci, epi, egdi, rank.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}
        Library of the frames made from the panel.

    Returns
    -------
    Panel
        Editions 2003, 2004, 2005, 2008, 2010, 2012 ... 2024 as published by UN DESA: indices on 0..1,
        rank 1 is best. Zeros are kept as published; before 2014 an EGDI of 0 means not scored. NaN: no rank,
        as the state did not exist.

    Examples
    --------
    >>> from egov_index import datasets
    >>> datasets.un_egov_survey().select("DNK", 2024, "egdi").values.item()
    0.98474
    """
    info = {
        name: [known[name] for known in datasets_text.SURVEY_INFO] for name in datasets_text.SURVEY_INFO[0]
    }
    return _panel("un_egov_survey", "edition", SURVEY, info, backend)


def ict_human_capital(backend: str = "pandas") -> Panel:
    """Load indicators of access and schooling: 193 countries x 2000...2024 x 13 indicators, with their holes.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}
        Library of the frames made from the panel.

    Returns
    -------
    Panel
        Shares in percent, subscriptions per 100 people, schooling in years; NaN is missing (adult literacy is
        observed in 18 % of cells).

    Examples
    --------
    >>> from egov_index import datasets
    >>> datasets.ict_human_capital().about("internet_users")["unit"]
    '%'
    """
    info = _meta("ict_human_capital_meta")
    known = zip(info["indicator"], info["sdg_indicator"], strict=True)
    info["sdg_goal"] = [None if series is None else str(series).partition(".")[0] for _, series in known]
    info["direction"] = [1] * len(info["indicator"])
    return _panel("ict_human_capital", "year", info["indicator"], info, backend)


def sdg_outcomes(backend: str = "pandas") -> Panel:
    """Load outcomes of the Sustainable Development Goals and controls: 193 countries x 2000...2024 x 32.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}
        Library of the frames made from the panel.

    Returns
    -------
    Panel
        NaN is missing; surveys such as poverty exist in some years only, see :meth:`Panel.latest`. In
        ``indicator_info``, sdg_goal is the goal or "control", direction +1 where more is better, -1 where
        less is, 0 for controls, and concept what the series shares with an index.

    Examples
    --------
    >>> from egov_index import datasets
    >>> datasets.sdg_outcomes().about("gini")["sdg_goal"]
    '10'
    """
    info = _meta("sdg_outcomes_meta")
    info["unit"] = [datasets_text.OUTCOME_UNITS[str(name)] for name in info["indicator"]]
    return _panel("sdg_outcomes", "year", info["indicator"], info, backend)


def countries(backend: str = "pandas") -> Any:
    """Load the 193 member states of the United Nations.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}
        Library of the frame.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row a country by ISO 3166-1 alpha-3 code: iso3, name, world_6region, un_sdg_region, income_groups,
        un_sdg_ldc, landlocked, latitude and longitude (degrees), iso3166_1_numeric (M49). No cell is missing.

    Examples
    --------
    >>> from egov_index import datasets
    >>> frame = datasets.countries()
    >>> frame.loc[frame["iso3"] == "NAM", "name"].item()
    'Namibia'
    """
    columns: dict[str, list[Any]] = dict(_columns("countries"))
    for name in COORDINATES:
        columns[name] = [float(cell) for cell in columns[name]]
    columns["iso3166_1_numeric"] = [int(float(cell)) for cell in columns["iso3166_1_numeric"]]
    return make_frame(columns, backend)


LOADERS: dict[str, Callable[[str], Panel]] = {
    "un_egov_survey": un_egov_survey,
    "ict_human_capital": ict_human_capital,
    "sdg_outcomes": sdg_outcomes,
}


def names() -> tuple[str, ...]:
    """Name the panels that :func:`load` knows.

    Returns
    -------
    tuple of str
        Names of the loaders.

    Examples
    --------
    >>> from egov_index import datasets
    >>> datasets.names()
    ('un_egov_survey', 'ict_human_capital', 'sdg_outcomes')
    """
    return tuple(LOADERS)


def load(name: str, backend: str = "pandas") -> Panel:
    """Load a panel by its name.

    Parameters
    ----------
    name : str
        One of :func:`names`.
    backend : {"pandas", "polars", "pyarrow"}
        Library of the frames made from the panel.

    Returns
    -------
    Panel
        What the function of that name returns.

    Raises
    ------
    SpecError
        If the name is unknown.

    Examples
    --------
    >>> from egov_index import datasets
    >>> datasets.load("sdg_outcomes").shape
    (193, 25, 32)
    """
    if name not in LOADERS:
        raise SpecError(Fault("dataset", repr(name), nearest(name, LOADERS)))
    return LOADERS[name](backend)


def describe_markdown() -> str:
    """Write ``docs/data.md``: each table and column with source, terms, unit and the share observed.

    Returns
    -------
    str
        Markdown; shares, years and ranges are counted afresh.

    Examples
    --------
    >>> from egov_index import datasets
    >>> print(datasets.describe_markdown().splitlines()[0])
    # Embedded data
    """
    return datasets_text.document({name: load(name) for name in names()}, _columns("countries"))


def _columns(name: str) -> dict[str, list[str]]:
    """Read a table as text: no mark of missing is understood, so that codes such as NA stay codes."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return {column: list(cells) for column, cells in zip(header, zip(*rows, strict=True), strict=True)}


def _panel(name: str, period: str, indicators: Any, info: dict[str, list[Any]], backend: str) -> Panel:
    """Read a table of codes, periods and numbers; an empty cell is missing."""
    columns, known = _columns(name), _columns("countries")
    units = known["iso3"]
    times = sorted({int(time) for time in columns[period]})
    unit_at = {unit: at for at, unit in enumerate(units)}
    time_at = {str(time): at for at, time in enumerate(times)}
    rows = [unit_at[unit] for unit in columns["iso3"]], [time_at[time] for time in columns[period]]
    values = np.full((len(units), len(times), len(indicators)), np.nan)
    for k, indicator in enumerate(indicators):
        values[*rows, k] = [float(cell or "nan") for cell in columns[indicator]]
    return Panel(
        values,
        units,
        times,
        indicators,
        notes=datasets_text.NOTES[name],
        groups={scheme: known[scheme] for scheme in SCHEMES},
        unit_names=dict(zip(units, known["name"], strict=True)),
        indicator_info=info,
        unit_label="iso3",
        period_label="year",
        backend=backend,
    )


def _meta(name: str) -> dict[str, list[Any]]:
    """Read what is known of the columns of a table: numbers as numbers, empty cells as None."""
    columns = _columns(name)
    info: dict[str, list[Any]] = {"indicator": list(columns.pop("column"))}
    for column, cells in columns.items():
        as_number = _NUMBERS.get(column, str)
        info[column] = [as_number(cell) if cell else None for cell in cells]
    return info


_NUMBERS: dict[str, Callable[[str], Any]] = {
    "direction": int,
    "first_year": int,
    "last_year": int,
    "lower": float,
    "upper": float,
}
