"""Panels: made of frames and arrays, cut, joined, moved in time, and what is refused."""

import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from egov_index.errors import DataError, SpecError
from egov_index.panel import Panel
from egov_index.table import read_frame

NAN = float("nan")
MAKERS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


def wide():
    return {
        "iso3": ["LVA", "EST", "EST", "NAM"],
        "year": [2022, 2022, 2020, 2020],
        "region": ["north", "north", "north", "south"],
        "osi": [0.8, 1.0, 0.9, None],
        "tii": [0.7, None, 0.6, 0.5],
    }


def faults_of(call, *args, error=DataError, **keywords):
    with pytest.raises(error) as caught:
        call(*args, **keywords)
    return [str(fault) for fault in caught.value.faults]


def series(values, periods, name="x"):
    return Panel.from_array(np.reshape(values, (1, -1, 1)), ["EST"], periods, [name])


# From frames


@pytest.mark.parametrize("backend", MAKERS)
def test_wide_frames_of_each_library(backend):
    panel = Panel.from_wide(MAKERS[backend](wide()), groups=["region"])
    assert panel.units == ("LVA", "EST", "NAM") and panel.periods == (2020, 2022)
    assert panel.indicators == ("osi", "tii") and panel.backend == backend
    np.testing.assert_array_equal(panel.column("osi"), [[NAN, 0.8], [0.9, 1.0], [NAN, NAN]])
    assert panel.groups == {"region": ("north", "north", "south")}
    assert (panel.unit_label, panel.period_label) == ("iso3", "year")
    for frame in (panel.to_wide(), panel.to_long(), panel.missing(), panel.indicator_info):
        assert read_frame(frame)[1] == backend


@pytest.mark.parametrize("backend", MAKERS)
def test_frames_come_back_as_the_same_panel(backend):
    panel = Panel.from_wide(MAKERS[backend](wide()), indicators=["osi", "tii"])
    assert Panel.from_wide(panel.to_wide()) == panel
    again = Panel.from_long(panel.to_long(missing=True))
    assert again == panel
    renamed = panel.replace(unit_label="unit", period_label="period")
    assert Panel.from_wide(renamed.to_wide()) == renamed


