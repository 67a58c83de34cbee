"""What might have been chosen otherwise: alternatives of a stage, and noise on weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import catalogue
from .catalogue import Choice
from .errors import Fault, SpecError
from .framework import Framework
from .recipe import Recipe
from .table import nearest

__all__ = ["Alternatives", "Noise", "noise"]


@dataclass(frozen=True)
class Noise:
    """Independent uniform noise on raw weights; siblings are brought to sum one afterwards."""

    share: float
    nodes: str | tuple[str, ...] = "all"


def noise(share: float, nodes: str | Iterable[str] = "all") -> Noise:
    """Vary weights: each is multiplied by a uniform number between 1 - share and 1 + share.

    Parameters
    ----------
    share : float
        0 to 1; 0.25 means plus or minus 25 percent.
    nodes : {"all", "leaves", "inner"} or iterable of str
        Whose weights: of every node but the root, of indicators, of aggregates, or of the nodes named.

    Returns
    -------
    Noise

    Raises
    ------
    SpecError
        If the share lies outside 0 to 1.

    Examples
    --------
    >>> noise(0.25)
    Noise(share=0.25, nodes='all')
    """
    number = isinstance(share, int | float | np.floating | np.integer) and not isinstance(share, bool)
    if not number or not 0 <= share <= 1:
        raise SpecError(Fault("weights.noise", repr(share), "a number from 0 to 1"))
    return Noise(float(share), nodes if isinstance(nodes, str) else tuple(nodes))


class Alternatives:
    """The choices that might have been made otherwise.

    Every combination of the alternatives can occur (a full product), each with the same probability.

    Parameters
    ----------
    impute, treat : sequence, optional
        Alternatives, each a choice or a chain (a list of choices).
    normalize, aggregate : sequence, optional
        Alternatives, each a choice. A ``rescale`` range is one for the whole tree, as in :class:`Recipe`, so that a
        geometric mean meets positive values throughout.
    weights : Noise, optional
        ``egov.noise(0.25)``.
    posterior : bool
        Draw stochastic imputations (of the recipe or among the alternatives) afresh in each draw, as a factor
        "imputation" of its own beside "impute", which method. False: each fills with its point values.

    Raises
    ------
    SpecError
        With every fault of every choice.

    Examples
    --------
    >>> Alternatives(aggregate=["arithmetic", "geometric"], weights=noise(0.25))
    Alternatives(aggregate: arithmetic, geometric; weights: noise 0.25 on all)
    """

    def __init__(
        self,
        *,
        impute: Sequence[Any] = (),
        treat: Sequence[Any] = (),
        normalize: Sequence[Any] = (),
        aggregate: Sequence[Any] = (),
        weights: Any = None,
        posterior: Any = True,
    ) -> None:
        faults: list[Fault] = []
        self.impute = _chains("impute", impute, faults)
        self.treat = _chains("treat", treat, faults)
        self.normalize = tuple(chain[0] for chain in _chains("normalize", normalize, faults))
        self.aggregate = tuple(chain[0] for chain in _chains("aggregate", aggregate, faults))
        if weights is not None and not isinstance(weights, Noise):
            faults.append(Fault("alternatives.weights", repr(weights), "egov.noise(share)"))
        self.weights: Noise | None = weights
        if not isinstance(posterior, bool):
            faults.append(Fault("alternatives.posterior", repr(posterior), "true or false"))
        self.posterior: bool = bool(posterior)
        if faults:
            raise SpecError(faults)

    def inadmissible(self, recipe: Recipe, framework: Framework) -> list[Fault]:
        """Combinations that no data would allow: a mean that needs positive values on a scale that gives others."""
        if not any(
            framework[leaf].normalize is None and framework[framework[leaf].parent or leaf].aggregate is None
            for leaf in framework.leaves
        ):
            return []
        scales = self.normalize or (recipe.normalize,)
        means = self.aggregate or (recipe.aggregate,)
        return [
            Fault(
                f"normalize {scale} with aggregate {mean}",
                f"{mean.method} needs values above 0, but {scale} gives 0 or less",
                "rescale the normalization to a positive range, e.g. rescale=(1, 100)",
            )
            for scale in scales
            for mean in means
            if "needs_positive" in catalogue.row("aggregate", mean.method)["traits"] and _not_positive(scale)
        ]

    def noisy(self, framework: Framework) -> list[float]:
        """Noise on the weight of each node of a framework, in its order."""
        if self.weights is None:
            return [0.0] * len(framework.nodes)
        nodes = self.weights.nodes
        if isinstance(nodes, str) and nodes not in ("all", "leaves", "inner"):
            raise SpecError(Fault("weights.nodes", repr(nodes), nearest(nodes, ("all", "leaves", "inner"))))
        if not isinstance(nodes, str):
            faults = [
                Fault("weights.nodes", f"unknown node {code!r}", nearest(code, framework.codes))
                for code in nodes
                if code not in framework.codes
            ]
            if faults:
                raise SpecError(faults)
        leaves = set(framework.leaves)

        def varies(code: str) -> bool:
            alone = len(framework.children(framework[code].parent or code)) < 2
            if code == framework.root or alone:
                return False
            if isinstance(nodes, str):
                return nodes == "all" or (nodes == "leaves") == (code in leaves)
            return code in nodes

        return [self.weights.share if varies(code) else 0.0 for code in framework.codes]

    def __repr__(self) -> str:
        parts = [
            f"{stage}: {', '.join(' > '.join(map(str, one)) if isinstance(one, tuple) else str(one) for one in given)}"
            for stage in ("impute", "treat", "normalize", "aggregate")
            if (given := getattr(self, stage))
        ]
        if self.weights:
            parts.append(f"weights: noise {self.weights.share:g} on {self.weights.nodes}")
        if not self.posterior:
            parts.append("imputation: point values")
        return f"Alternatives({'; '.join(parts)})"


def _not_positive(scale: Choice) -> bool:
    """Does the normalization give 0 or less whatever the data? Where that depends on them, the core looks."""
    if scale.rescale is not None:
        return scale.rescale[0] <= 0
    if scale.over != "period":  # its lowest value may lie in a period that is not scored
        return False
    item = catalogue.row("normalize", scale.method)
    if "gives_range" in item["traits"] and "needs_variation" in item["traits"]:  # the lowest value gets low
        low = next(param for param in item["params"] if param["name"] == "low")
        return float(scale.params.get("low", low["default"])) <= 0
    return "gives_signed" in item["traits"] and "needs_variation" in item["traits"] and not scale.params


def _chains(stage: str, given: Any, faults: list[Fault]) -> tuple[tuple[Choice, ...], ...]:
    if isinstance(given, str | Choice) or not isinstance(given, Sequence):
        faults.append(Fault(f"alternatives.{stage}", repr(given), "a list of alternatives"))
        return ()
    chains = []
    for at, one in enumerate(given):
        place = f"alternatives.{stage}[{at}]"
        try:
            chain = catalogue.as_chain(one, place)
        except SpecError as error:
            faults.extend(error.faults)
            continue
        if stage in ("normalize", "aggregate") and len(chain) != 1:
            faults.append(Fault(place, f"{len(chain)} methods", "one method"))
        for choice in chain:
            faults += catalogue.faults_of(stage, choice, place)
        chains.append(chain)
    return tuple(chains)
