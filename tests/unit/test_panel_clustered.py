"""Clustered errors against plain twins with every dummy variable written out, and their level with few clusters."""

import numpy as np
import pytest

from egov_index.outcomes.panels import panel_model
from egov_index.outcomes.panels.clustered import clustered
from egov_index.outcomes.panels.wild import _flips, wild
from egov_index.outcomes.panels.working import Working

stats = pytest.importorskip("scipy.stats")
pytest.importorskip("linearmodels")

RNG = np.random.default_rng(31)


def data(units=9, periods=7, holes=0.25):
    """An unbalanced panel with effects, unequal spread and errors that stay with the unit."""
    shape = (units, periods)
    x, z = RNG.normal(size=shape) * np.linspace(0.5, 3, units)[:, None], RNG.normal(size=shape)
    y = 1 + 0.4 * x - z + RNG.normal(size=(units, 1)) + RNG.normal(size=periods) + RNG.normal(size=shape)
    y = y + np.cumsum(RNG.normal(size=shape), axis=1)
    gone = RNG.uniform(size=shape) < holes
    gone[:, :3] = False
    y[gone] = np.nan
    labels = [f"U{k}" for k in range(units)]
    return {
        "iso3": np.repeat(labels, periods).tolist(),
        "year": list(range(2000, 2000 + periods)) * units,
        "y": y.ravel(), "x": x.ravel(), "z": z.ravel(),
    }  # fmt: skip


def written_out(table, effects):
    """y, every column with all dummy variables, the unit of each row; the last two columns are x and z."""
    rows = np.flatnonzero(~np.isnan(table["y"]))
    units, periods = np.array(table["iso3"])[rows], np.array(table["year"])[rows]
    by_unit = (units[:, None] == np.unique(units)).astype(float)
    by_period = (periods[:, None] == np.unique(periods)).astype(float)
    dummies = {
        "pooled": np.ones((len(rows), 1)),
        "entity": by_unit,
        "time": by_period,
        "two-way": np.hstack([by_unit, by_period[:, 1:]]),
    }[effects]
    x = np.column_stack([dummies, table["x"][rows], table["z"][rows]])
    return table["y"][rows], x, units


def power(block, exponent):
    size, vectors = np.linalg.eigh(block)
    return sum(
        (s**exponent * np.outer(v, v) for s, v in zip(size, vectors.T, strict=True) if s > 1e-9),
        np.zeros_like(block),
    )


def twin(y, x, units, kind):
    """Errors and degrees of freedom of the last two coefficients, by the definitions."""
    bread = np.linalg.inv(x.T @ x)
    maker = np.eye(len(y)) - x @ bread @ x.T
    residuals = maker @ y
    exponent = {"cr0": None, "cr2": -0.5, "cr3": -1.0}[kind]
    meat, pulls = np.zeros_like(bread), []
    for unit in np.unique(units):
        own = units == unit
        adjust = np.eye(own.sum()) if exponent is None else power(maker[np.ix_(own, own)], exponent)
        score = x[own].T @ adjust @ residuals[own]
        meat += np.outer(score, score)
        pulls.append(maker[:, own] @ adjust @ x[own] @ bread)
    df = []
    for at in (-2, -1):
        p = np.stack([pull[:, at] for pull in pulls])
        df.append(np.trace(p @ p.T) ** 2 / ((p @ p.T) ** 2).sum())
    return np.sqrt(np.diag(bread @ meat @ bread))[-2:], df


@pytest.mark.parametrize("kind", ["cr0", "cr2", "cr3"])
@pytest.mark.parametrize("effects", ["pooled", "entity", "time", "two-way"])
def test_errors_are_those_of_all_dummy_variables(effects, kind):
    table = data()
    frame = panel_model(table, None, "y ~ x + z", effects, f"clustered-{kind}").to_frame().iloc[-2:]
    se, df = twin(*written_out(table, effects), kind)
    np.testing.assert_allclose(frame["se"], se, rtol=1e-10)
    np.testing.assert_allclose(frame["df"], df if kind == "cr2" else [8, 8], rtol=1e-8)
    np.testing.assert_allclose(frame["p"], 2 * stats.t.sf(np.abs(frame["t"]), frame["df"]), rtol=1e-12)


@pytest.mark.parametrize("effects", ["pooled", "time", "entity", "two-way"])
def test_cr3_is_the_jackknife_over_countries(effects):
    table = data(holes=0.1)
    frame = panel_model(table, None, "y ~ x + z", effects, "clustered-cr3").to_frame().iloc[-2:]
    y, x, units = written_out(table, effects)
    whole = np.linalg.lstsq(x, y, rcond=None)[0]
    gaps = [
        np.linalg.lstsq(x[units != unit], y[units != unit], rcond=None)[0] - whole
        for unit in np.unique(units)
    ]
    np.testing.assert_allclose(frame["se"], np.sqrt((np.array(gaps)[:, -2:] ** 2).sum(axis=0)), rtol=1e-9)


def test_one_row_a_country_makes_cr2_of_hc2():
    sm = pytest.importorskip("statsmodels.api")
    table = data(units=30, periods=4, holes=0)
    frame = panel_model(table, None, "y ~ x + z", "between", "clustered-cr2").to_frame()
    x, z, y = (np.reshape(table[name], (30, 4)).mean(axis=1) for name in "xzy")
    wanted = sm.OLS(y, sm.add_constant(np.column_stack([x, z]))).fit(cov_type="HC2")
    np.testing.assert_allclose(frame["se"], wanted.bse, rtol=1e-10)


