"""Answers that do not hang on the order of units, indicators and auxiliaries: forests and low rank."""

from importlib.util import find_spec

import numpy as np
import pytest

import egov_index as egov

nan = np.nan
UNITS, INDICATORS, HELPERS = 25, 5, 3
FAST = {"forest": {"trees": 5, "iterations": 3}}
SETTINGS = [
    pytest.param(
        "forest", {}, marks=pytest.mark.skipif(not find_spec("sklearn"), reason="scikit-learn is not here")
    ),
    ("svd", {}),
    ("svd", {"shape": "long"}),
    ("svd", {"lower": 0, "link": "sqrt"}),
]


def drawn(seed=3, periods=7):
    """Five indicators, the first two with the same holes, the last two alike; and three auxiliaries, one with holes."""
    rng = np.random.default_rng(seed)
    level = 20 + 4 * rng.normal(size=(UNITS, 1, INDICATORS + HELPERS))
    table = level + level[:, :, :1] * np.arange(periods)[None, :, None] / 20
    table += rng.normal(size=table.shape)
    holes = rng.random(table.shape) < 0.2
    holes[:, :, 1] = holes[:, :, 0]
    holes[:, :, INDICATORS + 1 :] = False
    table = np.where(holes, nan, table)
    table[3, :, 2] = nan
    table[:, :, 4] = table[:, :, 3]
    return table[:, :, :INDICATORS], table[:, :, INDICATORS:]


def filled(method, params, units, indicators, helpers):
    """The indicators and auxiliaries in an order, imputed."""
    values, beside = drawn()
    labels = [f"u{k}" for k in units]
    periods = range(2000, 2000 + values.shape[1])
    panel = egov.Panel(values[units][:, :, indicators], labels, periods, [f"x{j}" for j in indicators])
    auxiliaries = egov.Panel(beside[units][:, :, helpers], labels, periods, [f"h{j}" for j in helpers])
    return egov.impute(panel, method, auxiliaries=auxiliaries, **FAST.get(method, {}), **params)


@pytest.mark.parametrize(("method", "params"), SETTINGS)
@pytest.mark.parametrize("turned", ["units", "indicators", "helpers", "all"])
def test_another_order_permutes_the_answer(method, params, turned):
    rng = np.random.default_rng(11)
    given = {"units": UNITS, "indicators": INDICATORS, "helpers": HELPERS}
    as_is = {what: list(range(count)) for what, count in given.items()}
    other = {
        what: [int(k) for k in rng.permutation(at)] if turned in (what, "all") else at
        for what, at in as_is.items()
    }
    one, two = (filled(method, params, **orders) for orders in (as_is, other))
    wanted = one.panel.values[other["units"]][:, :, other["indicators"]]
    np.testing.assert_allclose(two.panel.values, wanted, rtol=1e-9)
    assert two.notes == one.notes and two.remaining == one.remaining == 0


@pytest.mark.parametrize(("method", "params"), SETTINGS)
def test_units_of_measure_leave_the_answer_as_it_is(method, params):
    """Columns are told apart by ranks, which a change of unit keeps, and so are the cells held out."""
    values, _ = drawn()
    powers = np.array([7, -7, 1, 3, 3])  # for a forest, whose ties rounding would break
    factors = 2.0**powers if method == "forest" else 10.0**powers
    more = FAST.get(method, {}) | params
    one, two = (egov.impute(table, method, **more).panel for table in (values, values * factors))
    np.testing.assert_allclose(two / factors, one, rtol=1e-6)


def test_an_error_names_the_indicator_of_the_order_given():
    values, _ = drawn()
    values[:, :, 1] = nan
    panel = egov.Panel(values, range(UNITS), range(2000, 2000 + values.shape[1]), [f"x{j}" for j in range(5)])
    with pytest.raises(egov.DataError, match=r"x1.*nothing is observed"):
        egov.impute(panel, "svd")
