"""Links of ensembles and of imputations: the same table, with what is not known of the index in it."""

import numpy as np
import pytest

import egov_index as egov
from egov_index import DataError, Framework, Index, Panel, Recipe, SpecError
from egov_index.outcomes.carried import carry

RNG = np.random.default_rng(9)
N = 45
UNITS = [f"U{k:02}" for k in range(N)]
CORE = RNG.normal(size=(N, 1, 1))
VALUES = 5 + CORE + RNG.normal(size=(N, 1, 3))
HOLES = np.where(RNG.uniform(size=VALUES.shape) < np.array([0.3, 0, 0]), np.nan, VALUES)
NAMES = ["forest", "school", "gdp"]
Y = np.concatenate([CORE + RNG.normal(size=(N, 1, 2)), np.exp(CORE + RNG.normal(size=(N, 1, 1)))], axis=2)
Y[4, 0, 0] = np.nan
TREE = Framework([{"code": "root"}, *({"code": code, "parent": "root"} for code in "abc")])


def panel(values=VALUES):
    facts = {"indicator": list("abc"), "concept": [None, "schooling", None]}
    return Panel(values, UNITS, [2020], list("abc"), indicator_info=facts)


def outcomes():
    facts = {
        "indicator": NAMES,
        "sdg_goal": ["15", "4", "control"],
        "direction": [1, 1, 0],
        "concept": [None, "schooling", None],
    }
    return Panel(Y, UNITS, [2020], NAMES, indicator_info=facts)


def ensemble():
    index = Index(TREE, Recipe(normalize="zscore"))
    return index.uncertainty(panel(), egov.Alternatives(weights=egov.noise(0.4)), 64)


def imputed():
    return egov.impute(panel(HOLES), "norm", draws=5)


def test_an_ensemble_gives_the_table_of_carry_by_goal():
    source = ensemble()
    links = egov.outcomes.correlate(source, outcomes(), nodes=["root", "b"], minimum=0)
    frame = links.to_frame().set_index(["node", "outcome"])
    raw = carry(source, Y[:, 0, :2], NAMES[:2], nodes=["root", "b"]).columns
    for k, pair in enumerate((node, name) for node in ("root", "b") for name in NAMES[:2]):
        for name in ("n", "estimate", "low", "high", "p", "draw_share", "estimate_nominal"):
            assert frame.loc[pair, name] == pytest.approx(raw[name][k], nan_ok=True), (pair, name)
    assert frame.index.get_level_values("outcome").tolist() == ["school"] * 2 + ["forest"] * 2
    assert frame.loc["root", "school"]["overlap"] == "schooling" and frame["without"].tolist() == [
        "b",
        "b",
        "",
        "",
    ]
    left = links.flagged().set_index("node")
    assert left["reason_without"].tolist() == ["", "nothing-left"] and left["low_without"].notna()["root"]
    assert any("_without are of the index as it is" in note for note in links.notes)
    assert (frame["p_adjusted"] >= frame["p"]).all()
    text = links.explain()
    assert "draws of the index" in text and "countries like these" in text and links.rule in links.method_line
    plain = egov.outcomes.correlate(
        Index(TREE, Recipe(normalize="zscore")).score(panel()), outcomes(), nodes="root"
    )
    wanted = plain.to_frame().set_index("outcome").loc["forest", "estimate"]
    assert frame.loc["root", "forest"]["estimate_nominal"] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("make", [imputed, lambda: imputed().panels()])
def test_imputations_are_pooled(make):
    links = egov.outcomes.correlate(make(), outcomes(), "pearson", minimum=0)
    frame = links.to_frame().set_index(["node", "outcome"])
    assert 0 < frame.loc["a", "school"]["fmi"] < 1 and frame.loc["a", "school"]["draw_share"] > 0
    assert ((frame["low"] < frame["estimate"]) & (frame["estimate"] < frame["high"])).all()
    assert "Rubin" in links.method_line and "imputation model" in links.estimand
    assert links.to_latex().count("toprule") == 1 and "Rubin" in links._repr_html_()


def test_what_uncertainty_does_not_go_with_is_said():
    with pytest.raises(SpecError) as caught:
        egov.outcomes.correlate(ensemble(), outcomes(), view="within", permutations=9)
    assert "view" in str(caught.value) and "permutations" in str(caught.value)
    with pytest.raises(DataError, match="Result or a Panel"):
        egov.outcomes.correlate([1, 2], outcomes())
    with pytest.raises(DataError, match="two or more"):
        egov.outcomes.correlate([panel()], outcomes())


def test_listwise_holds_for_draws_too():
    frame = egov.outcomes.correlate(ensemble(), outcomes(), missing="listwise", minimum=0).to_frame()
    assert set(frame["n"]) == {N - 1}
