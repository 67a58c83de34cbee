"""EM and Little's test as in norm 1.0-11, pooling, patterns and flux as in mice 3.15.0 (R 4.2.2), on their data."""

import csv
import json
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import egov_index as egov

SHARED = Path(os.environ.get("EGOV_SHARED", Path(__file__).parents[2] / ".." / "shared"))
REFERENCE = SHARED / "reference" / "imputation"
FIGURES = json.loads((Path(__file__).parents[1] / "golden" / "missing.json").read_text(encoding="utf-8"))[
    "little"
]

pytestmark = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason=f"no reference files in {REFERENCE}; set EGOV_SHARED"
)
DATA = ("airquality", "missvals", "nhanes")


@cache
def table(name):
    """Columns of a file by name; NA is missing."""
    with open(REFERENCE / f"{name}.csv", newline="", encoding="utf-8") as file:
        head, *body = csv.reader(file)
    cells = [[np.nan if cell in ("NA", "") else float(cell) for cell in row] for row in body]
    return dict(zip(head, np.array(cells).T, strict=True))


@cache
def wanted(name):
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


def tight(name):
    return wanted(f"mvn_{name}")["norm_tight_crit_1e-12"]


@pytest.mark.parametrize("name", DATA)
def test_em(name):
    found = egov.missing.em(table(f"data_{name}"))
    np.testing.assert_allclose(found.mean, tight(name)["mu"], rtol=1e-6)
    np.testing.assert_allclose(found.covariance, tight(name)["sigma"], rtol=1e-6)
    assert found.loglik == pytest.approx(tight(name)["loglik_obs"], rel=1e-10)
    assert found.loglik == pytest.approx(FIGURES[name][-1], abs=1e-6)


@pytest.mark.parametrize("name", DATA)
def test_little(name):
    found, theirs = egov.little_mcar(table(f"data_{name}")), tight(name)["little"]
    assert found.statistic == pytest.approx(theirs["statistic"], rel=1e-6)
    assert (found.df, found.patterns) == (theirs["df"], theirs["patterns"])
    assert found.p == pytest.approx(theirs["p.value"], rel=1e-6)
    keys = ["".join(map(str, row.astype(int))) for row in found.observed]
    for key, count, each in zip(keys, found.counts, found.each, strict=True):
        assert count == theirs["by_pattern"][key]["n"]
        assert each == pytest.approx(
            theirs["by_pattern"][key]["d2"], rel=1e-5
        )  # a small part of a sum held to 1e-6
    rounded = (round(found.statistic, 6), found.df, round(found.p, 6), found.patterns)
    assert rounded == tuple(FIGURES[name][:4])


@cache
def fits():
    """bmi ~ 1 + age + chl on each completed table: coefficients and their covariance."""
    estimates, covariances = [], []
    for number in range(1, 6):
        data = table(f"nhanes_completed_{number}")
        x = np.column_stack([np.ones(25), data["age"], data["chl"]])
        found = np.linalg.lstsq(x, data["bmi"], rcond=None)[0]
        left = data["bmi"] - x @ found
        estimates.append(found)
        covariances.append(left @ left / (25 - 3) * np.linalg.inv(x.T @ x))
    return np.array(estimates), np.array(covariances)


def test_pool():
    estimates, covariances = fits()
    found, theirs = egov.pool(estimates, covariances, n=25), wanted("rubin_nhanes")
    np.testing.assert_allclose(found.complete, theirs["pooled"]["dfcom"])
    names = ("estimate", "within", "between", "total", "df", "riv", "lambda_", "fmi")
    for mine, key in zip(names, ("estimate", "ubar", "b", "t", "df", "riv", "lambda", "fmi"), strict=True):
        np.testing.assert_allclose(getattr(found, mine), theirs["pooled"][key], rtol=1e-10)
    for mine, key in (("p", "p.value"), ("low", "2.5 %"), ("high", "97.5 %"), ("t", "statistic")):
        np.testing.assert_allclose(getattr(found, mine), theirs["summary"][key], rtol=1e-9)
    np.testing.assert_allclose(np.diag(found.covariance), theirs["pooled"]["t"], rtol=1e-10)


def test_one_coefficient_of_the_regression():
    estimates, covariances = fits()
    found = egov.pool(estimates[:, 1], covariances[:, 1, 1], n=25, parameters=3)
    theirs = wanted("rubin_nhanes")["pool.scalar_age"]
    got = (found.estimate, found.within, found.between, found.total, found.df, found.riv, found.fmi)
    np.testing.assert_allclose(
        got, [theirs[key] for key in ("qbar", "ubar", "b", "t", "df", "r", "fmi")], rtol=1e-10
    )


def test_d1():
    estimates, covariances = fits()
    found = egov.pool(estimates, covariances, n=25, names=["constant", "age", "chl"]).test(["age", "chl"])
    theirs = wanted("rubin_nhanes")["D1_full_vs_null"]["result"]
    np.testing.assert_allclose((found.statistic, found.df1, found.df2, found.p, found.riv), theirs, rtol=1e-9)
    assert found.rule == "Reiter"


def test_patterns():
    found, theirs = egov.missing_patterns(table("data_nhanes")), wanted("patterns_nhanes")
    np.testing.assert_array_equal(found.to_frame().iloc[:, :-2], np.array(theirs["md_pattern"])[:-1, :-1])
    assert [str(count) for count in found.counts] == theirs["rown"][:-1]
    for name in ("rr", "rm", "mr", "mm"):
        np.testing.assert_array_equal(getattr(found, name), theirs["md_pairs"][name])
    for name, column in theirs["flux"].items():
        np.testing.assert_allclose(found.flux()["observed" if name == "pobs" else name], column, rtol=1e-12)
