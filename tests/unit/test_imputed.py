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


# Labels of donors


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_periods_and_units_of_donors_are_labels_not_floats(backend):
    values = np.array([[1.0, NAN, 3.0], [NAN, NAN, NAN], [2.0, 4.0, 6.0]])[:, :, None]
    panel = egov.Panel(values, [101, 102, 103], [2020, 2021, 2022], ["x"], backend=backend)
    flags = egov.impute(panel, "linear", "hot_deck", seed=1).flags
    kinds = dict(flags.dtypes) if backend == "pandas" else {f.name: f.type for f in flags.schema} \
        if backend == "pyarrow" else dict(flags.schema)  # fmt: skip
    for name in ("unit", "period", "first_donor", "last_donor", "donor"):
        assert str(kinds[name]).lower() == "int64", name
    found = flags.to_pylist() if backend == "pyarrow" else flags.to_dicts() if backend == "polars" else None
    if found is None:
        assert flags["donor"].isna()[0] and flags["first_donor"].tolist()[0] == 2020
        assert "2020.0" not in flags.to_csv()
    else:
        assert found[0]["donor"] is None and found[0]["first_donor"] == 2020


# Holes that stay open


def grouped():
    """Units of one group but for C and D; three periods; x lacks 2022 and all of D, y all of B and C in 2021."""
    x = [[1.0, 2.0, NAN], [NAN, 4.0, NAN], [5.0, NAN, NAN], [NAN, NAN, NAN]]
    y = [[1.0, 2.0, 3.0], [NAN, NAN, 5.0], [5.0, NAN, 4.0], [1.0, 1.0, 2.0]]
    values = np.stack([np.array(x), np.array(y)], axis=2)
    labels = list("ABCD"), [2020, 2021, 2022], ["x", "y"]
    return egov.Panel(values, *labels, groups={"region": ["n", "n", "s", None]})


BEFORE, AFTER = "before the first observation of the series", "after the last observation of the series"
NEVER, EMPTY = "nothing observed in the series", "nothing observed of the indicator in the period"
LONGER = "a longer gap than max_gap = 1"


@pytest.mark.parametrize(
    ("chain", "of_x"),
    [
        (["linear"], {AFTER: 4, BEFORE: 1, NEVER: 3}),
        (["linear", "locf"], {BEFORE: 1, NEVER: 3}),
        ([egov.choice("locf", max_gap=1), "nocb"], {f"{LONGER} and {AFTER}": 1, NEVER: 3}),
        ([egov.choice("kriging", max_gap=1)], {LONGER: 1, NEVER: 3}),
        (["mean"], {EMPTY: 4}),
        (["none"], {"the method fills nothing": 8}),
        (["bass"], {"fewer observations in the series than bass needs (6)": 5, NEVER: 3}),
    ],
)
def test_holes_left_open_are_told_with_their_reason(chain, of_x):
    made = egov.impute(grouped(), *chain)
    told = [note.split(": ", 2) for note in made.notes if note.startswith("x: ")]
    assert {why: int(count.split()[0]) for _, count, why in told} == of_x
    assert sum(of_x.values()) == np.isnan(made.panel.column("x")).sum()
    assert made.notes[: len(made.fallbacks)] == made.fallbacks


def test_groups_rows_and_helpers_are_told_as_such():
    by_group = egov.impute(grouped(), "group_mean", by="region").notes
    assert "x: 3 holes left open by group_mean: the unit is in no group of region" in by_group
    assert (
        "x: 4 holes left open by group_mean: nothing observed in the group of region in the period"
        in by_group
    )
    beside = egov.impute(grouped(), "kriging", auxiliaries="y").notes
    assert "y: 3 holes left open: the indicator helps to fill others and is not filled itself" in beside
    alone = egov.impute(grouped(), "row_mean").notes
    assert any(note.endswith("nothing else observed of the unit in the period") for note in alone)
    empty = egov.impute(np.array([[NAN, 1.0], [NAN, 2.0]]), "mean").notes
    assert len(empty) == 1 and empty[0].endswith(
        "2 holes left open by mean: nothing observed of the indicator"
    )
    assert egov.impute(grouped(), "kriging").notes == egov.impute(grouped(), "kriging").fallbacks


@pytest.mark.parametrize("row", egov.catalogue.rows("impute"), ids=lambda row: row["name"])
def test_open_holes_are_all_counted_in_the_notes(row):
    more = {"by": "region"} if "needs_groups" in row["traits"] else {}
    try:
        made = egov.impute(grouped(), row["name"], **more)
    except egov.DataError:
        return
    told = [note for note in made.notes if "left open by" in note and note[:3] in ("x: ", "y: ")]
    assert sum(int(note.split()[1]) for note in told) == made.remaining
