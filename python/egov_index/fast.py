"""Fourier amplitude sensitivity test for a model of the user's own: first and total orders from search curves.

:func:`sample` gives the curves of the extended test (eFAST), some for each input, or those of the classical one (FAST),
shared by all inputs; :func:`analyze` takes their outputs, or any runs by random balance (RBD-FAST). The classical test
and random balance give first orders only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from .arguments import seed_of, share, threads_of, whole
from .errors import DataError, Fault, SpecError
from .given import FEWEST, GROUPS, constant_inputs, kind_of
from .measures import Array, Measures
from .problem import Problem, as_inputs, as_problem, in_our_words
from .runs import Outputs, few_valued, read_inputs, read_outputs, read_problem
from .table import nearest

__all__ = ["CurveIndices", "CurveSample", "FastIndices", "analyze", "sample"]

METHODS = ("efast", "classical", "rbd")
CURVED = ("efast", "classical")
HARMONICS = {"efast": 4, "classical": 4, "rbd": 10}
MOST_HARMONICS = {"efast": 1000, "classical": 4, "rbd": 1000}
BIASED = (
    "Intervals hold what the phases of the curves change, not the bias of the estimator: harmonics that are not looked "
    "at and frequencies that meet are the same on every curve, so that the true index may lie outside all of them."
)
MOST_INPUTS = 50  # for which frequencies free of interferences are tabulated


class CurveSample(np.ndarray[Any, np.dtype[np.float64]]):
    """Inputs of all runs, a row a run, which also know which curves they are, how many, and for how many harmonics.

    Attributes
    ----------
    method : str or None
        "efast" or "classical".
    curves, harmonics : int or None
        All None for what was made of them.
    """

    method: str | None = None
    curves: int | None = None
    harmonics: int | None = None


class FastIndices(Measures):
    """First and, from curves of the extended test, total orders by the spectrum of the output.

    An output a row and an input a column; without the axis of outputs if a single one was given. Also a mapping with
    SALib's keys: names, S1, S1_conf and, by the extended test, ST, ST_conf.

    Attributes
    ----------
    first : numpy.ndarray
        Share of the variance at the input's frequency and its harmonics. By random balance with the bias corrected; it
        may then lie below 0. NaN where the output or the input is constant.
    total : numpy.ndarray or None
        By the extended test what is left of the variance without the frequencies of all other inputs; else None.
    interval : dict
        From "first" and "total" to (low, high): t over the curves, NaN with one, which holds what their phases change,
        not the bias of the estimator; a jackknife by random balance.
    method : str
        "efast", "classical" or "rbd".
    harmonics, curves : int
        Curves of each input, or those that all share; 0 by random balance.
    """

    keys_of_salib: ClassVar[Mapping[str, str]] = {"S1": "first"}
    leading: ClassVar[str] = "first"
    first: Array
    total: Array | None = None
    method: str
    harmonics: int
    curves: int


class CurveIndices(FastIndices):
    """The same from curves of the extended test, with total orders and, after them, SALib's keys ST and ST_conf."""

    keys_of_salib: ClassVar[Mapping[str, str]] = {"S1": "first", "ST": "total"}
    leading: ClassVar[str] = "total"


