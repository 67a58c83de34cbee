"""How an index goes with outcomes: association, never cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .arguments import seed_of, share, threads_of, whole
from .compiled import core_choice
from .errors import DataError, Fault, SpecError
from .naming import in_words
from .panel import Panel
from .result import Result
from .single import checked
from .table import listing, make_frame, nearest

__all__ = ["Links", "correlate"]


def correlate(
    scores: Result | Panel,
    outcomes: Panel,
    method: Any = "spearman",
    *,
    nodes: str | Sequence[str] | None = None,
    period: Any = None,
    lag: float = 0,
    window: float = 5,
    resamples: int = 1000,
    level: float = 0.95,
    adjust: Any = "bh",
    minimum: int = 30,
    missing: str = "pairwise",
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Links:
    """Correlate index nodes with outcomes over countries.

    Parameters
    ----------
    scores : Result or Panel
        The index; of a panel every indicator is a node.
    outcomes : Panel
        Outcomes; ``indicator_info`` gives goal, direction and concept.
    method : str or Choice
        ``"spearman"``, ``"pearson"``, ``"kendall"`` or ``"distance"``.
    nodes : sequence of str, optional
        Which nodes; all if left out.
    period : label, optional
        Which period of the index; the last one if left out.
    lag : float
        Outcomes are taken so many periods later than the index; below 0: earlier.
    window : float
        The latest outcome within so many periods up to and including that of the index (and its lag) is taken.
    resamples : int
        Resamples of countries for the percentile interval; 0 for none.
    level : float
        Level of the interval.
    adjust : str or Choice
        Correction for many tests over the whole table, e.g. ``"bh"`` (Benjamini and Hochberg 1995).
    minimum : int
        Pairs with fewer countries are flagged.
    missing : {"pairwise"}
        Each pair uses the countries that have both.
    seed, threads, progress
        As in :func:`egov_index.uncertainty.run`.

    Returns
    -------
    Links

    Raises
    ------
    SpecError, DataError
        For unknown methods, nodes or periods; for outcomes without a common unit.
    """
    chosen, correction = checked("correlate", method, {}), checked("adjust", adjust, {})
    if isinstance(window, bool) or not isinstance(window, int | float) or not window > 0:
        raise SpecError(Fault("window", repr(window), "a number of periods above 0"))
    level, seed, workers = share("level", level, 0.95), seed_of(seed), threads_of(threads)
    whole("resamples", resamples, 0, 10**7)
    whole("minimum", minimum, 0, 2**31)
    if not isinstance(outcomes, Panel):
        raise DataError(f"outcomes: a Panel is needed, not {type(outcomes).__name__}")
    if missing != "pairwise":
        raise SpecError(Fault("missing", repr(missing), "'pairwise'"))
    names, period, x = _index_side(scores, nodes, period)
    units = scores.panel.units if isinstance(scores, Result) else scores.units
    y, years = _outcome_side(units, outcomes, _time(period) + _time(lag), window)
    raw = _core.correlate(x, y, core_choice("correlate", chosen), resamples, level, seed, workers, progress)
    adjusted = np.asarray(
        _core.adjust(np.asarray(raw["p"], dtype=np.float64), core_choice("adjust", correction))
    )
    keep = _Columns(scores, outcomes, names, x, y, years)
    return Links(
        keep.columns(raw, adjusted, minimum), scores.panel.backend if isinstance(scores, Result) else scores.backend,
        method=chosen.method, adjust=correction.method, level=level, resamples=resamples,
        period=period, window=window, seed=seed,
    )  # fmt: skip


def _index_side(
    scores: Any, nodes: str | Sequence[str] | None, period: Any
) -> tuple[list[str], Any, NDArray[np.float64]]:
    if isinstance(scores, Result):
        known, periods, values = list(scores.nodes), scores.periods, scores.values.transpose(1, 0, 2)
    elif isinstance(scores, Panel):
        known, periods, values = list(scores.indicators), scores.periods, scores.values
    else:
        raise DataError(f"a Result or a Panel is needed, not {type(scores).__name__}")
    names = known if nodes is None else [nodes] if isinstance(nodes, str) else list(nodes)
    faults = [
        Fault("nodes", f"unknown node {name!r}", nearest(name, known)) for name in names if name not in known
    ]
    period = periods[-1] if period is None else period
    period = next((label for label in periods if str(label) == str(period)), period)
    if period not in periods:
        faults.append(Fault("period", repr(period), f"one of {listing(periods)}"))
    if faults:
        raise SpecError(faults)
    picked = values[:, periods.index(period), :][:, [known.index(name) for name in names]]
    return names, period, np.asfortranarray(picked)


def _outcome_side(
    units: Sequence[Any], outcomes: Panel, now: float, window: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latest outcome of each unit within the window, and the period it was taken from."""
    at = {unit: k for k, unit in enumerate(outcomes.units)}
    if not any(unit in at for unit in units):
        raise DataError(
            Fault(
                "outcomes",
                f"units {listing(outcomes.units, 3)}",
                f"the index has {listing(units, 3)}: no unit in common",
            )
        )
    in_window = [k for k in range(len(outcomes.periods)) if now - window < outcomes.times[k] <= now]
    if not in_window:
        raise DataError(
            Fault(
                "outcomes", f"periods {listing(outcomes.periods, 3)}", f"one within {window:g} up to {now:g}"
            )
        )
    y, years = (np.full((len(units), len(outcomes.indicators)), np.nan, order="F") for _ in range(2))
    rows = [row for row, unit in enumerate(units) if unit in at]
    for k in in_window:  # a later value replaces an earlier one
        values = outcomes.values[[at[units[row]] for row in rows], k]
        y[rows] = np.where(np.isnan(values), y[rows], values)
        years[rows] = np.where(np.isnan(values), years[rows], outcomes.times[k])
    return y, years


