"""What every method of every stage keeps, read off the table of methods."""

import copy

import numpy as np
import pytest
from stage_calls import (
    IDS,
    METHODS,
    NAN,
    STAGES,
    called,
    golden,
    lowest_adjusted,
    numbers,
    of_stages,
    panel_of,
    pillars_of,
    run,
    scaled,
    variants,
    with_trait,
)

import egov_index as egov
from egov_index import _core, catalogue
from egov_index.compiled import core_choice

GOLDEN = golden()
RNG = np.random.default_rng(20)
PLAIN = RNG.lognormal(1, 1, (23, 4, 3))  # positive, skewed
HOLED = np.where(RNG.uniform(size=PLAIN.shape) < 0.25, NAN, PLAIN)
PLAIN[0] = HOLED[0] = np.quantile(
    PLAIN, 0.6, axis=0
)  # a unit to measure by: observed, neither best nor worst
TIED = np.round(2 * HOLED)


def data_for(stage):
    """Data a stage works on: prepared ones have no holes."""
    if stage == "weight":  # loadings of one sign
        return PLAIN + PLAIN.mean(axis=2, keepdims=True)
    return PLAIN if stage == "aggregate" else HOLED / 40 if stage == "adjust" else HOLED


def runs(stage, row, data, **more):
    """Parameters and result of each variant of a method."""
    found = variants(stage, row)
    assert found, f"{stage} {row['name']} has no golden row"
    return [(params, run(stage, row["name"], panel_of(data), params, **more)) for params in found]


def equal(got, wanted, rtol=1e-12, atol=0.0):
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=atol, equal_nan=True)


# Golden numbers


@pytest.mark.parametrize(("stage", "row"), METHODS, ids=IDS)
def test_every_method_has_a_golden_row_with_its_source(stage, row):
    mine = [item for item in GOLDEN if (item["stage"], item["method"]) == (stage, row["name"])]
    assert mine, (
        f"add a row for {row['name']} to tests/golden/methods/{stage}.json, with the source of its numbers"
    )
    assert all(len(item["source"]) >= 15 and "egov" not in item["source"] for item in mine)
    unused = {param["name"] for param in row["params"]} - {name for item in mine for name in item["params"]}
    assert not unused, f"no golden row sets {unused}"


def test_golden_rows_name_methods_that_exist():
    known = {(stage, row["name"]) for stage, row in METHODS}
    assert {(item["stage"], item["method"]) for item in GOLDEN} <= known


def golden_result(item):
    stage, method, params, given = item["stage"], item["method"], item["params"], item["input"]
    if stage == "impute":
        groups = given.get("groups", {})
        values = numbers(given["values"])
        values = values if values.ndim == 3 else values[:, :, None]
        names = [f"x{k}" for k in range(values.shape[2])]
        panel = egov.Panel(values, range(len(values)), given["periods"], names, groups=groups)
        tree = egov.Framework(given["nodes"]) if "nodes" in given else None
        rest = dict(params)
        if names := rest.pop("auxiliaries", None):
            beside = np.stack([numbers(given["auxiliaries"][name]) for name in names], axis=2)
            rest["auxiliaries"] = egov.Panel(beside, panel.units, panel.periods, names)
        filled = egov.impute(panel, method, framework=tree, **rest).panel.values
        return filled if np.ndim(item["expect"]) == 3 else filled[:, :, 0]
    if stage == "screen":
        values = numbers(given["values"])
        tree = pillars_of([f"x{k}" for k in range(values.shape[1])], given.get("pillars"))
        return egov.screen(panel_of(values), method, framework=tree, **params).units["kept"]
    if stage == "denominate":
        panel = panel_of(numbers(given["values"])).join(
            egov.Panel.from_array(
                numbers(given["denominators"])[:, None],
                [f"U{k}" for k in range(len(given["values"]))],
                [2000],
                ["size"],
            )
        )
        return egov.denominate(panel, {"method": method, **params}, by={"x0": "size"}).column("x0").ravel()
    if stage == "treat":
        return egov.treat(numbers(given["values"]), method, **params)
    if stage == "normalize":
        panel = panel_of(numbers(given["values"]))
        return egov.normalize(panel, method, direction=given.get("direction", 1), **params).values[:, 0, 0]
    if stage == "weight":
        return list(egov.weight(numbers(given["values"]), method, given=given["given"], **params).values())
    if stage == "aggregate":
        values, missing = numbers(given["values"]), given.get("missing", "raise")
        return egov.aggregate(values, method, weights=given["weights"], missing=missing, **params)
    if stage == "rank":
        return egov.rank(numbers(given["values"]), method, digits=given.get("digits"), **params)
    if stage == "adjust":
        return _core.adjust(numbers(given["p"]), core_choice(stage, catalogue.Choice(method, params)))
    x, y = (egov.Panel.from_array(numbers(given[name])[:, None, None]) for name in "xy")
    how = {stage: catalogue.Choice(method, params), "resamples": given.get("resamples", 0)}
    if stage == "correlate":
        how["method"] = how.pop(stage)
    elif "of" in given:
        how["method"] = given["of"]
    table = egov.outcomes.correlate(x, y, minimum=0, **how).to_frame()
    return [table[name][0] for name in item["expect"]]


