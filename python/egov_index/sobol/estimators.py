"""Estimators of Sobol' indices, and the runs they need."""

from __future__ import annotations

from collections.abc import Mapping

from .. import _core
from ..errors import Fault, SpecError
from ..table import nearest

__all__ = ["DEFAULTS", "estimators", "needs_of", "refuse_others"]

TABLES = _core.sobol_methods()
DEFAULTS = {"first": "saltelli", "total": "jansen", "second": "saltelli"}


def estimators() -> dict[str, list[dict[str, str]]]:
    """Estimators of each order: name, sentence, citation, and the runs each needs beyond A, AB and B.

    Returns
    -------
    dict of str to list of dict
        Keys "first", "total" and "second".

    Examples
    --------
    >>> from egov_index import sobol
    >>> [row["name"] for row in sobol.estimators()["second"]]
    ['saltelli', 'saltelli_both']
    """
    keys = ("name", "sentence", "citation", "needs")
    return {
        order: [{key: str(row.get(key, "reversed")) for key in keys} for row in TABLES[order]]
        for order in ("first", "total", "second")
    }


def needs_of(picked: Mapping[str, str]) -> dict[str, str]:
    """From each order to the runs that its estimator needs beyond A, AB and B: "", "reversed" or "third".

    Raises
    ------
    SpecError
        Naming all that are not known.
    """
    known = {order: {row["name"]: row["needs"] for row in rows} for order, rows in estimators().items()}
    faults = [
        Fault(order, repr(name), nearest(str(name), known[order]))
        for order, name in picked.items()
        if name not in known[order]
    ]
    if faults:
        raise SpecError(faults)
    return {order: known[order][name] for order, name in picked.items()}


def refuse_others(picked: Mapping[str, str]) -> None:
    """SpecError for estimators that are not made where all combinations are run."""
    other = [order for order, name in picked.items() if name != DEFAULTS[order]]
    if other:
        named = ", ".join(f"{picked[order]!r}" for order in other)
        right = f"{' and '.join(repr(DEFAULTS[order]) for order in other)}, or discrete='sampled'"
        raise SpecError(Fault(", ".join(other), f"{named} with discrete='enumerated'", right))
