"""Other measures of an index: Shapley effects, Morris, one at a time and the rest, with the plan as their model."""

import numpy as np
import pytest
from mixed_index import INDEX, MIXED, NAMES, PANEL, SCALES, TREE, VALUES, run

from egov_index import (
    Alternatives,
    DataError,
    Framework,
    Index,
    Panel,
    Recipe,
    SpecError,
    dirichlet,
    leave_one_out,
    measurement_error,
    noise,
    simplex_box,
)
from egov_index.sensitivity import Sensitivity


def test_dirichlet_weights_have_exact_shapley_effects():
    alternatives = Alternatives(weights=dirichlet(30, "leaves"))
    made = run(alternatives, output="score", method="shapley")
    assert made.method == "exact" and made.factors == ("weight a", "weight b", "weight c", "weight d")
    np.testing.assert_allclose(made.effects.sum(axis=1), 1, rtol=1e-12)
    assert (made.total == 0).all()
    drawn = run(alternatives, output="score", method="shapley", n=1 << 14, inner=3)
    np.testing.assert_allclose(drawn.effects, made.effects, atol=0.02)


def test_three_weights_have_the_effects_of_the_closed_form():
    """Values .9 .5 .3 and uniform weights: the sum over all coalitions by hand."""
    tree = Framework(
        [{"code": "root"}]
        + [{"code": c, "parent": "root", "weight": w} for c, w in zip("abc", (1, 1, 1), strict=True)]
    )
    panel = Panel(np.array([[[0.9, 0.5, 0.3]], [[0.1, 0.2, 0.3]]]), ["U", "V"], [2021], list("abc"))
    made = Index(tree, Recipe(normalize="none")).sensitivity(
        panel, Alternatives(weights=dirichlet(3)), output="score", method="shapley"
    )
    np.testing.assert_allclose(
        made.effects[0], [0.5297619047619048, 0.10119047619047623, 0.3690476190476189], rtol=1e-9
    )


def test_shapley_of_ranks_and_of_choices():
    made = run(method="shapley", n=512, output="kendall", groups="stages")
    assert made.factors == ("normalize", "aggregate", "weights")
    assert made.effects.sum() == pytest.approx(1, abs=1e-9)
    sobol = run(n=1 << 13, output="kendall", groups="stages")
    assert ((sobol.first - 0.05 < made.effects) & (made.effects < sobol.total + 0.05)).all()


@pytest.mark.parametrize(
    ("method", "measure", "options"),
    [
        ("morris", "mu_star", {"n": 64}), ("fast", "total", {"n": 257}), ("delta", "delta", {"n": 512}),
        ("pawn", "median", {"n": 512}), ("given", "first", {"n": 512}), ("regression", "srrc", {"n": 512}),
        ("filtering", "distance", {"n": 512, "quantile": 0.8}), ("oat", "swing", {}),
    ],
)  # fmt: skip
def test_every_other_measure_runs_on_an_index(method, measure, options):
    made = run(method=method, output=["rank_shift", "kendall"], **options)
    values = getattr(made, measure)
    assert values.shape == (2, 6) and np.isfinite(values).all()
    assert made.factors[:2] == ("normalize", "aggregate") and made.outputs == (
        "mean rank shift",
        "Kendall distance",
    )
    strongest = np.abs(values).argmax(axis=1)
    assert set(strongest) <= {0, 1}  # a choice of scale or mean moves ranks more than any one weight here
    assert len(made.to_frame()) == 12 and made.explain()
    again = run(method=method, output=["rank_shift", "kendall"], threads=2, **options)
    np.testing.assert_array_equal(getattr(again, measure), values)


def test_one_at_a_time_takes_every_choice():
    made = run(method="oat", output="rank_shift")
    nominal = INDEX.score(PANEL)
    ranks = [
        Index(TREE, INDEX.recipe.replace(normalize=one)).score(PANEL).rank_values[-1, :, 0] for one in SCALES
    ]
    shifts = [np.abs(r - nominal.rank_values[-1, :, 0]).mean() for r in ranks]
    assert made.nominal == 0 and made.high[0, 0] == pytest.approx(max(shifts)) and made.low[0, 0] == 0


def test_errors_in_the_data_are_still_told_by_name():
    values = VALUES.copy()
    values[3, 1, 2] = np.nan
    with pytest.raises(DataError, match="U3"):
        INDEX.sensitivity(Panel(values, [f"U{k}" for k in range(12)], [2020, 2021], NAMES), MIXED)


def test_what_it_is():
    assert isinstance(run(n=64), Sensitivity) and run(n=64)["ST"].shape == (12, 6)


