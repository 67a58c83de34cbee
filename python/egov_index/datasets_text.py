"""Words about the embedded data: units, terms, notes and oddities, and the document made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .panel import Panel

_SURVEY_SOURCE = "UN DESA, E-Government Survey data (EGOVKB)"
_ACCESS = "internet_use;mobile;broadband;telephone"
_SCHOOL = "literacy;schooling"
_ALL = f"online_service;{_ACCESS};{_SCHOOL}"

# What is known of the survey's columns, in the order of the panel. Concepts are joined by semicolons.
SURVEY_INFO: tuple[dict[str, object], ...] = tuple(
    {
        "indicator": indicator,
        "title": title,
        "concept": concept,
        "unit": unit,
        "sdg_goal": None,
        "direction": direction,
        "lower": lower,
        "upper": upper,
        "source": _SURVEY_SOURCE,
        "components": "osi;tii;hci" if indicator == "egdi" else None,
        "not_scored": 0.0 if indicator == "egdi" else None,
    }
    for indicator, title, concept, unit, direction, lower, upper in (
        ("osi", "Online Service Index", "online_service", "index 0..1", 1, 0.0, 1.0),
        ("tii", "Telecommunication Infrastructure Index", _ACCESS, "index 0..1", 1, 0.0, 1.0),
        ("hci", "Human Capital Index", _SCHOOL, "index 0..1", 1, 0.0, 1.0),
        ("epi", "E-Participation Index", "online_service", "index 0..1", 1, 0.0, 1.0),
        (
            "egdi",
            "E-Government Development Index",
            _ALL,
            "index 0..1",
            1,
            0.0,
            1.0,
        ),
        ("rank", "Rank by EGDI", _ALL, "rank, 1 is best", -1, 1.0, None),
    )
)

OUTCOME_UNITS: dict[str, str] = {
    "extreme_poverty": "% of people below 3.00 dollars a day",
    "child_underweight": "% of children under 5",
    "under5_mortality": "deaths per 1,000 born",
    "primary_completion": "% of the age group",
    "girls_to_boys_school": "ratio of girls to boys",
    "basic_water": "% of people",
    "basic_sanitation": "% of people",
    "electricity_use": "kWh per person",
    "labour_productivity": "GDP per person employed, inflation-adjusted US dollars",
    "youth_unemployment": "% of the labor force aged 15-24",
    "gini": "Gini index 0..100",
    "co2_intensity": "kg CO2 per 2021 PPP dollar of GDP",
    "forest_cover": "% of land",
    "homicide": "per 100,000 people",
    "democracy_score": "score -10..10",
    "maternal_mortality": "deaths per 100,000 live births",
    "life_expectancy": "years",
    "adolescent_births": "per 1,000 women aged 15-19",
    "secondary_education_female": "% of women aged 25 and over",
    "secondary_education_male": "% of men aged 25 and over",
    "gender_inequality": "index 0..1",
    "women_in_parliament": "% of seats",
    "female_labour_force": "% of women aged 15 and over",
    "human_inequality": "coefficient, %",
    "material_footprint": "tonnes per person",
    "co2_per_person": "tonnes per person",
    "hdi": "index 0..1",
    "population_millions": "millions of people",
    "gni_per_capita_ppp": "PPP dollars",
    "gdp_per_capita": "inflation-adjusted US dollars",
    "urban_share": "% of people",
    "median_age": "years",
}

_OPEN_SOURCES = (
    "source: Gapminder Systema Globalis, March 2026; CC BY 4.0",
    "source: UNDP, Human Development Report 2023/24; CC BY 3.0 IGO",
)

# Shown by Panel.notes.
NOTES: dict[str, tuple[str, ...]] = {
    "un_egov_survey": (
        "source: UN DESA, E-Government Survey data (EGOVKB), files of each edition through 2024; "
        "UN data, attribution to UN DESA",
        "UN E-Government Survey: zeros are kept as published; before 2014 an EGDI of 0 means not scored",
        "UN E-Government Survey: every score is relative to the other countries of its edition",
    ),
    "ict_human_capital": (
        *_OPEN_SOURCES,
        "ITU's published series contain its own estimates, so they are smooth",
    ),
    "sdg_outcomes": _OPEN_SOURCES,
}

_TERMS = {
    "UN DESA": "UN data, attribution to UN DESA",
    "Gapminder": "CC BY 4.0",
    "UNDP HDR": "CC BY 3.0 IGO",
}
_VINTAGES = {
    "UN DESA": "files of each edition through 2024",
    "Gapminder": "March 2026",
    "UNDP HDR": "2023/24",
}

_TABLES = {
    "un_egov_survey": "The UN E-Government Survey's indices as published, "
    "`egov_index.datasets.un_egov_survey()`.",
    "ict_human_capital": "Access to ICT and schooling, `egov_index.datasets.ict_human_capital()`. "
    "Gapminder's series of access are ITU's and of literacy UNESCO's, through the World Development "
    "Indicators.",
    "sdg_outcomes": "Outcomes of the Sustainable Development Goals and controls, "
    "`egov_index.datasets.sdg_outcomes()`. Goal `control` marks what an analysis holds constant.",
}

ODDITIES: dict[str, dict[str, str]] = {
    "un_egov_survey": {
        "osi": "0 in 2003-2005 and 2012 where the country was not scored",
        "hci": "Micronesia 1.422 and Tuvalu 1.03 in 2003; 0 in 2008 and 2010 where not scored",
        "epi": "part of the questions behind osi: the two correlate at .94-.98",
        "egdi": "0 before 2014: not scored; Cambodia and Cameroon 2008 do not follow from their components",
        "rank": "none for Montenegro 2003-2005 and South Sudan 2003-2010, which did not exist; in 2020 "
        "published values do not order Andorra, Hungary, North Macedonia and Timor-Leste",
    },
    "ict_human_capital": {
        "fixed_telephone": "Monaco above 100 in most years",
        "adult_literacy": "holes are not random: of the 43 countries without any value 32 are high-income",
        "adult_literacy_female": "holes as those of adult_literacy",
        "adult_literacy_male": "holes as those of adult_literacy",
    },
    "sdg_outcomes": {
        "extreme_poverty": "surveys, in some years only",
        "gini": "surveys, in some years only",
        "under5_mortality": "Central African Republic 478.93 in 2010, 387.44 in 2023; Haiti 136.67 in 2011",
        "electricity_use": "Bahrain 0 in 2023 after 22,689.2 in 2022",
        "girls_to_boys_school": "Afghanistan 0 in 2001",
        "material_footprint": "North Korea near 0 in the few years it has",
        "women_in_parliament": "no value is 0: the smallest, 0.01, stands several times",
    },
}

_COUNTRIES = {
    "iso3": "ISO 3166-1 alpha-3 code",
    "name": "name, as Gapminder writes it",
    "world_6region": "region of the World Bank, six",
    "un_sdg_region": "region of the UN's SDG reports, eight",
    "income_groups": "income group of the World Bank",
    "un_sdg_ldc": "whether least developed",
    "landlocked": "landlocked or with a coastline",
    "latitude": "degrees north",
    "longitude": "degrees east",
    "iso3166_1_numeric": "ISO 3166-1 numeric code (M49)",
}

_HEAD = """# Embedded data

