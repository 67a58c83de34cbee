"""What would move a unit up."""

import numpy as np
import polars as pl
import pytest

import egov_index as egov
from egov_index import DataError, Framework, Index, Panel, Recipe, SpecError

NAN = float("nan")
UNITS = [f"U{k}" for k in range(10)]
TREE = [
    {"code": "index"},
    {"code": "p", "parent": "index"},
    {"code": "c", "parent": "index", "direction": -1},
    {"code": "a", "parent": "p"},
    {"code": "b", "parent": "p"},
]


@pytest.fixture
def rng():
    return np.random.default_rng(8)


def made(values, tree=TREE, periods=(2020,), info=None, backend="pandas", **recipe):
    values = np.asarray(values, dtype=float).reshape(-1, len(periods), 3)
    panel = Panel(
        values, UNITS[: len(values)], periods, ["a", "b", "c"], indicator_info=info, backend=backend
    )
    return Index(Framework(tree), Recipe(**({"normalize": "minmax"} | recipe))), panel


def rank_with(index, panel, unit, code, value, period=0):
    values = np.array(panel.values)
    values[panel.units.index(unit), period, panel.indicators.index(code)] = value
    return index.score(panel.replace(values=values), panel.periods[period]).rank_values[
        0, panel.units.index(unit), 0
    ]


def test_by_hand():
    """Scores .2, .4, .6, .8 of two equal indicators: the last needs .4 more in sum to be level with the next."""
    values = [[0.2, 0.2], [0.4, 0.4], [0.6, 0.6], [0.8, 0.8]]
    panel = Panel(np.array(values)[:, None, :], ["A", "B", "C", "D"], [2020], ["a", "b"])
    tree = Framework(
        [{"code": "index"}, {"code": "a", "parent": "index"}, {"code": "b", "parent": "index", "upper": 0.5}]
    )
    found = egov.levers(Index(tree, Recipe(normalize="none")), panel, "A", 1)
    rows = {row["indicator"]: row for row in found.to_frame().to_dict("records")}
    assert found.rank == 4 and found.target == 3
    assert rows["a"]["needed"] == pytest.approx(0.6, abs=1e-11) and rows["a"]["percent"] == pytest.approx(200)
    assert rows["a"]["best"] == 0.8 and rows["a"]["bound"] == "the best observed value"
    assert not rows["b"]["reachable"] and rows["b"]["bound"] == "the goalpost" and rows["b"]["rank"] == 4
    assert found.joint[0] == pytest.approx(0.4 / 0.9) and "44.4 %" in str(found)


@pytest.mark.parametrize(
    "recipe",
    [
        {}, {"normalize": "zscore"}, {"normalize": "rank"},
        {"normalize": {"method": "minmax", "low": 1, "high": 9}, "aggregate": "geometric"},
    ],
    ids=["minmax", "zscore", "rank", "geometric"],
)  # fmt: skip
def test_what_is_needed_is_enough_and_a_little_less_is_not(recipe, rng):
    index, panel = made(rng.uniform(1, 2, size=(10, 3)), **recipe)
    result = index.score(panel)
    unit = UNITS[int(np.argmax(result.rank_values[0, :, 0] == 7))]
    found = egov.levers(index, panel, unit, 2, beyond=0.5)
    seen = 0
    for row in found.to_frame().to_dict("records"):
        sign = -1 if row["indicator"] == "c" else 1
        if row["reachable"]:
            seen += 1
            assert row["change"] * sign > 0 and 0 < row["way"] <= 1
            assert rank_with(index, panel, unit, row["indicator"], row["needed"]) <= 5
            less = row["needed"] - sign * 1e-6
            assert rank_with(index, panel, unit, row["indicator"], less) > 5
        else:
            assert rank_with(index, panel, unit, row["indicator"], row["best"]) == row["rank"] > 5
    assert seen


