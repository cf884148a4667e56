"""How long a CPU thread spins before it sleeps, when it waits for the others.

This module imports nothing heavy: it must be used before PyTorch is loaded.
"""

import os

_SPINS = "1000"  # a few microseconds


def wait_politely() -> None:
    """Let PyTorch's threads sleep soon while they wait for each other.

    By default they spin for milliseconds. With every core to themselves that is a little
    faster; but as soon as the window or another program needs a core, the thread that is
    waited for does not run, since those that wait hold the cores: training then ran at a
    fiftieth of its speed. With this setting it is 3 % slower alone and many times as
    fast beside others. A setting made by the user stays.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
