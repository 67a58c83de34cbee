"""Choices run through in all their combinations, crossed with randomized points."""

from itertools import product

import numpy as np
import pytest

import egov_index as egov

RNG = np.random.default_rng(11)
UNITS = [f"U{k}" for k in range(12)]
LEAVES = ["a", "b", "c", "d"]
VALUES = RNG.lognormal(3, 0.4, (12, 2, 4))
NODES = [{"code": "x"}, {"code": "p", "parent": "x"}, {"code": "q", "parent": "x"}]
NODES += [{"code": leaf, "parent": "p" if leaf in "abc" else "q"} for leaf in LEAVES]
SCALES = [egov.choice(one, rescale=(1, 100)) for one in ("minmax", "zscore", "rank")]
MEANS = ["arithmetic", "geometric"]
EXPERTS = {"A": {"p": 1, "q": 3}, "B": {"p": 2, "q": 1}}
CHOICES = egov.Alternatives(
    treat=["none", "winsorize"],
    normalize=SCALES,
    aggregate=MEANS,
    weights=egov.experts(EXPERTS),
    exclude=egov.leave_one_out(["a", "b"]),
)
MIXED = egov.Alternatives(normalize=SCALES, aggregate=MEANS, weights=egov.noise(0.4))
INDEX = egov.Index(egov.Framework(NODES), egov.Recipe(normalize="minmax"))


def panel(values=VALUES):
    return egov.Panel(values, UNITS, [2020, 2022], LEAVES)


def run(alternatives=MIXED, n=600, **more):
    asked = {"seed": 2, "threads": 2, "discrete": "enumerated"} | more
    return INDEX.uncertainty(panel(), alternatives, n=n, **asked)


def ranks_one_by_one():
    """Ranks under each combination of CHOICES, by score()."""
    for treat, scale, mean, expert, gone in product(
        ["none", "winsorize"], SCALES, MEANS, EXPERTS, [None, "a", "b"]
    ):
        nodes = [
            dict(node, weight=0.0 if node["code"] == gone else EXPERTS[expert].get(node["code"], 1.0))
            for node in NODES
        ]
        recipe = egov.Recipe(treat=treat, normalize=scale, aggregate=mean)
        result = egov.Index(egov.Framework(nodes), recipe).score(panel())
        yield result.rank_values[:, :, 0].ravel().astype(int)


@pytest.mark.parametrize("points", ["sobol", "lhs", "montecarlo"])
@pytest.mark.parametrize("n", [72, 100, 4096])
def test_choices_alone_are_run_through_once_and_probabilities_are_exact(n, points):
    ens = run(CHOICES, n, points=points, keep=True)
    right = np.array(list(ranks_one_by_one()))
    assert ens.n == ens.combinations == 72 == len(right)
    np.testing.assert_array_equal(ens.draws["ranks"], right)
    np.testing.assert_array_equal(ens.counts, np.stack([(right == k).sum(axis=0) for k in range(1, 13)], 1))
    assert ens.mean_shift == np.abs(right - ens.nominal).mean()


def test_every_combination_meets_every_point():
    ens = run(keep=True)
    assert ens.n == 600 and ens.combinations == 6
    at = dict(zip(ens.factors, ens.draws["points"].T, strict=True))
    levels = np.column_stack([np.floor(at["normalize"] * 3), np.floor(at["aggregate"] * 2)])
    np.testing.assert_array_equal(levels, np.tile(list(product(range(3), range(2))), (100, 1)))
    noisy = ens.draws["points"][:, 2:].reshape(100, 6, -1)
    assert (noisy == noisy[:, :1]).all()
    alone = INDEX.uncertainty(panel(), egov.Alternatives(weights=egov.noise(0.4)), n=100, seed=2, keep=True)
    np.testing.assert_array_equal(noisy[:, 0], alone.draws["points"])


def test_n_is_rounded_down_to_whole_points():
    assert [run(n=n).n for n in (6, 11, 12, 601)] == [6, 6, 12, 600]
    np.testing.assert_array_equal(run(n=605).counts, run(n=600).counts)


