"""Methods written in Python: called like the others, at every place, from several threads."""

import numpy as np
import pytest

import egov_index as egov
from egov_index import DataError, Param, SpecError, catalogue, register, spec

X = np.random.default_rng(3).lognormal(1, 0.5, (12, 4))


@pytest.fixture
def add():
    """Registers for one test only."""
    added = []

    def one(stage, name, function, *, sentence="Something.", **more):
        register(stage, name, function, sentence=sentence, **more)
        added.append((stage, name))

    yield one
    for stage, name in added:
        egov.unregister(stage, name)


def halves(values, weights, *, share=0.5, side="low", squared=False, table=None):
    picked = values.min() if side == "low" else values.max()
    mean = share * picked + (1 - share) * values @ weights
    return mean if table is None else mean + table.sum()


PARAMS = (
    Param("share", 0.5, lower=0, upper=1, sentence="Share of the extreme."),
    Param("side", "low", kind="option", options=("low", "high"), sentence="Which extreme."),
    Param("squared", False, kind="flag", sentence="Nothing."),
    Param("table", kind="table", optional=True, sentence="What is added."),
)


def nodes():
    tree = {"a": "one", "b": "one", "c": "two", "d": "two", "one": "index", "two": "index"}
    return egov.Framework(
        [{"code": "index"}]
        + [{"code": code, "parent": tree[code]} for code in ("one", "two", "a", "b", "c", "d")]
    )


def panel():
    return egov.Panel(X[:, None, :], [f"U{k}" for k in range(12)], [2020], list("abcd"))


def test_an_aggregation_of_ones_own_with_parameters(add):
    add("aggregate", "halves", halves, params=PARAMS, gives=["range"])
    assert "halves" in egov.methods("aggregate")["name"].tolist()
    row = egov.methods("aggregate").set_index("name").loc["halves"]
    assert row["parameters"] == "share=0.5, side=low, squared=0, table" and row["gives"] == "keeps range"
    np.testing.assert_allclose(egov.aggregate(X, "halves:share=1,side=high"), X.max(axis=1), rtol=1e-15)
    got = egov.aggregate(X, "halves", share=0, table=[[1, 2]], weights=[1, 0, 0, 1])
    np.testing.assert_allclose(got, 3 + (X[:, 0] + X[:, 3]) / 2, rtol=1e-15)
    for bad in ({"share": 2}, {"side": "lo"}, {"squared": 3}, {"shar": 1}):
        with pytest.raises(SpecError, match=next(iter(bad))):
            egov.aggregate(X, "halves", **bad)


def test_types_that_a_function_gets(add):
    seen = {}

    def look(values, weights, **given):
        seen.update(given, values=values, weights=weights)
        return 1.0

    add(
        "aggregate",
        "look",
        look,
        params=(*PARAMS, Param("count", 3, kind="integer"), Param("free", optional=True)),
    )
    egov.aggregate(X, "look", table=[[1, 2], [3, 4]], squared=True)
    assert seen["squared"] is True and seen["side"] == "low" and seen["free"] is None
    assert seen["count"] == 3 and isinstance(seen["count"], int) and seen["table"].shape == (2, 2)
    assert seen["values"].shape == seen["weights"].shape == (4,)


