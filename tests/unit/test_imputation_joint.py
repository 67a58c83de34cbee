"""Multivariate normal, bootstrap EM and low rank: references, slow twins, draws, edges, and the real panel."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

import egov_index as egov

nan = np.nan
SHARED = (
    Path(os.environ.get("EGOV_SHARED", Path(__file__).parents[3] / "shared")) / "reference" / "imputation"
)
NORMAL = ("em", "bootstrap_em")
METHODS = (*NORMAL, "svd")


def table(seed=1, units=30, periods=1, columns=3, share=0.25):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(units, 1, 1)) + 0.2 * np.arange(periods)[None, :, None]
    values = 10 + common * rng.uniform(1, 3, columns) + rng.normal(size=(units, periods, columns))
    holes = rng.random(values.shape) < share
    holes[:, :, 0] &= ~holes.all(axis=2)
    return np.where(holes, nan, values)


def given(mean, covariance, row):
    """Mean and covariance of what is missing from a row."""
    o, m = ~np.isnan(row), np.isnan(row)
    slopes = covariance[np.ix_(m, o)] @ np.linalg.inv(covariance[np.ix_(o, o)])
    return mean[m] + slopes @ (row[o] - mean[o]), covariance[np.ix_(m, m)] - slopes @ covariance[np.ix_(o, m)]


def slow_em(data, steps=400):
    mean, covariance = np.nanmean(data, axis=0), np.diag(np.nanvar(data, axis=0))
    for _ in range(steps):
        first, second = np.zeros_like(mean), np.zeros_like(covariance)
        for row in data:
            m, full, left = np.isnan(row), row.copy(), np.zeros_like(covariance)
            full[m], left[np.ix_(m, m)] = given(mean, covariance, row)
            first += full
            second += np.outer(full, full) + left
        mean = first / len(data)
        covariance = second / len(data) - np.outer(mean, mean)
    return mean, covariance


# References


@pytest.mark.skipif(not SHARED.is_dir(), reason="reference results are not here")
@pytest.mark.parametrize("name", ["airquality", "missvals", "nhanes"])
@pytest.mark.parametrize("method", NORMAL)
def test_conditional_means_are_those_of_the_reference_estimates(name, method):
    data = np.genfromtxt(SHARED / f"data_{name}.csv", delimiter=",", skip_header=1, missing_values="NA")
    found = json.loads((SHARED / f"mvn_{name}.json").read_text(encoding="utf-8"))
    columns = found["p"]
    data = data[:, -columns:]
    assert data.shape == (found["n"], columns)
    tight = found["norm_tight_crit_1e-12"]
    mean, covariance = np.array(tight["mu"]), np.array(tight["sigma"])
    got = egov.impute(data, method, tolerance=1e-11, steps=100_000)
    assert got.notes == () and got.remaining == 0
    for row, filled, sd in zip(data, got.panel, got.sd[:, 0], strict=True):
        if np.isnan(row).any():
            wanted, spread = given(mean, covariance, row)
            np.testing.assert_allclose(filled[np.isnan(row)], wanted, rtol=1e-6)
            np.testing.assert_allclose(sd[np.isnan(row)], np.sqrt(np.diag(spread)), rtol=1e-6)


def soft_twin(values, penalty, steps=3000):
    center, spread = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    x = (values - center) / spread
    z = np.zeros_like(x)
    for _ in range(steps):
        u, d, v = np.linalg.svd(np.where(np.isnan(x), z, x), full_matrices=False)
        z = (u * np.maximum(d - penalty, 0)) @ v
    return np.where(np.isnan(values), center + spread * z, values)


@pytest.mark.parametrize("shape", ["wide", "long"])
@pytest.mark.parametrize("penalty", [0.5, 3.0])
def test_soft_thresholding_is_that_of_a_plain_twin(shape, penalty):
    values = table(periods=4)
    got = egov.impute(values, "svd", shape=shape, tolerance=1e-10, steps=10_000, **{"lambda": penalty}).panel
    units, _, columns = values.shape
    flat = values.reshape(units, -1) if shape == "wide" else values.reshape(-1, columns)
    np.testing.assert_allclose(got, soft_twin(flat, penalty).reshape(values.shape), rtol=1e-6)


def test_the_penalty_found_is_near_the_best():
    rng = np.random.default_rng(4)
    truth = rng.normal(size=(60, 2)) @ rng.normal(size=(2, 24)) + 0.7 * rng.normal(size=(60, 24))
    truth = truth.reshape(60, 8, 3)
    holes = rng.random(truth.shape) < 0.3
    values = np.where(holes, nan, truth)

    def error(**params):
        return np.sqrt(np.mean((egov.impute(values, "svd", **params).panel - truth)[holes] ** 2))

    tried = [error(**{"lambda": penalty}) for penalty in (0.05, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0)]
    assert error() < 1.06 * min(tried) and max(tried) > 1.5 * min(tried)


def test_bounds_hold_and_the_mean_is_that_of_the_back_transform():
    values = np.clip(table(seed=3, units=80) * 9, 0, 100)
    for method in METHODS:
        got = egov.impute(values, method, lower=0, upper=100)
        assert got.panel.min() >= 0 and got.panel.max() <= 100 and got.notes == ()
        if method in NORMAL:
            drawn = egov.impute(values, method, lower=0, upper=100, draws=300).draws
            assert drawn.min() >= 0 and drawn.max() <= 100
            low, high = (side[np.isnan(values)] for side in got.interval(0.9))
            point = got.panel[np.isnan(values)]
            assert (low >= 0).all() and (high <= 100).all() and ((low < point) & (point < high)).all()
            slack = 5 * got.sd[np.isnan(values)] / np.sqrt(300)
            away = np.abs(drawn.mean(axis=0) - got.panel)[np.isnan(values)]
            assert (away < (slack if method == "em" else 3 * slack + 1)).all()


# Draws


def test_draws_are_jointly_those_of_the_conditional_normal():
    values = table(seed=2, units=60)
    values[0] = [[nan, nan, 14.0]]
    got = egov.impute(values, "em", draws=4000, tolerance=1e-12)
    full, covariance = got.draws[:, 0, 0, :2], np.cov(got.draws[:, 0, 0, :2].T)
    np.testing.assert_allclose(full.mean(axis=0), got.panel[0, 0, :2], atol=5 * got.sd[0, 0, :2].max() / 63)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), got.sd[0, 0, :2], rtol=0.06)
    _, wanted = given(*slow_em(values[:, 0]), values[0, 0])
    np.testing.assert_allclose(covariance, wanted, atol=0.06 * wanted.max())


def test_bootstrap_draws_carry_the_uncertainty_of_the_fit():
    """Prediction from a regression of n rows: s^2 (1 + 1/n + (x - mean)^2 / Sxx), of which EM knows the 1."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=40)
    y = 2 * x + rng.normal(size=40)
    x, y = np.append(x, 6.0), np.append(y, nan)
    values = np.stack([x, y], axis=1)
    leverage = 1 / 40 + (6 - x[:40].mean()) ** 2 / (40 * x[:40].var())
    plain, more = (egov.impute(values, m, draws=1500).draws[:, -1, 0, 1] for m in NORMAL)
    assert plain.var() * (1 + 0.6 * leverage) < more.var() < plain.var() * (1 + 2.2 * leverage)
    rows = egov.impute(values, "bootstrap_em", draws=3, resample="rows").draws
    assert len(np.unique(rows[:, -1, 0, 1])) == 3


