"""The command line, `python -m engine`: arguments, commands, and what is shown in a terminal."""
