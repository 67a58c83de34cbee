"""p-values corrected for many tests, against statsmodels and the reference values."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

import egov_index as egov
from egov_index import DataError, SpecError
from egov_index.outcomes import adjust

NAN = float("nan")
P = np.random.default_rng(8).uniform(size=40) ** 3
OF_STATSMODELS = {
    "bh": "fdr_bh", "by": "fdr_by", "holm": "holm", "bonferroni": "bonferroni", "hochberg": "simes-hochberg",
    "hommel": "hommel", "sidak": "sidak", "holm_sidak": "holm-sidak", "two_stage": "fdr_tsbky",
}  # fmt: skip
SHARED = Path(os.environ.get("EGOV_SHARED", Path(__file__).parents[2] / ".." / "shared"))
REFERENCE = SHARED / "reference" / "outcomes"


@pytest.mark.parametrize(("ours", "theirs"), OF_STATSMODELS.items())
def test_corrections_are_those_of_statsmodels(ours, theirs):
    peer = pytest.importorskip("statsmodels.stats.multitest").multipletests
    np.testing.assert_allclose(adjust(P, ours), peer(P, method=theirs)[1], rtol=1e-12)


@pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"no reference files in {REFERENCE}; set EGOV_SHARED")
@pytest.mark.parametrize(
    ("source", "names"),
    [("r_values", {"bh": "BH", "by": "BY", "hochberg": "hochberg"}), ("py_values", OF_STATSMODELS)],
)
def test_corrections_are_the_reference_values(source, names):
    p = reference("r_values", "input")
    for ours, theirs in {"holm": "holm", "hommel": "hommel", "bonferroni": "bonferroni", **names}.items():
        np.testing.assert_allclose(adjust(p, ours), reference(source, theirs), rtol=1e-12)


def reference(source, name):
    with (REFERENCE / f"{source}.csv").open(encoding="utf-8", newline="") as lines:
        values = {key: float(value) for key, value in csv.reader(lines) if key.startswith("padjust.")}
    return np.array([values[f"padjust.{name}[{at}]"] for at in range(15)])


def test_the_shape_stays_and_what_is_missing_does_not_count():
    holed = np.insert(P, [0, 7, 40], NAN)
    made = adjust(holed.tolist(), "holm")
    assert made.dtype == np.float64 and np.isnan(made[[0, 8, 42]]).all()
    np.testing.assert_array_equal(made[~np.isnan(made)], adjust(P, "holm"))
    np.testing.assert_array_equal(adjust(P.reshape(8, 5)), adjust(P).reshape(8, 5))
    assert adjust([]).shape == (0,) and np.isnan(adjust([NAN])).all() and adjust(0.2) == 0.2
    np.testing.assert_array_equal(adjust(P, "none"), P)
    assert {"bh", "holm", *OF_STATSMODELS} <= set(egov.methods("adjust")["name"])


def test_parameters_of_a_method():
    loose, strict = (adjust(P, egov.choice("storey", true_from=one)) for one in (0.2, 0.8))
    assert not np.array_equal(loose, strict)
    np.testing.assert_array_equal(adjust(P, "storey:true_from=0.2"), loose)


@pytest.mark.parametrize(
    ("p", "method", "error", "words"),
    [
        ([0.1, 1.2, -3], "bh", SpecError, "p: 1.2, -3; p-values from 0 to 1"),
        ([float("inf")], "bh", SpecError, "inf"),
        ([0.1], "bhh", SpecError, "'bh'"),
        ([0.1], None, SpecError, "adjust: None"),
        (["x"], "bh", DataError, "p: a list"),
        (None, "bh", DataError, "p: a NoneType"),
    ],
)
def test_what_is_refused(p, method, error, words):
    with pytest.raises(error, match=words):
        adjust(p, method)
