"""Every file of the reference is reproduced by a test that names it, or stands in docs/validation.md with a reason."""

import csv
import re
from pathlib import Path

import pytest
from coinr import COINR
from named_files import names

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "validation.md"
ROW = re.compile(r"\| `((?:inputs|outputs)/[^`]+)` \| (.+?) \| ?(.*?) ?\|$")
# Tests that are not there yet; a name goes as soon as its file has come.
PENDING: set[str] = set()


def listed():
    """From file to the test of its row and the remark."""
    rows = [ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines()]
    found = [row.groups() for row in rows if row]
    assert len({file for file, _, _ in found}) == len(found) > 100
    return {file: (re.findall(r"`(test_[^`]+\.py)`", tests), remark) for file, tests, remark in found}


TABLE = listed()


@pytest.mark.skipif(not COINR.is_dir(), reason=f"no reference files in {COINR}; set EGOV_SHARED")
def test_the_page_lists_every_file_of_the_reference_and_no_other():
    with open(COINR / "MANIFEST.csv", newline="", encoding="utf-8") as manifest:
        assert set(TABLE) == {row["file"] for row in csv.DictReader(manifest)}
    assert all((COINR / file).is_file() for file in TABLE)


@pytest.mark.parametrize("file", TABLE)
def test_a_file_is_named_by_its_test_or_has_a_reason(file):
    tests, remark = TABLE[file]
    if not tests:
        assert remark.startswith("differs: ") and len(remark.split()) > 8
    for test in tests:
        path = HERE / test
        assert path.is_file() or test in PENDING, f"{test} is not there"
        if path.is_file():
            assert names(path, file) or names(HERE / "coinr.py", file), f"{test} does not name {file}"


def test_names_are_found_in_strings_and_in_filled_in_strings(tmp_path):
    path = tmp_path / "test_it.py"
    path.write_text(
        'for kind in ("mean", "median"):\n'
        '    read(f"outputs/impute_{kind}.csv")\n'
        'name = f"corr_{method}_p"\n'
        'read(f"outputs/{name}.csv", "pearson")\n'
        'read("inputs/data.csv", f"outputs/top_{3}{_w}.csv", "_w")\n'
    )
    for file in (
        "outputs/impute_median.csv",
        "outputs/corr_pearson_p.csv",
        "inputs/data.csv",
        "outputs/top_3_w.csv",
    ):
        assert names(path, file), file
    for file in (
        "outputs/impute_mode.csv",
        "outputs/corr_kendall_p.csv",
        "inputs/other.csv",
        "outputs/top_4.csv",
    ):
        assert not names(path, file), file
