"""Methods one by one beside SciPy, scikit-learn, pymcdm and scikit-criteria, and the jobs of a whole index; one thread.

python benchmarks/bench_methods.py [--json]

Before a peer is timed it must give the same numbers as ours; peers that are not installed are left out with a note.
"""

from __future__ import annotations

import os

# ruff: noqa: E402
for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"  # before NumPy is imported

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import example
import numpy as np
from numpy.typing import NDArray
from peers import methods as peers
from timing import CPU, WALL, Line, best_of_many, shown

import egov_index as egov
from egov_index import _core, compiled
from egov_index.associations import associations

Work = Callable[[], Any]
QUOTED = "COINr 1.1.14, R 4.2.2, one thread of another machine: a figure to stay below, not a race"
TOLERANCE = 1e-9  # relative, between ours and a peer
SEARCHED = 1e-6  # the same where SciPy searches for a power, to eight digits


@dataclass
class Sizes:
    """How much is run."""

    repeats: int = 5
    least: float = 0.05
    rows: int = 2000
    columns: int = 50
    units: int = 10_000
    indicators: int = 500


QUICK = Sizes(1, 1e-3, 60, 8, 400, 100)


@dataclass
class Job:
    """Something to time, what does the same elsewhere, and the most seconds it may take."""

    name: str
    size: str
    ours: Work
    peers: Mapping[str, Work] = field(default_factory=dict)
    coinr: float | None = None
    limit: float | None = None
    tolerance: float = TOLERANCE


def known(stage: str, method: str) -> bool:
    return method in {row["name"] for row in _core.methods().get(stage, [])}


# The jobs of a whole index


def core_score(index: egov.Index, panel: egov.Panel) -> Work:
    """The call into the core alone: names are positions already."""
    parts = (
        compiled.core_panel(panel),
        compiled.core_framework(index.framework, panel),
        compiled.core_recipe(index.framework, index.recipe, panel),
    )
    return lambda: np.asarray(_core.score(*parts, [0])["values"])


def jobs_of_an_index(data: example.Example, left_out: list[str]) -> list[Job]:
    index, panel = data.index, data.panel
    size = f"{len(panel.units)} units x {len(panel.indicators)} indicators"
    jobs = [
        Job("pipeline: the core", size, core_score(index, panel), coinr=0.087, limit=1e-3),
        Job("pipeline: the call", size, lambda: index.score(panel).values, coinr=0.087, limit=5e-3),
    ]
    removal, outranking, optimize = (
        getattr(egov, name, None) for name in ("removal", "outranking", "optimize_weights")
    )
    if removal is not None:
        jobs.append(
            Job("each indicator removed in turn", size, lambda: removal(index, panel), coinr=4.7, limit=20e-3)
        )
    if outranking is not None:
        table = np.ascontiguousarray(data.complete.values[:, 0, :])
        plain = {"numpy": lambda: peers.outranking(table)}
        jobs.append(Job("outranking matrix", size, lambda: outranking(table), plain, coinr=1.8, limit=1e-3))
    if optimize is not None:
        level = index.replace(recipe=index.recipe.replace(normalize="none", treat="none", impute="none"))
        result = level.score(data.complete)
        jobs.append(
            Job(
                "optimized weights of 8 pillars",
                size,
                lambda: optimize(result, level=2, targets="equal"),
                coinr=39.0,
                limit=50e-3,
            )
        )
    for name, what in (("removal", removal), ("outranking", outranking), ("optimize_weights", optimize)):
        if what is None:
            left_out.append(f"{name}: not in this version")
    return jobs


# Methods one by one


