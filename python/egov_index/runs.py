"""Runs of a model of the user's own: what went in and what came out, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .arguments import seed_of, threads_of, whole
from .errors import DataError, Fault, SpecError
from .problem import Problem, as_inputs, as_problem
from .table import listing, nearest

__all__ = [
    "Outputs", "Points", "all_finite", "as_points", "few_valued", "output_names", "output_table", "powers_of",
    "read_inputs", "read_outputs", "read_problem", "without_order",
]  # fmt: skip

Array = NDArray[np.float64]
KINDS = ("lhs", "sobol", "montecarlo")
LISTED = 10  # faults of one kind that are named one by one
MOST_CHOICES = 12  # values of an input that may be choices
FEWEST_OF_A_CHOICE = 8  # runs of each, on average
STILL = 1e-12  # an output that varies by less than this share of its largest magnitude is constant


class Points(np.ndarray[Any, np.dtype[np.float64]]):
    """Inputs of all runs, a row a run, which also know the kind of design they come from.

    Attribute ``kind`` is None for what was made of them.
    """

    kind: str | None = None


def as_points(
    problem: Mapping[str, Any], n: int, kind: str, seed: int, threads: int | None
) -> tuple[Points, Problem]:
    """Points of a design as inputs of a problem."""
    made = as_problem(problem)
    if kind not in KINDS:
        raise SpecError(Fault("kind", repr(kind), nearest(kind, KINDS)))
    runs = whole("n", n, 1, 2**32)
    unit = _core.Design(getattr(_core.Points, kind), len(made.names), runs, seed_of(seed)).sample()
    out: Points = as_inputs(unit, made.laws, threads_of(threads)).view(Points)
    out.kind = kind
    return out, made


@dataclass(frozen=True)
class Outputs:
    """What came out of the runs.

    Attributes
    ----------
    table : numpy.ndarray
        Shape (runs, varying outputs), each by a power of two so that no square is lost.
    powers : numpy.ndarray
        That power of two, per varying output: what stands in the table is to be multiplied by it.
    varies : numpy.ndarray
        Per output, whether it does.
    names : tuple of str
        All outputs.
    single : bool
        Whether there was one, as a plain column.
    """

    table: Array
    powers: NDArray[np.int64]
    varies: NDArray[np.bool_]
    names: tuple[str, ...]
    single: bool

    @property
    def constant(self) -> tuple[str, ...]:
        """Names of the outputs that do not change."""
        return tuple(name for name, moves in zip(self.names, self.varies, strict=True) if not moves)

    def spread(self, values: Array, power: int = 0) -> Array:
        """Values of the varying outputs for all outputs, NaN for the others; in units of the outputs to a power."""
        out = np.full((len(self.names), *values.shape[1:]), np.nan)
        with np.errstate(over="ignore", under="ignore"):
            scaled = np.ldexp(values, power * self.powers.reshape(-1, *[1] * (values.ndim - 1)))
        out[self.varies] = scaled if power else values
        return out


def _numbers(given: ArrayLike, place: str, shape: str) -> Array:
    try:
        array = np.asarray(given)
        table = array.astype(np.float64, copy=False) if array.dtype.kind in "fiub" else None
    except (TypeError, ValueError):
        table = None
    if table is None or table.ndim not in (1, 2) or table.size == 0:
        raise DataError(Fault(place, f"an array of shape {np.shape(given)}", f"numbers of shape {shape}"))
    return table


def all_finite(
    table: Array, place: Callable[[int, int], str], right: str = "a finite number for each run"
) -> None:
    """DataError naming what is not finite; ``place`` says where a row and column are."""
    if np.isfinite(table.min()) and np.isfinite(table.max()):  # a NaN would be both
        return
    rows, columns = np.nonzero(~np.isfinite(table))
    faults = [
        Fault(place(row, k), str(table[row, k]), right)
        for row, k in list(zip(rows.tolist(), columns.tolist(), strict=True))[:LISTED]
    ]
    if len(rows) > LISTED:
        faults.append(Fault("", f"{len(rows) - LISTED:,} more that are not finite"))
    raise DataError(faults)


def read_inputs(problem: Problem, X: ArrayLike, least: int = 2) -> Array:
    """Inputs of all runs, shape (runs, inputs), column by column in memory.

    Raises
    ------
    DataError
        For another number of columns than inputs, fewer rows than ``least``, or what is not a finite number.
    """
    table = _numbers(X, "X", "(runs, inputs)")
    table = table.reshape(-1, 1) if table.ndim == 1 else table
    if table.shape[1] != len(problem.names):
        right = f"{len(problem.names)}, one for each input: {listing(problem.names)}"
        raise DataError(Fault("X", f"{table.shape[1]:,} columns", right))
    if len(table) < least:
        raise DataError(Fault("X", f"{len(table):,} rows", f"{least:,} or more"))
    all_finite(table, lambda row, k: f"X, input {problem.names[k]!r}, run {row}")
    return np.asfortranarray(table)


def without_order(names: Sequence[str]) -> tuple[str, ...]:
    """Note on inputs of a few values, for measures that take these for more or less of something."""
    if not names:
        return ()
    return (
        f"More than two values, and few: {listing(names)}. If these number choices without an order, what is said of "
        "them here depends on the numbering; given, pawn and delta take each value for itself.",
    )


def few_valued(problem: Problem, inputs: Array) -> tuple[str, ...]:
    """The same note on inputs with so few values that they may be choices."""
    most = min(MOST_CHOICES, len(inputs) // FEWEST_OF_A_CHOICE)
    counts = [len(np.unique(column)) for column in inputs.T]
    return without_order([name for name, n in zip(problem.names, counts, strict=True) if 2 < n <= most])


def output_table(Y: ArrayLike) -> tuple[Array, bool]:
    """Outputs as runs x outputs, and whether there was one as a plain column; DataError for anything else."""
    table = _numbers(Y, "Y", "(runs,) or (runs, outputs)")
    return table.reshape(len(table), -1), table.ndim == 1


def output_names(problem: Problem, count: int, single: bool) -> tuple[str, ...]:
    """Names of the outputs; SpecError for another number of them than there are outputs."""
    names = problem.outputs or (("Y",) if single else tuple(f"Y{k + 1}" for k in range(count)))
    if len(names) != count:
        raise SpecError(Fault("problem['outputs']", f"{len(names)} names", f"{count}, one for each output"))
    return names


def powers_of(peak: Array) -> NDArray[np.int64]:
    """Powers of two to divide by where magnitudes are so large or small that their squares would be no numbers."""
    extreme = (peak > 1e100) | ((peak < 1e-100) & (peak > 0))
    return np.where(extreme, np.frexp(peak)[1], 0).astype(np.int64)


def read_outputs(problem: Problem, Y: ArrayLike, runs: int) -> Outputs:
    """Outputs of all runs.

    Raises
    ------
    DataError
        For another number of rows than inputs have, saying which; for NaN or infinity, naming run and output.
    """
    table, single = output_table(Y)
    if len(table) != runs:
        raise DataError(Fault("Y", f"{len(table):,} rows", f"{runs:,}, one for each row of X"))
    names = output_names(problem, table.shape[1], single)
    all_finite(table, lambda row, k: f"Y, output {names[k]!r}, run {row} (counted from 0)")
    low, high = table.min(axis=0), table.max(axis=0)
    peak = np.maximum(high, -low)
    powers = powers_of(peak)
    varies = np.ldexp(high, -powers) - np.ldexp(low, -powers) > STILL * np.ldexp(peak, -powers)
    scaled = np.asfortranarray(np.ldexp(table[:, varies], -powers[varies]))
    return Outputs(scaled, powers[varies], varies, names, single)


def read_problem(problem: Mapping[str, Any], grouped: bool = False) -> tuple[Problem, tuple[str, ...]]:
    """The names of inputs and outputs, and what is to be said where groups are not looked at."""
    made = as_problem(problem, bounded=False)
    if grouped or made.factors == made.names:
        return made, ()
    return made, ("Groups are not looked at: every input stands for itself.",)
