"""The audit: panels made so that each check is known to pass or to fail, numbers against plain NumPy."""

import json
import math

import numpy as np
import pytest
from scipy import stats

import egov_index as egov
from egov_index import cli
from egov_index.audit.rules import CHECKS, LIMITS

UNITS = 40
COLUMNS = ["check", "element", "value", "rule", "verdict", "note"]


def columns(seed=3, count=6):
    random = np.random.default_rng(seed)
    return random.normal(size=(UNITS, 1)) + 0.9 * random.normal(size=(UNITS, count))


def tree(parents, **extra):
    nodes = [{"code": code, "parent": parent} | extra.get(code, {}) for code, parent in parents.items()]
    return egov.Framework([{"code": "top"}, *nodes])


PARENTS = {
    "a": "top", "b": "top", "a1": "a", "a2": "a", "a3": "a", "b1": "b", "b2": "b", "b3": "b",
}  # fmt: skip
LEAVES = ("a1", "a2", "a3", "b1", "b2", "b3")


def panel(values, names=LEAVES, **more):
    values = np.asarray(values, dtype=float)
    return egov.Panel(values[:, None, :], [f"U{k}" for k in range(len(values))], [2020], names, **more)


def audited(values, names=LEAVES, parents=PARENTS, recipe=None, extra=None, **keywords):
    index = egov.Index(tree(parents, **(extra or {})), recipe or egov.Recipe(normalize="zscore"))
    return egov.audit(index, panel(values, names), **keywords)


def at(found, check, element):
    frame = found.to_frame()
    rows = frame[(frame["check"] == check) & (frame["element"] == element)]
    assert len(rows) == 1
    return rows.iloc[0]


def verdicts(found, check):
    frame = found.to_frame()
    frame = frame[frame["check"] == check]
    return dict(zip(frame["element"], frame["verdict"], strict=True))


def with_holes():
    values = columns()
    values[0, [0, 1, 2]] = np.nan
    values[:15, 5] = np.nan
    return values


def test_coverage_and_imputed_share():
    values = with_holes()
    recipe = egov.Recipe(impute="mean", normalize="zscore")
    found = audited(values, recipe=recipe)
    seen = ~np.isnan(values)
    for k, share in enumerate(seen.mean(axis=1)):
        row = at(found, "unit coverage", f"U{k}")
        assert row["value"] == share and row["verdict"] == ("pass" if share >= 0.65 else "fail")
        row = at(found, "imputed", f"U{k}")
        assert row["value"] == pytest.approx(1 - share) and row["verdict"] == (
            "fail" if share < 0.65 else "pass"
        )
    assert at(found, "unit coverage", "U0")["verdict"] == at(found, "imputed", "U0")["verdict"] == "fail"
    assert at(found, "imputed", "U0")["note"] == "a1, a2, a3, b3"
    for code, share in zip(LEAVES, seen.mean(axis=0), strict=True):
        row = at(found, "indicator coverage", code)
        assert row["value"] == share and row["verdict"] == ("fail" if share < 0.65 else "pass")
    assert at(found, "indicator coverage", "b3")["verdict"] == "fail"
    row = at(found, "pillar coverage", "a")
    assert row["value"] == pytest.approx(seen[:, :3].mean()) and row["verdict"] == "look"
    assert row["note"] == "1 unit with fewer: U0"
    assert (
        at(audited(values, recipe=recipe, coverage=0.3, imputed=0.7), "unit coverage", "U0")["verdict"]
        == "pass"
    )


def test_zeros_and_ties():
    values = np.abs(columns())
    values[:25, 0] = 0
    values[:8, 3] = values[:, 3].max() + 1
    found = audited(values)
    row = at(found, "zeros", "a1")
    assert (row["value"], row["verdict"]) == (15 / 40, "look")
    assert at(found, "zeros", "a2")["verdict"] == "pass"
    row = at(found, "floor or ceiling", "a1")
    assert (row["value"], row["verdict"], row["note"]) == (25 / 40, "look", "25 of 40 share the lowest")
    row = at(found, "floor or ceiling", "b1")
    assert (row["value"], row["verdict"], row["note"]) == (8 / 40, "look", "8 of 40 share the highest")
    assert at(found, "floor or ceiling", "a2")["value"] == 0


