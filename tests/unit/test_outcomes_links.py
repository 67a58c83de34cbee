"""The table of links: goals in order, reasons, years, lists of countries, words, LaTeX and Excel."""

import math
import re
import zipfile

import numpy as np
import polars as pl
import pytest
from scipy import stats

import egov_index as egov
from egov_index import DataError, Panel, SpecError
from egov_index.outcomes import Links

NAN = float("nan")
RNG = np.random.default_rng(31)
N = 60
UNITS = [f"U{k:02}" for k in range(N)]
X = RNG.normal(size=(N, 3, 2))
Y = 0.6 * X[:, :, :1] + RNG.normal(size=(N, 3, 4))
Y[RNG.uniform(size=Y.shape) < 0.3] = NAN
NAMES = ["water", "poverty", "income", "forest"]
INFO = {
    "indicator": NAMES,
    "sdg_goal": ["6", "1", "control", None],
    "direction": [1, -1, 0, None],
    "concept": [None, "poverty", "income", None],
}


def scores(**more):
    return Panel(X, UNITS, [2018, 2020, 2022], ["a", "b"], **more)


def targets(values=Y, units=UNITS, info=INFO):
    return Panel(values, units, [2018, 2020, 2022], NAMES, indicator_info=info)


def links(**how):
    return egov.outcomes.correlate(scores(), targets(), **({"resamples": 0, "minimum": 0} | how))


def test_rows_go_by_goal_as_a_number_then_outcome_then_node():
    info = INFO | {"sdg_goal": ["10", "9", "2", None]}
    frame = egov.outcomes.correlate(scores(), targets(info=info), resamples=0).to_frame()
    assert frame["sdg_goal"].tolist() == ["2", "2", "9", "9", "10", "10", "", ""]
    assert frame["node"].tolist() == ["a", "b"] * 4


def test_controls_are_no_rows_unless_asked_for_and_it_is_said():
    made = links()
    assert set(made.to_frame()["outcome"]) == {"water", "poverty", "forest"}
    assert any("no rows for income" in note for note in made.notes) and "income" in made.explain()
    assert set(links(only=["income", "water"]).to_frame()["outcome"]) == {"income", "water"}
    alone = egov.outcomes.correlate(scores(), targets().select(indicators=["income"]), resamples=0)
    assert alone.to_frame()["outcome"].tolist() == ["income", "income"] and not alone.notes
    assert len(made.to_frame()["p_adjusted"]) == 6


def test_direction_says_which_way_is_favorable():
    frame = links().to_frame().set_index(["node", "outcome"])
    assert frame.loc["a", "water"]["favorable"] is True
    assert frame.loc["a", "poverty"]["favorable"] is False  # the estimate is positive, less would be better
    assert frame.loc["a", "forest"]["favorable"] is None
    assert frame.loc["a", "poverty"]["direction"] == -1 and frame.loc["a", "forest"]["direction"] == 0


def test_listwise_takes_the_same_countries_in_every_row():
    made = links(missing="listwise", period=2022, window=1)
    whole = ~np.isnan(Y[:, 2, [0, 1, 3]]).any(axis=1)
    frame = made.to_frame()
    assert set(frame["n"]) == {whole.sum()} and any(f"{whole.sum()} of {N}" in note for note in made.notes)
    row = frame[(frame["node"] == "b") & (frame["outcome"] == "forest")].iloc[0]
    wanted = stats.spearmanr(X[whole, 2, 1], Y[whole, 2, 3]).statistic
    assert row["estimate"] == pytest.approx(wanted, rel=1e-12)


def test_units_in_another_order_and_another_library_give_the_same_numbers():
    order = RNG.permutation(N)
    moved = targets(Y[order], [UNITS[k] for k in order])
    for backend in ("pandas", "polars", "pyarrow"):
        frame = egov.outcomes.correlate(scores(backend=backend), moved, resamples=20, minimum=0).to_frame()
        np.testing.assert_array_equal(np.asarray(frame["estimate"]), links().to_frame()["estimate"])
    cells = egov.outcomes.correlate(scores(backend="polars"), moved, resamples=0).to_frame()
    assert cells["low"].null_count() == len(cells) and cells["estimate"].null_count() == 0
    wide = pl.DataFrame({"iso3": UNITS, "year": [2022] * N, "water": np.nan_to_num(Y[:, 2, 0])})
    frame = egov.outcomes.correlate(scores(), Panel.from_wide(wide), resamples=0).to_frame()
    wanted = stats.spearmanr(X[:, 2, 0], np.nan_to_num(Y[:, 2, 0])).statistic
    assert frame["estimate"][0] == pytest.approx(wanted, rel=1e-12)