@pytest.mark.parametrize(
    "item", GOLDEN, ids=lambda item: f"{item['stage']}-{item['method']}-{item['source'][:25]}"
)
def test_golden_numbers(item):
    wanted = list(item["expect"].values()) if isinstance(item["expect"], dict) else item["expect"]
    tolerance = item.get("tolerance", 1e-12)
    equal(golden_result(item), numbers(wanted), rtol=tolerance, atol=tolerance)


# Shape, holes, order


@pytest.mark.parametrize(**of_stages("impute", "treat", "normalize", "rank"))
def test_shape_is_kept(stage, row):
    for shape in ((23, 4, 3), (23, 1, 3), (23, 4, 1), (2, 2, 1)):
        data = (HOLED if shape[0] > 2 else PLAIN)[: shape[0], : shape[1], : shape[2]]
        assert all(got.shape == shape for _, got in runs(stage, row, data))


@pytest.mark.parametrize(**of_stages("aggregate", "weight", "correlate", "adjust"))
def test_one_number_for_each_thing_asked(stage, row):
    shape = {"aggregate": (23, 4), "weight": (3,), "correlate": (3, 3), "adjust": (23,)}[stage]
    assert all(got.shape == shape for _, got in runs(stage, row, data_for(stage)))


@pytest.mark.parametrize(**of_stages("treat", "normalize", "rank"))
def test_nan_in_is_nan_out_and_only_there(stage, row):
    for _, got in runs(stage, row, HOLED):
        np.testing.assert_array_equal(np.isnan(got), np.isnan(HOLED))


@pytest.mark.parametrize(**of_stages("impute"))
def test_observed_cells_are_never_changed(stage, row):
    for data in (HOLED, TIED, HOLED * 1e300, HOLED * 1e-318, np.where(np.isnan(HOLED), 0, HOLED)):
        for _, got in runs(stage, row, data):
            seen = ~np.isnan(data)
            np.testing.assert_array_equal(got[seen], data[seen])
    for _, got in runs(stage, row, PLAIN):  # no hole: nothing to do
        np.testing.assert_array_equal(got, PLAIN)


@pytest.mark.parametrize(**of_stages("impute"))
def test_flags_are_the_filled_cells(stage, row):
    panel = panel_of(HOLED)
    for params in variants(stage, row):
        filled = egov.impute(panel, row["name"], **called(panel, params))
        values, holes = filled.panel.values, np.isnan(HOLED)
        assert len(filled.flags) == (holes & ~np.isnan(values)).sum()
        assert filled.remaining == np.isnan(values).sum()
        for unit, period, name, value in zip(
            *(filled.flags[key] for key in ("unit", "period", "indicator", "value")), strict=True
        ):
            at = panel.units.index(unit), panel.periods.index(period), panel.indicators.index(name)
            assert holes[at] and values[at] == value


