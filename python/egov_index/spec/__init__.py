"""Spec files: an index with its data and analyses as one TOML text, read and written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from ..alternatives import Alternatives
from ..errors import Fault, SpecError
from ..files import write_file
from ..framework import Framework
from ..index import Index
from ..recipe import Recipe
from ..table import nearest
from .check import check_table, unknown_keys
from .document import LARGEST_FILE, load, too_large
from .keys import KEPT_TABLES, KEPT_TOP, VERSION, names_of
from .lines import Path, lines_of
from .plain import plain_of_objects
from .schema import schema
from .write import canonical, render
from .wrongs import Wrong, shown, shown_path, wrongs_of, wrongs_of_tree

__all__ = ["parse", "read", "schema", "to_text", "varied", "write"]

MOST_NODES = 10_000
MOST_FAULTS = 200  # told in one error; the rest is counted
ELSEWHERE = ("rank_digits", "groups", "node", "recipe")  # what Framework and Recipe check


def parse(text: str, source: str = "spec") -> Index:
    """Read the text of a spec.

    Parameters
    ----------
    text : str
        TOML; docs/spec.schema.json says what may stand in it.
    source : str
        Name of the file, for the faults.

    Returns
    -------
    Index
        Its ``analysis`` holds what is not framework or recipe: note, data, uncertainty, sensitivity, outcomes, compare.

    Raises
    ------
    SpecError
        With every fault, each with its line, what came and what would be right.

    Examples
    --------
    >>> index = parse('''
    ... spec = 1
    ... name = "two"
    ... [[node]]
    ... code = "index"
    ... [[node]]
    ... code = "osi"
    ... parent = "index"
    ... [[node]]
    ... code = "tii"
    ... parent = "index"
    ... ''')
    >>> index.framework.leaves
    ('osi', 'tii')
    """
    text = text.removeprefix("\ufeff") if isinstance(text, str) else text
    document = load(text, source)
    nodes = document.get("node")
    blocks = nodes if isinstance(nodes, list) else []
    codes = [node.get("code") if isinstance(node, Mapping) else None for node in blocks]
    try:
        wrong, framework, recipe = _checked(document, codes, text)
        if not wrong and framework is not None:
            return _index(document, framework, recipe)
    except RecursionError:
        raise SpecError(
            Fault(source, "nested too deeply", "tables within tables, two or three deep")
        ) from None
    raise SpecError(_faults(wrong, text, source, codes))


def _checked(
    document: Mapping[str, Any], codes: list[Any], text: str
) -> tuple[list[Wrong], Framework | None, Recipe]:
    """Everything wrong with a document; its framework and recipe where they could be made."""
    wrong = check_table(
        "", document, (), dict.fromkeys(code for code in codes if isinstance(code, str)), skip=ELSEWHERE
    )
    recipe, framework = Recipe(), None
    try:
        recipe = _recipe(document.get("recipe", {}), wrong)
    except SpecError as error:
        wrong += wrongs_of(error, ())
    try:
        framework = _framework(document, wrong)
    except SpecError as error:
        wrong += wrongs_of_tree(error, codes, lines_of(text))
    if framework is not None:
        wrong += _inadmissible(document, framework, recipe)
        wrong += _of_no_node(document, framework)
        if not wrong and (unfit := recipe.unfit(framework)):
            wrong += wrongs_of_tree(SpecError(unfit), codes, lines_of(text))
    return wrong, framework, recipe


def _inadmissible(document: Mapping[str, Any], framework: Framework, recipe: Recipe) -> list[Wrong]:
    """Combinations of scales and means that no data would allow, of the recipe or of its alternatives."""
    table = document.get("uncertainty")
    given = table if isinstance(table, Mapping) else {}
    asked = {stage: given[stage] for stage in ("normalize", "aggregate") if stage in given}
    try:
        faults = Alternatives(**asked).inadmissible(recipe, framework)
    except SpecError:  # said already
        return []
    path: Path = ("uncertainty", *list(asked)[-1:]) if asked else ("recipe", "aggregate")
    return [(path, f"{fault.place}: {fault.came}", fault.right) for fault in faults]


def _of_no_node(document: Mapping[str, Any], framework: Framework) -> list[Wrong]:
    """What varies, or is left out, and is no indicator of the tree, or stands twice."""
    table = document.get("uncertainty")
    given = table if isinstance(table, Mapping) else {}
    values, nodes = given.get("values"), given.get("exclude")
    parts = values if isinstance(values, Mapping) else {}
    codes = nodes if isinstance(nodes, list) else []
    wrong: list[Wrong] = [
        (("uncertainty", "values", name, code), "no indicator of the tree", nearest(code, framework.inputs))
        for name, one in parts.items()
        if name in names_of("values") and isinstance(one, Mapping)
        for code in one
        if code not in framework.inputs
    ]
    twice = [at for at, code in enumerate(codes) if code in codes[:at]]
    return wrong + [
        (("uncertainty", "exclude", at), f"{codes[at]!r} stands twice", "each once") for at in twice
    ]


def _recipe(given: Any, wrong: list[Wrong]) -> Recipe:
    if not isinstance(given, Mapping):
        wrong.append((("recipe",), shown(given), "a table: [recipe]"))
        return Recipe()
    wrong += unknown_keys("recipe", given, ("recipe",))
    return Recipe(**{name: given[name] for name in names_of("recipe") if name in given})


def _framework(document: Mapping[str, Any], wrong: list[Wrong]) -> Framework | None:
    groups, nodes = document.get("groups", []), document.get("node", [])
    wrong += _not_tables("groups", groups, '{ above = 0.5, code = "H" }')
    bad = _not_tables("node", nodes, "[[node]]")
    if not bad and len(nodes) > MOST_NODES:
        bad = [(("node", MOST_NODES), f"{len(nodes):,} nodes", f"at most {MOST_NODES:,}")]
    if not bad and not nodes:
        bad = [(("node",), "no nodes", "a root and its indicators, each as a block [[node]]")]
    wrong += bad
    cuts = [group for group in groups if isinstance(group, Mapping)] if isinstance(groups, list) else []
    return None if bad else Framework(nodes, cuts, document.get("rank_digits"))


def _not_tables(name: str, items: Any, right: str) -> list[Wrong]:
    if not isinstance(items, list):
        came = "a single table" if isinstance(items, Mapping) else shown(items)
        return [((name,), came, f"a list of tables: {right}")]
    places = enumerate(items)
    return [
        ((name, at), shown(item), f"a table: {right}") for at, item in places if not isinstance(item, Mapping)
    ]


def _index(document: Mapping[str, Any], framework: Framework, recipe: Recipe) -> Index:
    kept = canonical("", {name: document[name] for name in KEPT_TOP if name in document})
    return Index(
        framework,
        recipe,
        name=document.get("name", "index"),
        title=document.get("title", ""),
        period=document.get("period"),
        analysis=kept | {name: canonical(name, document[name]) for name in KEPT_TABLES if name in document},
    )


def _faults(wrong: list[Wrong], text: str, source: str, codes: list[Any]) -> list[Fault]:
    """Faults with their lines, in the order of the file; those without a line first."""
    lines = lines_of(text)
    placed = sorted(
        ((_line(path, lines), path, came, right) for path, came, right in wrong), key=lambda one: one[0]
    )
    faults = []
    for line, path, came, right in placed[:MOST_FAULTS]:
        words = shown_path(path, codes)
        place = f"{source} line {line}" if line else source
        faults.append(Fault(f"{place}, {_cut(words)}" if words else place, _cut(came), _cut(right)))
    rest = len(placed) - MOST_FAULTS
    return [*faults, Fault(source, f"{rest:,} more faults")] if rest > 0 else faults


def _line(path: Path, lines: Mapping[Path, int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


def _cut(text: str) -> str:
    return text if len(text) <= 400 else f"{text[:397]}..."


def read(path: str | os.PathLike[str]) -> Index:
    """Read a spec file.

    Parameters
    ----------
    path : str or path
        A TOML file in UTF-8, at most 4 MB.

    Returns
    -------
    Index

    Raises
    ------
    SpecError
        If it cannot be read, or with every fault in it.
    """
    file, name = FilePath(path), FilePath(path).name or str(path)
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
    except IsADirectoryError:
        raise SpecError(Fault(str(path), "a folder", "the spec file in it")) from None
    except FileNotFoundError:
        raise SpecError(Fault(str(path), "no such file", "the path of a spec file")) from None
    except (OSError, ValueError) as error:
        raise SpecError(
            Fault(str(path), f"cannot be read: {getattr(error, 'strerror', None) or error}")
        ) from None
    if len(raw) > LARGEST_FILE:
        raise SpecError(too_large(name))
    try:
        return parse(raw.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        place = f"{name} line {raw.count(10, 0, error.start) + 1}"
        came = f"byte 0x{raw[error.start]:02x} is no UTF-8"
        raise SpecError(Fault(place, came, "save the file as UTF-8")) from None


def varied(index: Index, lines: Sequence[str], source: str = "--vary") -> Index:
    """Copy of an index whose table [uncertainty] says something else.

    Parameters
    ----------
    index : Index
    lines : sequence of str
        Lines as they would stand in that table; the other keys stay.
    source : str
        Where the lines came from, for the faults.

    Returns
    -------
    Index

    Raises
    ------
    SpecError
        With every fault of the lines.

    Examples
    --------
    >>> import egov_index as egov
    >>> index = varied(egov.preset("egdi-open"), ["weights = { dirichlet = 50 }", 'points = "lhs"'])
    >>> index.analysis["uncertainty"]["weights"]
    {'dirichlet': 50}
    """
    text = "\n".join(lines)
    table = load(text, source)
    wrong = check_table("uncertainty", table, (), index.framework.codes)
    wrong += [
        (path[1:], came, right) for path, came, right in _of_no_node({"uncertainty": table}, index.framework)
    ]
    if wrong:
        raise SpecError(_faults(wrong, text, source, []))
    whole = {**index.analysis.get("uncertainty", {}), **table}
    return index.replace(analysis={**index.analysis, "uncertainty": canonical("uncertainty", whole)})


def to_text(index: Index) -> str:
    """Write an index as the text of a spec, in one canonical layout.

    Parameters
    ----------
    index : Index

    Returns
    -------
    str
        ``parse(to_text(index))`` equals the index; writing that again gives the same text.

    Raises
    ------
    SpecError
        If the index holds something that a spec cannot, e.g. an unknown table of analyses.
    """
    tables = dict(index.analysis)
    if isinstance(tables.get("uncertainty"), Mapping):
        tables["uncertainty"] = plain_of_objects(tables["uncertainty"])
    wrong = check_table("", {"spec": VERSION, **tables}, (), index.framework.codes, skip=ELSEWHERE)
    if wrong:
        raise SpecError([Fault(shown_path(path, ()), came, right) for path, came, right in wrong])
    text = render(index)
    parse(text, index.name)
    return text


def write(index: Index, path: str | os.PathLike[str]) -> None:
    """Write a spec file: whole, or not at all.

    Parameters
    ----------
    index : Index
    path : str or path
        A file that is there is replaced.

    Raises
    ------
    SpecError
        As :func:`to_text`.
    OSError
        If the folder cannot be written; nothing is left behind then.
    """
    try:
        text = to_text(index)
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise SpecError(
            Fault(str(index.name), "a text that is no Unicode", "texts without lone surrogates")
        ) from None
    write_file(path, text)
