"""Every notebook runs without a warning, and the outputs that it stores are what it gives now."""

import math
import os
import re
import sys
from pathlib import Path

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?")
MACHINE = re.compile(r"/(?:home|root|tmp|work|Users|usr|opt|var)/|[A-Z]:\\")


def printed(cell) -> str:
    """Text of a cell's outputs; pictures and pages count by their text form."""
    found = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(found)


def words(text: str) -> list[str]:
    """Words around the numbers; how a table is broken into lines does not count."""
    return re.sub(r"[\s\\.…-]+", " ", NUMBER.sub(" ", text)).split()


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in NUMBER.findall(text) if found.strip(",")]


def close(a: float, b: float) -> bool:
    """To the digits that tables show, and below 1e-9 by their order of magnitude."""
    return math.isclose(a, b, rel_tol=0.02, abs_tol=2e-3)


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


@pytest.fixture(scope="module")
def executed(notebook, tmp_path_factory):
    run = nbformat.from_dict(notebook)
    strict = "import warnings; warnings.simplefilter('error')"
    run.cells.insert(0, nbformat.v4.new_code_cell(strict))
    run.cells.append(nbformat.v4.new_code_cell("warnings.simplefilter('default')"))
    folder = tmp_path_factory.mktemp("notebook")
    client = nbclient.NotebookClient(
        run, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    assert not list(folder.iterdir()), "a notebook leaves no files behind"
    run.cells = run.cells[1:-1]
    return run


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.filterwarnings("default")  # of the notebook client itself; cells run under their own filter
def test_stored_outputs_are_fresh(notebook, executed):
    for stored, now in zip(notebook.cells, executed.cells, strict=True):
        if stored.cell_type != "code":
            continue
        old, new = printed(stored), printed(now)
        assert words(old) == words(new), stored.source
        assert len(numbers(old)) == len(numbers(new)), stored.source
        assert all(map(close, numbers(old), numbers(new))), stored.source


def test_cells_are_numbered_and_clean(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert all(output.output_type not in ("error", "stream") or output.get("name") == "stdout"
               for cell in code for output in cell.outputs)  # fmt: skip


def test_no_path_of_a_machine_is_stored(notebook):
    assert not MACHINE.search(nbformat.writes(notebook))