def jobs_of_methods(sizes: Sizes, left_out: list[str]) -> list[Job]:
    random = np.random.default_rng(3)
    common = random.normal(size=(sizes.rows, 1))
    x = np.exp(0.5 * common + 0.5 * random.normal(size=(sizes.rows, sizes.columns)))
    size = f"{sizes.rows:,} x {sizes.columns}"
    jobs = []
    for stage, method, params, others in peers.table():
        if not known(stage, method):
            left_out.append(f"{stage} {method}: not in this version")
            continue
        given = x if stage != "correlate" else x[: max(len(x) // 4, 20), : min(x.shape[1], 20)]
        scaled = (given - given.min(axis=0)) / np.ptp(given, axis=0)
        given = scaled if method in peers.ON_UNIT_SCALE else given
        found: dict[str, Work] = {}
        for name, work in others.items():
            try:
                found[name] = work(given)
            except ImportError:
                left_out.append(f"{name}: not installed")
        shape = f"{given.shape[0]:,} x {given.shape[1]}" if given.shape != x.shape else size
        tolerance = SEARCHED if stage == "treat" else TOLERANCE
        work = ours(stage, method, params, given)
        jobs.append(Job(f"{stage} {method}", shape, work, found, tolerance=tolerance))
    return jobs


def ours(stage: str, method: str, params: dict[str, Any], x: NDArray[np.float64]) -> Work:
    if stage == "weight":
        return lambda: np.array(list(egov.weight(x, method, **params).values()))
    if stage == "correlate":
        table, choice = np.asfortranarray(x), egov.choice(method, **params)
        count = x.shape[1]
        return lambda: np.reshape(associations(table, table, choice)["estimate"], (count, count))
    call = getattr(egov, stage)
    return lambda: call(x, method, **params)


# Taking the measurements


def disagreement(job: Job) -> dict[str, float]:
    """Largest difference of each peer from ours, relative to the largest number."""
    mine = np.asarray(job.ours(), dtype=float) if job.peers else np.zeros(1)
    scale = max(float(np.nanmax(np.abs(mine))), 1e-300)
    return {
        name: float(np.nanmax(np.abs(np.asarray(work()) - mine))) / scale for name, work in job.peers.items()
    }


def measured(job: Job, sizes: Sizes) -> dict[str, Any]:
    def clocked(work: Work) -> float:
        return best_of_many(work, sizes.repeats, sizes.least)

    differs = disagreement(job)
    line = Line(
        job.name, job.size, CPU, clocked(job.ours), {name: clocked(work) for name, work in job.peers.items()}
    )
    within = None if job.limit is None else line.ours <= job.limit
    more = {
        "agree": all(gap <= job.tolerance for gap in differs.values()),
        "coinr": job.coinr,
        "limit": job.limit,
        "within": within,
        "differs": differs,
        "memory_over_data": None,
    }
    return asdict(line) | more


def large(sizes: Sizes) -> dict[str, Any]:
    """The large job in a process of its own, since the largest memory of a process never falls."""
    script = Path(__file__).with_name("bench_large.py")
    asked = [sys.executable, str(script), "--units", str(sizes.units), "--indicators", str(sizes.indicators)]
    runs = [
        json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
        for _ in range(min(sizes.repeats, 3))
    ]
    memory = min((run["peak_over_data"] for run in runs if "peak_over_data" in run), default=None)
    line = Line(
        "treatment, minmax, means at three levels", f"{sizes.units:,} units x {sizes.indicators} indicators",
        WALL, min(run["wall"] for run in runs),
    )  # fmt: skip
    within = line.ours <= 1.0 and (memory is None or memory < 4)
    return asdict(line) | {
        "agree": True,
        "coinr": None,
        "limit": 1.0,
        "within": within,
        "differs": {},
        "memory_over_data": memory,
    }


def measure(sizes: Sizes) -> dict[str, Any]:
    """The whole answer, as one object."""
    data, left_out = example.make(), []
    jobs = jobs_of_an_index(data, left_out) + jobs_of_methods(sizes, left_out)
    lines = [measured(job, sizes) for job in jobs] + [large(sizes)]
    return {
        "data": data.source,
        "coinr": QUOTED,
        "versions": {"egov_index": egov.__version__, "python": platform.python_version()} | peers.versions(),
        "cores": os.cpu_count(),
        "left_out": list(dict.fromkeys(left_out)),
        "agree": all(line["agree"] for line in lines),
        "lines": lines,
    }


def table(found: dict[str, Any]) -> str:
    """The answer for reading."""
    out = [
        ", ".join(f"{name} {what}" for name, what in found["versions"].items()),
        f"An index of {found['data']}. Seconds of COINr: {found['coinr']}.",
    ]
    for line in found["lines"]:
        out += [
            "",
            f"{line['name']} ({line['size']}), {line['unit']}",
            f"  {'ours':<22}{shown(line['ours']):>12}",
        ]
        if line["limit"] is not None:
            out[-1] += f"   {'within' if line['within'] else 'NOT within'} {shown(line['limit'])}"
        if line["memory_over_data"] is not None:
            out.append(f"  {'memory over data':<22}{shown(line['memory_over_data']):>12}   4 is the most")
        if line["coinr"] is not None:
            out.append(f"  {'COINr (quoted)':<22}{shown(line['coinr']):>12}")
        for name, value in line["peers"].items():
            ratio, gap = line["ratios"][name], line["differs"][name]
            out.append(
                f"  {name:<22}{shown(value):>12}   ours is {ratio:,.1f} times as fast; they differ by {gap:.0e}"
            )
    return "\n".join([*out, "", *(f"left out: {what}" for what in found["left_out"])])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Methods beside their peers, and the jobs of a whole index.")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    found = measure(QUICK if asked.quick else Sizes())
    print(json.dumps(found, indent=2) if asked.json else table(found))
    if not found["agree"]:
        print("ours and a peer do not agree: their times mean nothing", file=sys.stderr)
    return 0 if found["agree"] else 1


if __name__ == "__main__":
    sys.exit(main())
