"""Chained equations: against a plain twin, exact relations, and what may not matter."""

from statistics import NormalDist

import numpy as np
import pytest

import egov_index as egov
from egov_index import DataError

NAN = float("nan")


def panel_of(values, names=None, keep=None):
    units, periods, indicators = values.shape
    return egov.Panel(
        values,
        [f"U{k}" for k in range(units)] if keep is None else keep,
        list(range(2000, 2000 + periods)),
        names or [f"x{k}" for k in range(indicators)],
    )


def correlated(units=60, periods=8, seed=1, holes=0.2):
    """Three indicators that hang together, with holes at random."""
    rng = np.random.default_rng(seed)
    level = rng.normal(size=(units, 1, 1)) + np.linspace(0, 1, periods)[None, :, None]
    values = 40 + 8 * level * np.array([1.0, -0.7, 0.5]) + rng.normal(size=(units, periods, 3))
    hidden = rng.random(values.shape) < holes
    return values, np.where(hidden, NAN, values), hidden


# One iteration by hand


def twin_of_matching(values, donors):
    """Mean and sd over the donors of the one column with holes, as one iteration of a chain whose coefficients are so
    sure that drawing them moves no neighbor: least squares with the ridge, and the nearest predictions."""
    hole = np.isnan(values[:, -1])
    scaled = (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0)
    x = np.column_stack([np.ones(len(values)), scaled[:, :-1]])
    gram = x[~hole].T @ x[~hole]
    beta = np.linalg.solve(gram + 1e-5 * np.diag(np.diag(gram)), x[~hole].T @ scaled[~hole, -1])
    said, seen = x @ beta, values[~hole, -1]
    pools = [seen[np.argsort(np.abs(said[~hole] - one))[:donors]] for one in said[hole]]
    return np.array([(pool.mean(), pool.std()) for pool in pools])


@pytest.mark.parametrize("count", [40, 300])
def test_matching_takes_the_nearest_predictions_as_a_plain_twin_does(count):
    """The relation is all but exact: the drawn line is the fitted one to a hundredth of what parts the units."""
    at = np.arange(float(count))
    values = np.column_stack([at, 3 * at + 1e-4 * np.cos(7 * at)])
    values[[7, 20, 33], 1] = NAN
    got = egov.impute(values[:, None, :], "pmm", lags=0, trend=0, iterations=1, chains=1, donors=4)
    want = twin_of_matching(values, 4)
    np.testing.assert_allclose(got.panel[[7, 20, 33], 0, 1], want[:, 0], rtol=1e-12)
    np.testing.assert_allclose(got.sd[[7, 20, 33], 0, 1], want[:, 1], rtol=1e-12)


def test_lags_are_the_neighboring_periods():
    """x1 of a year is x0 of the year before: nothing else in the table tells."""
    rng = np.random.default_rng(5)
    x0 = rng.uniform(20, 60, (80, 6))
    x1 = np.column_stack([x0[:, 1], x0[:, :-1]])  # the first year, whose lag is taken from within, too
    values = np.stack([x0, x1], axis=2)
    holed = values.copy()
    holed[::4, 3, 1] = NAN
    holed[1::4, 0, 1] = NAN
    got = egov.impute(holed, "norm", lags=1, trend=0, link="identity").panel
    np.testing.assert_allclose(got, values, rtol=2e-3)


@pytest.mark.parametrize("link", ["logit", "sqrt"])
def test_links_make_curves_straight(link):
    """The auxiliary is the indicator on the scale of the link: a line on that scale, a curve on its own."""
    z = np.random.default_rng(6).normal(size=100)
    other = 100 / (1 + np.exp(-z)) if link == "logit" else (5 + z) ** 2
    bounds = {"lower": 0, "upper": 100} if link == "logit" else {"lower": 0}
    holed = other.copy()
    holed[::5] = NAN
    helper = panel_of(z[:, None, None], ["z"])
    given = panel_of(holed[:, None, None])
    errors = [
        np.abs(
            egov.impute(given, "norm", auxiliaries=helper, lags=0, trend=0, **more).panel.values[:, 0, 0]
            - other
        ).max()
        for more in ({"link": link, **bounds}, bounds, {"link": "identity", **bounds})
    ]
    assert errors[0] == errors[1] < 0.02 * other.std() < errors[2]


