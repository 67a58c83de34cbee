"""Pairwise comparisons and shared-out points: published examples, plain twins and refusals."""

import numpy as np
import pytest

import egov_index as egov

# Saaty 2008, Decision making with the analytic hierarchy process, Int. J. Services Sciences 1(1): consumed drinks.
DRINKS = ["coffee", "wine", "tea", "beer", "sodas", "milk", "water"]
UPPER = [
    [9, 5, 2, 1, 1, 1 / 2],
    [1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
    [1 / 3, 1 / 4, 1 / 3, 1 / 9],
    [1 / 2, 1, 1 / 3],
    [2, 1 / 2],
    [1 / 3],
]
RANDOM_INDEX = {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49, 15: 1.59}


def reciprocal(upper):
    matrix = np.eye(len(upper) + 1)
    for i, row in enumerate(upper):
        for k, value in enumerate(row):
            matrix[i, i + 1 + k], matrix[i + 1 + k, i] = value, 1 / value
    return matrix


def judged(count, noise, seed):
    rng = np.random.default_rng(seed)
    weights = rng.uniform(1, 9, count)
    upper = [
        [weights[i] / weights[j] * np.exp(noise * rng.normal()) for j in range(i + 1, count)]
        for i in range(count - 1)
    ]
    return reciprocal(upper), weights / weights.sum()


def test_the_drinks_of_saaty():
    found = egov.ahp(reciprocal(UPPER), DRINKS)
    published = [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    np.testing.assert_allclose(list(found.weights.values()), published, atol=0.003)
    assert found.consistency_ratio == pytest.approx(0.022, abs=0.004)


@pytest.mark.parametrize("count", [2, 3, 5, 10, 15])
def test_priorities_are_the_principal_eigenvector(count):
    matrix, _ = judged(count, 0.3, count)
    values, vectors = np.linalg.eig(matrix)
    at = values.real.argmax()
    vector = np.abs(vectors[:, at].real)
    index = (values[at].real - count) / (count - 1)
    found = egov.ahp(matrix)
    np.testing.assert_allclose(list(found.weights.values()), vector / vector.sum(), rtol=1e-12)
    if count > 2:
        assert found.consistency_index == pytest.approx(index, rel=1e-9)
        assert found.consistency_ratio == pytest.approx(index / RANDOM_INDEX[count], rel=1e-9)
        assert found.expert_ratios == (found.consistency_ratio,)
    else:
        assert found.consistency_ratio == found.consistency_index == 0 and len(found.triples()) == 0
    rows = np.exp(np.log(matrix).mean(1))
    got = egov.ahp(matrix, priorities="geometric_mean")
    np.testing.assert_allclose(list(got.weights.values()), rows / rows.sum(), rtol=1e-12)


def test_consistent_judgments_give_back_their_weights():
    matrix, weights = judged(6, 0.0, 1)
    found = egov.ahp(matrix)
    np.testing.assert_allclose(list(found.weights.values()), weights, rtol=1e-12)
    assert found.consistency_ratio < 1e-14 and found.triples()["deviation"].max() < 1e-14
    assert list(egov.ahp([[2.0 / 2]]).weights.values()) == [1]


def test_triples_stand_in_the_order_of_their_contradiction():
    matrix, _ = judged(5, 0.0, 2)
    matrix[1, 3] *= 8
    matrix[3, 1] /= 8
    frame = egov.ahp(matrix, list("abcde")).triples()
    assert len(frame) == 10 and frame["deviation"].is_monotonic_decreasing
    worst = frame[frame["deviation"] > 1]
    assert len(worst) == 3 and all({"b", "d"} <= set(x) for x in worst[["i", "j", "k"]].to_numpy())
    np.testing.assert_allclose(worst["deviation"], np.log(8), rtol=1e-12)
    first = frame.iloc[0]
    at = ["abcde".index(first[key]) for key in "ijk"]
    product = matrix[at[0], at[1]] * matrix[at[1], at[2]] / matrix[at[0], at[2]]
    assert first["product"] == pytest.approx(product, rel=1e-12)


@pytest.mark.parametrize("stacked", [True, False])
def test_experts_are_aggregated_by_the_geometric_mean(stacked):
    one, other = judged(4, 0.3, 1)[0], judged(4, 0.3, 2)[0]
    both = np.vstack([one, other]) if stacked else np.stack([one, other])
    found, mean = egov.ahp(both), egov.ahp(np.sqrt(one * other))
    np.testing.assert_allclose(list(found.weights.values()), list(mean.weights.values()), rtol=1e-12)
    assert found.expert_ratios == (egov.ahp(one).consistency_ratio, egov.ahp(other).consistency_ratio)


def test_of_a_rounded_pair_the_larger_judgment_counts():
    rounded = [[1, 3, 0.2], [0.33, 1, 0.111], [5, 9, 1]]
    exact = [[1, 3, 1 / 5], [1 / 3, 1, 1 / 9], [5, 9, 1]]
    assert egov.ahp(rounded) == egov.ahp(exact)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[1, 3], [0.5, 1]], "row 1, column 2: got 3, expected 2, the reciprocal of row 2, column 1"),
        ([[1, 0], [1, 1]], "row 1, column 2: got 0, expected a judgment above 0"),
        ([[1, -2], [-0.5, 1]], "row 1, column 2: got -2, expected a judgment above 0"),
        ([[1, 2], [float("nan"), 1]], "row 2, column 1: got nan, expected a judgment above 0"),
        ([[2, 1], [1, 1]], "row 1, column 1: got 2, expected 1 on the diagonal"),
        ([[1, 1], [1, 1], [1, 2], [1, 1]], "row 1, column 2 of matrix 2: got 2, expected 1"),
        ([[1, 2, 3], [0.5, 1, 1]], "2 rows and 3 columns, expected a square matrix"),
        (np.ones((16, 16)), "16 items; there are random indices for at most 15"),
        ([[1, "x"], [1, 1]], "a square matrix of numbers"),
        ([1, 2], "a square matrix of numbers"),
        ([], "a square matrix of numbers"),
        (np.ones((2, 2, 3)), "a square matrix of numbers"),
    ],
)
def test_matrices_that_are_none(matrix, words):
    with pytest.raises(egov.SpecError) as caught:
        egov.ahp(matrix)
    assert words in str(caught.value)


