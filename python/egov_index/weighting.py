"""Weights as they might have been: noise, Dirichlet, a box on the simplex, tables of experts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import is_number
from .errors import Fault, SpecError
from .framework import Framework
from .table import nearest

__all__ = [
    "Dirichlet",
    "Experts",
    "Noise",
    "SimplexBox",
    "Weighting",
    "dirichlet",
    "experts",
    "noise",
    "simplex_box",
]

KINDS = ("all", "leaves", "inner")
NAN = float("nan")


@dataclass(frozen=True)
class Noise:
    """Independent uniform noise on raw weights; siblings are brought to sum one afterwards."""

    share: float
    nodes: str | tuple[str, ...] = "all"

    def __str__(self) -> str:
        return f"noise {self.share:g} on {self.nodes}"


@dataclass(frozen=True)
class Dirichlet:
    """Shares of siblings from a Dirichlet distribution around the nominal ones."""

    concentration: float
    nodes: str | tuple[str, ...] = "all"

    def __str__(self) -> str:
        return f"Dirichlet of concentration {self.concentration:g} on {self.nodes}"


@dataclass(frozen=True)
class SimplexBox:
    """Shares of siblings uniform on the part of the simplex that lies between ends."""

    lower: Mapping[str, float]
    upper: Mapping[str, float]

    def __str__(self) -> str:
        return f"box on {', '.join(dict.fromkeys([*self.lower, *self.upper]))}"

    def __hash__(self) -> int:
        return hash((tuple(self.lower.items()), tuple(self.upper.items())))


@dataclass(frozen=True)
class Experts:
    """Tables of raw weights, one drawn at a time."""

    names: tuple[str, ...]
    weights: Mapping[str, tuple[float, ...]] = field(hash=False)

    def __str__(self) -> str:
        return f"{len(self.names)} experts on {', '.join(self.weights)}"


Weighting = Noise | Dirichlet | SimplexBox | Experts


def noise(share: float, nodes: str | Iterable[str] = "all") -> Noise:
    """Vary weights: each is multiplied by a uniform number between 1 - share and 1 + share.

    Parameters
    ----------
    share : float
        0 to 1; 0.25 means plus or minus 25 percent.
    nodes : {"all", "leaves", "inner"} or iterable of str
        Whose weights: of every node but the root, of indicators, of aggregates, or of the nodes named.

    Returns
    -------
    Noise

    Raises
    ------
    SpecError
        If the share lies outside 0 to 1.

    Examples
    --------
    >>> noise(0.25)
    Noise(share=0.25, nodes='all')
    """
    if not is_number(share) or not 0 <= share <= 1:
        raise SpecError(Fault("weights.noise", repr(share), "a number from 0 to 1"))
    return Noise(float(share), _nodes(nodes))


def dirichlet(concentration: float, nodes: str | Iterable[str] = "all") -> Dirichlet:
    """Vary weights: the shares of siblings come from a Dirichlet distribution whose means are the nominal shares.

    Parameters
    ----------
    concentration : float
        Sum of the parameters, above 0: a share s has the variance s (1 - s) / (concentration + 1). With 12 equal
        weights 50 gives each a standard deviation of 47 percent of it.
    nodes : {"all", "leaves", "inner"} or iterable of str
        Whose weights. Siblings vary together: one that is named takes the others with it.

    Returns
    -------
    Dirichlet

    Raises
    ------
    SpecError
        If the concentration is no finite number above 0.

    Notes
    -----
    Drawn as independent gamma numbers brought to sum one, one factor each, so that variance-based indices of the raw
    weights make sense; of the shares themselves every total index would be 0, as each follows from the others.

    Examples
    --------
    >>> dirichlet(50)
    Dirichlet(concentration=50.0, nodes='all')
    """
    if not is_number(concentration) or not 0 < concentration < np.inf:
        raise SpecError(Fault("weights.dirichlet", repr(concentration), "a number above 0, e.g. 50"))
    return Dirichlet(float(concentration), _nodes(nodes))


def simplex_box(lower: Any = 0.0, upper: Any = 1.0) -> SimplexBox:
    """Vary weights: the shares of siblings are uniform on what lies between ends and sums to one.

    Parameters
    ----------
    lower, upper : mapping of str to float
        Ends of the share of a node among its siblings, by its code; 0 and 1 for siblings that are not named. At least
        one of the two names a node.

    Returns
    -------
    SimplexBox

    Raises
    ------
    SpecError
        For an end outside 0 to 1, or a lower end above its upper one. When it is used: for a node that the tree does
        not have, and where no shares of sum one lie between the ends.

    Examples
    --------
    >>> print(simplex_box(lower={"osi": 0.2, "tii": 0.2}, upper={"osi": 0.5}))
    box on osi, tii
    """
    faults: list[Fault] = []
    ends = {}
    for name, given in (("lower", lower), ("upper", upper)):
        named = isinstance(given, Mapping)
        if not named and given != (0.0 if name == "lower" else 1.0):
            faults.append(
                Fault(f"weights.{name}", repr(given), "a mapping of nodes to shares, e.g. {'osi': 0.2}")
            )
        ends[name] = {str(code): share for code, share in given.items()} if named else {}
        faults += [
            Fault(f"weights.{name}, {code!r}", repr(share), "a share from 0 to 1")
            for code, share in ends[name].items()
            if not is_number(share) or not 0 <= share <= 1
        ]
    if not faults:
        if not ends["lower"] and not ends["upper"]:
            faults.append(
                Fault("weights", "a box around no node", "lower={'osi': 0.2} or upper={'osi': 0.5}")
            )
        for code in ends["lower"]:
            low, high = ends["lower"][code], ends["upper"].get(code, 1.0)
            if low > high:
                faults.append(Fault(f"weights, {code!r}", f"from {low:g} to {high:g}", "lower below upper"))
    if faults:
        raise SpecError(faults)
    return SimplexBox(*({code: float(x) for code, x in ends[name].items()} for name in ("lower", "upper")))


def experts(table: Any) -> Experts:
    """Vary weights: each draw takes those of one expert, each as likely as any other.

    Parameters
    ----------
    table : mapping or frame
        Of experts to mappings of nodes to raw weights, or a frame with a row an expert, a column a node and, if you
        like, a column "expert" with names. An expert weighs all children of a node or none (missing, None or NaN).

    Returns
    -------
    Experts

    Raises
    ------
    SpecError
        For an empty table, or a weight that is negative or no number.

    Examples
    --------
    >>> print(experts({"A": {"osi": 2, "tii": 1, "hci": 1}, "B": {"osi": 1, "tii": 1, "hci": 1}}))
    2 experts on osi, tii, hci
    """
    rows = dict(table) if isinstance(table, Mapping) else _rows(table)
    faults: list[Fault] = []
    if not rows or not all(isinstance(row, Mapping) and row for row in rows.values()):
        raise SpecError(
            Fault("weights.experts", "no experts with weights", "{'A': {'osi': 2, 'tii': 1}, ...}")
        )
    codes = list(dict.fromkeys(str(code) for row in rows.values() for code in row))
    weights: dict[str, list[float]] = {code: [] for code in codes}
    for name, row in rows.items():
        for code in codes:
            given = row.get(code)
            if given is None or (isinstance(given, float | np.floating) and np.isnan(given)):
                weights[code].append(NAN)
            elif is_number(given) and 0 <= float(given) < np.inf:
                weights[code].append(float(given))
            else:
                place = f"weights.experts, {name}, {code!r}"
                faults.append(Fault(place, repr(given), "a number of at least 0"))
    if faults:
        raise SpecError(faults)
    return Experts(tuple(map(str, rows)), {code: tuple(column) for code, column in weights.items()})


def _rows(table: Any) -> dict[str, dict[str, Any]]:
    """A frame as a mapping of experts."""
    import narwhals as nw

    try:
        frame = nw.from_native(table, eager_only=True)
    except TypeError as error:
        given = type(table).__name__
        raise SpecError(Fault("weights.experts", given, "a mapping of experts, or a frame")) from error
    named = "expert" in frame.columns
    names = frame["expert"].to_list() if named else []
    if None in names or len(set(names)) < len(names):
        raise SpecError(
            Fault("weights.experts", "names that are missing or stand twice", "a name for each expert")
        )
    return {
        str(row.pop("expert") if named else f"expert {at + 1}"): row
        for at, row in enumerate(frame.iter_rows(named=True))
    }


def _nodes(given: str | Iterable[str]) -> str | tuple[str, ...]:
    return given if isinstance(given, str) else tuple(given)


def as_weightings(given: Any) -> tuple[Weighting, ...]:
    """What varies the weights, as a tuple.

    Raises
    ------
    SpecError
        For anything else than these.
    """
    several = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    found = tuple(one for one in several if one is not None)
    for one in found:
        if not isinstance(one, Weighting):
            right = (
                "egov.noise(share), egov.dirichlet(concentration), egov.simplex_box(...), egov.experts(...)"
            )
            raise SpecError(Fault("alternatives.weights", repr(one), right))
    for kind in (Noise, Dirichlet, SimplexBox, Experts):
        if sum(isinstance(one, kind) for one in found) > 1:
            raise SpecError(Fault("alternatives.weights", f"several of {kind.__name__}", "one of each kind"))
    return found


def core_weights(given: Sequence[Weighting], framework: Framework) -> dict[str, Any]:
    """What varies the weights of a framework, by node, as the core takes it.

    Raises
    ------
    SpecError
        For nodes that the framework does not have.
    """
    count = len(framework.nodes)
    out: dict[str, Any] = {"noise": [0.0] * count, "concentration": [0.0] * count, "lower": [], "upper": []}
    out["experts"] = np.empty((count, 0), order="F")
    for one in given:
        if isinstance(one, Noise):
            out["noise"] = _marked(one.nodes, framework, one.share)
        elif isinstance(one, Dirichlet):
            out["concentration"] = _of_parents(one, framework)
        elif isinstance(one, SimplexBox):
            for name in ("lower", "upper"):
                out[name] = _by_node(getattr(one, name), framework, f"weights.{name}")
        else:
            out["experts"] = _expert_table(one, framework)
    return out


def _varies(framework: Framework, nodes: str | tuple[str, ...]) -> Callable[[str], bool]:
    """Which nodes are meant: they have siblings, and are of the kind or among those named."""
    if isinstance(nodes, str) and nodes not in KINDS:
        raise SpecError(Fault("weights.nodes", repr(nodes), nearest(nodes, KINDS)))
    if not isinstance(nodes, str):
        _known(nodes, framework, "weights.nodes")
    leaves = set(framework.leaves)

    def varies(code: str) -> bool:
        if code == framework.root or len(framework.children(framework[code].parent or code)) < 2:
            return False
        if isinstance(nodes, str):
            return nodes == "all" or (nodes == "leaves") == (code in leaves)
        return code in nodes

    return varies


def _marked(nodes: str | tuple[str, ...], framework: Framework, value: float) -> list[float]:
    varies = _varies(framework, nodes)
    return [value if varies(code) else 0.0 for code in framework.codes]


def _of_parents(one: Dirichlet, framework: Framework) -> list[float]:
    varies = _varies(framework, one.nodes)
    parents = {framework[code].parent for code in framework.codes if varies(code)}
    return [one.concentration if code in parents else 0.0 for code in framework.codes]


def _known(codes: Iterable[str], framework: Framework, place: str) -> None:
    faults = [
        Fault(place, f"unknown node {code!r}", nearest(code, framework.codes))
        for code in codes
        if code not in framework.codes
    ]
    if faults:
        raise SpecError(faults)


def _by_node(given: Mapping[str, float], framework: Framework, place: str) -> list[float]:
    _known(given, framework, place)
    return [given.get(code, NAN) for code in framework.codes]


def _expert_table(one: Experts, framework: Framework) -> NDArray[np.float64]:
    _known(one.weights, framework, "weights.experts")
    none = (NAN,) * len(one.names)
    return np.asfortranarray([one.weights.get(code, none) for code in framework.codes], dtype=np.float64)
