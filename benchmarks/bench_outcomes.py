"""Associations of indices with outcomes beside SciPy, pingouin, pandas and NumPy.

python benchmarks/bench_outcomes.py [--json] [--full]

12 indices x 200 series x 193 countries, a fifth of the outcomes missing; CPU seconds of one thread unless said. Before
a peer is timed it must give the same numbers as ours, or the same intervals up to the noise of resampling. Peers that
would take minutes are timed on a few series and drawn out to all (``--full``: run whole); those that are not installed
are left out with a note.
"""

from __future__ import annotations

import os

# ruff: noqa: E402
for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"  # before NumPy is imported

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from bench_end_to_end import Ours
from numpy.typing import NDArray
from peers import model as composite
from peers import outcomes as peers
from timing import CPU, WALL, Line, best, shown

import egov_index as egov
from egov_index import outcomes
from egov_index.associations import associations

Array = NDArray[np.float64]
METHODS = ("pearson", "spearman")
SAME, NOISE = 1e-12, 0.08  # of points; of the ends of intervals over resamples of their own
NEEDS = {
    "scipy_loop": "scipy",
    "scipy_bootstrap": "scipy",
    "pingouin": "pingouin",
    "numpy_vectorised": "numpy",
}


@dataclass
class Sizes:
    """How much is run; a peer of ``few`` series is drawn out to all of them."""

    indices: int = 12
    series: int = 200
    countries: int = 193
    resamples: int = 1000
    permutations: int = 9999
    permutations_of_peers: int = 200
    draws: int = 10_000
    draws_of_peers: int = 50
    repeats: int = 3
    few: int = 2


QUICK = Sizes(2, 6, 60, 50, 99, 20, 200, 10, 1, 2)


class Case:
    """The data, as arrays and as panels."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self.x, self.y = peers.data(sizes.indices, sizes.series, sizes.countries, 0.2)
        units = [f"U{k:03d}" for k in range(sizes.countries)]
        self.scores, self.outcomes = (
            egov.Panel.from_array(
                table[:, None, :], units, [2020], [f"{letter}{k}" for k in range(table.shape[1])]
            )
            for letter, table in (("x", self.x), ("y", self.y))
        )
        self.text = f"{sizes.indices} x {sizes.series} x {sizes.countries}"

    def ours(self, method: str, **how: Any) -> Any:
        """The public call, with Python's part."""
        return outcomes.correlate(self.scores, self.outcomes, method, minimum=0, **({"threads": 1} | how))

    def columns(self, method: str, *names: str, **how: Any) -> Array:
        frame = self.ours(method, **how).to_frame().set_index(["node", "outcome"])
        order = [(i, j) for i in self.scores.indicators for j in self.outcomes.indicators]
        return np.asarray(frame.loc[order, list(names)], dtype=np.float64)


def drawn_out(case: Case, work: Callable[[Array], Any], full: bool) -> float:
    """CPU seconds of a peer, from a few series to all of them."""
    few = case.sizes.series if full else min(case.sizes.few, case.sizes.series)
    return best(lambda: work(case.y[:, :few]), 1) * case.sizes.series / few


def points(case: Case, full: bool) -> tuple[list[Line], list[str]]:
    """Coefficients and p-values, no intervals."""
    found: dict[str, Callable[[Array, Array, str], Array]] = {"pandas": peers.pandas_points}
    found |= {"scipy": peers.scipy_points} if find_spec("scipy") else {}
    found |= {"pingouin": peers.pingouin_points} if find_spec("pingouin") else {}
    wanted = {m: case.columns(m, "estimate", "p", resamples=0) for m in METHODS}
    for name, of in found.items():
        for method in METHODS:
            got = of(case.x, case.y[:, : case.sizes.few], method)
            ours = wanted[method].reshape(case.sizes.indices, -1, 2)[:, : case.sizes.few].reshape(-1, 2)
            if not np.allclose(got, ours[:, 0] if got.ndim == 1 else ours, rtol=0, atol=SAME):
                raise SystemExit(f"{name} and ours differ in {method}")
    ours = best(lambda: [case.ours(m, resamples=0) for m in METHODS], case.sizes.repeats)
    times = {
        name: best(lambda of=of: [of(case.x, case.y, m) for m in METHODS], 1)
        if full or name == "pandas"
        else drawn_out(case, lambda y, of=of: [of(case.x, y, m) for m in METHODS], full)
        for name, of in found.items()
    }
    return [Line("coefficients and p, Pearson and Spearman", case.text, CPU, ours, times)], []