def test_names_and_methods_that_do_not_fit():
    with pytest.raises(egov.SpecError, match="2 names, each once"):
        egov.ahp(np.ones((2, 2)), ["a", "a"])
    with pytest.raises(egov.SpecError, match="'eigenvector'"):
        egov.ahp(np.ones((2, 2)), priorities="eigen vector")


def test_contradictions_are_refused_with_the_triples():
    data = np.arange(12.0).reshape(4, 3)
    matrix = [[1, 3, 1 / 3], [1 / 3, 1, 3], [3, 1 / 3, 1]]
    with pytest.raises(egov.SpecError) as caught:
        egov.weight(data, "ahp", matrix=matrix)
    text = str(caught.value)
    ratio = egov.ahp(matrix).consistency_ratio
    assert f"consistency ratio is {ratio:.3g}, above 0.1" in text and "raise 'most'" in text
    assert "children 1, 2, 3: a(1,2) a(2,3) / a(1,3) = 27" in text
    assert list(egov.weight(data, "ahp", matrix=matrix, most=5).values()) == pytest.approx([1 / 3] * 3)
    with pytest.raises(egov.SpecError, match="a matrix for 3 items, but the node has 2 children"):
        egov.weight(data[:, :2], "ahp", matrix=matrix)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([[1, 2, 3], [1, -1, 3]], "row 2 of the table has negative points"),
        ([[0, 0, 0], [1, 1, 3]], "row 1 of the table has no points"),
        ([[1, 2], [1, 3]], "points for 2 items, but the node has 3 children"),
    ],
)
def test_budgets_that_do_not_fit(points, words):
    with pytest.raises(egov.SpecError, match=words):
        egov.weight(np.ones((4, 3)), "budget_allocation", points=points)


def test_budgets_of_any_size_count_alike():
    got = egov.weight(np.ones((4, 2)), "budget_allocation", points=[[1e308, 1e308], [1e-300, 3e-300]])
    assert list(got.values()) == pytest.approx([0.375, 0.625], rel=1e-12)