def test_values_are_locked_and_in_c_order():
    panel = Panel.from_array(np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
    assert panel.values.dtype == np.float64 and panel.values.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        panel.values[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        pickle.loads(pickle.dumps(panel)).values[0, 0, 0] = 1


def test_a_panel_does_not_share_the_array_of_its_caller():
    array = np.zeros((1, 1, 1))
    panel = Panel(array, ["a"], [0], ["x"])
    view = array[:]
    view.flags.writeable = False
    other = Panel(view, ["a"], [0], ["x"])
    array[:] = 5
    assert panel.values.item() == 0 and other.values.item() == 0


def test_one_period_without_a_column():
    panel = Panel.from_wide({"iso3": ["EST", "LVA"], "osi": [1, 0.8]}, period=None)
    assert panel.periods == (0,) and panel.values.ravel().tolist() == [1.0, 0.8]
    assert Panel.from_wide({"iso3": ["EST"], "osi": [1]}, period=None, at=2022).periods == (2022,)


@pytest.mark.parametrize(
    ("cells", "periods"),
    [
        ([2022.0, 2020.0], (2020, 2022)),
        (["2022", "2020"], (2020, 2022)),
        (["2022-01-01", "2020-01-01"], (2020, 2022)),
        (pd.to_datetime(["2022-12-31", "2020-12-31"]), (2020, 2022)),
        (["2022-Q2", "2022-Q1"], ("2022-Q1", "2022-Q2")),
        ([2020.5, 2020.25], (2020.25, 2020.5)),
    ],
)
def test_periods_are_sorted_and_whole_numbers_are_int(cells, periods):
    panel = Panel.from_wide(pd.DataFrame({"iso3": "EST", "year": cells, "x": [2.0, 1.0]}))
    assert panel.periods == periods and panel.values.ravel().tolist() == [1.0, 2.0]
    assert [type(a) for a in panel.periods] == [type(b) for b in periods]


def test_repairs_are_noted():
    panel = Panel.from_wide({"iso3": ["EST ", "LVA"], "year": ["2020", "2022"], "x": [1, 2]})
    assert panel.units == ("EST", "LVA")
    assert panel.notes == (
        "column 'iso3': blanks removed around 1 label(s)",
        "column 'year': text read as whole numbers",
    )


def test_default_names_are_forgiving_and_others_are_not():
    frame = {"Unit": ["EST"], "Edition": [2020], "x": [1.0]}
    assert Panel.from_wide(frame).unit_label == "Unit"
    found = faults_of(Panel.from_wide, frame, unit="units", period="editions")
    assert found == [
        "column: 'units' is not in the frame; unit= names the column; the nearest valid name is 'Unit'",
        "column: 'editions' is not in the frame; period= names the column; the nearest valid name is "
        "'Edition'; period=None if the frame is of one period",
    ]


def test_a_column_of_words_is_left_out_unless_asked_for():
    frame = {"iso3": ["EST", "LVA"], "year": [2020, 2020], "country": ["Estonia", "Latvia"], "x": [1, 2]}
    panel = Panel.from_wide(frame)
    assert panel.indicators == ("x",) and panel.notes == ("column 'country' holds words and was left out",)
    assert Panel.from_wide(frame, name="country").unit_names == {"EST": "Estonia", "LVA": "Latvia"}
    assert "text 'Estonia'" in faults_of(Panel.from_wide, frame, indicators=["country", "x"])[0]


def test_all_faults_of_a_frame_come_at_once():
    frame = {
        "iso3": ["EST", "EST", None, "LVA", "LVA"],
        "year": [2020, 2020, 2020, None, 2022],
        "region": ["a", "b", "a", "a", "a"],
        "osi": [1.0, 2.0, 3.0, "..", "..."],
        "tii": [1.0, float("inf"), 3.0, 4.0, 5.0],
    }
    assert faults_of(Panel.from_wide, frame, groups="region") == [
        "column 'iso3', row 3: empty; a label (text or a number) in every row",
        "column 'year', row 4: empty; a label (text or a number) in every row",
        "rows 1, 2: EST 2020 more than once; one row a unit and period",
        "column 'osi', row 4: text '..'; an empty cell where nothing is known",
        "column 'osi', LVA 2022: text '...'; an empty cell where nothing is known",
        "column 'tii', EST 2020: an infinite value; a finite number, or an empty cell where nothing is known",
        "column 'region', row 2: another label than 'a' of EST before; one label a unit",
    ]


def test_duplicates_are_named_ten_of_them_and_the_rest_counted():
    units = [f"U{at}" for at in range(12)] * 2
    found = faults_of(Panel.from_wide, {"iso3": units, "year": [2020] * 24, "x": [0.0] * 24})
    assert len(found) == 11 and found[0].startswith("rows 1, 13: U0 2020 more than once")
    assert found[-1].startswith("frame: 2 more duplicates")


def test_frames_without_rows_or_numbers_are_refused():
    empty = pd.DataFrame({"iso3": [], "year": [], "x": []})
    assert faults_of(Panel.from_wide, empty) == ["frame: no rows; at least one row"]
    assert faults_of(Panel.from_long, {"iso3": [], "year": [], "indicator": [], "value": []})[0].startswith(
        "frame: no"
    )
    assert "no column of numbers" in faults_of(Panel.from_wide, {"iso3": ["EST"], "year": [1]})[0]
    assert "not in the frame" in faults_of(Panel.from_wide, wide(), indicators=["osj"])[0]
    assert "two roles" in faults_of(Panel.from_wide, wide(), indicators=["osi", "year"])[0]
    assert "mixed" in faults_of(Panel.from_wide, {"iso3": ["a", "b"], "year": [1, "x"], "v": [1, 2]})[0]


def test_long_frames():
    frame = {
        "iso3": ["EST", "LVA", "EST"],
        "year": [2022, 2022, 2020],
        "indicator": ["tii", "osi", "tii"],
        "value": [1.0, 2.0, None],
    }
    panel = Panel.from_long(frame)
    assert panel.indicators == ("tii", "osi")
    np.testing.assert_array_equal(panel.values, [[[NAN, NAN], [1, NAN]], [[NAN, NAN], [NAN, 2]]])
    frame["value"] = [1.0, "n/a", 3.0]
    assert faults_of(Panel.from_long, frame) == [
        "column 'value', LVA 2022 osi: text 'n/a'; an empty cell where nothing is known"
    ]
    frame["value"], frame["year"] = [1.0, 2.0, 3.0], [2022, 2022, 2022]
    assert faults_of(Panel.from_long, frame) == [
        "rows 1, 3: EST 2022 tii more than once; one row a unit and period and indicator"
    ]


# From arrays, and the parts


def test_arrays_of_two_and_three_dimensions():
    panel = Panel.from_array([[1, 2], [3, 4], [5, 6]])
    assert (panel.units, panel.periods, panel.indicators) == ((0, 1, 2), (0,), ("x0", "x1"))
    panel = Panel.from_array(np.arange(4.0).reshape(1, 4, 1)[:, ::2], periods=np.array([2022.0, 2020.0]))
    assert panel.periods == (2020, 2022) and panel.values.ravel().tolist() == [2.0, 0.0]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"values": [1.0, 2.0]}, "shape (units, indicators) or (units, periods, indicators)"),
        ({"values": [["a"]]}, "numbers, NaN where nothing is known"),
        ({"values": np.zeros((0, 2))}, "at least one unit"),
        ({"values": [[1.0], [2.0]], "units": ["a"]}, "as many as there are labels"),
        ({"values": [[1.0], [2.0]], "units": ["a", "a"]}, "units: 'a' more than once"),
        ({"values": [[1.0, 2.0]], "indicators": ["a", "a"]}, "indicators: 'a' more than once"),
        ({"values": [[1.0]], "units": [None]}, "units: labels None"),
        ({"values": [[1.0, float("inf")]], "units": ["EST"]}, "x1 of EST 0: infinite"),
        ({"values": [[1.0]], "indicators": ["unit"]}, "has the name of a label column"),
        ({"values": np.zeros((1, 2, 1)), "periods": [1, "a"]}, "numbers and text mixed"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(parts, said):
    assert said in "\n".join(faults_of(Panel.from_array, **parts))


def test_parts_that_do_not_fit_are_refused():
    values = np.zeros((1, 2, 1))
    assert "increasing" in faults_of(Panel, values, ["a"], [2022, 2020], ["x"])[0]
    assert "one a unit" in faults_of(Panel, values, ["a"], [1, 2], ["x"], groups={"g": ["a", "b"]})[0]
    assert "years" in faults_of(Panel, values, ["a"], [1, 2], ["x"], years=np.zeros((1, 1, 1)))[0]
    assert "'indicator'" in faults_of(Panel, values, ["a"], [1, 2], ["x"], indicator_info={"name": ["x"]})[0]


def test_information_follows_the_indicators():
    info = pl.DataFrame({"indicator": ["b", "other", "a"], "goal": [4, 5, None], "unit": ["%", "m", None]})
    panel = Panel.from_array([[1.0, 2.0, 3.0]], indicators=["a", "b", "c"]).replace(indicator_info=info)
    assert panel.about("b") == {"goal": 4, "unit": "%"} and panel.about("a") == {} == panel.about("c")
    assert panel.indicator_info["indicator"].tolist() == ["a", "b", "c"]
    assert panel.select(indicators=["b"]).about("b") == {"goal": 4, "unit": "%"}
    assert "nearest" in faults_of(panel.about, "B", error=SpecError)[0]


def test_missing_cells_are_counted():
    frame = Panel.from_wide(wide(), groups=["region"]).missing()
    assert frame.to_dict("list") == {
        "indicator": ["osi", "tii"],
        "cells": [6, 6],
        "observed": [3, 3],
        "missing": [3, 3],
        "share": [0.5, 0.5],
    }


def test_long_rows_and_the_period_taken():
    panel = series([1.0, NAN], [2020, 2021])
    assert panel.to_long().to_dict("list") == {
        "unit": ["EST"],
        "period": [2020],
        "indicator": ["x"],
        "value": [1.0],
    }
    assert len(panel.to_long(missing=True)) == 2
    assert panel.latest(2).to_long()["taken"].tolist() == [2020.0, 2020.0]


# Values like others


def test_a_panel_does_not_change():
    panel = series([1.0], [2020])
    with pytest.raises(AttributeError, match=r"replace\(values="):
        panel.values = 3
    with pytest.raises(AttributeError):
        panel.unit_label = "iso3"
    with pytest.raises(AttributeError):
        del panel.backend
    with pytest.raises(TypeError):
        panel.groups["g"] = ("a",)
    with pytest.raises(TypeError):
        hash(panel)


def test_copies_and_pickles_are_equal():
    panel = Panel.from_wide(wide(), groups=["region"]).latest(3)
    for other in (copy.copy(panel), copy.deepcopy(panel), pickle.loads(pickle.dumps(panel)), panel.replace()):
        assert other == panel and other.notes == panel.notes and other.backend == panel.backend
    assert panel != panel.replace(values=panel.values * 2)
    assert panel != panel.replace(groups={}) and panel != panel.replace(years=None) and panel != 3
    assert panel == panel.replace(notes=["another"])


def test_representations_are_short_and_safe():
    panel = Panel.from_array(np.zeros((2, 3, 12)), units=["a", "b"], indicators=["<b>", *map(str, range(11))])
    text = repr(panel.replace(notes=["<script>"]))
    assert text.splitlines()[0] == "Panel: 2 units x 3 periods (0 ... 2) x 12 indicators, 100 % observed"
    assert text.endswith("and 4 more\nnotes: 1, see .notes")
    html = panel.replace(notes=["<script>"])._repr_html_()
    assert "&lt;b&gt;" in html and "&lt;script&gt;" in html and "<b>" not in html and "<script>" not in html


# Panels of panels


def test_select():
    panel = Panel.from_wide(wide(), groups=["region"], indicators=["osi", "tii"])
    cut = panel.select(units=["NAM", "EST"], periods=2020, indicators="tii")
    assert cut.units == ("NAM", "EST") and cut.values.ravel().tolist() == [0.5, 0.6]
    assert cut.groups == {"region": ("south", "north")}
    assert panel.select(periods=[2022, 2020]).periods == (2020, 2022)
    assert panel.select(periods=np.int64(2022)).periods == (2022,)
    assert panel.select() == panel


def test_select_says_all_that_is_unknown():
    panel = Panel.from_wide(wide(), groups=["region"])
    found = faults_of(panel.select, ["ESTT", "LVA", "LVA"], 2021, [], error=SpecError)
    assert found == [
        "units: 'ESTT' is unknown; the nearest valid name is 'EST'",
        "units: 'LVA' asked for more than once; each label once",
        "periods: 2021 is unknown; valid are 2020, 2022",
        "indicators: nothing asked for; at least one label, or None for all",
    ]


def test_join_is_outer_on_both():
    a = Panel.from_wide(wide(), groups=["region"]).replace(unit_names={"EST": "Estonia"}, notes=["one"])
    b = Panel.from_wide(
        {"iso3": ["TON", "EST"], "year": [2021, 2020], "y": [7, 8], "region": ["far", "n"]}, groups="region"
    )
    b = b.replace(indicator_info={"indicator": ["y"], "unit": ["%"]}, unit_names={"TON": "Tonga", "EST": "?"})
    both = a.join(b)
    assert both.units == ("LVA", "EST", "NAM", "TON") and both.periods == (2020, 2021, 2022)
    assert both.indicators == ("osi", "tii", "y")
    assert both.select("EST", 2020).values.ravel().tolist() == [0.9, 0.6, 8.0]
    assert both.select("TON", 2021, "y").values.item() == 7.0 and np.isnan(both.values).sum() == 36 - 8
    assert both.groups == {"region": ("north", "north", "south", "far")}
    assert both.unit_names == {"EST": "Estonia", "TON": "Tonga"} and both.about("y") == {"unit": "%"}
    assert both.notes == ("one", "groups 'region' differ for EST: the first panel's stand")
    assert both.years is None


def test_join_refuses_what_both_hold():
    a = series([1.0], [2020])
    assert faults_of(a.join, series([1.0], ["2020"])) == [
        "indicator 'x': in both panels; select() or rename one of the two",
        "periods: 2020 in one panel, '2020' in the other; one type",
    ]


def test_join_keeps_the_periods_taken():
    a = series([1.0, NAN], [2020, 2021]).latest(2)
    both = a.join(series([5.0, NAN], [2021, 2022], "y"))
    np.testing.assert_array_equal(both.years[0], [[2020, NAN], [2020, 2021], [NAN, NAN]])


def test_shift_goes_by_value_not_by_position():
    panel = series([3.0, 4.0, 5.0, 8.0, 10.0], [2003, 2004, 2005, 2008, 2010]).join(
        series([1.0], [2010], "still")
    )
    moved = panel.shift({"x": 2})
    np.testing.assert_array_equal(moved.column("x")[0], [NAN, NAN, 3.0, NAN, 8.0])
    np.testing.assert_array_equal(moved.years[0, :, 0], [NAN, NAN, 2003, NAN, 2008])
    np.testing.assert_array_equal(moved.column("still"), panel.column("still"))
    assert moved.notes == (
        "x: each period holds the value of 2 earlier; missing in 2003, 2004, 2008, "
        "where the panel has no such period",
    )
    ahead = panel.shift({"x": -1})
    np.testing.assert_array_equal(ahead.column("x")[0], [4.0, 5.0, NAN, NAN, NAN])
    assert panel.shift({"x": 0}).values.tobytes() == panel.values.tobytes()


def test_shift_and_latest_refuse_nonsense():
    panel = series([1.0, 2.0], [2020, 2021])
    assert faults_of(panel.shift, {"X": 1, "x": NAN}, error=SpecError) == [
        "indicators: 'X' is unknown; the nearest valid name is 'x'",
        "lag of 'x': nan; a finite number of periods, e.g. 2",
    ]
    for window in (0, -1, NAN, "5", True):
        assert "window" in faults_of(panel.latest, window, error=SpecError)[0]
    text = series([1.0, 2.0], ["a", "b"])
    assert "tell how far" in faults_of(text.latest, error=SpecError)[0]
    assert "tell how far" in faults_of(text.shift, {"x": 1}, error=SpecError)[0]
    assert text.times.tolist() == [0.0, 1.0]


def slow_latest(panel, window):
    """Look back from each cell: the plain twin."""
    found = np.full((2, *panel.shape), NAN)
    for u, t, k in np.ndindex(panel.shape):
        for back in range(t, -1, -1):
            age = panel.periods[t] - panel.periods[back]
            if age < window and not np.isnan(panel.values[u, back, k]):
                found[:, u, t, k] = panel.values[u, back, k], panel.periods[back]
                break
    return found


@pytest.mark.parametrize("window", [1, 2, 3, 5, 100])
def test_latest_is_its_plain_twin(window):
    rng = np.random.default_rng(1)
    values = np.where(rng.random((6, 9, 4)) < 0.3, rng.normal(size=(6, 9, 4)), NAN)
    panel = Panel.from_array(values, periods=[2000, 2001, 2002, 2004, 2005, 2008, 2010, 2011, 2020])
    late = panel.latest(window)
    values, years = slow_latest(panel, window)
    np.testing.assert_array_equal(late.values, values)
    np.testing.assert_array_equal(late.years, years)
    assert panel.years is None and late.shape == panel.shape


def test_latest_notes_count_what_was_carried():
    late = series([1.0, NAN, NAN], [2020, 2021, 2022]).latest(2)
    assert late.notes == ("latest value within 2 periods", "x: 1 cells carried from an earlier period")


def test_latest_after_shift_keeps_the_year_of_the_value():
    late = series([1.0, NAN, NAN], [2018, 2020, 2021]).shift({"x": 2}).latest(2)
    np.testing.assert_array_equal(late.years.ravel(), [NAN, 2018, 2018])
