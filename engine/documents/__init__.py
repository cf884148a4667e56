"""From a file of text, laid out in any way, to documents; no row is dropped without its line."""
