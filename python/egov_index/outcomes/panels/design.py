"""From a formula to rows of numbers: complete ones, with what is left out said."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, Fault, SpecError
from ...table import listing
from .extras import library
from .gauge import Gauge
from .joined import Joined

__all__ = ["Design", "design"]

CONSTANT = "Intercept"
LAG = re.compile(r"\blag\(\s*(`[^`]+`|[^\W\d]\w*)\s*(?:,\s*([+-]?\d+(?:\.\d+)?)\s*)?\)")
TRANSFORMED = re.compile(  # lag(log(x), 1)
    r"\blag\(\s*([^\W\d][\w.]*)\(\s*(`[^`]+`|[^\W\d]\w*)\s*\)\s*(?:,\s*([+-]?\d+(?:\.\d+)?)\s*)?\)"
)
NAME = re.compile(r"`([^`]+)`|(?<![\w.`])([^\W\d]\w*)\b(?!\s*(?:[(`.]|=(?!=)))")


@dataclass(frozen=True)
class Design:
    """Complete rows of a model.

    Attributes
    ----------
    y : numpy.ndarray
        Outcome, n rows, by unit and then by period.
    x : numpy.ndarray
        Regressors, shape (n, k).
    outcome, terms
        Their names.
    units, periods : numpy.ndarray of int
        Position of each row's unit and period in the labels of the joined data.
    joined : Joined
        Where the rows come from.
    lagged : tuple of str
        Regressors that are an earlier value of the outcome.
    notes : list of str
        What was left out, in words.
    measured : Gauge, optional
        What was done to the columns; None where they are as given.
    """

    y: NDArray[np.float64]
    x: NDArray[np.float64]
    outcome: str
    terms: list[str]
    units: NDArray[np.int64]
    periods: NDArray[np.int64]
    joined: Joined
    lagged: tuple[str, ...]
    notes: list[str]
    measured: Gauge | None = None

    @property
    def gauge(self) -> Gauge:
        """How the columns, the outcome first, come to be what was given."""
        return self.measured or Gauge.plain(self.both)

    @property
    def both(self) -> NDArray[np.float64]:
        """The outcome and the regressors side by side."""
        return np.column_stack([self.y, self.x])

    def place(self, row: int) -> str:
        """Unit and period of a row, in words."""
        return f"{self.joined.units[self.units[row]]} {self.joined.periods[self.periods[row]]}"

    def rows(self, keep: NDArray[Any], notes: list[str]) -> Design:
        """Some of the rows."""
        return replace(
            self, y=self.y[keep], x=self.x[keep], units=self.units[keep], periods=self.periods[keep],
            notes=[*self.notes, *notes],
        )  # fmt: skip

    def columns(self, keep: list[int]) -> Design:
        """Some of the regressors."""
        gauge = None if self.measured is None else self.measured.columns(keep)
        return replace(self, x=self.x[:, keep], terms=[self.terms[k] for k in keep], measured=gauge)


def design(joined: Joined, formula: str, lag: float = 0) -> Design:
    """Rows in which every variable of the formula is known.

    Raises
    ------
    SpecError
        For a formula that cannot be read, or with unknown variables.
    DataError
        If no row is complete, or a term is no finite number where its variables are known.
    """
    text, earlier = _without_lags(formula)
    parsed = _parsed(text)
    known_names = {*joined.sources, *earlier}
    left, right = (
        sorted({*map(str, side.required_variables), *(_named(half) & known_names)})
        for side, half in zip((parsed.lhs, parsed.rhs), text.split("~"), strict=True)
    )
    columns = {name: _values(joined, name, earlier, lag if name in left else 0.0) for name in {*left, *right}}
    known = np.all([~np.isnan(values) for values in columns.values()], axis=0)
    if not np.any(known):
        holes = [name for name in sorted(columns) if np.isnan(columns[name]).all()]
        names = listing(_readable(name, earlier) for name in holes)
        came = f"no value of {names}" if holes else "never known together"
        raise DataError(Fault("formula", came, "units and periods in which every variable is known"))
    units, periods = np.nonzero(known)
    y, x = _matrices(parsed, {name: values[known] for name, values in columns.items()})
    of_right = list(dict.fromkeys(earlier[name][0] if name in earlier else name for name in right))
    lagged = tuple(name for name, (of, by) in earlier.items() if [of] == left and by > 0 and name in right)
    found = Design(
        y.to_numpy(dtype=np.float64)[:, 0], x.to_numpy(dtype=np.float64), str(y.columns[0]),
        [_readable(str(name), earlier) for name in x.columns], units, periods, joined,
        tuple(_readable(name, earlier) for name in lagged),
        [*_left_out(columns, known, earlier), *joined.circles(left, of_right)],
    )  # fmt: skip
    _finite(found)
    return found


def _without_lags(formula: Any) -> tuple[str, dict[str, tuple[str, float]]]:
    """The formula with a name for each lag(variable, periods), and what each name stands for."""
    if not isinstance(formula, str) or formula.count("~") != 1:
        raise SpecError(Fault("formula", repr(formula), "text such as 'extreme_poverty ~ egdi'"))
    names: dict[str, tuple[str, float]] = {}

    def name_of(found: re.Match[str]) -> str:
        of, by = found[1].strip("`"), float(found[2] or 1)
        name = f"{of}_lag{found[2] or 1}".replace("-", "m").replace(".", "_").replace("+", "")
        names[name] = of, by
        return f"`{name}`"

    text = LAG.sub(name_of, formula)
    for word in ("EntityEffects", "TimeEffects", "FixedEffects"):
        if word in text:
            raise SpecError(Fault("formula", f"{word} in it", "effects='entity', 'time' or 'two-way'"))
    if re.search(r"\blag\(", text):
        raise SpecError(Fault("formula", *_lag_fault(text)))
    return text, names


def _lag_fault(text: str) -> tuple[str, str]:
    """What is wrong with a lag that cannot be read, and what would be right."""
    if found := TRANSFORMED.search(text):
        function, variable, by = found[1], found[2], found[3] or 1
        return found[0], f"the function of the lag: {function}(lag({variable}, {by}))"
    return "a lag that cannot be read", "lag(variable, periods)"


def _named(half: str) -> set[str]:
    """Names in one half of a formula: formulaic does not say those inside center(), poly() and their like."""
    return {quoted or plain for quoted, plain in NAME.findall(half)}


def _parsed(text: str) -> Any:
    formulaic = library("formulaic", "panel models")
    try:
        parsed = formulaic.Formula(text)
        if not all(
            isinstance(getattr(parsed, side, None), formulaic.SimpleFormula) for side in ("lhs", "rhs")
        ):
            raise ValueError("one side on the left and one on the right")
        if len(parsed.lhs) != 1:
            raise ValueError("one outcome is needed on the left")
    except Exception as wrong:  # the parser has no error class of its own for all of them
        raise SpecError(Fault("formula", f"{text!r}: {wrong}", "text such as 'y ~ x + log(z)'")) from None
    return parsed


def _values(
    joined: Joined, name: str, earlier: dict[str, tuple[str, float]], later: float
) -> NDArray[np.float64]:
    if name in earlier:
        of, by = earlier[name]
        return joined.values(of, later - by)
    return joined.values(name, later)


def _matrices(parsed: Any, columns: dict[str, NDArray[np.float64]]) -> tuple[Any, Any]:
    """Matrices of both sides; what is not finite is looked for afterwards."""
    import pandas as pd

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of logarithms: the faults name the cells
            made = parsed.get_model_matrix(pd.DataFrame(columns), na_action="ignore")
    except Exception as wrong:
        raise SpecError(Fault("formula", str(wrong).split("\n")[0], "terms such as log(z) or x:z")) from None
    if made.rhs.shape[1] == 0:
        raise SpecError(Fault("formula", "nothing on the right", "at least one term"))
    return made.lhs, made.rhs


def _readable(term: str, earlier: dict[str, tuple[str, float]]) -> str:
    for name, (of, by) in sorted(earlier.items(), key=lambda one: -len(one[0])):  # x_lag1 is in x_lag10 too
        term = term.replace(f"`{name}`", name).replace(name, f"lag({of}, {by:g})")
    return term


def _left_out(
    columns: dict[str, NDArray[np.float64]],
    known: NDArray[np.bool_],
    earlier: dict[str, tuple[str, float]],
) -> list[str]:
    gone = int((~known).sum())
    if not gone:
        return []
    by = [
        f"{_readable(name, earlier)} {int(np.isnan(values).sum())}"
        for name, values in sorted(columns.items())
        if np.isnan(values).any()
    ]
    text = f"{gone} of {known.size} cells of units and periods left out for want of a value: {', '.join(by)}"
    units = int((~known.any(axis=1)).sum())
    return [text + (f"; {units} units with none left" if units else "")]


def _finite(found: Design) -> None:
    faults = []
    for name, column in [(found.outcome, found.y), *zip(found.terms, found.x.T, strict=True)]:
        wrong = np.flatnonzero(~np.isfinite(column))
        if wrong.size:
            places = listing((found.place(row) for row in wrong.tolist()), 5)
            faults.append(
                Fault(
                    f"formula, {name}", f"no finite number at {places}", "a term that is defined everywhere"
                )
            )
    if faults:
        raise DataError(faults)
