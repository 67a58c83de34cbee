"""First orders from given runs: formulas, exact indices, designs that the rank estimate must refuse, intervals."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from egov_index import DataError, SpecError, given, sobol

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "sobol.json").read_text(encoding="utf-8"))
ISHIGAMI = {"names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
RNG = np.random.default_rng(5)


def ishigami(x):
    x = np.asarray(x)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def cube(d):
    return {"names": [f"x{i}" for i in range(d)], "bounds": [[0, 1]] * d}


def binned(x, y, count):
    """The formula, class by class; equal shares of the runs by increasing x without ties."""
    n, order = len(x), np.argsort(x)
    share = np.arange(n) * count // n
    parts = [y[order[share == c]] for c in range(count)]
    between = sum(len(part) / n * (part.mean() - y.mean()) ** 2 for part in parts)
    noise = sum(part.var(ddof=1) for part in parts) / n
    return (between - noise) / y.var(ddof=1) + 1 / n


def by_rank(x, y):
    z = y[np.argsort(x)]
    return ((z * np.roll(z, -1)).mean() - y.mean() ** 2) / y.var()


def test_both_estimates_are_their_formulas():
    x = RNG.random((500, 3))
    y = np.column_stack([x[:, 0] + x[:, 1] ** 2, np.exp(x[:, 2]), RNG.random(500)])
    bins = given.analyze(cube(3), x, y, classes=17)
    ranks = given.analyze(cube(3), x, y, method="rank")
    for k, i in itertools.product(range(3), range(3)):
        assert bins.first[k, i] == pytest.approx(binned(x[:, i], y[:, k], 17), abs=1e-12)
        assert ranks.first[k, i] == pytest.approx(by_rank(x[:, i], y[:, k]), abs=1e-12)


@pytest.mark.parametrize("method", ["binned", "rank"])
def test_the_interval_is_a_jackknife_over_groups(method):
    """With as many groups as runs each is left out alone; Student's t with 59 degrees of freedom: 2.000995."""
    x, y = RNG.random((60, 2)), RNG.random(60)
    found = given.analyze(cube(2), x, y, method=method, classes=6, groups=30)
    assert np.mean(found.interval["first"], axis=0) == pytest.approx(found.first, abs=1e-12)
    alone = given.analyze(cube(2), x, y, method=method, classes=6, groups=30, seed=2)
    np.testing.assert_allclose(alone.first, found.first, atol=1e-12)
    assert not (alone["S1_conf"] == found["S1_conf"]).any()
    if method == "rank":
        left = []
        for run in range(59):
            keep = np.arange(59) != run
            left.append(by_rank(x[:59, 0][keep], (y[:59] - y[:59].mean())[keep]))
        half = 2.0017174841452356 * np.sqrt(58) * np.std(left)  # t, 58 degrees of freedom
        from egov_index import _core

        raw = _core.given_analyze(
            np.asfortranarray(x[:59]), np.asfortranarray(y[:59, None]), _core.Share.rank, 2, 59, 0.95, 1, 1, None
        )  # fmt: skip
        assert (raw["high"] - raw["low"])[0, 0] / 2 == pytest.approx(half, rel=1e-9)


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("binned", "lhs"),
        ("binned", "sobol"),
        ("binned", "montecarlo"),
        ("rank", "lhs"),
        ("rank", "montecarlo"),
    ],
)
def test_exact_indices(method, kind):
    product = np.array(GOLDEN["g_sobol8"]["params"]["a"])
    models = {
        "ishigami": (ISHIGAMI, ishigami),
        "g_sobol8": (cube(8), lambda x: np.prod((np.abs(4 * np.asarray(x) - 2) + product) / (1 + product), axis=1)),
        "bratley1992_d8": (cube(8), lambda x: np.cumprod(np.asarray(x), axis=1) @ (-1.0) ** np.arange(1, 9)),
    }  # fmt: skip
    for name, (problem, model) in models.items():
        x = given.sample(problem, 2**14, kind=kind, seed=3)
        found = given.analyze(problem, x, model(x), method=method)
        atol = 0.035 if method == "rank" else 0.025 if kind == "montecarlo" else 0.012
        np.testing.assert_allclose(found.first, GOLDEN[name]["first"], atol=atol, err_msg=name)


@pytest.mark.parametrize("kind", ["sobol", "linear_sobol", "plain_sobol"])
@pytest.mark.parametrize("n", [128, 200, 1000, 1024, 4096])
@pytest.mark.parametrize("d", [2, 3, 15])
def test_rank_is_refused_on_digital_nets(kind, n, d):
    from egov_index import _core

    x = _core.Design(getattr(_core.Points, kind), d, n, 7).sample()
    with pytest.raises(SpecError, match=r"not independent"):
        given.analyze(cube(d), np.array(x), x.sum(axis=1), method="rank")
    shuffled = x[RNG.permutation(n)]
    with pytest.raises(SpecError, match=r"not independent"):
        given.analyze(cube(d), np.exp(shuffled), x.sum(axis=1), method="rank")  # any order, any marginals


def test_rank_is_refused_on_what_knows_to_be_sobol_points_on_lattices_and_on_designs_of_other_methods():
    x = given.sample(cube(2), 16, kind="sobol")
    with pytest.raises(SpecError, match=r"Sobol' points"):
        given.analyze(cube(2), x, np.asarray(x[:, 0]), method="rank")
    for kind in ("sobol", "montecarlo"):
        x = np.array(sobol.sample(ISHIGAMI, 256, scrambles=1, kind=kind))
        with pytest.raises(SpecError, match=r"not independent"):
            given.analyze(ISHIGAMI, x, ishigami(x), method="rank")
    k = np.arange(610)
    lattice = np.column_stack([k / 610, k * 377 % 610 / 610])
    with pytest.raises(SpecError, match=r"not independent"):
        given.analyze(cube(2), lattice, lattice[:, 0], method="rank")


