"""From a file to a prepared corpus: its text, its words, and what a vocabulary costs."""
