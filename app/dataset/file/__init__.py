"""From a file to its rows: chosen, read, shown as it would be read, and what was refused."""
