"""Patterns, gaps, EM and Little's test: slow twins, closed forms, and data that do not allow them."""

import numpy as np
import pytest

import egov_index as egov
from egov_index.missing import em

nan = np.nan


def holed(rows, columns, share, seed):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(rows, 2)) @ rng.normal(size=(2, columns)) + rng.normal(size=(rows, columns))
    table[rng.random(table.shape) < share] = nan
    return table


def slow_em(table, steps):
    """EM row by row, as in the books."""
    table = table[~np.isnan(table).all(axis=1)]
    n, p = table.shape
    mean, covariance = np.nanmean(table, axis=0), np.diag(np.nanvar(table, axis=0))
    for _ in range(steps):
        first, second = np.zeros(p), np.zeros((p, p))
        for row in table:
            o, m = ~np.isnan(row), np.isnan(row)
            slopes = np.linalg.solve(covariance[np.ix_(o, o)], covariance[np.ix_(o, m)])
            full, left = row.copy(), np.zeros((p, p))
            full[m] = mean[m] + (row[o] - mean[o]) @ slopes
            left[np.ix_(m, m)] = covariance[np.ix_(m, m)] - covariance[np.ix_(m, o)] @ slopes
            first += full
            second += np.outer(full, full) + left
        mean = first / n
        covariance = second / n - np.outer(mean, mean)
    return mean, covariance


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_em_is_that_of_a_slow_twin(seed):
    table = holed(60, 4, 0.3, seed)
    table[7] = nan
    mean, covariance = slow_em(table, 600)
    found = em(table)
    np.testing.assert_allclose(found.mean, mean, atol=1e-8)
    np.testing.assert_allclose(found.covariance, covariance, atol=1e-7)
    assert found.n == np.sum(~np.isnan(table).all(axis=1))
    assert np.array_equal(found.covariance, found.covariance.T)


def test_em_of_a_frame_comes_back_in_its_library():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [1.0, 2, 3, None], "b": [2.0, 1, 4, 3], "name": ["x", "y", "z", "w"]})
    found = em(frame, ["b", "a"])
    assert isinstance(found.to_frame(), polars.DataFrame)
    assert found.to_frame().columns == ["indicator", "mean", "sd", "b", "a"]
    assert found.mean[0] == pytest.approx(2.5)
    with pytest.raises(egov.DataError, match=r"column 'name'.*'x'"):
        em(frame)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ([nan] * 6, "nothing is observed"),
        ([nan, 3.0, nan, nan, nan, nan], "one value only"),
        ([0.1] * 6, "the same"),
        ([1.0, np.inf, 2, 3, 4, 5], "infinite"),
    ],
)
def test_columns_that_say_nothing_are_named(column, words):
    table = {"good": [1.0, 5, 2, nan, 4, 3], "bad": column}
    for call in (em, egov.little_mcar):
        with pytest.raises(egov.DataError, match=words) as caught:
            call(table)
        assert "bad" in str(caught.value) and "good" not in str(caught.value)


def test_columns_that_others_determine_are_a_fit_error_unless_there_is_a_prior():
    table = holed(40, 3, 0.0, 5)
    table[:, 2] = table[:, 0] - 2 * table[:, 1]
    table[[3, 8], [0, 1]] = nan
    with pytest.raises(egov.FitError, match=r"missing em x\d: the covariance is singular.*prior"):
        em(table)
    found = em(table, prior=0.4)
    assert np.linalg.eigvalsh(found.covariance)[0] > 0
    with pytest.raises(egov.FitError, match="singular"):
        em(holed(4, 6, 0.0, 1))
    assert np.isfinite(em(holed(4, 6, 0.2, 1), prior=1).loglik)


def test_too_few_steps_are_a_fit_error():
    with pytest.raises(egov.FitError, match=r"still changes by .* after 3 steps; more steps"):
        em(holed(40, 3, 0.4, 3), steps=3)


@pytest.mark.parametrize(
    "wrong", [{"prior": -1}, {"prior": nan}, {"prior": "1"}, {"tolerance": 0}, {"steps": 0}]
)
def test_wrong_options_are_refused(wrong):
    with pytest.raises(egov.SpecError, match=next(iter(wrong))):
        em(holed(20, 2, 0.1, 1), **wrong)


def test_columns_never_observed_together_are_told():
    table = holed(30, 3, 0.0, 9)
    table[:15, 1] = table[15:, 2] = nan
    assert em(table).notes == ("never observed in one row: x2 with x3; how they go together is a guess",)


def test_little_keeps_its_level_and_sees_what_is_not_at_random():
    p = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        table = rng.multivariate_normal([0, 0, 0], [[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]], size=200)
        table[rng.random(200) < 0.3, 1] = nan
        table[rng.random(200) < 0.2, 2] = nan
        p.append(egov.little_mcar(table).p)
    assert 0.4 < np.mean(p) < 0.6 and np.mean(np.array(p) < 0.05) < 0.11
    table[:, 1] = np.where(table[:, 0] > 0.3, nan, table[:, 0] + rng.normal(size=200))
    assert egov.little_mcar(table).p < 1e-10


