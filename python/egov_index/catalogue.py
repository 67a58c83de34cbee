"""The methods of every stage as the core declares them, and choices among them.

A method is declared in one row of a table of the core. What can be asked of it here (its parameters, their bounds,
what it needs and gives) is read off that row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from . import _core
from .choice_examples import how_written
from .errors import DataError, Fault, FitError, SpecError
from .table import make_frame, nearest

__all__ = ["Choice", "as_chain", "as_choice", "choice", "faults_of", "methods", "row", "stages"]

Table = tuple[tuple[float, ...], ...]
Names = tuple[str, ...]
Value = float | int | bool | str | Table | Names
TABLED = ("table", "indicators")  # kinds whose values reach the core as tables
NAMED = ("groups", "unit", *TABLED)  # kinds whose values are no numbers
OVER = '"period", "panel", the label of a base period, or the name of a grouping'
RESERVED = ("method", "rescale", "over")  # keys of a choice that are no parameters of its method


@cache
def _tables() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return {stage: {item["name"]: item for item in rows} for stage, rows in _core.methods().items()}


def read_again() -> None:
    """Read the tables of the core again: a row has come."""
    _tables.cache_clear()


def stages() -> tuple[str, ...]:
    """Names of the stages that have a table of methods, in the order of the work."""
    return tuple(_tables())


def row(stage: str, method: str) -> Mapping[str, Any]:
    """The row that declares a method.

    Raises
    ------
    SpecError
        If the stage or the method is unknown; the message names the nearest.
    """
    if stage not in _tables():
        raise SpecError(Fault("stage", repr(stage), nearest(stage, _tables())))
    table = _tables()[stage]
    if method not in table:
        raise SpecError(Fault(stage, f"unknown method {method!r}", nearest(method, table, len(table))))
    return table[method]


def rows(stage: str) -> tuple[Mapping[str, Any], ...]:
    """Rows of a stage's table; SpecError if there is no such stage."""
    if stage not in _tables():
        raise SpecError(Fault("stage", repr(stage), nearest(stage, _tables())))
    return tuple(_tables()[stage].values())


def methods(stage: str | None = None) -> Any:
    """Table of the methods of a stage, or of all stages.

    Parameters
    ----------
    stage : str, optional
        One of screen, denominate, impute, treat, normalize, weight, aggregate, rank, correlate, interval,
        adjust; all if left out.

    Returns
    -------
    pandas.DataFrame
        Columns stage, name, sentence, parameters, needs, gives, citation; a row a method.

    Raises
    ------
    SpecError
        If there is no such stage.

    Examples
    --------
    >>> methods("aggregate")["name"].tolist()
    ['arithmetic', 'geometric', ...]
    """
    found = [(name, item) for name in ([stage] if stage is not None else stages()) for item in rows(name)]
    return make_frame(
        {
            "stage": [name for name, _ in found],
            "name": [item["name"] for _, item in found],
            "sentence": [item["sentence"] for _, item in found],
            "parameters": [", ".join(signature(param) for param in item["params"]) for _, item in found],
            "needs": [traits(item, "needs_") for _, item in found],
            "gives": [traits(item, "gives_", "keeps_", "changes_") for _, item in found],
            "citation": [item["citation"] for _, item in found],
        }
    )


def traits(item: Mapping[str, Any], *prefixes: str) -> str:
    """What a method needs or gives, as words: ``"variation"``, ``"signed"``, ``"keeps range"``."""
    words = [trait for trait in item["traits"] if trait.startswith(prefixes)]
    return ", ".join(word.removeprefix("needs_").removeprefix("gives_").replace("_", " ") for word in words)


def signature(param: Mapping[str, Any]) -> str:
    """How a parameter is written with its default: ``"low=0"``, or its name alone where it must be given."""
    default = param["default"]
    if param["kind"] == "option":
        return f"{param['name']}={param['options'][int(default)]}"
    return param["name"] if math.isnan(default) else f"{param['name']}={default:g}"


