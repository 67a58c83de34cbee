"""The benchmark of imputations: pairing, auxiliaries, ranks, words and bad input."""

import math
from importlib import import_module

import numpy as np
import pytest
from imputation_panels import SIX, TELECOM, small

import egov_index as egov

scores = import_module("egov_index.imputation_benchmark.scores")


# Pairing


def test_every_method_sees_the_same_holes_and_every_repeat_others(panel):
    seen = {"a": [], "b": []}

    def watch(name):
        def method(values):
            seen[name].append(np.isnan(values))
            values[:] = 0  # a copy of its own
            return values

        return method

    egov.imputation_benchmark(panel, {name: watch(name) for name in seen}, ["random", "tail"], repeats=2)
    assert len(seen["a"]) == 4
    for a, b in zip(seen["a"], seen["b"], strict=True):
        assert (a == b).all()
    assert len({a.tobytes() for a in seen["a"]}) == 4


def test_same_seed_same_answer(panel):
    asked = {"methods": ["mean", ["linear", "locf", "nocb"]], "masks": SIX, "repeats": 2}
    one, two, other = (egov.imputation_benchmark(panel, seed=seed, **asked).to_frame() for seed in (7, 7, 8))
    timeless = [name for name in one.columns if name != "seconds"]
    assert one[timeless].equals(two[timeless]) and not one[timeless].equals(other[timeless])
    assert one["mask"].unique().tolist() == list(SIX) and one["repeat"].unique().tolist() == [1, 2]


def test_the_error_of_a_ratio_is_paired():
    a, b = np.array([1.0, 2.2, 2.9, 4.1]), np.array([2.0, 4.0, 6.0, 8.0])
    ratio, error = scores.ratio_of(a, b)
    assert ratio == pytest.approx(10.2 / 20)
    left = [np.delete(a, k).mean() / np.delete(b, k).mean() for k in range(4)]
    jackknife = math.sqrt(3 / 4 * sum((one - np.mean(left)) ** 2 for one in left))
    assert error == pytest.approx(jackknife, rel=0.25)
    assert error < np.std(a, ddof=1) / 2 / b.mean() / 5  # what both share is no error
    assert math.isnan(scores.ratio_of(a[:1], b[:1])[1]) and math.isnan(scores.ratio_of(a * np.nan, b)[0])


def test_compare_is_against_the_best_or_a_named_one(panel):
    found = egov.imputation_benchmark(
        panel, ["mean", "locf", ["linear", "locf"]], ["random", "gap"], repeats=3
    )
    summary = found.summary()
    best = found.compare()
    assert best["reference"].unique().tolist() == ["linear | locf"]
    assert (best["ratio"].tolist(), best["error"].tolist()) == (
        summary["ratio"].tolist(), summary["ratio_error"].tolist(),
    )  # fmt: skip
    named = found.compare("mean", "nmae").set_index(["mask", "method"])
    frame = found.to_frame()
    means = frame[frame["mask"] == "gap"].groupby(["method", "repeat"])["nmae"].mean().unstack()
    assert named.loc[("gap", "locf"), "ratio"] == pytest.approx(
        means.loc["locf"].mean() / means.loc["mean"].mean()
    )
    expected = scores.ratio_of(means.loc["locf"].to_numpy(), means.loc["mean"].to_numpy())[1]
    assert named.loc[("gap", "locf"), "error"] == pytest.approx(expected)


# Auxiliaries and what is hidden


def test_auxiliaries_are_never_hidden_and_go_to_whom_they_help(panel):
    got = {}

    def watch(values, auxiliaries, seed, levels, panel):
        got.update(values=values, auxiliaries=auxiliaries, seed=seed, levels=levels, panel=panel)
        return values

    asked = {"masks": "random", "auxiliaries": ["adult_literacy"], "seed": 5}
    found = egov.imputation_benchmark(panel, [watch], **asked)
    assert found.indicators == TELECOM and got["panel"].indicators == TELECOM
    np.testing.assert_array_equal(got["auxiliaries"], panel.select(indicators="adult_literacy").values)
    assert (got["seed"], got["levels"], got["values"].shape[2]) == (5, (0.9,), 4)


def test_a_second_panel_is_brought_to_the_same_units_and_periods(panel):
    units = list(reversed(panel.units))
    other = egov.datasets.sdg_outcomes().select(units, range(2010, 2025), ["hdi", "gini"])
    got = {}

    def watch(values, auxiliaries):
        got["auxiliaries"] = auxiliaries
        return values

    egov.imputation_benchmark(panel, [watch], "random", auxiliaries=other)
    assert np.isnan(got["auxiliaries"][:, :10]).all()
    expected = egov.datasets.sdg_outcomes().select(panel.units, range(2010, 2024), ["hdi", "gini"]).values
    np.testing.assert_array_equal(got["auxiliaries"][:, 10:], expected)