@pytest.mark.parametrize(("first", "second"), [(27, 3), (15, 15), (8, 4)])
def test_degrees_of_freedom_of_two_means_have_a_closed_form(first, second):
    """Imbens and Kolesar (2016), REStat 98(4): 2.5 for 27 and 3 rows."""
    n = first + second
    x = (np.arange(n) >= first).astype(float)
    table = {"iso3": [f"U{k}" for k in range(n)], "year": [2000] * n, "x": x, "y": RNG.normal(size=n)}
    frame = panel_model(table, None, "y ~ x", "pooled").to_frame()
    wanted = (
        n**2 * (first - 1) * (second - 1) / (second**2 * (second - 1) + first**2 * (first - 1))
        if first >= second
        else None
    )
    assert frame["df"][1] == pytest.approx(wanted, rel=1e-9)
    groups = table["y"][:first], table["y"][first:]
    welch = sum(group.var(ddof=1) / len(group) for group in groups)
    assert frame["se"][1] == pytest.approx(np.sqrt(welch), rel=1e-12)


@pytest.mark.parametrize("effects", ["pooled", "entity", "two-way"])
def test_the_wild_bootstrap_is_that_of_regressions_one_by_one(effects):
    table = data(units=6, periods=5, holes=0.2)
    found = panel_model(
        table, None, "y ~ x + z", effects, "clustered-wild", draws=199, weights="webb", seed=4
    )
    frame = found.to_frame().iloc[-2:]
    y, x, units = written_out(table, effects)
    flips, _ = _flips(6, 199, "webb", 4)
    order = np.searchsorted(np.unique(units), units)

    def t_of(y, at, value):
        bread = np.linalg.inv(x.T @ x)
        beta = bread @ x.T @ y
        scores = np.array([x[order == g].T @ (y - x @ beta)[order == g] for g in range(6)])
        return (beta[at] - value) / np.sqrt((bread @ scores.T @ scores @ bread)[at, at])

    def p_of(at, value):
        rest = np.delete(x, at, axis=1)
        below = y - value * x[:, at]
        fitted = rest @ np.linalg.lstsq(rest, below, rcond=None)[0]
        seen = abs(t_of(y, at, value))
        drawn = [
            abs(t_of(fitted + value * x[:, at] + flip[order] * (below - fitted), at, value)) for flip in flips
        ]
        return (1 + np.sum(np.array(drawn) >= seen * (1 - 1e-10))) / 200

    for at, row in zip((-2, -1), frame.itertuples(), strict=True):
        assert row.p == pytest.approx(p_of(at, 0.0))
        width = row.high - row.low
        for end, side in ((row.low, 1), (row.high, -1)):  # just inside is kept, just outside is not
            if np.isfinite(end):
                assert p_of(at, end + side * 1e-6 * width) > 0.05 >= p_of(at, end - side * 1e-6 * width)


def test_two_point_weights_are_enumerated_where_few():
    table = data(units=7, periods=6)
    found = [
        panel_model(table, None, "y ~ x", se="clustered-wild", weights="rademacher", seed=s) for s in (1, 2)
    ]
    assert "all 128 patterns" in found[0].convention
    assert found[0].to_frame()["p"].equals(found[1].to_frame()["p"])
    assert (found[0].to_frame()["p"] * 128 % 1 == 0).all()


def test_the_same_seed_gives_the_same_bootstrap():
    table = data(units=14)
    a, b, c = (panel_model(table, None, "y ~ x", se="clustered-wild", seed=s, draws=999) for s in (1, 1, 2))
    assert a.to_frame().equals(b.to_frame()) and not a.to_frame().equals(c.to_frame())


def regression(rng, sizes):
    """A regression without any link: errors and regressors shared within clusters of unequal size."""
    units = np.repeat(np.arange(len(sizes)), sizes)
    x = np.exp(rng.normal(size=len(sizes)))[units] + 0.5 * rng.normal(size=len(units))
    y = rng.normal(size=len(sizes))[units] + rng.normal(size=len(units))
    x = np.column_stack([np.ones_like(x), x])
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    none = np.empty((len(y), 0))
    return Working(
        x, y - x @ beta, beta, np.eye(2), np.zeros(2, int), units, np.zeros_like(units), False, none, 0
    )


def rejects(work, kind):
    of = clustered(work, kind)
    t = work.coefficients[1] / np.sqrt(of.matrix[1, 1])
    return 2 * stats.t.sf(abs(t), of.df[1]) < 0.05


@pytest.mark.slow
def test_cr2_keeps_its_level_with_twelve_clusters_where_cr1_does_not():
    rng, sizes = np.random.default_rng(8), [4, 4, 5, 6, 8, 8, 10, 12, 16, 20, 30, 40]
    drawn = [regression(rng, sizes) for _ in range(1500)]
    level = {kind: np.mean([rejects(work, kind) for work in drawn]) for kind in ("cr0", "cr1", "cr2")}
    assert 0.025 <= level["cr2"] <= 0.065
    assert level["cr0"] > level["cr1"] > 0.08


@pytest.mark.slow
def test_the_wild_bootstrap_keeps_its_level():
    rng = np.random.default_rng(9)
    p = [
        wild(regression(rng, [6, 8, 8, 9, 10, 12, 12, 14, 15, 18]), 199, "webb", 0.95, k).p[1]
        for k in range(400)
    ]
    assert 0.02 <= np.mean(np.array(p) <= 0.05) <= 0.08
