"""The audit of the ASEM example against the flags and alphas of COINr 1.1.14."""

import re

import numpy as np
import pytest
from coinr import needed, table
from test_coinr_multivariate import PILLARS, result
from test_coinr_profile import panel, tree

import egov_index as egov

pytestmark = needed


@pytest.fixture(scope="module")
def found():
    recipe = egov.Recipe(impute="mean", treat="two_step", normalize=egov.choice("minmax", low=0, high=100))
    index = egov.Index(tree(), recipe, title="Sustainable Connectivity")
    return egov.audit(index, panel("inputs/ASEM_iData.csv"))


def of(found, check, what="value"):
    frame = found.to_frame()
    return frame[frame["check"] == check].set_index("element")[what]


def test_coverage_is_that_of_the_file(found):
    data, got = table("inputs/ASEM_iData.csv"), of(found, "indicator coverage")
    holes = np.isnan(np.column_stack([data[code] for code in got.index]))
    np.testing.assert_allclose(got, 1 - holes.mean(axis=0), rtol=1e-15)
    got = of(found, "unit coverage")
    np.testing.assert_allclose(got[data["uCode"]], 1 - holes.mean(axis=1), rtol=1e-15)


def test_pairs_alphas_and_parents_of_the_pipeline():
    found = egov.audit(result())
    flagged = table("outputs/corr_flags_low_-0.5.csv")
    pairs = list(zip(flagged["Ind1"].tolist(), flagged["Ind2"].tolist(), flagged["Corr"], strict=True))
    signs, verdicts = of(found, "sign"), of(found, "sign", "verdict")
    for code in {name for one, other, _ in pairs for name in (one, other)}:
        lowest = min(r for one, other, r in pairs if code in (one, other))
        assert signs[code] == pytest.approx(lowest, rel=1e-11) and verdicts[code] == "fail"
    groups, alphas = table("outputs/cronbach.csv"), of(found, "alpha")
    wanted = dict(zip(groups["group"].tolist(), groups["level1_normalised"], strict=True))
    for code in PILLARS:
        assert alphas[code] == pytest.approx(wanted[code], rel=1e-11)
    family, parents = table("outputs/corr_aggregated_family_pearson.csv"), of(found, "parent")
    for level, code, r in zip(family["Var1"], family["Var2"], family["Correlation"], strict=True):
        if level == "Pillar":
            assert parents[str(code)] == pytest.approx(r, rel=1e-11)


def test_what_runs_against_its_pillar_is_said(found):
    assert of(found, "parent", "verdict")["TBTs"] == of(found, "sign", "verdict")["TBTs"] == "fail"
    assert set(of(found, "collinear")[of(found, "collinear", "verdict") == "fail"].index) == {
        "ConEcFin",
        "P2P",
    }
    assert (of(found, "outliers", "verdict") == "pass").all()


def test_it_reads_well(found):
    text = str(found)
    assert max(map(len, text.splitlines())) <= 110 and "Technical barriers to trade (TBTs)" in text
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)
    assert "P2P" in found._repr_html_()
