"""What weights mean: their product down the tree, and the importance that indicators have in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _core
from ..arguments import threads_of
from ..errors import DataError, Fault, SpecError
from ..framework import Framework
from ..index import Index
from ..result import Result
from ..table import make_frame, nearest
from .cells import cells, named

__all__ = ["effective_weights", "importance"]

KINDS = ("linear", "spline", "gaussian_process")


def effective_weights(of: Index | Result) -> Any:
    """Weight of each node in the whole index: the product of the shares on its way to the root.

    Parameters
    ----------
    of : Index or Result
        An index whose weights come from the data must be scored first.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        node, parent, depth (of the root 0), weight (share among siblings), effective.

    Raises
    ------
    SpecError
        For an index whose weights are known only with data.

    Examples
    --------
    >>> import egov_index as egov
    >>> table = egov.multivariate.effective_weights(egov.preset("egdi-2024"))
    >>> round(sum(table["effective"][table["depth"] == 1]), 12)
    1.0
    """
    if isinstance(of, Result):
        tree, shares, backend = of.index.framework, of.weights, of.panel.backend
    elif isinstance(of, Index):
        tree, shares, backend = of.framework, _shares(of), "pandas"
    else:
        raise DataError(f"an Index or a Result is needed, not {type(of).__name__}")
    effective = _below(tree, shares, tree.root)
    depth: dict[str, int] = {}
    for node in tree.nodes:
        depth[node.code] = 0 if node.parent is None else depth[node.parent] + 1
    columns = {
        "node": list(tree.codes),
        "parent": [node.parent for node in tree.nodes],
        "depth": [depth[code] for code in tree.codes],
        "weight": [shares[code] for code in tree.codes],
        "effective": [effective[code] for code in tree.codes],
    }
    return make_frame(columns, backend)


def _shares(index: Index) -> dict[str, float]:
    tree = index.framework
    shares = {tree.root: 1.0}
    for code in tree.codes:
        below, own = tree.children(code), tree[code].weights
        method = (index.recipe.weight if own is None else own).method
        if below and method not in ("given", "equal"):
            came = f"{method} needs more than the framework"
            raise SpecError(Fault(f"weights below {code!r}", came, "score the index and give the result"))
        given = [1.0 if method == "equal" else tree[child].weight for child in below]
        shares |= {child: weight / sum(given) for child, weight in zip(below, given, strict=True)}
    return shares


def _below(tree: Framework, shares: dict[str, float], top: str) -> dict[str, float]:
    """Weight of each node below one in it."""
    found = {top: 1.0}
    for node in tree.nodes:
        if node.parent in found and node.code != top:
            found[node.code] = found[node.parent] * shares[node.code]
    return found


def importance(
    result: Result,
    node: str | None = None,
    kind: str = "linear",
    *,
    period: Any = None,
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Any:
    """How much of the variance of a node each child and each indicator explains, beside its nominal weight.

    Parameters
    ----------
    result : Result
        A scored index.
    node : str, optional
        Which aggregate; the root if left out.
    kind : {"linear", "spline", "gaussian_process"}
        How the expectation of the node given the indicator is estimated: a straight line (the ratio is r^2); a cubic
        smoothing spline, its penalty by restricted maximum likelihood; a Gaussian process with squared-exponential
        kernel, by maximum likelihood.
    period : label, optional
        Which period; the last one if left out.
    threads, progress
        As in :func:`egov_index.uncertainty.run`.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each child of the node (role "child"), then, unless they are the same, one for each indicator
        below it (role "indicator"): node, role, n, weight (nominal, within the node), ratio (correlation ratio
        Var(E(y|x)) / Var(y), 0 to 1), importance (ratio over the sum of ratios of the role), difference (importance
        less weight), reason (why there is no ratio).

    Raises
    ------
    SpecError
        For an unknown kind, node or period, or an indicator as the node.

    Notes
    -----
    Paruolo, Saisana and Saltelli (2013), Journal of the Royal Statistical Society A 176, 609-634; Becker, Saisana,
    Paruolo and Vandecasteele (2017), Ecological Indicators 80, 12-22. A weight is no importance: correlated indicators
    share it, and one that varies little has little. The ratio does not tell whether the node rises or falls with the
    indicator.

    Examples
    --------
    >>> import egov_index as egov
    >>> result = egov.preset("egdi-2024").score(egov.datasets.un_egov_survey())
    >>> table = egov.multivariate.importance(result)
    >>> table["node"].tolist()[:3]
    ['osi', 'tii', 'hci']
    """
    if not isinstance(result, Result):
        raise DataError(f"a Result is needed, not {type(result).__name__}")
    if kind not in KINDS:
        raise SpecError(Fault("kind", repr(kind), nearest(kind, KINDS)))
    tree = result.index.framework
    top = tree.root if node is None else node
    children = tree.children(top)
    if not children:
        raise SpecError(Fault("node", f"{top!r} is an indicator", "a node with children"))
    leaves = tree.below(top)
    nodes = list(dict.fromkeys((*children, *leaves)))
    x, y = cells(result, nodes, period), cells(result, [top], period)
    with named(x):
        raw = _core.importance(x.values, y.values[:, 0].copy(), kind, threads_of(threads), progress)
    roles = [("child", children)] + ([("indicator", leaves)] if set(leaves) != set(children) else [])
    weights = _below(tree, result.weights, top)
    columns: dict[str, list[Any]] = {
        name: [] for name in ("node", "role", "n", "weight", "ratio", "importance", "difference", "reason")
    }
    for role, members in roles:
        at = [nodes.index(code) for code in members]
        ratios = np.array([raw["ratio"][k] for k in at])
        total = np.nansum(ratios)
        shares = ratios / total if total > 0 else np.full(len(at), np.nan)
        columns["node"] += members
        columns["role"] += [role] * len(at)
        columns["n"] += [raw["n"][k] for k in at]
        columns["weight"] += [weights[code] for code in members]
        columns["ratio"] += ratios.tolist()
        columns["importance"] += shares.tolist()
        columns["difference"] += [share - weights[code] for share, code in zip(shares, members, strict=True)]
        columns["reason"] += [raw["reason"][k] for k in at]
    return make_frame(columns, result.panel.backend)
