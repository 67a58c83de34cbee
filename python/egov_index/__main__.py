"""``python -m egov_index`` is the command egov-index."""

import sys

from .cli import main

sys.exit(main())
