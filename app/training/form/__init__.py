"""The settings of a run: the form, and one of its rows."""
