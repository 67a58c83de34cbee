"""M-estimates: those of statsmodels, the equations they solve, and where there is no scale."""

import warnings

import numpy as np
import pytest

from egov_index import DataError, SpecError
from egov_index.outcomes import least_squares, robust

RNG = np.random.default_rng(72)
# Brownlee (1965), Statistical Theory and Methodology, 454: air flow, water temperature, acid concentration, stack loss.
STACK = np.array([
    [80, 27, 89, 42], [80, 27, 88, 37], [75, 25, 90, 37], [62, 24, 87, 28], [62, 22, 87, 18], [62, 23, 87, 18],
    [62, 24, 93, 19], [62, 24, 93, 20], [58, 23, 87, 15], [58, 18, 80, 14], [58, 18, 89, 14], [58, 17, 88, 13],
    [58, 18, 82, 11], [58, 19, 93, 12], [50, 18, 89, 8], [50, 18, 86, 7], [50, 19, 72, 8], [50, 19, 79, 8],
    [50, 20, 80, 9], [56, 20, 82, 15], [70, 20, 91, 15],
], dtype=float)  # fmt: skip
X = RNG.normal(size=(193, 2))
Y = X @ [1, 2] + RNG.standard_t(2, size=193)
Y[:20] += 30


def equations(y, x, line, psi):
    """What an M-estimate makes zero, over the size of its terms; and the scale that its residuals have."""
    rest = y - line.coef[0] - x @ line.coef[1:]
    table = np.column_stack([np.ones(len(y)), x])
    terms = table * psi(rest / line.scale)[:, None]
    return np.abs(terms.sum(axis=0)) / np.abs(terms).sum(axis=0), np.median(np.abs(rest)) / 0.6744897501960817


PSI = {
    "huber": lambda r: np.clip(r, -1.345, 1.345),
    "tukey": lambda r: np.where(np.abs(r) < 4.685, r * (1 - (r / 4.685) ** 2) ** 2, 0),
}
DATA = {"stack": (STACK[:, 3], STACK[:, :3]), "made": (Y, X)}


@pytest.mark.parametrize("method", ["huber", "tukey"])
@pytest.mark.parametrize("data", DATA)
def test_the_equations_of_an_m_estimate_hold(data, method):
    y, x = DATA[data]
    line = robust(y, x, method)
    left, scale = equations(y, x, line, PSI[method])
    assert left.max() < 1e-12 and line.scale == pytest.approx(scale, rel=1e-12)
    rest = line.residuals / line.scale
    np.testing.assert_allclose(line.details["weights"] * rest, PSI[method](rest), atol=1e-12)


@pytest.mark.parametrize("method", ["huber", "tukey"])
@pytest.mark.parametrize("data", [*DATA, "longley"])
def test_those_of_statsmodels(data, method):
    sm = pytest.importorskip("statsmodels.api")
    if data == "longley":
        table = sm.datasets.longley.load_pandas()
        y, x = table.endog.to_numpy(), table.exog.to_numpy()
    else:
        y, x = DATA[data]
    norm = sm.robust.norms.HuberT() if method == "huber" else sm.robust.norms.TukeyBiweight()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sm.RLM(y, np.column_stack([np.ones(len(y)), x]), M=norm)
        start = robust(y, x).coef  # a bisquare has several optima
        wanted = model.fit(tol=1e-13, maxiter=2000, conv="coefs", start_params=start)
    line = robust(y, x, method)
    np.testing.assert_allclose(line.coef, wanted.params, rtol=1e-7)
    np.testing.assert_allclose(line.se, wanted.bse, rtol=1e-7)
    assert line.scale == pytest.approx(wanted.scale, rel=1e-7)


def test_stack_loss_as_the_manual_of_statsmodels_prints_it():
    line = robust(STACK[:, 3], STACK[:, :3])
    # https://www.statsmodels.org/stable/generated/statsmodels.robust.robust_linear_model.RLM.html
    np.testing.assert_allclose(line.coef, [-41.02649835, 0.82938433, 0.92606597, -0.12784672], rtol=2e-6)
    np.testing.assert_allclose(line.se, [9.79189854, 0.11100521, 0.30293016, 0.12864961], rtol=2e-6)


