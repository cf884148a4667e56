"""The half of the tab that scores: the typed sentence in colour, its words, and a comparison."""