def test_outliers_are_gone_after_treatment():
    values = columns()
    values[7, 1] = 60
    raw, treated = audited(values), audited(values, recipe=egov.Recipe(treat="winsorize", normalize="zscore"))
    row = at(raw, "outliers", "a2")
    assert row["value"] == pytest.approx(stats.skew(values[:, 1], bias=False), rel=1e-10)
    assert stats.kurtosis(values[:, 1], bias=False) > 3.5 and row["verdict"] == "fail"
    assert at(treated, "outliers", "a2")["verdict"] == "pass"
    assert at(audited(values, kurtosis=1000), "outliers", "a2")["verdict"] == "pass"


def test_a_negative_sibling():
    values = columns()
    values[:, 2] = -values[:, 0] + 0.3 * values[:, 2]
    found = audited(values)
    r = np.corrcoef(values[:, :3].T)
    row = at(found, "sign", "a3")
    assert row["value"] == pytest.approx(r[2, :2].min(), rel=1e-10) and row["verdict"] == "fail"
    assert row["note"] == "negative with 2 of 2 siblings, most with a1"
    assert at(found, "sign", "b1")["verdict"] == "pass"
    z = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    mean = z[:, :3].mean(axis=1)
    row = at(found, "parent", "a3")
    r = np.corrcoef(z[:, 2], mean)[0, 1]
    assert row["value"] == pytest.approx(r, rel=1e-9)
    assert row["verdict"] == ("fail" if r < 0 else "look" if r < 0.3 else "pass") != "pass"
    turned = audited(values, extra={"a3": {"direction": -1}})
    assert at(turned, "sign", "a3")["verdict"] == at(turned, "parent", "a3")["verdict"] == "pass"


def test_a_weak_negative_sibling_may_be_chance():
    values = columns()
    other = values[:, 0] - values[:, 0].mean()
    fresh = np.random.default_rng(9).normal(size=UNITS)
    fresh -= fresh.mean()
    fresh -= other * (fresh @ other / (other @ other))
    values[:, 1] = fresh - 0.1 * other * np.sqrt(fresh @ fresh / (other @ other))
    found = audited(values[:, :2], LEAVES[:2], {"a": "top", "a1": "a", "a2": "a"})
    r, p = stats.pearsonr(values[:, 0], values[:, 1])
    assert -0.2 < r < 0 and p > 0.05
    row = at(found, "sign", "a1")
    assert (row["verdict"], row["note"]) == ("look", "negative with a2; may be chance")
    sure = audited(values[:, :2], LEAVES[:2], {"a": "top", "a1": "a", "a2": "a"}, level=1 - (p + 1) / 2)
    assert at(sure, "sign", "a1")["verdict"] == "fail"


def test_a_duplicated_indicator():
    values = columns()
    values[:, 4] = 3 * values[:, 3] + 1
    found = audited(values)
    assert {code for code, v in verdicts(found, "collinear").items() if v == "fail"} == {"b1", "b2"}
    row = at(found, "collinear", "b1")
    assert row["value"] == pytest.approx(1) and row["note"] == "with b2"
    assert at(audited(values, collinear=1), "collinear", "a1")["verdict"] == "pass"
    row = at(found, "kmo", "b")
    assert row["verdict"] == "not applicable" and "depend on one another" in row["note"]
    assert math.isnan(row["value"])


def test_components_and_alpha():
    random = np.random.default_rng(5)
    values = columns()
    values[:, 3:] = random.normal(size=(UNITS, 3))
    found = audited(values)
    for code, part in (("a", values[:, :3]), ("b", values[:, 3:])):
        eigen = np.linalg.eigvalsh(np.corrcoef(part.T))[::-1]
        row = at(found, "first component", code)
        assert row["value"] == pytest.approx(eigen[0] / 3, rel=1e-10)
        assert row["verdict"] == ("pass" if eigen[0] / 3 >= 0.6 else "look")
        row = at(found, "eigenvalues", code)
        assert row["value"] == (eigen > 1).sum() and (row["verdict"] == "pass") == ((eigen > 1).sum() == 1)
        z = stats.zscore(part, ddof=1)
        c = np.cov(z.T)
        alpha = 1.5 * (1 - np.trace(c) / c.sum())
        row = at(found, "alpha", code)
        assert row["value"] == pytest.approx(alpha, rel=1e-9)
        assert row["verdict"] == ("pass" if alpha >= 0.7 else "look")
        r, inverse = np.corrcoef(part.T), np.linalg.inv(np.corrcoef(part.T))
        q = inverse / np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))
        off = ~np.eye(3, dtype=bool)
        kmo = (r[off] ** 2).sum() / ((r[off] ** 2).sum() + (q[off] ** 2).sum())
        row = at(found, "kmo", code)
        assert row["value"] == pytest.approx(kmo, rel=1e-9)
        assert row["verdict"] == ("fail" if kmo < 0.5 else "look" if kmo < 0.6 else "pass")
    assert at(found, "alpha", "a")["verdict"] == "pass" and at(found, "alpha", "b")["verdict"] == "look"
    assert at(found, "kmo", "top")["note"] == "with two children it is always 0.5"