def test_a_far_row_pulls_least_squares_only():
    y = 2 * np.arange(30.0) + RNG.normal(size=30)
    y[29] = 1000
    slopes = [robust(y, np.arange(30), method).coef[1] for method in ("huber", "tukey")]
    assert max(abs(slope - 2) for slope in slopes) < 0.2 < 5 < least_squares(y, np.arange(30)).coef[1]
    assert robust(y, np.arange(30), "tukey").details["weights"][29] == 0


def test_another_start_may_lead_to_another_line():
    x = np.tile(np.arange(10.0), 2)
    y = np.where(np.arange(20) < 10, x, 100 - x) + 0.1 * RNG.normal(size=20)
    slopes = [robust(y, x, "tukey", c=1.5, start=start).coef[1] for start in ([0, 1], [100, -1])]
    assert slopes[0] > 0 > slopes[1]


@pytest.mark.parametrize("factor", [1e200, 1e-200])
@pytest.mark.parametrize("method", ["huber", "tukey"])
def test_scale_changes_nothing_but_the_unit(method, factor):
    plain, moved = robust(Y, X, method), robust(Y * factor, X, method)
    np.testing.assert_allclose(moved.coef / factor, plain.coef, rtol=1e-10)
    np.testing.assert_allclose(moved.t, plain.t, rtol=1e-10)
    assert moved.scale / factor == pytest.approx(plain.scale, rel=1e-10)
    np.testing.assert_allclose(robust(Y, X * factor, method).t, plain.t, rtol=1e-10)


def test_an_offset_of_a_billion_moves_the_intercept_only():
    plain, moved = robust(Y, X, "tukey"), robust(Y, X + 2.0**30, "tukey")
    shifted = X + 2.0**30 - 2.0**30  # what is left of the digits
    np.testing.assert_allclose(moved.coef[1:], robust(Y, shifted, "tukey").coef[1:], rtol=1e-9)
    np.testing.assert_allclose(moved.coef[1:], plain.coef[1:], rtol=1e-6)


def test_the_same_bits_again():
    assert robust(Y, X, "tukey").coef.tobytes() == robust(Y, X, "tukey").coef.tobytes()


@pytest.mark.parametrize("method", ["huber", "tukey"])
def test_more_than_half_of_the_rows_on_a_line_leave_no_scale(method):
    line = robust([1, 2, 3, 4, 5, 6, 7, 90], range(8), method)
    assert line.reason == "no-scale" and np.isnan(line.se).all() and "no scale" in line.note
    np.testing.assert_allclose(line.coef, [1, 1], rtol=1e-12)


def test_a_scale_that_falls_to_nothing_with_few_rows_gives_no_line():
    x = np.array([[0, 3], [1, 1], [2, 5], [3, 0], [4, 4.0]])
    line = robust([0, 4, 1, 9, 2], x, "tukey", c=0.3)
    assert line.reason == "no-scale" and np.isnan([*line.coef, *line.se]).all()


@pytest.mark.parametrize(
    ("y", "x", "reason"),
    [
        ([3, 3, 3, 3], [1, 2, 3, 4], "constant-outcome"),
        ([1, 2, 3, 5], [1, 1, 1, 1], "constant-column"),
        ([1, 2], [1, 2], "too-few"),
        (Y, np.column_stack([X, X.sum(axis=1)]), "collinear"),
    ],
)
def test_without_anything_to_estimate_there_is_a_reason(y, x, reason):
    line = robust(y, x)
    assert line.reason == reason and np.isnan([*line.coef, *line.se, *line.p, line.scale]).all()


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"method": "hampel"}, "method"),
        ({"c": 0}, "c: 0"),
        ({"c": True}, "c: True"),
        ({"start": [1, 2]}, "start"),
        ({"start": [1, 2, np.nan]}, "start"),
        ({"level": 95}, "level"),
    ],
)
def test_arguments_that_make_no_sense(keywords, text):
    with pytest.raises(SpecError, match=text):
        robust(Y, X, **keywords)
    with pytest.raises(DataError):
        robust(Y[:4], X)
