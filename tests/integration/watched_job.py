"""The main job, in the window or in the terminal, looked at for sockets all the while.

Run as `python -m tests.integration.watched_job PLACE FOLDER`. PLACE is "window",
"terminal", or one of the leaks that the watch must notice. It prints how often it
looked and the sockets that it saw; `watched/sitecustomize.py` notes what Python opens.
"""

import ctypes
import faulthandler
import json
import multiprocessing
import os
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.integration.open_sockets import can_be_listed, reaching_sockets
from tests.patience import HANGS_AFTER_MS

HUNG_AFTER_S = 6 * 3600
STEP_MS = 50
SENTENCE = "the old dog saw a cat ."


class Watch:
    """How often it was looked, and what was seen."""

    def __init__(self) -> None:
        self.looks = 0
        self.seen: set[str] = set()

    def look(self) -> None:
        if can_be_listed():
            self.seen |= reaching_sockets(os.getpid())
        self.looks += 1


class Hand:
    """Does the next thing in the window whenever no job runs."""

    def __init__(self, app: Any, folder: Path, watch: Watch) -> None:
        from PySide6.QtCore import QTimer

        self._app, self._watch = app, watch
        self._things = main_job(app.window, folder / "model.safetensors")
        self._may_go_on: Callable[[], bool] = lambda: True
        self._timer = QTimer(app.window)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start(STEP_MS)

    def _on_timer_timeout(self) -> None:
        self._watch.look()
        names = self._app.runners.names()
        if any(getattr(self._app.runners, name).is_busy for name in names):
            return
        try:
            if self._may_go_on():
                self._may_go_on = next(self._things)
        except StopIteration:
            self._timer.stop()
            self._app.window.close()
        except Exception:  # noqa: BLE001 - in a slot it would be lost
            traceback.print_exc()
            os._exit(3)


def main_job(window: Any, model: Path) -> Iterator[Callable[[], bool]]:
    """Prepare, train, generate, score, save and open; yield what must be so to go on."""
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QLineEdit, QPushButton, QSpinBox

    for name, number in (("dataset.vocabulary", 300), ("training.epochs", 2)):
        window.findChild(QSpinBox, f"{name}_spin").setValue(number)
    for name in ("dataset.prepare", "training.start", "generation.generate"):
        button = window.findChild(QPushButton, f"{name}_button")
        yield button.isEnabled
        button.click()
    line = window.findChild(QLineEdit, "generation.sentence_edit")
    yield line.isEnabled
    line.setText(SENTENCE)
    yield window.findChild(QPushButton, "generation.pin_button").isEnabled
    window.findChild(QAction, "window.save_model_action").trigger()
    yield model.exists
    window.setWindowTitle("")
    window.findChild(QAction, "window.open_model_action").trigger()
    yield lambda: model.name in window.windowTitle()


def in_the_window(csv: Path, folder: Path, watch: Watch) -> int:
    """Run the real program with a hand at its window; return its exit code."""
    from app import application
    from app.runs.model_files import ModelDialogs
    from app.window.views.dialogs import WindowDialogs

    WindowDialogs.ask_unsaved = lambda self, *_: "discard"  # type: ignore[method-assign]
    for name in ("ask_save_path", "ask_open_path"):
        setattr(ModelDialogs, name, lambda self, *_: folder / "model.safetensors")
    build, hands = application.build_window, []

    def build_and_drive(*arguments: Any, **options: Any) -> Any:
        app = build(*arguments, **options)
        hands.append(Hand(app, folder, watch))
        return app

    application.SHUTDOWN_MS = HANGS_AFTER_MS  # the machine may be busy
    application.build_window = build_and_drive
    return application.main(["rnn-text-lab", str(csv)])


def in_the_terminal(csv: Path, folder: Path, watch: Watch) -> int:
    """Run the commands; return the first exit code that is not 0."""
    from engine.cli.main import main as run

    model = str(folder / "cli.safetensors")
    for words in (
        ["train", str(csv), "--out", model, "--epochs", "1", "--vocabulary-size", "300"],
        ["generate", model, "--count", "3"],
        ["score", model, SENTENCE],
        ["evaluate", model, str(csv)],
        ["info", model],
        ["gradcheck"],
    ):
        code = run(words)
        watch.look()
        if code:
            return code
    return 0


def leak(kind: str, folder: Path, watch: Watch) -> int:
    """Do what the program must not, so that it is known to be noticed."""
    kept: list[Any] = []
    match kind:
        case "python":
            kept.append(socket.socket(socket.AF_INET))
        case "c":  # not bound, so in no list of connections
            ctypes.CDLL(None).socket(int(socket.AF_INET), int(socket.SOCK_DGRAM), 0)
        case "c, local":
            kept.append(socket.socket(socket.AF_UNIX))
            kept[0].bind(str(folder / "door"))
            ctypes.CDLL(None).listen(kept[0].fileno(), 1)
        case "helper":
            helper = multiprocessing.get_context("spawn").Process(target=socket.socket)
            helper.start()
            helper.join()
    watch.look()
    return 0


def main(place: str, folder: Path) -> int:
    """Do the job in one place and print what was seen."""
    faulthandler.dump_traceback_later(HUNG_AFTER_S, exit=True)
    answer, watch = os.dup(1), Watch()
    os.dup2(2, 1)  # what the commands print is not our answer
    places = {"window": in_the_window, "terminal": in_the_terminal}
    if place in places:
        code = places[place](folder / "comments.csv", folder, watch)
    else:
        code = leak(place, folder, watch)
    os.write(answer, json.dumps({"looks": watch.looks, "seen": sorted(watch.seen)}).encode())
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
