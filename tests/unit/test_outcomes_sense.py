"""What a sign says and does not say, what a series shares by name, and what must not become a number."""

import numpy as np
import pytest

import egov_index as egov
from egov_index import Panel
from egov_index.outcomes import correlate

UNITS = [f"U{k:02}" for k in range(30)]
RNG = np.random.default_rng(5)
X = RNG.normal(size=30)


def panel(columns, **facts):
    info = {"indicator": list(columns), **facts}
    return Panel(
        np.column_stack(list(columns.values()))[:, None], UNITS, [2020], list(columns), indicator_info=info
    )


def row(scores, outcomes, **how):
    frame = correlate(scores, outcomes, **({"resamples": 0} | how)).to_frame()
    return frame.iloc[0]


def test_distances_have_no_sign():
    outcome = panel({"poverty": -X + RNG.normal(size=30)}, direction=[-1])
    links = correlate(panel({"index": X}), outcome, "distance", resamples=0)
    assert links.to_frame()["favorable"][0] is None or links.to_frame()["favorable"].isna()[0]
    assert "higher with" not in links.explain() and "poverty 0." in links.explain()
    assert row(panel({"index": X}), outcome)["favorable"]


def test_less_of_a_rank_is_better_and_it_is_no_node_unless_asked_for():
    scores = panel({"index": X, "rank": -X}, direction=[1, -1], unit=["0..1", "rank, 1 is best"])
    outcome = panel({"poverty": -X + RNG.normal(size=30)}, direction=[-1])
    links = correlate(scores, outcome, resamples=0)
    assert links.to_frame()["node"].tolist() == ["index"]
    assert any("rank of the others" in note for note in links.notes)
    both = correlate(scores, outcome, nodes=["index", "rank"], resamples=0)
    assert both.to_frame()["favorable"].tolist() == [True, True]
    assert "rank with poverty" in both.explain() and "lower with better" in both.explain()
    assert len(correlate(scores.select(indicators=["rank"]), outcome, resamples=0)) == 1


def test_directions_as_text_are_read():
    for given, wanted in (("-1", -1), ("1", 1), ("more", 0)):
        assert row(panel({"a": X}), panel({"y": X}, direction=[given]))["direction"] == wanted


def test_an_outcome_that_is_an_input_is_flagged_by_its_name():
    data = panel({"a": X, "b": RNG.normal(size=30)})
    framework = egov.Framework.from_table({"code": ["idx", "a", "b"], "parent": [None, "idx", "idx"]})
    result = egov.Index(framework, egov.Recipe(normalize="zscore")).score(data)
    frame = correlate(result, data, only="a", resamples=0).to_frame().set_index("node")
    assert frame["overlap"].tolist() == ["a", "a", ""] and frame["without"]["idx"] == "a"
    b = correlate(panel({"b": data.column("b")[:, 0]}), panel({"y": X}), resamples=0).to_frame()
    plain = correlate(panel({"b": data.column("b")[:, 0]}), data, only="a", resamples=0).to_frame()
    assert frame["estimate_without"]["idx"] == pytest.approx(plain["estimate"][0]) and not b["overlap"][0]
    assert row(data, data, nodes="a", only="a")["overlap"] == "a"


def test_concepts_are_compared_without_regard_to_capitals_and_commas():
    scores, outcome = panel({"a": X}, concept=["Schooling, access"]), panel({"y": X}, concept=["schooling"])
    assert row(scores, outcome)["overlap"] == "schooling"


def test_one_perfect_imputation_among_others_has_no_mean():
    y = np.arange(30.0)
    tables = [panel({"a": values}) for values in (y, RNG.normal(size=30), RNG.normal(size=30))]
    found = row(tables, panel({"y": y}))
    assert np.isnan(found["estimate"]) and found["reason"] == "perfect" and "Fisher" in found["note"]
    same = row([tables[0], tables[0]], panel({"y": y}))
    assert same["estimate"] == 1 and same["reason"] == ""


def test_what_several_held_ranks_mean_is_said():
    data = panel({"y": X, "u": RNG.normal(size=30), "v": RNG.normal(size=30)})
    for method, control, said in (
        ("spearman", ["u"], False),
        ("kendall", ["u"], True),
        ("spearman", ["u", "v"], True),
        ("pearson", ["u", "v"], False),
    ):
        links = correlate(panel({"a": X}), data, method, only="y", control=control, resamples=0)
        assert any("partial coefficient of ranks" in note for note in links.notes) == said


def test_partial_distances_are_named_as_squares_and_untested_pairs_counted():
    data = panel({"y": X, "u": RNG.normal(size=30)})
    links = correlate(panel({"a": X}), data, "distance", only="y", control="u", resamples=0)
    assert "of squares without bias" in links.method_line and "1 without a p" in links.explain()
    assert "no p by law" in links.to_frame()["note"][0]


def test_a_table_says_its_view_and_marks_what_is_shared():
    scores, outcome = panel({"a": X}, concept=["schooling"]), panel({"y": X}, concept=["schooling"])
    links = correlate(scores, outcome, resamples=0)
    assert "across countries in 2020" in links.method_line
    text = links.to_latex()
    assert r"\dagger" in text and r"$\dagger$ shares inputs with the outcome" in text
    assert "dagger" not in correlate(panel({"a": X}), panel({"y": X}), resamples=0).to_latex()


def test_some_perfect_draws_among_others_have_no_mean():
    data = panel({"a": X, "b": RNG.normal(size=30)})
    framework = egov.Framework.from_table({"code": ["idx", "a", "b"], "parent": [None, "idx", "idx"]})
    index = egov.Index(framework, egov.Recipe(normalize="minmax"))
    result = index.score(data)
    outcome = panel({"y": result.values[0][:, result.nodes.index("idx")]})
    ways = egov.Alternatives(normalize=["minmax", "zscore"], aggregate=["arithmetic", "maximum"])
    found = row(index.uncertainty(data, ways, n=100), outcome, nodes="idx")
    assert np.isnan(found["estimate"]) and np.isnan(found["low"]) and found["reason"] == "perfect"
    assert found["estimate_nominal"] == 1


@pytest.mark.parametrize("components", ["a;b", "a, b"])
def test_components_are_parted_alike_by_the_guard_and_by_what_is_left(components):
    b = RNG.normal(size=30)
    scores = panel(
        {"idx": X + b, "a": X, "b": b}, concept=["", "schooling", ""], components=[components, "", ""]
    )
    found = row(scores, panel({"y": X + RNG.normal(size=30)}, concept=["schooling"]), nodes="idx")
    assert found["without"] == "a" and not np.isnan(found["estimate_without"])