def test_importance_against_weight():
    values = columns()
    recipe = egov.Recipe(normalize="none")
    values[:, 1] *= 0.01
    found = audited(values, recipe=recipe)
    mean = values[:, :3].mean(axis=1)
    ratios = np.array([np.corrcoef(values[:, k], mean)[0, 1] ** 2 for k in range(3)])
    for code, share in zip(LEAVES, ratios / ratios.sum(), strict=False):
        row = at(found, "importance", code)
        assert row["value"] == pytest.approx(3 * share, rel=1e-8)
        assert row["verdict"] == ("pass" if 0.5 <= 3 * share <= 2 else "look")
    assert set(verdicts(found, "importance")) == {"a", "b", *LEAVES}
    assert set(verdicts(found, "importance in the index")) == set(LEAVES)
    top = (mean + values[:, 3:].mean(axis=1)) / 2
    ratios = np.array([np.corrcoef(values[:, k], top)[0, 1] ** 2 for k in range(6)])
    for code, share in zip(LEAVES, ratios / ratios.sum(), strict=True):
        assert at(found, "importance in the index", code)["value"] == pytest.approx(6 * share, rel=1e-8)
    bounds = audited(values, recipe=recipe, least_ratio=0.999, most_ratio=1.001)
    assert "look" in verdicts(bounds, "importance").values()


def test_an_indicator_that_never_decides():
    values = columns()
    names, parents = LEAVES[:2], {"a1": "top", "a2": "top"}
    extra = {"a1": {"weight": 1.0}, "a2": {"weight": 1e-9}}
    recipe = egov.Recipe(normalize="zscore")
    found = audited(values[:, :2], names, parents, recipe, extra)
    assert verdicts(found, "dominated") == {"a1": "pass", "a2": "fail"}
    assert at(found, "dominated", "a2")["note"] == "no rank changes without it"


def test_what_removal_moves():
    values = columns()
    found = audited(values)
    z = stats.zscore(values, ddof=1)
    ranks = stats.rankdata(-(z[:, :3].mean(axis=1) + z[:, 3:].mean(axis=1)), "min")
    without = stats.rankdata(-(z[:, 1:3].mean(axis=1) + z[:, 3:].mean(axis=1)), "min")
    row = at(found, "removal", "a1")
    assert row["value"] == pytest.approx(np.abs(ranks - without).mean())
    assert at(found, "dominated", "a1")["value"] == np.abs(ranks - without).max()
    mover = int(np.abs(ranks - without).argmax())
    assert row["note"].startswith(f"most U{mover}, {ranks[mover]}")
    assert set(verdicts(found, "removal")) == set(PARENTS)
    assert set(verdicts(audited(values, moved=0), "removal").values()) == {"look"}


def test_pillars_against_the_index():
    values = columns()
    values[:, 3:] = 0.05 * np.random.default_rng(1).normal(size=(UNITS, 3)) + values[:, [3]]
    recipe = egov.Recipe(normalize="none")
    values[:, 3:] *= 20
    found = audited(values, recipe=recipe, shift=5)
    b, top = values[:, 3:].mean(axis=1), (values[:, :3].mean(axis=1) + values[:, 3:].mean(axis=1)) / 2
    row = at(found, "redundant", "b")
    assert row["value"] == pytest.approx(np.corrcoef(b, top)[0, 1], rel=1e-9) and row["verdict"] == "look"
    assert at(found, "redundant", "a")["verdict"] == "pass"
    for code, part in (("a", values[:, :3].mean(axis=1)), ("b", b)):
        shift = np.abs(stats.rankdata(-part, "min") - stats.rankdata(-top, "min"))
        row = at(found, "information", code)
        assert row["value"] == pytest.approx((shift >= 5).mean())
        assert row["verdict"] == ("pass" if (shift >= 5).mean() >= 0.2 else "look")
        assert row["note"].endswith(f"Spearman {stats.spearmanr(part, top)[0]:.2f}")
    assert verdicts(found, "information") == {"a": "pass", "b": "look"}


