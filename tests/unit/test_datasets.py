"""The embedded panels: shapes, published numbers, labels, and how quickly they load."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import egov_index as egov
from egov_index import datasets
from egov_index.errors import SpecError
from egov_index.report import report

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("EGOV_SHARED", ROOT.parent / "shared"))
EDITIONS = (2003, 2004, 2005, 2008, 2010, 2012, 2014, 2016, 2018, 2020, 2022, 2024)


def test_survey():
    panel = datasets.un_egov_survey()
    assert panel.shape == (193, 12, 6) and panel.periods == EDITIONS
    assert panel.indicators == ("osi", "tii", "hci", "epi", "egdi", "rank")
    denmark = panel.select("DNK", 2024).values.ravel()
    assert denmark[4] == 0.98474 and denmark[5] == 1
    scored = (panel.column("egdi") > 0).sum(axis=0)
    assert scored.tolist() == [173, 178, 179, 182, 183, 190] + [193] * 6


def test_survey_keeps_zeros_and_holes_as_published():
    panel = datasets.un_egov_survey()
    assert not np.isnan(panel.select(indicators=["osi", "tii", "hci", "epi", "egdi"]).values).any()
    assert np.isnan(panel.select("MNE", [2003, 2004, 2005], "rank").values).all()
    assert np.isnan(panel.column("rank")).sum() == 3 + 5
    assert panel.select("FSM", 2003, "hci").values.item() == 1.422
    mean = panel.select(periods=2024, indicators="egdi").values.mean()
    assert round(mean, 4) == 0.6382  # METHODOLOGY.md: world mean


def test_access_and_schooling():
    panel = datasets.ict_human_capital()
    assert panel.shape == (193, 25, 13) and panel.periods == tuple(range(2000, 2025))
    share = (1 - panel.missing().set_index("indicator")["share"]).mul(100).round()
    assert share[["internet_users", "mobile_cellular", "fixed_broadband", "adult_literacy"]].tolist() == [
        93,
        94,
        80,
        18,
    ]
    assert panel.about("internet_users") == {
        "concept": "internet_use",
        "unit": "%",
        "lower": 0.0,
        "upper": 100.0,
        "sdg_indicator": "17.8.1",
        "source": "Gapminder Systema Globalis",
        "sdg_goal": "17",
        "direction": 1,
    }


def test_outcomes():
    panel = datasets.sdg_outcomes()
    assert panel.shape == (193, 25, 32)
    info = panel.indicator_info.set_index("indicator")
    assert info.loc["gini", ["sdg_goal", "direction"]].tolist() == ["10", -1]
    assert (info["sdg_goal"] == "control").sum() == 5 and set(info["direction"]) == {-1, 0, 1}
    assert info["unit"].notna().all() and info["source"].notna().all()
    assert panel.select("AFG", 2000, "under5_mortality").values.item() == 135.76


@pytest.mark.parametrize("name", datasets.names())
def test_panels_carry_labels_and_join(name):
    panel = datasets.load(name)
    assert set(panel.groups) == {
        "income_groups",
        "world_6region",
        "un_sdg_region",
        "un_sdg_ldc",
        "landlocked",
    }
    assert all(label is not None for labels in panel.groups.values() for label in labels)
    assert panel.unit_names["NAM"] == "Namibia" and len(panel.unit_names) == 193
    assert (panel.unit_label, panel.period_label) == ("iso3", "year")
    assert panel.groups["income_groups"][panel.units.index("EST")] == "high_income"
    assert isinstance(datasets.load(name, backend="polars").missing(), pl.DataFrame)
    assert datasets.load(name) == panel


def test_the_three_join():
    panels = [datasets.load(name) for name in datasets.names()]
    both = panels[0].join(panels[1]).join(panels[2])
    assert both.shape == (193, 25, 6 + 13 + 32)
    assert both.about("hci")["concept"] == "literacy;schooling" and both.about("gini")["sdg_goal"] == "10"


def test_countries():
    frame = datasets.countries()
    assert list(frame.columns) == [
        "iso3", "name", "world_6region", "un_sdg_region", "income_groups", "un_sdg_ldc", "landlocked",
        "latitude", "longitude", "iso3166_1_numeric",
    ]  # fmt: skip
    assert len(frame) == 193 and not frame.isna().any().any()
    assert frame.set_index("iso3").loc["NAM", ["name", "iso3166_1_numeric"]].tolist() == ["Namibia", 516]
    assert frame["latitude"].dtype == np.float64 and frame["iso3166_1_numeric"].dtype == np.int64
    assert isinstance(datasets.countries("polars"), pl.DataFrame)


def test_unknown_names_are_refused():
    with pytest.raises(SpecError, match="nearest valid name is 'sdg_outcomes'"):
        datasets.load("sdg_outcome")


@pytest.mark.parametrize("name", datasets.names())
def test_numbers_are_those_of_the_file(name):
    frame = pd.read_csv(datasets.FOLDER / f"{name}.csv", keep_default_na=False, na_values=[""])
    frame = frame.rename(columns={"edition": "year"}).set_index(["iso3", "year"])
    panel = datasets.load(name)
    expected = frame.loc[pd.MultiIndex.from_product([panel.units, panel.periods]), list(panel.indicators)]
    np.testing.assert_array_equal(
        panel.values.reshape(-1, len(panel.indicators)), expected.to_numpy(dtype=float)
    )


@pytest.mark.parametrize("path", sorted(datasets.FOLDER.glob("*.csv")), ids=lambda path: path.name)
def test_files_are_those_of_the_reference_folder(path):
    reference = SHARED / "data" / path.name
    if not reference.exists():
        pytest.skip(f"{reference} is not there; set EGOV_SHARED to the folder with reference files")
    assert path.read_bytes() == reference.read_bytes()


def test_panels_load_quickly_and_without_data_frame_libraries():
    code = """
import json, sys, time
from egov_index import datasets
seconds = {}
for name in datasets.names():
    runs = []
    for _ in range(5):
        start = time.process_time()
        datasets.load(name)
        runs.append(time.process_time() - start)
    seconds[name] = min(runs)
print(json.dumps([seconds, sorted({"pandas", "polars", "pyarrow"} & set(sys.modules))]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, imported = json.loads(done.stdout)
    assert imported == []
    assert max(seconds.values()) < 0.2, seconds


def test_notes_name_sources_and_terms_and_stay_with_the_data():
    notes = {name: " ".join(datasets.load(name).notes) for name in datasets.names()}
    assert "UN DESA, E-Government Survey data (EGOVKB)" in notes["un_egov_survey"]
    assert "attribution to UN DESA" in notes["un_egov_survey"]
    for name in ("ict_human_capital", "sdg_outcomes"):
        assert "Gapminder Systema Globalis, March 2026; CC BY 4.0" in notes[name]
        assert "UNDP, Human Development Report 2023/24; CC BY 3.0 IGO" in notes[name]
    panels = [datasets.load(name).select(periods=[2010, 2012]) for name in datasets.names()]
    joined = panels[0].join(panels[1]).join(panels[2])
    assert {note for panel in panels for note in panel.notes} <= set(joined.notes)
    result = egov.preset("egdi-2022").score(datasets.un_egov_survey())
    assert "attribution to UN DESA" in report(result)
