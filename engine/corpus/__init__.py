"""From documents to a corpus: sentences, words, the vocabulary, and word numbers in flat arrays."""
