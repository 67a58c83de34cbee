"""Permutation p-values and the largest of all pairs, against all orders of few rows and against what they promise."""

from itertools import permutations, product

import numpy as np
import pytest
from permuted import (
    STATISTICS,
    exact,
    exact_family,
    masked,
    pearson,
    product_parts,
    reached,
    squared,
    step_down,
)
from scipy import stats

import egov_index as egov
from egov_index.associations import associations
from egov_index.catalogue import Choice

NAN = np.nan
MANY = 20000


def asked(x, y, method="pearson", count=MANY, **more):
    x, y = (np.asfortranarray(np.asarray(side, dtype=float).reshape(len(side), -1)) for side in (x, y))
    return {
        name: np.array(column)
        for name, column in associations(x, y, Choice(method), permutations=count, **more).items()
    }


def agree(got, wanted, count=MANY):
    """Within five standard errors of the count, and the observed order that counts too."""
    allowed = 5 * np.sqrt(np.maximum(wanted * (1 - wanted), 1e-4) / count) + 1 / count
    assert (np.abs(got - wanted) < allowed).all(), (got, wanted)


@pytest.mark.parametrize("method", STATISTICS)
@pytest.mark.parametrize("data", ["plain", "ties", "u-shaped"])
def test_p_is_that_of_all_orders_of_few_rows(method, data):
    rng = np.random.default_rng(3)
    for _ in range(3):
        x, e = rng.normal(size=(2, 6))
        y = {"plain": x + 2 * e, "ties": np.round(x + e), "u-shaped": x**2 + 0.3 * e}[data]
        x = np.round(x) if data == "ties" else x
        if np.ptp(x) == 0 or np.ptp(y) == 0:
            continue
        agree(asked(x, y, method)["p"], exact(x, y, STATISTICS[method]))


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_p_with_controls_is_that_of_freedman_and_lane(method):
    rng = np.random.default_rng(4)
    controls = rng.normal(size=(7, 2))
    x = controls @ [1, 2] + rng.normal(size=7)
    y = x + controls @ [2, -1] + rng.normal(size=7)
    sides = [controls[:, 0], controls[:, 1], x, y]
    one, two, a, b = (stats.rankdata(side) for side in sides) if method == "spearman" else sides
    design = np.column_stack([np.ones(7), one, two])
    off = np.eye(7) - design @ np.linalg.pinv(design)
    fit, residuals = b - off @ b, off @ b
    squares = [squared((off @ a) * (off @ (fit + residuals[list(o)]))) for o in permutations(range(7))]
    agree(asked(x, y, method, controls=controls)["p"], reached(squares, squares[0]))
    same = asked(x, y, method, controls=controls, family=True)
    agree(same["p"], reached(squares, squares[0]))
    np.testing.assert_array_equal(same["p"], same["p_family"])


def gapped(seed=5, n=6):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, 2)), rng.normal(size=(n, 3))
    y[:, 0] += 3 * x[:, 1]
    x[0, 0] = y[1, 2] = NAN
    return x, y


def test_the_largest_of_all_pairs_over_all_orders_of_few_rows():
    x, y = gapped()
    observed, table = exact_family(x, y, pearson)
    for sides in ((x, y), (y, x)):
        got = asked(*sides, family=True)
        turn = slice(None) if sides[0] is x else np.arange(6).reshape(2, 3).T.ravel()
        agree(got["p"], np.array([reached(table[:, k], observed[k]) for k in range(6)])[turn])
        agree(got["p_family"], step_down(observed, table)[turn])


def test_the_largest_of_all_pairs_of_global_ranks():
    x, y = gapped(8)
    ranks = [stats.rankdata(side, axis=0, nan_policy="omit") for side in (x, y)]
    plain, table = exact_family(*ranks, pearson)
    both = [(x[:, i], y[:, j]) for i in range(2) for j in range(3)]
    observed = plain.copy()
    for k, (a, b) in enumerate(both):
        seen = ~np.isnan(a) & ~np.isnan(b)
        a, b = (stats.rankdata(side[seen]) - (seen.sum() + 1) / 2 for side in (a, b))
        above = [(side > side[:, None]) + 0.5 * (side == side[:, None]) for side in (a, b)]
        observed[k] *= min(1, (a * b).var() / (a * b + above[0] @ b + above[1] @ a).var())
    got = asked(x, y, "spearman", family=True)
    agree(got["p"], np.array([reached(table[:, k], observed[k]) for k in range(6)]))
    agree(got["p_family"], step_down(observed, table))


