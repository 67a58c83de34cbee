"""Draws of an index, each with one resample of the rows: against a plain loop over the same resamples."""

import numpy as np
import pytest
import scipy.stats

from egov_index import _core
from egov_index.catalogue import Choice
from egov_index.compiled import core_choice
from egov_index.errors import DataError, SpecError

SEED = 7
COEFFICIENTS = {
    "pearson": lambda x, y: scipy.stats.pearsonr(x, y)[0],
    "spearman": lambda x, y: scipy.stats.spearmanr(x, y)[0],
    "kendall": lambda x, y: scipy.stats.kendalltau(x, y)[0],
}


def question(method, controls=None, level=0.95, threads=1, seed=SEED, **more):
    return {
        "method": core_choice("correlate", Choice(method)),
        "intervals": [core_choice("interval", Choice("percentile"))],
        "controls": np.empty((0, 0), order="F") if controls is None else np.asfortranarray(controls),
        "clusters": [], "view": "rows", "resamples": 0, "level": level, "together": True,
        "permutations": 0, "family": False, "seed": seed, "threads": threads, "streams": [], **more,
    }  # fmt: skip


def propagated(draws, y, method="spearman", blocks=None, progress=None, **more):
    made = _core.Propagation(np.asfortranarray(y), question(method, **more), draws.shape[2], len(draws))
    for part in np.split(draws, blocks or []):
        made.add(np.ascontiguousarray(part), progress)
    return made.results()


def residuals(values, controls):
    design = np.column_stack([np.ones(len(values)), controls])
    return values - design @ np.linalg.lstsq(design, values, rcond=None)[0]


def plain(method, x, y, controls, rows):
    """The coefficient over rows written out as often as they are held."""
    x, y, z = x[rows], y[rows], controls[rows]
    there = ~np.isnan(np.column_stack([x, y, z])).any(axis=1)
    x, y, z = x[there], y[there], z[there]
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    if z.shape[1] == 0:
        return COEFFICIENTS[method](x, y)
    if method == "spearman":
        x, y, z = (scipy.stats.rankdata(one, axis=0) for one in (x, y, z))
    return scipy.stats.pearsonr(residuals(x, z), residuals(y, z))[0]


def loop(method, draws, y, controls=None, level=0.95):
    """Estimate, ends, variances and p by NumPy and SciPy, pair by pair."""
    controls = np.empty((len(y), 0)) if controls is None else controls
    found = []
    for node in range(draws.shape[2]):
        for outcome in y.T:
            whole, drawn = [], []
            for d, x in enumerate(draws[:, :, node]):
                times = _core.resample_rows(SEED, d, len(y))
                whole.append(plain(method, x, outcome, controls, np.arange(len(y))))
                drawn.append(plain(method, x, outcome, controls, np.repeat(np.arange(len(y)), times)))
            whole, drawn = np.array(whole), np.array(drawn)
            tail = (1 - level) / 2
            found.append((
                np.tanh(np.arctanh(whole).mean()), *np.nanquantile(drawn, [tail, 1 - tail]),
                np.var(whole, ddof=1), np.nanvar(drawn - whole, ddof=1),
            ))  # fmt: skip
    return np.array(found).T


def example(rows=41, draws=60, nodes=2, outcomes=3, ties=False, seed=3):
    rng = np.random.default_rng(seed)
    core = rng.normal(size=rows)
    x = core[None, :, None] + rng.normal(size=(draws, rows, nodes))
    y = core[:, None] * rng.normal(size=outcomes) + rng.normal(size=(rows, outcomes))
    if ties:
        x, y = np.round(2 * x), np.round(y)
    y[rng.random(y.shape) < 0.2] = np.nan
    return x, y


