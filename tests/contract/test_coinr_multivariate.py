"""Statistics, correlations, components and weights of COINr 1.1.14 (R 4.2.2) on its ASEM data."""

import math
from functools import cache

import numpy as np
import pytest
from coinr import leaves, lineage, needed, panel, table

import egov_index as egov
from egov_index import multivariate

pytestmark = needed

RAW, NORMALIZED = "inputs/ASEM_iData.csv", "outputs/pipeline_Normalised.csv"
PILLARS = ("Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin")


def close(got, wanted, rtol=1e-12, atol=0.0):
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=atol, equal_nan=True)


def index(weights=None):
    weights = weights or {}
    nodes = [
        node | ({"weight": weights.get(node["code"], 1.0)} if "parent" in node else {}) for node in lineage()
    ]
    return egov.Index(egov.Framework(nodes), egov.Recipe(normalize="none"))


@cache
def result():
    """The example index, from its normalized indicators up."""
    return index().score(panel(NORMALIZED))


def matrix(name):
    columns = table(f"outputs/{name}.csv")
    codes = columns["iCode"].tolist()
    return codes, np.column_stack([columns[code] for code in codes])


def pairs(name):
    columns = table(f"outputs/{name}.csv")
    keys = zip(columns["Var1"].tolist(), columns["Var2"].tolist(), strict=True)
    return dict(zip(keys, columns["Correlation"], strict=True))


def test_statistics():
    got, wanted = multivariate.summary(panel(RAW)), table("outputs/stats_raw.csv")
    assert got["indicator"].tolist() == wanted["iCode"].tolist()
    for mine, theirs in {
        "n": "N.Avail", "distinct": "N.Unique", "same": "N.Same", "share": "Frc.Avail", "share_nonzero": "Frc.NonZero",
        "share_distinct": "Frc.Unique", "share_same": "Frc.Same", "min": "Min", "max": "Max", "mean": "Mean",
        "median": "Median", "deviation": "Std", "skewness": "Skew", "kurtosis": "Kurt",
    }.items():  # fmt: skip
        close(got[mine], wanted[theirs], rtol=1e-11)
    close(got["n"] - got["zeros"], wanted["N.NonZero"])
    for word, column, mark in (
        ("few values", "Flag.Avail", "LOW"),
        ("many zeros", "Flag.NonZero", "LOW"),
        ("few distinct values", "Flag.Unique", "LOW"),
        ("outliers", "Flag.SkewKurt", "OUT"),
    ):
        assert [word in note for note in got["note"]] == (wanted[column] == mark).tolist()


def test_skewness_and_kurtosis():
    got, wanted = multivariate.summary(panel(RAW)), table("outputs/skew_kurt_raw.csv")
    assert got["indicator"].tolist() == wanted["iCode"].tolist()
    close(got["skewness"], wanted["skew"], rtol=1e-11)
    close(got["kurtosis"], wanted["kurt"], rtol=1e-11)
    passes = ["outliers" not in note for note in got["note"]]
    assert passes == (wanted["pass_default"] == "TRUE").tolist()


def test_availability():
    got = multivariate.availability(panel(RAW), index())
    wanted = table("outputs/data_avail_summary.csv")
    assert got.units["unit"].tolist() == wanted["uCode"].tolist()
    for mine, theirs in {
        "missing": "N_missing", "zeros": "N_zero", "missing_or_zero": "N_miss_or_zero", "available": "Dat_Avail",
        "nonzero": "Non_Zero",
    }.items():  # fmt: skip
        close(got.units[mine], wanted[theirs])
    wanted = table("outputs/data_avail_bygroup.csv")
    assert set(wanted) - {"uCode"} == set(got.groups.columns) - {"unit"}
    for code in set(wanted) - {"uCode"}:
        close(got.groups[code], wanted[code])


