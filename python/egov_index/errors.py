"""The three ways a call can fail; each error carries every fault found, with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["DataError", "EgovError", "Fault", "FitError", "Interrupted", "SpecError"]


@dataclass(frozen=True)
class Fault:
    """One thing wrong: where it stands, what came, and what would be right."""

    place: str
    came: str
    right: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.came}" if self.place else self.came
        return f"{text}; {self.right}" if self.right else text


class EgovError(Exception):
    """What all errors of this package have in common: ``faults``, all of them at once.

    Parameters
    ----------
    faults : str, Fault or iterable of Fault
        What is wrong. A plain string stands for one fault without a place.
    """

    def __init__(self, faults: str | Fault | Iterable[Fault]) -> None:
        if isinstance(faults, str):
            faults = [Fault("", faults)]
        elif isinstance(faults, Fault):
            faults = [faults]
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class SpecError(EgovError, ValueError):
    """The request makes no sense: an unknown method, a parameter out of bounds, a broken tree."""


class DataError(EgovError, ValueError):
    """The data do not allow the request: duplicates, text in numbers, holes no method could fill."""


class FitError(EgovError, RuntimeError):
    """An iterative fit did not reach its goal."""


class Interrupted(EgovError, KeyboardInterrupt):
    """A long call was asked to stop."""
