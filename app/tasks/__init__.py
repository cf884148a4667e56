"""Run the engine's long work outside the window's thread."""
