"""The table of associations between nodes of an index and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import words, writing
from .framing import framed

__all__ = ["FLAGGED", "Links"]

FLAGGED = (
    "node", "outcome", "sdg_goal", "overlap", "without", "n", "estimate", "low", "high", "p",
    "n_without", "estimate_without", "low_without", "high_without", "p_without", "reason_without",
)  # fmt: skip
ONLY_FLAGGED = ("n_without", "p_without", "reason_without")


class Links:
    """Associations of index nodes with outcomes: association, never cause.

    Attributes
    ----------
    method, adjust, level, resamples, period, window, seed
        How they were computed; period is a list where several were stacked.
    intervals, resampling, permutations, missing, view, lag, controls
        The rest of it, as given to :func:`egov_index.outcomes.correlate`.
    rule : str
        How uncertainty of the index was carried through; empty where it is taken as it is.
    notes : tuple of str
        What a reader of the whole table should know.
    """

    def __init__(self, columns: dict[str, Any], backend: str, **how: Any) -> None:
        self._columns, self._backend = columns, backend
        self.method: str = how["method"]
        self.adjust: str = how["adjust"]
        self.level: float = how["level"]
        self.resamples: int = how["resamples"]
        self.period, self.window, self.seed = how["period"], how["window"], how["seed"]
        self.intervals: tuple[str, ...] = tuple(how.get("intervals", ("percentile",)))
        self.resampling: str = how.get("resampling", "pair")
        self.permutations: int = how.get("permutations", 0)
        self.missing: str = how.get("missing", "pairwise")
        self.view: str = how.get("view", "rows")
        self.lag: float = how.get("lag", 0.0)
        self.controls: tuple[str, ...] = tuple(how.get("controls", ()))
        self.notes: tuple[str, ...] = tuple(how.get("notes", ()))
        self.rule: str = how.get("rule", "")
        self._estimand: str = how.get("estimand", "")

    def to_frame(self) -> Any:
        """Frame with a row a pair, by goal (1 to 17, others, none), then outcome, then node.

        Returns
        -------
        frame
            Of the library of the index's data, with the columns

            - node, outcome, sdg_goal; direction of the outcome: 1 more is better, -1 less is, 0 not known;
            - n: rows that have both and every control; countries: countries among them, where periods are stacked;
            - year, year_min, year_max of the outcome among them: median, first and last;
            - estimate, with controls the partial coefficient, and beside it estimate_plain, without controls on the
              same rows; low and high, ends of the interval; NaN where there is none; of further intervals asked for
              low_bca, high_bca and so on;
            - p, two-sided, and p_adjusted for all rows of the table;
            - favorable: whether a higher index goes with a better outcome; missing where the direction is not known;
            - ties: largest share of countries at one value of the outcome; note warns from 10 % on;
            - overlap: concepts that the outcome shares with the node's inputs, and what helped to fill them;
            - without, estimate_without, low_without, high_without: the same association of the node without what is
              named in without, which carries the overlap: inputs, and as ``"gdp_per_capita (auxiliary)"`` what helped
              to fill others and then does not; these do not count among the tests;
            - reason: why there is no number, as a code; note: the same in words, and warnings.
        """
        shown = {name: column for name, column in self._columns.items() if name not in ONLY_FLAGGED}
        return framed(shown, self._backend)

    def flagged(self) -> Any:
        """Frame of the pairs that share something: the association, and the one without what is shared.

        Returns
        -------
        frame
            Columns node, outcome, sdg_goal, overlap, without, n, estimate, low, high, p and the same with
            ``_without`` (p of it by the rule of the method, not by permutation, and not corrected); reason_without says
            why there is no number. Empty where nothing is shared, or with ``rebuild=False``. Inputs of a shared
            concept are left out of the index, which is scored again by the same recipe; auxiliaries that share are left
            out of its imputation, and marked ``(auxiliary)``. Where no score comes of that, as no other method fills
            the holes, the inputs that they helped to fill are left out instead.
        """
        keep = [k for k, text in enumerate(self._columns.get("without", ())) if text]
        names = [name for name in FLAGGED if name in self._columns]
        return framed({name: [self._columns[name][k] for k in keep] for name in names}, self._backend)

    def rows(self, nodes: str | Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Rows as dictionaries, of some nodes or of all.

        Parameters
        ----------
        nodes : str or sequence of str, optional
            Which nodes.
        """
        wanted = [nodes] if isinstance(nodes, str) else nodes
        made = [
            dict(zip(self._columns, cells, strict=True))
            for cells in zip(*self._columns.values(), strict=True)
        ]
        return [row for row in made if wanted is None or row["node"] in wanted]

    @property
    def interval(self) -> str:
        """The method of low and high."""
        return self.intervals[0]

    @property
    def method_line(self) -> str:
        """One line on how the numbers came about: coefficient, interval, seed, correction, missing values."""
        return words.method_line(self)

    @property
    def estimand(self) -> str:
        """What the coefficients are of."""
        return self._estimand or words.estimand(self)

    def explain(self) -> str:
        """The table in sentences: the strongest links by goal, and what the numbers mean and do not mean."""
        return words.explained(self)

    def to_latex(self, path: str | Path | None = None) -> str:
        """A LaTeX table (package booktabs): an outcome a row, a node a column, stars after correction, n per cell.

        Parameters
        ----------
        path : path, optional
            Written there as well; a whole file or none.

        Returns
        -------
        str
        """
        return writing.latex(self, path)

    def to_excel(self, path: str | Path) -> None:
        """Write a workbook: the table, the flagged pairs, and how the numbers came about. Needs the extra ``excel``.

        Parameters
        ----------
        path : path
            An .xlsx file; replaced if it is there, and never half-written.

        Raises
        ------
        ImportError
            Without openpyxl.
        """
        writing.excel(self, path)

    def __len__(self) -> int:
        return len(self._columns["node"])

    def __repr__(self) -> str:
        return words.in_short(self)

    def _repr_html_(self) -> str:
        return writing.markup(self)
