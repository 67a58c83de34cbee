"""Hausman's test of random against fixed country effects, in the forms that go by the name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import Fault, SpecError
from ...table import make_frame, nearest
from .clustered import clustered
from .covariance import sandwich
from .design import CONSTANT, Design
from .estimators import ESTIMATORS, estimable, fit, standardized, without_singletons
from .extras import library
from .gauge import times
from .kernels import unadjusted
from .working import Array, Working, demeaned

__all__ = ["Hausman", "compare_effects"]


@dataclass(frozen=True)
class Hausman:
    """Tests of random against fixed country effects.

    Attributes
    ----------
    rows : list of dict
        For each form: form, statistic, df, p, says, note.
    backend : str
        Library of frames.
    """

    rows: list[dict[str, Any]]
    backend: str

    def to_frame(self) -> Any:
        """Frame: form, statistic (chi-squared), df, p, says, note.

        The form ``classical`` is Hausman's (1978) quadratic form of the difference of both estimates; ``auxiliary`` the
        Wald test of the within regressors in the random-effects regression (Mundlak 1978), with classical errors;
        ``robust`` the same with a variance of its own for each country, from HC3 residuals (plm's white2);
        ``clustered`` with errors clustered by country (CR0; Arellano 1993). A small p speaks for fixed effects.
        """
        names = ("form", "statistic", "df", "p", "says", "note")
        return make_frame({name: [row[name] for row in self.rows] for name in names}, self.backend)

    def __getitem__(self, form: str) -> dict[str, Any]:
        """Row of a form: ``"classical"``, ``"auxiliary"``, ``"robust"`` or ``"clustered"``."""
        found = next((row for row in self.rows if row["form"] == form), None)
        if found is None:
            raise SpecError(Fault("form", repr(form), nearest(form, SAYS)))
        return found

    def __repr__(self) -> str:
        parts = [f"{row['form']} {row['statistic']:.4f} (p {row['p']:.4g})" for row in self.rows]
        return f"<Hausman, {self.rows[0]['df']} df: {', '.join(parts)}>"


def compare_effects(design: Design) -> Hausman:
    """All three forms on the rows that country fixed effects can use."""
    entity, random = ESTIMATORS["entity"], ESTIMATORS["random"]
    design = without_singletons(design, entity)
    keep, _ = estimable(_without_constant(design), entity)
    names = [_without_constant(design).terms[k] for k in keep]
    inside = design.columns([design.terms.index(name) for name in names])
    whole = design.columns(estimable(design, random)[0])
    backend = design.joined.backend
    if not names:
        empty = {"statistic": np.nan, "df": 0, "p": np.nan, "note": "no regressor varies within countries"}
        return Hausman([{"form": form, "says": SAYS[form], **empty} for form in SAYS], backend)
    within, mixed = fit(inside, entity), fit(whole, random)
    at = [whole.terms.index(name) for name in names]
    rows = [_classical(within, mixed, at), *_auxiliary(standardized(inside, means=True), mixed)]
    return Hausman(rows, backend)


SAYS = {
    "classical": "quadratic form of the difference of both estimates (Hausman 1978)",
    "auxiliary": "Wald test of within regressors beside the random-effects ones (Mundlak 1978), classical errors",
    "robust": "the same with a variance a country, from HC3 residuals (White 1984, as plm's white2)",
    "clustered": "the same with errors clustered by country, CR0 (Arellano 1993)",
}


def _without_constant(design: Design) -> Design:
    return design.columns([k for k, name in enumerate(design.terms) if name != CONSTANT])


def _classical(within: Working, mixed: Working, at: list[int]) -> dict[str, Any]:
    power = mixed.exponents[at] - within.exponents  # both in the units of the first
    gap = within.estimates - times(mixed.estimates[at], power)
    other = times(unadjusted(mixed).matrix[np.ix_(at, at)], power + power[:, None])
    matrix = unadjusted(within).matrix - other
    scale = 1 / np.sqrt(np.diag(unadjusted(within).matrix))
    lowest = float(np.linalg.eigvalsh(matrix * scale * scale[:, None]).min())
    note = "" if lowest > 0 else "the difference of covariances is not positive definite: use another form"
    return _row("classical", _quadratic(gap, matrix), len(gap), note)


def _auxiliary(inside: Design, mixed: Working) -> list[dict[str, Any]]:
    """Regress what random effects regress on its regressors and those with country means taken out."""
    codes = np.unique(inside.units, return_inverse=True)[1].astype(np.int64)
    y = mixed.residuals + mixed.x @ mixed.coefficients
    own = demeaned(inside.x, codes)
    basis = np.linalg.qr(mixed.x)[0]
    left = own - basis @ (basis.T @ own)
    varies = np.linalg.norm(left, axis=0) > 1e-9 * np.linalg.norm(own, axis=0)
    if not varies.all():
        note = "the within regressors are those of random effects: nothing to tell apart"
        return [_row(form, np.nan, inside.x.shape[1], note) for form in list(SAYS)[1:]]
    x = np.column_stack([mixed.x, own])
    beta = np.linalg.lstsq(x / _lengths(x), y, rcond=None)[0] / _lengths(x)
    work = replace(
        mixed,
        x=x,
        residuals=y - x @ beta,
        coefficients=beta,
        contrasts=np.eye(len(beta)),
        origin=0.0,
        exponents=np.zeros(len(beta), dtype=np.int64),
    )
    last = slice(mixed.x.shape[1], None)
    found = {
        "auxiliary": unadjusted(work).matrix,
        "robust": _by_country(work),
        "clustered": clustered(work, "cr0").matrix,
    }
    return [
        _row(form, _quadratic(beta[last], matrix[last, last]), own.shape[1], "")
        for form, matrix in found.items()
    ]


def _by_country(work: Working) -> Array:
    """Covariance with independent errors of one variance a country, residuals divided by 1 - leverage."""
    squares = (work.residuals / (1 - (work.whole**2).sum(axis=1))) ** 2
    variance = np.empty_like(squares)
    for rows in work.clusters:
        variance[rows] = squares[rows].mean()
    return sandwich(work, (work.x * variance[:, None]).T @ work.x)


def _lengths(x: Array) -> Array:
    return np.asarray(np.linalg.norm(x, axis=0))


def _quadratic(gap: Array, matrix: Array) -> float:
    scale = 1 / np.sqrt(np.abs(np.diag(matrix)))
    try:
        return float(gap * scale @ np.linalg.solve(matrix * scale * scale[:, None], gap * scale))
    except np.linalg.LinAlgError:
        return float("nan")


def _row(form: str, statistic: float, df: int, note: str) -> dict[str, Any]:
    chi2 = library("scipy.stats", "the Hausman test").chi2
    p = float(chi2.sf(statistic, df)) if statistic >= 0 else float("nan")
    return {"form": form, "statistic": statistic, "df": df, "p": p, "says": SAYS[form], "note": note}
