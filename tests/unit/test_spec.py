import json
import os
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import egov_index as egov
from egov_index import catalogue, methods_page, spec
from egov_index.catalogue import choice
from egov_index.errors import SpecError
from egov_index.framework import Framework, Node
from egov_index.index import Index
from egov_index.job import alternatives_of
from egov_index.recipe import Recipe
from egov_index.spec.keys import TABLES, names_of

ROOT = Path(__file__).parents[2]
HEAD = 'spec = 1\nname = "two"\n'
TREE = '[[node]]\ncode = "i"\n[[node]]\ncode = "a"\nparent = "i"\n[[node]]\ncode = "b"\nparent = "i"\n'


def document_to_validate(text):
    return json.loads(json.dumps(tomllib.loads(text)))


def full_index():
    nodes = [
        Node("root", name='The "root" \\ of\nit', aggregate=choice("geometric")),
        Node("in ner", "root", weight=0.34, normalize=choice("minmax", low=1, high=100)),
        Node("leaf_1", "in ner", direction=-1, lag=1.5, cap=120.0, lower=-0.5, upper=1e300, unit="%"),
        Node("leaf_2", "in ner", impute=(choice("linear", max_gap=3), choice("mean")), not_scored=0.0),
        Node(
            "Blätter ✓",
            "root",
            weight=1e-7,
            concept="schooling",
            denominator="population",
            denominator_factor=1e3,
        ),
    ]
    groups = [
        {"above": 0.75, "code": "VH", "classes": ["VH", "V3", "V2", "V1"]},
        {"above": 0.5, "code": "H"},
        {"code": "L", "classes": ("L2", "L1")},
    ]
    recipe = Recipe(
        impute=["locf", choice("group_mean", by="income_groups")],
        treat=[choice("winsorize", most=3, skew=1.5), "none"],
        normalize=choice("zscore", rescale=(1, 100)),
        weight="equal",
        missing="drop-weight",
        screen=choice("availability", units=0.5, within=0.25),
        denominate="divide",
        order=("treat", "screen", "impute", "denominate", "normalize"),
    )
    analysis = {
        "note": ["one\ttab", "\x7f"],
        "data": ["un_egov_survey", "sub/my.csv"],
        "unit_column": "iso3",
        "period_column": "year",
        "uncertainty": {
            "draws": 64,
            "range": 0.9,
            "impute": [
                ["linear", "mean"],
                "median",
                [{"method": "group_mean", "by": "income_groups"}, "mean"],
            ],
            "aggregate": ["arithmetic", "geometric"],
            "weights": {"noise": 0.25, "nodes": ["leaf_1"]},
            "posterior": False,
        },
        "sensitivity": {"n": 64, "output": "score"},
        "outcomes": {"method": "pearson", "adjust": "holm", "nodes": ["root"]},
        "compare": {"data": ["un_egov_survey"], "indicator": "egdi"},
    }
    tree = Framework(nodes, groups, rank_digits=4)
    return Index(tree, recipe, name="full", title="Full", period="2022-Q1", analysis=analysis)


def test_what_is_written_reads_back_equal_and_stable():
    index = full_index()
    text = spec.to_text(index)
    again = spec.parse(text)
    assert again == index
    assert again.analysis == index.analysis
    assert spec.to_text(again) == text
    assert tomllib.loads(text)["node"][0]["name"] == index.framework["root"].name


def test_layout_is_canonical():
    text = spec.to_text(full_index())
    tables = [line for line in text.splitlines() if line.startswith("[")]
    names = ["[recipe]", "[uncertainty]", "[sensitivity]", "[outcomes]", "[compare]"]
    assert tables == names + ["[[node]]"] * 5
    assert text.startswith('spec = 1\nname = "full"\ntitle = "Full"\nnote = ')
    assert "cap = 120\n" in text and "120.0" not in text
    assert "weight = 1\n" not in text and 'parent = ""' not in text
    assert 'normalize = { method = "minmax", low = 1, high = 100 }\n' in text
    assert all(len(line) <= 120 for line in text.splitlines())