Written by `egov_index.datasets.describe_markdown()`; a test holds this page against the data.

Published figures of the 193 member states of the United Nations, collected on 2026-11-21 and kept as
published: UTF-8 CSV, `.` decimals, an empty cell is missing. Values outside the survey carry six
significant digits. Countries are ISO 3166-1 alpha-3 codes; code columns are read without marks of
missing, so that `NA` stays a code. Active mobile broadband, gross enrolment and price baskets are not
here: no open table held them.

Columns of the tables below: the share of cells (countries x periods) observed, countries with any value,
first and last period with one, smallest and largest value; direction +1 where more is better, -1 where
less is, 0 for controls. Concepts say what a series shares with an index, joined by `;`; the overlap
guard of `egov_index.outcomes` reads them.
"""


_KEYS = """## Keys and meta files

| file | column | meaning |
| --- | --- | --- |
| un_egov_survey.csv | `edition` | year of the edition; the panel's period |
| un_egov_survey.csv | `country` | name as the UN writes it; the panel has the names of countries.csv |
| ict_human_capital.csv, sdg_outcomes.csv | `year` | calendar year; the panel's period |
| the three panels | `iso3` | ISO 3166-1 alpha-3 code; the panel's unit |
| both meta files | `column`, `concept`, `source` | indicator, shared input, origin |
| ict_human_capital_meta.csv | `unit`, `lower`, `upper`, `sdg_indicator` | unit, bounds, SDG indicator |
| sdg_outcomes_meta.csv | `sdg_goal`, `direction`, `first_year`, `last_year` | as above |
"""


def document(panels: Mapping[str, Panel], countries: Mapping[str, Sequence[str]]) -> str:
    """Write the page on embedded data.

    Parameters
    ----------
    panels : mapping of str to Panel
        The embedded panels by name.
    countries : mapping of str to sequence of str
        Columns of the table of countries.

    Returns
    -------
    str
        Markdown.
    """
    parts = [_HEAD, *(_table(name, panel) for name, panel in panels.items()), _countries(countries), _KEYS]
    return "\n".join(parts)


def _table(name: str, panel: Panel) -> str:
    units, periods, indicators = panel.shape
    lines = [
        f"## {name}.csv",
        "",
        f"{_TABLES[name]} {units} countries x {periods} periods ({panel.periods[0]} ... "
        f"{panel.periods[-1]}) x {indicators} indicators.",
        "",
    ]
    lines += [f"- {note}." for note in panel.notes] + [""] * bool(panel.notes)
    lines += _rows(
        "column | source | terms | vintage | concept | unit | SDG | direction | observed | countries | "
        "periods | smallest | largest | oddities",
        [_row(name, panel, indicator) for indicator in panel.indicators],
    )
    return "\n".join([*lines, ""])


def _row(name: str, panel: Panel, indicator: str) -> list[str]:
    known = panel.about(indicator)
    source = str(known["source"])
    origin = next(word for word in _TERMS if source.startswith(word))
    observed = ~np.isnan(panel.column(indicator))
    held = [panel.periods[at] for at in np.flatnonzero(observed.any(axis=0)).tolist()]
    return [
        f"`{indicator}`",
        source,
        _TERMS[origin],
        _VINTAGES[origin],
        str(known.get("concept", "")),
        str(known["unit"]),
        str(known.get("sdg_indicator", known.get("sdg_goal", ""))),
        f"{known['direction']:+d}" if known["direction"] else "0",
        f"{100 * observed.mean():.1f} %",
        str(int(observed.any(axis=1).sum())),
        f"{held[0]}-{held[-1]}",
        f"{np.nanmin(panel.column(indicator)):.6g}",
        f"{np.nanmax(panel.column(indicator)):.6g}",
        ODDITIES[name].get(indicator, ""),
    ]


def _countries(columns: Mapping[str, Sequence[str]]) -> str:
    rows = []
    for name, meaning in _COUNTRIES.items():
        observed = sum(cell != "" for cell in columns[name]) / len(columns[name])
        rows.append([f"`{name}`", meaning, f"{100 * observed:.1f} %", str(len(set(columns[name])))])
    lines = [
        "## countries.csv",
        "",
        f"Countries and their groups, `egov_index.datasets.countries()`. {len(columns['iso3'])} rows, "
        "groups as of the vintage. "
        f"Source Gapminder Systema Globalis, {_VINTAGES['Gapminder']}, {_TERMS['Gapminder']}. "
        "No column has an SDG goal or a direction.",
        "",
        *_rows("column | concept and unit | observed | distinct values", rows),
        "",
    ]
    return "\n".join(lines)


def _rows(head: str, rows: Sequence[Sequence[str]]) -> list[str]:
    names = head.split(" | ")
    cells = [names, ["---"] * len(names), *rows]
    return ["| " + " | ".join(row) + " |" for row in cells]
