"""What if values that are not reported differ: ranks under shifts and weights, and who reports."""

from dataclasses import replace

import numpy as np
import pytest

import egov_index as egov
from egov_index import DataError, Framework, Index, Panel, Recipe, SpecError

NAN = float("nan")
NODES = [
    {"code": "x"},
    {"code": "adult_literacy", "parent": "x"},
    {"code": "fixed_telephone", "parent": "x", "direction": -1},
    {"code": "mean_schooling", "parent": "x", "impute": "none"},
]
PLAIN = {"method": "kriging", "link": "identity"}
HELPED = PLAIN | {"auxiliaries": ["gdp_per_capita"]}


def build(impute, nodes=NODES, **recipe):
    return Index(Framework(nodes), Recipe(impute=impute, missing="drop-weight", **recipe), name="x")


@pytest.fixture(scope="module")
def panel():
    helping = egov.datasets.sdg_outcomes().select(indicators=["gdp_per_capita"])
    both = egov.datasets.ict_human_capital().join(helping)
    names = ["adult_literacy", "fixed_telephone", "mean_schooling", "gdp_per_capita"]
    return both.select(units=both.units[:70], periods=list(range(2008, 2022)), indicators=names)


@pytest.fixture(scope="module")
def found(panel):
    return egov.not_at_random(build(HELPED), panel, deltas=(-1, 0.5), period=2021)


def ranks_of(found, indicator, delta=None):
    for one, ranks in zip(found.scenarios, found.rank_values, strict=True):
        if one.indicator == indicator and (
            one.delta == delta or (delta is None and one.scenario == "propensity")
        ):
            return ranks
    raise AssertionError(f"no scenario {indicator} {delta}")


def test_a_shift_moves_holes_by_their_own_standard_deviations(panel):
    """On an unbounded identity scale: fill by hand, add the shift by hand, score without any imputation."""
    centered = panel.values - np.append(np.nanmean(panel.values[:, :, :3], axis=(0, 1)), 0.0)
    panel = panel.replace(values=centered, indicator_info=None)
    found = egov.not_at_random(build(HELPED), panel, deltas=(-1, 0.5), period=2021)
    made = egov.impute(
        panel.select(indicators=["adult_literacy", "fixed_telephone", "gdp_per_capita"]), HELPED
    )
    for turns, indicator, delta in (
        ((1, 0), "adult_literacy", -1),
        ((0, 1), "fixed_telephone", 0.5),
        ((1, -1), "all", 0.5),
    ):
        values = panel.values.copy()
        for at, turn in enumerate(turns):
            shifted = made.panel.values[:, :, at] + turn * delta * np.nan_to_num(made.sd[:, :, at])
            values[:, :, at] = np.where(np.isnan(panel.values[:, :, at]), shifted, panel.values[:, :, at])
        by_hand = build("none").score(panel.replace(values=values), 2021)
        np.testing.assert_array_equal(ranks_of(found, indicator, delta), by_hand.rank_values[0, :, 0])
    assert (ranks_of(found, "adult_literacy", -1) != found.nominal).any()


def test_the_nominal_score_and_the_weights_are_those_of_the_recipe(panel, found):
    nominal = build(HELPED).score(panel, 2021)
    np.testing.assert_array_equal(found.nominal, nominal.rank_values[0, :, 0])
    weighed = build(HELPED | {"propensity": True}).score(panel, 2021)
    np.testing.assert_array_equal(ranks_of(found, "all"), weighed.rank_values[0, :, 0])
    assert (weighed.rank_values != nominal.rank_values).any()


def test_a_shift_comes_on_top_of_the_one_there_is(panel, found):
    nodes = [
        {**node, "impute": [HELPED | {"delta": 0.5}]} if node["code"] == "adult_literacy" else node
        for node in NODES
    ]
    shifted = egov.not_at_random(
        build(HELPED, nodes), panel, "adult_literacy", deltas=-1.5, propensity=False, period=2021
    )
    np.testing.assert_array_equal(shifted.nominal, ranks_of(found, "adult_literacy", 0.5))
    np.testing.assert_array_equal(shifted.rank_values[0], ranks_of(found, "adult_literacy", -1))
    assert len(shifted.scenarios) == 1 and shifted.notes == ()


