"""The program as a process: it starts without heavy imports and ends cleanly."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import start_logging
from tests.conftest import ROOT
from tests.patience import HANGS_AFTER_S

SCRIPT = """
import sys
from PySide6.QtCore import QTimer
from app import application
from app.window.warm_up import WarmUp

def start(warm_up):
    window = warm_up.parent()
    heavy = sorted({{"torch", "nltk"}} & set(sys.modules))
    print("shown" if window.isVisible() else "hidden", heavy, flush=True)
    {then}

WarmUp.start = start
sys.exit(application.main(["rnn-text-lab", *sys.argv[1:]]))
"""
CLOSE = "QTimer.singleShot(0, window.close)"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    folders = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA")}
    return os.environ | folders | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(then="pass")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate(timeout=HANGS_AFTER_S)


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(then=CLOSE), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANGS_AFTER_S,
        check=False,
    )


def test_that_the_window_shows_before_torch_and_nltk_are_loaded(
    environment: dict[str, str],
) -> None:
    result = run(environment)

    assert result.stdout == "shown []\n"
    assert result.returncode == 0, result.stderr


def test_that_a_log_and_the_settings_are_kept_in_the_user_s_folder(
    environment: dict[str, str], tmp_path: Path
) -> None:
    run(environment)

    assert list(tmp_path.rglob("app.log")) != []
    assert list(tmp_path.rglob("settings.ini")) != []


def test_that_half_a_character_is_logged_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)

    start_logging(tmp_path)
    root.info("Opening half \ud800.csv")
    for handler in root.handlers:
        handler.close()

    assert "half \\ud800.csv" in (tmp_path / "app.log").read_text("utf-8")


def test_that_a_folder_that_cannot_be_written_does_not_stop_the_program(
    environment: dict[str, str], tmp_path: Path
) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        environment[name] = str(in_the_way)

    result = run(environment)

    assert result.returncode == 0, result.stderr
    assert "The log cannot be kept in" in result.stderr


def test_that_a_file_named_on_the_command_line_that_is_missing_is_no_crash(
    environment: dict[str, str],
) -> None:
    result = run(environment, "missing.csv")

    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no signal to send on Windows")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_that_a_signal_closes_the_window(running: "subprocess.Popen[str]", name: str) -> None:
    assert running.stdout is not None
    assert running.stdout.readline() == "shown []\n"

    running.send_signal(getattr(signal, name))

    assert running.wait(timeout=HANGS_AFTER_S) == 0
