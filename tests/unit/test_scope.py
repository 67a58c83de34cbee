"""Which rows a treatment or normalization looks at together, in the stage functions and in an index."""

import numpy as np
import pytest

import egov_index as egov
from egov_index import spec

VALUES = np.array(
    [[[2.0], [4.0], [30.0]], [[6.0], [8.0], [10.0]], [[4.0], [12.0], [20.0]], [[10.0], [4.0], [0.0]]]
)
GROUPS = {"side": ["a", "a", "b", "b"]}


def panel(values=VALUES, names=("x",)):
    return egov.Panel(values, list("ABCD"), [2018, 2020, 2022], list(names), groups=GROUPS)


def minmax(x, low, high):
    return (x - low) / (high - low)


def test_each_scope_of_a_normalization():
    x = VALUES[:, :, 0]
    wanted = {
        "period": minmax(x, x.min(0), x.max(0)),
        "panel": minmax(x, 0, 30),
        2018: minmax(x, 2, 10),
        "2018": minmax(x, 2, 10),
        "side": np.vstack([minmax(x[k : k + 2], x[k : k + 2].min(0), x[k : k + 2].max(0)) for k in (0, 2)]),
    }
    for over, right in wanted.items():
        np.testing.assert_allclose(egov.normalize(panel(), over=over).values[:, :, 0], right, rtol=1e-15)
        chosen = egov.normalize(panel(), egov.choice("minmax", over=over))
        np.testing.assert_array_equal(
            chosen.values[:, :, 0], egov.normalize(panel(), over=over).values[:, :, 0]
        )


def test_what_lies_beyond_the_base_period_is_not_cut():
    got = egov.normalize(panel(), "minmax", over=2018).values
    assert got.max() == 3.5 and got.min() == -0.25


def test_scales_of_another_panel():
    old = egov.Panel(VALUES[:, :1], list("ABCD"), [2018], ["x"])
    for method in ("minmax", "zscore", "rank", egov.choice("zscore", rescale=(1, 100))):
        alone = egov.normalize(panel(), method, over=2018).values
        np.testing.assert_array_equal(egov.normalize(panel(), method, reference=old).values, alone)
        np.testing.assert_array_equal(
            egov.normalize(panel(), method, reference=panel(), over=2018).values, alone
        )
    with pytest.raises(egov.DataError, match="reference 'x'"):
        egov.normalize(panel(), reference=egov.Panel(VALUES[:, :1], list("ABCD"), [2018], ["y"]))
    with pytest.raises(egov.SpecError, match="groups"):
        egov.normalize(panel(), reference=panel(), over="side")


def test_ranks_among_the_units_of_another_panel():
    got = egov.normalize([5.0, 10.0, 99.0, -1.0], "rank", reference=[10.0, 20.0, 20.0, 30.0])
    assert got.tolist() == [0.5, 1.0, 4.5, 0.5]


def test_scopes_of_a_treatment():
    got = egov.treat(panel(), "winsorize", over="panel", skew=0.1, kurt=-9).values
    assert got.max() < 30
    assert egov.treat(panel(), "cap", over="side", cap=9).values.max() == 9
    with pytest.raises(egov.SpecError, match="each period, the whole panel, or groups"):
        egov.treat(panel(), "winsorize", over=2018)


def test_a_unit_without_a_group_is_named():
    lone = egov.Panel(VALUES, list("ABCD"), [2018, 2020, 2022], ["x"], groups={"side": ["a", "a", "b", None]})
    with pytest.raises(egov.DataError, match=r"unit D period 2018.*has no group"):
        egov.normalize(lone, over="side")


def test_labels_that_nobody_knows():
    with pytest.raises(egov.SpecError, match="do not have it"):
        egov.normalize(panel(), over=1999)
    with pytest.raises(egov.SpecError, match="side"):
        egov.normalize(panel(), over="sid")
    with pytest.raises(egov.SpecError, match="only a treatment or normalization"):
        egov.Recipe(aggregate=egov.choice("arithmetic", over="panel"))


def test_parameters_of_each_indicator():
    two = panel(np.concatenate([VALUES, VALUES], axis=2), ("x", "y"))
    got = egov.normalize(two, "minmax", high={"y": 100}).values
    np.testing.assert_allclose(got[:, :, 1], 100 * got[:, :, 0], rtol=1e-15)
    with pytest.raises(egov.SpecError, match="no indicator 'z'"):
        egov.normalize(two, "minmax", high={"z": 100})


NODES = [{"code": "i"}, {"code": "x", "parent": "i"}, {"code": "y", "parent": "i"}]


