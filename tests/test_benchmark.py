"""The benchmark runs, its answer has the promised shape, and ours and the peers agree."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PEERS = {"pandas", "numpy_loop", "numpy_blocks", "numpy_blocks_packed"}


def bench(*arguments: str, script: str = "bench_end_to_end.py") -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / script), "--quick", *arguments],
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


@pytest.fixture(scope="module")
def methods() -> dict:
    return json.loads(bench("--json", script="bench_methods.py"))


def test_methods_agree_with_their_peers(methods):
    assert methods["agree"] is True
    compared = [line for line in methods["lines"] if line["peers"]]
    assert len(compared) >= 3
    for line in compared:
        assert set(line["differs"]) == set(line["peers"])
        assert max(line["differs"].values()) <= (1e-6 if line["name"].startswith("treat") else 1e-9)


def test_every_line_of_the_methods_has_the_promised_keys(methods):
    keys = {"name", "size", "unit", "ours", "peers", "ratios", "ratio"}
    keys |= {"agree", "coinr", "limit", "within", "differs", "memory_over_data"}
    for line in methods["lines"]:
        assert set(line) == keys
        assert line["ours"] > 0
        assert line["within"] is None or isinstance(line["within"], bool)
    names = [line["name"] for line in methods["lines"]]
    assert {"pipeline: the core", "pipeline: the call"} < set(names)
    assert names[-1] == "treatment, minmax, means at three levels"


def test_the_pipeline_of_51_countries_is_quick(methods):
    """Far above what it takes (under 1 ms and 5 ms), so that a busy machine does not fail it."""
    taken = {line["name"]: line["ours"] for line in methods["lines"]}
    assert taken["pipeline: the core"] < 0.02
    assert taken["pipeline: the call"] < 0.1


@pytest.fixture(scope="module")
def imputations() -> dict:
    pytest.importorskip("sklearn")
    asked = ("--only", "T", "--without", "iterative_wide", "--also", "mean", "nonsense")
    return json.loads(bench("--json", *asked, script="bench_impute.py"))


def test_imputations_are_run_beside_their_peers_on_the_same_holes(imputations):
    (run,) = imputations["runs"]
    assert run["peers"] == ["linear", "locf", "knn_wide", "knn_long", "iterative_long"]
    assert "mean" in run["ours"] and "nonsense: not in this version" in imputations["left_out"]
    assert len(run["lines"]) == 4 * (len(run["peers"]) + len(run["ours"]))
    for mask in ("random", "tail", "series", "gap"):
        lines = {line["method"]: line for line in run["lines"] if line["mask"] == mask}
        assert len({line["hidden"] for line in lines.values()}) == 1
        assert all(0 < line["nrmse"] < 3 for line in lines.values())
        assert min(line["ratio"] for line in lines.values()) == pytest.approx(1)
    error = {(line["mask"], line["method"]): line["nrmse"] for line in run["lines"]}
    assert error["tail", "linear"] == pytest.approx(error["tail", "locf"])  # flat ends
    assert error["series", "linear"] == pytest.approx(error["series", "mean"])  # nothing to go by


def test_targets_of_imputations_are_marked(imputations):
    (run,) = imputations["runs"]
    assert bool(run["targets"]) == ("kriging" in run["ours"])
    for row in run["targets"]:
        assert row["ratio"] == pytest.approx(row["ours"] / row["best_peer"])
        assert row["met"] is (row["ratio"] <= row["most"])
    for line in imputations["lines"]:
        assert line["ours"] >= 0 and line["within"] is (line["ours"] <= line["limit"])


def test_sobol_indices_agree_with_their_peers():
    """SALib, OpenTURNS and NumPy from the same outputs, as far as they are installed."""
    found = json.loads(bench("--json", script="bench_sensitivity.py"))
    assert found["agree"] is True
    lines = {line["name"]: line for line in found["lines"]}
    assert {"sample", "accuracy, ishigami", "many outputs, t", "many outputs, bootstrap"} < set(lines)
    assert "numpy" in lines["ishigami, 20 resamples"]["peers"]
    assert lines["ishigami, 20 resamples"]["within"] and lines["memory, ishigami, 20 resamples"]["within"]


def test_intervals_cover_about_as_often_as_they_say():
    for each in json.loads(bench("--json", "--coverage", "40", script="bench_sensitivity.py"))["coverage"]:
        assert 0.8 < each["mean"] < 0.98
