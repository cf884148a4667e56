"""A training run: its settings, its live curve and figures, its log, and the tools beside it."""
