"""Uncertainty of an index carried through to outcomes: ensembles, imputations, imputation that knows the outcome."""

import pickle

import numpy as np
import pytest
import scipy.stats

import egov_index as egov
from egov_index import _core, compiled
from egov_index.errors import DataError, SpecError
from egov_index.outcomes.aware import outcome_aware, told_on_purpose
from egov_index.outcomes.carried import ESTIMANDS, carry, is_uncertain, nominal_of
from egov_index.outcomes.drawn import IndexDraws

UNITS = [f"C{k:02}" for k in range(40)]
TREE = egov.Framework([
    {"code": "index"}, {"code": "a", "parent": "index"}, {"code": "b", "parent": "index"},
    *({"code": code, "parent": code[0]} for code in ("a1", "a2", "b1", "b2")),
])  # fmt: skip
LEAVES = ["a1", "a2", "b1", "b2"]


def panel_of(holes=0.0, periods=(2020,), seed=1):
    rng = np.random.default_rng(seed)
    core = rng.normal(size=(len(UNITS), len(periods), 1))
    values = 5 + core + rng.normal(size=(len(UNITS), len(periods), 4))
    values[:, :, 1][rng.random(values.shape[:2]) < holes] = np.nan
    y = core[:, 0] + rng.normal(size=(len(UNITS), 2))
    y[3, 0] = np.nan
    return egov.Panel(values, UNITS, list(periods), LEAVES), y


CHOICES = egov.Alternatives(
    normalize=[{"method": "minmax", "rescale": [1, 100]}, {"method": "rank", "rescale": [1, 100]}],
    aggregate=["arithmetic", "geometric"], weights=egov.noise(0.3),
)  # fmt: skip


def index_of(**recipe):
    return egov.Index(
        TREE, egov.Recipe(**({"normalize": {"method": "minmax", "rescale": [1, 100]}} | recipe))
    )


def test_draws_of_the_root_are_those_kept():
    panel, _ = panel_of(periods=(2019, 2020))
    ensemble = index_of().uncertainty(panel, CHOICES, 100, keep=True)
    draws = IndexDraws(ensemble, period=2019)
    assert IndexDraws(ensemble, period=2019.0).period == 2019
    root = np.concatenate(list(draws.blocks()))[:, :, 0]
    assert draws.nodes == TREE.codes and len(draws.rows) == len(UNITS)
    np.testing.assert_array_equal(root, ensemble.draws["scores"][:, : len(UNITS)])
    np.testing.assert_array_equal(
        next(IndexDraws(ensemble).blocks())[:, :, 0], ensemble.draws["scores"][:, len(UNITS) :]
    )


DRAWN = {
    "choices": (index_of(), CHOICES),
    "linked": (index_of(aggregate="geometric"), egov.Alternatives(weights=egov.noise(0.3))),
    "imputation": (index_of(impute="norm"), egov.Alternatives(aggregate=["arithmetic", "geometric"])),
    "holes": (index_of(missing="drop-weight"), egov.Alternatives(weights=egov.noise(0.3))),
}


@pytest.mark.parametrize("case", DRAWN)
def test_draws_of_any_node_are_what_scoring_the_same_choices_gives(case):
    panel, _ = panel_of(holes=0 if case in ("choices", "linked") else 0.3)
    index, alternatives = DRAWN[case]
    ensemble = index.uncertainty(panel, alternatives, 64, keep=True)
    draws, made = IndexDraws(ensemble), ensemble._plan()
    block = next(draws.blocks())
    for d in range(0, 64, 7):
        point = ensemble.draws["points"][d].tolist()
        raw = _core.score(
            compiled.core_panel(panel), made.framework_at(point), made.recipe_at(point), [0], spend=True
        )
        right = np.asarray(raw["values"])
        np.testing.assert_array_equal(np.isnan(block[d]), np.isnan(right))
        np.testing.assert_allclose(block[d][:, 0], right[:, 0], rtol=1e-12)
        for node in range(1, 7):  # siblings may be rescaled together
            ok = ~np.isnan(right[:, node])
            line = np.polyfit(right[ok, node], block[d][ok, node], 1)
            np.testing.assert_allclose(
                np.polyval(line, right[ok, node]), block[d][ok, node], rtol=1e-9, atol=1e-9
            )
            assert line[0] > 0


