"""Moran's I: closed forms, all permutations of few values, and the level of both of its p-values."""

from itertools import permutations

import numpy as np
import pytest

from egov_index import DataError, SpecError
from egov_index.outcomes.panels import moran
from egov_index.outcomes.panels.distances import RADIUS, great_circle, locate
from egov_index.outcomes.panels.spatial import spatial_weights

pytest.importorskip("scipy")

RNG = np.random.default_rng(3)
PLACES = np.column_stack([RNG.uniform(-60, 60, 7), RNG.uniform(-170, 170, 7)])
NAN = float("nan")


def plain(values, weights):
    """The definition, sum by sum."""
    n, mean = len(values), np.mean(values)
    top = sum(
        weights[i, j] * (values[i] - mean) * (values[j] - mean) for i in range(n) for j in range(n) if i != j
    )
    return n / weights.sum() * top / sum((value - mean) ** 2 for value in values)


@pytest.mark.parametrize(
    ("scheme", "options"),
    [
        ("inverse-distance", {}),
        ("inverse-distance", {"cutoff": 9000.0}),
        ("knn", {"neighbors": 3}),
        ("distance-band", {"cutoff": 8000.0}),
    ],
)
def test_all_permutations_have_the_moments_of_the_normal_approximation(scheme, options):
    values = RNG.normal(size=7) ** 3
    found = moran(values, PLACES, weights=scheme, permutations=4999, **options)
    matrix = spatial_weights(great_circle(PLACES), scheme, options.get("neighbors", 5), options.get("cutoff"))
    assert found.statistic == pytest.approx(plain(values, matrix), rel=1e-12)
    every = np.array([plain(np.array(order), matrix) for order in permutations(values)])
    assert found.expected == pytest.approx(every.mean(), rel=1e-10) == pytest.approx(-1 / 6)
    assert found.z == pytest.approx((found.statistic - every.mean()) / every.std(), rel=1e-9)
    exact = np.mean(np.abs(every - every.mean()) >= abs(found.statistic - every.mean()) * (1 - 1e-12))
    assert found.p == pytest.approx(exact, abs=0.03)


def test_distances_on_the_globe():
    cities = np.array(
        [[0.0, 0.0], [0.0, 90.0], [90.0, 0.0], [0.0, -180.0], [52.52, 13.405], [48.8566, 2.3522]]
    )
    found = great_circle(cities)
    quarter = np.pi / 2 * RADIUS
    np.testing.assert_allclose(found[0, 1:4], [quarter, quarter, 2 * quarter], rtol=1e-12)
    assert found[4, 5] == pytest.approx(877.5, abs=1)  # Berlin to Paris
    np.testing.assert_array_equal(found, found.T)
    near = great_circle(np.array([[10.0, 20.0], [10.0, 20.0 + 1e-9]]))[0, 1]
    assert near == pytest.approx(np.radians(1e-9) * np.cos(np.radians(10)) * RADIUS, rel=1e-5)


def test_where_values_come_with_countries():
    values = {"EST": 9.0, "LVA": 8.0, "LTU": 8.5, "FIN": 9.5, "KEN": 2.0, "UGA": 1.0, "TZA": 1.5, "RWA": NAN}
    found = moran(values)
    assert found.n == 7 and found.statistic > 0.5 and found.p < 0.1
    given = dict(zip(values, locate(list(values)), strict=True))
    assert moran(values, given) == found
    assert moran(list(values.values()), np.array(list(given.values()))) == found
    assert found.to_frame()["n"].tolist() == [7]


def test_seeds():
    values = RNG.normal(size=7)
    assert moran(values, PLACES, seed=1) == moran(values, PLACES, seed=1)
    assert moran(values, PLACES, permutations=0).p != moran(values, PLACES).p
    assert np.isnan(moran(values, PLACES, permutations=0).p)


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([1.0, 2.0, 3.0], "fewer than 4"),
        ([NAN] * 7, "fewer than 4"),
        ([1.0, NAN, NAN, NAN, 2.0, NAN, 3.0], "fewer than 4"),
        ([5.5] * 7, "constant"),
        ([1e300] * 7, "constant"),
    ],
)
def test_nothing_is_said_of_too_little(values, note):
    found = moran(values, PLACES[: len(values)])
    assert note in found.note and np.isnan([found.statistic, found.p, found.p_normal, found.z]).all()


def test_scale_and_origin_do_not_matter():
    values = RNG.normal(size=7)
    found = moran(values, PLACES)
    for other in (values * 1e200, values * 1e-200, values * -3 + 5):
        again = moran(other, PLACES)
        assert (again.statistic, again.p) == (pytest.approx(found.statistic, rel=1e-9), found.p)


def test_what_is_refused():
    values = np.arange(7.0)
    with pytest.raises(SpecError, match="'inverse-distance'"):
        moran(values, PLACES, weights="inverse_distance")
    with pytest.raises(SpecError, match="from 1 to 6"):
        moran(values, PLACES, weights="knn", neighbors=7)
    with pytest.raises(SpecError, match="km above 0"):
        moran(values, PLACES, weights="distance-band")
    with pytest.raises(SpecError, match="km above 0"):
        moran(values, PLACES, cutoff=-1.0)
    with pytest.raises(DataError, match="infinite at position 1"):
        moran([1.0, np.inf, 2.0, 3.0], PLACES[:4])
    with pytest.raises(DataError, match="none for XYZ"):
        moran({"EST": 1.0, "XYZ": 2.0, "LVA": 3.0, "FIN": 4.0})
    with pytest.raises(DataError, match="one place"):
        moran(values, np.vstack([PLACES[:6], PLACES[:1]]))
    with pytest.raises(DataError, match="an array of latitude"):
        moran(values)
    with pytest.raises(DataError, match=r"shape \(3, 2\)"):
        moran(values, PLACES[:3])
    with pytest.raises(DataError, match="no place on Earth"):
        moran(values, PLACES * 100)
    assert moran(values, PLACES, weights="distance-band", cutoff=1e-3).note == "no neighbor within the cutoff"


def test_p_values_are_uniform_without_dependence():
    places = np.column_stack([RNG.uniform(-60, 60, 40), RNG.uniform(-170, 170, 40)])
    found = [moran(RNG.normal(size=40), places, weights="knn", permutations=99, seed=k) for k in range(400)]
    for name in ("p", "p_normal"):
        p = np.array([getattr(one, name) for one in found])
        assert 0.02 <= (p <= 0.05).mean() <= 0.085 and abs(p.mean() - 0.5) < 0.05