NAMES = ("estimate", "low", "high", "index_variance", "country_variance")


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("method", COEFFICIENTS)
def test_as_a_plain_loop_over_the_same_resamples(method, ties):
    x, y = example(ties=ties)
    x[:, 3, 0] = np.nan  # a unit that never has a score
    x[::2, 5, 1] = np.nan  # and one that has it in some draws
    raw = propagated(x, y, method)
    for name, right in zip(NAMES, loop(method, x, y), strict=True):
        np.testing.assert_allclose(raw[name], right, rtol=1e-11, atol=1e-12, err_msg=name)
    assert set(raw["reason"]) == {""}


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_partial_coefficients_as_a_plain_loop(method, ties):
    x, y = example(ties=ties, draws=40)
    controls = np.random.default_rng(5).normal(size=(len(y), 2)) + y[:, :1]
    controls[np.isnan(controls)] = 0.5
    controls[4, 1] = np.nan
    raw = propagated(x, y, method, controls=controls)
    for name, right in zip(NAMES, loop(method, x, y, controls), strict=True):
        np.testing.assert_allclose(raw[name], right, rtol=1e-10, atol=1e-12, err_msg=name)


def test_more_rows_than_small_whole_numbers_hold():
    x, y = example(rows=500, draws=9, nodes=1, outcomes=2)
    raw = propagated(x, y)
    np.testing.assert_allclose([raw[name] for name in NAMES], loop("spearman", x, y), rtol=1e-11)


def test_p_is_students_t_of_fishers_z_over_the_total_error():
    x, y = example()
    raw = propagated(x, y)
    estimate = np.array(raw["estimate"])
    error = np.sqrt(np.array(raw["index_variance"]) + np.array(raw["country_variance"])) / (1 - estimate**2)
    right = 2 * scipy.stats.t.sf(np.abs(np.arctanh(estimate)) / error, np.array(raw["fewest"]) - 2)
    np.testing.assert_allclose(raw["p"], right, rtol=1e-12)


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall", "distance"])
def test_the_same_bits_for_any_threads_and_blocks(method):
    x, y = example(rows=23, draws=301)
    first = propagated(x, y, method)
    np.testing.assert_equal(propagated(x, y, method, threads=3), first)
    np.testing.assert_equal(propagated(x, y, method, blocks=[1, 8, 133, 134]), first)


def test_another_seed_takes_other_resamples_and_the_same_points():
    x, y = example()
    one, other = propagated(x, y), propagated(x, y, seed=8)
    assert one["estimate"] == other["estimate"] and one["low"] != other["low"]


def test_resamples_take_as_many_rows_as_there_are_evenly():
    counts = np.array([_core.resample_rows(1, draw, 11) for draw in range(4000)])
    assert (counts.sum(axis=1) == 11).all()
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.06)
    np.testing.assert_allclose(counts.var(axis=0), 10 / 11, atol=0.12)


def test_draws_that_do_not_vary_leave_the_bootstrap_of_the_countries():
    x, y = example(draws=400, nodes=1)
    raw = propagated(np.repeat(x[:1], 400, axis=0), y)
    np.testing.assert_allclose(raw["index_variance"], 0, atol=1e-30)
    there = ~np.isnan(y[:, 0])
    right = scipy.stats.spearmanr(x[0, there, 0], y[there, 0])[0]
    assert raw["estimate"][0] == pytest.approx(right, abs=4.4e-16)


def test_scales_and_offsets_do_not_matter_to_pearson():
    x, y = example(draws=20)
    right = propagated(x, y, "pearson")["estimate"]
    for factor, offset in ((1e200, 0), (1e-200, 0), (1e-6, 1e3)):
        np.testing.assert_allclose(
            propagated(x * factor + offset, y, "pearson")["estimate"], right, rtol=1e-8
        )
        np.testing.assert_allclose(
            propagated(x, y * factor + offset, "pearson")["estimate"], right, rtol=1e-8
        )
    far = x.copy()
    y2 = y.copy()
    far[:, 0], y2[0] = 1e12, np.nan  # a unit far away that the outcome does not have
    keep = np.arange(1, len(y))
    np.testing.assert_allclose(
        propagated(far, y2, "pearson")["estimate"],
        propagated(x[:, keep], y[keep], "pearson")["estimate"],
        rtol=1e-9,
    )


