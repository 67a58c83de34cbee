"""The benchmark runs, its answer has the promised shape, and ours and the peers agree."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "benchmarks" / "bench_end_to_end.py"
PEERS = {"pandas", "numpy_loop", "numpy_blocks", "numpy_blocks_packed"}


def bench(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, str(BENCH), "--quick", *arguments],
        capture_output=True, text=True, timeout=120, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def answer() -> dict:
    return json.loads(bench("--json"))


def test_ours_and_the_peers_agree(answer):
    assert answer["agree"] is True
    assert set(answer["agreement"]["peers"]) == PEERS
    for gap in answer["agreement"]["peers"].values():
        assert gap["score_difference"] <= 1e-12
        assert gap["ranks_that_differ"] == 0


def test_every_line_has_the_promised_keys(answer):
    assert len(answer["lines"]) == 5
    for line in answer["lines"]:
        assert set(line) == {"name", "size", "unit", "ours", "peers", "ratios", "ratio"}
        assert line["ours"] > 0
        assert all(figure > 0 for figure in line["peers"].values())
        assert set(line["ratios"]) == set(line["peers"])
        assert line["ratio"] == (min(line["ratios"].values()) if line["peers"] else None)


def test_a_ratio_above_one_means_that_ours_is_faster(answer):
    draws, sensitivity = answer["lines"][:2]
    assert draws["unit"] == "draws per CPU second"
    assert draws["ratios"]["pandas"] == pytest.approx(draws["ours"] / draws["peers"]["pandas"])
    seconds = sensitivity["peers"]["numpy_no_intervals"] / sensitivity["ours"]
    assert sensitivity["unit"] == "CPU seconds"
    assert sensitivity["ratios"]["numpy_no_intervals"] == pytest.approx(seconds)


def test_the_table_for_reading_names_every_line(answer):
    table = bench()
    assert all(line["name"] in table for line in answer["lines"])
    assert "0 ranks differ" in table
