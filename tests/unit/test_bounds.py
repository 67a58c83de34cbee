"""Best and worst case for missing values, and ranks within groups."""

import itertools

import numpy as np
import pytest

import egov_index as egov

NAN = float("nan")
TREE = egov.Framework(
    [{"code": "i"}, {"code": "a", "parent": "i", "weight": 2}, {"code": "b", "parent": "i"}]
)
PANEL = egov.Panel(
    [[[1.0, 8]], [[NAN, 3]], [[5, NAN]], [[3, 5]], [[NAN, NAN]]], list("ABCDE"), [2020], ["a", "b"],
    groups={"side": ["l", "r", "l", "l", "r"]},
)  # fmt: skip


def scored(**more):
    return egov.Index(TREE, egov.Recipe(missing="bound", **more)).score(PANEL)


def test_bounds_by_hand_and_by_all_corners():
    result, plain = scored(), egov.Index(TREE, egov.Recipe(missing="drop-weight")).score(PANEL)
    np.testing.assert_array_equal(result.values, plain.values)
    frame = result.bounds
    full = [(2 * 0 + 1) / 3, None, None, (2 * 0.5 + 0.4) / 3]
    low, high = [full[0], 0, 2 / 3, full[3]], [full[0], 2 / 3, 1, full[3]]
    np.testing.assert_allclose(frame["low"], [*low, NAN], rtol=1e-14)
    np.testing.assert_allclose(frame["high"], [*high, NAN], rtol=1e-14)
    seen = [
        [1 + sum(x > y + 1e-9 for x in corner) for y in corner]
        for corner in itertools.product(*zip(low, high, strict=True))
    ]
    assert list(frame["best_rank"])[:4] == np.min(seen, axis=0).tolist()
    assert list(frame["worst_rank"])[:4] == np.max(seen, axis=0).tolist()


def test_bounds_of_other_scales():
    frame = scored(normalize=egov.choice("zscore", rescale=(1, 100)), aggregate="geometric").bounds
    assert (frame["low"][:4] <= frame["high"][:4]).all() and frame["low"][1] < frame["high"][1]
    with pytest.raises(egov.SpecError, match="bound"):
        egov.Index(TREE, egov.Recipe(missing="drop-weight")).score(PANEL).bounds  # noqa: B018
    nodes = [
        {"code": "i"},
        {"code": "p", "parent": "i", "normalize": "minmax"},
        {"code": "a", "parent": "p"},
        {"code": "b", "parent": "p"},
    ]
    with pytest.raises(egov.SpecError, match="depends on the other units"):
        egov.Index(egov.Framework(nodes), egov.Recipe(missing="bound")).score(PANEL)


def test_draws_of_bounded_ones_drop_the_weight():
    some = PANEL.select(units=list("ABCD"))
    kinds = [egov.Index(TREE, egov.Recipe(missing=missing)) for missing in ("bound", "drop-weight")]
    first, second = (one.uncertainty(some, egov.Alternatives(weights=egov.noise(0.3)), 64) for one in kinds)
    assert first.mean_shift == second.mean_shift


def test_ranks_within_groups():
    frame = scored().group_ranks("side")
    assert list(frame["group"]) == ["l", "r", "l", "l", "r"]
    np.testing.assert_array_equal(frame["i"], [3, 1, 1, 2, NAN])
    with pytest.raises(egov.SpecError, match="'side'"):
        scored().group_ranks("sid")


def test_goalposts_bound_by_their_results_and_not_by_the_posts():
    values = [[[10.0, 80]], [[NAN, 30]], [[50, NAN]]]
    panel = egov.Panel(values, list("ABC"), [2020], ["a", "b"])
    tree = egov.Framework([{"code": "i"}, {"code": "a", "parent": "i"}, {"code": "b", "parent": "i"}])
    for more, low, high in (
        ({}, [0.45, 0.15, 0.25], [0.45, 0.65, 0.75]),
        ({"low": 1, "high": 11}, [5.5, 2.5, 3.5], [5.5, 7.5, 8.5]),
        ({"truncate": False}, [0.45, 0.2, 0.4], [0.45, 0.4, 0.65]),  # what is observed
    ):
        scale = egov.choice("goalposts", lower=0, upper=100, **more)
        frame = egov.Index(tree, egov.Recipe(missing="bound", normalize=scale)).score(panel).bounds
        np.testing.assert_allclose(frame["low"], low, rtol=1e-14)
        np.testing.assert_allclose(frame["high"], high, rtol=1e-14)