def test_an_ensemble_is_a_plain_loop_over_its_draws():
    panel, y = panel_of()
    ensemble = index_of().uncertainty(panel, CHOICES, 96, keep=True)
    found = carry(ensemble, y, ["one", "two"], nodes=["index", "b"], seed=5, threads=1)
    assert found.estimand == ESTIMANDS["choices"] and "96 draws" in found.rule
    points, drawn = [], []
    for d, x in enumerate(ensemble.draws["scores"]):
        rows = np.repeat(np.arange(len(UNITS)), _core.resample_rows(5, d, len(UNITS)))
        for take, into in ((np.arange(len(UNITS)), points), (rows, drawn)):
            ok = ~np.isnan(y[take, 0])
            into.append(scipy.stats.spearmanr(x[take][ok], y[take, 0][ok])[0])
    columns = found.columns
    assert columns["estimate"][0] == pytest.approx(np.tanh(np.arctanh(points).mean()), rel=1e-12)
    assert [columns["low"][0], columns["high"][0]] == pytest.approx(
        np.quantile(drawn, [0.025, 0.975]).tolist(), rel=1e-11
    )
    index, country = np.var(points, ddof=1), np.var(np.subtract(drawn, points), ddof=1)
    assert columns["draw_share"][0] == pytest.approx(index / (index + country), rel=1e-10)
    nominal = nominal_of(ensemble).values[0, :, 0]
    assert columns["estimate_nominal"][0] == pytest.approx(
        scipy.stats.spearmanr(nominal, y[:, 0], nan_policy="omit")[0], rel=1e-12
    )
    assert columns["n"] == [39, 40, 39, 40] and {len(column) for column in columns.values()} == {4}


@pytest.mark.parametrize("points", ["sobol", "lhs", "montecarlo"])
def test_an_ensemble_gives_the_same_bits_for_any_threads_and_after_a_pickle(points, monkeypatch):
    panel, y = panel_of()
    ensemble = index_of().uncertainty(panel, CHOICES, 200, points=points)
    first = carry(ensemble, y, ["one", "two"], threads=1).columns
    monkeypatch.setattr("egov_index.outcomes.drawn.BLOCK", 40 * 7 * 8 * 30)  # several blocks
    assert len(IndexDraws(ensemble).sizes) > 1
    again = carry(
        pickle.loads(pickle.dumps(ensemble)), y, ["one", "two"], threads=2, progress=lambda done: None
    ).columns
    np.testing.assert_equal(again, first)


def test_choices_run_through_and_editions():
    panel, y = panel_of()
    ensemble = index_of().uncertainty(panel, CHOICES, 64, discrete="enumerated")
    assert carry(ensemble, y, ["one", "two"], nodes="a").columns["reason"] == ["", ""]
    other = egov.Index(
        egov.Framework(
            [{"code": "index"}, {"code": "b1", "parent": "index"}, {"code": "a1", "parent": "index"}]
        ),
        index_of().recipe,
        name="short",
    )
    editions = egov.Alternatives(edition=[index_of(), other])
    ensemble = index_of().uncertainty(panel, editions, 64)
    found = carry(ensemble, y, ["one", "two"], nodes=["index", "b", "b1"]).columns
    assert "32 of 64 draws have no coefficient" in found["note"][2] and found["note"][0] == ""
    right = scipy.stats.spearmanr(panel.values[:, 0, 2], y[:, 1])[0]
    assert found["estimate"][5] == pytest.approx(right, rel=1e-12)


def test_units_without_a_score_take_no_part():
    panel, y = panel_of()
    values = panel.values.copy()
    values[5] = np.nan
    short = egov.Panel(values, UNITS, [2020], LEAVES)
    ensemble = index_of(missing="drop-weight").uncertainty(
        short, egov.Alternatives(weights=egov.noise(0.2)), 64
    )
    draws = IndexDraws(ensemble)
    assert 5 not in draws.rows and len(draws.rows) == 39
    assert carry(ensemble, y, ["one", "two"], nodes="index").columns["n"] == [38, 39]


def test_controls_are_held_constant():
    panel, y = panel_of()
    ensemble = index_of().uncertainty(panel, CHOICES, 64)
    z = np.random.default_rng(2).normal(size=(40, 2))
    with_them = carry(ensemble, y, ["one", "two"], "pearson", nodes="index", controls=z).columns
    without = carry(ensemble, y, ["one", "two"], "pearson", nodes="index", controls=z[:, :0]).columns
    assert with_them["estimate"] != without["estimate"] and with_them["n"] == without["n"]


# Imputations


def tables(y, m=5, spread=0.4, seed=4):
    rng = np.random.default_rng(seed)
    x = y[:, [1]] + rng.normal(size=(40, 1))
    hidden = rng.random(40) < 0.3
    made = []
    for _ in range(m):
        one = x.copy()
        one[hidden] += spread * rng.normal(size=(hidden.sum(), 1))
        made.append(egov.Panel(one[:, None, :], UNITS, [2020], ["x"]))
    return made


