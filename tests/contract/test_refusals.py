"""Bad names and parameters of every method: refused, with what came and what would be right."""

import math

import numpy as np
import pytest
from stage_calls import IDS, METHODS, NAN, ON_CELLS, STAGES, of_stages, panel_of, run, variants

import egov_index as egov
from egov_index import catalogue

DATA = np.arange(1.0, 13).reshape(6, 1, 2)
PARAMS = [(stage, row, param) for stage, row in METHODS for param in row["params"]]
PARAM_IDS = [f"{stage}-{row['name']}-{param['name']}" for stage, row, param in PARAMS]


def refused(stage, method, params):
    """The text of the SpecError of a call; the catalogue and the recipe must say the same."""
    with pytest.raises(egov.SpecError) as caught:
        if stage in ("correlate", "interval", "adjust"):
            faults = catalogue.faults_of(stage, catalogue.Choice(method, params), f"{stage} {method}")
            raise egov.SpecError(faults) if faults else AssertionError("nothing wrong was found")
        run(stage, method, panel_of(DATA), params)
    if stage not in ("correlate", "interval", "adjust"):
        with pytest.raises(egov.SpecError):
            egov.Recipe(**{stage: {"method": method, **params}})
    return str(caught.value)


@pytest.mark.parametrize("stage", STAGES)
def test_an_unknown_method_is_refused_with_the_nearest(stage):
    known = [row["name"] for at, row in METHODS if at == stage]
    name = max(known, key=len)
    text = refused(stage, name[:-1] + "q", {})
    assert stage in text and name[:-1] + "q" in text
    if len(name) > 4:
        assert f"'{name}'" in text
    assert all(word in refused(stage, "zzzzzzzz", {}) for word in known)


@pytest.mark.parametrize(("stage", "row"), METHODS, ids=IDS)
def test_an_unknown_parameter_is_refused_with_the_nearest(stage, row):
    given = variants(stage, row)[0]
    for name in [param["name"] for param in row["params"]] or ["anything"]:
        text = refused(stage, row["name"], given | {name + "x": 1})
        assert name + "x" in text and (not row["params"] or f"'{name}'" in text)


@pytest.mark.parametrize(("stage", "row", "param"), PARAMS, ids=PARAM_IDS)
def test_values_of_the_wrong_type_are_refused(stage, row, param):
    wrong = {
        "real": ["1", None, [1], {}],
        "indicator": ["1", None, [1]],
        "integer": ["1", None, 1.5],
        "flag": ["yes", None, 2, 0.5],
        "option": [0, None, "zzz", 1.0, ["min"]],
        "groups": [0, None, 1.0, ["region"]],
        "unit": [["U1"], {}],
        "table": [1, "x", [["a"]], [[1, 2], [3]], []],
        "indicators": [1, [2.5], 0.5, ["x0", 3]],
    }[param["kind"]]
    for value in wrong:
        text = refused(stage, row["name"], variants(stage, row)[0] | {param["name"]: value})
        shown = param["kind"] in ("table", "indicators") or repr(value).strip("'") in text.replace(
            "nothing", "None"
        )
        assert param["name"] in text and shown


@pytest.mark.parametrize(("stage", "row", "param"), PARAMS, ids=PARAM_IDS)
def test_values_out_of_bounds_are_refused(stage, row, param):
    if param["kind"] in ("option", "groups", "unit", "table", "indicators"):
        near = (
            refused(stage, row["name"], {param["name"]: param["options"][-1] + "x"})
            if param["options"]
            else ""
        )
        assert not near or f"'{param['options'][-1]}'" in near
        return
    wrong = [math.inf, -math.inf] + ([] if param["optional"] else [NAN])
    wrong += [param["lower"] - 1] if math.isfinite(param["lower"]) else []
    wrong += [param["upper"] + 1] if math.isfinite(param["upper"]) else []
    for value in wrong:
        text = refused(stage, row["name"], variants(stage, row)[0] | {param["name"]: value})
        assert param["name"] in text and ("number" in text or "0 or 1" in text or "true or false" in text)
    right = [param["lower"], param["upper"]]
    for value in filter(math.isfinite, right):
        named = {key: item for key, item in variants(stage, row)[0].items() if key == "unit"}
        given = catalogue.Choice(row["name"], named | {param["name"]: value})
        places = [fault.place for fault in catalogue.faults_of(stage, given, "here")]
        assert f"here.{param['name']}" not in places


@pytest.mark.parametrize(("stage", "row"), METHODS, ids=IDS)
def test_all_faults_come_at_once(stage, row):
    bad = {param["name"]: None for param in row["params"]} | {"first_stray": 1, "second_stray": 2}
    given = catalogue.Choice(row["name"], bad)
    places = [fault.place for fault in catalogue.faults_of(stage, given, "here")]
    assert sorted(places) == sorted(f"here.{name}" for name in bad)