def test_little_needs_rows_with_different_holes():
    for share in (0.0, 1.0):
        table = holed(20, 3, 0.0, 1)
        table[:5] = np.where(share, nan, table[:5])
        with pytest.raises(egov.DataError, match="same columns observed"):
            egov.little_mcar(table)


def panel():
    values = [
        [[nan, 1], [2, nan], [nan, nan], [nan, 2], [3, 3]],
        [[1, nan], [nan, nan], [nan, nan], [4, nan], [nan, nan]],
        [[nan, 5], [nan, 5], [2, 6], [nan, 7], [nan, 8]],
    ]
    return egov.Panel(values, ["EST", "NAM", "CHL"], range(2000, 2005), ["osi", "tii"])


def test_a_panel_has_a_row_a_unit_and_period():
    found = egov.missing_patterns(panel())
    assert found.labels[:4] == ("EST 2000", "NAM 2000", "CHL 2000", "EST 2001")
    assert sum(found.counts) == 15 and found.missing == {"osi": 10, "tii": 7}
    for number in range(len(found.counts)):
        assert len(found.rows(number)) == found.counts[number]
    assert "EST 2004" in found.rows(0)
    assert egov.missing_patterns(panel(), period=2004).labels == ("EST 2004", "NAM 2004", "CHL 2004")
    pairs = found.pairs()
    assert (pairs[["rr", "rm", "mr", "mm"]].sum(axis=1) == 15).all()
    with pytest.raises(egov.SpecError, match="number"):
        found.rows(9)


def test_gaps_of_series():
    gaps = egov.missing_patterns(panel()).gaps
    listed = [(gap.unit, gap.indicator, gap.where, gap.first, gap.last, gap.length) for gap in gaps.runs]
    assert listed == [
        ("EST", "osi", "before", 2000, 2000, 1),
        ("EST", "osi", "inside", 2002, 2003, 2),
        ("NAM", "osi", "inside", 2001, 2002, 2),
        ("NAM", "osi", "after", 2004, 2004, 1),
        ("CHL", "osi", "before", 2000, 2001, 2),
        ("CHL", "osi", "after", 2003, 2004, 2),
        ("EST", "tii", "inside", 2001, 2002, 2),
        ("NAM", "tii", "never", 2000, 2004, 5),
    ]
    assert gaps.never == (("NAM", "tii"),)
    summary = gaps.summary().set_index("indicator")
    assert summary.loc["osi", ["before", "before_median", "before_longest", "never"]].tolist() == [
        2,
        1.5,
        2,
        0,
    ]
    assert np.isnan(summary.loc["tii", "after_median"]) and summary.loc["tii", "never"] == 1
    assert gaps.to_frame()["length"].sum() == np.isnan(panel().values).sum()
    assert repr(gaps) == "<Gaps: 2 before, 3 inside, 2 after, 1 never, in 6 series>"


def test_gaps_are_those_that_imputation_flags():
    filled = egov.impute(panel().select(indicators=["osi"]), ["linear", "mean"])
    flags = filled.flags.groupby(["unit", "where", "gap"]).size()
    runs = egov.missing_patterns(panel(), "osi").gaps.runs
    assert sorted(flags.index) == sorted((gap.unit, gap.where, gap.length) for gap in runs)
    assert (flags.to_numpy() == flags.index.get_level_values("gap")).all()


def test_flux_of_full_and_empty_columns():
    frame = egov.missing_patterns([[1.0, nan, 3], [2, nan, nan]]).flux().set_index("indicator")
    assert frame.loc["x1", ["influx", "outflux", "fico"]].tolist() == [0, 1, 1]
    assert frame.loc["x2", ["observed", "outflux"]].tolist() == [0, 0]
    assert np.isnan(frame.loc["x2", "fico"])
    whole = egov.missing_patterns([[1.0, 2], [3, 4]])
    assert whole.counts == (2,) and whole.flux()["outflux"].tolist() == [1, 1]


def test_what_is_no_table_is_refused():
    with pytest.raises(egov.DataError, match="2 dimensions"):
        egov.missing_patterns([1.0, 2])
    with pytest.raises(egov.DataError, match="0 columns"):
        egov.missing_patterns(np.empty((3, 0)))
    with pytest.raises(egov.DataError, match="only a Panel has periods"):
        _ = egov.missing_patterns([[1.0, nan]]).gaps
    with pytest.raises(egov.SpecError, match=r"unknown column 'os'.*'osi'"):
        egov.missing_patterns(panel(), "os")
    with pytest.raises(egov.SpecError, match="twice"):
        egov.missing_patterns(panel(), ["osi", "osi"])
    with pytest.raises(egov.SpecError, match="period: 1999"):
        egov.little_mcar(panel(), period=1999)


def test_a_whole_panel_is_told_that_its_rows_go_together():
    data = egov.datasets.ict_human_capital()
    names = ["internet_users", "mobile_cellular", "expected_schooling"]
    assert any("period=" in note for note in egov.little_mcar(data, names).notes)
    assert not any("period=" in note for note in egov.little_mcar(data, names, period=2020).notes)
