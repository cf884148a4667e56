"""How long a test waits for what must come: so long that only something that hangs takes it.

No test depends on how fast a machine is, nor on what else it does meanwhile: a wait costs
nothing where all is well, and none is near to what it needs.
"""

import time
from collections.abc import Callable

HANGS_AFTER_S = 300  # half of what pytest gives a test, so that the test itself can say what hangs
HANGS_AFTER_MS = 1000 * HANGS_AFTER_S


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again until `is_so()`; raise AssertionError where that never comes."""
    end = time.monotonic() + HANGS_AFTER_S
    while not is_so():
        assert time.monotonic() < end, f"it did not come within {HANGS_AFTER_S} s"
        time.sleep(0.005)
