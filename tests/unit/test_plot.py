"""Pictures stand alone, hold every unit, and put marks where the numbers say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pandas as pd
import polars as pl
import pytest

from egov_index.markup import clean, element, fixed
from egov_index.plot import bars_svg, interval_svg, rank_panels, rank_ranges_svg

SVG = "{http://www.w3.org/2000/svg}"


def rows(count: int) -> list[dict[str, Any]]:
    """Return units in reverse order, each with a range of two ranks to either side."""
    return [
        {
            "iso3": f"U{i:03d}",
            "year": 1,
            "rank": i,
            "median": i,
            "low": max(1, i - 2),
            "high": min(count, i + 2),
        }
        for i in range(count, 0, -1)
    ]


def tips(svg: str) -> list[str]:
    """Return the tooltips of the groups of a picture."""
    return [group.findtext(f"{SVG}title", "") for group in ET.fromstring(svg).iter(f"{SVG}g")]


@pytest.mark.parametrize(("count", "panels"), [(1, 1), (50, 1), (51, 2), (193, 4)])
def test_every_unit_is_drawn_once_in_panels_of_about_fifty(count: int, panels: int) -> None:
    svg = rank_ranges_svg(rows(count), names={"U001": "Estonia"})
    drawn = [tip for tip in tips(svg) if tip]
    assert len(drawn) == len(set(drawn)) == count
    assert drawn[0].startswith("Estonia (U001): rank 1, range 1 to")
    assert len(rank_panels(rows(count))) == panels
    assert svg.count("translate(") == panels + 1  # and the legend


def test_the_picture_is_wide_as_asked_and_says_what_it_is() -> None:
    root = ET.fromstring(rank_ranges_svg(rows(193), "Ranks <2022>"))
    assert root.get("width") == "1200"
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Ranks <2022>"
    assert "90 % range" in root.findtext(f"{SVG}desc", "")
    labels = {root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")}  # type: ignore[union-attr]
    assert set(root.get("aria-labelledby", "").split()) == labels


def test_bars_of_one_length_mean_one_number_of_ranks_in_all_panels() -> None:
    widths = {
        bar.get("width")
        for panel in rank_panels(rows(150))
        for bar in ET.fromstring(panel).iter(f"{SVG}rect")
        if bar.get("class") == "bar"
    }
    assert len(widths) <= 5  # five at the two ends, one elsewhere


def test_marks_keep_their_order_and_stay_inside() -> None:
    svg = rank_ranges_svg(
        [{"u": "A", "name": "A", "rank": 8, "low": 2, "median": 5, "high": 20}, *rows(9)[:1]]
    )
    group = next(g for g in ET.fromstring(svg).iter(f"{SVG}g") if "A (A)" in g.findtext(f"{SVG}title", ""))
    bar, tick, dot = group.find(f"{SVG}rect"), group.find(f"{SVG}line"), group.find(f"{SVG}circle")
    assert bar is not None
    assert tick is not None
    assert dot is not None
    left, right = float(bar.get("x", "")), float(bar.get("x", "")) + float(bar.get("width", ""))
    assert left < float(tick.get("x1", "")) < float(dot.get("cx", "")) < right < 820


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames_and_rows_give_the_same_picture(frame: Any) -> None:
    assert rank_ranges_svg(frame(rows(7))) == rank_ranges_svg(rows(7))


def test_a_unit_without_rank_is_left_out() -> None:
    gap = {"iso3": "GAP", "year": 2022, "rank": None, "low": float("nan"), "median": None, "high": None}
    assert "GAP" not in rank_ranges_svg([*rows(3), gap])
    assert ET.fromstring(rank_ranges_svg([gap])) is not None


@pytest.mark.parametrize("name", ["<script>x", "a\"b'c&d", "\u202egnp.exe", "\x00\x1b", "\ud800", "]]>"])
def test_names_cannot_break_out(name: str) -> None:
    for svg in (
        rank_ranges_svg([{**rows(1)[0], "iso3": name, "name": name + "!"}], name),
        bars_svg([{"factor": name, "first": None, "total": None, "note": name}], name),
    ):
        root = ET.fromstring(svg.encode())
        assert not list(root.iter(f"{SVG}script"))
        assert "\u202e" not in svg


def test_bars_are_sorted_by_total_and_carry_their_numbers() -> None:
    svg = bars_svg(
        [
            {"factor": "weights", "first": 0.1, "first_low": -0.02, "first_high": 0.2, "total": 0.2,
             "total_low": 0.1, "total_high": 0.3, "note": ""},
            {"factor": "impute", "first": None, "total": 0.7, "total_low": None, "total_high": None},
            {"factor": "exclude", "first": float("nan"), "total": float("nan"), "note": "constant"},
        ]
    )  # fmt: skip
    assert [tip.split(":")[0] for tip in tips(svg)] == ["impute", "weights", "exclude"]
    for text in ("0.10  (−0.02 to 0.20)", ">0.70<", ">constant<"):
        assert text in svg
    assert svg.count('class="whisker"') == 6


def test_a_picture_without_rows_is_still_a_picture() -> None:
    assert ET.fromstring(bars_svg([])).get("role") == "img"
    assert ET.fromstring(rank_ranges_svg([])).get("role") == "img"


def test_an_interval_keeps_to_its_domain() -> None:
    svg = ET.fromstring(interval_svg(-5.0, 9.0, 5.0, (-1.0, 1.0), zero=True, hollow=True))
    dot, bar = svg.find("circle"), svg.find("rect")
    assert dot is not None
    assert bar is not None
    assert (dot.get("cx"), dot.get("class")) == ("105", "hollow")
    assert (bar.get("x"), bar.get("width")) == ("4", "102")


def test_clean_shows_what_reorders_and_keeps_what_reads() -> None:
    assert clean("C\u00f4te d\u2019Ivoire") == "C\u00f4te d\u2019Ivoire"
    assert clean("\u0645\u0635\u0631\u200f") == "\u0645\u0635\u0631"
    assert clean("a\u202eb\u2069c\x07") == "a\ufffdb\ufffdc\ufffd"
    assert clean(None) == ""


def test_attributes_are_escaped_and_numbers_short() -> None:
    made = element("a", "<b>", class_='x" onload="y', stroke_width=1 / 3, id=None)
    assert made == '<a class="x&quot; onload=&quot;y" stroke-width="0.333333">&lt;b&gt;</a>'


def test_numbers_are_printed_with_a_minus_and_a_dash() -> None:
    assert fixed(-0.001) == "0.00"
    assert (fixed(-1234.567), fixed(None), fixed(float("nan")), fixed("x")) == ("−1,234.57", "–", "–", "–")
