"""What varies, said by a spec file: weightings, errors of measurement, what is left out, where draws lie."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from varied_spec import text, with_files

import egov_index as egov
from egov_index import cli, job, outputs, spec

BOX = {"lower": {"c": 0.3}, "upper": {"d": 0.6}}
BOTH = {"Ann": {"a": 1, "b": 2}, "Bob": {"a": 3, "b": 1}}


@pytest.fixture
def folder(tmp_path):
    return with_files(tmp_path)


def cells(names, rows):
    """Numbers of EST and DNK in 2020."""
    return egov.Panel(np.array(rows, dtype=float)[:, None, :], ["EST", "DNK"], [2020], names)


def column():
    """The column b_se of the data as errors of b, beside 0.1 for a."""
    values = np.array([[0.1, 0.1], [0.1, 0.2], [0.1, np.nan], [0.1, 0.3]])[:, None, :]
    return egov.Panel(values, ["EST", "DNK", "FIN", "LVA"], [2020], ["a", "b"])


SAID = {
    "weights = { noise = 0.25 }": lambda: {"weights": egov.noise(0.25)},
    'weights = [{ noise = 0.25, nodes = "leaves" }]': lambda: {"weights": egov.noise(0.25, "leaves")},
    "weights = { dirichlet = 50 }": lambda: {"weights": egov.dirichlet(50)},
    '[[uncertainty.weights]]\ndirichlet = 20\nnodes = ["p"]': lambda: {"weights": egov.dirichlet(20, ["p"])},
    "[uncertainty.weights.simplex_box]\nlower = { c = 0.3 }\nupper = { d = 0.6 }": lambda: {
        "weights": egov.simplex_box(**BOX)
    },
    "[uncertainty.weights.experts]\nAnn = { a = 1, b = 2 }\nBob = { a = 3, b = 1 }": lambda: {
        "weights": egov.experts(BOTH)
    },
    'weights = { experts = "experts.csv" }': lambda: {"weights": egov.experts(BOTH)},
    '[[uncertainty.weights]]\nnoise = 0.2\nnodes = ["p"]\n[[uncertainty.weights]]\nexperts = "experts.csv"\n'
    "[[uncertainty.weights]]\nsimplex_box = { lower = { c = 0.3 }, upper = { d = 0.6 } }": lambda: {
        "weights": [egov.noise(0.2, ["p"]), egov.experts(BOTH), egov.simplex_box(**BOX)]
    },
    "values = { sd = 0.5 }": lambda: {"values": egov.measurement_error(sd=0.5)},
    "values = { sd = { a = 0.5, d = 1 } }": lambda: {"values": egov.measurement_error(sd={"a": 0.5, "d": 1})},
    "values = { relative = 0.05 }": lambda: {"values": egov.measurement_error(relative=0.05)},
    'values = { sd = { a = 0.1, b = "b_se" } }': lambda: {"values": egov.measurement_error(sd=column())},
    'values = { sd = "low.csv" }': lambda: {
        "values": egov.measurement_error(sd=cells(["a", "b"], [[0.5, 1.5], [1.5, 4]]))
    },
    '[uncertainty.values]\nlower = "low.csv"\nupper = "high.csv"': lambda: {
        "values": egov.measurement_error(
            lower=cells(["a", "b"], [[0.5, 1.5], [1.5, 4]]), upper=cells(["a", "b"], [[1.5, 2.5], [2.5, 6]])
        )
    },
    "values = { lower = { a = 0 }, upper = { a = 4 } }": lambda: {
        "values": egov.measurement_error(lower={"a": 0}, upper={"a": 4})
    },
    'exclude = "leaves"': lambda: {"exclude": egov.leave_one_out()},
    'exclude = "pillars"': lambda: {"exclude": egov.leave_one_out("pillars")},
    'exclude = ["a", "q"]': lambda: {"exclude": egov.leave_one_out(["a", "q"])},
}


@pytest.mark.parametrize("lines", SAID)
def test_what_a_spec_says_is_what_python_says(folder, lines):
    """The main job on the spec gives the draws and the indices of the call with the same alternatives."""
    index = spec.parse(text(lines))
    panel = job.load_data(index, folder=folder)
    done = job.run(index, panel, folder=folder, parts=("uncertainty", "sensitivity"))
    alternatives = egov.Alternatives(**SAID[lines]())
    plain = panel.select(indicators=list("abcd"))
    direct = index.uncertainty(plain, alternatives, n=128, seed=3)
    assert done.ensemble.rank_range(0.9).equals(direct.rank_range(0.9))
    assert done.ensemble.factors == direct.factors
    indices = index.sensitivity(plain, alternatives, n=16, output="rank_shift")
    np.testing.assert_array_equal(done.sensitivity.total, indices.total)


@pytest.mark.parametrize("lines", SAID)
def test_written_and_read_back(lines):
    index = spec.parse(text(lines))
    again = spec.to_text(index)
    assert spec.parse(again) == index
    assert spec.to_text(spec.parse(again)) == again
    jsonschema.Draft202012Validator(spec.schema()).validate(json.loads(json.dumps(tomllib.loads(again))))


@pytest.mark.parametrize("lines", SAID)
def test_the_spec_beside_the_results_gives_them_again(folder, lines, capsys):
    (folder / "my.toml").write_text(text(lines, draws=16))
    for here, there in ((folder / "my.toml", "one"), (folder / "one" / "spec.toml", "two")):
        assert cli.main(["run", str(here), "--out", str(folder / there)]) == 0, capsys.readouterr().err
    written = {path.name: path.read_bytes() for path in (folder / "one").iterdir()}
    assert written == {path.name: path.read_bytes() for path in (folder / "two").iterdir()}
    capsys.readouterr()


def test_cells_beside_embedded_data_and_columns_of_other_names(tmp_path):
    tree = "".join(
        f'[[node]]\ncode = "{code}"\n' + ('parent = "i"\n' if code != "i" else "")
        for code in ("i", "osi", "hci")
    )
    lines = 'unit_column = "land"\nperiod_column = "jahr"\n'
    (tmp_path / "my.toml").write_text(
        f'spec = 1\nperiod = 2022\ndata = ["un_egov_survey"]\n{lines}[uncertainty]\ndraws = 8\n'
        f'values = {{ sd = "sd.csv" }}\n[sensitivity]\nn = 2\n[recipe]\nimpute = "mean"\n{tree}'
    )
    (tmp_path / "sd.csv").write_text("jahr,osi,land\n2022,0.1,EST\n2022,0.2,DNK\n")
    for here, there in ((tmp_path / "my.toml", "one"), (tmp_path / "one" / "spec.toml", "two")):
        assert cli.main(["run", str(here), "--out", str(tmp_path / there)]) == 0
    assert (tmp_path / "one" / "values_sd.csv").read_text().startswith("unit,period,osi\nEST,2022,0.1\n")
    assert not (tmp_path / "one" / "data.csv").exists()
    for name in ("rank_ranges.csv", "spec.toml", "values_sd.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_run_without_draws_names_no_file_elsewhere(folder, capsys):
    lines = 'weights = { experts = "experts.csv" }\nvalues = { sd = "low.csv" }'
    (folder / "my.toml").write_text(text(lines, draws=16))
    for words in (["run", "--draws", "0"], ["outcomes"], ["impute"]):
        assert cli.main([words[0], str(folder / "my.toml"), *words[1:], "--out", str(folder / words[0])]) == 0
        assert cli.main(["run", str(folder / words[0] / "spec.toml")]) == 0, words
    capsys.readouterr()


def test_errors_of_cells_from_python_go_into_a_file(folder):
    index = spec.parse(text("weights = { noise = 0.25 }"))
    errors = {
        "uncertainty": {"values": egov.measurement_error(sd=column()), "draws": 8},
        "sensitivity": {"n": 2},
    }
    made = index.replace(analysis=errors)
    outputs.write(job.run(made, job.load_data(index, folder=folder)), folder / "one")
    assert cli.main(["run", str(folder / "one" / "spec.toml"), "--out", str(folder / "two")]) == 0
    for name in ("rank_ranges.csv", "spec.toml", "values_sd.csv"):
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes()


def test_alternatives_of_python_are_written():
    index = spec.parse(text("weights = { noise = 0.25 }"))
    varied = {
        "weights": (egov.dirichlet(50, ["p"]), egov.simplex_box(**BOX), egov.experts(BOTH | {"Eve": {"c": 1, "d": 0}})),
        "values": egov.measurement_error(lower={"a": 1}, upper={"a": 4.5}),
        "exclude": egov.leave_one_out(["a", "b"]),
    }  # fmt: skip
    made = index.replace(analysis={"uncertainty": varied})
    again = spec.parse(spec.to_text(made)).analysis["uncertainty"]
    assert again == {
        "weights": [
            {"dirichlet": 50, "nodes": ["p"]},
            {"simplex_box": BOX},
            {"experts": BOTH | {"Eve": {"c": 1, "d": 0}}},
        ],
        "values": {"lower": {"a": 1}, "upper": {"a": 4.5}},
        "exclude": ["a", "b"],
    }
    for one in (made, index.replace(analysis={"uncertainty": again})):
        assert job.alternatives_of(one).weights == varied["weights"]
        assert job.alternatives_of(one).exclude == varied["exclude"]
    single = spec.to_text(index.replace(analysis={"uncertainty": {"weights": egov.noise(0.1)}}))
    assert 'weights = { noise = 0.1, nodes = "all" }\n' in single
    errors = egov.measurement_error(sd=column())
    with pytest.raises(egov.SpecError, match="a panel; save them as a CSV file"):
        spec.to_text(index.replace(analysis={"uncertainty": {"values": errors}}))


def test_long_tables_stand_in_blocks_and_their_order_stays():
    codes = [f"indicator_number_{at}" for at in range(12)]
    rows = {"Zoe": dict.fromkeys(codes, 1), "Ann": dict.fromkeys(codes[:2], 2), "": dict.fromkeys(codes, 0.5)}
    tree = egov.Framework([{"code": "root"}, *({"code": code, "parent": "root"} for code in codes)])
    values = {"sd": dict.fromkeys(codes, 0.25)}
    for weights in ({"experts": rows}, [{"dirichlet": 50}, {"experts": rows}]):
        index = egov.Index(tree, analysis={"uncertainty": {"weights": weights, "values": values}})
        written = spec.to_text(index)
        assert spec.parse(written) == index and spec.to_text(spec.parse(written)) == written
        assert all(len(line) <= 120 for line in written.splitlines())
        assert "\n[uncertainty.weights.experts.Ann]\n" in written and "\n[uncertainty.values.sd]\n" in written
        assert job.alternatives_of(spec.parse(written)).weights[-1].names == ("Zoe", "Ann", "")


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        st.dictionaries(st.sampled_from("abcd"), st.floats(0, 1e300), min_size=1),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_any_experts_survive_the_round_trip(rows, several):
    index = spec.parse(text("weights = { noise = 0.25 }"))
    weights = [{"dirichlet": 1e-3}, {"experts": rows}] if several else {"experts": rows}
    made = index.replace(analysis={"uncertainty": {"weights": weights}})
    again = spec.parse(spec.to_text(made))
    assert again == made and spec.to_text(again) == spec.to_text(made)
    assert job.alternatives_of(again).weights[-1].names == tuple(rows)


def test_the_blocks_on_the_page_can_be_used():
    """Each stands in the whole spec of docs/spec.md, in place of its weights or of its table of sensitivity."""
    page = (Path(__file__).parents[2] / "docs" / "spec.md").read_text(encoding="utf-8")
    whole, *parts = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    weights = 'weights = { noise = 0.25, nodes = "all" }\n'
    assert weights in whole and len(parts) == 4
    varied = [job.alternatives_of(spec.parse(whole.replace(weights, parts[0]))).weights]
    assert [type(one).__name__ for one in varied[0]] == ["Dirichlet", "SimplexBox", "Experts"]
    index = spec.parse(whole.replace(weights, parts[1]))
    assert job.columns_needed(index)[-1] == "mobile_cellular_error"
    asked = spec.parse(re.sub(r"\[sensitivity\]\n.*?\n\n", f"{parts[2]}\n", whole, flags=re.DOTALL))
    assert asked.analysis["sensitivity"]["pairs"] == [["Denmark", "Estonia"]]
    job.rehearse(asked, job.load_data(asked))
    linked = spec.parse(re.sub(r"\[outcomes\]\n.*?\n\n", f"{parts[3]}\n", whole, flags=re.DOTALL))
    assert linked.analysis["outcomes"]["adjust"] == "max-t"
    lines = re.findall(r"--vary '([^']+)'", page)
    assert spec.varied(index, lines).analysis["uncertainty"]["exclude"] == "leaves" and len(lines) == 3


def test_only_what_is_stated_varies():
    assert (
        repr(job.alternatives_of(spec.parse(text('exclude = "pillars"'))))
        == "Alternatives(exclude: one of pillars)"
    )
    assert "noise 0.25" in repr(job.alternatives_of(spec.parse(text(""))))


def test_lines_on_the_command_line_stand_for_those_of_the_spec(folder, capsys):
    (folder / "my.toml").write_text(text("weights = { noise = 0.25 }"))
    words = ["run", str(folder / "my.toml"), "--out", str(folder / "out")]
    lines = ['weights = { dirichlet = 50, nodes = ["p"] }', 'points = "lhs"', 'exclude = ["a"]', "draws = 32"]
    lines += ['values = { sd = "low.csv" }', 'aggregate = ["arithmetic", "minimum"]']
    assert cli.main([*words, *(word for line in lines for word in ("--vary", line))]) == 0
    table = tomllib.loads((folder / "out" / "spec.toml").read_text())["uncertainty"]
    assert table == {
        "draws": 32, "seed": 3, "points": "lhs", "aggregate": ["arithmetic", "minimum"], "exclude": ["a"],
        "weights": {"dirichlet": 50, "nodes": ["p"]}, "values": {"sd": "values_sd.csv"},
    }  # fmt: skip
    capsys.readouterr()
    faults = ["--vary", "weights = { noise = 2 }", "--vary", "values = { sd = { z = 1 } }\nexclud = 1"]
    assert cli.main([*words, *faults]) == 1
    said = capsys.readouterr().err
    for words_ in (
        "3 faults",
        "--vary line 1, weights.noise: 2; a number from 0 to 1",
        "--vary line 2, values.sd.z: no indicator of the tree",
        "--vary line 3, exclud: unknown key; the nearest valid name is 'exclude'",
    ):
        assert words_ in said
    assert cli.main([*words, "--vary", "weights = dirichlet"]) == 1
    assert "--vary line 1, column 11: no valid TOML" in capsys.readouterr().err


def test_points_of_each_kind_differ(folder):
    found = []
    for kind in ("sobol", "lhs", "montecarlo"):
        index = spec.parse(text(f'points = "{kind}"\nweights = {{ noise = 0.9 }}'))
        done = job.run(index, job.load_data(index, folder=folder), folder=folder, parts=("uncertainty",))
        assert done.ensemble.points == kind
        found.append(str(done.ensemble.rank_range(0.9).to_dict()) + str(done.ensemble.mean_shift))
    assert len(set(found)) == 3
