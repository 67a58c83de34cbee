"""Intervals of a carried association hold the truth as often as they say, where the imputation knows the outcome."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

SPEC = importlib.util.spec_from_file_location(
    "calibrate_carried", Path(__file__).parents[2] / "benchmarks" / "calibrate_carried.py"
)


@pytest.fixture(scope="module")
def simulations():
    made = importlib.util.module_from_spec(SPEC)
    sys.modules[SPEC.name] = made  # where its dataclasses look for themselves
    SPEC.loader.exec_module(made)
    made.DRAWS, made.IMPUTATIONS = 300, 10
    return made


@pytest.mark.slow
@pytest.mark.parametrize("way", ["draws", "pooled"])
def test_draws_pull_toward_zero_unless_the_imputation_knows_the_outcome(simulations, way):
    run = getattr(simulations, way)
    naive, aware = (
        simulations.cell("", "pearson", 0.4, 60, lambda k, knows=knows: run("pearson", "norm", 0.4, knows, k))
        for knows in (False, True)
    )
    assert naive.bias < -0.08 and naive.coverage < 0.75
    assert abs(aware.bias) < 0.03
    assert aware.coverage > 0.95 - 3 * 0.02  # 0.02: standard error of a share of 0.95 over 120


def test_a_row_a_cell(simulations):
    found = simulations.cell("one", "spearman", 0.0, 3, lambda k: (0.5, 0.0, 0.9))
    assert (found.coverage, found.repetitions, found.width) == (1.0, 3, 0.9)
    assert found.bias == pytest.approx(0.5 - found.truth)


def test_so_many_are_missing_as_are_said_to_be(simulations):
    gone = [np.isnan(simulations.world(k, 0.4).observed.values).mean(axis=(0, 1)) for k in range(40)]
    np.testing.assert_allclose(np.mean(gone, axis=0), [0.4, 0], atol=0.03)
