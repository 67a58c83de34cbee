"""Is an association the same in groups of countries? Each group by itself, and a test that they are equal."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, SpecError
from ..naming import counted
from ..panel import Panel
from ..result import Result
from ..table import listing
from .asked import Asked, corrected
from .equality import chi_square_tail, cochran, exchanged
from .grouping import groups_of
from .pairs import Pairs
from .rows import by_goal, note_of, pair_cells
from .sides import Sides, gather, panel_of

__all__ = ["Heterogeneity", "heterogeneity"]

COLUMNS = (
    "node", "outcome", "sdg_goal", "direction", "group", "n", "estimate", "low", "high", "p", "q", "df", "p_equal",
    "p_equal_adjusted", "reason", "note",
)  # fmt: skip


class Heterogeneity(Pairs):
    """Associations in groups of countries, and tests that they are equal; a row a node, outcome and group."""

    def _found(self) -> list[str]:
        tests = {(row["node"], row["outcome"]): row["p_equal_adjusted"] for row in self._rows}
        differ = [pair for pair, p in tests.items() if p < 0.05]
        named = listing((f"{node} with {outcome}" for node, outcome in differ), 8)
        some = f": {named}" if differ else ""
        return [
            f"Of {len(tests)} pairs, {len(differ)} differ among groups after correction (p below 0.05){some}"
        ]


def heterogeneity(
    scores: Result | Panel,
    outcomes: Panel,
    by: str | Mapping[Any, Any] | Any = "income_groups",
    method: Any = "spearman",
    *,
    nodes: str | Sequence[str] | None = None,
    only: str | Sequence[str] | None = None,
    control: str | Sequence[str] = (),
    controls: Panel | None = None,
    period: Any = None,
    lag: float = 0,
    window: float = 5,
    interval: Any = "percentile",
    resamples: int = 1000,
    level: float = 0.95,
    adjust: Any = "bh",
    minimum: int = 10,
    permutations: int = 0,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Heterogeneity:
    """Correlate in each group of countries, and test whether the groups agree.

    Parameters
    ----------
    scores, outcomes, method, nodes, only, control, controls, period, lag, window, interval, resamples, level
        As in :func:`egov_index.outcomes.correlate`.
    by : str, mapping or frame
        Name of a grouping of the index's data or of :func:`egov_index.datasets.countries` (income_groups,
        world_6region, un_sdg_region, un_sdg_ldc, landlocked; "income" and "income_group" stand for the first, "ldc" for
        un_sdg_ldc); or from unit to group: a mapping, a pandas Series by unit, or what else has items(); or a frame of
        two columns, units and groups. Units without a group are left out.
    adjust : str or Choice
        Correction of p_equal over the pairs of the table.
    minimum : int
        Groups with fewer countries are flagged.
    permutations : int
        Above 0: p_equal by so many exchanges of countries among groups, after each group's values are brought to one
        scale (deviations from its mean over its standard deviation; midranks over n + 1), so that groups that differ
        in level only count as equal. Not with controls.
    seed, threads, progress
        As in :func:`egov_index.uncertainty.run`.

    Returns
    -------
    Heterogeneity
        ``to_frame()`` has the columns node, outcome, sdg_goal, direction, group, n, estimate, low, high, p (of the
        group by itself, not corrected), and for all groups of the pair together q, df, p_equal and p_equal_adjusted;
        reason and note. Groups with fewer than 4 countries have no number and are not in the test. With a perfect
        association in a group there is no test.

    Raises
    ------
    SpecError, DataError
        For an unknown grouping, and as in :func:`egov_index.outcomes.correlate`.

    Notes
    -----
    q is Cochran's (1954, Biometrics 10) on Fisher's z: the sum over groups of (z - mean)^2 / v with the mean weighted
    by 1 / v, against chi-square with one degree of freedom less than groups. v is 1 / (n - 3) for Pearson,
    (1 + r^2 / 2) / (n - 3) for Spearman (Bonett and Wright 2000, Psychometrika 65) and 0.437 / (n - 4) for Kendall
    (Fieller, Hartley and Pearson 1957, Biometrika 44), with k less in n for k controls. There is none for distance
    correlation.

    Examples
    --------
    >>> import egov_index as egov
    >>> survey, outcomes = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    >>> found = egov.outcomes.heterogeneity(survey, outcomes, nodes="egdi", only="life_expectancy", resamples=0)
    >>> frame = found.to_frame()
    >>> dict(zip(frame["group"], frame["n"], strict=True))
    {'high_income': 58, 'low_income': 31, 'lower_middle_income': 46, 'upper_middle_income': 58}
    >>> round(float(frame["q"][0]), 1), int(frame["df"][0])
    (0.3, 3)
    """
    asked = Asked.read(
        method, lag=lag, window=window, interval=interval, resamples=resamples, level=level, adjust=adjust,
        minimum=minimum, permutations=permutations, seed=seed, threads=threads, progress=progress,
    )  # fmt: skip
    sides = gather(
        scores, outcomes, nodes=nodes, only=only, period=period, lag=asked.lag, window=asked.window,
        control=control, controls=controls,
    )  # fmt: skip
    if asked.permutations and sides.controls.names:
        raise SpecError(
            Fault("permutations", str(permutations), "0 with controls: countries are not exchangeable")
        )
    grouped = groups_of(panel_of(sides.scores), by)
    groups = grouped.held
    once = asked.once()
    found = {name: once.associate(sides, np.where(held[:, None], sides.x, np.nan), sides.y)
             for name, held in groups.items()}  # fmt: skip
    tests = {pair: _test(sides, asked, groups, found, pair) for pair in by_goal(sides)}
    equal = corrected([p for _, _, p in tests.values()], asked.adjust) if asked.adjust else np.empty(0)
    rows = [
        _row(sides, asked, name, found[name], pair) | dict(zip(("q", "df", "p_equal"), test, strict=True))
        | {"p_equal_adjusted": float(adjusted)}
        for (pair, test), adjusted in zip(tests.items(), equal, strict=True)
        for name in groups
    ]  # fmt: skip
    title = f"associations ({asked.method.method}) in {counted(len(groups), 'group')}, {sides.periods[0]}"
    return Heterogeneity(
        rows, COLUMNS, panel_of(scores).backend, title, _how(asked, sides), [*sides.notes, *grouped.notes]
    )


def _how(asked: Asked, sides: Sides) -> str:
    held = f", {', '.join(sides.controls.names)} held constant" if sides.controls.names else ""
    test = (
        f"{asked.permutations:,} exchanges among groups, seed {asked.seed}"
        if asked.permutations
        else "chi-square"
    )
    return (
        f"{asked.method.method}{held}; Cochran's q on Fisher's z, p by {test}, corrected by {asked.correction}; "
        f"{100 * asked.level:g} % interval ({asked.interval.method}, {asked.resamples:,} resamples, seed {asked.seed})"
    )


def _row(
    sides: Sides, asked: Asked, name: str, raw: dict[str, Any], pair: tuple[int, int]
) -> dict[str, Any]:  # fmt: skip
    i, j = pair
    k = i * len(sides.names) + j
    said = ["perfect, which has no Fisher's z: no test of equality"] if abs(raw["estimate"][k]) == 1 else []
    return {
        **pair_cells(sides, pair), "group": name,
        **{key: raw[key][k] for key in ("n", "estimate", "low", "high", "p", "reason")},
        "note": note_of(raw["reason"][k], raw["n"][k], asked.minimum, said),
    }  # fmt: skip


def _test(
    sides: Sides, asked: Asked, groups: dict[str, NDArray[np.bool_]], found: dict[str, Any], pair: tuple[int, int]
) -> tuple[float, int, float]:  # fmt: skip
    """Statistic, degrees of freedom and p of one pair."""
    i, j = pair
    k = i * len(sides.names) + j
    r = np.array([raw["estimate"][k] for raw in found.values()])
    n = np.array([raw["n"][k] for raw in found.values()], dtype=np.float64)
    q, df = cochran(r[:, None], n, asked.method.method, len(sides.controls.names))
    p = chi_square_tail(float(q[0]), df)
    if asked.permutations and not math.isnan(p):
        held = [groups[name] for name, one in zip(groups, r, strict=True) if not math.isnan(one)]
        p = exchanged(sides.x[:, i], sides.y[:, j], held, asked, k)
    return float(q[0]), df, p
