"""Screening: the function on a panel, and the step of an index."""

import numpy as np
import pytest

import egov_index as egov

NAN = float("nan")
TREE = egov.Framework(
    [{"code": "i"}, {"code": "p", "parent": "i"}, {"code": "q", "parent": "i"}]
    + [{"code": code, "parent": parent} for code, parent in (("a", "p"), ("b", "p"), ("c", "q"), ("d", "q"))]
)
ROWS = [[1, 2, 3, 4], [NAN, NAN, 3, 4.5], [5, NAN, 0, 0], [6, 7, 8, NAN], [2, 3, 5, 1]]


def data(periods=1):
    values = np.repeat(np.array(ROWS)[:, None, :], periods, axis=1)
    return egov.Panel(values, list("ABCDE"), list(range(2020, 2020 + periods)), list("abcd"))


def test_frames_say_shares_verdict_rule_and_reason():
    found = egov.screen(data(), framework=TREE, units=0.5, within=0.5, indicators=0.7)
    assert found.dropped == ("b",) and found.removed == ("B",)
    assert found.panel.units == tuple("ACDE") and found.panel.indicators == tuple("acd")
    units = found.units
    assert list(units["rule"]) == ["", "within", "", "", ""]
    assert list(units["p"]) == [1, 0, 1, 1, 1] and list(units["q"]) == [1, 1, 1, 0.5, 1]
    assert units["why"][1] == "0 of 1 indicators observed in p, share below 0.5"
    assert list(found.indicators["why"]) == ["", "3 of 5 units observed, share below 0.7", "", ""]
    assert list(found.indicators["observed"]) == [0.8, 0.6, 1, 0.8]
    assert any("left out by screening: B, b" in note for note in found.panel.notes)


def test_zeros_and_names():
    found = egov.screen(data(), units=0, nonzero=0.5, keep=["C"], drop=["A", "d"])
    assert list(found.units["rule"]) == ["drop", "", "keep", "", ""]
    assert found.removed == ("A",) and found.dropped == ("d",)
    assert found.units["why"][2] == "kept by name" and found.indicators["why"][3] == "dropped by name"
    assert egov.screen(data(), units=0, nonzero=0.5).removed == ("C",)


def test_a_unit_may_leave_one_period_only():
    panel = data(2)
    values = panel.values.copy()
    values[0, 1, :3] = NAN
    found = egov.screen(panel.replace(values=values), units=0.5)
    assert found.removed == ()
    assert np.isnan(found.panel.values[0, 1]).all() and not np.isnan(found.panel.values[0, 0]).any()
    assert list(found.units["kept"]) == [True] * 5 + [False] + [True] * 4


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda p: egov.screen(p, within=0.5), ["within", "framework"]),
        (lambda p: egov.screen(p, keep=["Z"]), ["keep", "'Z'"]),
        (lambda p: egov.screen(p, keep=["A"], drop=["A"]), ["'A'", "drop"]),
        (lambda p: egov.screen(p, units=1.5), ["units", "1.5"]),
        (lambda p: egov.screen(p, unit=0.5), ["unit", "'units'"]),
    ],
)
def test_requests_that_make_no_sense(call, words):
    with pytest.raises(egov.SpecError) as caught:
        call(data())
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_nobody_left_is_an_error():
    with pytest.raises(egov.DataError, match="no unit"):
        egov.screen(data(), drop=list("ABCDE"))
    index = egov.Index(TREE, egov.Recipe(screen="availability:units=1,indicators=1", missing="drop-weight"))
    with pytest.raises(egov.DataError, match="screen"):
        index.score(
            egov.Panel.from_array(
                np.where(np.eye(4) > 0, NAN, 1.0 + np.arange(16).reshape(4, 4)), indicators=list("abcd")
            )
        )


@pytest.mark.parametrize("missing", ["raise", "drop-weight"])
def test_in_an_index_a_unit_leaves_and_an_indicator_drops_with_its_weight(missing):
    recipe = egov.Recipe(
        screen="availability:units=0.5,within=0.5,indicators=0.7",
        impute="mean",
        normalize="none",
        missing=missing,
    )
    result = egov.Index(TREE, recipe).score(data())
    scores = dict(zip(result.units, result.values[0, :, 0], strict=True))
    assert np.isnan(scores.pop("B"))
    assert scores == {"A": (1 + 3.5) / 2, "C": 2.5, "D": (6 + (8 + 5 / 3) / 2) / 2, "E": (2 + 3) / 2}
    assert result.excluded.tolist() == [[False, True, False, False, False]]
    assert [node for node, gone in zip(result.nodes, result.dropped[0], strict=True) if gone] == ["b"]
    assert "2020: 1 left out by screening: B" in result.notes
    assert "2020: 1 dropped by screening with their weight: b" in result.notes
    why = {(row.unit, row.indicator): row.why for row in result.trail.itertuples() if row.stage == "screen"}
    assert why["B", "p"] == "0 of 1 indicators observed, too few (within); the unit leaves this period"
    assert why["A", "b"] == "3 of 5 units observed, too few; the indicator leaves this period with its weight"


def test_draws_and_removed_units_agree():
    recipe = egov.Recipe(screen="availability:units=0.6", impute="mean", normalize="minmax:low=1,high=10")
    index = egov.Index(TREE, recipe)
    nominal = index.score(data())
    ensemble = index.uncertainty(
        data(), egov.Alternatives(aggregate=["arithmetic", "geometric"], weights=egov.noise(0.2)), 64
    )
    frame = ensemble.rank_range(0.9)
    assert set(frame["unit"]) == {
        u for u, score in zip(nominal.units, nominal.values[0, :, 0], strict=True) if score == score
    }
