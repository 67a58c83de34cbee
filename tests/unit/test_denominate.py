"""Denominators: the function on a panel, the report of candidates, and the step of an index."""

import numpy as np
import pytest

import egov_index as egov

NAN = float("nan")
NODES = [
    {"code": "i"},
    {"code": "seats", "parent": "i", "denominator": "people", "denominator_factor": 100},
    {"code": "share", "parent": "i"},
]


def data():
    return egov.Panel(
        [[[10.0, 1, 20], [12, 2, 24]], [[NAN, 3, 0], [9, 4, 30]], [[7, 5, 14], [8, 6, NAN]]],
        ["A", "B", "C"], [2020, 2021], ["seats", "share", "people"],
    )  # fmt: skip


def test_a_column_of_the_panel():
    got = egov.denominate(data(), by={"seats": "people"}, factor={"seats": 100})
    np.testing.assert_allclose(got.column("seats"), [[50, 50], [NAN, 30], [50, NAN]])
    np.testing.assert_array_equal(got.column("share"), data().column("share"))
    assert got.notes == ("seats: 1 values lost for want of people",)


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_a_table_by_unit_and_by_unit_and_period(backend):
    library = pytest.importorskip(backend)
    frame = library.DataFrame({"unit": ["C", "A", "X"], "area": [7.0, 5.0, 1.0]})
    got = egov.denominate(data(), by={"share": "area"}, table=frame)
    np.testing.assert_array_equal(got.column("share"), [[1 / 5, 2 / 5], [NAN, NAN], [5 / 7, 6 / 7]])
    frame = library.DataFrame({"unit": ["A", "A"], "period": [2020, 2021], "area": [5.0, 8.0]})
    got = egov.denominate(data(), by={"share": "area"}, table=frame)
    np.testing.assert_array_equal(got.column("share")[0], [1 / 5, 2 / 8])
    panel = egov.Panel([[[4.0]]], ["A"], [1999], ["area"])
    np.testing.assert_array_equal(
        egov.denominate(data(), by={"share": "area"}, table=panel).column("share")[0], [1 / 4, 2 / 4]
    )


@pytest.mark.parametrize("bad", [0.0, -2.0])
def test_denominators_of_zero_or_below_are_all_named(bad):
    values = data().values.copy()
    values[0, 1, 2] = values[2, 0, 2] = bad
    with pytest.raises(egov.DataError) as caught:
        egov.denominate(data().replace(values=values), by={"seats": "people"})
    assert [str(fault).split(";")[0] for fault in caught.value.faults] == [
        f"denominate seats, unit A, period 2021: people is {bad:g}",
        f"denominate seats, unit C, period 2020: people is {bad:g}",
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"by": {"seat": "people"}}, "'seats'"),
        ({"by": {"seats": "peopel"}}, "'people'"),
        ({"by": {"seats": "people"}, "factor": {"share": 2}}, "share"),
        ({"by": {"seats": "people"}, "factor": 0}, "factor"),
        ({"by": {"seats": "people"}, "method": "divid"}, "'divide'"),
        ({"by": {"seats": "area"}, "table": {"unit": ["A"], "areas": [1.0]}}, "'areas'"),
        ({"by": {"seats": "area"}, "table": {"who": ["A"], "area": [1.0]}}, "unit"),
    ],
)
def test_requests_that_make_no_sense(given, words):
    with pytest.raises(egov.SpecError) as caught:
        egov.denominate(data(), **given)
    assert words in str(caught.value)


def test_an_index_divides_by_an_indicator_outside_its_tree():
    recipe = egov.Recipe(denominate="divide", normalize="none", missing="drop-weight")
    result = egov.Index(egov.Framework(NODES), recipe).score(data())
    np.testing.assert_allclose(result.values[:, :, 1], [[50, NAN, 50], [50, 30, NAN]])
    why = {(row.unit, row.period): row.why for row in result.trail.itertuples()}
    assert why["A", 2020] == "divided by people: 0.2" and why["C", 2021] == "people is missing"
    assert "divided by people / 100: seats" in result.notes
    with pytest.raises(egov.DataError, match="'people'"):
        egov.Index(egov.Framework(NODES), recipe).score(data().select(indicators=["seats", "share"]))


def test_a_denominator_that_nobody_uses_is_refused():
    with pytest.raises(egov.SpecError, match="does not denominate"):
        egov.Index(egov.Framework(NODES))
    plain = egov.Framework([{"code": "i"}, {"code": "seats", "parent": "i"}])
    with pytest.raises(egov.SpecError, match="no node names a denominator"):
        egov.Index(plain, egov.Recipe(denominate="divide"))
    for wrong in ({"denominator_factor": 2}, {"denominator": "people", "denominator_factor": 0}):
        with pytest.raises(egov.SpecError, match="denominator_factor"):
            egov.Framework([{"code": "i"}, {"code": "seats", "parent": "i", **wrong}])
    with pytest.raises(egov.SpecError, match=r"denominator.*indicator"):
        egov.Framework([{"code": "i", "denominator": "people"}, {"code": "seats", "parent": "i"}])


def test_a_zero_denominator_in_an_index_is_named():
    values = data().values.copy()
    values[0, 0, 2] = 0
    recipe = egov.Recipe(denominate="divide", impute="mean", normalize="none")
    with pytest.raises(egov.DataError) as caught:
        egov.Index(egov.Framework(NODES), recipe).score(data().replace(values=values))
    assert all(word in str(caught.value) for word in ("denominate", "seats", "unit A", "period 2020", "is 0"))


def test_a_spec_file_with_both_steps_comes_back(tmp_path):
    recipe = egov.Recipe(
        denominate="divide", screen="availability:units=0.5", missing="bound", normalize="minmax"
    )
    index = egov.Index(egov.Framework(NODES), recipe, name="two")
    index.to_file(tmp_path / "two.toml")
    text = (tmp_path / "two.toml").read_text(encoding="utf-8")
    assert 'denominate = "divide"' in text and "denominator_factor = 100" in text
    assert egov.Index.from_file(tmp_path / "two.toml") == index
    (tmp_path / "bad.toml").write_text(text.replace('denominate = "divide"\n', ""), encoding="utf-8")
    with pytest.raises(egov.SpecError, match=r'bad.toml line \d+, node "seats".denominator'):
        egov.Index.from_file(tmp_path / "bad.toml")


def test_candidates_for_denominators():
    rng = np.random.default_rng(1)
    size = rng.lognormal(size=30)
    panel = egov.Panel.from_array(
        np.column_stack([size * 3, -size, rng.normal(size=30), size]),
        indicators=["big", "less", "free", "size"],
    )
    got = egov.denominators(panel, ["size"])
    assert list(got["indicator"]) == ["big", "less"] and list(got["correlation"]) == pytest.approx([1, -1])
    assert list(got["n"]) == [30, 30]
    with pytest.raises(egov.SpecError, match="'size'"):
        egov.denominators(panel, ["sise"])
    with pytest.raises(egov.SpecError, match="threshold"):
        egov.denominators(panel, ["size"], threshold=2)
