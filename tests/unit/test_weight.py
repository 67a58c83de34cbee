"""Weighting methods against plain twins, published numbers and columns at the edge."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

import egov_index as egov

NAN = float("nan")
RNG = np.random.default_rng(4)
OF_DATA = ["pca", "factor_analysis", "entropy", "critic", "standard_deviation", "variation", "importance"]

# Technology achievement index, 23 countries (OECD/JRC Handbook 2008, annex): patents, royalties, internet, exports,
# telephones (log), electricity (log), schooling, university.
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "methods" / "weight.json").read_text("utf-8"))
TAI = np.array(next(row["input"]["values"] for row in GOLDEN if row["source"].startswith("TAI")))


def weights(data, method, **params):
    return np.array(list(egov.weight(data, method, **params).values()))


def correlated(rows=30, columns=5, rng=RNG):
    """Positive columns of one sign of loadings, on different scales."""
    shared = rng.normal(size=(rows, 1))
    return np.exp(0.4 * (shared + rng.normal(size=(rows, columns)))) * 10.0 ** np.arange(columns)


def varimax(loadings, kaiser):
    """Rotation by singular value decompositions, as R's varimax does it."""
    length = np.sqrt((loadings**2).sum(1, keepdims=True)) if kaiser else 1.0
    x, turn = loadings / length, np.eye(loadings.shape[1])
    for _ in range(20_000):
        y = x @ turn
        u, _, v = np.linalg.svd(x.T @ (y**3 - y * (y**2).mean(0)))
        turn = u @ v
    return x @ turn * length


@pytest.mark.parametrize("kaiser", [True, False])
@pytest.mark.parametrize("factors", [1, 2, 3])
def test_factor_analysis_against_a_plain_twin(factors, kaiser):
    data = TAI[:, [0, 1, 2, 4, 6, 7]]
    values, vectors = np.linalg.eigh(np.corrcoef(data.T))
    loadings = varimax(vectors[:, -factors:] * np.sqrt(values[-factors:]), kaiser)
    explained = (loadings**2).sum(0)
    share = explained / explained.sum()
    best = (loadings**2).argmax(1)
    wanted = np.array([loadings[k, j] ** 2 / explained[j] * share[j] for k, j in enumerate(best)])
    got = weights(data, "factor_analysis", factors=factors, kaiser=kaiser)
    np.testing.assert_allclose(got, wanted / wanted.sum(), rtol=1e-9)


def test_factor_analysis_of_the_handbook():
    """From Table 17: 4 factors; the highest loading of each row, squared. Both are printed with two digits."""
    highest = np.array([0.97, 0.93, 0.79, 0.64, 0.68, 0.82, 0.88, 0.96])
    got = weights(TAI, "factor_analysis", factors=4)
    np.testing.assert_allclose(got, highest**2 / (highest**2).sum(), atol=0.004)
    values = np.linalg.eigvalsh(np.corrcoef(TAI.T))[::-1]
    np.testing.assert_allclose(values[:4], [3.3, 1.7, 1.0, 0.9], atol=0.06)  # Table 16


def test_pca_is_the_eigenvector_of_the_correlation_matrix():
    data = correlated()
    vector = np.linalg.eigh(np.corrcoef(data.T))[1][:, -1]
    np.testing.assert_allclose(weights(data, "pca"), vector / vector.sum(), rtol=1e-10)
    np.testing.assert_allclose(weights(data, "pca", squares=True), vector**2, rtol=1e-10)


def test_a_loading_of_the_wrong_sign_names_its_child_and_the_remedy():
    data = correlated()
    data[:, 3] *= -1
    with pytest.raises(
        egov.DataError, match=r"pca x3: this child has a loading of -0.*direction.*squares=true"
    ):
        egov.weight(data, "pca")


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("pca", {}, "two largest eigenvalues of the correlation matrix are equal"),
        ("factor_analysis", {}, "the largest eigenvalue is 1, none is above 1"),
        ("factor_analysis", {"factors": 2}, "factor 2 and of the next one are equal"),
        ("factor_analysis", {"factors": 4}, "4 factors of 3 children"),
    ],
)
def test_components_that_are_not_there(method, params, words):
    data = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1.0]])
    with pytest.raises(egov.DataError, match=words):
        egov.weight(data, method, **params)
    with pytest.raises(egov.SpecError, match="'factors' or 'share', not both"):
        egov.weight(data, "factor_analysis", factors=1, share=0.5)


