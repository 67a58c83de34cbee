"""The command: exit codes, one JSON object, files that reproduce themselves, faults said at once."""

import json
import os
import subprocess
import sys

import pytest

from egov_index import cli

SPEC = """spec = 1
name = "small"
period = 2020

[recipe]
impute = ["mean"]
normalize = "zscore"

[uncertainty]
draws = 200

[sensitivity]
n = 40

[[node]]
code = "index"
[[node]]
code = "a"
parent = "index"
[[node]]
code = "b"
parent = "index"
"""
DATA = "iso3,year,a,b\nEST,2020,1,2\nDNK,2020,2,5\nFIN,2020,4,3\nLVA,2020,,1\n"


@pytest.fixture
def spec(tmp_path):
    (tmp_path / "small.toml").write_text(SPEC)
    (tmp_path / "data.csv").write_text(DATA)
    return tmp_path / "small.toml", tmp_path / "data.csv"


def call(*words):
    return cli.main([str(word) for word in words])


def test_the_demo_does_the_main_job(tmp_path, capsys):
    assert call("demo", "--out", tmp_path / "out", "--threads", 1) == 0
    text = capsys.readouterr().out
    assert "   1  Denmark" in text
    assert "r = 0.9887" in text
    assert "it is no confidence interval" in text
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "scores.csv", "ranks.csv", "groups.csv", "trail.csv", "comparison.csv", "rank_ranges.csv", "indices.csv",
        "links.csv", "report.html", "rank_ranges.svg", "spec.toml", "run.json",
    }  # fmt: skip


def test_the_spec_it_writes_gives_the_same_files_with_any_number_of_threads(tmp_path, capsys):
    assert call("demo", "--out", tmp_path / "one", "--draws", 600, "--seed", 7, "--threads", 1) == 0
    assert call("run", tmp_path / "one" / "spec.toml", "--out", tmp_path / "two", "--threads", 3) == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    assert call("run", tmp_path / "one" / "spec.toml", "--out", tmp_path / "other", "--seed", 8) == 0
    ranges = [(tmp_path / name / "rank_ranges.csv").read_bytes() for name in ("one", "other")]
    assert ranges[0] != ranges[1]
    capsys.readouterr()


def test_ones_own_data_come_along_with_the_spec(spec, tmp_path, capsys):
    assert call("run", spec[0], "--data", spec[1], "--out", tmp_path / "one") == 0
    assert call("run", tmp_path / "one" / "spec.toml", "--out", tmp_path / "two") == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    capsys.readouterr()


def test_json_is_one_object_and_nothing_else(spec, capsys):
    assert call("run", spec[0], "--data", spec[1], "--json", "--draws", 50) == 0
    out = capsys.readouterr()
    found = json.loads(out.out)
    assert found["units"] == 4
    assert [row["rank"] for row in found["ranking"]] == [1, 2, 3, 4]
    assert found["uncertainty"]["draws"] == 50
    assert out.err == ""


def test_choices_on_the_command_line_replace_those_of_the_spec(spec, capsys):
    words = ["--normalize", "goalposts:lower=0,upper=10", "--aggregate", "geometric", "--draws", 0]
    assert call("run", spec[0], "--data", spec[1], "--json", *words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["recipe"].startswith("impute mean | treat none | normalize goalposts:lower=0,upper=10")
    assert found["ranking"][0]["index"] == pytest.approx((0.4 * 0.3) ** 0.5)
    assert "uncertainty" not in found


def test_a_fault_is_exit_1_and_leaves_nothing(spec, tmp_path, capsys):
    spec[1].write_text(DATA + "LVA,2020,x,inf\n")
    assert call("run", spec[0], "--data", spec[1], "--out", tmp_path / "out") == 1
    said = capsys.readouterr().err
    for words in ("3 faults", "LVA 2020 more than once", "text 'x'", "an infinite value"):
        assert words in said
    assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "small.toml"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "an empty file"),
        ("iso3,year,a,b\n", "no rows"),
        ("iso3,year,a,b\nEST,2020,1,2\n", "at least two units"),
        ("iso3,year,a,b\nEST,2020,1,2\nFIN,2020,1,3\n", "constant"),
        ("iso3,year,a,b\nEST,2020,,2\nFIN,2020,,3\n", "no value at all"),
        ("iso3,year,a,c\nEST,2020,1,2\nFIN,2020,2,3\n", "indicator 'b': not in the data"),
        ("iso3,year,a,b\nEST,2021,1,2\nFIN,2021,2,3\n", "period 2020"),
        ("iso3,year,a,b\n\xc9ST,2020,1,2\n", "UTF-8"),
    ],
)
def test_faults_of_data(spec, capsys, data, words):
    spec[1].write_bytes(data.encode("latin-1"))
    assert call("check", spec[0], "--data", spec[1]) == 1
    assert words in capsys.readouterr().err


def test_check_looks_at_every_part(spec, capsys):
    assert call("check", spec[0], "--data", spec[1]) == 0
    assert "nothing wrong" in capsys.readouterr().out
    spec[0].write_text(SPEC.replace("n = 40", 'n = 40\n[outcomes]\nnodes = ["index"]\nperiods = 3'))
    assert call("check", spec[0], "--data", spec[1]) == 1
    assert "periods" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [[], ["run"], ["frobnicate"], ["demo", "--draws", "x"], ["demo", "--out", ""]]
)
def test_wrong_usage_is_exit_2(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        call(*words)
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_out_that_is_a_file(spec, tmp_path, capsys):
    (tmp_path / "taken").write_text("mine")
    assert call("run", spec[0], "--data", spec[1], "--out", tmp_path / "taken") == 1
    assert "this is a file" in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_spec_names_no_file_outside_its_folder(spec, capsys):
    spec[0].write_text(SPEC.replace("period = 2020", 'period = 2020\ndata = ["../data.csv"]'))
    assert call("check", spec[0]) == 1
    assert "../data.csv" in capsys.readouterr().err


def test_lists(capsys):
    assert call("methods", "normalize") == 0
    assert "goalposts" in capsys.readouterr().out
    assert call("methods", "normalise") == 1
    assert "'normalize'" in capsys.readouterr().err
    assert call("presets") == 0
    assert "egdi-open" in capsys.readouterr().out
    assert call("presets", "egdi-2010") == 0
    assert "weight = 0.34" in capsys.readouterr().out
    assert call("schema") == 0
    assert json.loads(capsys.readouterr().out)["type"] == "object"


def test_no_progress_bar_without_a_terminal_and_no_complaint_about_a_closed_pipe(tmp_path):
    command = [sys.executable, "-m", "egov_index"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [*command, "demo", "--draws", "16"], capture_output=True, env=env, cwd=tmp_path, check=False
    )
    assert done.returncode == 0
    assert (tmp_path / "egov-index-demo" / "report.html").exists()
    assert b"uncertainty  [" not in done.stderr
    with subprocess.Popen(
        [*command, "methods"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as head:
        head.stdout.close()
        assert b"Traceback" not in head.stderr.read()
