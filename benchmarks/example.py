"""51 countries x 49 indicators in 8 pillars: COINr's example where it is at hand, else random data of its shape."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import egov_index as egov

COINR = Path(os.environ.get("EGOV_SHARED", Path(__file__).parents[2] / "shared")) / "reference" / "coinr"
UNITS, PILLARS, SIZES = 51, 8, (8, 5, 3, 5, 8, 5, 9, 6)  # indicators of each pillar


@dataclass(frozen=True)
class Example:
    """Data with holes and groups, the tree as mappings, and where they are from."""

    panel: egov.Panel
    nodes: list[dict[str, Any]]
    source: str

    @property
    def index(self) -> egov.Index:
        """Group mean, treatment in two steps, minmax, arithmetic means."""
        known = [row["name"] for row in egov.methods("treat").to_dict("records")]
        treat = "two_step" if "two_step" in known else "winsorize"
        recipe = egov.Recipe(
            impute=egov.choice("group_mean", by="group"),
            treat=treat,
            normalize=egov.choice("minmax", low=0, high=100),
        )
        return egov.Index(egov.Framework(self.nodes), recipe)

    @property
    def complete(self) -> egov.Panel:
        """Indicators on a scale from 1 to 100, without holes, in the direction of each."""
        index = self.index
        filled = egov.impute(self.panel, egov.choice("group_mean", by="group")).panel
        signs = {leaf: index.framework[leaf].direction for leaf in index.framework.leaves}
        return egov.normalize(filled, "minmax", direction=signs, low=1, high=100)


def _rows(name: str) -> list[dict[str, str]]:
    with open(COINR / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _of_coinr() -> Example:
    facts = {row["iCode"]: row for row in _rows("inputs/ASEM_iMeta.csv")}
    pairs: dict[str, str] = {}
    for below, above in (("Sub-index", "Index"), ("Pillar", "Sub-index"), ("Indicator", "Pillar")):
        pairs |= {row[below]: row[above] for row in _rows("outputs/lineage.csv")}
    nodes: list[dict[str, Any]] = [{"code": "Index"}]
    for code, parent in pairs.items():
        sign = {"direction": int(facts[code]["Direction"])} if facts[code]["Type"] == "Indicator" else {}
        nodes.append({"code": code, "parent": parent, "weight": float(facts[code]["Weight"]), **sign})
    leaves = [node["code"] for node in nodes if "direction" in node]
    rows = _rows("outputs/pipeline_Denominated.csv")
    group = {row["uCode"]: row["EurAsia_group"] for row in _rows("inputs/ASEM_iData.csv")}
    values = np.array([[float(row[leaf] or "nan") for leaf in leaves] for row in rows])
    units = [row["uCode"] for row in rows]
    groups = {"group": [group[unit] for unit in units]}
    return Example(
        egov.Panel(values[:, None, :], units, [2018], leaves, groups=groups), nodes, "ASEM data of COINr"
    )


def _synthetic() -> Example:
    random = np.random.default_rng(51)
    common = random.normal(size=(UNITS, 1))
    values = np.exp(0.6 * common + random.normal(size=(UNITS, sum(SIZES))))
    values[random.uniform(size=values.shape) < 0.025] = np.nan
    leaves = [f"x{k}" for k in range(sum(SIZES))]
    nodes: list[dict[str, Any]] = [
        {"code": "Index"},
        {"code": "s0", "parent": "Index"},
        {"code": "s1", "parent": "Index"},
    ]
    nodes += [{"code": f"p{k}", "parent": f"s{k // 5}"} for k in range(PILLARS)]
    pillar = np.repeat(np.arange(PILLARS), SIZES)
    nodes += [
        {"code": leaf, "parent": f"p{pillar[k]}", "direction": -1 if k % 5 == 0 else 1}
        for k, leaf in enumerate(leaves)
    ]
    groups = {"group": ["ab"[k % 2] for k in range(UNITS)]}
    panel = egov.Panel(values[:, None, :], [f"U{k}" for k in range(UNITS)], [2018], leaves, groups=groups)
    return Example(panel, nodes, "random data of the shape of COINr's example")


def make() -> Example:
    return _of_coinr() if COINR.is_dir() else _synthetic()
