"""Writing results: whole files or none, and no text that a spreadsheet would run."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .table import read_frame

__all__ = ["frame_text", "write_all", "write_file"]

RISKY = ("=", "+", "-", "@", "\t", "\r")


def frame_text(frame: Any, guard: bool = True) -> str:
    """A frame as CSV: UTF-8, decimal point, missing cells empty, numbers in the fewest digits that read back the same.

    Parameters
    ----------
    frame : pandas, polars or pyarrow frame
    guard : bool
        Put an apostrophe before text that a spreadsheet would take for a formula. Numbers are never touched.

    Returns
    -------
    str
    """
    columns, _ = read_frame(frame)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_guarded(name) if guard else name for name in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([_cell(value, guard) for value in row])
    return out.getvalue()


def _cell(value: Any, guard: bool) -> str:
    value = value.item() if hasattr(value, "item") else value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return _guarded(value) if guard else value
    return repr(value)


def _guarded(text: str) -> str:
    return "'" + text if text.startswith(RISKY) else text


def write_all(folder: str | Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Write texts into a folder: everything is written beside it first and then moved in place.

    Parameters
    ----------
    folder : str or Path
        Made if it is not there; files of the same names are replaced.
    files : mapping
        From file name to text.

    Returns
    -------
    tuple of Path
        The files written, in order.

    Raises
    ------
    OSError
        If the folder or one of the files cannot be written; all is as it was before then.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file, not a folder", str(folder))
    for path in (folder / name for name in files):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder, not a file", str(path))
    with _named(folder):
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, text in files.items():
            with _named(folder / name):
                (new / name).write_text(text, encoding="utf-8", newline="")
        if not folder.exists():
            with _named(folder):
                new.chmod(0o777 & ~_umask())
                new.rename(folder)
        else:
            _move(new, folder, files)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return tuple(folder / name for name in files)


def write_file(path: str | os.PathLike[str], text: str | bytes) -> None:
    """Write one text (or bytes), beside its place first, so that no reader ever meets half a file.

    Raises
    ------
    OSError
        If it cannot be written: it names the folder that is not there, else the file.
    """
    path = Path(path)
    if not path.parent.exists():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(path.parent))
    with _named(path):
        handle, part = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with _named(path):
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode() if isinstance(text, str) else text)
            os.chmod(part, 0o666 & ~_umask())
            os.replace(part, path)
    finally:
        Path(part).unlink(missing_ok=True)


def _move(new: Path, folder: Path, names: Iterable[str]) -> None:
    """Move files in place; if one cannot be, put back what stood there before."""
    names, old = list(names), new / ".old"
    old.mkdir()
    for name in names:
        if (folder / name).exists():
            with _named(folder / name):
                shutil.copy2(folder / name, old / name)
    moved: list[str] = []
    try:
        for name in names:
            with _named(folder / name):
                os.replace(new / name, folder / name)
            moved.append(name)
    except OSError:
        for name in moved:
            if (old / name).exists():
                os.replace(old / name, folder / name)
            else:
                (folder / name).unlink()
        raise


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors name the path that was to be written, not a temporary one."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
