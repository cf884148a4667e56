"""Data of the app: the sample comments, the grammar that made them, icons and style."""