@pytest.mark.parametrize(**of_stages("impute", "treat", "weight", "aggregate", "rank"))
def test_only_a_normalization_takes_a_range_to_rescale_to(stage, row):
    given = catalogue.Choice(row["name"], variants(stage, row)[0], (1, 100))
    assert any("rescale" in fault.place for fault in catalogue.faults_of(stage, given, "here"))


@pytest.mark.parametrize(**of_stages("normalize"))
@pytest.mark.parametrize("rescale", [(1, 1), (2, 1), (NAN, 1), (0, math.inf), (1,), (1, 2, 3), "ab", 5])
def test_a_range_to_rescale_to_has_two_ends(stage, row, rescale):
    with pytest.raises(egov.SpecError, match="rescale"):
        egov.normalize(panel_of(DATA), row["name"], rescale=rescale, **variants(stage, row)[0])


@pytest.mark.parametrize("stage", [*ON_CELLS, "aggregate", "rank"])
@pytest.mark.parametrize(
    "data",
    [
        np.zeros((0, 2)),
        np.zeros((2, 0)),
        np.zeros((1, 1, 1, 1)),
        3.0,
        "text",
        ["a", "b"],
        None,
        [[1, 2], [3]],
    ],
)
def test_what_is_no_data_is_refused(stage, data):
    method = {"impute": "mean"}.get(stage)
    with pytest.raises(egov.DataError):
        getattr(egov, stage)(data, *([method] if method else []))


@pytest.mark.parametrize("stage", [*ON_CELLS, "aggregate", "rank"])
@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinite_values_are_refused_with_their_place(stage, value):
    data = DATA[:, 0, :].copy()
    data[3, 1] = value
    with pytest.raises(egov.DataError) as caught:
        getattr(egov, stage)(data, *(["mean"] if stage == "impute" else []))
    assert "x1" in str(caught.value) and "3" in str(caught.value) and "infinite" in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [{"x0": 1}, {"x0": 1, "x2": 1}, {"x0": 1, "x1": 1, "x2": 1}, [1], [1, 2, 3], [1, "a"], [0, 0], [1, -1], [1, NAN],
     [1, math.inf], [[1, 2]]],
)  # fmt: skip
def test_weights_that_do_not_fit_are_refused(given):
    for call in (
        lambda: egov.weight(panel_of(DATA), "given", given=given),
        lambda: egov.aggregate(panel_of(DATA), weights=given),
    ):
        with pytest.raises(egov.SpecError, match="weight"):
            call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda p: egov.normalize(p, direction=0), ["direction", "x0", "1 or -1"]),
        (lambda p: egov.normalize(p, direction={"x1": -1, "x9": 1, "x8": 2}), ["x9", "x8"]),
        (lambda p: egov.normalize(p, over="perod"), ["over", "'period'"]),
        (lambda p: egov.treat(p, over="unit"), ["over", "period, panel"]),
        (lambda p: egov.aggregate(p, missing="drop_weight"), ["missing", "'drop-weight'"]),
        (lambda p: egov.rank(p, digits=16), ["digits", "0 to 15"]),
        (lambda p: egov.rank(p, digits=-1), ["digits", "0 to 15"]),
        (lambda p: egov.rank(p, digits=1.0), ["digits", "0 to 15"]),
        (lambda p: egov.impute(p, "mean", "locf", max_gap=3), ["one method"]),
        (lambda p: egov.impute(p, "mean", "lcf"), ["'lcf'", "'locf'"]),
        (lambda p: egov.impute(p), ["method"]),
        (lambda p: egov.impute(p, []), ["method"]),
        (lambda p: egov.normalize(p, "minmax", low=3, high=3), ["minmax", "low", "high"]),
        (lambda p: egov.normalize(p, "goalposts", lower=3, upper=3), ["goalposts", "lower", "upper"]),
        (lambda p: egov.normalize(p, "goalposts", lower=3), ["goalposts", "upper"]),
        (lambda p: egov.treat(p, "cap", cap=1, floor=2), ["cap", "floor"]),
        (lambda p: egov.normalize(p, 3), ["3", "method"]),
        (lambda p: egov.normalize(p, ["minmax"]), ["method"]),
        (lambda p: egov.normalize(p, "minmax:low"), ["minmax:low", "parameter=value"]),
        (lambda p: egov.methods("normalise"), ["'normalise'", "'normalize'"]),
    ],
)
def test_requests_that_make_no_sense(call, words):
    with pytest.raises(egov.SpecError) as caught:
        call(panel_of(DATA))
    assert all(word in str(caught.value) for word in words), str(caught.value)
