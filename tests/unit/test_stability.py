"""The smallest change of weights that changes a ranking."""

import itertools
import math
import sys

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

import egov_index as egov
from egov_index import DataError, Framework, Index, Panel, Recipe, SpecError
from egov_index.stability import ties

RNG = np.random.default_rng(5)
NORMS = ("l2", "linf", "l1")


@pytest.fixture(autouse=True)
def _fresh_numbers():
    global RNG
    RNG = np.random.default_rng(5)


def scored(values, tree=None, **recipe):
    values = np.asarray(values, dtype=float)
    codes = [f"x{k}" for k in range(values.shape[1])]
    nodes = tree or [{"code": "index"}] + [{"code": code, "parent": "index"} for code in codes]
    panel = Panel(values[:, None, :], [f"U{k}" for k in range(len(values))], [2022], codes)
    return Index(Framework(nodes), Recipe(**({"normalize": "none"} | recipe))).score(panel)


TWO_LEVELS = [
    {"code": "index"},
    {"code": "p", "parent": "index", "weight": 2},
    {"code": "q", "parent": "index"},
    *({"code": f"x{k}", "parent": "p", "weight": k + 1} for k in range(4)),
    *({"code": f"x{k}", "parent": "q"} for k in range(4, 6)),
]


def by_programming(leads, weights, norm):
    """The nearest tie by SciPy: SLSQP for the squares, HiGHS linear programs for the others."""
    n = len(weights)
    if norm == "l2":
        best = math.inf
        for start in (weights, np.eye(n)[np.argmin(leads)]):
            got = minimize(
                lambda w: ((w - weights) ** 2).sum(), start, jac=lambda w: 2 * (w - weights), bounds=[(0, 1)] * n,
                constraints=[{"type": "eq", "fun": lambda w: w.sum() - 1}, {"type": "eq", "fun": lambda w: leads @ w}],
                method="SLSQP", options={"ftol": 1e-15, "maxiter": 500},
            )  # fmt: skip
            if abs(got.x.sum() - 1) < 1e-9 and abs(leads @ got.x) < 1e-9:
                best = min(best, math.sqrt(got.fun))
        return best
    sizes = 1 if norm == "linf" else n
    cover = np.ones((n, 1)) if norm == "linf" else np.eye(n)
    got = linprog(
        np.r_[np.zeros(n), np.ones(sizes)],
        A_ub=np.block([[np.eye(n), -cover], [-np.eye(n), -cover]]), b_ub=np.r_[weights, -weights],
        A_eq=np.array([np.r_[np.ones(n), np.zeros(sizes)], np.r_[leads, np.zeros(sizes)]]), b_eq=[1, 0],
    )  # fmt: skip
    return got.fun if got.status == 0 else math.inf


@pytest.mark.parametrize("norm", NORMS)
def test_the_nearest_tie_against_programming(norm):
    for n in (2, 3, 6):
        weights = RNG.dirichlet(np.ones(n))
        rows = RNG.normal(size=(12, n)) + 0.3
        rows *= np.sign(rows @ weights)[:, None]
        found, distance = ties.nearest_tie(rows, weights, norm)
        for row, tie, far in zip(rows, found, distance, strict=True):
            wanted = by_programming(row, weights, norm)
            assert far == pytest.approx(wanted, abs=2e-7) if math.isfinite(wanted) else math.isinf(far)
            if math.isfinite(far):
                assert tie.min() >= 0 and tie.sum() == pytest.approx(1, abs=1e-14)
                assert abs(row @ tie) < 1e-14 * np.abs(row).max() * 10
                assert ties.length(tie - weights, norm) == pytest.approx(far, abs=1e-15)


