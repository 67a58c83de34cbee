"""The files of the main job."""

from __future__ import annotations

import hashlib
import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

from . import datasets, plot, spec
from ._core import version
from .files import frame_text, write_all
from .job import Job, columns_needed
from .report import report
from .spec import plain
from .summary import rows

__all__ = ["texts", "write"]

PLAIN = re.compile(r"[a-z_]+\.[a-z]+")  # names that runs give their files


def write(job: Job, folder: str | Path) -> tuple[Path, ...]:
    """Write every file of a job into a folder, all or none.

    Files of an earlier run that its run.json lists, that this run does not write and that nobody changed since are
    removed; nothing else is.

    Parameters
    ----------
    job : Job
    folder : str or Path
        Made if it is not there.

    Returns
    -------
    tuple of Path
    """
    files, folder = texts(job), Path(folder)
    stale = [path for path in _unchanged(folder) if path.name not in files]
    written = write_all(folder, files)
    for path in stale:
        path.unlink()
    return written


def _unchanged(folder: Path) -> list[Path]:
    """Files that the run.json of a folder lists and that still have the content it was written with."""
    try:
        listed = json.loads((folder / "run.json").read_bytes())["files"].items()
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []
    plain = [(folder / name, digest) for name, digest in listed if PLAIN.fullmatch(name)]
    return [
        path
        for path, digest in plain
        if path.is_file() and not path.is_symlink() and _digest(path.read_bytes()) == digest
    ]


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def texts(job: Job) -> dict[str, str]:
    """Text of each file by its name: tables as CSV, the report, the picture, the spec that gives all this again."""
    level = job.level
    frames: dict[str, Any] = {
        "scores.csv": job.result.scores,
        "ranks.csv": job.result.ranks,
        "trail.csv": job.result.trail,
    }
    if job.result.index.framework.groups:
        frames["groups.csv"] = job.result.groups
    if any(group.classes for group in job.result.index.framework.groups):
        frames["classes.csv"] = job.result.classes
    if job.index.recipe.missing == "bound":
        frames["bounds.csv"] = job.result.bounds
    if job.comparison is not None:
        frames["comparison.csv"] = job.comparison.to_frame()
    if job.ensemble is not None:
        frames["rank_ranges.csv"] = job.ensemble.rank_range(level)
    if job.sensitivity is not None:
        frames["indices.csv"] = job.sensitivity.to_frame()
        if "second" in job.sensitivity.estimators:
            frames["second_orders.csv"] = job.sensitivity.to_frame("second")
    if job.links is not None:
        frames["links.csv"] = job.links.to_frame()
    files = {name: frame_text(frame) for name, frame in frames.items()}
    files["report.html"] = report(
        job.result, job.ensemble, job.sensitivity, job.links, comparison=job.comparison
    )
    if job.ensemble is not None:
        files["rank_ranges.svg"] = _picture(job, level)
    files |= _again(job)
    about = {
        "name": job.index.name,
        "spec_sha256": _digest(files["spec.toml"].encode()),
        "versions": {"egov-index": version}
        | {name: metadata.version(name) for name in ("numpy", "pandas", "narwhals")},
        "files": {name: _digest(body.encode()) for name, body in files.items()},
    }
    return files | {"run.json": json.dumps(about, indent=2) + "\n"}


def _picture(job: Job, level: float) -> str:
    assert job.ensemble is not None
    names, last = job.panel.unit_names, job.result.periods[-1]
    ranges = [
        row | {"name": names.get(row["unit"], str(row["unit"]))}
        for row in rows(job.ensemble.rank_range(level))
        if row["period"] == last
    ]
    title = f"{job.index.title}: ranges that hold {level:.0%} of the ranks over the stated alternatives"
    return plot.rank_ranges_svg(ranges, title=title)


def _again(job: Job) -> dict[str, str]:
    """The spec with the seed and draws used, and the data and cells where they are not embedded."""
    analysis = dict(job.index.analysis)
    files: dict[str, str] = {}
    if job.ensemble is not None:
        analysis["uncertainty"] = dict(analysis.get("uncertainty", {})) | {
            "draws": job.ensemble.n,
            "seed": job.ensemble.seed,
        }
    for name, part in (("sensitivity", job.sensitivity), ("outcomes", job.links)):
        if part is not None:
            analysis[name] = dict(analysis.get(name, {})) | {"seed": part.seed}
    if job.links is not None and not job.links.rule:  # without draws, whatever the spec says of them
        analysis["outcomes"].pop("carried", None)
    if "uncertainty" in analysis:
        analysis["uncertainty"], editions = plain.editions_apart(analysis["uncertainty"], job.alternatives)
        files |= {name: spec.to_text(one) for name, one in editions.items()}
        analysis["uncertainty"], cells = plain.self_contained(analysis["uncertainty"], job.alternatives)
        files |= {name: frame_text(_columns(panel), guard=False) for name, panel in cells.items()}
    if (
        not set(columns_needed(job.index, job.alternatives.edition))
        <= _embedded(analysis.get("data", datasets.names()))
        or job.panel_from_files
    ):
        analysis["data"] = ["data.csv"]
        files["data.csv"] = _data_text(job)
    if files:  # their columns bear the usual names
        analysis = {key: one for key, one in analysis.items() if key not in ("unit_column", "period_column")}
    return files | {"spec.toml": spec.to_text(job.index.replace(analysis=analysis))}


def _embedded(names: Any) -> set[str]:
    return {
        indicator
        for name in names
        if name in datasets.names()
        for indicator in datasets.load(name).indicators
    }


def _data_text(job: Job) -> str:
    """The panel as one CSV file, groupings included, so that the spec beside it reads it again."""
    return frame_text(_columns(job.panel), guard=False)


def _columns(panel: Any) -> dict[str, Any]:
    units, periods, _ = panel.shape
    columns: dict[str, Any] = {
        "unit": [unit for unit in panel.units for _ in range(periods)],
        "period": list(panel.periods) * units,
    }
    columns |= {
        scheme: [label for label in labels for _ in range(periods)] for scheme, labels in panel.groups.items()
    }
    columns |= {name: panel.column(name).reshape(-1) for name in panel.indicators}
    return columns
