"""Random forests, and the door for methods in Python that fill several indicators."""

import sys

import numpy as np
import pytest

import egov_index as egov
from egov_index import DataError, Param, SpecError, register
from egov_index.forest import forest

NAN = float("nan")


@pytest.fixture
def add():
    added = []

    def one(name, function, **more):
        register("impute", name, function, sentence="Something.", together=True, **more)
        added.append(name)

    yield one
    for name in added:
        egov.unregister("impute", name)


def panel_of(values, names):
    units, periods = values.shape[:2]
    return egov.Panel(values, [f"U{k}" for k in range(units)], range(2000, 2000 + periods), names)


# The door


def test_a_function_gets_all_indicators_with_their_bounds_and_auxiliaries(add):
    seen = {}

    def fill(values, times, **params):
        seen.update(params, values=values.copy(), times=times)
        return np.where(np.isnan(values), params["upper"] + params["shift"], values)

    params = [
        Param("shift", 0.5, sentence="Added."),
        Param("upper", kind="indicator", optional=True, sentence="Bound."),
        Param("auxiliaries", kind="indicators", optional=True, sentence="Helpers."),
    ]
    add("fill_up", fill, params=params)
    values = np.arange(24.0).reshape(4, 3, 2)
    values[1, 2, 0] = values[3, 0, 1] = NAN
    helpers = panel_of(np.arange(100.0, 124).reshape(4, 3, 2), ["a", "b"])
    below = [{"code": name, "parent": "i", "upper": upper} for name, upper in (("x", 30.0), ("y", 40.0))]
    tree = egov.Framework([{"code": "i"}, *below])
    got = egov.impute(panel_of(values, ["x", "y"]), "fill_up", auxiliaries=helpers, framework=tree)
    np.testing.assert_array_equal(seen["values"], values)
    np.testing.assert_array_equal(seen["times"], [2000, 2001, 2002])
    np.testing.assert_array_equal(seen["upper"], [30, 40])
    np.testing.assert_array_equal(seen["auxiliaries"], helpers.values)
    assert got.panel.values[1, 2, 0] == 30.5 and got.panel.values[3, 0, 1] == 40.5
    assert list(got.flags["indicator"]) == ["x", "y"] and got.auxiliaries == ("a", "b")
    assert not got.stochastic


def test_holes_may_be_left_open(add):
    add("idle", lambda values, times: values)
    got = egov.impute([[[1.0, NAN]], [[2.0, 3.0]]], "idle")
    assert got.remaining == 1


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda values, times: values[:, :, 0], "shape"),
        (lambda values, times: np.where(np.isnan(values), np.inf, values), "infinite"),
        (lambda values, times: values + 1, "observed"),
        (lambda values, times: None, "shape"),
    ],
)
def test_what_comes_back_is_checked(add, function, words):
    add("wrong", function)
    with pytest.raises(DataError, match=words):
        egov.impute([[[1.0, NAN]], [[2.0, 3.0]]], "wrong")


# Forests


def groups(units=40, periods=4):
    """Two indicators that tell three kinds of units apart, and holes in both."""
    rng = np.random.default_rng(1)
    kind = rng.integers(0, 3, units)
    values = np.stack(
        [np.tile((10.0 * kind)[:, None], periods), np.tile((50 - 7.0 * kind)[:, None], periods)], axis=2
    )
    values += rng.normal(scale=0.1, size=values.shape)
    hidden = rng.random(values.shape) < 0.15
    return values, np.where(hidden, NAN, values), hidden


@pytest.mark.parametrize("kind", ["random_forest", "extra_trees"])
def test_forests_find_the_kinds(kind):
    values, holed, hidden = groups()
    panel = panel_of(holed, ["x", "y"])
    got = egov.impute(panel, "forest", kind=kind, trees=20)
    again = egov.impute(panel, "forest", kind=kind, trees=20, threads=2)
    assert np.abs(got.panel.values - values)[hidden].mean() < 0.5
    np.testing.assert_array_equal(got.panel.values, again.panel.values)
    assert (got.panel.values[~hidden] == holed[~hidden]).all() and got.remaining == 0


def test_auxiliaries_help_a_forest():
    values, holed, hidden = groups()
    alone = egov.impute(panel_of(holed[:, :, :1], ["x"]), "forest", trees=10, lags=0)
    helper = np.where(np.arange(40)[:, None, None] == 3, NAN, values[:, :, 1:])
    beside = panel_of(helper, ["h"])
    helped = egov.impute(panel_of(holed[:, :, :1], ["x"]), "forest", trees=10, lags=0, auxiliaries=beside)
    near, far = (
        np.abs(one.panel.values - values[:, :, :1])[hidden[:, :, :1]].mean() for one in (helped, alone)
    )
    assert near < 2 < far


def test_one_round_is_a_forest_of_scikit_learn():
    from sklearn.ensemble import RandomForestRegressor

    rng = np.random.default_rng(2)
    x = rng.normal(size=(30, 1))
    y = x[:, 0] ** 2
    table = np.column_stack([x, np.where(np.arange(30) % 5 == 0, NAN, y)])[:, None, :]
    got = forest(table, np.array([2000.0]), trees=15, iterations=1, lags=0)
    hole = np.isnan(table[:, 0, 1])
    predictors = np.column_stack([(x - x.mean()) / x.std(), np.full(30, 2000.0)])
    model = RandomForestRegressor(15, max_features=1 / 3, random_state=0).fit(predictors[~hole], y[~hole])
    np.testing.assert_allclose(got[hole, 0, 1], model.predict(predictors[hole]), rtol=1e-9)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(SpecError, match=r"egov-index\[forest\]"):
        egov.impute([[1.0, NAN], [2.0, 3.0]], "forest")
