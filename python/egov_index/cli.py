"""The command egov-index; it only translates."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .errors import EgovError, Fault, Interrupted, SpecError
from .progress import Bar

__all__ = ["main"]

DONE, AT_FAULT, WRONG_USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the command's name; those of the process if left out.

    Returns
    -------
    int
        0 done, 1 the data or the spec is at fault (said on stderr, nothing half-written), 2 wrong usage.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        return int(given.work(given) or DONE)
    except (Interrupted, KeyboardInterrupt):
        print("stopped; nothing was written", file=sys.stderr)
        return 130
    except EgovError as error:
        _say_faults(error)
        return AT_FAULT
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        print(f"egov-index: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return AT_FAULT


def _say_faults(error: EgovError) -> None:
    count = len(error.faults)
    print(f"egov-index: {count} fault{'s' if count > 1 else ''}", file=sys.stderr)
    for fault in error.faults:
        print(f"  {fault}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    from ._core import version

    parser = argparse.ArgumentParser(
        prog="egov-index", description="Composite indices of e-government, and how sure they are."
    )
    parser.add_argument("--version", action="version", version=f"egov-index {version}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="the main job on the embedded data")
    _options(demo, spec=False)
    demo.set_defaults(work=_demo, parts=None, out=Path("egov-index-demo"))
    for name, parts, about in (
        ("run", None, "the main job on a spec and its data"),
        ("uncertainty", ("uncertainty",), "scores and ranges of ranks over alternatives"),
        ("sensitivity", ("sensitivity",), "which choice moves the ranks"),
        ("outcomes", ("outcomes",), "links of the scores with outcomes"),
        ("impute", (), "scores, and the trail of every filled cell"),
        ("report", None, "the main job, for its report"),
    ):
        command = commands.add_parser(name, help=about)
        _options(command, spec=True)
        command.set_defaults(work=_run, parts=parts)
    check = commands.add_parser(
        "check", help="say everything that is wrong with a spec or a data file, at once"
    )
    check.add_argument("spec", type=Path, metavar="SPEC")
    check.add_argument(
        "--data",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="CSV files instead of what the spec names",
    )
    check.set_defaults(work=_check)
    audit = commands.add_parser(
        "audit", help="what an auditor checks, with a verdict and the rule of each check"
    )
    audit.add_argument("spec", type=Path, metavar="SPEC")
    audit.add_argument(
        "--data",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="CSV files instead of what the spec names",
    )
    audit.add_argument("--json", action="store_true", help="one JSON object on stdout and nothing else")
    audit.set_defaults(work=_audit)
    methods = commands.add_parser("methods", help="the methods of a stage, or of all")
    methods.add_argument("stage", nargs="?", metavar="STAGE")
    methods.add_argument("--markdown", action="store_true", help="as the page docs/methods.md")
    methods.set_defaults(work=_methods)
    presets = commands.add_parser(
        "presets", help="the methodologies that come with the package, or the text of one"
    )
    presets.add_argument("name", nargs="?", metavar="NAME")
    presets.set_defaults(work=_presets)
    schema = commands.add_parser("schema", help="the JSON schema of spec files")
    schema.set_defaults(work=_schema)
    return parser


def _options(command: argparse.ArgumentParser, spec: bool) -> None:
    if spec:
        command.add_argument("spec", type=Path, metavar="SPEC", help="a spec file (TOML)")
        command.add_argument(
            "--data",
            type=Path,
            nargs="+",
            default=[],
            metavar="FILE",
            help="CSV files instead of what the spec names",
        )
        for stage in ("screen", "denominate", "impute", "treat", "normalize", "weight", "aggregate"):
            command.add_argument(
                f"--{stage}", metavar="METHOD", help=f"instead of the spec's, e.g. {_EXAMPLES[stage]}"
            )
    command.add_argument(
        "--out", type=_folder, metavar="DIR", help="write every table, the report and the spec there"
    )
    command.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="LINE",
        help="a line of the spec's [uncertainty] instead of its own, e.g. 'weights = { dirichlet = 50 }'; repeatable",
    )
    command.add_argument("--seed", type=_whole, metavar="N", help="instead of the spec's")
    command.add_argument(
        "--draws",
        type=_whole,
        metavar="N",
        help="instead of the spec's; 0 leaves uncertainty out; links are of draws where the spec says carried = true",
    )
    command.add_argument(
        "--threads", type=_whole, metavar="N", help="all cores if left out; results do not depend on it"
    )
    command.add_argument("--json", action="store_true", help="one JSON object on stdout and nothing else")


_EXAMPLES = {
    "screen": "availability:units=0.8", "denominate": "divide",
    "impute": "linear,locf", "treat": "winsorize:skew=2", "normalize": "goalposts:lower=0,upper=100",
    "weight": "equal", "aggregate": "geometric",
}  # fmt: skip


def _whole(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return value


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("the name of a folder is needed")
    return Path(text)


class _Bar:
    """A progress bar on stderr for each part of the job, only on a terminal."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.width, self.part, self.begun = 0, "", 0.0

    def __call__(self, part: str, done: float) -> None:
        if not self.shown:
            return
        if part != self.part:
            self.part, self.begun = part, time.monotonic()
        line = f"{part:<12} {Bar(0).line(done, time.monotonic() - self.begun)}"
        self.width = max(self.width, len(line))
        sys.stderr.write(f"\r{line:<{self.width}}")
        sys.stderr.flush()

    def end(self) -> None:
        if self.shown and self.width:
            sys.stderr.write("\r" + " " * self.width + "\r")
            sys.stderr.flush()


