"""One window per user and settings: a second start brings the first window to the front.

The two talk over a local socket in the folder of the settings, which only its user may enter;
nothing listens on a network. A first one that crashed, or that does not answer, keeps nobody from
a window.
"""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication, QWidget

logger = logging.getLogger(__name__)

CONNECT_MS = 500
ANSWER_MS = 2000  # then the first one hangs
MOST_BYTES = 1 << 20  # of a message
TOKEN = "XDG_ACTIVATION_TOKEN"  # noqa: S105 - what Wayland gives to raise a window with
_ANSWER = b"ok\n"
_LONGEST_PATH = 100  # bytes; a longer one cannot be a socket's


class FirstWindow(QObject):
    """Find out whether this is the first start, and hear of later ones.

    Signals
    -------
    summoned(object)
        The program was started again: the paths of the files that it was given.
    """

    summoned = Signal(object)

    def __init__(
        self, folder: Path, parent: QObject | None = None, *, answer_ms: int = ANSWER_MS
    ) -> None:
        super().__init__(parent)
        self._name = server_name(folder)
        self._answer_ms = answer_ms
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_new_connection)

    def take_over(self, paths: Sequence[Path]) -> bool:
        """Return True if this is the one window; False if another one was told `paths`.

        Where the place for the socket cannot be used, each start has a window of its own.
        """
        if not self._name:
            return True
        if self._tell(paths):
            return False
        # Not before: with its access limited, Qt would put the new socket in place of a living one.
        QLocalServer.removeServer(self._name)  # of one that crashed, or hangs
        if not self._server.listen(self._name):
            logger.info("A second start is not noticed: %s", self._server.errorString())
        return True

    def close(self) -> None:
        """Hear of no more starts."""
        self._server.close()

    def _tell(self, paths: Sequence[Path]) -> bool:
        """Tell the first window, and return whether it has understood."""
        socket = QLocalSocket(self)
        socket.connectToServer(self._name)
        if not socket.waitForConnected(CONNECT_MS):
            return False
        message = {
            "files": [os.fspath(path.absolute()) for path in paths],
            "token": os.environ.get(TOKEN, ""),
        }
        socket.write(json.dumps(message).encode() + b"\n")
        socket.waitForBytesWritten(self._answer_ms)
        answer = bytes(socket.readAll().data())
        while _ANSWER not in answer and socket.waitForReadyRead(self._answer_ms):
            answer += bytes(socket.readAll().data())
        socket.disconnectFromServer()
        return _ANSWER in answer

    @Slot()
    def _on_new_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._on_socket_ready_read)
            socket.disconnected.connect(socket.deleteLater)

    @Slot()
    def _on_socket_ready_read(self) -> None:
        socket = self.sender()
        if not isinstance(socket, QLocalSocket):
            return
        if socket.bytesAvailable() > MOST_BYTES:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        message = _read(bytes(socket.readLine().data()))
        if message is None:
            socket.abort()
            return
        socket.write(_ANSWER)
        socket.flush()
        if message["token"]:
            os.environ[TOKEN] = message["token"]
        self.summoned.emit([Path(text) for text in message["files"]])


def server_name(folder: Path) -> str:
    """Return where the windows with these settings meet; "" where they cannot."""
    if sys.platform == "win32":  # a named pipe, of this user by its option
        digest = hashlib.sha256(os.fspath(folder.absolute()).encode("utf-8", "replace"))
        return f"rnn-text-lab-{digest.hexdigest()[:24]}"
    path = os.fspath(folder.absolute() / "window.socket")
    return path if len(os.fsencode(path)) <= _LONGEST_PATH else ""


def bring_to_front(window: QWidget) -> None:
    """Show a window, whatever hides it; where the system forbids that, call for attention."""
    if window.isMinimized():
        window.showNormal()
    window.show()
    window.raise_()
    window.activateWindow()
    if not window.isActiveWindow():
        QApplication.alert(window)


def _read(line: bytes) -> dict[str, Any] | None:
    """Return a message; None if it is none of ours."""
    try:
        message = json.loads(line)
        files, token = message["files"], message["token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    is_ours = isinstance(files, list) and isinstance(token, str)
    if not is_ours or not all(isinstance(each, str) and "\0" not in each for each in files):
        return None
    return {"files": files, "token": token.replace("\0", "")}
