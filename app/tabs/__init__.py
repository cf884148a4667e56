"""The three pages of the window: they build, emit requests and show."""
