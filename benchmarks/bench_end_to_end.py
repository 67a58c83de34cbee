"""The project beside its peers: the same index, the same draws, one thread each.

python benchmarks/bench_end_to_end.py [--json]
"""

from __future__ import annotations

import os

# ruff: noqa: E402
for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"  # before NumPy is imported

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from peers import model as shared
from peers import numpy_blocks, numpy_draws, numpy_indices, pandas_draws, salib_indices
from timing import CPU, RATE, WALL, Line, best, shown

import egov_index as egov
from egov_index.uncertainty import plan

RUNS: dict[str, Callable[..., Any]] = {
    "pandas": pandas_draws.run,
    "numpy_loop": numpy_draws.run,
    "numpy_blocks": numpy_blocks.run,
    "numpy_blocks_packed": partial(numpy_blocks.run, rank=numpy_blocks.packed),
}


@dataclass
class Sizes:
    """How much of each job is run; rates are those of the best of so many repeats."""

    repeats: int = 5
    agree: int = 256
    ours: int = 65536
    pandas: int = 60
    numpy_loop: int = 4096
    numpy_blocks: int = 32768
    numpy_blocks_packed: int = 32768
    base: int = 1024
    salib_outputs: int = 4
    threads: int = 524288
    main: int = 4096


QUICK = Sizes(1, 48, 512, 5, 64, 512, 512, 32, 1, 1024, 64)


class Ours:
    """The shared model as a panel, an index and its alternatives."""

    def __init__(self, model: shared.Model) -> None:
        units = [f"U{k:03}" for k in range(len(model.values))]
        leaves = [f"x{k}" for k in range(model.indicators)]
        groups = {"regions": [f"region {k}" for k in model.regions]}
        self.panel = egov.Panel(model.values[:, np.newaxis, :], units, [2022], leaves, groups=groups)
        nodes: list[dict[str, Any]] = [{"code": "index"}]
        nodes += [{"code": f"pillar{k}", "parent": "index"} for k in range(model.pillars)]
        for k, leaf in enumerate(leaves):
            posts = {"lower": float(model.lower[k]), "upper": float(model.upper[k])}
            nodes.append({"code": leaf, "parent": f"pillar{k // model.each}", **posts})
        scales = [egov.choice(name, rescale=(shared.LOW, shared.HIGH)) for name in shared.NORMALIZATIONS]
        recipe = egov.Recipe(impute="mean", normalize=scales[0])
        self.index = egov.Index(egov.Framework(nodes), recipe)
        self.alternatives = egov.Alternatives(
            impute=["mean", "median", egov.choice("group_mean", by="regions")],
            normalize=scales,
            aggregate=list(shared.AGGREGATIONS),
            weights=egov.noise(shared.NOISE, "leaves"),
        )

    def uncertainty(self, n: int, threads: int = 1, keep: bool = False) -> egov.Ensemble:
        return self.index.uncertainty(self.panel, self.alternatives, n=n, threads=threads, keep=keep)

    def sensitivity(self, n: int) -> egov.Sensitivity:
        return self.index.sensitivity(self.panel, self.alternatives, n=n, output="rank", threads=1)

    def compile(self) -> object:
        return plan(self.index, self.panel, self.alternatives)


def agreement(ours: Ours, model: shared.Model, draws: int) -> dict[str, dict[str, float]]:
    """Recompute the same draws with each peer.

    Gives the largest absolute difference of a score, on the scale from LOW to HIGH, and how many ranks differ.
    """
    kept = ours.uncertainty(draws, keep=True).draws
    assert kept is not None
    points = np.ascontiguousarray(kept["points"])
    found = {}
    for name, run in RUNS.items():
        scores, ranks = run(model, points)
        gap = float(np.abs(scores - kept["scores"]).max())
        found[name] = {"score_difference": gap, "ranks_that_differ": int((ranks != kept["ranks"]).sum())}
    return found


def draws_line(ours: Ours, model: shared.Model, sizes: Sizes) -> Line:
    random = np.random.default_rng(1)
    rates = {}
    for name, run in RUNS.items():
        points = random.random((getattr(sizes, name), model.factors))
        rates[name] = len(points) / best(lambda run=run, points=points: run(model, points), sizes.repeats)
    rate = sizes.ours / best(lambda: ours.uncertainty(sizes.ours), sizes.repeats)
    return Line("uncertainty: scores and ranks", f"{sizes.ours:,} draws", RATE, rate, rates)


