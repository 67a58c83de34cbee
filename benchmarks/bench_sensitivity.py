"""Sobol' indices beside SALib, OpenTURNS and NumPy: time, memory, accuracy; and how often intervals cover.

python benchmarks/bench_sensitivity.py [--json] [--coverage REPETITIONS]

One thread, CPU seconds. Before a peer is timed it must give the same numbers as ours; peers that are not installed are
left out with a note.
"""

from __future__ import annotations

import os

# ruff: noqa: E402
for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"  # before NumPy is imported

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from bench_end_to_end import Ours
from numpy.typing import NDArray
from peers import model as composite
from peers import sobol as peers
from timing import CPU, Line, best, shown

import egov_index as egov
from egov_index import sobol

Array = NDArray[np.float64]
MB = "MB above the data"
ERROR = "median over scrambles of the largest error"
SALIB, SAME = 1e-3, 0.02  # S of SALib is centered otherwise; OpenTURNS takes another estimator
ISHIGAMI = {"names": ["x1", "x2", "x3"], "num_vars": 3, "bounds": [[-np.pi, np.pi]] * 3}
G8 = {"names": [f"x{k}" for k in range(8)], "num_vars": 8, "bounds": [[0.0, 1.0]] * 8}
GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "sobol.json"
EXACT = json.loads(GOLDEN.read_text(encoding="utf-8"))


@dataclass
class Sizes:
    """How much is run."""

    points: int = 1 << 14
    resamples: int = 1000
    repeats: int = 3
    outputs: int = 386
    factors: int = 15
    accuracy: int = 1 << 12
    designs: int = 100


QUICK = Sizes(256, 20, 1, 8, 4, 128, 3)


def ishigami(x: Array) -> Array:
    x = np.asarray(x)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def g8(x: Array) -> Array:
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    return np.asarray(np.prod((np.abs(4 * np.asarray(x) - 2) + a) / (1 + a), axis=1))


MODELS: dict[str, tuple[dict[str, Any], Callable[[Array], Array]]] = {
    "ishigami": (ISHIGAMI, ishigami),
    "g_sobol8": (G8, g8),
}


def bootstrapped(problem: dict[str, Any], y: Array, resamples: int) -> tuple[Array, Array]:
    found = sobol.analyze(problem, y, False, interval="bootstrap", resamples=resamples, threads=1)
    return found.first, found.total


def installed(left_out: list[str]) -> dict[str, Callable[..., Any]]:
    found = {}
    for name, peer in peers.PEERS.items():
        try:
            peer(ISHIGAMI, ishigami(sobol.sample(ISHIGAMI, 64, calc_second_order=False)), 2)
            found[name] = peer
        except ImportError:
            left_out.append(f"{name}: not installed")
    return found