@pytest.mark.parametrize(("stage", "row"), METHODS, ids=IDS)
def test_the_order_of_units_does_not_matter(stage, row):
    data = data_for(stage)
    order = np.random.default_rng(1).permutation(len(data))
    for params in variants(stage, row):
        panel = panel_of(data)
        got = run(stage, row["name"], panel, params)
        moved = run(stage, row["name"], panel.select(units=[panel.units[k] for k in order]), params)
        same_order = stage in ("weight", "correlate", "interval")
        equal(moved, got if same_order else got[order], rtol=1e-9 if stage == "impute" else 1e-12,
              atol=1e-14)  # fmt: skip


@pytest.mark.parametrize(**of_stages("treat", "normalize", "rank", "aggregate"))
def test_periods_are_looked_at_one_by_one(stage, row):
    data = data_for(stage)
    for params, got in runs(stage, row, data):
        for t in range(data.shape[1]):
            np.testing.assert_array_equal(
                run(stage, row["name"], panel_of(data[:, t : t + 1]), params)[:, 0], got[:, t]
            )


@pytest.mark.parametrize(**of_stages("treat", "normalize"))
def test_over_the_panel_all_periods_share_one_scale(stage, row):
    as_one = HOLED.reshape(-1, 1, 3)
    for params in variants(stage, row):
        if any(param["kind"] == "unit" for param in row["params"]):  # one that has a value in each period
            with pytest.raises(egov.SpecError, match="named unit"):
                run(stage, row["name"], panel_of(HOLED), params, over="panel")
            continue
        got = run(stage, row["name"], panel_of(HOLED), params, over="panel")
        equal(got.reshape(-1, 1, 3), run(stage, row["name"], panel_of(as_one), params))


@pytest.mark.parametrize(("stage", "row"), METHODS, ids=IDS)
def test_the_same_input_gives_the_same_bits_and_stays_as_it_was(stage, row):
    data = data_for(stage)
    for params in variants(stage, row):
        panel, given = panel_of(data), copy.deepcopy(params)
        first = run(stage, row["name"], panel, params)
        np.testing.assert_array_equal(run(stage, row["name"], panel, params), first)
        np.testing.assert_array_equal(panel.values, data)
        assert params == given
    named = {"groups", "unit", "indicators"} & {  # what a plain array lacks
        param["kind"] for param in row["params"] if param["name"] in variants(stage, row)[0]
    }
    if stage in ("treat", "normalize", "rank", "impute", "aggregate") and not named:
        for layout in (np.array(data), np.asfortranarray(data), data[::-1][::-1]):
            before = layout.copy()
            getattr(egov, stage)(layout, row["name"], **variants(stage, row)[0])
            np.testing.assert_array_equal(layout, before)


# Declared traits


@pytest.mark.parametrize(**with_trait("keeps_range"))
@pytest.mark.parametrize(
    "data",
    [PLAIN, HOLED, TIED, HOLED - 3, HOLED * 1e12],
    ids=["full", "holes", "ties", "signed", "large"],
)
def test_declared_range_is_kept(stage, row, data):
    data = data_for(stage) if stage == "aggregate" else data
    for _, got in runs(stage, row, data):
        axis = (0, 1) if stage == "impute" else 2 if stage == "aggregate" else 0
        low, high = np.nanmin(data, axis=axis), np.nanmax(data, axis=axis)
        slack = 1e-14 * np.abs(data[~np.isnan(data)]).max()
        assert np.nanmin(got - low) >= -slack and np.nanmax(got - high) <= slack


@pytest.mark.parametrize(**of_stages("normalize"))
@pytest.mark.parametrize("direction", [1, -1])
def test_a_normalization_gives_the_range_it_declares(stage, row, direction):
    for params, got in runs(stage, row, TIED + 1, direction=direction):
        low, high = np.nanmin(got, axis=0), np.nanmax(got, axis=0)
        if "gives_range" in row["traits"]:
            defaults = {param["name"]: param["default"] for param in row["params"]}
            ends = [params.get(name, defaults[name]) for name in ("low", "high")]
            if "needs_variation" in row["traits"] and row["name"] != "categories":
                assert (low == ends[0]).all() and (high == ends[1]).all()
            elif params.get("truncate", True):
                assert (low >= ends[0]).all() and not (high > ends[1]).any()
        elif "gives_unit" in row["traits"]:
            assert (low >= 0).all() and (high <= 1).all()
        elif "gives_signed" not in row["traits"]:  # what a geometric mean may rely on
            assert (low > 0).all()


