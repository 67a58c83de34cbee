"""Random forests, and the door for methods in Python that fill several indicators."""

import itertools
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


def test_notes_tell_of_cells_or_of_all(add):
    def halves(values, times):
        low = np.nan_to_num(values) < 0.5
        return np.where(np.isnan(values), 0.5, values), {"a half": low, "no cell": ~low, "in all": None}

    add("halves", halves)
    got = egov.impute([[[1.0, NAN]], [[2.0, 3.0]]], "halves")
    assert got.notes == ("a half", "no cell", "in all")
    assert got.flags["note"].tolist() == ["a half"]


def test_keys_hang_on_labels_alone(add):
    seen = {}

    def fill(values, times, keys):
        seen.update(zip(values[:, 0, 1], keys, strict=True))
        return values

    add("keyed", fill, needs=["keys"])
    values = np.array([[[1.0, 5.0]], [[NAN, 6.0]], [[3.0, 7.0]]])
    egov.impute(panel_of(values, ["x", "y"]), "keyed")
    once = dict(seen)
    turned = egov.Panel(values[::-1], ["U2", "U1", "U0"], [2000], ["x", "y"])
    egov.impute(turned, "keyed")
    assert seen == once and len(set(once.values())) == 3
    with pytest.raises(SpecError, match="keys"):
        add("wrong", fill, needs=["keys"], params=[Param("keys", 1.0, sentence="Taken.")])
    with pytest.raises(SpecError, match="only an imputation"):
        register("treat", "wrong", fill, sentence="Something.", needs=["keys"])


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda values, times: (values, ["told"]), "mapping"),
        (lambda values, times: (values, {"told": [1, 2]}), "mask"),
        (lambda values, times: ([["a"]], {}), "no array of numbers"),
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
    got, notes = forest(table, np.array([2000.0]), trees=15, iterations=1, lags=0)
    hole = np.isnan(table[:, 0, 1])
    predictors = np.column_stack([(x - x.mean()) / x.std(), np.full(30, 2000.0)])
    model = RandomForestRegressor(15, max_features=1 / 3, random_state=0).fit(predictors[~hole], y[~hole])
    np.testing.assert_allclose(got[hole, 0, 1], model.predict(predictors[hole]), rtol=1e-9)
    assert list(notes) == ["forests: ended at the limit of 1 round, while the fills still changed less each"]


def plain_rounds(values, times, trees, count):
    """Fills of every round, and how much each changed them: columns with fewer holes first, one period either way."""
    from sklearn.ensemble import RandomForestRegressor

    y = (values - np.nanmean(values, axis=(0, 1))) / np.nanstd(values, axis=(0, 1))
    holes, (units, periods, columns) = np.isnan(y), y.shape
    rounds, means = [y.copy()], np.nanmean(y, axis=0)
    for u, j in np.ndindex(units, columns):
        seen, series = ~holes[u, :, j], rounds[0][u, :, j]
        series[~seen] = np.interp(times[~seen], times[seen], series[seen]) if seen.any() else means[~seen, j]
    for _ in range(count):
        now = rounds[-1].copy()
        for j in sorted(range(columns), key=lambda j: holes[:, :, j].sum()):
            x = []
            for u, t in np.ndindex(units, periods):
                earlier, later = (now[u, s] for s in (abs(t - 1), t + 1 if t + 1 < periods else t - 1))
                x.append([*np.delete(now[u, t], j), times[t], *earlier, *later])
            model = RandomForestRegressor(trees, max_features=1 / 3, random_state=0)
            model.fit(np.array(x)[~holes[:, :, j].ravel()], now[:, :, j][~holes[:, :, j]])
            now[:, :, j][holes[:, :, j]] = model.predict(np.array(x)[holes[:, :, j].ravel()])
        rounds.append(now)
    steps = list(itertools.pairwise(rounds))
    return rounds[1:], [((b - a)[holes] ** 2).sum() / (b[holes] ** 2).sum() for a, b in steps]


def test_rounds_start_on_lines_and_end_before_the_change_grows():
    """Against a plain twin; values between 1/2 and 1, of which no power of two is taken out."""
    rng = np.random.default_rng(4)
    times = np.array([0.0, 0.125, 0.375, 0.5, 1.0])
    values = 0.75 + 0.04 * rng.normal(size=(20, 1, 2)) + times[:, None] / 15
    values = np.clip(values + 0.01 * rng.normal(size=values.shape), 0.55, 0.95)
    values[rng.random(values.shape) < [0.1, 0.4]] = NAN
    values[7, :, 1] = NAN
    fills, changes = plain_rounds(values, times, 15, 8)
    last = next(at for at in range(1, 8) if changes[at] >= changes[at - 1])
    for count in range(1, 9):
        got, notes = forest(values, times, trees=15, iterations=count)
        scaled = (got - np.nanmean(values, axis=(0, 1))) / np.nanstd(values, axis=(0, 1))
        np.testing.assert_allclose(scaled, fills[min(count, last) - 1], rtol=1e-9)
        told = (
            f"round {last + 1} changed the fills no less than round {last} did" if count > last else "limit"
        )
        assert told in next(iter(notes))


def test_what_cannot_be_learned_is_told():
    _, holed, hidden = groups()
    holed[:, :, 1] = np.where(hidden[:, :, 1], NAN, 4.0)
    flat = panel_of(np.ones((40, 4, 1)), ["flat"])
    got = egov.impute(panel_of(holed, ["x", "y"]), "forest", trees=5, auxiliaries=flat)
    equal = "all observed values are equal, and so are those filled in"
    assert (got.panel.values[:, :, 1] == 4).all() and got.remaining == 0
    assert got.notes[:2] == (equal, "an auxiliary without variation was left out") and len(got.notes) == 3
    notes = got.flags.groupby("indicator")["note"].agg(set)
    assert notes["y"] == {equal} and equal not in notes["x"]
    alone = egov.impute(holed[:1, :, :1], "forest", trees=5)
    assert alone.remaining == 0
    single = np.array([[[NAN], [3.0], [NAN]]])
    assert (egov.impute(single, "forest").panel == 3).all()
    whole = egov.impute([[1.0], [2.0]], "forest")
    assert whole.notes == () and whole.remaining == 0
    with pytest.raises(DataError, match=r"x1.*nothing is observed"):
        egov.impute([[1.0, NAN], [2.0, NAN]], "forest")


def test_errors_on_the_real_panel():
    """From the means of the columns, as missForest starts, the ten trees reach .398 on tails and .208 on gaps."""
    names = ("internet_users", "mobile_cellular", "fixed_broadband", "fixed_telephone")
    panel = egov.datasets.ict_human_capital()
    panel = panel.select(panel.units, range(2000, 2024), names)
    methods = [("forest", [egov.choice("forest", trees=10)])]
    found = egov.imputation_benchmark(panel, methods, ("tail", "gap"), seed=1)
    assert found.line("tail", "forest")["nrmse"] < 0.26
    assert found.line("gap", "forest")["nrmse"] < 0.15


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(SpecError, match=r"egov-index\[forest\]"):
        egov.impute([[1.0, NAN], [2.0, 3.0]], "forest")