@dataclass(frozen=True)
class Choice:
    """A method by name, with the parameters that differ from their defaults.

    Parameters
    ----------
    method : str
        Name of the method.
    params : mapping
        Parameters by name.
    rescale : (float, float), optional
        Range to which the results of a normalization are mapped. Of a recipe or an alternative: siblings together, so
        that differences in scale which the method leaves stay; of a node: that node alone.
    over : {"period", "panel"} or label
        Rows that a treatment or normalization looks at together: each period (the default), all periods, the period of
        that label as base for all, or within each period each group of the grouping of that name.
    """

    method: str
    params: Mapping[str, Value] = field(default_factory=dict)
    rescale: tuple[float, float] | None = None
    over: str | int | float = "period"

    def __post_init__(self) -> None:
        params = {name: _frozen(value) for name, value in self.params.items()}
        object.__setattr__(self, "params", MappingProxyType(params))

    def __hash__(self) -> int:
        return hash((self.method, tuple(sorted(self.params.items())), self.rescale, self.over))

    def __reduce__(self) -> tuple[Any, ...]:
        return Choice, (self.method, dict(self.params), self.rescale, self.over)

    def __str__(self) -> str:
        given = [f"{name}={_plain(value)}" for name, value in self.params.items()]
        if self.over != "period":
            given.append(f"over={self.over}")
        if self.rescale:
            given.append(f"rescale={_plain(self.rescale[0])}..{_plain(self.rescale[1])}")
        return self.method + (":" + ",".join(given) if given else "")


def _frozen(value: Any) -> Any:
    """A table as tuples, so that a choice can be compared and kept; other values as they are."""
    if hasattr(value, "tolist") and getattr(value, "shape", ()) != ():
        value = value.tolist()
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def choice(
    method: str,
    *,
    rescale: tuple[float, float] | None = None,
    over: str | int | float = "period",
    **params: Any,
) -> Choice:
    """Choose a method with parameters, for a recipe or as an alternative.

    Parameters
    ----------
    method : str
        Name of a method; ``egov.methods()`` lists them. It is checked where the choice is used.
    rescale : (float, float), optional
        For a normalization: map its results to this range, e.g. ``(1, 100)`` so that a geometric mean works. In a
        recipe siblings are mapped together, which leaves an arithmetic mean as it is but for its scale.
    over : {"period", "panel"} or label
        For a treatment or normalization: the rows it looks at together. "period": each period on its own; "panel": all
        periods; the label of a period: that one is the base for all; the name of a grouping: each group in each period.
    **params
        Parameters of the method; a table as rows of numbers.

    Returns
    -------
    Choice
        A value that can be printed, compared and stored.

    Examples
    --------
    >>> print(choice("goalposts", lower=0, upper=100))
    goalposts:lower=0,upper=100
    """
    return as_choice(
        {"method": method, **params, "over": over} | ({} if rescale is None else {"rescale": rescale}),
        "choice",
    )


def as_choice(value: Any, place: str) -> Choice:
    """Read a choice: a Choice, a name, ``"name:param=value,..."`` or a mapping with ``method``.

    Raises
    ------
    SpecError
        If it is none of these.
    """
    if isinstance(value, Choice):
        return value
    if isinstance(value, str):
        return _from_text(value, place)
    if isinstance(value, Mapping) and isinstance(value.get("method"), str):
        params = {name: item for name, item in value.items() if name not in RESERVED}
        over = value.get("over", "period")
        if isinstance(over, bool) or not isinstance(over, (str, int, float)) or over == "":
            raise SpecError(Fault(f"{place}.over", repr(over), OVER))
        return Choice(value["method"], params, _range(value.get("rescale"), place), over)
    raise SpecError(Fault(place, repr(value), how_written(place)))


def as_chain(value: Any, place: str) -> tuple[Choice, ...]:
    """Read one choice or a sequence of choices as a chain."""
    items = value if isinstance(value, (list, tuple)) else [value]
    return tuple(
        as_choice(item, f"{place}[{at}]" if len(items) > 1 else place) for at, item in enumerate(items)
    )


