"""Index and outcomes: coefficients and adjustments of scipy, years and overlaps, and what is refused."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

import egov_index as egov
from egov_index import DataError, Framework, Index, Panel, Recipe, SpecError, _core
from egov_index.compiled import core_choice

NAN = float("nan")
RNG = np.random.default_rng(12)
UNITS = [f"U{k:02}" for k in range(40)]
SCORES = RNG.normal(size=(40, 2, 2))
TARGETS = 0.5 * SCORES[:, :1, :1] + RNG.normal(size=(40, 6, 3))
TARGETS[RNG.uniform(size=TARGETS.shape) < 0.4] = NAN


def scores(backend="pandas"):
    return Panel(SCORES, UNITS, [2020, 2022], ["a", "b"], backend=backend)


def targets(values=TARGETS, units=UNITS, **info):
    names = ["poverty", "health", "growth"]
    facts = {"indicator": names, "sdg_goal": ["1", "3", "8"], "direction": [-1, 1, 1]} | info
    return Panel(values, units, list(range(2017, 2023)), names, indicator_info=facts)


def latest(values, years, now, window):
    out = np.full(values.shape[::2], NAN)
    for t, year in enumerate(years):
        if now - window < year <= now:
            out = np.where(np.isnan(values[:, t]), out, values[:, t])
    return out


def links(**keywords):
    given = {"resamples": 0, "minimum": 0} | keywords
    return egov.outcomes.correlate(scores(), targets(), **given).to_frame()


@pytest.mark.parametrize(
    ("method", "reference"), [("spearman", stats.spearmanr), ("pearson", stats.pearsonr)]
)
@pytest.mark.parametrize(("period", "window"), [(2022, 5), (2022, 1), (2020, 2)])
def test_coefficients_and_p_values_are_those_of_scipy(method, reference, period, window):
    frame = links(method=method, period=period, window=window)
    y = latest(TARGETS, range(2017, 2023), period, window)
    for (j, i), row in zip(np.ndindex(3, 2), frame.itertuples(), strict=True):
        x = SCORES[:, [2020, 2022].index(period), i]
        both = ~np.isnan(y[:, j])
        wanted = reference(x[both], y[both, j])
        assert row.n == both.sum()
        assert row.estimate == pytest.approx(wanted.statistic, rel=1e-11, abs=1e-14)
        assert row.p == pytest.approx(wanted.pvalue, rel=1e-9)
    assert frame["node"].tolist() == ["a", "b"] * 3
    assert frame["outcome"].tolist() == [name for name in ("poverty", "health", "growth") for _ in "ab"]
    assert frame["sdg_goal"].tolist() == ["1", "1", "3", "3", "8", "8"]
    assert frame["direction"].tolist() == [-1, -1, 1, 1, 1, 1]


def test_ties_in_outcomes():
    rounded = targets(np.round(TARGETS))
    frame = egov.outcomes.correlate(scores(), rounded, resamples=0, minimum=0).to_frame()
    y = latest(np.round(TARGETS), range(2017, 2023), 2022, 5)
    for (j, i), got in zip(np.ndindex(3, 2), frame["estimate"], strict=True):
        both = ~np.isnan(y[:, j])
        assert got == pytest.approx(stats.spearmanr(SCORES[both, 1, i], y[both, j]).statistic, rel=1e-11)


@pytest.mark.parametrize(("method", "reference"), [("bh", "bh"), ("by", "by")])
def test_adjusted_p_values_are_those_of_scipy(method, reference):
    frame = links(adjust=method)
    np.testing.assert_allclose(
        frame["p_adjusted"], stats.false_discovery_control(frame["p"], method=reference), rtol=1e-12
    )
    p = np.sort(RNG.uniform(size=60) ** 3)
    got = np.asarray(_core.adjust(p[::-1].copy(), core_choice("adjust", egov.choice(method))))
    np.testing.assert_allclose(got, stats.false_discovery_control(p[::-1], method=reference), rtol=1e-12)


def test_years_of_the_outcome():
    frame = links(window=3)
    y = np.where(np.isnan(TARGETS), NAN, np.arange(2017, 2023)[None, :, None])[:, 3:]
    newest = np.nanmax(np.where(np.isnan(y), -np.inf, y), axis=1)
    for j, row in enumerate(frame[frame["node"] == "a"].itertuples()):
        seen = newest[np.isfinite(newest[:, j]), j]
        assert (row.year, row.year_min, row.year_max) == (np.median(seen), seen.min(), seen.max())


def test_resampled_intervals_hold_the_estimate_and_depend_on_the_seed_alone():
    runs = [links(resamples=400, seed=5, threads=k) for k in (1, 2, 3)]
    assert (runs[0]["low"] < runs[0]["estimate"]).all() and (runs[0]["estimate"] < runs[0]["high"]).all()
    for run in runs[1:]:
        assert run.equals(runs[0])
    assert not links(resamples=400, seed=6)["low"].equals(runs[0]["low"])
    assert links()["low"].isna().all()
    assert (links(resamples=400, seed=5, level=0.5)["low"] > runs[0]["low"]).all()


def test_percentile_intervals_are_close_to_those_of_scipy():
    y = np.nan_to_num(latest(TARGETS, range(2017, 2023), 2022, 6)[:, 0])
    wanted = stats.bootstrap(
        (SCORES[:, 1, 0], y),
        lambda a, b: stats.spearmanr(a, b).statistic,
        paired=True,
        vectorized=False,
        n_resamples=2000,
        method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    outcome = Panel(y[:, None, None], UNITS, [2022], ["poverty"])
    got = egov.outcomes.correlate(scores(), outcome, resamples=4000, minimum=0).to_frame().iloc[0]
    assert got["low"] == pytest.approx(wanted.low, abs=0.04) and got["high"] == pytest.approx(
        wanted.high, abs=0.04
    )


def test_pairs_without_a_number_say_why():
    values = TARGETS.copy()
    values[:, :, 0] = 4.0
    values[2:, :, 1] = NAN
    frame = egov.outcomes.correlate(scores(), targets(values), resamples=10, minimum=30).to_frame()
    constant, few, rest = (frame.iloc[k] for k in (0, 2, 4))
    assert np.isnan(constant["estimate"]) and "constant" in constant["note"]
    assert few["n"] <= 2 and np.isnan(few["p"]) and "fewer than 30" in few["note"]
    assert rest["note"] == ("" if rest["n"] >= 30 else "fewer than 30 countries")
    assert np.isnan(frame["p_adjusted"][0]) and not np.isnan(frame["p_adjusted"][4])


def test_units_are_matched_by_label_and_outcomes_later_than_the_index_are_not_taken():
    order = RNG.permutation(40)[:30]
    moved = targets(TARGETS[order], [UNITS[k] for k in order])
    frame = egov.outcomes.correlate(scores(), moved, resamples=0, minimum=0).to_frame()
    keep = np.isin(np.arange(40), order)
    kept = scores().select(units=[UNITS[k] for k in np.flatnonzero(keep)])
    part = egov.outcomes.correlate(kept, targets(), resamples=0, minimum=0).to_frame()
    np.testing.assert_allclose(frame["estimate"], part["estimate"], rtol=1e-12)
    late = TARGETS.copy()
    late[:, 4:] = 99.0
    np.testing.assert_allclose(
        egov.outcomes.correlate(scores(), targets(late), period=2020, resamples=0, minimum=0).to_frame()[
            "estimate"
        ],
        links(period=2020)["estimate"],
    )


def test_a_result_has_its_nodes_and_warns_of_shared_inputs():
    tree = Framework(
        [
            {"code": "root"},
            {"code": "a", "parent": "root", "concept": "schooling;income"},
            {"code": "b", "parent": "root"},
        ]
    )
    result = Index(tree, Recipe(normalize="zscore")).score(scores())
    shared = targets(concept=["income", "health;schooling", "growth"])
    frame = egov.outcomes.correlate(result, shared, resamples=0, minimum=0).to_frame()
    assert frame["node"].drop_duplicates().tolist() == ["root", "a", "b"]
    assert frame["overlap"].tolist() == ["income", "income", "", "schooling", "schooling", "", "", "", ""]
    assert "shares income" in frame["note"][0]
    one = egov.outcomes.correlate(result, shared, nodes=["b"], resamples=0).to_frame()
    assert one["node"].unique().tolist() == ["b"]


def test_frames_of_polars_and_a_short_description():
    made = egov.outcomes.correlate(scores("polars"), targets(), resamples=0)
    assert isinstance(made.to_frame(), pl.DataFrame) and len(made) == 6
    assert "association is not cause" in repr(made) and made.method == "spearman" and made.adjust == "bh"


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"method": "spearmn"}, ["'spearman'"]),
        ({"adjust": "bhh"}, ["'bh'"]),
        ({"nodes": ["a", "c"]}, ["'c'"]),
        ({"period": 2021}, ["2021", "2020, 2022"]),
        ({"nodes": ["z"], "period": 1999}, ["'z'", "1999"]),
        ({"window": 0}, ["window"]),
        ({"level": 95}, ["level"]),
        ({"resamples": -1}, ["resamples"]),
        ({"resamples": 1.5}, ["resamples"]),
        ({"missing": "raise"}, ["missing", "pairwise", "listwise"]),
        ({"seed": -1}, ["seed"]),
        ({"minimum": "30"}, ["minimum"]),
    ],
)
def test_bad_requests(keywords, words):
    with pytest.raises(SpecError) as caught:
        links(**keywords)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("period", [2020.0, np.int64(2020), np.float32(2020), "2020", np.array(2020)])
def test_a_period_by_what_equals_its_label(period):
    assert links(period=period)["estimate"].tolist() == links(period=2020)["estimate"].tolist()
    pooled = links(period=np.array([2022.0, period], dtype=object), view="pooled")
    assert pooled["estimate"].tolist() == links(view="pooled")["estimate"].tolist()
    with pytest.raises(SpecError, match=r"2020\.5"):
        links(period=2020.5)
    with pytest.raises(SpecError, match="True"):
        links(period=True)


def test_data_that_have_nothing_in_common():
    with pytest.raises(DataError, match=r"units 0, 1, 2.*numbers or text"):
        egov.outcomes.correlate(scores(), targets(units=list(range(40))))
    with pytest.raises(DataError, match="periods first"):
        egov.outcomes.correlate(scores(), Panel(TARGETS[:, :1], UNITS, ["first"], ["x", "y", "z"]))
    with pytest.raises(DataError, match="Panel"):
        egov.outcomes.correlate(SCORES, targets())
    with pytest.raises(DataError, match="Panel"):
        egov.outcomes.correlate(scores(), TARGETS)
    words = Panel(SCORES, UNITS, ["first", "second"], ["a", "b"])
    with pytest.raises(DataError, match="second"):
        egov.outcomes.correlate(words, targets())