def test_years_of_values_that_were_moved_before_are_the_ones_they_are_of():
    held = targets().latest(5)
    frame = egov.outcomes.correlate(scores(), held, nodes="a", resamples=0, window=1).to_frame()
    straight = links(nodes="a", window=5).to_frame()
    columns = ["outcome", "n", "year", "year_min", "year_max", "estimate"]
    assert frame[columns].equals(straight[columns])
    assert (frame["year_min"] < 2022).any()


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"only": ["watr"]}, ["watr", "'water'"]),
        ({"control": "gdp"}, ["control", "gdp"]),
        ({"control": ["income", "income"]}, ["twice"]),
        ({"control": [3]}, ["control"]),
        ({"control": True}, ["control", "True"]),
        ({"view": "inside"}, ["view", "'within'"]),
        ({"resampling": "row"}, ["resampling", "'country'"]),
        ({"permutations": -1}, ["permutations"]),
        ({"adjust": "max-t"}, ["max-t", "permutations"]),
        ({"lag": "2"}, ["lag"]),
        ({"lag": NAN}, ["lag"]),
        ({"window": True}, ["window"]),
        ({"rebuild": 1}, ["rebuild"]),
        ({"period": [2018, 2020]}, ["period", "pooled"]),
        ({"period": [], "view": "pooled"}, ["period"]),
        ({"interval": "fischer"}, ["interval"]),
        ({"nodes": "z", "period": 1999, "only": "q", "control": "r"}, ["'z'", "1999", "'q'", "'r'"]),
    ],
)
def test_bad_requests_say_all_that_is_wrong(keywords, words):
    with pytest.raises(SpecError) as caught:
        links(**keywords)
    assert all(word in str(caught.value) for word in words)


def test_the_logarithm_of_what_is_not_above_zero_is_refused():
    with pytest.raises(DataError, match=r"log\(income\).*at or below 0"):
        links(control="log(income)")
    with pytest.raises(DataError, match="controls: a Panel"):
        links(controls=Y)


def test_a_scale_at_its_end_is_told():
    values = Y.copy()
    values[:, 2, 0] = np.where(np.arange(N) < 18, 100.0, 50 + np.arange(N) / 10)
    frame = egov.outcomes.correlate(scores(), targets(values), nodes="a", resamples=0, minimum=0).to_frame()
    row = frame[frame["outcome"] == "water"].iloc[0]
    assert row["ties"] == pytest.approx(0.3)
    assert "30 % of countries tied at the highest value, 100" in row["note"]
    assert (frame[frame["outcome"] != "water"]["ties"] == 0).all()
    flat = scores().replace(values=np.where(X > 0, 1.0, X))
    note = egov.outcomes.correlate(flat, targets(), nodes="a", resamples=0).to_frame()["note"][0]
    assert "index: " in note and "highest value, 1" in note


def odd(x, y):
    n = len(x)
    one = Panel(np.asarray(x, float).reshape(n, 1, 1), range(n), [1], ["x"])
    other = Panel(np.asarray(y, float).reshape(n, 1, 1), range(n), [1], ["y"])
    return egov.outcomes.correlate(one, other, resamples=10).to_frame().iloc[0]


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ([1, 2, 3], [3, 1, 2], "too-few"),
        ([1.0], [2.0], "too-few"),
        ([1, 2, 3, 4, 5], [7, 7, 7, 7, 7], "constant-outcome"),
        ([7, 7, 7, 7, 7], [1, 2, 3, 4, 5], "constant-index"),
    ],
)
def test_what_has_no_number_has_a_reason(x, y, reason):
    row = odd(x, y)
    assert row["reason"] == reason and row["note"]
    assert all(math.isnan(row[name]) for name in ("estimate", "low", "high", "p", "p_adjusted"))


