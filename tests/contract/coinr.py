"""Reads the files of COINr 1.1.14 (R 4.2.2) on its ASEM data: 51 units, 49 indicators."""

import csv
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import egov_index as egov

SHARED = Path(os.environ.get("EGOV_SHARED", Path(__file__).parents[2] / ".." / "shared"))
COINR = SHARED / "reference" / "coinr"

needed = pytest.mark.skipif(not COINR.is_dir(), reason=f"no reference files in {COINR}; set EGOV_SHARED")


@cache
def table(name):
    """Columns of a file by name; numbers with NaN where that is what the column holds."""
    with open(COINR / name, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {}
    for key in rows[0]:
        texts = [row[key] for row in rows]
        try:
            columns[key] = np.array([float(text) if text != "" else np.nan for text in texts])
        except ValueError:
            columns[key] = np.array(texts)
    return columns


@cache
def leaves():
    meta = table("inputs/ASEM_iMeta_norm_parameters.csv")
    codes = meta["iCode"][meta["Type"] == "Indicator"]
    return tuple(str(code) for code in codes)


def of_meta(column):
    meta = table("inputs/ASEM_iMeta_norm_parameters.csv")
    return {str(code): meta[column][at] for at, code in enumerate(meta["iCode"]) if str(code) in leaves()}


def panel(name):
    """A file as a panel, units sorted by code as in COINr's outputs; groups where the file has them."""
    columns = table(name)
    order = np.argsort(columns["uCode"])
    values = np.column_stack([columns[code][order] for code in leaves()])[:, None, :]
    groups = {key: columns[key][order].tolist() for key in columns if key.endswith("_group")}
    return egov.Panel(values, columns["uCode"][order].tolist(), [2018], leaves(), groups=groups)


def holds(got, name, columns=None, tolerance=1e-12):
    wanted = table(name)
    assert list(got.units) == wanted["uCode"].tolist()
    for code in columns or got.indicators:
        np.testing.assert_allclose(
            got.column(code)[:, 0], wanted[code], rtol=tolerance, atol=tolerance, equal_nan=True, err_msg=code
        )


def lineage():
    """The tree as mappings: indicator, pillar, sub-index, index."""
    columns = table("outputs/lineage.csv")
    pairs = {}
    for below, above in (("Sub-index", "Index"), ("Pillar", "Sub-index"), ("Indicator", "Pillar")):
        pairs |= dict(zip(columns[below].tolist(), columns[above].tolist(), strict=True))
    return [{"code": "Index"}] + [{"code": code, "parent": parent} for code, parent in pairs.items()]


DIVISORS = ("Area", "Energy", "GDP", "Population")


def divided_by():
    """Denominator of each indicator that has one."""
    return {code: str(name) for code, name in of_meta("Denominator").items() if str(name)}


def whole(name="inputs/ASEM_iData.csv", periods=(2018,)):
    """Indicators and denominators of a file, with its groups, units sorted by code."""
    columns = table(name)
    units = sorted(set(columns["uCode"].tolist()))
    place = {
        key: at
        for at, key in enumerate(zip(columns["uCode"].tolist(), columns["Time"].tolist(), strict=True))
    }
    names = [*leaves(), *DIVISORS]
    values = np.array([[[columns[code][place[u, t]] for code in names] for t in periods] for u in units])
    groups = {
        key: [columns[key][place[u, periods[0]]] for u in units] for key in columns if key.endswith("_group")
    }
    return egov.Panel(values, units, list(periods), names, groups=groups)
