"""The smallest change of weights that brings a unit into the top k: a mixed-integer linear program, by HiGHS.

Variables are the weights w, the length of the change and for each other unit j a switch z_j that lets it stay ahead:
d_j.w + M_j z_j >= margin, with d_j the lead over j (see ``bounds.leads``) and M_j = margin - min_k d_jk, the largest
deficit on the simplex; the switches sum to at most k - 1. Units that no weights can move are settled before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import EgovError, Fault, FitError, SpecError
from ..markup import element, join
from ..naming import called, in_words, ordinal
from ..table import listing, make_frame
from .answers import MEASURES, _new, as_weights, moves_in_words
from .bounds import leads, why_not_exact
from .ties import Array, length
from .way import Way

__all__ = ["Entry", "enter"]

LONGEST = 600.0  # seconds; 20 children and 193 units take some
MARGIN = 1e-9  # of the largest lead: how far ahead counts, well above the tolerance of a tie in ranks


@dataclass(frozen=True)
class Entry:
    """The smallest change of the weights of one node's children that brings a unit into the top k.

    Parameters
    ----------
    unit : label
        Who is to enter.
    top : int
        How many places the top has.
    node, norm : str
        Whose children are weighted, and how the change is measured.
    distance : float
        Length of the smallest change; 0 if the unit is there already, infinite where no weights do it.
    at_least : float
        Lower bound that the solver proves; equal to the distance up to its tolerance.
    weights, new_weights : dict
        Share of each child now and then; empty if there is no such.
    rank, new_rank : float
        Of the unit at the root, now and scored again with the new weights.
    overtaken : tuple
        Units ahead now and not ahead then.
    always_ahead : tuple
        Units that are ahead whatever the weights.
    way : Way
        From the node to the root in numbers.
    """

    unit: Any
    top: int
    node: str
    norm: str
    distance: float
    at_least: float
    weights: dict[str, float]
    new_weights: dict[str, float]
    rank: float
    new_rank: float
    overtaken: tuple[Any, ...]
    always_ahead: tuple[Any, ...]
    way: Way = field(repr=False, compare=False)

    @property
    def possible(self) -> bool:
        """Whether some weights bring the unit into the top."""
        return bool(self.new_weights)

    def to_frame(self) -> Any:
        """Frame: child, weight, new_weight, change."""
        old = list(self.weights.values())
        new = [self.new_weights.get(child, float("nan")) for child in self.weights]
        change = [after - before for after, before in zip(new, old, strict=True)]
        columns = {"child": list(self.weights), "weight": old, "new_weight": new, "change": change}
        return make_frame(columns, self.way.result.panel.backend)

    def __str__(self) -> str:
        panel, way = self.way.result.panel, self.way
        name = called(panel, self.unit)
        start = f"{name} is {ordinal(self.rank)} in {way.result.periods[way.period]}"
        if self.distance == 0:
            return f"{start}: in the top {self.top} as it is."
        if not self.possible:
            always = [called(panel, unit) for unit in self.always_ahead]
            why = (
                f"; {len(always)} stay ahead of it whatever the weights: {listing(always)}" if always else ""
            )
            return f"{start}. No weights below {self.node} bring it into the top {self.top}{why}."
        passed = [called(panel, unit) for unit in self.overtaken]
        passed = [*passed[:5], f"{len(passed) - 5} more"] if len(passed) > 6 else passed
        return (
            f"{start}. It enters the top {self.top}, as {ordinal(self.new_rank)}, if the weights below {self.node} "
            f"move so: {moves_in_words(self)}. No smaller change does it ({MEASURES[self.norm]}: {self.distance:.4f}). "
            f"It then stands no lower than {in_words(passed)}."
        )

    def __repr__(self) -> str:
        size = f"distance {self.distance:.4g} ({self.norm})" if self.possible else "no weights do it"
        return f"<Entry of {self.unit} into the top {self.top} by weights of {self.node}: {size}>"

    def _repr_html_(self) -> str:
        rows = [
            element(
                "tr", element("td", child), element("td", f"{weight:.1%}"), element("td", _new(self, child))
            )
            for child, weight in self.weights.items()
        ]
        head = element(
            "tr", *(element("th", text) for text in ("below " + self.node, "weight", f"top {self.top} at"))
        )
        return str(join([element("p", str(self)), element("table", head, *rows)]))


def enter(way: Way, unit: int, top: int, norm: str) -> Entry:
    """Solve for one unit.

    Raises
    ------
    SpecError
        If ties are no plane in these weights, or the norm is not linear.
    DataError
        If a scored unit has holes below the node.
    FitError
        If the solver stops without a proof.
    """
    if norm == "l2":
        raise SpecError(Fault("norm", "'l2' with top", "'linf' or 'l1', which a linear program can measure"))
    if why := why_not_exact(way):
        raise SpecError(
            Fault("top", why, "a node whose way to the root has one kind of mean; pairs have bounds")
        )
    others = np.flatnonzero(~np.isnan(way.scores))
    for at in [unit, *others.tolist()]:
        way.complete(at)
    others = others[others != unit]
    d = leads(way, np.full(len(others), unit), others)
    if np.isnan(d).any():
        raise SpecError(
            Fault("top", "units weigh this node differently, for want of data elsewhere", "no holes")
        )
    scale = float(np.abs(d).max()) or 1.0
    d = d / scale
    same = np.abs(d).max(axis=1) <= MARGIN
    always = ~same & (d.max(axis=1) < MARGIN)
    open_rows = ~same & ~always & (d.min(axis=1) < MARGIN)
    units = way.result.units
    settled = tuple(units[k] for k in sorted(others[always], key=lambda k: way.ranks[k]))
    rank, weights = float(way.ranks[unit]), as_weights(way, way.weights)
    if rank <= top:
        return Entry(
            units[unit], top, way.node, norm, 0.0, 0.0, weights, weights, rank, rank, (), settled, way
        )
    places = top - 1 - int(always.sum())
    found, least = _solve(d[open_rows], way.weights, places, norm) if places >= 0 else (None, math.inf)
    if found is None:
        inf, nan = math.inf, math.nan
        return Entry(units[unit], top, way.node, norm, inf, inf, weights, {}, rank, nan, (), settled, way)
    again = way.scored_with(found).rank_values[0, :, 0]
    if again[unit] > top:
        raise FitError(f"the weights found for {way.node} do not hold when scored again: {found}")
    passed = others[(way.ranks[others] < rank) & (again[others] >= again[unit])]
    passed = passed[np.argsort(way.ranks[passed], kind="stable")]
    distance = float(length(found - way.weights, norm))
    return Entry(
        units[unit], top, way.node, norm, distance, min(least, distance), weights,
        as_weights(way, found), rank, float(again[unit]), tuple(units[k] for k in passed), settled, way,
    )  # fmt: skip


def _highs() -> Any:
    try:
        import highspy
    except ImportError:
        raise EgovError(
            "top= needs the solver HiGHS: install highspy, e.g. with the extra egov-index[optimize]"
        ) from None
    return highspy


def _solve(leads_by_unit: Array, weights: Array, places: int, norm: str) -> tuple[Array | None, float]:
    highspy = _highs()
    count, rivals = len(weights), len(leads_by_unit)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance"):
        solver.setOptionValue(name, 1e-10)
    solver.setOptionValue("mip_rel_gap", 1e-9)
    solver.setOptionValue("mip_abs_gap", 1e-12)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", LONGEST)
    sizes = 1 if norm == "linf" else count
    total = count + sizes + rivals
    solver.addVars(
        total, np.zeros(total), np.concatenate([np.ones(count), np.full(sizes, 2.0), np.ones(rivals)])
    )
    for at in range(count, count + sizes):
        solver.changeColCost(at, 1.0)
    for at in range(count + sizes, total):
        solver.changeColIntegrality(at, highspy.HighsVarType.kInteger)
    inf = highspy.kHighsInf

    def row(low: float, high: float, columns: Any, values: Any) -> None:
        columns = np.asarray(columns, dtype=np.int32)
        solver.addRow(low, high, len(columns), columns, np.asarray(values, dtype=np.float64))

    row(1.0, 1.0, range(count), np.ones(count))
    for k in range(count):
        size = count + (0 if sizes == 1 else k)
        row(-inf, weights[k], [k, size], [1.0, -1.0])
        row(weights[k], inf, [k, size], [1.0, 1.0])
    for j, lead in enumerate(leads_by_unit):
        row(MARGIN, inf, [*range(count), count + sizes + j], [*lead, MARGIN - lead.min()])
    if rivals:
        row(-inf, float(places), range(count + sizes, total), np.ones(rivals))
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None, math.inf
    if status != highspy.HighsModelStatus.kOptimal:
        raise FitError(
            f"HiGHS stopped without a proof: {solver.modelStatusToString(status)}; ask for fewer children"
        )
    found = np.clip(np.array(solver.getSolution().col_value[:count]), 0.0, 1.0)
    info = solver.getInfo()
    return found / found.sum(), float(info.mip_dual_bound if rivals else info.objective_function_value)
