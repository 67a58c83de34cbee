"""Benefit of the doubt against another solver, closed forms and what theory says of it."""

import subprocess
import sys
import time

import numpy as np
import pytest
from scipy.optimize import linprog

import egov_index as egov
from egov_index import DataError, SpecError

RNG = np.random.default_rng(8)


def by_linprog(y, unit, lower=None, upper=None):
    """One unit's program as it stands in the literature, from scratch."""
    count, width = y.shape
    own = np.eye(width) * y[unit]
    rows, sides = [y], [np.ones(count)]
    for bound, sign in ((lower, -1), (upper, 1)):
        if bound is not None:
            rows.append(sign * (own - np.outer(bound, y[unit])))
            sides.append(np.zeros(width))
    return -linprog(-y[unit], A_ub=np.vstack(rows), b_ub=np.concatenate(sides), method="highs-ds").fun


def distance_by_linprog(y, unit, toward):
    count = len(y)
    rows = np.vstack([np.column_stack([-y.T, toward]), np.append(np.ones(count), 0)])
    cost = np.append(np.zeros(count), -1.0)
    return -linprog(cost, A_ub=rows, b_ub=np.append(-y[unit], 1), method="highs-ds").fun


@pytest.mark.parametrize(("count", "width"), [(1, 1), (2, 3), (30, 1), (60, 5), (40, 9)])
@pytest.mark.parametrize("zeros", [0, 0.3])
def test_scores_are_those_of_another_solver(count, width, zeros):
    y = RNG.lognormal(0, 1, (count, width)) * 10.0 ** RNG.integers(-3, 4, width)
    y[RNG.uniform(size=y.shape) < zeros] = 0
    y[0, 0] = 1
    got = egov.aggregate(y, "bod")
    scale = np.where(y.max(axis=0) > 0, y.max(axis=0), 1)
    wanted = [by_linprog(y / scale, unit) for unit in range(count)]
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-9)
    assert got.max() == 1 and got.min() >= 0


@pytest.mark.parametrize(("least", "most"), [(0.05, 1), (0, 0.4), (0.1, 0.3), (0.25, 0.25)])
def test_bounds_on_shares_are_those_of_another_solver(least, most):
    y = RNG.lognormal(0, 1, (40, 4))
    got = egov.aggregate(y, "bod", least=least, most=most)
    wanted = [by_linprog(y, unit, np.full(4, least), np.full(4, most)) for unit in range(40)]
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-9)
    assert (got <= egov.aggregate(y, "bod") + 1e-12).all()


def test_bounds_child_by_child():
    y = RNG.lognormal(0, 1, (30, 3))
    y[4, 1] = 0
    shares = [[0.2, 0.1, 0], [0.6, 0.5, 0.4]]
    got = egov.aggregate(y, "bod", shares=shares)
    wanted = [by_linprog(y, unit, *np.array(shares)) for unit in range(30)]
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-9)
    assert got[4] == 0  # it cannot contribute the tenth that is asked for


def test_distances_are_those_of_another_solver():
    y = RNG.lognormal(0, 1, (40, 4)) * [1, 100, 1e-3, 7]
    for toward in ([1, 100, 1e-3, 7], [1, 0, 0, 0], [0, 5, 1e-3, 0], [1e6, 1e8, 1e3, 7e6]):
        got = egov.aggregate(y, "bod", direction=toward)
        scale = y.max(axis=0)
        unit_length = np.array(toward) / scale
        factor = unit_length.max()
        wanted = [
            1 / (1 + distance_by_linprog(y / scale, unit, unit_length / factor) / factor)
            for unit in range(40)
        ]
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-9)
        assert got.max() == 1


def test_closed_forms():
    y = RNG.lognormal(0, 1, 25)
    np.testing.assert_allclose(egov.aggregate(y[:, None], "bod"), y / y.max(), rtol=1e-15)
    same = np.column_stack([y, 3 * y, 0 * y])
    np.testing.assert_allclose(egov.aggregate(same, "bod"), y / y.max(), rtol=1e-14)
    got = egov.aggregate(y[:, None], "bod", direction=[2])
    np.testing.assert_allclose(got, 1 / (1 + (y.max() - y) / 2), rtol=1e-14)


def test_units_of_measurement_do_not_matter_and_tiny_units_are_seen():
    y = RNG.lognormal(0, 1, (30, 3))
    plain = egov.aggregate(y, "bod")
    np.testing.assert_allclose(egov.aggregate(y * [1e200, 1e-200, 1], "bod"), plain, rtol=1e-12)
    tiny = np.vstack([y, y[:1] * 1e-7])
    got = egov.aggregate(tiny, "bod")
    assert got[-1] == pytest.approx(got[0] * 1e-7, rel=1e-9)