def faults_of(stage: str, given: Choice, place: str) -> list[Fault]:
    """Everything wrong with a choice for a stage; empty if it can be used."""
    try:
        item = row(stage, given.method)
    except SpecError as error:
        return [Fault(place, fault.came, fault.right) for fault in error.faults]
    faults = []
    if given.rescale is not None and stage != "normalize":
        faults.append(Fault(f"{place}.rescale", "a range to rescale to", "only a normalization takes one"))
    if given.rescale is not None and not -math.inf < given.rescale[0] < given.rescale[1] < math.inf:
        faults.append(Fault(f"{place}.rescale", str(given.rescale), "(low, high) with low below high"))
    if given.over != "period" and stage not in ("treat", "normalize"):
        faults.append(Fault(f"{place}.over", repr(given.over), "only a treatment or normalization takes it"))
    numbers: dict[str, float] = {}
    kinds = {param["name"]: param for param in item["params"]}
    for name, value in given.params.items():
        if name not in kinds:
            came = f"{given.method} has no such parameter"
            faults.append(Fault(f"{place}.{name}", came, nearest(name, kinds)))
        elif kinds[name]["kind"] == "table":
            faults += [Fault(f"{place}.{name}", came, right) for came, right in _table_faults(value)]
        elif kinds[name]["kind"] == "indicators":
            if not _names(value):
                faults.append(
                    Fault(f"{place}.{name}", repr(value), 'names of indicators, e.g. ["gdp_per_capita"]')
                )
        elif fault := _as_number(kinds[name], value, numbers, name):
            faults.append(Fault(f"{place}.{name}", *fault))
    for name, param in kinds.items():
        apart = param["kind"] in NAMED
        if apart and not param["optional"] and name not in given.params:
            faults.append(Fault(f"{place}.{name}", "not given", param["sentence"]))
    named = {fault.place for fault in faults}
    for name, came, right in _core.faults(stage, given.method, numbers, {}):
        if f"{place}.{name}" not in named and kinds.get(name, {}).get("kind") not in NAMED:
            faults.append(Fault(f"{place}.{name}" if name else place, came, right))
    return faults


def chain_faults(stage: str, chain: Sequence[Choice], place: str) -> list[Fault]:
    """Everything wrong with the choices of a chain, with their positions where there are several."""
    places = [f"{place}[{at}]" if len(chain) > 1 else place for at in range(len(chain))]
    return [fault for one, at in zip(chain, places, strict=True) for fault in faults_of(stage, one, at)]


def numeric(stage: str, given: Choice) -> dict[str, float]:
    """Parameters of a checked choice as the numbers the core takes; names and tables are left out."""
    numbers: dict[str, float] = {}
    kinds = {param["name"]: param for param in row(stage, given.method)["params"]}
    for name, value in given.params.items():
        if kinds[name]["kind"] not in NAMED:
            _as_number(kinds[name], value, numbers, name)
    return numbers


def tables(stage: str, given: Choice) -> dict[str, list[list[float]]]:
    """Parameters of a checked choice that are tables, as lists of rows."""
    kinds = {param["name"]: param["kind"] for param in row(stage, given.method)["params"]}
    return {
        name: [list(map(float, line)) for line in _lines(value)]
        for name, value in given.params.items()
        if kinds[name] == "table"
    }


def named_indicators(stage: str, given: Choice) -> dict[str, Names]:
    """Parameters of a checked choice that name indicators of the panel."""
    kinds = {param["name"]: param["kind"] for param in row(stage, given.method)["params"]}
    return {name: _names(value) for name, value in given.params.items() if kinds[name] == "indicators"}


def _names(value: Any) -> Names:
    """Names from a sequence of them, or from text with plus signs between; nothing where that is neither."""
    items = tuple(value.split("+")) if isinstance(value, str) else value
    return items if isinstance(items, tuple) and all(isinstance(one, str) and one for one in items) else ()


def _lines(value: Any) -> Any:
    """A table's rows; a single list of numbers is one row."""
    return value if value and isinstance(value[0], tuple) else (value,)