def threads_line(ours: Ours, sizes: Sizes) -> Line:
    one, two = (
        best(
            lambda threads=threads: ours.uncertainty(sizes.threads, threads), sizes.repeats, time.perf_counter
        )
        for threads in (1, 2)
    )
    return Line("uncertainty: two threads", f"{sizes.threads:,} draws", WALL, two, {"ours_one_thread": one})


def sensitivity_line(ours: Ours, model: shared.Model, sizes: Sizes) -> Line:
    n, units = sizes.base, len(model.values)
    peers = {"numpy_no_intervals": best(lambda: numpy_indices.run(model, n), sizes.repeats)}
    if find_spec("SALib"):
        few = sizes.salib_outputs
        less, more = (
            best(lambda outputs=outputs: salib_indices.run(model, n, outputs), min(sizes.repeats, 3))
            for outputs in (few, 2 * few)
        )
        peers["salib_scaled_up"] = less + (units - few) * max(more - less, 0.0) / few
    runs = n * (model.factors + 2)
    return Line(
        f"sensitivity: {units} ranks, {model.factors} factors", f"{runs:,} runs", CPU,
        best(lambda: ours.sensitivity(n), sizes.repeats), peers,
    )  # fmt: skip


def main_job(draws: int) -> None:
    """From the embedded data to scores, ranges, indices and links."""
    survey, ict = egov.datasets.un_egov_survey(), egov.datasets.ict_human_capital()
    panel = survey.select(indicators=["osi"]).join(ict)
    index = egov.preset("egdi-open")
    result = index.score(panel)
    scales = [egov.choice(name, rescale=(1, 100)) for name in ("minmax", "zscore", "rank")]
    other = egov.Alternatives(
        normalize=scales, aggregate=["arithmetic", "geometric"], weights=egov.noise(0.25)
    )
    index.uncertainty(panel, other, n=draws)
    index.sensitivity(panel, other, n=max(draws // 4, 8), output="rank_shift")
    egov.outcomes.correlate(result, egov.datasets.sdg_outcomes())


def lines(ours: Ours, model: shared.Model, sizes: Sizes) -> list[Line]:
    compiled = best(ours.compile, sizes.repeats)
    whole = best(lambda: main_job(sizes.main), min(sizes.repeats, 3), time.perf_counter)
    return [
        draws_line(ours, model, sizes),
        sensitivity_line(ours, model, sizes),
        threads_line(ours, sizes),
        Line("compile of the plan", "18 combinations", CPU, compiled),
        Line("main job: egdi-open, all parts", f"{sizes.main:,} draws", WALL, whole),
    ]


def measure(sizes: Sizes) -> dict[str, Any]:
    """The whole answer, as one object."""
    model = shared.make()
    ours = Ours(model)
    agreed = agreement(ours, model, sizes.agree)
    agree = all(gap["score_difference"] <= 1e-12 and not gap["ranks_that_differ"] for gap in agreed.values())
    return {
        "model": f"{len(model.values)} countries x {model.indicators} indicators x {model.pillars} pillars, "
        f"{model.factors} factors",
        "versions": {
            "egov_index": egov.__version__, "python": platform.python_version(),
            "numpy": np.__version__, "pandas": pd.__version__,
        },
        "cores": os.cpu_count(),
        "agreement": {"draws": sizes.agree, "peers": agreed},
        "agree": agree,
        "lines": [asdict(line) for line in lines(ours, model, sizes)] if agree else [],
    }  # fmt: skip


def table(found: dict[str, Any]) -> str:
    """The answer for reading."""
    out = [found["model"], ", ".join(f"{name} {what}" for name, what in found["versions"].items()), ""]
    out.append(f"Agreement with ours on the same {found['agreement']['draws']} draws:")
    for name, gap in found["agreement"]["peers"].items():
        differ = gap["ranks_that_differ"]
        out.append(f"  {name:<22}scores within {gap['score_difference']:.0e}, {differ} ranks differ")
    for line in found["lines"]:
        out += [
            "",
            f"{line['name']} ({line['size']}), {line['unit']}",
            f"  {'ours':<22}{shown(line['ours']):>12}",
        ]
        for name, value in line["peers"].items():
            out.append(f"  {name:<22}{shown(value):>12}   ours is {line['ratios'][name]:,.1f} times as fast")
    return "\n".join(out)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="The project beside its peers, in one run.")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    found = measure(QUICK if asked.quick else Sizes())
    print(json.dumps(found, indent=2) if asked.json else table(found))
    if not found["agree"]:
        print("ours and a peer do not agree: the times mean nothing", file=sys.stderr)
    return 0 if found["agree"] else 1


if __name__ == "__main__":
    sys.exit(main())
