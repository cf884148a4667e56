"""What is counted on a corpus: words, what a vocabulary costs, losses without a network."""
