"""The part of the main job that links scores with outcomes: of the index as it is, or of its draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import datasets, outcomes
from .errors import DataError, Fault, SpecError
from .panel import Panel
from .sources.delimited import read_delimited
from .table import listing

if TYPE_CHECKING:
    from .job import Job

__all__ = ["link", "parts_for_links", "rehearsed"]

NOMINAL = (
    "links are of the index as it is, not of its draws: carried = true in [outcomes] carries these through"
)
WITHOUT_DRAWS = "links are of the index as it is: without draws there are none to be carried through"


def parts_for_links(table: Mapping[str, Any], parts: Iterable[str], draws: int | None) -> set[str]:
    """Parts of the main job, with the draws if links need them.

    Raises
    ------
    SpecError
        For draws of links alone that the table [outcomes] does not ask for.
    """
    wanted, carried = set(parts), table.get("carried", False)
    if draws and not carried and wanted == {"outcomes"}:
        right = "no draws, or carried = true in [outcomes] of the spec: links are of the index as it is"
        raise SpecError(Fault("draws", f"{draws:,} for outcomes alone", right))
    return wanted | ({"uncertainty"} if carried and "outcomes" in wanted else set())


def rehearsed(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table [outcomes] with as few resamples and permutations as can be."""
    return dict(table) | {"resamples": 0, "permutations": min(table.get("permutations", 0), 1)}


def link(
    job: Job, place: Callable[[str], Path], *, seed: int | None, threads: int | None,
    progress: Callable[[float], object] | None,
) -> None:  # fmt: skip
    """Put the links into a job, or a note on why there are none; ``place`` gives the path of a file that is named."""
    asked, table = "outcomes" in job.index.analysis, dict(job.index.analysis.get("outcomes", {}))
    if not asked and not set(job.panel.units) & set(datasets.sdg_outcomes().units):
        job.notes.append(
            f"no outcomes: the units ({listing(job.panel.units, 3)}) are no ISO 3166 alpha-3 codes"
        )
        return
    whole = _joined(table.pop("data", ["sdg_outcomes"]), place)
    carried = table.pop("carried", False)
    if seed is not None:
        table["seed"] = seed
    scores = job.ensemble if carried and job.ensemble is not None else job.result
    try:
        job.links = outcomes.correlate(scores, whole, threads=threads, progress=progress, **table)
    except DataError as error:
        if asked:
            raise
        job.notes.append(f"no outcomes: {error.faults[0]}")
        return
    if scores is job.result and (carried or job.ensemble is not None):
        job.notes.append(WITHOUT_DRAWS if carried else NOMINAL)


def _joined(names: list[str], place: Callable[[str], Path]) -> Panel:
    """Outcomes of all sources side by side."""
    panels = [
        datasets.load(name) if name in datasets.names() else read_delimited(place(name)) for name in names
    ]
    whole = panels[0]
    for panel in panels[1:]:
        whole = whole.join(panel)
    return whole