def sample(
    problem: Mapping[str, Any], n: int, M: int = 4, *, method: str = "efast", curves: int = 1, seed: int = 1,
    threads: int | None = None,
) -> CurveSample:  # fmt: skip
    """Inputs along search curves.

    Parameters
    ----------
    problem : mapping
        As in :func:`egov_index.sobol.sample`, but for groups, which are not looked at.
    n : int
        Points of a curve: more than 4 M^2 of the extended test, more than 2 M times the highest frequency of the
        classical one, e.g. 4,105 for 15 inputs.
    M : int
        Harmonics that are looked at, 4 or fewer of the classical test. The highest frequency of the extended test is
        (n - 1) / (2 M).
    method : {"efast", "classical"}
        The extended test has curves for each input, on which it swings fast and the others slowly, and gives total
        orders too. In the classical one up to 50 inputs share a curve, each at a frequency of its own, so that it needs
        one curve where the extended test needs one for each input.
    curves : int
        Curves of each input, or shared by all; with phases of their own. 2 or more give intervals.
    seed : int
        Of the phases. The same seed gives the same bits.
    threads : int, optional
        All cores if left out.

    Returns
    -------
    CurveSample
        Shape (n curves inputs, inputs): the curves of each input in turn, as SALib's where there is one. Of the
        classical test (n curves, inputs).

    Raises
    ------
    SpecError
        For a problem that makes no sense; for too few points; for more than 50 inputs of the classical test.

    Notes
    -----
    Saltelli, Tarantola and Chan (1999), Technometrics 41, 39-56; x = 1/2 + arcsin(sin(w s + phase)) / pi. Classical:
    Cukier et al. (1973), Journal of Chemical Physics 59, 3873-3878, with frequencies free of interferences to order 4
    of Cukier, Schaibly and Shuler (1975), ibid. 63, 1140-1149; to order 7 with up to 4 inputs. What interferes beyond
    that order is a bias that neither more points nor more curves take away.

    Examples
    --------
    >>> from egov_index import fast
    >>> fast.sample({"names": ["a", "b"], "bounds": [[0, 1], [10, 20]]}, 65).shape
    (130, 2)
    """
    made = as_problem(problem)
    if method not in CURVED:
        raise SpecError(Fault("method", repr(method), nearest(method, CURVED)))
    harmonics, count = whole("M", M, 1, MOST_HARMONICS[method]), whole("curves", curves, 1, 10**6)
    points = whole("n", n, _fewest(made, method, harmonics), 2**31)
    draw = _core.fast_sample if method == "efast" else _core.shared_curves
    out = draw(len(made.names), points, harmonics, count, seed_of(seed))
    known: CurveSample = as_inputs(out, made.laws, threads_of(threads)).view(CurveSample)
    known.method, known.curves, known.harmonics = method, count, harmonics
    return known


def _fewest(made: Problem, method: str, harmonics: int) -> int:
    """Points that a curve needs."""
    if method == "efast":
        return 4 * harmonics**2 + 1
    if len(made.names) > MOST_INPUTS:
        right = f"up to {MOST_INPUTS}, as frequencies are known for no more; else method='efast'"
        raise SpecError(Fault("problem['names']", f"{len(made.names)} inputs", right))
    return _core.fewest_points(len(made.names), harmonics)


