"""What a model makes of a sentence: its probability, its rank, and the word that would raise it."""
