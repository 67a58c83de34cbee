"""R-hat and effective sample sizes as in ArviZ, on traces that anyone can make again."""

import json
from pathlib import Path

import numpy as np
import pytest

from egov_index import chains

GOLDEN = json.loads((Path(__file__).parent / "chains.json").read_text(encoding="utf-8"))
CASES = [name for name in GOLDEN if name != "source"]


def chain(seed, n, memory, shift, digits):
    """A walk with memory, driven by a linear congruential generator (ANSI C's constants), its first 200 thrown away."""
    at, out = 0.0, []
    for step in range(n + 200):
        seed = (1103515245 * seed + 12345) % 2**31
        if step >= 200:
            at = memory * at + seed / 2**31 - 0.5
            out.append(at + shift)
    return out if digits is None else [round(value, digits) for value in out]


def traces(case):
    return np.array(
        [
            chain(seed, case["n"], case["memory"], at * case.get("step", 0), case.get("digits"))
            for at, seed in enumerate(case["seeds"])
        ]
    )


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("method", ["bulk", "tail", "mean"])
def test_effective_sample_size(name, method):
    case = GOLDEN[name]
    assert chains.ess(traces(case), method) == pytest.approx(case[method], rel=1e-10)


@pytest.mark.parametrize("name", [name for name in CASES if len(GOLDEN[name]["seeds"]) > 1])
@pytest.mark.parametrize("method", ["rank", "split"])
def test_potential_scale_reduction(name, method):
    case = GOLDEN[name]
    assert chains.rhat(traces(case), method) == pytest.approx(case[method], rel=1e-12)
