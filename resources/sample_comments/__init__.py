"""The grammar that the sample comments were drawn from; `make` writes them again."""