def test_the_joint_lever(rng):
    index, panel = made(rng.uniform(1, 2, size=(10, 3)))
    result = index.score(panel)
    at = int(np.argmax(result.rank_values[0, :, 0] == 8))
    found = egov.levers(index, panel, UNITS[at], 4)
    share, best = found.joint

    def rank_at(part):
        values = np.array(panel.values)
        for row in found.to_frame().to_dict("records"):
            column = panel.indicators.index(row["indicator"])
            values[at, 0, column] = row["value"] + part * (row["best"] - row["value"])
        return index.score(panel.replace(values=values)).rank_values[0, at, 0]

    assert rank_at(share) <= 4 < rank_at(share - 1e-6) and rank_at(1.0) == best


def test_bounds():
    info = {"indicator": ["a", "b", "c"], "lower": [0.0, 0.0, 0.0], "upper": [None, 100.0, 100.0]}
    tree = [one | {"a": {"cap": 3}, "b": {"upper": 50}}.get(one["code"], {}) for one in TREE]
    index, panel = made([[k, 10 * k, 30 - k] for k in range(1, 6)], tree, info=info)
    rows = {row["indicator"]: row for row in egov.levers(index, panel, "U0", 1).to_frame().to_dict("records")}
    assert (rows["a"]["best"], rows["a"]["bound"]) == (3, "the cap")
    assert (rows["b"]["best"], rows["b"]["bound"]) == (50, "the goalpost")
    assert (rows["c"]["best"], rows["c"]["bound"]) == (0, "the bound of the scale")
    index, panel = made([[k, 10 * k, 30 - k] for k in range(1, 6)])
    rows = {
        row["indicator"]: row
        for row in egov.levers(index, panel, "U0", 1, beyond=0.25).to_frame().to_dict("records")
    }
    assert rows["a"]["best"] == 6 and rows["c"]["best"] == 24


def test_what_is_at_its_best_has_no_room(rng):
    values = rng.uniform(1, 2, size=(10, 3))
    values[0] = [2.5, 1.0, 2.5]
    index, panel = made(values)
    found = egov.levers(index, panel, "U0", 1)
    row = {row["indicator"]: row for row in found.to_frame().to_dict("records")}["a"]
    assert not row["reachable"] and "already" in row["note"] and np.isnan(row["needed"])
    assert "already" in str(found)


def test_imputed_cells_say_so(rng):
    values = rng.uniform(1, 2, size=(10, 3))
    values[4, 1] = NAN
    index, panel = made(values, impute="mean")
    if index.score(panel).rank_values[0, 4, 0] == 1:
        pytest.skip("first")
    row = {row["indicator"]: row for row in egov.levers(index, panel, "U4", 1).to_frame().to_dict("records")}[
        "b"
    ]
    assert row["note"] == "not observed: imputed by mean" and row["value"] == pytest.approx(
        np.nanmean(values[:, 1])
    )
    index, panel = made(values, missing="drop-weight")
    row = {row["indicator"]: row for row in egov.levers(index, panel, "U4", 1).to_frame().to_dict("records")}[
        "b"
    ]
    assert "left out" in row["note"] and not row["reachable"]


def test_others_move_on_their_lines():
    """The other gains .1 a year: by 2022 it stands at 0.8, bounded by the best of the scale."""
    values = np.array(
        [[[0.2, 0.2, 0], [0.2, 0.2, 0]], [[0.4, 0.4, 0], [0.5, 0.5, 0]], [[0.1, 0.1, 0], [0.1, 0.1, 0.1]]]
    )
    tree = [{"code": "index"}, {"code": "a", "parent": "index"}, {"code": "b", "parent": "index"}]
    info = {"indicator": ["a", "b", "c"], "lower": [0, 0, 0], "upper": [1, 1, 1]}
    index, panel = made(values, tree, (2019, 2020), info, normalize="none")
    still = egov.levers(index, panel, "U0", 1, period=2020)
    moving = egov.levers(index, panel, "U0", 1, period=2020, trend=True, horizon=3)
    assert still.still == moving.still == 2 and moving.horizon == 3
    assert still.to_frame()["needed"].tolist() == pytest.approx([0.8, 0.8])
    assert moving.to_frame()["reachable"].tolist() == [False, False] and moving.joint[0] == pytest.approx(
        0.6 / 0.8
    )
    assert egov.levers(index, panel, "U0", 1, period=2020, trend=True).to_frame()[
        "needed"
    ].tolist() == pytest.approx([1, 1])
    far = egov.levers(index, panel, "U0", 1, period=2020, trend=True, horizon=99)
    assert far.joint[0] == pytest.approx(1) and "trends to 2119" in str(far)
    assert egov.levers(index, panel, "U2", 1, period=2020).rank == 3


