"""Files of a run: all or none, and none of an earlier run beside them."""

import hashlib
import json
import os

import pytest

import egov_index as egov
from egov_index import outputs
from egov_index.files import write_all
from egov_index.job import run


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_folder_in_the_place_of_a_file_leaves_all_as_it_was(tmp_path):
    out = tmp_path / "out"
    write_all(out, {"a.csv": "old"})
    (out / "b.csv").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        write_all(out, {"a.csv": "new", "b.csv": "new"})
    assert caught.value.filename == str(out / "b.csv")
    assert content(out) == {"a.csv": b"old"} and list(tmp_path.iterdir()) == [out]


def test_a_move_that_fails_half_way_is_undone(tmp_path, monkeypatch):
    out, replace = tmp_path / "out", os.replace
    write_all(out, {"a.csv": "old", "c.csv": "old"})

    def failing(source, target):
        if target == out / "c.csv" and ".old" not in str(source):
            raise PermissionError(13, "no", str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(PermissionError) as caught:
        write_all(out, {"a.csv": "new", "b.csv": "new", "c.csv": "new"})
    assert caught.value.filename == str(out / "c.csv")
    assert content(out) == {"a.csv": b"old", "c.csv": b"old"} and list(tmp_path.iterdir()) == [out]


@pytest.fixture(scope="module")
def jobs():
    index, panel = egov.preset("egdi-2022"), egov.datasets.un_egov_survey()
    return [run(index, panel, draws=draws, parts=("uncertainty",)) for draws in (16, 0)]


def test_files_of_an_earlier_run_go_if_nobody_changed_them(jobs, tmp_path):
    outputs.write(jobs[0], tmp_path)
    first = content(tmp_path)
    assert {"rank_ranges.csv", "rank_ranges.svg"} < set(first)
    listed = json.loads(first["run.json"])["files"]
    assert listed == {
        name: hashlib.sha256(body).hexdigest() for name, body in first.items() if name != "run.json"
    }
    (tmp_path / "rank_ranges.csv").write_text("mine now")
    (tmp_path / "mine.txt").write_text("mine")
    outputs.write(jobs[1], tmp_path)
    second = content(tmp_path)
    assert (
        "rank_ranges.svg" not in second and second["rank_ranges.csv"] == b"mine now" and "mine.txt" in second
    )
    assert set(second) - {"mine.txt", "rank_ranges.csv"} == set(outputs.texts(jobs[1]))


@pytest.mark.parametrize(
    "listed", ['{"files": {"../outside.csv": "%s", "ranks.csv": 3}}', "[]", "{", '{"files": ["a"]}']
)
def test_a_run_file_of_others_removes_nothing_outside(jobs, tmp_path, listed):
    outside, out = tmp_path / "outside.csv", tmp_path / "out"
    outside.write_text("x")
    out.mkdir()
    (out / "run.json").write_text(listed.replace("%s", hashlib.sha256(b"x").hexdigest()))
    outputs.write(jobs[1], out)
    assert outside.read_text() == "x"
