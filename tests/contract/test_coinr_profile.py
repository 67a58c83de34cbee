"""The report on one unit of COINr 1.1.14: its strengths, and its scores and ranks at every level."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

import egov_index as egov

SHARED = Path(os.environ.get("EGOV_SHARED", Path(__file__).parents[2] / ".." / "shared"))
COINR = SHARED / "reference" / "coinr"

pytestmark = pytest.mark.skipif(not COINR.is_dir(), reason=f"no reference files in {COINR}; set EGOV_SHARED")


def rows(name):
    with open(COINR / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text != "" else np.nan


def tree():
    meta = {row["iCode"]: row for row in rows("inputs/ASEM_iMeta.csv")}
    nodes = {"Index": None}
    for row in rows("outputs/lineage.csv"):
        nodes |= {
            row["Sub-index"]: row["Index"],
            row["Pillar"]: row["Sub-index"],
            row["Indicator"]: row["Pillar"],
        }
    return egov.Framework(
        {"code": code, "name": meta[code]["iName"], "weight": float(meta[code]["Weight"])}
        | ({"parent": parent} if parent else {})
        | ({"direction": int(meta[code]["Direction"])} if meta[code]["Type"] == "Indicator" else {})
        for code, parent in nodes.items()
    )


def panel(name):
    data = sorted(rows(name), key=lambda row: row["uCode"])
    leaves = tree().leaves
    values = np.array([[[number(row[code]) for code in leaves]] for row in data])
    return egov.Panel(values, [row["uCode"] for row in data], [2018], leaves)


def test_scores_and_ranks_of_one_unit():
    recipe = egov.Recipe(normalize=egov.choice("minmax", low=0, high=100))
    result = egov.Index(tree(), recipe).score(panel("outputs/pipeline_Treated.csv"))
    got = egov.profile(result, "GBR")
    frame = got.to_frame().set_index("node")
    wanted = rows("outputs/unit_summary_GBR.csv")
    assert len(wanted) == len(frame) == 60
    for row in wanted:
        mine = frame.loc[row["Code"]]
        assert mine["name"] == row["Name"] and mine["rank"] == int(row["Rank"]), row["Code"]
        assert mine["score"] == pytest.approx(float(row["Score"]), rel=1e-12), row["Code"]
    leaves = [code for code in result.nodes if code in tree().leaves]
    assert frame.loc[leaves, "contribution"].sum() == pytest.approx(got.score, rel=1e-12)


def test_strengths_of_one_unit():
    recipe = egov.Recipe(normalize="minmax", impute="mean")
    got = egov.profile(egov.Index(tree(), recipe).score(panel("inputs/ASEM_iData.csv")), "GBR")
    wanted = rows("outputs/strengths_GBR.csv")
    assert len(wanted) == 5
    mine = got.strengths.to_dict("records")
    assert {row["indicator"] for row in mine} == {row["Code"] for row in wanted}
    by_code = {row["indicator"]: row for row in mine}
    for row in wanted:
        one = by_code[row["Code"]]
        assert (one["name"], one["parent"], one["rank"]) == (row["Name"], row["Pillar"], int(row["Rank"]))
        assert one["value"] == pytest.approx(float(row["Value"]), rel=1e-14)
