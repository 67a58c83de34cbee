"""Lets the tests of this folder share `imputation_panels`, and the published series with natural holes."""

import sys
from pathlib import Path

import pytest

import egov_index as egov

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="module")
def panel():
    """Four indicators that grow and one that hardly does; some units report all, some next to nothing."""
    from imputation_panels import TELECOM

    return egov.datasets.ict_human_capital().select(
        periods=range(2000, 2024), indicators=(*TELECOM, "adult_literacy")
    )
