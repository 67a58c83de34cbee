"""Imputation that knows the outcome, so that its draws do not pull an association toward zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .. import catalogue
from ..arguments import is_number, picked
from ..catalogue import Choice
from ..errors import DataError, Fault, SpecError
from ..filling import auxiliaries_of
from ..framework import Framework
from ..index import Index
from ..panel import Panel
from ..table import listing

__all__ = ["ROLE", "outcome_aware", "told_on_purpose", "with_choices"]

ROLE = "known to the imputation on purpose"  # in column "role" of indicator_info


def outcome_aware(
    index: Index,
    panel: Panel,
    outcomes: Panel,
    names: str | Sequence[str] | None = None,
    *,
    window: float = 5,
    lag: float = 0,
) -> tuple[Index, Panel]:
    """Tell outcomes to the imputation of an index, as auxiliaries.

    A hole that is drawn by a model without the outcome does not go with it beyond what the model knows, so that each
    such draw pulls the coefficient toward zero (Meng 1994; D'Agostino McGowan, Lotspeich and Hepler 2024). Rerun the
    uncertainty with what this gives, then correlate; keep the index that does not know the outcome for all else.

    Parameters
    ----------
    index : Index
        With methods in its chains of imputation that take auxiliaries, e.g. ``"pmm"``, ``"norm"``, ``"bootstrap_em"``
        or ``"kriging"``.
    panel : Panel
        The data of the index.
    outcomes : Panel
        Outcomes by unit and period; those that the panel has itself are taken from there.
    names : str or sequence of str, optional
        Which outcomes; all if left out. The fewer, the better the model is fitted.
    window : float
        The latest outcome within so many periods up to and including each period of the panel (and its lag).
    lag : float
        Outcomes are taken so many periods later; below 0: earlier.

    Returns
    -------
    index : Index
        Every method that takes auxiliaries has the outcomes among them.
    panel : Panel
        With the outcomes; ``indicator_info`` says in column ``role`` that they are known to the imputation on purpose.

    Raises
    ------
    SpecError
        If no method of the chains takes auxiliaries (say which would), or an outcome is an indicator of the index.
    DataError
        If the panels have no unit in common.

    Notes
    -----
    Filled values then carry information of the outcome: the association is not evidence beyond that of the observed
    cells, and draws of them spread it rightly. The outcome must not be used as its own evidence, so point imputations
    (no draws) with it are to be avoided: they pull the coefficient away from zero.

    References
    ----------
    Meng (1994), Multiple-imputation inferences with uncongenial sources of input, Statistical Science 9, 538-558;
    D'Agostino McGowan, Lotspeich and Hepler (2024), The "why" behind including "Y" in your imputation model,
    Statistical Methods in Medical Research 33, arXiv 2310.17434.

    Examples
    --------
    >>> import egov_index as egov
    >>> tree = egov.Framework([{"code": "i"}, {"code": "x", "parent": "i"}, {"code": "y", "parent": "i"}])
    >>> index = egov.Index(tree, egov.Recipe(impute="norm"))
    >>> panel = egov.Panel([[[1.0, 2.0]], [[2.0, 4.0]], [[3.0, 3.0]]], ["A", "B", "C"], [2020], ["x", "y"])
    >>> outcomes = egov.Panel([[[7.0]], [[8.0]], [[9.0]]], ["A", "B", "C"], [2019], ["health"])
    >>> aware, data = outcome_aware(index, panel, outcomes)
    >>> str(aware.recipe.impute[0]), data.indicators, data.column("health").ravel().tolist()
    ('norm:auxiliaries=health', ('x', 'y', 'health'), [7.0, 8.0, 9.0])
    """
    for what, given, kind in (
        ("index", index, Index),
        ("panel", panel, Panel),
        ("outcomes", outcomes, Panel),
    ):
        if not isinstance(given, kind):
            raise DataError(f"{what}: {kind.__name__} is needed, not {type(given).__name__}")
    _check_times(window, lag)
    wanted = tuple(
        outcomes.indicators if names is None else picked("names", names, outcomes.indicators, "outcome")
    )
    inside = [name for name in wanted if name in index.framework.codes]
    if inside:
        raise SpecError(
            Fault("names", f"{listing(inside)}, in the index itself", "outcomes that are not in the index")
        )
    return _with_auxiliaries(index, wanted), _with_columns(panel, outcomes, wanted, float(window), float(lag))


def _check_times(window: Any, lag: Any) -> None:
    faults = []
    if not is_number(window) or not 0 < window < np.inf:
        faults.append(Fault("window", repr(window), "a number of periods above 0"))
    if not is_number(lag) or not np.isfinite(lag):
        faults.append(Fault("lag", repr(lag), "a finite number of periods, e.g. 2"))
    if faults:
        raise SpecError(faults)


def told_on_purpose(panel: Panel, name: str) -> bool:
    """Was an auxiliary put there by :func:`outcome_aware`?"""
    return name in panel.indicators and panel.about(name).get("role") == ROLE


def with_choices(index: Index, change: Callable[[Choice], Choice]) -> Index:
    """An index with each method of its chains of imputation changed, those of nodes too."""
    tree = index.framework

    def changed(chain: Sequence[Choice] | None) -> tuple[Choice, ...] | None:
        return None if chain is None else tuple(change(one) for one in chain)

    recipe = index.recipe.replace(impute=changed(index.recipe.impute))
    nodes = [replace(node, impute=changed(node.impute)) for node in tree.nodes]
    return index.replace(framework=Framework(nodes, tree.groups, tree.rank_digits), recipe=recipe)


def _with_auxiliaries(index: Index, names: tuple[str, ...]) -> Index:
    found: list[Choice] = []

    def aware(one: Choice) -> Choice:
        told = _told(one, names)
        if told is not one:
            found.append(told)
        return told

    made = with_choices(index, aware)
    if not found:
        able = [row["name"] for row in catalogue.rows("impute") if _takes_auxiliaries(row["name"])]
        came = f"{index.recipe.impute[0].method!r}, and no method of a node, takes auxiliaries"
        raise SpecError(Fault("recipe.impute", came, f"one that does: {', '.join(able)}"))
    return made


def _takes_auxiliaries(method: str) -> bool:
    return any(param["name"] == "auxiliaries" for param in catalogue.row("impute", method)["params"])


def _told(one: Choice, names: tuple[str, ...]) -> Choice:
    if not _takes_auxiliaries(one.method):
        return one
    both = tuple(dict.fromkeys((*auxiliaries_of(one), *names)))
    return replace(one, params={**one.params, "auxiliaries": both})


def _with_columns(panel: Panel, outcomes: Panel, names: tuple[str, ...], window: float, lag: float) -> Panel:
    """The panel with the latest outcomes of each period, and the role of those in its information."""
    new = [name for name in names if name not in panel.indicators]
    if new:
        panel = panel.join(_around(panel, outcomes.select(indicators=new), window, lag))
    facts = {name: panel.about(name) for name in panel.indicators}
    for name in names:
        facts[name] = {**facts[name], "role": ROLE}
    keys = dict.fromkeys(key for known in facts.values() for key in known)
    info = {"indicator": list(facts), **{key: [known.get(key) for known in facts.values()] for key in keys}}
    return panel.replace(indicator_info=info)


def _around(panel: Panel, outcomes: Panel, window: float, lag: float) -> Panel:
    """Outcomes on the units and periods of the panel."""
    both = [unit for unit in panel.units if unit in set(outcomes.units)]
    if not both:
        came = f"units {listing(outcomes.units, 3)}"
        raise DataError(
            Fault("outcomes", came, f"the panel has {listing(panel.units, 3)}: no unit in common")
        )
    times, values = outcomes.times, outcomes.select(units=both).values
    table = np.full((len(both), len(panel.periods), len(outcomes.indicators)), np.nan)
    for at, now in enumerate(panel.times + lag):
        for k in np.flatnonzero(
            (times > now - window) & (times <= now)
        ):  # a later value replaces an earlier one
            table[:, at] = np.where(np.isnan(values[:, k]), table[:, at], values[:, k])
    about = [outcomes.about(name) for name in outcomes.indicators]
    keys = dict.fromkeys(key for known in about for key in known)
    return Panel(
        table, both, panel.periods, outcomes.indicators,
        indicator_info={"indicator": outcomes.indicators, **{key: [known.get(key) for known in about] for key in keys}},
    )  # fmt: skip
