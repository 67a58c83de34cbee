"""What an ensemble answers: who outranks whom, changes between periods, sure sets, weights and errors of every kind."""

import numpy as np
import pandas as pd
import pytest

import egov_index as egov

RNG = np.random.default_rng(3)
UNITS = [f"U{k}" for k in range(12)]
LEAVES = ["a", "b", "c", "d"]
VALUES = RNG.uniform(10, 90, (12, 2, 4)) + np.array([0, 3])[None, :, None]


def panel(values=VALUES, **more):
    return egov.Panel(values, UNITS, [2020, 2022], LEAVES, **more)


NODES = [{"code": "x"}, {"code": "p", "parent": "x"}, {"code": "q", "parent": "x"}]
NODES += [{"code": leaf, "parent": "p" if leaf in "abc" else "q"} for leaf in LEAVES]
INDEX = egov.Index(egov.Framework(NODES), egov.Recipe(normalize="minmax"))
ALTERNATIVES = egov.Alternatives(
    normalize=[egov.choice(one, rescale=(1, 100)) for one in ("minmax", "zscore", "rank")],
    aggregate=["arithmetic", "geometric"],
    weights=egov.noise(0.4),
)

ERRORS = egov.Alternatives(values=egov.measurement_error(sd=4.0), weights=egov.noise(0.4))


def run(alternatives=ALTERNATIVES, n=512, **more):
    return INDEX.uncertainty(panel(), alternatives, n=n, seed=2, threads=2, **more)


def test_pairs_are_counted_over_all_draws():
    ens = run(n=700, keep=True)
    frame = ens.outranking()
    assert len(frame) == 2 * 12 * 11
    ranks = ens.draws["ranks"]
    rows = {key: at for at, key in enumerate(zip(ens.keys["period"], ens.keys["unit"], strict=True))}
    for _, row in frame.iloc[::17].iterrows():
        one, other = (ranks[:, rows[row["period"], row[name]]] for name in ("above", "below"))
        assert row["probability"] == (one < other).mean()


def test_changes_between_periods_are_those_of_paired_draws():
    ens = run(keep=True)
    frame = ens.rank_change(2020, 2022).set_index("unit")
    ranks = ens.draws["ranks"]
    moves = ranks[:, :12] - ranks[:, 12:]
    assert (frame["change"].to_numpy() == ens.nominal[:12] - ens.nominal[12:]).all()
    assert (frame["improved"].to_numpy() == (moves > 0).mean(axis=0)).all()
    inside = (moves >= frame["low"].to_numpy()) & (moves <= frame["high"].to_numpy())
    assert (inside.mean(axis=0) >= 0.9 - 1e-9).all()
    pd.testing.assert_frame_equal(
        run().rank_change(2020, 2022).set_index("unit"), frame
    )  # drawn again: the same
    with pytest.raises(egov.SpecError, match="period: 2021; one of 2020, 2022"):
        ens.rank_change(2021, 2022)


def test_scores_are_compared_from_0_to_100():
    frame = run().score_quantiles([0.1, 0.9])
    assert list(frame.columns) == ["unit", "period", "rank", "score", "q0.1", "q0.9"]
    assert (
        (frame["q0.1"] <= frame["q0.9"]).all() and frame["score"].min() == 0 and frame["score"].max() == 100
    )
    best = frame[frame["rank"] == 1]
    assert (best["score"] == 100).all() and (best["q0.9"] > 90).all()


def test_one_level_of_scores_stands_alone():
    ens = run()
    assert ens.score_quantiles(0.5).equals(ens.score_quantiles([0.5]))
    assert ens.score_quantiles(np.array([0.25, 0.75])).columns[-1] == "q0.75"
    close = ens.score_quantiles([0.1234567, 0.12345671])
    assert list(close.columns[-2:]) == ["q0.1234567", "q0.12345671"]


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ([], "levels: no level"),
        ([0.5, 0.5], "levels: one stands twice"),
        ([0.5, 0.1 + 0.2, 0.3], "levels: one stands twice"),
        ("0.5", "levels: '0.5'; a number between 0 and 1"),
        (None, "levels: None; a number between 0 and 1"),
        ([0.5, 1], "levels: 1; a number between 0 and 1"),
        (5, "levels: 5; a number between 0 and 1"),
        ([[0.1, 0.2]], "levels: [0.1, 0.2]; a number between 0 and 1"),
    ],
)
def test_levels_that_are_none_are_refused(levels, words):
    with pytest.raises(egov.SpecError) as caught:
        run(n=8).score_quantiles(levels)
    assert words in str(caught.value)


