"""The page a minister reads: what it holds, that it is safe, and that it is written whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from egov_index.errors import DataError
from egov_index.plot import STYLE
from egov_index.report import report

Frame = Callable[[list[dict[str, Any]]], Any]
NODES = ("egdi", "osi", "tii", "hci")
HOSTILE = "<script>alert('x')</script>\"&\u202egnp.\u2066"


class FakeFramework:
    """A root, three pillars and eight indicators."""

    leaves = tuple(f"leaf{i}" for i in range(8))
    codes = (*NODES, *leaves)

    def children(self, code: str) -> tuple[str, ...]:
        return NODES[1:] if code == "egdi" else self.leaves

    def __getitem__(self, code: str) -> Any:
        return SimpleNamespace(name="E-government development" if code == "egdi" else None)


def fake_result(frame: Frame = pd.DataFrame, units: dict[str, str] | None = None, when: int = 2022) -> Any:
    """Return a result of two periods, the later one with imputed cells."""
    units = units or {f"U{i:02d}": f"Land {i}" for i in range(12)}
    rng = np.random.default_rng(7)
    quality = np.sort(rng.beta(2.2, 1.6, len(units)))[::-1]
    scores = []
    for period in (when - 2, when):
        for unit, q in zip(units, quality, strict=True):
            parts = np.clip(q + rng.normal(0, 0.06, 3), 0, 1)
            shown = dict(zip(NODES, [parts.mean(), *parts], strict=True))
            scores.append({"iso3": unit, "year": period, **shown})
    table = []
    for period in (when - 2, when):
        here = sorted((row for row in scores if row["year"] == period), key=lambda row: -row["egdi"])
        for rank, row in enumerate(here, start=1):
            group = ["VH", "H", "M", "L"][int(np.searchsorted([-0.75, -0.5, -0.25], -row["egdi"]))]
            table.append({"iso3": row["iso3"], "name": units[row["iso3"]], "year": period, "rank": rank,
                          "group": group, "score": row["egdi"]})  # fmt: skip
    methods = {"linear": 0.05, "group_mean": 0.02, "kriging": 0.01}
    trail = [
        {"iso3": unit, "year": when, "indicator": indicator, "source_period": when - 2, "stage": "impute",
         "method": method, "before": None, "after": 0.5, "why": "no value"}
        for unit in units for indicator in ("internet_users", "fixed_broadband", "adult_literacy")
        for method, share in methods.items() if rng.random() < 3 * share
    ]  # fmt: skip
    trail.append({**trail[0], "stage": "treat", "method": "winsorize", "before": 3.0})
    return SimpleNamespace(
        index=SimpleNamespace(name="egdi-open", title="EGDI rebuilt from open indicators",
                              recipe="impute linear, locf, mean > zscore > arithmetic",
                              framework=FakeFramework()),
        panel=SimpleNamespace(unit_names=units, indicators=("internet_users",)),
        units=tuple(units), periods=(when - 2, when), nodes=NODES,
        scores=frame(scores), ranks=frame(scores), table=lambda: frame(table), trail=frame(trail),
        notes=("United Nations E-Government Knowledgebase, CC BY 3.0 IGO", "UNDP HDR 2023/24, CC BY 3.0 IGO"),
    )  # fmt: skip


def fake_ensemble(result: Any, frame: Frame = pd.DataFrame) -> Any:
    """Return an ensemble whose ranges widen toward the middle of the ranking."""
    rng, count, rows = np.random.default_rng(3), len(result.units), []
    table = [row for row in frame_rows(result.table()) if row["year"] == result.periods[-1]]
    for row in table:
        spread = 1 + 0.05 * count * rng.gamma(2, 0.6) * np.sin(np.pi * row["rank"] / (count + 1))
        median = min(max(1.0, row["rank"] + rng.normal(0, spread / 4)), count)
        low, high = max(1, round(median - spread)), min(count, round(median + 1.3 * spread))
        rows.append({"iso3": row["iso3"], "year": row["year"], "rank": row["rank"], "low": low,
                     "median": round(median), "high": high})  # fmt: skip
    return SimpleNamespace(rank_range=lambda level: frame(rows), n=4096, seed=1, mean_shift=5.318,
                           factors=("impute", "normalize", "aggregate", "weights"))  # fmt: skip


def frame_rows(frame: Any) -> list[dict[str, Any]]:
    """Return rows as dictionaries from the two libraries the fakes use."""
    return frame.to_dicts() if isinstance(frame, pl.DataFrame) else frame.to_dict("records")


def fake_sensitivity(frame: Frame = pd.DataFrame, outputs: tuple[str, ...] = ("mean shift of rank",)) -> Any:
    """Return indices of five factors, the last of them constant."""
    rows = []
    for output in outputs:
        for factor, first in (("impute", 0.34), ("normalize", 0.22), ("weights", 0.11), ("aggregate", -0.01)):
            total = first + 0.09
            rows.append({"output": output, "factor": factor, "first": first, "first_low": first - 0.03,
                         "first_high": first + 0.03, "total": total, "total_low": total - 0.02,
                         "total_high": total + 0.02, "note": ""})  # fmt: skip
        nothing = {key: float("nan") for key in rows[0] if key.startswith(("first", "total"))}
        rows.append({"output": output, "factor": "exclude", **nothing, "note": "constant"})
    return SimpleNamespace(to_frame=lambda: frame(rows), runs=24576, n=4096, exact=False, notes=(), estimators={},
                           parts=lambda: {"rank": slice(0, len(outputs))})  # fmt: skip


def fake_links(frame: Frame = pd.DataFrame) -> Any:
    """Return links of the index and its parts with outcomes of six goals."""
    outcomes = {"under5_mortality": 3, "life_expectancy": 3, "extreme_poverty": 1, "primary_completion": 4,
                "women_in_parliament": 5, "co2_per_person": 13, "homicide": 16, "hdi": None}  # fmt: skip
    rng, rows = np.random.default_rng(11), []
    for node in NODES:
        for outcome, goal in outcomes.items():
            r = float(rng.uniform(-0.9, 0.9))
            rows.append({"node": node, "outcome": outcome, "sdg_goal": goal, "n": int(rng.integers(90, 193)),
                         "year": 2022, "year_min": 2018, "year_max": 2022, "estimate": r, "low": r - 0.09,
                         "high": r + 0.08, "p": 0.2 * (1 - abs(r)) ** 3, "p_adjusted": (1 - abs(r)) ** 3,
                         "overlap": "schooling" if outcome == "hdi" else "",
                         "note": "shares schooling with the index" if outcome == "hdi" else ""})  # fmt: skip
    return SimpleNamespace(to_frame=lambda: frame(rows), method="spearman", adjust="bh", level=0.95,
                           resamples=1000)  # fmt: skip


def fake_comparison(result: Any, frame: Frame = pd.DataFrame) -> Any:
    """Return a comparison in which two neighbors changed places and one unit was not published."""
    rows = []
    for row in frame_rows(result.table()):
        if row["year"] == result.periods[-1]:
            published = max(1.0, row["rank"] + (1 if row["rank"] % 2 else -1) * (1 + row["rank"] % 7))
            rows.append({"unit": row["iso3"], "name": row["name"], "period": row["year"],
                         "score": row["score"], "published": row["score"], "rank": row["rank"],
                         "published_rank": published,
                         "rank_difference": published - row["rank"]})  # fmt: skip
    rows[-1]["published_rank"] = float("nan")
    moved = sorted(rows[:-1], key=lambda row: -abs(row["rank_difference"]))
    return SimpleNamespace(to_frame=lambda: frame(rows), movers=lambda k: frame(moved[:k]),
                           correlation=0.9913, spearman=0.9897, n=len(rows) - 1, mean_shift=4.2)  # fmt: skip


def whole(frame: Frame = pd.DataFrame, units: dict[str, str] | None = None, **keywords: Any) -> str:
    """Return a report with every section."""
    result = fake_result(frame, units)
    return report(result, fake_ensemble(result, frame), fake_sensitivity(frame), fake_links(frame),
                  comparison=fake_comparison(result, frame), **keywords)  # fmt: skip


class Page(HTMLParser):
    """What a browser would find: tags, their attributes, styles and text, and whether tags close in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.styles: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.styles if self.open[-1:] == ["style"] else self.texts).append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def ids(self, tag: str) -> list[str | None]:
        return [attributes.get("id") for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_every_section_stands_in_the_page(frame: Frame) -> None:
    page = Page(whole(frame))
    assert page.open == []
    parts = ["ranges", "ranking", "comparison", "drivers", "links", "trail"]
    assert page.ids("section") == [*parts, "reading", "sources"]
    for sentence in (
        "EGDI rebuilt from open indicators", "4,096, seed 1", "impute linear, locf, mean > zscore",
        "It is not a confidence interval", "Association is not cause", "CC BY 3.0 IGO", "0.9897",
        "SDG 3 Good health and well-being", "Under5 mortality", "shared inputs: schooling",
        "impute, normalize",
        "E-government development", "group_mean", "treat (winsorize) 1", "24,576 model runs",
    ):  # fmt: skip
        assert sentence in page.text, sentence
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_pandas_and_polars_give_one_page() -> None:
    assert whole(pd.DataFrame) == whole(pl.DataFrame)


def test_absent_parts_leave_no_section_and_are_said() -> None:
    page = Page(report(fake_result()))
    assert page.ids("section") == ["ranges", "ranking", "trail", "reading", "sources"]
    assert "No uncertainty analysis was given" in page.text


def test_the_ranking_is_that_of_the_last_period_unless_asked() -> None:
    result = fake_result()
    assert "first among 12 units in 2022." in report(result)
    assert "first among 12 units in 2020." in report(result, period=2020)


def test_an_ensemble_of_another_period_is_refused() -> None:
    result = fake_result()
    with pytest.raises(DataError, match="the ensemble holds 2022, but the report is for 2020"):
        report(result, fake_ensemble(result), period=2020)


def test_share_imputed_is_that_of_the_indicators() -> None:
    result = fake_result()
    cell = {"year": 2022, "source_period": 2020, "stage": "impute", "before": None, "after": 1.0, "why": ""}
    result.trail = pd.DataFrame(
        [{"iso3": "U03", **cell, "indicator": name, "method": method}
         for name, method in (("a", "linear"), ("a", "mean"), ("b", "mean"))]
    )  # fmt: skip
    page = report(result)
    assert page.count(">25 %<") == 2  # in the ranking and in the trail: two of eight cells, one touched twice
    assert "3 cells were imputed, in 1 of 12 units" in Page(page).text


def test_a_unit_without_rank_is_shown_with_dashes() -> None:
    result = fake_result()
    table = result.table()
    table["rank"] = table["rank"].where(table["iso3"] != "U03")
    result.table = lambda: table
    text = Page(report(result)).text
    assert "first among 11 units" in text
    assert "– Land 3" in text


def test_a_result_without_framework_and_trail_is_told() -> None:
    result = fake_result()
    result.index.framework, result.trail, result.notes = None, pd.DataFrame(), ()
    assert "No cell was imputed" in report(result)


def test_many_outputs_are_summed_up() -> None:
    page = report(fake_result(), None, fake_sensitivity(outputs=tuple("abcdef")))
    assert "rank: median over 6 outputs" in page
    assert page.count("<td>rank: median over 6 outputs</td>") == 5
    assert "6 of 6 constant" in page
    assert page.count("<figure") == 1


def test_nothing_in_a_name_or_a_note_becomes_markup() -> None:
    result = fake_result(units={f"{HOSTILE}{i}": f"{HOSTILE}{i}" for i in range(9)})
    result.index.title = result.index.recipe = HOSTILE
    result.notes = (HOSTILE, "</style></title><img src=x onerror=alert(1)>")
    sensitivity, links = fake_sensitivity(), fake_links()
    for made, columns in (sensitivity, ["output", "factor", "note"]), (links, ["outcome", "note", "overlap"]):
        frame = made.to_frame().astype(object)
        frame.loc[:, columns] = HOSTILE
        made.to_frame = lambda frame=frame: frame
    result.trail = result.trail.assign(indicator=HOSTILE, method=HOSTILE, stage="impute")
    text = report(result, fake_ensemble(result), sensitivity, links, comparison=fake_comparison(result))
    page = Page(text)
    names = {tag for tag, _ in page.tags}
    assert page.open == []
    assert names.isdisjoint({"script", "img", "iframe", "link", "object", "base"})
    keys = {key for _, attributes in page.tags for key in attributes}
    assert not [key for key in keys if key.startswith("on") or key == "style"]
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    assert "<script>alert('x')</script>" in page.text


def test_the_policy_allows_the_styles_of_the_page_and_nothing_else() -> None:
    page = Page(whole())
    policy = next(a["content"] for tag, a in page.tags if tag == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    for style in set(page.styles):
        assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    assert STYLE in page.styles


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = whole()
    assert "url(" not in text
    assert "@import" not in text
    links = [attributes["href"] for tag, attributes in Page(text).tags if "href" in attributes]
    assert links
    assert all(str(link).startswith("#") for link in links)
    assert not [a for _, a in Page(text).tags if "src" in a]


def test_the_page_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    text = whole(path=path)
    assert path.read_bytes() == text.encode()
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_failed_write_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        whole(path=path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.html"]
