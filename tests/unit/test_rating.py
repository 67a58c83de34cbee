"""Rating classes by count within a group, and ranks that are fractions wherever ranks are shown."""

import json

import numpy as np
import pytest

import egov_index as egov
from egov_index import outputs, spec, summary
from egov_index.framework.rating import class_of_each
from egov_index.job import run

UN = [
    {"above": 0.75, "code": "VH", "classes": ["VH", "V3", "V2", "V1"]},
    {"above": 0.5, "code": "H", "classes": ["HV", "H3", "H2", "H1"]},
    {"above": 0.25, "code": "M", "classes": ["MH", "M3", "M2", "M1"]},
    {"code": "L", "classes": ["LM", "L3", "L2", "L1"]},
]


def result_of(scores, groups, rank="competition", digits=None, periods=1):
    tree = egov.Framework([{"code": "i"}, {"code": "a", "parent": "i"}], groups, rank_digits=digits)
    values = np.reshape(scores, (-1, periods, 1))
    panel = egov.Panel(values, [f"U{k}" for k in range(len(values))], range(2000, 2000 + periods), ["a"])
    recipe = egov.Recipe(normalize="none", missing="drop-weight", rank=rank)
    return egov.Index(tree, recipe).score(panel)


def slow_classes(scores, groups):
    """Twin: sort a group, deal places out part by part, then lift each tie to the class of its first member."""
    found = {}
    for code, names in groups:
        members = sorted((unit for unit in scores if scores[unit][1] == code), key=lambda u: -scores[u][0])
        sizes = [len(members) // len(names) + (k < len(members) % len(names)) for k in range(len(names))]
        dealt = [name for name, size in zip(names, sizes, strict=True) for _ in range(size)]
        for unit, name in zip(members, dealt, strict=True):
            same = [found[other] for other in found if scores[other] == scores[unit]]
            found[unit] = same[0] if same else name
    return found


def test_groups_are_cut_into_classes_of_equal_number():
    scores = np.linspace(0.99, 0.01, 30)
    got = result_of(scores, UN).classes
    assert list(got.columns) == ["unit", "period", "group", "class"]
    counts = got.groupby(["group", "class"], sort=False).size()
    assert counts["VH"].tolist() == [2, 2, 2, 2] and list(counts["VH"].index) == ["VH", "V3", "V2", "V1"]
    assert counts["H"].tolist() == [2, 2, 2, 1]  # seven units: the better classes take the odd ones
    assert counts.sum() == 30


@pytest.mark.parametrize("seed", range(8))
def test_classes_are_those_of_a_slow_twin(seed):
    rng = np.random.default_rng(seed)
    scores = np.round(rng.uniform(0, 1, 40), 1 + seed % 2)
    result = result_of(scores, UN)
    groups = [(group["code"], group["classes"]) for group in UN]
    given = dict(zip(result.units, zip(scores, result.group_labels, strict=True), strict=True))
    wanted = slow_classes(given, groups)
    assert result.class_labels == [wanted[unit] for unit in result.units]


def test_ties_share_the_better_class_and_few_units_fill_the_best():
    result = result_of([0.9, 0.8, 0.8, 0.8, 0.1], [{"code": "all", "classes": ["A", "B"]}])
    assert result.class_labels == ["A", "A", "A", "A", "B"]
    assert result_of([0.9, 0.8], UN).class_labels == ["VH", "V3"]
    # 0.81 and 0.79 are one rank after rounding
    result = result_of([0.9, 0.81, 0.79, 0.1], [{"code": "all", "classes": ["A", "B"]}], digits=1)
    assert result.class_labels == ["A", "A", "A", "B"]
    assert class_of_each((), ["x"], np.array([1.0])) == [None]


def test_each_period_is_cut_on_its_own_and_what_is_not_scored_has_no_class():
    scores = [[0.9, 0.1], [0.8, 0.2], [np.nan, 0.3], [0.6, 0.4]]
    result = result_of(scores, [{"code": "all", "classes": ["A", "B"]}], periods=2)
    assert result.class_labels == ["A", "A", None, "B", "B", "B", "A", "A"]
    table = result.table()
    assert list(table.columns)[:6] == ["unit", "name", "period", "rank", "group", "class"]
    assert table["class"].tolist()[:3] == ["A", "A", "B"] and table["unit"].tolist()[:3] == ["U0", "U1", "U3"]


def test_a_group_may_go_without_classes():
    result = result_of([0.9, 0.8, 0.1], [{"above": 0.5, "code": "H", "classes": ["A", "B"]}, {"code": "L"}])
    assert result.class_labels == ["A", "B", None]
    plain = result_of([0.9, 0.8], [{"above": 0.85, "code": "H"}, {"code": "L"}])
    assert "class" not in plain.table() and plain.class_labels == [None, None]


RANKED = """spec = 1
name = "small"
groups = [{{ code = "all", classes = ["top", "rest"] }}]
[recipe]
normalize = "none"
rank = "{rank}"
[[node]]
code = "i"
[[node]]
code = "a"
parent = "i"
[[node]]
code = "b"
parent = "i"
"""


def job_of(rank):
    values = np.array([[1.0, 3], [2, 2], [5, 5], [0, 1]])[:, None, :]
    panel = egov.Panel(values, ["AUT", "BEL", "CHE", "DNK"], [2020], ["a", "b"])
    return run(spec.parse(RANKED.format(rank=rank)), panel, parts=())


@pytest.mark.parametrize(
    ("rank", "wanted"),
    [("competition", [1, 2, 2, 4]), ("average", [1, 2.5, 2.5, 4]), ("dense", [1, 2, 2, 3])],
)
def test_ranks_of_every_method_are_shown_as_they_are(rank, wanted):
    job = job_of(rank)
    kind, word = ("f", "2.5") if rank == "average" else ("i", "2")
    table = job.result.table()
    assert table["rank"].tolist() == wanted and table["rank"].dtype.kind == kind
    assert sorted(job.result.ranks["i"]) == wanted and job.result.ranks["i"].dtype.kind == kind
    lines = [line.split() for line in summary.as_text(job).splitlines()]
    assert [line[0] for line in lines if "all" in line] == [f"{value:g}" for value in wanted]
    assert [line[-1] for line in lines if "all" in line] == ["top", "top", "top", "rest"]
    assert [row["rank"] for row in json.loads(summary.as_json(job, []))["ranking"]] == wanted
    files = outputs.texts(job)
    written = [line.split(",")[2] for line in files["ranks.csv"].splitlines()[1:]]
    assert [float(text) for text in written] == [wanted[1], wanted[1], 1, wanted[-1]] and written[0] == word
    assert files["classes.csv"].splitlines()[0] == "unit,period,group,class"
    page = egov.report(job.result)
    assert ("2.5" in page) == (rank == "average") and "all top" in page


def test_draws_are_ranked_by_competition_only():
    index = spec.parse(RANKED.format(rank="average"))
    panel = egov.Panel(np.arange(8.0).reshape(4, 1, 2) + 1, list("wxyz"), [2020], ["a", "b"])
    with pytest.raises(egov.SpecError) as caught:
        index.uncertainty(panel, egov.Alternatives(aggregate=["arithmetic", "geometric"]), n=8)
    assert all(word in str(caught.value) for word in ("rank", "average", "competition"))
