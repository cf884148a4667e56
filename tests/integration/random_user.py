"""The window in the hands of a random user: a process for each window, as in the program.

Run as `python -m tests.integration.random_user ENGINE SEED EVENTS FOLDER`. ENGINE is
"quick" (recorded jobs) or "real". It acts until the window is closed or EVENTS are over,
ends as the program ends, and prints one line of JSON: how much was done, what was done
last, and every line that the program logged as a warning or worse.

A window that is deleted while the process goes on is what the program never has, and
Qt's plots in Python do not survive it (PySide 6.11); hence the processes.
"""

import faulthandler
import json
import logging
import os
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QInputDialog,
    QMessageBox,
    QSpinBox,
)

from app import application
from app.application import Application, build_window
from app.errors import install_exception_hook
from app.jobs import Jobs
from app.tasks.garbage import GarbageCollector
from engine import RunStore
from tests.app.support.training_fakes import FakeDialogs
from tests.app.support.widgets import child
from tests.app.support.window_fakes import Answers
from tests.integration.closing import write_csv
from tests.integration.monkey import Monkey
from tests.integration.quick_jobs import quick_jobs
from tests.patience import HANGS_AFTER_MS

HUNG_AFTER_S = 6 * 3600
SHOWN_DEEDS = 25
LARGEST_HIDDEN = 64  # 8,192 units would only fill the machine's memory
# The offscreen plugin cannot raise windows nor grab the keyboard, and says so each time.
OF_THE_PLUGIN = "This plugin does not support"


class AnyAnswer(Answers):
    """Answers each question by chance."""

    def __init__(self, chance: random.Random, files: list[Path], folder: Path) -> None:
        super().__init__()
        self.chance, self._files, self._folder = chance, files, folder

    def ask_unsaved(self) -> Any:
        return self.chance.choice(("save", "discard", "cancel"))

    def ask_open_path(self, folder: str) -> Path | None:
        return self.chance.choice((None, self._folder / "saved.safetensors", self._files[-1]))

    def ask_save_path(self, suggested: Path) -> Path | None:
        names = ("saved.safetensors", "no folder/saved.safetensors", "export.csv", "export.txt")
        return self.chance.choice((None, *(self._folder / name for name in names)))

    def ask_csv_paths(self, folder: str) -> list[Path]:
        return self.chance.sample(self._files, self.chance.choice((0, 1, 1, 2)))

    def ask_text_folder(self, folder: str) -> Path | None:
        return self.chance.choice((None, self._folder))


class Complaints(logging.Handler):
    """Keeps what is logged as a warning or worse: lost exceptions and Qt's messages are."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.getMessage().startswith(OF_THE_PLUGIN):
            self.lines.append(record.getMessage())


def files_in(folder: Path) -> list[Path]:
    """Make files to drop: a good one, a bad one, none, and no model."""
    bad = folder / "bad.csv"
    bad.write_bytes(b'id,text\n1,"open\n2,\0\n')
    model = folder / "no model.safetensors"
    model.write_bytes(b"not a model")
    return [write_csv(folder / "good.csv", 60), bad, folder / "missing.csv", model]


def asking(jobs: Jobs, answers: AnyAnswer) -> Jobs:
    """Return `jobs` with every question answered by chance."""
    dialogs = FakeDialogs()
    dialogs.ask_replace_unsaved = (  # type: ignore[method-assign]
        lambda: answers.chance.random() < 0.7
    )
    dialogs.ask_metrics_path = answers.ask_save_path  # type: ignore[method-assign]
    dialogs.ask_plot_path = answers.ask_save_path  # type: ignore[method-assign]
    return replace(
        jobs,
        ask_csv_paths=answers.ask_csv_paths,
        ask_text_folder=answers.ask_text_folder,
        ask_where_it_is=lambda folder: next(iter(answers.ask_csv_paths(folder)), None),
        ask_refused_rows_path=answers.ask_save_path,
        ask_list_path=answers.ask_open_path,
        ask_scores_path=answers.ask_save_path,
        ask_sentences_path=answers.ask_save_path,
        model_dialogs=answers,
        training_dialogs=dialogs,
        runs_dialogs=answers.about_runs,
        ask_unsaved_at_close=answers.ask_unsaved,
    )


def made_window(engine: str, chance: random.Random, files: list[Path], folder: Path) -> Application:
    """Return the window, not shown."""
    answers = AnyAnswer(chance, files, folder)
    if engine == "quick":
        jobs = quick_jobs(answers, files[0])
    else:
        jobs = Jobs(runs=RunStore(folder), sample_path=lambda: files[0])
    app = build_window(folder / "settings.ini", jobs=asking(jobs, answers))
    if engine == "real":
        hidden = child(app.window, QSpinBox, "training.hidden_spin")
        hidden.setMaximum(LARGEST_HIDDEN)
    return app


def refuse_modal_dialogs() -> None:
    """Let a dialog that would block end the process with its traceback."""

    def refuse(*arguments: Any, **options: Any) -> Any:
        faulthandler.dump_traceback()
        os._exit(4)

    for kind in (QDialog, QFileDialog, QMessageBox):
        kind.exec = refuse  # type: ignore[method-assign]


def main(engine: str, seed: str, events: int, folder: Path) -> int:
    """Act, end as the program ends, and print what happened."""
    faulthandler.enable()
    faulthandler.dump_traceback_later(HUNG_AFTER_S, exit=True)
    answer = os.dup(1)
    os.dup2(2, 1)  # what others print is not our answer
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    qt = QApplication([])
    refuse_modal_dialogs()
    QInputDialog.getText = staticmethod(lambda *_, **__: ("mine", True))  # type: ignore[assignment]
    application.SHUTDOWN_MS = HANGS_AFTER_MS  # the machine may be busy
    chance = random.Random(seed)
    files = files_in(folder)
    app = made_window(engine, chance, files, folder)
    uninstall_hook = install_exception_hook(app.presenter)
    sys.unraisablehook = lambda args: complaints.lines.append(repr(args.exc_value))
    garbage = GarbageCollector(app.window)
    app.window.show()
    garbage.start()
    garbage.settle()
    monkey = Monkey(app.window, chance, files)
    while app.window.isVisible() and len(monkey.deeds) < events and not complaints.lines:
        monkey.act()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # as an event loop does
    app.window.hide()
    has_ended = app.shutdown()
    garbage.stop()
    uninstall_hook()
    recent = monkey.deeds[-SHOWN_DEEDS:]
    told = {"done": len(monkey.deeds), "recent": recent, "complaints": complaints.lines}
    os.write(answer, json.dumps(told).encode())
    del qt
    return 0 if has_ended else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])))
