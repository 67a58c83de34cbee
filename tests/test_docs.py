"""What the documentation shows is run, and every public name says what it does."""

import ast
import doctest
import importlib
import inspect
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import egov_index

ROOT = Path(__file__).parents[1]
PACKAGE = Path(egov_index.__file__).parent
PAGES = [
    path
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
    if path.exists()
]
MODULES = sorted(
    ".".join(["egov_index", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.name != "__main__.py"
)
PUBLIC = [
    name
    for name in egov_index.__all__
    if not inspect.ismodule(getattr(egov_index, name)) and name != "__version__"
]


def blocks(path):
    """Python code blocks of a page with the line they start on; those with prompts are doctests."""
    text = path.read_text(encoding="utf-8")
    return [
        (text[: found.start()].count("\n") + 2, found[1])
        for found in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    ]


def lacking(code):
    """Optional libraries that a block names in its first line, ``# needs linearmodels``, and that are not here."""
    named = re.match(r"# needs ([\w, ]+)\n", code)
    return [name for name in re.findall(r"\w+", named[1] if named else "") if find_spec(name) is None]


@pytest.mark.parametrize("path", [path for path in PAGES if blocks(path)], ids=lambda path: path.name)
def test_python_blocks_run(path, tmp_path, monkeypatch):
    """The blocks of one page run one after the other, as a reader would type them."""
    monkeypatch.chdir(tmp_path)
    names, left_out = {"__name__": "page"}, []
    for line, code in blocks(path):
        if missing := lacking(code):
            left_out.append(f"the block at line {line} needs {', '.join(missing)}")
        elif ">>>" in code:
            test = doctest.DocTestParser().get_doctest(code, names, path.name, str(path), line)
            runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
            assert runner.run(test).failed == 0
        else:
            exec(compile("\n" * (line - 1) + code, str(path), "exec"), names)
    if left_out:
        pytest.skip(f"all other blocks ran; {'; '.join(left_out)}")


def test_the_readme_shows_python():
    assert len(blocks(ROOT / "README.md")) >= 1


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings(name):
    module = importlib.import_module(name)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.testmod(module, optionflags=flags).failed == 0


def test_examples_are_found():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) > 25


def parameters_of(item):
    """Names that a caller may give, without self and what a class makes itself."""
    try:
        signature = inspect.signature(item)
    except (TypeError, ValueError):
        return []
    return [name for name in signature.parameters if name not in ("self", "args", "kwargs")]


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_have_a_numpydoc_docstring(name):
    item = getattr(egov_index, name)
    text = inspect.getdoc(item)
    assert text and text.splitlines()[0].endswith("."), f"{name}: one sentence first"
    made_here = inspect.isclass(item) and not re.search(r"^Parameters$", text, re.MULTILINE)
    if inspect.isclass(item) and issubclass(item, BaseException):
        return
    if made_here:  # a class that only this package makes says what it holds
        assert re.search(r"^Attributes\n-+$", text, re.MULTILINE), f"{name}: Parameters or Attributes"
        return
    if parameters_of(item):
        section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+$|\Z)", text, re.MULTILINE | re.DOTALL)
        assert section, f"{name}: a section Parameters"
        named = {
            word.strip(" *")
            for line in re.findall(r"^(\S[^:\n]*?)(?: :|$)", section[1], re.MULTILINE)
            for word in line.split(",")
        }
        assert set(parameters_of(item)) <= named, f"{name}: {set(parameters_of(item)) - named} not described"
    if inspect.isfunction(item) and inspect.signature(item).return_annotation not in (None, "None"):
        assert re.search(r"^Returns\n-+$", text, re.MULTILINE), f"{name}: a section Returns"


MAPPING = {"get", "items", "keys", "values"}  # of a result that is also a mapping, as Python says them


def public_methods():
    found = []
    for name in PUBLIC:
        item = getattr(egov_index, name)
        if inspect.isclass(item) and not issubclass(item, BaseException):
            found += [
                (name, key)
                for key, part in inspect.getmembers(item)
                if not key.startswith("_") and callable(part) and key not in MAPPING
            ]
    return found


@pytest.mark.parametrize(("owner", "name"), public_methods())
def test_public_methods_say_what_they_do(owner, name):
    text = inspect.getdoc(getattr(getattr(egov_index, owner), name)) or ""
    assert " ".join(text.split("\n\n")[0].split()).endswith("."), f"{owner}.{name}: a sentence first"


def test_console_lines_of_the_readme_name_commands_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"^egov-index (\w+)", text, re.MULTILINE))
    assert commands
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    for command in sorted(commands):
        run = subprocess.run(
            [sys.executable, "-m", "egov_index", command, "--help"],
            capture_output=True,
            text=True,
            env=environment,
        )
        assert run.returncode == 0, (command, run.stderr)


def test_files_that_the_pages_link_to_exist():
    for path in PAGES:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_docstrings_show_no_other_prompt():
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                assert "In [1]" not in (ast.get_docstring(node) or ""), path