@pytest.mark.parametrize("method", METHODS)
def test_threads_do_not_matter_and_seeds_do(method):
    values = table(periods=5)
    more = {} if method == "svd" else {"draws": 2, "lags": 1, "trend": 2}
    one, two, eight = (egov.impute(values, method, threads=n, seed=7, **more) for n in (1, 2, 8))
    for other in (two, eight):
        np.testing.assert_array_equal(other.panel, one.panel)
        if more:
            np.testing.assert_array_equal(other.draws, one.draws)
    if more:
        other = egov.impute(values, method, seed=8, **more)
        np.testing.assert_array_equal(other.panel, one.panel)
        holes = np.isnan(values)
        assert (other.draws[0][holes] != one.draws[0][holes]).all()
    else:
        assert not one.stochastic


def test_another_unit_leaves_the_random_numbers_of_the_others_alone():
    values = table(seed=5, units=20, columns=2, share=0.2)
    labels = [f"u{k}" for k in range(20)]

    def standing(keep):
        panel = egov.Panel(values[keep], [labels[k] for k in keep], [2020], ["a", "b"])
        got = egov.impute(panel, "em", draws=1)
        return dict(zip(panel.units, ((got.draws[0] - got.panel.values) / got.sd)[:, 0], strict=True))

    every, fewer = standing(range(20)), standing(range(1, 20))
    for label, found in fewer.items():
        np.testing.assert_allclose(found, every[label], rtol=1e-6)


