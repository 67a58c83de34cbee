"""An index with choices and weights that vary, for tests of sensitivity."""

import numpy as np

from egov_index import Alternatives, Framework, Index, Panel, Recipe, choice, noise

VALUES = np.random.default_rng(11).lognormal(0, 1, (12, 2, 4))
NAMES = list("abcd")
TREE = Framework(
    [{"code": "root"}]
    + [{"code": "p", "parent": "root"}, {"code": "q", "parent": "root"}]
    + [{"code": name, "parent": "p" if name in "ab" else "q"} for name in NAMES]
)
SCALES = [choice(name, rescale=(1, 100)) for name in ("minmax", "zscore", "rank")]
INDEX = Index(TREE, Recipe(normalize=SCALES[0]), period=2021)
PANEL = Panel(VALUES, [f"U{k}" for k in range(12)], [2020, 2021], NAMES)
MIXED = Alternatives(normalize=SCALES, aggregate=["arithmetic", "geometric"], weights=noise(0.4, "leaves"))


def run(alternatives=MIXED, **keywords):
    return INDEX.sensitivity(PANEL, alternatives, **keywords)