def test_the_conditions_of_an_optimum():
    """Karush, Kuhn, Tucker: w = max(0, w0 - m d - s) with the same m and s for all children."""
    for _ in range(50):
        weights, row = RNG.dirichlet(np.ones(6)), RNG.normal(size=6)
        row *= np.sign(row @ weights)
        tie = ties.nearest_tie(row[None, :], weights, "l2")[0][0]
        if row.min() > 0:
            continue
        on = tie > 0
        design = np.column_stack([row, np.ones(6)])
        pair, *_ = np.linalg.lstsq(design[on], (weights - tie)[on], rcond=None)
        residual = weights - tie - design @ pair
        assert np.abs(residual[on]).max() < 1e-13 and (residual[~on] <= 1e-13).all() and pair[0] >= -1e-13


def test_edges_of_the_simplex():
    weights = np.array([0.5, 0.3, 0.2])
    rows = np.array(
        [[1.0, 2.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1e300, -1e300, 1e300]]
    )
    for norm in NORMS:
        found, distance = ties.nearest_tie(rows, weights, norm)
        np.testing.assert_allclose(found[0], [0, 0, 1])
        assert math.isinf(distance[1]) and np.isnan(found[1]).all()
        assert distance[2] == 0 and found[3][0] == 0 and found[3].sum() == pytest.approx(1)
        assert found[4] @ [1, -1, 1] == pytest.approx(0, abs=1e-15)
    assert ties.nearest_tie(rows[3:4], weights, "linf")[1][0] == 0.5
    assert ties.nearest_tie(rows[3:4], weights, "l1")[1][0] == pytest.approx(1)


def test_by_hand():
    """Two children: a leads by .3 on the one and lags by .1 on the other; level at 1 to 3."""
    result = scored([[0.8, 0.4], [0.5, 0.5], [0.1, 0.1]])
    got = egov.rank_stability(result, "U0", "U1")
    assert got.exact and (got.ahead, got.behind) == ("U0", "U1")
    assert got.new_weights == pytest.approx({"x0": 0.25, "x1": 0.75}) and got.distance == pytest.approx(
        0.25 * math.sqrt(2)
    )
    assert got.leads == pytest.approx({"x0": 0.3, "x1": -0.1}) and abs(got.gap) < 1e-15
    assert egov.rank_stability(result, "U1", "U0", norm="linf").distance == pytest.approx(0.25)
    assert egov.rank_stability(result, "U1", "U0", norm="l1").distance == pytest.approx(0.5)
    assert got.to_frame()["change"].tolist() == pytest.approx([-0.25, 0.25])
    assert "25.00 %" in str(got) and "<table>" in got._repr_html_()


def test_who_is_ahead_everywhere_stays_ahead():
    got = egov.rank_stability(scored([[0.8, 0.4], [0.5, 0.3]]), "U1", "U0")
    assert got.exact and not got.possible and math.isinf(got.distance) and math.isinf(got.at_least)
    assert "all weight on x1" in str(got) and got.to_frame()["new_weight"].isna().all()


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("node", ["index", "p", "q"])
@pytest.mark.parametrize(
    ("below", "above"),
    [
        *((mean, mean) for mean in ("arithmetic", "geometric", "harmonic")),
        *((mean, "geometric") for mean in ("arithmetic", "harmonic")),
    ],
)  # fmt: skip
def test_exact_ways_tie_when_scored_again_and_no_sample_is_nearer(below, above, node, norm):
    tree = [one | ({"aggregate": below} if one["code"] in ("p", "q") else {}) for one in TWO_LEVELS]
    result = scored(RNG.uniform(1, 2, size=(6, 6)), tree, aggregate=above)
    order = np.argsort(-result.values[0, :, 0])
    a, b = int(order[0]), int(order[1])
    got = egov.rank_stability(result, f"U{a}", f"U{b}", node=node, norm=norm)
    assert (got.exact and got.reason == "") or not got.possible
    weights = np.array(list(got.weights.values()))
    way = got.way
    samples = RNG.dirichlet(np.ones(len(weights)), size=12)
    if got.possible:
        assert abs(got.gap) < 1e-12 and got.at_least == got.distance
        ball = [
            weights + (s - weights) * min(1, 0.999 * got.distance / ties.length(s - weights, norm))
            for s in samples
        ]
    else:
        ball = samples
    assert all(way.gap_at(w, a, b) > 0 for w in ball)