def importance(data, w):
    r = np.array([np.corrcoef(column, data @ w)[0, 1] for column in data.T])
    return r / r.sum()


def searched(data, targets, squared=False):
    """Least distance that a local search from many starts finds."""

    def distance(w):
        share = importance(data, w)
        return ((share - targets) ** 2).sum()

    count = len(targets)
    starts = np.random.default_rng(1).dirichlet(np.ones(count), 8)
    found = [
        minimize(distance, start, method="SLSQP", bounds=[(0, 1)] * count, options={"ftol": 1e-15, "maxiter": 500},
                 constraints={"type": "eq", "fun": lambda w: w.sum() - 1})
        for start in starts
    ]  # fmt: skip
    return min(item.fun for item in found)


def test_importance_that_can_be_met_is_met():
    data, targets = correlated(columns=4) / 10.0 ** np.arange(4), np.array([0.26, 0.24, 0.27, 0.23])
    covariance = np.cov(data.T)
    wanted = np.linalg.solve(covariance, np.sqrt(np.diag(covariance)) * targets)
    assert (wanted > 0).all()
    got = weights(data, "importance", given=targets, tolerance=1e-12)
    np.testing.assert_allclose(got, wanted / wanted.sum(), rtol=1e-9)
    np.testing.assert_allclose(importance(data, got), targets, rtol=1e-10)
    np.testing.assert_allclose(weights(data, "importance", targets=targets), got, rtol=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_importance_that_cannot_be_met_comes_as_near_as_a_search_does(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 7))
    data = rng.normal(size=(25, count)) + rng.normal(size=(25, 1)) * rng.uniform(-1, 2, count)
    targets = rng.dirichlet(np.ones(count))
    got = weights(data, "importance", given=targets)
    mine = ((importance(data, got) - targets) ** 2).sum()
    assert got.min() >= 0 and got.sum() == pytest.approx(1)
    assert mine <= searched(data, targets) + 1e-9
    if mine > 1e-6:
        with pytest.raises(
            egov.DataError, match=r"importance x\d: no weights of at least 0 meet the targets"
        ):
            egov.weight(data, "importance", given=targets, tolerance=1e-4)


def test_squared_importance():
    data, targets = correlated(columns=4) / 10.0 ** np.arange(4), np.array([0.27, 0.24, 0.27, 0.22])
    got = weights(data, "importance", given=targets, squared=True, tolerance=1e-12)
    r = np.array([np.corrcoef(column, data @ got)[0, 1] for column in data.T])
    np.testing.assert_allclose(r**2 / (r**2).sum(), targets, rtol=1e-10)
    with pytest.raises(egov.SpecError, match="squared"):
        egov.weight(data, "importance", squared=True, objective="infomax")


def test_infomax_is_the_largest_sum_of_correlations():
    data = correlated(columns=4)
    got = weights(data, "importance", objective="infomax")
    np.testing.assert_allclose(got, (1 / data.std(0)) / (1 / data.std(0)).sum(), rtol=1e-9)


@pytest.mark.parametrize("objective", ["balance", "infomax"])
def test_importance_of_children_that_say_the_same(objective):
    """Copies share a weight in any way; more children than rows have many optima."""
    one = correlated(columns=2)
    data = np.column_stack([one, one[:, 0]])
    got = weights(data, "importance", objective=objective)
    np.testing.assert_allclose(importance(data, got).sum(), 1)
    assert got.min() >= 0
    wide = correlated(rows=5, columns=9) / 10.0 ** np.arange(9)
    got = weights(wide, "importance", objective=objective)
    assert got.min() >= 0 and np.isfinite(got).all()
    if objective == "balance":
        np.testing.assert_allclose(importance(wide, got).min() > 0, True)


def test_children_that_cancel_out_have_no_importance():
    x = np.arange(5.0)
    with pytest.raises(egov.DataError, match="check the directions"):
        egov.weight(np.column_stack([x, -x]), "importance")


@pytest.mark.parametrize("targets", [[1, 1], [[1, 1, 1], [1, 1, 1]]])
def test_targets_that_do_not_fit(targets):
    with pytest.raises(egov.SpecError, match="expected one row with a target for each of 3 children"):
        egov.weight(correlated(columns=3), "importance", targets=targets)


