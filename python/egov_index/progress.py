"""How far a long call is: told to a function, or drawn for a person."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from .errors import Fault, Interrupted, SpecError

__all__ = ["Bar", "Progress", "Told", "checked", "shown", "stretches", "tell"]

Told = Callable[[float], object]  # called with the share done; False stops
Progress = Told | bool

WIDTH = 30  # of the bar
OFTEN = 0.1  # seconds between two pictures of it


class Bar:
    """One line on stderr: share done, speed, time left; in a notebook too.

    Parameters
    ----------
    total : float
        Steps of the whole; 0 where no speed is to be told.
    what : str
        What a step is, in the plural.
    clock : callable
        Seconds.

    Examples
    --------
    >>> Bar(4096).line(0.25, 2.0)
    '[#######.......................]  25%  512 draws/s  0:06 left'
    """

    def __init__(
        self, total: float, what: str = "draws", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.total, self.what, self.clock = total, what, clock
        self.begun, self.drawn, self.width = clock(), float("-inf"), 0

    def line(self, done: float, seconds: float) -> str:
        """The text after a share done and a time."""
        filled = int(WIDTH * done)
        speed = f"  {_rate(done * self.total / seconds)} {self.what}/s" if seconds > 0 < self.total else ""
        rest = f"{_duration(seconds * (1 - done) / done)} left" if 0 < done < 1 else _duration(seconds)
        return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {done:4.0%}{speed}  {rest}"

    def __call__(self, done: float) -> None:
        """Draw the line again, unless that was just now."""
        now = self.clock()
        if sys.stderr is None or (done < 1 and now - self.drawn < OFTEN):
            return
        text = self.line(done, now - self.begun)
        self.drawn, self.width = now, max(self.width, len(text))
        sys.stderr.write(f"\r{text:<{self.width}}")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line as it is."""
        if self.width:
            sys.stderr.write("\n")
            sys.stderr.flush()


def _rate(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def checked(progress: Any) -> None:
    """Refuse what is no progress: SpecError."""
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise SpecError(Fault("progress", repr(progress), "True for a bar, or a function of the share done"))


def tell(told: Told | None, done: float) -> None:
    """Tell a share done, from Python as the core does it.

    Raises
    ------
    Interrupted
        Where the answer is False.
    """
    if told is not None and told(done) is False:
        raise Interrupted("stopped on request")


@contextmanager
def shown(progress: Any, total: float, what: str = "draws") -> Iterator[Told | None]:
    """What a call tells its progress to: a function as it is, a bar for True, None for nothing.

    Raises
    ------
    SpecError
        For anything else.
    """
    checked(progress)
    if progress is not True:
        yield progress or None
        return
    bar = Bar(total, what)
    try:
        yield bar
    finally:
        bar.end()


def stretches(told: Told | None, lengths: Sequence[float]) -> list[Told | None]:
    """Progress of parts that run one after the other, each a share of the whole."""
    if told is None:
        return [None] * len(lengths)
    ends = [sum(lengths[: k + 1]) / sum(lengths) for k in range(len(lengths))]
    return [_stretch(told, low, high) for low, high in pairwise([0.0, *ends])]


def _stretch(told: Told, low: float, high: float) -> Told:
    return lambda done: told(high if done == 1 else low + (high - low) * done)
