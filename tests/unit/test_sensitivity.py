"""Which choice moves the result: against exact enumeration of discrete alternatives, and what a reader sees."""

import itertools

import numpy as np
import polars as pl
import pytest

from egov_index import Alternatives, Framework, Index, Panel, Recipe, SpecError, choice, noise

RNG = np.random.default_rng(5)
NAMES = ["a", "b", "c"]
VALUES = RNG.lognormal(0, 1, (9, 1, 3))
TREE = Framework([{"code": "root"}] + [{"code": name, "parent": "root"} for name in NAMES])
LEVELS = {
    "treat": ["none", choice("winsorize", skew=0.2, kurt=-2.0)],
    "normalize": [choice(name, rescale=(1, 100)) for name in ("minmax", "zscore", "rank")],
    "aggregate": ["arithmetic", "geometric"],
}
OTHERS = Alternatives(**LEVELS)


def panel(backend="pandas"):
    return Panel(VALUES, [f"U{k}" for k in range(9)], [2021], NAMES, backend=backend)


INDEX = Index(TREE, Recipe(normalize=LEVELS["normalize"][0]))


def enumerated(output):
    """Outputs of all combinations as an array of (levels..., outputs)."""
    nominal = INDEX.score(panel()).rank_values[0, :, 0]
    shape = [len(levels) for levels in LEVELS.values()]
    found = {}
    for at in itertools.product(*map(range, shape)):
        changes = {stage: levels[k] for (stage, levels), k in zip(LEVELS.items(), at, strict=True)}
        result = Index(TREE, INDEX.recipe.replace(**changes)).score(panel())
        ranks = result.rank_values[0, :, 0]
        found[at] = {
            "rank": ranks,
            "score": on_common_scale(result.values[0, :, 0]),
            "raw_score": result.values[0, :, 0],
            "rank_shift": [np.abs(ranks - nominal).mean()],
            "top_3": ranks <= 3,
            "kendall": [kendall(ranks, nominal)],
            ("U2", "U8"): [(1 + np.sign(ranks[8] - ranks[2])) / 2],
        }[output]
    return np.array([found[at] for at in sorted(found)]).reshape(*shape, -1)


def exact(output):
    y = enumerated(output)
    axes = tuple(range(3))
    variance = y.var(axis=axes)
    first, total = [], []
    for k in axes:
        rest = tuple(axis for axis in axes if axis != k)
        first.append(y.mean(axis=rest).var(axis=0))
        total.append(variance - y.mean(axis=k).var(axis=(0, 1)))
    pairs = [
        y.mean(axis=3 - i - j).var(axis=(0, 1)) - first[i] - first[j] for i, j in ((0, 1), (0, 2), (1, 2))
    ]
    return y.mean(axis=axes), variance, np.array(first).T, np.array(total).T, np.array(pairs).T


def on_common_scale(scores):
    low, high = scores.min(axis=-1, keepdims=True), scores.max(axis=-1, keepdims=True)
    return 100 * (scores - low) / (high - low)


def kendall(ranks, nominal):
    """Share of pairs the other way round, ties on one side half; by going through the pairs."""
    pairs = list(itertools.combinations(range(len(nominal)), 2))
    signs = [(np.sign(ranks[i] - ranks[j]), np.sign(nominal[i] - nominal[j])) for i, j in pairs]
    return sum(abs(a - b) / 2 for a, b in signs) / len(pairs)


@pytest.mark.parametrize(
    "output", ["rank", "score", "raw_score", "rank_shift", "top_3", "kendall", ("U2", "U8")]
)
def test_enumerated_choices_are_exact(output):
    sens = INDEX.sensitivity(panel(), OTHERS, output=output)
    mean, variance, first, total, second = exact(output)
    moving = variance > 1e-20
    assert sens.exact and sens.runs == 12 and moving.any()
    np.testing.assert_allclose(sens.mean, mean, rtol=1e-12)
    np.testing.assert_allclose(sens.variance, variance, rtol=1e-10, atol=1e-24)
    np.testing.assert_allclose(sens.first[moving], first[moving] / variance[moving, None], atol=1e-12)
    np.testing.assert_allclose(sens.total[moving], total[moving] / variance[moving, None], atol=1e-12)
    at = np.triu_indices(3, 1)
    np.testing.assert_allclose(
        sens.second[moving][:, at[0], at[1]], second[moving] / variance[moving, None], atol=1e-12
    )
    for name, value in (("first", first), ("total", total)):
        low, high = sens.interval[name]
        share = value[moving] / variance[moving, None]
        assert (
            (low[moving] <= share).all()
            and (share <= high[moving]).all()
            and (high - low)[moving].max() < 3e-12
        )
    assert np.isnan(sens.total[~moving]).all() and len(sens.constant) == (~moving).sum()


@pytest.mark.parametrize("output", ["rank", "score", "rank_shift"])
def test_sampled_indices_meet_exact_enumeration(output):
    sens = INDEX.sensitivity(panel(), OTHERS, n=1 << 14, output=output, seed=2, discrete="sampled")
    mean, variance, first, total, _ = exact(output)
    moving = variance > 1e-20
    assert sens.factors == ("treat", "normalize", "aggregate")
    np.testing.assert_allclose(sens.mean, mean, rtol=0.01)
    np.testing.assert_allclose(sens.variance[moving], variance[moving], rtol=0.03)
    np.testing.assert_allclose(sens.first[moving], first[moving] / variance[moving, None], atol=0.03)
    np.testing.assert_allclose(sens.total[moving], total[moving] / variance[moving, None], atol=0.03)
    assert np.isnan(sens.total[~moving]).all() and len(sens.constant) == (~moving).sum()
    assert sens.runs == (1 << 14) * 5