def one_output(name: str, sizes: Sizes, known: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    """One function with a bootstrap, from the same outputs."""
    problem, model = MODELS[name]
    y = model(sobol.sample(problem, sizes.points, calc_second_order=False, scrambles=1))
    mine = bootstrapped(problem, y, sizes.resamples)
    gaps, clocked = {}, {}
    for peer, work in known.items():
        theirs = work(problem, y, 2)
        gaps[peer] = max(float(np.abs(a - b).max()) for a, b in zip(mine, theirs, strict=True))
        clocked[peer] = best(partial(work, problem, y, sizes.resamples), 1)
    room = max(1, 2**14 / sizes.points)
    agree = all(gap <= room * (SAME if peer == "openturns" else SALIB) for peer, gap in gaps.items())
    ours = best(lambda: bootstrapped(problem, y, sizes.resamples), sizes.repeats)
    line = Line(f"{name}, {sizes.resamples:,} resamples", f"n = {sizes.points:,}", CPU, ours, clocked)
    return asdict(line) | {"agree": agree, "differs": gaps, "limit": 0.3, "within": ours <= 0.3}


def sampled(sizes: Sizes, known: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    theirs = {}
    if "salib" in known:
        from SALib.sample import sobol as sampling

        theirs["salib"] = best(lambda: sampling.sample(dict(ISHIGAMI), sizes.points, seed=1), 1)
    ours = best(lambda: sobol.sample(ISHIGAMI, sizes.points, threads=1), sizes.repeats)
    return asdict(Line("sample", f"n = {sizes.points:,}, 3 factors", CPU, ours, theirs)) | {"limit": None}


def many_outputs(sizes: Sizes) -> list[dict[str, Any]]:
    """The size of an index of 193 countries, scores and ranks; random outputs, as only their number counts."""
    d, outputs = sizes.factors, sizes.outputs
    problem = {"names": [f"x{k}" for k in range(d)], "bounds": [[0, 1]] * d}
    runs = sizes.points * (d + 2)
    y = np.random.default_rng(1).random((runs, outputs))
    lines = []
    for interval, limit in (("t", 1.0), ("bootstrap", 10.0)):

        def work(interval: str = interval) -> object:
            return sobol.analyze(
                problem, y, False, scrambles=16, interval=interval, resamples=sizes.resamples, threads=1
            )

        before = peak()
        ours = best(work, 1)
        size = f"{outputs} outputs, {d} factors, {runs:,} runs"
        lines.append(
            asdict(Line(f"many outputs, {interval}", size, CPU, ours))
            | {"limit": limit, "within": ours <= limit, "memory": peak() - before}
        )
    return lines


def of_an_index(sizes: Sizes) -> list[dict[str, Any]]:
    """Ranks and scores of the index of the end-to-end benchmark in one pass, its own runs included.

    Memory is that of the whole process.
    """
    ours = Ours(composite.make())
    lines = []
    for interval, resamples, limit in (("t", 0, 2.5), ("bootstrap", sizes.resamples, 10.0)):

        def work(resamples: int = resamples) -> Any:
            return ours.index.sensitivity(
                ours.panel, ours.alternatives, n=sizes.points, output=["rank", "raw_score"], replicates=16,
                discrete="sampled", resamples=resamples, threads=1,
            )  # fmt: skip

        found = work()
        clocked = best(work, sizes.repeats)
        size = (
            f"{len(found.outputs)} outputs, {len(found.factors)} factors, {found.runs:,} runs with the model"
        )
        lines.append(
            asdict(Line(f"an index, {interval}", size, CPU, clocked))
            | {"limit": limit, "within": clocked <= limit, "memory": peak()}
        )
    return lines


def peak() -> float:
    """Largest resident memory of this process so far, in MB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def memory(name: str, sizes: Sizes) -> float:
    """MB that one analysis of the Ishigami function adds, in a process of its own, where the peak is its own."""
    asked = [sys.executable, __file__, "--memory", name, str(sizes.points), str(sizes.resamples)]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


def measure_memory(name: str, points: int, resamples: int) -> float:
    work = bootstrapped if name == "ours" else peers.PEERS[name]
    few, many = (
        ishigami(sobol.sample(ISHIGAMI, n, calc_second_order=False, threads=1)) for n in (64, points)
    )
    work(ISHIGAMI, few, 2)  # what is loaded once
    before = peak()
    work(ISHIGAMI, many, resamples)
    return peak() - before


def largest_error(name: str, first: Array, total: Array) -> float:
    found = {"first": first, "total": total}
    return max(float(np.abs(each - EXACT[name][order]).max()) for order, each in found.items())


def accuracy(name: str, sizes: Sizes, known: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    """One scrambled design each, the same number of base points; and, for the record, the mean over eight scrambles."""
    problem, model = MODELS[name]
    errors: dict[str, list[float]] = {"ours": [], "eight scrambles": [], "azzini_rosati": []}
    for seed in range(1, sizes.designs + 1):
        for key, scrambles in (("ours", 1), ("eight scrambles", 8)):
            x = sobol.sample(
                problem, sizes.accuracy, calc_second_order=False, seed=seed, scrambles=scrambles, threads=1
            )
            found = sobol.analyze(problem, model(x), design=x, interval="t", threads=1)
            errors[key].append(largest_error(name, found.first, found.total))
        x = sobol.sample(problem, sizes.accuracy, seed=seed, scrambles=1, threads=1)
        both: dict[str, Any] = {"first": "azzini_rosati", "total": "azzini_rosati"}
        found = sobol.analyze(problem, model(x), False, design=x, interval="t", threads=1, **both)
        errors["azzini_rosati"].append(largest_error(name, found.first, found.total))
        if "salib" in known:
            from SALib.sample import sobol as sampling

            x = sampling.sample(dict(problem), sizes.accuracy, calc_second_order=False, seed=seed)
            errors.setdefault("salib", []).append(largest_error(name, *peers.salib(problem, model(x), 2)))
    medians = {key: float(np.median(each)) for key, each in errors.items()}
    roots = {key: float(np.sqrt(np.mean(np.square(each)))) for key, each in errors.items()}
    ours = medians.pop("ours")
    line = asdict(Line(f"accuracy, {name}", f"n = {sizes.accuracy:,}", ERROR, ours, medians))
    ratio = ours / medians["salib"] if "salib" in medians else None
    return line | {"limit": 1.2, "within": ratio is None or ratio <= 1.2, "rms": roots}


def coverage(repetitions: int, points: int = 1024, level: float = 0.9) -> list[dict[str, Any]]:
    """Share of t intervals over eight scrambles that hold the exact index."""
    out = []
    for name, (problem, model) in MODELS.items():
        hits = []
        for seed in range(repetitions):
            x = sobol.sample(problem, points, calc_second_order=False, seed=seed, threads=1)
            found = sobol.analyze(problem, model(x), design=x, level=level, threads=1)
            hits.append(
                [
                    (low <= EXACT[name][order]) & (EXACT[name][order] <= high)
                    for order, (low, high) in found.interval.items()
                ]
            )
        shares = np.mean(hits, axis=0)
        out.append(
            {"name": name, "n": points, "repetitions": repetitions, "level": level, "mean": float(shares.mean()),
             "first": shares[0].tolist(), "total": shares[1].tolist()}
        )  # fmt: skip
    return out


def coverage_of_ranks(repetitions: int, points: int = 1024, level: float = 0.9) -> list[dict[str, Any]]:
    """The same for the ranks of an index: its choices alone, where indices are known exactly, and weights as well.

    With weights the truth is a run of 2^20 base points. Ranks that hardly ever change are left out.
    """
    ours = Ours(composite.make())
    alone = egov.Alternatives(
        impute=ours.alternatives.impute, normalize=ours.alternatives.normalize, aggregate=ours.alternatives.aggregate
    )  # fmt: skip
    out = []
    for name, varies, n in (
        ("ranks, choices", alone, points),
        ("ranks, choices and weights", ours.alternatives, 1 << 20),
    ):
        run = partial(ours.index.sensitivity, ours.panel, varies, level=level, threads=1)
        truth = run(n=n, seed=10**6)
        held = truth.variance > 0.05
        hits = []
        for seed in range(repetitions):
            found = run(n=points, discrete="sampled", seed=seed + 1)
            hits.append(
                [
                    np.nanmean(((low <= exact) & (exact <= high))[held], axis=0)
                    for exact, (low, high) in zip(
                        (truth.first, truth.total), found.interval.values(), strict=True
                    )
                ]
            )
        shares = np.mean(hits, axis=0)
        out.append(
            {"name": name, "n": points, "repetitions": repetitions, "level": level, "mean": float(shares.mean()),
             "first": shares[0].tolist(), "total": shares[1].tolist()}
        )  # fmt: skip
    return out


def measure(sizes: Sizes) -> dict[str, Any]:
    """The whole answer, as one object."""
    left_out: list[str] = []
    index = of_an_index(sizes)
    known = installed(left_out)
    lines = [*index, *(one_output(name, sizes, known) for name in MODELS), sampled(sizes, known)]
    used = {name: memory(name, sizes) for name in ("ours", *known)}
    line = Line(
        f"memory, ishigami, {sizes.resamples:,} resamples",
        f"n = {sizes.points:,}",
        MB,
        max(used.pop("ours"), 0.1),
        used,
    )
    lines.append(asdict(line) | {"limit": 100.0, "within": line.ours <= 100})
    lines += [*many_outputs(sizes), *(accuracy(name, sizes, known) for name in MODELS)]
    return {"left_out": left_out, "agree": all(line.get("agree", True) for line in lines), "lines": lines}


def table(found: dict[str, Any]) -> str:
    """The answer for reading."""
    out = []
    for line in found["lines"]:
        out += [
            "",
            f"{line['name']} ({line['size']}), {line['unit']}",
            f"  {'ours':<18}{shown(line['ours']):>12}",
        ]
        if line["limit"] is not None:
            out[-1] += f"   {'within' if line['within'] else 'NOT within'} {line['limit']:g}"
        out += [
            f"  {name:<18}{shown(value):>12}   {line['ratios'][name]:,.2f} times ours"
            for name, value in line["peers"].items()
        ]
    for each in found.get("coverage", ()):
        how = f"{each['repetitions']:,} repetitions, n = {each['n']:,}"
        out += ["", f"coverage of {each['level']:.0%} intervals, {each['name']}, {how}"]
        out += [
            f"  {order:<8}" + " ".join(f"{share:.3f}" for share in each[order])
            for order in ("first", "total")
        ]
    return "\n".join([*out, "", *(f"left out: {what}" for what in found["left_out"])])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Sobol' indices beside their peers.")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument(
        "--coverage", type=int, metavar="REPETITIONS", help="intervals only: how often they cover"
    )
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--memory", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.memory:
        print(measure_memory(asked.memory[0], *map(int, asked.memory[1:])))
        return 0
    if asked.coverage:
        found: dict[str, Any] = {
            "left_out": [],
            "agree": True,
            "lines": [],
            "coverage": coverage(asked.coverage) + coverage_of_ranks(asked.coverage),
        }
    else:
        found = measure(QUICK if asked.quick else Sizes())
    print(json.dumps(found, indent=2) if asked.json else table(found))
    if not found["agree"]:
        print("ours and a peer do not agree: their times mean nothing", file=sys.stderr)
    return 0 if found["agree"] else 1


if __name__ == "__main__":
    sys.exit(main())
