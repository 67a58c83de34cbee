"""Groups of countries, however they are given."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import egov_index as egov
from egov_index import DataError, Panel, SpecError
from egov_index.naming import counted
from egov_index.outcomes import heterogeneity

RNG = np.random.default_rng(5)
UNITS = [f"U{k:02}" for k in range(40)]
X, Y = RNG.normal(size=(2, 40, 1, 1))
GROUP = {unit: ("low", "high")[k % 2] for k, unit in enumerate(UNITS)}


class Catalog:
    """Has items, and is no mapping."""

    def items(self):
        return iter(GROUP.items())


def found(by, **groups):
    scores = Panel(X, UNITS, [2020], ["x"], groups=groups or None)
    return heterogeneity(scores, Panel(Y, UNITS, [2020], ["y"]), by, resamples=0, minimum=0)


@pytest.mark.parametrize(
    "by",
    [
        pd.Series(GROUP),
        pd.Series(GROUP, name="tier").rename_axis("iso3").iloc[::-1],
        pd.Series(GROUP, dtype="category"),
        Catalog(),
        pl.DataFrame({"iso3": list(GROUP), "tier": list(GROUP.values())}),
        pd.DataFrame({"tier": GROUP}).rename_axis("iso3"),
    ],
    ids=["series", "turned", "categories", "items", "polars", "indexed"],
)
def test_what_gives_a_group_for_each_unit(by):
    assert found(by).to_frame().equals(found(GROUP).to_frame()) and not found(by).notes


def test_units_without_a_group_are_counted():
    some = {unit: name for unit, name in GROUP.items() if unit >= "U05"}
    assert found(some).notes == ("5 units without a group left out: U00, U01, U02 and 2 more",)
    holed = pd.Series(GROUP).where(pd.Series(GROUP).index != "U07")
    assert found(holed).notes == ("1 unit without a group left out: U07",)
    assert "U07" in found(holed).explain()


def test_words_for_groupings_of_countries():
    survey, sdg = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()

    def groups(by, scores=survey):
        return heterogeneity(scores, sdg, by, nodes="egdi", only="gini", resamples=0).to_frame()["group"]

    for word, scheme in {
        "income": "income_groups",
        "income_group": "income_groups",
        "ldc": "un_sdg_ldc",
    }.items():
        assert groups(word).equals(groups(scheme))
    own = survey.replace(groups={**survey.groups, "income": ["a", "b"] * 96 + ["a"]})
    assert set(groups("income", own)) == {"a", "b"}  # the index's own grouping comes first


@pytest.mark.parametrize("word", ["region", "lldc", "sids", "incomes"])
def test_unknown_groupings_list_the_valid_ones_once(word):
    survey = egov.datasets.un_egov_survey()
    with pytest.raises(SpecError) as caught:
        heterogeneity(survey, egov.datasets.sdg_outcomes(), word)
    text = str(caught.value)
    assert f"by: unknown grouping {word!r}" in text
    assert all(text.count(name) == 1 for name in survey.groups)


def test_unknown_groupings_of_other_units():
    with pytest.raises(SpecError, match="unknown grouping 'tiers'; one of tier"):
        found("tiers", tier=list(GROUP.values()))
    with pytest.raises(SpecError, match="no grouping: a mapping or Series from unit to group"):
        found("income")


@pytest.mark.parametrize(
    ("by", "error", "words"),
    [
        (pd.Series(list(GROUP.values())), DataError, "units of the index: U00"),
        (pd.concat([pd.Series(GROUP), pd.Series(GROUP)]), DataError, "twice: U00, U01, U02 and 37 more"),
        (pl.Series(list(GROUP.values())), SpecError, "a polars Series without names of units; the name of a"),
        (3, SpecError, "a int without names of units"),
        (None, SpecError, "a NoneType without"),
    ],
    ids=["positions", "twice", "polars", "number", "none"],
)
def test_what_gives_no_groups(by, error, words):
    with pytest.raises(error, match=words):
        found(by)


def test_things_are_counted_in_words():
    assert counted(0, "pair") == "0 pairs" and counted(1, "pair") == "1 pair"
    assert "2 groups" in repr(found(GROUP)) and "in 1 group," in repr(found(dict.fromkeys(UNITS, "all")))
