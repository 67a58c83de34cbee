"""Picture of filled series: what was observed, what was filled, and how sure that is. SVG text as in `plot`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .arguments import whole
from .errors import Fault, SpecError
from .markup import Markup, clean, element, join
from .plot import Scale, box_at, clipped, line_at, nice, svg, text_at
from .table import nearest

if TYPE_CHECKING:
    from .imputed import Imputed

__all__ = ["series_svg"]

Array = NDArray[np.float64]
HEIGHT, LEFT, TOP, FOOT = 240.0, 44.0, 30.0, 34.0
DESC = (
    "One box a series. Filled dots are observed; rings are filled values, each on a bar that holds {:g} % of what the "
    "method thinks possible; thin lines are joint draws."
)


@dataclass(frozen=True)
class _Series:
    """One series as it is drawn: NaN in `observed` where a cell was filled, in the ends where there are none."""

    head: str
    times: Array
    observed: Array
    values: Array
    low: Array
    high: Array
    draws: Array  # draw x period

    def ends(self) -> tuple[float, float]:
        every = np.concatenate([self.values, self.low, self.high, self.draws.ravel()])
        every = every[np.isfinite(every)]
        low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
        return (0.0 if 0 <= low < 0.4 * high else low), high


def series_svg(
    imputed: Imputed,
    series: Sequence[tuple[Any, str]],
    title: str = "Observed and filled",
    *,
    level: float = 0.90,
    draws: int = 3,
    columns: int = 3,
    names: Mapping[Any, str] | None = None,
    width: float = 1080,
) -> str:
    """Draw series with their holes filled, and how sure each filled value is.

    Parameters
    ----------
    imputed : Imputed
        What :func:`egov_index.impute` gave for a panel.
    series : sequence of (unit, indicator)
        What to draw, a box each with its own scale.
    title : str
        Heading of the figure and its accessible name.
    level : float
        Level of the intervals, between 0 and 1.
    draws : int
        How many joint draws to show, of those that were made.
    columns : int
        Boxes side by side.
    names : mapping, optional
        Readable names of units and indicators; those of the panel if left out.
    width : float
        Width of the picture in pixels.

    Returns
    -------
    str
        A standalone SVG document, readable on light and dark paper.

    Raises
    ------
    SpecError
        If a unit or an indicator is not in the panel, there are no series, or the data came as an array.

    Examples
    --------
    >>> import egov_index as egov
    >>> ict = egov.datasets.ict_human_capital().select(indicators=["internet_users"])
    >>> series_svg(egov.impute(ict, "linear", "locf"), [("VEN", "internet_users")])[:4]
    '<svg'
    """
    found = _found(imputed, series, level, whole("draws", draws, 0, 1000), names or {})
    across = min(whole("columns", columns, 1, 20), len(found))
    each = width / across
    boxes = [
        element(
            "g",
            _box_of(one, each - 14),
            transform=f"translate({i % across * each:g} {52 + i // across * HEIGHT:g})",
        )
        for i, one in enumerate(found)
    ]
    drawn = any(len(one.draws) for one in found)
    body = [text_at(0, 18, clipped(title, int(width / 9)), "name"), _legend(level, drawn), *boxes]
    height = 52 + HEIGHT * -(-len(found) // across)
    return svg(width, height, clean(title), DESC.format(100 * level), body)


def _found(
    imputed: Imputed, series: Sequence[tuple[Any, str]], level: float, draws: int, names: Mapping[Any, str]
) -> list[_Series]:
    panel = imputed.panel
    if not hasattr(panel, "indicator_info"):
        raise SpecError(
            Fault("imputed", "an array was filled", "a Panel, whose units and indicators have names")
        )
    faults = [
        Fault(f"series {at + 1}", f"no {what} {label!r}", nearest(str(label), [str(one) for one in known]))
        for at, (unit, indicator) in enumerate(series)
        for what, label, known in (("unit", unit, panel.units), ("indicator", indicator, panel.indicators))
        if label not in known
    ]
    if not len(series):
        faults.append(Fault("series", "none", 'at least one, e.g. [("VEN", "internet_users")]'))
    if faults:
        raise SpecError(faults)
    low, high = imputed.interval(level)
    holes = imputed.filled
    kept = np.empty((0, *panel.shape)) if imputed.draws is None else imputed.draws[:draws]
    made = []
    for unit, indicator in series:
        i, k = panel.units.index(unit), panel.indicators.index(indicator)
        head = f"{names.get(unit) or panel.unit_names.get(unit) or unit}: {_named(panel, indicator, names)}"
        values = panel.values[i, :, k]
        observed = np.where(holes[i, :, k], np.nan, values)
        made.append(
            _Series(head, panel.times, observed, values, low[i, :, k], high[i, :, k], kept[:, i, :, k])
        )
    return made


def _named(panel: Any, indicator: str, names: Mapping[Any, str]) -> str:
    unit = panel.about(indicator).get("unit")
    return names.get(indicator) or indicator.replace("_", " ") + (f", {unit}" if unit else "")


def _legend(level: float, drawn: bool) -> Markup:
    parts = [
        element("circle", cx=5, cy=33, r=3.5, class_="seen"), text_at(14, 37, "observed"),
        element("circle", cx=85, cy=33, r=3.5, class_="hollow"), text_at(94, 37, "filled"),
        box_at(146, 28, 6, 11, "bar"), text_at(158, 37, f"{100 * level:g} % interval"),
    ]  # fmt: skip
    if drawn:
        parts += [line_at(252, 34, 276, 34, "draw"), text_at(282, 37, "joint draws")]
    return join(parts)


def _box_of(one: _Series, width: float) -> Markup:
    """One series: grid, bars, draws, dots."""
    low, high = one.ends()
    across = Scale(float(one.times.min()), float(one.times.max()), LEFT + 8, width - 8)
    up = Scale(low, high, HEIGHT - FOOT, TOP)
    parts = [text_at(LEFT, 16, clipped(one.head, int((width - LEFT) / 6)), "code"), *_grid(across, up, width)]
    half = min(5.0, 0.36 * (across.right - across.left) / max(len(one.times) - 1, 1))
    for t, a, b in zip(one.times, one.low, one.high, strict=True):
        if np.isfinite(a) and np.isfinite(b):
            parts.append(box_at(across.at(t) - half, up.at(b), 2 * half, up.at(a) - up.at(b), "bar"))
    parts += [_path(one, draw, across, up) for draw in one.draws]
    for t, value, seen in zip(one.times, one.values, np.isfinite(one.observed), strict=True):
        if np.isfinite(value):
            place = {"cx": across.at(t), "cy": up.at(value)}
            tip = element("title", f"{t:g}: {value:.4g}, {'observed' if seen else 'filled'}")
            parts.append(element("circle", tip, **place, r=3, class_="seen" if seen else "hollow"))
    return join(parts)


def _grid(across: Scale, up: Scale, width: float) -> list[Markup]:
    parts = []
    step = nice((up.high - up.low) / 5)
    for value in up.ticks(5):
        y = up.at(value)
        shown = f"{value:,.{2 if step < 0.1 else 1 if step < 1 else 0}f}".replace("-", "\u2212")
        parts += [line_at(LEFT, y, width, y, "grid"), text_at(LEFT - 6, y + 4, shown, "soft", "end")]
    for value in across.ticks(5):
        if value == round(value):
            parts.append(text_at(across.at(value), HEIGHT - FOOT + 18, f"{value:g}", "soft", "middle"))
    return parts


def _path(one: _Series, draw: Array, across: Scale, up: Scale) -> Markup:
    """A draw where cells were filled, joined to the observations beside them."""
    filled = ~np.isfinite(one.observed)
    near = filled | np.append(filled[1:], False) | np.insert(filled[:-1], 0, False)
    steps, pen = [], "M"
    for t, value, shown in zip(one.times, draw, near & np.isfinite(draw), strict=True):
        if shown:
            steps.append(f"{pen}{across.at(t):.1f} {up.at(value):.1f}")
        pen = "L" if shown else "M"
    return element("path", d=" ".join(steps), class_="draw") if steps else Markup("")
