"""Kept runs and models in files: the list, the comparison, the recovery after a crash."""
