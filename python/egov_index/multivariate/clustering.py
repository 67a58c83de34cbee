"""Groups of units that are alike, through SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import whole
from ..errors import DataError, Fault, SpecError
from ..panel import Panel
from ..result import Result
from ..table import listing, make_frame, nearest
from .cells import Nodes, cells

__all__ = ["Clusters", "clusters"]

METHODS = ("ward", "average", "complete", "single", "centroid", "median", "weighted")


class Clusters:
    """Clusters of units.

    Attributes
    ----------
    units : tuple
        Labels of the units.
    labels : numpy.ndarray of int
        Cluster of each unit, numbered from 1 in the order in which units first meet them.
    linkage : numpy.ndarray
        The tree, shape (units - 1, 4), as of ``scipy.cluster.hierarchy.linkage``.
    """

    def __init__(
        self, units: tuple[Any, ...], labels: NDArray[np.int64], linkage: NDArray[np.float64], backend: str
    ) -> None:
        self.units, self.labels, self.linkage, self._backend = units, labels, linkage, backend

    def to_frame(self) -> Any:
        """Frame: unit, cluster."""
        return make_frame({"unit": list(self.units), "cluster": self.labels}, self._backend)

    def __repr__(self) -> str:
        sizes = np.bincount(self.labels)[1:].tolist()
        return f"<Clusters of {len(self.units)} units: sizes {listing(sizes)}>"


def clusters(
    data: Panel | Result | Any,
    method: str = "ward",
    *,
    k: int,
    nodes: Nodes = None,
    period: Any = None,
    standardized: bool = True,
) -> Clusters:
    """Hierarchical clusters of units by Euclidean distance (needs SciPy).

    Parameters
    ----------
    data : Panel, Result or array (units, indicators)
        Without missing values.
    method : str
        ``"ward"``, ``"average"``, ``"complete"``, ``"single"``, ``"centroid"``, ``"median"`` or ``"weighted"``.
    k : int
        Number of clusters.
    nodes : str or sequence of str, optional
        Which columns; every indicator if left out.
    period : label, optional
        Which period; the last one if left out.
    standardized : bool
        Bring every indicator to mean 0 and standard deviation 1 first.

    Returns
    -------
    Clusters

    Raises
    ------
    DataError
        For missing values, naming indicators and units; for a constant indicator that is to be standardized.

    Examples
    --------
    >>> import egov_index as egov
    >>> egov.multivariate.clusters([[1.0], [1.1], [9.0], [9.2]], k=2).labels.tolist()
    [1, 1, 2, 2]
    """
    if method not in METHODS:
        raise SpecError(Fault("method", repr(method), nearest(method, METHODS)))
    of = cells(data, nodes, period)
    if len(of.units) < 2:
        raise DataError(Fault("clusters", f"{len(of.units)} unit", "at least 2"))
    whole("k", k, 1, len(of.units))
    values = of.values
    holes = np.argwhere(np.isnan(values))
    if holes.size:
        where = listing(f"{of.names[column]} {of.units[row]}" for row, column in holes)
        raise DataError(
            Fault("clusters", f"missing values: {where}", "impute them first, or leave units out")
        )
    if standardized:
        constant = [name for at, name in enumerate(of.names) if np.ptp(values[:, at]) == 0]
        if constant:
            raise DataError(Fault("clusters", f"{listing(constant)} without variation", "leave them out"))
        values = values / np.abs(values).max(axis=0)
        values = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    try:
        from scipy.cluster import hierarchy
    except ImportError:
        came = "clusters need SciPy, which is not installed"
        raise SpecError(Fault("clusters", came, "pip install egov-index[cluster]")) from None

    tree = np.asarray(hierarchy.linkage(values, method=method))
    cut = hierarchy.cut_tree(tree, n_clusters=k)[:, 0]
    numbers: dict[int, int] = {}
    labels = np.array([numbers.setdefault(int(label), len(numbers) + 1) for label in cut], dtype=np.int64)
    return Clusters(of.units, labels, tree, of.backend)
