"""Statistics of indicators, and how much of the data is there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arrays import as_panel
from ..errors import Fault, SpecError
from ..framework import Framework
from ..panel import Panel
from ..result import Result
from ..table import make_frame, nearest
from .cells import Nodes, cells, tree_of

__all__ = ["Availability", "availability", "summary"]

LEAST_AVAILABLE, LEAST_NONZERO, LEAST_DISTINCT = 0.65, 0.5, 0.5
MOST_SKEW, MOST_KURTOSIS = 2.0, 3.5


def summary(data: Panel | Result | Any, nodes: Nodes = None, *, period: Any = None) -> Any:
    """Statistics of each indicator over its observed values.

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        NaN is missing.
    nodes : str or sequence of str, optional
        Which columns; every indicator if left out.
    period : label, optional
        Which period; the last one if left out.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row an indicator: n, missing, share (observed), zeros, share_nonzero (of the observed), negative, distinct
        (values), share_distinct, most_common (the lowest of equally common values), same (how often it stands),
        share_same, min, lower_quartile, median, mean, upper_quartile (type 7), max, deviation (n - 1), skewness and
        kurtosis (bias-corrected G1 and excess G2), note. Notes: no value, constant; outliers where the absolute
        skewness is at least 2 and the kurtosis at least 3.5; few values below 65 % observed; many zeros from 50 %;
        few distinct values below 50 % of the observed.

    Notes
    -----
    The limits of the notes are those of Becker et al. 2022, COINr, Journal of Open Source Software 7(78).

    Examples
    --------
    >>> import egov_index as egov
    >>> table = egov.multivariate.summary([[1.0], [2.0], [2.0], [90.0]])
    >>> table[["median", "same", "skewness"]].iloc[0].round(6).tolist()
    [2.0, 2.0, 1.999315]
    """
    of = cells(data, nodes, period)
    raw = {name: np.asarray(column) for name, column in _core.summarize(of.values).items()}
    n = raw["n"].astype(np.float64)
    units = max(len(of.units), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = {
            "share": n / units,
            "share_nonzero": (n - raw["zeros"]) / n,
            "share_distinct": raw["distinct"] / n,
            "share_same": raw["same"] / n,
        }
    table = raw | shares
    order = (
        "n", "missing", "share", "zeros", "share_nonzero", "negative", "distinct", "share_distinct", "most_common",
        "same", "share_same", "min", "lower_quartile", "median", "mean", "upper_quartile", "max", "deviation",
        "skewness", "kurtosis",
    )  # fmt: skip
    columns: dict[str, Any] = {"indicator": list(of.names)} | {name: table[name] for name in order}
    notes = [_note({name: table[name][at] for name in order}) for at in range(len(of.names))]
    return make_frame(columns | {"note": notes}, of.backend)


def _note(row: dict[str, Any]) -> str:
    if row["n"] == 0:
        return "no value"
    outliers = abs(row["skewness"]) >= MOST_SKEW and row["kurtosis"] >= MOST_KURTOSIS
    words = {
        "constant": row["distinct"] == 1,
        "outliers": outliers,
        "few values": row["share"] < LEAST_AVAILABLE,
        "many zeros": row["share_nonzero"] < LEAST_NONZERO,
        "few distinct values": row["distinct"] > 1 and row["share_distinct"] < LEAST_DISTINCT,
    }
    return "; ".join(word for word, holds in words.items() if holds)


class Availability:
    """How much of the data is there.

    Attributes
    ----------
    period : label
        The period that was counted.
    units : frame
        One row a unit: unit, missing, zeros, missing_or_zero, available (share of indicators), nonzero (share of the
        observed).
    indicators : frame
        The same, one row an indicator.
    groups : frame or None
        unit, then one column for each inner node: share of the indicators below it that are observed.
    """

    def __init__(self, period: Any, units: Any, indicators: Any, groups: Any) -> None:
        self.period, self.units, self.indicators, self.groups = period, units, indicators, groups

    def to_frame(self) -> Any:
        """Give the frame of units."""
        return self.units

    def __repr__(self) -> str:
        return f"<Availability in {self.period}: {len(self.units)} units x {len(self.indicators)} indicators>"


def availability(
    data: Panel | Result | Any, framework: Any = None, *, nodes: Nodes = None, period: Any = None
) -> Availability:
    """Count what is observed, by unit, by indicator, and by unit within each group of indicators.

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        Of a result the raw panel is counted, in the period that each indicator's lag asks for.
    framework : Framework or Index, optional
        The tree whose inner nodes are the groups; that of the result if left out.
    nodes : sequence of str, optional
        Which indicators; those of the framework if left out, without one every indicator of the panel.
    period : label, optional
        Which period; the last one if left out.

    Returns
    -------
    Availability

    Raises
    ------
    SpecError
        If an indicator of the framework is not in the panel.

    Examples
    --------
    >>> import egov_index as egov
    >>> found = egov.multivariate.availability([[1.0, float("nan")], [0.0, 3.0]])
    >>> found.units["available"].tolist(), found.indicators["nonzero"].tolist()
    ([0.5, 1.0], [0.5, 1.0])
    """
    tree = tree_of(data, framework)
    label = cells(data, None, period).period
    panel = data.panel if isinstance(data, Result) else as_panel(data)
    if nodes is None and tree is not None:
        nodes = tree.leaves
    of = cells(panel, nodes, label)
    values = _lagged(panel, tree, of.names, label, of.values)
    units = {"unit": list(of.units)} | _counts(values, 1)
    indicators = {"indicator": list(of.names)} | _counts(values, 0)
    groups = None if tree is None else make_frame(_by_group(tree, of.names, of.units, values), of.backend)
    return Availability(label, make_frame(units, of.backend), make_frame(indicators, of.backend), groups)


def _lagged(
    panel: Panel, tree: Framework | None, names: tuple[str, ...], label: Any, values: NDArray[np.float64]
) -> NDArray[np.float64]:
    lags = {node.code: node.lag for node in tree.nodes} if tree is not None else {}
    now, out = panel.times[panel.periods.index(label)], values.copy()
    for column, name in enumerate(names):
        if not lags.get(name):
            continue
        found = np.flatnonzero(np.abs(panel.times - (now - lags[name])) < 1e-9)
        if not found.size:
            fault = Fault(f"lag of {name!r}", f"period {now - lags[name]:g} is not there", "")
            raise SpecError(fault)
        out[:, column] = panel.column(name)[:, found[0]]
    return out


def _counts(values: NDArray[np.float64], axis: int) -> dict[str, Any]:
    missing, zeros = np.isnan(values).sum(axis), (values == 0).sum(axis)
    seen = values.shape[axis] - missing
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "missing": missing,
            "zeros": zeros,
            "missing_or_zero": missing + zeros,
            "available": seen / values.shape[axis],
            "nonzero": (seen - zeros) / seen,
        }


def _by_group(
    tree: Framework, names: tuple[str, ...], units: tuple[Any, ...], values: NDArray[np.float64]
) -> dict[str, Any]:
    columns: dict[str, Any] = {"unit": list(units)}
    seen, leaves = ~np.isnan(values), set(tree.leaves)
    unknown = [name for name in names if name not in leaves]
    if unknown:
        raise SpecError(
            [Fault("nodes", f"unknown indicator {one!r}", nearest(one, leaves)) for one in unknown]
        )
    for code in tree.codes:
        below = [names.index(leaf) for leaf in tree.below(code) if leaf in names]
        if code not in leaves and below:
            columns[code] = seen[:, below].mean(axis=1)
    return columns
