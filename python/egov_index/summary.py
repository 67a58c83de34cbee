"""The main job in words, for a terminal, and as one JSON object."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from ._core import version
from .job import Job
from .outcomes import Links
from .sensitivity import Sensitivity
from .table import read_frame

__all__ = ["as_json", "as_text"]

SHOWN = 0.005  # second orders below this print as 0.00


def rows(frame: Any) -> list[dict[str, Any]]:
    """Rows of a frame as dicts."""
    columns, _ = read_frame(frame)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def as_text(job: Job, top: int = 10) -> str:
    """What a reader wants first: the top, what it rests on, how sure it is, what drives it, what it goes with."""
    parts = [
        _head(job),
        _ranking(job, top),
        _comparison(job),
        _uncertainty(job),
        _sensitivity(job),
        _links(job),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _head(job: Job) -> list[str]:
    result = job.result
    cells = len(result.units) * len(result.periods)
    lines = [
        job.index.title,
        "=" * len(job.index.title),
        f"{cells} units, {', '.join(map(str, result.periods[:5]))}; {job.index.recipe}",
    ]
    return lines + [f"  {note}" for note in (*result.notes[len(job.panel.notes) :], *job.notes)]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "\u2026"


def _ranking(job: Job, top: int) -> list[str]:
    ranges = {}
    if job.ensemble is not None:
        level = job.level
        ranges = {
            (row["unit"], row["period"]): f"{row['low']}\u2013{row['high']}"
            for row in rows(job.ensemble.rank_range(level))
        }
    wide = f"   {job.level:.0%} of ranks" if ranges else ""
    last = job.result.periods[-1]
    shown = [row for row in rows(job.result.table()) if row["period"] == last][:top]
    places = max([4, *(len(f"{row['rank']:.10g}") for row in shown)])
    lines = [f"{'rank':>{places}}  {'unit':<28} {'score':>7}  {'group':<5}{wide}"]
    for row in shown:
        score = row[job.result.nodes[0]]
        if not math.isnan(score):
            held = ranges.get((row["unit"], row["period"]), "")
            lines.append(
                f"{row['rank']:>{places}.10g}  {_cut(row['name'], 28):<28} {score:>7.4f}  "
                f"{_group(row):<5}   {held}".rstrip()
            )
    return lines


def _group(row: Mapping[str, Any]) -> str:
    """Group and rating class of a unit, as far as there are any."""
    return " ".join(filter(None, (row.get("group"), row.get("class"))))


def _comparison(job: Job) -> list[str]:
    if job.comparison is None:
        return []
    c = job.comparison
    movers = ", ".join(
        f"{row['name']} ({row['published_rank']} \u2192 {row['rank']})" for row in rows(c.movers(5))
    )
    return [
        f"Against the published index: r = {c.correlation:.4f}, Spearman {c.spearman:.4f}, "
        f"mean rank difference {c.mean_shift:.1f} over {c.n} units",
        f"  largest movers (published \u2192 here): {movers}",
    ]


def _uncertainty(job: Job) -> list[str]:
    if job.ensemble is None:
        return []
    ensemble, level = job.ensemble, job.level
    ranges = rows(ensemble.rank_range(level))
    widths = sorted(row["high"] - row["low"] for row in ranges)
    widest = sorted(ranges, key=lambda row: row["low"] - row["high"])[:3]
    names = job.panel.unit_names
    stopped = f" (stopped early, of {ensemble.asked:,})" if ensemble.interrupted else ""
    sample = ", ".join(
        f"{names.get(row['unit'], row['unit'])} {row['low']}\u2013{row['high']}" for row in widest
    )
    return [
        f"Ranks over {ensemble.n:,} draws{stopped} of the stated alternatives "
        f"({len(ensemble.factors)} factors, seed {ensemble.seed}): "
        f"mean shift {ensemble.mean_shift:.2f} places",
        f"  the range that holds {level:.0%} of a unit's ranks is "
        f"{widths[len(widths) // 2]} places wide in the median, "
        f"{widths[-1]} at most; widest: {sample}",
        "  it says what method choices do; it is no confidence interval",
    ]


def _sensitivity(job: Job) -> list[str]:
    if job.sensitivity is None:
        return []
    found = job.sensitivity
    lines = [line for part in found.parts() for line in _drivers(found, part)]
    return lines + [f"  {note}" for note in found.notes]


def _drivers(found: Sensitivity, part: str) -> list[str]:
    """What drives an output, or one thing of all units, each counted by its variance."""
    outputs = found.outputs[found.parts()[part]]
    constant = len(set(outputs) & set(found.constant))
    if constant == len(outputs):
        return [f"What drives it: nothing moves {part}, it is the same in all {found.runs:,} runs"]
    never = f", {constant} of them constant" if constant else ""
    of = f", {len(outputs)} outputs together by their variance{never}" if len(outputs) > 1 else ""
    how = f"all {found.runs:,} combinations, exact" if found.exact else f"{found.runs:,} runs"
    lines = [f"What drives it: {part}{of} ({how})", f"  {'factor':<28} {'first':>6}  {'total':>6}"]
    lines += [
        f"  {_cut(row['factor'], 28):<28} {row['first']:z6.2f}  {row['total']:z6.2f}"
        for row in rows(found.aggregated(part))[:6]
    ]
    if "second" not in found.estimators:
        return lines
    pairs = [row for row in rows(found.aggregated(part, "second"))[:3] if row["second"] >= SHOWN]
    together = ", ".join(f"{row['factor']} and {row['with']} {row['second']:.2f}" for row in pairs)
    return [*lines, f"  beyond that, together: {together or 'no pair'}"]


def _links(job: Job) -> list[str]:
    if job.links is None:
        return []
    root = [
        row
        for row in rows(job.links.to_frame())
        if row["node"] == job.result.nodes[0] and not math.isnan(row["estimate"])
    ]
    root.sort(key=lambda row: -abs(row["estimate"]))
    lines = [
        f"Links of {job.result.nodes[0]} with outcomes ({_coefficient(job.links)}, {job.links.level:.0%} interval, "
        f"p adjusted by {job.links.adjust}; association is not cause):",
        f"  {'outcome':<28} {'goal':>4} {'n':>4} {'year':>5}  {'estimate and interval':<24} {'p':>8}",
    ]
    for row in root[:10]:
        interval = f"{row['estimate']:+.2f} [{row['low']:+.2f}, {row['high']:+.2f}]"
        lines.append(
            f"  {_cut(row['outcome'], 28):<28} {row['sdg_goal']:>4} {row['n']:>4} {row['year']:>5.0f}  {interval:<24} "
            f"{row['p_adjusted']:>8.1e}  {row['note']}".rstrip()
        )
    return [*lines, f"  ... and {len(root) - 10} more"] if len(root) > 10 else lines


def _coefficient(links: Links) -> str:
    held = f", {', '.join(links.controls)} held constant" if links.controls else ""
    return f"{links.method}{held}"


def as_json(job: Job, files: list[str]) -> str:
    """One JSON object; what is missing is null."""
    out: dict[str, Any] = {
        "name": job.index.name,
        "title": job.index.title,
        "version": version,
        "recipe": str(job.index.recipe),
        "periods": list(job.result.periods),
        "units": len(job.result.units),
        "nodes": list(job.result.nodes),
        "ranking": rows(job.result.table()),
        "notes": [*job.result.notes, *job.notes],
        "files": files,
    }
    if job.comparison is not None:
        c = job.comparison
        out["comparison"] = {
            "n": c.n,
            "correlation": c.correlation,
            "spearman": c.spearman,
            "mean_shift": c.mean_shift,
            "movers": rows(c.movers()),
        }
    if job.ensemble is not None:
        e = job.ensemble
        out["uncertainty"] = {
            "draws": e.n, "seed": e.seed, "factors": list(e.factors), "level": job.level, "mean_shift": e.mean_shift,
            "rank_ranges": rows(e.rank_range(job.level)),
        }  # fmt: skip
    if job.sensitivity is not None:
        s = job.sensitivity
        out["sensitivity"] = {
            "runs": s.runs,
            "seed": s.seed,
            "output": s.output,
            "indices": rows(s.to_frame()),
        }
        if "second" in s.estimators:
            out["sensitivity"]["second_orders"] = rows(s.to_frame("second"))
    if job.links is not None:
        out["outcomes"] = {
            "method": job.links.method,
            "adjust": job.links.adjust,
            "controls": list(job.links.controls),
            "method_line": job.links.method_line,
            "notes": list(job.links.notes),
            "links": rows(job.links.to_frame()),
        }
    return json.dumps(_plain(out), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
