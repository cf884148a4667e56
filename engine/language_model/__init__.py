"""A trained model: what it is, drawing and scoring sentences with it, and its files."""
