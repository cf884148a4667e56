"""How long a CPU thread spins before it sleeps, when it waits for the others.

This module imports nothing heavy: it must be used before PyTorch is loaded.
"""

import os

_SPINS = "3000"  # some tens of microseconds: as long as the work between two products


def wait_politely() -> None:
    """Let PyTorch's threads sleep soon while they wait for each other.

    By default they spin for milliseconds. With every core to themselves that is a little
    faster; but as soon as the window or another program needs a core, the thread that is
    waited for does not run, since those that wait hold the cores: training then ran at a
    fiftieth of its speed. With this setting it is as fast alone, and many times as fast
    beside others. With a third of it, it is 4 % slower alone; with three times as much, half
    as fast beside one busy program. A setting made by the user stays.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
