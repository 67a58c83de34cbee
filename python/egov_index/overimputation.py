"""Over-imputation: each observed value hidden in its turn, imputed, and set beside what was hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._impute import impute
from .arguments import seed_of, share, whole
from .errors import DataError, Fault, SpecError
from .framework import Framework
from .imputation_benchmark.masks import uniforms
from .imputed import Imputed
from .markup import element, fixed, join
from .naming import called
from .panel import Panel
from .progress import tell
from .table import make_frame, nearest

__all__ = ["Overimputed", "overimpute"]

Array = NDArray[np.float64]
DRAWS = 200  # behind the interval of a method that draws and says nothing else of its uncertainty
SHOWN = 300  # cells of one indicator in the picture


class Overimputed:
    """Observed values beside what would have been imputed for them.

    Attributes
    ----------
    panel : Panel
        What was observed.
    indicators : tuple of str
        Whose cells were hidden.
    level : float
        Of the intervals.
    folds, seed : int
        How many parts were hidden one after the other, and the seed of the parts.
    method : str
        The chain, in words.
    notes : tuple of str
        Fallbacks that were taken in any fold.
    fold, imputed, low, high : numpy.ndarray
        Shape (units, periods, indicators): the part in which a cell was hidden (from 1; 0 where it was not observed),
        its imputed value, and the ends of its interval; NaN where there is none.
    """

    def __init__(
        self, panel: Panel, indicators: tuple[str, ...], fold: NDArray[np.int64], cells: Array,
        level: float, folds: int, seed: int, method: str, notes: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.panel, self.indicators, self.fold = panel, indicators, fold
        self.imputed, self.low, self.high = cells
        self.level, self.folds, self.seed, self.method, self.notes = level, folds, seed, method, notes
        self.observed: Array = panel.values[:, :, [panel.indicators.index(name) for name in indicators]]

    def _rows(self, at: int) -> list[dict[str, Any]]:
        """Hidden cells of one indicator."""
        rows = []
        for u, t in np.argwhere(self.fold[:, :, at] > 0):
            observed, imputed, low, high = (
                float(x[u, t, at]) for x in (self.observed, self.imputed, self.low, self.high)
            )
            rows.append({
                "unit": self.panel.units[u],
                "period": self.panel.periods[t],
                "indicator": self.indicators[at],
                "observed": observed,
                "imputed": imputed,
                "low": low,
                "high": high,
                "covered": None if np.isnan(low) or np.isnan(high) else bool(low <= observed <= high),
                "fold": int(self.fold[u, t, at]),
            })  # fmt: skip
        return rows

    def to_frame(self) -> Any:
        """Frame with a row a hidden cell.

        Columns unit, period, indicator, observed, imputed (NaN: no method filled it), low, high, covered (missing where
        there is no interval), fold.
        """
        rows = [row for at in range(len(self.indicators)) for row in self._rows(at)]
        return make_frame({name: [row[name] for row in rows] for name in rows[0]}, self.panel.backend)

    def summary(self) -> Any:
        """Frame with a row an indicator.

        Columns indicator, cells (hidden), unfilled (of these), coverage (share of cells with an interval that lie in
        it, ends included), correlation (Pearson's, of observed and imputed), nrmse and bias (root mean square and mean
        of imputed minus observed, over the standard deviation of the observed with divisor n), width (mean of the
        intervals, over the same). NaN where a number is not defined.
        """
        rows = [self._summed(at) for at in range(len(self.indicators))]
        return make_frame({name: [row[name] for row in rows] for name in rows[0]}, self.panel.backend)

    def _summed(self, at: int) -> dict[str, Any]:
        hidden = self.fold[:, :, at] > 0
        x, y, low, high = (a[:, :, at][hidden] for a in (self.observed, self.imputed, self.low, self.high))
        sd, there, sure = float(x.std()), ~np.isnan(y), ~np.isnan(low) & ~np.isnan(high)
        error = (y - x)[there] / (sd if sd > 0 else np.nan)
        inside = (low <= x) & (x <= high)
        moves = there.sum() > 1 and np.ptp(x[there]) > 0 and np.ptp(y[there]) > 0
        return {
            "indicator": self.indicators[at],
            "cells": len(x),
            "unfilled": int((~there).sum()),
            "coverage": float(inside[sure].mean()) if sure.any() else np.nan,
            "correlation": float(np.corrcoef(x[there], y[there])[0, 1]) if moves else np.nan,
            "nrmse": float(np.sqrt((error**2).mean())) if error.size else np.nan,
            "bias": float(error.mean()) if error.size else np.nan,
            "width": float((high - low)[sure].mean()) / sd if sure.any() and sd > 0 else np.nan,
        }

    def plot(self, *indicators: str, columns: int = 3, most: int = SHOWN) -> str:
        """Picture of imputed against observed values with their intervals, a square an indicator.

        Parameters
        ----------
        *indicators : str
            Which; all if left out.
        columns : int
            Squares side by side.
        most : int
            Cells drawn of one indicator; of more, so many are drawn by lot, the same ones each time.

        Returns
        -------
        str
            A standalone SVG document.

        Raises
        ------
        SpecError
            For an indicator that was not hidden.
        """
        from .scatter import Square, squares_svg

        wanted = indicators or self.indicators
        faults = [
            Fault("indicators", repr(name), nearest(name, self.indicators))
            for name in wanted
            if name not in self.indicators
        ]
        if faults:
            raise SpecError(faults)
        columns, most = whole("columns", columns, 1, 100), whole("most", most, 1, 10**6)
        squares = []
        for at in map(self.indicators.index, wanted):
            row, rows = self._summed(at), self._rows(at)
            lot = np.argsort(uniforms(len(rows), self.seed, "picture", self.indicators[at]), kind="stable")[
                :most
            ]
            drawn = [rows[k] | {"name": called(self.panel, rows[k]["unit"])} for k in np.sort(lot)]
            count = (
                f"{len(drawn):,} of {len(rows):,} cells" if len(drawn) < len(rows) else f"{len(rows):,} cells"
            )
            held = f"{100 * row['coverage']:.0f} % covered, " if not np.isnan(row["coverage"]) else ""
            title = str(self.panel.about(self.indicators[at]).get("title") or self.indicators[at])
            squares.append(Square(title, f"{held}nRMSE {fixed(row['nrmse'])}; {count}", drawn))
        how = f"Each value hidden in one of {self.folds} parts, imputed by {self.method}"
        note = f"{how}; {100 * self.level:g} % intervals."
        return squares_svg(squares, "Imputed against observed", note, columns=columns)

    def __repr__(self) -> str:
        cells = int((self.fold > 0).sum())
        sure = (self.fold > 0) & ~np.isnan(self.low) & ~np.isnan(self.high)
        inside = (self.low <= self.observed) & (self.observed <= self.high)
        held = (
            f", {100 * inside[sure].mean():.1f} % within {100 * self.level:g} % intervals"
            if sure.any()
            else ""
        )
        return f"<Overimputed: {cells:,} cells of {len(self.indicators)} indicators by {self.method}{held}>"

    def _repr_html_(self) -> str:
        rows = [self._summed(at) for at in range(len(self.indicators))]
        lines = [element("tr", *(element("th", name) for name in rows[0]))]
        for row in rows:
            cells = [value if isinstance(value, int | str) else fixed(value, 3) for value in row.values()]
            lines.append(element("tr", *(element("td", cell) for cell in cells)))
        said = [element("p", text) for text in (repr(self)[1:-1], *self.notes)]
        return str(join([*said, element("table", *lines)])) + self.plot()


def overimpute(
    panel: Panel,
    *methods: Any,
    indicators: Sequence[str] | None = None,
    auxiliaries: Any = None,
    folds: int = 10,
    level: float = 0.9,
    seed: int = 1,
    framework: Framework | None = None,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
    **params: Any,
) -> Overimputed:
    """Hide each observed cell once, impute it, and set it beside what was observed.

    Parameters
    ----------
    panel : Panel
        With its own holes, which are filled along and not judged.
    *methods, auxiliaries, framework, threads, **params
        As for :func:`egov_index.impute`. Auxiliaries are not hidden.
    indicators : sequence of str, optional
        Whose cells are hidden; all but the auxiliaries if left out. The others help as far as the methods let them.
    folds : int
        Parts, at least 2: in each of them all cells of the part are hidden together, so that a method sees about
        (folds - 1) / folds of what was observed.
    level : float
        Of the intervals, between 0 and 1.
    seed : int
        A cell's part hangs on the seed and the labels of its unit, indicator and period alone.
    progress : callable, optional
        Called with the share done, 0 to 1, after each part; False stops.

    Returns
    -------
    Overimputed
        ``.to_frame()``, ``.summary()``, ``.plot()``.

    Raises
    ------
    SpecError
        For unknown indicators or methods, or bad arguments.
    DataError
        If an indicator has nothing observed, or a part would hide all of it.

    Notes
    -----
    Intervals are those of the methods (``Imputed.interval``); of a method that draws and says nothing else, the
    quantiles of 200 draws. Cells are hidden at random, so the series around them are mostly there: ends of series and
    units that never report are harder. :func:`egov_index.imputation_benchmark` has masks for these.

    References
    ----------
    Honaker, King and Blackwell (2011), Amelia II, Journal of Statistical Software 45(7), section 4.4.

    Examples
    --------
    >>> import egov_index as egov
    >>> panel = egov.datasets.ict_human_capital().select(indicators=["internet_users", "mobile_cellular"])
    >>> found = egov.overimpute(panel, "kriging", folds=5)
    >>> bool((found.summary()["coverage"] > 0.85).all())
    True
    """
    if not isinstance(panel, Panel):
        raise DataError(Fault("panel", type(panel).__name__, "a Panel"))
    folds, level, seed = whole("folds", folds, 2, 10_000), share("level", level), seed_of(seed)
    names = _hidden_ones(panel, indicators, auxiliaries)
    columns = [panel.indicators.index(name) for name in names]
    fold = _folds(panel, names, columns, folds, seed)
    cells = np.full((3, *fold.shape), np.nan)
    notes: dict[str, None] = {}
    for part in range(1, folds + 1):
        values, hidden = panel.values.copy(), fold == part
        values[:, :, columns] = np.where(hidden, np.nan, values[:, :, columns])
        with_holes = panel.replace(values=values)
        made = impute(
            with_holes, *methods, framework=framework, auxiliaries=auxiliaries, threads=threads, **params
        )
        for kept, found in zip(cells, _answers(made, level), strict=True):
            kept[hidden] = found[:, :, columns][hidden]
        notes |= dict.fromkeys(made.fallbacks)
        tell(progress, part / folds)
    several = len(methods) == 1 and isinstance(methods[0], list | tuple)
    chain = " > ".join(map(str, methods[0] if several else methods))
    return Overimputed(panel, names, fold, cells, level, folds, seed, chain, tuple(notes))


def _hidden_ones(panel: Panel, indicators: Sequence[str] | None, auxiliaries: Any) -> tuple[str, ...]:
    """Indicators whose cells are hidden."""
    helping = () if auxiliaries is None or isinstance(auxiliaries, Panel) else auxiliaries
    helping = (helping,) if isinstance(helping, str) else tuple(helping)
    known = [name for name in panel.indicators if name not in helping]
    given = known if indicators is None else [indicators] if isinstance(indicators, str) else list(indicators)
    names = tuple(dict.fromkeys(given))
    faults = [Fault("indicators", repr(name), nearest(name, known)) for name in names if name not in known]
    if not names:
        faults.append(Fault("indicators", "none", "at least one that is no auxiliary"))
    if faults:
        raise SpecError(faults)
    return names


def _folds(
    panel: Panel, names: Sequence[str], columns: Sequence[int], folds: int, seed: int
) -> NDArray[np.int64]:
    """Part of each observed cell, from 1; 0 where nothing is observed."""
    observed = ~np.isnan(panel.values[:, :, columns])
    part = np.zeros(observed.shape, dtype=np.int64)
    for at, name in enumerate(names):
        for u, unit in enumerate(panel.units):
            for t in np.flatnonzero(observed[u, :, at]):
                part[u, t, at] = 1 + int(folds * uniforms(1, seed, "fold", unit, name, panel.periods[t])[0])
    faults = []
    for at, name in enumerate(names):
        parts = np.unique(part[:, :, at][observed[:, :, at]])
        if not len(parts):
            faults.append(Fault(f"indicator {name!r}", "nothing observed", "an indicator with observations"))
        elif len(parts) == 1:
            faults.append(
                Fault(
                    f"indicator {name!r}",
                    "all that is observed falls into one part",
                    "more folds, or leave it out",
                )
            )
    if faults:
        raise DataError(faults)
    return part


def _answers(made: Imputed, level: float) -> tuple[Array, Array, Array]:
    """Filled values and the ends of their intervals."""
    values = np.asarray(made.panel.values)
    low, high = made.interval(level)
    if made.sd is None and made.stochastic:
        draws = np.stack([made.draw(k) for k in range(DRAWS)])
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return values, low, high