def test_only_what_is_named_is_hidden(panel):
    def watch(values):
        holes = np.isnan(values) & ~np.isnan(panel.values)
        assert holes[:, :, 0].any() and not holes[:, :, 1:].any()
        return values

    found = egov.imputation_benchmark(panel, [watch], SIX[:5], hide="internet_users")
    assert found.indicators == ("internet_users",)


def test_income_by_column_grouping_or_ordered_labels(panel):
    def rates(**asked):
        got = {}

        def watch(values):
            got["hidden"] = np.isnan(values) & ~np.isnan(panel.values)
            return values

        egov.imputation_benchmark(panel, [watch], "income", **asked)
        labels = np.array(panel.groups["income_groups"])
        part = [labels == label for label in ("low_income", "high_income")]
        return [got["hidden"][units].sum() / (~np.isnan(panel.values[units])).sum() for units in part]

    gdp = egov.datasets.sdg_outcomes().select(indicators="gdp_per_capita")
    for asked in ({}, {"income": "gdp_per_capita", "auxiliaries": gdp}):
        poor, rich = rates(**asked)
        assert poor < 0.10 and rich > 0.27
    order = ["high_income", "upper_middle_income", "lower_middle_income", "low_income"]
    poor, rich = rates(income=("income_groups", order))
    assert poor > 0.27 and rich < 0.14


# The rank change of an index


@pytest.fixture(scope="module")
def index():
    tree = egov.Framework([{"code": "all"}, *({"code": f"x{k}", "parent": "all"} for k in range(3))])
    return egov.Index(tree, egov.Recipe(normalize="zscore", impute="mean"))


def test_ranks_do_not_move_where_hidden_cells_get_their_values_back(index):
    panel = small(30, 10, 3)
    found = egov.imputation_benchmark(
        panel, [("oracle", lambda values: panel.values), "mean"], "random", index=index
    )
    frame = found.summary().set_index("method")
    assert frame.loc["oracle", ["mean_shift", "largest_shift", "moved"]].tolist() == [0, 0, 0]
    assert frame.loc["mean", "mean_shift"] > 0.2


def test_the_change_of_rank_is_that_of_the_filled_panel(index):
    panel = small(30, 10, 3)
    got = {}

    def half(values):
        got["filled"] = np.where(np.isnan(values), 45.0, values)
        return got["filled"]

    asked = {"masks": "country_year", "index": index, "places": 3}
    row = egov.imputation_benchmark(panel, [half], **asked).summary().iloc[0]
    ranks = [
        index.score(panel.replace(values=values)).rank_values[:, :, 0]
        for values in (panel.values, got["filled"])
    ]
    shift = np.abs(ranks[1] - ranks[0])
    assert shift.size == 300
    assert row[["mean_shift", "largest_shift", "moved"]].tolist() == pytest.approx(
        [shift.mean(), shift.max(), (shift > 3).mean()]
    )


def test_natural_holes_stay_with_the_recipe_of_the_index_and_open_cells_take_the_mean(index):
    full = small(30, 10, 3)
    values = full.values.copy()
    values[3, 4, 1] = np.nan
    panel = full.replace(values=values)
    spoiled = np.where(np.isnan(values), 1e6, values)  # right in hidden cells, absurd in the natural hole
    found = egov.imputation_benchmark(
        panel, [("spoiled", lambda v: spoiled), "none", "mean"], "random", index=index
    )
    frame = found.summary().set_index("method")
    assert frame.loc["spoiled", "largest_shift"] == 0
    assert frame.loc["none", "mean_shift"] == frame.loc["mean", "mean_shift"] > 0


def test_an_index_that_cannot_be_scored_is_said(index):
    panel = small(30, 10, 3)
    stern = index.change(normalize="none", aggregate="geometric")
    found = egov.imputation_benchmark(
        panel, [("below", lambda v: np.full(v.shape, -5.0))], "random", index=stern
    )
    assert math.isnan(found.summary()["mean_shift"][0])
    assert found.notes[0].startswith("below on random, repeat 1: no ranks, ")


# The answer


def test_the_answer_in_words(panel, index):
    found = egov.imputation_benchmark(
        small(30, 10, 3), ["mean", "none"], ["random", "tail"], index=index, repeats=2, seed=3
    )
    text = str(found)
    assert text.splitlines()[0] == "Imputation benchmark: 3 indicators of 30 units, 2 repeats"
    assert "nRMSE" in text and "mean change of rank" in text and "coverage" not in text
    assert all(note in text for note in found.notes) and found.notes
    assert repr(found) == "<ImputationBenchmark of 2 methods, least error: mean on random and tail>"
    page = found._repr_html_()
    assert page.count("<table>") == 3 and "<th>tail</th>" in page
    assert found.best("tail") == "mean" and found.line("tail", "mean")["unfilled"] == 0