def analyze(
    problem: Mapping[str, Any],
    X: ArrayLike,
    Y: ArrayLike,
    M: int | None = None,
    *,
    method: str | None = None,
    curves: int | None = None,
    level: float = 0.95,
    groups: int | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
    **salib: Any,
) -> FastIndices:
    """First and total orders from search curves, or first orders from any runs.

    Parameters
    ----------
    problem : mapping
        ``names`` of the inputs and ``outputs``, names of the outputs; the rest is not looked at.
    X : array_like
        Inputs, shape (runs, inputs): what :func:`sample` gave, or any.
    Y : array_like
        Outputs, shape (runs,) or (runs, outputs), in the order of the rows of X.
    M : int, optional
        Harmonics. Left out: as X says, else 4 for curves and 10 by random balance.
    method : {"efast", "classical", "rbd"}, optional
        Left out: that of the curves if X knows to come from :func:`sample`, else random balance.
    curves : int, optional
        Curves of each input, or shared by all, where X does not know; left out: 1.
    level : float
        Level of the intervals.
    groups, seed : int, optional
        Of the jackknife by random balance, as in :func:`egov_index.given.analyze`.
    threads : int, optional
        All cores if left out. The same bits for any number.
    progress : callable, optional
        Called with the share done.
    **salib
        SALib's names of arguments: conf_level.

    Returns
    -------
    FastIndices

    Raises
    ------
    DataError
        If rows or columns do not fit, saying what would; for NaN or infinity, naming its run.
    SpecError
        For arguments that make no sense.

    Notes
    -----
    Extended: Saltelli, Tarantola and Chan (1999), who also give the classical test in this form. Random balance:
    Tarantola, Gatelli and Mara (2006), Reliability Engineering & System Safety 91, 717-727, runs put up and down by
    each input as by Plischke (2010), ibid. 95, 354-360, and S - b / (1 - b) (1 - S) with b = 2 M / n for the bias
    (Tissot and Prieur 2012, ibid. 107, 205-213). Of the steps that few values make, harmonics hold a part only.
    SALib's variance of a curve with an even number of points leaves out the highest frequency. An interval over curves
    holds no bias: on the Ishigami function, eight curves of 513 points, those of the extended test at 90 % hold two of
    the three total orders in no design of 40 and the third in three of them, and more points change nothing of that.

    Examples
    --------
    >>> from egov_index import fast
    >>> problem = {"names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    >>> x = fast.sample(problem, 257)
    >>> fast.analyze(problem, x, 3 * x[:, 0] + x[:, 1]).first.round(2).tolist()
    [0.9, 0.1]
    """
    level = in_our_words(salib, {"level": level}, {"conf_level": "level"})["level"]
    made, notes = read_problem(problem)
    method = _method(X, method)
    known = getattr(X, "harmonics", None) or HARMONICS[method]
    harmonics = known if M is None else whole("M", M, 1, MOST_HARMONICS[method])
    inputs = read_inputs(made, X)
    outputs = read_outputs(made, Y, len(inputs))
    level, workers = share("level", level), threads_of(threads)
    if method in CURVED:
        count = whole("curves", getattr(X, "curves", None) or 1 if curves is None else curves, 1, len(inputs))
        points = _points(made, method, len(inputs), count, harmonics)
        raw = (_core.fast_analyze if method == "efast" else _core.shared_curve_first)(
            np.ascontiguousarray(outputs.table),
            len(made.names),
            points,
            harmonics,
            count,
            level,
            workers,
            progress,
        )
        return _of_curves(raw, made, outputs, method, len(inputs), count, harmonics, level, notes)
    if len(inputs) < 4 * harmonics:
        raise DataError(
            Fault("X", f"{len(inputs):,} rows", f"{4 * harmonics:,} or more for {harmonics} harmonics")
        )
    most = len(inputs) // 2
    parts = min(GROUPS, max(2, len(inputs) // FEWEST)) if groups is None else whole("groups", groups, 2, most)
    raw = _core.balanced_analyze(
        inputs, outputs.table, harmonics, parts, level, seed_of(seed), workers, progress
    )
    if kind_of(X) not in (None, "montecarlo"):
        notes += ("The jackknife takes runs for independent: on this design its intervals are too wide.",)
    result = FastIndices(
        {"first": outputs.spread(raw["value"])},
        {"first": (outputs.spread(raw["low"]), outputs.spread(raw["high"]))},
        outputs, made.names, runs=len(inputs), level=level,
        notes=notes + constant_inputs(made, inputs) + few_valued(made, inputs),
        header=f"{len(made.names)} inputs, {len(inputs):,} runs. First order by random balance, {harmonics} harmonics. "
        f"Intervals at {100 * level:g} %: jackknife over {parts} random groups of runs.",
    )  # fmt: skip
    result.method, result.harmonics, result.curves = method, harmonics, 0
    return result


def _method(X: ArrayLike, asked: str | None) -> str:
    """How runs are analyzed: as asked, else as X says."""
    if asked is not None and asked not in METHODS:
        raise SpecError(Fault("method", repr(asked), nearest(asked, METHODS)))
    known = getattr(X, "method", None)
    if asked in CURVED and known in CURVED and asked != known:
        raise SpecError(Fault("method", repr(asked), f"{known!r}, as X says"))
    return asked or known or "rbd"


def _points(made: Problem, method: str, rows: int, count: int, harmonics: int) -> int:
    """Points of a curve."""
    each = count * (len(made.names) if method == "efast" else 1)
    least = _fewest(made, method, harmonics)
    if rows % each or rows // each < least:
        whose = f"{count} curves of each input" if method == "efast" else f"{count} curves"
        right = f"a multiple of {each}, for {whose}, of {least:,} points or more"
        raise DataError(Fault("X", f"{rows:,} rows", right))
    return rows // each


def _of_curves(
    raw: Mapping[str, Any], made: Problem, outputs: Outputs, method: str, runs: int, count: int, harmonics: int,
    level: float, notes: tuple[str, ...],
) -> FastIndices:  # fmt: skip
    names = ("first", "total") if method == "efast" else ("first",)
    tables = {key: raw[key] if method == "efast" else [raw[key]] for key in ("value", "low", "high")}
    value, low, high = ([outputs.spread(part) for part in tables[key]] for key in ("value", "low", "high"))
    whose = "each" if method == "efast" else "all together"
    if count == 1:
        one = "One curve of each input" if method == "efast" else "One curve"
        notes += (f"{one}: no interval. Take sample(..., curves=8).",)
    else:
        notes += (BIASED,)
    result = (CurveIndices if method == "efast" else FastIndices)(
        dict(zip(names, value, strict=True)),
        {name: (low[k], high[k]) for k, name in enumerate(names)},
        outputs, made.names, runs=runs, level=level, notes=notes,
        header=f"{len(made.names)} inputs, {count} curves of {whose}, {runs:,} runs, {harmonics} harmonics. "
        f"Intervals at {100 * level:g} %: t over the curves.",
    )  # fmt: skip
    result.method, result.harmonics, result.curves = method, harmonics, count
    return result
