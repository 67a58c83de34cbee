"""Panel models and dynamic panels against R's plm, linearmodels and pyfixest, on Grunfeld and EmplUK."""

import csv
import os
from functools import cache
from pathlib import Path

import pytest

from egov_index.outcomes.panels import dynamic_panel, panel_model
from egov_index.table import read_frame

SHARED = Path(os.environ.get("EGOV_SHARED", Path(__file__).parents[2] / ".." / "shared"))
REFERENCE = SHARED / "reference" / "outcomes"

pytestmark = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason=f"no reference files in {REFERENCE}; set EGOV_SHARED"
)
pytest.importorskip("linearmodels")

FORMULAS = {"grunfeld": "inv ~ value + capital", "empluk": "log(emp) ~ log(wage) + log(capital)"}
IN_PYTHON = {"Intercept": "const", "log(wage)": "lwage", "log(capital)": "lcapital"}
MODELS = {
    "pooled": ("pooling", "pooling"),
    "entity": ("within_individual", "within_individual"),
    "time": ("within_time", "within_time"),
    "two-way": ("within_twoways", "within_twoways"),
    "between": ("between", "between"),
    "random": ("random_swar", "random_swar"),
    "first-difference": ("fd", "fd"),
}


@cache
def table(name):
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return {key: float(value) for key, value in csv.reader(lines) if _is_number(value)}


def _is_number(text):
    try:
        return float(text) == float(text)
    except ValueError:
        return False


@cache
def data(name):
    import pandas as pd

    return pd.read_csv(REFERENCE / f"{name}_plm.csv")


@cache
def model(name, effects, se, **keywords):
    return panel_model(data(name), None, FORMULAS[name], effects, se, unit="firm", period="year", **keywords)


def compare(found, column, source, prefix, rel=1e-10):
    """Compare every term that the reference has; how many these are."""
    columns, _ = read_frame(found.to_frame())
    seen = 0
    for term, value in zip(columns["term"], columns[column], strict=True):
        names = (term, {"Intercept": "(Intercept)"}.get(term, term), IN_PYTHON.get(term, term))
        for wanted in {
            table(source)[f"{prefix}.{name}"] for name in names if f"{prefix}.{name}" in table(source)
        }:
            assert value == pytest.approx(wanted, rel=rel), (prefix, term)
            seen += 1
    return seen


@pytest.mark.parametrize("effects", MODELS)
@pytest.mark.parametrize("name", FORMULAS)
def test_coefficients_and_classical_errors(name, effects):
    found, seen = model(name, effects, "unadjusted"), 0
    for source, model_name in zip(("r_values", "py_values"), MODELS[effects], strict=True):
        for column, kind in (("estimate", "coef"), ("se", "se")):
            seen += compare(found, column, source, f"panel.{name}.{model_name}.{kind}")
    assert seen or (name, effects) == ("empluk", "first-difference")


@pytest.mark.parametrize("effects", ["pooled", "entity", "time", "two-way"])
@pytest.mark.parametrize("name", FORMULAS)
def test_robust_clustered_and_driscoll_kraay_errors(name, effects):
    in_r, in_python = (f"panel.{name}.{one}" for one in MODELS[effects])
    assert compare(model(name, effects, "robust"), "se", "py_values", f"{in_python}.robust.se")
    zero = model(name, effects, "clustered-cr0")
    seen = compare(zero, "se", "r_values", f"{in_r}.se_arellano_group_HC0")
    first = model(name, effects, "clustered-cr1")
    seen += compare(first, "se", "r_values", f"{in_r}.se_arellano_group_sss")
    if effects == "entity":
        wanted = f"{in_python}.cluster_entity_debiased_group.se"
        # linearmodels: G/(G-1) (N-1)/(N-K) with K of the slopes, as plm
        seen += compare(first, "se", "py_values", wanted)
    for lag in range(5):
        kraay = model(name, effects, "driscoll-kraay", bandwidth=lag)
        seen += compare(kraay, "se", "r_values", f"{in_r}.se_driscoll_kraay_maxlag{lag}_HC0")
        if effects == "pooled":
            seen += compare(kraay, "se", "py_values", f"{in_python}.driscoll_kraay_bw{lag}_nodebias.se")
    assert seen or name == "empluk"


def test_country_effects_of_an_unbalanced_panel():
    within = "panel.empluk.within"
    assert compare(model("empluk", "entity", "unadjusted"), "se", "r_values", f"{within}.se") == 2
    zero = model("empluk", "entity", "clustered-cr0")
    assert compare(zero, "se", "r_values", f"{within}.se_arellano_group_HC0") == 2
    for lag in (1, 2):
        kraay = model("empluk", "entity", "driscoll-kraay", bandwidth=lag)
        assert compare(kraay, "se", "r_values", f"{within}.se_driscoll_kraay_maxlag{lag}_HC0") == 2


