"""The laws of the six masks on the real panel, and of the streams they are drawn from."""

import math
from importlib import import_module

import numpy as np
import pytest
from imputation_panels import SIX, near

masks = import_module("egov_index.imputation_benchmark.masks")


@pytest.fixture(scope="module")
def ground(panel):
    income = masks.places(np.arange(len(panel.units), dtype=float))
    return masks.Ground(~np.isnan(panel.values), panel.units, panel.indicators, 8, income)


def series_of(ground, hidden):
    """Each series with enough observed periods: positions observed, and which of these are hidden."""
    for i in range(hidden.shape[0]):
        for j in range(hidden.shape[2]):
            seen = np.flatnonzero(ground.observed[i, :, j])
            yield seen, np.flatnonzero(hidden[i, seen, j])


@pytest.mark.parametrize("mask", SIX)
def test_a_mask_hides_observed_cells_only(mask, ground):
    hidden = masks.hidden_cells(mask, ground, 1, 1)
    assert hidden.any() and not (hidden & ~ground.observed).any()


def test_random_hides_a_fifth_of_each_indicator(ground):
    hidden = masks.hidden_cells("random", ground, 1, 1)
    for j in range(hidden.shape[2]):
        assert near(hidden[:, :, j].sum(), ground.observed[:, :, j].sum(), 0.20)


def test_tail_is_the_last_one_to_five_observed_periods_of_three_series_in_five(ground):
    lengths, series = [], 0
    for repeat in (1, 2, 3):
        for seen, at in series_of(ground, masks.hidden_cells("tail", ground, 1, repeat)):
            series += len(seen) >= 8
            if len(at):
                assert len(seen) >= 8 and at.tolist() == list(range(len(seen) - len(at), len(seen)))
                lengths.append(len(at))
    assert near(len(lengths), series, 0.60) and set(lengths) == {1, 2, 3, 4, 5}
    assert all(near(lengths.count(length), len(lengths), 1 / 5) for length in range(1, 6))


def test_gap_is_inside_the_series(ground):
    lengths, starts, long = [], [], 0
    for repeat in (1, 2, 3):
        for seen, at in series_of(ground, masks.hidden_cells("gap", ground, 1, repeat)):
            long += len(seen) > 15
            if len(at):
                assert len(seen) >= 8 and at.tolist() == list(range(at[0], at[0] + len(at)))
                assert at[0] >= 1 and at[-1] <= len(seen) - 2
            if len(at) and len(seen) > 15:
                lengths.append(len(at))
                starts.append((at[0] - 1) / (len(seen) - 2 - len(at)))
    assert near(len(lengths), long, 0.60) and set(lengths) == {3, 4, 5, 6, 7}
    assert all(near(lengths.count(length), len(lengths), 1 / 5) for length in range(3, 8))
    assert min(starts) == 0 and max(starts) == 1 and np.mean(starts) == pytest.approx(0.5, abs=0.03)


def test_gap_of_a_short_series_leaves_its_ends():
    observed = np.zeros((300, 10, 1), dtype=bool)
    observed[:, 1:9] = True  # eight periods: at most six inside
    ground = masks.Ground(observed, range(300), ["x"], 8)
    hidden = masks.hidden_cells("gap", ground, 4, 1)
    assert hidden.sum(axis=1).max() == 6 and not hidden[:, [1, 8]].any()
    assert not masks.hidden_cells("gap", masks.Ground(observed, range(300), ["x"], 9), 4, 1).any()


def test_series_are_hidden_whole_and_two_of_a_unit_at_most(ground):
    whole, series = 0, 0
    for repeat in range(1, 6):
        hidden = masks.hidden_cells("series", ground, 1, repeat)
        some = hidden.any(axis=1)
        assert (hidden == (ground.observed & some[:, None, :])).all()
        assert some.sum(axis=1).max() <= 2
        enough = ground.observed.sum(axis=1) >= 8
        assert not (some & ~enough).any()
        whole, series = whole + some.sum(), series + enough.sum()
    # of about 4.2 series a unit hides more than two with probability 0.02: a few are spared
    assert 0.13 < whole / series < 0.16