def bracket(result, node, norm, a=None, b=None):
    order = np.argsort(-result.values[0, :, 0])
    a, b = int(order[0]) if a is None else a, int(order[1]) if b is None else b
    got = egov.rank_stability(result, f"U{a}", f"U{b}", node=node, norm=norm)
    assert not got.exact and got.reason in str(got) and 0 <= got.at_least <= got.distance
    weights = np.array(list(got.weights.values()))
    for sample in RNG.dirichlet(np.ones(len(weights)), size=10):
        step = sample - weights
        near = weights + step * min(1, 0.999 * got.at_least / ties.length(step, norm))
        assert got.way.gap_at(near, a, b) > 0
    if got.possible:
        assert abs(got.gap) < 1e-9
        assert (
            got.way.scored_with(np.array(list(got.new_weights.values()))).values[0, a, 0] == got.new_scores[0]
        )
    return got


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("scale", ["minmax", "zscore"])
def test_a_normalized_aggregate_gives_a_bracket(scale, norm):
    tree = [one | ({"normalize": scale} if one["code"] == "p" else {}) for one in TWO_LEVELS]
    tight = []
    for _ in range(2):
        got = bracket(scored(RNG.uniform(1, 2, size=(8, 6)), tree), "p", norm)
        assert got.at_least > 0 and "normalized" in got.reason
        tight.append(got.at_least / got.distance)
    assert max(tight) > 0.1


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(
    ("below", "above"), [("geometric", "arithmetic"), ("harmonic", "arithmetic"), ("arithmetic", "harmonic")]
)
def test_mixed_means_give_a_bracket(below, above, norm):
    tree = [one | ({"aggregate": below} if one["code"] == "p" else {}) for one in TWO_LEVELS]
    got = bracket(scored(RNG.uniform(1, 2, size=(8, 6)), tree, aggregate=above), "p", norm)
    assert got.at_least > 0 and "under" in got.reason


def test_fixed_goalposts_of_an_aggregate_give_a_bracket():
    posts = {"normalize": {"method": "goalposts", "lower": 0, "upper": 3}}
    tree = [one | (posts if one["code"] == "p" else {}) for one in TWO_LEVELS]
    assert bracket(scored(RNG.uniform(1, 2, size=(8, 6)), tree), "p", "l2").at_least > 0


@pytest.mark.parametrize("scale", ["minmax", "zscore", {"method": "none", "rescale": [0, 100]}])
def test_a_scale_of_the_root_leaves_ties_where_they_are(scale):
    values = RNG.uniform(1, 2, size=(8, 6))
    tree = [one | ({"normalize": scale} if one["code"] == "index" else {}) for one in TWO_LEVELS]
    plain, scaled = (
        egov.rank_stability(scored(values, nodes), "U0", "U1", node="p") for nodes in (TWO_LEVELS, tree)
    )
    assert scaled.exact and scaled.distance == pytest.approx(plain.distance, rel=1e-9)
    mixed = [one | ({"aggregate": "geometric"} if one["code"] == "p" else {}) for one in tree]
    order = np.argsort(-scored(values, mixed).values[0, :, 0])
    got = egov.rank_stability(scored(values, mixed), f"U{order[0]}", f"U{order[5]}", node="p")
    assert not got.exact and got.at_least > 0


def test_where_nothing_is_proved_the_bound_is_0():
    tree = [one | ({"normalize": "rank"} if one["code"] == "p" else {}) for one in TWO_LEVELS]
    result = scored(RNG.uniform(1, 2, size=(8, 6)), tree)
    order = np.argsort(-result.values[0, :, 0])
    got = egov.rank_stability(result, f"U{order[0]}", f"U{order[3]}", node="p")
    assert not got.exact and got.at_least == 0


