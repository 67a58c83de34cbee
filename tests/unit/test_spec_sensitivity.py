"""What the table [sensitivity] of a spec says is what Python says, and reads well in summary, report and files."""

import io
import json
import tomllib

import jsonschema
import numpy as np
import pandas as pd
import pytest
from varied_spec import DATA, HEAD, TREE

import egov_index as egov
from egov_index import cli, job, outputs, report, spec, summary

SCALES = (
    'normalize = [{ method = "minmax", rescale = [1, 100] }, { method = "rank", rescale = [1, 100] }]\n'
    'aggregate = ["arithmetic", "geometric"]'
)
NOISE = "weights = { noise = 0.25 }"


def text(lines, varied=f"{SCALES}\n{NOISE}", n="n = 64\n"):
    return f"{HEAD}[uncertainty]\ndraws = 32\n{varied}\n[sensitivity]\n{n}{lines}\n{TREE}"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data.csv").write_text(DATA)
    return tmp_path


def run(folder, lines, **more):
    index = spec.parse(text(lines, **more))
    panel = job.load_data(index, folder=folder)
    return job.run(index, panel, folder=folder, parts=("uncertainty", "sensitivity"))


SAID = {
    "": {"output": "rank_shift"},
    'output = "kendall"': {"output": "kendall"},
    'output = "top_2"\nlevel = 0.8': {"output": "top_2", "level": 0.8},
    'output = "raw_score"': {"output": "raw_score"},
    'output = ["rank", "rank_shift"]\nreplicates = 4': {"output": ["rank", "rank_shift"], "replicates": 4},
    'pairs = [["DNK", "EST"]]': {"output": [("DNK", "EST")]},
    'output = "rank"\npairs = [["DNK", "EST"], ["LVA", "FIN"]]': {
        "output": ["rank", ("DNK", "EST"), ("LVA", "FIN")]
    },
    'groups = "stages"\nsecond_order = true': {"output": "rank_shift", "groups": "stages", "second_order": True},
    'groups = { scores = ["normalize", "aggregate"] }\nresamples = 20': {
        "output": "rank_shift", "groups": {"scores": ["normalize", "aggregate"]}, "resamples": 20
    },
    'discrete = "enumerated"\nreplicates = 2': {
        "output": "rank_shift", "discrete": "enumerated", "replicates": 2
    },
}  # fmt: skip


@pytest.mark.parametrize("lines", SAID)
def test_what_a_spec_says_is_what_python_says(folder, lines):
    done = run(folder, lines)
    direct = done.index.sensitivity(done.panel, done.alternatives, n=64, **SAID[lines])
    assert done.sensitivity.outputs == direct.outputs
    assert done.sensitivity.factors == direct.factors
    np.testing.assert_array_equal(done.sensitivity.total, direct.total)
    np.testing.assert_array_equal(done.sensitivity.interval["total"], direct.interval["total"])
    assert ("second" in done.sensitivity.estimators) == ("second_order" in lines)


@pytest.mark.parametrize("lines", SAID)
def test_written_and_read_back_and_in_the_schema(folder, lines):
    index = spec.parse(text(lines))
    again = spec.parse(spec.to_text(index))
    assert again == index and spec.to_text(again) == spec.to_text(index)
    judge = jsonschema.Draft202012Validator(spec.schema())
    judge.validate(json.loads(json.dumps(tomllib.loads(text(lines)))))
    job.rehearse(index, job.load_data(index, folder=folder), folder)


WRONG = {
    'output = "top_0"': "output: 'top_0'; one of rank_shift, kendall, rank, score, raw_score, top_<k> such as",
    'output = "top_ten"': "output: 'top_ten'; one of rank_shift",
    "output = []": "output: an empty list; at least one of rank_shift",
    'output = ["rank", "rnk"]': "output[1]: 'rnk'; one of rank_shift",
    'output = ["rank", ["EST", "DNK"]]': "output[1]: ['EST', 'DNK']; one of rank_shift",
    'output = ["rank", "rank"]': "output[1]: 'rank' stands twice; each output once",
    'pairs = ["EST"]': "pairs[0]: 'EST'; pairs of two units of the data, e.g. [[",
    'pairs = [["EST", "EST"]]': "pairs[0]: ['EST', 'EST']; pairs of two units",
    'pairs = [["EST", "DNK", "FIN"]]': "pairs[0]: ['EST', 'DNK', 'FIN']; pairs of two units",
    "pairs = []": "pairs: []; pairs of two units",
    'pairs = [["EST", "DNK"], ["EST", "DNK"]]': "pairs[1]: ['EST', 'DNK'] stands twice; each pair once",
    'groups = "stage"': "groups: 'stage'; stages, or factors by block, e.g. {",
    "groups = {}": "groups: {}; stages, or factors by block",
    'groups = { scaling = "normalize" }': "groups.scaling: 'normalize'; a list of names of factors",
    "groups = { scaling = [] }": "groups.scaling: []; a list of names of factors",
    'discrete = "enumerate"': "discrete: 'enumerate'; one of sampled, enumerated",
    "second_order = 1": "second_order: 1; true or false",
    "resamples = 1": "resamples: 1; a whole number from 2 to 10,000,000",
    'method = "morris"': "method: unknown key",
}


@pytest.mark.parametrize("lines", WRONG)
def test_faults_with_their_keys(lines):
    with pytest.raises(egov.SpecError) as caught:
        spec.parse(text(lines), "my.toml")
    found = [str(fault) for fault in caught.value.faults]
    assert len(found) == 1, found
    assert f", sensitivity.{WRONG[lines]}" in found[0], found[0]
    judge = jsonschema.Draft202012Validator(spec.schema())
    assert not judge.is_valid(json.loads(json.dumps(tomllib.loads(text(lines)))))


