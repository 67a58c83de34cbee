"""10,000 units x 500 indicators through treatment, minmax and means at three levels; run in a process of its own.

Prints one JSON object: seconds of the call, and the largest memory from before the data were there to after the call.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

import egov_index as egov


def resident(field: str) -> int | None:
    """Bytes of memory this process holds (VmRSS) or held at most (VmHWM); None where the system does not say."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
    except OSError:
        return None
    return 1024 * int(lines[field].split()[0])


def model(units: int, indicators: int) -> tuple[egov.Panel, egov.Index]:
    values = np.random.default_rng(1).standard_normal((units, 1, indicators))
    np.exp(values, out=values)
    leaves = [f"x{k}" for k in range(indicators)]
    nodes: list[dict[str, Any]] = [{"code": "index"}]
    nodes += [{"code": f"s{k}", "parent": "index"} for k in range(5)]
    nodes += [{"code": f"p{k}", "parent": f"s{k // 10}"} for k in range(50)]
    nodes += [{"code": leaf, "parent": f"p{k * 50 // indicators}"} for k, leaf in enumerate(leaves)]
    panel = egov.Panel(values, [f"U{k}" for k in range(units)], [2022], leaves)
    return panel, egov.Index(egov.Framework(nodes), egov.Recipe(treat="winsorize", normalize="minmax"))


def run(units: int, indicators: int) -> dict[str, Any]:
    small, index = model(40, 100)
    index.score(small)  # everything is imported
    before = resident("VmRSS")
    panel, index = model(units, indicators)
    held = resident("VmHWM")
    start, cpu = time.perf_counter(), time.process_time()
    result = index.score(panel)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    after = resident("VmHWM")
    data = 8 * units * indicators
    found: dict[str, Any] = {
        "wall": wall,
        "cpu": cpu,
        "data": data,
        "scores": float(np.nansum(result.values)),
    }
    if before is not None and held is not None and after is not None:
        found |= {"peak": after - before, "peak_over_data": (after - before) / data}
        found["making_the_panel_over_data"] = (held - before) / data
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--indicators", type=int, default=500)
    asked = parser.parse_args()
    print(json.dumps(run(asked.units, asked.indicators)))
