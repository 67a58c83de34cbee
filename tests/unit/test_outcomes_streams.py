"""Random numbers of a pair hang on its names; what a published index did not score is no score."""

import numpy as np
import pytest

import egov_index as egov
from egov_index import outcomes

UNITS = [f"U{k}" for k in range(40)]


def panels():
    rng = np.random.default_rng(3)
    x = egov.Panel(rng.normal(size=(40, 1, 3)), UNITS, [2020], ["a", "b", "c"])
    return x, egov.Panel(rng.normal(size=(40, 1, 4)), UNITS, [2020], ["p", "q", "r", "s"])


@pytest.mark.parametrize("interval", ["percentile", "bca", "studentized"])
def test_what_else_is_in_the_table_changes_no_pair(interval):
    x, y = panels()
    how = {"interval": interval, "resamples": 99, "permutations": 49, "adjust": "none", "minimum": 0}
    whole = outcomes.correlate(x, y, **how).to_frame().set_index(["node", "outcome"])
    alone = outcomes.correlate(x, y, nodes="b", only="r", **how).to_frame().set_index(["node", "outcome"])
    for name in ("estimate", "low", "high", "p"):
        assert alone.loc[("b", "r"), name] == whole.loc[("b", "r"), name]


def test_informations_too():
    x, y = panels()
    whole = outcomes.mutual(x, y, permutations=49, minimum=0).to_frame().set_index(["node", "outcome"])
    alone = outcomes.mutual(x, y, nodes="c", only="q", permutations=49, minimum=0).to_frame()
    assert alone["p"][0] == whole.loc[("c", "q"), "p"]


def test_what_was_not_scored_is_left_out_and_told():
    survey, sdg = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    assert survey.about("egdi")["not_scored"] == 0
    kept = np.where((survey.column("egdi") == 0)[..., None], np.nan, survey.values)
    how = {"nodes": "osi", "only": "life_expectancy", "view": "pooled", "resamples": 0}
    found, plain = (
        outcomes.correlate(survey, sdg, **how),
        outcomes.correlate(survey.replace(values=kept), sdg, **how),
    )
    assert found.to_frame()["estimate"][0] == plain.to_frame()["estimate"][0]
    assert any("73 cells" in note and "did not score" in note for note in found.notes) and not plain.notes
