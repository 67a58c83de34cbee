"""Dynamic panels: an outcome that depends on its own past, by Arellano and Bond (1991)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...arguments import share, truth, whole
from ...errors import DataError, Fault, SpecError
from ...table import listing, make_frame
from .arellano_bond import Differenced, Estimated, differenced, estimate
from .covariance import Covariance, inference
from .design import CONSTANT, Design, design
from .estimators import ESTIMATORS, estimable
from .gauge import is_rounding
from .joined import join
from .latex import table
from .working import Array

__all__ = ["DynamicPanel", "dynamic_panel"]

STEPS = {
    1: "one-step GMM; errors robust to any variance and to serial correlation within countries; normal law",
    2: "two-step GMM; errors with the correction of Windmeijer (2005) for estimated weights; normal law",
}


class DynamicPanel:
    """A dynamic panel model by differences and lagged levels as instruments.

    Attributes
    ----------
    formula, outcome : str
        What was asked for, and its left-hand side.
    n, countries : int
        Rows of differences, and countries that give them.
    instruments : int
        Independent columns of the instruments.
    steps : int
        1 or 2.
    convention : str
        What the standard errors are.
    tests : dict
        ``ar1``, ``ar2`` (serial correlation of differences; ``ar2`` should not reject), ``hansen`` (of two steps) and
        ``sargan`` (of one step): each statistic, df and p. NaN where there is none.
    notes : tuple of str
        What to be wary of.
    """

    def __init__(
        self, formula: str, steps: int, level: float, source: Design, terms: list[str], slopes: int,
        rows: Differenced, found: Estimated, reasons: dict[str, str],
    ) -> None:  # fmt: skip
        self.formula, self.outcome, self.steps, self.level = formula, source.outcome, steps, level
        self.n, self.countries, self.instruments = len(rows.y), len(np.unique(rows.units)), found.rank
        self.convention = (
            f"{STEPS[steps]}, through PanelBox; {found.rank} instruments for {self.countries} countries"
        )
        self.tests = {
            name: dict(zip(("statistic", "df", "p"), values, strict=True))
            for name, values in found.tests.items()
        }
        covariance = Covariance(found.covariance, np.full(len(terms), np.inf), self.convention)
        columns = inference(found.coefficients, found.exponents, covariance, level)
        gone = [float("nan")] * len(reasons)
        self._columns: dict[str, list[Any]] = {"term": [*terms[:slopes], *reasons]}
        self._columns |= {name: [*map(float, values[:slopes]), *gone] for name, values in columns.items()}
        self._columns["note"] = [""] * slopes + list(reasons.values())
        self._backend = source.joined.backend
        self.period_effects = dict(zip(terms[slopes:], map(float, columns["estimate"][slopes:]), strict=True))
        self.notes = (*source.joined.notes, *source.notes, *self._wary(source))

    def _wary(self, source: Design) -> list[str]:
        notes = []
        if self.instruments >= self.countries:
            notes.append(
                f"{self.instruments} instruments for {self.countries} countries: too many, tests lose their "
                "force (Roodman 2009); collapse=True or a smaller last= gives fewer"
            )
        if self.tests["ar2"]["p"] < 0.05:
            notes.append(
                "AR(2) rejects: errors are serially correlated, and lags of two periods no instruments"
            )
        if self.tests["hansen"]["p"] < 0.05:
            notes.append("Hansen's test rejects: the instruments are not all valid")
        if self._columns["estimate"][0] > 0.8:
            notes.append(
                "the outcome is persistent: its levels are weak instruments (Blundell and Bond 1998)"
            )
        labels = [source.joined.periods[k] for k in np.unique(source.periods)]
        steps = set(np.diff(source.joined.times[np.unique(source.periods)]).round(9).tolist())
        if len(steps) > 1:
            notes.append(
                f"periods are unevenly spaced ({listing(labels, 12)}): a lag is one period of the panel"
            )
        return notes

    @property
    def sentence(self) -> str:
        """What the model says and what it does not."""
        return (
            f"A dynamic panel of {self.outcome} (Arellano and Bond 1991), {self.n} differences of {self.countries} "
            "countries: association given the past, cause only if the instruments are valid."
        )

    def to_frame(self) -> Any:
        """Frame of a row a term: term, estimate, se, t, df, p, low, high, note; without the period effects."""
        return make_frame(self._columns, self._backend)

    def diagnostics(self) -> Any:
        """Frame of a row a test: test, statistic, df, p."""
        return make_frame(
            {"test": list(self.tests)}
            | {name: [found[name] for found in self.tests.values()] for name in ("statistic", "df", "p")},
            self._backend,
        )

    def to_latex(self, digits: int = 4) -> str:
        """Table with booktabs rules.

        Parameters
        ----------
        digits : int
            Significant digits.

        Returns
        -------
        str
            A ``tabular`` and a line on the errors; names are escaped.
        """
        facts = [
            ("Rows", f"{self.n}"),
            ("Countries", f"{self.countries}"),
            ("Instruments", f"{self.instruments}"),
        ]
        facts += [(f"{name} p", f"{found['p']:.3g}") for name, found in self.tests.items()]
        return table(
            self.outcome, self._columns, facts, [f"Errors: {self.convention}.", self.sentence], digits
        )

    def __repr__(self) -> str:
        width = max(len(term) for term in self._columns["term"])
        names = ("estimate", "se", "p")
        lines = [f"DynamicPanel: {self.formula}", " " * width + "".join(f"{name:>12}" for name in names)]
        for at, term in enumerate(self._columns["term"]):
            cells = "".join(f"{self._columns[name][at]:>12.5g}" for name in names)
            lines.append(f"{term:<{width}}{cells}  {self._columns['note'][at]}".rstrip())
        tests = ", ".join(f"{k} {v['statistic']:.4g} (p {v['p']:.3g})" for k, v in self.tests.items())
        lines += [
            tests,
            f"errors: {self.convention}",
            self.sentence,
            *(f"note: {note}" for note in self.notes),
        ]
        return "\n".join(lines)


def dynamic_panel(
    result: Any,
    outcomes: Any = None,
    formula: str = "",
    *,
    lags: int = 1,
    steps: int = 2,
    first: int = 2,
    last: int | None = None,
    collapse: bool = False,
    period_effects: bool = True,
    lag: float = 0,
    level: float = 0.95,
    unit: str | None = None,
    period: str | None = None,
) -> DynamicPanel:
    """Regress an outcome on its own past and on nodes of an index: difference GMM of Arellano and Bond, by PanelBox.

    Parameters
    ----------
    result, outcomes, formula, lag, level, unit, period
        As in :func:`egov_index.outcomes.panels.panel_model`. The past of the outcome is added by ``lags``, not by the
        formula; the regressors of the formula are taken as strictly exogenous and instrument themselves.
    lags : int
        Lags of the outcome among the regressors, counted in periods of the panel.
    steps : {1, 2}
        One or two steps.
    first, last : int
        Levels of the outcome so many periods back are instruments; ``last`` None: as far as there are.
    collapse : bool
        One instrument a distance rather than one a distance and period (Roodman 2009).
    period_effects : bool
        A dummy variable a period.

    Returns
    -------
    DynamicPanel

    Raises
    ------
    SpecError
        For arguments out of bounds, unknown variables, or a missing library.
    DataError
        If there are no more rows or instruments than coefficients.

    Notes
    -----
    M. Arellano and S. Bond (1991), Review of Economic Studies 58(2); F. Windmeijer (2005), J. Econometrics 126(1);
    D. Roodman (2009), Stata Journal 9(1). Instruments, serial correlation and overidentification are worked out here:
    PanelBox 1.0.2 counts an instrument again for each lag that shares it.

    Examples
    --------
    >>> import egov_index as egov
    >>> from egov_index.outcomes.panels import dynamic_panel
    >>> dynamic_panel(egov.datasets.un_egov_survey(), formula="egdi ~ nothing")
    Traceback (most recent call last):
    egov_index.errors.SpecError: formula: unknown variable 'nothing'; valid are osi, tii, hci, epi, egdi, rank
    """
    if isinstance(steps, bool) or steps not in STEPS:
        raise SpecError(Fault("steps", repr(steps), "1 or 2"))
    lags, first = whole("lags", lags, 1, 100), whole("first", first, 2, 100)
    last = None if last is None else whole("last", last, first, 10**6)
    collapse, effects = truth("collapse", collapse), truth("period_effects", period_effects)
    level = share("level", level)
    joined = join(result, outcomes, unit, period)
    source = design(joined, formula, float(lag))
    source = source.columns([k for k, name in enumerate(source.terms) if name != CONSTANT])
    if source.lagged:
        raise SpecError(
            Fault("formula", f"{source.lagged[0]} in it", "lags=, which finds instruments for it")
        )
    levels = design(joined, formula.split("~")[0] + "~ 1", float(lag))
    names = [f"lag({source.outcome}, {by})" for by in range(1, lags + 1)] + source.terms
    grid = [_grid(source, column) for column in source.x.T]
    rows, waves = differenced(_grid(levels, levels.y), grid, lags, first, last, collapse, effects)
    rows, kept, reasons = _told_apart(rows, source, names, effects)
    _enough(rows)
    terms = [*kept, *(str(joined.periods[wave]) for wave in waves)]
    return DynamicPanel(formula, steps, level, source, terms, len(kept), rows, estimate(rows, steps), reasons)


def _grid(rows: Design, values: Array) -> Array:
    """Values by unit and period of the joined data; NaN where there is no row."""
    found = np.full((len(rows.joined.units), len(rows.joined.periods)), np.nan)
    found[rows.units, rows.periods] = values
    return found


def _told_apart(
    rows: Differenced, source: Design, names: list[str], effects: bool
) -> tuple[Differenced, list[str], dict[str, str]]:
    """Without regressors that do not change, or change as others do."""
    if not len(rows.y):
        came = "no difference with all lags known"
        raise DataError(Fault("dynamic_panel", came, "units seen in lags + 2 successive periods"))
    changes = replace(
        source, y=rows.y, x=rows.x[:, : len(names)], terms=names, units=rows.units, periods=rows.times
    )
    if is_rounding(rows.y, np.abs(source.y).max()):
        raise DataError(
            Fault(
                "dynamic_panel", f"{source.outcome} changes by the same everywhere", "an outcome that varies"
            )
        )
    keep, reasons = estimable(changes, ESTIMATORS["time" if effects else "pooled"])
    columns = [*keep, *range(len(names), rows.x.shape[1])]
    return replace(rows, x=rows.x[:, columns]), [names[k] for k in keep], reasons


def _enough(rows: Differenced) -> None:
    coefficients, rank = rows.x.shape[1], int(np.linalg.matrix_rank(rows.z))
    if rank < coefficients or len(rows.y) <= coefficients:
        came = f"{len(rows.y)} differences and {rank} instruments for {coefficients} coefficients"
        raise DataError(Fault("dynamic_panel", came, "more rows and as many instruments"))