@pytest.mark.parametrize("points", ["sobol", "lhs", "montecarlo"])
def test_the_same_bits_for_any_number_of_threads(points):
    runs = [run(n=1500, points=points, threads=threads, keep=True) for threads in (1, 2, 8)]
    for other in runs[1:]:
        np.testing.assert_array_equal(other.counts, runs[0].counts)
        np.testing.assert_array_equal(other.draws["scores"], runs[0].draws["scores"])


def test_without_choices_it_is_the_sampled_run():
    noise = egov.Alternatives(weights=egov.noise(0.4))
    np.testing.assert_array_equal(run(noise).counts, run(noise, discrete="sampled").counts)


def test_errors_and_draws_of_the_imputation_are_continuous():
    values = VALUES.copy()
    values[:3, 1, 0] = np.nan
    index = INDEX.replace(recipe=egov.Recipe(impute="kriging", normalize=SCALES[0]))
    others = egov.Alternatives(aggregate=MEANS, values=egov.measurement_error(sd=dict.fromkeys(LEAVES, 1.0)))
    shifted = panel(values + 10)
    ens = index.uncertainty(shifted, others, n=21, discrete="enumerated", keep=True)
    assert ens.combinations == 2 and ens.n == 20
    at = dict(zip(ens.factors, ens.draws["points"].T, strict=True))
    assert len(set(at["imputation"])) == len(set(at["measurement"])) == 10


def test_questions_about_single_draws_take_whole_points():
    ens, kept = run(n=3000), run(n=3000, keep=True)
    for ask in (
        lambda one: one.outranking(),
        lambda one: one.score_quantiles([0.1, 0.9]),
        lambda one: one.rank_change(2020, 2022),
        lambda one: one.convergence(),
    ):
        assert ask(ens).equals(ask(kept))
    frame = ens.convergence()
    assert (frame["n"] % 6 == 0).all() and frame["n"].iloc[-1] == 3000 and frame["moved"].iloc[-1] == 0
    assert frame["mean_shift"].iloc[0] == run(n=int(frame["n"].iloc[0])).mean_shift
    ranks = kept.draws["ranks"]
    pairs = ens.outranking()
    first = pairs[(pairs["period"] == 2020) & (pairs["above"] == "U0") & (pairs["below"] == "U1")]
    assert first["probability"].iloc[0] == (ranks[:, 0] < ranks[:, 1]).mean()


def test_convergence_of_all_combinations_is_one_row():
    assert run(CHOICES).convergence()["n"].tolist() == [72]


def test_probabilities_sum_to_one_and_choices_have_equal_shares():
    ens = run(CHOICES)
    np.testing.assert_allclose(ens.rank_probability().groupby(["unit", "period"])["probability"].sum(), 1)
    frame = ens.shift_by_choice()
    for _, part in frame.groupby("factor"):
        assert part["mean_shift"].mean() == pytest.approx(ens.mean_shift, rel=1e-12)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"n": 5}, "n: 5; at least 6, one for each combination of the choices"),
        ({"discrete": "enumerate"}, "discrete: 'enumerate'; the nearest valid name is 'enumerated'"),
        ({"discrete": None}, "discrete: None"),
        ({"discrete": ["sampled"]}, "discrete:"),
    ],
)
def test_what_cannot_be_run_through_is_refused(keywords, words):
    with pytest.raises(egov.SpecError) as caught:
        run(**keywords)
    assert words in str(caught.value)


def test_too_many_combinations_are_refused():
    many = [egov.choice("minmax", low=1 + k / 1e4, high=100) for k in range(40)]
    experts = egov.experts({f"E{k}": {"p": 1 + k, "q": 1} for k in range(60_000)})
    others = egov.Alternatives(
        treat=["none", "winsorize"] * 8,
        normalize=many,
        aggregate=MEANS * 20,
        weights=experts,
        exclude=egov.leave_one_out(LEAVES[:3]),
    )
    with pytest.raises(egov.SpecError, match="more than 4294967296 combinations"):
        run(others, n=10_000)
