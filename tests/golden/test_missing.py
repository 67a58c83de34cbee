"""Patterns, pairs and flux as in mice 3.15.0, on a table with the holes of nhanes."""

import json
from pathlib import Path

import numpy as np
import pytest

import egov_index as egov

GOLDEN = json.loads((Path(__file__).parent / "missing.json").read_text(encoding="utf-8"))


def found():
    shown = np.array([row for count, row in GOLDEN["rows"] for _ in range(count)], dtype=float)
    shown[shown == 0] = np.nan
    mixed = shown[np.random.default_rng(1).permutation(len(shown))]
    return egov.missing_patterns(dict(zip(GOLDEN["columns"], mixed.T, strict=True)))


def test_patterns():
    frame, wanted = found().to_frame(), np.array(GOLDEN["md_pattern"])
    assert list(frame.columns[:-2]) == GOLDEN["coln"][:-1]
    np.testing.assert_array_equal(frame.iloc[:, :-2].to_numpy(), wanted[:-1, :-1])
    assert frame["holes"].tolist() == wanted[:-1, -1].tolist()
    assert frame["rows"].tolist() == [count for count, _ in GOLDEN["rows"]]
    assert sorted(found().missing.values()) == wanted[-1, :-1].tolist()


@pytest.mark.parametrize("name", ["rr", "rm", "mr", "mm"])
def test_pairs(name):
    np.testing.assert_array_equal(getattr(found(), name), GOLDEN["md_pairs"][name])


@pytest.mark.parametrize("name", ["pobs", "influx", "outflux", "ainb", "aout", "fico"])
def test_flux(name):
    frame = found().flux()
    assert frame["indicator"].tolist() == GOLDEN["columns"]
    column = frame["observed" if name == "pobs" else name]
    np.testing.assert_allclose(column, GOLDEN["flux"][name], rtol=1e-12)
