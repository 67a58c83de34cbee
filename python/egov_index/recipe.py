"""What is done to the data, as a value: a choice for each stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from dataclasses import replace as replaced
from typing import TYPE_CHECKING, Any

from . import catalogue
from .errors import Fault, SpecError
from .table import nearest

if TYPE_CHECKING:
    from .framework import Framework

__all__ = ["Recipe"]

CHAINS = ("impute", "treat")
SINGLES = ("screen", "denominate", "normalize", "weight", "aggregate", "rank")
MISSING = ("raise", "drop-weight", "bound")
ORDER = ("screen", "denominate", "impute", "treat", "normalize")
SILENT = ("screen", "denominate")  # not told where they do nothing


@dataclass(frozen=True)
class Recipe:
    """A choice for each stage; nodes of the framework may differ from it.

    Parameters
    ----------
    impute : str, Choice, mapping or a sequence of them
        A chain: each method sees what the ones before it filled.
    treat : str, Choice, mapping or a sequence of them
        Treatments of outliers, one after the other. A leaf's ``cap`` comes before them.
    normalize, weight, aggregate, rank : str, Choice or mapping
        One method each. A ``rescale`` range of ``normalize`` is one for the whole tree: before children are
        aggregated, the indicators among them and the aggregates with a normalization of their own are mapped to
        it together, by one affine map. That keeps differences which the method left, and makes values positive.
        Periods that an ``over`` adds as reference are aggregated only where an inner node's own ``normalize`` takes
        its scale from them; an aggregate that is impossible there is a DataError naming unit, node and period.
    missing : {"raise", "drop-weight", "bound"}
        Cells that no method of the chain could fill are an error, or drop out with their weight. "bound": they drop
        out too, and the result says between which ends score and rank lie, whatever the missing values are.
    threshold : float
        The data threshold of "drop-weight" and "bound": a node stays missing for a unit where a smaller share of
        its children is there, counted without weights, 0 to 1.
    screen : str, Choice or mapping
        Which units and indicators have too few values and leave, period by period. A node leaves with its last
        indicator; siblings take the weight over.
    denominate : str, Choice or mapping
        How indicators are divided by the ``denominator`` that their nodes name. A node with a denominator and a
        recipe without this step is an error, and so is the step without any denominator.
    order : tuple of str
        Order of the steps on cells; weight, aggregate and rank follow. Imputed cells count as observed for a
        screening that comes after the imputation.

    Raises
    ------
    SpecError
        With every fault of every choice.

    Examples
    --------
    >>> print(Recipe(impute=["linear", "mean"], normalize="zscore"))
    impute linear > mean | treat none | normalize zscore | weight given | aggregate arithmetic | rank competition
    """

    impute: Any = "none"
    treat: Any = "none"
    normalize: Any = "minmax"
    weight: Any = "given"
    aggregate: Any = "arithmetic"
    rank: Any = "competition"
    missing: str = "raise"
    threshold: float = 0.0
    screen: Any = "none"
    denominate: Any = "none"
    order: tuple[str, ...] = field(default=ORDER)

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        for stage in CHAINS + SINGLES:
            try:
                chain = catalogue.as_chain(getattr(self, stage), f"recipe.{stage}")
            except SpecError as error:
                faults.extend(error.faults)
                continue
            faults += catalogue.chain_faults(stage, chain, f"recipe.{stage}")
            if stage in SINGLES and len(chain) != 1:
                faults.append(Fault(f"recipe.{stage}", f"{len(chain)} methods", "one method"))
            elif not chain:
                faults.append(Fault(f"recipe.{stage}", "an empty list", 'at least one method, e.g. "none"'))
            else:
                object.__setattr__(self, stage, chain if stage in CHAINS else chain[0])
        if self.missing not in MISSING:
            faults.append(Fault("recipe.missing", repr(self.missing), f"one of {', '.join(MISSING)}"))
        share = isinstance(self.threshold, int | float) and not isinstance(self.threshold, bool)
        if not share or not 0 <= self.threshold <= 1:
            faults.append(Fault("recipe.threshold", repr(self.threshold), "a share from 0 to 1"))
        elif self.threshold and self.missing == "raise":
            faults.append(
                Fault(
                    "recipe.threshold", f"{self.threshold:g}", 'only with missing = "drop-weight" or "bound"'
                )
            )
        faults += _order_faults(self.order) or self._left_out()
        if faults:
            raise SpecError(faults)
        object.__setattr__(self, "order", tuple(self.order))

    def _left_out(self) -> list[Fault]:
        """Steps that have a method and do not run."""
        chosen = {stage: getattr(self, stage) for stage in ORDER if stage not in self.order}
        return [
            Fault(f"recipe.{stage}", str(one), f'not in recipe.order: put "{stage}" there, or choose "none"')
            for stage, chain in chosen.items()
            for one in (chain if isinstance(chain, tuple) else (chain,))
            if getattr(one, "method", one) != "none"
        ]

    @classmethod
    def steps(cls, steps: Iterable[tuple[str, Any]], **keywords: Any) -> Recipe:
        """Give the steps in another order than the default.

        Parameters
        ----------
        steps : iterable of (stage, choice)
            Stages on cells (screen, denominate, impute, treat, normalize) run in the order given; one that is left
            out does not run.
        **keywords
            Other parameters of :class:`Recipe`.

        Returns
        -------
        Recipe

        Examples
        --------
        >>> Recipe.steps([("treat", "winsorize"), ("impute", "mean"), ("normalize", "zscore")]).order
        ('treat', 'impute', 'normalize')
        """
        chosen = list(steps)
        names = [name for name, _ in chosen]
        known = [*ORDER, *(stage for stage in SINGLES if stage not in ORDER)]
        faults = [
            Fault(f"steps[{at}]", f"unknown step {name!r}", nearest(name, known))
            for at, name in enumerate(names)
            if name not in known
        ]
        faults += [
            Fault("steps", f"{name!r} stands {names.count(name)} times", "each step once")
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
        if faults:
            raise SpecError(faults)
        order = tuple(name for name in names if name in ORDER)
        left_out = {stage: "none" for stage in ORDER if stage not in order}
        return cls(**(left_out | dict(chosen) | {"order": order} | keywords))

    def replace(self, **changes: Any) -> Recipe:
        """Copy with some choices replaced, e.g. ``recipe.replace(normalize="rank")``."""
        known = [part.name for part in fields(self)]
        faults = [
            Fault(f"recipe.{name}", "unknown key", nearest(name, known))
            for name in changes
            if name not in known
        ]
        if faults:
            raise SpecError(faults)
        return replaced(self, **changes)

    def __str__(self) -> str:
        cells = [*self.order, *(stage for stage in ORDER if stage not in self.order)]
        told = [name for name in cells if name not in SILENT or getattr(self, name).method != "none"]
        told += [stage for stage in SINGLES if stage not in ORDER]
        return " | ".join(f"{stage} {_written(getattr(self, stage))}" for stage in told)

    def unfit(self, framework: Framework) -> list[Fault]:
        """What of this recipe and a framework contradicts: denominators that no step uses, or none to use."""
        named = [node for node in framework.nodes if node.denominator is not None]
        if self.denominate.method != "none":
            came = f"{self.denominate}, but no node names a denominator"
            return (
                [] if named else [Fault("recipe.denominate", came, 'denominator = "..." at the indicators')]
            )
        right = 'set denominate = "divide" in the recipe, or leave it out of the node'
        return [
            Fault(f"node {node.code!r}.denominator", f"{node.denominator}, but the recipe does not denominate", right)
            for node in named
        ]  # fmt: skip


def _written(choice: Any) -> str:
    return " > ".join(map(str, choice)) if isinstance(choice, tuple) else str(choice)


def _order_faults(order: Any) -> list[Fault]:
    if not isinstance(order, (list, tuple)) or not all(isinstance(name, str) for name in order):
        return [Fault("recipe.order", repr(order), f"a list of {', '.join(ORDER)}")]
    faults = [
        Fault("recipe.order", f"unknown step {name!r}", nearest(name, ORDER))
        for name in order
        if name not in ORDER
    ]
    if len(set(order)) != len(tuple(order)):
        faults.append(Fault("recipe.order", repr(tuple(order)), "each step once"))
    return faults