@pytest.mark.parametrize("method", ["kendall", "distance"])
def test_the_largest_of_all_pairs_by_restricted_orders(method):
    """With gaps each pair's order is the walk from row to row that the common order takes, over the pair's own rows."""
    x, y = gapped(9)
    pairs = [(x[:, i], y[:, j]) for i in range(2) for j in range(3)]
    table = []
    for order in permutations(range(6)):
        squares = []
        for a, b in pairs:
            own = np.flatnonzero(~np.isnan(a) & ~np.isnan(b))
            to = []
            for row in own:
                row = order[row]
                while row not in own:
                    row = order[row]
                to.append(row)
            squares.append(STATISTICS[method](a[own], b[to]))
        table.append(squares)
    table = np.array(table)
    got = asked(x, y, method, family=True)
    agree(got["p"], np.array([reached(table[:, k], table[0, k]) for k in range(6)]))
    agree(got["p_family"], step_down(table[0], table))


@pytest.mark.parametrize("view", ["rows", "within"])
def test_signs_of_clusters(view):
    rng = np.random.default_rng(6)
    clusters = np.repeat(np.arange(7), [3, 2, 4, 3, 2, 3, 1])
    x, y = rng.normal(size=7)[clusters] + rng.normal(size=(2, 18))
    y += 0.5 * x
    deviations = [
        side - (np.bincount(clusters, side) / np.bincount(clusters))[clusters] if view == "within" else side
        for side in (x, y)
    ]
    sums = np.bincount(clusters, product_parts(*deviations))
    squares = [(np.array(signs) @ sums) ** 2 for signs in product((1, -1), repeat=7)]
    agree(asked(x, y, clusters=clusters, view=view)["p"], reached(squares, squares[0]))
    agree(asked(x, y, clusters=clusters, view=view, family=True)["p_family"], reached(squares, squares[0]))


def test_between_clusters_their_means_are_permuted():
    rng = np.random.default_rng(7)
    clusters = np.repeat(np.arange(6), [3, 2, 4, 3, 2, 3])
    x, y = rng.normal(size=6)[clusters] + rng.normal(size=(2, 17))
    a, b = (np.bincount(clusters, side) / np.bincount(clusters) for side in (x, y))
    agree(asked(x, y, clusters=clusters, view="between")["p"], exact(a, b, pearson))
    agree(asked(x, y, clusters=clusters, view="between", family=True)["p"], exact(a, b, pearson))


def test_ranks_of_what_a_view_makes():
    """Ranks are those of deviations, or means, which tie but for rounding; a cluster seen once says nothing within."""
    clusters = np.array([9, 9, 9, 4, 4, 4, 7, 7, 7, 2, 2, 2, 5, 5, 5, 10**6])
    rng = np.random.default_rng(8)
    levels = rng.normal(size=11)[np.minimum(clusters, 10)]
    steps = rng.integers(0, 3, size=(2, 16)) * 0.1
    plain = asked(*steps, "spearman", 999, clusters=clusters, view="within")["p"]
    x, y = steps + levels
    np.testing.assert_array_equal(asked(x, y, "spearman", 999, clusters=clusters, view="within")["p"], plain)
    without = asked(x[:-1], y[:-1], "spearman", 999, clusters=clusters[:-1], view="within")["p"]
    agree(plain, without, 999)
    deviations = [
        side[:15] - np.repeat([side[clusters == c].mean() for c in (9, 4, 7, 2, 5)], 3) for side in steps
    ]
    a, b = (stats.rankdata(np.round(side, 9)) - 8 for side in deviations)
    above_a, above_b = ((side > side[:, None]) + 0.5 * (side == side[:, None]) for side in (a, b))
    parts = a * b + above_a @ b + above_b @ a
    sums = (parts - 2 * (a * b).sum() / 15).reshape(5, 3).sum(axis=1)
    squares = [(np.array(signs) @ sums) ** 2 for signs in product((1, -1), repeat=5)]
    agree(asked(x, y, "spearman", clusters=clusters, view="within")["p"], reached(squares, squares[0]))


def pairs_of(seed=1, n=100, missing=0.2):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, 3)), rng.normal(size=(n, 10))
    y[:, 0] += 3 * x[:, 0]
    for side in (x, y):
        side[rng.uniform(size=side.shape) < missing] = NAN
    return x, y


