"""`python -m engine`: the command line."""

from engine.cli.main import run

if __name__ == "__main__":  # not in the child processes that split text into words
    run()