@pytest.mark.parametrize(
    ("lines", "n", "words"),
    [
        ('pairs = [["Norway", "EST"]]', "", "output, unit of a pair: 'Norway'"),
        ('output = "top_9"', "", "k of top_<k>"),
        ('groups = { scaling = ["normalise"] }', "", "the nearest valid name is 'normalize'"),
        ('discrete = "enumerated"', "n = 3\n", "one for each of 4 combinations"),
        ("replicates = 8", "n = 4\n", "replicates"),
    ],
)
def test_check_says_what_only_the_data_tell(folder, lines, n, words):
    index = spec.parse(text(lines, n=n))
    with pytest.raises(egov.SpecError) as caught:
        job.rehearse(index, job.load_data(index, folder=folder), folder)
    assert words in str(caught.value)


SEVERAL = 'output = ["rank", "top_2", "rank_shift"]\npairs = [["EST", "FIN"]]\nsecond_order = true\ngroups = "stages"'


def test_the_summary_tells_each_output_by_itself(folder):
    done = run(folder, SEVERAL)
    told = summary.as_text(done)
    assert "What drives it: rank, 4 outputs together by their variance" in told
    assert "What drives it: top 2, 4 outputs together" in told
    assert "What drives it: mean rank shift (" in told
    assert ("nothing moves EST above FIN" in told) == ("EST above FIN" in done.sensitivity.constant)
    assert told.count("beyond that, together: ") >= 3
    best = done.sensitivity.aggregated("rank").iloc[0]
    line = told.split("What drives it: rank,")[1].splitlines()[2].split()
    assert line == [best["factor"], f"{best['first']:z.2f}", f"{best['total']:z.2f}"]
    found = json.loads(summary.as_json(done, []))["sensitivity"]
    assert found["output"] == ["rank", "top_2", "rank_shift", ["EST", "FIN"]]
    assert len(found["second_orders"]) == 10 * 3


def test_exact_indices_are_said_to_be_exact(folder):
    done = run(folder, 'output = "rank_shift"', varied=SCALES)
    assert "What drives it: mean rank shift (all 4 combinations, exact)" in summary.as_text(done)
    page = report(done.result, done.ensemble, done.sensitivity)
    assert "all 4 combinations of the choices" in page and "base points" not in page
    assert "indices are exact" in page and "Whiskers are the intervals" not in page
    assert "sampling error" not in done.sensitivity.explain()


def test_the_report_and_the_files_hold_pairs_of_factors_where_they_were_run(folder):
    done = run(folder, SEVERAL)
    page = outputs.texts(done)
    second = pd.read_csv(io.StringIO(page["second_orders.csv"]))
    assert list(second.columns[:4]) == ["output", "factor", "with", "second"]
    assert len(second) == 10 * 3
    assert "What pairs of choices do together" in page["report.html"]
    assert page["report.html"].count('<figure class="narrow"') == 10
    plain = outputs.texts(run(folder, 'output = "rank"'))
    assert "second_orders.csv" not in plain
    assert "What pairs of choices do together" not in plain["report.html"]


def test_the_spec_beside_the_results_gives_them_again(folder, capsys):
    (folder / "my.toml").write_text(text(SEVERAL))
    for here, there in ((folder / "my.toml", "one"), (folder / "one" / "spec.toml", "two")):
        assert cli.main(["run", str(here), "--out", str(folder / there)]) == 0
    for name in ("indices.csv", "second_orders.csv", "spec.toml"):
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes()


def test_units_of_a_pair_go_by_their_names_too():
    panel = egov.datasets.un_egov_survey()

    def explained(pairs):
        index = egov.preset("egdi-2022").replace(analysis={"sensitivity": {"n": 8, "pairs": pairs}})
        return job.run(index, panel, parts=("sensitivity",)).sensitivity.outputs

    pairs = [["Denmark", "EST"], ["FIN", panel.unit_names["KOR"]]]
    assert explained(pairs) == ("DNK above EST", "FIN above KOR")
    with pytest.raises(egov.SpecError, match="output, unit of a pair: 'Swedn'"):
        explained([["FIN", "Swedn"]])


def test_many_units_are_told_by_their_medians():
    index = egov.preset("egdi-2022").replace(
        analysis={"sensitivity": {"n": 16, "output": ["rank", "kendall"], "groups": "stages"}}
    )
    panel = job.load_data(index)
    done = job.run(index, panel, parts=("sensitivity",))
    page = report(done.result, None, done.sensitivity)
    assert "rank: median over 193 outputs" in page and "Kendall distance" in page
    assert page.count('<figure class="narrow"') == 2


def test_parts_of_several_outputs_and_their_indices(folder):
    found = run(folder, SEVERAL).sensitivity
    parts = {"rank": (0, 4), "top 2": (4, 8), "mean rank shift": (8, 9), "EST above FIN": (9, 10)}
    assert {name: (at.start, at.stop) for name, at in found.parts().items()} == parts
    np.testing.assert_allclose(np.sort(found.aggregated("mean rank shift")["total"]), np.sort(found.total[8]))
    weights = found.variance[:4]
    expected = dict(zip(found.factors, found.total[:4].T @ weights / weights.sum(), strict=True))
    rank = found.aggregated("rank")
    np.testing.assert_allclose(rank["total"], [expected[name] for name in rank["factor"]])
    for wrong, words in (("rnk", "nearest valid name is 'rank'"), ("rank", "left out for first and total")):
        with pytest.raises(egov.SpecError, match=words):
            found.aggregated(wrong, "first")
    pairs = found.aggregated("mean rank shift", "second")
    i, j = (found.factors.index(pairs[column][0]) for column in ("factor", "with"))
    assert pairs["second"][0] == pytest.approx(found.second[8, i, j]) and len(pairs) == 3
