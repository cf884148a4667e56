"""The questions about kept runs: only a clear yes moves one, and closing tells the truth."""

import pytest
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.runs.dialogs import RunsDialogs
from app.runs.model_files import ModelDialogs
from app.window.views.dialogs import NOT_KEPT, WindowDialogs

Button = QMessageBox.StandardButton


@pytest.mark.parametrize(
    ("button", "discards"), [(Button.Discard, True), (Button.Cancel, False), (Button.No, False)]
)
def test_that_only_discarding_moves_a_run_to_the_trash(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, button: Button, discards: bool
) -> None:
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: button)

    assert RunsDialogs().ask_discard("the run") is discards


@pytest.mark.parametrize(("is_accepted", "more"), [(True, 7), (False, None)])
def test_that_a_cancelled_number_of_epochs_is_none(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, is_accepted: bool, more: int | None
) -> None:
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_args: (7, is_accepted))

    assert RunsDialogs().ask_more_epochs("the run", 10) == more


@pytest.mark.parametrize("dialogs", [WindowDialogs, ModelDialogs])
@pytest.mark.parametrize(
    ("button", "answer"),
    [(Button.Save, "save"), (Button.Discard, "discard"), (Button.Cancel, "cancel")],
)
def test_that_closing_and_opening_warn_of_what_would_be_lost(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    dialogs: type[WindowDialogs | ModelDialogs],
    button: Button,
    answer: str,
) -> None:
    said: list[object] = []

    def execute(box: QMessageBox) -> Button:
        said.extend((box.informativeText(), box.icon()))
        return button

    monkeypatch.setattr(QMessageBox, "exec", execute)
    window = QWidget()
    qtbot.addWidget(window)

    assert dialogs(window).ask_unsaved() == answer
    lost = NOT_KEPT if dialogs is WindowDialogs else "Opening another one replaces it."
    assert said == [lost, QMessageBox.Icon.Warning]


def test_that_one_epoch_is_not_called_epochs(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def get_int(*args: object) -> tuple[int, bool]:
        said.append(str(args[2]))
        return 1, False

    monkeypatch.setattr(QInputDialog, "getInt", get_int)
    RunsDialogs().ask_more_epochs("the run", 1)

    assert said == ["the run has finished its 1 epoch.\nMore epochs to train:"]
