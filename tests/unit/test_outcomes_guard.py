"""What an outcome shares with an index: by concept, by auxiliaries, by controls; and the index without it."""

import numpy as np
import pytest
from scipy import stats

import egov_index as egov
from egov_index import Framework, Index, Panel, Recipe

NAN = float("nan")
RNG = np.random.default_rng(8)
N = 50
UNITS = [f"U{k:02}" for k in range(N)]
X = RNG.normal(size=(N, 1, 4))
Y = X[:, :, 2:3] + 0.5 * RNG.normal(size=(N, 1, 2))
LEAVES = ["net", "phone", "years", "reading"]


def index(concepts=(None, None, "schooling", "literacy;schooling"), weights=(1, 3, 1, 1)):
    nodes = [
        {"code": "root"},
        {"code": "access", "parent": "root"},
        {"code": "skills", "parent": "root", "weight": 2},
    ]
    for name, concept, weight, parent in zip(
        LEAVES, concepts, weights, ["access"] * 2 + ["skills"] * 2, strict=True
    ):
        nodes.append(
            {"code": name, "parent": parent, "weight": weight} | ({"concept": concept} if concept else {})
        )
    return Index(Framework(nodes), Recipe(normalize="zscore"))


def outcomes(concepts=("schooling", "literacy"), names=("school", "books")):
    info = {"indicator": list(names), "sdg_goal": ["4", "4"], "direction": [1, 1], "concept": list(concepts)}
    return Panel(Y, UNITS, [2020], list(names), indicator_info=info)


def found(scores, other, **how):
    made = egov.outcomes.correlate(scores, other, **({"resamples": 0, "minimum": 0} | how))
    return made, made.to_frame().set_index(["node", "outcome"])


def test_the_index_without_what_it_shares_is_the_index_without_these_indicators():
    panel = Panel(X, UNITS, [2020], LEAVES)
    _, frame = found(index().score(panel), outcomes())
    z = (X[:, 0] - X[:, 0].mean(axis=0)) / X[:, 0].std(axis=0)
    less = {"school": z[:, :2] @ [1, 3], "books": z[:, :2] @ [1, 3] / 4 / 3 + z[:, 2] * 2 / 3}
    for k, (name, rest) in enumerate(less.items()):
        row = frame.loc["root", name]
        assert row["estimate_without"] == pytest.approx(
            stats.spearmanr(rest, Y[:, 0, k]).statistic, rel=1e-12
        )
    assert frame.loc["root", "school"]["without"] == "years;reading"
    assert frame.loc["root", "books"]["without"] == "reading"
    assert frame.loc["access", "school"]["without"] == "" and np.isnan(
        frame.loc["access", "school"]["estimate_without"]
    )


def test_a_node_of_which_nothing_is_left_says_so():
    made, frame = found(index().score(Panel(X, UNITS, [2020], LEAVES)), outcomes())
    assert np.isnan(frame.loc["skills", "school"]["estimate_without"])
    flagged = made.flagged().set_index(["node", "outcome"])
    assert flagged.loc["skills", "school"]["reason_without"] == "nothing-left"
    assert flagged.loc["root", "school"]["reason_without"] == ""
    assert (
        flagged.loc["root", "school"]["n_without"] == N
        and 0 <= flagged.loc["root", "school"]["p_without"] <= 1
    )
    every = index(concepts=("schooling",) * 4)
    assert set(found(every.score(Panel(X, UNITS, [2020], LEAVES)), outcomes(("schooling",) * 2))[0]
               .flagged()["reason_without"]) == {"nothing-left"}  # fmt: skip


def test_numbers_without_count_not_among_the_tests():
    result = index().score(Panel(X, UNITS, [2020], LEAVES))
    _, with_them = found(result, outcomes())
    made, plain = found(result, outcomes(), rebuild=False)
    assert with_them["p_adjusted"].equals(plain["p_adjusted"]) and len(made.flagged()) == 0
    assert (plain["without"] == "").all() and plain["overlap"].equals(with_them["overlap"])


def test_the_rows_stay_those_of_the_node():
    holes = X.copy()
    holes[:7, 0, 0] = NAN  # net is missing, so the root is
    result = (
        index()
        .replace(recipe=Recipe(normalize="zscore", missing="drop-weight", threshold=1))
        .score(Panel(holes, UNITS, [2020], LEAVES))
    )
    made, frame = found(result, outcomes())
    assert frame.loc["root", "school"]["n"] == N - 7
    assert made.flagged().set_index(["node", "outcome"]).loc["root", "school"]["n_without"] == N - 7


def test_an_indicator_takes_the_concept_of_the_node_above_if_it_has_none():
    nodes = [
        {"code": "root"},
        {"code": "access", "parent": "root"},
        {"code": "skills", "parent": "root", "concept": "schooling"},
    ]
    nodes += [{"code": name, "parent": "access" if k < 2 else "skills"} for k, name in enumerate(LEAVES)]
    result = Index(Framework(nodes), Recipe(normalize="zscore")).score(Panel(X, UNITS, [2020], LEAVES))
    _, frame = found(result, outcomes())
    assert (
        frame.loc["root", "school"]["without"] == "years;reading"
        and frame.loc["root", "books"]["overlap"] == ""
    )


def test_a_published_index_is_the_mean_of_its_other_components():
    survey, sdg = egov.datasets.un_egov_survey(), egov.datasets.sdg_outcomes()
    _, frame = found(survey, sdg, only=["hdi", "under5_mortality"], period=2020)
    row = frame.loc["egdi", "hdi"]
    assert row["without"] == "hci" and row["overlap"] == "schooling"
    at = survey.periods.index(2020)
    rest = (survey.column("osi")[:, at] + survey.column("tii")[:, at]) / 2
    hdi = sdg.select(periods=[2020], indicators=["hdi"], units=survey.units).values[:, 0, 0]
    both = ~np.isnan(rest) & ~np.isnan(hdi)
    assert row["estimate_without"] == pytest.approx(
        stats.spearmanr(rest[both], hdi[both]).statistic, rel=1e-12
    )
    assert frame.loc["hci", "hdi"]["without"] == "hci" and np.isnan(
        frame.loc["hci", "hdi"]["estimate_without"]
    )
    assert frame.loc["egdi", "under5_mortality"]["without"] == ""
    ict = egov.datasets.ict_human_capital()
    _, net = found(survey, ict, only="internet_users", nodes=["egdi", "osi", "tii"])
    assert (
        net.loc["egdi", "internet_users"]["without"] == "tii"
        and net.loc["osi", "internet_users"]["overlap"] == ""
    )


def test_without_its_components_in_the_panel_a_published_index_is_flagged_all_the_same():
    survey = egov.datasets.un_egov_survey().select(indicators=["egdi"])
    _, frame = found(survey, egov.datasets.sdg_outcomes(), only="hdi")
    row = frame.loc["egdi", "hdi"]
    assert row["overlap"] == "schooling" and row["without"] == "egdi" and np.isnan(row["estimate_without"])


def test_controls_that_are_inside_the_index_are_told():
    facts = {"indicator": ["school", "books"], "sdg_goal": ["4", "control"], "concept": [None, "literacy"]}
    other = Panel(Y, UNITS, [2020], ["school", "books"], indicator_info=facts)
    _, frame = found(index().score(Panel(X, UNITS, [2020], LEAVES)), other, control="books")
    assert "control books shares literacy with the index" in frame.loc["root", "school"]["note"]
    assert frame.loc["access", "school"]["note"] == "" and frame.loc["root", "school"]["overlap"] == ""
    assert "estimate_plain" in frame
