"""Editions of an index in a spec file: presets, and spec files beside it."""

import json
import tomllib

import jsonschema
import numpy as np
import pytest
from varied_spec import TREE, text, with_files

import egov_index as egov
from egov_index import job, outputs, spec

OLD = (
    'spec = 1\nname = "old"\n[recipe]\nimpute = ["mean"]\naggregate = "geometric"\nnormalize = "rank"\n'
    + TREE
)
WEIGHTS = OLD.replace('"old"', '"shifted"').replace('code = "p"\n', 'code = "p"\nweight = 3\n')
LINES = 'edition = ["old.toml", "shifted.toml"]'


@pytest.fixture
def folder(tmp_path):
    with_files(tmp_path)
    (tmp_path / "old.toml").write_text(OLD)
    (tmp_path / "shifted.toml").write_text(WEIGHTS)
    return tmp_path


def test_a_spec_says_what_python_says(folder):
    index = spec.parse(text(LINES))
    panel = job.load_data(index, folder=folder)
    done = job.run(index, panel, folder=folder, parts=("uncertainty", "sensitivity"))
    editions = [egov.Index.from_file(folder / name) for name in ("old.toml", "shifted.toml")]
    direct = index.uncertainty(panel, egov.Alternatives(edition=editions), n=128, seed=3)
    assert done.ensemble.factors == direct.factors == ("edition",)
    np.testing.assert_array_equal(done.ensemble.counts, direct.counts)
    assert done.sensitivity.exact and done.sensitivity.runs == 2
    job.rehearse(index, panel, folder)


def test_written_and_read_back_and_in_the_schema():
    lines = 'edition = ["egdi-2020", "below/old.toml"]'
    index = spec.parse(text(lines))
    assert index.analysis["uncertainty"]["edition"] == ["egdi-2020", "below/old.toml"]
    again = spec.parse(spec.to_text(index))
    assert again == index and spec.to_text(again) == spec.to_text(index)
    jsonschema.Draft202012Validator(spec.schema()).validate(
        json.loads(json.dumps(tomllib.loads(text(lines))))
    )


def test_presets_stand_by_their_names_and_bring_their_indicators():
    index = egov.preset("egdi-2024")
    varied = index.replace(
        analysis={"uncertainty": {"edition": [egov.preset("egdi-2020"), "egdi-2022"], "draws": 8}}
    )
    assert 'edition = ["egdi-2020", "egdi-2022"]' in spec.to_text(varied)
    other = spec.parse(spec.to_text(varied))
    assert set(job.columns_needed(other, [egov.preset("egdi-open")])) > set(job.columns_needed(other))
    unnamed = index.replace(analysis={"uncertainty": {"edition": [index.change(aggregate="geometric")]}})
    with pytest.raises(egov.SpecError, match="save it with to_file beside the spec"):
        spec.to_text(unnamed)


def test_what_is_written_out_needs_no_file_elsewhere(folder, tmp_path_factory):
    index = spec.parse(text(LINES))
    done = job.run(index, job.load_data(index, folder=folder), folder=folder, parts=("uncertainty",))
    files = outputs.texts(done)
    other = tmp_path_factory.mktemp("other")
    for name, body in files.items():
        (other / name).write_text(body)
    again = egov.Index.from_file(other / "spec.toml")
    assert again.analysis["uncertainty"]["edition"] == ["edition_1.toml", "edition_2.toml"]
    repeated = job.run(again, job.load_data(again, folder=other), folder=other, parts=("uncertainty",))
    np.testing.assert_array_equal(repeated.ensemble.counts, done.ensemble.counts)


WRONG = {
    'edition = "egdi-2020"': "edition: 'egdi-2020'; a list of presets or spec files",
    "edition = []": "edition: []; a list of presets or spec files",
    'edition = ["egdi-2021"]': "edition[0]: 'egdi-2021'; the name of a spec file (.toml), or of a preset",
    "edition = [2020]": "edition[0]: 2020; the name of a spec file (.toml), or of a preset",
    'edition = ["egdi-2020", "egdi-2020"]': "edition[1]: 'egdi-2020' stands twice; each edition once",
}


@pytest.mark.parametrize("lines", WRONG)
def test_faults_with_their_keys(lines):
    with pytest.raises(egov.SpecError) as caught:
        spec.parse(text(lines), "my.toml")
    found = [str(fault) for fault in caught.value.faults]
    assert len(found) == 1 and f", uncertainty.{WRONG[lines]}" in found[0], found
    judge = jsonschema.Draft202012Validator(spec.schema())
    assert not judge.is_valid(json.loads(json.dumps(tomllib.loads(text(lines)))))


def test_files_elsewhere_and_files_that_are_not_there_are_refused(folder):
    with pytest.raises(egov.SpecError, match="a file in the folder of the spec, or below it"):
        spec.parse(text('edition = ["../old.toml"]'))
    index = spec.parse(text('edition = ["older.toml"]'))
    with pytest.raises(egov.SpecError, match=r"uncertainty.edition: no file 'older.toml'"):
        job.load_data(index, folder=folder)
    (folder / "older.toml").write_text("spec = 2\n")
    with pytest.raises(egov.SpecError, match=r"older\.toml"):
        job.load_data(index, folder=folder)
