"""What scoring a panel gave: scores, ranks, groups and the trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .filling import auxiliaries_of, chain_of
from .framework.rating import class_of_each, group_of_each
from .naming import in_words
from .panel import Panel
from .table import listing, make_frame
from .trail import sentences

if TYPE_CHECKING:
    from .index import Index

__all__ = ["Result"]


class Result:
    """Scores and ranks of every node of an index, and how they came about.

    Attributes
    ----------
    index, panel
        What was scored.
    units, periods, nodes : tuple
        Labels of the axes; the first node is the root.
    values : numpy.ndarray
        Scores, shape (periods, units, nodes); NaN where a unit is not scored.
    rank_values : numpy.ndarray
        Ranks by the recipe's method, same shape; 1 is the highest. Ties may share a fraction (``average``).
    excluded : numpy.ndarray of bool
        Shape (periods, units): the unit is not in the index in that period, since the survey did not score it or
        screening took it out; the notes and the trail say why.
    dropped : numpy.ndarray of bool
        Shape (periods, nodes): screening took the indicator out of that period, or all indicators of the node.
    weights : dict
        Share of each node among its siblings, where none of them is dropped; 0 for what is dropped throughout.
    imputation_notes : tuple of str
        Fallbacks that methods of imputation took, in words; the trail says at which cells.
    """

    def __init__(self, index: Index, panel: Panel, periods: tuple[Any, ...], raw: Mapping[str, Any]) -> None:
        self.index = index
        self.panel = panel
        self.units: tuple[Any, ...] = panel.units
        self.periods = periods
        self.nodes = index.framework.codes
        shape = (len(periods), len(panel.units), len(self.nodes))
        self.values: NDArray[np.float64] = np.asarray(raw["values"]).reshape(shape)
        self.rank_values: NDArray[np.float64] = np.asarray(raw["ranks"]).reshape(shape)
        self.weights = dict(zip(self.nodes, map(float, raw["weights"]), strict=True))
        left = np.asarray(raw["excluded"]).reshape(shape[:2])
        self.excluded: NDArray[np.bool_] = left > 0
        self._by_survey = left == 1  # the core's code; the others were screened out
        dropped = np.asarray(raw["dropped"], dtype=bool)
        self.dropped: NDArray[np.bool_] = (
            dropped.reshape(shape[0], shape[2]) if dropped.size else np.zeros((shape[0], shape[2]), bool)
        )
        self._raw = raw
        self.imputation_notes: tuple[str, ...] = tuple(raw.get("imputation_notes", ()))
        self._raw_trail: Mapping[str, Any] = raw["trail"]

    def _keys(self) -> dict[str, list[Any]]:
        return {
            "unit": list(self.units) * len(self.periods),
            "period": [period for period in self.periods for _ in self.units],
        }

    def _frame(self, values: NDArray[np.float64], whole: bool = False) -> Any:
        columns: dict[str, Any] = dict(self._keys())
        for at, node in enumerate(self.nodes):
            column = values[:, :, at].ravel()
            columns[node] = column.astype(np.int64) if whole and _whole(column) else column
        return make_frame(columns, self.panel.backend)

    @cached_property
    def scores(self) -> Any:
        """Frame: unit, period, one column a node; NaN where a unit is not scored."""
        return self._frame(self.values)

    @cached_property
    def ranks(self) -> Any:
        """Frame: unit, period, one column a node; ranks, 1 is the highest."""
        return self._frame(self.rank_values, whole=True)

    @cached_property
    def group_labels(self) -> list[str | None]:
        """Group of each unit by the score of the root, period by period; None without score or groups."""
        return group_of_each(self.index.framework.groups, self.values[:, :, 0].ravel())

    @cached_property
    def class_labels(self) -> list[str | None]:
        """Rating class of each unit, period by period; None without score or where its group has no classes."""
        groups, size = self.index.framework.groups, len(self.units)
        return [
            label
            for t, ranks in enumerate(self.rank_values[:, :, 0])
            for label in class_of_each(groups, self.group_labels[t * size : (t + 1) * size], ranks)
        ]

    @cached_property
    def groups(self) -> Any:
        """Frame: unit, period, group, by the cuts of the framework."""
        return make_frame({**self._keys(), "group": self.group_labels}, self.panel.backend)

    @cached_property
    def classes(self) -> Any:
        """Frame: unit, period, group, class: the ranked units of a group cut into its classes by count.

        Parts are as equal in number as possible, the better ones take what is left over; units of one rank share the
        better of their classes. None where the group has no classes.
        """
        return make_frame(
            {**self._keys(), "group": self.group_labels, "class": self.class_labels}, self.panel.backend
        )

    def group_ranks(self, grouping: str) -> Any:
        """Ranks of the units within their group, by every node.

        Parameters
        ----------
        grouping : str
            Name of a grouping of the panel, e.g. "income_groups".

        Returns
        -------
        frame
            Columns unit, period, group and one a node; ranks as those of the recipe, within the unit's group in each
            period. NaN where a unit has no group or no score.

        Raises
        ------
        SpecError
            If there is no such grouping.

        Examples
        --------
        >>> import egov_index as egov
        >>> result = egov.preset("egdi-2022").score(egov.datasets.un_egov_survey())
        >>> frame = result.group_ranks("income_groups")
        >>> int(frame["egdi"][list(frame["unit"]).index("EST")])
        8
        """
        from . import standing

        return standing.group_ranks(self, grouping)

    @property
    def bounds(self) -> Any:
        """Frame: unit, period, low, high, best_rank, worst_rank of the root, whatever the missing values are.

        Of a recipe with ``missing="bound"``. Scales, weights and the other values stay as they are; each missing
        value takes the lowest and the highest value that its normalization can give, or where that is open the
        lowest and highest normalized value observed of the indicator in the rows that share its scale. The best
        rank of a unit is the one it has at its highest score while all others are at their lowest.

        Raises
        ------
        SpecError
            If the recipe does not ask for bounds.
        """
        from . import standing

        return standing.bounds(self, self._raw.get("bounds"))

    def table(self) -> Any:
        """Frame for reading: unit, name, period, rank, group, class and scores, best first within each period.

        Units that are not scored stand at the end of their period, without a rank.
        """
        keys = self._keys()
        ranks = self.rank_values[:, :, 0].ravel()
        place = np.repeat(np.arange(len(self.periods)), len(self.units))
        order = np.lexsort((np.arange(ranks.size), np.where(np.isnan(ranks), np.inf, ranks), place))
        names = [self.panel.unit_names.get(unit, str(unit)) for unit in keys["unit"]]
        columns: dict[str, Any] = {
            "unit": [keys["unit"][k] for k in order],
            "name": [names[k] for k in order],
            "period": [keys["period"][k] for k in order],
            "rank": ranks[order].astype(np.int64) if _whole(ranks) else ranks[order],
        }
        if self.index.framework.groups:
            columns["group"] = [self.group_labels[k] for k in order]
        if any(group.classes for group in self.index.framework.groups):
            columns["class"] = [self.class_labels[k] for k in order]
        for at, node in enumerate(self.nodes):
            columns[node] = self.values[:, :, at].ravel()[order]
        return make_frame(columns, self.panel.backend)

    @cached_property
    def trail(self) -> Any:
        """Frame: every cell of a scored period that a step changed.

        Columns unit, period (the scored one), indicator, source_period (that of the datum), stage, method, before,
        after, why. Cells of periods that no scored period uses are not listed.
        """
        return make_frame(sentences(self._raw_trail, self), self.panel.backend)

    @cached_property
    def filled_by(self) -> dict[str, dict[str, int]]:
        """Cells of the scored periods that each method filled, by indicator; none for those without such a cell."""
        found: dict[str, Counter[str]] = {}
        trail = self._raw_trail
        for column, stage, method in zip(trail["column"], trail["stage"], trail["method"], strict=True):
            if stage == "impute":
                found.setdefault(self.nodes[column], Counter())[method] += 1
        return {leaf: dict(counts) for leaf, counts in found.items()}

    @cached_property
    def filled_with(self) -> dict[str, tuple[str, ...]]:
        """Auxiliaries by the indicator that they helped to fill in a scored period; only those with such a cell."""
        tree, recipe = self.index.framework, self.index.recipe
        found = {
            leaf: tuple(
                name
                for one in chain_of(tree, recipe, leaf)
                if one.method in by_method
                for name in auxiliaries_of(one)
            )
            for leaf, by_method in self.filled_by.items()
        }
        return {leaf: tuple(dict.fromkeys(names)) for leaf, names in found.items() if names}

    @property
    def auxiliaries(self) -> tuple[str, ...]:
        """Indicators that helped to fill others, and so are inside the index: an outcome among them meets itself."""
        return tuple(dict.fromkeys(name for names in self.filled_with.values() for name in names))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers should know, in sentences."""
        notes = list(self.panel.notes)
        for at, period in enumerate(self.periods):
            notes += [f"{period}: {text}" for text in self._left_out(at)]
        notes += self._divided()
        notes += [*self._carried(), *self._unscored()]
        cells = len(self.units) * len(self.periods)
        for node, counts in self.filled_by.items():
            by = self.filled_with.get(node, ())
            helped = f", with {in_words(by)}" if by else ""
            notes.append(f"{node}: {sum(counts.values())} of {cells} values imputed{helped}")
        return tuple(notes)

    def _divided(self) -> list[str]:
        """Which indicators were divided by what."""
        found: dict[str, list[str]] = {}
        for node in self.index.framework.nodes:
            if node.denominator is not None:
                factor = f" / {node.denominator_factor:g}" if node.denominator_factor is not None else ""
                found.setdefault(f"divided by {node.denominator}{factor}", []).append(node.code)
        return [f"{words}: {', '.join(codes)}" for words, codes in found.items()]

    def _left_out(self, at: int) -> list[str]:
        """Who and what is not in the index in one period."""
        survey, screened = self._by_survey[at], self.excluded[at] & ~self._by_survey[at]
        whom = {"not scored by the survey itself": survey, "left out by screening": screened}
        found = []
        for words, gone in whom.items():
            out = [str(unit) for unit, one in zip(self.units, gone, strict=True) if one]
            found += [f"{len(out)} {words}: {', '.join(out)}"] if out else []
        nodes = [node for node, one in zip(self.nodes, self.dropped[at], strict=True) if one]
        if nodes:
            found.append(f"{len(nodes)} dropped by screening with their weight: {', '.join(nodes)}")
        return found

    def _carried(self) -> list[str]:
        """Indicators whose values the panel took from earlier periods (``Panel.latest``)."""
        if self.panel.years is None:
            return []
        notes = []
        for leaf in self.index.framework.leaves:
            at = [self.panel.periods.index(period) for period in self.periods]
            column = self.panel.indicators.index(leaf)
            lag = self.index.framework[leaf].lag
            times = self.panel.times[at] - lag
            held = np.isin(self.panel.times, times)
            taken = self.panel.years[:, held, column]
            earlier = taken < self.panel.times[held]
            if earlier.any():
                first, last = taken[earlier].min(), taken[earlier].max()
                span = f"{first:g}" if first == last else f"{first:g} to {last:g}"
                notes.append(
                    f"{leaf}: {int(earlier.sum())} of {taken.size} values are of earlier periods, {span}"
                )
        return notes

    def _unscored(self) -> list[str]:
        """Units without a score that the survey itself did not leave out."""
        gone = np.isnan(self.values[:, :, 0]) & ~self.excluded
        found = [f"{self.units[u]} {self.periods[t]}" for t, u in np.argwhere(gone)]
        return [f"no score for want of any value: {listing(found)}"] if found else []

    def __repr__(self) -> str:
        scored = int((~np.isnan(self.values[:, :, 0])).sum())
        when = ", ".join(map(str, self.periods[:3])) + (" ..." if len(self.periods) > 3 else "")
        changed = len(self._raw_trail["row"])
        return f"<Result of {self.index.name}: {scored} units scored, {when}, {changed} cells changed>"


def _whole(ranks: NDArray[np.float64]) -> bool:
    """No rank is missing (NaN) or a fraction."""
    return bool((ranks == np.floor(ranks)).all())
