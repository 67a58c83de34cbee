"""Panel models of Grunfeld's investments: figures of R's plm, linearmodels and pyfixest."""

import json
import warnings
from functools import cache
from pathlib import Path

import pytest

from egov_index import SpecError
from egov_index.outcomes.panels import panel_model

pytest.importorskip("linearmodels")

GOLDEN = json.loads((Path(__file__).parent / "panels.json").read_text(encoding="utf-8"))


@cache
def data():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of statsmodels while it reads its table
        import statsmodels.api as sm

        frame = sm.datasets.grunfeld.load_pandas().data
    return frame[frame["firm"] != "American Steel"]


def model(effects, se, **keywords):
    return panel_model(
        data(), None, "invest ~ value + capital", effects, se, unit="firm", period="year", **keywords
    )


def column(found, name):
    frame = found.to_frame()
    return dict(zip(frame["term"], frame[name], strict=True))


def near(wanted, factor=1.0):
    return {term: pytest.approx(value * factor, rel=1e-11) for term, value in wanted.items()}


@pytest.mark.parametrize("effects", GOLDEN["coefficients"])
def test_coefficients_and_classical_errors(effects):
    found = model(effects, "unadjusted")
    assert column(found, "estimate") == near(GOLDEN["coefficients"][effects])
    assert column(found, "se") == near(GOLDEN["classical"][effects])


@pytest.mark.parametrize(
    ("key", "se"), [("cr0", "clustered-cr0"), ("cr1", "clustered-cr1"), ("robust", "robust")]
)
def test_sandwich_errors(key, se):
    for effects, wanted in GOLDEN[key].items():
        assert column(model(effects, se), "se") == near(wanted)


@pytest.mark.parametrize("effects", GOLDEN["driscoll_kraay"])
def test_errors_of_driscoll_and_kraay(effects):
    for bandwidth, wanted in GOLDEN["driscoll_kraay"][effects].items():
        assert column(model(effects, "driscoll-kraay", bandwidth=int(bandwidth)), "se") == near(wanted)


@pytest.mark.parametrize("effects", GOLDEN["crv1"])
def test_the_count_of_parameters_makes_the_factor_of_others(effects):
    assert column(model(effects, "clustered-cr1", count="not-nested"), "se") == near(GOLDEN["crv1"][effects])
    found = model(effects, "clustered-cr3", count="not-nested")
    assert column(found, "se") == near(GOLDEN["crv3"][effects])
    assert "(N-1)/(N-K)" in found.convention


@pytest.mark.parametrize(
    ("se", "count", "wanted"),
    [
        ("clustered-cr0", None, 0.0143421),
        ("clustered-cr1", None, 0.0151561),
        ("clustered-cr1", "not-nested", 0.0151945),
        ("clustered-cr3", "not-nested", 0.0380734),
    ],
)
def test_four_numbers_that_are_all_called_clustered(se, count, wanted):
    found = model("entity", se, count=count)
    assert column(found, "se")["value"] == pytest.approx(wanted, abs=5e-8)
    assert found.convention.startswith(f"clustered by country (10), {se[-3:].upper()}")


@pytest.mark.parametrize("effects", ["two-way", "random", "between"])
def test_hausman_whatever_the_effects_of_the_model(effects):
    found = model(effects, "unadjusted").hausman()
    for form, wanted in GOLDEN["hausman"].items():
        assert found[form]["statistic"] == pytest.approx(wanted, rel=1e-10)
        assert found[form]["df"] == 2
    assert found["classical"]["p"] == pytest.approx(GOLDEN["hausman_p"], rel=1e-10)
    assert found.to_frame()["form"].tolist() == ["classical", "auxiliary", "robust", "clustered"]
    assert "classical 2.3304 (p 0.3119)" in repr(found)
    with pytest.raises(SpecError, match="'robust'"):
        found["robus"]
