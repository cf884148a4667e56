"""Standard input and output that never end the program: strange characters, a reader that left."""

import os
import sys
from typing import IO


def accept_any_text(stream: IO[str] | None) -> None:
    """Let no character that the terminal cannot show, or a damaged line, end the program."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace" if stream is sys.stdin else "backslashreplace")


def discard_output() -> None:
    """Send what is still buffered nowhere, so that Python's exit does not complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