def test_choices_are_written_in_their_shortest_form():
    text = (
        HEAD
        + '[recipe]\nimpute = [{ method = "linear" }]\nnormalize = "goalposts:upper=100,lower=0,truncate=1"\n'
        + '[uncertainty]\naggregate = [{ method = "arithmetic" }, "geometric"]\n'
        + 'impute = [["mean"], "linear:max_gap=2"]\n'
        + TREE
    )
    written = spec.to_text(spec.parse(text))
    assert 'impute = "linear"\n' in written
    assert 'normalize = { method = "goalposts", lower = 0, upper = 100, truncate = true }\n' in written
    assert 'aggregate = ["arithmetic", "geometric"]\n' in written
    assert 'impute = ["mean", { method = "linear", max_gap = 2 }]\n' in written
    assert spec.to_text(spec.parse(written)) == written


def test_choices_and_tuples_from_python_can_be_written():
    index = spec.parse(HEAD + TREE)
    alternatives = {
        "normalize": (choice("zscore", rescale=(1, 100)), "minmax"),
        "weights": {"nodes": "all", "noise": 1},
    }
    text = spec.to_text(index.replace(analysis={"uncertainty": alternatives, "data": ("x.csv",)}))
    assert 'normalize = [{ method = "zscore", rescale = [1, 100] }, "minmax"]\n' in text
    assert 'weights = { noise = 1, nodes = "all" }\n' in text


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
    codes=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=2, max_size=6, unique=True
    ),
    weight=st.floats(1e-300, 1e300),
    cap=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    period=st.none()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.text(min_size=1).filter(str.strip).filter(str.isprintable),
)
def test_any_index_survives_the_round_trip(name, codes, weight, cap, period):
    nodes = [Node(codes[0]), *(Node(code, codes[0], weight=weight, cap=cap, name=name) for code in codes[1:])]
    index = Index(Framework(nodes), name=name, period=period)
    text = spec.to_text(index)
    assert spec.parse(text) == index
    assert spec.to_text(spec.parse(text)) == text


def test_an_index_that_no_spec_can_hold_is_refused():
    index = spec.parse(HEAD + TREE)
    with pytest.raises(SpecError, match="fuzzy: unknown key"):
        spec.to_text(index.replace(analysis={"fuzzy": {}}))
    with pytest.raises(SpecError, match="period"):
        spec.to_text(index.replace(period=[2020, []]))
    with pytest.raises(SpecError, match=r"uncertainty\.draws: 0"):
        spec.to_text(index.replace(analysis={"uncertainty": {"draws": 0}}))


def test_defaults():
    index = spec.parse("spec = 1\n" + TREE)
    assert (index.name, index.title, index.period, index.analysis) == ("index", "index", None, {})
    assert index.recipe == Recipe()
    assert index.framework.rank_digits is None and index.framework.groups == ()


def test_a_single_text_counts_as_a_list():
    index = spec.parse(HEAD + 'note = "one"\ndata = "sdg_outcomes"\n' + TREE)
    assert index.analysis == {"note": ["one"], "data": ["sdg_outcomes"]}


def test_windows_files_are_read():
    text = "\ufeff" + (HEAD + TREE).replace("\n", "\r\n")
    assert spec.parse(text) == spec.parse(HEAD + TREE)
    with pytest.raises(SpecError, match=r'^my.toml line 11, node "b"\.cop: unknown key'):
        spec.parse(text + "cop = 3\r\n", "my.toml")


def test_files(tmp_path):
    index = full_index()
    path = tmp_path / "a.toml"
    index.to_file(path)
    first = path.read_bytes()
    again = Index.from_file(path)
    again.to_file(str(path))
    assert again == index and path.read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == ["a.toml"]


def test_nothing_is_left_behind_where_writing_fails(tmp_path, monkeypatch):
    index, path = spec.parse(HEAD + TREE), tmp_path / "a.toml"
    path.write_text("before")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        spec.write(index, path)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["a.toml"]
    with pytest.raises(SpecError, match="no Unicode"):
        spec.write(index.replace(name="\ud800"), path)


# --- generated pages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", ["", 'impute = ["kriging", "mean"]\n'])
def test_a_flag_is_written_as_such_and_reaches_the_alternatives(more):
    text = HEAD + f"[uncertainty]\n{more}posterior = false\n" + TREE
    index = spec.parse(text)
    assert "posterior = false\n" in spec.to_text(index) and spec.parse(spec.to_text(index)) == index
    assert not alternatives_of(index).posterior
    assert alternatives_of(spec.parse(text.replace("false", "true"))).posterior
    assert alternatives_of(spec.parse(text.replace("posterior = false\n", ""))).posterior
    for wrong in ("0", '"no"', "[false]"):
        with pytest.raises(SpecError, match=r"uncertainty.posterior.*; true or false"):
            spec.parse(text.replace("false", wrong))


