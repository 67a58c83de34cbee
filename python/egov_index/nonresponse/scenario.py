"""One supposition on what is not reported, and the index whose imputation follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import catalogue
from ..catalogue import Choice
from ..errors import SpecError
from ..filling import auxiliaries_of, chain_of
from ..framework import Framework
from ..index import Index

__all__ = ["ALL", "PROPENSITY", "Scenario", "able", "changed", "chosen", "with_method"]

ALL, PROPENSITY = "all", "propensity"


@dataclass(frozen=True)
class Scenario:
    """What is supposed: holes of an indicator (or of ``"all"``) shifted by delta, or units weighted by propensity."""

    scenario: str
    indicator: str
    delta: float

    def __str__(self) -> str:
        what = "all indicators" if self.indicator == ALL else self.indicator
        return (
            PROPENSITY
            if self.scenario == PROPENSITY
            else f"{what} by {self.delta:+g} sd".replace("-", "\u2212")
        )


def able() -> list[str]:
    """Methods that have ``delta``."""
    return [item["name"] for item in catalogue.rows("impute") if _takes(item["name"], "delta")]


def _takes(method: str, name: str) -> bool:
    return any(param["name"] == name for param in catalogue.row("impute", method)["params"])


def chosen(index: Index, weighed: bool = False) -> dict[str, tuple[str, ...]]:
    """Methods with ``delta`` by indicator, for indicators that have any; with ``weighed`` those with ``propensity``."""

    def fits(one: Choice) -> bool:
        return _weighed(one) if weighed else _takes(one.method, "delta")

    found = {
        leaf: tuple(one.method for one in chain_of(index.framework, index.recipe, leaf) if fits(one))
        for leaf in index.framework.leaves
    }
    return {leaf: methods for leaf, methods in found.items() if methods}


def _weighed(one: Choice) -> bool:
    """Can it weigh units by their propensity to report? It needs auxiliaries that say how likely that is."""
    return _takes(one.method, "propensity") and bool(auxiliaries_of(one))


def with_method(index: Index, method: Any) -> Index:
    """The index with this chain for every indicator that is imputed at all.

    Raises
    ------
    SpecError
        For an unknown method or parameter.
    """
    chain = catalogue.as_chain(method, "method")
    if faults := catalogue.chain_faults("impute", chain, "method"):
        raise SpecError(faults)
    return _with_chains(
        index,
        {
            leaf: chain
            for leaf in index.framework.leaves
            if any(one.method != "none" for one in chain_of(index.framework, index.recipe, leaf))
        },
    )


def changed(index: Index, scenario: Scenario, names: Sequence[str]) -> Index:
    """The index whose imputation follows a scenario; ``names`` are the indicators of the one for all."""
    tree, recipe, chains = index.framework, index.recipe, {}
    for leaf in tree.leaves:
        chain = chain_of(tree, recipe, leaf)
        if scenario.scenario == PROPENSITY:
            chains[leaf] = tuple(_put(one, propensity=True) if _weighed(one) else one for one in chain)
        elif leaf in names and scenario.indicator in (leaf, ALL):
            turn = tree[leaf].direction if scenario.indicator == ALL else 1
            chains[leaf] = tuple(_shift(one, turn * scenario.delta) for one in chain)
    return _with_chains(index, chains)


def _shift(one: Choice, delta: float) -> Choice:
    if not _takes(one.method, "delta"):
        return one
    return _put(one, delta=float(one.params.get("delta", 0.0)) + delta)  # type: ignore[arg-type]


def _put(one: Choice, **params: Any) -> Choice:
    return Choice(one.method, dict(one.params) | params, one.rescale, one.over)


def _with_chains(index: Index, chains: dict[str, tuple[Choice, ...]]) -> Index:
    tree = index.framework
    nodes = [replace(node, impute=chains[node.code]) if node.code in chains else node for node in tree.nodes]
    return index.replace(framework=Framework(nodes, tree.groups, tree.rank_digits))
