"""One input at a time: the table, its warning, and what is refused."""

import numpy as np
import pytest

from egov_index import DataError, SpecError, oat

PROBLEM = {"names": ["a", "b", "c"], "bounds": [[0, 1], [-1, 1], [0, 1]], "dists": ["unif", "unif", "norm"]}


def model(x):
    return x[:, 0] ** 2 + x[:, 0] * x[:, 1] - 2 * np.abs(x[:, 2])


def test_changes_are_those_of_the_model():
    x = oat.sample(PROBLEM, low=0.1, high=0.8)
    np.testing.assert_allclose(x[:, 2], [0, 0, 0, 0, 0, -1.2815515655446004, 0.8416212335729142], atol=1e-12)
    y = np.column_stack([model(x), x[:, 0] * 0, model(x) * 1e200])
    found = oat.analyze(dict(PROBLEM, outputs=["y", "still", "huge"]), x, y)
    expected = [
        [0.1**2 - 0.25, -0.8 * 0.5, -2 * 1.2815515655446004],
        [0.8**2 - 0.25, 0.6 * 0.5, -2 * 0.8416212335729142],
    ]
    np.testing.assert_allclose([found.low[0], found.high[0]], expected, rtol=1e-12)
    np.testing.assert_allclose(found.swing[0], [0.63, 0.7, 2.5631031310892007], rtol=1e-12)
    np.testing.assert_allclose(found.low[2], np.array(expected[0]) * 1e200, rtol=1e-12)
    assert found.constant == ("still",) and found.nominal[0] == 0.25
    assert list(found.to_frame()["factor"][:3]) == ["c", "b", "a"]


def test_the_warning_is_always_there():
    """Y = (a - 1/2)(b - 1/2) does nothing along lines through the middle."""
    problem = {"names": ["a", "b"], "bounds": [[0, 1]] * 2}
    x = oat.sample(problem)
    found = oat.analyze(problem, x, (x[:, 0] - 0.5) * (x[:, 1] - 0.5) + x[:, 0] / 100)
    assert found.swing[1] == 0 and "may matter most elsewhere" in found.explain()


def test_what_does_not_fit_is_said():
    x = oat.sample(PROBLEM)
    with pytest.raises(DataError, match=r"6 rows; 7"):
        oat.analyze(PROBLEM, x[:6], model(x)[:6])
    x[3, 0] = 0.1
    with pytest.raises(DataError, match=r"run 3 .*changes 'a'; only 'b'"):
        oat.analyze(PROBLEM, x, model(x))
    with pytest.raises(SpecError, match=r"below and one above"):
        oat.sample(PROBLEM, low=0.6)
