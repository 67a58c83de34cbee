"""Discrete inputs in all their combinations, crossed with the points of the others."""

from itertools import product

import numpy as np
import pytest
from mixed_index import INDEX, MIXED, PANEL, run

import egov_index as egov
from egov_index import sobol
from egov_index.sensitivity.model import PlanModel, Question

MIX = {
    "names": ["rule", "p", "scale", "q"],
    "bounds": [[0, 1, 5], [0, 1], [-1, 2], [1, 0.5]],
    "dists": ["discrete", "unif", "discrete", "norm"],
    "outputs": ["y", "z"],
}
GROUPS = [None, ["a", "b", "c", "a"], ["a", "a", "b", "b"], ["a", "b", "a", "c"], ["a", "b", "b", "b"]]


def model(x):
    rule, p, scale, q = np.asarray(x).T
    return np.column_stack([rule * p + scale * q**2 + rule * scale, np.exp(p + scale) * (1 + rule * q) + 30])


def mixed(base, other, member, factor):
    """Inputs of one run, with a factor of the other; -1 for none."""
    return [o if k == factor else b for b, o, k in zip(base, other, member, strict=True)]


def twin(problem, points, member):
    """Plain estimators, each pair of combinations at A and at B taken for a base point of its own."""
    d = max(member) + 1
    levels = [b for b, law in zip(problem["bounds"], problem["dists"], strict=True) if law == "discrete"]
    held = [k for k, law in enumerate(problem["dists"]) if law == "discrete"]
    rows = []
    for a, b in points:
        for at_a, at_b in product(product(*levels), repeat=2):
            for k, left, right in zip(held, at_a, at_b, strict=True):
                a[k], b[k] = left, right
            rows += [mixed(a, b, member, i) for i in (-1, *range(d))]
            rows += [mixed(b, a, member, i) for i in (-1, *range(d))]
    y = model(rows).reshape(-1, 2, d + 1, 2)
    y = y - y[:, :, 0].mean(axis=(0, 1))
    a, b, ab, ba = y[:, 0, 0], y[:, 1, 0], y[:, 0, 1:], y[:, 1, 1:]
    v = (a**2 + b**2).mean(axis=0) / 2
    first = (b[:, None] * (ab - a[:, None])).mean(axis=0) / v
    total = ((ab - a[:, None]) ** 2).mean(axis=0) / (2 * v)
    swapped = ((ba - b[:, None]) ** 2).mean(axis=0) / (2 * v)
    for i in range(d):
        if all(k in held for k in range(len(member)) if member[k] == i):  # both points know its variance
            total[i] = (total[i] + swapped[i]) / 2
    second = np.full((2, d, d), np.nan)
    for i in range(d):
        for j in range(i + 1, d):
            second[:, i, j] = (ba[:, i] * ab[:, j] - a * b).mean(axis=0) / v - first[i] - first[j]
    return first.T, total.T, second, v


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("second_order", [True, False])
def test_it_is_the_plain_estimators_over_all_pairs_of_combinations(groups, second_order):
    problem = dict(MIX, groups=groups)
    x = sobol.sample(problem, 12, discrete="enumerated", calc_second_order=second_order, scrambles=1)
    found = sobol.analyze(problem, model(x), design=x, interval="bootstrap")
    member = x.layout.member
    blocks = np.asarray(x).reshape(12, -1, 6, 4)
    points = [(block[0, 0].copy(), block[-1, 0].copy()) for block in blocks]
    first, total, second, v = twin(MIX, points, member)
    np.testing.assert_allclose(found.first, first, atol=1e-12)
    np.testing.assert_allclose(found.total, total, atol=1e-12)
    np.testing.assert_allclose(found.variance, v, rtol=1e-12)
    assert found.discrete == "enumerated" and not found.exact
    if second_order:
        np.testing.assert_allclose(found.second, second, atol=1e-12)
    moved = {k for k, law in zip(member, MIX["dists"], strict=True) if law != "discrete"}
    assert found.runs == len(x) == 12 * 6 * (2 + len(moved) * (1 + second_order))


