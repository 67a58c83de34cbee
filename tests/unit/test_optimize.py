"""Optimized weights of a level: what they reach, from the scores of the index that has them, and what is refused."""

import numpy as np
import pytest
from scipy.optimize import minimize

import egov_index as egov

TREE = [
    {"code": "top"},
    {"code": "a", "parent": "top", "weight": 2},
    {"code": "b", "parent": "top", "weight": 1},
    {"code": "lone", "parent": "top", "weight": 1},
    *({"code": f"a{k}", "parent": "a", "weight": k + 1} for k in range(3)),
    *({"code": f"b{k}", "parent": "b"} for k in range(2)),
]
LEAVES = ["lone", "a0", "a1", "a2", "b0", "b1"]


def panel(seed=3, rows=40):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, 6)) + rng.normal(size=(rows, 1))
    return egov.Panel(values[:, None, :], range(rows), [2020], LEAVES)


def index(**changes):
    nodes = [node | changes.get(node["code"], {}) for node in TREE]
    return egov.Index(egov.Framework(nodes), egov.Recipe(normalize="zscore"))


def importance(result, nodes):
    r = np.array([np.corrcoef(result.scores[node], result.scores["top"])[0, 1] for node in nodes])
    return r / r.sum()


@pytest.mark.parametrize("nodes", [["a0", "a1", "a2"], ["a0", "a1", "a2", "b0", "b1"], ["a", "b", "lone"]])
def test_the_index_with_the_weights_has_the_importance_they_promise(nodes):
    data = panel()
    found = egov.optimize_weights(index(), data, nodes=nodes)
    scored = found.index().score(data)
    np.testing.assert_allclose(importance(scored, nodes), list(found.importance.values()), rtol=1e-9)
    for node in nodes:
        assert scored.weights[node] == pytest.approx(found.weights[node], rel=1e-12, abs=1e-15)
    old = index().score(data).weights
    assert all(scored.weights[node] == pytest.approx(old[node]) for node in old if node not in nodes)
    frame = found.to_frame()
    assert list(frame.columns) == ["node", "parent", "target", "importance", "correlation", "weight"]
    assert sorted(frame["node"]) == sorted(nodes) and frame["target"].sum() == pytest.approx(1)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("objective", ["balance", "infomax"])
def test_no_search_does_better(seed, objective):
    """Two groups of siblings and a branch that stays as it is."""
    data, nodes = panel(seed), ["a0", "a1", "a2", "b0", "b1"]
    result = index().score(data)
    columns = {code: result.scores[code].to_numpy() for code in result.nodes}
    targets = np.random.default_rng(seed).dirichlet(np.ones(5))

    def objective_of(w):
        a, b = w[:3] / w[:3].sum(), w[3:] / w[3:].sum()
        root = 0.5 * sum(a[k] * columns[f"a{k}"] for k in range(3)) + 0.25 * columns["lone"]
        root = root + 0.25 * sum(b[k] * columns[f"b{k}"] for k in range(2))
        r = np.array([np.corrcoef(columns[node], root)[0, 1] for node in nodes])
        return -r.sum() if objective == "infomax" else ((r / r.sum() - targets) ** 2).sum()

    given = None if objective == "infomax" else dict(zip(nodes, targets, strict=True))
    found = egov.optimize_weights(result, nodes=nodes, targets=given, objective=objective)
    mine = objective_of(np.array(list(found.weights.values())))
    rng = np.random.default_rng(0)
    searched = min(
        minimize(
            objective_of, rng.uniform(0.1, 1, 5), bounds=[(1e-9, 1)] * 5, method="L-BFGS-B", tol=1e-14
        ).fun
        for _ in range(5)
    )
    assert mine <= searched + 1e-9
    reached = found.objective if objective == "infomax" else 5 * np.exp(found.objective)
    assert reached == pytest.approx(mine, rel=1e-7, abs=1e-15)


def test_targets_are_the_weights_in_the_root_unless_others_are_given():
    found = egov.optimize_weights(index(), panel(), level=2)
    assert found.targets == pytest.approx({"a0": 1 / 9, "a1": 2 / 9, "a2": 3 / 9, "b0": 1 / 6, "b1": 1 / 6})
    equal = egov.optimize_weights(index(), panel(), level=1, targets="equal")
    assert equal.targets == pytest.approx({"a": 1 / 3, "b": 1 / 3, "lone": 1 / 3})
    assert equal.met and "targets met" in repr(equal)
    infomax = egov.optimize_weights(index(), panel(), objective="infomax")
    assert infomax.targets == {} and not infomax.met and "targets" not in repr(infomax)
    assert infomax.objective == pytest.approx(-sum(infomax.correlations.values()))