def test_denominators_left_aside():
    values = columns(count=7)
    values[:, 6] = np.exp(values[:, 6])
    spread = 1 + 0.01 * np.abs(values[:, 0])
    values[:, 0] = values[:, 6] ** 2 * spread
    values[:, 1] = values[:, 6] * values[:, 1]
    extra = {"a1": {"denominator": "people"}, "a2": {"denominator": "people"}}
    found = audited(
        values, (*LEAVES, "people"), extra=extra, recipe=egov.Recipe(normalize="zscore", denominate="divide")
    )
    assert verdicts(found, "denominator") == {"a1": "look", "a2": "pass"}
    assert at(found, "denominator", "a1")["value"] == pytest.approx(
        np.corrcoef(values[:, 6] * spread, values[:, 6])[0, 1]
    )
    none = audited(columns())
    assert at(none, "denominator", "top")["verdict"] == "not applicable"


def everything_said(found):
    frame = found.to_frame()
    assert frame.columns.tolist() == COLUMNS
    assert set(frame["check"]) == set(CHECKS)
    assert set(frame["verdict"]) <= {"pass", "look", "fail", "not applicable"}
    idle = frame["verdict"] == "not applicable"
    assert frame.loc[idle, "note"].str.len().gt(0).all() and frame.loc[idle, "value"].isna().all()
    named = frame["check"].eq("denominator")
    assert frame.loc[~idle & ~named, "value"].notna().all()
    assert "nan" not in str(found).lower() and "nan" not in found._repr_html_().lower()
    assert json.loads(found.to_json())["checks"]
    counts = found.summary()
    assert counts[["pass", "look", "fail", "not_applicable"]].to_numpy().sum() == len(frame)
    return frame


def test_a_pillar_with_one_indicator():
    found = audited(columns()[:, :4], LEAVES[:4], {k: v for k, v in PARENTS.items() if k not in ("b2", "b3")})
    everything_said(found)
    for check in ("sign", "collinear", "parent", "importance"):
        assert at(found, check, "b1")["verdict"] == "not applicable"
        assert at(found, check, "b1")["note"] == "the only child of b"
    for check in ("first component", "eigenvalues", "alpha", "kmo"):
        assert at(found, check, "b")["note"] == "b1 is its only child"


def test_an_index_of_one_indicator():
    everything_said(audited(columns()[:, :1], ("x",), {"x": "top"}))


def test_a_constant_column():
    values = columns()
    values[:, 1] = 2
    recipe = egov.Recipe(normalize="none")
    found = audited(values, recipe=recipe)
    everything_said(found)
    for check in ("outliers", "floor or ceiling", "sign", "collinear", "parent", "importance"):
        assert (at(found, check, "a2")["verdict"], at(found, check, "a2")["note"]) == (
            "not applicable",
            "constant",
        )
    assert at(found, "first component", "a")["verdict"] == "not applicable"
    assert at(found, "sign", "a1")["value"] == pytest.approx(np.corrcoef(values[:, 0], values[:, 2])[0, 1])


@pytest.mark.parametrize("count", [2, 3, 4])
def test_few_units(count):
    everything_said(audited(columns()[:count]))


def test_all_the_same():
    values = np.tile(np.arange(4.0)[:, None], (1, 6))
    values[:, 3:] *= -1
    everything_said(audited(values))


def test_missing_children_that_drop_out():
    values = columns()
    values[:5, 0] = np.nan
    found = audited(values, recipe=egov.Recipe(normalize="zscore", missing="drop-weight"))
    everything_said(found)
    whole = values[5:]
    eigen = np.linalg.eigvalsh(np.corrcoef(whole[:, :3].T))
    row = at(found, "first component", "a")
    assert row["value"] == pytest.approx(eigen[-1] / 3, rel=1e-10)
    assert row["note"] == at(found, "kmo", "a")["note"] == "over the 35 of 40 units without a missing child"
    assert at(found, "kmo", "b")["note"] == ""


def test_units_that_are_not_scored():
    values = np.abs(columns()) + 1
    values[4, 0] = 0
    found = audited(values, extra={"a1": {"not_scored": 0.0}})
    everything_said(found)
    assert at(found, "unit coverage", "U4")["note"] == "not scored by the survey itself"
    assert "39 units scored" in str(found)


