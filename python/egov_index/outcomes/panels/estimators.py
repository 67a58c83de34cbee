"""Estimators of panel models by name: coefficients through linearmodels, and the regression behind them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, Fault
from .design import CONSTANT, Design
from .extras import library
from .gauge import FLAT, exponents, is_rounding, times
from .working import NEGLIGIBLE, Array, Working, demeaned, residual_basis, sums

__all__ = ["ESTIMATORS", "Estimator", "estimable", "fit", "prepared", "standardized", "without_singletons"]


@dataclass(frozen=True)
class Estimator:
    """One way to treat countries and periods.

    Attributes
    ----------
    title : str
        Name of the model.
    says : str
        What its coefficients compare.
    by_unit, by_period : bool
        Effects that are taken out.
    rows : callable
        From a design to the rows that are regressed, where these are not its own.
    fit : callable
        From such a design to the working regression.
    """

    title: str
    says: str
    by_unit: bool
    by_period: bool
    rows: Callable[[Design], Design]
    fit: Callable[[Design, Estimator], Working]


def fit(design: Design, estimator: Estimator) -> Working:
    """Coefficients and the working regression, of columns that were centered and scaled.

    Raises
    ------
    DataError
        If there are no more rows than parameters.
    """
    scaled = standardized(design, _takes_means(design, estimator))
    gauge, wide = scaled.gauge, len(design.terms)
    constant, contrasts, origin = _constant(design), np.eye(wide), np.zeros(wide)
    contrasts[constant] -= np.where(constant, 0.0, gauge.origin[1:])
    origin[constant] = gauge.origin[0]
    powers = gauge.exponents[0] - gauge.exponents[1:]
    work = estimator.fit(scaled, estimator)
    return replace(work, contrasts=contrasts, origin=origin, exponents=powers, height=int(gauge.exponents[0]))


def prepared(design: Design, estimator: Estimator) -> tuple[Design, Design]:
    """Standardized rows, and those that are regressed: so that neither means nor differences round away what varies."""
    levels = standardized(design, _takes_means(design, estimator) or estimator.rows is _differences)
    return levels, estimator.rows(levels)


def standardized(design: Design, means: bool) -> Design:
    """Columns over powers of two, with means less these; a constant stays."""
    first = exponents(design.both)
    both = times(design.both, -first)
    keep = np.array([False, *_constant(design)]) if means else np.ones(both.shape[1], dtype=bool)
    mean = np.where(keep, 0.0, both.mean(axis=0))
    mean = mean + np.where(keep, 0.0, (both - mean).mean(axis=0))
    both = both - mean
    second = exponents(both)
    both, mean = times(both, -second), times(mean, -second)
    return replace(design, y=both[:, 0], x=both[:, 1:], measured=design.gauge.moved(first + second, mean))


def _constant(design: Design) -> NDArray[np.bool_]:
    return np.array([name == CONSTANT for name in design.terms], dtype=bool)


def _takes_means(design: Design, estimator: Estimator) -> bool:
    """Do effects or a constant take up the means of columns?"""
    return bool(_constant(design).any()) or estimator.by_unit or estimator.by_period


def _enough(rows: int, coefficients: int, effects: int) -> None:
    if rows <= coefficients + effects:
        came = f"{rows} rows for {coefficients} coefficients and {effects} effects"
        raise DataError(Fault("panel_model", came, "more rows than parameters"))


def without_singletons(design: Design, estimator: Estimator) -> Design:
    """Rows whose unit or period is seen again: the others say nothing within what is absorbed (Correia 2015)."""
    keep = np.ones(len(design.y), dtype=bool)
    for _ in range(len(design.y)):
        alone = np.zeros_like(keep)
        for codes, taken in ((design.units, estimator.by_unit), (design.periods, estimator.by_period)):
            if taken:
                alone |= keep & (np.bincount(codes[keep], minlength=codes.max() + 1)[codes] == 1)
        if not alone.any():
            break
        keep &= ~alone
    if keep.all():
        return design
    if not keep.any():
        came = f"no unit and period seen twice in {len(keep)} rows"
        raise DataError(Fault("effects", came, f"units in two periods or more for {estimator.title}"))
    gone = ", ".join(design.place(row) for row in np.flatnonzero(~keep)[:5].tolist())
    text = f"{int((~keep).sum())} rows left out whose unit or period is seen once: {gone}"
    return design.rows(keep, [text + (" and others" if (~keep).sum() > 5 else "")])


def estimable(design: Design, estimator: Estimator) -> tuple[list[int], dict[str, str]]:
    """Positions of regressors that can be told apart, and for each other one the reason why not."""
    names = {
        (True, True): "country and period effects",
        (True, False): "country effects",
        (False, True): "period effects",
    }
    absorbing = names.get((estimator.by_unit, estimator.by_period), "")
    design = _standing_out(design, estimator)
    left, _ = _taken_out(design.x, design, estimator)
    sizes = design.gauge.size[1:]
    basis, keep, reasons = np.empty((len(left), 0)), list[int](), dict[str, str]()
    for at, name in enumerate(design.terms):
        size = np.linalg.norm(design.x[:, at])
        rest = left[:, at] - basis @ (basis.T @ left[:, at])
        rest = rest - basis @ (basis.T @ rest)
        if size == 0 or (absorbing and _nothing(left[:, at], size, sizes[at])):
            alone = "does not change over time" if estimator.rows is _differences else "the same throughout"
            reasons[name] = f"absorbed by {absorbing}" if absorbing else alone
        elif _nothing(rest, np.linalg.norm(left[:, at]), sizes[at]):
            others = [design.terms[k] for k in keep]
            with_effects = f" and {absorbing}" if absorbing else ""
            reasons[name] = f"collinear with {', '.join(others)}{with_effects}"
        else:
            keep.append(at)
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return keep, reasons


def _nothing(rest: Array, length: Any, size: Any) -> bool:
    """Is what is left of a column of that length rounding, or no more than the column itself was rounded by?"""
    little = bool(np.linalg.norm(rest) <= NEGLIGIBLE * length)
    return little or bool(np.abs(rest).max() <= FLAT / 4 * size)


def _standing_out(design: Design, estimator: Estimator) -> Design:
    """Standardized, with 0 for what varies by no more than rounding."""
    means = _takes_means(design, estimator)
    found = standardized(design, means)
    size = found.gauge.size[1:]
    flat = is_rounding(found.x, size) if means else np.abs(found.x).max(axis=0) <= FLAT * size
    return replace(found, x=np.where(flat & ~_constant(design), 0.0, found.x))


def _taken_out(values: Array, design: Design, estimator: Estimator) -> tuple[Array, Array]:
    """Columns with the effects of the estimator taken out, and the basis of those that are not means of units."""
    empty = np.empty((len(values), 0))
    if estimator.by_period:
        values = demeaned(values, _codes(design.periods))
    if estimator.by_unit:
        values = demeaned(values, _codes(design.units))
    if not estimator.by_period:
        return values, empty
    dummies = (design.periods[:, None] == np.unique(design.periods)[None, :]).astype(np.float64)
    if estimator.by_unit:
        dummies = demeaned(dummies, _codes(design.units))
    basis = residual_basis(dummies)
    for _ in range(2):
        values = values - basis @ (basis.T @ values)
    return values, basis


def _codes(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _model(name: str, design: Design, **options: Any) -> Any:
    """A model of linearmodels, fitted; its own check of rank is done here before, column by column."""
    import pandas as pd

    module = library("linearmodels.panel", "panel models")
    index = pd.MultiIndex.from_arrays([_codes(design.units), _codes(design.periods)], names=["u", "t"])
    y = pd.DataFrame({"y": design.y}, index=index)
    x = pd.DataFrame({f"x{k}": column for k, column in enumerate(design.x.T)}, index=index)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of shares of a variance of 0; the notes name constant outcomes
            return getattr(module, name)(y, x, check_rank=False, **options).fit(cov_type="unadjusted")
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as wrong:
        raise DataError(Fault("panel_model", f"linearmodels: {wrong}")) from None


def _worked(
    design: Design, model: Any, y: Array, x: Array, nested: bool, basis: Array, absorbed: int
) -> Working:
    beta = model.params.to_numpy(dtype=np.float64)
    return Working(
        x,
        y - x @ beta,
        beta,
        np.eye(len(beta)),
        np.zeros(len(beta), dtype=np.int64),
        design.units,
        design.periods,
        nested,
        basis,
        absorbed,
        {"r2": float(model.rsquared)},
    )


def _absorbing(design: Design, estimator: Estimator) -> Working:
    """Pooled least squares, or with effects of units, periods or both taken out."""
    both, basis = _taken_out(design.both, design, estimator)
    absorbed = basis.shape[1] + (len(np.unique(design.units)) if estimator.by_unit else 0)
    _enough(len(design.y), design.x.shape[1], absorbed)
    if estimator.by_unit or estimator.by_period:
        effects = {"entity_effects": estimator.by_unit, "time_effects": estimator.by_period}
        model = _model("PanelOLS", replace(design, y=both[:, 0], x=both[:, 1:]), **effects)
    else:
        model = _model("PooledOLS", design)
    return _worked(design, model, both[:, 0], both[:, 1:], estimator.by_unit, basis, absorbed)


def _random(design: Design, estimator: Estimator) -> Working:
    """Random effects of units: each row less a share of the mean of its unit."""
    if len(np.unique(design.units)) <= design.x.shape[1]:
        came = f"{len(np.unique(design.units))} countries for {design.x.shape[1]} coefficients"
        raise DataError(Fault("effects", came, "more countries than coefficients for random effects"))
    if is_rounding(design.y, design.gauge.size[0]):  # no variance to part
        return _absorbing(design, estimator)
    _enough(len(design.y), design.x.shape[1], 0)
    model = _model("RandomEffects", design)
    codes = _codes(design.units)
    theta = model.theta.to_numpy(dtype=np.float64)[:, 0][codes]
    both = design.both
    means = (sums(both, codes) / np.bincount(codes)[:, None])[codes]
    both = both - theta[:, None] * means
    found = _worked(design, model, both[:, 0], both[:, 1:], False, np.empty((len(both), 0)), 0)
    found.facts["theta"] = float(np.median(theta))
    return found


def _ordinary(design: Design, estimator: Estimator) -> Working:
    """Least squares of rows that were made beforehand: means of units, or differences."""
    _enough(len(design.y), design.x.shape[1], 0)
    model = _model("PooledOLS", design)
    return _worked(design, model, design.y, design.x, False, np.empty((len(design.y), 0)), 0)


def _means(design: Design) -> Design:
    """A row a unit: means over its periods."""
    units, codes = np.unique(design.units, return_inverse=True)
    both = sums(design.both, codes) / np.bincount(codes)[:, None]
    return replace(
        design, y=both[:, 0], x=both[:, 1:], units=units, periods=np.full(len(units), design.periods.max())
    )


def _differences(design: Design) -> Design:
    """Each row less that of the period before; the constant, if any, stays and is a drift."""
    follows = (np.diff(design.units) == 0) & (np.diff(design.periods) == 1)
    if not follows.any():
        raise DataError(Fault("effects", "no unit in two successive periods", "two for first differences"))
    x, gauge = np.diff(design.x, axis=0)[follows], design.gauge
    x[:, _constant(design)] = 1.0
    skipped = int(((np.diff(design.units) == 0) & ~follows).sum())
    notes = [f"{skipped} differences across a gap left out"] if skipped else []
    if CONSTANT in design.terms:
        notes.append(f"{CONSTANT} of differences is a drift per period; '0 +' in the formula leaves it out")
    return replace(
        design, y=np.diff(design.y)[follows], x=x, units=design.units[1:][follows],
        periods=design.periods[1:][follows], notes=[*design.notes, *notes],
        measured=replace(gauge, origin=np.zeros_like(gauge.origin)),
    )  # fmt: skip


def _same(design: Design) -> Design:
    return design


BETWEEN = "differences between countries"
WITHIN = "changes within countries over time"
ESTIMATORS = {
    "two-way": Estimator(
        "a model with country and period fixed effects", f"{WITHIN}, beyond those that all share", True, True,
        _same, _absorbing,
    ),
    "entity": Estimator("a model with country fixed effects", WITHIN, True, False, _same, _absorbing),
    "time": Estimator(
        "a model with period fixed effects", f"{BETWEEN} in the same period", False, True, _same, _absorbing
    ),
    "pooled": Estimator(
        "a pooled model", f"{BETWEEN} and {WITHIN}, mixed", False, False, _same, _absorbing
    ),
    "between": Estimator("a model of country means", BETWEEN, False, False, _means, _ordinary),
    "random": Estimator(
        "a model with random country effects", f"{BETWEEN} and {WITHIN}, weighted", False, False, _same, _random
    ),
    "first-difference": Estimator(
        "a model of first differences", "changes from one period to the next", False, False, _differences,
        _ordinary,
    ),
}  # fmt: skip