@pytest.mark.parametrize("level", [0, 1, "0.9", None, [0.9], True, float("nan")])
def test_levels_of_every_question_lie_between_0_and_1(level):
    ens = run(ERRORS, n=8)
    for ask in (
        ens.convergence,
        ens.rank_confidence,
        lambda one: ens.rank_change(2020, 2022, one),
        lambda one: ens.not_distinguishable("U1", one),
    ):
        with pytest.raises(egov.SpecError, match=r"level: .*between 0 and 1"):
            ask(level)


def lowest(values, at):
    """The lowest of some values that a share of them does not lie above."""
    return min(value for value in values if (values <= value).mean() >= at - 1e-12)


@pytest.mark.parametrize("n", [1, 7, 10, 20, 100, 1000])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.98])
def test_quantiles_of_ranks_and_of_their_changes_have_one_definition(n, level):
    ens = run(n=n, keep=True)
    ranks, tail = ens.draws["ranks"], (1 - level) / 2
    ends = {"low": tail, "median": 0.5, "high": 1 - tail}
    for frame, drawn in (
        (ens.rank_range(level), ranks),
        (ens.summary(level), ranks),
        (ens.rank_change(2020, 2022, level), ranks[:, :12] - ranks[:, 12:]),
    ):
        for name, at in ends.items():
            assert frame[name].tolist() == [lowest(column, at) for column in drawn.T]


def test_shorter_runs_settle():
    ens = run(n=4096)
    frame = ens.convergence()
    assert frame["n"].tolist() == [64, 128, 256, 512, 1024, 2048, 4096]
    assert frame["largest_move"].iloc[-1] == 0 and frame["moved"].iloc[-1] == 0
    assert frame["mean_shift"].iloc[-1] == ens.mean_shift
    assert frame["mean_shift"].iloc[2] == run(n=256).mean_shift


def test_sets_of_ranks_come_from_errors_alone():
    errors = egov.measurement_error(sd=dict.fromkeys(LEAVES, 4.0))
    both = egov.Alternatives(normalize=ALTERNATIVES.normalize, weights=egov.noise(0.4), values=errors)
    ens = run(both, period=2022)
    frame = ens.rank_confidence(0.9, draws=500)
    alone = INDEX.uncertainty(
        panel(), egov.Alternatives(values=errors), n=500, seed=2, period=2022, points="montecarlo", keep=True
    )
    found = egov._core.rank_confidence(np.asfortranarray(alone.draws["scores"].T), 0.9, False, 1)
    assert frame["low"].tolist() == list(found["low"]) and frame["high"].tolist() == list(found["high"])
    assert ((frame["low"] <= frame["rank"]) & (frame["rank"] <= frame["high"])).all()
    wide = ens.rank_confidence(0.9, simultaneous=True, draws=500)
    assert (wide["low"] <= frame["low"]).all() and (wide["high"] >= frame["high"]).all()
    first = frame["unit"][0]
    close = ens.not_distinguishable(first, 0.9)
    assert first not in set(close["unit"]) and close["rank"].is_monotonic_increasing
    with pytest.raises(egov.SpecError, match="unit: 'U99'"):
        ens.not_distinguishable("U99")


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"draws": 2.5}, "draws: 2.5; a whole number from 2"),
        ({"draws": 500.0}, "draws: 500.0; a whole number from 2"),
        ({"draws": True}, "draws: True; a whole number from 2"),
        ({"draws": [500]}, "draws: [500]; a whole number from 2"),
        ({"draws": 1}, "draws: 1; a whole number from 2"),
        ({"simultaneous": "no"}, "simultaneous: 'no'; True or False"),
        ({"simultaneous": None}, "simultaneous: None; True or False"),
    ],
)
def test_odd_questions_about_sets_of_ranks_are_refused(keywords, words):
    ens = run(ERRORS, n=8)
    ens.rank_confidence(draws=500)
    with pytest.raises(egov.SpecError) as caught:
        ens.rank_confidence(**keywords)
    assert words in str(caught.value)


