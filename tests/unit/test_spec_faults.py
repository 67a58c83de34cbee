import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_index import spec
from egov_index.errors import SpecError
from egov_index.presets import text as preset_text
from egov_index.spec.lines import lines_of

HEAD = 'spec = 1\nname = "two"\n'
TREE = '[[node]]\ncode = "i"\n[[node]]\ncode = "a"\nparent = "i"\n[[node]]\ncode = "b"\nparent = "i"\n'


def faults(text):
    with pytest.raises(SpecError) as caught:
        spec.parse(text, "my.toml")
    return [str(fault) for fault in caught.value.faults]


def fault(text):
    found = faults(text)
    assert len(found) == 1, found
    return found[0]


def test_every_fault_is_told_at_once_with_its_line():
    text = """spec = 1
nam = "x"
period = 2022-01-01
rank_digits = 4.5
groups = [{ above = 0.5, cod = "H" },
  { code = "L" }, 5]
data = ["un_egov_surve", "/etc/my.csv", "../x.csv", "ok/x.csv", 5]
note = [1, "x"]

[recipe]
impute = ["linear",
   { method = "locf", max_gap = -1 },
   "linaer"]
treat = { method = "winsorize", skw = 3 }
normalize = ["zscore", "rank"]
agregate = "geometric"
missing = "drop"
order = 5

[uncertainty]
draws = 0
seed = -1
range = 1.5
points = "sobl"
impute = [["linear", "meen"],
 "mean", { method = "group_mean" }]
aggregate = "arithmetic"
weights = { noise = 3, nodes = ["tii", "zz"], extra = 1 }

[sensitivity]
n = 2.5
output = "rnk"
[outcomes]
method = "hoeffding"
adjust = "bhh"
nodes = "all"
minimum = 0
[compare]
indicator = 5
[comparee]
[[node]]
code = "egdi"
[[node]]
code = "tii"
parent = "egdi"
normalize = "minmx"
weight = -1
[[node]]
parent = "egdi"
[[node]]
code = "tii"
parent = "egdi"
cap = nan
[[node]]
code = "x"
parent = "y"
[[node]]
code = "y"
parent = "x"
[[node]]
code = "z"
parent = "tiii"
directon = -1
"""
    found = faults(text)
    expected = """2, nam: unknown key; the nearest valid name is 'name'
3, period: 2022-01-01; a label
4, rank_digits: 4.5; a whole number from 0 to 15
5, groups[0].cod: unknown key
5, groups[0].code: no code
6, groups[2]: 5; a table
7, data[0]: 'un_egov_surve'; the name of a CSV file, or of an embedded data set: the nearest valid name is 'un_egov
7, data[1]: '/etc/my.csv'; a file in the folder of the spec
7, data[2]: '../x.csv'; a file in the folder of the spec
7, data[4]: 5; a text
8, note[0]: 1; a text
12, recipe.impute[1].max_gap: -1
13, recipe.impute[2]: unknown method 'linaer'; the nearest valid name is 'linear'
14, recipe.treat.skw: winsorize has no such parameter; the nearest valid name is 'skew'
15, recipe.normalize: 2 methods; one method
16, recipe.agregate: unknown key; the nearest valid name is 'aggregate'
17, recipe.missing: 'drop'; one of raise, drop-weight, bound
18, recipe.order: 5; a list of screen, denominate, impute, treat, normalize
21, uncertainty.draws: 0; a whole number from 1 to 1,000,000,000
22, uncertainty.seed: -1
23, uncertainty.range: 1.5; a number between 0 and 1
24, uncertainty.points: 'sobl'; one of sobol, lhs, montecarlo
25, uncertainty.impute[0][1]: unknown method 'meen'
26, uncertainty.impute[2].by:
27, uncertainty.aggregate: 'arithmetic'; a list
28, uncertainty.weights.noise: 3; a number from 0 to 1
28, uncertainty.weights.nodes[1]: unknown node 'zz'
28, uncertainty.weights.extra: unknown key
31, sensitivity.n: 2.5; a whole number
32, sensitivity.output: 'rnk'; one of rank_shift, kendall, rank, score, raw_score, top_<k>
34, outcomes.method: unknown method 'hoeffding'; valid are pearson, spearman, kendall, distance
35, outcomes.adjust: unknown method 'bhh'; the nearest valid name is 'bh'
36, outcomes.nodes: 'all'; a list of codes of nodes
37, outcomes.minimum: 0; a whole number
39, compare.indicator: 5; a text
40, comparee: unknown key; the nearest valid name is 'compare'
46, node "tii".normalize: unknown method 'minmx'; the nearest valid name is 'minmax'
47, node "tii".weight: -1; a weight is at least 0
48, node number 3: no code
50, node "tii": stands 2 times; codes must differ
53, node "tii".cap: nan; a finite number
56, node "x".parent: a cycle: x under y under x
62, node "z".parent: unknown node 'tiii'; the nearest valid name is 'tii'
63, node "z".directon: unknown key; the nearest valid name is 'direction'"""
    wanted = [f"my.toml line {line}" for line in expected.splitlines()]
    missing = [line for line in wanted if not any(one.startswith(line) for one in found)]
    assert not missing, "\n".join(found)
    assert len(found) == len(wanted), [one for one in found if not one.startswith(tuple(wanted))]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "my.toml: empty"),
        (" \n\t\n", "my.toml: empty"),
        (TREE, "my.toml, spec: not given; spec = 1"),
        ("spec = 2\n" + TREE, "my.toml line 1, spec: 2; spec = 1"),
        ('spec = "1"\n' + TREE, "my.toml line 1, spec: '1'; spec = 1"),
        ("spec = true\n" + TREE, "my.toml line 1, spec: true; spec = 1"),
        (HEAD, "my.toml, node: no nodes"),
        (HEAD + '[node]\ncode = "x"\n', "my.toml line 3, node: a single table; a list of tables: [[node]]"),
        (HEAD + "node = [1]\n", "my.toml line 3, node number 1: 1; a table"),
        (HEAD + '[[node]]\ncode = "i"\n', "my.toml: a single node"),
        (HEAD + "recipe = 3\n" + TREE, "my.toml line 3, recipe: 3; a table"),
        (HEAD + "groups = 3\n" + TREE, "my.toml line 3, groups: 3; a list of tables"),
        (HEAD + "uncertainty = 3\n" + TREE, "my.toml line 3, uncertainty: 3; a table"),
        (HEAD + "period = true\n" + TREE, "my.toml line 3, period: true; a label"),
        (HEAD.replace("two", " ") + TREE, "my.toml line 2, name: an empty text"),
        (HEAD + TREE + "weight = nan\n", 'my.toml line 11, node "b".weight: nan; a finite number'),
        (HEAD + TREE + "weight = 1" + "0" * 400, 'my.toml line 11, node "b".weight: inf; a finite number'),
        (HEAD + TREE + "weight = true", 'my.toml line 11, node "b".weight: True; a number'),
        (HEAD + TREE + "direction = 2", 'my.toml line 11, node "b".direction: 2; 1 (more is better)'),
        (HEAD + TREE + "lower = 2\nupper = 1", 'my.toml line 11, node "b".lower: 2, with upper 1'),
        (HEAD + TREE + '[[node]]\ncode = "c"\n', 'my.toml line 11, node "c": 2 nodes without a parent: i, c'),
        (
            HEAD + TREE.replace('"i"\n[', '"i"\nparent = "b"\n[', 1),
            'my.toml line 5, node "i".parent: a cycle: i under b',
        ),
        (
            HEAD + TREE.replace('parent = "i"\n', 'parent = "i"\nweight = 0\n'),
            'my.toml line 3, node "i": the weights of its children sum to 0',
        ),
        (
            HEAD + '[recipe]\nimpute = "group_mean"\n' + TREE,
            "my.toml line 4, recipe.impute.by: not given; Grouping of the units",
        ),
        (
            HEAD + TREE + '[node.normalize]\nmethod = "goalpost"\n',
            'my.toml line 11, node "b".normalize: unknown method',
        ),
        (
            HEAD + TREE + 'normalize = { method = "minmax", low = "0" }',
            "my.toml line 11, node \"b\".normalize.low: '0'; a",
        ),
        (
            HEAD + TREE + 'normalize = "minmax:low"',
            "my.toml line 11, node \"b\".normalize: 'minmax:low'; name:parameter",
        ),
        (HEAD + TREE + "normalize = 3", 'my.toml line 11, node "b".normalize: 3; a method such as'),
        (
            HEAD + TREE + 'normalize = { method = "rank", rescale = [0, inf] }',
            'my.toml line 11, node "b".normalize.rescale',
        ),
        (
            HEAD + TREE + 'impute = { method = "linear", rescale = [0, 1] }',
            'my.toml line 11, node "b".impute.rescale',
        ),
        (
            HEAD + TREE + 'aggregate = "geometric"',
            'my.toml line 11, node "b".aggregate: geometric; an indicator has nothing',
        ),
        (HEAD + "[recipe]\nimpute = []\n" + TREE, "my.toml line 4, recipe.impute: an empty list"),
        (HEAD + "[uncertainty]\nimpute = [[]]\n" + TREE, "my.toml line 4, uncertainty.impute[0]: []; a list"),
        (
            HEAD + '[uncertainty.weights]\nnodes = "leafs"\nnoise = 1\n' + TREE,
            "my.toml line 4, uncertainty.weights.nodes: 'l",
        ),
        (HEAD + 'data = ["C:\\\\x.csv"]\n' + TREE, "my.toml line 3, data[0]: 'C:"),
    ],
)
def test_single_faults(text, told):
    assert told in fault(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('spec = 1\nname = "x\n', "my.toml line 2, column 10: no valid TOML: Illegal character"),
        (
            "spec = 1\nspec = 2\n",
            "my.toml line 2, column 9: no valid TOML: Cannot overwrite a value; each key",
        ),
        ("spec = [1,\n2", "my.toml line 2: no valid TOML: Unclosed array"),
        ("spec 1", "my.toml line 1, column 6: no valid TOML: Expected '='"),
        ("spec = 1\nx = " + "9" * 5000, "my.toml: no valid TOML: a number of thousands of digits"),
        ("x = " + "[" * 100_000, "my.toml: nested too deeply"),
        ("x = " + "{ x = " * 5_000, "my.toml: nested too deeply"),
        ("spec = 1\n" + "a." * 100_000 + "a = 1", "my.toml line 2: a key of more than 32 parts"),
        ('["' + '"."'.join("a" * 100_000) + '"]', "my.toml line 1: a key of more than 32 parts"),
        ("#" * 4_000_001, "my.toml: more than 4 MB"),
        ("spec = 1\n\x00", "my.toml line 2, column 1: no valid TOML"),
    ],
)
def test_what_is_no_toml(text, told):
    assert fault(text).startswith(told)


