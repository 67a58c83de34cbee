"""Lines of every outcome on every node of an index, by several methods side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import picked, share
from ..associations import associations
from ..catalogue import Choice
from ..errors import DataError, Fault, SpecError
from ..naming import counted
from ..panel import Panel
from ..result import Result
from ..table import make_frame, nearest
from .designs import group_numbers
from .line import Line
from .linear import H1, C, convention, least_squares, robust
from .quantile import CONVENTION, centered, quantile_line
from .sides import gather, panel_of

__all__ = ["Lines", "lines"]

Array = NDArray[np.float64]
FEWEST = 4
DETERMINED = {
    "control-is-index": "the controls determine the node",
    "control-is-outcome": "the controls determine the outcome",
}
NUMBERS = ("intercept", "slope", "se", "low", "high", "p", "scale")


@dataclass(frozen=True)
class Pair:
    """Rows of one node and one outcome; the node is the first column of x, the controls follow."""

    y: Array
    x: Array
    terms: list[str]
    groups: NDArray[np.int64] | None
    errors: str
    quantile: float
    level: float


Found = dict[str, Any]


def _of_line(found: Line) -> Found:
    values = [*found.coef[:2], found.se[1], found.low[1], found.high[1], found.p[1], found.scale]
    reason = "constant-control" if found.reason == "constant-column" else found.reason
    return dict(zip(NUMBERS, values, strict=True)) | {
        "n": found.n, "errors": found.errors, "reason": reason, "note": found.note,
    }  # fmt: skip


def _least_squares(pair: Pair) -> Found:
    groups = None if pair.groups is None else [None if g < 0 else int(g) for g in pair.groups]
    found = least_squares(
        pair.y, pair.x, names=pair.terms, errors=pair.errors, groups=groups, level=pair.level
    )
    left = (
        f"{counted(found.left_out, 'country', 'countries')} without a group left out"
        if found.left_out
        else ""
    )
    return _of_line(found) | {"note": "; ".join(filter(None, (found.note, left)))}


def _robust(method: str) -> Callable[[Pair], Found]:
    def drawn(pair: Pair) -> Found:
        found = robust(pair.y, pair.x, method, names=pair.terms, level=pair.level)
        idle = int((np.asarray(found.details["weights"]) == 0).sum())
        far = counted(idle, "country", "countries")
        note = (
            f"{far} so far from the line that {'it has' if idle == 1 else 'they have'} no weight"
            if idle
            else ""
        )
        return _of_line(found) | {"note": "; ".join(filter(None, (found.note, note)))}

    return drawn


def _quantile(pair: Pair) -> Found:
    plain = least_squares(pair.y, pair.x, names=pair.terms)
    if plain.reason:
        return _of_line(plain)
    found = quantile_line(pair.y, pair.x, pair.quantile, pair.level)
    if "coef" not in found or not np.isfinite(found["se"]).all() or not found["se"].all():
        why = found["note"] or "the density of residuals at the quantile cannot be estimated"
        found = {"coef": found.get("coef", (np.nan,) * 2), "note": f"no standard errors: {why}"}
    values = [*found["coef"][:2], *(found[k][1] if k in found else np.nan for k in NUMBERS[2:6]), np.nan]
    return dict(zip(NUMBERS, values, strict=True)) | {"n": len(pair.y), "reason": "", "note": found["note"]}


METHODS: dict[str, tuple[Callable[[Pair], Found], str]] = {  # how, and the convention of errors
    "least-squares": (_least_squares, ""),
    **{name: (_robust(name), H1) for name in C},
    "quantile": (_quantile, CONVENTION),
}


class Lines:
    """Lines of outcomes on nodes of an index.

    Attributes
    ----------
    methods, errors, quantile, controls, standardized, level, period, lag, window
        How they were drawn; ``errors`` is the convention of those by least squares.
    notes : tuple of str
        What a reader of the whole table should know.
    """

    def __init__(self, columns: dict[str, list[Any]], backend: str, **how: Any) -> None:
        self._columns, self._backend = columns, backend
        self.methods: tuple[str, ...] = how["methods"]
        self.errors: str = how["errors"]
        self.quantile: float = how["quantile"]
        self.controls: tuple[str, ...] = how["controls"]
        self.standardized: bool = how["standardized"]
        self.level: float = how["level"]
        self.period, self.lag, self.window = how["period"], how["lag"], how["window"]
        self.notes: tuple[str, ...] = tuple(how["notes"])

    def to_frame(self) -> Any:
        """Frame with a row a node, outcome and method.

        Columns node, outcome, sdg_goal, method, n (countries), intercept, slope, se, low, high, p (of the slope), scale
        (residual standard deviation; of robust lines the normalized median absolute residual), errors (convention of
        se), reason (code, where there is no line), note.
        """
        return make_frame(self._columns, self._backend)

    def __len__(self) -> int:
        return len(self._columns["node"])

    def __repr__(self) -> str:
        none = sum(reason != "" for reason in self._columns["reason"])
        without = f", {none} without a number" if none else ""
        held = f", {', '.join(self.controls)} held fixed" if self.controls else ""
        unit = "standard deviations" if self.standardized else "units of the data"
        return (
            f"<Lines: {len(self)} ({', '.join(self.methods)}){without}, slopes in {unit}{held}; "
            f"least squares with {self.errors} errors; association is not cause>"
        )


def lines(
    scores: Result | Panel,
    outcomes: Panel,
    *,
    nodes: str | Sequence[str] | None = None,
    methods: str | Sequence[str] = ("least-squares", "huber", "tukey", "quantile"),
    control: str | Sequence[str] = (),
    controls: Panel | None = None,
    only: str | Sequence[str] | None = None,
    period: Any = None,
    lag: float = 0,
    window: float = 5,
    standardize: bool = False,
    quantile: float = 0.5,
    errors: str = "hc3",
    groups: Any = None,
    level: float = 0.95,
) -> Lines:
    """Draw lines of every outcome on every node over countries, by several methods side by side.

    Where robust lines and that through the median differ from least squares, single countries make the slope.

    Parameters
    ----------
    scores : Result or Panel
        The index; of a panel every indicator is a node.
    outcomes : Panel
        Outcomes; ``indicator_info`` gives their goals.
    nodes : sequence of str, optional
        Which nodes; all if left out.
    methods : sequence of str
        Of ``"least-squares"``, ``"huber"``, ``"tukey"`` (see :func:`robust`) and ``"quantile"`` (by statsmodels:
        ``egov-index[outcomes]``).
    control, controls, only
        Held fixed, where it is taken from, and which outcomes, as in :func:`correlate`.
    period : label, optional
        Which period of the index; the last one if left out.
    lag, window : float
        As in :func:`correlate`.
    standardize : bool
        Brings node, outcome and controls of each pair to mean 0 and standard deviation 1 over its countries.
    quantile : float
        Which quantile of the outcome ``"quantile"`` is drawn through; 0.5 is the median.
    errors : str
        Convention of the standard errors of least squares, see :func:`least_squares`; not ``"newey-west"``.
    groups : str or sequence, optional
        For clustered errors: a scheme of groups of the index's units, or a label for each unit.
    level : float
        Level of the intervals.

    Returns
    -------
    Lines
        A pair uses the countries that have all its values. Without a number and with a reason where they are fewer
        than 4 (none: ``notes`` then says what there is on both sides) or no more than the coefficients, where node or
        outcome does not vary, or the controls determine one of them.

    Raises
    ------
    SpecError, DataError
        For names that are unknown and arguments that make no sense.

    Examples
    --------
    >>> import numpy as np
    >>> import egov_index as egov
    >>> index = egov.Panel.from_array(np.arange(8.0)[:, None, None])
    >>> outcome = egov.Panel.from_array(np.array([1, 2, 4, 4, 6, 7, 8, 90.0])[:, None, None])
    >>> found = lines(index, outcome, methods=["least-squares", "tukey"])
    >>> found.to_frame()["slope"].round(3).tolist()
    [7.905, 1.184]
    """
    wanted = picked("methods", methods, METHODS, "method")
    level, quantile = share("level", level, 0.95), share("quantile", quantile, 0.5)
    _check(outcomes, window, standardize, errors, groups)
    sides = gather(
        scores, outcomes, nodes=nodes, only=only, period=period, lag=lag, window=window, control=control,
        controls=controls,
    )  # fmt: skip
    panel, x, y, held = panel_of(scores), sides.x, sides.y, sides.z
    labels = _groups(groups, panel)
    columns: dict[str, list[Any]] = {}
    for i, node in enumerate(sides.nodes):
        for j, outcome in enumerate(sides.names):
            rows = ~(np.isnan(x[:, i]) | np.isnan(y[:, j]) | np.isnan(held).any(axis=1))
            table = np.column_stack([x[rows, i], held[rows]])
            group = None if labels is None else labels[rows]
            pair = Pair(y[rows, j], table, [node, *sides.controls.names], group, errors, quantile, level)
            about = {
                "node": node,
                "outcome": outcome,
                "sdg_goal": str(outcomes.about(outcome).get("sdg_goal", "")),
            }
            for method in wanted:
                row = about | {"method": method} | _drawn(pair, method, standardize)
                for name, value in row.items():
                    columns.setdefault(name, []).append(value)
    return Lines(
        columns, panel.backend, methods=wanted, errors=errors, quantile=quantile, controls=sides.controls.names,
        standardized=standardize, level=level, period=sides.periods[0], lag=lag, window=window,
        notes=sides.notes,
    )  # fmt: skip


def _drawn(pair: Pair, method: str, standardize: bool) -> dict[str, Any]:
    """Cells of a row, from n on."""
    how, said = METHODS[method]
    found = _obstacle(pair) or how(_standardized(pair) if standardize else pair)
    said = said or found.get("errors", pair.errors)
    cells = {"n": found["n"]} | {name: float(found.get(name, np.nan)) for name in NUMBERS}
    return cells | {"errors": said, "reason": found["reason"], "note": found["note"]}


def _obstacle(pair: Pair) -> Found | None:
    n, terms = len(pair.y), len(pair.terms) + 1
    same = [k for k in range(pair.x.shape[1]) if np.ptp(pair.x[:, k]) == 0] if n else []
    for true, reason, note in (
        (n == 0, "no-overlap", "no country has all values"),
        (n < FEWEST, "too-few", f"fewer than {FEWEST} countries"),
        (0 in same, "constant-index", "the node is the same everywhere"),
        (n and np.ptp(pair.y) == 0, "constant-outcome", "the outcome is the same everywhere"),
        (n <= terms, "too-many-controls", f"{counted(n, 'country', 'countries')} for {terms} coefficients"),
        (bool(same), "constant-control", "a control is the same everywhere"),
    ):
        if true:
            return {"n": n, "reason": reason, "note": note}
    reason = _determined(pair)
    return {"n": n, "reason": reason, "note": DETERMINED[reason]} if reason else None


def _determined(pair: Pair) -> str:
    """Which side is a sum of multiples of the controls, as a code; empty if neither is."""
    if pair.x.shape[1] < 2:
        return ""
    node, controls = np.asfortranarray(pair.x[:, :1]), pair.x[:, 1:]
    reason: str = associations(node, pair.y[:, None], Choice("pearson"), controls=controls)["reason"][0]
    return reason if reason in DETERMINED else ""


def _standardized(pair: Pair) -> Pair:
    columns = np.column_stack([centered(column)[0] for column in pair.x.T])
    return Pair(centered(pair.y)[0], columns, pair.terms, pair.groups, pair.errors, pair.quantile, pair.level)


def _check(outcomes: Any, window: Any, standardize: Any, errors: Any, groups: Any) -> None:
    if not isinstance(outcomes, Panel):
        raise DataError(f"outcomes: a Panel is needed, not {type(outcomes).__name__}")
    if isinstance(window, bool) or not isinstance(window, int | float) or not window > 0:
        raise SpecError(Fault("window", repr(window), "a number of periods above 0"))
    if not isinstance(standardize, bool):
        raise SpecError(Fault("standardize", repr(standardize), "True or False"))
    if errors == "newey-west":
        raise SpecError(Fault("errors", "'newey-west'", "another: countries have no order of time"))
    if convention(errors)["clustered"] == (groups is None):
        right = "none, or errors='cr2'" if groups is not None else f"a scheme of groups for errors={errors!r}"
        raise SpecError(Fault("groups", repr(groups), right))


def _groups(groups: Any, panel: Panel) -> NDArray[np.int64] | None:
    if isinstance(groups, str):
        if groups not in panel.groups:
            raise SpecError(Fault("groups", repr(groups), nearest(groups, panel.groups)))
        groups = panel.groups[groups]
    return None if groups is None else group_numbers(groups, len(panel.units))