def test_failures_summary_and_words():
    values = columns()
    values[:, 4] = values[:, 3]
    found = audited(values)
    frame = found.to_frame()
    assert len(found.failures()) == (frame["verdict"] == "fail").sum() > 0
    both = found.failures(looks=True)
    assert both["verdict"].tolist() == sorted(both["verdict"], key=["fail", "look"].index)
    assert len(both) == frame["verdict"].isin(["fail", "look"]).sum()
    assert found.summary().set_index("check").loc["collinear", "fail"] == 2
    text, page = str(found), found._repr_html_()
    assert "Collinear siblings: 2 fail, 6 pass" in text and "above 0.92" in text
    assert all(len(line) <= 110 for line in text.splitlines())
    assert page.count("<table>") == 2 and "Collinear siblings" in page
    assert "2 fail" in repr(found)


def test_the_period_asked_for():
    first, last = columns(1), columns(2)
    index = egov.Index(tree(PARENTS), egov.Recipe(normalize="zscore"))
    values = np.stack([first, last], axis=1)
    both = egov.Panel(values, [f"U{k}" for k in range(UNITS)], [2020, 2022], LEAVES)
    result = index.score(both)
    for period, part in ((2020, first), (2022, last), (None, last)):
        found = egov.audit(result, period=period)
        value = at(found, "collinear", "a1")["value"]
        assert value == pytest.approx(np.corrcoef(part[:, :3].T)[0, 1:].max(), rel=1e-10)
        want = egov.removal(index, both, period=found.period).to_frame()["mean_shift"][0]
        assert at(found, "removal", "a1")["value"] == want
    assert egov.audit(index, both, period=2020).to_frame().equals(egov.audit(result, period=2020).to_frame())


def test_what_cannot_be_asked():
    index, data = egov.Index(tree(PARENTS), egov.Recipe(normalize="zscore")), panel(columns())
    result = index.score(data)
    with pytest.raises(egov.SpecError, match="'collinear'"):
        egov.audit(result, colinear=0.9)
    with pytest.raises(egov.SpecError, match="a number from 0 to 1") as error:
        egov.audit(result, coverage=65, alpha="high", skew=float("nan"))
    assert len(error.value.faults) == 3
    with pytest.raises(egov.SpecError, match="least_ratio"):
        egov.audit(result, least_ratio=3)
    with pytest.raises(egov.SpecError, match="Panel"):
        egov.audit(index)
    with pytest.raises(egov.SpecError, match="panel"):
        egov.audit(result, data)
    with pytest.raises(egov.DataError, match="period"):
        egov.audit(result, period=1999)
    with pytest.raises(egov.DataError, match="a Result"):
        egov.audit(columns())


def test_every_limit_is_described_with_its_default():
    text = egov.audit.__doc__
    for name, limit in LIMITS.items():
        assert f"``{name}`` {limit.default:g}" in text


def test_frames_come_back_in_the_library_of_the_data():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"unit": [f"U{k}" for k in range(UNITS)], "year": [2020] * UNITS}).with_columns(
        *(polars.Series(code, columns()[:, k]) for k, code in enumerate(LEAVES))
    )
    index = egov.Index(tree(PARENTS), egov.Recipe(normalize="zscore"))
    found = egov.audit(index, egov.Panel.from_wide(frame, unit="unit", period="year"))
    assert all(
        isinstance(part, polars.DataFrame) for part in (found.to_frame(), found.failures(), found.summary())
    )


def test_the_command(tmp_path, capsys):
    spec, data = tmp_path / "small.toml", tmp_path / "data.csv"
    index = egov.Index(tree(PARENTS), egov.Recipe(normalize="zscore"), name="small", period=2020)
    index.to_file(spec)
    lines = [",".join([f"U{k}", "2020", *map(repr, map(float, row))]) for k, row in enumerate(columns())]
    data.write_text("\n".join(["iso3,year," + ",".join(LEAVES), *lines]) + "\n")
    assert cli.main(["audit", str(spec), "--data", str(data)]) == 0
    assert capsys.readouterr().out.startswith("Audit of small, 2020")
    assert cli.main(["audit", str(spec), "--data", str(data), "--json"]) == 0
    got = json.loads(capsys.readouterr().out)
    assert len(got["findings"]) == len(egov.audit(index, panel(columns())).findings)
    assert {check["check"] for check in got["checks"]} == set(CHECKS)
    data.write_text("iso3,year,a1\nU0,2020,x\n")
    assert cli.main(["audit", str(spec), "--data", str(data), "--json"]) == 1
    assert capsys.readouterr().out == ""


def test_the_embedded_example_reads_well():
    data = egov.datasets.un_egov_survey().join(egov.datasets.ict_human_capital())
    found = egov.audit(egov.preset("egdi-open"), data)
    everything_said(found)
    assert verdicts(found, "indicator coverage")["adult_literacy"] == "fail"
    assert "North Korea" in str(found)