def test_values_stay_within_bounds():
    _, holed, hidden = correlated(units=30)
    holed = np.clip(holed, 35, 45)
    got = egov.impute(panel_of(holed), "norm", lower=35, upper=45, draws=5)
    for values in (*got.draws, *got.interval(0.99)):
        assert (values[hidden] >= 35).all() and (values[hidden] <= 45).all()


# How sure it is


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_errors_are_small_and_intervals_cover(method):
    values, holed, hidden = correlated(units=120)
    got = egov.impute(panel_of(holed), method)
    low, high = got.interval(0.9)
    assert np.isnan(low[~hidden]).all() and (low[hidden] <= high[hidden]).all()
    within = ((low <= values) & (values <= high))[hidden].mean()
    assert 0.85 <= within <= 0.95
    error = (got.panel.values - values)[hidden]
    assert np.sqrt((error**2).mean()) < 1.45  # the noise has sd 1, of which the neighbors know nothing
    ratio = np.abs(error / got.sd[hidden])
    assert abs(np.quantile(ratio, 0.68) - NormalDist().inv_cdf(0.84)) < 0.15


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_draws_spread_around_the_point_as_far_as_it_says(method):
    _, holed, hidden = correlated(units=40)
    got = egov.impute(panel_of(holed), method, draws=60)
    drawn = got.draws[:, hidden]
    np.testing.assert_allclose(drawn.std(axis=0).mean(), got.sd[hidden].mean(), rtol=0.1)
    assert np.abs(drawn.mean(axis=0) - got.panel.values[hidden]).mean() < 0.4
    assert (got.draws[:, ~hidden] == holed[~hidden]).all()


def test_matching_gives_observed_values_only():
    _, holed, hidden = correlated()
    got = egov.impute(panel_of(holed), "pmm", draws=3)
    for k in range(3):
        assert set(got.draws[:, hidden[:, :, k], k].ravel()) <= set(holed[:, :, k][~hidden[:, :, k]])


def test_traces_follow_every_chain():
    _, holed, _ = correlated(units=20)
    traces = egov.impute(panel_of(holed), "norm", chains=3, iterations=4).traces
    assert len(traces) == 2 * 3 * 3 * 4 and set(traces["name"]) == {"mean", "sd"}
    assert traces["value"].notna().all()


# What may not matter


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_threads_do_not_matter(method):
    _, holed, _ = correlated(units=20)
    one, two, eight = (egov.impute(panel_of(holed), method, draws=2, seed=4, threads=k) for k in (1, 2, 8))
    for other in (two, eight):
        np.testing.assert_array_equal(one.panel.values, other.panel.values)
        np.testing.assert_array_equal(one.draws, other.draws)
    assert (one.draws[0] != one.draws[1]).any()


def test_a_further_unit_leaves_the_random_numbers_of_the_others():
    """One indicator that nothing predicts: a draw is a step of the unit's own stream, but for what the unit adds."""
    rng = np.random.default_rng(2)
    values = rng.normal(100, 10, (400, 1, 1))
    values[::4] = NAN
    more = np.concatenate([values, [[[100.0]]]])
    labels = [f"U{k}" for k in range(400)]
    few, many = (
        egov.impute(panel_of(one, keep=names), "norm", lags=0, trend=0, link="identity", draws=1).draws[
            0, :400
        ]
        for one, names in ((values, labels), (more, [*labels, "Z"]))
    )
    assert 0 < np.abs(few - many).max() < 3
    assert np.corrcoef(few[::4].ravel(), many[::4].ravel())[0, 1] > 0.9999


