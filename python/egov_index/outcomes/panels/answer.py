"""The fitted panel model: coefficients, what their errors assume, and what a reader should know."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...table import make_frame
from .covariance import OUT_OF_RANGE, Covariance, inference, scaled
from .design import Design
from .distances import great_circle, locate
from .estimators import Estimator
from .gauge import times
from .hausman import Hausman, compare_effects
from .latex import table
from .spatial import moran_of
from .working import Working

__all__ = ["PanelModel"]

COLUMNS = ("se", "t", "df", "p", "low", "high")


class PanelModel:
    """A panel model of an outcome.

    Attributes
    ----------
    formula, effects, se : str
        What was asked for.
    outcome : str
        Name of the left-hand side.
    n, countries, periods : int
        Rows, countries and periods that the coefficients rest on.
    r2 : dict
        Shares of variance: ``model`` (of the regression that was worked out, by linearmodels, of the outcome less its
        mean where there is a constant or an effect); ``within``, ``between`` and ``overall`` are squared correlations
        of the outcome with what the slopes foretell (as in Stata).
    convention : str
        What the standard errors are, in words: formula, small-sample factor, degrees of freedom.
    covariance : numpy.ndarray
        Of the coefficients that were estimated, in the order of the frame; NaN where squares of the units are beyond
        the range of double precision.
    level : float
        Level of the intervals.
    notes : tuple of str
        What was left out, and what to be wary of.
    """

    def __init__(
        self, asked: dict[str, Any], design: Design, source: Design, estimator: Estimator, work: Working,
        covariance: Covariance, reasons: dict[str, str], notes: list[str], r2: dict[str, float],
    ) -> None:  # fmt: skip
        self.formula: str = asked["formula"]
        self.effects: str = asked["effects"]
        self.se: str = asked["se"]
        self.level: float = asked["level"]
        self.lag: float = asked["lag"]
        self.outcome = design.outcome
        self.n = work.rows
        self.countries = len(np.unique(work.units))
        self.periods = len(np.unique(source.periods))
        self.r2 = r2
        self.convention = covariance.convention
        powers = work.exponents
        self.covariance = scaled(covariance.matrix, powers + powers[:, None])
        lost = np.isnan(self.covariance) & ~np.isnan(covariance.matrix)
        notes = [*notes, f"the covariance is {OUT_OF_RANGE}; errors are told"] if lost.any() else notes
        self.notes = tuple(dict.fromkeys(notes))
        self._design, self._source, self._work, self._estimator = design, source, work, estimator
        self._reasons = reasons
        self._columns = self._laid_out(covariance)

    def _laid_out(self, covariance: Covariance) -> dict[str, list[Any]]:
        """Columns of the frame: estimated terms, then those that are not, with the reason."""
        found = inference(self._work.estimates, self._work.exponents, covariance, self.level)
        lost = np.isnan(found["estimate"]) & ~np.isnan(self._work.estimates)
        lost |= np.isnan(found["se"]) & ~np.isnan(found["t"])
        gone = [float("nan")] * len(self._reasons)
        columns: dict[str, list[Any]] = {"term": [*self._design.terms, *self._reasons]}
        columns |= {name: [*map(float, found[name]), *gone] for name in ("estimate", *COLUMNS)}
        notes = [OUT_OF_RANGE if one else "" for one in lost]
        return columns | {"note": [*notes, *self._reasons.values()]}

    def to_frame(self) -> Any:
        """Frame of a row a term: term, estimate, se, t, df, p, low, high, note; NaN with a note where not estimated."""
        return make_frame(self._columns, self._design.joined.backend)

    @property
    def residuals(self) -> Any:
        """Frame: unit, period, residual of the regression that was worked out (effects taken out)."""
        joined = self._design.joined
        return make_frame(
            {
                "unit": [joined.units[k] for k in self._work.units],
                "period": [joined.periods[k] for k in self._work.periods],
                "residual": times(self._work.residuals, np.array(self._work.height)),
            },
            joined.backend,
        )

    @property
    def sentence(self) -> str:
        """What the model says and what it does not."""
        title = f"{self._estimator.title[:1].upper()}{self._estimator.title[1:]} of {self.outcome}"
        size = f"{self.n} rows, countries: {self.countries}, periods: {self.periods}"
        return f"{title} ({size}): association in {self._estimator.says}, not cause."

    def hausman(self) -> Hausman:
        """Test random against fixed country effects on the rows of this formula, in forms that are named.

        Returns
        -------
        Hausman
            Classical, auxiliary, robust and clustered form, whatever the effects of this model are.

        Raises
        ------
        DataError
            If no country has two periods.
        """
        return compare_effects(self._source)

    def moran(
        self,
        coordinates: Any = None,
        *,
        weights: str = "inverse-distance",
        neighbors: int = 5,
        cutoff: float | None = None,
        permutations: int = 999,
        seed: int = 1,
    ) -> Any:
        """Moran's I of the residuals, period by period.

        Parameters
        ----------
        coordinates, weights, neighbors, cutoff, permutations, seed
            As in :func:`egov_index.outcomes.panels.moran`.

        Returns
        -------
        frame
            Columns period, n, statistic, expected, z, p_normal, p, note. Residuals are taken as values: that they are
            of a regression is not allowed for.

        Raises
        ------
        SpecError, DataError
            As :func:`egov_index.outcomes.panels.moran`.
        """
        joined, work = self._design.joined, self._work
        seen = np.unique(work.units)
        places = great_circle(locate([joined.units[k] for k in seen], coordinates))
        position = np.searchsorted(seen, work.units)
        columns: dict[str, list[Any]] = {"period": []}
        for period in np.unique(work.periods):
            rows = np.flatnonzero(work.periods == period)
            near = places[np.ix_(position[rows], position[rows])]
            found = moran_of(work.residuals[rows], near, weights, neighbors, cutoff, permutations, seed)
            columns["period"].append(joined.periods[period])
            for name, value in vars(found).items():
                columns.setdefault(name, []).append(value)
        return make_frame(columns, joined.backend)

    def to_latex(self, digits: int = 4) -> str:
        """Table with booktabs rules: estimates with errors in brackets, and what they are.

        Parameters
        ----------
        digits : int
            Significant digits.

        Returns
        -------
        str
            A ``tabular`` and a line on the errors; names are escaped.
        """
        facts = [("Rows", f"{self.n}"), ("Countries", f"{self.countries}"), ("Periods", f"{self.periods}")]
        facts += [(f"R2 {name}", f"{value:.{digits}g}") for name, value in self.r2.items()]
        return table(
            self.outcome, self._columns, facts, [f"Errors {self.convention}.", self.sentence], digits
        )

    def __repr__(self) -> str:
        lines = [f"PanelModel: {self.formula}, {self.effects} effects"]
        names = ("estimate", "se", "p")
        width = max(len(term) for term in self._columns["term"])
        lines.append(" " * width + "".join(f"{name:>12}" for name in names))
        for at, term in enumerate(self._columns["term"]):
            cells = "".join(f"{self._columns[name][at]:>12.5g}" for name in names)
            lines.append(f"{term:<{width}}{cells}" + (f"  {self._columns['note'][at]}".rstrip()))
        lines += [f"errors: {self.convention}", self.sentence, *(f"note: {note}" for note in self.notes)]
        return "\n".join(line.rstrip() for line in lines)