def test_every_stage(add):
    add("treat", "clip_top", lambda values, *, top=5.0: np.minimum(values, top), params=[Param("top", 5.0)])
    add(
        "normalize",
        "share_of_reference",
        lambda values, reference: values / np.nanmax(reference),
        gives=["positive"],
    )
    add("weight", "by_mean", lambda values, given: given * np.nanmean(values, axis=0))
    add("impute", "zero", lambda values, times: np.where(np.isnan(values), 0.0, values))
    add(
        "aggregate",
        "relative",
        lambda values, weights: values @ weights / (values @ weights).max(),
        together=True,
    )
    holed = X.copy()
    holed[3, 1] = np.nan
    np.testing.assert_array_equal(egov.treat(holed, "clip_top", top=3), np.minimum(holed, 3))
    np.testing.assert_allclose(egov.normalize(X, "share_of_reference"), X / X.max(axis=0), rtol=1e-15)
    np.testing.assert_allclose(
        egov.normalize(X, "share_of_reference", direction=-1), -X / -X.min(axis=0), rtol=1e-15
    )
    assert (
        np.asarray(
            getattr(egov.impute(holed, "zero").panel, "values", egov.impute(holed, "zero").panel)
        ).ravel()[13]
        == 0
    )
    weights = list(egov.weight(X, "by_mean").values())
    np.testing.assert_allclose(weights, X.mean(axis=0) / X.mean(axis=0).sum(), rtol=1e-15)
    recipe = egov.Recipe(
        treat="clip_top",
        normalize="share_of_reference",
        weight="by_mean",
        aggregate="relative",
        impute="zero",
    )
    result = egov.Index(nodes(), recipe).score(panel())
    assert max(result.scores["index"]) == pytest.approx(1)


def test_spec_files_schema_and_choices_know_it(add, tmp_path):
    add("aggregate", "halves", halves, params=PARAMS)
    index = egov.Index(nodes(), egov.Recipe(normalize="none", aggregate="halves:share=0.25,side=high"))
    index.to_file(tmp_path / "index.toml")
    again = egov.Index.from_file(tmp_path / "index.toml")
    assert again == index and "halves" in str(spec.schema()["$defs"]["aggregate_choice"])
    wanted = egov.aggregate(X[:, :2], "halves", share=0.25, side="high")
    np.testing.assert_allclose(again.score(panel()).scores["one"], wanted, rtol=1e-15)


@pytest.mark.parametrize("threads", [1, 3])
def test_draws_call_it_from_every_thread(add, threads):
    add("aggregate", "own_mean", lambda values, weights: float(values @ weights), gives=["range"])
    add("aggregate", "own_together", lambda values, weights: values @ weights, together=True)
    runs = []
    for method in ("arithmetic", "own_mean", "own_together"):
        index = egov.Index(nodes(), egov.Recipe(normalize="minmax"))
        others = egov.Alternatives(aggregate=[method, "minimum"], weights=egov.noise(0.3))
        runs.append(index.uncertainty(panel(), others, n=600, seed=4, threads=threads))
    for run in runs[1:]:
        np.testing.assert_array_equal(run.counts, runs[0].counts)


class Sulk(Exception):
    pass


@pytest.mark.parametrize("threads", [1, 3])
def test_its_exceptions_come_out_as_they_are(add, threads):
    calls = []

    def tired(values, weights):
        calls.append(1)
        if len(calls) > 400:
            raise Sulk("enough")
        return float(values @ weights)

    add("aggregate", "tired", tired)
    index = egov.Index(nodes(), egov.Recipe(normalize="minmax", aggregate="tired"))
    with pytest.raises(Sulk, match="enough"):
        index.uncertainty(
            panel(), egov.Alternatives(weights=egov.noise(0.3)), n=2000, seed=1, threads=threads
        )
    with pytest.raises(Sulk, match="enough"):
        egov.aggregate(X, "tired")


@pytest.mark.parametrize(
    ("stage", "function", "more", "words"),
    [
        ("aggregate", lambda x, w: np.nan, {}, ["nan", "U0"]),
        ("aggregate", lambda x, w: x, {}, ["shape (4,)"]),
        ("aggregate", lambda x, w: "a", {}, ["str"]),
        ("aggregate", lambda x, w: None, {}, ["nan"]),
        (
            "aggregate",
            lambda x, w: x[:, 0] / np.where(np.arange(12) == 7, np.nan, 1),
            {"together": True},
            ["nan", "U7"],
        ),
        ("aggregate", lambda x, w: x, {"together": True}, ["(12, 4)", "(12,)"]),
        ("treat", lambda x: x[1:], {}, ["(11,)", "a"]),
        ("treat", lambda x: x / 0 * 0, {}, ["NaN"]),
        ("treat", lambda x: x * np.inf, {}, ["infinite"]),
        ("normalize", lambda x, reference: x[:2], {}, ["(2,)"]),
        ("weight", lambda x, given: given[1:], {}, ["(3,)"]),
        ("weight", lambda x, given: given * np.nan, {}, ["finite"]),
        ("impute", lambda x, times: x + 1, {}, ["observed"]),
    ],
)
def test_what_comes_back_is_checked(add, stage, function, more, words):
    add(stage, "wrong", function, **more)
    with pytest.raises(DataError) as caught, np.errstate(all="ignore"):
        getattr(egov, stage)(panel(), "wrong")
    assert all(word in str(caught.value) for word in ("wrong", stage, *words)), str(caught.value)