def test_the_two_of_a_unit_are_spread_over_the_indicators():
    ground = masks.Ground(np.ones((400, 8, 12), dtype=bool), range(400), [f"x{k}" for k in range(12)], 8)
    some = masks.hidden_cells("series", ground, 1, 1).any(axis=1)
    assert some.sum(axis=1).max() == 2
    first, last = some[:, :6].sum(), some[:, 6:].sum()
    assert near(first, first + last, 0.5)


def test_country_years_go_whole(ground):
    hidden = masks.hidden_cells("country_year", ground, 1, 1)
    gone = hidden.any(axis=2)
    assert (hidden == (ground.observed & gone[:, :, None])).all()
    assert near(gone.sum(), ground.observed.any(axis=2).sum(), 0.20)


def test_income_hides_the_rich_most(ground):
    hidden = masks.hidden_cells("income", ground, 1, 1)
    for part in np.array_split(np.argsort(ground.income), 4):
        observed = ground.observed[part].sum(axis=(1, 2))
        expected = float((0.4 * ground.income[part] * observed).sum())
        assert abs(hidden[part].sum() - expected) < 4.5 * math.sqrt(expected)
    assert hidden.sum() / ground.observed.sum() == pytest.approx(0.20, abs=0.01)


def test_a_unit_of_unknown_income_stands_in_the_middle():
    income = np.array([1.0, np.nan, 2.0])
    assert masks.places(income)[[0, 2]].tolist() == [0.25, 0.75] and np.isnan(masks.places(income)[1])
    ground = masks.Ground(np.ones((3, 5000, 1), dtype=bool), "abc", ["x"], 8, masks.places(income))
    rates = masks.hidden_cells("income", ground, 1, 1).mean(axis=(1, 2))
    assert rates == pytest.approx([0.10, 0.20, 0.30], abs=0.03)


# Streams


@pytest.mark.parametrize("mask", [mask for mask in SIX if mask != "income"])
def test_other_units_and_another_order_leave_a_mask_as_it_is(mask, ground):
    few = [150, 3, 77]
    cut = masks.Ground(ground.observed[few], [ground.units[k] for k in few], ground.indicators, 8)
    whole = masks.hidden_cells(mask, ground, 5, 2)
    assert (masks.hidden_cells(mask, cut, 5, 2) == whole[few]).all()
    if mask != "series":  # where at most two of a unit go, its indicators know of one another
        cut = masks.Ground(
            ground.observed[:, :, [2, 0]], ground.units, ["fixed_broadband", "internet_users"], 8
        )
        given = masks.hidden_cells(mask, cut, 5, 2)
        assert (given == (whole[:, :, [2, 0]] if mask != "country_year" else given)).all()


def test_masks_depend_on_seed_repeat_and_mask(ground):
    def draw(*key):
        return masks.hidden_cells(*key)

    one = draw("tail", ground, 1, 1)
    assert (one == draw("tail", ground, 1, 1)).all()
    for other in (draw("tail", ground, 2, 1), draw("tail", ground, 1, 2), draw("gap", ground, 1, 1)):
        assert (one != other).any()
    assert (draw("tail", ground, 1, 2) != draw("tail", ground, 2, 1)).any()


def test_streams_are_uniform_and_a_longer_one_begins_alike():
    drawn = np.concatenate([masks.uniforms(5, 1, 1, "random", f"U{k}", "x") for k in range(4000)])
    assert np.histogram(drawn, 10, (0, 1))[0] == pytest.approx(2000, abs=4.5 * 43)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 4.5 / math.sqrt(20_000)
    assert masks.uniforms(9, "a")[:5].tolist() == masks.uniforms(5, "a").tolist()
