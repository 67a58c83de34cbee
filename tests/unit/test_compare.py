"""Two rankings side by side."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

import egov_index as egov
from egov_index import DataError, Framework, Index, Panel, Recipe

NAN = float("nan")
RNG = np.random.default_rng(2)
UNITS = [f"U{k}" for k in range(12)]
VALUES = np.round(RNG.uniform(size=(12, 1, 2)), 2)
TREE = Framework(
    [{"code": "index"}, {"code": "a", "parent": "index"}, {"code": "b", "parent": "index"}], rank_digits=3
)


def result(values=VALUES, units=UNITS, backend="pandas", tree=TREE, **recipe):
    panel = Panel(values, units, [2022], ["a", "b"], backend=backend, unit_names={"U0": "Zero"})
    return Index(tree, Recipe(**({"normalize": "none"} | recipe))).score(panel)


def published(values, units=UNITS, names=("index",), periods=(2022,)):
    return Panel(
        np.asarray(values, dtype=float).reshape(len(units), len(periods), len(names)), units, periods, names
    )


def test_scores_and_ranks_against_published_ones():
    mine = result()
    theirs = VALUES[:, 0, 0]
    got = egov.compare(mine, published(theirs))
    ours = mine.scores["index"].to_numpy()
    assert got.n == 12
    assert got.correlation == pytest.approx(stats.pearsonr(ours, theirs).statistic, rel=1e-12)
    assert got.spearman == pytest.approx(stats.spearmanr(ours, theirs).statistic, rel=1e-12)
    frame = got.to_frame().set_index("unit").loc[UNITS]
    ranks = stats.rankdata(-np.round(ours, 3), method="min"), stats.rankdata(-theirs, method="min")
    assert (
        frame["rank"].tolist() == ranks[0].tolist() and frame["published_rank"].tolist() == ranks[1].tolist()
    )
    assert frame["rank_difference"].tolist() == (ranks[1] - ranks[0]).tolist()
    assert got.mean_shift == pytest.approx(np.abs(ranks[1] - ranks[0]).mean())
    assert frame.loc["U0", "name"] == "Zero" and got.to_frame()["rank"].is_monotonic_increasing


def test_movers_come_first_by_distance():
    got = egov.compare(result(), published(VALUES[:, 0, 0]))
    movers = got.movers(4)
    assert len(movers) == 4 and movers["rank_difference"].abs().is_monotonic_decreasing
    assert movers["rank_difference"].abs().min() >= np.sort(got.to_frame()["rank_difference"].abs())[-5]


def test_the_same_result_does_not_differ():
    got = egov.compare(result(), result())
    assert got.correlation == got.spearman == pytest.approx(1) and got.mean_shift == 0
    assert "12 units" in repr(got)


def test_ranks_are_taken_among_the_units_compared():
    theirs = np.where(np.arange(12) % 3 == 0, NAN, VALUES[:, 0, 0])
    got = egov.compare(result(), published(theirs))
    assert got.n == 8 and sorted(got.to_frame()["rank"])[0] == 1 and got.to_frame()["rank"].max() <= 8


def test_units_are_matched_by_label():
    order = RNG.permutation(12)
    shuffled = published(VALUES[order, 0, 0], [UNITS[k] for k in order])
    a, b = (egov.compare(result(), other).to_frame() for other in (shuffled, published(VALUES[:, 0, 0])))
    assert a.equals(b)


def test_an_indicator_and_a_period_can_be_named():
    other = published(RNG.uniform(size=(12, 2, 2)), names=("score", "other"), periods=(2020, 2022))
    assert egov.compare(result(), other, "score", 2022).n == 12
    with pytest.raises(DataError, match="'index'"):
        egov.compare(result(), other)
    with pytest.raises(DataError, match="'score'"):
        egov.compare(result(), other, "scores")
    with pytest.raises(DataError, match="2022"):
        egov.compare(result(), other, "score", 2021)
    with pytest.raises(DataError, match="2022"):
        egov.compare(result(), published(VALUES[:, 0, 0], periods=(2021,)))


def test_what_cannot_be_compared():
    with pytest.raises(DataError, match="none in common"):
        egov.compare(result(), published(VALUES[:, 0, 0], [f"V{k}" for k in range(12)]))
    with pytest.raises(DataError, match="no unit has both"):
        egov.compare(result(), published(np.full(12, NAN)))
    with pytest.raises(DataError, match="Panel"):
        egov.compare(result(), VALUES)


def test_few_units_have_no_correlation():
    few = result(VALUES[:3], UNITS[:3])
    got = egov.compare(few, published(VALUES[:3, 0, 0], UNITS[:3]))
    assert got.n == 3 and got.mean_shift >= 0


def test_published_zeros_of_units_that_are_not_scored_do_not_count():
    nodes = [
        {"code": "index"},
        {"code": "a", "parent": "index", "not_scored": 0},
        {"code": "b", "parent": "index"},
    ]
    values = VALUES.copy() + 0.01
    values[5, 0, 0] = 0
    mine = result(values, tree=Framework(nodes))
    assert egov.compare(mine, published(np.where(np.arange(12) == 5, 0, VALUES[:, 0, 1]))).n == 11


def test_frames_come_in_the_library_of_the_result():
    got = egov.compare(result(backend="polars"), published(VALUES[:, 0, 0]))
    assert isinstance(got.to_frame(), pl.DataFrame) and isinstance(got.movers(), pl.DataFrame)


def test_kendall_against_scipy():
    for theirs in (VALUES[:, 0, 0], np.round(VALUES[:, 0, 1], 1), -VALUES[:, 0, 0]):
        got = egov.compare(result(), published(theirs))
        wanted = stats.kendalltau(result().scores["index"], theirs).statistic
        assert got.kendall == pytest.approx(wanted, rel=1e-12)
    assert np.isnan(egov.compare(result(), published(np.ones(12))).kendall)


def test_two_results_say_what_changed():
    index = result().index
    panel = result().panel
    changed = index.change(normalize="rank", weights={"b": 2})
    assert index.recipe.normalize.method == "none" and changed.framework["b"].weight == 2
    got = egov.compare(index.score(panel), changed.score(panel))
    assert got.differences.to_numpy().tolist() == [
        ["recipe.normalize", "none", "rank"],
        ["b weight", "1", "2"],
    ]
    frame = got.to_frame().set_index("unit").loc[UNITS]
    assert frame["before"].tolist() == index.score(panel).scores["index"].tolist()
    assert frame["after"].tolist() == changed.score(panel).scores["index"].tolist()
    np.testing.assert_allclose(frame["difference"], frame["after"] - frame["before"])
    assert (frame["rank_change"] == frame["rank_before"] - frame["rank_after"]).all()
    assert "recipe.normalize from none to rank and b weight from 1 to 2" in str(got)
    assert got.movers(2)["rank_change"].abs().tolist() == sorted(frame["rank_change"].abs())[:-3:-1]


def test_nodes_of_two_results():
    one, other = result(), result(normalize="zscore")
    got = egov.compare(one, other).nodes().set_index("node")
    assert got.index.tolist() == ["index", "a", "b"] and got.loc["a", "spearman"] == pytest.approx(1)
    assert got.loc["a", "mean_shift"] == 0 and got["unit"].isna()["a"]
    x, y = one.scores["index"], other.scores["index"]
    assert got.loc["index", "kendall"] == pytest.approx(stats.kendalltau(x, y).statistic)
    assert egov.compare(one, other).node("a").to_frame()["rank_change"].tolist() == [0] * 12
    with pytest.raises(DataError, match="'index'"):
        egov.compare(one, other).node("indx")


def test_differences_of_data_and_of_the_tree():
    values = VALUES.copy()
    values[3, 0, 1] = 0.5
    other = result(values[:11], UNITS[:11])
    parts = egov.compare(result(), other).differences
    assert parts["part"].tolist() == ["units", "data b"] and "U11 only here" in parts["before"][0]
    assert parts["after"][1] == "11 values, 1 differ"
    wider = Framework(
        [{"code": "index"}, *({"code": c, "parent": "index"} for c in "ab")], groups=[{"code": "L"}]
    )
    lines = egov.compare(result(), result(tree=wider)).differences.set_index("part")
    assert lines.loc["rank_digits"].tolist() == ["3", "–"] and "groups" in lines.index
    alone = Framework([{"code": "index"}, {"code": "a", "parent": "index"}], rank_digits=3)
    assert egov.compare(result(), result(tree=alone)).differences.to_numpy().tolist() == [
        ["b", "below index", "–"]
    ]
    same = egov.compare(result(), result())
    assert len(same.differences) == 0 and "Nothing was done differently" in str(same)


def test_changes_that_cannot_be():
    index = result().index
    with pytest.raises(egov.SpecError, match="normalize"):
        index.change(normalise="rank")
    with pytest.raises(egov.SpecError, match="'c'"):
        index.change(weights={"c": 1})
    with pytest.raises(egov.SpecError, match="made by equal"):
        index.change(weight="equal", weights={"a": 1})
