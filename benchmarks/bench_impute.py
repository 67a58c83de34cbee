"""Imputations beside scikit-learn and miceforest on hidden cells of the real panel: errors, coverage, time; one thread.

python benchmarks/bench_impute.py [--json] [--seeds N] [--only T|E] [--without PEER ...] [--also METHOD ...]

Every method sees the same holes. Peers that are not installed, and methods that this version does not have, are left
out with a note.
"""

from __future__ import annotations

import os

# ruff: noqa: E402
for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"  # before NumPy is imported

import argparse
import json
import math
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import impute_times
import numpy as np
from peers import impute as peers
from timing import shown

import egov_index as egov
from egov_index import _core

OURS = "kriging"
MASKS = ("random", "tail", "series", "gap")
LEVEL, LOW, HIGH = 0.90, 0.86, 0.94  # of the intervals; between which ends their coverage is to lie
YEARS = range(2000, 2024)


@dataclass(frozen=True)
class Case:
    """What is hidden, what helps, and the most times the error of the best peer on each mask."""

    name: str
    title: str
    hidden: tuple[str, ...]
    helpers: tuple[str, ...]
    most: Mapping[str, float]


CASES = (
    Case(
        "T", "telecom", ("internet_users", "mobile_cellular", "fixed_broadband", "fixed_telephone"),
        ("log_gdp_per_capita", "hdi"), {"random": 1.0, "tail": 0.88, "series": 1.0, "gap": 1.0},
    ),
    Case(
        "E", "literacy and schooling", ("adult_literacy", "mean_schooling", "expected_schooling"),
        ("log_gdp_per_capita",), dict.fromkeys(MASKS, 1.0),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is run."""

    seeds: int = 10
    cases: tuple[Case, ...] = CASES
    without: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    units: int | None = None  # the first so many only
    times: bool = True
    quick: bool = False


def known(method: str) -> bool:
    return method.partition(":")[0] in {row["name"] for row in _core.methods()["impute"]}


def panels(case: Case, units: int | None) -> tuple[egov.Panel, egov.Panel]:
    """The indicators that are hidden, and the auxiliaries, GDP per head as its logarithm."""
    panel = egov.datasets.ict_human_capital()
    labels = panel.units[:units]
    outcomes = egov.datasets.sdg_outcomes().select(labels, YEARS, ["gdp_per_capita", "hdi"])
    values = outcomes.values.copy()
    values[:, :, 0] = np.log(values[:, :, 0])
    names = ("log_gdp_per_capita", "hdi")
    helpers = outcomes.replace(values=values, indicators=names, indicator_info=None, years=None)
    return panel.select(labels, YEARS, case.hidden), helpers.select(indicators=case.helpers)


# Errors and coverage


def measured(case: Case, asked: Asked, left_out: list[str]) -> dict[str, Any]:
    panel, helpers = panels(case, asked.units)
    others = {name: peer for name, peer in peers.table(left_out).items() if name not in asked.without}
    mine = [method for method in (OURS, *asked.also) if known(method)]
    left_out += [f"{method}: not in this version" for method in (OURS, *asked.also) if method not in mine]
    told = progress(case.name) if sys.stderr.isatty() else None
    found = egov.imputation_benchmark(
        panel, [*others.items(), *mine], MASKS, seed=1, repeats=asked.seeds, auxiliaries=helpers, levels=LEVEL,
        progress=told,
    )  # fmt: skip
    lines = [found.line(mask, method) for mask in MASKS for method in found.methods]
    return {
        "name": case.name,
        "title": case.title,
        "size": f"{' x '.join(map(str, panel.shape))}, {', '.join(helpers.indicators)} beside",
        "seeds": asked.seeds,
        "peers": list(others),
        "ours": mine,
        "lines": lines,
        "targets": targets(case, found, list(others)) if OURS in mine else [],
        "coverage": coverage(found, mine),
        "notes": list(found.notes),
    }


def progress(name: str) -> Any:
    return lambda share: print(f"\r{name} {share:4.0%}", end="" if share < 1 else "\n", file=sys.stderr)


def targets(case: Case, found: egov.ImputationBenchmark, others: list[str]) -> list[dict[str, Any]]:
    """Ours over the best peer of each mask, with its standard error over the seeds."""
    rows = []
    for mask in MASKS:
        peer = min(others, key=lambda name: found.line(mask, name)["nrmse"])
        table = found.compare(peer)
        row = table[(table["mask"] == mask) & (table["method"] == OURS)].iloc[0]
        rows.append(
            {
                "mask": mask,
                "peer": peer,
                "ours": float(row["value"]),
                "best_peer": float(row["reference_value"]),
                "ratio": float(row["ratio"]),
                "error": float(row["error"]),
                "most": case.most[mask],
                "met": bool(row["ratio"] <= case.most[mask]),
            }
        )
    return rows


def coverage(found: egov.ImputationBenchmark, mine: list[str]) -> list[dict[str, Any]]:
    """Coverage of each method with intervals by mask and income group; a mark for ours."""
    rows = []
    for row in found.coverage().to_dict("records"):
        group = row["group"] if isinstance(row["group"], str) else None
        ours = row["method"] in mine
        met = bool(LOW <= row["coverage"] <= HIGH) if ours else None
        rows.append(
            {name: row[name] for name in ("mask", "method", "intervals", "coverage", "error")}
            | {"group": group, "met": met}
        )
    return rows


def measure(asked: Asked) -> dict[str, Any]:
    """The whole answer, as one object."""
    left_out: list[str] = []
    runs = [measured(case, asked, left_out) for case in asked.cases]
    times = []
    if asked.times:
        panel, helpers = panels(CASES[0], asked.units)
        times = impute_times.measure(panel, helpers, known, left_out, asked.quick)
    return {
        "versions": {"egov_index": egov.__version__, "python": platform.python_version()} | peers.versions(),
        "cores": os.cpu_count(),
        "level": LEVEL,
        "left_out": list(dict.fromkeys(left_out)),
        "runs": runs,
        "lines": times,
    }


# For reading


def mark(met: bool | None) -> str:
    return {True: "met", False: "NOT met", None: ""}[met]


def number(value: float, digits: int = 3) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def grid(run: dict[str, Any], title: str, name: str, digits: int) -> list[str]:
    """One score: a row a method, a column a mask; nothing where no method has it."""
    cells = {(line["mask"], line["method"]): line[name] for line in run["lines"]}
    out = []
    for method in (*run["peers"], *run["ours"]):
        row = [cells[mask, method] for mask in MASKS]
        if not all(math.isnan(cell) for cell in row):
            out.append(f"  {method:<24}" + "".join(f"{number(cell, digits):>9}" for cell in row))
    return ["", f"  {title:<24}" + "".join(f"{mask:>9}" for mask in MASKS), *out] if out else []


def covered(row: dict[str, Any] | None) -> str:
    """Coverage, with a star where it is not within the ends."""
    if row is None:
        return f"{'-':>9}"
    return f"{number(row['coverage'], 2):>8}" + ("*" if row["met"] is False else " ")


def groups(run: dict[str, Any]) -> list[str]:
    """Coverage: a row a method and group, a column a mask."""
    by: dict[tuple[str, str], dict[str, Any]] = {}
    for row in run["coverage"]:
        by.setdefault((row["method"], row["group"] or "all"), {})[row["mask"]] = row
    if not by:
        return []
    out = [
        "",
        f"  {f'coverage of {LEVEL:.0%}, * not in {LOW:.2f} to {HIGH:.2f}':<44}"
        + "".join(f"{mask:>9}" for mask in MASKS),
    ]
    for (method, group), rows in by.items():
        cells = [covered(rows.get(mask)) for mask in MASKS]
        out.append(f"  {f'{method}, {group}':<44}" + "".join(cells))
    return out


def table(found: dict[str, Any]) -> str:
    """The answer for reading."""
    out = [", ".join(f"{name} {what}" for name, what in found["versions"].items())]
    for run in found["runs"]:
        out += ["", f"{run['name']}: {run['title']} ({run['size']}), {run['seeds']} seed"]
        out[-1] += "s" if run["seeds"] > 1 else ""
        for title, name, digits in (
            ("nRMSE", "nrmse", 3), ("standard error", "nrmse_error", 4), ("nMAE", "nmae", 3),
            ("interval score", "interval_score", 2), ("CPU seconds", "seconds", 2),
        ):  # fmt: skip
            out += grid(run, title, name, digits)
        out += groups(run)
        if run["targets"]:
            out += ["", f"  {OURS} over the best peer"]
        for row in run["targets"]:
            ratio = f"{row['ratio']:.3f} +- {number(row['error'])}"
            out.append(
                f"  {row['mask']:<10}{row['ours']:>7.3f} /{row['best_peer']:>6.3f} {row['peer']:<18}"
                f"{ratio:<18} at most {row['most']:.2f}   {mark(row['met'])}"
            )
        out += ["", *(f"  {note}" for note in run["notes"])]
    for line in found["lines"]:
        out += ["", f"{line['name']} ({line['size']}), {line['unit']}", f"  ours {shown(line['ours']):>12}"]
        out[-1] += f"   at most {shown(line['limit'])}   {mark(line['within'])}"
    return "\n".join([*out, "", *(f"left out: {what}" for what in found["left_out"])])


def plain(value: Any) -> Any:
    """What JSON can hold: what is missing is null."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Imputations beside their peers on hidden cells.")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument("--seeds", type=int, default=10, metavar="N", help="times each mask is drawn (10)")
    parser.add_argument("--only", choices=[case.name for case in CASES], help="one of the two runs")
    parser.add_argument("--without", nargs="+", default=[], metavar="PEER", help="peers to leave out")
    parser.add_argument(
        "--also", nargs="+", default=[], metavar="METHOD", help="more methods of this package"
    )
    parser.add_argument("--no-times", action="store_true", help="errors and coverage only")
    parser.add_argument("--quick", action="store_true", help="40 units, one seed, no miceforest: a look only")
    given = parser.parse_args(arguments)
    cases = tuple(case for case in CASES if given.only in (None, case.name))
    without = (*given.without, *(["miceforest_long"] if given.quick else []))
    seeds, units = (1, 40) if given.quick else (given.seeds, None)
    asked = Asked(seeds, cases, without, tuple(given.also), units, not given.no_times, given.quick)
    found = measure(asked)
    print(json.dumps(plain(found), indent=2, allow_nan=False) if given.json else table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
