"""The picture of filled series shows every cell once, where it belongs, and escapes what it is given."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import egov_index as egov
from egov_index.plot_series import series_svg

NS = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def filled():
    rng = np.random.Generator(np.random.PCG64(3))
    values = np.cumsum(rng.uniform(0.5, 1.5, (12, 10, 2)), axis=1)
    values[0, 6:, 0] = values[1, 3:5, 1] = values[2, :, 1] = np.nan
    panel = egov.Panel.from_array(
        values, units=[f"U{i:02}" for i in range(12)], periods=range(2000, 2010), indicators=["x", "y"]
    )
    return egov.impute(panel, "kriging", draws=4)


def shapes(svg, tag, class_):
    return [one for one in ET.fromstring(svg).iter(NS + tag) if class_ in one.get("class", "").split()]


def boxes(svg):
    """Everything but the legend."""
    return [one for one in ET.fromstring(svg) if one.tag == NS + "g"]


@pytest.mark.parametrize(("series", "holes"), [(("U00", "x"), 4), (("U01", "y"), 2), (("U02", "y"), 10)])
def test_each_cell_is_drawn_once(filled, series, holes):
    svg = series_svg(filled, [series], draws=3)
    (box,) = boxes(svg)
    classes = [one.get("class") for one in box.iter()]
    assert classes.count("hollow") == holes and classes.count("seen") == 10 - holes
    assert classes.count("bar") == holes and classes.count("draw") == 3


def test_places_are_those_of_the_numbers(filled):
    (box,) = boxes(series_svg(filled, [("U00", "x")], draws=0))
    dots = list(box.iter(NS + "circle"))
    x, y = (np.array([float(one.get(key)) for one in dots]) for key in ("cx", "cy"))
    truth = filled.panel.values[0, :, 0]
    assert np.allclose(np.diff(x), np.diff(x)[0], atol=1e-3)
    slope, at = np.polyfit(truth, y, 1)
    assert slope < 0 and np.allclose(slope * truth + at, y, atol=1e-3)
    low, high = (each[0, 6:, 0] for each in filled.interval(0.5))
    (box,) = boxes(series_svg(filled, [("U00", "x")], draws=0, level=0.5))
    dots = [float(one.get("cy")) for one in box.iter(NS + "circle")]
    slope, at = np.polyfit(truth, dots, 1)
    bars = list(box.iter(NS + "rect"))
    assert np.allclose([float(one.get("y")) for one in bars], slope * high + at, atol=1e-2)
    assert np.allclose([float(one.get("height")) for one in bars], -slope * (high - low), atol=1e-2)


def test_draws_meet_the_observation_before_the_gap(filled):
    (path,) = shapes(series_svg(filled, [("U00", "x")], draws=1), "path", "draw")
    assert len(path.get("d").split("L")) == 5  # four filled and the one before


def test_without_intervals_or_draws_dots_remain(filled):
    panel = filled.panel.replace(values=np.where(filled.filled, np.nan, filled.panel.values))
    svg = series_svg(egov.impute(panel, "locf"), [("U00", "x"), ("U02", "y")])
    assert len(shapes(svg, "path", "draw")) == 0 and len(boxes(svg)) == 2
    assert len(list(boxes(svg)[1].iter(NS + "circle"))) == 0, "what stays open is not drawn"


def test_filled_says_which_cells(filled):
    assert filled.filled.sum() == 16 and filled.filled[0, 6:, 0].all()


def test_names_are_escaped_and_faults_named(filled):
    svg = series_svg(filled, [("U00", "x")], "<b>&", names={"U00": "<script>", "x": "a & b"})
    assert "<script>" not in svg and "<b>" not in svg
    with pytest.raises(egov.SpecError, match="no unit 'U77'"):
        series_svg(filled, [("U77", "x")])
    with pytest.raises(egov.SpecError, match="no indicator 'z'"):
        series_svg(filled, [("U00", "z")])
    with pytest.raises(egov.SpecError, match="none"):
        series_svg(filled, [])
    with pytest.raises(egov.SpecError, match="array"):
        series_svg(egov.impute([[[1.0], [2.0]], [[2.0], [np.nan]]], "locf"), [(0, "x1")])
