"""Errors and intervals of a benchmark of imputations beside plain loops and closed forms."""

import math
from importlib import import_module

import numpy as np
import pytest
from imputation_panels import TELECOM, near, small

import egov_index as egov

scores = import_module("egov_index.imputation_benchmark.scores")
contenders = import_module("egov_index.imputation_benchmark.contenders")


def twin(panel, seen, filled, lower, upper, level):
    """Errors and intervals by plain loops: per indicator hidden, nrmse, nmae, coverage, interval score."""
    found = []
    for k in range(panel.shape[2]):
        observed = [x for x in panel.values[:, :, k].ravel() if not math.isnan(x)]
        mean = sum(observed) / len(observed)
        sd = math.sqrt(sum((x - mean) ** 2 for x in observed) / len(observed))
        square = total = inside = score = n = 0
        for i in range(panel.shape[0]):
            for t in range(panel.shape[1]):
                y = panel.values[i, t, k]
                if math.isnan(seen[i, t, k]) and not math.isnan(y):
                    n += 1
                    square += (filled[i, t, k] - y) ** 2
                    total += abs(filled[i, t, k] - y)
                    low, high = lower[i, t, k], upper[i, t, k]
                    inside += low <= y <= high
                    score += high - low + 2 / (1 - level) * (max(low - y, 0) + max(y - high, 0))
        found.append((n, math.sqrt(square / n) / sd, total / n / sd, inside / n, score / n / sd))
    return found


def test_scores_are_those_of_plain_loops(panel):
    given = {}

    def guess(values):
        given["seen"] = values.copy()
        given["filled"] = np.where(np.isnan(values), 40.0, values)
        given["lower"], given["upper"] = np.full(values.shape, 15.0), np.full(values.shape, 90.0)
        return given["filled"], given["lower"], given["upper"]

    frame = egov.imputation_benchmark(panel, [("guess", guess)], "gap", seed=3, levels=0.8).to_frame()
    plain = twin(panel, given["seen"], given["filled"], given["lower"], given["upper"], 0.8)
    for (_, row), (n, nrmse, nmae, coverage, score) in zip(frame.iterrows(), plain, strict=True):
        assert (row["hidden"], row["intervals"], row["unfilled"]) == (n, n, 0)
        assert row[["nrmse", "nmae", "coverage", "interval_score"]].tolist() == pytest.approx(
            [nrmse, nmae, coverage, score], rel=1e-12
        )


def test_what_is_left_open_counts_as_the_mean_of_its_period_and_is_counted(panel):
    found = egov.imputation_benchmark(panel, ["none", "mean"], "series", hide=TELECOM)
    frame = found.to_frame()
    none, mean = (frame[frame["method"] == name] for name in ("none", "mean"))
    assert none["unfilled"].tolist() == none["hidden"].tolist() and mean["unfilled"].sum() == 0
    assert none["nrmse"].tolist() == pytest.approx(mean["nrmse"].tolist(), rel=1e-12)
    assert found.notes == (
        f"none left {none['hidden'].sum():,} (series) hidden cells open: they count as the mean",
    )


def test_infinite_predictions_count_as_the_mean_too(panel):
    def infinite(values):
        return np.where(np.isnan(values), np.inf, values)

    frame = egov.imputation_benchmark(panel, [infinite, "mean"], "tail").summary()
    assert frame["method"].tolist() == ["infinite", "mean"]
    assert frame["nrmse"][0] == pytest.approx(frame["nrmse"][1])


def test_who_knows_the_truth_has_no_error(panel):
    truth = panel.values

    def oracle(values):
        return truth, np.zeros(values.shape)

    row = egov.imputation_benchmark(panel, [("oracle", oracle)], "random").summary().iloc[0]
    assert (row["nrmse"], row["nmae"], row["coverage"], row["interval_score"]) == (0, 0, 1, 0)


def test_honest_intervals_cover_their_level_at_every_level():
    panel = small(60, 30, 2)

    def honest(values):
        return np.where(np.isnan(values), 50.0, values), np.full(values.shape, 10.0)

    found = egov.imputation_benchmark(panel, [("honest", honest)], "random", levels=(0.5, 0.9), repeats=3)
    frame = found.coverage()
    assert frame["level"].tolist() == [0.5, 0.9]
    for row in frame.to_dict("records"):
        assert near(row["covered"], row["intervals"], row["level"])
    assert found.summary()["coverage"][0] == pytest.approx(frame["coverage"][0])
    each = found.coverage(by_indicator=True)
    assert each.groupby("level")["covered"].sum().tolist() == frame["covered"].tolist()