def edgeworth(r, n):
    """R's p-value of Spearman's coefficient without ties, n above 9: algorithm AS 89, Best and Roberts (1975)."""
    statistic = (n**3 - n) * (1 - r) / 6
    lower = statistic <= (n**3 - n) / 6
    statistic = round(statistic) + 2 * lower
    b = 1 / n
    x = (6 * (statistic - 1) * b / (n * n - 1) - 1) * math.sqrt(n - 1)
    y = x * x
    u = x * b * (0.2274 + b * (0.2531 + 0.1745 * b) + y * (-0.0758 + b * (0.1033 + 0.3932 * b)
        - y * b * (0.0879 + 0.0151 * b - y * (0.0072 - 0.0831 * b + y * b * (0.0131 - 4.6e-04 * y)))))  # fmt: skip
    sign = -1 if lower else 1
    tail = sign * u / math.exp(y / 2) + 0.5 * math.erfc(sign * x / math.sqrt(2))
    return 2 * min(0.5, max(0.0, tail))


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_correlations_of_raw_indicators(method):
    got = multivariate.correlations(panel(RAW), method)
    codes, wanted = matrix(f"corr_raw_{method}")
    assert got.rows == tuple(codes)
    close(got.estimate, wanted, rtol=1e-11, atol=1e-14)
    _, p = matrix(f"corr_raw_{method}_pvalues")
    off = ~np.eye(len(codes), dtype=bool)
    if method == "pearson":
        close(got.p[off], p[off], rtol=1e-9)
        return
    # R takes Edgeworth's series instead of Student's t where a pair has no ties
    data = panel(RAW).values[:, 0]
    tied = np.zeros_like(off)
    for i, j in np.argwhere(off):
        both = ~np.isnan(data[:, i]) & ~np.isnan(data[:, j])
        tied[i, j] = any(len(set(data[both, k])) < both.sum() for k in (i, j))
    assert tied.sum() > 1000 and (off & ~tied).sum() > 500
    close(got.p[tied & off], p[tied & off], rtol=1e-9)
    for i, j in np.argwhere(off & ~tied):
        assert edgeworth(got.estimate[i, j], int(got.n[i, j])) == pytest.approx(p[i, j], rel=1e-9, abs=1e-14)
        assert got.p[i, j] == pytest.approx(p[i, j], abs=0.003)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_correlations_with_p_below_a_limit(method):
    got = multivariate.correlations(panel(RAW), method, p_max=0.05)
    _, p = matrix(f"corr_raw_{method}_pvalues")
    differ = []
    for (one, other), wanted in pairs(f"corr_raw_{method}_long_p05").items():
        i, j = got.rows.index(one), got.rows.index(other)
        if i == j or np.isnan(got.estimate[i, j]) == np.isnan(wanted):
            close(1.0 if i == j else got.estimate[i, j], wanted, rtol=1e-11)
        else:
            differ.append(abs(p[i, j] - 0.05))
    assert not differ or (method == "spearman" and len(differ) <= 8 and max(differ) < 0.001)


