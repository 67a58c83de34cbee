"""Recipes and choices as values: read from text and mappings, compared, replaced, refused with all faults."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import egov_index as egov
from egov_index import Recipe, SpecError, choice
from egov_index.catalogue import as_chain, as_choice


def faults_of(call, *args, **keywords):
    with pytest.raises(SpecError) as caught:
        call(*args, **keywords)
    return [str(fault) for fault in caught.value.faults]


def test_each_way_to_write_a_choice_gives_the_same():
    wanted = choice("goalposts", lower=0, upper=100)
    assert as_choice("goalposts:lower=0,upper=100", "here") == wanted
    assert as_choice({"method": "goalposts", "lower": 0, "upper": 100}, "here") == wanted
    assert as_choice(wanted, "here") is wanted
    assert hash(as_choice("goalposts:upper=100,lower=0", "here")) == hash(wanted)


def test_texts_with_flags_options_and_ranges():
    assert as_choice("goalposts:truncate=false", "here").params == {"truncate": False}
    assert as_choice("rank:ties=min", "here").params == {"ties": "min"}
    assert as_choice("zscore:sd=1e-3,rescale=1..100", "here") == choice("zscore", sd=0.001, rescale=(1, 100))
    assert as_choice("locf:max_gap=3", "here").params == {"max_gap": 3}


@given(
    st.sampled_from(["minmax", "zscore"]),
    st.floats(-1e9, 1e9).filter(lambda x: float(f"{x:g}") == x),
    st.integers(-1000, 1000),
    st.booleans(),
)
def test_a_choice_reads_back_from_its_text(method, real, whole, ranged):
    names = {"minmax": ("low", "high"), "zscore": ("mean", "sd")}[method]
    made = choice(
        method, rescale=(1.0, 100.0) if ranged else None, **dict(zip(names, (real, whole), strict=True))
    )
    assert as_choice(str(made), "here") == made
    assert pickle.loads(pickle.dumps(made)) == made


def test_numbers_of_full_precision_read_back_from_the_text_of_a_choice():
    made = choice("goalposts", lower=1234567.25, upper=1e6 / 0.3)
    assert as_choice(str(made), "here") == made


@pytest.mark.parametrize(
    "given", [3, None, ["minmax"], {"name": "minmax"}, {"method": 3}, "minmax:low", "minmax:rescale=1"]
)
def test_what_is_no_choice(given):
    assert faults_of(as_choice, given, "here")


def test_chains():
    assert as_chain("mean", "here") == (choice("mean"),)
    assert as_chain(["linear", choice("mean")], "here") == (choice("linear"), choice("mean"))
    assert "here[1]" in faults_of(as_chain, ["linear", 5], "here")[0]


def test_a_choice_cannot_be_changed():
    made = choice("minmax", low=1)
    with pytest.raises(TypeError):
        made.params["low"] = 2
    with pytest.raises(AttributeError):
        made.method = "zscore"


def test_the_defaults_of_a_recipe():
    recipe = Recipe()
    assert recipe.normalize == choice("minmax") and recipe.impute == (choice("none"),)
    assert recipe.order == ("screen", "denominate", "impute", "treat", "normalize")
    assert recipe.missing == "raise"
    assert recipe == Recipe(impute=["none"], normalize={"method": "minmax"})
    assert pickle.loads(pickle.dumps(recipe)) == recipe


def test_every_fault_of_a_recipe_comes_at_once():
    text = "\n".join(
        faults_of(
            Recipe,
            impute=["linar", {"method": "locf", "max_gap": -1}],
            treat=[],
            normalize="minmax:lo=1",
            weight=["given", "equal"],
            aggregate="geometrical",
            rank=5,
            missing="drop",
            order=("impute", "normalise"),
        )
    )
    for word in ("'linear'", "max_gap", "empty list", "'low'", "2 methods", "'geometric'", "recipe.rank", "drop-weight",
                 "'normalize'"):  # fmt: skip
        assert word in text, word


def test_replace_keeps_the_rest_and_refuses_unknown_keys():
    recipe = Recipe(impute="mean", normalize="zscore")
    assert recipe.replace(normalize="rank") == Recipe(impute="mean", normalize="rank")
    assert recipe.normalize == choice("zscore")
    assert "'normalize'" in faults_of(recipe.replace, normalise="rank")[0]


def test_steps_in_another_order():
    recipe = Recipe.steps(
        [("treat", "winsorize"), ("impute", "mean"), ("normalize", "zscore"), ("aggregate", "geometric")]
    )
    assert recipe.order == ("treat", "impute", "normalize") and recipe.aggregate == choice("geometric")
    short = Recipe.steps([("normalize", "rank")], missing="drop-weight")
    assert short.order == ("normalize",) and short.impute == (choice("none"),)
    text = "\n".join(faults_of(Recipe.steps, [("imput", "mean"), ("treat", "none"), ("treat", "none")]))
    assert "'impute'" in text and "2 times" in text


@pytest.mark.parametrize("order", [("impute", "impute"), "impute", ("screen",), 5, (1, 2)])
def test_orders_that_make_no_sense(order):
    assert any("recipe.order" in fault for fault in faults_of(Recipe, order=order))


def test_what_a_recipe_prints():
    text = str(Recipe(impute=["linear", "mean"], normalize=choice("zscore", rescale=(1, 100))))
    assert "impute linear > mean" in text and "zscore:rescale=1..100" in text
    assert egov.choice("zscore", rescale=(1, 100)).rescale == (1, 100)
