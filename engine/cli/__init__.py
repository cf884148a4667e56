"""The command line, `python -m engine`: arguments, commands, and what is shown in a terminal."""

from importlib.metadata import PackageNotFoundError, version


def own_version() -> str:
    """Return the version of this program, or why there is none."""
    try:
        return version("rnn-text-lab")
    except PackageNotFoundError:
        return "(run from a folder that was not installed)"