def test_what_is_no_text():
    with pytest.raises(SpecError, match="a bytes; the text of a spec"):
        spec.parse(b"spec = 1")


def test_what_is_no_file(tmp_path):
    def told(path):
        with pytest.raises(SpecError) as caught:
            spec.read(path)
        return str(caught.value)

    assert told(tmp_path / "none.toml").endswith("none.toml: no such file; the path of a spec file")
    assert "a folder" in told(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes((HEAD + 'title = "Größe"\n').encode("latin-1"))
    assert told(latin) == "latin.toml line 3: byte 0xf6 is no UTF-8; save the file as UTF-8"
    latin.write_bytes((HEAD + TREE).encode("utf-16"))
    assert "is no UTF-8" in told(latin)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 4_000_001)
    assert told(large).startswith("large.toml: more than 4 MB")
    assert "cannot be read" in told("a\0b")


def test_large_and_wrong_specs_are_judged_quickly():
    nodes = "".join(f'[[node]]\ncode = "{at}"\nparent = "x{at}"\n' for at in range(9_000))
    found = faults("spec = 1\n" + nodes)
    assert len(found) == 201 and found[-1] == "my.toml: 8,800 more faults"
    chain = "".join(f'[[node]]\ncode = "{at + 1}"\nparent = "{at}"\n' for at in range(9_000))
    assert "more than 100 nodes above it" in fault('spec = 1\n[[node]]\ncode = "0"\n' + chain)
    many = "".join(f'[[node]]\ncode = "{at}"\n' for at in range(10_001))
    assert "10,001 nodes; at most 10,000" in fault("spec = 1\n" + many)
    long = fault(HEAD + TREE + 'direction = "' + "a" * 1_000_000 + '"')
    assert len(long) < 1_000


