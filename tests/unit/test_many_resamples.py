"""PAWN and delta of many resamples: outputs in turns are those of one at a time, and memory is bounded."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from egov_index import delta, pawn

PROBLEM = {"names": ["a", "b"]}
RNG = np.random.default_rng(12)
PEAK = """
import numpy as np
from egov_index import {name} as measure
def peak():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
x = np.random.default_rng(1).random((2**14, 2))
measure.analyze({{"names": ["a", "b"]}}, x, x[:, 0], resamples=2, threads=2)
before = peak()
measure.analyze({{"names": ["a", "b"]}}, x, x[:, 0], resamples=1000, threads=2)
print(peak() - before)
"""


@pytest.mark.parametrize("measure", [pawn, delta])
def test_outputs_in_turns_are_those_of_one_at_a_time(measure):
    x = RNG.random((40, 2))
    y = np.column_stack([x[:, 0] + k * RNG.random(40) for k in range(20)])
    options = {"S": 2, "resamples": 20_000} if measure is pawn else {"resamples": 2_000, "classes": 2}
    one, three = (measure.analyze(PROBLEM, x, y, **options, threads=t) for t in (1, 3))
    alone = [measure.analyze(PROBLEM, x, y[:, k], **options) for k in range(0, 20, 6)]
    for name in one.interval:
        for end in (0, 1):
            np.testing.assert_array_equal(one.interval[name][end], three.interval[name][end])
            for k, single in zip(range(0, 20, 6), alone, strict=True):
                np.testing.assert_array_equal(one.interval[name][end][k], single.interval[name][end])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
@pytest.mark.parametrize("name", ["pawn", "delta"])
def test_resamples_are_not_held_at_once(name):
    """1,000 resamples of 2^14 runs would be 131 MB as numbers."""
    found = subprocess.run(
        [sys.executable, "-c", PEAK.format(name=name)], capture_output=True, text=True, check=True
    )
    assert float(found.stdout) < 25