def test_only_indicators_with_holes_that_are_filled_are_shifted(panel, found):
    assert found.indicators == ("adult_literacy", "fixed_telephone")
    assert [str(one) for one in found.scenarios] == [
        "adult_literacy by −1 sd", "adult_literacy by +0.5 sd", "fixed_telephone by −1 sd",
        "fixed_telephone by +0.5 sd", "all indicators by −1 sd", "all indicators by +0.5 sd", "propensity",
    ]  # fmt: skip
    first = build(["linear", HELPED]).score(panel, 2021).filled_by
    assert set(first["fixed_telephone"]) <= {"linear", "kriging"}


def test_the_summary_is_that_of_the_frame(found):
    frame, summary = found.to_frame(), found.summary(places=2)
    assert list(frame) == ["unit", "period", "scenario", "indicator", "delta", "rank", "rank_nominal", "move"]
    assert (frame["move"] == frame["rank_nominal"] - frame["rank"]).all() and (frame["period"] == 2021).all()
    ranked = int((~np.isnan(found.nominal)).sum())
    assert len(frame) == ranked * len(found.scenarios)
    for at, row in enumerate(summary.itertuples()):
        mine = frame.iloc[at * ranked : (at + 1) * ranked]
        moves = mine["move"].abs()
        assert (row.mean_move, row.max_move) == (pytest.approx(moves.mean()), moves.max())
        mover = mine["unit"].iloc[int(moves.to_numpy().argmax())] if moves.max() > 0 else None
        assert row.moved == (moves > 2).sum() and (
            row.mover == mover or (mover is None and row.max_move == 0)
        )
    holes = np.isnan(found.result.panel.values[:, -1, :2]).sum(axis=0)
    assert summary["imputed"].tolist() == [holes[0]] * 2 + [holes[1]] * 2 + [holes.sum()] * 3


def test_an_index_without_such_a_method_is_told_which_would_do_and_can_be_given_one(panel, found):
    index = build(["linear", "mean"])
    with pytest.raises(SpecError, match=r"no method with delta imputes: linear > mean.*one of kriging"):
        egov.not_at_random(index, panel, period=2021)
    given = egov.not_at_random(index, panel, deltas=(-1, 0.5), method=HELPED, period=2021)
    np.testing.assert_array_equal(given.rank_values, found.rank_values)  # "none" of a node is kept
    with pytest.raises(SpecError, match=r"mean_schooling.*no method with delta imputes it: none"):
        egov.not_at_random(build(HELPED), panel, ["mean_schooling"], period=2021)


def test_without_auxiliaries_weights_are_left_out_with_a_note(panel):
    found = egov.not_at_random(build(PLAIN), panel, "adult_literacy", deltas=(1,), period=2021)
    assert [one.scenario for one in found.scenarios] == ["delta"]
    assert found.notes == (
        "not weighted by propensity: no method in the chains that takes such weights has auxiliaries",
    )
    assert found.notes[0] in str(found)


@pytest.mark.parametrize("deltas", [(), (0,), ("up",), (NAN,), (True,)])
def test_shifts_that_are_none_are_refused(panel, deltas):
    with pytest.raises(SpecError, match="deltas"):
        egov.not_at_random(build(PLAIN), panel, deltas=deltas, period=2021)


def test_what_cannot_be_asked_is_refused(panel):
    with pytest.raises(SpecError, match="adult_literacy"):
        egov.not_at_random(build(PLAIN), panel, "adult_literac", period=2021)
    with pytest.raises(DataError, match="an Index"):
        egov.not_at_random("egdi-2022", panel)
    whole = panel.replace(values=np.where(np.isnan(panel.values), 50.0, panel.values))
    with pytest.raises(DataError, match="no value of 2021 is imputed by kriging"):
        egov.not_at_random(build(PLAIN), whole, period=2021)
    with pytest.raises(SpecError, match="delta"):
        egov.not_at_random(build(PLAIN), panel, deltas=(11,), period=2021)


