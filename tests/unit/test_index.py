"""Scoring a panel: by hand, with its trail, and what a user meets when data and index do not fit."""

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import egov_index as egov
from egov_index import DataError, Framework, Index, Panel, Recipe, SpecError
from egov_index.table import read_frame

NAN = float("nan")
FEW = settings(max_examples=40, deadline=None)
CENTS = st.floats(0.1, 100).map(lambda x: round(x, 2))
UNITS = ["EST", "LVA", "LTU", "FIN", "SWE"]
NODES = [
    {"code": "index"},
    {"code": "web", "parent": "index", "weight": 2},
    {"code": "access", "parent": "index", "normalize": "minmax"},
    {"code": "users", "parent": "access", "lag": 1},
    {"code": "cost", "parent": "access", "direction": -1, "cap": 50},
]
DATA = {
    "web": [[0.9, 0.8, 1.0], [0.4, 0.5, 0.6], [0.7, 0.6, 0.5], [1.0, 0.9, 0.8], [0.1, 0.2, 0.3]],
    "users": [[80, 85, 90], [60, NAN, 75], [70, 72, 74], [95, 96, 97], [90, 91, 92]],
    "cost": [[10, 12, 20], [20, 22, 25], [NAN, 30, 30], [40, 45, 80], [5, 6, NAN]],
}


def panel(**changes):
    values = np.stack([np.array(column, dtype=float) for column in (DATA | changes).values()], axis=2)
    return Panel(values, UNITS, [2018, 2020, 2021], list(DATA), groups={"region": ["b", "b", "b", "n", "n"]},
                 unit_names={"EST": "Estonia"})  # fmt: skip


def index(nodes=NODES, **recipe):
    return Index(
        Framework(nodes),
        Recipe(**({"impute": ["linear", "mean"], "normalize": "none"} | recipe)),
        name="test",
    )


def faults_of(call, error=DataError):
    with pytest.raises(error) as caught:
        call()
    return [str(fault) for fault in caught.value.faults]


# Scores


def test_scores_by_hand():
    result = index().score(panel(), 2021)
    users = np.array([85, 60 + (75 - 60) * 2 / 3, 72, 96, 91])  # of 2020
    cost = np.minimum([20, 25, 30, 80, (20 + 25 + 30 + 80) / 4], 50)
    access = (users - cost) / 2
    access = (access - access.min()) / (access.max() - access.min())
    wanted = (2 * np.array([1.0, 0.6, 0.5, 0.8, 0.3]) + access) / 3
    np.testing.assert_allclose(result.scores["index"], wanted, rtol=1e-14)
    np.testing.assert_allclose(result.scores["access"], access, rtol=1e-12, atol=1e-15)
    assert result.ranks["index"].tolist() == (1 + (wanted[None, :] > wanted[:, None]).sum(axis=1)).tolist()
    assert list(result.scores) == ["unit", "period", "index", "web", "access", "users", "cost"]
    assert result.weights == {"index": 1, "web": 2 / 3, "access": 1 / 3, "users": 0.5, "cost": 0.5}


def test_the_trail_says_what_happened_to_each_cell():
    trail = index().score(panel(), 2021).trail
    rows = [tuple(row) for row in trail.drop(columns=["before", "why"]).itertuples(index=False)]
    assert rows == [
        ("LVA", 2021, "users", 2020, "impute", "linear", 70.0),
        ("SWE", 2021, "cost", 2021, "impute", "mean", 38.75),
        ("FIN", 2021, "cost", 2021, "treat", "cap", 50.0),
    ]
    assert trail["before"].tolist()[2] == 80 and np.isnan(trail["before"].tolist()[0])
    assert ["line between 2018 and 2021" in trail["why"][0], "cap of 50" in trail["why"][2]] == [True, True]
    assert "4 units" in trail["why"][1]


def test_several_periods_are_scored_each_on_its_own():
    both = index().score(panel(), [2021])
    nodes = [node | {"lag": 0} for node in NODES]
    every = index(nodes).score(panel())
    assert every.periods == (2018, 2020, 2021) and len(every.scores) == 15
    for period in every.periods:
        one = index(nodes).score(panel(), period)
        frame = every.scores[every.scores["period"] == period].reset_index(drop=True)
        assert frame.equals(one.scores)
        ranks = every.ranks[every.ranks["period"] == period].reset_index(drop=True)
        assert ranks.equals(one.ranks)
    assert index().replace(period=2021).score(panel()).scores.equals(both.scores)