@pytest.mark.parametrize(
    ("file", "method"),
    [("1_2_pearson", "pearson"), ("1_2_spearman", "spearman"), ("1_2_kendall", "kendall"),
     ("3_4_pearson", "pearson"), ("3_4_spearman", "spearman")],
)  # fmt: skip
def test_correlations_between_levels(file, method):
    upper, lower = (PILLARS, leaves()) if file.startswith("1_2") else (("Index",), ("Conn", "Sust"))
    got = multivariate.correlations(result(), method, nodes=list(upper), with_nodes=list(lower))
    wanted = pairs(f"corr_aggregated_{file}")
    assert len(wanted) == len(upper) * len(lower)
    for (one, other), r in wanted.items():
        close(got.estimate[upper.index(one), lower.index(other)], r, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_correlations_of_families(method):
    got = multivariate.correlations(result(), method, with_nodes="family").to_frame()
    levels = dict.fromkeys(PILLARS, "Pillar") | {"Conn": "Sub-index", "Sust": "Sub-index", "Index": "Index"}
    mine = {
        (levels[other], node): r
        for node, other, r in zip(got["node"], got["other"], got["estimate"], strict=True)
    }
    wanted = pairs(f"corr_aggregated_family_{method}")
    assert mine.keys() == wanted.keys()
    close([mine[key] for key in wanted], list(wanted.values()), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(
    ("file", "limits"), [("high_0.75", {"high": 0.75}), ("low_-0.5", {"high": None, "low": -0.5})]
)
def test_flags_within_pillars(file, limits):
    got, wanted = multivariate.flags(result(), **limits), table(f"outputs/corr_flags_{file}.csv")
    mine = {
        (group, frozenset((one, other))): r
        for group, one, other, r in zip(got["group"], got["node"], got["other"], got["estimate"], strict=True)
    }
    theirs = {
        (str(group), frozenset((str(one), str(other)))): r
        for group, one, other, r in zip(
            *(wanted[key] for key in ("Group", "Ind1", "Ind2", "Corr")), strict=True
        )
    }
    assert mine.keys() == theirs.keys()
    close([mine[key] for key in theirs], list(theirs.values()), rtol=1e-11)


def test_alpha():
    wanted = table("outputs/cronbach.csv")
    tree = index().framework
    for at, group in enumerate(wanted["group"].tolist()):
        below = list(tree.below(group))
        got = multivariate.alpha(result(), below)
        close(got.value, wanted["level1_normalised"][at], rtol=1e-11)
        assert got.n == (51, 51)
        close(multivariate.alpha(panel(RAW), below).value, wanted["level1_raw_pairwise"][at], rtol=1e-10)
        if group in PILLARS:
            assert multivariate.alpha(result(), group) == got


@pytest.mark.parametrize("group", ["all49", "Physical", "P2P"])
def test_components(group):
    got = multivariate.pca(result(), None if group == "all49" else group)
    sdev = table(f"outputs/pca_{group}_sdev.csv")
    close(got.deviations, sdev["sdev"], rtol=1e-9)
    if group == "all49":
        close(got.eigenvalues, sdev["eigenvalue"], rtol=1e-9)
        close(got.shares, sdev["share"], rtol=1e-9)
    rotation = table(f"outputs/pca_{group}_rotation.csv")
    order = [rotation["iCode"].tolist().index(name) for name in got.indicators]
    for k in range(len(got.indicators)):
        wanted = rotation[f"PC{k + 1}"][order]
        sign = np.sign(wanted @ got.rotation[:, k])
        close(got.rotation[:, k], sign * wanted, atol=1e-10, rtol=1e-9)
        assert got.rotation[np.abs(got.rotation[:, k]).argmax(), k] > 0
    assert got.n == 51 and not got.left_out
    np.testing.assert_allclose(got.scores.var(axis=0, ddof=1), got.eigenvalues, rtol=1e-9)


@pytest.mark.parametrize("level", [1, 3])
def test_first_components_as_weights(level):
    """The signs are arbitrary; COINr leaves them as they come."""
    wanted = table(f"outputs/pca_weights_level{level}.csv")
    weights = dict(zip(wanted["iCode"].tolist(), wanted["Weight"], strict=True))
    for group in PILLARS if level == 1 else ("Index",):
        got = multivariate.pca(result(), group)
        theirs = np.array([weights[name] for name in got.indicators])
        close(got.rotation[:, 0], np.sign(theirs @ got.rotation[:, 0]) * theirs, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", ["equal", "random"])
def test_effective_weights(name):
    wanted = table(f"outputs/effective_weights_{name}.csv")
    codes = wanted["iCode"].tolist()
    given = index(dict(zip(codes, map(float, wanted["Weight"]), strict=True)))
    for of in (given, given.score(panel("outputs/aggregate_input_complete.csv"))):
        got = multivariate.effective_weights(of)
        mine = dict(zip(got["node"], got["effective"], strict=True))
        close([mine[code] for code in codes], wanted["EffWeight"], rtol=1e-12)


def test_removing_each_indicator():
    """COINr sets the weight of one indicator to 0 in the index of the normalized indicators."""
    wanted, codes = table("outputs/remove_level1_scores.csv"), leaves()
    got = egov.removal(index(), panel(NORMALIZED))
    assert set(got.nodes) == set(codes) and got.reasons == ("",) * 49
    assert list(got.units) == wanted["uCode"].tolist()
    for at, code in enumerate(("Nominal", *got.nodes)):
        close(got.score_values[:, at], wanted[code], rtol=1e-12)
    ranks = table("outputs/remove_level1_ranks.csv")
    for at, code in enumerate(("Nominal", *got.nodes)):
        assert got.rank_values[:, at].tolist() == ranks[code].tolist()
    shifts = table("outputs/remove_level1_meanabsdiff.csv")
    theirs = dict(zip(shifts["iCode"].tolist(), shifts["MeanAbsDiff"], strict=True))
    table_of = got.to_frame()
    close(table_of["mean_shift"], [theirs[code] for code in table_of["node"]])
