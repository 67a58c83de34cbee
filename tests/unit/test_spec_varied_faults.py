"""What is wrong with what varies in a spec: each fault with its line and key, those of files with the file."""

import json
import tomllib

import jsonschema
import pytest
from varied_spec import DATA, text, with_files

import egov_index as egov
from egov_index import job, spec


@pytest.fixture
def folder(tmp_path):
    return with_files(tmp_path)


WRONG = {
    "weights = { noise = 2 }": ["weights.noise: 2; a number from 0 to 1"],
    "weights = {}": ["weights: nothing varies; one of noise, dirichlet, simplex_box, experts"],
    "weights = []": ["weights: an empty list"],
    "weights = 0.25": ["weights: 0.25; a table"],
    "weights = { nois = 0.25 }": ["weights.nois: unknown key; the nearest valid name is 'noise'"],
    "weights = { noise = 0.1, dirichlet = 50 }": [
        "weights: noise and dirichlet in one table; one of noise, dirichlet, simplex_box, experts; several in blocks"
    ],
    "weights = [{ noise = 0.1 }, { noise = 0.2 }, 5]": [
        "weights[1].noise: a second noise; one of each kind",
        "weights[2]: 5; a table",
    ],
    "weights = { dirichlet = 0 }": ["weights.dirichlet: 0; a number above 0"],
    "weights = { dirichlet = inf }": ["weights.dirichlet: inf; a number above 0"],
    "weights = { simplex_box = {} }": ["weights.simplex_box: a box around no node; lower = "],
    "weights = { simplex_box = { lower = {} } }": ["weights.simplex_box.lower: {}; a table of nodes"],
    "weights = { simplex_box = { lower = 0.2, uper = 1 } }": [
        "weights.simplex_box.uper: unknown key",
        "weights.simplex_box.lower: 0.2; a table of nodes",
    ],
    'weights = { simplex_box = { lower = { a = 0.6 }, upper = { a = 0.4, z = 2 } }, nodes = "all" }': [
        "weights.simplex_box.upper.z: unknown node",
        "weights.simplex_box.upper.z: 2; a number from 0 to 1",
        "weights.simplex_box.lower.a: 0.6, above the upper end 0.4; lower below upper",
        "weights.nodes: without noise or dirichlet",
    ],
    "weights = { experts = {} }": ["weights.experts: {}; experts and their weights"],
    'weights = { experts = "experts.txt" }': ["weights.experts: 'experts.txt'; the name of a CSV file"],
    'weights = { experts = "/tmp/experts.csv" }': ["weights.experts: '/tmp/experts.csv'; a file in the folder"],
    'weights = { experts = { A = { a = -1, b = "x", zz = 1 }, B = 5 } }': [
        "weights.experts.A.zz: unknown node",
        "weights.experts.A.a: -1; a number of at least 0",
        "weights.experts.A.b: 'x'; a number of at least 0",
        "weights.experts.B: 5; a table of nodes",
    ],
    "values = 0.1": ["values: 0.1; a table"],
    "values = {}": ["values: nothing varies; one of sd, relative, lower with upper"],
    "values = { sd = -1 }": ["values.sd: -1; a number of at least 0, a table of indicators, or a CSV file"],
    "values = { sd = nan }": ["values.sd: nan; a number of at least 0"],
    "values = { sd = 1, relative = 0.1 }": ["values: sd and relative in one table"],
    "values = { lower = { a = 1 } }": ["values.upper: not given; lower and upper stand together"],
    "values = { lower = 1, upper = 2 }": ["values.lower: 1; a table of indicators", "values.upper: 2; a table"],
    "values = { lower = { a = 3 }, upper = { a = 2 } }": ["values.lower.a: 3, above the upper end 2"],
    'values = { sd = "../sd.csv" }': ["values.sd: '../sd.csv'; a file in the folder of the spec, or below it"],
    'values = { sd = { a = -1, b = true, zz = 2, c = " ", d = "col" } }': [
        "values.sd.a: -1; a number of at least 0, or the name of a column of the data",
        "values.sd.b: true",
        "values.sd.c: ' '",
        "values.sd.zz: no indicator of the tree",
    ],
    "values = { sd = { p = 1 } }": ["values.sd.p: no indicator of the tree; valid are a, b, c, d"],
    'exclude = "leafs"': ["exclude: 'leafs'; the nearest valid name is 'leaves', or a list of codes"],
    "exclude = []": ["exclude: []; leaves, pillars or a list of codes of nodes"],
    'exclude = ["a", "z", "a"]': ["exclude[1]: unknown node 'z'", "exclude[2]: 'a' stands twice; each once"],
    'points = "lhc"': ["points: 'lhc'; one of sobol, lhs, montecarlo"],
}  # fmt: skip
OF_NAMES = ("exclude = [", "values = { sd = { p", "values = { lower = { a = 3", "weights = [{ noise")


