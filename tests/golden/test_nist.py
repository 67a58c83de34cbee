"""Certified regressions of NIST: linear sets to 13 digits, nonlinear ones from both starts; some of them everywhere."""

import csv
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from nist_models import MODELS, TRANSFORM, complex_steps

from egov_index import outcomes

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("EGOV_SHARED", HERE.parents[1] / ".." / "shared"))
NIST = SHARED / "reference" / "nist"
FEW = json.loads((HERE / "nist.json").read_text(encoding="utf-8"))
LINEAR = [
    "Norris", "Pontius", "NoInt1", "NoInt2", "Filip", "Longley",
    "Wampler1", "Wampler2", "Wampler3", "Wampler4", "Wampler5",
]  # fmt: skip


def digits(got, certified):
    """Correct digits of the worst number (LRE of NIST): relative, or absolute where the certified one is 0."""
    right = np.array([float(text) for text in np.atleast_1d(certified)])
    away = np.abs(np.atleast_1d(got) - right) / np.where(right == 0, 1, np.abs(right))
    return float(-np.log10(np.maximum(away, 1e-16)).min())


def linear_set(name):
    if name in FEW["linear"]:
        return FEW["linear"][name]
    if not NIST.is_dir():
        pytest.skip(f"no reference files in {NIST}; set EGOV_SHARED")
    found = json.loads((NIST / "certified_lls.json").read_text(encoding="utf-8"))[name]
    with open(NIST / found["source_data"], encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    degree = 1 if name.startswith("NoInt") else found["p"] - 1
    return found | {"degree": degree, "y": [r["y"] for r in rows], "x": [[r["x"]] for r in rows]}


def nonlinear_set(name):
    if name in FEW["nonlinear"]:
        return FEW["nonlinear"][name]
    if not NIST.is_dir():
        pytest.skip(f"no reference files in {NIST}; set EGOV_SHARED")
    found = json.loads((NIST / "certified_nls.json").read_text(encoding="utf-8"))[name]
    text = (NIST / found["file"]).read_text(encoding="utf-8").splitlines()
    where = next(line for line in text[:30] if re.search(r"Data\s+\(lines", line))
    first, last = map(int, re.findall(r"\d+", where))
    rows = [line.split() for line in text[first - 1 : last] if line.strip()]
    return found | {"y": [row[0] for row in rows], "x": [row[1:] for row in rows]}


def columns(found):
    x = np.array(found["x"], dtype=float)
    return np.array(found["y"], dtype=float), x[:, 0] if x.shape[1] == 1 else x


@pytest.mark.parametrize("powers", ["rounded", "in double-double"])
@pytest.mark.parametrize("name", LINEAR)
def test_linear_sets_to_thirteen_digits(name, powers):
    found = linear_set(name)
    y, x = columns(found)
    degree = found["degree"]
    if powers == "rounded":
        table = np.stack([x**k for k in range(1, degree + 1)], axis=1) if degree > 1 else x
        line = outcomes.least_squares(y, table, intercept=found["intercept"])
    else:
        line = outcomes.least_squares(y, x, intercept=found["intercept"], degree=degree)
    hard = name == "Filip" and powers == "rounded"  # rounding x^10 to double costs the rest
    assert digits(line.coef, found["coef"]) >= (7.5 if hard else 13)
    assert digits(line.se, found["sd"]) >= (7 if hard else 12)
    assert digits(line.r2, found["r2"]) >= (11 if hard else 14)
    assert digits(line.residual_sd, found["residual_sd"]) >= (9 if hard else 13)
    if found["f"] == "inf":
        assert line.f > 1e30 and line.f_p < 1e-200 and "every point" in line.note
    else:
        assert digits(line.f, found["f"]) >= (9 if hard else 13)


@pytest.mark.parametrize("slopes", ["differences", "exact"])
@pytest.mark.parametrize("start", ["start1", "start2"])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_nonlinear_sets_from_both_starts(name, start, slopes):
    found = nonlinear_set(name)
    y, x = columns(found)
    model = MODELS[name]
    exact = complex_steps(model, x) if slopes == "exact" else None
    y = TRANSFORM.get(name, lambda values: values)(y)
    line = outcomes.nonlinear(model, x, y, [float(text) for text in found[start]], jac=exact)
    assert digits(line.coef, found["coef"]) >= 9
    # the residuals of Lanczos1 are 1e-13 of its outcome, so that three of their digits are left
    assert digits(line.se, found["sd"]) >= (2.5 if name == "Lanczos1" else 8.5)
    assert digits(line.residual_sd, found["residual_sd"]) >= (2.5 if name == "Lanczos1" else 8.5)


def test_all_sets_are_named():
    assert len(LINEAR) == 11 and len(MODELS) == 27
    assert {*FEW["linear"]} <= {*LINEAR} and {*FEW["nonlinear"]} <= {*MODELS}
