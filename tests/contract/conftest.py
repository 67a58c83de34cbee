"""Lets the tests of this folder share `stage_calls`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
