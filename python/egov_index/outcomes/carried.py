"""Uncertainty of an index carried through to its association with outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..arguments import seed_of, share, threads_of
from ..associations import associations
from ..catalogue import Choice
from ..compiled import core_choice
from ..ensemble import Ensemble
from ..errors import DataError, Fault
from ..imputed import Imputed
from ..naming import in_words
from ..panel import Panel
from ..progress import shown
from ..result import Result
from ..single import checked
from .aware import ROLE, told_on_purpose
from .drawn import IndexDraws
from .rubin import pooled

__all__ = ["ESTIMANDS", "Carried", "carry", "is_uncertain", "nominal_of"]

Array = NDArray[np.float64]
NAN = float("nan")
WITHIN = 1e-9  # a spread of scores by this share of their size is rounding

ESTIMANDS = {
    "choices": (
        "The coefficient between the outcome and the index as it comes out under a random one of the stated "
        "alternatives, over countries like these. No alternative is claimed to be the true one: the interval says how "
        "far the finding hangs on the choice and on which countries are looked at."
    ),
    "draws": (
        "The coefficient between the outcome and the index as drawn: each draw of what is not known (missing values, "
        "errors of measurement), over countries like these. Noise of draws that does not go with the outcome pulls it "
        "toward zero, below that of the index which complete and exact data would give."
    ),
    "aware": (
        "The coefficient between the outcome and the index that complete data would give, over countries like these: "
        "missing values are drawn by a model that knows the outcome."
    ),
    "imputations": (
        "The coefficient between the outcome and the series that complete data would give, over countries like these, "
        "if the imputation model knew the outcome; else it is pulled toward zero."
    ),
}


@dataclass(frozen=True)
class Carried:
    """Columns of a table of pairs (node by node, in each outcome by outcome), and what they are of.

    Attributes
    ----------
    columns : dict of lists
        n (countries), estimate, low, high, p, reason (a code), draw_share (share of the variance that is due to the
        index's draws), estimate_nominal (of the index as it is, or of a panel filled once; of a list of imputations
        NaN), note; of imputations fmi and df too.
    estimand : str
        What the coefficient is of.
    rule : str
        How estimate, interval and p come about.
    """

    columns: dict[str, list[Any]]
    estimand: str
    rule: str


def is_uncertain(source: Any) -> bool:
    """Is it something whose uncertainty can be carried through: an ensemble, imputations, or a list of these tables?"""
    if isinstance(source, Ensemble | Imputed):
        return True
    several = isinstance(source, list | tuple) and len(source) > 0
    return several and all(isinstance(one, Panel | Result) for one in source)


def nominal_of(source: Any) -> Result | Panel:
    """The table behind it: the index as it is, the panel filled once, or the first of several imputations."""
    if isinstance(source, Ensemble):
        return IndexDraws(source).nominal
    first: Result | Panel = _tables_of(source)[0]
    return source.panel if isinstance(source, Imputed) else first


def carry(
    source: Any, y: Array, names: Sequence[str], method: Any = "spearman", *, nodes: Any = None, period: Any = None,
    controls: Array | None = None, level: float = 0.95, seed: int = 1, threads: int | None = None,
    progress: Callable[[float], object] | bool | None = None,
) -> Carried:  # fmt: skip
    """Associate an uncertain index with outcomes.

    Each draw of an ensemble meets one resample of the countries, the same for all pairs; imputations are pooled by
    Rubin's rules on Fisher's z.

    Parameters
    ----------
    source : Ensemble, Imputed with draws, or a list of Panels or Results
        The index, or series that were filled several times.
    y : numpy.ndarray of shape (units, outcomes)
        Outcomes of the source's units, NaN where missing.
    names : sequence of str
        Names of the outcomes.
    method : str or Choice
        A coefficient of ``egov.methods("correlate")``.
    nodes : str or sequence of str, optional
        Nodes of the index, or indicators of the panels; all if left out.
    period : label, optional
        The last one if left out.
    controls : numpy.ndarray of shape (units, controls), optional
        Held constant; countries without one of them do not count. For "pearson" and "spearman".
    level : float
        Of the interval.
    seed : int
        Of the resamples; draw i and resample i depend on seeds and i alone.
    threads, progress
        As in :func:`egov_index.uncertainty.run`.

    Returns
    -------
    Carried

    Raises
    ------
    SpecError, DataError
        For what is no uncertain index, unknown nodes or periods, tables that do not fit, infinite values.
    """
    chosen, level = checked("correlate", method, {}), share("level", level, 0.95)
    if not is_uncertain(source):
        raise DataError(
            f"an Ensemble, an Imputed or a list of Panels or Results is needed, not {type(source).__name__}"
        )
    y = np.asfortranarray(y, dtype=np.float64)
    asked = _Asked(chosen, tuple(names), controls, level, seed_of(seed), threads_of(threads), progress)
    units = _units(source)
    if y.ndim != 2 or y.shape != (len(units), len(asked.names)):
        raise DataError(Fault("y", f"an array of shape {y.shape}", f"({len(units)}, {len(asked.names)})"))
    if isinstance(source, Ensemble):
        return _over_draws(IndexDraws(source, nodes, period), y, asked)
    once = source.panel if isinstance(source, Imputed) else None
    return _over_imputations(_tables_of(source), once, y, nodes, period, asked)


@dataclass(frozen=True)
class _Asked:
    method: Choice
    names: tuple[str, ...]
    controls: Array | None
    level: float
    seed: int
    threads: int
    progress: Any

    def held(self, rows: Any) -> Array | None:
        """Controls of some units; None without any."""
        if self.controls is None or self.controls.shape[1] == 0:
            return None
        return np.asfortranarray(self.controls[rows], dtype=np.float64)


def _over_draws(draws: IndexDraws, y: Array, asked: _Asked) -> Carried:
    z, outcomes = asked.held(draws.rows), np.asfortranarray(y[draws.rows])
    meeting = _core.Propagation(outcomes, _question(asked, z), len(draws.nodes), draws.n)
    with shown(asked.progress, draws.n) as told:
        making, using = draws.parts(told)
        for block, part in zip(draws.blocks(asked.threads, making), using, strict=True):
            meeting.add(block, part)
    raw = meeting.results()
    nominal = associations(draws.nominal_scores(), outcomes, asked.method, controls=z, threads=asked.threads)
    index, countries = (np.array(raw[name]) for name in ("index_variance", "country_variance"))
    total = index + countries
    columns = {name: raw[name] for name in ("n", "estimate", "low", "high", "p", "reason")}
    columns["draw_share"] = np.where(total > 0, index / np.where(total > 0, total, 1), NAN).tolist()
    columns["estimate_nominal"] = nominal["estimate"]
    columns["note"] = _notes(draws, asked.names, raw)
    rule = (
        f"{draws.n:,} draws of the index, each with one resample of the countries (seed {asked.seed}); estimate: mean "
        "of the draws over all countries on Fisher's z; interval: quantiles over draws with their resamples; p: "
        "Student's t of Fisher's z over its error by the sum of both variances, of the draws and of the resamples: "
        "that of a random draw, on the safe side for the mean of them"
    )
    return Carried(columns, _estimand(draws, asked.names), rule)


def _question(asked: _Asked, controls: Array | None) -> dict[str, Any]:
    return {
        "method": core_choice("correlate", asked.method),
        "intervals": [core_choice("interval", Choice("percentile"))],
        "controls": np.empty((0, 0), order="F") if controls is None else controls,
        "clusters": [], "view": "rows", "resamples": 0, "level": asked.level, "together": True,
        "permutations": 0, "family": False, "seed": asked.seed, "threads": asked.threads, "streams": [],
    }  # fmt: skip


def _estimand(draws: IndexDraws, names: Sequence[str]) -> str:
    """By what varies: draws of what is not known only, or choices as well."""
    only = set(draws.ensemble.factors) <= {"imputation", "measurement"}
    if not only:
        return ESTIMANDS["choices"]
    known = all(name in draws.nominal.auxiliaries for name in names)
    return ESTIMANDS["aware" if known and "measurement" not in draws.ensemble.factors else "draws"]


def _notes(draws: IndexDraws, names: Sequence[str], raw: dict[str, list[Any]]) -> list[str]:
    """What a reader of each pair should know."""
    texts = [_note(draws, node, name) for node in draws.nodes for name in names]
    for at, text in enumerate(texts):
        if 0 < raw["draws"][at] < draws.n:
            text.append(f"{draws.n - raw['draws'][at]:,} of {draws.n:,} draws have no coefficient")
        if raw["fewest"][at] < raw["n"][at]:
            text.append(f"{raw['fewest'][at]} to {raw['n'][at]} countries, by draw")
        if np.isnan(raw["low"][at]) and not np.isnan(raw["estimate"][at]):
            text.append(f"no interval of this: {raw['resamples'][at]:,} resamples have a coefficient")
    return ["; ".join(text) for text in texts]


def _note(draws: IndexDraws, node: str, name: str) -> list[str]:
    """On noise that does not go with the outcome, and on holes that were filled by a model that knows it."""
    nominal, factors, text = draws.nominal, draws.ensemble.factors, []
    leaves = nominal.index.framework.below(node) if "imputation" in factors else ()
    filled = [leaf for leaf in leaves if leaf in nominal.filled_by]
    blind = [leaf for leaf in filled if name not in nominal.filled_with.get(leaf, ())]
    if blind:
        text.append(
            f"holes of {in_words(blind)} were filled without knowing {name}, which pulls the coefficient toward zero: "
            "egov.outcomes.outcome_aware() tells it to the imputation"
        )
    elif filled and told_on_purpose(draws.ensemble.panel, name):
        text.append(ROLE)
    if "measurement" in factors:
        text.append("errors were drawn on top of measured values, which pulls the coefficient toward zero")
    return text


def _tables_of(source: Any) -> list[Any]:
    """Panels or results, one an imputation."""
    tables = source.panels() if isinstance(source, Imputed) else list(source)
    if not isinstance(tables[0], Panel | Result):
        came = f"draws of a {type(tables[0]).__name__}"
        raise DataError(Fault("imputations", came, "those of a Panel, which has units and periods"))
    first = tables[0]
    for at, one in enumerate(tables):
        same = type(one) is type(first) and one.units == first.units and one.periods == first.periods
        if not same or _series(one) != _series(first):
            right = "units, periods and indicators (or nodes) as in the first"
            raise DataError(Fault(f"imputation {at + 1}", repr(one), right))
    return tables


def _series(table: Panel | Result) -> tuple[str, ...]:
    return tuple(table.nodes if isinstance(table, Result) else table.indicators)


def _units(source: Any) -> Sequence[Any]:
    return source.panel.units if isinstance(source, Ensemble) else _tables_of(source)[0].units


def _over_imputations(
    tables: list[Any], once: Panel | None, y: Array, nodes: Any, period: Any, asked: _Asked
) -> Carried:
    """Rubin's rules; once: the panel filled a single time, if there is one."""
    from .sides import index_side

    x = [index_side(one, nodes, period)[2] for one in tables]
    z = asked.held(slice(None))
    made = pooled(x, y, asked.method, z, asked.level, asked.threads)
    nominal = [NAN] * len(made["n"])
    if once is not None:
        point = index_side(once, nodes, period)[2]
        nominal = associations(point, y, asked.method, controls=z, threads=asked.threads)["estimate"]
    still = all(np.array_equal(one, x[0], equal_nan=True) for one in x)
    note = "the imputations are all the same" if still else ""
    rule = (
        f"{len(tables)} imputations pooled by Rubin's rules on Fisher's z, t with the degrees of freedom of Barnard "
        "and Rubin (1999); variance of z within an imputation by Fisher (1921), of ranks by Bonett and Wright (2000), "
        "of Kendall's tau by Fieller, Hartley and Pearson (1957)"
    )
    columns = {**made, "estimate_nominal": nominal, "note": [note] * len(nominal)}
    return Carried(columns, ESTIMANDS["imputations"], rule)