def test_a_stopped_run_keeps_the_scrambles_that_are_done():
    class Stop:
        told = 0

        def __call__(self, done):
            self.told = done
            return done < 0.6

    big = 1 << 21
    for discrete in ("sampled", "enumerated"):
        made = run(
            n=big, output="rank_shift", discrete=discrete, threads=1, progress=Stop(), on_interrupt="keep"
        )
        whole = run(n=1 << 12, output="rank_shift", discrete=discrete)
        assert made.interrupted and 4 <= made.replicates < 8 and not whole.interrupted
        assert made.n == made.replicates * (made.n // made.replicates) and "Stopped early" in made.explain()
        np.testing.assert_allclose(made.total, whole.total, atol=0.02)
        assert np.isfinite(made.interval["total"][0]).all()
    with pytest.raises(KeyboardInterrupt):
        run(n=big, output="rank_shift", progress=lambda done: False, on_interrupt="keep")


def test_a_bar_is_drawn(capsys):
    run(n=1 << 10, progress=True)
    run(n=64, method="shapley", output="kendall", progress=True)
    assert "runs/s" in (shown := capsys.readouterr().err) and "points/s" in shown and "100%" in shown


STREAMS = Alternatives(
    normalize=["minmax", "rank"], weights=noise(0.25, "leaves"), values=measurement_error(sd=0.5)
)


def test_random_numbers_are_no_inputs():
    """A coordinate that picks errors of measurement has no values that an analysis could look at."""
    for method in ("given", "delta", "pawn", "regression", "morris", "oat"):
        made = run(STREAMS, method=method, n=256, output="rank_shift")
        assert made.factors == ("normalize", *(f"weight {name}" for name in NAMES))
        assert "measurement: varied in all runs" in made.explain()
    for method in ("sobol", "shapley"):
        assert run(STREAMS, method=method, n=64, output="rank_shift").factors[-1] == "measurement"
    with pytest.raises(SpecError, match="noise at every frequency"):
        run(STREAMS, method="fast", n=257)
    with pytest.raises(SpecError, match="only measurement varies"):
        run(Alternatives(values=measurement_error(sd=0.5)), method="given", n=256)


@pytest.mark.parametrize(
    "alternatives",
    [
        STREAMS,
        Alternatives(weights=dirichlet(10, "leaves")),
        Alternatives(weights=[simplex_box(lower={"a": 0.4}), noise(0.2, ["c", "d"])]),
        Alternatives(normalize=["rank", SCALES[0]], exclude=leave_one_out()),
    ],
)
def test_one_at_a_time_stands_at_the_index_itself(alternatives):
    made = run(alternatives, method="oat", output=["rank_shift", "score"])
    assert made.nominal[0] == 0
    if not alternatives.normalize:
        np.testing.assert_allclose(made.nominal[1:], INDEX.score(PANEL).values[-1, :, 0], rtol=1e-12)


def test_a_choice_that_is_no_alternative_has_the_first_in_its_place():
    made = run(Alternatives(normalize=["rank", "zscore"], weights=noise(0.2)), method="oat", output="score")
    stood = Index(TREE, INDEX.recipe.replace(normalize="rank")).score(PANEL, period=2021)
    scores = stood.values[-1, :, 0]
    scaled = 100 * (scores - scores.min()) / np.ptp(scores)
    np.testing.assert_allclose(made.nominal, scaled, rtol=1e-12)
    assert "not among the alternatives of normalize" in made.explain()


def test_weights_low_and_high_are_those_of_the_index_with_one_changed():
    weights = {"a": 3.0, "b": 1.0}
    tree = Framework(
        [{"code": "root"}, *({"code": c, "parent": "root", "weight": w} for c, w in weights.items())]
    )
    index, panel = Index(tree, Recipe(normalize="none"), period=2021), PANEL.select(indicators=["a", "b"])
    made = index.sensitivity(panel, Alternatives(weights=noise(0.5)), method="oat", output="score")
    share = 3 * 0.55 / (3 * 0.55 + 1)  # the 5 percent quantile of the noise on a
    np.testing.assert_allclose(
        made.nominal + made.low[:, 0], VALUES[:, 1, 0] * share + VALUES[:, 1, 1] * (1 - share), rtol=1e-12
    )


def test_few_points_one_scramble_and_rare_outcomes_are_said():
    assert "too few: indices may be far off" in run(n=8).explain() and "no intervals" in run(n=32).explain()
    made = run(n=256, output="top_3")
    share = made.mean[~np.isnan(made.total[:, 0])]
    assert ("cannot be trusted" in made.explain()) == bool((np.minimum(share, 1 - share) * 512 < 200).any())
    assert "cannot be trusted" not in run(n=1 << 13, output="kendall").explain()


def test_second_orders_of_a_stopped_run_are_those_of_its_scrambles():
    made = run(
        n=1 << 20, output="rank_shift", threads=1, progress=lambda done: done < 0.3, on_interrupt="keep"
    )
    assert made.interrupted and made.replicates < 8
    half = made.interval["second"] if made.second is not None else None
    assert half is not None and np.isfinite(half[0][0][np.triu_indices(6, 1)]).all()


def test_frames_come_in_the_library_of_the_panel():
    panel = Panel(VALUES, [f"U{k}" for k in range(12)], [2020, 2021], NAMES, backend="polars")
    for method in ("sobol", "shapley", "morris", "given", "oat"):
        made = INDEX.sensitivity(panel, MIXED, n=64, method=method, output="kendall")
        assert type(made.to_frame()).__module__.startswith("polars")
        assert type(made.to_frame(backend="pandas")).__module__.startswith("pandas")


def test_progress_of_measures_goes_on_to_the_end():
    seen = []
    run(method="delta", n=512, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1
