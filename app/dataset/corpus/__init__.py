"""A prepared text: how it is made, its figures, its sentences, and what a vocabulary costs."""