def test_rows_stand_run_by_run_and_the_last_discrete_input_is_fastest():
    x = np.asarray(sobol.sample(MIX, 16, discrete="enumerated", seed=4)).reshape(16, 6, 6, 4)
    grid = list(product([0, 1, 5], [-1, 2]))
    assert (x[..., [0, 2]] == grid).all()
    drawn = x[:, :, 0][..., [1, 3]]
    assert (x[..., [1, 3]] == drawn[:, :, None]).all()
    others = {"names": ["p", "q"], "bounds": [[0, 1], [1, 0.5]], "dists": ["unif", "norm"]}
    np.testing.assert_array_equal(drawn.reshape(-1, 2), sobol.sample(others, 16, seed=4))


def test_both_ways_of_taking_discrete_inputs_agree():
    many, few = (
        sobol.sample(MIX, n, discrete=how) for n, how in ((1 << 16, "sampled"), (1 << 12, "enumerated"))
    )
    drawn, crossed = (sobol.analyze(MIX, model(x), design=x, level=0.99) for x in (many, few))
    for name in ("first", "total", "second"):
        np.testing.assert_allclose(getattr(drawn, name), getattr(crossed, name), atol=0.01)
        low, high = crossed.interval[name]
        assert np.nanmax(high - low) < 0.05
    assert "each crossed with all 6 combinations of the discrete inputs" in crossed.explain()


def test_an_index_is_a_model_like_others():
    """Choices of an index with noise on its weights, at the same points: the indices that it gives itself."""
    for groups in (None, {"g": ["normalize", "weight a"], "w": ["weight b", "weight c"]}):
        asked = run(
            n=600, discrete="enumerated", second_order=True, output=["rank", "kendall"], groups=groups
        )
        plan = PlanModel(Question(INDEX, PANEL, MIXED, None, ["rank", "kendall"], None, None))
        member = {name: group for group, names in (groups or {}).items() for name in names}
        problem = dict(plan.problem, groups=[member.get(name, name) for name in plan.factors])
        x = sobol.sample(problem, 100, discrete="enumerated", scrambles=asked.replicates)
        found = sobol.analyze(problem, plan(np.array(x)), design=x, level=0.9)
        assert found.factors == asked.factors and found.runs == asked.runs
        for name in ("first", "total", "second"):
            np.testing.assert_allclose(getattr(found, name), getattr(asked, name), atol=1e-12)
            np.testing.assert_allclose(found.interval[name], asked.interval[name], atol=1e-11)


def test_a_mixed_group_of_an_index_is_that_of_the_sampled_run():
    asked = {"groups": {"g": ["normalize", "weight a"]}, "output": ["rank_shift", "kendall"], "n": 1 << 14}
    crossed, drawn = (run(discrete=how, **asked) for how in ("enumerated", "sampled"))
    assert crossed.factors == drawn.factors and crossed.discrete == "enumerated"
    for name in ("first", "total"):
        np.testing.assert_allclose(getattr(crossed, name), getattr(drawn, name), atol=0.02)


EXACT = {"names": ["a", "b", "c"], "bounds": [[0, 1], [3, 1, 2], [0, 0, 1]], "dists": ["discrete"] * 3}


def test_discrete_inputs_alone_are_exact_and_have_no_interval():
    """y = a + a c, with c = 1 in one of three cases: a level that stands twice is twice as likely."""
    x = sobol.sample(EXACT, discrete="enumerated")
    assert x.shape == (18, 3) and x.layout.exact and x.layout.runs == 18
    found = sobol.analyze(EXACT, x[:, 0] * (1 + x[:, 2]), design=x, dummy=True)
    mean_c, var_c = 4 / 3, 2 / 9  # of 1 + c
    parts = np.array([mean_c**2 / 4, 0, var_c / 4])
    variance = parts.sum() + var_c / 4
    np.testing.assert_allclose(found.first[:3], parts / variance, atol=1e-14)
    np.testing.assert_allclose(
        found.total[:3], np.array([parts[0] + var_c / 4, 0, var_c / 2]) / variance, atol=1e-14
    )
    np.testing.assert_allclose(found.second[0, 2], var_c / 4 / variance, atol=1e-14)
    assert found.total[1] == found.first[3] == found.total[3] == 0
    np.testing.assert_allclose(found.variance, variance, rtol=1e-14)
    assert found.exact and found.interval_method == "exact" and np.isnan(found.interval["total"]).all()
    assert np.isnan(found["ST_conf"]).all()
    said = found.explain()
    assert "all 18 combinations" in said and "no interval" in said and "too few" not in said


