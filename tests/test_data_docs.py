"""docs/data.md is true to the data: each column is there, with the share that is observed."""

import csv
from pathlib import Path

import pytest

from egov_index import datasets

PAGE = Path(__file__).parents[1] / "docs" / "data.md"
TABLES = [*datasets.names(), "countries"]
KEYS = {"iso3", "year", "edition", "country"}


def columns_of(name):
    with (datasets.FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return dict(zip(header, zip(*rows, strict=True), strict=True))


def rows_of(name):
    """Rows of the page's table on a file, by column name."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {name}.csv\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return {line[0].strip("`"): dict(zip(lines[0], line, strict=False)) for line in lines[2:]}


def test_the_page_is_as_written_by_the_package():
    text = datasets.describe_markdown()
    assert PAGE.read_text(encoding="utf-8") == text, (
        "write docs/data.md anew from datasets.describe_markdown()"
    )


@pytest.mark.parametrize("name", TABLES)
def test_each_column_is_there_with_its_share(name):
    columns, rows = columns_of(name), rows_of(name)
    assert set(rows) == set(columns) - (KEYS if name != "countries" else set())
    for column, row in rows.items():
        share = sum(cell != "" for cell in columns[column]) / len(columns[column])
        assert row["observed"] == f"{100 * share:.1f} %", column


@pytest.mark.parametrize("name", datasets.names())
def test_each_column_has_source_terms_vintage_unit_and_range(name):
    columns = columns_of(name)
    for column, row in rows_of(name).items():
        assert all(row[key] for key in ("source", "terms", "vintage", "unit", "direction")), column
        numbers = [float(cell) for cell in columns[column] if cell]
        assert float(row["smallest"]) == min(numbers) and float(row["largest"]) == max(numbers), column
        units = {unit for unit, cell in zip(columns["iso3"], columns[column], strict=True) if cell}
        assert int(row["countries"]) == len(units), column


def test_keys_and_meta_columns_are_explained():
    keys = PAGE.read_text(encoding="utf-8").split("## Keys and meta files")[1]
    for path in sorted(datasets.FOLDER.glob("*_meta.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            assert all(f"`{column}`" in keys for column in next(csv.reader(file))), path.name
    assert all(f"`{key}`" in keys for key in KEYS)


def test_oddities_said_are_so():
    def value(name, unit, period, indicator):
        return datasets.load(name).select(unit, period, indicator).values.item()

    assert value("un_egov_survey", "FSM", 2003, "hci") == 1.422
    assert value("un_egov_survey", "TUV", 2003, "hci") == 1.03
    assert value("sdg_outcomes", "CAF", 2010, "under5_mortality") == 478.93
    assert value("sdg_outcomes", "CAF", 2023, "under5_mortality") == 387.44
    assert value("sdg_outcomes", "HTI", 2011, "under5_mortality") == 136.67
    assert value("sdg_outcomes", "BHR", 2023, "electricity_use") == 0
    assert value("sdg_outcomes", "AFG", 2001, "girls_to_boys_school") == 0
    literacy = datasets.ict_human_capital().select(indicators="adult_literacy")
    never = [u for u, unit in enumerate(literacy.units) if not (literacy.values[u] > 0).any()]
    rich = [u for u in never if literacy.groups["income_groups"][u] == "high_income"]
    assert (len(never), len(rich)) == (43, 32)
