"""The tree of an index: which indicators, under which nodes, with which weights."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from heapq import heappop, heappush
from typing import Any

from . import catalogue
from .catalogue import Choice
from .errors import Fault, SpecError
from .table import listing, make_frame, nearest, read_frame

__all__ = ["Framework", "Group", "Node"]


@dataclass(frozen=True)
class Node:
    """One node: an indicator (a leaf) or the aggregate of its children.

    Parameters
    ----------
    code : str
        Its name in spec files and results; for a leaf also the indicator's name in the panel.
    parent : str, optional
        Code of the node above; None for the root.
    name : str, optional
        Readable name.
    weight : float
        Against its siblings, at least 0; siblings are brought to sum one.
    direction : {1, -1}
        -1 where less is better.
    lag : float
        A leaf's value in period t is the one of t - lag, in units of the period.
    cap, lower, upper : float, optional
        Highest value used, and the indicator's goalposts, in its unit.
    unit, concept, denominator : str, optional
        Unit of measurement, what it measures (the guard against shared inputs reads it), and denominator.
    normalize, impute, aggregate : optional
        Instead of the recipe's: a leaf's act on the indicator, an inner node's ``normalize`` on its aggregate.
    not_scored : float, optional
        A published code for "this unit was not scored": such a unit leaves the index for that period.
    """

    code: str
    parent: str | None = None
    name: str | None = None
    weight: float = 1.0
    direction: int = 1
    lag: float = 0
    cap: float | None = None
    lower: float | None = None
    upper: float | None = None
    unit: str | None = None
    denominator: str | None = None
    concept: str | None = None
    normalize: Choice | None = None
    impute: tuple[Choice, ...] | None = None
    aggregate: Choice | None = None
    not_scored: float | None = None


@dataclass(frozen=True)
class Group:
    """Units whose score lies above a cut; the last group has no cut (``above`` is None)."""

    code: str
    above: float | None = None


NUMBERS = ("weight", "direction", "lag", "cap", "lower", "upper", "not_scored")
DEEPEST = 100  # levels below the root
SUGGESTED = 20  # faults of one kind that look for the nearest name, or nodes that a fault lists
TEXTS = ("code", "parent", "name", "unit", "denominator", "concept")


class Framework:
    """The tree of an index.

    Parameters
    ----------
    nodes : iterable of Node or mapping
        The root is the one without a parent; leaves are the indicators.
    groups : iterable of Group or mapping, optional
        Groups of the units by the score of the root, highest cut first, the last without a cut.
    rank_digits : int, optional
        Scores are rounded to so many decimals before they are ranked; None ranks them as they are.

    Raises
    ------
    SpecError
        With every fault: no root or several, unknown parents, cycles, codes used twice, bad weights or methods.

    Examples
    --------
    >>> tree = Framework([{"code": "index"}, {"code": "a", "parent": "index"}, {"code": "b", "parent": "index"}])
    >>> tree.leaves
    ('a', 'b')
    """

    def __init__(
        self,
        nodes: Iterable[Node | Mapping[str, Any]],
        groups: Iterable[Group | Mapping[str, Any]] = (),
        rank_digits: int | None = None,
    ) -> None:
        faults: list[Fault] = []
        read = [node if isinstance(node, Node) else _node(node, at, faults) for at, node in enumerate(nodes)]
        cuts = [
            group if isinstance(group, Group) else _group(group, at, faults)
            for at, group in enumerate(groups)
        ]
        if rank_digits is not None and (
            isinstance(rank_digits, bool) or not isinstance(rank_digits, int) or not 0 <= rank_digits <= 15
        ):
            faults.append(Fault("rank_digits", repr(rank_digits), "a whole number from 0 to 15"))
        faults += _tree_faults(read) + _value_faults(read) + _group_faults(cuts)
        if faults:
            raise SpecError(faults)
        self.nodes: tuple[Node, ...] = tuple(_parents_first(read))
        self.groups: tuple[Group, ...] = tuple(cuts)
        self.rank_digits = rank_digits

    @classmethod
    def from_table(cls, frame: Any, **keywords: Any) -> Framework:
        """Read a table with one row a node.

        Parameters
        ----------
        frame : pandas, polars or pyarrow frame
            Columns named like the parameters of :class:`Node`; empty cells are left out.
        **keywords
            ``groups`` and ``rank_digits``.

        Returns
        -------
        Framework
        """
        columns, _ = read_frame(frame)
        count = len(next(iter(columns.values()), []))
        rows = [{name: column[at] for name, column in columns.items()} for at in range(count)]
        return cls([{k: _cell(k, v) for k, v in row.items() if not _empty(v)} for row in rows], **keywords)

    def to_table(self, backend: str = "pandas") -> Any:
        """The nodes as a frame, one row each, in the columns of :class:`Node`."""
        names = [part.name for part in fields(Node)]
        return make_frame(
            {name: [_shown(getattr(node, name)) for node in self.nodes] for name in names}, backend
        )

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all nodes, parents before children; the first is the root."""
        return tuple(node.code for node in self.nodes)

    @property
    def root(self) -> str:
        """Code of the root."""
        return self.nodes[0].code

    @property
    def leaves(self) -> tuple[str, ...]:
        """Codes of the indicators."""
        parents = {node.parent for node in self.nodes}
        return tuple(node.code for node in self.nodes if node.code not in parents)

    def children(self, code: str) -> tuple[str, ...]:
        """Codes of the nodes right below one."""
        self[code]
        return tuple(node.code for node in self.nodes if node.parent == code)

    def below(self, code: str) -> tuple[str, ...]:
        """Codes of the indicators below a node; of a leaf itself."""
        children = self.children(code)
        return tuple(leaf for child in children for leaf in self.below(child)) if children else (code,)

    def __getitem__(self, code: str) -> Node:
        for node in self.nodes:
            if node.code == code:
                return node
        raise SpecError(Fault("node", repr(code), nearest(code, self.codes)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Framework) and (
            (self.nodes, self.groups, self.rank_digits) == (other.nodes, other.groups, other.rank_digits)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Framework {self.root}: {len(self.leaves)} indicators, {len(self.nodes)} nodes>"

    def __str__(self) -> str:
        return "\n".join(_branch(self, self.root, ""))


def _branch(tree: Framework, code: str, indent: str) -> list[str]:
    lines = [f"{indent}{code}" + (f" (weight {tree[code].weight:g})" if indent else "")]
    return lines + [line for child in tree.children(code) for line in _branch(tree, child, indent + "  ")]


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _cell(name: str, value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if name == "impute" and isinstance(value, str) and " " in value:
        return value.split()
    return value


def _shown(value: Any) -> Any:
    return (
        str(value)
        if isinstance(value, Choice)
        else " ".join(map(str, value))
        if isinstance(value, tuple)
        else value
    )


def _node(given: Mapping[str, Any], at: int, faults: list[Fault]) -> Node:
    code = given.get("code")
    place = f"node {code!r}" if isinstance(code, str) and code else f"node number {at + 1}"
    if not isinstance(code, str) or not code:
        faults.append(
            Fault(place, "no code" if code is None else f"code {code!r}", "every node needs a text as code")
        )
    known = [part.name for part in fields(Node)]
    parts: dict[str, Any] = {"code": code if isinstance(code, str) and code else f"number {at + 1}"}
    for name, value in given.items():
        if name not in known:
            faults.append(Fault(f"{place}.{name}", "unknown key", nearest(name, known)))
        elif name in ("normalize", "aggregate", "impute"):
            parts |= _methods(name, value, place, faults)
        elif name in NUMBERS and (isinstance(value, bool) or not isinstance(value, (int, float))):
            faults.append(Fault(f"{place}.{name}", repr(value), "a number"))
        elif name in TEXTS and not isinstance(value, str):
            faults.append(Fault(f"{place}.{name}", repr(value), "a text"))
        else:
            parts[name] = value
    return Node(**parts)


def _methods(stage: str, value: Any, place: str, faults: list[Fault]) -> dict[str, Any]:
    try:
        chain = catalogue.as_chain(value, f"{place}.{stage}")
    except SpecError as error:
        faults.extend(error.faults)
        return {}
    if stage == "impute":
        return {stage: chain}
    if len(chain) != 1:
        faults.append(Fault(f"{place}.{stage}", f"{len(chain)} methods", "one method"))
        return {}
    return {stage: chain[0]}


def _group(given: Mapping[str, Any], at: int, faults: list[Fault]) -> Group:
    unknown = [name for name in given if name not in ("code", "above")]
    faults += [
        Fault(f"groups[{at}].{name}", "unknown key", nearest(name, ("code", "above"))) for name in unknown
    ]
    above = given.get("above")
    number = isinstance(above, (int, float)) and not isinstance(above, bool)
    if above is not None and not (number and math.isfinite(above)):
        faults.append(Fault(f"groups[{at}].above", repr(above), "a finite number"))
        above = None
    if not isinstance(given.get("code"), str):
        came = repr(given["code"]) if "code" in given else "no code"
        faults.append(Fault(f"groups[{at}].code", came, "a text, e.g. 'H'"))
    return Group(str(given.get("code")), above)


def _tree_faults(nodes: Sequence[Node]) -> list[Fault]:
    if not nodes:
        return [Fault("framework", "no nodes", "at least a root and its indicators")]
    codes = Counter(node.code for node in nodes)
    faults = [
        Fault(f"node {code!r}", f"stands {count} times", "codes must differ")
        for code, count in codes.items()
        if count > 1
    ]
    orphans = [node for node in nodes if node.parent is not None and node.parent not in codes]
    for at, node in enumerate(orphans):
        right = nearest(node.parent, codes) if at < SUGGESTED else "the code of another node"
        faults.append(Fault(f"node {node.code!r}.parent", f"unknown node {node.parent!r}", right))
    roots = [node.code for node in nodes if node.parent is None]
    if len(roots) > 1:
        came = f"{len(roots)} nodes without a parent: {listing(roots)}"
        faults.append(Fault(f"node {roots[1]!r}", came, "exactly one is the root"))
    faults += _cycle_faults(nodes)
    if not roots and not faults:
        faults.append(Fault("framework", "no node without a parent", "exactly one is the root"))
    if len(nodes) == 1:
        faults.append(Fault("framework", "a single node", "a root needs at least one indicator below it"))
    return faults


def _cycle_faults(nodes: Sequence[Node]) -> list[Fault]:
    """Cycles, and nodes too deep for what walks over the tree."""
    parent = {node.code: node.parent for node in nodes}
    depth: dict[str, int] = {}  # 0 for a root and what hangs on a cycle or an unknown parent
    faults = []
    for code in parent:
        path: dict[str, None] = {}
        at: str | None = code
        while at is not None and at in parent and at not in path and at not in depth:
            path[at] = None
            at = parent[at]
        if at is not None and at in path:
            cycle = list(path)[list(path).index(at) :]
            came = f"a cycle: {' under '.join([*cycle[:SUGGESTED], at])}"
            faults.append(Fault(f"node {at!r}.parent", came, "parents must lead to the root"))
        above = depth[at] if at is not None and at in depth else -1
        for level, one in enumerate(reversed(path), above + 1):
            depth[one] = level
    deep = next((code for code, level in depth.items() if level > DEEPEST), None)
    if deep is not None and not faults:
        faults.append(
            Fault(f"node {deep!r}", f"more than {DEEPEST} nodes above it", "a tree of a few levels")
        )
    return faults


def _value_faults(nodes: Sequence[Node]) -> list[Fault]:
    faults: list[Fault] = []
    parents = {node.parent for node in nodes}
    for node in nodes:
        place = f"node {node.code!r}"
        for name in ("weight", "lag", "cap", "lower", "upper", "not_scored"):
            value = getattr(node, name)
            if value is not None and not math.isfinite(value):
                faults.append(Fault(f"{place}.{name}", repr(value), "a finite number"))
        if math.isfinite(node.weight) and node.weight < 0:
            faults.append(Fault(f"{place}.weight", f"{node.weight:g}", "a weight is at least 0"))
        if node.direction not in (1, -1):
            faults.append(
                Fault(f"{place}.direction", repr(node.direction), "1 (more is better) or -1 (less is better)")
            )
        if node.lower is not None and node.upper is not None and not node.lower < node.upper:
            faults.append(
                Fault(
                    f"{place}.lower",
                    f"{node.lower:g}, with upper {node.upper:g}",
                    "lower must be below upper",
                )
            )
        if node.aggregate is not None and node.code not in parents:
            faults.append(
                Fault(f"{place}.aggregate", str(node.aggregate), "an indicator has nothing to aggregate")
            )
        for stage in ("normalize", "aggregate", "impute"):
            chosen = getattr(node, stage)
            if chosen is not None:
                chain = chosen if isinstance(chosen, tuple) else (chosen,)
                faults += catalogue.chain_faults(stage, chain, f"{place}.{stage}")
    weights: dict[str, list[float]] = {}
    for node in nodes:
        if node.parent is not None:
            weights.setdefault(node.parent, []).append(node.weight)
    for code, below in weights.items():
        if not any(below):
            came = "the weights of its children sum to 0"
            faults.append(Fault(f"node {code!r}", came, "at least one must be above 0"))
    return faults


def _group_faults(groups: Sequence[Group]) -> list[Fault]:
    if not groups:
        return []
    faults = []
    cuts = [group.above for group in groups]
    if None in cuts[:-1] or cuts[-1] is not None:
        faults.append(
            Fault("groups", f"cuts {cuts}", "every group but the last needs above, and the last has none")
        )
    known = [cut for cut in cuts if cut is not None]
    if known != sorted(set(known), reverse=True):
        faults.append(Fault("groups", f"cuts {known}", "the highest cut first, each below the one before"))
    return faults


def _parents_first(nodes: Sequence[Node]) -> list[Node]:
    below: dict[str | None, list[int]] = {}
    for at, node in enumerate(nodes):
        below.setdefault(node.parent, []).append(at)
    ready, done = list(below[None]), []
    while ready:  # of the nodes whose parent is done, the one that was given first
        done.append(nodes[heappop(ready)])
        for at in below.get(done[-1].code, ()):
            heappush(ready, at)
    return done