def test_too_few_draws_of_the_errors_are_told_with_the_number_that_is_enough():
    ens = run(ERRORS, n=8, period=2022)
    for level, least in ((0.9, 9), (0.95, 19), (0.99, 99), (0.999, 999)):
        with pytest.raises(egov.DataError, match=f"rank_confidence needs draws={least} or more"):
            ens.rank_confidence(level, draws=least - 1)
        assert len(ens.rank_confidence(level, draws=least)) == 12
    with pytest.raises(
        egov.DataError, match=r"draws: 1,000 draws of the errors say nothing of a level of 0.9999"
    ):
        ens.rank_confidence(0.9999)


def test_without_errors_there_is_no_confidence():
    with pytest.raises(egov.DataError, match="data without errors; give errors of measurement"):
        run().rank_confidence()


def test_imputation_errors_make_sets_of_ranks():
    values = VALUES.copy()
    values[:3, 1, 0] = np.nan
    index = INDEX.replace(recipe=egov.Recipe(impute="kriging", normalize="minmax"))
    ens = index.uncertainty(panel(values), egov.Alternatives(), n=64, period=2022)
    frame = ens.rank_confidence(0.9, draws=200)
    assert (frame["high"] - frame["low"])[:3].max() > 0


@pytest.mark.parametrize(
    ("weights", "factors"),
    [
        (egov.noise(0.3, "leaves"), ["weight a", "weight b", "weight c"]),
        (egov.dirichlet(30, "inner"), ["weight p", "weight q"]),
        (egov.dirichlet(30, ["a"]), ["weight a", "weight b", "weight c"]),
        (egov.simplex_box(lower={"a": 0.2}, upper={"b": 0.5}), ["weights p"]),
        (egov.experts({"A": {"p": 1, "q": 2}, "B": {"p": 1, "q": 1}}), ["experts"]),
        (
            [egov.experts({"A": {"p": 1, "q": 2}}), egov.noise(0.1, "leaves")],
            ["weight a", "weight b", "weight c"],
        ),
    ],
)
def test_weights_vary_in_every_way(weights, factors):
    ens = run(egov.Alternatives(weights=weights), keep=True)
    assert [name for name in ens.factors if name != "experts"] == [
        name for name in factors if name != "experts"
    ]
    assert str(weights if not isinstance(weights, list) else weights[0]) in repr(ens.alternatives)


def test_a_frame_of_experts():
    table = pd.DataFrame({"expert": ["A", "B"], "p": [1.0, 3.0], "q": [1.0, 1.0]})
    assert egov.experts(table).names == ("A", "B") and egov.experts(table).weights["p"] == (1.0, 3.0)
    assert egov.experts(table.drop(columns="expert")).names == ("expert 1", "expert 2")


def test_leaving_one_out_is_leaving_its_weight_out():
    ens = run(egov.Alternatives(exclude=egov.leave_one_out(["a", "d"])), n=300, keep=True)
    assert ens.factors == ("exclude",)
    level = np.minimum(2, (ens.draws["points"][:, 0] * 3).astype(int))
    for at, gone in enumerate([None, "a", "d"]):
        nodes = [dict(node, weight=0.0 if node["code"] == gone else 1.0) for node in NODES]
        if gone == "d":  # stands alone in q, which goes with it
            nodes = [dict(node, weight=0.0 if node["code"] == "q" else 1.0) for node in NODES]
        index = egov.Index(egov.Framework(nodes), INDEX.recipe)
        wanted = index.score(panel()).rank_values[:, :, 0].ravel()
        assert (ens.draws["ranks"][level == at] == wanted).all()
    with pytest.raises(egov.SpecError, match="unknown node 'z'"):
        run(egov.Alternatives(exclude=egov.leave_one_out(["z"])))