def test_a_table_for_reading_and_groups():
    tree = Framework(NODES, groups=[{"code": "H", "above": 0.6}, {"code": "L"}], rank_digits=1)
    result = Index(tree, index().recipe).score(panel(), 2021)
    table = result.table()
    assert table["rank"].is_monotonic_increasing and table["name"][table["unit"] == "EST"].item() == "Estonia"
    assert table["group"].tolist() == ["H" if score > 0.6 else "L" for score in table["index"]]
    assert result.groups["group"].tolist() == [
        "H" if score > 0.6 else "L" for score in result.scores["index"]
    ]
    rounded = result.scores["index"].round(1)
    assert result.ranks["index"].tolist() == [1 + int((rounded > score).sum()) for score in rounded]


def test_a_published_code_takes_units_out_of_a_period():
    nodes = [node | ({"not_scored": 0} if node["code"] == "web" else {}) for node in NODES]
    web = [list(row) for row in DATA["web"]]
    web[1][2] = 0
    result = index(nodes).score(panel(web=web), 2021)
    assert np.isnan(result.scores.loc[1, ["index", "web", "access", "users", "cost"]].to_numpy(float)).all()
    assert sorted(result.ranks["index"].dropna()) == [1, 2, 3, 4]
    assert result.table()["unit"].tolist()[-1] == "LVA"
    assert any("LVA" in note and "not scored" in note for note in result.notes)
    first = result.trail.iloc[0]
    assert (first["stage"], first["unit"], first["before"]) == ("screen", "LVA", 0) and "users" not in set(
        result.trail["indicator"]
    )


def test_the_trail_has_a_row_for_each_hole_of_the_scored_periods():
    rng = np.random.default_rng(3)
    values = rng.uniform(1, 9, (40, 6, 5))
    values[rng.uniform(size=values.shape) < 0.3] = NAN
    names = list("abcde")
    data = Panel(values, [f"U{k}" for k in range(40)], list(range(2015, 2021)), names)
    nodes = [{"code": "root"}] + [
        {"code": name, "parent": "root", "lag": at % 2} for at, name in enumerate(names)
    ]
    result = Index(Framework(nodes), Recipe(impute=["linear", "locf", "mean"])).score(data, [2018, 2020])
    wanted = {
        (f"U{unit}", period, name)
        for period in (2018, 2020)
        for at, name in enumerate(names)
        for unit in np.flatnonzero(np.isnan(values[:, period - 2015 - at % 2, at]))
    }
    assert len(result.trail) == len(wanted)
    assert set(zip(*(result.trail[key] for key in ("unit", "period", "indicator")), strict=True)) == wanted


def test_missing_children_drop_out_with_their_weight():
    result = index(impute="none", missing="drop-weight", treat="none").score(panel(), 2021)
    frame = result.scores.set_index("unit")
    assert np.isnan(frame.loc["SWE", "cost"]) and not np.isnan(frame["index"]).any()
    assert frame["access"].max() == 1 and frame["access"].min() == 0
    assert set(result.trail["stage"]) == {"treat"}


# Properties


@FEW
@given(
    arrays(np.float64, (7, 2), elements=st.floats(0.1, 100).map(lambda x: round(x, 2))),
    st.integers(0, 6),
    st.floats(0.1, 50),
)
def test_an_index_grows_with_each_indicator_in_its_direction(x, at, more):
    tree = Framework(
        [{"code": "r"}, {"code": "x0", "parent": "r"}, {"code": "x1", "parent": "r", "direction": -1}]
    )
    up, down = x.copy(), x.copy()
    up[at, 0] += more
    down[at, 1] += more
    for recipe in (Recipe(normalize="none"), Recipe(normalize="goalposts:lower=0,upper=200")):
        base, better, worse = (
            Index(tree, recipe).score(Panel.from_array(v)).values[0, :, 0] for v in (x, up, down)
        )
        assert better[at] > base[at] > worse[at]
        np.testing.assert_array_equal(np.delete(better, at), np.delete(base, at))
    ranks = [
        Index(tree, Recipe(normalize="rank")).score(Panel.from_array(v)).rank_values[0, at, 0]
        for v in (x, up, down)
    ]
    assert ranks[1] <= ranks[0] <= ranks[2]


@FEW
@given(
    arrays(np.float64, (8, 3), elements=st.floats(-50, 50).map(lambda x: round(x, 2))),
    st.permutations(range(8)),
)
def test_permuting_units_permutes_scores_and_ranks(x, order):
    assume(
        (np.sort(x, axis=0)[2] + 0.1 < np.sort(x, axis=0)[-3]).all()
    )  # not constant after winsorizing either
    tree = Framework([{"code": "r"}] + [{"code": f"x{k}", "parent": "r"} for k in range(3)])
    made = Index(tree, Recipe(normalize="zscore", treat="winsorize"))
    base, moved = made.score(Panel.from_array(x)), made.score(Panel.from_array(x[list(order)]))
    np.testing.assert_allclose(moved.values[0], base.values[0][list(order)], atol=1e-12)
    np.testing.assert_array_equal(moved.rank_values[0, :, 0], base.rank_values[0, list(order), 0])


