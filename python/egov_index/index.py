"""An index: a framework and a recipe. The table of contents of what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core, compiled, scrutiny
from .errors import Fault, SpecError
from .framework import Framework
from .panel import Panel
from .recipe import Recipe
from .result import Result
from .table import nearest

if TYPE_CHECKING:
    from .alternatives import Alternatives
    from .uncertainty import Ensemble, Progress

__all__ = ["Index"]


class Index:
    """A framework and a recipe, ready to score a panel.

    Parameters
    ----------
    framework : Framework
        The tree of indicators.
    recipe : Recipe
        What is done to them.
    name, title : str
        Short name, and a readable one.
    period : int or str, optional
        The period that is scored unless another is asked for; None: every period of the panel.
    analysis : mapping, optional
        The other tables of a spec file (data, uncertainty, sensitivity, outcomes, compare), kept for the round trip.

    Examples
    --------
    >>> import egov_index as egov
    >>> result = egov.preset("egdi-2022").score(egov.datasets.un_egov_survey())
    >>> result.table()["name"][0]
    'Denmark'
    """

    def __init__(
        self,
        framework: Framework,
        recipe: Recipe | None = None,
        *,
        name: str = "index",
        title: str = "",
        period: Any = None,
        analysis: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(framework, Framework) or not isinstance(recipe, Recipe | None):
            raise SpecError("an Index takes a Framework and a Recipe")
        self.framework = framework
        self.recipe = recipe if recipe is not None else Recipe()
        if faults := self.recipe.unfit(framework):
            raise SpecError(faults)
        self.name = name
        self.title = title or name
        self.period = period
        self.analysis: dict[str, Any] = dict(analysis or {})

    @classmethod
    def from_file(cls, path: str | Path) -> Index:
        """Read a spec file (TOML).

        Raises
        ------
        SpecError
            With every fault of the file, each with its line, what came and what would be right.
        """
        from . import spec

        return spec.read(path)

    def to_file(self, path: str | Path) -> None:
        """Write a spec file; reading it and writing it again gives the same bytes."""
        from . import spec

        spec.write(self, path)

    def replace(self, **changes: Any) -> Index:
        """Copy with some parts replaced, e.g. ``index.replace(period=2024)``."""
        parts = ("framework", "recipe", "name", "title", "period", "analysis")
        faults = [Fault(name, "unknown part", nearest(name, parts)) for name in changes if name not in parts]
        if faults:
            raise SpecError(faults)
        return Index(**({part: getattr(self, part) for part in parts} | changes))

    def change(self, *, weights: Mapping[str, float] | None = None, **choices: Any) -> Index:
        """Copy with other choices of the recipe or other weights, e.g. ``index.change(normalize="rank")``.

        Parameters
        ----------
        weights : mapping, optional
            New weights of nodes by code; the others keep theirs.
        **choices
            Parameters of :class:`Recipe`. Nodes with a method of their own keep it.

        Returns
        -------
        Index

        Raises
        ------
        SpecError
            If there is no such parameter, method or node.
        """
        recipe, given, faults = self.recipe.replace(**choices), dict(weights or {}), []
        for code in given:
            parent = self.framework[code].parent  # an unknown code is an error
            made = recipe.weight if parent is None else self.framework[parent].weights or recipe.weight
            if made.method != "given":
                faults.append(
                    Fault(f"weight of {code!r}", f"made by {made}", 'change(weight="given", weights=...)')
                )
        if faults:
            raise SpecError(faults)
        nodes = [replace(node, weight=given.get(node.code, node.weight)) for node in self.framework.nodes]
        tree = Framework(nodes, self.framework.groups, self.framework.rank_digits)
        return self.replace(framework=tree, recipe=recipe)

    def score(self, panel: Panel, period: Any = None) -> Result:
        """Score and rank the units of a panel.

        Parameters
        ----------
        panel : Panel
            Holds every indicator of the framework, in the periods that the lags ask for.
        period : label or sequence of labels, optional
            What to score instead of the index's own period.

        Returns
        -------
        Result
            Scores and ranks of every node, and the trail of every cell that a step changed.

        Raises
        ------
        DataError
            If an indicator is missing, empty or constant, a period is not there, or a hole could not be filled.
        SpecError
            If a method cannot work on these data as asked.
        """
        positions, labels = scrutiny.scored(self, panel, period)
        with scrutiny.all_at_once(self, panel, positions, labels):
            given = (
                compiled.core_panel(panel),
                compiled.core_framework(self.framework, panel),
                compiled.core_recipe(self.framework, self.recipe, panel),
                positions,
            )
            raw = _core.score(*given, spend=self.recipe.missing != "bound")
            if self.recipe.missing == "bound":
                raw["bounds"] = _core.bounds(*given)
        return Result(self, panel, labels, raw)

    def uncertainty(
        self,
        panel: Panel,
        alternatives: Alternatives,
        n: int = 4096,
        seed: int = 1,
        threads: int | None = None,
        progress: Progress | None = None,
        *,
        period: Any = None,
        points: str = "sobol",
        discrete: str = "sampled",
        keep: bool = False,
        on_interrupt: str = "raise",
    ) -> Ensemble:
        """Rank the units again under alternatives; see :func:`egov_index.uncertainty.run`."""
        from . import uncertainty

        return uncertainty.run(
            self, panel, alternatives, n, seed, threads, progress, period=period, points=points,
            discrete=discrete, keep=keep, on_interrupt=on_interrupt,
        )  # fmt: skip

    def sensitivity(
        self,
        panel: Panel,
        alternatives: Alternatives,
        n: int = 4096,
        output: Any = "rank",
        method: str = "sobol",
        seed: int = 1,
        *,
        threads: int | None = None,
        progress: Progress | None = None,
        period: Any = None,
        level: float = 0.90,
        groups: Any = None,
        **options: Any,
    ) -> Any:
        """Which choice moves the result; see :func:`egov_index.sensitivity.run`."""
        from . import sensitivity

        return sensitivity.run(
            self, panel, alternatives, n, output, method, seed,
            threads=threads, progress=progress, period=period, level=level, groups=groups, **options,
        )  # fmt: skip

    def check(self, panel: Panel) -> None:
        """Raise a DataError with everything that is wrong with a panel for this index."""
        scrutiny.scored(self, panel, None)

    def __eq__(self, other: object) -> bool:
        parts = ("framework", "recipe", "name", "title", "period", "analysis")
        return isinstance(other, Index) and all(getattr(self, part) == getattr(other, part) for part in parts)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        when = f", {self.period}" if self.period is not None else ""
        return f"<Index {self.name}{when}: {len(self.framework.leaves)} indicators; {self.recipe}>"
