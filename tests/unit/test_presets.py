import csv
import re
import tomllib
from importlib import import_module, resources
from pathlib import Path

import jsonschema
import pytest

from egov_index import datasets, spec
from egov_index.errors import SpecError
from egov_index.framework import Framework
from egov_index.recipe import Recipe

presets = import_module("egov_index.presets")  # egov_index.presets itself is the function
NAMES = presets.names()
EDITIONS = [name for name in NAMES if re.fullmatch(r"egdi-\d{4}", name)]
OPEN = """
egdi
osi parent=egdi normalize=none impute=none
tii parent=egdi normalize=minmax
internet_users parent=tii lag=2
mobile_cellular parent=tii lag=2 cap=120
fixed_broadband parent=tii lag=2
hci parent=egdi normalize=minmax
adult_literacy parent=hci lag=2
expected_schooling parent=hci lag=2
mean_schooling parent=hci lag=2
"""


def described(node, usual):
    told = [node.code]
    for name in ("parent", "lag", "cap", "normalize", "impute", "weight", "direction"):
        value = getattr(node, name)
        if value != getattr(usual, name):
            text = (
                ",".join(map(str, value))
                if isinstance(value, tuple)
                else f"{value:g}"
                if name in ("lag", "cap")
                else value
            )
            told.append(f"{name}={text}")
    return " ".join(map(str, told))


@pytest.mark.parametrize("name", NAMES)
def test_files_are_in_canonical_form(name, tmp_path):
    text = presets.text(name)
    index = presets.preset(name)
    assert spec.to_text(index) == text
    index.to_file(tmp_path / "again.toml")
    assert (tmp_path / "again.toml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", NAMES)
def test_files_fit_the_schema(name):
    jsonschema.validate(tomllib.loads(presets.text(name)), spec.schema())


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_is_and_needs_embedded_data_only(name):
    index = presets.preset(name)
    assert index.name == name
    assert index.title and index.title != name
    assert index.analysis["note"]
    assert set(index.analysis["data"]) <= set(datasets.names())
    known = {leaf for data in index.analysis["data"] for leaf in datasets.load(data).indicators}
    assert set(index.framework.leaves) <= known


@pytest.mark.parametrize("name", EDITIONS)
def test_an_edition_is_one_file_about_its_own_period(name):
    index = presets.preset(name)
    assert index.period == int(name[-4:])
    assert index.framework.leaves == ("osi", "tii", "hci")
    assert [(group.code, group.above) for group in index.framework.groups] == [
        ("VH", 0.75),
        ("H", 0.5),
        ("M", 0.25),
        ("L", None),
    ]
    assert index.recipe == Recipe(impute="none", normalize="none", aggregate="arithmetic")
    notes = " ".join(index.analysis["note"]).lower()
    assert "derived" in notes and ("published" in notes or "unconfirmed" in notes)


def test_weights_codes_and_digits_of_the_editions():
    trees = {int(name[-4:]): presets.preset(name).framework for name in EDITIONS}
    assert list(trees) == [2003, 2004, 2005, 2008, 2010, 2012, 2014, 2016, 2018, 2020, 2022, 2024]
    unequal = {year for year, tree in trees.items() if tree["osi"].weight != tree["tii"].weight}
    assert unequal == {2008, 2010}
    assert [trees[2008][code].weight for code in ("osi", "tii", "hci")] == [0.34, 0.33, 0.33]
    zero = {(year, node.code) for year, tree in trees.items() for node in tree.nodes if node.not_scored == 0}
    assert zero == {(2003, "osi"), (2004, "osi"), (2005, "osi"), (2008, "hci"), (2010, "hci"), (2012, "osi")}
    digits = {year: tree.rank_digits for year, tree in trees.items()}
    assert digits == dict.fromkeys(range(2003, 2006), 5) | dict.fromkeys(
        (2008, 2010, 2012, 2014, 2016), 5
    ) | {
        2018: 4,
        2020: 4,
        2022: 4,
        2024: None,
    }


def test_concepts_are_those_of_the_meta_files():
    concepts = set()
    for path in datasets.FOLDER.glob("*_meta.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            concepts |= {row["concept"] for row in csv.DictReader(file)}
    for name in EDITIONS:
        tree = presets.preset(name).framework
        assert {tree["tii"].concept, tree["hci"].concept} <= concepts
        assert tree["osi"].concept == "online_services"


def test_egdi_open_is_as_promised():
    index = presets.preset("egdi-open")
    usual = Framework([{"code": "egdi"}, {"code": "x", "parent": "egdi"}]).nodes[0]
    assert [described(node, usual) for node in index.framework.nodes] == OPEN.strip().splitlines()
    group_mean = {"method": "group_mean", "by": "income_groups"}
    chain = ["linear", "locf", group_mean, "mean"]
    assert index.recipe == Recipe(impute=chain, treat="none", normalize="zscore", aggregate="arithmetic")
    assert (index.period, index.framework.rank_digits) == (2022, 4)
    tables = index.analysis
    assert (tables["uncertainty"]["draws"], tables["uncertainty"]["seed"]) == (4096, 1)
    assert tables["uncertainty"]["impute"][0] == chain
    assert [one["rescale"] for one in tables["uncertainty"]["normalize"]] == [[1, 100]] * 3
    assert tables["sensitivity"] == {"n": 2048, "replicates": 8, "output": "rank_shift"}
    assert tables["outcomes"]["nodes"] == ["egdi", "osi", "tii", "hci"]
    assert tables["compare"] == {"data": ["un_egov_survey"], "indicator": "egdi"}


def test_presets_are_listed():
    table = presets.presets()
    assert table["name"].tolist() == NAMES
    assert table["title"].is_unique
    files = {
        Path(str(file)).stem for file in resources.files(presets).iterdir() if str(file).endswith(".toml")
    }
    assert files == set(NAMES)


def test_an_unknown_preset_is_told_the_nearest():
    with pytest.raises(SpecError, match="the nearest valid name is 'egdi-2022'"):
        presets.preset("egdi2022")


def test_a_new_edition_is_one_new_file(tmp_path, monkeypatch):
    for name in NAMES:
        (tmp_path / f"{name}.toml").write_text(presets.text(name), encoding="utf-8")
    new = presets.text("egdi-2024").replace("2024", "2026")
    (tmp_path / "egdi-2026.toml").write_text(new, encoding="utf-8")
    monkeypatch.setattr(presets.resources, "files", lambda _: tmp_path)
    assert presets.preset("egdi-2026").period == 2026
    assert "egdi-2026" in presets.presets()["name"].tolist()