@pytest.mark.parametrize("lines", WRONG)
def test_faults_with_their_keys(lines):
    with pytest.raises(egov.SpecError) as caught:
        spec.parse(text(lines), "my.toml")
    found = [str(fault) for fault in caught.value.faults]
    assert len(found) == len(WRONG[lines]), found
    for words in WRONG[lines]:
        assert any(one.startswith(f"my.toml line 10, uncertainty.{words}") for one in found), (words, found)
    judge = jsonschema.Draft202012Validator(spec.schema())
    finite = "nan" not in lines and "inf" not in lines and "/" not in lines and '" "' not in lines
    if finite and not lines.startswith(
        OF_NAMES
    ):  # what the schema cannot know: names, and one number beside another
        assert not judge.is_valid(json.loads(json.dumps(tomllib.loads(text(lines))))), lines


def test_faults_of_files_are_told_at_once_with_the_key(folder):
    (folder / "experts.csv").write_text("expert,a,b,zz\nAnn,-1,2,1\nBob,3,,2\n")
    (folder / "low.csv").write_text(
        "unit,year,a,b,b_see\nEST,2020,-0.5,1.5,1\nDNK,2021,1.5,4,1\nXXX,2020,1,1,1\n"
    )
    index = spec.parse(text('weights = { experts = "experts.csv" }\nvalues = { sd = "low.csv" }'))
    panel = job.load_data(index, folder=folder)
    with pytest.raises(egov.DataError) as caught:
        job.alternatives_of(index, panel, folder)
    assert [str(fault) for fault in caught.value.faults] == [
        "uncertainty.weights.experts, experts.csv: unknown node 'zz'; valid are i, p, a, b, q, c, d",
        "uncertainty.weights.experts, experts.csv: below 0 for a of Ann; numbers of at least 0",
        "uncertainty.values.sd, low.csv: unknown unit 'XXX'; valid are EST, DNK, FIN, LVA",
        "uncertainty.values.sd, low.csv: unknown period 2021; the nearest valid name is '2020'",
        "uncertainty.values.sd, low.csv: unknown indicator 'b_see'; valid are a, b, c, d",
        "uncertainty.values.sd, low.csv: below 0 for a of EST 2020; numbers of at least 0",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "uncertainty.weights.experts, .*none.csv: No such file"),
        ("name,a,b\nAnn,1,2\n", "experts, none.csv, header: no column 'expert'"),
        ("expert,a,b\nAnn,1,2\nAnn,2,1\n", "experts, none.csv, lines 2, 3: Ann more than once"),
        ("expert,a,b\nAnn,1,x\n", "experts, none.csv, .*text 'x'"),
        ("expert,note\nAnn,x\n", "experts, none.csv, header: columns expert, note; columns of numbers"),
        (
            "expert,year,a,b\nAnn,2020,1,2\nAnn,2021,1,2\n",
            "none.csv: periods 2020 to 2021; one row an expert",
        ),
    ],
)
def test_files_of_experts(folder, content, words):
    if content is not None:
        (folder / "none.csv").write_text(content)
    index = spec.parse(text('weights = { experts = "none.csv" }'))
    with pytest.raises(egov.DataError, match=words):
        job.alternatives_of(index, None, folder)


def test_columns_that_the_data_lack(folder):
    index = spec.parse(text('values = { sd = { a = 0.1, b = "b_sd" } }'))
    with pytest.raises(egov.DataError, match=r"indicator 'b_sd': not in the data; the nearest .* 'b_se'"):
        job.load_data(index, folder=folder)
    panel = job.load_data(spec.parse(text("values = { sd = 1 }")), folder=folder)
    with pytest.raises(egov.DataError, match=r"uncertainty.values.sd.b: no column 'b_sd' in the data"):
        job.alternatives_of(index, panel, folder)
    (folder / "data.csv").write_text(DATA.replace("0.3", "-0.3"))
    index = spec.parse(text('values = { sd = { b = "b_se" } }'))
    with pytest.raises(
        egov.DataError, match=r"uncertainty.values.sd: below 0 for b of LVA; numbers of at least"
    ):
        job.alternatives_of(index, job.load_data(index, folder=folder), folder)


def test_files_with_other_labels_are_not_told_line_by_line(folder):
    rows = "".join(f"U{at},2020,1\n" for at in range(500))
    (folder / "low.csv").write_text(f"unit,year,a\n{rows}")
    index = spec.parse(text('values = { sd = "low.csv" }'))
    with pytest.raises(egov.DataError, match="490 more unknown units") as caught:
        job.alternatives_of(index, job.load_data(index, folder=folder), folder)
    assert len(caught.value.faults) == 11
