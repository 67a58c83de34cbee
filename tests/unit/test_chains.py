"""R-hat, effective sample size and the table of traces: forms of input, and traces that say nothing."""

import numpy as np
import pytest

import egov_index as egov
from egov_index import chains


def walks(shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


def test_further_dimensions_are_taken_one_by_one():
    traces = walks((3, 40, 2, 2))
    for call in (chains.rhat, chains.ess):
        found = call(traces)
        assert found.shape == (2, 2)
        assert found[1, 0] == call(traces[:, :, 1, 0])


def test_rhat_does_not_see_the_order_of_chains_or_the_unit():
    traces = walks((4, 50))
    assert chains.rhat(traces[::-1]) == pytest.approx(chains.rhat(traces), rel=1e-12)
    assert chains.rhat(1e6 * traces + 3, "split") == pytest.approx(chains.rhat(traces, "split"), rel=1e-9)


def test_chains_that_stand_still():
    assert np.isnan(chains.rhat(np.ones((2, 20)))) and np.isnan(chains.ess(np.ones((2, 20))))
    assert np.isinf(chains.rhat([[1.0] * 20, [2.0] * 20], "split"))


@pytest.mark.parametrize(
    "traces", [np.ones(20), np.ones((2, 3)), np.full((2, 20), np.nan), [[1, 2], [3]], "abc"]
)
def test_what_is_no_trace(traces):
    with pytest.raises(egov.DataError):
        chains.rhat(traces)


def test_unknown_methods():
    with pytest.raises(egov.SpecError, match="rank"):
        chains.rhat(walks((2, 20)), "ranks")
    with pytest.raises(egov.SpecError, match="bulk"):
        chains.ess(walks((2, 20)), "bulky")


def frame(**traces):
    columns = {key: [] for key in ("name", "indicator", "chain", "iteration", "value")}
    for name, values in traces.items():
        for (chain, iteration), value in np.ndenumerate(values):
            for key, cell in zip(columns, (name, "gdp", chain, iteration, value), strict=True):
                columns[key].append(cell)
    return columns


def test_a_table_says_what_is_wrong_with_a_trace():
    good, apart = walks((4, 500)), walks((4, 500)) + 3 * np.arange(4)[:, None]
    found = chains.convergence(frame(good=good, apart=apart, still=np.ones((2, 20)), short=walks((2, 3))))
    notes = dict(zip(found["name"], found["note"], strict=True))
    assert notes["good"] == "" and notes["still"] == "stands still"
    assert "do not agree" in notes["apart"] and "effective draws" in notes["apart"]
    assert "too short" in notes["short"]
    assert found["rhat"][0] == chains.rhat(good) and found["ess_tail"][0] == chains.ess(good, "tail")
    assert found["chains"].tolist() == [4, 4, 2, 2] and found["iterations"].tolist() == [500, 500, 20, 3]


def test_rows_of_a_table_may_stand_in_any_order():
    columns = frame(one=walks((3, 30)))
    order = np.random.default_rng(2).permutation(90)
    mixed = {name: [cells[at] for at in order] for name, cells in columns.items()}
    assert chains.convergence(mixed).equals(chains.convergence(columns))


def test_tables_that_are_no_traces():
    columns = frame(one=walks((2, 20)))
    with pytest.raises(egov.DataError, match="no column 'chain'"):
        chains.convergence({name: cells for name, cells in columns.items() if name != "chain"})
    with pytest.raises(egov.DataError, match="chains of 19 and 20 iterations"):
        chains.convergence({name: cells[:-1] for name, cells in columns.items()})


def test_an_imputation_without_chains_has_an_empty_table():
    filled = egov.impute([[1.0, np.nan, 3.0]], "mean")
    assert len(chains.convergence(filled)) == 0