def test_squared_importance_of_a_level():
    found = egov.optimize_weights(index(), panel(), targets="equal", squared=True)
    assert found.met
    r = np.array(list(found.correlations.values()))
    np.testing.assert_allclose(r, r[0], rtol=1e-9)


def test_negative_weights_come_nearer_and_make_no_index():
    rng = np.random.default_rng(8)
    values = rng.normal(size=(30, 1)) * [3, 3, 3, 1, 1, 1] + rng.normal(size=(30, 6)) * [
        0.5,
        0.5,
        0.5,
        1,
        1,
        1,
    ]
    data = egov.Panel(values[:, None, :], range(30), [2020], LEAVES)
    targets = {"a": 0.1, "b": 0.8, "lone": 0.1}
    kept, free = (
        egov.optimize_weights(index(), data, targets=targets, negative=sign) for sign in (False, True)
    )
    assert not kept.met and min(kept.weights.values()) >= 0
    assert free.objective < kept.objective and min(free.weights.values()) < 0
    with pytest.raises(egov.SpecError, match="weight"):
        free.index()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"level": 0}, "a whole number from 1 to 2"),
        ({"level": 3}, "a whole number from 1 to 2"),
        ({"level": True}, "a whole number from 1 to 2"),
        ({"nodes": ["a0", "a1"]}, "siblings are weighed together: a2 as well"),
        ({"nodes": ["a", "b", "lone", "b0", "b1"]}, "'b0' is below 'b'"),
        ({"nodes": ["top"]}, "nodes below the root"),
        ({"nodes": ["a0", "a1", "a3"]}, "unknown node 'a3'"),
        ({"nodes": []}, "at least one"),
        ({"objective": "balanced"}, "'balance'"),
        ({"objective": "infomax", "targets": "equal"}, "infomax has no targets"),
        ({"objective": "infomax", "squared": True}, "infomax has no targets"),
        ({"targets": "same"}, "a mapping of node to share"),
        ({"targets": {"a": 1, "b": 1}}, "nothing for 'lone'"),
        ({"targets": {"a": 1, "b": 1, "lone": -1}}, "a number of at least 0"),
        ({"targets": {"a": 1, "b": 1, "lone": 1, "lown": 1}}, "unknown node 'lown'"),
        ({"targets": {"a": 0, "b": 0, "lone": 0}}, "not all 0"),
    ],
)
def test_requests_that_make_no_sense(given, words):
    with pytest.raises(egov.SpecError) as caught:
        egov.optimize_weights(index(), panel(), **given)
    assert words in str(caught.value)


def test_what_is_no_weighted_sum_is_refused():
    positive = egov.Recipe(normalize="minmax:low=1,high=9")
    other = egov.Index(index(top={"aggregate": "geometric"}).framework, positive)
    with pytest.raises(egov.SpecError, match="'top': aggregates by geometric"):
        egov.optimize_weights(other, panel(), level=2)
    with pytest.raises(egov.SpecError, match="'a': is normalized by minmax"):
        egov.optimize_weights(index(a={"normalize": "minmax"}), panel(), level=2)
    below = egov.optimize_weights(index(a={"normalize": "minmax"}), panel(), level=1)
    assert sum(below.weights.values()) == pytest.approx(1)


def test_a_group_without_weight_a_constant_node_and_the_wrong_thing():
    with pytest.raises(egov.SpecError, match="without a weight in the index"):
        egov.optimize_weights(index(b={"weight": 0}), panel(), level=2)
    values = panel().values.copy()
    with pytest.raises(egov.SpecError, match="an Index and a panel"):
        egov.optimize_weights(index())
    values[:, 0, 1:4] = 1.0
    data = egov.Panel(values, range(40), [2020], LEAVES)
    plain = egov.Index(index().framework, egov.Recipe(normalize="none"))
    with pytest.raises(egov.DataError, match="importance a: needs at least two distinct values"):
        egov.optimize_weights(plain, data)
