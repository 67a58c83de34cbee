"""A pytest plugin that tells how well numbers agree.

PYTHONPATH=tests/contract python -m pytest -p agreement tests/contract -k coinr

For each test file it prints how many arrays were compared with np.testing.assert_allclose, how many numbers, and the
largest difference relative to the largest number of its array.
"""

from collections import defaultdict

import numpy as np
import pytest

FOUND = defaultdict(lambda: [0, 0, 0.0, ""])  # test file: arrays, numbers, largest difference, where
plain = np.testing.assert_allclose


@pytest.fixture(autouse=True)
def _measured(request, monkeypatch):
    def compare(actual, desired, *arguments, **keywords):
        plain(actual, desired, *arguments, **keywords)
        mine, theirs = (np.asarray(values, dtype=float) for values in (actual, desired))
        seen = np.isfinite(theirs)
        largest = np.abs(theirs[seen]).max(initial=0.0)
        gap = np.abs(np.broadcast_to(mine, theirs.shape) - theirs)[seen].max(initial=0.0) / (largest or 1.0)
        entry = FOUND[request.path.name]
        entry[0] += 1
        entry[1] += int(seen.sum())
        if gap > entry[2]:
            entry[2:] = float(gap), request.node.name

    monkeypatch.setattr(np.testing, "assert_allclose", compare)


def pytest_terminal_summary(terminalreporter):
    for name, (arrays, numbers, gap, where) in sorted(FOUND.items()):
        told = f"{name}: {arrays:,} arrays, {numbers:,} numbers, differences up to {gap:.1e}"
        terminalreporter.write_line(f"{told} ({where})" if where else told)
