"""Where a filled value came from, in words; which auxiliaries are inside an index; a summary of what was filled."""

from importlib.util import find_spec

import numpy as np
import pytest

import egov_index as egov
from egov_index import Framework, Index, Panel, Recipe
from egov_index.trail import sentences

NAN = float("nan")
SKIPPED = {"none"} | (set() if find_spec("sklearn") else {"forest"})
TELECOM = ["internet_users", "mobile_cellular", "fixed_broadband"]
NODES = [
    {"code": "index"},
    {"code": "skills", "parent": "index"},
    {"code": "adult_literacy", "parent": "skills"},
    {
        "code": "mean_schooling",
        "parent": "skills",
        "impute": [{"method": "knn", "k": 3, "auxiliaries": ["fixed_telephone"]}, "mean"],
    },
    {"code": "use", "parent": "index"},
    {"code": "internet_users", "parent": "use"},
    {"code": "mobile_cellular", "parent": "use", "impute": ["linear", "locf", "mean"]},
]


@pytest.fixture(scope="module")
def panel():
    helping = egov.datasets.sdg_outcomes().select(indicators=["gdp_per_capita", "hdi"])
    both = egov.datasets.ict_human_capital().join(helping)
    return both.select(periods=list(range(2004, 2024)))


@pytest.fixture(scope="module")
def result(panel):
    recipe = Recipe(impute={"method": "kriging", "auxiliaries": ["gdp_per_capita"]}, normalize="zscore")
    return Index(Framework(NODES), recipe, name="test").score(panel, 2022)


def why(result, **where):
    rows = result.trail
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows["why"].tolist()


def test_never_none_in_the_words_of_any_method(panel):
    small = panel.select(indicators=["adult_literacy", "internet_users", "hdi"])
    methods = [row["name"] for row in egov.catalogue.rows("impute") if row["name"] not in SKIPPED]
    for method in methods:
        named = {"by": "income_groups"} if method.startswith("group_") else {}
        named |= {"auxiliaries": ["hdi"]} if method == "cascade" else {}
        nodes = [
            {"code": "x"},
            {"code": "adult_literacy", "parent": "x"},
            {"code": "internet_users", "parent": "x"},
        ]
        index = Index(Framework(nodes), Recipe(impute={"method": method, **named}, missing="drop-weight"))
        told = index.score(small, 2021).trail["why"]
        assert len(told) and not any("None" in text or "nan" in text or " 0 " in text for text in told), (
            method
        )
        assert any(method in text or "carried" in text or "line between" in text for text in told), method


def test_kriging_tells_its_own_observations_auxiliaries_and_standard_deviation(panel, result):
    column = panel.values[:, :, panel.indicators.index("adult_literacy")]
    for row in result.trail[result.trail["indicator"] == "adult_literacy"].itertuples():
        seen = np.flatnonzero(~np.isnan(column[panel.units.index(row.unit)]))
        if len(seen) > 1:
            start = f"kriging through {len(seen)} own observations from {2004 + seen[0]} to {2004 + seen[-1]}"
        elif len(seen):
            start = f"kriging through 1 own observation in {2004 + seen[0]}"
        else:
            start = "kriging from similar units"
        assert row.why.startswith(f"{start}, with gdp_per_capita; standard deviation ")
    assert any(
        text.startswith("kriging from similar units") for text in why(result, indicator="adult_literacy")
    )


def test_a_donor_unit_is_named(panel, result):
    told = why(result, indicator="mean_schooling", method="knn")
    names = set(panel.unit_names.values())
    assert told
    for text in told:
        if "the nearest of" in text:
            start, _, name = text.removesuffix(", with fixed_telephone").partition(", the nearest of ")
            assert start.startswith("knn of 3 nearest rows in 20") and name in names
    assert "the nearest of" in told[0]


def test_a_fallback_is_told_at_its_cells():
    values = np.array([[[5.0], [NAN]], [[5.0], [5.0]], [[5.0], [5.0]]])
    two = np.concatenate([values, np.arange(6.0).reshape(3, 2, 1)], axis=2)
    panel = Panel(two, ["A", "B", "C"], [2000, 2001], ["a", "b"])
    nodes = [{"code": "x"}, {"code": "a", "parent": "x"}, {"code": "b", "parent": "x"}]
    index = Index(Framework(nodes), Recipe(impute="kriging", normalize="none"))
    result = index.score(panel, 2001)
    assert result.imputation_notes == ("all observed values are equal",)
    assert result.trail["why"].tolist()[0].endswith("; all observed values are equal")


def test_the_words_of_a_method_that_says_nothing_of_donors(result):
    raw = {name: list(values)[:1] for name, values in result._raw_trail.items()}
    raw |= {
        "method": ["em"],
        "first": [-1],
        "last": [-1],
        "donors": [0],
        "donor": [-1],
        "sd": [NAN],
        "note": [-1],
    }
    assert sentences(raw, result)["why"] == ["em from what else is observed"]
    assert sentences(raw | {"donors": [3]}, result)["why"] == ["em from 3 observed values"]
    joint = raw | {"method": ["em"], "first": [3], "last": [3], "donors": [2]}
    assert sentences(joint, result)["why"] == ["em of 2 known values of the unit in 2007"]
    assert sentences(raw | {"method": ["svd"], "donors": [9]}, result)["why"] == [
        "svd from 9 observed values of the unit"
    ]
    assert sentences(raw | {"method": ["pmm"], "donors": [1]}, result)["why"] == [
        "pmm from 1 observed value of the indicator"
    ]


