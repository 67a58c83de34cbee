"""Intervals, partial coefficients, clusters and views of the core against plain twins and figures of others."""

import csv
import decimal
import json
import os
import pathlib

import numpy as np
import pytest
from scipy import stats

from egov_index.associations import associations
from egov_index.catalogue import Choice

HERE = pathlib.Path(__file__).parent
FIGURES = json.loads((HERE.parent / "golden" / "association.json").read_text())
SHARED = os.environ.get("EGOV_SHARED")
RNG = np.random.default_rng(8)
X = RNG.normal(size=45)
Y = 0.6 * X + RNG.normal(size=45)
Z = np.column_stack([X + RNG.normal(size=45), RNG.normal(size=45)])
CLUSTERS = np.repeat(np.arange(15), 3)


def one(x, y, method="pearson", interval="none", **more):
    found = associations(np.c_[x], np.c_[y], Choice(method), interval=Choice(interval), **more)
    return {name: cells[0] for name, cells in found.items()}


def philox(counter, key):
    a, b, c, d = counter
    for step in range(10):
        left, right = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, c = (
            (right >> 32) ^ b ^ (key[0] + step * 0x9E3779B9) & 0xFFFFFFFF,
            (left >> 32) ^ d ^ (key[1] + step * 0xBB67AE85) & 0xFFFFFFFF,
        )
        b, d = right & 0xFFFFFFFF, left & 0xFFFFFFFF
    return a, b, c, d


def drawn(things, resample, seed=1, stream=0):
    """How often a resample holds each thing, from the definition of the random numbers."""
    things, per_word = int(things), 1
    while things ** (per_word + 1) < 2**46 and per_word < 16:
        per_word += 1
    counts, block = np.zeros(things, dtype=int), 0
    while int(counts.sum()) < things:
        a, b, c, d = philox((block, resample, stream, 0x72657361), (seed, 0))
        for word in (a << 32 | b, c << 32 | d):
            for _ in range(min(per_word, things - int(counts.sum()))):
                counts[word * things >> 64] += 1
                word = word * things & (1 << 64) - 1
        block += 1
    return counts


def residuals(values, controls):
    design = np.column_stack([np.ones(len(values)), controls])
    return values - design @ np.linalg.lstsq(design, values, rcond=None)[0]


def pearson(x, y, controls=None):
    if controls is not None:
        x, y = residuals(x, controls), residuals(y, controls)
    return float(np.corrcoef(x, y)[0, 1])


def quantile(values, shares):
    return np.quantile(values, shares, method="weibull")  # type 6


def influences(x, y, controls=None):
    """What each row adds to Pearson's coefficient (Devlin, Gnanadesikan and Kettenring 1975), over n."""
    if controls is not None:
        x, y = residuals(x, controls), residuals(y, controls)
    a, b = ((v - v.mean()) / v.std() for v in (x, y))
    return (a * b - np.mean(a * b) * (a * a + b * b) / 2) / len(a)


def standard_error(x, y, clusters, copies, controls=None):
    """Of Fisher's z by influence; rows are written out, a cluster of each copy its own."""
    influence, r = influences(x, y, controls), pearson(x, y, controls)
    sums = np.bincount(
        np.unique(np.column_stack([clusters, copies]), axis=0, return_inverse=True)[1].ravel(), influence
    )
    return np.sqrt(np.sum(sums**2)) / (1 - r * r)


def rows_of(counts, clusters):
    """Rows of a resample, and the copy of the cluster that each belongs to."""
    rows = [(i, copy) for i, g in enumerate(clusters) for copy in range(counts[g])]
    return np.array([i for i, _ in rows]), np.array([copy for _, copy in rows])