def test_imputations_by_hand_and_by_pool():
    _, y = panel_of()
    made = tables(y)
    found = carry(made, y, ["one", "two"], "pearson").columns
    r = np.array([scipy.stats.pearsonr(one.values[:, 0, 0], y[:, 1])[0] for one in made])
    z, within = np.arctanh(r), 1 / 37
    between = z.var(ddof=1)
    total = within + 1.2 * between
    share, complete = 1.2 * between / total, 38
    old, seen = 4 / share**2, (complete + 1) / (complete + 3) * complete * (1 - share)
    df = 1 / (1 / old + 1 / seen)
    reach = scipy.stats.t.ppf(0.975, df) * np.sqrt(total)
    right = {
        "estimate": np.tanh(z.mean()), "low": np.tanh(z.mean() - reach), "high": np.tanh(z.mean() + reach),
        "p": 2 * scipy.stats.t.sf(abs(z.mean()) / np.sqrt(total), df), "draw_share": share, "df": df,
    }  # fmt: skip
    for name, value in right.items():
        assert found[name][1] == pytest.approx(value, rel=1e-12), name
    by_pool = egov.pool(z, np.full(5, within), n=40, parameters=2)
    assert found["fmi"][1] == pytest.approx(by_pool.fmi, rel=1e-13)
    assert found["low"][1] == pytest.approx(np.tanh(by_pool.low), rel=1e-13)


@pytest.mark.parametrize("method", ["spearman", "kendall"])
def test_ranks_have_variances_of_their_own(method):
    _, y = panel_of()
    made = tables(y)
    found = carry(made, y, ["one", "two"], method).columns
    of = {"spearman": scipy.stats.spearmanr, "kendall": scipy.stats.kendalltau}[method]
    r = np.array([of(one.values[:, 0, 0], y[:, 1])[0] for one in made])
    within = (1 + r**2 / 2) / 37 if method == "spearman" else np.full(5, 0.437 / 36)
    right = egov.pool(np.arctanh(r), within, n=40, parameters=2)
    assert found["p"][1] == pytest.approx(right.p, rel=1e-11)
    assert found["high"][1] == pytest.approx(np.tanh(right.high), rel=1e-12)


def test_an_imputed_panel_and_results_of_its_draws():
    panel, y = panel_of(holes=0.3)
    imputed = egov.impute(panel, "norm", draws=4)
    columns = carry(imputed, y, ["one", "two"], nodes=["a1", "a2"]).columns
    assert columns["draw_share"][:2] == [0.0, 0.0] and min(columns["draw_share"][2:]) > 0
    results = [index_of().score(one) for one in imputed.panels()]
    found = carry(results, y, ["one", "two"])
    assert len(found.columns["n"]) == 14 and found.estimand == ESTIMANDS["imputations"]
    assert is_uncertain(imputed) and is_uncertain(results) and nominal_of(results) is results[0]
    assert nominal_of(imputed) is imputed.panel and np.isnan(found.columns["estimate_nominal"]).all()
    right = scipy.stats.spearmanr(imputed.panel.values[:, 0, 1], y[:, 1])[0]
    assert columns["estimate_nominal"][3] == pytest.approx(right, rel=1e-12)


def test_odd_imputations():
    _, y = panel_of()
    made = tables(y)
    same = carry([made[0]] * 3, y, ["one", "two"]).columns
    assert max(same["draw_share"]) < 1e-25 and same["note"][0] == "the imputations are all the same"
    outcome = made[0].values[:, 0, :]
    exact = carry([made[0]] * 3, outcome, ["x"], "pearson").columns
    assert exact["estimate"] == [1.0] and np.isnan(exact["p"]).all()
    flat = np.ones((40, 1))
    assert carry(made, flat, ["flat"]).columns["reason"] == ["constant-outcome"]
    few = np.where(np.arange(40)[:, None] < 3, 1.0 + y[:, 1:], np.nan)
    assert carry(made, few, ["few"]).columns["reason"] == ["too-few"]
    with pytest.raises(SpecError, match="variance on Fisher's z"):
        carry(made, y, ["one", "two"], "distance")
    with pytest.raises(DataError, match="two or more"):
        carry(made[:1], y, ["one", "two"])
    with pytest.raises(DataError, match="imputation 2"):
        carry([made[0], made[1].select(units=UNITS[:20])], y, ["one", "two"])
    with pytest.raises(DataError, match="an Ensemble, an Imputed"):
        carry(3, y, ["one", "two"])
    with pytest.raises(DataError, match=r"\(40, 3\)"):
        carry(made, y, ["one", "two", "three"])
    with pytest.raises(SpecError, match="draws=20"):
        carry(egov.impute(panel_of(holes=0.2)[0], "norm"), y, ["one", "two"])


