"""What outcomes may be asked for in a spec: read, written, refused, and run."""

import json

import numpy as np
import pytest
from links_spec import HEAD, TREE

import egov_index as egov
from egov_index import SpecError, cli, spec

ASKED = """[outcomes]
data = ["sdg_outcomes"]
method = "spearman"
nodes = ["index"]
only = ["hdi", "life_expectancy"]
control = ["log(gdp_per_capita)"]
period = 2020
view = "rows"
lag = 0
window = 5
interval = "percentile"
resamples = 20
resampling = "country"
permutations = 0
level = 0.9
adjust = "holm"
missing = "listwise"
rebuild = true
minimum = 10
seed = 4
"""


def test_every_key_reads_back_and_is_what_correlate_takes(tmp_path):
    index = spec.parse(HEAD + ASKED + TREE)
    table = index.analysis["outcomes"]
    assert spec.parse(spec.to_text(index)).analysis["outcomes"] == table
    assert list(table) == [line.split(" = ")[0] for line in ASKED.splitlines()[1:]]
    result = index.score(egov.datasets.ict_human_capital())
    how = {name: value for name, value in table.items() if name != "data"}
    links = egov.outcomes.correlate(result, egov.datasets.sdg_outcomes(), **how)
    path = tmp_path / "i.toml"
    index.to_file(path)
    assert cli.main(["outcomes", str(path), "--json", "--out", str(tmp_path / "out")]) == 0
    frame = links.to_frame()
    assert frame["outcome"].tolist() == ["life_expectancy", "hdi"] and len(set(frame["n"])) == 1
    assert links.level == 0.9 and links.controls == ("log(gdp_per_capita)",)


def test_the_command_says_what_is_held_constant(tmp_path, capsys):
    path = tmp_path / "i.toml"
    path.write_text(HEAD + ASKED + TREE)
    assert cli.main(["outcomes", str(path), "--json", "--out", str(tmp_path / "out")]) == 0
    told = json.loads(capsys.readouterr().out)["outcomes"]
    assert told["controls"] == ["log(gdp_per_capita)"] and "seed 4" in told["method_line"]
    row = told["links"][1]
    assert row["overlap"] == "schooling" and row["without"] == "mean_schooling"
    assert row["estimate_plain"] is not None and row["estimate_without"] is not None
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "log(gdp_per_capita) held constant" in page and "without mean_schooling" in page
    assert cli.main(["outcomes", str(path), "--out", str(tmp_path / "out")]) == 0
    assert "log(gdp_per_capita) held constant" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('view = "inside"', "within"),
        ('resampling = "row"', "country"),
        ('missing = "drop"', "listwise"),
        ('interval = "fischer"', "unknown method 'fischer'"),
        ("permutations = -1", "permutations"),
        ('lag = "2"', "a number"),
        ("control = 3", "a list of texts"),
        ('rebuild = "yes"', "true or false"),
        ('adjust = "max_t"', "unknown method 'max_t'"),
    ],
)
def test_what_is_no_value_of_a_key(line, words):
    with pytest.raises(SpecError) as caught:
        spec.parse(f"{HEAD}[outcomes]\n{line}\n{TREE}")
    assert words in str(caught.value) and "line 8" in str(caught.value)


def test_max_t_is_written_as_it_is_and_asks_for_permutations(tmp_path, capsys):
    index = spec.parse(HEAD + '[outcomes]\nadjust = "max-t"\n' + TREE)
    assert 'adjust = "max-t"' in spec.to_text(index)
    path = tmp_path / "i.toml"
    index.to_file(path)
    assert cli.main(["check", str(path)]) == 1
    assert "permutations above 0" in capsys.readouterr().err


def test_the_schema_knows_the_keys():
    schema = spec.schema()
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft202012Validator({"$ref": "#/$defs/outcomes", "$defs": schema["$defs"]})
    good = {
        "adjust": "max-t",
        "permutations": 99,
        "control": ["log(gdp_per_capita)"],
        "view": "within",
        "lag": -2,
    }
    assert not list(check.iter_errors(good))
    for bad in (
        {"view": "x"},
        {"adjust": "max"},
        {"control": 1},
        {"resampling": "rows"},
        {"permutations": 0.5},
    ):
        assert list(check.iter_errors(bad)), bad


def test_controls_of_the_data_set_are_no_rows_but_can_be_held():
    index = spec.parse(HEAD + "[outcomes]\nresamples = 0\n" + TREE)
    from egov_index import job

    made = job.run(index, egov.datasets.ict_human_capital(), parts=["outcomes"]).links
    assert "gdp_per_capita" not in set(made.to_frame()["outcome"])
    assert not np.isnan(made.to_frame()["estimate"]).all()
