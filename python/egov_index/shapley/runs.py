"""The runs of a model, and the conditional variances they estimate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Fault
from ..runs import powers_of
from ..table import listing
from .laws import Law, Mask

__all__ = ["ROWS", "Model", "Runs"]

Array = NDArray[np.float64]
ROWS = 2**16  # runs of one call of the model, about


class Model:
    """A user's function, and a check of what it gives.

    Attributes
    ----------
    outputs : tuple of str
    single : bool
        Whether outputs come as one plain column.
    """

    def __init__(
        self, function: Callable[[Array], Any], inputs: Sequence[str], outputs: Sequence[str] | None
    ) -> None:
        self._function, self._inputs = function, tuple(inputs)
        self._named = None if outputs is None else tuple(str(name) for name in outputs)
        self.outputs: tuple[str, ...] = ()
        self.single = True

    def __call__(self, x: Array) -> Array:
        """Outputs, rows x outputs."""
        given = self._function(x)
        try:
            y = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            y = np.zeros(())
        if y.ndim not in (1, 2) or len(y) != len(x) or y.size == 0:
            right = f"numbers of shape ({len(x)},) or ({len(x)}, outputs)"
            raise DataError(Fault("what the model gives", f"an array of shape {np.shape(given)}", right))
        table = y.reshape(len(x), -1)
        self._check(table, y.ndim == 1)
        bad = np.argwhere(~np.isfinite(table))
        if len(bad):
            row, k = bad[0]
            at = ", ".join(f"{name} = {value:.6g}" for name, value in zip(self._inputs, x[row], strict=True))
            place = f"what the model gives, output {self.outputs[k]!r}, at {at}"
            more = f" ({len(bad):,} such in this call)" if len(bad) > 1 else ""
            raise DataError(Fault(place, f"{table[row, k]}{more}", "a finite number for every run"))
        return table

    def _check(self, table: Array, single: bool) -> None:
        count = table.shape[1]
        if not self.outputs:
            self.single = single
            self.outputs = self._named or (("Y",) if single else tuple(f"Y{k + 1}" for k in range(count)))
        if len(self.outputs) != count:
            right = f"{len(self.outputs)}: {listing(self.outputs)}"
            raise DataError(Fault("what the model gives", f"{count} outputs", right))


class Runs:
    """Draws coalitions of inputs again at points, and runs the model there.

    Attributes
    ----------
    columns : int
        Uniform numbers that a point takes.
    count : int
        Runs so far.
    peak : array (outputs,)
        Largest absolute output so far, scaled.
    powers : array (outputs,)
        Powers of two by which outputs are divided where their squares would be no numbers; 0 elsewhere.
    """

    def __init__(self, model: Model, law: Law, inner: int, threads: int) -> None:
        self.model, self.law, self.inner, self.threads = model, law, inner, threads
        self.columns, self.count = inner * len(law.names), 0
        self.peak: Array = np.zeros(1)
        self.powers: NDArray[np.int64] | None = None

    def rows(self, coalitions: int) -> int:
        """Rows of the largest call of the model for a point."""
        return coalitions * (self.inner - 1)

    def costs(self, u: Array, free: Mask) -> Array:
        """Sample variance of the outputs at each point as each coalition is drawn again.

        Parameters
        ----------
        u : array (points, columns)
        free : array of bool (points or 1, coalitions, inputs)

        Returns
        -------
        array (points, coalitions, outputs)
        """
        n, d, again = len(u), len(self.law.names), self.inner - 1
        variates = self._drawn(u)
        x = self.law.draw(variates[0])
        shape = (n, free.shape[1], again, d)
        rows = self.law.redraw(
            np.broadcast_to(x[:, None, None], shape).reshape(-1, d),
            np.broadcast_to(variates[1:].swapaxes(0, 1)[:, None], shape).reshape(-1, d),
            np.broadcast_to(free[:, :, None], shape).reshape(-1, d),
        )
        first, others = self._run(x), self._run(rows)
        with np.errstate(over="ignore", invalid="ignore"):  # looked at when the sums are complete
            apart = others.reshape(n, free.shape[1], again, -1) - first[:, None, None]
            total = apart.sum(axis=2)
            return np.asarray(((apart**2).sum(axis=2) - total**2 / self.inner) / again)

    def _drawn(self, u: Array) -> Array:
        """Variates, draws x points x inputs."""
        variates = self.law._variates(np.concatenate(np.split(u, self.inner, axis=1)), self.threads)
        return variates.reshape(self.inner, len(u), len(self.law.names))

    def _run(self, x: Array) -> Array:
        y = self.model(x)
        self.count += len(x)
        if self.powers is None:
            self.powers = powers_of(np.abs(y).max(axis=0))
        y = np.ldexp(y, -self.powers)
        self.peak = np.maximum(self.peak, np.abs(y).max(axis=0))
        return y
