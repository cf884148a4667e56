"""A trained model: what it is, how it is named and compared, and its files."""
