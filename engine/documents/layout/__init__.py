"""Find out how a table is written: delimiter, quotes and header, weighed on a sample."""