def test_duplicated_columns_and_one_outcome():
    twice = Panel(np.repeat(X[:, :, :1], 2, axis=2), UNITS, [2018, 2020, 2022], ["a", "again"])
    frame = egov.outcomes.correlate(twice, targets(), only="water", resamples=0).to_frame()
    assert frame["estimate"][0] == frame["estimate"][1] and len(frame) == 2
    itself = egov.outcomes.correlate(scores(), scores(), nodes="a", resamples=0).to_frame()
    assert itself["estimate"][0] == 1.0


# Words, LaTeX, Excel


def test_words_hold_estimand_conventions_and_no_cause():
    made = links(resamples=50, seed=7, lag=0, resampling="country")
    assert repr(made).endswith("association is not cause>")
    text = made.explain()
    for word in (
        "Estimand",
        "seed 7",
        "50 resamples",
        "same for all pairs",
        "midranks",
        "bh",
        "pairwise",
        "not cause",
    ):
        assert word in text
    assert text.index("Goal 1: a with poverty +0.46 [") < text.index("Without a goal: a with forest")
    assert "higher with worse" in text  # of poverty, where less is better
    for how in ({"interval": "none"}, {"resamples": 0}):
        assert "no interval" in links(**how).method_line and "An interval" not in links(**how).explain()
    assert "2 periods earlier" in links(lag=-2).method_line


def test_latex_is_a_whole_table_with_stars_counts_and_a_foot(tmp_path):
    made = links(resamples=50)
    text = made.to_latex(tmp_path / "links.tex")
    assert (tmp_path / "links.tex").read_text(encoding="utf-8") == text
    assert text.startswith("\\begin{tabular}{llrr}\n\\toprule") and text.endswith("\\end{tabular}\n")
    assert text.count("{") == text.count("}") and text.count("$") % 2 == 0
    frame = made.to_frame()
    assert [int(n) for n in re.findall(r"\$n=(\d+)\$", text)] == frame["n"].tolist()
    marks = re.findall(r"\$-?\d\.\d\d(?:\^\{(\*+)\})?\$", text)
    wanted = ["*" * sum(p < edge for edge in (0.05, 0.01, 0.001)) for p in frame["p_adjusted"]]
    assert marks == wanted
    assert "50 resamples" in text and "Association is not cause" in text and "p \\textless{} 0.05" in text


def test_latex_writes_out_what_it_would_take_for_commands():
    bad = targets().replace(indicator_info=INFO)
    renamed = Panel(Y, UNITS, bad.periods, ["a_b", "50%", "R&D{", "x\\y$#~^<>"])
    text = egov.outcomes.correlate(scores(), renamed, resamples=0).to_latex()
    assert r"a\_b" in text and r"50\%" in text and r"R\&D\{" in text
    assert r"x\textbackslash{}y\$\#\textasciitilde{}\textasciicircum{}\textless{}\textgreater{}" in text


def test_a_notebook_shows_text_as_text():
    renamed = Panel(Y, UNITS, [2018, 2020, 2022], ["<script>", "b", "c", "d"])
    page = egov.outcomes.correlate(scores(), renamed, resamples=0)._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page and "association is not cause" in page


def test_excel_holds_text_that_is_no_formula(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    renamed = Panel(Y, UNITS, [2018, 2020, 2022], ['=HYPERLINK("x")', "b\x01", "c", "d"])
    made = egov.outcomes.correlate(scores(), renamed, resamples=0)
    path = tmp_path / "links.xlsx"
    made.to_excel(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["links", "flagged", "method"]
    rows = list(book["links"].iter_rows())
    frame = made.to_frame()
    assert [cell.value for cell in rows[0]] == list(frame.columns) and len(rows) == len(frame) + 1
    assert rows[1][1].value == '=HYPERLINK("x")' and rows[1][1].data_type == "s"
    assert rows[1][list(frame.columns).index("estimate")].value == pytest.approx(frame["estimate"][0])
    assert "<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert [item.name for item in tmp_path.iterdir()] == ["links.xlsx"]


def test_nothing_is_half_written(tmp_path):
    pytest.importorskip("openpyxl")
    with pytest.raises(OSError):
        links().to_excel(tmp_path / "none" / "links.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(OSError):
        links().to_excel(tmp_path / "folder.xlsx")
    assert [item.name for item in tmp_path.iterdir()] == ["folder.xlsx"]


def test_without_openpyxl_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(ImportError, match=r"egov-index\[excel\]"):
        links().to_excel(tmp_path / "links.xlsx")
    assert isinstance(links(), Links) and not list(tmp_path.iterdir())