@pytest.mark.parametrize("targets", [[1, -1, 1], [0, 0, 0]])
def test_targets_are_not_negative(targets):
    with pytest.raises(egov.SpecError, match="targets must be numbers of at least 0, not all 0"):
        egov.weight(correlated(columns=3), "importance", targets=targets)


def test_entropy_of_nearly_equal_values_keeps_its_digits():
    """1 - H / ln n is about the square of the coefficient of variation over 2 ln n; a difference of logs loses it."""
    steps = np.array([[3.0, 1], [-1, 2], [-2, -3]])
    got = weights(1 + 1e-9 * steps, "entropy")
    wanted = (steps**2).sum(0)
    np.testing.assert_allclose(got, wanted / wanted.sum(), rtol=1e-6)


@pytest.mark.parametrize("method", ["entropy", "variation"])
def test_values_that_must_not_be_negative(method):
    data = correlated(columns=3)
    data[4, 1] = -1e6
    with pytest.raises(egov.DataError, match=f"{method} x1: needs .*rescale"):
        egov.weight(data, method)


@pytest.mark.parametrize("method", OF_DATA)
class TestMethodsOfData:
    def test_rows_with_holes_are_left_out(self, method):
        data = correlated()
        holed = np.vstack([data, np.full((2, 5), NAN), data[:3] * [1, NAN, 5, 2, 3]])
        np.testing.assert_array_equal(weights(holed, method), weights(data, method))

    def test_two_rows_are_too_few(self, method):
        data = correlated(rows=4)
        data[1, 2] = data[3, 0] = NAN
        with pytest.raises(egov.DataError, match=f"{method}: needs at least 3 rows .*got 2"):
            egov.weight(data, method)

    @pytest.mark.parametrize("value", [0.0, 1.0, 1e300, 5e-324])
    def test_a_constant_child_is_named(self, method, value):
        data = correlated()
        data[:, 2] = value
        data[3, 2] = 7.0
        data[3, 0] = NAN
        with pytest.raises(egov.DataError, match=f"{method} x2: needs at least two distinct values"):
            egov.weight(data, method)

    def test_an_only_child_takes_all(self, method):
        assert egov.weight([[1.0], [NAN]], method) == {"x0": 1.0}

    @pytest.mark.parametrize("power", [990, 40, -40, -960])
    def test_the_size_of_the_numbers_does_not_matter(self, method, power):
        data = correlated() / 10.0 ** np.arange(5)
        np.testing.assert_allclose(weights(data * 2.0**power, method), weights(data, method), rtol=1e-12)

    def test_numbers_of_every_size_side_by_side(self, method):
        data = correlated(columns=3) / 10.0 ** np.arange(3)
        scaled = weights(data * [2.0**990, 1, 2.0**-960], method)
        assert np.isfinite(scaled).all() and scaled.sum() == pytest.approx(1)
        if method in ("pca", "factor_analysis", "entropy", "variation"):
            np.testing.assert_allclose(scaled, weights(data, method), rtol=1e-12)
        else:
            assert scaled[2 if method == "importance" else 0] == 1

    def test_the_order_of_children_does_not_matter(self, method):
        data, order = correlated(), [3, 0, 4, 1, 2]
        np.testing.assert_allclose(weights(data[:, order], method), weights(data, method)[order], rtol=1e-9)


def test_a_node_weighs_in_its_own_way_and_is_named_in_errors():
    tree = [
        {"code": "top"},
        {"code": "a", "parent": "top", "weights": "critic"},
        {"code": "b", "parent": "top", "weight": 3},
    ]
    tree += [{"code": f"x{k}", "parent": "a" if k < 3 else "b"} for k in range(5)]
    data = correlated()
    panel = egov.Panel.from_array(data[:, None, :])
    result = egov.Index(egov.Framework(tree), egov.Recipe()).score(panel)
    scaled = (data - data.min(0)) / (data.max(0) - data.min(0))
    for k, share in enumerate(weights(scaled[:, :3], "critic")):
        assert result.weights[f"x{k}"] == pytest.approx(share, rel=1e-12)
    assert result.weights["b"] == 0.75 and result.weights["x4"] == 0.5
    data[:, 1] = -data[:, 1]
    tree[1]["weights"] = "pca"
    with pytest.raises(egov.DataError, match="pca node x1: this child has a loading"):
        egov.Index(egov.Framework(tree), egov.Recipe()).score(egov.Panel.from_array(data[:, None, :]))
