"""What messages of outcomes say: examples of the stage, folders that are not there, lags, and one of a thing."""

import numpy as np
import pandas as pd
import pytest

import egov_index as egov
from egov_index import DataError, Panel, SpecError, choice_examples
from egov_index.catalogue import choice, faults_of, stages
from egov_index.outcomes import correlate, heterogeneity, least_squares, lines, mutual, panel_model

RNG = np.random.default_rng(6)
UNITS = [f"U{k:02}" for k in range(30)]
X, Y = RNG.normal(size=(2, 30, 4, 1))
YEARS = [2018, 2019, 2020, 2021]


def sides(values=Y):
    return Panel(X, UNITS, YEARS, ["egdi"]), Panel(values, UNITS, YEARS, ["y"])


# Examples of choices


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"method": ["spearman"]}, "correlate: ['spearman']; a method such as \"spearman\""),
        ({"interval": None}, 'interval: None; a method such as "percentile"'),
        ({"interval": [3]}, 'interval: 3; a method such as "percentile"'),
        ({"adjust": None}, 'adjust: None; a method such as "bh"'),
    ],
)
def test_the_example_is_of_the_stage(keywords, words):
    with pytest.raises(SpecError) as caught:
        correlate(*sides(), **keywords)
    assert str(caught.value) == words


def test_every_stage_has_an_example_that_can_be_used():
    assert set(choice_examples.EXAMPLES) == set(stages())
    for stage, (name, params) in choice_examples.EXAMPLES.items():
        given = dict(one.split(" = ") for one in params.split(", ")) if params else {}
        made = choice(name, **{key: float(value) for key, value in given.items()})
        assert not faults_of(stage, made, stage)
        assert f'"{name}"' in choice_examples.how_written(f"recipe.{stage}[2]")
    assert "max_gap" in choice_examples.how_written("choice")
    with pytest.raises(SpecError, match="goalposts"):
        egov.Recipe(normalize=3)


# Files


@pytest.mark.parametrize("way", ["to_latex", "to_excel"])
def test_the_folder_that_is_not_there_is_named(way, tmp_path):
    if way == "to_excel":
        pytest.importorskip("openpyxl")
    links = correlate(*sides(), resamples=0)
    with pytest.raises(FileNotFoundError) as caught:
        getattr(links, way)(tmp_path / "none" / "x.out")
    assert str(caught.value) == f"[Errno 2] no such folder: {str(tmp_path / 'none')!r}"
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as caught:
        getattr(links, way)(tmp_path / "folder")
    assert str(caught.value).endswith(f"{str(tmp_path / 'folder')!r}")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError) as caught:
        getattr(links, way)(tmp_path / "file" / "x.out")
    assert str(caught.value).endswith(f"{str(tmp_path / 'file' / 'x.out')!r}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    links.to_latex(str(tmp_path / "x.tex"))
    assert (tmp_path / "x.tex").read_text() == links.to_latex()


# Panel models


@pytest.mark.parametrize(
    ("se", "words"),
    [
        ("clustered", "'clustered'; 'clustered-cr2', the default, or 'clustered-cr0', 'clustered-cr1'"),
        ("cluster", "'clustered-cr2', the default"),
        ("clustered-cr4", "nearest valid name is 'clustered-cr"),
        ("r", "valid are clustered-cr2"),
        (None, "se: None; valid are clustered-cr2"),
    ],
)
def test_clustered_suggests_the_default(se, words):
    with pytest.raises(SpecError) as caught:
        panel_model(*sides(), "y ~ egdi", se=se)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("y ~ lag(log(egdi), 1)", "lag(log(egdi), 1); the function of the lag: log(lag(egdi, 1))"),
        ("y ~ egdi + lag( exp(egdi) )", "lag( exp(egdi) ); the function of the lag: exp(lag(egdi, 1))"),
        ("y ~ lag(np.log(`egdi`), 2)", "np.log(lag(`egdi`, 2))"),
        ("y ~ lag(egdi + 1, 1)", "a lag that cannot be read; lag(variable, periods)"),
        ("y ~ lag(log(egdi + 1), 1)", "a lag that cannot be read; lag(variable, periods)"),
        ("y ~ lag(log(egdi), n)", "a lag that cannot be read; lag(variable, periods)"),
    ],
)
def test_lags_of_functions_are_turned_around(formula, words):
    with pytest.raises(SpecError) as caught:
        panel_model(*sides(), formula)
    assert words in str(caught.value)


def test_what_is_suggested_is_read():
    pytest.importorskip("linearmodels")
    made = panel_model(*sides(), "y ~ exp(lag(egdi, 1))", effects="pooled")
    assert "exp(lag(egdi, 1))" in list(made.to_frame()["term"])


def test_lags_are_named_as_they_were_written():
    pytest.importorskip("linearmodels")
    with pytest.raises(DataError) as caught:
        panel_model(*sides(), "y ~ lag(egdi, 30)")
    assert "no value of lag(egdi, 30)" in str(caught.value)
    long = Panel(RNG.normal(size=(30, 14, 2)), UNITS, list(range(2000, 2014)), ["y", "x"])
    terms = list(panel_model(long, None, "y ~ lag(x, 1) + lag(x, 10)", "pooled").to_frame()["term"])
    assert {"lag(x, 1)", "lag(x, 10)"} <= set(terms)


# One of a thing


def test_one_of_a_thing_is_no_plural():
    group = dict.fromkeys(UNITS, "all")
    one = heterogeneity(*sides(), group, resamples=0)
    assert ", 1 row;" in repr(one) and "Of 1 pair," in one.explain() and "in 1 group," in repr(one)
    assert "Of 1 pair," in mutual(*sides(), permutations=9).explain()
    with pytest.raises(DataError, match="x: 1 row; 3"):
        least_squares([1.0, 2.0, 3.0], [[1.0]])
    assert "1 row" in repr(least_squares([1.0], [[1.0]]))
    with pytest.raises(DataError, match="groups: 1 label;"):
        least_squares([1.0, 2.0, 4.0, 3.0], [1.0, 2.0, 3.0, 5.0], errors="cr2", groups=["a"])


def test_one_country_without_weight_or_group():
    far = X.copy() + 0.1 * Y
    far[3] += 1000
    made = lines(*sides(far), methods=["tukey"]).to_frame()
    assert made["note"][0] == "1 country so far from the line that it has no weight"
    group = pd.Series({unit: k % 10 for k, unit in enumerate(UNITS)}).drop("U05")
    scores = Panel(X, UNITS, YEARS, ["egdi"], groups={"ten": [group.get(unit) for unit in UNITS]})
    note = lines(scores, sides()[1], methods=["least-squares"], errors="cr2", groups="ten").to_frame()[
        "note"
    ][0]
    assert "1 country without a group left out" in note


def test_one_cell_that_was_not_scored():
    info = {"indicator": ["egdi"], "not_scored": [0.0]}
    values = X.copy()
    values[0, -1] = 0
    scores = Panel(values, UNITS, YEARS, ["egdi"], indicator_info=info)
    notes = correlate(scores, sides()[1], resamples=0).notes
    assert notes[0].startswith("1 cell of units and periods left out")
