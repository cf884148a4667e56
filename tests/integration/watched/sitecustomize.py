"""Note every use of the network from the first moment of a Python process.

Python imports a module of this name when it starts. With this folder in PYTHONPATH that
is so in the program and in every helper process that it starts; what they do is
appended to the file named by RNN_TEXT_LAB_WATCH.
"""

import os
import sys
from typing import Any

_NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "imaplib.", "poplib.")
_AF_UNIX = 1


def _watch(path: str) -> None:
    notes = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if not event.startswith(_NETWORK):
            return
        if event == "socket.__new__" and arguments[1] == _AF_UNIX:
            return  # a nameless pair, by which parent and helpers talk, reaches nobody else
        os.write(notes, f"{event} {arguments!r}\n".encode("utf-8", "replace"))

    sys.addaudithook(note)


if "RNN_TEXT_LAB_WATCH" in os.environ:
    _watch(os.environ["RNN_TEXT_LAB_WATCH"])
