"""Draws of an index carried through to its links, as a spec asks for it, and links of the index as it is."""

import csv
import json

import pytest
from links_spec import HEAD, TREE

import egov_index as egov
from egov_index import SpecError, cli, job, spec

DRAWN = "[uncertainty]\ndraws = 32\nseed = 3\nweights = { noise = 0.4 }\n"
LINKS = '[outcomes]\nnodes = ["index"]\nonly = ["hdi", "life_expectancy"]\nresamples = 20\nseed = 5\n'
CARRIED = LINKS + "carried = true\n"


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "my.toml"
        path.write_text(text)
        return path

    return written


def table(folder, name="links.csv"):
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def call(*words):
    return cli.main([str(word) for word in words])


@pytest.mark.parametrize(
    ("command", "draws"), [("run", 64), ("outcomes", 64), ("run", None), ("outcomes", None)]
)
def test_draws_are_carried_through_to_the_links(write, tmp_path, capsys, command, draws):
    path, out = write(HEAD + DRAWN + CARRIED + "[sensitivity]\nn = 4\n" + TREE), tmp_path / "out"
    more = [] if draws is None else ["--draws", draws]
    assert call(command, path, "--out", out, *more) == 0
    text = capsys.readouterr().out
    assert "of the index as it is" not in text
    rows = table(out)
    index = spec.read(path)
    panel = egov.datasets.ict_human_capital()
    ensemble = index.uncertainty(panel, job.alternatives_of(index, panel), n=draws or 32, seed=3)
    wanted = egov.outcomes.correlate(
        ensemble,
        egov.datasets.sdg_outcomes(),
        nodes=["index"],
        only=["hdi", "life_expectancy"],
        resamples=20,
        seed=5,
    ).to_frame()
    assert [row["outcome"] for row in rows] == wanted["outcome"].tolist()
    for name in ("estimate", "low", "high", "p", "draw_share", "estimate_nominal"):
        assert [float(row[name]) for row in rows] == wanted[name].tolist()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert f"{draws or 32} draws of the index, each with one resample" in page
    assert call("run", out / "spec.toml", "--out", tmp_path / "again") == 0  # the spec gives all this again
    assert (tmp_path / "again" / "links.csv").read_bytes() == (out / "links.csv").read_bytes()


def test_links_are_of_the_index_as_it_is_unless_the_spec_says_so(write, tmp_path, capsys):
    path = write(HEAD + DRAWN + LINKS + TREE)
    assert call("run", path, "--out", tmp_path / "with", "--draws", 64) == 0
    assert "links are of the index as it is, not of its draws: carried = true" in capsys.readouterr().out
    assert "as it is, not of the draws" in (tmp_path / "with" / "report.html").read_text(encoding="utf-8")
    assert call("run", path, "--out", tmp_path / "without", "--draws", 0) == 0
    assert "as it is" not in capsys.readouterr().out
    assert (
        table(tmp_path / "with") == table(tmp_path / "without")
        and "draw_share" not in table(tmp_path / "with")[0]
    )
    assert call("run", path, "--json", "--draws", 64) == 0
    assert any("as it is, not of its draws" in note for note in json.loads(capsys.readouterr().out)["notes"])


def test_without_draws_none_are_carried(write, tmp_path, capsys):
    path = write(HEAD + DRAWN + CARRIED + TREE)
    assert call("run", path, "--out", tmp_path / "out", "--draws", 0) == 0
    assert "without draws there are none to be carried through" in capsys.readouterr().out
    assert "draw_share" not in table(tmp_path / "out")[0]
    assert "carried" not in (tmp_path / "out" / "spec.toml").read_text(encoding="utf-8")


def test_draws_of_outcomes_alone_are_honored_or_refused(write, capsys):
    assert call("outcomes", write(HEAD + DRAWN + LINKS + TREE), "--draws", 64) == 1
    assert (
        "draws: 64 for outcomes alone; no draws, or carried = true in [outcomes]" in capsys.readouterr().err
    )
    assert call("outcomes", write(HEAD + DRAWN + LINKS + TREE), "--draws", 0) == 0
    assert call("outcomes", write(HEAD + DRAWN + LINKS + TREE)) == 0


def test_the_key_is_read_and_written_as_it_is():
    index = spec.parse(HEAD + DRAWN + CARRIED + TREE)
    assert index.analysis["outcomes"]["carried"] is True
    text = spec.to_text(index)
    assert "carried = true" in text and spec.to_text(spec.parse(text)) == text
    schema = spec.schema()
    judge = pytest.importorskip("jsonschema").Draft202012Validator(
        {"$ref": "#/$defs/outcomes", "$defs": schema["$defs"]}
    )
    assert not list(judge.iter_errors({"carried": True})) and list(judge.iter_errors({"carried": 1}))


def test_what_check_says(write, capsys):
    assert call("check", write(HEAD + DRAWN + CARRIED + TREE)) == 0
    assert "nothing wrong" in capsys.readouterr().out
    assert call("check", write(HEAD + CARRIED + TREE)) == 1
    told = capsys.readouterr().err
    assert "line 12, outcomes.carried: true, without [uncertainty]; a table [uncertainty]" in told
    assert call("check", write(HEAD + DRAWN + CARRIED + 'view = "within"\n' + TREE)) == 1
    assert "'rows' for what is uncertain" in capsys.readouterr().err
    assert call("check", write(HEAD + DRAWN + CARRIED + "permutations = 99\n" + TREE)) == 1
    assert "0 for what is uncertain" in capsys.readouterr().err
    spec.parse(HEAD + LINKS + "carried = false\n" + TREE)
    with pytest.raises(SpecError, match="true or false"):
        spec.parse(HEAD + DRAWN + LINKS + 'carried = "yes"\n' + TREE)
