"""Dynamic panels: instruments against a plain twin, what the notes say, odd data, and the bias that is gone."""

import subprocess
import sys

import numpy as np
import pytest

from egov_index import DataError, SpecError
from egov_index.outcomes.panels import dynamic_panel
from egov_index.outcomes.panels.arellano_bond import differenced, estimate

pytest.importorskip("panelbox")

NAN = float("nan")
RNG = np.random.default_rng(21)


def series(units=60, periods=7, persistence=0.5, rng=RNG):
    x = rng.normal(size=(units, periods + 15))
    effect, y = rng.normal(size=units), np.zeros((units, periods + 15))
    for t in range(1, periods + 15):
        y[:, t] = persistence * y[:, t - 1] + x[:, t] + effect + rng.normal(size=units)
    return y[:, 15:], x[:, 15:]


def frame(y, x):
    units, periods = y.shape
    return {
        "iso3": np.repeat([f"C{k:03}" for k in range(units)], periods).tolist(),
        "year": list(range(2000, 2000 + periods)) * units, "y": y.ravel(), "x": x.ravel(),
    }  # fmt: skip


def slow(y, x, steps):
    """Arellano and Bond unit by unit, as in their paper: no collapse, period dummies, balanced panel."""
    units, periods = y.shape
    rows = range(2, periods)
    blocks = []
    for u in range(units):
        own = [
            [y[u, t - 1] - y[u, t - 2], x[u, t] - x[u, t - 1], *(float(t == s) for s in rows)] for t in rows
        ]
        z = []
        for t in rows:
            levels = [y[u, s] if r == t else 0.0 for r in rows for s in range(r - 1)]
            z.append([*levels, x[u, t] - x[u, t - 1], *(float(t == s) for s in rows)])
        blocks.append((np.diff(y[u])[1:], np.array(own), np.array(z)))
    h = 2 * np.eye(len(rows)) - np.eye(len(rows), k=1) - np.eye(len(rows), k=-1)
    weights = np.linalg.pinv(sum(z.T @ h @ z for _, _, z in blocks))
    for step in range(steps):
        zx, zy = sum(z.T @ own for _, own, z in blocks), sum(z.T @ d for d, _, z in blocks)
        bread = np.linalg.inv(zx.T @ weights @ zx)
        beta = bread @ zx.T @ weights @ zy
        scores = np.array([z.T @ (d - own @ beta) for d, own, z in blocks])
        if step == 0:
            pull = bread @ zx.T @ weights
            robust = pull @ scores.T @ scores @ pull.T
            weights = np.linalg.pinv(scores.T @ scores)
    total = scores.sum(axis=0)
    return beta[:2], np.sqrt(np.diag(robust))[:2], float(total @ weights @ total)


@pytest.mark.parametrize("steps", [1, 2])
def test_it_is_the_estimator_of_the_paper(steps):
    y, x = series()
    found = dynamic_panel(frame(y, x), None, "y ~ x", steps=steps)
    beta, robust, _ = slow(y, x, steps)
    assert found.to_frame()["estimate"].tolist() == pytest.approx(beta.tolist(), rel=1e-9)
    assert found.to_frame()["term"].tolist() == ["lag(y, 1)", "x"]
    assert found.instruments == 15 + 1 + 5 and found.n == 60 * 5 and len(found.period_effects) == 5
    if steps == 1:
        assert found.to_frame()["se"].tolist() == pytest.approx(robust.tolist(), rel=1e-9)
    assert found.tests["hansen"]["statistic"] == pytest.approx(slow(y, x, 2)[2], rel=1e-8)
    assert found.tests["hansen"]["df"] == 21 - 7


def test_collapsed_and_bounded_instruments_are_fewer():
    y, x = series()
    count = {
        name: dynamic_panel(frame(y, x), None, "y ~ x", **options).instruments
        for name, options in {
            "all": {}, "collapsed": {"collapse": True}, "near": {"last": 3}, "plain": {"period_effects": False},
        }.items()
    }  # fmt: skip
    assert count == {"all": 21, "collapsed": 11, "near": 15, "plain": 16}


def test_an_instrument_shared_by_two_lags_counts_once():
    y, x = series()
    found = dynamic_panel(frame(y, x), None, "y ~ x", lags=2)
    rows, _ = differenced(y, [x], 2, 2, None, False, True)
    assert found.instruments == np.linalg.matrix_rank(rows.z) == rows.z.shape[1]
    assert found.tests["hansen"]["df"] == found.instruments - (2 + 1 + 4)


