"""What holds for every test."""

import pytest

STATES = {}  # of the random numbers of a module before its first test


@pytest.fixture(autouse=True)
def same_random_numbers(request):
    """A test sees the same random numbers whatever ran before it: those of its module begin anew."""
    numbers = getattr(request.module, "RNG", None)
    if numbers is not None:
        numbers.bit_generator.state = STATES.setdefault(request.module.__name__, numbers.bit_generator.state)