def test_who_reports_is_counted_by_group(panel, found):
    shares = found.reporting()
    labels = np.array(panel.groups["income_groups"])
    order = ["low_income", "lower_middle_income", "upper_middle_income", "high_income"]
    assert shares["group"].tolist() == order * 2
    seen = ~np.isnan(panel.values)
    for row in shares.itertuples():
        mine = seen[labels == row.group, :, panel.indicators.index(row.indicator)]
        assert row.units == len(mine)
        wanted = mine[:, -1].mean(), mine.any(axis=1).mean(), mine.mean()
        assert (row.reported, row.ever, row.cells) == pytest.approx(wanted)
    literacy = shares.set_index(["indicator", "group"]).loc["adult_literacy", "cells"]
    assert literacy["high_income"] < literacy["low_income"]


def test_who_reports_can_be_cut_by_an_auxiliary(panel, found):
    shares = found.reporting("gdp_per_capita")
    known = shares[(shares["indicator"] == "adult_literacy") & shares["group"].notna()]
    assert known["group"].tolist() == ["lowest quarter", "second quarter", "third quarter", "highest quarter"]
    assert known["units"].max() - known["units"].min() <= 1
    means = np.nanmean(panel.values[:, :, 3], axis=1)
    top = np.argsort(means[~np.isnan(means)])[-known["units"].iloc[-1] :]
    seen = ~np.isnan(panel.values[~np.isnan(means)][top][:, :, 0])
    assert known["cells"].iloc[-1] == pytest.approx(seen.mean())
    with pytest.raises(SpecError, match="income_groups"):
        found.reporting("income_group")


def test_the_lag_of_an_indicator_says_which_period_counts(panel):
    tree = Framework(
        [replace(node, lag=2) if node.code == "adult_literacy" else node for node in Framework(NODES).nodes]
    )
    index = Index(tree, Recipe(impute=PLAIN, missing="drop-weight"))
    found = egov.not_at_random(index, panel, "adult_literacy", deltas=(1,), period=2021)
    rows = found.reporting()
    seen = ~np.isnan(panel.values[:, panel.periods.index(2019), 0])
    assert (rows["reported"] * rows["units"]).sum() == pytest.approx(seen.sum())


def test_words_and_page(panel, found):
    text = str(found)
    assert "With adult_literacy lower by 1 standard deviation than imputed, ranks change by" in text
    assert "With units weighted by their propensity to report" in text
    assert "adult_literacy was ever reported by" in text and "% of high income" in text
    assert repr(found).startswith("<NotAtRandom: 7 scenarios of 2 indicators in 2021; ranks move by ")
    page = found._repr_html_()
    assert page.count("<table>") == 2 and page.count("<tr>") == 1 + 7 + 1 + 8
    bare = Panel(panel.values, panel.units, panel.periods, panel.indicators)
    plain = egov.not_at_random(build(PLAIN), bare, "adult_literacy", deltas=(1,), period=2021)
    assert plain._repr_html_().count("<table>") == 1
    with pytest.raises(SpecError, match="no grouping"):
        plain.reporting()


def test_progress_ends_at_one(panel):
    told = []
    egov.not_at_random(build(PLAIN), panel, deltas=(1,), period=2021, progress=told.append)
    assert told[-1] == 1 and told == sorted(told) and len(told) == 3


def test_the_open_index_moves_most_by_literacy():
    panel = egov.datasets.un_egov_survey().join(egov.datasets.ict_human_capital())
    found = egov.not_at_random(egov.preset("egdi-open"), panel, deltas=(-1,), method="kriging")
    summary = found.summary().set_index("indicator")
    alone = summary.drop("all")
    assert found.period == 2022 and "osi" not in alone.index
    assert alone["mean_move"].idxmax() == "adult_literacy" and alone["imputed"].idxmax() == "adult_literacy"
    assert 0.3 < alone["mean_move"].max() < summary.loc["all", "mean_move"] < 3