@pytest.mark.parametrize("clusters", [np.arange(45), CLUSTERS])
@pytest.mark.parametrize("controls", [None, Z[:, :1], Z])
def test_intervals_equal_their_plain_twins(clusters, controls):
    groups, resamples = clusters.max() + 1, 60
    r, z = pearson(X, Y, controls), np.arctanh(pearson(X, Y, controls))
    error = standard_error(X, Y, clusters, np.zeros(45), controls)
    values, t = [], []
    for b in range(resamples):
        rows, copies = rows_of(drawn(groups, b), clusters)
        held = None if controls is None else controls[rows]
        values.append(pearson(X[rows], Y[rows], held))
        t.append(
            (np.arctanh(values[-1]) - z) / standard_error(X[rows], Y[rows], clusters[rows], copies, held)
        )
    left_out = np.array(
        [
            pearson(X[keep], Y[keep], None if controls is None else controls[keep])
            for keep in (clusters != g for g in range(groups))
        ]
    )
    step = np.bincount(clusters, influences(X, Y, controls))
    bias, a = stats.norm.ppf(np.mean(np.array(values) < r)), np.sum(step**3) / 6 / np.sum(step**2) ** 1.5
    ends = bias + stats.norm.ppf([0.025, 0.975])
    pseudo = groups * z - (groups - 1) * np.arctanh(left_out)
    half = stats.t.ppf(0.975, groups - 1) * pseudo.std(ddof=1) / np.sqrt(groups)
    wanted = {
        "percentile": quantile(values, [0.025, 0.975]),
        "bca": quantile(values, stats.norm.cdf(bias + ends / (1 - a * ends))),
        "studentized": np.tanh(z - error * quantile(t, [0.975, 0.025])),
        "jackknife": np.tanh(pseudo.mean() + half * np.array([-1, 1])),
    }
    for interval, (low, high) in wanted.items():
        got = one(X, Y, interval=interval, resamples=resamples, controls=controls, clusters=clusters)
        assert got["estimate"] == pytest.approx(r, rel=1e-12)
        assert (got["low"], got["high"]) == pytest.approx((low, high), rel=1e-9), interval
        assert got["left_out"] == 0 and got["clusters"] == groups
        if groups < 45:
            p = 2 * stats.t.sf(abs(pseudo.mean()) / (half / stats.t.ppf(0.975, groups - 1)), groups - 1)
            assert got["p"] == pytest.approx(p, rel=1e-8)


def test_together_a_pair_uses_what_it_observes_of_countries_drawn_from_all():
    y = np.where(CLUSTERS % 4 == 1, np.nan, Y)
    values = []
    for b in range(50):
        rows, _ = rows_of(drawn(15, b), CLUSTERS)
        rows = rows[~np.isnan(y[rows])]
        values.append(pearson(X[rows], y[rows]))
    found = associations(
        np.c_[Y, X], np.c_[y], Choice("pearson"), interval=Choice("percentile"), clusters=CLUSTERS, resamples=50,
        together=True,
    )  # fmt: skip
    assert (found["low"][1], found["high"][1]) == pytest.approx(quantile(values, [0.025, 0.975]), rel=1e-10)


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
@pytest.mark.parametrize("view", ["within", "between"])
def test_views_are_those_of_columns_demeaned_or_averaged_by_hand(method, view):
    means = [np.bincount(CLUSTERS, v) / 3 for v in (X, Y)]
    x, y = means if view == "between" else [v - m[CLUSTERS] for v, m in zip((X, Y), means, strict=True)]
    wanted = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}[method](
        x, y
    )
    got = one(X, Y, method, view=view, clusters=CLUSTERS)
    assert got["estimate"] == pytest.approx(wanted.statistic, rel=1e-12)
    if view == "between":
        assert got["p"] == pytest.approx(wanted.pvalue, rel=1e-9)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_bca_intervals_are_close_to_those_of_scipy(method):
    statistic = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[method]
    wanted = stats.bootstrap(
        (X, Y), lambda a, b: statistic(a, b).statistic, paired=True, vectorized=False, n_resamples=4000, method="BCa",
        rng=np.random.default_rng(2),
    ).confidence_interval  # fmt: skip
    got = one(X, Y, method, "bca", resamples=8000)
    assert (got["low"], got["high"]) == pytest.approx((wanted.low, wanted.high), abs=0.03)


def column(name):
    return np.array([np.nan if v is None else v for v in FIGURES["data"][name]])


@pytest.mark.parametrize(
    "figure", FIGURES["figures"], ids=lambda figure: figure["source"].split(":")[-1].strip()
)
def test_figures_of_others(figure):
    controls = np.column_stack([column(name) for name in figure["controls"]]) if figure["controls"] else None
    got = one(
        column(figure["x"]), column(figure["y"]), figure["method"], figure["interval"], controls=controls,
        resamples=figure["resamples"],
    )  # fmt: skip
    for name, value in figure["expect"].items():
        assert got[name] == pytest.approx(value, abs=figure["tolerance"]), name


def table(name):
    folder = pathlib.Path(SHARED) / "reference" / "outcomes"
    with open(folder / name, newline="") as lines:
        return list(csv.reader(lines))