def _table_faults(value: Any) -> list[tuple[str, str]]:
    right = "rows of numbers, e.g. [[1, 3], [0.5, 1]]"
    if not isinstance(value, tuple) or not value:
        return [(repr(value), right)]
    lines = _lines(value)
    numbers = all(
        isinstance(line, tuple)
        and line
        and all(isinstance(x, (int, float)) and math.isfinite(x) for x in line)
        for line in lines
    )
    if not numbers:
        return [("something that is no finite number", right)]
    widths = sorted({len(line) for line in lines})
    return (
        [(f"rows of {' and '.join(map(str, widths))} numbers", "rows of one length")]
        if len(widths) > 1
        else []
    )


def unit_of(stage: str, given: Choice) -> tuple[str, Any] | None:
    """Parameter and label of the unit that a choice names, if its method takes one."""
    for param in row(stage, given.method)["params"]:
        if param["kind"] == "unit" and param["name"] in given.params:
            return param["name"], given.params[param["name"]]
    return None


def grouping(stage: str, given: Choice) -> str | None:
    """Name of the grouping that a choice asks for, if its method needs one."""
    for param in row(stage, given.method)["params"]:
        if param["kind"] == "groups":
            return str(given.params.get(param["name"], "")) or None
    return None


def _as_number(
    param: Mapping[str, Any], value: Any, numbers: dict[str, float], name: str
) -> tuple[str, str] | None:
    """Put the value into ``numbers``, or say what is wrong with its type."""
    kind = param["kind"]
    value = list(value) if isinstance(value, tuple) else value
    if kind == "option":
        if value not in param["options"]:
            return repr(value), f"one of {', '.join(param['options'])}; {nearest(value, param['options'])}"
        numbers[name] = float(param["options"].index(value))
    elif kind == "unit":
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            return repr(value), "the name of a unit"
        numbers[name] = 0.0
    elif kind == "groups":
        if not isinstance(value, str):
            return repr(value), "the name of a grouping of the units, e.g. 'income_groups'"
        numbers[name] = 0.0
    elif kind == "flag" and not isinstance(value, bool) and value not in (0, 1):
        return repr(value), "true or false"
    elif isinstance(value, str):
        return repr(value), "a number, not text"
    else:
        try:
            numbers[name] = float(value)
        except (TypeError, ValueError, OverflowError):
            return repr(value), "a number"
    return None


def _from_text(text: str, place: str) -> Choice:
    name, _, rest = text.partition(":")
    params: dict[str, Value] = {}
    rescale = None
    over: Any = "period"
    for part in filter(None, rest.split(",")):
        key, sign, value = part.partition("=")
        if not sign:
            raise SpecError(Fault(place, repr(text), "name:parameter=value,parameter=value"))
        if key == "rescale":
            rescale = _range(value.split(".."), place)
        elif key == "over":
            over = _literal(value)
        else:
            params[key] = _literal(value)
    return as_choice({"method": name, **params, "rescale": rescale, "over": over}, place)


def _literal(text: str) -> Value:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text) if any(mark in text.lower() for mark in ".en") else int(text)
    except ValueError:
        return text


def _range(value: Any, place: str) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        low, high = (float(item) for item in value)
    except (TypeError, ValueError):
        raise SpecError(Fault(f"{place}.rescale", repr(value), "two numbers, e.g. (1, 100)")) from None
    return low, high


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        names = bool(value) and all(isinstance(one, str) for one in value)
        return "+".join(value) if names else "[" + " ".join(map(_plain, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, float):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def locate(error: SpecError | DataError | FitError, labels: Mapping[str, tuple[Any, ...]]) -> None:
    """Give an error of the core the names of its positions, in place.

    Parameters
    ----------
    error : SpecError, DataError or FitError
        As the core raised it, with ``place`` as positions.
    labels : mapping
        Of "unit", "period", "indicator" and "node": the names by position.
    """
    place: Mapping[str, Any] = getattr(error, "place", {})
    words = [place[key] for key in ("stage", "method") if place.get(key)]
    for key in ("node", "indicator", "unit", "period"):
        at = place.get(key, -1)
        if 0 <= at < len(labels.get(key, ())):
            words.append(f"{key} {labels[key][at]}" if key != "indicator" else str(labels[key][at]))
    fault = error.faults[0]
    type(error).__init__(error, Fault(" ".join(words), fault.came, fault.right))
