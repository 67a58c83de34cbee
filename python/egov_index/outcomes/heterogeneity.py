"""Is an association the same in groups of countries? Each group by itself, and a test that they are equal."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..catalogue import Choice
from ..errors import Fault, SpecError
from ..naming import counted
from ..panel import Panel
from ..result import Result
from ..table import listing
from .asked import Asked, corrected, one_of
from .equality import (
    HALF,
    TESTED,
    VARIANCES,
    chi_square_tail,
    cochran,
    exchanged,
    jackknife_spread,
    welch_tail,
)
from .grouping import Groups, groups_of
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
            f"Of {counted(len(tests), 'pair')}, {len(differ)} differ among groups after correction (p below 0.05){some}"
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
    variance: str = "jackknife",
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
    variance : {"jackknife", "formula"}
        Where the variances of Fisher's z come from, by which groups are compared: the jackknife over the countries of
        each group, with p by Welch's F; or formulas of n for normal pairs, with p by chi-square. The formulas are right
        for normal pairs only: where the spread of one side changes with the other, or tails are heavy, they find
        differences among equal groups far too often.
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
        reason and note. q is Cochran's by the variances asked for, df the groups in it less one. Groups with fewer than
        4 countries have no number and are not in the test, nor are those without a variance (by the jackknife, those of
        fewer than 8). With a perfect association in a group there is no test.

    Raises
    ------
    SpecError, DataError
        For an unknown grouping, and as in :func:`egov_index.outcomes.correlate`.

    Notes
    -----
    q is Cochran's (1954, Biometrics 10) on Fisher's z: the sum over groups of (z - mean)^2 / v with the mean weighted
    by 1 / v. With ``variance="formula"`` v is 1 / (n - 3) for Pearson, (1 + r^2 / 2) / (n - 3) for Spearman (Bonett and
    Wright 2000, Psychometrika 65) and 0.437 / (n - 4) for Kendall (Fieller, Hartley and Pearson 1957, Biometrika 44),
    with k less in n for k controls, and p is that of chi-square with df degrees of freedom. With ``"jackknife"`` v is
    that of z over the countries of the group, each left out once (Tukey 1958, Annals of Mathematical Statistics 29),
    with n - 1 - k degrees of freedom, and p is that of Welch's (1951, Biometrika 38) F, which is q over df and a
    constant. There is none for distance correlation.

    At 5 %, equal groups of 10 to 60 countries are told apart in 2 to 8 % of simulated tables by the jackknife, in
    4 to 34 % by the formulas (``benchmarks/calibrate_outcomes.py --which equal``).

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
    by_jackknife = one_of("variance", variance, VARIANCES) == "jackknife"
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
    groups = groups_of(panel_of(sides.scores), by)
    found = _in_groups(asked.once(), sides, groups)
    again = replace(asked.points(), interval=Choice("jackknife"), level=HALF)
    spread = _in_groups(again, sides, groups) if by_jackknife else None
    tests = {pair: _test(sides, asked, groups, found, spread, pair) for pair in by_goal(sides)}
    equal = corrected([test.p for test in tests.values()], asked.adjust) if asked.adjust else np.empty(0)
    rows = [
        _row(sides, asked, name, found[name], pair, test.said.get(name, []))
        | {"q": test.q, "df": test.df, "p_equal": test.p, "p_equal_adjusted": float(adjusted)}
        for (pair, test), adjusted in zip(tests.items(), equal, strict=True)
        for name in groups.held
    ]  # fmt: skip
    title = (
        f"associations ({asked.method.method}) in {counted(len(groups.held), 'group')}, {sides.periods[0]}"
    )
    notes = [*sides.notes, *groups.notes]
    return Heterogeneity(
        rows, COLUMNS, panel_of(scores).backend, title, _how(asked, sides, by_jackknife), notes
    )


def _in_groups(asked: Asked, sides: Sides, groups: Groups) -> dict[str, dict[str, Any]]:
    """What is found in each group by itself."""
    return {
        name: asked.associate(sides, np.where(held[:, None], sides.x, np.nan), sides.y)
        for name, held in groups.held.items()
    }


def _how(asked: Asked, sides: Sides, by_jackknife: bool) -> str:
    held = f", {', '.join(sides.controls.names)} held constant" if sides.controls.names else ""
    test = (
        f"{asked.permutations:,} exchanges among groups, seed {asked.seed}"
        if asked.permutations
        else "Welch's F"
        if by_jackknife
        else "chi-square"
    )
    spread = "of the jackknife over countries" if by_jackknife else "by formulas for normal pairs"
    return (
        f"{asked.method.method}{held}; Cochran's q on Fisher's z with variances {spread}, p by {test}, "
        f"corrected by {asked.correction}; "
        f"{100 * asked.level:g} % interval ({asked.interval.method}, {asked.resamples:,} resamples, seed {asked.seed})"
    )


@dataclass(frozen=True)
class _Test:
    """Cochran's q of a pair, its degrees of freedom and p; ``said``: what stands beside a group."""

    q: float
    df: int
    p: float
    said: dict[str, list[str]]


def _row(
    sides: Sides, asked: Asked, name: str, raw: dict[str, Any], pair: tuple[int, int], said: list[str]
) -> dict[str, Any]:  # fmt: skip
    i, j = pair
    k = i * len(sides.names) + j
    return {
        **pair_cells(sides, pair), "group": name,
        **{key: raw[key][k] for key in ("n", "estimate", "low", "high", "p", "reason")},
        "note": note_of(raw["reason"][k], raw["n"][k], asked.minimum, said),
    }  # fmt: skip


def _test(
    sides: Sides, asked: Asked, groups: Groups, found: dict[str, Any], around: dict[str, Any] | None,
    pair: tuple[int, int],
) -> _Test:  # fmt: skip
    """The test of one pair; around: intervals of the jackknife, if it is to give the variances."""
    i, j = pair
    k = i * len(sides.names) + j
    method, controls = asked.method.method, len(sides.controls.names)
    r, n = (
        np.array([raw[name][k] for raw in found.values()], dtype=np.float64) for name in ("estimate", "n")
    )
    spread = None
    if around is not None:
        low, high = (np.array([raw[name][k] for raw in around.values()]) for name in ("low", "high"))
        spread = jackknife_spread(r, n, low, high)
    q, df = cochran(r[:, None], n, method, controls, None if spread is None else spread[:, None])
    p = chi_square_tail(q[0], df) if spread is None else welch_tail(q[0], spread, n - 1 - controls)
    if asked.permutations and not math.isnan(p):
        kept = ~np.isnan(r if spread is None else spread)
        held = [one for one, used in zip(groups.held.values(), kept, strict=True) if used]
        p = exchanged(
            sides.x[:, i], sides.y[:, j], held, asked, k, "formula" if spread is None else "jackknife"
        )
    said = {
        name: _said(method, *each)
        for name, *each in zip(found, r, r if spread is None else spread, strict=True)
    }
    return _Test(float(q[0]), df, p, said)


def _said(method: str, r: float, spread: float) -> list[str]:
    """Why a group has no test of equality, or is not in it."""
    if math.isnan(r):
        return []
    if method not in TESTED:
        return [f"no test of equality for {method} correlation"]
    if abs(r) == 1:
        return ["perfect, which has no Fisher's z: no test of equality"]
    return ["no variance by the jackknife: not in the test of equality"] if math.isnan(spread) else []