def two():
    other = np.sqrt(VALUES)
    return panel(np.concatenate([VALUES, other], axis=2), ("x", "y"))


@pytest.mark.parametrize("over", ["panel", 2018, "side"])
def test_an_index_takes_its_scales_from_what_it_is_told(over):
    """Whatever periods are scored: those that only serve as reference change nothing else."""
    index = egov.Index(egov.Framework(NODES), egov.Recipe(normalize=egov.choice("minmax", over=over)))
    whole = egov.normalize(two(), "minmax", over=over).values.mean(axis=2)
    for period in ([2018, 2020, 2022], [2022], [2022, 2018]):
        got = index.score(two(), period).values[:, :, 0]
        at = [two().periods.index(one) for one in period]
        np.testing.assert_allclose(got, whole[:, at].T, rtol=1e-14)
    assert spec.parse(spec.to_text(index)) == index


def test_a_hole_in_a_reference_period_is_no_fault():
    data = two().values.copy()
    data[0, 0, 0] = np.nan
    holed = panel(data, ("x", "y"))
    index = egov.Index(egov.Framework(NODES), egov.Recipe(normalize=egov.choice("minmax", over="panel")))
    got = index.score(holed, 2022).values[0, :, 1]
    np.testing.assert_allclose(got, minmax(VALUES[:, 2, 0], 0, 30), rtol=1e-14)
    with pytest.raises(egov.DataError, match="still missing"):
        index.score(holed, 2018)


def test_an_aggregate_over_the_whole_panel():
    nodes = [{"code": "i", "normalize": egov.choice("minmax", over="panel")}, *NODES[1:]]
    index = egov.Index(egov.Framework(nodes), egov.Recipe(normalize="none"))
    plain = two().values.mean(axis=2)
    got = index.score(two(), 2020).values[0, :, 0]
    np.testing.assert_allclose(got, minmax(plain[:, 1], plain.min(), plain.max()), rtol=1e-14)


@pytest.mark.parametrize("over", ["panel", 2018, "side"])
def test_draws_see_the_same_scales(over):
    index = egov.Index(egov.Framework(NODES), egov.Recipe(normalize=egov.choice("minmax", over=over)))
    ens = index.uncertainty(two(), egov.Alternatives(weights=egov.noise(1e-9)), n=8, period=2022)
    got = index.score(two(), 2022)
    frame = ens.rank_range(0.9)
    medians = dict(zip(frame["unit"], frame["median"], strict=True))
    assert medians == dict(zip("ABCD", got.rank_values[0, :, 0], strict=True))


def test_the_data_threshold_counts_children_without_their_weights():
    data = [[1.0, 2.0, np.nan], [np.nan, np.nan, 3.0], [4.0, 5.0, 6.0]]
    got = egov.aggregate(data, weights=[1, 1, 8], missing="drop-weight", threshold=2 / 3)
    np.testing.assert_allclose(got, [1.5, np.nan, 5.7])
    with pytest.raises(egov.SpecError, match="threshold"):
        egov.Recipe(missing="drop-weight", threshold=1.5)
    with pytest.raises(egov.SpecError, match="only with"):
        egov.Recipe(threshold=0.5)


def test_a_node_may_weigh_its_children_in_its_own_way():
    nodes = [{"code": "i", "weights": "equal"}, {**NODES[1], "weight": 3}, NODES[2]]
    result = egov.Index(egov.Framework(nodes), egov.Recipe(normalize="none")).score(two(), 2018)
    assert result.weights["x"] == 0.5
    with pytest.raises(egov.SpecError, match="nothing to weigh"):
        egov.Framework([NODES[0], {**NODES[1], "weights": "equal"}, NODES[2]])


def test_weights_come_from_the_scored_periods_alone():
    """Periods that only serve as reference for a scale have no say in weights from the data, in draws as in scores."""
    choice = egov.choice("minmax", over="panel")
    index = egov.Index(egov.Framework(NODES), egov.Recipe(normalize=choice, weight="standard_deviation"))
    scaled = egov.normalize(two(), "minmax", over="panel").values[:, 2]
    spread = scaled.std(axis=0, ddof=1)
    result = index.score(two(), 2022)
    assert result.weights["x"] == pytest.approx(spread[0] / spread.sum(), rel=1e-12)
    ens = index.uncertainty(two(), egov.Alternatives(weights=egov.noise(1e-9)), n=8, period=2022)
    medians = dict(zip(ens.rank_range(0.9)["unit"], ens.rank_range(0.9)["median"], strict=True))
    assert medians == dict(zip("ABCD", result.rank_values[0, :, 0], strict=True))