def test_more_instruments_than_countries_are_said():
    y, x = series(units=14)
    found = dynamic_panel(frame(y, x), None, "y ~ x")
    assert any("21 instruments for 14 countries: too many" in note for note in found.notes)
    assert not any(
        "too many" in note for note in dynamic_panel(frame(y, x), None, "y ~ x", collapse=True).notes
    )


def test_holes_and_gaps_stay_holes():
    y, x = series(units=80)
    y[3, 4], x[5, 2], y[9, :4] = NAN, NAN, NAN
    found = dynamic_panel(frame(y, x), None, "y ~ x")
    assert found.n == 80 * 5 - 3 - 2 - 4
    assert np.isfinite(found.to_frame()["estimate"]).all()


def test_serial_correlation_of_errors_is_found():
    rng, (y, x) = np.random.default_rng(6), series(units=400)
    noise = rng.normal(size=(400, 9))
    late = y + noise[:, 2:] + 0.9 * noise[:, 1:-1] + 0.9 * noise[:, :-2]
    found = dynamic_panel(frame(late, x), None, "y ~ x", collapse=True)
    assert found.tests["ar2"]["p"] < 0.05 and any("AR(2) rejects" in note for note in found.notes)
    assert dynamic_panel(frame(y, x), None, "y ~ x", collapse=True).tests["ar2"]["p"] > 0.01


def test_the_bias_of_fixed_effects_is_gone():
    rng = np.random.default_rng(12)
    found = []
    for _ in range(40):
        y, x = series(units=150, periods=6, rng=rng)
        rows, _ = differenced(y, [x], 1, 2, None, False, False)
        one = estimate(rows, 2)
        found.append((one.coefficients[0] * one.scale[0], np.sqrt(one.covariance[0, 0]) * one.scale[0]))
    values, errors = np.array(found).T
    assert values.mean() == pytest.approx(0.5, abs=0.03)
    assert errors.mean() == pytest.approx(values.std(), rel=0.35)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"steps": 3}, "1 or 2"),
        ({"lags": 0}, "from 1 to 100"),
        ({"first": 1}, "from 2"),
        ({"last": 1}, "from 2"),
        ({"collapse": "yes"}, "True or False"),
        ({"formula": "y ~ lag(y, 1)"}, "lags="),
        ({"formula": "y ~ q"}, "unknown variable 'q'"),
    ],
)
def test_words_that_are_not_known(words, message):
    with pytest.raises(SpecError, match=message):
        dynamic_panel(frame(*series(units=12)), None, **({"formula": "y ~ x"} | words))


def test_odd_data():
    y, x = series(units=12)
    with pytest.raises(DataError, match="more rows and as many instruments"):
        dynamic_panel(frame(y[:1], x[:1]), None, "y ~ x")
    with pytest.raises(DataError, match=r"lags \+ 2 successive periods"):
        dynamic_panel(frame(y[:, :2], x[:, :2]), None, "y ~ x")
    with pytest.raises(DataError, match=r"lags \+ 2 successive periods"):
        dynamic_panel(frame(y, x), None, "y ~ x", lags=9)
    with pytest.raises(DataError, match="changes by the same everywhere"):
        dynamic_panel(frame(np.ones_like(y), x), None, "y ~ x")
    with pytest.raises(DataError, match="no value of x"):
        dynamic_panel(frame(y, x * NAN), None, "y ~ x")
    found = dynamic_panel(frame(y, np.repeat(x[:, :1], 7, axis=1)), None, "y ~ x", collapse=True)
    assert found.to_frame()["note"][1] == "absorbed by period effects"


def test_scale_does_not_matter():
    y, x = series()
    found, other = (dynamic_panel(frame(y * a, x * b), None, "y ~ x") for a, b in ((1.0, 1.0), (1e-30, 1e40)))
    np.testing.assert_allclose(other.to_frame()["t"], found.to_frame()["t"], rtol=1e-7)


def test_what_is_shown():
    found = dynamic_panel(frame(*series()), None, "y ~ x")
    assert "21 instruments for 60 countries" in found.convention and "Windmeijer" in found.convention
    assert found.diagnostics()["test"].tolist() == ["ar1", "ar2", "sargan", "hansen"]
    assert "hansen" in repr(found) and r"\bottomrule" in found.to_latex() and "Roodman" not in repr(found)


def test_a_missing_library_is_named_with_its_extra():
    program = (
        "import sys; sys.modules['panelbox'] = None\n"
        "from egov_index.outcomes.panels.extras import library\n"
        "library('panelbox.gmm.estimator', 'dynamic panels')"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "pip install egov-index[dynamic]" in run.stderr