@pytest.mark.parametrize("method", ["pmm", "norm"])
@pytest.mark.parametrize("lags", [0, 1])
def test_the_order_of_indicators_and_units_does_not_matter(method, lags):
    """All three columns have as many holes, so that the number of holes says nothing of the order of visits."""
    values, _, _ = correlated(units=30)
    rng = np.random.default_rng(8)
    for k in range(3):
        values[:, :, k].flat[rng.choice(240, 40, replace=False)] = NAN
    names, labels = ["a", "b", "c"], [f"U{k}" for k in range(30)]
    columns, units = np.array([2, 0, 1]), rng.permutation(30)
    one = egov.impute(panel_of(values, names, labels), method, lags=lags, draws=2, seed=5)
    moved = panel_of(values[units][:, :, columns], [names[k] for k in columns], [labels[k] for k in units])
    two = egov.impute(moved, method, lags=lags, draws=2, seed=5)
    for a, b in ((one.panel.values, two.panel.values), (one.sd, two.sd)):
        np.testing.assert_array_equal(a[units][:, :, columns], b)
    np.testing.assert_array_equal(one.draws[:, units][:, :, :, columns], two.draws)


def test_lots_do_not_hang_on_who_else_is_there():
    """A unit of which nothing is known changes no bit. One that is known moves the regressions a little, and with them
    who is near: of five donors hardly ever the same one would be taken, were they numbered anew."""
    _, holed, hidden = correlated(units=60)
    labels = [f"U{k}" for k in range(60)]
    far = np.broadcast_to(40 + 48 * np.array([1.0, -0.7, 0.5]), (1, 8, 3))
    few = egov.impute(panel_of(holed, keep=labels), "pmm", draws=1, lags=0).draws[0]
    same = []
    for unit in (np.full((1, 8, 3), NAN), far):
        more = panel_of(np.concatenate([unit, holed]), keep=["Far", *labels])
        many = egov.impute(more, "pmm", draws=1, lags=0).draws[0, 1:]
        same.append((few == many)[hidden].mean())
    assert same[0] == 1 and same[1] > 1 / 3


# Do the chains agree?


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_chains_that_do_not_mix_are_told(method):
    """Two columns that are all but the same, most units in neither: each keeps the other where it started."""
    rng = np.random.default_rng(4)
    x = rng.normal(50, 10, 120)
    values = np.column_stack([x, x + rng.normal(0, 0.5, 120)])
    values[:70] = NAN
    values[70:80, 0] = NAN
    values[80:90, 1] = NAN
    made = egov.impute(
        panel_of(values[:, None, :], ["first", "second"]), method, lags=0, trend=0, iterations=20
    )
    for name in ("first", "second"):
        (note,) = {note for note in made.notes if f"chains of {name} do not agree" in note}
        assert "raise iterations from 20 to" in note
        lonely = "nothing is known of the unit: values of the others"
        assert set(made.flags.query("indicator == @name")["note"]) == {note, lonely}


@pytest.mark.parametrize("method", ["pmm", "norm"])
@pytest.mark.parametrize("iterations", [5, 20])
def test_chains_that_mix_are_not_told(method, iterations):
    for seed in range(1, 4):
        _, holed, _ = correlated(seed=seed)
        assert egov.impute(panel_of(holed), method, iterations=iterations).notes == ()


def test_too_few_iterations_to_tell_are_told():
    _, holed, _ = correlated(units=20)
    assert "too few iterations" in egov.impute(panel_of(holed), "pmm", iterations=3).notes[0]
    one = holed.copy()
    one[:, :, 1:] = correlated(units=20)[0][:, :, 1:]
    assert egov.impute(panel_of(one), "pmm", iterations=3, lags=0).notes == ()  # nothing to iterate