def test_neighbors_are_the_pairs():
    result = scored(RNG.uniform(1, 2, size=(12, 6)), TWO_LEVELS)
    for node, norm in itertools.product(["index", "p"], NORMS):
        frame = egov.rank_stability(result, node=node, norm=norm)
        assert len(frame) == 11 and frame["exact"].all() and frame["rank"].tolist() == list(range(1, 12))
        for row in frame.to_dict("records"):
            one = egov.rank_stability(result, row["unit"], row["behind"], node=node, norm=norm)
            assert one.distance == pytest.approx(row["distance"], rel=1e-12) and row["gap"] >= 0
            assert one.ahead == row["unit"]


def test_data_driven_weights_are_held_and_moved():
    result = scored(RNG.uniform(1, 2, size=(6, 6)), TWO_LEVELS, weight="equal")
    got = egov.rank_stability(result, "U0", "U1", node="index")
    assert got.weights == pytest.approx({"p": 0.5, "q": 0.5}) and (abs(got.gap) < 1e-12 or not got.possible)


def test_weights_of_a_node_of_their_own_are_held_and_moved():
    own = [one | ({"weights": "equal"} if one["code"] == "p" else {}) for one in TWO_LEVELS]
    result = scored([[1, 2, 3, 9, 1, 2], [2, 3, 5, 4, 1, 2], [1, 1, 1, 1, 1, 1]], own)
    got = egov.rank_stability(result, "U0", "U1", node="p")
    assert (
        got.weights == pytest.approx(dict.fromkeys(got.weights, 0.25))
        and abs(got.gap) < 1e-12
        and got.possible
    )


def test_units_with_the_same_score_are_level_already():
    got = egov.rank_stability(scored([[1, 2], [2, 1], [0, 0]]), "U0", "U1")
    assert got.distance == 0 and got.new_weights == got.weights and "level" in str(got)


def test_missing_children():
    values = RNG.uniform(1, 2, size=(6, 6))
    values[1, 0] = np.nan
    result = scored(values, TWO_LEVELS, missing="drop-weight")
    with pytest.raises(DataError, match=r"'U1'.*x0"):
        egov.rank_stability(result, "U0", "U1", node="p")
    got = egov.rank_stability(result, "U0", "U1", node="index")
    assert got.exact and (abs(got.gap) < 1e-12 or not got.possible)
    assert egov.rank_stability(result, node="p")["distance"].isna().sum() in (1, 2)
    values[2, 4:] = np.nan  # the whole pillar q: this unit stands on p alone
    result = scored(values, TWO_LEVELS, missing="drop-weight")
    uneven = egov.rank_stability(result, "U0", "U2", node="p")
    assert uneven.exact and (abs(uneven.gap) < 1e-12 or not uneven.possible)


def by_enumeration(result, unit, top, norm, node="index"):
    """Each set of units that may stay ahead, each a linear program."""
    others = [k for k in range(len(result.units)) if k != unit]
    way = egov.stability.way.way_of(result, node, 0)
    d = egov.stability.bounds.leads(way, np.full(len(others), unit), np.array(others))
    n, w0 = len(way.weights), way.weights
    sizes = 1 if norm == "linf" else n
    cover = np.ones((n, 1)) if norm == "linf" else np.eye(n)
    best = math.inf
    for ahead in itertools.combinations(range(len(others)), top - 1):
        kept = [j for j in range(len(others)) if j not in ahead]
        got = linprog(
            np.r_[np.zeros(n), np.ones(sizes)],
            A_ub=np.block([[np.eye(n), -cover], [-np.eye(n), -cover], [-d[kept], np.zeros((len(kept), sizes))]]),
            b_ub=np.r_[w0, -w0, np.zeros(len(kept))], A_eq=np.r_[np.ones(n), np.zeros(sizes)][None, :], b_eq=[1],
        )  # fmt: skip
        best = min(best, got.fun if got.status == 0 else math.inf)
    return best


