"""An index and outcomes before and after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import is_number, truth
from ..errors import Fault, SpecError
from ..naming import counted
from ..panel import Panel
from ..result import Result
from ..table import listing
from .asked import Asked
from .pairs import Pairs
from .rows import by_goal, note_of, pair_cells, years_of
from .sides import Sides, gather, panel_of

__all__ = ["Lags", "lags"]

Array = NDArray[np.float64]
COLUMNS = (
    "node", "outcome", "sdg_goal", "direction", "lag", "n", "year", "year_min", "year_max", "estimate", "low", "high",
    "p", "p_adjusted", "reason", "note",
)  # fmt: skip


class Lags(Pairs):
    """Associations of nodes with outcomes at several lags; a row a node, outcome and lag."""

    def _found(self) -> list[str]:
        strongest: dict[tuple[str, str], dict[str, Any]] = {}
        for row in self._rows:
            before = strongest.get((row["node"], row["outcome"]))
            if not np.isnan(row["estimate"]) and (
                before is None or abs(row["estimate"]) > abs(before["estimate"])
            ):
                strongest[row["node"], row["outcome"]] = row
        later = sum(row["lag"] > 0 for row in strongest.values())
        return [
            f"Of {counted(len(strongest), 'pair')}, {later} are strongest with an outcome later than the index",
            "A stronger association at a later lag does not make the index come first: both move slowly",
        ]


def lags(
    scores: Result | Panel,
    outcomes: Panel,
    lags: Iterable[float] = range(-4, 5, 2),
    method: Any = "spearman",
    *,
    nodes: str | Sequence[str] | None = None,
    only: str | Sequence[str] | None = None,
    control: str | Sequence[str] = (),
    controls: Panel | None = None,
    period: Any = None,
    view: str = "rows",
    window: float | None = None,
    same: bool = True,
    interval: Any = "percentile",
    resamples: int = 1000,
    level: float = 0.95,
    adjust: Any = "bh",
    minimum: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Lags:
    """Correlate an index with outcomes of earlier and later periods.

    Parameters
    ----------
    scores, outcomes, method, nodes, only, control, controls, period, view, interval, resamples, level, minimum
        As in :func:`egov_index.outcomes.correlate`.
    lags : iterable of float
        How many periods later than the index outcomes are taken; below 0: earlier. Where no outcome has a value so far
        off the rows are missing, with the reason ``no-overlap``.
    window : float, optional
        As there; the smallest distance between two lags if left out, at most 5, so that no value serves at two of
        them. With a window longer than that distance one value may: lags that share values differ less than time does.
    same : bool
        Each pair uses the countries that have the outcome at every lag at which any has it, so that lags differ in
        time and not in countries; False: all there are at each.
    adjust : str or Choice
        Correction over the whole table, all lags together.
    seed, threads, progress
        As in :func:`egov_index.uncertainty.run`.

    Returns
    -------
    Lags
        ``to_frame()`` has the columns node, outcome, sdg_goal, direction, lag, n, year, year_min, year_max, estimate,
        low, high, p, p_adjusted, reason and note, which tells where n differs among the lags of a pair.

    Raises
    ------
    SpecError, DataError
        For lags that are no numbers or stand twice, and as in :func:`egov_index.outcomes.correlate`.

    Examples
    --------
    >>> import egov_index as egov
    >>> survey, outcomes = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    >>> found = egov.outcomes.lags(
    ...     survey, outcomes, [-4, 0, 4], period=2018, nodes="egdi", only="life_expectancy", resamples=0
    ... )
    >>> frame = found.to_frame()
    >>> frame["lag"].tolist(), frame["year_max"].tolist(), len(set(frame["n"]))
    ([-4.0, 0.0, 4.0], [2014.0, 2018.0, 2022.0], 1)
    """
    steps = _steps(lags)
    apart = window if window is not None else min([*np.diff(steps), 5.0])
    asked = Asked.read(
        method, window=float(apart) if window is None else window, interval=interval, resamples=resamples,
        level=level, adjust=adjust, minimum=minimum, view=view, seed=seed, threads=threads, progress=progress,
    )  # fmt: skip
    how: dict[str, Any] = {
        "nodes": nodes, "only": only, "period": period, "stacked": asked.stacked, "control": control,
        "controls": controls, "window": asked.window,
    }  # fmt: skip
    found, notes = _at_lags(scores, outcomes, steps, how)
    if truth("same", same):
        _same_rows(found)
    rows = _rows(found, asked)
    title = f"associations ({asked.method.method}) at lags {listing(f'{step:g}' for step in steps)}"
    one = next(iter(found.values()))
    return Lags(rows, COLUMNS, panel_of(scores).backend, title, _how(asked, one), notes)


def _how(asked: Asked, sides: Sides) -> str:
    held = f"; {', '.join(sides.controls.names)} held constant" if sides.controls.names else ""
    interval = f"{asked.interval.method}, {asked.resamples:,} resamples, seed {asked.seed}"
    return (
        f"{asked.method.method}{held}; outcomes the latest within {asked.window:g} periods; p corrected over all lags "
        f"by {asked.correction}; {100 * asked.level:g} % interval ({interval})"
    )


def _steps(lags: Any) -> list[float]:
    given = list(lags) if isinstance(lags, Iterable) and not isinstance(lags, str) else [lags]
    wrong = [step for step in given if not is_number(step) or not np.isfinite(step)]
    if wrong or not given or len(set(given)) < len(given):
        came = repr(wrong[0]) if wrong else "a lag that stands twice" if given else "no lag"
        raise SpecError(Fault("lags", came, "numbers of periods, each once, e.g. [-4, -2, 0, 2, 4]"))
    return sorted(map(float, given))


def _at_lags(
    scores: Any, outcomes: Any, steps: list[float], how: dict[str, Any]
) -> tuple[dict[float, Sides], list[str]]:  # fmt: skip
    """Both sides at each lag, missing throughout where no outcome has a value, and what is to be said."""
    found = {step: gather(scores, outcomes, lag=step, **how) for step in steps}
    gone = [step for step, sides in found.items() if np.isnan(sides.years).all()]
    told = next((sides for step, sides in found.items() if step not in gone), found[steps[0]])
    if not gone:
        return found, told.notes
    return found, [*told.notes, f"no outcome has a value at lag {listing(f'{step:g}' for step in gone)}"]


def _same_rows(found: dict[float, Sides]) -> None:
    """Keep of each outcome the rows that have it at every lag at which any row has it."""
    stack = np.stack([~np.isnan(sides.y) for sides in found.values()])
    anywhere = stack.any(axis=1, keepdims=True)
    whole = (stack | ~anywhere).all(axis=0)
    for sides in found.values():
        sides.y = np.asfortranarray(np.where(whole, sides.y, np.nan))


def _rows(found: dict[float, Sides], asked: Asked) -> list[dict[str, Any]]:
    raw = {step: asked.associate(sides, sides.x, sides.y) for step, sides in found.items()}
    together = {name: [value for one in raw.values() for value in one[name]] for name in ("p", "p_family")}
    adjusted = asked.adjusted(together)
    first = next(iter(found.values()))
    rows = []
    for i, j in by_goal(first):
        k = i * len(first.names) + j
        several = len({one["n"][k] for one in raw.values()}) > 1
        for at, (step, sides) in enumerate(found.items()):
            p = float(adjusted[at * len(first.nodes) * len(first.names) + k])
            rows.append(_row(sides, asked, (i, j), step, raw[step], several) | {"p_adjusted": p})
    return rows


def _row(
    sides: Sides, asked: Asked, pair: tuple[int, int], step: float, raw: dict[str, Any], several: bool
) -> dict[str, Any]:  # fmt: skip
    i, j = pair
    k = i * len(sides.names) + j
    both = ~np.isnan(sides.x[:, i]) & ~np.isnan(sides.y[:, j]) & sides.held
    said = ["countries differ among lags"] if several else []
    return {
        **pair_cells(sides, pair), "lag": step, **years_of(sides.years[both, j]),
        **{key: raw[key][k] for key in ("n", "estimate", "low", "high", "p", "reason")},
        "note": note_of(raw["reason"][k], raw["n"][k], asked.minimum, said),
    }  # fmt: skip
