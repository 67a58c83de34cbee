"""Least squares: sandwiches at 60 digits, clusters by their definition, odd data, and what is refused."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from egov_index import DataError, SpecError
from egov_index.outcomes import least_squares

GOLD = json.loads((Path(__file__).parents[1] / "golden" / "sandwich.json").read_text(encoding="utf-8"))
RNG = np.random.default_rng(71)
X, Y = np.array(GOLD["x"]), np.array(GOLD["y"])
CLUSTER = np.repeat(np.arange(8), 5)
A = RNG.normal(size=(40, 2)) + 0.3 * CLUSTER[:, None]
B = A @ [1, 2] + RNG.normal(size=40) + RNG.normal(size=8)[CLUSTER]


def exact(x, y):
    """Slope and intercept in fractions."""
    x, y = [Fraction(v) for v in x], [Fraction(v) for v in y]
    n, mx, my = len(x), sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)
    rest = sum((b - my - slope * (a - mx)) ** 2 for a, b in zip(x, y, strict=True))
    return float(my - slope * mx), float(slope), float(rest / (n - 2) / sum((a - mx) ** 2 for a in x)) ** 0.5


@pytest.mark.parametrize(
    ("key", "errors", "lag"),
    [("se", "classical", None), ("se_NW_lag2_noprewhite", "newey-west", 2)]
    + [(f"se_HC{k}", f"hc{k}", None) for k in range(5)],
)
def test_sandwiches_at_sixty_digits(key, errors, lag):
    line = least_squares(Y, X, errors=errors, lag=lag)
    np.testing.assert_allclose(line.coef, np.array(GOLD["coef"], dtype=float), rtol=2e-12)
    np.testing.assert_allclose(line.se, np.array(GOLD[key], dtype=float), rtol=2e-12)
    np.testing.assert_allclose(np.sqrt(np.diag(line.covariance)), line.se, rtol=1e-15)


@pytest.mark.parametrize(
    ("errors", "power"),
    [
        ("hc4m", lambda h, n, p: np.minimum(1, n * h / p) + np.minimum(1.5, n * h / p)),
        ("hc5", lambda h, n, p: np.minimum(n * h / p, max(4, 0.7 * n * h.max() / p)) / 2),
    ],
)
def test_later_conventions_by_their_definition(errors, power):
    table = np.column_stack([np.ones(40), A])
    inverse = np.linalg.inv(table.T @ table)
    h = np.einsum("ij,jk,ik->i", table, inverse, table)
    rest = B - table @ inverse @ table.T @ B
    wanted = inverse @ (table.T * (rest**2 / (1 - h) ** power(h, 40, 3))) @ table @ inverse
    np.testing.assert_allclose(least_squares(B, A, errors=errors).covariance, wanted, rtol=1e-11)


def test_pooled_errors_are_those_of_linearmodels():
    found = GOLD["grunfeld"]
    x = np.column_stack([found["value"], found["capital"]])
    line = least_squares(found["inv"], x, errors="cr0", groups=found["firm"])
    np.testing.assert_allclose(line.coef, found["coef"], rtol=1e-11)
    np.testing.assert_allclose(line.se * (200 / 197) ** 0.5, found["cluster_entity"], rtol=1e-11)
    white = least_squares(found["inv"], x, errors="hc1")
    np.testing.assert_allclose(white.se, found["robust"], rtol=1e-11)


def definition(power):
    """Covariance and degrees of freedom with all matrices written out (Pustejovsky and Tipton 2018, section 2)."""
    table = np.column_stack([np.ones(40), A])
    inverse = np.linalg.inv(table.T @ table)
    rest_of = np.eye(40) - table @ inverse @ table.T
    middle, rows = np.zeros((3, 3)), []
    for k in range(8):
        of = k == CLUSTER
        values, vectors = np.linalg.eigh(rest_of[np.ix_(of, of)])
        weight = vectors @ np.diag(values**power) @ vectors.T
        score = table[of].T @ weight @ rest_of[of] @ B
        middle += np.outer(score, score)
        rows.append(rest_of[of].T @ weight @ table[of] @ inverse)
    products = [
        np.stack([row[:, j] for row in rows]) @ np.stack([row[:, j] for row in rows]).T for j in range(3)
    ]
    return inverse @ middle @ inverse, [np.trace(p) ** 2 / (p**2).sum() for p in products]


@pytest.mark.parametrize(
    ("errors", "power", "factor"),
    [("cr0", 0, 1), ("cr1", 0, 8 / 7), ("cr1s", 0, 8 / 7 * 39 / 37), ("cr2", -0.5, 1), ("cr3", -1, 1)],
)
def test_clusters_by_their_definition(errors, power, factor):
    covariance, freedom = definition(power)
    line = least_squares(B, A, errors=errors, groups=CLUSTER)
    np.testing.assert_allclose(line.covariance, covariance * factor, rtol=1e-11)
    np.testing.assert_allclose(line.df, freedom if power else [7] * 3, rtol=1e-10)
    assert line.clusters == 8 and line.errors == f"{errors}, 8 clusters"


def test_cr3_is_the_jackknife_over_clusters():
    whole = least_squares(B, A, errors="cr3", groups=CLUSTER)
    away = [
        least_squares(B[k != CLUSTER], A[k != CLUSTER]).coef - whole.coef for k in range(8)
    ]  # each cluster left out
    np.testing.assert_allclose(whole.covariance, sum(np.outer(d, d) for d in away), rtol=1e-10)


def test_cr2_of_single_rows_is_hc2():
    clustered = least_squares(B, A, errors="cr2", groups=range(40))
    np.testing.assert_allclose(clustered.se, least_squares(B, A, errors="hc2").se, rtol=1e-12)


def test_a_coefficient_that_one_cluster_determines_has_no_clustered_error():
    only = CLUSTER == 3
    table = np.column_stack([~only, only]).astype(float)
    line = least_squares(B, table, intercept=False, errors="cr1", groups=CLUSTER)
    assert np.isfinite(line.se[0]) and np.isnan([line.se[1], line.p[1], line.low[1]]).all()


@pytest.mark.parametrize("factor", [1e200, 1e-200, 1e-290])
@pytest.mark.parametrize("errors", ["classical", "hc3", "hc5"])
def test_scale_changes_nothing_but_the_unit(factor, errors):
    plain = least_squares(B, A, errors=errors)
    moved = least_squares(B * factor, A, errors=errors)
    np.testing.assert_allclose(moved.coef / factor, plain.coef, rtol=1e-12)
    np.testing.assert_allclose(moved.se / factor, plain.se, rtol=1e-12)
    moved = least_squares(B, A / factor, errors=errors)
    np.testing.assert_allclose(moved.coef[1:] / factor, plain.coef[1:], rtol=1e-12)
    np.testing.assert_allclose(moved.p, plain.p, rtol=1e-11)


def test_denormals():
    x, y = np.arange(1, 9) * 5e-324, np.array([1, 3, 2, 5, 4, 6, 8, 7]) * 5e-324
    line = least_squares(y, x)
    wanted = exact(range(1, 9), [1, 3, 2, 5, 4, 6, 8, 7])
    np.testing.assert_allclose([line.coef[1], line.se[1]], wanted[1:], rtol=1e-14)


def test_an_offset_of_a_billion_with_steps_of_a_millionth():
    x = 1e9 + 1e-6 * np.arange(20)
    y = 5e9 + 1e-6 * RNG.normal(size=20).cumsum()
    line = least_squares(y, x)
    np.testing.assert_allclose([*line.coef, line.se[1]], exact(x, y), rtol=1e-13)


def test_the_same_bits_again():
    first, again = (least_squares(B, A, errors="cr2", groups=CLUSTER) for _ in range(2))
    assert first.covariance.tobytes() == again.covariance.tobytes()
    assert first.coef.tobytes() == again.coef.tobytes()


@pytest.mark.parametrize(
    ("y", "x", "reason"),
    [
        ([1, 2, 4], [[0, 1], [1, 0], [2, 5]], "too-few"),
        ([2, 2, 2, 2], [0, 1, 2, 3], "constant-outcome"),
        ([1, 2, 3, 5], [7, 7, 7, 7], "constant-column"),
        ([1, 2, 3, 5], [0, 0, 0, 0], "constant-column"),
        (B, np.column_stack([A, A[:, 0] * 0.1 - A[:, 1] * 0.7]), "collinear"),
        (B, np.column_stack([A[:, 0], A[:, 0]]), "collinear"),
        ([], [], "too-few"),
        (B * 1e200, A[:, 0] * 1e-200, "out-of-range"),
        ([1.0], [2.0], "too-few"),
        ([np.nan] * 5, [1, 2, 3, 4, 5], "too-few"),
    ],
)
def test_without_anything_to_estimate_there_is_a_reason(y, x, reason):
    line = least_squares(y, x)
    assert line.reason == reason and line.note
    for values in (line.coef, line.se, line.p, line.low, line.high, [line.r2, line.f]):
        assert np.isnan(values).all()
    assert len(line.names) == len(line.coef) and "association is not cause" in repr(line)


def test_a_row_with_leverage_one():
    x = np.array([0, 0, 0, 0, 1.0])
    assert least_squares([1, 2, 3, 4, 9], x, errors="hc3").reason == "full-leverage"
    assert least_squares([1, 2, 3, 4, 9], x).coef[1] == 6.5


def test_rows_with_holes_are_left_out_and_counted():
    y = B.copy()
    y[[3, 7]] = np.nan
    line = least_squares(y, A)
    kept = ~np.isnan(y)
    assert (line.n, line.left_out) == (38, 2) and "2 left out" in repr(line)
    np.testing.assert_array_equal(line.coef, least_squares(B[kept], A[kept]).coef)
    np.testing.assert_array_equal(np.isnan(line.residuals), ~kept)
    groups = [None if k == 0 else "ab"[k % 2] for k in range(40)]
    assert least_squares(B, A, errors="cr1", groups=groups).left_out == 1


@pytest.mark.parametrize("library", [pd, pl])
def test_frames_keep_their_names_and_library(library):
    frame = library.DataFrame({"a": A[:, 0], "b": A[:, 1]})
    line = least_squares(library.Series(B), frame)
    assert line.names == ("intercept", "a", "b") and isinstance(line.to_frame(), type(frame))
    np.testing.assert_array_equal(line.coef, least_squares(B, A).coef)


def test_an_index_of_countries_is_no_column_and_must_be_the_same():
    iso3 = pd.Index([f"C{k:02}" for k in range(40)], name="iso3")
    y, x = pd.Series(B, iso3, name="poverty"), pd.DataFrame(A, iso3, ["a", "b"])
    np.testing.assert_array_equal(least_squares(y, x).coef, least_squares(B, A).coef)
    np.testing.assert_array_equal(least_squares(y, x["a"]).coef, least_squares(B, A[:, 0]).coef)
    with pytest.raises(DataError, match="another index"):
        least_squares(y, x.iloc[::-1])
    with pytest.raises(DataError, match="groups: another index"):
        least_squares(y, x, errors="cr2", groups=pd.Series(CLUSTER, iso3).iloc[::-1])


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"errors": "hc9"}, "hc"),
        ({"errors": "newey-west"}, "lag"),
        ({"lag": 2}, "lag"),
        ({"errors": "cr2"}, "groups"),
        ({"groups": CLUSTER}, "groups"),
        ({"level": 1.0}, "level"),
        ({"degree": 2}, "degree"),
        ({"names": ["a"]}, "names"),
        ({"names": ["a", "a"]}, "names"),
        ({"intercept": "yes"}, "intercept"),
    ],
)
def test_arguments_that_make_no_sense(keywords, text):
    with pytest.raises(SpecError, match=text):
        least_squares(B, A, **keywords)


@pytest.mark.parametrize(
    ("y", "x"),
    [
        (B[:5], A),
        ([1, 2, np.inf, 4], [1, 2, 3, 4]),
        (["a", "b", "c"], [1, 2, 3]),
        (["1", "2", "4"], [1, 2, 3]),
        ([1, 2, 4], [[1], [2, 3], [4]]),
        (None, [1, 2, 3]),
        (B, A[None]),
        (np.array([1j, 2, 3]), [1, 2, 3]),
        (A, A),
    ],
)
def test_data_that_are_none(y, x):
    with pytest.raises(DataError):
        least_squares(y, x)
    with pytest.raises(DataError, match="row 3"):
        least_squares([1, 2, np.inf, 4], [1, 2, 3, 4])