def test_an_error_of_the_package_gains_its_place(add):
    def refuse(values, weights):
        raise DataError("no")

    add("aggregate", "refuse", refuse)
    with pytest.raises(DataError, match=r"aggregate refuse, unit U0, period 2020: no"):
        egov.aggregate(panel(), "refuse")
    with pytest.raises(DataError, match=r"aggregate refuse node two unit U0 period 2020: no"):
        egov.Index(nodes(), egov.Recipe(normalize="none", aggregate="refuse")).score(panel())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"stage": "rank"}, ["stage", "'rank'"]),
        ({"name": "Odd Name"}, ["name", "lower-case"]),
        ({"function": 3}, ["function"]),
        ({"sentence": "No stop"}, ["sentence"]),
        ({"needs": ["postive"]}, ["needs", "'positive'"]),
        ({"gives": ["rang"]}, ["gives", "'range'"]),
        ({"needs": ["holes"]}, ["holes"]),
        ({"stage": "treat", "together": True}, ["together"]),
        ({"params": [3]}, ["params[0]"]),
        ({"params": [Param("weights")]}, ["'weights'"]),
        ({"params": [Param("a"), Param("a")]}, ["'a'", "twice"]),
        ({"params": [Param("a", 3, upper=2)]}, ["'a'", "bounds"]),
        ({"params": [Param("a", kind="groups")]}, ["'a'", "groups"]),
        ({"params": [Param("a", kind="option")]}, ["'a'", "options"]),
        ({"name": "arithmetic"}, ["'arithmetic'", "another name"]),
    ],
)
def test_rows_that_make_no_sense_are_refused(given, words):
    row = {"stage": "aggregate", "name": "odd", "function": halves, "sentence": "Odd."} | given
    with pytest.raises(SpecError) as caught:
        register(row.pop("stage"), row.pop("name"), row.pop("function"), **row)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert "odd" not in egov.methods("aggregate")["name"].tolist()


def test_a_name_may_be_taken_back_and_used_again():
    for factor in (1, 2):
        register("aggregate", "times", lambda x, w, by=factor: by * x[0], sentence="Times.")
        assert egov.aggregate([[3.0]], "times")[0] == 3 * factor
        egov.unregister("aggregate", "times")
    assert "times" not in catalogue._tables()["aggregate"]
    for stage, name in (("aggregate", "times"), ("aggregate", "bod"), ("aggregate", "arithmetic")):
        with pytest.raises(SpecError, match="not registered"):
            egov.unregister(stage, name)


def test_declared_needs_are_asked_for(add):
    add("aggregate", "roots", lambda x, w: float(np.sqrt(x) @ w), needs=["nonnegative"])
    add("aggregate", "logs", lambda x, w: float(np.log(x) @ w), needs=["positive"])
    with pytest.raises(DataError, match="at least 0"):
        egov.aggregate(X - 4, "roots")
    with pytest.raises(DataError, match="above 0"):
        egov.aggregate(X - X.min(), "logs")
    others = egov.Alternatives(aggregate=["arithmetic", "logs"])
    with pytest.raises(SpecError, match="above 0"):
        egov.Index(nodes(), egov.Recipe(normalize="minmax")).uncertainty(panel(), others, n=10)