# Edges


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_learned_is_refused_or_told(method):
    values = table(periods=3)
    empty = values.copy()
    empty[:, :, 1] = nan
    with pytest.raises(egov.DataError, match="nothing is observed"):
        egov.impute(empty, method)
    constant = values.copy()
    constant[:, :, 1] = np.where(np.isnan(values[:, :, 1]), nan, 4.0)
    got = egov.impute(constant, method)
    assert (got.panel[:, :, 1] == 4).all() and "equal" in " ".join(got.notes) and got.remaining == 0
    single = values.copy()
    single[:, :, 2] = nan
    single[3, 1, 2] = 7.0
    assert (egov.impute(single, method).panel[:, :, 2] == 7).all()
    lonely = values.copy()
    lonely[4] = nan
    got = egov.impute(lonely, method)
    assert got.remaining == 0 and np.isfinite(got.panel).all() and "mean of all" in " ".join(got.notes)
    with pytest.raises(egov.SpecError, match="logit needs"):
        egov.impute(values, method, link="logit")
    got = egov.impute(values, method, lower=0, upper=11)
    assert "outside the given bounds" in " ".join(got.notes) and np.isfinite(got.panel).all()
    seen = ~np.isnan(values)
    np.testing.assert_array_equal(got.panel[seen], values[seen])


