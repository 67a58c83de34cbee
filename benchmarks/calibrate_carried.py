"""Do intervals of a carried association cover? Countries whose index has holes, drawn again and again.

    python benchmarks/calibrate_carried.py --repetitions 1000 [--json]

Two indicators x and w and an outcome y are normal; the index is the mean of their z-scores. Holes of x are at random
given w. The truth is the coefficient between y and the index that complete data would give, so an interval at 95 %
should hold it in 94 to 96 % of the repetitions. A row a cell: bias of the estimate, coverage and its standard error,
width.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product

import numpy as np

import egov_index as egov
from egov_index import catalogue
from egov_index.associations import associations
from egov_index.outcomes.aware import outcome_aware
from egov_index.outcomes.carried import carry

COUNTRIES = 193
DRAWS, IMPUTATIONS, RESAMPLES = 1000, 20, 1000
CORRELATIONS = np.array([[1, 0.4, 0.6], [0.4, 1, 0.4], [0.6, 0.4, 1]])  # of x, w and y
TREE = egov.Framework([{"code": "index"}, {"code": "x", "parent": "index"}, {"code": "w", "parent": "index"}])
FULL = ("percentile", "bca", "studentized", "jackknife", "fisher")  # of complete data, where there


@dataclass(frozen=True)
class Cell:
    """What one simulation found."""

    simulation: str
    method: str
    missing: float
    repetitions: int
    truth: float
    bias: float
    coverage: float
    error: float
    width: float


@dataclass(frozen=True)
class World:
    """Countries of one repetition: complete values, those observed, and the outcome."""

    complete: egov.Panel
    observed: egov.Panel
    outcomes: egov.Panel
    y: np.ndarray


def truth(method: str) -> float:
    """Coefficient between y and x + w, both of variance 1; of ranks by Pearson (1907)."""
    r = CORRELATIONS[2, :2].sum() / np.sqrt(CORRELATIONS[:2, :2].sum())
    return float(r if method == "pearson" else 6 / np.pi * np.arcsin(r / 2))


def world(repetition: int, missing: float) -> World:
    """The countries of a repetition; x is missing more often where w is low."""
    rng = np.random.default_rng([20, repetition])
    values = rng.multivariate_normal(np.zeros(3), CORRELATIONS, COUNTRIES)
    hidden = values.copy()
    chance = missing * 2 / (1 + np.exp(2 * values[:, 1]))  # its mean is the share that is missing
    hidden[rng.random(COUNTRIES) < chance, 0] = np.nan
    units = list(range(COUNTRIES))

    def panel(table: np.ndarray, names: list[str]) -> egov.Panel:
        return egov.Panel(table[:, None, :], units, [2020], names)

    return World(
        panel(values[:, :2], ["x", "w"]),
        panel(hidden[:, :2], ["x", "w"]),
        panel(values[:, 2:], ["y"]),
        values[:, 2:],
    )


def index_by(impute: str) -> egov.Index:
    """The index with a method of imputation."""
    return egov.Index(TREE, egov.Recipe(impute=impute, normalize="zscore"))


def complete_data(method: str, interval: str, repetition: int) -> tuple[float, float, float]:
    """Nothing is missing: the interval of the coefficient itself."""
    made = world(repetition, 0)
    x = index_by("none").score(made.complete).values[0, :, :1]
    found = associations(
        x,
        made.y,
        catalogue.Choice(method),
        interval=catalogue.Choice(interval),
        resamples=RESAMPLES,
        seed=repetition,
    )
    return found["estimate"][0], found["low"][0], found["high"][0]


def asked(impute: str, missing: float, aware: bool, repetition: int) -> tuple[World, egov.Index, egov.Panel]:
    """A world, and the index and panel whose imputation knows its outcome or does not."""
    made = world(repetition, missing)
    index, panel = index_by(impute), made.observed
    return made, *(outcome_aware(index, panel, made.outcomes) if aware else (index, panel))


def draws(
    method: str, impute: str, missing: float, aware: bool, repetition: int
) -> tuple[float, float, float]:
    """Each draw of the imputation meets one resample of the countries."""
    made, index, panel = asked(impute, missing, aware, repetition)
    ensemble = index.uncertainty(panel, egov.Alternatives(), DRAWS, seed=repetition, threads=1)
    found = carry(ensemble, made.y, ["y"], method, nodes="index", seed=repetition, threads=1).columns
    return found["estimate"][0], found["low"][0], found["high"][0]


def pooled(
    method: str, impute: str, missing: float, aware: bool, repetition: int
) -> tuple[float, float, float]:
    """Rubin's rules on Fisher's z over scores of imputed panels."""
    made, index, panel = asked(impute, missing, aware, repetition)
    plain = index_by("none")
    filled = egov.impute(panel, *index.recipe.impute, draws=IMPUTATIONS, seed=repetition)
    results = [plain.score(one) for one in filled.panels()]
    found = carry(results, made.y, ["y"], method, nodes="index", threads=1).columns
    return found["estimate"][0], found["low"][0], found["high"][0]


def cell(
    name: str, method: str, missing: float, repetitions: int, run: Callable[[int], tuple[float, float, float]]
) -> Cell:
    """A simulation over all repetitions."""
    found = np.array([run(repetition) for repetition in range(repetitions)])
    right = truth(method)
    covered = float(((found[:, 1] <= right) & (right <= found[:, 2])).mean())
    return Cell(
        name, method, missing, repetitions, right, float(found[:, 0].mean() - right), covered,
        float(np.sqrt(covered * (1 - covered) / repetitions)), float((found[:, 2] - found[:, 1]).mean()),
    )  # fmt: skip


def cells(repetitions: int, impute: str = "norm") -> Iterator[Cell]:
    """All simulations, a row a cell."""
    known = [row["name"] for row in catalogue.rows("interval")]
    for method in ("pearson", "spearman"):
        for interval in (name for name in FULL if name in known):
            yield cell(
                f"complete data, {interval}", method, 0, repetitions, partial(complete_data, method, interval)
            )
        for missing, aware in product((0.2, 0.4), (False, True)):
            knows = "knows the outcome" if aware else "does not know the outcome"
            for name, run in (("draws", draws), ("Rubin", pooled)):
                ready = partial(run, method, impute, missing, aware)
                yield cell(f"{name}, {impute} {knows}", method, missing, repetitions, ready)


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=1000)
    parser.add_argument("--impute", default="norm", help="a method that draws and takes auxiliaries")
    parser.add_argument("--json", action="store_true", help="one object a row")
    asked = parser.parse_args()
    for row in cells(asked.repetitions, asked.impute):
        if asked.json:
            print(json.dumps(asdict(row)), flush=True)
            continue
        print(
            f"{row.method:9}{row.missing:4.0%} missing  {row.simulation:38} truth {row.truth:.3f}  "
            f"bias {row.bias:+.4f}  coverage {row.coverage:.3f} ({row.error:.3f})  width {row.width:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
