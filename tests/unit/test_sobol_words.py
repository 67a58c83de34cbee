"""Sobol' indices: small designs, forms of outputs, progress, frames and sentences."""

import numpy as np
import polars as pl
import pytest

from egov_index import sobol

PROBLEM = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}


def ishigami(x):
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def plain(x):
    """The same numbers without a layout."""
    return np.array(x)


@pytest.mark.parametrize("n", [1, 2, 3, 33])
def test_small_designs(n):
    one = {"names": ["a"], "bounds": [[0, 1]]}
    x = sobol.sample(one, n)
    found = sobol.analyze(one, 5 * x[:, 0])
    assert x.shape == (4 * n, 1) and found.second.shape == (1, 1) and np.isnan(found.second).all()
    assert np.isfinite(found.total).all() and len(found.to_frame("second")) == 0
    assert np.isnan(found["ST_conf"]).all() == (n == 1)
    assert isinstance(found.explain(), str)


def test_outputs_in_any_form():
    x = sobol.sample(PROBLEM, 64)
    y = np.round(10 * plain(ishigami(x)))
    wanted = sobol.analyze(PROBLEM, y, design=x).total
    for form in (y.tolist(), y.astype(np.int16), y.astype(np.float32), np.repeat(y, 2)[::2]):
        np.testing.assert_array_equal(sobol.analyze(PROBLEM, form, design=x).total, wanted)
    both = np.column_stack([y, -y])
    for form in (both, np.asfortranarray(both), y[:, None], [[v] for v in y]):
        found = sobol.analyze(PROBLEM, form, design=x)
        np.testing.assert_array_equal(found.total[0], wanted)
        assert found.total.shape == (np.shape(form)[1], 3) and found.second.shape == (np.shape(form)[1], 3, 3)


def test_uneven_numbers_of_points_are_noted():
    for keywords, words in (
        ({"n": 1000}, "1,000 in 8 scrambles"),
        ({"n": 100, "scrambles": 1}, "100 base points"),
    ):
        x = sobol.sample(PROBLEM, **keywords)
        assert f"{words}: Sobol' points" in sobol.analyze(PROBLEM, ishigami(x), interval="t").explain()
    for kind in ("lhs", "montecarlo"):
        assert not sobol.analyze(PROBLEM, ishigami(sobol.sample(PROBLEM, 1000, kind=kind))).notes


@pytest.mark.parametrize("interval", ["t", "bootstrap"])
def test_progress_is_told_and_may_stop_the_call(interval):
    x = sobol.sample(PROBLEM, 256)
    told = []
    sobol.analyze(PROBLEM, ishigami(x), interval=interval, progress=told.append)
    assert told == sorted(told) and told[-1] == 1

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sobol.analyze(PROBLEM, ishigami(x), interval=interval, progress=stop)


def test_frames_and_sentences():
    x = sobol.sample(PROBLEM, 1024, seed=2)
    found = sobol.analyze(PROBLEM, ishigami(x))
    frame = found.to_frame(backend="polars")
    assert isinstance(frame, pl.DataFrame) and frame["factor"].to_list() == ["x1", "x2", "x3"]
    pairs = found.to_frame("second")
    assert list(zip(pairs["factor"], pairs["with"], strict=True)) == [
        ("x1", "x2"),
        ("x1", "x3"),
        ("x2", "x3"),
    ]
    text = found.explain()
    assert "1,024 base points in 8 independent scrambles, 8,192 runs" in text
    assert "x1 matters most" in text and "acting together" in text
    assert "8,192 runs" in repr(found)


def test_what_looks_wrong_is_explained():
    """Outputs that are noise: indices near 0 with wide intervals, sums above 1, first above total."""
    names = [f"y{k}" for k in range(20)]
    x = sobol.sample(PROBLEM, 64, scrambles=8, seed=1)
    y = np.random.default_rng(4).normal(size=(len(x), 20))
    text = sobol.analyze(dict(PROBLEM, outputs=names), y, design=x, first="jansen").explain()
    assert "Below 0 in" in text and "Nothing is clipped" in text
    more = sobol.sample(PROBLEM, 1024, seed=1)
    additive = sobol.analyze(PROBLEM, more[:, 0] + more[:, 1], design=more).explain()
    assert "sum to 1.0" in additive or "one by one" in additive
    hardly = sobol.analyze(PROBLEM, ishigami(x), design=x, total="homma_saltelli", dummy=True).explain()
    assert "dummy: 64 base points" in hardly and "too few to tell it from 0" in hardly


def test_a_first_order_far_above_its_total_order_is_no_sampling_error():
    """Runs of x1 and x2 exchanged in the reversed half, so that Azzini and Rosati's product meets the wrong factor."""
    x = sobol.sample(PROBLEM, 1024, seed=1)
    y = plain(3 * x[:, 0] + x[:, 1]).reshape(-1, 8)
    y[:, 1] = y[:, 0] - 0.1 * (y[:, 0] - y[:, 1])
    text = sobol.analyze(PROBLEM, y.ravel(), design=x).explain()
    assert "by more than the intervals allow for x1" in text and "rows in another order" in text


@pytest.mark.parametrize(("n", "words"), [(1, "1 base point is too few"), (16, "16 base points are too few")])
def test_a_handful_of_base_points_says_nothing(n, words):
    x = sobol.sample(PROBLEM, n)
    found = sobol.analyze(PROBLEM, ishigami(x))
    text = found.explain()
    assert words in text and "matters most" not in text and "sum to" not in text
    assert ("bootstrap resamples" in text) == (n > 1) and (found.resamples > 0) == (n > 1)
    assert "too few to say" not in sobol.analyze(PROBLEM, ishigami(sobol.sample(PROBLEM, 64))).explain()


def test_intervals_wider_than_any_share_are_named():
    x = sobol.sample(PROBLEM, 64, scrambles=2)
    y = np.random.default_rng(1).normal(size=len(x))
    found = sobol.analyze(PROBLEM, y, design=x)
    low, high = found.interval["first"]
    assert (high - low).max() > 1 and "64 leave intervals wider than 1 for" in found.explain()
    one = sobol.sample(PROBLEM, 64, scrambles=1)
    assert "at 95 %: none." in sobol.analyze(PROBLEM, ishigami(one), interval="t").explain()
