"""Nonlinear least squares through a function of the user's own: derivatives, failures, odd answers."""

import numpy as np
import pytest

from egov_index import DataError, FitError, SpecError
from egov_index.outcomes import least_squares, nonlinear

RNG = np.random.default_rng(74)
T = np.linspace(0, 10, 25)
GROWTH = 80 / (1 + np.exp(-0.9 * (T - 5))) + RNG.normal(size=25)


def logistic(t, b):
    return b[0] / (1 + np.exp(-b[1] * (t - b[2])))


def slopes(t, b):
    share = 1 / (1 + np.exp(-b[1] * (t - b[2])))
    steep = b[0] * share * (1 - share)
    return np.column_stack([share, steep * (t - b[2]), -steep * b[1]])


def test_differences_are_as_good_as_derivatives():
    rough, exact = (nonlinear(logistic, T, GROWTH, [50, 1, 4], jac=jac) for jac in (None, slopes))
    np.testing.assert_allclose(rough.coef, exact.coef, rtol=1e-11)
    np.testing.assert_allclose(rough.se, exact.se, rtol=1e-10)
    assert exact.details["offset"] < 1e-12 and exact.details["converged"]


def test_errors_are_those_of_the_linearized_curve():
    line = nonlinear(logistic, T, GROWTH, [50, 1, 4], jac=slopes)
    table, rest = slopes(T, line.coef), GROWTH - logistic(T, line.coef)
    np.testing.assert_allclose(line.residuals, rest, rtol=1e-12)
    wanted = np.linalg.inv(table.T @ table) * (rest @ rest / 22)
    np.testing.assert_allclose(line.covariance, wanted, rtol=1e-10)
    assert line.residual_sd == pytest.approx((rest @ rest / 22) ** 0.5) and line.names == ("b1", "b2", "b3")
    assert (line.df == 22).all() and "linearized" in repr(line)


def test_a_straight_line_is_that_of_least_squares():
    line = nonlinear(lambda x, b: b[0] + b[1] * x, T, GROWTH, [0, 0], names=["a", "b"])
    wanted = least_squares(GROWTH, T)
    np.testing.assert_allclose(line.coef, wanted.coef, rtol=1e-11)
    np.testing.assert_allclose(line.p, wanted.p, rtol=1e-9)
    assert line.to_frame()["term"].tolist() == ["a", "b"]


def test_scipy_finds_the_same():
    optimize = pytest.importorskip("scipy.optimize")
    wanted, covariance = optimize.curve_fit(
        lambda t, *b: logistic(t, b), T, GROWTH, [50, 1, 4], xtol=1e-14, ftol=1e-14
    )
    line = nonlinear(logistic, T, GROWTH, [50, 1, 4])
    np.testing.assert_allclose(line.coef, wanted, rtol=1e-6)
    np.testing.assert_allclose(line.se, np.sqrt(np.diag(covariance)), rtol=1e-4)


@pytest.mark.parametrize("factor", [1e150, 1e-150])
def test_scale_changes_nothing_but_the_unit(factor):
    plain = nonlinear(logistic, T, GROWTH, [50, 1, 4])
    moved = nonlinear(logistic, T, GROWTH * factor, [50 * factor, 1, 4])
    np.testing.assert_allclose(moved.coef / [factor, 1, 1], plain.coef, rtol=1e-10)
    np.testing.assert_allclose(moved.p, plain.p, rtol=1e-7)


def test_the_same_bits_again():
    first, again = (nonlinear(logistic, T, GROWTH, [50, 1, 4]) for _ in range(2))
    assert first.coef.tobytes() == again.coef.tobytes()


def test_a_curve_through_every_point_says_so():
    line = nonlinear(logistic, T, logistic(T, [80, 0.9, 5]), [50, 1, 4])
    np.testing.assert_allclose(line.coef, [80, 0.9, 5], rtol=1e-13)
    assert "every point" in line.note and "every point" not in nonlinear(logistic, T, GROWTH, [50, 1, 4]).note


def test_coefficients_that_cannot_be_told_apart():
    with pytest.raises(FitError, match="do not tell b2 from"):
        nonlinear(lambda x, b: (b[0] + b[1]) * x, T, GROWTH, [1, 1])


def test_no_optimum_within_reach():
    with pytest.raises(FitError, match="no optimum within reach"):
        nonlinear(lambda x, b: -b[0] * T, T, GROWTH, [1.0], jac=lambda x, b: T[:, None])  # points uphill


def test_no_more_rows_than_coefficients():
    line = nonlinear(logistic, T[:3], GROWTH[:3], [50, 1, 4])
    assert line.reason == "too-few" and np.isnan(line.coef).all()


class Failure(Exception):
    pass


@pytest.mark.parametrize("calls", [0, 1, 5, 60])
def test_what_the_function_raises_comes_out(calls):
    seen = []

    def fails(t, b):
        seen.append(b)
        if len(seen) > calls:
            raise Failure("as it is")
        return logistic(t, b)

    with pytest.raises(Failure, match="as it is"):
        nonlinear(fails, T, GROWTH, [50, 1, 4])


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (lambda t, b: logistic(t, b)[:5], "25 rows"),
        (lambda t, b: 1.0, "dimensions"),
        (lambda t, b: logistic(t, b) * np.nan, "not finite at start"),
    ],
)
def test_answers_of_another_shape(f, text):
    with pytest.raises((DataError, SpecError), match=text):
        nonlinear(f, T, GROWTH, [50, 1, 4])
    with pytest.raises(DataError):
        nonlinear(logistic, T, GROWTH, [50, 1, 4], jac=lambda t, b: np.ones((25, 2)))


def test_a_curve_that_is_not_defined_everywhere():
    y = np.log(T + 2) + 0.01 * RNG.normal(size=25)
    line = nonlinear(lambda x, b: b[0] * np.log(x + b[1]), T, y, [5, 0.1])
    assert line.coef == pytest.approx([1, 2], abs=0.2)


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"start": []}, "start"),
        ({"start": [1, np.nan, 2]}, "start"),
        ({"start": "abc"}, "start"),
        ({"names": ["a"]}, "names"),
        ({"level": 0}, "level"),
        ({"jac": 3}, "jac"),
        ({"f": None}, "f: no function"),
    ],
)
def test_arguments_that_make_no_sense(keywords, text):
    given = {"f": logistic, "x": T, "y": GROWTH, "start": [50, 1, 4]} | keywords
    with pytest.raises(SpecError, match=text):
        nonlinear(**given)
    with pytest.raises(DataError, match="row 3"):
        nonlinear(logistic, T[:4], [1, 2, np.nan, 4], [50])
