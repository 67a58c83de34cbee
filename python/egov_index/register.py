"""Methods of one's own: a Python function as a row of a stage's table, equal to those of the core."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import _core, catalogue
from .errors import Fault, SpecError
from .guarded import Param, guarded, guarded_filler
from .table import nearest

__all__ = ["Param", "add_row", "register", "unregister"]

STAGES = ("impute", "treat", "normalize", "weight", "aggregate")
REGISTERED: set[tuple[str, str]] = set()  # stage and name of what users added
KINDS = ("real", "integer", "flag", "option", "indicator", "table", "indicators")
NEEDS = ("positive", "nonnegative", "variation", "others", "holes", "keys")
GIVES = ("signed", "unit", "positive", "range", "sign")
TRAITS = {
    "positive": "needs_positive",
    "nonnegative": "needs_nonnegative",
    "variation": "needs_variation",
    "others": "needs_others",
    "holes": "takes_holes",
}
TAKEN = {  # keywords of the calls of a stage
    "impute": {"keys"},
    "normalize": {"direction"},
    "weight": {"given"},
    "aggregate": {"weights", "missing", "threshold", "name"},
}


def register(
    stage: str,
    name: str,
    function: Callable[..., Any],
    *,
    sentence: str,
    citation: str = "",
    params: Iterable[Param] = (),
    needs: Iterable[str] = (),
    gives: Iterable[str] = (),
    together: bool = False,
) -> None:
    """Add a Python function to the methods of a stage.

    From then on the method is chosen by its name like any other: in calls, recipes, spec files, and as an alternative
    of an uncertainty analysis, whose threads take turns in calling it. A row stays for the session, or until
    :func:`unregister`.

    Parameters
    ----------
    stage : {"impute", "treat", "normalize", "weight", "aggregate"}
        Where it belongs.
    name : str
        Its name: lower-case letters, digits and underscores.
    function : callable
        What is computed; ``params`` come as keywords. Arrays are float64, NaN is missing.

        ========== ======================================================== =========================================
        stage      called with                                              gives
        ========== ======================================================== =========================================
        impute     values (units, periods) of one indicator, times          the same with holes filled, or left open
        impute,    values (units, periods, indicators), times               the same with holes filled, or left open;
        together                                                            or a pair of that and notes
        treat      values (rows,) of one indicator                          as many
        normalize  values (rows,) and the reference (rows,), more is better as many
        weight     values (rows, children), given weights (children,)       weights (children,), at least 0
        aggregate  values (children,) of one unit, weights (sum one)        a number
        aggregate, values (units, children) of one period, weights          a number for each unit
        together
        ========== ======================================================== =========================================
    sentence : str
        What it does, in one sentence.
    citation : str
        Where it comes from.
    params : iterable of Param
        Its parameters.
    needs : iterable of {"positive", "nonnegative", "variation", "others", "holes", "keys"}
        What it asks for: values above 0, or of at least 0; at least two distinct values; "others": the result of a unit
        depends on the other units; "holes": it takes units with missing children, as NaN (of an aggregation with
        ``together``); "keys": the function gets a keyword ``keys`` (units,), whole numbers that hang on the labels of
        the units alone, so that nothing need hang on the order they come in (of an imputation with ``together``).
    gives : iterable of {"signed", "unit", "positive", "range", "sign"}
        What is known of the result. Of a normalization: "signed" (what is assumed), "unit" (0 to 1) or "positive". Of
        the other stages: "range", where it lies within the range of its input, and of an aggregation "sign", where it
        is above 0 if every child is, and at least 0 if none is below.
    together : bool
        Of an aggregation: called with all units of a period at once. Of an imputation: called with all indicators that
        it is to fill; a parameter of kind "indicator" then comes as an array (indicators,). Notes are a mapping: a text
        that says which fallback was taken, to a mask (units, periods, indicators) of the cells it tells of, or to None
        if it tells of all. They come out as the notes of the imputation and of its filled cells.

    Raises
    ------
    SpecError
        With everything that is wrong with the row; also where the name is taken.

    Notes
    -----
    A result of another shape, that is infinite, or that is NaN where the input is not, is a DataError that names the
    method. Other exceptions of the function come out as they are. It should give the same for the same input.

    Examples
    --------
    >>> def second_best(values, weights):
    ...     return sorted(values)[-2]
    >>> register("aggregate", "second_best", second_best, sentence="The second highest value.", gives=["range"])
    >>> import egov_index as egov
    >>> egov.aggregate([[1.0, 5.0, 3.0]], "second_best").tolist()
    [3.0]
    >>> unregister("aggregate", "second_best")
    """
    add_row(
        stage,
        name,
        function,
        sentence=sentence,
        citation=citation,
        params=params,
        needs=needs,
        gives=gives,
        together=together,
    )
    REGISTERED.add((stage, name))


def unregister(stage: str, name: str) -> None:
    """Take a registered method back; what was set up with it goes on working.

    Parameters
    ----------
    stage, name : str
        As they were registered.

    Raises
    ------
    SpecError
        If no such method was registered.
    """
    if (stage, name) not in REGISTERED:
        names = [f"{at} {known}" for at, known in sorted(REGISTERED)]
        raise SpecError(
            Fault("unregister", f"{stage} {name} was not registered", nearest(f"{stage} {name}", names))
        )
    _core.unregister(stage, name)
    REGISTERED.remove((stage, name))
    catalogue.read_again()


def add_row(
    stage: str,
    name: str,
    function: Callable[..., Any],
    *,
    sentence: str,
    citation: str = "",
    params: Iterable[Param] = (),
    needs: Iterable[str] = (),
    gives: Iterable[str] = (),
    together: bool = False,
) -> None:
    """Add a row that stays: one of this package."""
    rows, needs, gives = tuple(params), tuple(needs), tuple(gives)
    faults = _faults(stage, name, function, sentence, together) + _param_faults(stage, rows)
    faults += _word_faults("needs", needs, NEEDS) + _word_faults("gives", gives, GIVES)
    if "holes" in needs and (stage != "aggregate" or not together):
        faults.append(Fault("needs", "'holes'", "only a method that gets the units together sees holes"))
    if "keys" in needs and (stage != "impute" or not together):
        faults.append(
            Fault("needs", "'keys'", "only an imputation of indicators together gets keys of units")
        )
    if faults:
        raise SpecError([Fault(f"register {fault.place}", fault.came, fault.right) for fault in faults])
    row = {
        "name": name,
        "sentence": sentence,
        "citation": citation,
        "params": [_described(param) for param in rows],
        "traits": _traits(stage, needs, gives, together),
    }
    if stage == "impute" and together:
        called = guarded_filler(name, function, rows, "keys" in needs)
    else:
        called = guarded(stage, name, function, rows, together)
    _core.register(stage, row, called, together)
    catalogue.read_again()


def _traits(stage: str, needs: Sequence[str], gives: Sequence[str], together: bool) -> list[str]:
    traits = [TRAITS[word] for word in needs if word in TRAITS]
    if together and stage == "impute":
        traits.append("needs_indicators")
    elif together and "others" not in needs:
        traits.append("needs_others")
    if "range" in gives:
        traits.append("keeps_range")
    if "sign" in gives:
        traits.append("keeps_sign")
    if "unit" in gives:
        traits.append("gives_unit")
    if "signed" in gives or (stage == "normalize" and not {"unit", "positive"} & set(gives)):
        traits.append("gives_signed")
    return traits


def _faults(stage: Any, name: Any, function: Any, sentence: Any, together: Any) -> list[Fault]:
    faults = []
    if stage not in STAGES:
        faults.append(
            Fault("stage", repr(stage), f"one of {', '.join(STAGES)}; {nearest(str(stage), STAGES)}")
        )
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        faults.append(Fault("name", repr(name), "lower-case letters, digits and underscores"))
    elif stage in STAGES and name in [row["name"] for row in catalogue.rows(stage)]:
        faults.append(Fault("name", f"{name!r} is taken", "another name"))
    if not callable(function):
        faults.append(Fault("function", repr(function), "a function"))
    if not isinstance(sentence, str) or not sentence.endswith("."):
        faults.append(Fault("sentence", repr(sentence), "one sentence that says what the method does"))
    if not isinstance(together, bool) or (together and stage not in ("aggregate", "impute")):
        right = "True or False, and True for an aggregation or imputation only"
        faults.append(Fault("together", repr(together), right))
    return faults


def _word_faults(what: str, given: Sequence[Any], known: Sequence[str]) -> list[Fault]:
    return [Fault(what, repr(word), nearest(str(word), known)) for word in given if word not in known]


def _param_faults(stage: Any, params: Sequence[Any]) -> list[Fault]:
    faults = []
    taken = {*catalogue.RESERVED, "data", *TAKEN.get(str(stage), ())}
    for at, param in enumerate(params):
        if not isinstance(param, Param):
            faults.append(Fault(f"params[{at}]", repr(param), "egov.Param(name, default)"))
            continue
        place = f"param {param.name!r}"
        if not str(param.name).isidentifier() or param.name in taken:
            faults.append(
                Fault(place, "cannot be used as a name", "another name, of letters and underscores")
            )
        if param.kind not in KINDS:
            faults.append(Fault(place, f"kind {param.kind!r}", nearest(str(param.kind), KINDS)))
        elif param.kind == "option" and (not param.options or param.default not in param.options):
            faults.append(Fault(place, f"default {param.default!r}", "options, and one of them as default"))
        elif param.kind in ("table", "indicators") and param.default is not None:
            faults.append(
                Fault(place, f"default {param.default!r}", f"no default: {param.kind} are given, or optional")
            )
        elif param.kind not in ("option", "table", "indicators") and not _fits(param):
            faults.append(Fault(place, f"default {param.default!r}", "a number within the bounds, or None"))
    names = [param.name for param in params if isinstance(param, Param)]
    faults += [
        Fault(f"param {name!r}", "stands twice", "each once") for name in {*names} if names.count(name) > 1
    ]
    return faults


def _fits(param: Param) -> bool:
    try:
        low, high = _bounds(param)
        return low <= high and (param.default is None or low <= float(param.default) <= high)
    except (TypeError, ValueError):
        return False


def _bounds(param: Param) -> tuple[float, float]:
    if param.kind == "flag":
        return 0.0, 1.0
    if param.kind == "option":
        return 0.0, float(len(param.options) - 1)
    return float(param.lower), float(param.upper)


def _described(param: Param) -> dict[str, Any]:
    lower, upper = _bounds(param)
    default = param.default
    if param.kind == "option":
        default = list(param.options).index(default)
    return {
        "name": param.name,
        "kind": param.kind,
        "default": math.nan if default is None else float(default),
        "lower": lower,
        "upper": upper,
        "sentence": param.sentence or f"{param.name.capitalize()}.",
        "options": list(param.options) if param.kind == "option" else [],
        "optional": bool(param.optional),
    }
