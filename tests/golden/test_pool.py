"""Rubin's rules as in mice 3.15.0, from the estimates and variances of five analyses."""

import json
from pathlib import Path

import numpy as np
import pytest

import egov_index as egov

GOLDEN = json.loads((Path(__file__).parent / "pool.json").read_text(encoding="utf-8"))


def close(got, wanted):
    np.testing.assert_allclose(got, wanted, rtol=1e-10)


def pooled():
    return egov.pool(GOLDEN["estimates"], GOLDEN["variances"], n=GOLDEN["n"], names=GOLDEN["terms"])


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("estimate", "estimate"), ("within", "ubar"), ("between", "b"), ("total", "t"), ("df", "df"), ("riv", "riv"),
        ("lambda_", "lambda"), ("fmi", "fmi"),
    ],
)  # fmt: skip
def test_pooled_coefficients(mine, theirs):
    close(getattr(pooled(), mine), GOLDEN["pooled"][theirs])


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [("error", "std.error"), ("t", "statistic"), ("p", "p.value"), ("low", "2.5 %"), ("high", "97.5 %")],
)
def test_their_summary(mine, theirs):
    close(getattr(pooled(), mine), GOLDEN["summary"][theirs])


@pytest.mark.parametrize(("n", "key"), [(25, "n25_k1"), (None, "n_Inf")])
def test_a_mean(n, key):
    found = egov.pool(GOLDEN["mean"]["Q"], GOLDEN["mean"]["U"], n=n)
    wanted = GOLDEN["mean"][key]
    mine = (found.estimate, found.within, found.between, found.total, found.df, found.riv, found.fmi)
    assert all(isinstance(number, float) for number in mine)
    close(mine, [wanted[name] for name in ("qbar", "ubar", "b", "t", "df", "r", "fmi")])
