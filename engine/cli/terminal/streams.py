"""The streams of this process, as whoever started it left them: closed, narrow, or read no more."""

import os
import sys
from typing import IO, TextIO


def open_closed_streams() -> bool:
    """Give the null device to the streams that were closed, as by ``>&-``.

    Otherwise the next file that is opened would take the number of one, and with it what
    a library prints.

    Returns
    -------
    bool
        Whether standard output was closed.
    """
    is_out_closed = sys.stdout is None
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):  # numbers 0, 1 and 2
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    return is_out_closed


def accept_any_text(stream: IO[str] | None) -> None:
    """Let no character that the terminal cannot show, or a damaged line, end the program."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace" if stream is sys.stdin else "backslashreplace")


def discard(stream: TextIO) -> None:
    """Send what is still buffered nowhere, so that Python's exit does not complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