def test_affine_maps_of_indicators_leave_the_index_unchanged():
    for scale in ("zscore", "minmax"):
        made = index([{k: v for k, v in node.items() if k != "cap"} for node in NODES], normalize=scale)
        moved = panel(
            users=(np.array(DATA["users"]) * 3.5 - 7).tolist(),
            cost=(np.array(DATA["cost"]) / 40 + 2).tolist(),
        )
        np.testing.assert_allclose(
            made.score(moved, 2021).values[..., 0], made.score(panel(), 2021).values[..., 0], rtol=1e-12
        )


# Frames


def test_a_panel_from_polars_gives_polars_frames():
    long = panel().to_long()
    frame = pl.DataFrame({name: long[name].tolist() for name in long})
    data = Panel.from_long(frame, unit="unit", period="period", indicator="indicator", value="value")
    result = index().score(data, 2021)
    for got in (result.scores, result.ranks, result.groups, result.table(), result.trail):
        assert isinstance(got, pl.DataFrame)
    np.testing.assert_allclose(
        result.scores["index"].to_numpy(), index().score(panel(), 2021).scores["index"]
    )
    assert read_frame(result.trail)[0]["unit"] == index().score(panel(), 2021).trail["unit"].tolist()


# Refusals


def test_holes_that_nothing_filled_are_all_named():
    faults = faults_of(lambda: index(impute="none").score(panel(), 2021))
    assert len(faults) == 2
    assert (
        "'users'" in faults[0] and "LVA" in faults[0] and "1 of 5" in faults[0] and "drop-weight" in faults[0]
    )
    assert "'cost'" in faults[1] and "SWE" in faults[1]
    several = faults_of(lambda: index([node | {"lag": 0} for node in NODES], impute="none").score(panel()))
    assert "LVA 2020" in several[0] and "LTU 2018, SWE 2021" in several[1]


def test_everything_wrong_with_the_data_comes_at_once():
    data = panel(cost=np.full((5, 3), NAN).tolist(), web=np.full((5, 3), 0.5).tolist())
    nodes = [*NODES, {"code": "user", "parent": "access"}]
    text = "\n".join(faults_of(lambda: index(nodes, normalize="zscore").score(data, [2021, 2022])))
    for words in ("2022", "'user'", "'users'", "'cost'", "no value at all", "'web'", "constant", "0.5"):
        assert words in text, words
    assert "\n".join(faults_of(lambda: index(nodes, normalize="zscore").check(data))).count("'cost'") == 1


def test_one_unit_makes_no_index():
    assert "two units" in faults_of(lambda: index().score(panel().select(units=["EST"]), 2021))[0]


def test_a_lag_before_the_data_is_refused_with_its_node():
    assert "users" in faults_of(lambda: index().score(panel(), 2018))[0]
    assert "users" in faults_of(lambda: index().score(panel(), 2020))[0]  # 2019 is not there


def test_errors_of_the_core_have_names():
    nodes = [node | ({"aggregate": "geometric"} if node["code"] == "index" else {}) for node in NODES]
    text = faults_of(lambda: index(nodes).score(panel(), 2021))[0]
    assert all(word in text for word in ("geometric", "access", "2021", "rescale"))
    flat = panel(cost=[[10, 12, 20], [20, 22, 20], [NAN, 30, 20], [40, 45, 20], [5, 6, 20]])
    text = faults_of(lambda: index(normalize="minmax").score(flat, 2021))[0]
    assert all(word in text for word in ("minmax", "cost", "2021", "20"))
    missing_by = faults_of(
        lambda: index(impute=[egov.choice("group_mean", by="regio")]).score(panel(), 2021), SpecError
    )[0]
    assert "'regio'" in missing_by and "'region'" in missing_by


@pytest.mark.parametrize("data", [None, np.ones((3, 2)), {"web": [1, 2]}])
def test_what_is_no_panel(data):
    assert "Panel" in faults_of(lambda: index().score(data))[0]


def test_parts_of_an_index():
    made = index()
    assert made.replace(name="other").name == "other" and made == index()
    assert made != made.replace(period=2020) and "2 indicators" not in repr(made)
    assert "'recipe'" in faults_of(lambda: made.replace(recip=1), SpecError)[0]
    for parts in ((None, None), (Framework(NODES), "zscore"), (NODES, Recipe())):
        faults_of(lambda parts=parts: Index(*parts), SpecError)


def test_scoring_changes_nothing_it_was_given():
    data, made = panel(), index()
    before, text = data.values.copy(), repr(made)
    made.score(data, 2021)
    np.testing.assert_array_equal(data.values, before)
    assert repr(made) == text and made == index()


def test_a_period_asked_for_twice_is_refused():
    assert "2021: asked for 2 times" in faults_of(lambda: index().score(panel(), [2021, 2020, "2021"]))[0]
