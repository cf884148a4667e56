"""The status of a run is beside the buttons, or below them in a narrow window."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.training.run_buttons import RunButtons
from tests.app.support.widgets import child


@pytest.fixture
def buttons(qtbot: QtBot) -> RunButtons:
    buttons = RunButtons()
    qtbot.addWidget(buttons)
    buttons.show_status("Training on the CPU")
    buttons.show()
    return buttons


def is_below(buttons: RunButtons) -> bool:
    status = child(buttons, QLabel, "training.status_label")
    start = child(buttons, QPushButton, "training.start_button")
    return status.geometry().top() >= start.geometry().bottom()


def test_that_the_status_is_beside_the_buttons_in_a_wide_window(
    buttons: RunButtons, qtbot: QtBot
) -> None:
    buttons.resize(1200, 40)

    qtbot.waitUntil(lambda: not is_below(buttons))


def test_that_the_status_is_below_the_buttons_in_a_narrow_window(
    buttons: RunButtons, qtbot: QtBot
) -> None:
    buttons.resize(buttons.minimumSizeHint().width(), 80)

    qtbot.waitUntil(lambda: is_below(buttons))
