"""What might have been otherwise: choices of a stage, weights, measured values, indicators in the index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import catalogue
from .arguments import picked
from .catalogue import Choice
from .errors import Fault, SpecError
from .framework import Framework
from .measurement import MeasurementError
from .recipe import Recipe
from .table import nearest
from .weighting import Weighting, as_weightings

if TYPE_CHECKING:
    from .index import Index

__all__ = ["STAGES", "Alternatives", "LeaveOneOut", "leave_one_out"]

STAGES = ("impute", "treat", "normalize", "aggregate")  # whose methods may be others


@dataclass(frozen=True)
class LeaveOneOut:
    """Leave out one node at a time, or none."""

    nodes: str | tuple[str, ...] = "leaves"

    def __str__(self) -> str:
        return f"one of {self.nodes}"

    def places(self, framework: Framework) -> list[int]:
        """Positions of the nodes in a framework.

        Raises
        ------
        SpecError
            For nodes that it does not have or that stand twice, and for none.
        """
        kinds = {"leaves": framework.leaves, "pillars": framework.children(framework.root)}
        if isinstance(self.nodes, str):
            if self.nodes not in kinds:
                raise SpecError(Fault("exclude", repr(self.nodes), nearest(self.nodes, kinds)))
            codes: Sequence[str] = kinds[self.nodes]
        else:
            codes = self.nodes
        picked("exclude", codes, framework.codes, "node")
        return [framework.codes.index(code) for code in codes]


def leave_one_out(nodes: str | Iterable[str] = "leaves") -> LeaveOneOut:
    """Leave out one indicator at a time; its weight goes to its siblings in proportion.

    A factor "exclude" whose levels are equally likely: nothing is left out, or one of the nodes is.

    Parameters
    ----------
    nodes : {"leaves", "pillars"} or iterable of str
        The indicators, the children of the root, or the nodes named. A node that stands alone below another takes that
        with it.

    Returns
    -------
    LeaveOneOut

    Examples
    --------
    >>> leave_one_out()
    LeaveOneOut(nodes='leaves')
    """
    return LeaveOneOut(nodes if isinstance(nodes, str) else tuple(nodes))


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
    weights : Noise, Dirichlet, SimplexBox, Experts or a sequence of them, optional
        ``egov.noise(0.25)``, ``egov.dirichlet(50)``, ``egov.simplex_box(...)``, ``egov.experts(...)``; one of a kind.
    values : MeasurementError, optional
        ``egov.measurement_error(sd=...)``: observed values as they might have been measured.
    exclude : LeaveOneOut, optional
        ``egov.leave_one_out()``.
    edition : sequence of Index, optional
        The index as in other editions, or as somebody else would have it: other weights, goalposts, indicators, means.
        Each is scored on the same data and periods, with everything else that varies; the index itself is one of them
        only if it is given here.
    posterior : bool
        Draw stochastic imputations (of the recipe or among the alternatives) afresh in each draw, as a factor
        "imputation" of its own beside "impute", which method. False: each fills with its point values.

    Raises
    ------
    SpecError
        With every fault of every choice.

    Examples
    --------
    >>> import egov_index as egov
    >>> Alternatives(aggregate=["arithmetic", "geometric"], weights=egov.noise(0.25))
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
        values: MeasurementError | None = None,
        exclude: LeaveOneOut | None = None,
        edition: Sequence[Index] = (),
        posterior: Any = True,
    ) -> None:
        faults: list[Fault] = []
        self.impute = _chains("impute", impute, faults)
        self.treat = _chains("treat", treat, faults)
        self.normalize = tuple(chain[0] for chain in _chains("normalize", normalize, faults))
        self.aggregate = tuple(chain[0] for chain in _chains("aggregate", aggregate, faults))
        self.weights: tuple[Weighting, ...] = ()
        try:
            self.weights = as_weightings(weights)
        except SpecError as error:
            faults.extend(error.faults)
        for name, given, kind, right in (
            ("values", values, MeasurementError, "egov.measurement_error(sd=...)"),
            ("exclude", exclude, LeaveOneOut, "egov.leave_one_out()"),
        ):
            if given is not None and not isinstance(given, kind):
                faults.append(Fault(f"alternatives.{name}", repr(given), right))
        self.values, self.exclude = values, exclude
        self.edition = _editions(edition, faults)
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

    def replace(self, **changes: Any) -> Alternatives:
        """The same with some of it changed."""
        names = (
            "impute",
            "treat",
            "normalize",
            "aggregate",
            "weights",
            "values",
            "exclude",
            "edition",
            "posterior",
        )
        return Alternatives(**({name: getattr(self, name) for name in names} | changes))

    def errors_only(self) -> Alternatives:
        """What data carry and nobody chose: errors of measurement and of the imputation."""
        return Alternatives(values=self.values, posterior=self.posterior)

    def __repr__(self) -> str:
        parts = [
            f"{stage}: {', '.join(' > '.join(map(str, one)) if isinstance(one, tuple) else str(one) for one in given)}"
            for stage in STAGES
            if (given := getattr(self, stage))
        ]
        named = {"values": [self.values], "weights": self.weights, "exclude": [self.exclude]}
        for name, given in named.items():
            parts += [f"{name}: {one}" for one in given if one is not None]
        if self.edition:
            parts.append(f"edition: {', '.join(one.name for one in self.edition)}")
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


def _editions(given: Any, faults: list[Fault]) -> tuple[Index, ...]:
    """Editions as a tuple; what is no index, and names that stand twice, are faults."""
    from .index import Index

    found = [given] if isinstance(given, Index) else list(given) if isinstance(given, Iterable) else [given]
    wrong = [one for one in found if not isinstance(one, Index)]
    faults += [
        Fault("alternatives.edition", repr(one), "an egov.Index, e.g. egov.preset('egdi-2020')")
        for one in wrong
    ]
    names = [one.name for one in found if isinstance(one, Index)]
    faults += [
        Fault("alternatives.edition", f"{name!r} stands twice", "editions with names of their own")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    return () if wrong else tuple(found)


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