@pytest.mark.parametrize("method", STATISTICS)
@pytest.mark.parametrize("family", [False, True])
def test_the_same_bits_for_any_number_of_threads_and_any_scale(method, family):
    x, y = pairs_of()
    one = asked(x, y, method, 199, family=family)
    for threads in (2, 5):
        np.testing.assert_equal(asked(x, y, method, 199, family=family, threads=threads), one)
    for a, b in ((x * 1e200, y * 1e-300), (1024 * x + 4096, y)):
        far = asked(a, b, method, 199, family=family)
        np.testing.assert_array_equal(far["p"], one["p"])
    assert (asked(x, y, method, 199, family=family, seed=2)["p"] != one["p"]).any()


@pytest.mark.parametrize("method", STATISTICS)
def test_the_family_is_never_surer_than_the_pair_and_falls_with_the_statistic(method):
    x, y = pairs_of()
    got = asked(x, y, method, 999, family=True)
    assert (got["p_family"] >= got["p"]).all() and got["p_family"][0] <= 0.01
    if method == "pearson":
        strength = [masked(x[:, i], y[:, j], pearson) for i in range(3) for j in range(10)]
        assert (np.diff(got["p_family"][np.argsort(strength)]) <= 0).all()
    single = asked(x[:, :1], y[:, :1], method, 999, family=True)
    np.testing.assert_array_equal(single["p"], single["p_family"])


def test_outliers_that_leave_with_a_permutation():
    """A value so far out that the others are nothing beside it: statistics without it come from the values."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(7, 1)), rng.normal(size=(7, 2))
    y[2, 0], x[3, 0] = 1e12, NAN
    observed, table = exact_family(x, y, pearson)
    agree(asked(x, y, family=True)["p_family"], step_down(observed, table))


@pytest.mark.parametrize("family", [False, True])
@pytest.mark.parametrize("method", STATISTICS)
def test_pairs_without_a_number_have_no_p_and_do_not_count(method, family):
    x, y = pairs_of(missing=0)
    odd = np.column_stack([np.full(100, NAN), np.full(100, 0.1), np.where(np.arange(100) < 3, x[:, 0], NAN)])
    alone = asked(x, y, method, 99, family=family)
    more = asked(np.column_stack([x, odd]), y, method, 99, family=family)
    assert np.isnan(more["p"][30:]).all() and np.isnan(more["p_family"][30:]).all()
    np.testing.assert_array_equal(more["p"][:30], alone["p"])
    np.testing.assert_array_equal(more["p_family"][:30], alone["p_family"])


def test_controls_that_leave_nothing_leave_no_p():
    rng = np.random.default_rng(1)
    x, y, c = rng.normal(size=(3, 20))
    for a, b, controls in ((x, y, [x, c]), (x, y, [y]), (x[:5], y[:5], [c[:5], c[:5] ** 2, c[:5] ** 3])):
        for family in (False, True):
            assert np.isnan(
                asked(a, b, count=99, controls=np.column_stack(controls), family=family)["p"]
            ).all()
    twice = asked(x, y, count=999, controls=np.column_stack([c, c]))["p"]
    np.testing.assert_array_equal(twice, asked(x, y, count=999, controls=c[:, None])["p"])


def test_what_cannot_be_permuted_is_refused():
    x, y = pairs_of()
    clusters = np.repeat(np.arange(50), 2)
    for words, more in (
        ("permutations", {"count": -1}),
        ("family without permutations", {"count": 0, "family": True}),
        ("controls", {"method": "kendall", "controls": x[:, :1]}),
        ("between", {"method": "distance", "clusters": clusters}),
    ):
        with pytest.raises(egov.SpecError, match=words):
            asked(x, y, **{"count": 9, **more})


def test_it_stops_when_asked_to():
    x, y = pairs_of(n=193)

    def stop(done):
        raise KeyboardInterrupt

    for family in (False, True):
        with pytest.raises(KeyboardInterrupt):
            asked(x, y, count=10**7, family=family, progress=stop)


@pytest.mark.parametrize("view", ["within", "between"])
@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_an_offset_that_leaves_all_steps_changes_no_count(view, method):
    rng = np.random.default_rng(8)
    clusters = np.repeat(np.arange(12), 3)
    steps = rng.integers(0, 40, size=(2, 36)) * 2.0**-17
    how = {"view": view, "clusters": clusters}
    wanted, got = (asked(*(steps + offset), method, 499, **how) for offset in (0, 2.0**30))
    assert got["p"] == wanted["p"]
    assert got["estimate"] == pytest.approx(wanted["estimate"], rel=1e-12)