@pytest.mark.parametrize("norm", ["linf", "l1"])
@pytest.mark.parametrize("node", ["index", "p"])
def test_the_way_into_the_top_against_enumeration(norm, node):
    pytest.importorskip("highspy")
    reached = 0
    for _ in range(6):
        result = scored(RNG.uniform(1, 2, size=(8, 6)), TWO_LEVELS)
        for top in (1, 2, 3):
            unit = int(np.argsort(-result.values[0, :, 0])[5])
            got = egov.rank_stability(result, f"U{unit}", top=top, norm=norm, node=node)
            wanted = by_enumeration(result, unit, top, norm, node)
            assert (
                got.distance == pytest.approx(wanted, abs=1e-7)
                if math.isfinite(wanted)
                else math.isinf(got.distance)
            )
            if got.possible:
                reached += 1
                assert got.new_rank <= top and got.at_least == pytest.approx(got.distance, abs=1e-7)
                assert (
                    sum(got.new_weights.values()) == pytest.approx(1) and len(got.overtaken) >= got.rank - top
                )
                assert "enters" in str(got) and "<table>" in got._repr_html_()
            else:
                assert "No weights" in str(got)
    assert reached > 1


def test_without_the_solver_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "highspy", None)
    result = scored(RNG.uniform(1, 2, size=(8, 6)), TWO_LEVELS)
    unit = int(np.argsort(-result.values[0, :, 0])[4])
    with pytest.raises(egov.EgovError, match="optimize"):
        egov.rank_stability(result, f"U{unit}", top=4)


def test_who_is_in_the_top_stays_there():
    result = scored(RNG.uniform(1, 2, size=(8, 6)))
    best = f"U{int(np.argmax(result.values[0, :, 0]))}"
    got = egov.rank_stability(result, best, top=3)
    assert got.distance == 0 and got.possible and "as it is" in str(got)


def test_what_cannot_be_asked():
    result = scored(RNG.uniform(1, 2, size=(8, 6)), TWO_LEVELS)
    for words, match in [
        ({"a": "U0"}, "two units"), ({"b": "U0"}, "two units"), ({"a": "U0", "b": "U1", "top": 3}, "two units"),
        ({"a": "U0", "b": "U1", "norm": "l3"}, "'l2'|l2"), ({"a": "U0", "top": 0}, "top"),
        ({"a": "U0", "top": 3, "norm": "l2"}, "linf"), ({"a": "U0", "b": "U1", "node": "x0"}, "an indicator"),
        ({"a": "U0", "b": "U1", "node": "r"}, "node"), ({"a": "U0", "b": "U0"}, "another unit"),
    ]:  # fmt: skip
        with pytest.raises(SpecError, match=match):
            egov.rank_stability(result, **words)
    with pytest.raises(DataError, match="'U0'"):
        egov.rank_stability(result, "U_0", "U1")
    with pytest.raises(DataError, match="2022"):
        egov.rank_stability(result, "U0", "U1", period=2020)
    with pytest.raises(SpecError, match="Result"):
        egov.rank_stability(result.index, "U0", "U1")
    mixed = [one | ({"normalize": "zscore"} if one["code"] == "p" else {}) for one in TWO_LEVELS]
    with pytest.raises(SpecError, match="normalized by zscore"):
        egov.rank_stability(scored(RNG.uniform(1, 2, size=(8, 6)), mixed), "U0", top=3, node="p")


def test_the_survey_is_quick():
    result = egov.preset("egdi-2022").score(egov.datasets.un_egov_survey())
    frame = egov.rank_stability(result)
    assert len(frame) == 192 and frame["exact"].all()
    assert (frame.loc[frame["gap"] == 0, "distance"] == 0).all() and (frame["distance"] >= 0).all()
