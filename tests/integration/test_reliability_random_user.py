"""A random user breaks nothing: no traceback, no warning of Qt, no dialog that blocks."""

import gc
import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyqtgraph import PlotWidget
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QSpinBox
from pytestqt.qtbot import QtBot

from app.application import Application, build_window
from app.jobs import Jobs
from tests.app.training_fakes import FakeDialogs
from tests.app.window_fakes import Answers
from tests.conftest import CapturedExceptions
from tests.integration.closing import write_csv
from tests.integration.monkey import Monkey
from tests.integration.quick_jobs import quick_jobs
from tests.integration.scale import SEED, Report, long_test, scaled

# The offscreen plugin cannot raise windows nor grab the keyboard, and says so each time.
pytestmark = [long_test, pytest.mark.qt_log_ignore("This plugin does not support", extend=True)]

SHOWN_DEEDS = 25


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Files to drop: a good one, a bad one, none, and no model."""
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b'id,text\n1,"open\n2,\0\n')
    model = tmp_path / "no model.safetensors"
    model.write_bytes(b"not a model")
    return [write_csv(tmp_path / "good.csv", 60), bad, tmp_path / "missing.csv", model]


class AnyAnswer(Answers):
    """Answers each question by chance."""

    def __init__(self, chance: random.Random, files: list[Path], folder: Path) -> None:
        super().__init__()
        self._chance, self._files, self._folder = chance, files, folder

    def ask_unsaved(self, is_kept: bool = False) -> Any:
        return self._chance.choice(("save", "discard", "cancel"))

    def ask_open_path(self, folder: str) -> Path | None:
        return self._chance.choice((None, self._folder / "saved.safetensors", self._files[-1]))

    def ask_save_path(self, suggested: Path) -> Path | None:
        names = ("saved.safetensors", "no folder/saved.safetensors", "export.csv", "export.txt")
        return self._chance.choice((None, *(self._folder / name for name in names)))

    def ask_csv_path(self, folder: str) -> Path | None:
        return self._chance.choice((None, *self._files))


def asking(jobs: Jobs, answers: AnyAnswer) -> Jobs:
    """Return `jobs` with every question answered by chance."""
    chance = answers._chance
    dialogs = FakeDialogs()
    dialogs.ask_replace_unsaved = lambda: chance.random() < 0.7  # type: ignore[method-assign]
    dialogs.ask_metrics_path = answers.ask_save_path  # type: ignore[method-assign]
    return replace(
        jobs,
        ask_csv_path=answers.ask_csv_path,
        ask_refused_rows_path=answers.ask_save_path,
        ask_sentences_path=answers.ask_save_path,
        model_dialogs=answers,
        training_dialogs=dialogs,
        runs_dialogs=answers.about_runs,
        ask_unsaved_at_close=answers.ask_unsaved,
    )


def let_a_monkey_in(
    open_window: Callable[[], Application],
    chance: random.Random,
    files: list[Path],
    count: int,
    lost: CapturedExceptions,
) -> int:
    """Let a monkey act `count` times, in a new window after each that it closed."""
    windows, deeds = 0, itertools.count(1)
    done = 0
    gc.disable()  # as the program does: a worker must not collect Qt's objects
    while done < count:
        app = open_window()
        windows += 1
        monkey = Monkey(app.window, chance, files)
        while app.window.isVisible() and done < count:
            monkey.act()
            done = next(deeds)
            recent = "\n".join(monkey.deeds[-SHOWN_DEEDS:])
            assert not lost, f"seed {SEED}, event {done}: {list(lost)} after\n{recent}"
        QApplication.closeAllWindows() if QApplication.activePopupWidget() else None
        assert app.shutdown(), f"seed {SEED}: a job did not stop"
        _take_away(app)
    gc.enable()
    return windows


def _take_away(app: Application) -> None:
    """Delete a window while others go on, which the program itself never does.

    The plots are closed first: Python objects of a plot that the mouse was on do not
    survive that their Qt objects are deleted before them (PySide 6.11).
    """
    for top in QApplication.topLevelWidgets():
        top.hide()
    for plot in app.window.findChildren(PlotWidget):
        plot.close()
    app.theme.choose("light")
    app.window.deleteLater()
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_that_a_random_user_breaks_nothing(
    qtbot: QtBot, tmp_path: Path, files: list[Path], captured_exceptions: CapturedExceptions,
    report: Report,
) -> None:  # fmt: skip
    chance = random.Random(SEED)
    jobs = quick_jobs(answers := AnyAnswer(chance, files, tmp_path), files[0])
    count = scaled(400, 10_000)

    def open_window() -> Application:
        app = build_window(tmp_path / "settings.ini", jobs=asking(jobs, answers))
        app.window.show()
        return app

    windows = let_a_monkey_in(open_window, chance, files, count, captured_exceptions)

    report(
        f"random user: {count:,} events in {windows} windows with quick jobs: "
        f"0 tracebacks, 0 warnings of Qt (seed {SEED})"
    )


def test_that_a_random_user_breaks_nothing_with_the_real_engine(
    qtbot: QtBot, tmp_path: Path, files: list[Path], captured_exceptions: CapturedExceptions,
    report: Report,
) -> None:  # fmt: skip
    chance = random.Random(SEED + 1)
    answers = AnyAnswer(chance, files, tmp_path)
    count = scaled(100, 1000)

    def open_window() -> Application:
        jobs = asking(Jobs(sample_path=lambda: files[0]), answers)
        app = build_window(tmp_path / "settings.ini", jobs=jobs)
        for spin in app.window.findChildren(QSpinBox):
            if spin.objectName() == "training.hidden_spin":
                spin.setMaximum(64)  # 8,192 units would only fill the machine's memory
        app.window.show()
        return app

    windows = let_a_monkey_in(open_window, chance, files, count, captured_exceptions)

    report(
        f"random user: {count:,} events in {windows} windows with the real engine: "
        f"0 tracebacks, 0 warnings of Qt (seed {SEED + 1})"
    )
