"""From the outputs of a design to Sobol' indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ..arguments import seed_or_first, share, threads_of, whole
from ..errors import DataError, Fault, SpecError
from ..problem import SALIB, Problem, as_problem, in_our_words
from ..runs import all_finite, output_names, output_table, powers_of
from ..table import listing, nearest
from .design import Layout, Sample, enumerated_levels
from .estimators import DEFAULTS, needs_of, refuse_others
from .indices import SobolIndices

__all__ = ["analyze"]

Array = NDArray[np.float64]
INTERVALS = ("t", "bootstrap")
WORDS = SALIB | {"n_processors": "threads"}
PLAIN = ("print_to_console", "parallel", "keep_resamples")  # what they ask for does not change the numbers
DUMMY = "dummy"
EXACT = (
    "All inputs are discrete and all their combinations were run: indices are exact, so there is no interval."
)


def analyze(
    problem: Mapping[str, Any],
    Y: ArrayLike,
    calc_second_order: bool | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    *,
    design: Sample | Layout | None = None,
    scrambles: int | None = None,
    first: str = DEFAULTS["first"],
    total: str = DEFAULTS["total"],
    second: str = DEFAULTS["second"],
    interval: str | None = None,
    seed: int | None = 1,
    dummy: bool = False,
    discrete: str | None = None,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
    **salib: Any,
) -> SobolIndices:
    """Sobol' indices from the outputs of a design.

    Parameters
    ----------
    problem : mapping
        As in :func:`sample`; only names and groups are looked at, and ``outputs``, names of the outputs; without a
        design that is enumerated, the levels of discrete inputs too.
    Y : array_like
        Outputs, shape (runs,) or (runs, outputs), in the order of the design's rows, which is also that of SALib.
    calc_second_order : bool, optional
        Whether second orders are asked for. Without a design also whether the reversed runs are there. Left out: as
        the design says, else True.
    resamples : int
        Of the bootstrap; SALib's ``num_resamples``.
    level : float
        Level of the intervals; SALib's ``conf_level``.
    design : Sample or Layout, optional
        What :func:`sample` gave. Left out: known where Y was computed from it by NumPy alone.
    scrambles : int, optional
        Independent designs that the runs consist of, in place of ``design``. Left out: as the design says, else 1.
    first, total, second : str
        Names of the estimators, see :func:`estimators`.
    interval : {"t", "bootstrap"}, optional
        t distribution over the scrambles (with one there is no interval), or percentiles over resamples of up to 256
        blocks of base points, scrambles taken together. Left out: t where there are several scrambles, else bootstrap.
    seed : int, optional
        Of the bootstrap; None, as SALib has it, is 1.
    dummy : bool
        Whether a factor without influence, named "dummy", is added, which costs no runs. Its indices are 0 but for the
        error of the estimators; estimators made of differences give exactly 0.
    discrete : {"sampled", "enumerated"}, optional
        Whether the design has every combination of the discrete inputs at each point of the others. Then estimators are
        the defaults, and with discrete inputs alone indices are exact and have no interval. Left out: as the design
        says, else "sampled".
    threads : int, optional
        All cores if left out. The same bits for any number.
    progress : callable, optional
        Called with the share done.
    **salib
        SALib's other arguments: num_resamples, conf_level, n_processors, parallel, print_to_console; and
        keep_resamples, which must be False.

    Returns
    -------
    SobolIndices
        Estimates are means over the scrambles, or of all runs together with the bootstrap. Constant outputs have NaN
        and are named.

    Raises
    ------
    DataError
        If the number of rows does not fit, naming the one that would; if an output is NaN or infinite, naming its run.
    SpecError
        For an unknown estimator or one that needs runs which are not there, and other arguments that make no sense.

    Notes
    -----
    Outputs are centered first. Defaults: first order by Saltelli et al. (2010), Computer Physics Communications 181,
    259-270; total order by Jansen (1999), ibid. 117, 35-43; second order by Saltelli (2002), ibid. 145, 280-297. On
    scrambled Sobol' points a bootstrap is mostly several times too wide; the t interval over independent scrambles is
    not. But one design of all base points mostly has a smaller error than the mean over scrambles that share them.
    Enumerated, the same estimators see means over the combinations: first order of a factor is the covariance of what
    its levels and values do at two points that share these alone, total order the mean variance over both with all else
    fixed.

    Examples
    --------
    >>> from egov_index import sobol
    >>> problem = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    >>> x = sobol.sample(problem, 1024)
    >>> found = sobol.analyze(problem, 3 * x[:, 0] + x[:, 1])
    >>> found.first.round(2).tolist(), found["ST"].round(2).tolist()
    ([0.9, 0.1], [0.9, 0.1])
    >>> rules = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1, 2]], "dists": ["unif", "discrete"]}
    >>> x = sobol.sample(rules, 256, discrete="enumerated")
    >>> sobol.analyze(rules, x[:, 0] + x[:, 1], design=x).first.round(2).tolist()
    [0.11, 0.89]
    """
    asked = in_our_words(salib, {"level": level, "resamples": resamples, "threads": threads}, WORDS, PLAIN)
    inputs = as_problem(problem, bounded=False)
    _refuse(salib.get("keep_resamples"), bool(dummy), inputs.factors)
    layout, known = _layout(problem, inputs, Y, calc_second_order, design, scrambles, discrete)
    table, single, names = _outputs(Y, layout, inputs)
    powers = powers_of(np.maximum(table.max(axis=0), -table.min(axis=0)))
    table = np.ldexp(table, -powers) if powers.any() else table
    picked = {"first": first, "total": total}
    if layout.second_order and calc_second_order is not False:
        picked["second"] = second
    _known_estimators(picked, layout)
    interval, notes = _interval(interval, layout, known)
    notes += _uneven(layout, known)
    resamples = whole("resamples", asked["resamples"], 2, 10**7) if interval == "bootstrap" else 0
    how = (
        share("level", asked["level"]), resamples, bool(dummy), seed_or_first(seed),
        threads_of(asked["threads"]), progress,
    )  # fmt: skip
    raw = _indices(table, layout, picked, how)
    with np.errstate(over="ignore", under="ignore"):
        raw["mean"], raw["variance"] = np.ldexp(raw["mean"], powers), np.ldexp(raw["variance"], 2 * powers)
    factors = (*layout.factors, DUMMY) if dummy else layout.factors
    result = SobolIndices(
        raw, layout, names, factors, single=single, estimators=picked, interval_method=interval, level=asked["level"],
        resamples=resamples if layout.n > 1 else 0, notes=notes,
    )  # fmt: skip
    if salib.get("print_to_console"):
        print(*result.to_df(), sep="\n")
    return result


def _indices(table: Array, layout: Layout, picked: Mapping[str, str], how: tuple[Any, ...]) -> dict[str, Any]:
    """Indices and their intervals from outputs, runs x outputs."""
    second = picked.get("second", "")
    if layout.levels:
        return _core.sobol_analyze_combined(
            table, layout.levels, layout.member, layout.second_order, layout.scrambles, second, *how
        )
    return _core.sobol_analyze(
        table, len(layout.factors), layout.second_order, layout.third, layout.scrambles, picked["first"],
        picked["total"], second, *how,
    )  # fmt: skip


def _refuse(keep_resamples: Any, dummy: bool, factors: tuple[str, ...]) -> None:
    """SpecError for resamples to be kept, and for a dummy beside a factor of its name."""
    if keep_resamples:
        right = "False: resamples are not kept, interval has what they give"
        raise SpecError(Fault("keep_resamples", repr(keep_resamples), right))
    if dummy and DUMMY in factors:
        raise SpecError(
            Fault("dummy", f"True beside a factor {DUMMY!r}", "False, or another name for the factor")
        )


def _layout(
    problem: Mapping[str, Any],
    inputs: Problem,
    Y: ArrayLike,
    second_order: bool | None,
    design: Sample | Layout | None,
    scrambles: int | None,
    discrete: str | None,
) -> tuple[Layout, bool]:
    """The layout of the runs, and whether the design said so."""
    layout = (
        design if isinstance(design, Layout) else getattr(Y if design is None else design, "layout", None)
    )
    if layout is None and design is not None:
        raise SpecError(
            Fault("design", f"a {type(design).__name__}", "what sample() gave, with all its rows")
        )
    runs = np.shape(Y)[0] if np.ndim(Y) else 0
    if layout is None:
        if discrete not in (None, "sampled"):
            inputs = as_problem(problem)
        levels = enumerated_levels(discrete or "sampled", inputs)
        return _counted(inputs, runs, second_order is None or bool(second_order), scrambles, levels), False
    if layout.factors != inputs.factors:
        came = f"factors {listing(layout.factors)}"
        raise SpecError(Fault("design", came, f"those of the problem: {listing(inputs.factors)}"))
    if second_order and not layout.second_order:
        raise SpecError(Fault("calc_second_order", "True", "False, as the design has no reversed runs"))
    for name, given, said in (
        ("scrambles", scrambles, layout.scrambles),
        ("discrete", discrete, layout.discrete),
    ):
        if given not in (None, said):
            raise SpecError(Fault(name, repr(given), f"{said!r}, as in the design"))
    if runs != layout.runs:
        raise DataError(Fault("Y", f"{runs:,} rows", f"{layout.runs:,}, one for each run of the design"))
    return layout, True


def _counted(
    inputs: Problem, runs: int, second_order: bool, scrambles: int | None, levels: tuple[int, ...]
) -> Layout:
    """The layout that so many runs have."""
    member = inputs.factor if levels else ()
    made, other = (
        Layout(inputs.factors, 1, 1, 0, flag, levels=levels, member=member)
        for flag in (second_order, not second_order)
    )
    if made.exact and runs != made.each:
        right = f"{made.each:,}, one for each combination of levels of {listing(inputs.names)}"
        raise DataError(Fault("Y", f"{runs:,} rows", right))
    if runs == 0 or runs % made.each:
        with_it = "with" if second_order else "without"
        right = f"a multiple of {made.each}, as {len(inputs.factors)} factors {with_it} second order need"
        right += f" with {made.combinations:,} combinations each" if levels else ""
        if runs and runs % other.each == 0:
            points = runs // other.each
            right += (
                f"; with calc_second_order={not second_order} {runs:,} rows would be {points:,} base points"
            )
        raise DataError(Fault("Y", f"{runs:,} rows", right))
    points = runs // made.each
    return replace(
        made, n=points, scrambles=whole("scrambles", 1 if scrambles is None else scrambles, 1, points)
    )


def _outputs(Y: ArrayLike, layout: Layout, inputs: Problem) -> tuple[Array, bool, tuple[str, ...]]:
    """Outputs as runs x outputs, whether there was one as a plain column, and their names."""
    table, single = output_table(Y)
    names = output_names(inputs, table.shape[1], single)
    all_finite(
        table,
        lambda row, k: (
            f"Y, output {names[k]!r}, run {row} (row {row} counted from 0, base point {row // layout.each})"
        ),
        "a finite number for each run: repair the model, or leave out that base point with all its runs",
    )
    return np.ascontiguousarray(table), single, names


def _known_estimators(picked: Mapping[str, str], layout: Layout) -> None:
    """SpecError for estimators that are not known, or whose runs are not there."""
    needs = needs_of(picked)
    if layout.levels:
        refuse_others(picked)
        return
    has = {"": True, "reversed": layout.second_order, "third": layout.third}
    right = {"third": "sample(..., third=True)", "reversed": "a design with calc_second_order=True"}
    faults = [
        Fault(order, f"{picked[order]!r}, which needs runs that are not there", right[need])
        for order, need in needs.items()
        if not has[need]
    ]
    if faults:
        raise SpecError(faults)


def _uneven(layout: Layout, known: bool) -> tuple[str, ...]:
    """A note where Sobol' points do not fill their strata evenly."""
    if layout.exact:
        return ()
    each = layout.n // layout.scrambles
    even = layout.n % layout.scrambles == 0 and each & (each - 1) == 0
    if even or not known or "sobol" not in layout.kind:
        return ()
    share = (
        f"{layout.n:,} base points"
        if layout.scrambles == 1
        else f"{layout.n:,} in {layout.scrambles} scrambles"
    )
    return (f"{share}: Sobol' points are at their best where each scramble has a power of two of them.",)


def _interval(asked: str | None, layout: Layout, known: bool) -> tuple[str, tuple[str, ...]]:
    """Which interval, and what is to be said of it."""
    if asked not in (None, *INTERVALS):
        raise SpecError(Fault("interval", repr(asked), nearest(asked, INTERVALS)))
    if layout.exact:
        return "exact", (EXACT,)
    interval = asked or ("t" if layout.scrambles > 1 else "bootstrap")
    if layout.n == 1:
        return interval, ("One base point: no interval.",)
    if interval == "t" and layout.scrambles == 1:
        return interval, (
            "One scramble: no interval. Take sample(..., scrambles=8) or interval='bootstrap'.",
        )
    if interval == "t" or layout.kind in ("montecarlo",):
        return interval, ()
    say = (
        "Intervals by bootstrap: on Sobol' points and Latin hypercubes they are mostly several times too wide"
    )
    return interval, (
        f"{say}. Independent scrambles give better ones: sample(..., scrambles=8)"
        + ("." if known else ", and analyze(..., design=x) with what it gave."),
    )
