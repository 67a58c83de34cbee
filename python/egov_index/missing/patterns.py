"""Which columns are missing together, and how well they can stand in for one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..errors import DataError, Fault, SpecError
from ..panel import Panel
from ..table import make_frame
from .gaps import Gaps
from .rows import Rows, rows

__all__ = ["Patterns", "missing_patterns"]

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Patterns:
    """Patterns of missing cells.

    Attributes
    ----------
    columns : tuple of str
        Columns as they were given.
    observed : numpy.ndarray of bool, shape (patterns, columns)
        What each pattern has. With columns put in order of their holes, those that have the earlier ones come first.
    counts : tuple of int
        Rows of each pattern.
    pattern : numpy.ndarray of int, shape (rows,)
        Pattern of each row.
    labels : tuple of str
        Name of each row: ``"EST 2020"`` for unit and period of a panel, ``"row 3"`` otherwise.
    rr, rm, mr, mm : numpy.ndarray of int, shape (columns, columns)
        Rows of the data where both columns of a pair (that of the row first) are observed; the first observed and the
        second missing; the first missing and the second observed; both missing.
    """

    columns: tuple[str, ...]
    observed: NDArray[np.bool_]
    counts: tuple[int, ...]
    pattern: Counts
    labels: tuple[str, ...]
    rr: Counts
    rm: Counts
    mr: Counts
    mm: Counts
    backend: str = "pandas"
    panel: Panel | None = field(default=None, repr=False)

    @property
    def missing(self) -> dict[str, int]:
        """Holes of each column."""
        return dict(zip(self.columns, np.diag(self.mm).tolist(), strict=True))

    def rows(self, number: int) -> tuple[str, ...]:
        """Names of the rows with one pattern.

        Parameters
        ----------
        number : int
            Which one, from 0, in the order of :attr:`counts`.

        Returns
        -------
        tuple of str

        Raises
        ------
        SpecError
            If there is no such pattern.
        """
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(self.counts):
            raise SpecError(Fault("number", repr(number), f"a whole number below {len(self.counts)}"))
        return tuple(self.labels[row] for row in np.flatnonzero(self.pattern == number))

    def to_frame(self) -> Any:
        """Frame: a row a pattern, a column each column (1 observed, 0 missing), those with few holes first.

        After them ``rows`` (how many have the pattern) and ``holes`` (columns missing in it).
        """
        order = np.argsort(np.diag(self.mm), kind="stable")
        columns: dict[str, Any] = {self.columns[at]: self.observed[:, at].astype(np.int64) for at in order}
        holes = (~self.observed).sum(axis=1).astype(np.int64)
        return make_frame(columns | {"rows": list(self.counts), "holes": holes}, self.backend)

    def pairs(self) -> Any:
        """Frame: a row an ordered pair of different columns.

        first, second, rr, rm, mr, mm: rows where both are observed, the first only, the second only, none.
        """
        at = [(i, j) for i in range(len(self.columns)) for j in range(len(self.columns)) if i != j]
        columns: dict[str, Any] = {
            "first": [self.columns[i] for i, _ in at],
            "second": [self.columns[j] for _, j in at],
        }
        for name in ("rr", "rm", "mr", "mm"):
            columns[name] = [int(getattr(self, name)[pair]) for pair in at]
        return make_frame(columns, self.backend)

    def flux(self) -> Any:
        """Frame: how much the other columns can say of each one, and it of them (van Buuren 2018, 4.1.3).

        Columns: indicator; observed, the share of rows; influx, pairs of a hole of it and an observed cell of another,
        over all observed cells (0 for a column without holes); outflux, pairs of an observed cell of it and a hole of
        another, over all holes (1 for a column without holes, 0 for an empty one); ainb and aout, means over the
        other columns of mr / (mr + mm) and of rm / (rm + rr), where 0 / 0 counts as 0; fico, the share of the rows
        with it that have a hole elsewhere (NaN for an empty column).
        """
        n, cells = len(self.pattern), max(int(np.diag(self.rr).sum()), 1)
        holes, others = int(np.diag(self.mm).sum()), max(len(self.columns) - 1, 1)
        seen, torn = np.diag(self.rr), np.array(self.counts, dtype=np.int64) * ~np.all(self.observed, axis=1)
        return make_frame(
            {
                "indicator": list(self.columns),
                "observed": seen / n,
                "influx": self.mr.sum(axis=1) / cells,
                "outflux": np.where(np.diag(self.mm) == 0, 1.0, self.rm.sum(axis=1) / max(holes, 1)),
                "ainb": _ratio(self.mr, self.mr + self.mm).sum(axis=1) / others,
                "aout": _ratio(self.rm, self.rm + self.rr).sum(axis=1) / others,
                "fico": np.divide(torn @ self.observed, seen, out=np.full(len(seen), np.nan), where=seen > 0),
            },
            self.backend,
        )

    @cached_property
    def gaps(self) -> Gaps:
        """Runs of holes in the series of a panel; DataError for a frame or an array, which have no periods."""
        if self.panel is None:
            raise DataError("gaps are runs of periods; only a Panel has periods")
        return Gaps.of(self.panel)

    def __repr__(self) -> str:
        holes = sum(self.missing.values())
        share = 100 * holes / max(self.observed.shape[1] * len(self.pattern), 1)
        return (
            f"<Patterns: {len(self.counts):,} in {len(self.pattern):,} rows x {len(self.columns)} columns, "
            f"{holes:,} cells missing ({share:.1f} %)>"
        )


def missing_patterns(
    data: Panel | Any, indicators: str | Sequence[str] | None = None, *, period: Any = None
) -> Patterns:
    """Find which columns are missing together.

    Parameters
    ----------
    data : Panel, frame or array of shape (rows, columns)
        NaN is missing. Of a panel a row is a unit in a period, period by period.
    indicators : str or sequence of str, optional
        Columns to look at; all if left out. Those of an array are called x1, x2, ...
    period : label, optional
        One period of a panel; all if left out.

    Returns
    -------
    Patterns
        With the tables of patterns, of pairs and of flux; of a panel also the gaps of its series.

    Raises
    ------
    SpecError
        For an unknown column or period.
    DataError
        For a table without rows or columns, or with something that is no number.

    References
    ----------
    van Buuren (2018), Flexible Imputation of Missing Data, 2nd edition, chapter 4.1.

    Examples
    --------
    >>> import egov_index as egov
    >>> nan = float("nan")
    >>> found = egov.missing_patterns({"osi": [0.5, 0.7, 0.6], "tii": [0.4, nan, nan]})
    >>> found
    <Patterns: 2 in 3 rows x 2 columns, 2 cells missing (33.3 %)>
    >>> found.counts, found.rows(1)
    ((1, 2), ('row 2', 'row 3'))
    """
    of = rows(data, indicators, period)
    if 0 in of.values.shape:
        raise DataError(
            f"a table of {of.values.shape[0]} rows and {of.values.shape[1]} columns; at least one of each is needed"
        )
    return _patterns(of)


def _patterns(of: Rows) -> Patterns:
    seen = ~np.isnan(of.values)
    order = np.argsort((~seen).sum(axis=0), kind="stable")
    found = _core.patterns(np.asfortranarray(of.values[:, order]))
    observed, pattern = np.zeros((len(found), len(of.names)), dtype=bool), np.zeros(len(seen), dtype=np.int64)
    for at, each in enumerate(found):
        observed[at, order[each["observed"]]] = True
        pattern[each["rows"]] = at
    here, gone = seen.astype(np.int64), (~seen).astype(np.int64)
    return Patterns(
        of.names, observed, tuple(len(each["rows"]) for each in found), pattern, of.labels,
        here.T @ here, here.T @ gone, gone.T @ here, gone.T @ gone, of.backend, of.panel,
    )  # fmt: skip


def _ratio(part: Counts, whole: Counts) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
