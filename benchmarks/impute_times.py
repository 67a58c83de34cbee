"""How long kriging and predictive mean matching take, in CPU seconds of one thread, and the memory of a large panel.

Run as a script it fills the large panel in a process of its own and prints one JSON object, since the largest memory of
a process never falls.
"""

from __future__ import annotations

import argparse
import inspect
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from bench_large import resident
from timing import CPU, Line, best

import egov_index as egov

DRAWS, MORE = 20, 100
LARGE, SMALL = (200, 60, 40), (30, 12, 4)  # units, periods, indicators
MICE = 2.0  # CPU seconds of R mice 3.15, pmm, m = 5, of another machine
GIB = "GiB"


def fill(panel: egov.Panel, method: str, helpers: egov.Panel | None, **more: Any) -> Any:
    """Impute with those of the further arguments that this version takes."""
    taken = inspect.signature(egov.impute).parameters
    given = {} if helpers is None or "auxiliaries" not in taken else {"auxiliaries": helpers}
    return egov.impute(panel, method, **given, **more)


def line(name: str, size: str, unit: str, ours: float, limit: float) -> dict[str, Any]:
    return asdict(Line(name, size, unit, ours)) | {"limit": limit, "within": ours <= limit}


def measure(
    panel: egov.Panel, helpers: egov.Panel, known: Callable[[str], bool], left_out: list[str], quick: bool
) -> list[dict[str, Any]]:
    """All lines that this version can give."""
    size, repeats = " x ".join(map(str, panel.shape)), 1 if quick else 3
    drawn = "draws" in inspect.signature(egov.impute).parameters
    lines = []
    if known("kriging"):
        lines += _kriging(panel, helpers, size, repeats, drawn)
        lines += _large(SMALL if quick else LARGE)
    if known("pmm") and drawn:
        five = best(lambda: fill(panel, "pmm", helpers, draws=5, seed=1), repeats)
        lines.append(line("predictive mean matching, m = 5", size, CPU, five, MICE / 10))
    left_out += [f"{name}: not in this version" for name in ("kriging", "pmm") if not known(name)]
    if not drawn:
        left_out.append("draws of imputations: not in this version")
    return lines


def _kriging(
    panel: egov.Panel, helpers: egov.Panel, size: str, repeats: int, drawn: bool
) -> list[dict[str, Any]]:
    fill(panel, "kriging", helpers)  # everything is imported
    once = best(lambda: fill(panel, "kriging", helpers), repeats)
    lines = [line("kriging: fit and fill", size, CPU, once, 0.5)]
    if drawn:
        some, many = (
            best(lambda n=n: fill(panel, "kriging", helpers, draws=n, seed=1), repeats)
            for n in (DRAWS, DRAWS + MORE)
        )
        lines.append(line(f"kriging: {DRAWS} joint draws more", size, CPU, max(some - once, 0.0), 0.3))
        lines.append(line("kriging: one more draw", size, CPU, max(many - some, 0.0) / MORE, 5e-3))
    return lines


def _large(shape: tuple[int, int, int]) -> list[dict[str, Any]]:
    asked = [sys.executable, __file__, "--shape", *map(str, shape)]
    run = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    size = " x ".join(map(str, shape)) + ", simulated"
    lines = [line("kriging: a large panel", size, CPU, run["cpu"], 120.0)]
    if run["peak"] is not None:
        lines.append(line("kriging: largest memory of a large panel", size, GIB, run["peak"] / 2**30, 2.0))
    return lines


def simulated(units: int, periods: int, indicators: int) -> egov.Panel:
    """Logistic growth of three latent factors and noise that lasts, a quarter of the cells missing."""
    random = np.random.default_rng(5)
    pace = random.normal(0, 1, (units, 1, 3)) + np.linspace(-2, 2, periods)[None, :, None]
    drift = np.cumsum(random.normal(0, 0.15, (units, periods, 3)), axis=1)
    level = (pace + drift) @ random.uniform(0.2, 1, (3, indicators)) / 1.5
    values = 100 / (1 + np.exp(-level - random.normal(0, 0.1, level.shape)))
    values[random.random(values.shape) < 0.20] = np.nan
    late = random.integers(0, 6, (units, indicators))
    values[np.arange(periods)[None, :, None] >= (periods - late)[:, None, :]] = np.nan
    values[np.broadcast_to(random.random((units, 1, indicators)) < 0.03, values.shape)] = (
        np.nan
    )  # never reported
    labels = [f"U{k}" for k in range(units)], list(range(periods)), [f"x{k}" for k in range(indicators)]
    return egov.Panel(values, *labels)


def run(shape: tuple[int, int, int]) -> dict[str, Any]:
    panel = simulated(*shape)
    fill(simulated(*SMALL), "kriging", None)  # everything is imported
    start = time.process_time()
    filled = fill(panel, "kriging", None)
    cpu = time.process_time() - start
    return {"cpu": cpu, "peak": resident("VmHWM"), "remaining": filled.remaining}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", type=int, nargs=3, default=LARGE)
    print(json.dumps(run(tuple(parser.parse_args().shape))))
