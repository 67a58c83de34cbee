"""Faults of means in reference periods: they concern nobody, unless an aggregate's scale needs them."""

import numpy as np
import pytest

import egov_index as egov

CODES = ["a0", "a1", "b0", "b1"]
MEANS = {
    "geometric": lambda x: np.exp(np.log(x).mean(axis=-1)),
    "harmonic": lambda x: 1 / (1 / x).mean(axis=-1),
    "power:p=0.5": lambda x: np.sqrt(x).mean(axis=-1) ** 2,
    "mpi": lambda x: x.mean(axis=-1) - x.var(axis=-1) / x.mean(axis=-1),
    "ampi:penalty=add": lambda x: x.mean(axis=-1) + x.var(axis=-1) / x.mean(axis=-1),
}


def panel():
    """Each year far above the one before: z-scores by the first are above 0 in the last, and not all in the first."""
    values = np.random.default_rng(4).normal(size=(25, 3, 4)) + np.arange(3)[:, None] * 9
    return egov.Panel(values, [f"U{k}" for k in range(25)], [2018, 2019, 2020], CODES)


def index(mean, scale, **inner):
    nodes = [{"code": "top", **inner.get("top", {})}]
    nodes += [{"code": code, "parent": "top", **inner.get(code, {})} for code in "ab"]
    nodes += [{"code": code, "parent": code[0]} for code in CODES]
    return egov.Index(egov.Framework(nodes), egov.Recipe(normalize=scale, aggregate=mean))


def by_hand(mean, over):
    x = panel().values
    reference = x[:, 0] if over == 2018 else x.reshape(-1, 4)
    z = (x[:, 2] - reference.mean(axis=0)) / reference.std(axis=0, ddof=1)
    return MEANS[mean](np.stack([MEANS[mean](z[:, :2]), MEANS[mean](z[:, 2:])], axis=-1))


@pytest.mark.parametrize("over", [2018, "panel"])
@pytest.mark.parametrize("mean", MEANS)
def test_an_impossible_mean_of_a_reference_period_is_no_fault(mean, over):
    made, right = index(mean, egov.choice("zscore", over=over)), by_hand(mean, over)
    result = made.score(panel(), 2020)
    np.testing.assert_allclose(result.values[0, :, 0], right, rtol=1e-12)
    np.testing.assert_allclose(egov.removal(made, panel(), period=2020).score_values[:, 0], right, rtol=1e-12)
    both = egov.compare(
        result, made.replace(recipe=made.recipe.replace(aggregate="arithmetic")).score(panel(), 2020)
    )
    assert both.n == 25
    drawn = made.uncertainty(panel(), egov.Alternatives(weights=egov.noise(0.2)), 16, period=2020)
    np.testing.assert_array_equal(drawn.nominal, result.rank_values[0, :, 0])
    with pytest.raises(egov.DataError, match="period 2018"):
        made.score(panel(), 2018)


def test_draws_by_one_scale_or_another():
    made = index("geometric", egov.choice("minmax", rescale=(1, 10)))
    scales = [egov.choice("zscore", over=2018), egov.choice("zscore", over="panel")]
    drawn = made.uncertainty(panel(), egov.Alternatives(normalize=scales), 16, period=2020)
    assert drawn.n == 16
    within = egov.Alternatives(normalize=[*scales, "zscore"])
    with pytest.raises(egov.SpecError, match="zscore gives 0 or less"):
        made.uncertainty(panel(), within, 16, period=2020)


def test_a_scale_of_an_aggregate_needs_its_reference_and_says_so():
    scale = egov.choice("zscore", over=2018)
    inner = {"normalize": egov.choice("minmax", low=1, high=2, over=2018)}
    with pytest.raises(egov.DataError, match=r"(?s)node a0.*period 2018.*not asked for"):
        index("geometric", scale, a=inner).score(panel(), 2020)
    fine = {**inner, "aggregate": "arithmetic"}
    made = index("geometric", scale, a=fine, b={"aggregate": "arithmetic"})
    x = panel().values
    z = (x - x[:, 0].mean(axis=0)) / x[:, 0].std(axis=0, ddof=1)
    means = z[:, :, :2].mean(axis=-1)
    scaled = 1 + (means[:, 2] - means[:, 0].min()) / np.ptp(means[:, 0])
    right = np.sqrt(scaled * z[:, 2, 2:].mean(axis=-1))
    np.testing.assert_allclose(made.score(panel(), 2020).values[0, :, 0], right, rtol=1e-12)


def test_bounds_have_the_weights_of_the_score():
    values = panel().values.copy()
    values[3, 2, 1] = np.nan
    holed = egov.Panel(values, panel().units, panel().periods, CODES)
    recipe = egov.Recipe(normalize=egov.choice("minmax", over="panel"), weight="critic", missing="bound")
    result = egov.Index(index("mpi", "none").framework, recipe).score(holed, 2020)
    whole = np.arange(25) != 3
    for end in ("low", "high"):
        np.testing.assert_allclose(result.bounds[end][whole], result.values[0, whole, 0], rtol=1e-12)
