"""What is missing, and what can be said of it: patterns, gaps, flux, the normal distribution by EM, Little's test.

Every function takes a panel, a frame or a plain array. Of a panel each row is a unit in a period (``period=`` picks
one); of a frame each row is one of its rows, and all of its columns must be numbers (``indicators=`` picks columns).
Frames come back in the library of what was given.
"""

from .gaps import Gaps
from .gaussian import Gaussian, Little, em, little_mcar
from .patterns import Patterns, missing_patterns

__all__ = ["Gaps", "Gaussian", "Little", "Patterns", "em", "little_mcar", "missing_patterns"]