def test_outputs_that_never_change_are_said_to_be_constant():
    values = VALUES.copy()
    values[3] = 1e3  # the best in everything
    made = INDEX.sensitivity(Panel(values, list("ABCDEFGHI"), [2021], NAMES), OTHERS, n=512)
    assert "D" in made.constant and np.isnan(made.first[3]).all()
    assert [name for name, row in zip("ABCDEFGHI", made.first, strict=True) if np.isnan(row).all()] == list(
        made.constant
    )
    frame = made.to_frame().set_index("output")
    assert (frame.loc["D", "note"] == "constant").all() and frame.loc["D", "total"].isna().all()
    assert "Constant, so without indices: D" in made.explain() and len(made.constant) < 5


def test_intervals_stand_around_their_estimate_and_shrink():
    few, many = (
        INDEX.sensitivity(panel(), OTHERS, n=n, output="rank_shift", discrete="sampled")
        for n in (256, 1 << 14)
    )
    for sens in (few, many):
        for name, value in (("first", sens.first), ("total", sens.total)):
            low, high = sens.interval[name]
            np.testing.assert_allclose((low + high) / 2, value, rtol=1e-12)
            assert (high > low).all()
    assert np.mean(many.interval["total"][1] - many.interval["total"][0]) < 0.3 * np.mean(
        few.interval["total"][1] - few.interval["total"][0]
    )
    wide = INDEX.sensitivity(panel(), OTHERS, n=256, output="rank_shift", level=0.99, discrete="sampled")
    assert (wide.interval["total"][1] > few.interval["total"][1]).all()
    np.testing.assert_array_equal(wide.total, few.total)


def test_the_frame_and_the_sentences():
    sens = INDEX.sensitivity(panel("polars"), OTHERS, n=256, output="rank_shift", discrete="sampled")
    frame = sens.to_frame()
    assert isinstance(frame, pl.DataFrame) and frame.shape == (3, 9)
    assert frame["total"].to_list() == sorted(frame["total"].to_list(), reverse=True)
    assert frame["factor"][0] in sens.explain() and "1,280 runs" in sens.explain()
    assert "rank_shift" in repr(sens)


def test_the_same_bits_for_any_number_of_threads():
    others = Alternatives(**LEVELS, weights=noise(0.3))
    runs = [INDEX.sensitivity(panel(), others, n=512, threads=k) for k in (1, 2, 3, 8)]
    for run in runs[1:]:
        np.testing.assert_array_equal(run.total, runs[0].total)
        np.testing.assert_array_equal(run.first, runs[0].first)
    assert not np.array_equal(INDEX.sensitivity(panel(), others, n=512, seed=2).total, runs[0].total)


def test_weights_on_a_linear_index_have_their_closed_form():
    """Two leaves, noise on one: score = (1 + e) x + y over (2 + e); a lone factor has indices of 1."""
    sens = INDEX.sensitivity(panel(), Alternatives(weights=noise(0.5, ["a"])), n=1024, output="score")
    moving = sens.variance > 1e-20
    np.testing.assert_allclose(sens.first[moving], 1, atol=0.02)
    np.testing.assert_allclose(sens.total[moving], 1, atol=0.02)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"output": ["rank", "top_10"]}, ["top_<k>", "10", "9"]),
        ({"output": []}, ["output", "nothing"]),
        ({"output": 3}, ["output", "3"]),
        ({"output": ("U1", "U1")}, ["output", "two units"]),
        ({"output": ("U1", "V2")}, ["'V2'", "U2"]),
        ({"first": "salteli"}, ["first", "saltelli"]),
        ({"first": "jansen", "discrete": "enumerated"}, ["enumerated", "saltelli"]),
        ({"discrete": "all"}, ["discrete", "enumerated"]),
        ({"discrete": "enumerated", "n": 11}, ["n", "12"]),
        ({"groups": "stage"}, ["groups", "'stages'"]),
        ({"groups": {"g": ["treet"]}}, ["groups['g']", "'treat'"]),
        ({"groups": {"g": ["treat"], "h": "treat"}}, ["groups['h']", "'g' too"]),
        ({"groups": {"normalize": ["treat"]}}, ["'normalize'", "another name"]),
        ({"replicate": 4}, ["replicate", "'replicates'"]),
        ({"resamples": 1}, ["resamples"]),
        ({"method": "oat", "groups": "stages"}, ["groups", "oat"]),
        ({"method": "oat", "kind": "lhs"}, ["kind", "oat"]),
        ({"output": "ranks"}, ["output", "'rank'"]),
        ({"method": "sobl"}, ["method", "'sobol'"]),
        ({"n": 0}, ["n"]),
        ({"n": 16, "replicates": 0}, ["replicates"]),
        ({"n": 4, "replicates": 8}, ["replicates"]),
        ({"level": 1}, ["level"]),
        ({"seed": -3}, ["seed"]),
    ],
)
def test_bad_requests(keywords, words):
    with pytest.raises(SpecError) as caught:
        INDEX.sensitivity(panel(), OTHERS, **keywords)
    assert all(word in str(caught.value) for word in words)
