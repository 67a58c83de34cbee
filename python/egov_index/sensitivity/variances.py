"""Sobol' indices of an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np

from .. import _core
from ..arguments import whole
from ..errors import Fault, SpecError
from ..sampling import DISCRETE
from ..sobol.analysis import DUMMY
from ..sobol.design import FEWEST, SCRAMBLES, Layout, usual_scrambles
from ..sobol.estimators import DEFAULTS, needs_of
from ..table import listing, nearest
from ..uncertainty import ON_INTERRUPT
from .indices import Sensitivity
from .model import PlanModel, Question, grouped
from .readings import ONE_NUMBER

__all__ = ["sobol"]

RARE = 200  # runs of an output of 0 and 1 that must differ from the rest
OPTIONS = {"replicates", "second_order", "discrete", "first", "total", "resamples", "dummy", "on_interrupt"}


def sobol(
    model: PlanModel,
    n: int,
    seed: int,
    *,
    level: float,
    groups: Any,
    replicates: int | None = None,
    second_order: bool = False,
    discrete: str | None = None,
    first: str = DEFAULTS["first"],
    total: str = DEFAULTS["total"],
    resamples: int = 0,
    dummy: bool = False,
    on_interrupt: str = "raise",
) -> Sensitivity:
    """First and total orders of every factor or group, see :func:`egov_index.sensitivity.run`."""
    names, member = grouped(groups, model.factors)
    if replicates is not None:
        whole("replicates", replicates, 1, n)
    if resamples != 0:
        whole("resamples", resamples, 2, 10**7)
    estimators = {"first": first, "total": total} | ({"second": DEFAULTS["second"]} if second_order else {})
    needs = set(needs_of(estimators).values())
    asked = _discrete(
        discrete, model, n, replicates, plain=first == DEFAULTS["first"] and total == DEFAULTS["total"]
    )
    enumerated = asked == "enumerated"
    exact = enumerated and all(model.levels)
    points = 1 if exact else n // (model.plan.discrete_combinations() if enumerated else 1)
    scrambles = 1 if exact else usual_scrambles(points)
    if replicates is not None and not exact:
        scrambles = whole("replicates", replicates, 1, points)
    if on_interrupt not in ON_INTERRUPT:
        raise SpecError(Fault("on_interrupt", repr(on_interrupt), nearest(str(on_interrupt), ON_INTERRUPT)))
    levels, held = (model.levels, tuple(member)) if enumerated else ((), ())
    layout = Layout(
        names, points, scrambles, seed, not needs.isdisjoint(("reversed", "third")), "third" in needs,
        levels=levels, member=held,
    )  # fmt: skip
    with model.watched(layout.runs) as told:
        raw = model.plan.sensitivity(
            model.asked, member, enumerated, points, scrambles, seed, {"second": "", **estimators},
            layout.second_order, layout.third, bool(dummy), level, resamples, model.threads, told,
            on_interrupt == "keep",
        )  # fmt: skip
    done = scrambles if exact else raw["scrambles"]
    if done < scrambles:
        layout = replace(layout, n=sum(_shares(points, scrambles)[:done]), scrambles=done)
    base = layout.n * layout.combinations
    options = {
        "n": base, "seed": seed, "level": level, "groups": groups, "replicates": done,
        "discrete": asked, "first": first, "total": total, "resamples": resamples, "dummy": dummy,
    }  # fmt: skip
    notes = () if exact else _notes(model, raw, layout, scrambles, 2 * base)
    return Sensitivity(
        raw, layout, model.outputs, (*names, DUMMY) if dummy else names, estimators=estimators, level=level,
        resamples=0 if exact else resamples, notes=notes, output=model.question.output,
        interrupted=done < scrambles,
        second=partial(_second, replace(model.question, progress=None), options),
    )  # fmt: skip


def _shares(points: int, scrambles: int) -> list[int]:
    """Base points of each scramble."""
    return [points // scrambles + (k < points % scrambles) for k in range(scrambles)]


def _second(question: Question, options: Mapping[str, Any]) -> Sensitivity:
    """The same run with second orders."""
    return sobol(PlanModel(question), second_order=True, **options)


def _discrete(asked: str | None, model: PlanModel, n: int, replicates: int | None, *, plain: bool) -> str:
    """Whether choices are enumerated: as asked, else where nothing else varies and n is enough for all of them."""
    if asked is not None and asked not in DISCRETE:
        raise SpecError(Fault("discrete", repr(asked), nearest(str(asked), DISCRETE)))
    alone = all(model.levels)
    if asked == "sampled" or not any(model.levels) or (asked is None and not (alone and plain)):
        return "sampled"
    if not plain:
        right = "'saltelli' and 'jansen' for choices that are enumerated, or discrete='sampled'"
        raise SpecError(Fault("first, total", "other estimators with discrete='enumerated'", right))
    if asked is None and prod(model.levels) > n:
        return "sampled"
    combinations = model.plan.discrete_combinations()
    least = combinations if alone else combinations * (replicates or 1)
    if n < least:
        right = (
            f"{least:,} or more, one for each of {combinations:,} combinations of choices in each scramble"
        )
        raise SpecError(Fault("n", f"{n:,} with discrete='enumerated'", right))
    return "enumerated"


def _notes(
    model: PlanModel, raw: Mapping[str, Any], layout: Layout, scrambles: int, runs: int
) -> tuple[str, ...]:
    """What a reader must know of a run that is not exact."""
    notes, points, done = [], layout.n, layout.scrambles
    if done < scrambles:
        notes.append(f"Stopped early: {done} of {scrambles} scrambles are done, and these are their indices.")
    each = points // done
    if each < FEWEST:
        notes.append(
            f"{each} base points in a scramble are too few: indices may be far off. Take n = "
            f"{FEWEST * SCRAMBLES:,} or more, and thousands for numbers to be quoted."
        )
    elif points % done or each & (each - 1):
        notes.append(
            f"{points:,} base points in {done} {'scramble' if done == 1 else 'scrambles'}: Sobol' points are at their "
            "best where each scramble has a power of two of them."
        )
    rare = _rare(model, raw, runs)
    if rare:
        notes.append(
            f"{listing(rare)}: fewer than {RARE} of the runs differ from the rest, so first orders and their intervals "
            "cannot be trusted. Take more base points."
        )
    return tuple(notes)


def _rare(model: PlanModel, raw: Mapping[str, Any], runs: int) -> list[str]:
    """Outputs of 0 and 1 that hardly ever change; runs: how many means are of."""
    found, at = [], 0
    for what, *_ in model.asked:
        count = 1 if what in ONE_NUMBER else len(model.plan.kept)
        if what in (_core.Output.top, _core.Output.above):
            share = np.asarray(raw["mean"])[at : at + count]
            few = np.minimum(share, 1 - share) * runs
            moves = ~np.asarray(raw["constant"], dtype=bool)[at : at + count]
            found += [model.outputs[at + k] for k in np.flatnonzero((few < RARE) & moves)]
        at += count
    return found