def test_combinations_are_known_by_their_number_where_the_design_is_not():
    x = np.array(sobol.sample(EXACT, discrete="enumerated"))
    found = sobol.analyze(EXACT, x[:, 0] + x[:, 1], discrete="enumerated")
    np.testing.assert_allclose(found.first, [0.25 / (0.25 + 2 / 3), 2 / 3 / (0.25 + 2 / 3), 0], atol=1e-14)
    x = sobol.sample(MIX, 64, discrete="enumerated")
    told, known = (
        sobol.analyze(MIX, np.array(model(x)), scrambles=2, discrete="enumerated"),
        sobol.analyze(MIX, model(x), design=x),
    )
    np.testing.assert_array_equal(told.total, known.total)
    np.testing.assert_array_equal(told.interval["first"], known.interval["first"])


@pytest.mark.parametrize("interval", ["t", "bootstrap"])
def test_the_same_bits_for_any_number_of_threads(interval):
    x = sobol.sample(MIX, 300, discrete="enumerated", threads=1)
    np.testing.assert_array_equal(x, sobol.sample(MIX, 300, discrete="enumerated", threads=3))
    one, three = (
        sobol.analyze(MIX, model(x), design=x, interval=interval, threads=k, resamples=50, dummy=True)
        for k in (1, 3)
    )
    for key in one:
        np.testing.assert_array_equal(one[key], three[key])


def test_constant_and_huge_outputs():
    x = sobol.sample(MIX, 64, discrete="enumerated")
    y = np.column_stack([model(x)[:, 0], model(x)[:, 0] * 1e200, np.full(len(x), 3.0)])
    found = sobol.analyze(dict(MIX, outputs=None), y, design=x)
    np.testing.assert_allclose(found.total[1], found.total[0], rtol=1e-12)
    assert found.constant == ("Y3",) and np.isnan(found.total[2]).all()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: sobol.sample(MIX, 8, discrete="all"), "discrete: 'all'; valid are sampled, enumerated"),
        (lambda: sobol.sample(MIX, 8, discrete="enumerated", third=True), "third: True with discrete='enumerated'"),
        (lambda: sobol.sample({"names": ["p"], "bounds": [[0, 1]]}, 8, discrete="enumerated"), "no discrete input"),
        (
            lambda: sobol.sample(
                {"names": list("abcd"), "bounds": [list(range(20))] * 4, "dists": ["discrete"] * 4}, 8,
                discrete="enumerated",
            ),
            "160,000 combinations of a, b, c, d",
        ),
        (
            lambda: sobol.analyze(MIX, np.zeros(37), discrete="enumerated"),
            "Y: 37 rows; a multiple of 36",
        ),
        (
            lambda: sobol.analyze(EXACT, np.zeros(36), discrete="enumerated"),
            "Y: 36 rows; 18, one for each combination of levels of a, b, c",
        ),
        (
            lambda: sobol.analyze(EXACT, np.zeros(18), discrete="enumerated", first="jansen"),
            "first: 'jansen' with discrete='enumerated'; 'saltelli', or discrete='sampled'",
        ),
        (
            lambda: sobol.analyze(MIX, np.zeros(64), design=sobol.sample(MIX, 8), discrete="enumerated"),
            "discrete: 'enumerated'; 'sampled', as in the design",
        ),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(ask, words):
    with pytest.raises((egov.SpecError, egov.DataError)) as caught:
        ask()
    assert words in str(caught.value)
