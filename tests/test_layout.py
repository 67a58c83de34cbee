"""The house rules: who may include or import whom, how long files are, what stands where, what is public."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from statistics import median

import pytest

import egov_index

ROOT = Path(__file__).parents[1]
CPP, PYTHON = ROOT / "cpp", ROOT / "python" / "egov_index"
STAGES = ("screen", "denominate", "impute", "treat", "normalize", "weight", "aggregate", "rank")
GROUND = {"error", "method", "panel", "scope", "random", "progress"}
FLOW = {"framework", "recipe", "measurement", "reweight", *STAGES}
OPTIONAL = {
    "pandas", "polars", "pyarrow", "matplotlib", "scipy", "jinja2", "openpyxl", "highspy",
    "statsmodels", "linearmodels", "formulaic", "panelbox",
}  # fmt: skip


# C++: include lines


def includes(path):
    """What a file includes: (in angles, in quotes)."""
    found = re.findall(
        r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', path.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [name for mark, name in found if mark == "<"], [name for mark, name in found if mark == '"']


@cache
def headers():
    return {path.stem: path for path in sorted((CPP / "include" / "egov").glob("*.hpp"))}


@cache
def reach(name):
    """Public headers that one includes, directly or not."""
    direct = {Path(quoted).stem for quoted in includes(headers()[name])[1]}
    return frozenset(direct.union(*map(reach, direct)) if direct else direct)


def test_public_headers_include_the_standard_library_eigen_and_one_another():
    assert len(headers()) >= 18
    for path in headers().values():
        angles, quoted = includes(path)
        assert all(re.fullmatch(r"[a-z_]+|Eigen/Core", name) for name in angles), path
        assert all(re.fullmatch(r"egov/[a-z]+\.hpp", name) for name in quoted), path


MAY_REACH = (
    dict.fromkeys(GROUND, GROUND)
    | {name: GROUND | {"framework"} for name in ("framework", *STAGES)}
    | dict.fromkeys(("recipe", "plan", "removal", "bound"), GROUND | FLOW)
    | {
        "design": GROUND,
        "outcomes": GROUND,
        "multivariate": GROUND,
        "missing": GROUND,
        "pool": GROUND,
        "chains": GROUND,
        "confidence": GROUND,
        "measurement": GROUND,
        "reweight": GROUND | {"framework"},
        "sobol": GROUND | {"design"},
        "shapley": GROUND,
        "fast": GROUND | {"given"},
        "morris": GROUND | {"design"},
        "given": GROUND,
        "pawn": GROUND,
        "delta": GROUND,
        "filtering": GROUND,
        "regression": GROUND,
        "lines": GROUND,
    }
    | {
        "uncertainty": GROUND | FLOW | {"plan", "design"},
        "sensitivity": GROUND | FLOW | {"plan", "design", "sobol"},
        "propagation": GROUND | {"outcomes"},
    }
)


@pytest.mark.parametrize("name", sorted(headers()))
def test_a_header_reaches_only_the_rooms_below_it(name):
    assert name in MAY_REACH, f"say in test_layout.py and docs/architecture.md what {name}.hpp may use"
    assert reach(name) - {name} <= MAY_REACH[name]


def test_the_arrows_of_headers_can_point_the_wrong_way():
    assert reach("recipe") >= {"impute", "framework"} and not reach("recipe") <= MAY_REACH["treat"]


def sources():
    return sorted((CPP / "src").rglob("*.?pp"))


def test_sources_of_a_stage_know_no_other_stage():
    for path in sources():
        stage = next((part for part in (path.stem, path.parent.name) if part in STAGES), None)
        others = {Path(name).stem for name in includes(path)[1] if name.startswith("egov/")} & set(STAGES)
        if stage:
            assert others <= {stage}, path


def test_private_headers_are_those_of_detail_and_of_the_own_room():
    for path in sources():
        inside = path.relative_to(CPP / "src")
        room = inside.parts[0] if len(inside.parts) > 1 else path.stem
        for name in includes(path)[1]:
            assert name.startswith(("egov/", "detail/", f"{room}/")), (path, name)


def test_boost_and_ceres_stay_in_source_files_and_pybind11_in_bindings():
    seen = set()
    for path in (*headers().values(), *sources(), *sorted((CPP / "bindings").glob("*"))):
        for name in includes(path)[0]:
            library = name.split("/")[0]
            seen.add(library)
            if library in ("boost", "ceres", "glog"):
                assert path.suffix == ".cpp" and path.is_relative_to(CPP / "src"), path
            assert (library == "pybind11") <= path.is_relative_to(CPP / "bindings"), path
    assert {"boost", "ceres", "pybind11", "Eigen"} <= seen


def test_bindings_include_public_headers_only_and_are_few():
    files = sorted((CPP / "bindings").glob("*.cpp"))
    assert 2 < len([path for path in files if path.name.startswith("bind_")]) <= 8
    for path in (*files, CPP / "bindings" / "convert.hpp"):
        angles, quoted = includes(path)
        assert all(name == "convert.hpp" or re.fullmatch(r"egov/[a-z]+\.hpp", name) for name in quoted), path
        assert all(name.startswith("pybind11/") or "/" not in name for name in angles), path


def test_nothing_of_the_core_knows_python():
    for path in (*headers().values(), *sources()):
        assert not re.search(r"py::|PyObject|Python\.h", path.read_text(encoding="utf-8")), path


# Python: import lines


@cache
def modules():
    """Dotted name below the package -> path."""
    found = {}
    for path in sorted(PYTHON.rglob("*.py")):
        parts = path.relative_to(PYTHON).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def statements(body, inside):
    """Import statements that run with the module; with `inside` those of functions and type checks too."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif inside or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If):
            for part in ("body", "orelse", "handlers", "finalbody"):
                yield from statements(getattr(node, part, []), inside)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            yield from statements(node.body + node.orelse, inside)


