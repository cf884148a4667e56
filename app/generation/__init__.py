"""Sentences from a model, the probability of a typed one, and a look back at earlier epochs."""
