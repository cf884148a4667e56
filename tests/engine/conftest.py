"""Settings for every test of the engine."""

import os

# Before PyTorch is loaded: its threads shall sleep while they wait for each other. Where
# several test processes share two cores, spinning threads made the same tests ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
