"""Have chains of a sampler come to the same distribution, and how many independent draws are they worth?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .errors import DataError, Fault, SpecError
from .table import make_frame, nearest, read_frame

__all__ = ["convergence", "ess", "rhat"]

AGREED, APART = (
    1.01,
    1.1,
)  # up to here chains agree (Vehtari et al. 2021); above there they do not (Gelman and Rubin 1992)
LEAST = 12  # iterations that an effective sample size needs
ENOUGH = 50  # effective draws a chain, below which R-hat says little (Vehtari et al. 2021, section 4)


def rhat(traces: ArrayLike, method: str = "rank") -> Any:
    """Potential scale reduction R-hat of chains, each split into two.

    Parameters
    ----------
    traces : array_like of shape (chains, iterations) or (chains, iterations, ...)
        At least one chain of 4 iterations. Of an odd number of iterations the middle one is left out.
    method : {"rank", "split"}
        ``"rank"``: the larger one of those of the normal scores of ranks and of distances from the median, which sees
        chains that differ in spread too; ``"split"``: of the values themselves (Gelman and Rubin 1992).

    Returns
    -------
    float or numpy.ndarray
        One number, or an array over the further dimensions. Chains agree near 1: up to 1.01; above 1.1 they
        do not. Infinite where chains stand still in different places, NaN where nothing moves at all.

    Raises
    ------
    SpecError
        For an unknown method.
    DataError
        For too few iterations, or values that are missing or infinite.

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16, 667-718.

    Examples
    --------
    >>> from egov_index import chains
    >>> chains.rhat([[0, 1, 0, 1, 0, 1, 0, 1], [5, 6, 5, 6, 5, 6, 5, 6]]) > 1.1
    True
    """
    _known(method, ("rank", "split"))
    return _each(traces, lambda one: _core.rhat(one, method == "rank"))


def ess(traces: ArrayLike, method: str = "bulk") -> Any:
    """Effective sample size: as many independent draws would say as much.

    Parameters
    ----------
    traces : array_like of shape (chains, iterations) or (chains, iterations, ...)
        At least one chain of 12 iterations; chains are split as for :func:`rhat`.
    method : {"bulk", "tail", "mean"}
        Of the normal scores of ranks, for where most draws lie; the smaller one of the 5 and 95 % quantiles; of the
        mean.

    Returns
    -------
    float or numpy.ndarray
        One number, or an array over the further dimensions; NaN where nothing moves.

    Raises
    ------
    SpecError
        For an unknown method.
    DataError
        For too few iterations, or values that are missing or infinite.

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16, 667-718; Geyer (1992), Statistical
    Science 7, 473-483.

    Examples
    --------
    >>> import numpy as np
    >>> from egov_index import chains
    >>> still = np.repeat(np.random.default_rng(1).normal(size=(4, 25)), 4, axis=1)
    >>> 50 < chains.ess(still) < 200
    True
    """
    _known(method, ("bulk", "tail", "mean"))
    return _each(traces, lambda one: _core.ess(one, method))


def convergence(traces: Any) -> Any:
    """Tell for each trace of an imputation whether its chains agree.

    Parameters
    ----------
    traces : Imputed or frame
        What :func:`egov_index.impute` gave, or its ``traces``: a frame of name, indicator, chain, iteration, value.

    Returns
    -------
    frame
        A row a trace: name, indicator, chains, iterations, rhat (rank-normalized), rhat_split, ess_bulk, ess_tail, and
        a note where chains do not agree, stand still or are too short. NaN where a number is not defined.

    Raises
    ------
    DataError
        If the frame lacks a column, or chains of one trace differ in length.

    Examples
    --------
    >>> from egov_index import chains
    >>> value = [0.0, 1, 0, 1, 5, 6, 5, 6]
    >>> frame = {"name": ["mean"] * 8, "indicator": ["gdp"] * 8, "chain": [0] * 4 + [1] * 4}
    >>> found = chains.convergence(frame | {"iteration": [0, 1, 2, 3] * 2, "value": value})
    >>> found["note"].tolist()
    ['chains do not agree; too short for an effective sample size']
    """
    columns, backend = read_frame(getattr(traces, "traces", traces))
    wanted = ("name", "indicator", "chain", "iteration", "value")
    if missing := [name for name in wanted if name not in columns]:
        raise DataError(
            [Fault("traces", f"no column {name!r}", f"columns {', '.join(wanted)}") for name in missing]
        )
    rows = [_row(key, one) for key, one in _arrays(columns).items()]
    names = (
        "name",
        "indicator",
        "chains",
        "iterations",
        "rhat",
        "rhat_split",
        "ess_bulk",
        "ess_tail",
        "note",
    )
    return make_frame({name: [row[at] for row in rows] for at, name in enumerate(names)}, backend)


def _arrays(columns: dict[str, Any]) -> dict[tuple[Any, Any], NDArray[np.float64]]:
    """Traces as chains x iterations, by name and indicator, in order of appearance."""
    cells: dict[tuple[Any, Any], dict[Any, list[tuple[Any, float]]]] = {}
    for name, indicator, chain, iteration, value in zip(
        *(columns[name] for name in ("name", "indicator", "chain", "iteration", "value")), strict=True
    ):
        cells.setdefault((name, indicator), {}).setdefault(chain, []).append((iteration, value))
    found = {}
    for key, by_chain in cells.items():
        lengths = {len(each) for each in by_chain.values()}
        if len(lengths) > 1:
            came = f"chains of {' and '.join(map(str, sorted(lengths)))} iterations"
            raise DataError(Fault(f"traces, {key[0]} of {key[1]}", came, "chains of one length"))
        ordered = [[value for _, value in sorted(each)] for _, each in sorted(by_chain.items())]
        found[key] = np.array(ordered, dtype=np.float64)
    return found


def _row(key: tuple[Any, Any], one: NDArray[np.float64]) -> tuple[Any, ...]:
    long, moves = one.shape[1] >= LEAST, bool(np.ptp(one) > 0)
    ranked, plain = (rhat(one), rhat(one, "split")) if one.shape[1] >= 4 else (np.nan, np.nan)
    bulk, tail = (ess(one), ess(one, "tail")) if long else (np.nan, np.nan)
    told = {
        "stands still": not moves,
        "chains do not agree": ranked > APART,
        "chains do not quite agree yet": AGREED < ranked <= APART,
        f"fewer than {ENOUGH} effective draws a chain": bulk < ENOUGH * len(one),
        "too short for an effective sample size": not long,
    }
    note = "; ".join(text for text, true in told.items() if true)
    return (*key, *one.shape, ranked, plain, bulk, tail, note)


def _known(method: str, valid: tuple[str, ...]) -> None:
    if method not in valid:
        raise SpecError(Fault("method", repr(method), nearest(method, valid)))


def _each(traces: ArrayLike, number: Callable[[NDArray[np.float64]], float]) -> Any:
    try:
        array = np.asarray(traces, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("traces: an array of numbers is needed, all chains of one length") from None
    if array.ndim < 2:
        raise DataError(f"traces: an array (chains, iterations) is needed, not of {array.ndim} dimensions")
    if array.ndim == 2:
        return number(np.asfortranarray(array))
    flat = array.reshape(*array.shape[:2], -1)
    values = [number(np.asfortranarray(flat[:, :, at])) for at in range(flat.shape[2])]
    return np.array(values).reshape(array.shape[2:])