def _demo(given: argparse.Namespace) -> int:
    from .presets import preset

    return _do(preset("egdi-open"), given, None)


def _run(given: argparse.Namespace) -> int:
    from . import spec

    index = spec.read(given.spec)
    chosen = {
        stage: getattr(given, stage)
        for stage in ("screen", "denominate", "impute", "treat", "normalize", "weight", "aggregate")
        if getattr(given, stage)
    }
    if "impute" in chosen:
        chosen["impute"] = _chain(chosen["impute"])
    if chosen:
        index = index.replace(recipe=index.recipe.replace(**chosen))
    return _do(index, given, given.spec.resolve().parent)


def _chain(text: str) -> list[str]:
    """Split ``"linear:max_gap=3,locf"`` into methods; a part with = belongs to the method before it."""
    chain: list[str] = []
    for part in text.split(","):
        if "=" in part and ":" not in part and chain:
            chain[-1] += f",{part}"
        else:
            chain.append(part)
    return chain


def _do(index: Any, given: argparse.Namespace, folder: Path | None) -> int:
    from . import job, outputs, spec, summary

    if given.vary:
        index = spec.varied(index, given.vary)
    files = getattr(given, "data", [])
    panel = job.load_data(index, files, folder)
    if given.out is not None and given.out.exists() and not given.out.is_dir():
        raise SpecError(Fault("--out", str(given.out), "a folder; this is a file"))
    bar = _Bar()
    try:
        done = job.run(
            index, panel, draws=given.draws, seed=given.seed, threads=given.threads or None,
            parts=job.PARTS if given.parts is None else given.parts, folder=folder, told=bar,
        )  # fmt: skip
    finally:
        bar.end()
    done.panel_from_files = bool(files) or any(
        str(name).endswith(".csv") for name in index.analysis.get("data", ())
    )
    written = outputs.write(done, given.out) if given.out is not None else ()
    if given.json:
        print(summary.as_json(done, [str(path) for path in written]))
        return DONE
    print(summary.as_text(done))
    if written:
        print(f"\nWritten to {given.out}: {', '.join(path.name for path in written)}")
    else:
        print("\nNothing was written; --out DIR writes every table, the report and the spec.")
    return DONE


def _check(given: argparse.Namespace) -> int:
    from . import job, spec

    index = spec.read(given.spec)
    panel = job.load_data(index, given.data, given.spec.resolve().parent)
    job.rehearse(index, panel, given.spec.resolve().parent)
    print(f"{given.spec}: nothing wrong; {len(panel.units)} units, {len(index.framework.leaves)} indicators")
    return DONE


def _audit(given: argparse.Namespace) -> int:
    from . import job, spec
    from .audit import audit

    index = spec.read(given.spec)
    found = audit(index, job.load_data(index, given.data, given.spec.resolve().parent))
    print(found.to_json() if given.json else found)
    return DONE


def _methods(given: argparse.Namespace) -> int:
    from . import catalogue, methods_page

    if given.markdown:
        print(methods_page.markdown(), end="")
        return DONE
    names = [given.stage] if given.stage else catalogue.stages()
    for stage, rows in [(name, catalogue.rows(name)) for name in names]:
        print(stage)
        width = max(12, *(len(item["name"]) for item in rows))
        for item in rows:
            params = ", ".join(catalogue.signature(param) for param in item["params"])
            print(f"  {item['name']:<{width}} {item['sentence']}" + (f"  [{params}]" if params else ""))
    return DONE


def _presets(given: argparse.Namespace) -> int:
    from .presets import names, preset, text

    if given.name:
        print(text(given.name), end="")
        return DONE
    for name in names():
        print(f"{name:<14} {preset(name).title}")
    return DONE


def _schema(given: argparse.Namespace) -> int:
    import json

    from . import spec

    print(json.dumps(spec.schema(), indent=2))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
