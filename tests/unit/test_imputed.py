"""What imputations hand back: copies and pickles of it, labels of donors, and words on what was left open."""

import copy
import pickle
import sys
from subprocess import run

import numpy as np
import pytest

import egov_index as egov

NAN = float("nan")


@pytest.fixture(scope="module")
def panel():
    return egov.datasets.ict_human_capital().select(
        indicators=["internet_users", "mobile_cellular"], periods=range(2016, 2024)
    )


# Copies and pickles


def there_and_back(made):
    return pickle.loads(pickle.dumps(made))


@pytest.mark.parametrize("again", [there_and_back, copy.copy, copy.deepcopy])
@pytest.mark.parametrize("method", ["kriging", "damped_trend", "pmm", "bootstrap_em"])
def test_a_copy_or_a_pickle_is_the_same_to_the_last_bit(panel, method, again):
    chain = [method, "mean"] if method == "damped_trend" else [method]
    made = egov.impute(panel, *chain, draws=2, seed=3)
    other = again(made)
    assert other.panel == made.panel and other.flags.equals(made.flags) and other.notes == made.notes
    assert other.summary().equals(made.summary()) and other.traces.equals(made.traces)
    np.testing.assert_array_equal(other.draws, made.draws)
    np.testing.assert_array_equal(other.draw(7), made.draw(7))
    np.testing.assert_array_equal(other.interval(0.8), made.interval(0.8))
    if made.sd is None:
        assert other.sd is None
    else:
        np.testing.assert_array_equal(other.sd, made.sd)


def test_another_process_draws_the_same(panel, tmp_path):
    made = egov.impute(panel, "kriging", auxiliaries="mobile_cellular", seed=5)
    (tmp_path / "made").write_bytes(pickle.dumps(made))
    code = "import pickle, pathlib, sys; made = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes()); "
    code += "sys.stdout.buffer.write(made.draw(3).tobytes())"
    got = run([sys.executable, "-c", code, tmp_path / "made"], check=True, capture_output=True).stdout
    assert got == made.draw(3).tobytes()


def test_a_method_that_fills_otherwise_after_a_pickle_is_an_error():
    fills = iter([1.0, 1.0, 2.0])
    egov.register(
        "impute", "once", lambda x, times: np.where(np.isnan(x), next(fills), x), sentence="Something."
    )
    try:
        pickled = pickle.dumps(egov.impute([[NAN], [3.0]], "once"))
        same, other = pickle.loads(pickled), pickle.loads(pickled)
        assert np.isnan(same.interval()[0]).all()
        with pytest.raises(egov.FitError, match="fills otherwise"):
            other.interval()
    finally:
        egov.unregister("impute", "once")
    unknown = pickle.loads(pickled)
    assert unknown.panel.tolist() == [[1.0], [3.0]]
    with pytest.raises(egov.SpecError, match="once"):
        unknown.interval()


# Auxiliaries


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (["internet_users", "mobile_cellular"], egov.SpecError, "all indicators of the data; at least one"),
        ("internet_user", egov.SpecError, "unknown.*'internet_user'; the nearest valid.*'internet_users'"),
        (["internet_users", "internet_users"], egov.SpecError, "'internet_users' stands twice"),
        ([], egov.SpecError, "no indicator; at least one of internet_users, mobile"),
        (3, egov.SpecError, "auxiliaries: 3"),
        ([3], egov.SpecError, "unknown indicator 3"),
    ],
)
def test_auxiliaries_that_cannot_help_are_an_error(panel, asked, error, said):
    with pytest.raises(error, match=said):
        egov.impute(panel, "kriging", auxiliaries=asked)


def test_an_auxiliary_is_not_filled_as_well(panel):
    same = panel.select(indicators="mobile_cellular")
    with pytest.raises(egov.DataError, match="mobile_cellular of the auxiliary panel, in the data too"):
        egov.impute(panel, "kriging", auxiliaries=same)
    every = egov.choice("kriging", auxiliaries=list(panel.indicators))
    with pytest.raises(egov.SpecError, match="all indicators of the data"):
        egov.impute(panel, every)
    assert egov.impute(panel, every, "mean").remaining == 0
