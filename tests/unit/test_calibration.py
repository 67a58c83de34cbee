"""The simulations that anyone can run, in short: p-values and corrections keep what they promise."""

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
    "corrected": 400,
}


def quick(row):
    return row.options.get("n", 30) <= (100 if row.name == "family" else 30)


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
