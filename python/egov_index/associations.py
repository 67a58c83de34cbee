"""The one door to the core's correlations: columns against columns over the rows that both have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .catalogue import Choice
from .compiled import core_choice

__all__ = ["REASONS", "VIEWS", "associations"]

REASONS = {  # why a pair has no number: what the core calls it, and in words
    "": "",
    "no-overlap": "no country has both",
    "too-few": "too few countries",
    "constant-index": "index constant",
    "constant-outcome": "outcome constant",
    "too-many-controls": "as many controls as countries allow, or more",
    "control-is-index": "the controls determine the index",
    "control-is-outcome": "the controls determine the outcome",
    "perfect": "some of the draws have a coefficient of 1 or -1, others have not: Fisher's z has no mean",
}
NO_ENDS = (np.nan, np.nan)
VIEWS = ("rows", "within", "between")  # all variation, that within clusters of rows, that between them


def associations(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    method: Choice,
    *,
    controls: NDArray[np.float64] | None = None,
    clusters: NDArray[np.int64] | None = None,
    view: str = "rows",
    interval: Choice | Sequence[Choice] | None = None,
    resamples: int = 0,
    level: float = 0.95,
    together: bool = False,
    permutations: int = 0,
    family: bool = False,
    seed: int = 1,
    threads: int = 1,
    streams: Sequence[int] = (),
    progress: Callable[[float], object] | None = None,
) -> dict[str, list[Any]]:
    """Associate every column of x with every column of y, row by row of the table of pairs.

    All that comes in is checked; ``cpp/include/egov/outcomes.hpp`` says what each field means. Lists n, clusters,
    estimate, low, high, p, p_family, reason (a code, empty where there is a number) and left_out (resamples without a
    coefficient); with several intervals low and high are of the first, and low_bca, high_bca and so on of the others.
    """
    around = _intervals(interval, resamples)
    question = {
        "method": core_choice("correlate", method),
        "intervals": [core_choice("interval", one) for one in around],
        "controls": np.empty((len(x), 0)) if controls is None else np.asfortranarray(controls),
        "clusters": [] if clusters is None else clusters.tolist(),
        "view": view,
        "resamples": resamples,
        "level": level,
        "together": together,
        "permutations": permutations,
        "family": family,
        "seed": seed,
        "threads": threads,
        "streams": list(streams),
    }
    raw: dict[str, list[Any]] = _core.correlate(
        np.asfortranarray(x), np.asfortranarray(y), question, progress
    )
    more = raw.pop("more")
    for at, one in enumerate(around[1:]):
        ends = [each[at] if each else NO_ENDS for each in more]
        raw[f"low_{one.method}"] = [low for low, _ in ends]
        raw[f"high_{one.method}"] = [high for _, high in ends]
    return raw


def _intervals(given: Choice | Sequence[Choice] | None, resamples: int) -> Sequence[Choice]:
    if given is None:
        given = Choice("percentile" if resamples else "none")
    return [given] if isinstance(given, Choice) else given
