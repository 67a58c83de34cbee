"""How a hole was filled, in one sentence; and which auxiliaries help to fill which indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import catalogue
from .catalogue import Choice
from .naming import called, in_words

if TYPE_CHECKING:
    from .framework import Framework
    from .panel import Panel
    from .recipe import Recipe

__all__ = ["auxiliaries_of", "chain_of", "told"]

OF = {
    "pmm": " of the indicator",
    "norm": " of the indicator",
    "svd": " of the unit",
}  # whose values they count


def auxiliaries_of(one: Choice) -> tuple[str, ...]:
    """Indicators that a choice names as helping to fill others."""
    return catalogue.named_indicators("impute", one).get("auxiliaries", ())


def chain_of(framework: Framework, recipe: Recipe, leaf: str) -> tuple[Choice, ...]:
    """Methods that fill an indicator, one after the other: its own, or those of the recipe."""
    own = framework[leaf].impute
    return own if own is not None else recipe.impute


def told(change: Mapping[str, Any], panel: Panel, chain: Sequence[Choice], notes: Sequence[str]) -> str:
    """Say where a filled value came from: donors, auxiliaries, standard deviation, and a fallback if one was taken."""
    method = change["method"]
    with_ = dict.fromkeys(name for one in chain if one.method == method for name in auxiliaries_of(one))
    parts = [_source(change, panel) + (f", with {in_words(with_)}" if with_ else "")]
    if not np.isnan(change["sd"]):
        parts.append(f"standard deviation {change['sd']:.3g}")
    if 0 <= change["note"] < len(notes):
        parts.append(notes[change["note"]])
    return "; ".join(parts)


def _source(change: Mapping[str, Any], panel: Panel) -> str:
    """Donors in words. What a method says of them is in its row in the core; a user's own gets the general words."""
    method, donors = change["method"], change["donors"]
    first, last = (panel.periods[k] if k >= 0 else None for k in (change["first"], change["last"]))
    donor = called(panel, panel.units[change["donor"]]) if change["donor"] >= 0 else None
    if method == "locf":
        return f"observed in {first}, carried forward"
    if method == "nocb":
        return f"observed in {first}, carried backward"
    if method == "linear":
        return f"on the line between {first} and {last}"
    if method == "cascade":
        return f"cascade, a value of {first}"
    if method == "hot_deck" and donor is not None:
        return f"hot_deck from {donor} in {first}, one of {_many(donors, 'unit')} it could have come from"
    if method == "knn" and donor is not None:
        return f"knn of {_many(donors, 'nearest row')}{_span(first, last)}, the nearest of {donor}"
    if method == "kriging":
        own = f"through {_many(donors, 'own observation')}{_span(first, last)}"
        return f"kriging {own}" if first is not None else "kriging from similar units"
    if method == "regression":
        return f"regression on {_many(donors, 'complete row')}{_span(first, last)}"
    return _general(method, donors, first, last, donor)


def _general(method: str, donors: int, first: Any, last: Any, donor: str | None) -> str:
    """Words for any method, by its traits and by what it says of donors."""
    if donor is not None:
        return f"{method} from {donor}{_span(first, last)}"
    if first is None:
        what = "observed value" + OF.get(method, "")
        return (
            f"{method} from {_many(donors, what)}" if donors > 0 else f"{method} from what else is observed"
        )
    traits = next((item["traits"] for item in catalogue.rows("impute") if item["name"] == method), ())
    if "needs_indicators" in traits and first == last:
        what = "other indicator" if method.startswith("row_") else "known value"
        return f"{method} of {_many(donors, what)} of the unit in {first}"
    if "needs_periods" not in traits and first == last:
        return f"{method} of {_many(donors, 'unit')} observed or filled before in {first}"
    return f"{method} through {_many(donors, 'observation')}{_span(first, last)}"


def _many(count: int, what: str) -> str:
    """A number of things: the first word after which an "of" or nothing comes takes the plural."""
    head, of, tail = what.partition(" of ")
    return f"{count:,} {head}{'' if count == 1 else 's'}{of}{tail}"


def _span(first: Any, last: Any) -> str:
    if first is None:
        return ""
    return f" in {first}" if first == last else f" from {first} to {last}"