@pytest.mark.parametrize(**of_stages("normalize"))
def test_a_normalization_that_declares_signs_gives_them(stage, row):
    if "gives_signed" in row["traits"]:
        given = variants(stage, row)[0]
        assert np.nanmin(run(stage, row["name"], panel_of(PLAIN), given, direction=-1)) <= 0
    for params in variants(stage, row):
        in_unit = {name: 10 * value if name == "target" else value for name, value in params.items()}
        got = run(stage, row["name"], panel_of(10 * HOLED), in_unit, rescale=(1, 100))
        assert (np.nanmin(got, axis=0) == 1).all() and (np.nanmax(got, axis=0) == 100).all()


@pytest.mark.parametrize(**of_stages("normalize"))
@pytest.mark.parametrize("data", [HOLED, TIED, HOLED - 3], ids=["holes", "ties", "signed"])
@pytest.mark.parametrize("direction", [1, -1])
def test_a_normalization_is_monotone_in_its_direction(stage, row, data, direction):
    if "needs_positive" in row["traits"] and np.nanmin(data) <= 0:
        with pytest.raises(egov.DataError, match="above 0"):
            run(stage, row["name"], panel_of(data), {}, direction=direction)
        return
    for params in variants(stage, row):
        given = params | ({"target": float(np.nanmedian(data))} if "target" in params else {})
        got = run(stage, row["name"], panel_of(data), given, direction=direction)
        for t in range(data.shape[1]):
            for k in range(data.shape[2]):
                x, y = data[:, t, k], got[:, t, k]
                order = np.argsort(x[~np.isnan(x)], kind="stable")
                steps = np.diff(x[~np.isnan(x)][order]), np.diff(y[~np.isnan(y)][order]) * direction
                assert (steps[1] >= 0).all()
                assert (steps[1][steps[0] == 0] == 0).all()  # ties stay ties


@pytest.mark.parametrize(**of_stages("aggregate"))
def test_an_aggregate_within_the_range_of_its_children_grows_with_them(stage, row):
    if "keeps_range" not in row["traits"]:
        return
    for params, got in runs(stage, row, PLAIN):
        grown = [PLAIN * np.where(np.arange(3) == k, 1.5, 1) for k in range(3)]
        more = [run(stage, row["name"], panel_of(data), params) for data in grown]
        assert all((new >= got * (1 - 1e-14)).all() for new in more)
        assert (run(stage, row["name"], panel_of(PLAIN * 1.5), params) > got).all()
        if row["name"] in ("arithmetic", "geometric", "harmonic", "power"):
            assert all((new > got).all() for new in more)
        equal(run(stage, row["name"], panel_of(PLAIN[:, :, :1].repeat(3, axis=2)), params), PLAIN[:, :, 0])


@pytest.mark.parametrize(**of_stages("aggregate"))
def test_an_aggregate_of_one_child_and_of_units_that_are_equal(stage, row):
    same = np.full((4, 1, 3), 7.0)
    for params, got in runs(stage, row, same):
        assert got.shape == (4, 1) and len(np.unique(got)) == 1, params
        if "needs_others" not in row["traits"]:
            equal(got, 7)


@pytest.mark.parametrize(**of_stages("aggregate"))
def test_who_is_compared_stands_in_the_traits(stage, row):
    """A unit that does not compare gives the same alone as among others."""
    alone = panel_of(PLAIN[:1])
    for params, got in runs(stage, row, PLAIN):
        same = np.allclose(run(stage, row["name"], alone, params), got[:1], rtol=1e-12, atol=0)
        assert same != ("needs_others" in row["traits"])


