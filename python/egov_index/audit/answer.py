"""What an audit answers: a table of findings, and the same in words and as a page."""

from __future__ import annotations

import json
import math
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..markup import Markup, element, fixed, join
from ..naming import called
from ..table import listing, make_frame
from .case import FAIL, LOOK, NOT_APPLICABLE, PASS, VERDICTS, Case, Finding
from .rules import CHECKS

__all__ = ["Audit"]

COLUMNS = ("check", "element", "value", "rule", "verdict", "note")
SHOWN = 8  # elements of one check that the text names
LEFT, MARKED = "text-align: left", {FAIL: "font-weight: bold; color: #b00020", LOOK: "color: #8a5a00"}
LONGEST, WIDTH = 44, 100  # characters of a name, of a line


class Audit:
    """What was checked of an index, by which rule, and with what verdict.

    Attributes
    ----------
    result : Result
        What was audited.
    period : label
        The period that was looked at.
    findings : tuple of Finding
        One for each check and element: check, element, value, rule, verdict, note.
    limits : dict
        Every limit that was used.
    """

    def __init__(self, case: Case, findings: tuple[Finding, ...]) -> None:
        self._case = case
        self.result, self.period, self.limits = case.result, case.period, dict(case.limits)
        self.findings = findings

    def _frame(self, findings: Any) -> Any:
        rows = list(findings)
        columns = {name: [getattr(row, name) for row in rows] for name in COLUMNS}
        return make_frame(columns, self.result.panel.backend)

    def to_frame(self) -> Any:
        """Frame with a row a finding: check, element, value, rule, verdict, note.

        The element is a unit, an indicator or a node; the value is missing where a check could not be made, and the
        note says why.
        """
        return self._frame(self.findings)

    def failures(self, looks: bool = False) -> Any:
        """Frame of the findings that fail, as :meth:`to_frame`; with ``looks`` also those to be looked at."""
        kinds = (FAIL, LOOK) if looks else (FAIL,)
        return self._frame(row for kind in kinds for row in self.findings if row.verdict == kind)

    def summary(self) -> Any:
        """Frame with a row a check: check, rule, its source, and the findings: pass, look, fail, not_applicable."""
        counts = self._counts()
        columns: dict[str, Any] = {
            "check": list(CHECKS),
            "rule": [self._case.rule(check) for check in CHECKS],
            "source": [known.source for known in CHECKS.values()],
        }
        for verdict in VERDICTS:
            columns[verdict.replace(" ", "_")] = [counts[check, verdict] for check in CHECKS]
        return make_frame(columns, self.result.panel.backend)

    def _counts(self) -> Counter[tuple[str, str]]:
        return Counter((row.check, row.verdict) for row in self.findings)

    def to_json(self) -> str:
        """Write it as one JSON object; what is missing is null."""
        counts = self._counts()
        checks = [
            {"check": check, "title": known.title, "rule": self._case.rule(check), "source": known.source}
            | {verdict.replace(" ", "_"): counts[check, verdict] for verdict in VERDICTS}
            for check, known in CHECKS.items()
        ]
        findings = [
            {name: getattr(row, name) for name in COLUMNS}
            | {"value": None if math.isnan(row.value) else row.value}
            for row in self.findings
        ]
        index = self.result.index
        whole = {"name": index.name, "title": index.title, "period": self.period, "level": self._case.level}
        whole |= {"limits": self.limits, "checks": checks, "findings": findings}
        return json.dumps(whole, ensure_ascii=False, allow_nan=False, default=_plain)

    def _title(self) -> str:
        return f"Audit of {self.result.index.title}, {self.period}"

    def _head(self) -> str:
        total = Counter(row.verdict for row in self.findings)
        scored = int(self._case.scored.sum())
        size = f"{scored} units scored, {len(self._case.tree.leaves)} indicators."
        return (
            f"{size} Of {len(self.findings):,} findings {total[PASS]:,} pass, {total[LOOK]:,} should be looked at, "
            f"{total[FAIL]:,} fail, {total[NOT_APPLICABLE]:,} could not be checked."
        )

    def _of(self, check: str) -> list[Finding]:
        """Findings of a check that did not pass: failures, then those to be looked at, the farthest off first."""
        found = [row for row in self.findings if row.check == check and row.verdict in (FAIL, LOOK)]
        high = check in HIGH_IS_BAD
        return sorted(found, key=lambda row: (row.verdict != FAIL, -row.value if high else row.value))

    def _name(self, row: Finding, most: int | None = None) -> str:
        """Readable name of an element with its code; a long name is cut, its code is not."""
        if CHECKS[row.check].of == "unit":
            name, code = called(self.result.panel, row.element), ""
        else:
            name, code = self._case.tree[row.element].name or str(row.element), f" ({row.element})"
        code = "" if name == str(row.element) else code
        room = len(name) if most is None else max(most - len(code), 12)
        return (name if len(name) <= room else name[: room - 1].rstrip() + "\u2026") + code

    def _tally(self, check: str) -> str:
        counts = self._counts()
        parts = [f"{counts[check, v]} {v}" for v in (FAIL, LOOK, PASS, NOT_APPLICABLE) if counts[check, v]]
        return ", ".join(parts)

    def __str__(self) -> str:
        counts = self._counts()
        off = [check for check in CHECKS if counts[check, FAIL] or counts[check, LOOK]]
        rest = [check for check in CHECKS if check not in off]
        lines = [self._title(), "=" * len(self._title()), *textwrap.wrap(self._head(), WIDTH)]
        for check in off:
            lines += [
                "",
                f"{CHECKS[check].title}: {self._tally(check)}",
                *self._rule(check),
                *self._bad(check),
            ]
            lines += self._idle(check)
        if rest:
            lines += ["", "Nothing to be looked at"]
        for check in rest:
            line = f"{CHECKS[check].title}: {self._tally(check)} ({self._case.rule(check)})"
            lines += textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ")
            lines += self._idle(check)
        return "\n".join(lines)

    def _rule(self, check: str) -> list[str]:
        rule = f"Rule: {self._case.rule(check)} [{CHECKS[check].source}]"
        return textwrap.wrap(rule, WIDTH, initial_indent="  ", subsequent_indent="        ")

    def _bad(self, check: str) -> list[str]:
        """A line an element that did not pass."""
        bad = self._of(check)
        names = [self._name(row, LONGEST) for row in bad[:SHOWN]]
        width = max(map(len, names))
        lines = []
        for row, name in zip(bad, names, strict=False):
            start = f"  {row.verdict}  {name:<{width}}  {_value(row):>6}"
            notes = textwrap.wrap(row.note, max(WIDTH - len(start) - 2, 30)) or [""]
            lines.append(f"{start}  {notes[0]}".rstrip())
            lines += [" " * (len(start) + 2) + note for note in notes[1:]]
        return lines + ([f"  ... and {len(bad) - SHOWN} more"] if len(bad) > SHOWN else [])

    def _idle(self, check: str) -> list[str]:
        """Why elements of a check could not be checked, each reason once with whom it meets."""
        who: dict[str, list[str]] = {}
        for row in self.findings:
            if row.check == check and row.verdict == NOT_APPLICABLE:
                who.setdefault(row.note, []).append(self._name(row))
        lines = []
        for reason, names in who.items():
            line = f"not applicable to {listing(names, SHOWN)}: {reason}"
            lines += textwrap.wrap(line, WIDTH, initial_indent="    ", subsequent_indent="      ")
        return lines

    def __repr__(self) -> str:
        total = Counter(row.verdict for row in self.findings)
        index = self.result.index.name
        counts = f"{total[FAIL]} fail, {total[LOOK]} to be looked at, {total[PASS]} pass"
        return f"<Audit of {index}, {self.period}: {counts}>"

    def _repr_html_(self) -> str:
        counts = self._counts()
        rows = [
            (
                known.title,
                self._case.rule(check),
                *(counts[check, verdict] or "" for verdict in VERDICTS),
                known.source,
            )
            for check, known in CHECKS.items()
        ]
        parts = [element("h3", self._title()), element("p", self._head())]
        parts.append(_table(("check", "rule", *VERDICTS, "source of the rule"), rows))
        bad = [row for check in CHECKS for row in self._of(check)]
        if bad:
            named = [
                (CHECKS[row.check].title, self._name(row), _value(row), row.rule, row.verdict, row.note)
                for row in bad
            ]
            parts += [element("h4", "What fails or should be looked at"), _table(COLUMNS, named)]
        return str(join(parts))


def _table(heads: Sequence[object], rows: Sequence[Sequence[object]]) -> Markup:
    lines = [element("tr", *(element("th", head, style=LEFT) for head in heads))]
    for row in rows:
        cells = [
            element("td", cell, style=f"{LEFT}; {MARKED.get(str(cell), '')}".rstrip("; ")) for cell in row
        ]
        lines.append(element("tr", *cells))
    return element("table", *lines)


HIGH_IS_BAD = {
    "imputed", "denominator", "floor or ceiling", "collinear", "eigenvalues", "removal", "redundant", "outliers",
}  # fmt: skip
WHOLE = ("eigenvalues", "dominated")


def _value(row: Finding) -> str:
    return fixed(row.value, 0 if row.check in WHOLE else 3)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)