def test_who_is_overtaken_meanwhile():
    values = np.array([[[0.5], [0.5]], [[0.2], [0.45]], [[0.9], [0.9]]])
    panel = Panel(values, ["A", "B", "C"], [2019, 2020], ["a"])
    tree = Framework([{"code": "index"}, {"code": "a", "parent": "index"}])
    found = egov.levers(Index(tree, Recipe(normalize="none")), panel, "A", 1, trend=True, period=2020)
    assert (found.rank, found.still, found.target) == (2, 3, 1) and "it is 3rd" in str(found)


def test_nothing_needed_when_others_fall():
    values = np.array([[[0.5], [0.5]], [[0.9], [0.6]]])
    panel = Panel(
        values,
        ["A", "B"],
        [2019, 2020],
        ["a"],
        indicator_info={"indicator": ["a"], "lower": [0.0], "upper": [1.0]},
    )
    tree = Framework([{"code": "index"}, {"code": "a", "parent": "index"}])
    found = egov.levers(Index(tree, Recipe(normalize="none")), panel, "A", 1, trend=True, period=2020)
    assert found.still == 1 and "No improvement" in str(found) and found.to_frame()["change"].tolist() == [0]


def test_frames_and_pages(rng):
    index, panel = made(rng.uniform(1, 2, size=(10, 3)), backend="polars")
    unit = UNITS[int(np.argmax(index.score(panel).rank_values[0, :, 0]))]
    found = egov.levers(index, panel, unit, 3)
    assert isinstance(found.to_frame(), pl.DataFrame) and "<p>" in found._repr_html_() and unit in repr(found)
    assert found.to_frame()["way"].drop_nulls().is_sorted()


def test_what_cannot_be_asked(rng):
    index, panel = made(rng.uniform(1, 2, size=(10, 3)))
    ranks = index.score(panel).rank_values[0, :, 0]
    first, last = UNITS[int(np.argmin(ranks))], UNITS[int(np.argmax(ranks))]
    for words, match in [
        ({"unit": "U_0"}, "U0"), ({"unit": first}, "first already"), ({"unit": last, "trend": True}, "earlier periods"),
        ({"unit": last, "period": 2021}, "2021"),
    ]:  # fmt: skip
        with pytest.raises(DataError, match=match):
            egov.levers(index, panel, **words)
    for words, match in [
        ({"places": 0}, "places"),
        ({"horizon": 0}, "horizon"),
        ({"beyond": -1}, "beyond"),
        ({"beyond": NAN}, "beyond"),
    ]:
        with pytest.raises(SpecError, match=match):
            egov.levers(index, panel, last, **words)
    with pytest.raises(SpecError, match="Index"):
        egov.levers(panel, panel, last)
    with pytest.raises(DataError, match="Panel"):
        egov.levers(index, index, last)


def test_many_indicators_are_counted(rng):
    codes = [f"x{k}" for k in range(12)]
    panel = Panel(rng.uniform(size=(10, 1, 12)), UNITS, [2020], codes)
    index = Index(Framework([{"code": "i"}, *({"code": code, "parent": "i"} for code in codes)]), Recipe())
    ranks = index.score(panel).rank_values[0, :, 0]
    near, far = (
        str(egov.levers(index, panel, UNITS[int(np.argmax(ranks == 10))], places)) for places in (1, 9)
    )
    assert "7 more" in far and "no indicator alone" in far and "is enough" in near