@pytest.mark.parametrize(**of_stages("aggregate"))
def test_missing_children_drop_out_or_are_refused_by_methods_that_compare(stage, row):
    data = PLAIN.copy()
    data[3, 2, 1] = data[5, :, :] = NAN
    for params in variants(stage, row):
        with pytest.raises(egov.DataError, match=r"U3.*2002"):
            run(stage, row["name"], panel_of(data), params)
        if "needs_others" in row["traits"] and "takes_holes" not in row["traits"]:
            with pytest.raises(egov.DataError, match=r"U3.*2002"):
                run(stage, row["name"], panel_of(data), params, missing="drop-weight")
            continue
        got = run(stage, row["name"], panel_of(data), params, missing="drop-weight")
        np.testing.assert_array_equal(np.isnan(got), np.isnan(data).all(axis=2))


@pytest.mark.parametrize(**of_stages("weight"))
def test_weights_sum_to_one(stage, row):
    for _, got in runs(stage, row, PLAIN):
        assert (got >= 0).all() and abs(got.sum() - 1) < 1e-15


@pytest.mark.parametrize(**of_stages("aggregate"))
def test_what_a_mean_needs_is_asked_for(stage, row):
    for params in variants(stage, row):
        below = params.get("p", 1) < 0
        traits = {"needs_nonnegative", "needs_positive"} if below else {*row["traits"]}
        for value, trait in ((0, "needs_positive"), (-1, "needs_nonnegative")):
            data = PLAIN.copy()
            data[3, 2, 1] = value
            if trait not in traits and not (value < 0 and "needs_positive" in traits):
                run(stage, row["name"], panel_of(data), params)
                continue
            with pytest.raises(egov.DataError) as caught:
                run(stage, row["name"], panel_of(data), params)
            words = ("aggregate", row["name"], "U3", "2002", "x1", "rescale")
            assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(**of_stages("impute"))
def test_what_an_imputation_needs_is_asked_for(stage, row):
    if "needs_groups" in row["traits"]:
        for params in ({}, {"by": "regions"}):
            with pytest.raises(egov.SpecError, match=r"by|region"):
                run(stage, row["name"], panel_of(HOLED), params)
    if "needs_periods" in row["traits"]:
        one = panel_of(HOLED[:, :1])
        np.testing.assert_array_equal(run(stage, row["name"], one, variants(stage, row)[0]), one.values)


@pytest.mark.parametrize(**of_stages("correlate"))
def test_a_correlation_is_one_with_itself_and_symmetric(stage, row):
    data = HOLED[:, :1]
    (_, got), *_ = runs(stage, row, data)
    equal(np.diag(got), 1)
    equal(got, got.T)
    assert (np.abs(got) <= 1).all()
    equal(run(stage, row["name"], panel_of(data * [2, 1e5, 3e-4] + [4, -1, 0]), {}), got, rtol=1e-10)
    signs = [[1, -1, 1], [-1, 1, -1], [1, -1, 1]] if "gives_signed" in row["traits"] else 1
    equal(run(stage, row["name"], panel_of(data * [1, -1, 1]), {}), got * signs)
    assert ("gives_signed" in row["traits"]) != (got >= 0).all()


@pytest.mark.parametrize(**of_stages("adjust"))
def test_an_adjustment_keeps_order_and_lowers_only_by_an_estimated_share(stage, row):
    p = HOLED[:, :1, :1] / np.nanmax(HOLED[:, :1, :1])
    for _, got in runs(stage, row, p):
        x = p[:, 0, 0]
        np.testing.assert_array_equal(np.isnan(got), np.isnan(x))
        x, got = x[~np.isnan(x)], got[~np.isnan(got)]
        assert (got >= lowest_adjusted(row, x)).all() and (got <= 1).all()
        assert (np.diff(got[np.argsort(x)]) >= 0).all()


def test_every_stage_is_under_contract():
    assert set(STAGES) == {
        "screen",
        "denominate",
        "impute",
        "treat",
        "normalize",
        "weight",
        "aggregate",
        "rank",
        "correlate",
        "interval",
        "adjust",
    }


def test_scaled_parameters_are_those_in_the_unit_of_the_indicator():
    row = next(row for stage, row in METHODS if (stage, row["name"]) == ("normalize", "goalposts"))
    assert scaled(row, {"lower": 1, "truncate": False}, 10) == {"lower": 10, "truncate": False}
