"""A second start brings the first window to the front; no dead or hanging one is in the way."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from app.window.first_window import FirstWindow, server_name
from tests.patience import HANGS_AFTER_MS, HANGS_AFTER_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the sockets are of POSIX")
PATHS = [Path("/texts/a b.csv"), Path("/texts/ü.csv")]


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path) -> Iterator[FirstWindow]:
    first = FirstWindow(tmp_path)
    assert first.take_over([])
    yield first
    first.close()


def test_that_the_first_window_hears_of_a_second_start_and_its_files(
    qtbot: QtBot, first: FirstWindow, tmp_path: Path
) -> None:
    socket_path = Path(server_name(tmp_path))
    assert socket_path.stat().st_mode & 0o077 == 0  # nobody else may call
    heard: list[list[Path]] = []
    first.summoned.connect(heard.append)
    told: list[bytes] = []
    second = QLocalSocket()
    second.readyRead.connect(lambda: told.append(bytes(second.readAll().data())))
    second.connectToServer(str(socket_path))
    qtbot.waitUntil(lambda: second.state() is QLocalSocket.LocalSocketState.ConnectedState)

    second.write(json.dumps({"files": list(map(str, PATHS)), "token": ""}).encode() + b"\n")

    qtbot.waitUntil(lambda: heard == [PATHS] and told == [b"ok\n"])
    second.disconnectFromServer()


ANSWERING = """
import socket, sys
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[1])
    listener.listen()
    print("ready", flush=True)
    connection, _ = listener.accept()
    print(connection.recv(1 << 16).decode(), flush=True)
    connection.sendall(b"ok\\n")
"""


def test_that_a_second_start_gives_its_files_away_and_ends(tmp_path: Path) -> None:
    # In a process of its own: while Qt waits for the answer, no other thread of Python runs.
    command = [sys.executable, "-S", "-c", ANSWERING, server_name(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "ready\n"

        is_first = FirstWindow(tmp_path, answer_ms=HANGS_AFTER_MS).take_over(PATHS)

        told, _ = first.communicate(timeout=HANGS_AFTER_S)
    assert not is_first
    assert json.loads(told)["files"] == [str(path) for path in PATHS]


def test_that_one_that_crashed_keeps_nobody_from_a_window(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(server_name(tmp_path))

    window = FirstWindow(tmp_path)

    assert window.take_over(PATHS)
    window.close()


def test_that_one_that_hangs_keeps_nobody_from_a_window(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(server_name(tmp_path))
        hanging.listen()

        window = FirstWindow(tmp_path, answer_ms=20)

        assert window.take_over(PATHS)
        window.close()


@pytest.mark.parametrize("message", [b"\n", b"[]\n", b'{"files": 1, "token": ""}\n', b"\xff\n"])
def test_that_what_is_no_message_is_not_taken_for_one(
    qtbot: QtBot, first: FirstWindow, tmp_path: Path, message: bytes
) -> None:
    second = QLocalSocket()
    second.connectToServer(server_name(tmp_path))
    qtbot.waitUntil(lambda: second.state() is QLocalSocket.LocalSocketState.ConnectedState)

    with qtbot.assertNotEmitted(first.summoned):
        second.write(message)
        qtbot.waitUntil(lambda: second.state() is QLocalSocket.LocalSocketState.UnconnectedState)


def test_that_a_folder_without_room_for_a_socket_is_no_hindrance(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)

    assert FirstWindow(long).take_over([])
    assert FirstWindow(tmp_path / "not there").take_over([])
