"""Spec files written in one canonical layout, so that the same index gives the same bytes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import catalogue
from ..catalogue import Choice
from ..framework import Group, Node
from ..recipe import Recipe
from .keys import KEPT_TABLES, KEPT_TOP, TABLES, VERSION, Key, names_of
from .plain import plain_of_objects

if TYPE_CHECKING:
    from ..index import Index

__all__ = ["plain_chain", "plain_choice", "render"]

WIDTH = 120  # a list that would be longer stands one item a line
ALWAYS = ("impute", "treat", "normalize", "aggregate")  # choices of a recipe written even if by default
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def render(index: Index) -> str:
    """The text of a spec; nothing is checked here."""
    blocks = [_table(_top(index)), "[recipe]\n" + _table(_recipe(index.recipe))]
    for name in KEPT_TABLES:
        if name in index.analysis:
            blocks.append(_analysis(name, canonical(name, index.analysis[name])))
    blocks.append("".join(f"[[node]]\n{_table(_node(node))}" for node in index.framework.nodes))
    return "\n".join(blocks)


def _analysis(name: str, table: Mapping[str, Any]) -> str:
    """One of the analysis tables; what varies stands on one line of it, or in blocks where that would be too long."""
    wide = {key: table[key] for key in ("weights", "values") if key in table and not _fits(key, table[key])}
    lines = _table({key: value for key, value in table.items() if key not in wide})
    return f"[{name}]\n{lines}" + "".join(_blocks((name, key), value) for key, value in wide.items())


def _fits(name: str, value: Any) -> bool:
    return all(len(line) <= WIDTH for line in f"{_key(name)} = {_laid_out(name, value)}".split("\n"))


def _blocks(path: tuple[str, ...], value: Any) -> str:
    """A table, or each of a list, under a header of its own; those within it too if one does not fit on its line."""
    several = isinstance(value, list)
    header = f"[[{'.'.join(map(_key, path))}]]\n" if several else f"[{'.'.join(map(_key, path))}]\n"
    text = ""
    for table in value if several else [value]:
        tables = {name: one for name, one in table.items() if isinstance(one, Mapping)}
        inner = {} if all(_fits(name, one) for name, one in tables.items()) else tables
        own = _table({name: one for name, one in table.items() if name not in inner})
        text += header + own if own or several else ""
        text += "".join(_blocks((*path, name), one) for name, one in inner.items())
    return text


def canonical(table: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """One of the analysis tables as plain values in the order of its keys, choices in their shortest form."""
    given = plain_of_objects(given) if table == "uncertainty" else given
    return {key.name: _plain(key, given[key.name]) for key in TABLES[table] if key.name in given}


def _plain(key: Key, value: Any) -> Any:
    kind, stage = key.kind, key.stage or key.name
    if kind == "choice":
        return value if isinstance(value, str) and value in key.options else plain_choice(stage, value)
    if kind == "choices":
        return [plain_choice(stage, one) for one in value]
    if kind == "chains":
        return [plain_chain(stage, one) for one in value]
    if kind in ("texts", "data", "editions") or (kind == "codes" and not isinstance(value, str)):
        return [value] if isinstance(value, str) else list(value)
    if kind == "pairs":
        return [list(pair) for pair in value]
    if kind == "outputs":
        return value if isinstance(value, str) else list(value)
    if kind == "weightings" and isinstance(value, list | tuple):
        return [canonical("weights", one) for one in value]
    kind = "weights" if kind == "weightings" else kind
    return canonical(kind, value) if kind in TABLES else value


def plain_chain(stage: str, given: Any) -> Any:
    """A chain as it is written: a list, or one choice alone."""
    chain = [plain_choice(stage, one) for one in catalogue.as_chain(given, stage)]
    return chain[0] if len(chain) == 1 else chain


def plain_choice(stage: str, given: Any) -> Any:
    """A choice as it is written: its name, or a table with its parameters in the order of the method's row.

    Examples
    --------
    >>> plain_choice("normalize", "goalposts:upper=100.0,lower=0")
    {'method': 'goalposts', 'lower': 0, 'upper': 100.0}
    """
    chosen: Choice = catalogue.as_choice(given, stage)
    if not chosen.params and chosen.rescale is None and chosen.over == "period":
        return chosen.method
    kinds = {param["name"]: param["kind"] for param in catalogue.row(stage, chosen.method)["params"]}
    params = {name: chosen.params[name] for name in kinds if name in chosen.params}
    flags = {name: bool(value) for name, value in params.items() if kinds[name] == "flag"}
    rescale = {} if chosen.rescale is None else {"rescale": list(chosen.rescale)}
    over = {} if chosen.over == "period" else {"over": chosen.over}
    return {"method": chosen.method} | params | flags | over | rescale


def _top(index: Index) -> dict[str, Any]:
    tree, more = index.framework, index.analysis
    groups = [_group(one) for one in tree.groups]
    found: dict[str, Any] = {
        "spec": VERSION,
        "name": index.name,
        "title": None if index.title == index.name else index.title,
        "period": index.period,
        "rank_digits": tree.rank_digits,
        "groups": groups or None,
    }
    found |= canonical("", {name: more[name] for name in KEPT_TOP if name in more})
    return {name: found[name] for name in names_of("") if found.get(name) is not None}


def _group(group: Group) -> dict[str, Any]:
    found = {"above": group.above, "code": group.code, "classes": list(group.classes)}
    return {name: value for name, value in found.items() if value not in (None, [])}


def _recipe(recipe: Recipe) -> dict[str, Any]:
    usual, found = Recipe(), {}
    for key in TABLES["recipe"]:
        value = getattr(recipe, key.name)
        if key.name in ALWAYS or value != getattr(usual, key.name):
            found[key.name] = _written(key, value)
    return found


def _node(node: Node) -> dict[str, Any]:
    usual = Node("")
    return {
        key.name: _written(key, getattr(node, key.name))
        for key in TABLES["node"]
        if key.name == "code" or getattr(node, key.name) != getattr(usual, key.name)
    }


def _written(key: Key, value: Any) -> Any:
    if key.kind == "choice":
        return plain_choice(key.stage or key.name, value)
    return plain_chain(key.name, value) if key.kind == "chain" else value


def _table(pairs: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_laid_out(name, value)}\n" for name, value in pairs.items())


def _laid_out(name: str, value: Any) -> str:
    text = _value(value)
    broken = isinstance(value, list | tuple) and len(name) + 3 + len(text) > WIDTH
    if not broken:
        return text
    return "[\n" + "".join(f"  {_value(item)},\n" for item in value) + "]"


def _value(value: Any) -> str:
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return _text(str(value))


def _number(value: float) -> str:
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _key(name: str) -> str:
    return name if name and all(c.isascii() and (c.isalnum() or c in "_-") for c in name) else _text(name)


def _text(text: str) -> str:
    return '"' + "".join(map(_letter, text)) + '"'


def _letter(letter: str) -> str:
    control = letter < " " or letter == "\x7f"
    return ESCAPES.get(letter, f"\\u{ord(letter):04x}" if control else letter)
