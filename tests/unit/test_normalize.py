"""Normalizations beyond their golden numbers: scales from other data, refusals, the object that keeps a scale."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import egov_index as egov
from egov_index import spec

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))
from stage_calls import of_stages, panel_of, variants

NAN = float("nan")
RNG = np.random.default_rng(20)
HOLED = RNG.lognormal(1, 1, (23, 4, 3))
HOLED[1:][RNG.uniform(size=(22, 4, 3)) < 0.25] = NAN
HOLED[0] = np.nanquantile(HOLED, 0.6, axis=0)  # a unit to measure by
METHODS = of_stages("normalize")


@pytest.mark.parametrize(**METHODS)
@pytest.mark.parametrize("direction", [1, -1])
def test_data_as_their_own_reference_change_nothing(stage, row, direction):
    data = panel_of(10 * HOLED[:, :1])
    for params in variants(stage, row):
        for rescale in (None, (1, 100)):
            given = params | {"direction": direction, "rescale": rescale}
            given |= {"target": 40} if "target" in params else {}
            plain = egov.normalize(data, row["name"], **given)
            by = egov.normalize(data, row["name"], reference=data, **given)
            np.testing.assert_array_equal(by.values, plain.values)
            kept = egov.Normalizer(row["name"], **given).fit_apply(data)
            np.testing.assert_array_equal(kept.values, plain.values)


@pytest.mark.parametrize(**METHODS)
def test_the_base_period_is_a_reference_for_all(stage, row):
    data = panel_of(HOLED)
    for params in variants(stage, row):
        based = egov.normalize(data, row["name"], over=2001, **params)
        by = egov.normalize(data, row["name"], reference=data.select(periods=[2001]), **params)
        np.testing.assert_array_equal(based.values, by.values)
        one = egov.normalize(data.select(periods=[2001]), row["name"], **params)
        np.testing.assert_array_equal(based.values[:, 1:2], one.values)
        kept = egov.Normalizer(row["name"], over=2001, **params).fit(data)
        np.testing.assert_array_equal(kept.apply(data).values, based.values)


@pytest.mark.parametrize(**METHODS)
@pytest.mark.parametrize("direction", [1, -1])
def test_maps_stay_monotone_beyond_their_reference(stage, row, direction):
    reference = np.array([5.0, 1, 2, 4, 4, 8, 9])
    more = np.sort(np.concatenate([reference, np.linspace(0.25, 20, 80)]))
    named = panel_of(reference)
    for params in variants(stage, row):
        kept = egov.Normalizer(row["name"], direction=direction, **params).fit(named)
        got = kept.apply(panel_of(more)).values.ravel() * direction
        assert (np.diff(got) >= 0).all()
        at = np.searchsorted(more, reference)
        own = egov.normalize(named, row["name"], direction=direction, **params).values.ravel() * direction
        np.testing.assert_array_equal(got[at], own)


def test_values_beyond_the_reference():
    by = {"reference": [1.0, 2.0, 2.0, 4.0]}
    x = [0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 9.0]
    np.testing.assert_allclose(
        egov.normalize(x, "percentile_rank", **by), np.array([-0.5, 0, 0.5, 1.5, 2.5, 3, 3.5]) / 3, rtol=1e-15
    )
    assert egov.normalize(x, "borda", **by).tolist() == [-0.5, 0, 0.5, 1.5, 2.5, 3, 3.5]
    dense = egov.normalize(x, "percentile_rank", ties="dense", **by)
    assert dense.tolist() == [-0.25, 0, 0.25, 0.5, 0.75, 1, 1.25]
    assert egov.normalize(x, "categories", count=2, **by).tolist() == [1, 1, 1, 2, 2, 2, 2]
    assert egov.normalize(x, "above_below_mean", threshold=0.5, **by).tolist() == [-1, -1, 0, 0, 0, 1, 1]
    share = egov.normalize([1.0, 9.0], "fraction_of_max", reference=[2.0, 4.0])
    assert share.tolist() == [0.25, 2.25]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 10])
def test_categories_are_cut_at_quantiles(count):
    """Against numpy's quantiles (type 7): how many of them a value has reached."""
    rng = np.random.default_rng(count)
    for size in (2, 5, 11, 60):
        x = rng.normal(size=size)
        cuts = np.quantile(x, np.arange(1, count) / count)
        wanted = 1 + (x[:, None] >= cuts * (1 - 1e-14 * np.sign(cuts))).sum(axis=1)
        assert egov.normalize(x, "categories", count=count).tolist() == wanted.tolist()
        new = rng.normal(size=40)
        wanted = 1 + (new[:, None] >= cuts).sum(axis=1)
        assert egov.normalize(new, "categories", count=count, reference=x).tolist() == wanted.tolist()


