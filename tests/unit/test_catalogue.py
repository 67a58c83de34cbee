"""The tables of methods as frames and rows, and choices checked against them."""

import math

import pytest

import egov_index as egov
from egov_index import SpecError, _core, catalogue


def test_the_tables_of_all_stages():
    table = egov.methods()
    assert list(table) == ["stage", "name", "sentence", "parameters", "needs", "gives", "citation"]
    assert tuple(dict.fromkeys(table["stage"])) == catalogue.stages()
    assert len(table) == sum(len(rows) for rows in _core.methods().values())
    assert not table.duplicated(["stage", "name"]).any()
    assert table["sentence"].str.endswith(".").all()
    cited = table[~table["name"].isin(["none", "given"])]
    assert (cited["citation"].str.len() > 10).all()


def test_one_stage_and_its_words():
    table = egov.methods("normalize").set_index("name")
    assert table.loc["minmax", "parameters"] == "low=0, high=1"
    assert table.loc["minmax", "needs"] == "variation" and table.loc["minmax", "gives"] == "range"
    assert table.loc["rank", "parameters"] == "ties=average"
    assert "goalposts" in table.index


def test_every_row_declares_its_parameters_fully():
    for stage in catalogue.stages():
        for item in catalogue.rows(stage):
            for param in item["params"]:
                assert param["sentence"].endswith(".") and param["lower"] <= param["upper"]
                assert (param["kind"] == "option") == bool(param["options"])
                default = param["default"]
                if not math.isnan(default):
                    assert param["lower"] <= default <= param["upper"]


def test_unknown_stages_and_methods_are_named_with_the_nearest():
    with pytest.raises(SpecError, match="'normalize'"):
        egov.methods("normalise")
    with pytest.raises(SpecError, match="'winsorize'"):
        catalogue.row("treat", "winsorise")
    with pytest.raises(SpecError, match="'impute'"):
        catalogue.row("inpute", "mean")


def test_numbers_for_the_core():
    assert catalogue.numeric("normalize", egov.choice("rank", ties="max")) == {"ties": 2.0}
    assert catalogue.numeric("normalize", egov.choice("goalposts", lower=1, truncate=False)) == {
        "lower": 1.0,
        "truncate": 0.0,
    }
    grouped = egov.choice("group_mean", by="region")
    assert catalogue.numeric("impute", grouped) == {} and catalogue.grouping("impute", grouped) == "region"
    assert catalogue.grouping("impute", egov.choice("mean")) is None


def test_faults_have_their_place():
    found = catalogue.faults_of(
        "normalize", egov.choice("minmax", low="a", hgh=2, rescale=(5, 1)), "recipe.normalize"
    )
    assert {fault.place for fault in found} == {
        "recipe.normalize.low",
        "recipe.normalize.hgh",
        "recipe.normalize.rescale",
    }
    assert "'high'" in next(fault.right for fault in found if fault.place.endswith("hgh"))