def test_a_result_knows_which_auxiliaries_filled_what(result):
    assert result.auxiliaries == ("gdp_per_capita", "fixed_telephone")
    by_kriging = dict.fromkeys(("adult_literacy", "internet_users"), ("gdp_per_capita",))
    assert result.filled_with == by_kriging | {"mean_schooling": ("fixed_telephone",)}
    assert any("values imputed, with gdp_per_capita" in note for note in result.notes)


def test_without_a_hole_no_auxiliary_is_inside(panel):
    nodes = [{"code": "x"}, {"code": "internet_users", "parent": "x"}]
    whole = panel.replace(values=np.where(np.isnan(panel.values), 50.0, panel.values))
    recipe = Recipe(impute={"method": "kriging", "auxiliaries": ["hdi"]})
    result = Index(Framework(nodes), recipe).score(whole, 2020)
    assert result.auxiliaries == () and result.filled_with == {}


def test_outcomes_that_are_inside_are_marked_by_name_and_by_concept(result):
    outcomes = egov.datasets.sdg_outcomes()
    every = outcomes.indicators  # controls too
    links = egov.outcomes.correlate(result, outcomes, only=every, resamples=0)
    assert any("knew gdp_per_capita" in note for note in links.notes)
    links = links.to_frame().set_index(["node", "outcome"])
    gdp = links.loc["index", "gdp_per_capita"]
    assert gdp["overlap"] == "gdp_per_capita"
    assert gdp["note"] == "inside the index: gdp_per_capita helped to fill adult_literacy and internet_users"
    gni = links.loc["skills", "gni_per_capita_ppp"]
    assert gni["overlap"] == "income" and gni["note"].endswith("gdp_per_capita helped to fill adult_literacy")
    assert links.loc["mobile_cellular", "gdp_per_capita"]["overlap"] == ""
    assert links.loc["index", "under5_mortality"]["overlap"] == ""
    assert links.loc["skills", "hdi"]["overlap"] == "schooling"  # shared with an indicator, as before
    assert links.loc["skills", "hdi"]["note"] == "shares schooling with the index"


# The summary of an imputation


def test_a_summary_counts_each_filled_cell_once_and_says_where(panel):
    some = panel.select(indicators=["internet_users", "adult_literacy"])
    imputed = egov.impute(some, "linear", "kriging")
    flags, summary = imputed.flags, imputed.summary()
    assert summary["cells"].sum() == len(flags) and (summary["method"] != "left open").all()
    for row in summary.itertuples():
        mine = flags[(flags["indicator"] == row.indicator) & (flags["method"] == row.method)]
        seen = some.values[:, :, some.indicators.index(row.indicator)]
        assert row.cells == len(mine) and row.share == pytest.approx(len(mine) / seen.size)
        assert [getattr(row, where) for where in ("inside", "after", "before", "never")] == [
            (mine["where"] == where).sum() for where in ("inside", "after", "before", "never")
        ]
        assert row.longest_gap == mine["gap"].max()
        wanted = mine["sd"].mean() / np.nanstd(seen)
        assert row.sd == pytest.approx(wanted, nan_ok=True) and np.isnan(row.sd) == (row.method == "linear")


def test_a_summary_counts_what_is_left_open_and_fallbacks():
    values = np.array([[1.0, NAN, 2.0, NAN], [NAN] * 4, [5.0, 5.0, 5.0, 5.0]])[:, :, None]
    summary = egov.impute(Panel(values, ["A", "B", "C"], [1, 2, 3, 4], ["x"]), "linear").summary()
    assert summary["method"].tolist() == ["linear", "left open"] and summary["cells"].tolist() == [1, 5]
    left = summary.iloc[1]
    assert (left["after"], left["never"], left["longest_gap"], left["noted"]) == (1, 4, 4, 0)
    flat = egov.impute(np.array([[[5.0], [NAN]], [[5.0], [5.0]]]), "kriging").summary()
    assert flat["noted"].tolist() == [1] and np.isnan(flat["sd"][0])
    assert len(egov.impute(np.ones((2, 2, 1)), "linear").summary()) == 0


def test_the_page_of_an_imputation_escapes_names_and_tells_auxiliaries(panel):
    some = panel.select(indicators=["internet_users"])
    imputed = egov.impute(some, "kriging", auxiliaries=panel.select(indicators=["hdi"]))
    page = imputed._repr_html_()
    assert "With the help of hdi." in page and page.count("<tr>") == 1 + len(imputed.summary())
    hostile = some.replace(indicators=("<b>",), indicator_info=None)
    assert "<b>" not in egov.impute(hostile, "linear")._repr_html_()


def test_convergence_is_that_of_the_traces(panel):
    imputed = egov.impute(panel.select(indicators=["internet_users"]), "linear")
    assert len(imputed.convergence()) == 0
    told = {
        "name": ["m"] * 8,
        "indicator": ["x"] * 8,
        "chain": [0] * 4 + [1] * 4,
        "iteration": [0, 1, 2, 3] * 2,
    }
    imputed.traces = told | {"value": [0.0, 1, 0, 1, 5, 6, 5, 6]}
    assert imputed.convergence()["rhat"][0] == egov.chains.rhat([[0, 1, 0, 1], [5, 6, 5, 6]])