def test_robust_and_logistic_against_scipy():
    x = np.random.default_rng(3).standard_cauchy(101)
    robust = (x - np.median(x)) / stats.median_abs_deviation(x, scale="normal")
    np.testing.assert_allclose(egov.normalize(x, "robust"), robust, rtol=1e-12)
    logistic = stats.logistic.cdf(3 * stats.zscore(x, ddof=1))
    np.testing.assert_allclose(egov.normalize(x, "logistic", steepness=3), logistic, rtol=1e-12)


def test_a_score_with_goalposts_of_the_adjusted_index():
    """A value at the reference is 100, posts half a range to each side of it (Mazziotta and Pareto 2016)."""
    x, reference = np.array([4.0, 9.0, 16.0]), 9.0
    half = (x.max() - x.min()) / 2
    got = egov.normalize(
        x, "goalposts", lower=reference - half, upper=reference + half, low=70, high=130, truncate=False
    )
    np.testing.assert_allclose(got, 100 + 60 * (x - reference) / 12, rtol=1e-15)
    assert got[1] == 100


REFUSED = [  # method, parameters, values, words of the error
    ("robust", {}, [1.0, 2, 2, 2, 9], ["median absolute deviation is 0", "equal 2"]),
    ("distance_to_reference", {"unit": "U1"}, [1.0, NAN, 3], ["U1", "2000", "no value"]),
    ("distance_to_reference", {"unit": "U0"}, [1.0, 2, 3], ["U0", "worst"]),
    ("distance_to_reference", {"unit": "U2", "direction": -1}, [1.0, 2, 3], ["U2", "worst"]),
    ("distance_to_reference", {"unit": "U11"}, [1.0, 2, 3], ["'U11'", "'U1'"]),
    ("distance_to_reference", {"unit": "U1", "over": "region"}, [1.0, 2, 3], ["groups", "each period"]),
    ("distance_to_reference", {}, [1.0, 2, 3], ["unit"]),
    ("distance_to_target", {}, [1.0, 2, 3], ["target", "framework"]),
    ("distance_to_target", {"target": 1}, [1.0, 2, 3], ["target 1", "above"]),
    ("distance_to_target", {"target": 3, "direction": -1}, [1.0, 2, 3], ["target 3", "below"]),
    ("fraction_of_max", {}, [0.0, 2, 3], ["above 0", "there is 0"]),
    ("fraction_of_max", {"direction": -1}, [1.0, -2, 3], ["above 0", "-2"]),
    ("fraction_of_max", {"reference": [1.0, 2]}, [0.0, 2, 3], ["above 0"]),
    ("scaled", {"a": 0, "b": 5e-324}, [1.0, 2, 3], ["largest number"]),
    ("scaled", {"a": 2, "b": 1}, [1.0, 2, 3], ["a", "below 'b'"]),
    ("minmax", {"reference": [0.0, 5e-324]}, [1.0, 2, 3], ["largest number"]),
    ("zscore", {"reference": [NAN, NAN]}, [1.0, 2, 3], ["nothing is observed"]),
    ("zscore", {"ddof": 2}, [1.0, 2, 3], ["ddof", "0 to 1"]),
    ("categories", {"breaks": [0.5, 0.25]}, [1.0, 2, 3], ["breaks", "each above"]),
    ("categories", {"breaks": [0, 0.5]}, [1.0, 2, 3], ["breaks"]),
    ("categories", {"breaks": [[0.1, 0.2], [0.3, 0.4]]}, [1.0, 2, 3], ["breaks"]),
    ("categories", {"count": 1}, [1.0, 2, 3], ["count"]),
    ("goalposts", {"lower": 0, "upper": 1, "low": 2, "high": 2}, [1.0, 2, 3], ["low", "high"]),
]


@pytest.mark.parametrize(("method", "params", "values", "words"), REFUSED)
def test_what_cannot_be_normalized(method, params, values, words):
    with pytest.raises((egov.DataError, egov.SpecError)) as caught:
        egov.normalize(panel_of(values), method, **params)
    text = str(caught.value)
    assert method in text or "unit" in params
    assert all(word in text for word in words), text


def test_a_reference_unit_needs_one_row_to_stand_in():
    data = panel_of(HOLED)
    for call in (
        lambda: egov.normalize(data, "distance_to_reference", unit="U0", over="panel"),
        lambda: egov.normalize(data, "distance_to_reference", unit="U0", reference=data),
    ):
        with pytest.raises(egov.SpecError, match="named unit"):
            call()


