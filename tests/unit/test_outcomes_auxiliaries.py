"""An outcome that helped to fill an index: the index again, filled without its help."""

import numpy as np
import pytest
from scipy import stats

import egov_index as egov
from egov_index import Framework, Index, Panel, Recipe

NAN = float("nan")
RNG = np.random.default_rng(21)
N = 40
UNITS = [f"U{k:02}" for k in range(N)]
GDP = RNG.normal(size=N)
RAIN = RNG.normal(size=N)
X, Y, Z = (GDP + RNG.normal(size=(3, N)) + 5).copy()
X[::4] = NAN
Y[1::5] = NAN
PANEL = Panel(
    np.column_stack([X, Y, Z, GDP, RAIN])[:, None, :], UNITS, [2020], ["x", "y", "z", "gdp", "rain"],
    indicator_info={"indicator": ["gdp"], "concept": ["income"]},
)  # fmt: skip
METHODS = {
    "regression": {},
    "kriging": {},
    "knn": {"k": 3},
}


def index(impute, concepts=None, **nodes):
    given = [{"code": "root"}] + [
        {"code": name, "parent": "root"} | ({"impute": nodes[name]} if name in nodes else {})
        | ({"concept": concepts[name]} if concepts and name in concepts else {})
        for name in "xyz"
    ]  # fmt: skip
    return Index(Framework(given), Recipe(impute=impute, normalize="zscore", missing="drop-weight"))


def outcome(name="gdp", concept=None):
    return Panel(
        GDP[:, None, None] + 0.1, UNITS, [2020], [name],
        indicator_info={"indicator": [name], "concept": [concept]},
    )  # fmt: skip


def row(result, other, **how):
    made = egov.outcomes.correlate(result, other, nodes="root", resamples=0, minimum=0, **how)
    return made.rows()[0], made


def by_hand(rest):
    values = rest.values[0, :, rest.nodes.index("root")]
    both = ~np.isnan(values)
    return stats.spearmanr(values[both], GDP[both]).statistic


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("name", "concept"), [("gdp", None), ("gni", "wealth;income")])
def test_the_index_is_scored_again_without_the_help(method, name, concept):
    how = {"method": method} | METHODS[method]
    with_help = index(how | {"auxiliaries": ["gdp", "rain"]})
    found, made = row(with_help.score(PANEL), outcome(name, concept))
    assert found["without"] == "gdp (auxiliary)" and found["overlap"] == (
        "gdp" if name == "gdp" else "income"
    )
    without = index(how | {"auxiliaries": ["rain"]}).score(PANEL)
    assert found["estimate_without"] == pytest.approx(by_hand(without), rel=1e-12)
    assert found["estimate_without"] != found["estimate"] and found["n_without"] == found["n"]
    assert made.flagged()["without"].tolist() == ["gdp (auxiliary)"]
    alone, _ = row(index(how | {"auxiliaries": ["gdp"]}).score(PANEL), outcome(name, concept))
    assert alone["without"] == "gdp (auxiliary)"
    assert alone["estimate_without"] == pytest.approx(by_hand(index(how).score(PANEL)), rel=1e-12)


def test_the_method_of_a_node_and_of_the_recipe():
    helped = {"method": "regression", "auxiliaries": ["gdp"]}
    result = index("mean", x=[helped, "mean"], y=helped).score(PANEL)
    found, _ = row(result, outcome())
    rest = index("mean", x=["regression", "mean"], y="regression").score(PANEL)
    assert found["without"] == "gdp (auxiliary)"
    assert found["estimate_without"] == pytest.approx(by_hand(rest), rel=1e-12)


def test_inputs_and_auxiliaries_that_share_are_left_out_at_once():
    helped = {"method": "regression", "auxiliaries": ["gdp", "rain"]}
    result = index(helped, {"z": "income"}).score(PANEL)
    found, _ = row(result, outcome("gni", "income"))
    assert found["without"] == "z;gdp (auxiliary)" and found["overlap"] == "income"
    nodes = [{"code": "root"}, {"code": "x", "parent": "root"}, {"code": "y", "parent": "root"}]
    recipe = Recipe(
        impute={"method": "regression", "auxiliaries": ["rain"]}, normalize="zscore", missing="drop-weight"
    )
    rest = Index(Framework(nodes), recipe).score(PANEL)
    assert found["estimate_without"] == pytest.approx(by_hand(rest), rel=1e-12)


def test_where_nothing_else_fills_the_holes_the_filled_inputs_are_left_out():
    values = PANEL.values.copy()
    values[0, 0, :3] = NAN  # only gdp is known there
    panel = PANEL.replace(values=values)
    recipe = Recipe(impute="mean", normalize="zscore", missing="raise")
    helped = {"method": "regression", "auxiliaries": ["gdp"]}
    result = index("mean", x=helped).replace(recipe=recipe).score(panel)
    found, _ = row(result, outcome())
    assert found["without"] == "x" and found["reason_without"] == ""
    nodes = [{"code": "root"}, {"code": "y", "parent": "root"}, {"code": "z", "parent": "root"}]
    rest = Index(Framework(nodes), recipe).score(panel)
    assert found["estimate_without"] == pytest.approx(by_hand(rest), rel=1e-12)


def test_an_outcome_told_on_purpose_is_left_out_as_well():
    plain = index("regression")
    aware, panel = egov.outcomes.outcome_aware(
        plain, PANEL.select(indicators=["x", "y", "z"]), outcome("hidden")
    )
    found, _ = row(aware.score(panel), outcome("hidden"))
    assert found["without"] == "hidden (auxiliary)"
    assert found["estimate_without"] == pytest.approx(by_hand(plain.score(PANEL)), rel=1e-12)