def test_the_interval_score_of_a_normal_interval_has_its_closed_form():
    z = 1.6448536269514722
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    expected = 2 * z + 2 * 20 * (density - z * 0.05)
    y = np.random.default_rng(1).normal(size=400_000)
    ends = np.full(y.shape, z)
    found = scores.held(y, -ends, ends, 0.9, 1.0, [(None, np.ones(y.shape, dtype=bool))])[0]
    assert found.score == pytest.approx(expected, abs=0.02)
    assert found.covered / found.intervals == pytest.approx(0.9, abs=0.003)


def test_cells_without_an_interval_are_counted_apart():
    y, nan = np.array([1.0, 2.0, 3.0]), np.nan
    groups = [(None, np.array([True, True, True])), ("rich", np.array([True, False, False]))]
    all_units, rich = scores.held(y, np.array([nan, 1.0, 4.0]), np.array([2.0, 3.0, 5.0]), 0.9, 2.0, groups)
    assert (all_units.hidden, all_units.intervals, all_units.covered) == (3, 2, 1)
    assert all_units.score == pytest.approx(((2 + 0) + (1 + 20 * 1)) / 2 / 2)
    assert (rich.hidden, rich.intervals, rich.covered) == (1, 0, 0) and math.isnan(rich.score)


def test_coverage_by_group_adds_up(panel):
    def wide(values):
        return np.where(np.isnan(values), 40.0, values), np.full(values.shape, 25.0)

    found = egov.imputation_benchmark(panel, [("wide", wide)], ["random", "gap"], hide=TELECOM)
    frame = found.coverage()
    parts = frame[frame["group"].notna()]
    assert parts["group"].tolist()[:4] == [
        "low_income",
        "lower_middle_income",
        "upper_middle_income",
        "high_income",
    ]
    for mask in ("random", "gap"):
        whole = frame[(frame["mask"] == mask) & frame["group"].isna()].iloc[0]
        for name in ("hidden", "intervals", "covered"):
            assert parts[parts["mask"] == mask][name].sum() == whole[name]
    assert found.coverage(by_group=False)["group"].isna().all()
    none = egov.imputation_benchmark(panel, [("wide", wide)], "random", groups=None).coverage()
    assert none["group"].isna().all()


# Intervals of what methods answer


class Answer:
    def __init__(self, sd=None, draws=None):
        self.sd, self.draws = sd, draws


class WithInterval(Answer):
    def interval(self, level):
        return np.full((1, 2, 1), -level), np.full((1, 2, 1), level)


def test_an_answer_gives_its_interval_or_quantiles_of_draws():
    holes = np.array([[[False], [True]]])
    draws = np.arange(11.0)[:, None, None, None] * np.ones((1, 1, 2, 1))
    sd = np.array([[[np.nan], [2.0]]])
    assert contenders._interval(Answer(), None, holes, 0.8) is None
    assert contenders._interval(WithInterval(sd=sd), None, holes, 0.8).upper[0, 1, 0] == 0.8
    drawn = contenders._interval(WithInterval(sd=sd), draws, holes, 0.8)
    assert (drawn.lower[0, 1, 0], drawn.upper[0, 1, 0]) == pytest.approx((1.0, 9.0))
    assert np.isnan(drawn.lower[0, 0, 0])


def test_a_mapping_names_methods_and_chains():
    found = contenders.contenders(
        {"a": "linear", "b": ["linear", "mean"], "c": egov.choice("locf", max_gap=2)}
    )
    assert [(one.name, len(one.chain)) for one in found] == [("a", 1), ("b", 2), ("c", 1)]


def test_functions_may_answer_in_several_ways():
    panel = small(12, 12, 2)
    zero = np.zeros(panel.shape)
    answers = {
        "values": lambda values: zero,
        "pair": lambda values: (zero, zero + 60),
        "ends": lambda values: {"point": zero, "lower": [zero - 100] * 2, "upper": [zero + 100] * 2},
        "mapping": lambda values, levels: {"point": zero, "lower": [zero, zero - 1], "upper": [zero + 1, zero + 100]},
        "draws": lambda values: {"point": zero, "draws": np.stack([zero, zero + 100, zero + 50])},
    }  # fmt: skip
    found = egov.imputation_benchmark(panel, answers, "random", levels=[0.5, 0.9])
    wide = found.coverage().set_index(["method", "level"])["coverage"]
    assert {method for method, _ in wide.index} == {"pair", "ends", "mapping", "draws"}
    assert wide["ends", 0.9] == 1 and wide["mapping", 0.5] == 0 and wide["mapping", 0.9] == 1
    assert wide["draws", 0.9] == 1 and wide["draws", 0.5] < 1
