"""Frames in and out: every library, every type of column, and what is refused."""

import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from egov_index.errors import DataError
from egov_index.table import labels, listing, make_frame, nearest, numbers, read_frame

NAN = float("nan")


def row_place(row):
    return f"row {row + 1}"


def taken(column):
    faults = []
    found = numbers(column, "x", row_place, faults)
    return found, [str(fault) for fault in faults]


FRAMES = {
    "pandas float": lambda: pd.DataFrame({"x": [1.0, NAN, 3.0]}),
    "pandas float32": lambda: pd.DataFrame({"x": np.array([1.0, NAN, 3.0], dtype=np.float32)}),
    "pandas object": lambda: pd.DataFrame({"x": pd.Series([1, None, 3.0], dtype=object)}),
    "pandas object NA": lambda: pd.DataFrame({"x": pd.Series([1, pd.NA, Decimal(3)], dtype=object)}),
    "pandas Int64": lambda: pd.DataFrame({"x": pd.array([1, None, 3], dtype="Int64")}),
    "pandas Float64": lambda: pd.DataFrame({"x": pd.array([1.0, None, 3.0], dtype="Float64")}),
    "pandas arrow": lambda: pd.DataFrame({"x": pd.array([1, None, 3], dtype="int64[pyarrow]")}),
    "pandas arrow decimal": lambda: pd.DataFrame(
        {"x": pd.array([Decimal(1), None, Decimal(3)], dtype=pd.ArrowDtype(pa.decimal128(5, 2)))}
    ),
    "polars int": lambda: pl.DataFrame({"x": [1, None, 3]}),
    "polars NaN": lambda: pl.DataFrame({"x": [1.0, NAN, 3.0]}),
    "polars lazy": lambda: pl.LazyFrame({"x": [1.0, None, 3.0]}),
    "polars object": lambda: pl.DataFrame({"x": pl.Series([1, None, 3.0], dtype=pl.Object)}),
    "pyarrow int": lambda: pa.table({"x": pa.array([1, None, 3])}),
    "pyarrow chunks": lambda: pa.table({"x": pa.chunked_array([[1.0], [None, 3.0]])}),
    "pyarrow decimal": lambda: pa.table({"x": pa.array([Decimal(1), None, Decimal(3)], pa.decimal128(5, 2))}),
    "mapping": lambda: {"x": [1, None, 3]},
    "mapping array": lambda: {"x": np.array([1.0, 9.0, NAN, 9.0, 3.0])[::2]},
}


@pytest.mark.parametrize("kind", FRAMES)
def test_numbers_of_every_type(kind):
    columns, backend = read_frame(FRAMES[kind]())
    found, faults = taken(columns["x"])
    np.testing.assert_array_equal(found, [1.0, NAN, 3.0])
    assert found.dtype == np.float64 and not faults
    assert backend == (kind.split()[0] if kind.split()[0] != "mapping" else "pandas")


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([True, False]),
        pd.Series([True, False], dtype="boolean"),
        pd.Series([1, 0], dtype="uint8"),
        pd.Series([1, 0], dtype="int64[pyarrow]"),
    ],
)
def test_flags_and_whole_numbers_are_numbers(column):
    columns, _ = read_frame(pd.DataFrame({"x": column}))
    found, faults = taken(columns["x"])
    assert found.tolist() == [1.0, 0.0] and not faults


def test_a_column_without_any_value_is_missing():
    for frame in (
        pd.DataFrame({"x": [None, None]}),
        pl.DataFrame({"x": [None, None]}),
        pa.table({"x": [None, None]}),
    ):
        found, faults = taken(read_frame(frame)[0]["x"])
        assert np.isnan(found).all() and not faults


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_text_among_numbers_is_a_fault_for_each_text(make):
    columns, _ = read_frame(make({"x": ["..", "12,5", "", "much", "NA", "..", "3"]}))
    found, faults = taken(columns["x"])
    assert np.isnan(found).all()
    assert faults == [
        "column 'x', row 1, row 6: text '..'; an empty cell where nothing is known",
        "column 'x', row 2: text '12,5'; the same as a number, not as text",
        "column 'x', row 3: text ''; an empty cell where nothing is known",
        "column 'x', row 4: text 'much'; a number, or an empty cell where nothing is known",
        "column 'x', row 5: text 'NA'; an empty cell where nothing is known",
        "column 'x', row 7: text '3'; the same as a number, not as text",
    ]


def test_infinities_and_other_types_are_faults():
    found, faults = taken([1.0, float("inf"), 2j, -float("inf")])
    np.testing.assert_array_equal(found, [1.0, NAN, NAN, NAN])
    assert faults == [
        "column 'x', row 3: a complex; a number",
        "column 'x', row 2, row 4: an infinite value; a finite number, "
        "or an empty cell where nothing is known",
    ]


def test_faults_list_ten_rows_and_count_the_rest():
    _, (fault,) = taken(["?"] * 12)
    assert "row 10 and 2 more" in fault and "row 11" not in fault


def test_labels_are_plain_python():
    faults = []
    found = labels([2003.0, "EST ", 4, 2003.5, np.str_("x")], "unit", faults)
    assert found == [2003, "EST", 4, 2003.5, "x"] and not faults
    assert [type(label) for label in found] == [int, str, int, float, str]