def _time(period: Any) -> float:
    try:
        return float(period)
    except (TypeError, ValueError):
        raise DataError(
            Fault("period", repr(period), "a number, so that a window of periods means something")
        ) from None


class _Columns:
    """Lays the pairs out as a table."""

    def __init__(
        self,
        scores: Any,
        outcomes: Panel,
        names: list[str],
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        years: NDArray[np.float64],
    ) -> None:
        self.scores, self.outcomes, self.names, self.x, self.y, self.years = (
            scores,
            outcomes,
            names,
            x,
            y,
            years,
        )

    def columns(self, raw: dict[str, Any], adjusted: NDArray[np.float64], minimum: int) -> dict[str, Any]:
        pairs = [(i, j) for i in range(len(self.names)) for j in range(len(self.outcomes.indicators))]
        facts = [self.outcomes.about(name) for name in self.outcomes.indicators]
        used = [self.years[~np.isnan(self.x[:, i]) & ~np.isnan(self.y[:, j]), j] for i, j in pairs]
        found = [self._inside(self.names[i], self.outcomes.indicators[j], facts[j]) for i, j in pairs]
        overlap = [";".join(sorted(concepts | set(helped))) for concepts, helped in found]
        notes = [_note(raw["reason"][k], raw["n"][k], minimum, *found[k]) for k in range(len(pairs))]
        return {
            "node": [self.names[i] for i, _ in pairs],
            "outcome": [self.outcomes.indicators[j] for _, j in pairs],
            "sdg_goal": [str(facts[j].get("sdg_goal", "")) for _, j in pairs],
            "direction": [facts[j].get("direction", 0) for _, j in pairs],
            "n": raw["n"],
            "year": [_of(np.median, years) for years in used],
            "year_min": [_of(np.min, years) for years in used],
            "year_max": [_of(np.max, years) for years in used],
            "estimate": raw["estimate"],
            "low": raw["low"],
            "high": raw["high"],
            "p": raw["p"],
            "p_adjusted": adjusted,
            "overlap": overlap,
            "note": notes,
        }

    def _inside(self, name: str, outcome: str, fact: dict[str, Any]) -> tuple[set[str], dict[str, list[str]]]:
        """What of the outcome is below the node already.

        Concepts that it shares with an indicator; and, by itself or by the concept it shares, what says how an
        auxiliary that helped to fill indicators brought it in.
        """
        concepts = _concepts(fact.get("concept"))
        if not isinstance(self.scores, Result):
            return concepts & _concepts(self.scores.about(name).get("concept")), {}
        tree, panel = self.scores.index.framework, self.scores.panel
        leaves = tree.below(name)
        inputs = [tree[leaf].concept or panel.about(leaf).get("concept") for leaf in leaves]
        helped: dict[str, list[str]] = {}
        for auxiliary, filled in _by_auxiliary(self.scores, leaves).items():
            same = (
                {outcome}
                if auxiliary == outcome
                else concepts & _concepts(panel.about(auxiliary).get("concept"))
            )
            for item in same:
                helped.setdefault(item, []).append(f"{auxiliary} helped to fill {in_words(filled)}")
        return concepts & set().union(*map(_concepts, inputs)), helped


def _by_auxiliary(result: Result, leaves: Sequence[str]) -> dict[str, list[str]]:
    """Which of these indicators each auxiliary helped to fill."""
    found: dict[str, list[str]] = {}
    for leaf in leaves:
        for name in result.filled_with.get(leaf, ()):
            found.setdefault(name, []).append(leaf)
    return found


def _of(statistic: Callable[..., Any], years: NDArray[np.float64]) -> float:
    return float(statistic(years)) if years.size else float("nan")


def _note(reason: str, n: int, minimum: int, concepts: set[str], helped: dict[str, list[str]]) -> str:
    few = f"fewer than {minimum} countries" if n < minimum else ""
    shared = f"shares {';'.join(sorted(concepts))} with the index" if concepts else ""
    inside = [f"inside the index: {text}" for texts in helped.values() for text in texts]
    return "; ".join(filter(None, (reason, few, shared, *dict.fromkeys(inside))))


def _concepts(text: str | None) -> set[str]:
    return {word.strip() for word in (text or "").split(";") if word.strip()}


class Links:
    """Associations of index nodes with outcomes.

    Attributes
    ----------
    method, adjust, level, resamples, period, window, seed
        How they were computed.
    """

    def __init__(self, columns: dict[str, Any], backend: str, **how: Any) -> None:
        self._columns, self._backend = columns, backend
        self.method: str = how["method"]
        self.adjust: str = how["adjust"]
        self.level: float = how["level"]
        self.resamples: int = how["resamples"]
        self.period, self.window, self.seed = how["period"], how["window"], how["seed"]

    def to_frame(self) -> Any:
        """Frame with a row a pair.

        Columns node, outcome, sdg_goal, direction (of the outcome: 1 more is better), n (countries), year, year_min,
        year_max (of the outcome: median, first and last), estimate, low, high, p, p_adjusted, overlap (what of the
        outcome is in the node's inputs: a shared concept, or its own name where it helped to fill them), note.
        """
        return make_frame(self._columns, self._backend)

    def __len__(self) -> int:
        return len(self._columns["node"])

    def __repr__(self) -> str:
        strong = sum(p < 0.05 for p in self._columns["p_adjusted"])
        return (
            f"<Links: {len(self)} pairs, {self.method}, {strong} with p below 0.05 after {self.adjust}; "
            "association is not cause>"
        )
