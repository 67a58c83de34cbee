"""A filled panel: where each value came from, and how sure it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .arguments import seed_of, share, whole
from .arrays import like
from .compiled import from_table
from .errors import Fault, SpecError
from .left_open import Holes, told_open
from .markup import element, fixed, join
from .table import make_frame

if TYPE_CHECKING:
    from .catalogue import Choice
    from .fitting import Fit
    from .panel import Panel

__all__ = ["Imputed"]

Array = NDArray[np.float64]
WHERE = ("inside", "after", "before", "never")


class Imputed:
    """A filled panel (or array), where each filled value came from, and how sure it is.

    It can be copied and pickled; after a pickle, the first further draw or interval fits the chain again, which gives
    the same bits, or an error where a registered method is unknown or fills otherwise.

    Attributes
    ----------
    panel : Panel or numpy.ndarray
        What came in, with holes filled; observed cells are never changed.
    remaining : int
        Cells that are still missing.
    filled : numpy.ndarray of bool
        Shape of the data: which cells were filled.
    sd : numpy.ndarray or None
        Shape of the data (units, periods, indicators), each in its indicator's unit: the standard deviation of a filled
        cell, NaN where the cell was observed or its method knows none. None if no method knows any.
    draws : numpy.ndarray or None
        With ``draws=m``: shape (m, units, periods, indicators), joint draws of all that is random; observed cells are
        the same in each. None if none were asked for.
    stochastic : bool
        Can it be drawn from?
    notes : tuple of str
        Fallbacks that were taken, in words, and for each indicator and reason how many holes were left open.
    fallbacks : tuple of str
        The first of these notes only.
    auxiliaries : tuple of str
        Indicators that helped to fill others and were not filled themselves: an analysis that sets the filled
        indicators against one of them would meet it on both sides.
    """

    def __init__(
        self, data: Any, panel: Panel, made: Fit, chains: Sequence[Sequence[Choice]], keep: Sequence[int],
        auxiliaries: Sequence[str], draws: int | None, seed: int,
    ) -> None:  # fmt: skip
        self._data, self._source, self._made, self._keep = data, panel, made, list(keep)
        self._chains = [tuple(chain) for chain in chains]
        self._trail = made.trail
        self._values = self._cells(made.values)
        self.panel: Any = like(data, self._shown(), self._values)
        self.auxiliaries = tuple(auxiliaries)
        self.fallbacks = made.notes
        self.stochastic = made.stochastic
        self.remaining = int(np.isnan(self._values).sum())
        self.seed = seed
        self.draws = None if draws is None else np.stack([self.draw(k) for k in range(draws)])

    def _cells(self, table: Array) -> Array:
        return np.ascontiguousarray(from_table(table, len(self._source.units))[:, :, self._keep])

    def _shown(self) -> Panel:
        """The panel that came in, without auxiliaries that came beside it."""
        names = [self._source.indicators[at] for at in self._keep]
        return self._source if len(names) == self._source.shape[2] else self._source.select(indicators=names)

    def draw(self, number: int) -> Array:
        """One joint draw of the filled cells.

        Parameters
        ----------
        number : int
            Which one, from 0; it hangs on the seed and this number alone.

        Returns
        -------
        numpy.ndarray
            Shape (units, periods, indicators).

        Raises
        ------
        SpecError
            If no method of the chain can draw.
        """
        whole("number", number, 0, 2**32 - 1)
        if not self.stochastic:
            raise SpecError(
                Fault("draws", "no method of this chain is stochastic", 'a method that draws, e.g. "kriging"')
            )
        return self._cells(self._made.draw(self.seed, int(number)))

    def panels(self) -> list[Any]:
        """Give each draw as a panel, for analyses to be pooled by :func:`egov_index.pool`.

        Returns
        -------
        list of Panel

        Raises
        ------
        SpecError
            If no draws were asked for.
        """
        if self.draws is None:
            raise SpecError(Fault("draws", "none were asked for", "impute(..., draws=20)"))
        return [like(self._data, self._shown(), values) for values in self.draws]

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Fallbacks and open holes."""
        told = list(self.fallbacks)
        for at, column in enumerate(self._keep):
            cells = np.argwhere(np.isnan(self._values[:, :, at])).tolist()
            told += told_open(self._holes[column], self._chains[column], cells, self._filled_by(column))
        return tuple(told)

    def _filled_by(self, column: int) -> dict[str, list[tuple[int, int]]]:
        """Unit and period of the cells of an indicator that each method filled."""
        found: dict[str, list[tuple[int, int]]] = {}
        for row, at, method in zip(*(self._trail[key] for key in ("row", "column", "method")), strict=True):
            if at == column:
                found.setdefault(method, []).append(divmod(row, len(self._source.units))[::-1])
        return found

    @cached_property
    def filled(self) -> NDArray[np.bool_]:
        """Which cells were filled."""
        return ~np.isnan(self._placed(np.ones(len(self._trail["row"]))))

    @cached_property
    def sd(self) -> Array | None:
        """Standard deviation of each filled cell."""
        found = self._placed(np.array(self._trail["sd"], dtype=np.float64))
        return None if np.isnan(found).all() else found

    def interval(self, level: float = 0.90) -> tuple[Array, Array]:
        """Limits between which a filled cell lies with a probability, by its method.

        Parameters
        ----------
        level : float
            That probability, between 0 and 1.

        Returns
        -------
        low, high : numpy.ndarray
            Shape (units, periods, indicators); NaN where the cell was observed or its method knows no uncertainty.

        Raises
        ------
        SpecError
            If the level does not lie between 0 and 1.
        """
        tail = (1 - share("level", level)) / 2
        low, high = (self._made.quantiles(p) for p in (tail, 1 - tail))
        return self._placed(low), self._placed(high)

    def _placed(self, numbers: Array) -> Array:
        """A number of each filled cell, where the cell stands."""
        units, periods, indicators = self._source.shape
        table = np.full((units * periods, indicators), np.nan)
        table[self._trail["row"], self._trail["column"]] = numbers
        return self._cells(table)

    @cached_property
    def flags(self) -> Any:
        """Frame: a row a filled cell.

        unit, period, indicator, method, value; first_donor and last_donor (periods), donors (how many), donor (the
        unit, where it is one); sd; gap (holes in a row, in periods) and where it lies: "inside" between observations,
        "before" the first, "after" the last, "never" observed; note on a fallback that was taken.
        """
        trail, source = self._trail, self._source
        units = len(source.units)
        gaps = [self._gap(row, column) for row, column in zip(trail["row"], trail["column"], strict=True)]

        def label(labels: Sequence[Any], at: int) -> Any:
            return labels[at] if at >= 0 else None

        return make_frame(
            {
                "unit": [source.units[row % units] for row in trail["row"]],
                "period": [source.periods[row // units] for row in trail["row"]],
                "indicator": [source.indicators[column] for column in trail["column"]],
                "method": trail["method"],
                "value": trail["after"],
                "first_donor": [label(source.periods, at) for at in trail["first"]],
                "last_donor": [label(source.periods, at) for at in trail["last"]],
                "donors": trail["donors"],
                "donor": [label(source.units, at) for at in trail["donor"]],
                "sd": np.array(trail["sd"], dtype=np.float64),
                "gap": [gap for gap, _ in gaps],
                "where": [where for _, where in gaps],
                "note": [label(self.fallbacks, at) for at in trail["note"]],
            },
            source.backend,
            labels=("first_donor", "last_donor", "donor"),
        )

    def _gap(self, row: int, column: int) -> tuple[int, str]:
        """Length of the run of holes around a cell, and where it lies in its series."""
        units = len(self._source.units)
        return self._holes[column].run(row % units, row // units)

    @cached_property
    def _holes(self) -> list[Holes]:
        return [Holes(self._source, column) for column in range(self._source.shape[2])]

    @cached_property
    def traces(self) -> Any:
        """Frame: how samplers moved, name, indicator, chain, iteration, value; empty without one."""
        columns: dict[str, list[Any]] = {
            key: [] for key in ("name", "indicator", "chain", "iteration", "value")
        }
        for name, column, values in self._made.traces:
            for (chain, iteration), value in np.ndenumerate(values):
                columns["name"].append(name)
                columns["indicator"].append(self._source.indicators[column] if column >= 0 else None)
                columns["chain"].append(chain)
                columns["iteration"].append(iteration)
                columns["value"].append(float(value))
        return make_frame(columns, self._source.backend)

    def summary(self) -> Any:
        """Frame: how much of each indicator each method filled, where, and how sure it is.

        A row an indicator and method: cells, share (of all cells of the indicator), inside, after, before and
        never (cells between observations, after the last, before the first, of a series never observed), longest_gap
        (holes in a row, in periods), sd (the mean standard deviation of its cells over that of the observed values,
        divisor n; NaN where the method knows none) and noted (cells with a fallback). Cells that no method filled stand
        in a row of their own, with the method ``"left open"``.

        Examples
        --------
        >>> import egov_index as egov
        >>> panel = egov.datasets.ict_human_capital().select(indicators=["internet_users", "mobile_cellular"])
        >>> found = egov.impute(panel, "linear", "locf").summary()
        >>> columns = ["indicator", "method", "cells", "inside", "after", "before", "longest_gap"]
        >>> print(found[columns].to_string(index=False))
              indicator    method  cells  inside  after  before  longest_gap
         internet_users    linear     99      99      0       0            9
         internet_users      locf    217       0    217       0           20
         internet_users left open     30       0      0      30           13
        mobile_cellular    linear     44      44      0       0            8
        mobile_cellular      locf    231       0    231       0            3
        mobile_cellular left open     23       0      0      23           10
        """
        rows = list(self._summed())
        return make_frame(
            {name: [row[name] for row in rows] for name in rows[0]} if rows else {}, self._source.backend
        )

    def _summed(self) -> Iterator[dict[str, Any]]:
        """Rows of the summary."""
        trail, units = self._trail, len(self._source.units)
        cells = np.array([trail["row"], trail["column"]]).reshape(2, -1)
        methods, noted = np.array(trail["method"]), np.array(trail["note"])
        sds = np.array(trail["sd"], dtype=np.float64)
        gaps = [self._gap(row, column) for row, column in cells.T]
        for at, column in enumerate(self._keep):
            for method in dict.fromkeys(methods[cells[1] == column].tolist()):
                mine = np.flatnonzero((cells[1] == column) & (methods == method))
                yield self._row(
                    column, method, [gaps[k] for k in mine], sds[mine], int((noted[mine] >= 0).sum())
                )
            left = np.argwhere(np.isnan(self._values[:, :, at]))
            if len(left):
                open_ = [self._gap(period * units + unit, column) for unit, period in left]
                yield self._row(column, "left open", open_, np.full(1, np.nan), 0)

    def _row(
        self, column: int, method: str, gaps: list[tuple[int, str]], sds: Array, noted: int
    ) -> dict[str, Any]:
        values, known = self._source.values[:, :, column], sds[~np.isnan(sds)]
        seen = values[~np.isnan(values)]
        spread = float(seen.std()) if seen.size else 0.0
        where = Counter(where for _, where in gaps)
        return {
            "indicator": self._source.indicators[column],
            "method": method,
            "cells": len(gaps),
            "share": len(gaps) / values.size,
            **{name: where[name] for name in WHERE},
            "longest_gap": max(gap for gap, _ in gaps),
            "sd": float(known.mean()) / spread if known.size and spread > 0 else float("nan"),
            "noted": noted,
        }

    def convergence(self) -> Any:
        """Tell for each trace of a sampler whether its chains agree; see :func:`egov_index.chains.convergence`.

        Returns
        -------
        frame
            A row a trace; empty where no method of the chain is a sampler.
        """
        from . import chains

        return chains.convergence(self)

    def _repr_html_(self) -> str:
        head = (
            "indicator",
            "method",
            "cells",
            "share",
            *WHERE,
            "longest gap",
            "sd over that of the observed",
        )
        lines = [element("tr", *(element("th", text) for text in head))]
        for row in self._summed():
            cells = [row["indicator"], row["method"], f"{row['cells']:,}", f"{100 * row['share']:.1f} %"]
            cells += [row[name] or "" for name in WHERE]
            cells += [row["longest_gap"], fixed(row["sd"])]
            lines.append(element("tr", *(element("td", cell) for cell in cells)))
        helped = [f"With the help of {', '.join(self.auxiliaries)}."] if self.auxiliaries else []
        said = [element("p", text) for text in (repr(self)[1:-1], *helped, *self.notes)]
        return str(join([*said, element("table", *lines)]))

    def __repr__(self) -> str:
        filled, methods = len(self._trail["row"]), list(dict.fromkeys(self._trail["method"]))
        drawn = "" if self.draws is None else f", {len(self.draws)} draws"
        by = ", ".join(methods) or "nothing"
        return f"<Imputed: {filled:,} cells filled by {by}, {self.remaining:,} left{drawn}>"


def drawing(draws: Any, seed: Any) -> tuple[int | None, int]:
    """Number of draws and seed, checked."""
    return (None if draws is None else whole("draws", draws, 1, 100_000)), seed_of(seed)
