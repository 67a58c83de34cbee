"""Shapley effects of an index: exact where only Dirichlet weights vary and the score is linear in them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core, shapley
from ..errors import Fault, SpecError
from ..weighting import Experts, core_weights
from .model import PlanModel, grouped

__all__ = ["shapley_effects"]

Array = NDArray[np.float64]
LINEAR = 1e-10  # what a linear fit may leave of scores, as a share of their size
SAME = 1e-12  # shares this close are the same
TRIAL_SEED = 1  # of the points at which scores are tried for being linear; it does not move what comes out


class Blocks:
    """Which factors of a plan are the weights of one Dirichlet distribution.

    Attributes
    ----------
    columns : list of slice
        Factors of each block.
    alpha : list of numpy.ndarray
        Parameters of each.
    parents : list of str
        The node whose children they weigh.
    """

    def __init__(self, model: PlanModel) -> None:
        framework, alternatives = model.question.index.framework, model.question.alternatives
        self._levels = model.levels
        self.columns: list[slice] = []
        self.alpha: list[Array] = []
        self.parents: list[str] = []
        concentration = dict(
            zip(framework.codes, core_weights(alternatives.weights, framework)["concentration"], strict=True)
        )
        if not any(concentration.values()):
            return
        if alternatives.edition:
            came = "Dirichlet weights beside editions, in which they may have other means"
            raise SpecError(Fault("weights", came, "method 'sobol', or one edition at a time"))
        nodes = [framework.codes[node] if name == "weight" else "" for name, _, node in model.plan.factors]
        parents = [str(framework[code].parent) if code else "" for code in nodes]
        shares = np.asarray(model.plan.shares)
        for parent, group in groupby(range(len(nodes)), key=lambda k: parents[k]):
            held = list(group)
            if not concentration.get(parent):
                continue
            part = shares[[framework.codes.index(nodes[k]) for k in held]]
            if np.ptp(part, axis=1).max() > SAME or any(
                isinstance(one, Experts) for one in alternatives.weights
            ):
                came = f"Dirichlet weights below {parent!r} whose means depend on other choices"
                raise SpecError(Fault("weights", came, "method 'sobol', or weights that are given or equal"))
            self.columns.append(slice(held[0], held[-1] + 1))
            self.alpha.append(concentration[parent] * part[:, 0] / part[:, 0].sum())
            self.parents.append(parent)

    def nominal(self) -> Array:
        """Inputs of a plan at which weights are those of the index: one row, choices at level 0."""
        x = np.array([[0.0 if levels else 0.5 for levels in self._levels]])
        for part, alpha in zip(self.columns, self.alpha, strict=True):
            x[0, part] = [float(_core.gamma_probability(a, np.array(a))) for a in alpha]
        return x

    def covers(self, factors: int) -> bool:
        """Whether every factor is in a block."""
        return sum(len(alpha) for alpha in self.alpha) == factors

    def weights_of(self, points: Array) -> Array:
        """Points of the unit cube with each block's coordinates as shares."""
        out = points.copy()
        for part, alpha in zip(self.columns, self.alpha, strict=True):
            raw = np.column_stack(
                [_core.gamma_quantile(a, points[:, part][:, i]) for i, a in enumerate(alpha)]
            )
            out[:, part] = raw / raw.sum(axis=1, keepdims=True)
        return out

    def coordinates(self, x: Array) -> Array:
        """The other way: inputs with shares as inputs with coordinates that the plan turns into them."""
        out = np.array(x, dtype=np.float64)
        for part, alpha in zip(self.columns, self.alpha, strict=True):
            for i, a in enumerate(alpha):
                at = part.start + i
                out[:, at] = _core.gamma_probability(a, x[:, at] * alpha.sum())
        return out


def shapley_effects(
    model: PlanModel,
    n: int,
    seed: int,
    *,
    level: float,
    groups: Any,
    **options: Any,
) -> shapley.ShapleyEffects:
    """Shapley effects of every factor, see :func:`egov_index.sensitivity.run`."""
    blocks = Blocks(model)
    if groups is None and not options and blocks.covers(len(model.factors)):
        found = _exact(model, blocks)
        if found is not None:
            return found
    names, member = grouped(groups, model.factors)
    labels = None if groups is None else [names[at] for at in member]
    with model.watched(n, "points") as told:
        return shapley.effects(
            lambda x: model(blocks.coordinates(x)), _law(model, blocks), n, seed=seed, level=level, groups=labels,
            outputs=model.outputs, threads=model.threads or None, progress=told, **options,
        )  # fmt: skip


def _exact(model: PlanModel, blocks: Blocks) -> shapley.ShapleyEffects | None:
    """Exact effects if the outputs are scores, linear in the weights; else None."""
    if any(what != _core.Output.score for what, *_ in model.asked):
        return None
    d = len(model.factors)
    points = _core.Design(_core.Points.sobol, d, 2 * d + 8, TRIAL_SEED).sample()
    shares, scores = blocks.weights_of(points), model.at(np.ascontiguousarray(points))
    center = shares.mean(axis=0)
    table = np.column_stack([np.ones(len(shares)), shares - center])
    slopes, *_ = np.linalg.lstsq(table, scores, rcond=None)
    left = np.abs(scores - table @ slopes).max()
    if left > LINEAR * max(1.0, np.abs(scores).max()):
        return None
    member = [
        parent
        for parent, part in zip(blocks.parents, blocks.columns, strict=True)
        for _ in range(part.start, part.stop)
    ]
    return shapley.linear(
        slopes[1:].T, np.concatenate(blocks.alpha), groups=member if len(blocks.parents) > 1 else None,
        names=model.factors, units=model.outputs,
    )  # fmt: skip


def _law(model: PlanModel, blocks: Blocks) -> Any:
    """Joint distribution of the inputs: Dirichlet blocks between independent ones."""
    parts: list[Any] = []
    problem = model.problem
    at = 0
    for part, alpha in zip(blocks.columns, blocks.alpha, strict=True):
        parts += [_alone(problem, k) for k in range(at, part.start)]
        parts.append(shapley.dirichlet(alpha, model.factors[part]))
        at = part.stop
    parts += [_alone(problem, k) for k in range(at, len(model.factors))]
    return shapley.independent(*parts)


def _alone(problem: dict[str, Any], k: int) -> dict[str, Any]:
    return {name: [problem[name][k]] for name in ("names", "bounds", "dists")}
