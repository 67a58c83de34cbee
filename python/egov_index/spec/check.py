"""Everything that is wrong with the tables of a spec: keys, what they take, and which stand together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..table import nearest
from .keys import ONE_OF, TABLES, VERSION, Key, names_of
from .kinds import check_kind, is_number
from .lines import Path
from .wrongs import Wrong, shown

__all__ = ["check_table", "unknown_keys"]

SUGGESTED = 100  # unknown keys of a table that look for the nearest name


def check_table(
    table: str, given: Any, path: Path, codes: Collection[str], skip: Collection[str] = ()
) -> list[Wrong]:
    """Check a table and those within it: types, bounds, names, methods.

    Parameters
    ----------
    table : str
        Name in :data:`~egov_index.spec.keys.TABLES`; "" for the keys at the top.
    given : object
        What stands in the file.
    path : tuple
        Where it stands.
    codes : collection of str
        Codes of the nodes, for keys that name some.
    skip : collection of str
        Keys that are checked elsewhere.

    Returns
    -------
    list of (path, came, right)
    """
    if not isinstance(given, Mapping):
        return [(path, shown(given), f"a table, with keys such as {', '.join(names_of(table)[:3])}")]
    wrong = unknown_keys(table, given, path)
    for key in TABLES[table]:
        if key.name in skip:
            continue
        if key.name in given:
            wrong += _check_value(key, given[key.name], (*path, key.name), codes)
        elif key.needed:
            right = f"spec = {VERSION}, the version of the format" if key.kind == "version" else key.sentence
            wrong.append(((*path, key.name), "not given", right))
    return wrong + _beside_each_other(table, given, path)


def unknown_keys(table: str, given: Mapping[str, Any], path: Path) -> list[Wrong]:
    """A wrong for each key that a table does not know, with the nearest that it does."""
    known = names_of(table)
    unknown = [name for name in given if name not in known]
    return [
        ((*path, name), "unknown key", nearest(name, known) if at < SUGGESTED else "")
        for at, name in enumerate(unknown)
    ]


def _check_value(key: Key, value: Any, path: Path, codes: Collection[str]) -> list[Wrong]:
    if key.kind == "weightings":
        return _weightings(value, path, codes)
    if key.kind in TABLES:
        return check_table(key.kind, value, path, codes)
    return check_kind(key, value, path, codes)


def _weightings(value: Any, path: Path, codes: Collection[str]) -> list[Wrong]:
    """One weighting, or a list of several kinds of them."""
    if not isinstance(value, list | tuple):
        return check_table("weights", value, path, codes)
    if not value:
        return [(path, "an empty list", "a table such as { noise = 0.25 }, or several")]
    wrong: list[Wrong] = []
    seen: set[str] = set()
    for at, one in enumerate(value):
        wrong += check_table("weights", one, (*path, at), codes)
        law = next((name for (name,) in ONE_OF["weights"] if isinstance(one, Mapping) and name in one), "")
        if law in seen:
            wrong.append(((*path, at, law), f"a second {law}", "one of each kind"))
        seen |= {law} if law else set()
    return wrong


def _beside_each_other(table: str, given: Mapping[str, Any], path: Path) -> list[Wrong]:
    """Keys of which one is needed and one alone, or that mean something beside another only."""
    wrong: list[Wrong] = []
    known = set(given) <= set(names_of(table))
    ways = ONE_OF.get(table, ())
    found = [way for way in ways if any(name in given for name in way)]
    right = f"one of {', '.join(' with '.join(way) for way in ways)}"
    if ways and not found and known:
        wrong.append((path, "nothing varies", right))
    if len(found) > 1:
        several = "; several in blocks [[uncertainty.weights]]" if table == "weights" else ""
        names = [name for way in found for name in way if name in given]
        wrong.append((path, f"{' and '.join(names)} in one table", right + several))
    for way in found:
        wrong += [
            ((*path, name), "not given", f"{' and '.join(way)} stand together")
            for name in way
            if name not in given and len(found) == 1
        ]
    if table == "weights" and "nodes" in given and not {"noise", "dirichlet"} & set(given):
        wrong.append(((*path, "nodes"), "without noise or dirichlet", "leave it out: the others name nodes"))
    if table == "simplex_box" and not given:
        wrong.append(
            (path, "a box around no node", "lower = { osi = 0.2 }, or upper = { osi = 0.5 }, or both")
        )
    outcomes = given.get("outcomes")
    carried = isinstance(outcomes, Mapping) and outcomes.get("carried") is True
    if table == "" and carried and "uncertainty" not in given:
        right = "a table [uncertainty], whose draws are carried through to the links, or carried = false"
        wrong.append((("outcomes", "carried"), "true, without [uncertainty]", right))
    return wrong + (_crossed(given, path) if table in ("simplex_box", "values") else [])


def _crossed(given: Mapping[str, Any], path: Path) -> list[Wrong]:
    """Lower ends above the upper ones."""
    lower, upper = given.get("lower"), given.get("upper")
    if not isinstance(lower, Mapping) or not isinstance(upper, Mapping):
        return []
    both = [(code, lower[code], upper[code]) for code in lower if code in upper]
    return [
        ((*path, "lower", code), f"{shown(low)}, above the upper end {shown(high)}", "lower below upper")
        for code, low, high in both
        if is_number(low) and is_number(high) and low > high
    ]