# Bad input


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_values_outside_the_bounds_are_told_once(method):
    _, holed, _ = correlated()
    made = egov.impute(panel_of(holed), method, lower=35, upper=45)
    told = "values outside the given bounds: the bounds were widened to what was observed"
    assert made.notes.count(told) == 1
    assert all(note.endswith(("bound 35", "bound 45")) for note in made.notes if note != told)  # and how many
    assert set(made.flags["note"]) == {told}


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_an_auxiliary_that_is_the_indicator_is_named(method):
    values, holed, hidden = correlated()
    same = panel_of(2 * values[:, :, :1] + 3, ["twice"])
    made = egov.impute(panel_of(holed), method, auxiliaries=same, lags=0, link="identity")
    assert any("x0 is a linear function of auxiliary 1" in note for note in made.notes)
    assert len(made.notes) == len(set(made.notes))
    np.testing.assert_allclose(
        made.panel.values[:, :, 0][hidden[:, :, 0]], values[:, :, 0][hidden[:, :, 0]], atol=3.0
    )


@pytest.mark.parametrize("method", ["pmm", "norm", "forest"])
def test_a_column_with_nothing_is_an_error_that_names_it(method):
    values = correlated(units=10)[1]
    values[:, :, 1] = NAN
    with pytest.raises(DataError, match=r"x1.*nothing is observed"):
        egov.impute(panel_of(values), method)


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_fallbacks_are_told(method):
    values = correlated(units=12)[1]
    values[:, :, 1] = 7.0
    values[3, 2:5, 1] = NAN
    values[4] = NAN
    got = egov.impute(panel_of(values), method)
    assert got.remaining == 0 and (got.panel.values[:, :, 1] == 7).all()
    notes = got.flags.groupby("indicator")["note"].unique()
    assert list(notes["x1"]) == ["all observed values are equal"]
    assert "nothing is known of the unit: values of the others" in notes["x0"]


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_collinear_predictors_and_few_rows_are_held_by_the_ridge(method):
    rng = np.random.default_rng(1)
    x = rng.uniform(10, 20, 30)
    values = np.column_stack([x, 2 * x, x + rng.normal(size=30)])
    values[::5, 2] = NAN
    got = egov.impute(values[:, None, :], method, lags=0, trend=0)
    told = "predictors are collinear (x0 is a linear function of x1): all stay, and the ridge holds the regression"
    assert got.notes == (told,) and got.remaining == 0
    few = np.column_stack([rng.uniform(10, 20, (6, 9))])
    few[0, 0] = few[3, 1] = NAN
    got = egov.impute(few[:, None, :], method, lags=0, trend=0)
    assert got.remaining == 0 and "fewer observed values" in got.notes[0]
    assert (np.abs(got.panel) < 60).all()


def test_a_chain_that_runs_away_is_held_and_told():
    """Broadband before it was counted: regressions on later years, carried on for long, leave what was seen."""
    panel = egov.datasets.ict_human_capital()
    names = ["internet_users", "mobile_cellular", "fixed_broadband", "fixed_telephone"]
    panel = panel.select(panel.units, range(2000, 2024), names)
    runaway = egov.impute(panel, "norm", lower=0, iterations=250, chains=1)
    assert any("has not settled" in note for note in runaway.notes)
    highest = np.nanmax(panel.values, axis=(0, 1))
    assert (np.abs(runaway.panel.values).max(axis=(0, 1)) < 3 * highest).all()
    assert not any("has not settled" in note for note in egov.impute(panel, "pmm").notes)


def test_auxiliaries_with_holes_or_nothing_in_them():
    values, holed, hidden = correlated()
    extra = np.where(np.random.default_rng(3).random((60, 8, 3)) < 0.3, NAN, values[:, :, :1])
    extra[:, :, 1], extra[:, :, 2] = NAN, 1.0
    got = egov.impute(panel_of(holed), "pmm", auxiliaries=panel_of(extra, ["a", "b", "c"]))
    assert got.notes[:2] == (
        "auxiliary 2 has no value and helps nothing",
        "auxiliary 3 is constant and helps nothing",
    )
    assert all(
        "the chains of x0 do not agree" in note for note in got.notes[2:]
    )  # a knows it, where it is not missing too
    plain = egov.impute(panel_of(holed), "pmm")
    errors = [np.abs(one.panel.values - values)[hidden].mean() for one in (got, plain)]
    assert errors[0] < errors[1] and got.remaining == 0
