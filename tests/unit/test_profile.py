"""One unit in full."""

import numpy as np
import polars as pl
import pytest

import egov_index as egov
from egov_index import DataError, Framework, Index, Panel, Recipe, SpecError

NAN = float("nan")
TREE = [
    {"code": "index"},
    {"code": "p", "parent": "index", "weight": 3, "name": "Pillar"},
    {"code": "c", "parent": "index", "weight": 1, "unit": "%", "direction": -1},
    {"code": "a", "parent": "p"},
    {"code": "b", "parent": "p"},
]
VALUES = [[4, 1, 5], [3, 2, NAN], [2, 3, 1], [1, 4, 3]]


def scored(values=VALUES, tree=TREE, backend="pandas", groups=None, **recipe):
    values = np.array(values, dtype=float)
    panel = Panel(
        values[:, None, :], ["A", "B", "C", "D"][: len(values)], [2020], ["a", "b", "c"], backend=backend,
        groups=groups, unit_names={"A": "Alpha"},
    )  # fmt: skip
    return Index(Framework(tree), Recipe(**({"normalize": "minmax", "impute": "mean"} | recipe))).score(panel)


def test_scores_ranks_and_contributions():
    result = scored()
    got = egov.profile(result, "Alpha")
    assert (got.unit, got.name, got.period, got.of, got.group) == ("A", "Alpha", 2020, 4, None)
    frame = got.to_frame().set_index("node")
    assert (
        frame.loc["index", "score"] == got.score == result.values[0, 0, 0]
        and got.rank == frame.loc["index", "rank"]
    )
    assert frame.loc[["a", "b", "c"], "contribution"].sum() == pytest.approx(got.score)
    assert (
        frame.loc["a", "contribution"] == pytest.approx(0.75 * 0.5 * 1) and frame.loc["p", "name"] == "Pillar"
    )
    assert frame.loc["a", "mean"] == pytest.approx(0.5)


def test_no_contribution_where_means_do_not_add():
    result = scored(aggregate="geometric", normalize={"method": "minmax", "low": 1, "high": 10})
    assert egov.profile(result, "A").to_frame()["contribution"].isna()[1:].all()


def test_contributions_of_what_is_there():
    result = scored(impute="none", missing="drop-weight")
    frame = egov.profile(result, "B").to_frame().set_index("node")
    assert frame.loc["p", "contribution"] == pytest.approx(frame.loc["index", "score"]) and np.isnan(
        frame.loc["c", "contribution"]
    )


def test_imputed_values_are_no_strengths():
    got = egov.profile(
        scored([[4, 1, 5], [3, 2, NAN], [2, 3, 1], [1, 4, 3]], impute={"method": "median"}), "B"
    )
    assert got.imputed == {"c": "median"} and "imputed" in str(got) and "c (by median)" in str(got)
    assert "c" not in [*got.strengths["indicator"], *got.weaknesses["indicator"]]
    assert got.to_frame().set_index("node").loc["c", "note"] == "imputed by median"
    assert egov.profile(scored(), "A").imputed == {}


def test_strengths_follow_the_direction_and_count_observed_values():
    got = egov.profile(scored(), "C")
    rows = {row["indicator"]: row for row in got.strengths.to_dict("records")}
    assert (
        rows["c"]["rank"] == 1
        and rows["c"]["of"] == 3
        and rows["c"]["value"] == 1
        and rows["c"]["measure"] == "%"
    )
    last = egov.profile(scored(), "A")
    assert sorted(last.weaknesses["indicator"]) == ["b", "c"] and last.strengths["indicator"].tolist() == [
        "a"
    ]
    assert "3rd of 3" in str(last)


def test_to_be_first_with_all_others_or_last_is_neither():
    got = egov.profile(scored([[1, 1, 1], [1, 2, 2], [1, 3, 3], [1, 4, 4]], normalize="none"), "A")
    assert "a" not in [*got.strengths["indicator"], *got.weaknesses["indicator"]]


def test_ties_are_said():
    got = egov.profile(scored([[9, 1, 1], [9, 2, 2], [9, 3, 3], [1, 4, 4]]), "A")
    assert "a (1st of 4, with 2 others)" in str(got)


def test_lagged_indicators_are_those_of_their_year():
    tree = [one | ({"lag": 1} if one["code"] == "a" else {}) for one in TREE]
    values = np.array([[[k, 1, k], [5 - k, 2 + k, 4 - k]] for k in range(4)], dtype=float)
    panel = Panel(values, ["A", "B", "C", "D"], [2019, 2020], ["a", "b", "c"])
    result = Index(Framework(tree), Recipe(normalize="none")).score(panel, 2020)
    found = egov.profile(result, "D")
    rows = {
        row["indicator"]: row
        for row in [*found.strengths.to_dict("records"), *found.weaknesses.to_dict("records")]
    }
    assert rows["a"]["value"] == 3 and rows["b"]["value"] == 5


def test_neighbors_and_peers():
    result = scored(groups={"region": ["x", "x", "y", "x"], "income": ["h", None, "h", "l"]})
    got = egov.profile(result, "C", near=2)
    scores = result.values[0, :, 0]
    frame = got.neighbors
    assert "C" not in frame["unit"].tolist() and frame["rank"].is_monotonic_increasing
    assert frame["lead"].tolist() == pytest.approx(
        [scores["ABCD".index(u)] - scores[2] for u in frame["unit"]]
    )
    assert got.peers_by == "income" and got.peers["unit"].tolist() == ["A"] and "group (h)" in str(got)
    assert egov.profile(result, "A", by="region").peers["unit"].tolist()[0] in ("B", "D")
    assert len(egov.profile(result, "B").peers) == 0
    assert len(egov.profile(scored(), "A").peers) == 0


def test_pages_and_libraries():
    got = egov.profile(scored(backend="polars"), "A")
    for frame in (got.to_frame(), got.strengths, got.weaknesses, got.neighbors, got.peers):
        assert isinstance(frame, pl.DataFrame)
    assert "<h3>Alpha</h3>" in got._repr_html_() and "Alpha" in repr(got)


def test_what_cannot_be_asked():
    result = scored()
    with pytest.raises(DataError, match="'A'"):
        egov.profile(result, "a ")
    with pytest.raises(SpecError, match="none to choose"):
        egov.profile(result, "A", by="region")
    with pytest.raises(DataError, match="2020"):
        egov.profile(result, "A", period=2021)
    with pytest.raises(DataError, match="Result"):
        egov.profile(result.panel, "A")
    tree = [one | ({"not_scored": 4} if one["code"] == "a" else {}) for one in TREE]
    with pytest.raises(DataError, match="no score"):
        egov.profile(scored(tree=tree), "A")


def test_the_survey():
    result = egov.preset("egdi-2022").score(egov.datasets.un_egov_survey())
    text = str(egov.profile(result, "EST"))
    assert text.startswith("Estonia is 8th of 193 in 2022") and "Online Service Index (1st of 193)" in text


def test_an_index_of_raw_indicators():
    panel = egov.datasets.un_egov_survey().join(egov.datasets.ict_human_capital())
    got = egov.profile(egov.preset("egdi-open").score(panel), "Estonia")
    assert got.imputed and all(name in str(got) for name in got.imputed.values())
    assert not set(got.imputed) & {*got.strengths["indicator"], *got.weaknesses["indicator"]}
