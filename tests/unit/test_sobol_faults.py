"""Sobol' indices of outputs that are hard to judge, and what is refused."""

import numpy as np
import pytest

from egov_index import DataError, SpecError, sobol

PROBLEM = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}


def ishigami(x):
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def plain(x):
    """The same numbers without a layout."""
    return np.array(x)


def test_constant_outputs_are_named_and_have_no_indices():
    x = sobol.sample(dict(PROBLEM, outputs=["moving", "still", "tiny"]), 256)
    y = np.column_stack([ishigami(x), np.full(len(x), 0.1), 1e-9 * x[:, 0]])
    for interval in ("t", "bootstrap"):
        found = sobol.analyze(
            dict(PROBLEM, outputs=["moving", "still", "tiny"]), y, design=x, interval=interval
        )
        assert found.constant == ("still",)
        for key in found:
            assert np.isnan(found[key][1]).all()
        assert np.isfinite(found.total[[0, 2]]).all()
        frame = found.to_frame().set_index("output")
        assert (frame.loc["still", "note"] == "constant").all() and (frame.loc["moving", "note"] == "").all()
        assert "Constant, so without indices: still." in found.explain()


def test_an_output_that_moves_in_few_scrambles_is_taken_over_all_of_them():
    x = sobol.sample(PROBLEM, 256, seed=1)
    y = np.zeros(len(x))
    y[:100] = ishigami(plain(x[:100]))
    found = sobol.analyze(PROBLEM, y, design=x)
    assert not found.constant and np.isfinite(found.total).all() and np.isnan(found["ST_conf"]).all()
    assert "did not vary in some scramble" in found.explain()


@pytest.mark.parametrize("power", [-600, 600])
def test_size_does_not_matter(power):
    x = sobol.sample(PROBLEM, 256)
    y = ishigami(x)
    found, large = (sobol.analyze(PROBLEM, z) for z in (y, np.ldexp(y, power)))
    np.testing.assert_allclose(large.total, found.total, rtol=1e-9)
    assert large.mean == pytest.approx(np.ldexp(found.mean, power))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_output_that_is_no_number_is_named(bad):
    x = sobol.sample(PROBLEM, 64)
    y = np.column_stack([ishigami(x), ishigami(x)])
    y[19, 1] = bad
    with pytest.raises(DataError) as caught:
        sobol.analyze(dict(PROBLEM, outputs=["p", "q"]), y, design=x)
    assert all(word in str(caught.value) for word in ("'q'", "run 19", "base point 2", str(bad)))


def test_a_wrong_number_of_rows_says_what_would_be_right():
    with pytest.raises(
        DataError, match=r"Y: 50 rows; a multiple of 8.*calc_second_order=False 50 rows would be 10"
    ):
        sobol.analyze(PROBLEM, np.ones(50))
    x = sobol.sample(PROBLEM, 64)
    with pytest.raises(DataError, match="Y: 100 rows; 512, one for each run"):
        sobol.analyze(PROBLEM, np.ones(100), design=x)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ([], ["a list"]),
        ({"names": []}, ["problem['names']"]),
        (dict(PROBLEM, num_vars=4), ["num_vars", "4", "3"]),
        (dict(PROBLEM, names=["a", "a", "b"]), ["'a' stands twice"]),
        (dict(PROBLEM, bound=1), ["problem['bound']", "'bounds'"]),
        (dict(PROBLEM, groups=["g"]), ["groups", "1 entries"]),
        (dict(PROBLEM, bounds=[[0, 1]]), ["bounds", "1 entries"]),
        (dict(PROBLEM, bounds=[[0, 1], [1, 0], [2, 3]]), ["bounds of 'x2'", "lower"]),
        (dict(PROBLEM, bounds=[[0, 1], [1], ["a", "b"]]), ["bounds of 'x2'", "bounds of 'x3'"]),
        (dict(PROBLEM, dists=["unif", "uniform", "norm"]), ["bounds of 'x2'", "'unif'"]),
        (dict(PROBLEM, dists=["logunif"] * 3), ["x1", "x2", "x3"]),
        (dict(PROBLEM, bounds=[[0, 1], [1, np.nan], [2, 3]]), ["bounds of 'x2'", "upper"]),
    ],
)
def test_problems_that_make_no_sense(problem, words):
    with pytest.raises(SpecError) as caught:
        sobol.sample(problem, 64)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"first": "saltelly"}, ["first", "'saltelli'"]),
        ({"first": "owen"}, ["'owen'", "third=True"]),
        ({"interval": "normal"}, ["interval"]),
        ({"level": 1.5}, ["level"]),
        ({"conf_level": 95}, ["level"]),
        ({"num_resamples": 0}, ["resamples"]),
        ({"keep_resamples": True}, ["keep_resamples"]),
        ({"scrambles": 3}, ["scrambles", "2, as in the design"]),
        ({"design": np.ones(3)}, ["design"]),
    ],
)
def test_analyses_that_make_no_sense(keywords, words):
    x = sobol.sample(PROBLEM, 64)
    with pytest.raises(SpecError) as caught:
        sobol.analyze(PROBLEM, ishigami(x), **{"interval": "bootstrap"} | keywords)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_what_salib_has_by_default_is_taken():
    x, same = (sobol.sample(PROBLEM, 64, seed=seed) for seed in (None, 1))
    np.testing.assert_array_equal(x, same)
    y = ishigami(plain(x))
    wanted = sobol.analyze(PROBLEM, y, num_resamples=50, conf_level=0.8)
    found = sobol.analyze(PROBLEM, y, True, 50, 0.8, seed=None, keep_resamples=False)
    np.testing.assert_array_equal(found["ST_conf"], wanted["ST_conf"])
    assert (found.resamples, found.level) == (50, 0.8)


def test_a_dummy_beside_a_factor_of_its_name_is_refused():
    x = sobol.sample(PROBLEM, 64)
    named = dict(PROBLEM, names=["x1", "dummy", "x3"])
    assert sobol.analyze(named, plain(ishigami(x))).factors == ("x1", "dummy", "x3")
    with pytest.raises(SpecError, match="dummy: True beside a factor 'dummy'; False, or another name"):
        sobol.analyze(named, plain(ishigami(x)), dummy=True)


def test_estimators_without_their_runs_are_refused():
    x = sobol.sample(PROBLEM, 64, calc_second_order=False)
    for keywords in ({"first": "azzini_rosati"}, {"total": "saltelli"}, {"calc_second_order": True}):
        with pytest.raises(SpecError):
            sobol.analyze(PROBLEM, ishigami(x), **keywords)


@pytest.mark.parametrize(
    "keywords",
    [{"n": 0}, {"n": 8.0}, {}, {"n": 8, "N": 8}, {"n": 8, "scrambles": 9}, {"n": 8, "kind": "halton"},
     {"n": 8, "skip_values": 4}, {"n": 8, "scramble": "owen"}, {"n": 8, "scramble": False, "scrambles": 2},
     {"n": 8, "seed": -1}],
)  # fmt: skip
def test_designs_that_make_no_sense(keywords):
    with pytest.raises(SpecError):
        sobol.sample(PROBLEM, **keywords)


def test_analyses_of_other_problems_are_refused():
    x = sobol.sample(PROBLEM, 64)
    with pytest.raises(SpecError, match="factors x1, x2, x3"):
        sobol.analyze(dict(PROBLEM, names=["a", "b", "c"]), ishigami(x))
    with pytest.raises(DataError, match="numbers of shape"):
        sobol.analyze(PROBLEM, np.array(["a"] * 64))
