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