@cache
def imports(name, inside=True):
    """What a module imports: names of this package as ``.name``, others by their first word."""
    path, found = modules()[name], set()
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    package = [part for part in package if part]
    for node in statements(ast.parse(path.read_text(encoding="utf-8")).body, inside):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif node.level == 0:
            found.add((node.module or "").split(".")[0])
        else:
            above = package[: len(package) - node.level + 1] + (node.module or "").split(".")
            above = [part for part in above if part]
            for alias in node.names:
                full = ".".join([*above, alias.name])
                found.add("." + (full if full in modules() or full == "_core" else ".".join(above)))
    return frozenset(found)


@cache
def reached(name):
    """Modules of this package that run when one is imported."""
    seen, todo = set(), [name]
    while todo:
        at = todo.pop()
        if at in seen or at not in modules():
            seen.add(at)
            continue
        seen.add(at)
        todo += [item[1:] for item in imports(at, inside=False) if item.startswith(".") and item != "."]
        todo += [at.rsplit(".", 1)[0]] if "." in at else []
    return frozenset(seen)


def room(name):
    return name.split(".")[0]


def in_rooms(*rooms):
    return [name for name in modules() if room(name) in rooms]


def test_import_lines_are_read():
    assert {"._core", ".table", "typing"} <= imports("catalogue") and "._core" in imports(
        "catalogue", inside=False
    )
    assert ".spec" in imports("index") and ".spec" not in imports("index", inside=False)
    assert "_core" in reached("index") and "table" in reached("panel.core")
    assert len(modules()) > 40


@pytest.mark.parametrize(
    "name", in_rooms("table", "panel", "sources", "datasets", "datasets_text", "errors", "files")
)
def test_data_know_nothing_of_the_core(name):
    assert not reached(name) & {"_core", "catalogue", "framework", "recipe", "index", "compiled"}
    assert "._core" not in imports(name)


@pytest.mark.parametrize("name", in_rooms("plot", "report", "markup"))
def test_pictures_and_reports_see_results_only(name):
    assert "_core" not in reached(name) and "._core" not in imports(name)