def test_errors_by_cell_move_those_cells_alone():
    info = {"indicator": ["a"], "lower": [0.0], "upper": [100.0]}
    sd = egov.Panel(np.full((1, 1, 1), 5.0), ["U3"], [2022], ["a"])
    ens = INDEX.uncertainty(
        panel(indicator_info=info), egov.Alternatives(values=egov.measurement_error(sd=sd)), n=64, keep=True
    )
    spread = ens.draws["scores"].std(axis=0)
    assert ens.factors == ("measurement",) and (spread[:12] < 1e-12).all()
    assert spread[12 + 3] == spread.max() > 0


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: egov.dirichlet(0), "weights.dirichlet: 0"),
        (lambda: egov.simplex_box(), "a box around no node"),
        (lambda: egov.simplex_box(lower={"a": 0.6}, upper={"a": 0.5}), "from 0.6 to 0.5"),
        (lambda: egov.simplex_box(lower=0.2), "weights.lower: 0.2"),
        (lambda: egov.experts({}), "no experts with weights"),
        (lambda: egov.experts({"A": {"p": -1}}), "weights.experts, A, 'p': -1"),
        (lambda: egov.measurement_error(), "several of them, or none"),
        (lambda: egov.measurement_error(sd=-1), "values.sd: -1"),
        (lambda: egov.measurement_error(lower={"a": 1}), "several of them, or none"),
        (lambda: egov.Alternatives(weights=0.25), "alternatives.weights: 0.25"),
        (lambda: egov.Alternatives(weights=[egov.noise(0.1), egov.noise(0.2)]), "several of Noise"),
        (lambda: egov.Alternatives(values=3), "alternatives.values: 3"),
        (
            lambda: run(egov.Alternatives(weights=egov.simplex_box(lower={"p": 0.8, "q": 0.8}))),
            "no shares of sum one",
        ),
        (lambda: run(egov.Alternatives(weights=egov.simplex_box(lower={"z": 0.8}))), "unknown node 'z'"),
        (lambda: run(egov.Alternatives(values=egov.measurement_error(sd={"z": 1}))), "unknown 'z'"),
        (
            lambda: run(egov.Alternatives(weights=egov.experts({"A": {"a": 1}}))),
            "some of its children and not all",
        ),
    ],
)
def test_what_cannot_vary_is_refused(make, what):
    with pytest.raises(egov.EgovError) as caught:
        make()
    assert what in str(caught.value)


@pytest.mark.parametrize("ask", ["uncertainty", "sensitivity"])
def test_a_unit_whose_values_all_lose_their_weight_is_an_error(ask):
    values = VALUES[:, :1, :2].copy()
    values[3, 0, 1] = np.nan
    two = egov.Panel(values, UNITS, [2020], ["a", "b"])
    nodes = [{"code": "x"}, {"code": "a", "parent": "x"}, {"code": "b", "parent": "x"}]
    recipe = egov.Recipe(normalize="minmax", missing="drop-weight")
    index = egov.Index(egov.Framework(nodes), recipe)
    experts = egov.experts({"A": {"a": 0, "b": 1}, "B": {"a": 1, "b": 1}})
    for alternatives in (egov.Alternatives(weights=experts), egov.Alternatives(exclude=egov.leave_one_out())):
        with pytest.raises(egov.DataError, match=r"U3.*no score in some draws"):
            getattr(index, ask)(two, alternatives, n=64)


def test_experts_and_what_is_left_out_have_names():
    experts = egov.experts({"Ann": {"p": 1, "q": 2}, "Bob": {"p": 1, "q": 1}})
    frame = run(egov.Alternatives(weights=experts, exclude=egov.leave_one_out(["a"])), n=64).shift_by_choice()
    assert frame["factor"].tolist() == ["experts", "experts", "exclude", "exclude"]
    assert frame["alternative"].tolist() == ["Ann", "Bob", "none", "a"]


@pytest.mark.parametrize(
    "other", [egov.noise(0.25), egov.dirichlet(30), egov.experts({"A": {"p": 1, "q": 2}})]
)
def test_a_box_stands_alone_among_siblings(other):
    box = egov.simplex_box(lower={"p": 0.2})
    with pytest.raises(egov.SpecError, match="besides a box around it"):
        run(egov.Alternatives(weights=[other, box]))


def test_names_that_stand_twice_are_refused():
    table = pd.DataFrame({"expert": ["Ann", "Ann"], "p": [1, 2], "q": [1, 1]})
    with pytest.raises(egov.SpecError, match="missing or stand twice"):
        egov.experts(table)
    with pytest.raises(egov.SpecError, match="'a' stands twice"):
        run(egov.Alternatives(exclude=egov.leave_one_out(["a", "a"])))


def test_what_holds_all_the_weight_cannot_be_left_out():
    nodes = [{"code": "x"}, {"code": "a", "parent": "x"}, {"code": "b", "parent": "x", "weight": 0.0}]
    index = egov.Index(egov.Framework(nodes), egov.Recipe(normalize="minmax"))
    two = egov.Panel(VALUES[:, :1, :2], UNITS, [2020], ["a", "b"])
    with pytest.raises(egov.DataError, match="leave nothing with a weight"):
        index.uncertainty(two, egov.Alternatives(exclude=egov.leave_one_out(["a"])), n=8)