def test_progress_rises_to_one(panel):
    told = []
    egov.imputation_benchmark(panel, ["mean", "none"], ["random", "gap"], repeats=2, progress=told.append)
    assert told == [k / 8 for k in range(1, 9)]


# Bad input


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"masks": "tial"}, "masks: 'tial'; the nearest valid name is 'tail'"),
        ({"masks": []}, "masks: none"),
        ({"masks": ["gap", "gap"]}, "'gap' twice"),
        ({"methods": ["liner"]}, "liner.*linear"),
        ({"methods": []}, "methods: none"),
        ({"methods": ["mean", "mean"]}, "'mean' twice"),
        ({"methods": [3]}, r"methods\[0\]: 3"),
        ({"hide": []}, "hide: no indicator"),
        ({"hide": "x9"}, "hide: unknown indicator 'x9'"),
        ({"auxiliaries": ["x0", "x1"]}, "all indicators of the panel"),
        ({"auxiliaries": "y"}, "auxiliaries: unknown indicator 'y'"),
        ({"seed": -1}, "seed"),
        ({"repeats": 0}, "repeats"),
        ({"levels": 1.5}, "levels"),
        ({"least": 2}, "least"),
        ({"places": -1}, "places"),
        ({"draws": 1}, "draws"),
        ({"groups": "incomes"}, "groups: 'incomes'"),
        ({"masks": "income"}, "no income_groups in the panel"),
        ({"masks": "income", "income": "gdp"}, "income: 'gdp'"),
        ({"index": "egdi"}, "an Index is needed"),
    ],
)
def test_a_wrong_request_is_a_spec_error(asked, said):
    with pytest.raises(egov.SpecError, match=said):
        egov.imputation_benchmark(small(12, 10, 2), **({"methods": ["mean"], "masks": "random"} | asked))


def with_values(change):
    panel = small(12, 10, 2)
    values = panel.values.copy()
    change(values)
    return panel.replace(values=values)


@pytest.mark.parametrize(
    ("change", "mask", "said"),
    [
        (lambda v: v.__setitem__((slice(None), slice(None), 1), np.nan), "random", "'x1': nothing observed"),
        (
            lambda v: v.__setitem__((slice(None), slice(None), 0), 2.0),
            "random",
            "'x0': constant, 2 throughout",
        ),
        (lambda v: v.__setitem__((slice(None), slice(5, None)), np.nan), "tail", "hides no cell; 0 series"),
        (lambda v: v.__setitem__((slice(1, None), slice(None), 0), np.nan), "series", "hides all of x0"),
    ],
)
def test_data_that_cannot_be_tried_are_a_data_error(change, mask, said):
    with pytest.raises(egov.DataError, match=said):
        for seed in range(1, 30):
            egov.imputation_benchmark(with_values(change), ["mean"], mask, seed=seed)


def test_no_panel_no_benchmark():
    with pytest.raises(egov.DataError, match="panel: list"):
        egov.imputation_benchmark([[1.0]], ["mean"])


def test_auxiliaries_that_do_not_fit():
    panel, other = small(12, 10, 2), small(11, 10, 3)
    with pytest.raises(egov.DataError, match=r"no unit 'U11'(.|\n)*x0, x1, in the panel too"):
        egov.imputation_benchmark(panel, ["mean"], "random", auxiliaries=other)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (np.zeros((2, 2)), r"'odd': point of shape \(2, 2\); \(12, 10, 2\)"),
        ((np.zeros((12, 10, 2)), np.zeros(3)), "sd of shape"),
        ({"sd": 1}, "an answer without predictions"),
        ((1, 2, 3, 4), "an answer without predictions"),
    ],
)
def test_a_function_that_answers_something_else(answer, said):
    with pytest.raises(egov.DataError, match=said):
        egov.imputation_benchmark(small(12, 10, 2), [("odd", lambda values: answer)], "random")


def test_an_error_of_a_function_names_it():
    def broken(values):
        raise ZeroDivisionError("oh")

    with pytest.raises(ZeroDivisionError) as caught:
        egov.imputation_benchmark(small(12, 10, 2), [broken], "random")
    assert caught.value.__notes__ == ["in the method 'broken' under test"]


def test_wrong_questions_to_the_answer():
    found = egov.imputation_benchmark(small(12, 10, 2), ["mean"], "random")
    with pytest.raises(egov.SpecError, match="reference: 'man'; the nearest valid name is 'mean'"):
        found.compare("man")
    with pytest.raises(egov.SpecError, match="score: 'rmse'; the nearest valid name is 'nrmse'"):
        found.compare(score="rmse")
    with pytest.raises(egov.SpecError, match="mask: 'tail'"):
        found.best("tail")
