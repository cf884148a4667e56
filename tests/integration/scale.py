"""How much the reliability tests do: a short form by default, the full counts on request.

RNN_TEXT_LAB_FULL=1 asks for the full form, RNN_TEXT_LAB_SEED=N for other random choices.
"""

import os
from collections.abc import Callable

import pytest

FULL = os.environ.get("RNN_TEXT_LAB_FULL", "") not in ("", "0")
SEED = int(os.environ.get("RNN_TEXT_LAB_SEED", "20150901"))

Report = Callable[[str], None]

long_test = pytest.mark.timeout(6 * 3600 if FULL else 600)  # only what hangs takes so long


def scaled(short: int, full: int) -> int:
    """Return how many times to do something."""
    return full if FULL else short
