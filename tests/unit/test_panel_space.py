"""Dependence in space: errors of Conley as sums over pairs, and Moran's I of residuals."""

from itertools import product

import numpy as np
import pytest
from panel_frames import frame

from egov_index import DataError
from egov_index.outcomes.panels import panel_model

pytest.importorskip("linearmodels")

PLACES = {f"C{k}": (3.0 * k, 7.0 * k) for k in range(8)}


@pytest.mark.parametrize("kernel", ["uniform", "bartlett"])
@pytest.mark.parametrize("effects", ["pooled", "two-way"])
def test_errors_of_conley_are_sums_over_pairs(effects, kernel):
    table, cutoff = frame(), 1900.0
    found = panel_model(
        table, None, "y ~ x", effects, "conley", cutoff=cutoff, kernel=kernel, coordinates=PLACES
    )
    work = found._work
    scores = (work.x * work.residuals[:, None]) @ work.pull.T
    meat = np.zeros((scores.shape[1],) * 2)
    for i, j in product(range(len(scores)), repeat=2):
        if work.units[i] == work.units[j]:
            meat += np.outer(scores[i], scores[j])
        elif work.periods[i] == work.periods[j]:
            (a, b), (c, d) = (np.radians(PLACES[f"C{work.units[k]}"]) for k in (i, j))
            arc = np.arccos(np.clip(np.sin(a) * np.sin(c) + np.cos(a) * np.cos(c) * np.cos(b - d), -1, 1))
            km = 6371.0088 * arc
            weight = (km <= cutoff) * (1 - km / cutoff if kernel == "bartlett" else 1.0)
            meat += weight * np.outer(scores[i], scores[j])
    np.testing.assert_allclose(found.to_frame()["se"], np.sqrt(np.diag(meat)) * work.scale, rtol=1e-9)


def test_conley_without_neighbors_is_clustered_by_country():
    table = frame()
    alone = panel_model(table, None, "y ~ x", se="conley", cutoff=1.0, coordinates=PLACES)
    np.testing.assert_allclose(
        alone.to_frame()["se"],
        panel_model(table, None, "y ~ x", se="clustered-cr0").to_frame()["se"],
        rtol=1e-10,
    )
    with pytest.raises(DataError, match="none for C0"):
        panel_model(table, None, "y ~ x", se="conley")


def test_residuals_have_moran_by_period():
    found = panel_model(frame(), None, "y ~ x", "time").moran(PLACES, weights="knn", neighbors=2)
    assert found["period"].tolist() == list(range(2000, 2006)) and (found["n"] == 8).all()
    assert ((found["p"] > 0) & (found["p"] <= 1)).all()
