"""Choices enumerated beside weights that vary, groups, estimators, intervals and outputs of one run."""

import pickle

import numpy as np
import pytest
from mixed_index import SCALES, run

from egov_index import (
    Alternatives,
    noise,
)


@pytest.fixture(scope="module")
def truth():
    return run(n=1 << 16, output=["rank_shift", "kendall"], discrete="sampled", second_order=True, seed=7)


@pytest.mark.parametrize("discrete", ["enumerated", "sampled"])
def test_both_ways_of_taking_choices_agree(truth, discrete):
    made = run(n=1 << 13, output=["rank_shift", "kendall"], discrete=discrete, second_order=True)
    assert made.discrete == discrete and not made.exact
    np.testing.assert_allclose(made.first, truth.first, atol=0.02)
    np.testing.assert_allclose(made.total, truth.total, atol=0.02)
    at = np.triu_indices(6, 1)
    np.testing.assert_allclose(made.second[:, at[0], at[1]], truth.second[:, at[0], at[1]], atol=0.03)
    np.testing.assert_allclose(made.variance, truth.variance, rtol=0.02)
    np.testing.assert_allclose(made.mean, truth.mean, rtol=0.01)


def test_runs_are_counted():
    assert run(n=512).runs == 512 * 8
    assert run(n=512, second_order=True).runs == 512 * 14
    made = run(n=512, discrete="enumerated")
    assert (made.n, made.runs) == (85, 85 * 6 * 6)


def test_intervals_hold_about_as_often_as_they_say(truth):
    for discrete in ("enumerated", "sampled"):
        held = []
        for seed in range(40):
            made = run(
                n=768, output=["rank_shift", "kendall"], discrete=discrete, seed=seed + 1, replicates=8
            )
            for name in ("first", "total"):
                low, high = made.interval[name]
                held.append((low <= getattr(truth, name)) & (getattr(truth, name) <= high))
        assert 0.82 < np.mean(held) < 0.96


@pytest.mark.parametrize("discrete", ["enumerated", "sampled"])
@pytest.mark.parametrize("resamples", [0, 50])
def test_the_same_bits_for_any_number_of_threads(discrete, resamples):
    runs = [
        run(n=600, threads=k, discrete=discrete, resamples=resamples, output=["rank", "score"])
        for k in (1, 2, 5)
    ]
    for other in runs[1:]:
        for name in ("first", "total"):
            np.testing.assert_array_equal(getattr(other, name), getattr(runs[0], name))
            np.testing.assert_array_equal(other.interval[name], runs[0].interval[name])


def test_second_orders_are_run_when_they_are_looked_at():
    lazy, asked = run(n=256), run(n=256, second_order=True)
    assert set(lazy.interval) == {"first", "total"}
    np.testing.assert_array_equal(lazy.second, asked.second)
    np.testing.assert_array_equal(lazy.interval["second"], asked.interval["second"])
    assert len(lazy.to_frame("second")) == 12 * 15
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(run(n=256))).second, asked.second)


def test_weights_as_one_group():
    apart, together = (run(n=1 << 12, output="kendall", groups=groups) for groups in (None, "stages"))
    assert together.factors == ("normalize", "aggregate", "weights")
    np.testing.assert_allclose(together.total[0, :2], apart.total[0, :2], atol=0.02)
    assert together.total[0, 2] >= apart.total[0, 2:].max() - 0.02
    named = run(n=1 << 12, output="kendall", groups={"weights": apart.factors[2:]})
    np.testing.assert_array_equal(named.total, together.total)


def test_groups_of_choices_are_exact_too():
    choices = Alternatives(
        normalize=SCALES, aggregate=["arithmetic", "geometric"], treat=["none", "winsorize"]
    )
    alone, pair = run(choices), run(choices, groups={"g": ["treat", "aggregate"]})
    assert pair.factors == ("g", "normalize") and pair.exact
    np.testing.assert_allclose(pair.total[:, 1], alone.total[:, 1], atol=1e-12)
    k = alone.factors.index("normalize")
    np.testing.assert_allclose(pair.first[:, 0], 1 - alone.total[:, k], atol=1e-12)


def test_a_dummy_has_no_part():
    for discrete in ("enumerated", "sampled"):
        made = run(n=256, dummy=True, discrete=discrete)
        moving = ~np.isnan(made.first[:, 0])
        assert made.factors[-1] == "dummy" and (made.total[moving, -1] == 0).all()
        assert (made.first[moving, -1] == 0).all()


def test_every_estimator_finds_the_same(truth):
    for first, total in (
        ("sobol", "homma_saltelli"), ("jansen", "sobol"), ("janon_monod", "janon_monod"), ("martinez", "glen_isaacs"),
        ("azzini_rosati", "azzini_rosati"), ("owen", "saltelli"),
    ):  # fmt: skip
        made = run(n=1 << 13, output=["rank_shift", "kendall"], first=first, total=total)
        np.testing.assert_allclose(made.first, truth.first, atol=0.03)
        np.testing.assert_allclose(made.total, truth.total, atol=0.03)


def test_several_outputs_are_those_of_one_at_a_time():
    both = run(n=256, output=["rank", "score", "kendall", ("U0", "U1")])
    parts = [run(n=256, output=one) for one in ("rank", "score", "kendall", ("U0", "U1"))]
    np.testing.assert_allclose(both.total, np.concatenate([part.total for part in parts]), rtol=1e-12)
    assert both.outputs[:1] + both.outputs[12:13] + both.outputs[24:] == (
        "U0, rank", "U0, score", "Kendall distance", "U0 above U1",
    )  # fmt: skip


def test_scores_are_compared_on_one_scale():
    """Raw scores of min-max, z and rank scales differ by their scales alone; on a common one they do not."""
    alternatives = Alternatives(normalize=["minmax", "zscore", "rank"], weights=noise(0.4, "leaves"))
    shares = {
        output: run(alternatives, n=1024, output=output)
        .aggregated()
        .set_index("factor")["first"]["normalize"]
        for output in ("raw_score", "score")
    }
    assert shares["raw_score"] > 0.97 and shares["score"] < 0.9


def test_periods_are_ranked_apart():
    made = run(n=128, period=[2020, 2021], output=["rank", ("U3", "U4")])
    assert made.outputs[0] == "U0 2020, rank" and made.outputs[-1] == "U3 2021 above U4 2021"
    alone = run(n=128, period=2020)
    np.testing.assert_allclose(made.total[:12], alone.total, rtol=1e-9)


def test_aggregated_indices_are_sums_of_variances():
    made = run(n=512)
    table = made.aggregated().set_index("factor")["total"]
    parts = np.nan_to_num(made.total) * made.variance[:, None]
    np.testing.assert_allclose(table[list(made.factors)], parts.sum(axis=0) / made.variance.sum(), rtol=1e-12)


def test_what_it_says_of_itself():
    said = run(n=600, discrete="enumerated").explain()
    assert "each crossed with all combinations of choices" in said and "power of two" in said
    assert "percentiles of 20 bootstrap" in run(n=256, resamples=20).explain()


def test_progress_can_stop_it():
    def enough(done):
        raise KeyboardInterrupt

    for discrete in ("enumerated", "sampled"):
        with pytest.raises(KeyboardInterrupt):
            run(n=1 << 18, discrete=discrete, progress=enough)