def test_lines_are_found_in_any_layout():
    text = '''"spec" = 1 # [[node]]
title = """
[[node]]
code = "no"
"""
note = [ # one
  "a", 'b',
  """c""",
]
node = [
  { code = "i" },
  { code = "a", parent = "i", normalize = { method = "goalposts",  lower = 0, upper = 1 } },
]
[recipe.normalize]
method = "minmax"
low.x = 1_0.5e-3
when = 1979-05-27 07:32:00
'''
    tomllib.loads(text)
    lines = lines_of(text)
    assert lines[("spec",)] == 1
    assert lines[("note", 2)] == 8
    assert lines[("node", 1, "normalize", "upper")] == 12
    assert lines[("recipe", "normalize", "low", "x")] == 16
    assert lines[("recipe", "normalize", "when")] == 17
    assert ("node", 0, "code") in lines and lines[("node", 0)] == 11


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_spec_gives_an_index_or_faults(data):
    text = preset_text("egdi-open")
    at = data.draw(st.integers(0, len(text) - 1))
    to = data.draw(st.integers(at, min(len(text), at + 40)))
    damaged = (
        text[:at]
        + data.draw(st.sampled_from(["", '"', "[", "]", "= -1", "\n", "{", "0", "nan", "é"]))
        + text[to:]
    )
    try:
        index = spec.parse(damaged, "my.toml")
    except SpecError as error:
        assert all(fault.place.startswith("my.toml") and fault.came for fault in error.faults)
    else:
        assert spec.parse(spec.to_text(index)) == index


@pytest.mark.parametrize(
    "period, said",
    [
        ("[]", "period: an empty list"),
        ("[2020, true]", "period[1]: true; a label"),
        ("[2020, 2020]", "period[1]: 2020 stands twice"),
        ("[[2020]]", "period[0]: [2020]; a label"),
    ],
)
def test_each_of_a_list_of_periods_is_checked(period, said):
    nodes = "".join(f'[[node]]\ncode = "{code}"\nparent = "index"\n' for code in "ab")
    text = f'spec = 1\nperiod = {period}\n[[node]]\ncode = "index"\n{nodes}'
    with pytest.raises(SpecError) as caught:
        spec.parse(text)
    assert said in str(caught.value)


def test_valid_codes_are_told_in_the_order_of_the_spec():
    nodes = "".join(f'[[node]]\ncode = "{code}"\nparent = "index"\n' for code in "dbca")
    text = f'spec = 1\n[uncertainty]\nweights = {{ noise = 0.1, nodes = ["q"] }}\n[[node]]\ncode = "index"\n{nodes}'
    with pytest.raises(SpecError) as caught:
        spec.parse(text)
    assert "valid are index, d, b, c, a" in str(caught.value)
