"""One way to call any method of any stage, for tests that are made from the table of methods."""

import json
from pathlib import Path

import numpy as np

import egov_index as egov
from egov_index import _core, catalogue
from egov_index.compiled import core_choice
from egov_index.panel import Panel

NAN = float("nan")
GOLDEN = Path(__file__).parents[1] / "golden" / "methods"
STAGES = tuple(_core.methods())
METHODS = [(stage, row) for stage, rows in _core.methods().items() for row in rows]
ON_CELLS = ("impute", "treat", "normalize")
IDS = [f"{stage}-{row['name']}" for stage, row in METHODS]


def golden():
    """Every golden row, stage by stage."""
    files = [GOLDEN / f"{stage}.json" for stage in STAGES]
    return [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))]


def numbers(values):
    """Nested lists with None as a float array with NaN."""
    return np.array(values, dtype=object).astype(float)


def of_stages(*stages):
    """Stage and row of every method of some stages, with ids, for parametrize."""
    picked = [(stage, row) for stage, row in METHODS if stage in stages]
    return {
        "argnames": ("stage", "row"),
        "argvalues": picked,
        "ids": [f"{stage}-{row['name']}" for stage, row in picked],
    }


def with_trait(trait):
    """The same of every method that declares a trait."""
    picked = [(stage, row) for stage, row in METHODS if trait in row["traits"]]
    return {
        "argnames": ("stage", "row"),
        "argvalues": picked,
        "ids": [f"{stage}-{row['name']}" for stage, row in picked],
    }


def variants(stage, row):
    """Parameters to try a method with: its defaults where they suffice, and those of its golden rows."""
    found = []
    for item in golden():
        if (item["stage"], item["method"]) == (stage, row["name"]) and item["params"] not in found:
            found.append(item["params"])
    return found


def scaled(row, params, factor):
    """Parameters in the unit of the indicator, for data that were multiplied by a factor."""
    unbounded = {
        param["name"]
        for param in row["params"]
        if param["kind"] == "indicator" and param["upper"] == float("inf")
    }  # those with an upper bound are shares or numbers of standard deviations
    return {name: value * factor if name in unbounded else value for name, value in params.items()}


def panel_of(values, periods=None, backend="pandas"):
    """A panel with groups, of (units, periods, indicators) or (units, indicators) or (units,)."""
    values = np.asarray(values, dtype=float)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim == 2:
        values = values[:, None, :]
    units, times, names = values.shape
    return Panel(
        values,
        [f"U{k}" for k in range(units)],
        list(range(2000, 2000 + times)) if periods is None else periods,
        [f"x{k}" for k in range(names)],
        groups={"region": ["abc"[k % 3] if k != 1 else None for k in range(units)]},
        backend=backend,
    )


def tree_of(panel, params):
    """A tree with the indicators below one root, for a method that asks for one."""
    nodes = [{"code": "root"}, *({"code": name, "parent": "root"} for name in panel.indicators)]
    return egov.Framework(nodes) if "up" in params else None


def called(panel, params):
    """What egov.impute is called with: a tree and auxiliaries beside the panel, where the parameters ask for them."""
    named = params.get("auxiliaries", ())
    tree = {"framework": tree_of(panel, params)}
    made_up = isinstance(named, list) and all(isinstance(name, str) for name in named)
    if not named or not made_up or set(named) & set(panel.indicators):
        return {**tree, **params}
    return {**tree, **params, "auxiliaries": auxiliaries_of(panel, named)}


def auxiliaries_of(panel, names):
    """Made of the first indicator: that of the period before; where it is missing, its highest and lowest in turn."""
    first = np.roll(panel.values[:, :, 0], 1, axis=1)
    seen = first[~np.isnan(first)]
    ends = (seen.max(), seen.min()) if len(seen) else (NAN, NAN)
    made = [np.where(np.isnan(first), ends[k % 2], first) for k in range(len(names))]
    return Panel(np.stack(made, axis=2), panel.units, panel.periods, list(names), backend=panel.backend)


def pillars_of(names, pillars=None):
    """A framework of two levels over some indicators; one pillar if none are given."""
    pillars = pillars or ["all"] * len(names)
    above = [{"code": "root"}, *({"code": one, "parent": "root"} for one in dict.fromkeys(pillars))]
    below = [{"code": name, "parent": one} for name, one in zip(names, pillars, strict=True)]
    return egov.Framework(above + below)


def run(stage, method, panel, params, **more):
    """Result of a method on a panel, as an array: (units, periods, indicators), one less for an aggregate."""
    if stage == "screen":
        tree = pillars_of(panel.indicators) if params.get("within") else None
        units = egov.screen(panel, method, framework=tree, **params, **more).units
        return np.array(units["kept"], dtype=float).reshape(len(panel.periods), -1).T
    if stage == "denominate":
        by = dict.fromkeys(panel.indicators, "size")
        table = egov.Panel(np.full((*panel.shape[:2], 1), 7.0), panel.units, panel.periods, ["size"])
        return egov.denominate(panel, {"method": method, **params}, by=by, table=table, **more).values
    if stage == "impute":
        return egov.impute(panel, method, **called(panel, params)).panel.values
    if stage in ("treat", "normalize", "rank"):
        return getattr(egov, stage)(panel, method, **params, **more).values
    if stage == "aggregate":
        return egov.aggregate(panel, method, **params, **more).values[:, :, 0]
    if stage == "weight":
        return np.array(list(egov.weight(panel, method, **params, **more).values()))
    if stage in ("correlate", "interval"):
        chosen = catalogue.as_choice({"method": method, **params}, stage)
        how = {"method": chosen} if stage == "correlate" else {"interval": chosen, "resamples": 20}
        table = egov.outcomes.correlate(panel, panel, minimum=0, **({"resamples": 0} | how)).to_frame()
        count = len(panel.indicators)
        return table["estimate" if stage == "correlate" else "low"].to_numpy().reshape(count, count).T
    values = panel.values[:, 0, 0]
    return np.asarray(_core.adjust(values, core_choice(stage, catalogue.Choice(method, params))))


def lowest_adjusted(row, p):
    """What adjusted p-values are at least: the p-values, but where the share of true hypotheses is estimated."""
    return p / len(p) if row["name"] in ("storey", "two_stage") else p