def test_keys_are_those_of_the_classes():
    assert set(names_of("node")) == set(Node.__dataclass_fields__)
    assert set(names_of("recipe")) == set(Recipe.__dataclass_fields__)


def test_schema_is_a_schema_and_judges_as_the_reader_does():
    schema = spec.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    judge.validate(document_to_validate(spec.to_text(full_index())))
    judge.validate(document_to_validate(HEAD + '[recipe]\nnormalize = "goalposts:lower=0,upper=1"\n' + TREE))
    for wrong in (
        TREE,
        "spec = 2\n" + TREE,
        HEAD + "nam = 1\n" + TREE,
        HEAD + '[recipe]\nnormalize = "zscor"\n' + TREE,
        HEAD + '[recipe]\nimpute = "group_mean"\n' + TREE,
        HEAD + '[recipe]\nimpute = { method = "linear", max_gap = -1 }\n' + TREE,
        HEAD + "[uncertainty]\ndraws = 0\n" + TREE,
        HEAD + "[uncertainty]\nweights = { noise = 2 }\n" + TREE,
        HEAD + "[uncertainty]\nposterior = 0\n" + TREE,
        HEAD + '[outcomes]\nadjust = "b"\n' + TREE,
        HEAD + TREE + "direction = 2\n",
    ):
        assert not judge.is_valid(document_to_validate(wrong)), wrong
        with pytest.raises(SpecError):
            spec.parse(wrong)


@pytest.mark.parametrize("stage", catalogue.stages())
def test_schema_holds_every_method_with_its_parameters(stage):
    found = {
        one["properties"]["method"]["const"]: one["properties"]
        for one in spec.schema()["$defs"][f"{stage}_choice"]["oneOf"]
        if one.get("type") == "object"
    }
    rows = {item["name"]: item for item in catalogue.rows(stage)}
    assert set(found) == set(rows)
    for name, item in rows.items():
        extra = {"method"} | {"treat": {"over"}, "normalize": {"over", "rescale"}}.get(stage, set())
        assert set(found[name]) == extra | {param["name"] for param in item["params"]}


def test_written_pages_are_up_to_date():
    page = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    assert page == methods_page.markdown(), "write docs/methods.md anew: egov-index methods --markdown"
    written = (ROOT / "docs" / "spec.schema.json").read_text(encoding="utf-8")
    fresh = json.dumps(spec.schema(), indent=2) + "\n"
    assert written == fresh, "write docs/spec.schema.json anew: egov-index schema"


@pytest.mark.parametrize("stage", catalogue.stages())
def test_command_lines_on_the_page_can_be_used(stage):
    section = methods_page.markdown().split(f"\n## {stage}\n")[1].split("\n## ")[0]
    rows = [line.removesuffix(" |").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    assert len(rows) == len(catalogue.rows(stage))
    for row in rows:
        chosen = catalogue.as_choice(row[-1].strip("`"), stage)
        kinds = {param["name"]: param["kind"] for param in catalogue.row(stage, chosen.method)["params"]}
        tables = {name for name, kind in kinds.items() if kind == "table"}  # cannot be written there
        faults = catalogue.faults_of(stage, chosen, "")
        assert [fault for fault in faults if fault.place.removeprefix(".") not in tables] == []
        assert set(chosen.params) == set(kinds) - tables


def test_every_kind_of_key_is_known():
    kinds = {key.kind for table in TABLES.values() for key in table}
    assert all(isinstance(kind, str) and kind for kind in kinds)
    assert spec.schema()["additionalProperties"] is False


@pytest.mark.parametrize("period", [[2020, 2022], ["2020-Q1", "2020-Q2"], [2022]])
def test_a_list_of_periods_is_written_and_read_back(period):
    index = egov.preset("egdi-2022").replace(period=period)
    text = spec.to_text(index)
    assert spec.parse(text).period == period
    assert spec.to_text(spec.parse(text)) == text
    assert spec.to_text(index.replace(period=tuple(period))) == text