def test_rank_is_allowed_on_hypercubes_and_independent_runs():
    """At 1e-4 a false refusal is expected in 0.02 of these 200 designs."""
    for seed in range(50):
        for kind, d in itertools.product(("lhs", "montecarlo"), (2, 10)):
            x = given.sample(cube(d), 300, kind=kind, seed=seed)
            given.analyze(cube(d), x, np.asarray(x[:, 0]), method="rank", groups=2)


def test_rank_would_be_wrong_on_sobol_points():
    """What the refusal is for: errors of the plain formula on nets, which do not shrink with the runs."""
    for n in (1024, 8192):
        x = np.array(given.sample(ISHIGAMI, n, kind="sobol", seed=2))
        y = ishigami(x)
        wrong = [by_rank(x[:, i], y) for i in range(3)]
        assert np.abs(np.array(wrong) - GOLDEN["ishigami"]["first"]).max() > 0.2
        fine = given.analyze(ISHIGAMI, x, y).first
        assert np.abs(fine - GOLDEN["ishigami"]["first"]).max() < 0.05


@pytest.mark.parametrize("method", ["binned", "rank"])
def test_discrete_inputs(method):
    """Y = a + b with a in {0, 1, 2}, b in {0, 3}: variances 2/3 and 9/4."""
    x = np.column_stack(
        [RNG.integers(0, 3, 6000), 3 * RNG.integers(0, 2, 6000), RNG.integers(0, 4, 6000)]
    ).astype(float)
    found = given.analyze(cube(3), x, x[:, 0] + x[:, 1], method=method)
    np.testing.assert_allclose(found.first, np.array([2 / 3, 9 / 4, 0]) / (2 / 3 + 9 / 4), atol=0.04)
    if method == "binned":
        y = x[:, 0] + x[:, 1]
        means = np.array([y[x[:, 1] == v].mean() for v in x[:, 1]])
        assert found.first[1] == pytest.approx(means.var() / y.var(), abs=1e-3)


@pytest.mark.parametrize("method", ["binned", "rank"])
def test_intervals_hold_the_truth_about_as_often_as_they_say(method):
    problem, weights = cube(3), np.array([3.0, 2, 1])
    exact = weights**2 / (weights**2).sum()
    held = []
    for seed in range(150):
        x = given.sample(problem, 1000, kind="montecarlo", seed=seed)
        low, high = given.analyze(problem, x, np.asarray(x) @ weights, method=method).interval["first"]
        held.append((low <= exact) & (exact <= high))
    assert np.mean(held) > 0.9 and np.mean(held) < 0.995


def test_noise_has_no_index_whatever_the_number_of_classes():
    x, y = RNG.random((4000, 1)), RNG.random((4000, 200))
    for classes in (5, 63, 400):
        found = given.analyze(cube(1), x, y, classes=classes).first
        assert abs(found.mean()) < 4 * found.std() / np.sqrt(200)


def test_same_bits_for_any_number_of_threads():
    x, y = RNG.random((700, 4)), RNG.random((700, 20))
    for method in ("binned", "rank"):
        runs = [given.analyze(cube(4), x, y, method=method, threads=t) for t in (1, 3)]
        assert (runs[0].first == runs[1].first).all() and (runs[0]["S1_conf"] == runs[1]["S1_conf"]).all()
    points = [np.array(given.sample(cube(4), 3000, threads=t)) for t in (1, 3)]
    assert (points[0] == points[1]).all()


def test_constant_inputs_and_outputs_are_named():
    x = RNG.random((300, 2))
    x[:, 1] = 4
    found = given.analyze(cube(2), x, np.column_stack([x[:, 0], x[:, 1]]))
    assert found.constant == ("Y2",) and np.isnan(found.first[1]).all() and np.isnan(found.first[0, 1])
    assert "inputs x1" in found.explain() and "Y2" in found.explain()
    assert list(found.to_frame("polars")["note"]) == ["", "", "constant", "constant"]


def test_offset_and_scale_change_nothing():
    x = RNG.random((800, 2))
    y = np.exp(x[:, 0]) + x[:, 1]
    plain = given.analyze(cube(2), x, y).first
    for moved in (y + 1e6, y * 1e-200, y * 1e200):
        np.testing.assert_allclose(given.analyze(cube(2), x, moved).first, plain, atol=1e-8)


def test_what_does_not_fit_is_said():
    x, y = RNG.random((40, 2)), RNG.random(40)
    with pytest.raises(DataError, match=r"39 rows; 40"):
        given.analyze(cube(2), x, y[:-1])
    with pytest.raises(DataError, match=r"2 columns; 3"):
        given.analyze(cube(3), x, y)
    x[3, 1] = np.inf
    with pytest.raises(DataError, match=r"input 'x1', run 3: inf"):
        given.analyze(cube(2), x, y)
    for wrong in ({"method": "bins"}, {"classes": 1}, {"groups": 1}, {"level": 1.0}):
        with pytest.raises(SpecError):
            given.analyze(cube(2), RNG.random((40, 2)), y, **wrong)
    grouped = given.analyze(dict(cube(2), groups=["g", "h"]), RNG.random((40, 2)), y)
    assert "Groups are not looked at" in grouped.explain()
