"""Ranks over alternatives: designs, counts, ranges and what is refused."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import qmc

import egov_index as egov
from egov_index import (
    Alternatives,
    DataError,
    Framework,
    Index,
    Panel,
    Recipe,
    SpecError,
    _core,
    choice,
    noise,
)

RNG = np.random.default_rng(8)
NAMES = ["a", "b", "c", "d"]
VALUES = RNG.lognormal(0, 1, (20, 2, 4))
TREE = Framework(
    [{"code": "root"}, {"code": "x", "parent": "root"}, {"code": "y", "parent": "root", "weight": 2}]
    + [{"code": name, "parent": "xy"[at // 2]} for at, name in enumerate(NAMES)]
)
SCALES = [choice(name, rescale=(1, 100)) for name in ("minmax", "zscore", "rank")]
OTHERS = Alternatives(normalize=SCALES, aggregate=["arithmetic", "geometric"], weights=noise(0.3))


def panel(values=VALUES, backend="pandas"):
    return Panel(values, [f"U{k:02}" for k in range(len(values))], [2020, 2021], NAMES, backend=backend)


def index(**recipe):
    return Index(TREE, Recipe(**({"normalize": "minmax"} | recipe)), period=2021)


def refused(call, error=SpecError):
    with pytest.raises(error) as caught:
        call()
    return "\n".join(str(fault) for fault in caught.value.faults)


# Sobol' points


def test_scrambled_points_are_as_even_as_those_of_scipy():
    ours = np.asarray(_core.Design(_core.Points.sobol, 6, 512, 1).sample())
    theirs = qmc.Sobol(6, rng=np.random.default_rng(1)).random(512)
    chance = np.random.default_rng(1).uniform(size=(512, 6))
    mixture = [qmc.discrepancy(points) for points in (ours, theirs, chance)]
    assert mixture[0] < 1.3 * mixture[1] < 0.5 * mixture[2]


@pytest.mark.parametrize("seed", [1, 2, 2**64 - 1])
def test_scrambled_points_are_balanced_and_fresh(seed):
    points = np.asarray(_core.Design(_core.Points.sobol, 8, 256, seed).sample())
    assert points.shape == (256, 8) and (points > 0).all() and (points < 1).all()
    for column in points.T:
        assert sorted(np.floor(column * 256)) == list(range(256))  # one in each 256th
    first = np.floor(points[:, :2] * 16).astype(int)
    assert (np.bincount(first[:, 0] * 16 + first[:, 1], minlength=256) == 1).all()
    assert np.array_equal(points, np.asarray(_core.Design(_core.Points.sobol, 8, 256, seed).sample()))
    assert not np.allclose(points, np.asarray(_core.Design(_core.Points.sobol, 8, 256, seed - 1).sample()))


def test_the_first_points_of_a_longer_design_are_those_of_a_shorter():
    for kind in (_core.Points.sobol, _core.Points.montecarlo):
        short, long = (np.asarray(_core.Design(kind, 5, n, 3).sample()) for n in (100, 1000))
        np.testing.assert_array_equal(long[:100], short)


# Ensembles


def test_counts_ranges_and_probabilities_agree_with_the_kept_draws():
    ens = index().uncertainty(panel(), OTHERS, n=1000, seed=3, keep=True)
    ranks = ens.draws["ranks"]
    assert ranks.shape == (1000, 20) and ens.draws["points"].shape == (1000, len(ens.factors))
    counts = np.stack([(ranks == rank).sum(axis=0) for rank in range(1, 21)], axis=1)
    np.testing.assert_array_equal(ens.counts, counts)
    frame = ens.rank_range(0.9)
    np.testing.assert_array_equal(frame["low"], np.quantile(ranks, 0.05, axis=0, method="inverted_cdf"))
    np.testing.assert_array_equal(frame["high"], np.quantile(ranks, 0.95, axis=0, method="inverted_cdf"))
    np.testing.assert_array_equal(frame["median"], np.quantile(ranks, 0.5, axis=0, method="inverted_cdf"))
    np.testing.assert_allclose(ens.top_k(5)["probability"], (ranks <= 5).mean(axis=0))
    assert (ens.top_k(20)["probability"] == 1).all()
    summary = ens.summary()
    np.testing.assert_allclose(summary["mean"], ranks.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(summary["sd"], ranks.std(axis=0), rtol=1e-9)
    np.testing.assert_allclose(summary["distance"], np.abs(ranks - ens.nominal).mean(axis=0))
    assert np.mean(summary["distance"]) == pytest.approx(ens.mean_shift)
    np.testing.assert_allclose(summary["at_nominal"], (ranks == ens.nominal).mean(axis=0))
    assert ens.mean_shift == pytest.approx(np.abs(ranks - ens.nominal).mean())
    sums = ens.rank_probability().groupby("unit")["probability"].sum()
    np.testing.assert_allclose(sums, 1)
    assert (
        ens.rank_range(0.5)["low"].ge(frame["low"]).all()
        and ens.rank_range(0.99)["high"].ge(frame["high"]).all()
    )


def test_the_nominal_rank_is_that_of_the_score():
    ens = index().uncertainty(panel(), OTHERS, n=64)
    assert ens.nominal.tolist() == index().score(panel()).ranks["root"].tolist()
    assert ens.rank_range()["rank"].tolist() == ens.nominal.tolist()


def test_one_draw_is_the_score_of_its_recipe():
    ens = index().uncertainty(
        panel(), Alternatives(aggregate=["arithmetic", "geometric"], normalize=SCALES), n=60, keep=True
    )
    for point, scores, ranks in zip(*(ens.draws[key] for key in ("points", "scores", "ranks")), strict=True):
        at = dict(zip(ens.factors, point, strict=True))
        made = index(
            normalize=SCALES[int(at["normalize"] * 3)],
            aggregate=["arithmetic", "geometric"][int(at["aggregate"] * 2)],
        )
        result = made.score(panel())
        np.testing.assert_allclose(scores, result.values[0, :, 0], rtol=1e-12)
        np.testing.assert_array_equal(ranks, result.rank_values[0, :, 0])


def test_the_same_bits_for_any_number_of_threads_and_other_ones_for_another_seed():
    runs = [index().uncertainty(panel(), OTHERS, n=777, seed=3, threads=k, keep=True) for k in (1, 2, 3, 8)]
    for run in runs[1:]:
        np.testing.assert_array_equal(run.counts, runs[0].counts)
        np.testing.assert_array_equal(run.draws["scores"], runs[0].draws["scores"])
    other = index().uncertainty(panel(), OTHERS, n=777, seed=4)
    assert not np.array_equal(other.counts, runs[0].counts)


def test_factors_and_the_shift_of_each_choice():
    ens = index().uncertainty(panel(), OTHERS, n=512, keep=True)
    assert ens.factors == ("normalize", "aggregate", *(f"weight {code}" for code in ("x", "y", *NAMES)))
    frame = ens.shift_by_choice()
    assert frame["factor"].tolist() == ["normalize"] * 3 + ["aggregate"] * 2
    moved = np.abs(ens.draws["ranks"] - ens.nominal).mean(axis=1)
    level = np.minimum((ens.draws["points"][:, 1] * 2).astype(int), 1)
    np.testing.assert_allclose(frame["mean_shift"][3:], [moved[level == k].mean() for k in (0, 1)])


def test_noise_on_some_weights():
    for nodes, wanted in (("leaves", NAMES), ("inner", ["x", "y"]), (("x", "a"), ["x", "a"])):
        ens = index().uncertainty(panel(), Alternatives(weights=noise(0.2, nodes)), n=8)
        assert ens.factors == tuple(f"weight {code}" for code in wanted)


def test_wider_noise_moves_ranks_more():
    shifts = [
        index().uncertainty(panel(), Alternatives(weights=noise(share)), n=512).mean_shift
        for share in (0.05, 0.3, 1)
    ]
    assert 0 <= shifts[0] < shifts[1] < shifts[2]


def test_several_periods_and_frames_of_polars():
    made = index().replace(period=None)
    ens = made.uncertainty(panel(backend="polars"), OTHERS, n=128)
    frame = ens.rank_range()
    assert isinstance(frame, pl.DataFrame) and frame.shape == (40, 6)
    assert frame["period"].to_list() == [2020] * 20 + [2021] * 20
    assert ens.counts.sum() == 128 * 40
    alone = made.uncertainty(panel(), OTHERS, n=128, period=2020)
    np.testing.assert_array_equal(alone.counts, ens.counts[:20])


def test_progress_is_told_and_can_stop():
    told = []
    index().uncertainty(panel(), OTHERS, n=3000, progress=told.append)
    assert told[-1] == 1 and told == sorted(told)

    def stop(done):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        index().uncertainty(panel(), OTHERS, n=3000, progress=stop)


# Refusals


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"n": 0}, ["n", "1 to"]),
        ({"n": 1.5}, ["n", "whole"]),
        ({"n": True}, ["n", "whole"]),
        ({"n": 2**32}, ["n: 4294967296; a whole number from 1 to 4,294,967,295"]),
        ({"seed": -1}, ["seed"]),
        ({"seed": 2**64}, ["seed"]),
        ({"points": "sobl"}, ["points", "'sobol'"]),
    ],
)
def test_bad_numbers_of_draws(keywords, words):
    text = refused(lambda: index().uncertainty(panel(), OTHERS, **keywords))
    assert all(word in text for word in words)


@pytest.mark.parametrize("level", [0, 1, -0.1, 90, "0.9", True, float("nan")])
def test_levels_lie_between_0_and_1(level):
    ens = index().uncertainty(panel(), OTHERS, n=8)
    assert "level" in refused(lambda: ens.rank_range(level))
    assert "level" in refused(lambda: ens.summary(level))


@pytest.mark.parametrize("k", [0, 21, 1.0])
def test_top_k_takes_a_rank(k):
    ens = index().uncertainty(panel(), OTHERS, n=8)
    assert "k" in refused(lambda: ens.top_k(k))


def test_all_faults_of_alternatives_come_at_once():
    text = refused(
        lambda: Alternatives(
            impute="mean",
            treat=["winsorise", ["none", 5]],
            normalize=[["minmax", "rank"], "zscore:sdd=1"],
            aggregate=["arithmetic", "geometrc"],
            weights=0.25,
        )
    )
    for word in (
        "alternatives.impute",
        "'winsorize'",
        "treat[1]",
        "2 methods",
        "'sd'",
        "'geometric'",
        "egov.noise",
    ):
        assert word in text, word


@pytest.mark.parametrize("share", [-0.1, 1.1, "0.25", True, float("nan"), None])
def test_noise_is_a_share(share):
    assert "0 to 1" in refused(lambda: noise(share))


def test_noise_on_unknown_nodes_is_refused_with_the_nearest():
    assert "'leaves'" in refused(
        lambda: index().uncertainty(panel(), Alternatives(weights=noise(0.1, "leafs")), n=8)
    )
    text = refused(
        lambda: index().uncertainty(panel(), Alternatives(weights=noise(0.1, ["a", "roott", "zz"])), n=8)
    )
    assert "'root'" in text and "'zz'" in text


def test_nothing_to_vary_and_what_is_no_set_of_alternatives():
    for others in (Alternatives(), Alternatives(treat=["none"]), Alternatives(weights=noise(0))):
        assert "nothing varies" in refused(lambda others=others: index().uncertainty(panel(), others))
    assert "Alternatives" in refused(lambda: index().uncertainty(panel(), {"treat": ["none"]}))


def test_combinations_that_cannot_be_computed_are_refused_before_any_draw():
    others = Alternatives(normalize=["zscore", "minmax"], aggregate=["arithmetic", "geometric"])
    text = refused(lambda: index().uncertainty(panel(), others, n=8))
    assert "geometric" in text and "rescale" in text


def test_alternatives_of_a_step_that_does_not_run_are_refused():
    made = Index(TREE, Recipe.steps([("impute", "mean"), ("normalize", "minmax")]), period=2021)
    assert "treat" in refused(
        lambda: made.uncertainty(panel(), Alternatives(treat=["none", "winsorize"]), n=8)
    )


def test_alternatives_that_score_other_units_are_refused_with_the_unit():
    values = VALUES.copy()
    values[4] = np.nan
    made = index(impute="mean", missing="drop-weight")
    text = refused(
        lambda: made.uncertainty(panel(values), Alternatives(impute=["mean", "none"]), n=8), DataError
    )
    assert "U04" in text and "2021" in text


def test_holes_are_named_before_any_draw():
    values = VALUES.copy()
    values[4, 1, 2] = np.nan
    text = refused(
        lambda: index(impute="mean").uncertainty(panel(values), Alternatives(impute=["mean", "none"]), n=8),
        DataError,
    )
    assert "'c'" in text and "U04" in text


def test_weights_from_the_data_belong_to_the_mean_they_are_found_under():
    """Upper nodes weigh their children by values that the mean below has made."""
    rng = np.random.default_rng(5)
    panel = egov.Panel(rng.lognormal(0, 1, (15, 1, 4)), [f"U{k}" for k in range(15)], [2020], list("abcd"))
    nodes = [{"code": "i"}, {"code": "p", "parent": "i"}, {"code": "q", "parent": "i"}]
    nodes += [{"code": code, "parent": "pq"[code > "b"]} for code in "abcd"]
    recipe = egov.Recipe(normalize=egov.choice("minmax", low=1, high=100), weight="standard_deviation")
    index = egov.Index(egov.Framework(nodes), recipe)
    means = ["arithmetic", "geometric"]
    ens = index.uncertainty(panel, egov.Alternatives(aggregate=means), n=8, keep=True)
    found = {tuple(draw) for draw in np.round(ens.draws["scores"], 9)}
    alone = [index.replace(recipe=recipe.replace(aggregate=mean)).score(panel) for mean in means]
    assert found == {tuple(np.round(result.values[0, :, 0], 9)) for result in alone}