def test_unknown_nodes_and_periods_of_an_ensemble():
    panel, y = panel_of()
    ensemble = index_of().uncertainty(panel, CHOICES, 8)
    with pytest.raises(SpecError, match="unknown node 'inde'"):
        carry(ensemble, y, ["one", "two"], nodes=["inde"])
    with pytest.raises(SpecError, match="1999"):
        carry(ensemble, y, ["one", "two"], period=1999)


# Imputation that knows the outcome


def outcomes_of(y, periods=(2018, 2019)):
    values = np.stack([y, y + 1], axis=1)
    values[7, 1] = np.nan
    info = {"indicator": ["one", "two"], "concept": ["health", "income"], "sdg_goal": ["3", "8"]}
    return egov.Panel(values, UNITS, list(periods), ["one", "two"], indicator_info=info)


def test_outcomes_become_auxiliaries_of_every_method_that_takes_them():
    panel, y = panel_of(holes=0.3)
    index = index_of(impute=["norm", {"method": "kriging", "auxiliaries": ["b1"]}, "mean"])
    aware, data = outcome_aware(index, panel, outcomes_of(y))
    assert [dict(one.params) for one in aware.recipe.impute] == [
        {"auxiliaries": ("one", "two")}, {"auxiliaries": ("b1", "one", "two")}, {},
    ]  # fmt: skip
    assert index.recipe.impute[0].params == {}
    expected = y + 1
    expected[7] = y[7]  # the latest there is
    np.testing.assert_array_equal(data.values[:, 0, 4:], expected)
    assert data.about("one") == {
        "concept": "health",
        "sdg_goal": "3",
        "role": "known to the imputation on purpose",
    }
    assert (
        told_on_purpose(data, "one") and not told_on_purpose(data, "a1") and not told_on_purpose(panel, "one")
    )
    only, narrow = outcome_aware(index, panel, outcomes_of(y), "two", window=1, lag=-1)
    assert narrow.indicators == (*LEAVES, "two") and np.isnan(narrow.values[7, 0, 4])
    assert dict(only.recipe.impute[0].params) == {"auxiliaries": ("two",)}


def test_an_index_that_knows_the_outcome_says_so():
    panel, y = panel_of(holes=0.3)
    outcomes = outcomes_of(y)
    index = index_of(impute="norm")
    draws = egov.Alternatives()
    naive = carry(index.uncertainty(panel, draws, 16), y, ["one", "two"], nodes="a")
    assert naive.estimand == ESTIMANDS["draws"] and "outcome_aware()" in naive.columns["note"][0]
    aware, data = outcome_aware(index, panel, outcomes, "one")
    found = carry(aware.uncertainty(data, draws, 16), y, ["one", "two"], nodes=["a", "b"])
    assert found.columns["note"][0] == "known to the imputation on purpose"
    assert "without knowing two" in found.columns["note"][1] and found.columns["note"][2:] == ["", ""]
    assert found.estimand == ESTIMANDS["draws"]
    alone = carry(aware.uncertainty(data, draws, 16), y[:, :1], ["one"], nodes="a")
    assert alone.estimand == ESTIMANDS["aware"]


def test_errors_of_measurement_are_noted():
    panel, y = panel_of()
    errors = egov.Alternatives(values=egov.measurement_error(sd=0.1))
    found = carry(index_of().uncertainty(panel, errors, 16), y, ["one", "two"], nodes="index")
    assert "errors were drawn" in found.columns["note"][0] and found.estimand == ESTIMANDS["draws"]


def test_an_imputation_that_cannot_be_told():
    panel, y = panel_of(holes=0.3)
    with pytest.raises(SpecError, match=r"one that does: .*norm"):
        outcome_aware(index_of(impute="mean"), panel, outcomes_of(y))
    own = egov.Panel(y[:, None, :], UNITS, [2020], ["a1", "two"])
    with pytest.raises(SpecError, match="a1, in the index itself"):
        outcome_aware(index_of(impute="norm"), panel, own)
    far = egov.Panel(y[:, None, :], [f"Z{k}" for k in range(40)], [2020], ["one", "two"])
    with pytest.raises(DataError, match="no unit in common"):
        outcome_aware(index_of(impute="norm"), panel, far)
    with pytest.raises(DataError, match="panel: Panel is needed"):
        outcome_aware(index_of(impute="norm"), y, far)
    with pytest.raises(SpecError, match="window"):
        outcome_aware(index_of(impute="norm"), panel, outcomes_of(y), window=0)