@pytest.mark.skipif(not SHARED, reason="the folder of reference values is not here")
def test_every_coefficient_p_value_and_interval_of_the_60_digit_file():
    data = {}
    for name in ("swiss", "airquality", "longley"):
        head, *rows = table(f"{name}_r.csv")
        cells = [[float(v) if v not in ("NA", "") else np.nan for v in row[head[0] == "" :]] for row in rows]
        data[name] = dict(zip(head[head[0] == "" :], np.array(cells).T, strict=True))
    gold = {key: float(value) for key, value in table("gold_values.csv")[1:] if key.startswith("cor.")}
    checked = 0
    for pair in {key.rsplit(".", 2 if "dcor" not in key else 1)[0] for key in gold}:
        _, name, rest = pair.split(".", 2)
        x = next(v for v in data[name] if rest.startswith(v + ".") and rest[len(v) + 1 :] in data[name])
        values = data[name][x], data[name][rest[len(x) + 1 :]]
        found = {m: one(*values, m, "fisher") for m in ("pearson", "spearman", "kendall", "distance")}
        wanted = {
            "pearson.r": found["pearson"]["estimate"], "spearman.rho": found["spearman"]["estimate"],
            "kendall.tau_b": found["kendall"]["estimate"], "dcor": found["distance"]["estimate"],
            "pearson.p": found["pearson"]["p"], "spearman.p_t": found["spearman"]["p"],
            "pearson.ci95[0]": found["pearson"]["low"], "pearson.ci95[1]": found["pearson"]["high"],
        }  # fmt: skip
        for key, got in wanted.items():
            value = gold[f"{pair}.{key}"]
            if key.split(".")[-1][0] == "p":
                assert got == pytest.approx(value, rel=1e-12 if value > 1e-30 else 1e-10, abs=0), key
            else:
                assert abs(got - value) <= (1e-15 if "ci95" in key else 4.4e-16), (pair, key)
            checked += 1
    assert checked == len(gold) == 64


@pytest.mark.skipif(not SHARED, reason="the folder of reference values is not here")
@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_plain_fisher_intervals_are_those_of_r(method):
    """corr.test of psych 2.2.9: Spearman with the variance of Pearson."""
    head, *rows = table("airquality_r.csv")
    names = ["Ozone", "Solar.R", "Wind", "Temp"]
    cells = np.array([[float(row[head.index(name)] or "nan") for name in names] for row in rows])
    wanted = dict(table("r_values.csv")[1:])
    found = associations(cells, cells, Choice(method), interval=Choice("fisher", {"plain": 1}))
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    for k, (i, j) in enumerate(pairs):
        for end, key in (("low", "ci_lower"), ("high", "ci_upper")):
            value = float(wanted[f"corrtest.airquality.{method}.{key}[{k}]"])
            assert found[end][4 * i + j] == pytest.approx(value, rel=1e-12)


def test_an_interval_without_width_is_none():
    """Of a handful of countries resamples or pseudo-values may agree, which says nothing of the error."""
    rng = np.random.default_rng(5)
    for n in range(4, 9):
        x, y = np.arange(n), rng.permutation(n)
        for interval in ("jackknife", "studentized", "percentile", "bca"):
            got = one(x * 1.0, y * 1.0, "spearman", interval, resamples=200)
            assert np.isnan(got["low"]) or got["high"] - got["low"] > 1e-3 or abs(got["estimate"]) == 1
            if n < 8 and interval in ("jackknife", "studentized"):
                assert np.isnan(got["low"])


def test_distances_have_a_p_by_law_from_20_countries_on():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 20))
    assert not np.isnan(one(x, y, "distance")["p"])
    assert np.isnan(one(x[:19], y[:19], "distance")["p"])
    assert not np.isnan(one(x[:19], y[:19], "distance", permutations=99)["p"])


@pytest.mark.parametrize("step", [1.0, 1e-2, 1e-4, 1e-6, 1e-8])
def test_p_of_nearly_perfect_correlations_keeps_its_digits(step):
    """Of 6 pairs p is (1 - |r|)^2 (2 + |r|) / 2, which is worked out with 60 digits."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=6)
    y = x + step * rng.normal(size=6)
    with decimal.localcontext() as context:
        context.prec = 60
        a, b = ([decimal.Decimal(value) for value in side] for side in (x, y))
        a, b = ([value - sum(side) / 6 for value in side] for side in (a, b))
        products = (sum(u * v for u, v in zip(*pair, strict=True)) for pair in ((a, b), (a, a), (b, b)))
        xy, xx, yy = products
        r = abs(xy) / (xx * yy).sqrt()
        wanted = (1 - r) ** 2 * (2 + r) / 2
    assert one(x, y)["p"] == pytest.approx(float(wanted), rel=1e-12, abs=0)
    assert one(x, 3 * x + 1)["p"] < 1e-25


def test_no_pairs_have_no_intervals():
    around = [Choice("percentile"), Choice("bca")]
    found = associations(np.empty((9, 0)), np.ones((9, 1)), Choice("pearson"), interval=around, resamples=20)
    assert found["low"] == found["low_bca"] == found["high_bca"] == []
