"""What can be wrong with a tree: its shape, its values, its groups."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from .. import catalogue
from ..errors import Fault
from ..table import listing, nearest
from .node import Group, Node

__all__ = ["group_faults", "tree_faults", "value_faults"]

DEEPEST = 100  # levels below the root
SUGGESTED = 20  # faults of one kind that look for the nearest name, or nodes that a fault lists


def tree_faults(nodes: Sequence[Node]) -> list[Fault]:
    """Faults of the shape: codes, parents, roots, cycles, depth."""
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


def value_faults(nodes: Sequence[Node]) -> list[Fault]:
    """Faults of the values of nodes and of sums of weights."""
    faults: list[Fault] = []
    parents = {node.parent for node in nodes}
    for node in nodes:
        place = f"node {node.code!r}"
        for name in ("weight", "lag", "cap", "lower", "upper", "target", "not_scored", "denominator_factor"):
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
        faults += _without_effect(node, node.code in parents, place) + _denominator_faults(node, place)
        for key in ("normalize", "aggregate", "impute", "weights"):
            chosen, stage = getattr(node, key), "weight" if key == "weights" else key
            if chosen is not None:
                chain = chosen if isinstance(chosen, tuple) else (chosen,)
                faults += catalogue.chain_faults(stage, chain, f"{place}.{key}")
    weights: dict[str, list[float]] = {}
    for node in nodes:
        if node.parent is not None:
            weights.setdefault(node.parent, []).append(node.weight)
    for code, below in weights.items():
        if not any(below):
            came = "the weights of its children sum to 0"
            faults.append(Fault(f"node {code!r}", came, "at least one must be above 0"))
    return faults


def _denominator_faults(node: Node, place: str) -> list[Fault]:
    factor = node.denominator_factor
    if factor is None or not math.isfinite(factor):
        return []
    place = f"{place}.denominator_factor"
    if node.denominator is None:
        return [Fault(place, f"{factor:g}", "only with a denominator")]
    return [] if factor > 0 else [Fault(place, f"{factor:g}", "a number above 0")]


def _without_effect(node: Node, inner: bool, place: str) -> list[Fault]:
    """Keys that this kind of node does nothing with."""
    if not inner:
        return [
            Fault(f"{place}.{name}", str(chosen), f"an indicator has nothing to {word}")
            for name, word in (("aggregate", "aggregate"), ("weights", "weigh"))
            if (chosen := getattr(node, name)) is not None
        ]
    values = {
        "cap": node.cap, "lag": node.lag or None, "impute": node.impute, "not_scored": node.not_scored,
        "denominator": node.denominator, "denominator_factor": node.denominator_factor,
    }  # fmt: skip
    return [
        Fault(f"{place}.{name}", "set on a node with children", "it acts on an indicator: put it there")
        for name, value in values.items()
        if value is not None
    ]


def group_faults(groups: Sequence[Group]) -> list[Fault]:
    """Faults of the cuts."""
    if not groups:
        return []
    faults = []
    cuts = [group.above for group in groups]
    if None in cuts[:-1] or cuts[-1] is not None:
        faults.append(
            Fault("groups", f"cuts {cuts}", "every group but the last needs above, and the last has none")
        )
    faults += [
        Fault(f"groups[{at}].classes", f"{name!r} more than once", "each class once")
        for at, group in enumerate(groups)
        for name in sorted({one for one in group.classes if group.classes.count(one) > 1})
    ]
    known = [cut for cut in cuts if cut is not None]
    if known != sorted(set(known), reverse=True):
        faults.append(Fault("groups", f"cuts {known}", "the highest cut first, each below the one before"))
    return faults
