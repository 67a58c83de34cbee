"""Tables of text: what is a number, and faults with the lines of the file."""

import math

import pytest

from egov_index.errors import DataError
from egov_index.sources import read_delimited


def refused(tmp_path, text, **more):
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode())
    with pytest.raises(DataError) as caught:
        read_delimited(path, ["osi", "tii"], **more)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    "cell, value", [("1", 1), ("-1.5", -1.5), ("+.5", 0.5), ("2.", 2), ("1e-3", 0.001), ("", math.nan)]
)
def test_plain_decimal_numbers(tmp_path, cell, value):
    path = tmp_path / "x.csv"
    path.write_text(f"iso3,year,osi\nEST,2020,{cell}\nLVA,2020,3\n")
    assert read_delimited(path, ["osi"]).values[0, 0, 0] == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    "cell, said",
    [
        ("1_000", "text '1_000'"),
        ("١", "text '١'"),
        ("0x1", "text '0x1'"),
        ("nan", "text 'nan'; an empty cell"),
        ("NaN", "text 'NaN'; an empty cell"),
        ("-inf", "an infinite value"),
        ("1e999", "an infinite value"),
    ],
)
def test_what_is_no_plain_number_is_a_fault(tmp_path, cell, said):
    (fault,) = refused(tmp_path, f"iso3,year,osi,tii\nEST,2020,{cell},1\nLVA,2020,3,1\n")
    assert said in fault


def test_an_unclosed_quote_is_a_fault_with_the_line_where_it_opens(tmp_path):
    faults = refused(tmp_path, 'iso3,year,osi,tii\nEST,2020,1,1\n\nLVA,2020,"2,1\nLTU,2020,3,1\n')
    assert faults == ["x.csv, line 4: a quote that is never closed; a table of cells"]


def test_uneven_rows_are_told_with_all_else_and_by_the_lines_of_the_file(tmp_path):
    faults = refused(
        tmp_path, 'iso3,year,osi,tii\n\nEST,2020,1\n\n"L\nV",2020,..,1\n,2020,3,1\nLTU,2020,3,1,7\n'
    )
    assert faults[:2] == [
        "x.csv, line 3: 3 cells; 4, as in the header",
        "x.csv, line 8: 5 cells; 4, as in the header",
    ]
    assert any("text '..'" in fault for fault in faults) and any(
        "column 'iso3', line 7: empty" in fault for fault in faults
    )


def test_uneven_rows_alone_refuse_the_file(tmp_path):
    assert refused(tmp_path, "iso3,year,osi,tii\nEST,2020,1\nLVA,2020,1,1\n") == [
        "x.csv, line 2: 3 cells; 4, as in the header"
    ]
