"""Filling holes in a panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import catalogue
from .arguments import picked, threads_of
from .arrays import as_panel
from .catalogue import Choice
from .compiled import core_choice
from .errors import DataError, Fault, SpecError
from .filling import auxiliaries_of
from .fitting import Fit
from .framework import Framework, Node
from .imputed import Imputed, drawing
from .panel import Panel
from .table import listing

__all__ = ["Imputed", "impute"]


def impute(
    data: Panel | Any,
    *methods: Any,
    framework: Framework | None = None,
    auxiliaries: Any = None,
    draws: int | None = None,
    seed: int = 1,
    threads: int | None = None,
    **params: Any,
) -> Imputed:
    """Fill holes by a chain of methods.

    Parameters
    ----------
    data : Panel or array (units, periods, indicators)
        NaN is missing. An array of two dimensions is (units, indicators) in one period.
    *methods : str, Choice or mapping
        The chain: each method sees what the ones before it filled.
    framework : Framework, optional
        The tree that the indicators belong to: its directions, bounds and families of indicators are used.
    auxiliaries : sequence of str, or Panel, optional
        What helps to fill the others and is not filled itself, for methods that take such: names of indicators of the
        data, or a panel of further ones, of which the units and periods of the data are used.
    draws : int, optional
        Number of joint draws to make of stochastic methods, for ``.draws``.
    seed : int
        Draw k hangs on the seed, k and the label of the unit alone.
    threads : int, optional
        All cores if left out; the result is the same for any number.
    **params
        Parameters of the method, if it is only one.

    Returns
    -------
    Imputed
        ``.panel`` filled, ``.flags`` a row for each filled cell, ``.sd``, ``.draws``, ``.interval(0.90)``.

    Raises
    ------
    SpecError
        For an unknown method, parameter or auxiliary, draws of a chain that has none, or auxiliaries that no method
        takes or that are all there is.
    DataError
        If the data do not allow a method, or a panel of auxiliaries does not fit or holds an indicator of the data.

    Examples
    --------
    >>> impute([[1.0], [float("nan")], [3.0]], "mean").panel.ravel().tolist()
    [1.0, 2.0, 3.0]
    """
    source = as_panel(data)
    count, seed = drawing(draws, seed)
    chain = _chain(methods, params)
    panel, helping = _with_auxiliaries(source, auxiliaries)
    if helping:
        chain = _helped(chain, helping)
    nodes = [_node(framework, name) for name in panel.indicators]
    own = _own(chain, panel.indicators, helping)
    chains = [
        [core_choice("impute", one, panel, node) for one in mine]
        for node, mine in zip(nodes, own, strict=True)
    ]
    directions = np.array([float(node.direction) for node in nodes])
    made = Fit(panel, chains, directions, _above(framework, nodes), threads_of(threads))
    named = dict.fromkeys(name for one in chain for name in auxiliaries_of(one))
    return Imputed(data, panel, made, own, range(source.shape[2]), tuple(named), count, seed)


def _chain(methods: tuple[Any, ...], params: dict[str, Any]) -> tuple[Choice, ...]:
    """The methods as a checked chain."""
    chain = catalogue.as_chain(methods[0] if len(methods) == 1 else methods, "impute")
    if not chain:
        raise SpecError(Fault("impute", "no method", 'at least one method, e.g. "mean"'))
    if params:
        if len(chain) != 1:
            raise SpecError("parameters by keyword go with one method; use egov.choice for each of several")
        chain = (Choice(chain[0].method, dict(chain[0].params) | params, chain[0].rescale),)
    faults = [fault for one in chain for fault in catalogue.faults_of("impute", one, f"impute {one.method}")]
    if faults:
        raise SpecError(faults)
    return chain


def _with_auxiliaries(source: Panel, given: Any) -> tuple[Panel, tuple[str, ...]]:
    """The panel with the auxiliaries in it, and their names."""
    if given is None:
        return source, ()
    if not isinstance(given, Panel):
        names = picked("auxiliaries", given, source.indicators, "indicator")
        if len(names) == len(source.indicators):
            raise SpecError(
                Fault("auxiliaries", "all indicators of the data", "at least one left to be filled")
            )
        return source, names
    if both := [name for name in given.indicators if name in source.indicators]:
        came = f"{listing(both)} of the auxiliary panel, in the data too"
        raise DataError(
            Fault("auxiliaries", came, "a panel of other indicators, or names of those of the data")
        )
    shared = set(source.units) & set(given.units), set(source.periods) & set(given.periods)
    if not all(shared):
        what = "unit" if not shared[0] else "period"
        raise DataError(Fault("auxiliaries", f"no {what} of the data", f"a panel of the same {what}s"))
    joined = source.join(given)
    return joined.select(units=source.units, periods=source.periods), given.indicators


def _takes(one: Choice) -> bool:
    return any(param["name"] == "auxiliaries" for param in catalogue.row("impute", one.method)["params"])


def takes_auxiliaries(chain: Sequence[Choice]) -> bool:
    """Is there a method in the chain that auxiliaries help?"""
    return any(map(_takes, chain))


def _helped(chain: tuple[Choice, ...], helping: tuple[str, ...]) -> tuple[Choice, ...]:
    """Auxiliaries given to every method of the chain that takes them."""
    takes = [_takes(one) for one in chain]
    if not any(takes):
        able = [
            row["name"]
            for row in catalogue.rows("impute")
            if any(param["name"] == "auxiliaries" for param in row["params"])
        ]
        raise SpecError(
            Fault("auxiliaries", f"{', '.join(map(str, chain))} takes none", f"one of {', '.join(able)}")
        )
    return tuple(
        Choice(one.method, dict(one.params) | {"auxiliaries": helping}) if yes else one
        for one, yes in zip(chain, takes, strict=True)
    )


def _node(framework: Framework | None, name: str) -> Node:
    return framework[name] if framework is not None and name in framework.codes else Node(name)


def _own(chain: Sequence[Choice], names: Sequence[str], beside: Sequence[str]) -> list[list[Choice]]:
    """The chain of each indicator. What helps a method is not filled by it."""
    own = [[one for one in chain if name not in beside and name not in auxiliaries_of(one)] for name in names]
    if names and not any(own):
        raise SpecError(
            Fault("auxiliaries", "all indicators of the data", "at least one left to be filled by the others")
        )
    return own


def _above(framework: Framework | None, nodes: list[Node]) -> list[list[int]]:
    """Ancestors of each indicator as positions in the tree, the parent first; nothing without a tree."""
    if framework is None:
        return []
    place = {code: at for at, code in enumerate(framework.codes)}
    found: list[list[int]] = []
    for node in nodes:
        found.append([])
        at = node.parent
        while at is not None:
            found[-1].append(place[at])
            at = framework[at].parent
    return found