@pytest.mark.parametrize("name", in_rooms("spec", "cli", "presets", "job"))
def test_spec_and_command_only_translate(name):
    if "._core" in imports(name):  # its version is a word for the user, no work
        text = modules()[name].read_text(encoding="utf-8")
        assert re.findall(r"_core\b.*", text) == ["_core import version"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_knows_no_other_stage_and_no_picture(stage):
    found = imports(f"_{stage}")
    assert not found & ({f"._{other}" for other in STAGES} | OPTIONAL | {"narwhals"})
    assert not found & {
        ".index",
        ".result",
        ".uncertainty",
        ".sensitivity",
        ".outcomes",
        ".spec",
        ".plot",
        ".report",
    }


@pytest.mark.parametrize(
    "name",
    in_rooms(
        "outcomes",
        "compare",
        "uncertainty",
        "sensitivity",
        "sobol",
        "shapley",
        "morris",
        "given",
        "pawn",
        "delta",
        "fast",
        "filtering",
        "oat",
        "regression",
        "measures",
        "problem",
        "runs",
        "result",
        "index",
        "stability",
        "profile",
        "levers",
        "growth",
        "audit",
        "nonresponse",
    ),
)
def test_questions_know_no_page_and_no_command(name):
    assert not reached(name) & {"report", "plot", "cli", "job", "summary", "outputs"}


@pytest.mark.parametrize("name", sorted(modules()))
def test_optional_libraries_are_imported_inside_functions(name):
    assert not imports(name, inside=False) & OPTIONAL


# Files


@cache
def tracked():
    """Files of the repository, without those that are made."""
    try:
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return tuple(Path(line) for line in listed.stdout.splitlines() if (ROOT / line).exists())


def test_top_level_names_are_the_ones_agreed_on():
    allowed = {
        "pyproject.toml", "CMakeLists.txt", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "dev",
        "cpp", "python", "tests", "notebooks", "benchmarks", "docs",
    }  # fmt: skip
    top = {path.parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= allowed


def test_file_names_say_what_is_inside():
    for path in tracked():
        words = set(re.split(r"[_.\-]", path.name.lower()))
        assert not words & {"util", "utils", "helper", "helpers", "manager", "misc", "common", "base"}, path


def test_one_word_a_stage_in_every_room():
    for stage in STAGES:
        rooms = [
            CPP / "include" / "egov" / f"{stage}.hpp",
            CPP / "src" / f"{stage}.cpp",
            PYTHON / f"_{stage}.py",
            ROOT / "tests" / "cpp" / f"test_{stage}.cpp",
        ]
        assert all(path.is_file() for path in rooms), [path for path in rooms if not path.is_file()]
        assert callable(getattr(egov_index, stage))


def test_files_stay_short():
    lengths = {
        path: (ROOT / path).read_text(encoding="utf-8").count("\n")
        for path in tracked()
        if path.suffix in (".py", ".pyi", ".cpp", ".hpp")
    }
    assert not {str(path): lines for path, lines in lengths.items() if lines > 500}
    assert median(lengths.values()) <= 200
    assert len(lengths) > 100


# What is public


def test_public_names_are_those_of_the_snapshot():
    snapshot = (Path(__file__).parent / "public_names.txt").read_text(encoding="utf-8").split()
    assert sorted(egov_index.__all__) == snapshot, (
        "a public name came or went: say so in CHANGELOG.md and in the snapshot"
    )
    assert all(hasattr(egov_index, name) for name in snapshot)


def test_import_is_quick_and_light():
    program = (
        "import sys, time; start = time.process_time(); import egov_index; took = time.process_time() - start;"
        f"print(took, *sorted({OPTIONAL!r} & set(sys.modules)))"
    )
    best = 9.0
    for _ in range(3):
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        took, *loaded = run.stdout.split()
        assert not loaded
        best = min(best, float(took))
        if best < 0.5:
            break
    assert best < 0.5