@pytest.mark.parametrize("method", METHODS)
def test_values_that_a_link_cannot_tell_apart_are_taken_as_they_are(method):
    values = table(periods=3)
    got = egov.impute(values * 2.0**-1000, method, lower=-1e6, upper=1e6)
    assert any("as they are" in note for note in got.notes)
    np.testing.assert_allclose(got.panel * 2.0**1000, egov.impute(values, method).panel, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_collinear_columns_and_few_rows_are_filled_with_a_note(method):
    values = table(units=20, columns=2)
    twice = np.concatenate([values, 3 * values[:, :, :1] + 1, -values[:, :, :1]], axis=2)
    twice[0, 0, 0] = 9.0
    twice[0, 0, 2:] = nan  # determined by the first
    got = egov.impute(twice, method, **({} if method == "svd" else {"draws": 2}))
    assert np.isfinite(got.panel).all()
    few = table(units=4, columns=6, share=0.2)
    less = egov.impute(few, method, **({} if method == "svd" else {"draws": 2}))
    assert np.isfinite(less.panel).all()
    if method in NORMAL:
        assert any("singular" in note for note in got.notes) and any(
            "singular" in note for note in less.notes
        )
        assert np.isfinite(got.draws).all() and np.isfinite(less.draws).all()
        assert got.panel[0, 0, 2] == pytest.approx(28, abs=1)


@pytest.mark.parametrize("method", METHODS)
def test_an_end_before_convergence_is_told(method):
    got = egov.impute(table(periods=3), method, steps=1, tolerance=1e-12)
    assert any("did not converge" in note for note in got.notes) and np.isfinite(got.panel).all()


def test_periods_without_an_indicator_come_from_those_around():
    values = table(periods=4, share=0.1)
    values[:, 2, 0] = nan
    got = egov.impute(values, "svd")
    assert any("periods around" in note for note in got.notes) and np.isfinite(got.panel).all()
    seen = ~np.isnan(values[:, 1, 0]) & ~np.isnan(values[:, 3, 0])
    middle = got.panel[seen, 2, 0]
    assert np.corrcoef(middle, values[seen, 1, 0] + values[seen, 3, 0])[0, 1] > 0.7


def test_helpers_without_variation_are_left_out_with_a_note():
    values = table(periods=2)
    panel = egov.Panel(values, list("abcdefghijklmnopqrstuvwxyzABCD"), [2020, 2021], ["a", "b", "c"])
    flat = egov.Panel(np.ones((30, 2, 1)), panel.units, panel.periods, ["flat"])
    for method in METHODS:
        got = egov.impute(panel, method, auxiliaries=flat)
        assert any("auxiliary without variation" in note for note in got.notes)
        np.testing.assert_array_equal(got.panel.values, egov.impute(panel, method).panel.values)
    assert any("powers of time" in note for note in egov.impute(panel, "em", trend=3).notes)


# The real panel; peers reach .123 .334 .569 .193 (softImpute) and .135 .517 .486 .375 (Amelia, lags and leads)


def test_errors_on_the_real_panel_are_those_of_peers_or_less():
    names = ("internet_users", "mobile_cellular", "fixed_broadband", "fixed_telephone")
    panel = egov.datasets.ict_human_capital()
    panel = panel.select(panel.units, range(2000, 2024), names)
    helpers = egov.datasets.sdg_outcomes().select(panel.units, range(2000, 2024), ["hdi"])
    methods = [
        ("svd", [egov.choice("svd", link="sqrt")]),
        ("em", [egov.choice("em", link="sqrt", lags=1, trend=2)]),
        ("bootstrap", [egov.choice("bootstrap_em", link="sqrt", lags=1, trend=2)]),
    ]
    found = egov.imputation_benchmark(
        panel, methods, ("random", "tail"), seed=1, auxiliaries=helpers, levels=0.9
    )
    most = {"svd": (0.125, 0.30), "em": (0.16, 0.55), "bootstrap": (0.16, 0.55)}
    for name, limits in most.items():
        for mask, limit in zip(("random", "tail"), limits, strict=True):
            line = found.line(mask, name)
            assert 0.05 < line["nrmse"] < limit, (name, mask, line["nrmse"])
            if name != "svd":
                assert 0.80 < line["coverage"] < 0.97


def test_bootstrap_draws_of_small_samples_are_somewhat_narrow():
    """Beside (n + 1)(n - 2) / (n (n - 3)), the variance of a new value about its prediction by least squares."""
    for n, low, high in ((20, 0.78, 0.88), (40, 0.86, 0.98)):
        spread = []
        for seed in range(200):
            rng = np.random.default_rng(seed)
            x = rng.normal(size=n + 1)
            values = np.stack([x, 2 * x + rng.normal(size=n + 1)], axis=1)
            values[-1, 1] = nan
            got = egov.impute(values, "bootstrap_em", draws=30, seed=seed)
            spread.append(got.draws[:, -1, 0, 1].var(ddof=1))
        assert low < np.mean(spread) / ((n + 1) * (n - 2) / (n * (n - 3))) < high


def test_resamples_on_which_em_does_not_converge_are_told():
    """Few units in both columns, fewer still in a resample: EM takes longer on that than on all rows."""
    rng = np.random.default_rng(1)
    x = rng.normal(50, 10, 40)
    values = np.column_stack([x, x + rng.normal(0, 3, 40), x + rng.normal(0, 8, 40)])
    values[:17, 0] = values[23:, 1] = np.nan
    told = "EM did not converge on a resample in 51 steps: draws are from where it stood; raise steps or tolerance"
    assert egov.impute(values[:, None, :], "bootstrap_em", steps=51).notes == (told,)
    assert egov.impute(values[:, None, :], "bootstrap_em").notes == ()
