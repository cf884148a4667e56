"""Lists and files with a model's opinion: candidates in order, a column scored, words that cost."""
