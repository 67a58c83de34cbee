"""Over-imputation: each observed cell hidden once, what was imputed for it, and the picture."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import egov_index as egov
from egov_index import DataError, Panel, SpecError

NAN = float("nan")
PAIR = ["internet_users", "mobile_cellular"]


@pytest.fixture(scope="module")
def panel():
    return egov.datasets.ict_human_capital().select(indicators=PAIR, periods=list(range(2006, 2023)))


@pytest.fixture(scope="module")
def found(panel):
    return egov.overimpute(panel, "kriging", folds=4, seed=3)


def test_each_observed_cell_is_hidden_in_exactly_one_part(panel, found):
    frame = found.to_frame()
    assert list(frame) == [
        "unit",
        "period",
        "indicator",
        "observed",
        "imputed",
        "low",
        "high",
        "covered",
        "fold",
    ]
    assert len(frame) == int((~np.isnan(panel.values)).sum())
    assert not frame.duplicated(["unit", "period", "indicator"]).any()
    counts = frame["fold"].value_counts()
    assert sorted(counts.index) == [1, 2, 3, 4] and counts.min() > 0.2 * len(frame)


def test_a_part_is_what_impute_gives_when_just_that_is_hidden(panel, found):
    values = np.where(found.fold == 2, NAN, panel.values)
    made = egov.impute(panel.replace(values=values), "kriging")
    hidden = found.fold == 2
    low, high = made.interval(0.9)
    np.testing.assert_array_equal(found.imputed[hidden], made.panel.values[hidden])
    np.testing.assert_array_equal(found.low[hidden], low[hidden])
    np.testing.assert_array_equal(found.high[hidden], high[hidden])
    frame = found.to_frame()
    inside = (frame["low"] <= frame["observed"]) & (frame["observed"] <= frame["high"])
    assert (frame["covered"].astype(bool) == inside).all()


def test_the_summary_is_that_of_the_frame(panel, found):
    frame, summary = found.to_frame(), found.summary().set_index("indicator")
    for name in PAIR:
        mine = frame[frame["indicator"] == name]
        x, y = mine["observed"].to_numpy(), mine["imputed"].to_numpy()
        row = summary.loc[name]
        assert (row["cells"], row["unfilled"]) == (len(x), 0)
        assert row["coverage"] == pytest.approx(mine["covered"].mean()) and 0.85 < row["coverage"] < 0.97
        assert row["correlation"] == pytest.approx(np.corrcoef(x, y)[0, 1])
        assert row["nrmse"] == pytest.approx(np.sqrt(((y - x) ** 2).mean()) / x.std())
        assert row["bias"] == pytest.approx((y - x).mean() / x.std())
        assert row["width"] == pytest.approx((mine["high"] - mine["low"]).mean() / x.std())


def test_parts_hang_on_seed_and_labels_alone(panel, found):
    again = egov.overimpute(panel, "linear", folds=4, seed=3)
    np.testing.assert_array_equal(again.fold, found.fold)
    assert (egov.overimpute(panel, "linear", folds=4, seed=4).fold != found.fold).any()
    fewer = panel.select(units=panel.units[5:20])
    np.testing.assert_array_equal(egov.overimpute(fewer, "linear", folds=4, seed=3).fold, found.fold[5:20])


def test_cells_left_open_and_methods_without_intervals_are_told(panel):
    found = egov.overimpute(panel, "linear", folds=2)
    frame, summary = found.to_frame(), found.summary()
    assert frame["covered"].isna().all() and frame["low"].isna().all()
    unfilled = frame.groupby("indicator")["imputed"].apply(lambda x: int(x.isna().sum()))
    assert summary["unfilled"].tolist() == [unfilled[name] for name in PAIR] and unfilled.min() > 0
    assert summary["coverage"].isna().all() and summary["nrmse"].notna().all()
    assert "within" not in repr(found)


def test_auxiliaries_are_not_hidden_and_other_indicators_can_be_left_alone(panel):
    helping = egov.datasets.sdg_outcomes().select(indicators=["gdp_per_capita"])
    beside = egov.overimpute(panel, "kriging", folds=2, auxiliaries=helping, indicators="internet_users")
    within = egov.overimpute(
        panel.join(helping), "kriging", folds=2, auxiliaries=["gdp_per_capita"], indicators="internet_users"
    )
    assert beside.indicators == ("internet_users",) == within.indicators
    at = [within.panel.units.index(unit) for unit in panel.units]
    when = [within.panel.periods.index(period) for period in panel.periods]
    np.testing.assert_array_equal(within.fold[np.ix_(at, when, [0])], beside.fold)
    every = egov.overimpute(panel.join(helping), "kriging", folds=2, auxiliaries=["gdp_per_capita"])
    assert every.indicators == tuple(PAIR)


def test_intervals_of_a_method_that_only_draws_come_from_draws(panel):
    found = egov.overimpute(panel.select(units=panel.units[:40]), "hot_deck", folds=2)
    frame = found.to_frame()
    assert frame["low"].notna().all() and (frame["low"] <= frame["high"]).all()


def test_what_cannot_be_asked_is_refused(panel):
    with pytest.raises(SpecError, match="internet_users"):
        egov.overimpute(panel, "linear", indicators=["internet_user"])
    with pytest.raises(SpecError, match="folds"):
        egov.overimpute(panel, "linear", folds=1)
    with pytest.raises(DataError, match="a Panel"):
        egov.overimpute(np.ones((2, 2)), "linear")
    with pytest.raises(DataError, match="nothing observed"):
        egov.overimpute(Panel(np.full((2, 2, 1), NAN), ["A", "B"], [1, 2], ["x"]), "mean")
    with pytest.raises(DataError, match="one part"):
        egov.overimpute(Panel(np.array([[[1.0]], [[NAN]]]), ["A", "B"], [1], ["x"]), "mean")


def test_the_picture_has_a_point_a_cell_and_escapes_names(found, panel):
    root = ET.fromstring(found.plot(most=50))
    tag = "{http://www.w3.org/2000/svg}"
    kinds = [point.get("class") for point in root.iter(f"{tag}circle")]
    assert kinds.count("held") + kinds.count("missed") == 2 * 50 + 2  # and the legend
    titles = [text.text for text in root.iter(f"{tag}title")]
    assert any("observed" in text and "imputed" in text for text in titles[1:])
    assert found.plot("internet_users") == found.plot("internet_users")
    with pytest.raises(SpecError, match="mobile_cellular"):
        found.plot("mobile")
    hostile = panel.select(indicators=["internet_users"]).replace(
        indicators=("<script>",), indicator_info=None
    )
    page = egov.overimpute(hostile, "linear", folds=2)._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_points_are_where_they_should_be(panel):
    line = np.arange(12.0).reshape(1, 12, 1)
    found = egov.overimpute(Panel(line, ["A"], list(range(12)), ["x"]), "linear", folds=4)
    root = ET.fromstring(found.plot())
    points = [
        (float(p.get("cx")), float(p.get("cy"))) for p in root.iter("{http://www.w3.org/2000/svg}circle")
    ][1:]
    filled = int((~np.isnan(found.imputed)).sum())
    assert len(points) == filled > 3
    sums = {
        round(x + y, 3) for x, y in points
    }  # imputed as observed: all on the falling diagonal of the picture
    assert len(sums) == 1
