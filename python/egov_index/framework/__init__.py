"""The tree of an index: which indicators, under which nodes, with which weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from heapq import heappop, heappush
from typing import Any

from ..catalogue import Choice
from ..errors import Fault, SpecError
from ..table import make_frame, nearest, read_frame
from .check import group_faults, tree_faults, value_faults
from .node import Group, Node, read_group, read_node

__all__ = ["Framework", "Group", "Node"]


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
        read = [
            node if isinstance(node, Node) else read_node(node, at, faults) for at, node in enumerate(nodes)
        ]
        cuts = [
            group if isinstance(group, Group) else read_group(group, at, faults)
            for at, group in enumerate(groups)
        ]
        if rank_digits is not None and (
            isinstance(rank_digits, bool) or not isinstance(rank_digits, int) or not 0 <= rank_digits <= 15
        ):
            faults.append(Fault("rank_digits", repr(rank_digits), "a whole number from 0 to 15"))
        faults += tree_faults(read) + value_faults(read) + group_faults(cuts)
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

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of all indicators that a panel must hold: the leaves, then denominators that are no leaves."""
        divisors = (node.denominator for node in self.nodes if node.denominator is not None)
        return tuple(dict.fromkeys((*self.leaves, *divisors)))

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