@pytest.mark.parametrize("effects", ["entity", "two-way"])
def test_errors_of_pyfixest(effects):
    prefix = f"pyfixest.grunfeld.{effects.replace('-', '')}"
    for se, kind in (("clustered-cr1", "CRV1"), ("clustered-cr3", "CRV3")):
        found = model("grunfeld", effects, se, count="not-nested")
        assert compare(found, "se", "py_values", f"{prefix}.se_{kind}") == 2
    assert compare(model("grunfeld", effects, "robust"), "se", "py_values", f"{prefix}.se_hetero") == 2


@pytest.mark.parametrize("name", FORMULAS)
def test_hausman_is_that_of_linearmodels(name):
    """Of an unbalanced panel R's differs, since its variance components do."""
    found = model(name, "entity", "unadjusted").hausman()["classical"]
    assert found["statistic"] == pytest.approx(table("py_values")[f"panel.{name}.hausman.chi2"], rel=1e-9)
    assert found["p"] == pytest.approx(table("py_values")[f"panel.{name}.hausman.p"], rel=1e-8)


EMPLOYMENT = "log(emp) ~ log(wage) + log(lag(wage, 1)) + log(capital) + log(output) + log(lag(output, 1))"
IN_R = [
    "lag(log(emp), 1:2)1", "lag(log(emp), 1:2)2", "lag(log(wage), 0:1)0", "lag(log(wage), 0:1)1", "log(capital)",
    "lag(log(output), 0:1)0", "lag(log(output), 0:1)1",
]  # fmt: skip


def dynamic(formula=EMPLOYMENT, **keywords):
    pytest.importorskip("panelbox")
    return dynamic_panel(data("empluk"), None, formula, lags=2, unit="firm", period="year", **keywords)


@pytest.mark.parametrize(
    ("steps", "kind", "errors"), [(1, "onestep", "se_robust"), (2, "twostep", "se_windmeijer")]
)
def test_arellano_and_bond(steps, kind, errors):
    frame, values = dynamic(steps=steps).to_frame(), table("r_values")
    for column, key in (("estimate", "coef"), ("se", errors)):
        wanted = [values[f"gmm.empluk.ab_{kind}.{key}.{name}"] for name in IN_R]
        assert frame[column].tolist() == pytest.approx(wanted, rel=1e-8)


def test_tests_of_serial_correlation_and_of_instruments():
    found, values = dynamic(), table("r_values")
    assert found.tests["ar1"]["statistic"] == pytest.approx(values["gmm.empluk.ab_twostep.ar1_z"], rel=1e-8)
    assert found.tests["ar2"]["statistic"] == pytest.approx(values["gmm.empluk.ab_twostep.ar2_z"], rel=1e-8)
    assert found.tests["hansen"]["statistic"] == pytest.approx(
        values["gmm.empluk.ab_twostep.sargan"], rel=1e-8
    )
    assert (found.instruments, found.countries, found.n) == (38, 140, 611)
    assert found.tests["hansen"]["df"] == 25


def test_printed_figures_of_arellano_and_bond():
    """Table 4, columns a1 and a2, of the paper; tests of two steps with corrected errors as in Stata's manual."""
    lags = "log(capital) + log(lag(capital, 1)) + log(lag(capital, 2))"
    lags += " + log(output) + log(lag(output, 1)) + log(lag(output, 2))"
    formula = f"log(emp) ~ log(wage) + log(lag(wage, 1)) + {lags}"
    printed = {1: (0.686, -0.085, -3.600, -0.516), 2: (0.629, -0.065, -2.1255, -0.35166)}
    for steps, (first, second, ar1, ar2) in printed.items():
        found = dynamic(formula, steps=steps)
        assert found.to_frame()["estimate"][:2].tolist() == pytest.approx([first, second], abs=6e-4)
        assert found.tests["ar1"]["statistic"] == pytest.approx(ar1, abs=1e-3)
        assert found.tests["ar2"]["statistic"] == pytest.approx(ar2, abs=1e-3)
        assert found.tests["sargan"]["statistic"] == pytest.approx(65.8, abs=0.05)
        assert found.tests["hansen"]["statistic"] == pytest.approx(31.4, abs=0.05)
        assert found.instruments == 41


def test_frames_of_other_libraries_give_the_same():
    import polars as pl

    found = panel_model(
        pl.from_pandas(data("empluk")).sample(fraction=1, shuffle=True, seed=3), None, FORMULAS["empluk"],
        "two-way", unit="firm", period="year",
    )  # fmt: skip
    assert isinstance(found.to_frame(), pl.DataFrame)
    wanted = model("empluk", "two-way", "clustered-cr2").to_frame()
    assert found.to_frame()["se"].to_list() == pytest.approx(wanted["se"].tolist(), rel=1e-10)
    assert isinstance(found.hausman().to_frame(), pl.DataFrame)
