"""Writing with a model: sentences drawn word by word, the filters, the beam, and the next words."""
