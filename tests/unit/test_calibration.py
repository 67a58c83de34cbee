"""The simulations that anyone can run, in short: p-values, corrections and intervals keep what they promise."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from egov_index.associations import associations
from egov_index.catalogue import Choice

FILE = Path(__file__).parents[2] / "benchmarks" / "calibrate_outcomes.py"
SPEC = importlib.util.spec_from_file_location("calibrate_outcomes", FILE)
calibrate = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = calibrate
SPEC.loader.exec_module(calibrate)

QUICK = {
    "independent": 300,
    "uncorrelated": 300,
    "partial": 300,
    "clustered": 200,
    "family": 150,
    "equal": 60,
    "corrected": 400,
}


def quick(row):
    return row.name in QUICK and row.options.get("n", 30) <= (100 if row.name == "family" else 30)


@pytest.mark.parametrize(
    "row", [row for row in calibrate.SIMULATIONS if quick(row)], ids=lambda row: f"{row.name}-{row.options}"
)
def test_rates_are_as_promised(row):
    """Never above by more than 4 standard errors; p-values of independent sides not below either."""
    repetitions = QUICK[row.name]
    rates = calibrate.run(row, repetitions)
    for name, promised in row.promised.items():
        allowed = 4 * np.sqrt(promised * (1 - promised) / repetitions)
        assert rates[name][0] <= promised + allowed, (name, rates[name])
        assert row.name != "independent" or rates[name][0] >= promised - allowed, (name, rates[name])


def covers(method, repetitions=250, **world):
    return calibrate.run(
        calibrate.Simulation("coverage", calibrate.coverage, {"method": method, "r": 0.5, **world}, {}),
        repetitions,
    )


def within_reach(rate, repetitions=250):
    """Nearer to 0.95 than 4 standard errors of a share of so many repetitions, beside the 0.01 that is allowed."""
    return abs(rate - 0.95) <= 0.01 + 4 * np.sqrt(0.95 * 0.05 / repetitions)


@pytest.mark.parametrize("controls", [0, 1])
@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_intervals_cover_as_often_as_they_say(method, controls):
    repetitions = 250 if method != "kendall" else 100
    rates = covers(method, repetitions, controls=controls)
    without_fisher = method == "kendall" and controls
    assert list(rates) == list(calibrate.INTERVALS[1 if without_fisher else 0 :])
    for name, (rate, _) in rates.items():
        assert within_reach(rate, repetitions), (name, rate)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_intervals_by_clusters_cover_where_rows_of_a_country_go_together(method):
    rates = covers(method, n=60, years=5)
    assert "fisher" not in rates
    for name, (rate, _) in rates.items():
        assert within_reach(rate), (name, rate)


def test_heavy_tails_break_the_fisher_interval_of_pearson_and_not_that_of_ranks():
    assert not within_reach(covers("pearson", margins="lognormal")["fisher"][0])
    assert within_reach(covers("spearman", margins="lognormal")["fisher"][0])


@pytest.mark.parametrize("controls", [0, 1])
@pytest.mark.parametrize("margins", ["normal", "lognormal"])
@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_closed_forms_are_what_many_rows_give(method, margins, controls):
    rng = np.random.default_rng(3)
    normals = rng.multivariate_normal(np.zeros(3), calibrate.latent(0.5, controls), 40_000)
    x, y, control = (np.exp(normals) if margins == "lognormal" else normals).T
    held = {"controls": control[:, None]} if controls else {}
    found = calibrate.tested(x, y, method, **held)["estimate"][0]
    assert found == pytest.approx(calibrate.true_coefficient(method, margins, 0.5, controls), abs=0.03)


def test_without_studentizing_a_true_null_would_be_rejected_too_often():
    row = next(
        row
        for row in calibrate.SIMULATIONS
        if row.options == {"n": 100, "method": "pearson", "shape": "spread"}
    )
    assert calibrate.run(row, 300)["plain"][0] > 0.15


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall", "distance"])
def test_p_is_uniform_under_independence(method):
    rng = np.random.default_rng(12)
    for family in (False, True):
        p = []
        for seed in range(200):
            x, y = rng.lognormal(size=(2, 25, 1))
            p += associations(x, y, Choice(method), permutations=499, family=family, seed=seed)["p"]
        assert stats.kstest(p, "uniform").pvalue > 1e-3