def test_labels_that_miss_name_their_rows():
    faults = []
    labels(["EST", None, " ", ("a",), True], "iso3", faults)
    assert [str(fault) for fault in faults] == [
        "column 'iso3', rows 2, 3: empty; a label (text or a number) in every row",
        "column 'iso3', row 4: a tuple: ('a',); a label (text or a number) in every row",
        "column 'iso3', row 5: a bool: True; a label (text or a number) in every row",
    ]


def test_the_code_of_namibia_is_a_label():
    columns, _ = read_frame(pd.DataFrame({"iso2": ["NA", "EE"]}))
    assert labels(columns["iso2"], "iso2", []) == ["NA", "EE"]


def test_categories_are_text():
    for frame in (
        pd.DataFrame({"x": pd.Categorical(["a", None])}),
        pl.DataFrame({"x": pl.Series(["a", None], dtype=pl.Categorical)}),
        pa.table({"x": pa.array(["a", None]).dictionary_encode()}),
    ):
        assert read_frame(frame)[0]["x"] == ["a", None]


def test_named_index_levels_are_columns():
    frame = pd.DataFrame({"iso3": ["EST"], "year": [2020], "x": [1.0]}).set_index(["iso3", "year"])
    assert list(read_frame(frame)[0]) == ["iso3", "year", "x"]
    unnamed = pd.DataFrame({"x": [1.0]}, index=["a"])
    assert list(read_frame(unnamed)[0]) == ["x"]


@pytest.mark.parametrize("frame", [[1, 2], 3, None, "table", np.zeros((2, 2)), pd.Series([1.0], name="x")])
def test_no_frame_is_refused_with_its_type(frame):
    with pytest.raises(DataError, match="a pandas, polars or pyarrow table"):
        read_frame(frame)


def test_repeated_names_and_unequal_lengths_are_refused():
    with pytest.raises(DataError, match="column 'x': stands twice"):
        read_frame(pd.DataFrame([[1, 2]], columns=["x", "x"]))
    with pytest.raises(DataError, match="column 'x': stands twice"):
        read_frame(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"]))
    with pytest.raises(DataError, match="2 cells"):
        read_frame({"x": [1], "y": [1, 2]})


def test_frames_are_made_in_each_library():
    columns = {"unit": ["EST", None], "year": [2020, 2022], "x": np.array([1.0, NAN])}
    pandas = make_frame(columns, "pandas")
    assert isinstance(pandas, pd.DataFrame) and pandas["x"].isna().tolist() == [False, True]
    polars = make_frame(columns, "polars")
    assert polars.schema == {"unit": pl.String, "year": pl.Int64, "x": pl.Float64}
    assert polars.null_count().row(0) == (1, 0, 1)
    arrow = make_frame(columns, "pyarrow")
    assert isinstance(arrow, pa.Table) and arrow["x"].null_count == 1
    for frame, backend in ((pandas, "pandas"), (polars, "polars"), (arrow, "pyarrow")):
        again, found = read_frame(frame)
        assert found == backend and again["unit"] == ["EST", None]
    with pytest.raises(DataError, match="one of pandas, polars, pyarrow"):
        make_frame(columns, "modin")


def test_labels_of_two_types_become_text():
    for backend in ("pandas", "polars", "pyarrow"):
        columns, _ = read_frame(make_frame({"unit": [4, "EST", None]}, backend))
        assert columns["unit"] == ["4", "EST", None]


def test_frames_are_left_as_they_are():
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    columns, _ = read_frame(frame)
    columns["x"][0] = 9
    assert frame["x"].tolist() == [1.0, 2.0]


def test_names_near_and_far():
    assert (
        nearest("INTERNET_USER", ["gini", "internet_users"]) == "the nearest valid name is 'internet_users'"
    )
    assert nearest(7, [1, 2]) == "valid are 1, 2"
    assert nearest("x", []) == "there is none to choose from"
    assert listing(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"


def test_no_data_frame_library_is_imported():
    code = "import sys, egov_index.panel; print({'pandas', 'polars', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "make",
    [
        lambda column: {"x": column},
        lambda column: pd.DataFrame({"x": column}),
        lambda column: pl.DataFrame({"x": column}),
    ],
)
def test_whole_numbers_beyond_64_bits_keep_their_sign(make):
    column = read_frame(make(np.array([1, 2**63 + 1025, 2**64 - 1], dtype=np.uint64)))[0]["x"]
    found = []
    assert numbers(column, "x", str, found).tolist() == [1.0, float(2**63 + 1025), float(2**64 - 1)]
    assert labels(column, "x", found) == [1, 2**63 + 1025, 2**64 - 1] and not found


def test_labels_that_are_whole_numbers_stay_whole_where_some_are_missing():
    columns = {"year": [2020, None], "share": [0.5, None], "flag": [True, None], "none": [None, None]}
    frame = make_frame(columns, labels=tuple(columns))
    assert make_frame(columns)["year"].dtype == float
    assert str(frame["year"].dtype) == "Int64" and frame["year"].isna().tolist() == [False, True]
    assert frame["share"].dtype == float and frame["flag"].dtype == object and frame["none"].dtype == object
    assert read_frame(frame)[0]["year"][0] == 2020 and np.isnan(read_frame(frame)[0]["year"][1])
