"""Everything that is wrong with data for an index is said at once, and what a result rests on is in its notes."""

import numpy as np
import pandas as pd
import pytest

import egov_index as egov
from egov_index import Alternatives, DataError, Framework, Index, Panel, Recipe, SpecError, choice, noise

TREE = Framework([{"code": "i"}, {"code": "a", "parent": "i"}, {"code": "b", "parent": "i"}])
FRAME = pd.DataFrame(
    {
        "iso3": ["X", "Y", "Z"] * 3,
        "year": [2018] * 3 + [2019] * 3 + [2020] * 3,
        "a": [1.0, 2, 3, 2, 5, 1, 1, 1, 1],
        "b": [4.0, 5, 6, 1, 3, 9, 2, 2, 2],
    }
)
PANEL = Panel.from_wide(FRAME)


def places(error):
    return [fault.place for fault in error.value.faults]


def test_all_columns_that_are_constant_in_the_scored_period_are_named():
    with pytest.raises(DataError) as caught:
        Index(TREE, Recipe(normalize="minmax")).score(PANEL, 2020)
    assert [place for place in places(caught) if "node a" in place]
    assert [place for place in places(caught) if "node b" in place]
    with pytest.raises(DataError, match="node b"):
        Index(TREE, Recipe(normalize="minmax")).uncertainty(
            PANEL, Alternatives(weights=noise(0.2)), n=8, period=2020
        )


def test_all_lags_out_of_the_data_are_named():
    tree = Framework(
        [{"code": "i"}, {"code": "a", "parent": "i", "lag": 3}, {"code": "b", "parent": "i", "lag": 4}]
    )
    with pytest.raises(DataError) as caught:
        Index(tree).score(PANEL, 2020)
    assert places(caught) == ["node 'a'.lag", "node 'b'.lag"]


def test_without_a_period_those_within_reach_of_the_lags_are_scored():
    tree = Framework([{"code": "i"}, {"code": "a", "parent": "i", "lag": 1}, {"code": "b", "parent": "i"}])
    assert Index(tree, Recipe(normalize="none")).score(PANEL).periods == (2019, 2020)


def test_no_period_is_a_fault():
    with pytest.raises(DataError, match="at least one"):
        Index(TREE).score(PANEL, [])


def test_every_combination_that_no_data_allow_is_named():
    others = Alternatives(
        normalize=["zscore", "minmax", choice("rank")], aggregate=["arithmetic", "geometric", "harmonic"]
    )
    with pytest.raises(SpecError) as caught:
        Index(TREE, Recipe(normalize="rank")).uncertainty(PANEL, others, n=8, period=2019)
    assert places(caught) == [
        f"normalize {scale} with aggregate {mean}"
        for scale in ("zscore", "minmax")
        for mean in ("geometric", "harmonic")
    ]


def test_nodes_with_their_own_scale_are_not_held_to_the_alternatives():
    own = {"normalize": {"method": "minmax", "low": 1, "high": 2}, "parent": "i"}
    tree = Framework([{"code": "i"}, {"code": "a"} | own, {"code": "b"} | own])
    others = Alternatives(normalize=["zscore", "rank"], aggregate=["arithmetic", "geometric"])
    assert Index(tree, Recipe(normalize="rank")).uncertainty(PANEL, others, n=8, period=2019).n == 8


def test_the_reason_names_the_limit_that_a_cell_met():
    recipe = Recipe(treat=choice("cap", cap=4, floor=2), normalize="none")
    tree = Framework([{"code": "i"}, {"code": "a", "parent": "i", "cap": 9}, {"code": "b", "parent": "i"}])
    trail = Index(tree, recipe).score(PANEL, 2019).trail
    assert sorted(trail[trail["indicator"] == "a"]["why"]) == ["above the cap of 4", "below the floor of 2"]


def test_values_taken_from_earlier_periods_are_noted():
    holes = FRAME.assign(a=FRAME["a"].where(FRAME["year"] != 2019))
    result = Index(TREE, Recipe(normalize="none")).score(Panel.from_wide(holes).latest(3), 2019)
    assert "a: 3 of 3 values are of earlier periods, 2018" in result.notes


def test_units_without_any_value_are_noted():
    holes = FRAME.assign(a=FRAME["a"].where(FRAME["iso3"] != "Z"), b=FRAME["b"].where(FRAME["iso3"] != "Z"))
    index = Index(TREE, Recipe(normalize="none", missing="drop-weight"))
    assert "no score for want of any value: Z 2019" in index.score(Panel.from_wide(holes), 2019).notes


@pytest.mark.parametrize("n", [1, 4, 100, 500])
def test_any_number_of_base_points_will_do(n):
    others = Alternatives(normalize=["zscore", "rank"], weights=noise(0.5))
    found = Index(TREE, Recipe(normalize="zscore")).sensitivity(PANEL, others, n=n, period=2019)
    assert found.runs == n * 5
    assert found.replicates == {1: 1, 4: 1, 100: 3, 500: 8}[n]


@pytest.mark.parametrize("threads", ["a", 1.5, -1, 0])
def test_threads_are_a_whole_number(threads):
    with pytest.raises(SpecError, match="threads"):
        Index(TREE, Recipe(normalize="zscore")).uncertainty(
            PANEL, Alternatives(weights=noise(np.float32(0.25))), n=8, threads=threads, period=2019
        )


def test_correlations_take_a_node_by_name_a_period_as_text_and_a_lag():
    panel = egov.datasets.un_egov_survey().select(indicators=["egdi", "osi"])
    outcomes = egov.datasets.sdg_outcomes().select(indicators=["life_expectancy"])
    links = egov.outcomes.correlate(panel, outcomes, nodes="egdi", period="2018", lag=2, resamples=0)
    frame = links.to_frame()
    assert list(frame["node"]) == ["egdi"]
    assert frame["year_max"][0] == 2020


def test_an_outcome_without_a_value_gives_no_warning():
    panel = egov.datasets.un_egov_survey().select(indicators=["egdi"])
    outcomes = egov.datasets.sdg_outcomes().select(indicators=["human_inequality"])
    frame = egov.outcomes.correlate(panel, outcomes, period=2003, resamples=10).to_frame()
    assert frame["n"][0] == 0
    assert np.isnan(frame["year"][0])


def test_a_unit_that_is_not_scored_is_nobodys_donor():
    frame = pd.DataFrame(
        {"iso3": ["X", "Y", "Z", "W"], "year": [2020] * 4, "a": [0.0, 1, 2, 3], "b": [1000.0, 4, 6, np.nan]}
    )
    tree = Framework(
        [{"code": "i"}, {"code": "a", "parent": "i", "not_scored": 0}, {"code": "b", "parent": "i"}]
    )
    result = Index(tree, Recipe(impute="mean", normalize="none")).score(Panel.from_wide(frame))
    assert result.trail[result.trail["stage"] == "impute"]["after"].tolist() == [5.0]
    assert np.isnan(result.values[0, 0]).all()
