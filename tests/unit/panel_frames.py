"""Frames for panel models, and single rows of what these give."""

import numpy as np

from egov_index.table import read_frame


def frame(units=8, periods=6, **columns):
    """Random columns, the same at every call: what a test sees hangs on no other test."""
    rng = np.random.default_rng(77)
    table = {
        "iso3": np.repeat([f"C{k}" for k in range(units)], periods).tolist(),
        "year": list(range(2000, 2000 + periods)) * units,
    }
    return table | {name: rng.normal(size=units * periods) for name in "yxz"} | columns


def row(found, term):
    columns, _ = read_frame(found.to_frame())
    at = list(columns["term"]).index(term)
    return {name: column[at] for name, column in columns.items()}
