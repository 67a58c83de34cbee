"""The main job: from a spec and its data to scores, ranks, ranges, indices and links, in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import datasets, scrutiny
from .alternatives import STAGES, Alternatives
from .catalogue import Choice, choice, grouping
from .compare import Comparison, compare
from .errors import DataError, Fault, SpecError
from .index import Index
from .job_links import link, parts_for_links, rehearsed
from .outcomes import Links
from .panel import Panel
from .result import Result
from .sensitivity import Sensitivity
from .sources.delimited import Delimited
from .spec import stated
from .table import nearest
from .uncertainty import Ensemble
from .weighting import noise

__all__ = ["PARTS", "Job", "alternatives_of", "columns_needed", "load_data", "run"]

PARTS = ("uncertainty", "sensitivity", "outcomes", "compare")
Told = Callable[[str, float], object]


@dataclass
class Job:
    """What the main job gave; a part that was not asked for, or has no data, is None."""

    index: Index
    panel: Panel
    result: Result
    alternatives: Alternatives
    comparison: Comparison | None = None
    ensemble: Ensemble | None = None
    sensitivity: Sensitivity | None = None
    links: Links | None = None
    notes: list[str] = field(default_factory=list)
    panel_from_files: bool = False

    @property
    def level(self) -> float:
        """Share of the draws that the ranges of ranks hold."""
        return float(self.index.analysis.get("uncertainty", {}).get("range", 0.90))


def rehearse(index: Index, panel: Panel, folder: Path | None = None) -> None:
    """Go through every part of the main job with as few draws as can be; raises what :func:`run` would raise."""
    small = dict(index.analysis)
    small["uncertainty"] = dict(small.get("uncertainty", {})) | {"draws": 1}
    small["sensitivity"] = stated.few_points(small.get("sensitivity", {}))
    if "outcomes" in small:
        small["outcomes"] = rehearsed(small["outcomes"])
    run(index.replace(analysis=small), panel, folder=folder, threads=1)


def load_data(index: Index, files: Sequence[str | Path] = (), folder: Path | None = None) -> Panel:
    """Join the data that an index needs.

    Parameters
    ----------
    index : Index
        Its ``analysis["data"]`` names embedded data sets or CSV files beside the spec.
    files : sequence of path
        Used instead of what the spec names.
    folder : Path, optional
        Where the spec lies; files that it names must lie in it.

    Returns
    -------
    Panel
        With the indicators of the index, and the columns that its errors of measurement name.

    Raises
    ------
    DataError
        With every fault of every file, and every indicator that none of them has.
    """
    named = [str(file) for file in files] or list(index.analysis.get("data", ()))
    editions = stated.editions(
        index.analysis.get("uncertainty", {}).get("edition"), lambda name: _path(name, False, folder)
    )
    return _joined(index, named, bool(files), folder, columns_needed(index, editions))


def columns_needed(index: Index, editions: Iterable[Index] = ()) -> list[str]:
    """Indicators that an index and its editions score, and columns that its errors of measurement name."""
    errors = stated.columns_of(index.analysis.get("uncertainty", {}).get("values"))
    inputs = [name for one in (index, *editions) for name in one.framework.inputs]
    return list(dict.fromkeys([*inputs, *errors]))


def _joined(index: Index, named: Sequence[str], given: bool, folder: Path | None, wanted: list[str]) -> Panel:
    """The wanted indicators from the sources named, joined; DataError with every fault of every source."""
    panels: list[Panel] = []
    faults: list[Fault] = []
    known: list[str] = []
    for name in named or datasets.names():
        open_leaves = [leaf for leaf in wanted if not any(leaf in panel.indicators for panel in panels)]
        try:
            panel, columns = _one(index, name, given, folder, open_leaves, faults)
        except (DataError, SpecError) as error:
            faults.extend(error.faults)
            continue
        known += columns
        have = [leaf for leaf in open_leaves if panel is not None and leaf in panel.indicators]
        if panel is not None and have:
            panels.append(panel.select(indicators=have))
    if known or not faults:
        faults += [
            Fault(f"indicator {leaf!r}", "not in the data", nearest(leaf, dict.fromkeys(known)))
            for leaf in wanted
            if leaf not in known
        ]
    if faults:
        raise DataError(faults)
    whole = panels[0]
    for panel in panels[1:]:
        whole = whole.join(panel)
    return whole if whole.indicators == tuple(wanted) else whole.select(indicators=wanted)


def _one(
    index: Index, name: str, given: bool, folder: Path | None, wanted: list[str], faults: list[Fault]
) -> tuple[Panel | None, list[str]]:
    """One source as a panel, and the names of its columns; no panel where it has none of the wanted ones."""
    if name in datasets.names() and not given:
        panel = datasets.load(name)
        return panel, list(panel.indicators)
    path = _path(name, given, folder)
    table = Delimited(path, groups=_groupings(index), at=_at(index), **_columns(index))
    names = table.having(wanted)
    if not names:
        return None, table.header
    try:
        return table.panel(names), table.header
    except DataError as error:
        faults.extend(error.faults)
    try:  # the file is at fault; say what else is wrong with what can be read of it
        faults += scrutiny.data_faults(index.framework, index.recipe, table.what_is_sound(names))
    except (DataError, SpecError) as error:
        faults += [fault for fault in error.faults if fault not in faults]
    return None, table.header


def _path(name: str, given: bool, folder: Path | None) -> Path:
    """Where a file lies: as given, or in the folder of the spec and nowhere else."""
    if given:
        return Path(name)
    home = (folder or Path()).resolve()
    path = (home / name).resolve()
    if not path.is_relative_to(home):
        raise SpecError(Fault("data", repr(name), "a file in the folder of the spec, or --data FILE"))
    return path


def _groupings(index: Index) -> list[str]:
    """Groupings that the imputations of an index ask for."""
    chains: list[Any] = [index.recipe.impute, *(node.impute or () for node in index.framework.nodes)]
    chains += Alternatives(impute=index.analysis.get("uncertainty", {}).get("impute", ())).impute
    found = [grouping("impute", one) for chain in chains for one in chain]
    return list(dict.fromkeys(name for name in found if name))


def alternatives_of(index: Index, panel: Panel | None = None, folder: Path | None = None) -> Alternatives:
    """Alternatives of a spec; without any, scales and means that can be combined, and weights within 25 percent.

    Parameters
    ----------
    index : Index
        With its analysis tables.
    panel : Panel, optional
        The data, needed where errors of measurement are columns of them.
    folder : Path, optional
        Where the spec lies, for the files it names.

    Raises
    ------
    DataError, SpecError
        With every fault of the files and columns named.
    """
    asked: Mapping[str, Any] = index.analysis.get("uncertainty", {})
    given = {
        name: asked[name] for name in (*STAGES, "weights", "values", "exclude", "edition") if name in asked
    }
    posterior = asked.get("posterior", True)
    if not given:
        scales: list[Choice] = [choice(name, rescale=(1, 100)) for name in ("minmax", "zscore", "rank")]
        means = ["arithmetic", "geometric"]
        return Alternatives(normalize=scales, aggregate=means, weights=noise(0.25), posterior=posterior)

    def place(name: str) -> Path:
        return _path(name, False, folder)

    def cells(name: str) -> Panel:
        known = () if panel is None else panel.indicators
        return stated.numbers(place(name), known, at=_at(index), **_columns(index))

    faults: list[Fault] = []
    made: dict[str, Any] = {}
    for name, make in (
        ("weights", lambda one: stated.weightings(one, place, index.framework.codes)),
        ("values", lambda one: stated.measured(one, panel, cells)),
        ("exclude", stated.excluded),
        ("edition", lambda one: stated.editions(one, place)),
    ):
        try:
            made[name] = make(given.pop(name, None))
        except (DataError, SpecError) as error:
            faults += error.faults
    if faults:
        raise DataError(faults)
    return Alternatives(**given, **made, posterior=posterior)


def _columns(index: Index) -> dict[str, Any]:
    """Columns of units and periods, where they bear no usual names."""
    return {key: index.analysis.get(f"{key}_column") for key in ("unit", "period")}


def _at(index: Index) -> Any:
    """The period of files that name none."""
    periods = index.period if isinstance(index.period, list | tuple) else [index.period]
    return periods[0] if len(periods) == 1 and periods[0] is not None else 0


def run(
    index: Index,
    panel: Panel,
    *,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    parts: Iterable[str] = PARTS,
    folder: Path | None = None,
    told: Told | None = None,
) -> Job:
    """Do the main job.

    Parameters
    ----------
    index : Index
        With its analysis tables, as read from a spec.
    panel : Panel
        The data.
    draws, seed : int, optional
        Instead of those of the spec; 0 draws leave uncertainty and sensitivity out.
    threads : int, optional
        All cores if left out; the results do not depend on it.
    parts : iterable of str
        Which of uncertainty, sensitivity, outcomes, compare. Outcomes bring uncertainty with them where the table
        [outcomes] says ``carried = true``: its draws are carried through to the links.
    folder : Path, optional
        Where the spec lies, for the files it names.
    told : callable, optional
        Called with the name of a part and the share done.

    Returns
    -------
    Job

    Raises
    ------
    DataError, SpecError
        If the data or the spec do not allow it.
    """
    parts = parts_for_links(index.analysis.get("outcomes", {}), parts, draws)
    job = Job(index, panel, index.score(panel), alternatives_of(index, panel, folder))
    if draws == 0:
        parts -= {"uncertainty", "sensitivity"}
    if "compare" in parts:
        _compare(job, folder)
    if "uncertainty" in parts:
        table = index.analysis.get("uncertainty", {})
        job.ensemble = index.uncertainty(
            panel, job.alternatives, n=draws or table.get("draws", 4096),
            seed=table.get("seed", 1) if seed is None else seed,
            threads=threads, progress=_part(told, "uncertainty"), points=table.get("points", "sobol"),
        )  # fmt: skip
    if "sensitivity" in parts:
        job.sensitivity = _sensitivity(job, seed, threads, told)
    if "outcomes" in parts:
        link(
            job, lambda name: _path(name, False, folder), seed=seed, threads=threads, progress=_part(told, "outcomes")
        )  # fmt: skip
    return job


def _part(told: Told | None, name: str) -> Callable[[float], object] | None:
    return None if told is None else lambda done: told(name, done)


def _sensitivity(job: Job, seed: int | None, threads: int | None, told: Told | None) -> Sensitivity:
    table = job.index.analysis.get("sensitivity", {})
    found: Sensitivity = job.index.sensitivity(
        job.panel, job.alternatives, n=table.get("n", 2048), seed=table.get("seed", 1) if seed is None else seed,
        threads=threads, progress=_part(told, "sensitivity"), **stated.explained(table, job.panel),
    )  # fmt: skip
    return found


def _compare(job: Job, folder: Path | None) -> None:
    table = job.index.analysis.get("compare")
    name = (table or {}).get("indicator", job.index.framework.root)
    try:
        other = _joined(job.index, (table or {}).get("data", ["un_egov_survey"]), False, folder, [name])
        job.comparison = compare(job.result, other, name)
    except (DataError, SpecError) as error:
        if table is not None:
            raise
        job.notes.append(f"not compared with published scores: {error.faults[0].came}")
