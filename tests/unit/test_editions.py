"""Editions of an index among what may vary: against score() of each, draw by draw and exactly."""

import itertools
import pickle

import numpy as np
import pytest

from egov_index import (
    Alternatives,
    DataError,
    Framework,
    Index,
    Panel,
    Recipe,
    SpecError,
    choice,
    dirichlet,
    experts,
    leave_one_out,
    noise,
)

VALUES = np.random.default_rng(21).lognormal(0, 1, (15, 2, 4))
PANEL = Panel(VALUES, [f"U{k}" for k in range(15)], [2020, 2022], list("abcd"))
SCALES = [choice(name, rescale=(1, 100)) for name in ("minmax", "rank")]


def flat(leaves, name, **weights):
    nodes = [{"code": "root"}] + [
        {"code": leaf, "parent": "root", "weight": weights.get(leaf, 1.0)} for leaf in leaves
    ]
    return Index(Framework(nodes), Recipe(normalize=SCALES[0]), name=name, period=2022)


NOW = flat("abc", "now")
OLD = flat("abd", "old", a=3.0)
DEEP = Index(
    Framework(
        [{"code": "root"}, {"code": "p", "parent": "root"}, {"code": "c", "parent": "root"}]
        + [{"code": leaf, "parent": "p"} for leaf in "ab"]
    ),
    Recipe(normalize=SCALES[0], aggregate="geometric"),
    name="deep",
    period=2022,
)
EDITIONS = [NOW, OLD, DEEP]


def scored(index, **changes):
    return index.replace(recipe=index.recipe.replace(**changes)).score(PANEL)


def test_all_combinations_are_those_of_each_edition():
    made = NOW.uncertainty(
        PANEL, Alternatives(edition=EDITIONS, normalize=SCALES), discrete="enumerated", keep=True
    )
    assert made.n == 6 and made.factors == ("edition", "normalize")
    got = {tuple(np.floor(p * [3, 2]).astype(int)): k for k, p in enumerate(made.draws["points"])}
    for edition, scale in itertools.product(range(3), range(2)):
        expected = scored(EDITIONS[edition], normalize=SCALES[scale])
        at = got[edition, scale]
        np.testing.assert_allclose(made.draws["scores"][at], expected.values[-1, :, 0], rtol=1e-12)
        np.testing.assert_array_equal(made.draws["ranks"][at], expected.rank_values[-1, :, 0])
    np.testing.assert_array_equal(made.nominal, NOW.score(PANEL).rank_values[-1, :, 0])
    assert set(made.shift_by_choice()["alternative"]) >= {"now", "old", "deep"}


def test_what_varies_is_shared_by_name():
    others = Alternatives(edition=EDITIONS, weights=noise(0.4, "leaves"))
    made = NOW.uncertainty(PANEL, others, n=300, keep=True)
    assert made.factors == ("edition", "weight a", "weight b", "weight c", "weight d")
    for point, scores in zip(made.draws["points"][:60], made.draws["scores"], strict=False):
        edition = EDITIONS[int(point[0] * 3)]
        moved = {name: 1 + 0.4 * (2 * u - 1) for name, u in zip("abcd", point[1:], strict=True)}
        nodes = []
        for code in edition.framework.codes:
            node = edition.framework[code]
            alone = node.parent is None or len(edition.framework.children(node.parent)) < 2
            leaf = code in edition.framework.leaves
            weight = node.weight * (moved[code] if leaf and not alone else 1)
            nodes.append({"code": code, "weight": weight} | ({"parent": node.parent} if node.parent else {}))
        expected = edition.replace(framework=Framework(nodes)).score(PANEL).values[-1, :, 0]
        np.testing.assert_allclose(scores, expected, rtol=1e-12)


def test_editions_stand_in_every_question():
    others = Alternatives(edition=EDITIONS, normalize=SCALES, weights=noise(0.3, "leaves"))
    made = NOW.uncertainty(PANEL, others, n=512, period=[2020, 2022])
    for threads in (1, 2, 5):
        again = NOW.uncertainty(PANEL, others, n=512, period=[2020, 2022], threads=threads)
        np.testing.assert_array_equal(again.counts, made.counts)
    assert len(made.rank_change(2020, 2022)) == 15 and len(made.convergence()) > 2
    assert len(pickle.loads(pickle.dumps(made)).outranking()) == 2 * 15 * 14


def test_which_edition_matters():
    exact = NOW.sensitivity(PANEL, Alternatives(edition=EDITIONS, normalize=SCALES), output="kendall")
    ranks = np.array(
        [[scored(e, normalize=s).rank_values[-1, :, 0] for s in SCALES] for e in EDITIONS], dtype=float
    )
    nominal = NOW.score(PANEL).rank_values[-1, :, 0]
    at = np.triu_indices(15, 1)
    sign = np.sign(nominal[at[0]] - nominal[at[1]])
    y = (np.abs(np.sign(ranks[..., at[0]] - ranks[..., at[1]]) - sign) / 2).mean(axis=2)
    assert exact.exact and exact.factors == ("edition", "normalize")
    np.testing.assert_allclose(
        exact.first[0], [y.mean(1).var() / y.var(), y.mean(0).var() / y.var()], atol=1e-12
    )
    others = Alternatives(edition=EDITIONS, weights=noise(0.3, "leaves"))
    for method in ("shapley", "morris", "pawn", "oat"):
        found = NOW.sensitivity(PANEL, others, output="kendall", method=method, n=128)
        assert found.factors[0] == "edition"
    assert NOW.sensitivity(PANEL, others, output="score", n=64).mean.max() > 50  # on a common scale


def test_refusals():
    with pytest.raises(SpecError, match="an egov"):
        Alternatives(edition=["egdi-2020"])
    with pytest.raises(SpecError, match="'now' stands twice"):
        Alternatives(edition=[NOW, NOW.replace(period=2020)])
    with pytest.raises(SpecError, match="by name that every edition has"):
        NOW.uncertainty(PANEL, Alternatives(edition=EDITIONS, exclude=leave_one_out()), n=8)
    NOW.uncertainty(PANEL, Alternatives(edition=EDITIONS, exclude=leave_one_out(["a", "b"])), n=8)
    with pytest.raises(SpecError, match="one edition at a time"):
        NOW.sensitivity(PANEL, Alternatives(edition=EDITIONS, weights=dirichlet(20)), method="shapley", n=8)
    weighed = experts({"Ann": {"a": 1.0, "d": 2.0}})
    with pytest.raises(SpecError, match="d"):
        NOW.uncertainty(PANEL, Alternatives(edition=EDITIONS, weights=weighed), n=8)
    values = VALUES.copy()
    values[4, 1, 3] = np.nan
    with pytest.raises(DataError, match="U4"):
        NOW.uncertainty(
            Panel(values, PANEL.units, PANEL.periods, list("abcd")), Alternatives(edition=EDITIONS), n=8
        )