NODES = [
    {"code": "i"},
    {"code": "p", "parent": "i"},
    {"code": "q", "parent": "i"},
    *({"code": f"x{k}", "parent": "pq"[k // 2]} for k in range(4)),
]


def four(low=1.0):
    values = low + np.random.default_rng(8).lognormal(size=(12, 1, 4))
    return panel_of(values)


def test_draws_may_measure_aggregates_by_a_unit():
    nodes = [dict(node) for node in NODES]
    nodes[1]["normalize"] = egov.choice("distance_to_reference", unit="U3")
    index = egov.Index(egov.Framework(nodes), egov.Recipe(normalize="minmax"))
    score = index.score(four())
    p = score.values[0, :, score.nodes.index("p")]
    plain = egov.normalize(four(), "minmax").values[:, 0, :2].mean(axis=1)
    np.testing.assert_allclose(p, (plain - plain.min()) / (plain[3] - plain.min()), rtol=1e-13)
    frame = index.uncertainty(four(), egov.Alternatives(weights=egov.noise(1e-9)), n=8).rank_range(0.9)
    medians = dict(zip(frame["unit"], frame["median"], strict=True))
    assert medians == dict(zip(score.units, score.rank_values[0, :, 0], strict=True))
    assert spec.parse(spec.to_text(index)) == index


@pytest.mark.parametrize(
    ("scale", "positive"),
    [
        (egov.choice("goalposts", lower=0, upper=1, low=70, high=130), True),
        (egov.choice("goalposts", lower=0, upper=1, low=70, high=130, truncate=False), False),
        (egov.choice("goalposts", lower=0, upper=1), False),
        (egov.choice("categories", count=3), True),
        (egov.choice("categories", count=3, low=0), False),
        ("fraction_of_max", True),
        ("percentile_rank", False),
        ("logistic", False),
        ("borda", False),
    ],
    ids=str,
)
def test_a_geometric_mean_of_aggregates_asks_what_their_scale_can_give(scale, positive):
    nodes = [dict(node) for node in NODES]
    nodes[0]["aggregate"] = "geometric"
    for node in nodes[1:3]:
        node["normalize"] = scale
    index = egov.Index(egov.Framework(nodes), egov.Recipe(normalize=egov.choice("minmax", low=0.1)))

    def draw():
        return index.uncertainty(four(), egov.Alternatives(weights=egov.noise(0.1)), n=8)

    if positive:
        assert len(draw().rank_range(0.9)) == 12
    else:
        with pytest.raises((egov.SpecError, egov.DataError), match="above 0"):
            draw()


def test_goalposts_are_an_alternative_to_a_geometric_mean():
    """Whether they give 0 depends on the data."""
    index = egov.Index(egov.Framework(NODES), egov.Recipe(aggregate="geometric", normalize="rank"))
    posts = egov.choice("goalposts", lower=0, upper=50)
    assert (
        len(index.uncertainty(four(), egov.Alternatives(normalize=["rank", posts]), n=8).rank_range(0.9))
        == 12
    )
    with pytest.raises(egov.SpecError, match="minmax"):
        index.uncertainty(four(), egov.Alternatives(normalize=["rank", "minmax"]), n=8)


def test_a_target_of_a_node_is_checked():
    with pytest.raises(egov.SpecError, match="target"):
        egov.Framework([NODES[0], {"code": "x", "parent": "i", "target": "high"}])
    with pytest.raises(egov.SpecError, match="target"):
        egov.Framework([NODES[0], {"code": "x", "parent": "i", "target": np.inf}])


def test_a_kept_scale():
    old = egov.Panel([[[1.0, 2]], [[3.0, 8]]], ["A", "B"], [2020], ["x", "y"])
    new = egov.Panel([[[2.0]], [[5.0]]], ["C", "D"], [2021], ["y"])
    scale = egov.Normalizer("minmax", direction={"y": -1}, high={"x": 10, "y": 100})
    assert repr(scale).startswith("<Normalizer minmax:high=") and "fitted" not in repr(scale)
    with pytest.raises(egov.SpecError, match="not fitted"):
        scale.apply(new)
    assert scale.fit(old) is scale
    assert scale.apply(new).values.ravel().tolist() == [100, 50]
    assert repr(scale).endswith("fitted on 2 units, 1 period, 2 indicators>")
    again = pickle.loads(pickle.dumps(scale))
    np.testing.assert_array_equal(again.apply(new).values, scale.apply(new).values)
    with pytest.raises(egov.DataError, match="'z'"):
        scale.apply(egov.Panel([[[2.0]]], ["C"], [2021], ["z"]))
    with pytest.raises(egov.SpecError, match="no indicator 'z'"):
        egov.Normalizer("minmax", high={"z": 10}).fit(old)
    with pytest.raises(egov.DataError, match="zscore"):
        egov.Normalizer("zscore").fit([3.0, 3.0])
    assert repr(egov.Normalizer("zscore:sd=2", over=2020, rescale=(1, 100), mean=1)) == (
        "<Normalizer zscore:sd=2,mean=1,over=2020,rescale=1..100>"
    )
