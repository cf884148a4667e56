"""A person at the real window: everything goes through widgets found by their objectName."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.application import Application, build_window
from app.jobs import Jobs
from app.protocols import UnsavedAnswer
from app.window.main_window import PLACES
from app.window.views.message_bar import MessageBar
from app.window.views.message_card import MessageStrip
from engine import RunStore
from tests.app.support.widgets import child

W = TypeVar("W", bound=QWidget)


@dataclass
class Answers:
    """What the person answers in the dialogs."""

    csv_path: Path | None = None
    open_path: Path | None = None
    save_path: Path | None = None
    unsaved: UnsavedAnswer = "discard"
    asked: list[str] = field(default_factory=list)

    def ask_csv_paths(self, folder: str) -> list[Path]:
        return [] if self.csv_path is None else [self.csv_path]

    def ask_open_path(self, folder: str) -> Path | None:
        return self.open_path

    def ask_save_path(self, suggested: Path) -> Path | None:
        return self.save_path

    def ask_unsaved(self) -> UnsavedAnswer:
        self.asked.append("unsaved")
        return self.unsaved


class Person:
    """Someone who works with one window and the engine behind it."""

    def __init__(self, qtbot: QtBot, settings_path: Path) -> None:
        self.answers = Answers()
        self.qtbot = qtbot
        jobs = Jobs(
            runs=RunStore(settings_path.parent),
            ask_csv_paths=self.answers.ask_csv_paths,
            model_dialogs=self.answers,
            ask_unsaved_at_close=self.answers.ask_unsaved,
        )
        self.app: Application = build_window(settings_path, jobs=jobs)
        self.app.window.show()

    def find(self, kind: type[W], name: str) -> W:
        return child(self.app.window, kind, name)

    def wait(self, is_so: Any) -> None:
        self.qtbot.waitUntil(is_so)

    def click(self, name: str) -> None:
        button = self.find(QPushButton, name)
        self.wait(button.isEnabled)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def choose_in_menu(self, role: str) -> None:
        action = self.find(QAction, f"window.{role}_action")
        assert action.isEnabled()
        action.trigger()

    def text(self, name: str) -> str:
        return self.find(QLabel, name).text()

    @property
    def message(self) -> str:
        """What the window tells: in the tab that it concerns, or else in the corner."""
        strips = [self.find(MessageStrip, f"{place}.message_strip").text for place in PLACES]
        return next(filter(None, strips), self.find(MessageBar, "message_bar").text)

    def rows(self, name: str) -> list[list[str]]:
        model = self.find(QTableView, name).model()
        columns = range(model.columnCount())
        return [
            [str(model.index(row, column).data() or "") for column in columns]
            for row in range(model.rowCount())
        ]

    def rest(self) -> None:
        """Wait until no job runs."""
        runners = self.app.runners.all_but_warm_up()
        self.wait(lambda: not any(runner.is_busy for runner in runners))

    def open_csv(self, path: Path) -> None:
        self.app.window.show_tab(0)
        self.answers.csv_path = path
        self.click("dataset.open_button")
        self.rest()

    def prepare(self) -> None:
        self.click("dataset.prepare_button")
        self.rest()

    def set_number(self, name: str, value: int) -> None:
        spin = self.find(QSpinBox, name)
        spin.clear()
        self.qtbot.keyClicks(spin, str(value))
        self.qtbot.keyClick(spin, Qt.Key.Key_Tab)
        assert spin.value() == value

    def start_training(self, *, epochs: int, hidden_size: int = 12) -> None:
        self.app.window.show_tab(1)
        self.set_number("training.hidden_spin", hidden_size)
        self.set_number("training.epochs_spin", epochs)
        self.click("training.start_button")

    @property
    def is_training(self) -> bool:
        return self.find(QPushButton, "training.stop_button").isEnabled()

    @property
    def log(self) -> str:
        return self.find(QPlainTextEdit, "training.log").toPlainText()

    @property
    def curve(self) -> str:
        """What the plot shows, in words."""
        return self.find(QWidget, "training.loss_plot").accessibleDescription()

    def wait_for_points(self) -> None:
        self.wait(lambda: self.curve.startswith("After "))

    def generate(self, count: int) -> list[str]:
        """Ask for sentences and return all that are in the list."""
        self.app.window.show_tab(2)
        self.set_number("generation.count_spin", count)
        self.click("generation.generate_button")
        self.wait(self.find(QPushButton, "generation.generate_button").isEnabled)
        return [row[1] for row in self.rows("generation.sentence_list") if row[1]]

    def type_sentence(self, text: str) -> str:
        """Type a sentence and return its probability once that is of the whole sentence."""
        self.app.window.show_tab(2)
        line = self.find(QLineEdit, "generation.sentence_edit")
        line.clear()
        self.qtbot.keyClicks(line, text)
        self.wait(self.find(QPushButton, "generation.pin_button").isEnabled)
        return self.text("generation.probability_label")

    def close(self) -> None:
        """Close the window and wait until it has gone."""
        self.app.window.close()
        self.wait(lambda: not self.app.window.isVisible())

    def leave(self) -> bool:
        """Stop what still runs, take the window away, and return whether all jobs ended."""
        has_ended = self.app.shutdown()
        self.app.window.close()
        self.app.window.deleteLater()
        return has_ended
