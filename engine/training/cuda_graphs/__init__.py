"""Steps that a GPU takes by itself: the epoch lies on it, and each step is recorded once."""
