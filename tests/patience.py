"""How long a test waits for what must come: so long that only something that hangs takes it.

No test depends on how fast a machine is, nor on what else it does meanwhile: a wait costs
nothing where all is well, and none is near to what it needs.
"""

HANGS_AFTER_S = 300  # half of what pytest gives a test, so that the test itself can say what hangs
HANGS_AFTER_MS = 1000 * HANGS_AFTER_S