def test_a_unit_that_is_better_in_everything_scores_no_less():
    y = RNG.lognormal(0, 1, (50, 3))
    y[1] = y[0] * 1.1
    got = egov.aggregate(y, "bod")
    assert got[1] >= got[0] * 1.1 * (1 - 1e-12) or got[1] == 1


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"least": 0.6}, ["lower bounds"]),
        ({"most": 0.4}, ["upper"]),
        ({"least": 0.4, "most": 0.3}, ["below"]),
        ({"shares": [[0, 0]]}, ["1 x 2", "lower"]),
        ({"shares": [[0, 0, 0], [1, 1, 1]]}, ["2 x 3"]),
        ({"direction": [1, 1, 1]}, ["1 x 3"]),
        ({"direction": [0, 0]}, ["above 0"]),
        ({"direction": [-1, 1]}, ["at least 0"]),
        ({"direction": [1, 1], "least": 0.1}, ["one of them"]),
    ],
)
def test_what_does_not_fit_is_refused(params, words):
    with pytest.raises(SpecError) as caught:
        egov.aggregate([[1.0, 2], [2, 1]], "bod", **params)
    assert all(word in str(caught.value) for word in ("bod", *words)), str(caught.value)


def test_values_below_zero_and_nothing_but_zeros_are_refused():
    with pytest.raises(DataError, match=r"aggregate bod x1, unit 1.*at least 0"):
        egov.aggregate([[1.0, 2], [2, -1]], "bod")
    with pytest.raises(DataError, match="every value is 0"):
        egov.aggregate([[0.0, 0], [0, 0]], "bod")
    with pytest.raises(DataError, match=r"benefit_of_the_doubt.*at least 0"):
        egov.weight([[1.0, 2], [2, -1]], "benefit_of_the_doubt")


def test_weights_are_the_mean_of_benevolent_ones():
    """Two programs a unit: its best score, and among the weights that give it those best for all."""
    y = RNG.lognormal(0, 1, (25, 3))
    found = []
    for unit in range(25):
        score = by_linprog(y, unit)
        rows, sides = np.vstack([y, -y[unit]]), np.append(np.ones(25), -score + 1e-13)
        found.append(
            linprog(
                -(y / y.max(axis=0)).mean(axis=0) * y.max(axis=0), A_ub=rows, b_ub=sides, method="highs-ds"
            ).x
        )
    mean = np.mean(found, axis=0)
    got = list(egov.weight(y, "benefit_of_the_doubt").values())
    np.testing.assert_allclose(got, mean / mean.sum(), rtol=1e-7)


def test_it_works_in_a_tree_and_in_draws():
    y = np.round(RNG.lognormal(0, 1, (12, 4)), 3)
    panel = egov.Panel(y[:, None, :], [f"U{k}" for k in range(12)], [2020], list("abcd"))
    above = {"a": "p", "b": "p", "c": "q", "d": "q", "p": "top", "q": "top"}
    tree = egov.Framework([{"code": "top"}, *({"code": code, "parent": above[code]} for code in "pqabcd")])
    index = egov.Index(tree, egov.Recipe(normalize="minmax", aggregate="bod", weight="benefit_of_the_doubt"))
    scores = index.score(panel).scores
    scaled = (y - y.min(axis=0)) / (y.max(axis=0) - y.min(axis=0))
    np.testing.assert_allclose(
        scores["p"], [by_linprog(scaled[:, :2], unit) for unit in range(12)], atol=1e-9
    )
    others = egov.Alternatives(aggregate=["bod", "arithmetic"], weights=egov.noise(0.2))
    runs = [index.uncertainty(panel, others, n=300, seed=2, threads=threads).counts for threads in (1, 3)]
    np.testing.assert_array_equal(*runs)


def test_a_world_of_countries_takes_well_under_a_second():
    y = RNG.uniform(0.05, 1, (193, 10))
    for params in ({}, {"least": 0.05, "most": 0.3}, {"direction": [1.0] * 10}):
        start = time.perf_counter()
        egov.aggregate(y, "bod", **params)
        assert time.perf_counter() - start < 1.5, params


def test_without_highspy_it_says_what_to_install():
    program = (
        "import sys; sys.modules['highspy'] = None; import egov_index as egov\n"
        "try: egov.aggregate([[1.0, 2], [2, 1]], 'bod')\n"
        "except egov.SpecError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install egov-index[optimize]" in run.stdout and "bod" in run.stdout