def resampled(case: Case, full: bool) -> tuple[list[Line], list[str]]:
    """Percentile intervals of both coefficients, and three intervals of each."""
    sizes, times, notes = case.sizes, {}, []
    ends = {m: case.columns(m, "low", "high", resamples=sizes.resamples) for m in METHODS}
    for name, of in peers.PEERS.items():
        if not find_spec(NEEDS[name]):
            notes.append(f"{name} left out: {NEEDS[name]} is not installed")
            continue
        for method in METHODS:
            got = of(case.x[:, :1], case.y[:, :2], method, sizes.resamples)
            gap = np.abs(got - ends[method][:2]).max()
            if gap > NOISE * max(1.0, np.sqrt(1000 / sizes.resamples)):
                raise SystemExit(f"intervals of {name} and ours differ by {gap:.3f} in {method}")
        times[name] = drawn_out(
            case, lambda y, of=of: [of(case.x, y, m, sizes.resamples) for m in METHODS],
            full or name == "numpy_vectorised",
        )  # fmt: skip

    def both(**how: Any) -> Callable[[], object]:
        return lambda: [case.ours(m, resamples=sizes.resamples, **how) for m in METHODS]

    size = f"{case.text}, {sizes.resamples} resamples"
    plain = best(both(), sizes.repeats)
    lines = [
        Line("percentile intervals, Pearson and Spearman", size, CPU, plain, times),
        Line("the same, two threads", size, WALL, best(both(threads=2), sizes.repeats, time.perf_counter)),
    ]
    three = best(both(interval=["percentile", "bca", "studentized"]), sizes.repeats)
    lines.append(Line("percentile, BCa and studentized over the same resamples", size, CPU, three))
    one = best(lambda: _partial(case), 1)
    lines.append(Line("percentile, partial Spearman of one control", size, CPU, one))
    return lines, notes


def _partial(case: Case) -> object:
    return associations(
        case.x,
        case.y,
        egov.choice("spearman"),
        controls=np.nan_to_num(case.y[:, :1]),
        resamples=case.sizes.resamples,
    )


def permuted(case: Case, full: bool) -> tuple[list[Line], list[str]]:
    """Max-T over all pairs."""
    sizes = case.sizes
    ours = best(
        lambda: case.ours("spearman", resamples=0, permutations=sizes.permutations, adjust="max-t"), 1
    )
    few = sizes.permutations if full else min(sizes.permutations, sizes.permutations_of_peers)
    theirs = best(lambda: peers.numpy_max_t(case.x, case.y, few), 1) * sizes.permutations / few
    size = f"{case.text}, {sizes.permutations} permutations"
    return [Line("max-T, studentized, Spearman", size, CPU, ours, {"numpy_products": theirs})], []


def carried(case: Case, full: bool) -> tuple[list[Line], list[str]]:
    """Draws of an index, each with one resample of the countries."""
    sizes = case.sizes
    ours = Ours(composite.make())
    drawn = ours.index.uncertainty(ours.panel, ours.alternatives, n=sizes.draws, seed=1, threads=1, keep=True)
    series = egov.Panel.from_array(
        case.y[: len(ours.panel.units), None, :], ours.panel.units[: len(case.y)], ours.panel.periods[-1:]
    )
    root = ours.index.framework.codes[0]
    took = best(
        lambda: outcomes.correlate(drawn, series, "spearman", nodes=root, minimum=0, threads=1), sizes.repeats
    )
    few = drawn.n if full else sizes.draws_of_peers
    scores = np.asarray(drawn.draws["scores"])[:few, : len(case.y)]
    theirs = best(lambda: peers.numpy_carried(scores, case.y), 1) * drawn.n / few
    size = f"{drawn.n} draws x {sizes.series} series x {len(case.y)} countries"
    return [Line("draws of an index, each with a resample, Spearman", size, CPU, took, {"numpy": theirs})], []


def main() -> None:
    """Measure, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs")
    parser.add_argument("--full", action="store_true", help="slow peers run whole: most of an hour")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    case = Case(QUICK if given.quick else Sizes())
    lines: list[Line] = []
    notes: list[str] = []
    for part in (points, resampled, permuted, carried):
        made, said = part(case, given.full)
        lines += made
        notes += said
    if given.json:
        print(json.dumps({"lines": [asdict(line) for line in lines], "notes": notes}))
        return
    for line in lines:
        print(f"\n{line.name} ({line.size}), {line.unit}: ours {shown(line.ours)}")
        for name, figure in line.peers.items():
            print(f"    {name:20} {shown(figure):>10}   {shown(line.ratios[name])} times ours")
    print(*(f"note: {note}" for note in notes), sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main()
