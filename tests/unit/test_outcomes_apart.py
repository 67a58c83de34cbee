"""An index and outcomes without a unit or a period in common: missing with a reason, and what is on both sides."""

import numpy as np
import pytest

import egov_index as egov
from egov_index import Panel, outcomes

RNG = np.random.default_rng(3)
UNITS = [f"U{k:02}" for k in range(12)]
OTHERS = [f"V{k:02}" for k in range(12)]
INDEX = Panel(RNG.normal(size=(12, 2, 2)), UNITS, [2020, 2022], ["a", "b"])
VALUES = RNG.normal(size=(12, 2, 2)) + 9
ELSEWHERE = Panel(VALUES, OTHERS, [2020, 2022], ["y", "z"])
LONG_AGO = Panel(VALUES, UNITS, [1990, 1991], ["y", "z"])
SIDES = {
    "units": (ELSEWHERE, "units V00, V01, V02"),
    "periods": (LONG_AGO, "periods 1990, 1991, none within 5 up to"),
}


@pytest.mark.parametrize("apart", SIDES)
@pytest.mark.parametrize("view", ["rows", "pooled", "within", "between"])
@pytest.mark.parametrize("method", ["spearman", "pearson", "kendall", "distance"])
def test_links_are_missing_with_a_reason(apart, view, method, tmp_path):
    far, words = SIDES[apart]
    drawn = 0 if method == "distance" and view in ("pooled", "within") else 19  # which these do not go with
    found = outcomes.correlate(INDEX, far, method, view=view, resamples=20, permutations=drawn)
    frame = found.to_frame()
    assert len(frame) == 4 and set(frame["reason"]) == {"no-overlap"} and (frame["n"] == 0).all()
    assert frame[["estimate", "low", "high", "p", "p_adjusted", "year"]].isna().all().all()
    assert any(words in note for note in found.notes)
    assert "no country has both" in frame["note"][0]
    assert words in found.explain() and found.to_latex() and repr(found) and found._repr_html_()
    found.to_excel(tmp_path / "links.xlsx")


@pytest.mark.parametrize("apart", SIDES)
def test_so_are_groups_information_lines_and_lags(apart):
    far, words = SIDES[apart]
    groups = {unit: "low" if k < 6 else "high" for k, unit in enumerate(UNITS)}
    for found, number in (
        (outcomes.heterogeneity(INDEX, far, groups, resamples=20, permutations=19), "p_equal"),
        (outcomes.mutual(INDEX, far, permutations=19), "information"),
        (outcomes.lines(INDEX, far), "slope"),
        (outcomes.lags(INDEX, far, [-2, 0], window=5, resamples=20), "estimate"),
    ):
        frame = found.to_frame()
        assert set(frame["reason"]) == {"no-overlap"} and frame[number].isna().all()
        assert any(words in note for note in found.notes) and repr(found)


def test_draws_of_the_index_do_too():
    tree = egov.Framework([{"code": "i"}, {"code": "a", "parent": "i"}, {"code": "b", "parent": "i"}])
    index = egov.Index(tree, egov.Recipe(normalize="minmax"))
    ensemble = index.uncertainty(INDEX, egov.Alternatives(values=egov.measurement_error(sd=0.1)), 16)
    for source in (ensemble, [INDEX, INDEX]):
        found = outcomes.correlate(source, ELSEWHERE)
        frame = found.to_frame()
        assert set(frame["reason"]) == {"no-overlap"} and frame["estimate"].isna().all()
        assert any("V00" in note for note in found.notes)


def test_controls_of_other_units():
    near = Panel(VALUES, UNITS, [2020, 2022], ["y", "z"])
    found = outcomes.correlate(INDEX, near, only="y", control="z", controls=ELSEWHERE, resamples=0)
    assert set(found.to_frame()["reason"]) == {"no-overlap"}
    assert any("controls have units V00" in note for note in found.notes)


def test_one_unit_in_common_is_too_few_and_needs_no_word():
    near = Panel(VALUES, [UNITS[0], *OTHERS[1:]], [2020, 2022], ["y", "z"])
    found = outcomes.correlate(INDEX, near, resamples=0)
    assert set(found.to_frame()["reason"]) == {"too-few"} and found.notes == ()