REASONS = {
    "no-overlap": lambda x, y: (x, np.full_like(y, np.nan)),
    "too-few": lambda x, y: (x, np.where(np.arange(len(y))[:, None] < 3, 1.0 + y, np.nan)),
    "constant-index": lambda x, y: (np.full_like(x, 0.1), y),
    "constant-outcome": lambda x, y: (x, np.full_like(y, 0.1)),
}


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall", "distance"])
@pytest.mark.parametrize("reason", REASONS)
def test_what_has_no_number_says_why(method, reason):
    x, y = example(rows=12, draws=9)
    y = np.nan_to_num(y)
    x, y = REASONS[reason](x, y)
    raw = propagated(x, y, method)
    assert set(raw["reason"]) == {reason}
    assert all(np.isnan(raw[name]).all() for name in (*NAMES, "p")) and set(raw["draws"]) == {0}


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_controls_that_determine_a_side_or_are_too_many(method):
    x, y = example(rows=12, draws=9, nodes=1, outcomes=1)
    y = np.nan_to_num(y)
    same = np.repeat(x[:1], 9, axis=0)
    wide = np.random.default_rng(1).normal(size=(12, 10))
    assert propagated(x, y, method, controls=3 * y + 1)["reason"] == ["control-is-outcome"]
    assert propagated(same, y, method, controls=same[0] * 2)["reason"] == ["control-is-index"]
    assert propagated(x, y, method, controls=wide)["reason"] == ["too-many-controls"]
    doubled = np.column_stack([wide[:, 0], 2 * wide[:, 0], np.ones(12)])  # says no more than one of them
    one, three = (propagated(x, y, method, controls=z)["estimate"] for z in (wide[:, :1], doubled))
    assert one == pytest.approx(three, abs=1e-12)


def test_draws_without_a_number_are_left_out_and_counted():
    x, y = example(rows=20, draws=30, nodes=1, outcomes=1)
    y = np.nan_to_num(y)
    x[:10] = 1.0
    raw, rest = propagated(x, y), propagated(x[10:], y)
    assert raw["draws"] == [20] and raw["estimate"] == pytest.approx(rest["estimate"], abs=1e-15)
    assert raw["reason"] == [""]


def test_distances_have_no_p_here():
    x, y = example(rows=20, draws=12)
    assert np.isnan(propagated(x, y, "distance")["p"]).all()


def test_what_cannot_be_carried_is_refused():
    x, y = example(rows=12, draws=9)
    with pytest.raises(SpecError, match="pearson or spearman"):
        propagated(x, y, "kendall", controls=y[:, :1])
    with pytest.raises(SpecError, match="permutations"):
        propagated(x, y, permutations=9)
    with pytest.raises(SpecError, match="clusters"):
        propagated(x, y, view="within")
    with pytest.raises(SpecError, match="level"):
        propagated(x, y, level=1.0)
    x[2, 3, 1] = np.inf
    with pytest.raises(DataError, match="row 3 in draw 2 is infinite"):
        propagated(x, y)
    with pytest.raises(DataError, match="announced"):
        _core.Propagation(np.asfortranarray(y), question("spearman"), 2, 1).add(x, None)
    with pytest.raises(DataError, match=r"\(draws, rows, nodes\)"):
        _core.Propagation(np.asfortranarray(y), question("spearman"), 3, 9).add(x, None)


def test_no_units_no_outcomes_no_draws():
    x, y = example(rows=12, draws=9)
    assert propagated(x, y[:, :0])["n"] == []
    assert propagated(x[:, :0], y[:0])["reason"] == ["no-overlap"] * 6
    assert propagated(x[:0], y)["reason"] == ["no-overlap"] * 6
    assert propagated(x[:, :1], y[:1])["n"][0] in (0, 1)


def test_a_monitor_is_told_and_can_stop():
    x, y = example(draws=600)
    told = []
    propagated(x, y, progress=told.append)
    assert told and told == sorted(told) and 0 <= told[0] <= told[-1] <= 1
    with pytest.raises(KeyboardInterrupt):
        propagated(x, y, progress=lambda done: False)
