"""One button of what is in front stands out, and Ctrl+Return presses it: the next step."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.application import Application
from app.errors import Message, MessageAction, Place
from app.shared.theme import current_palette
from app.training.run_buttons import RunButtons
from app.window.main_window import PLACES
from tests.app.support.window_fakes import fake_model


def bright(app: Application) -> list[str]:
    """Return the buttons that are painted in the accent's colour."""
    accent = QColor(current_palette().accent)
    return [
        button.objectName()
        for button in app.window.findChildren(QPushButton)
        if button.isVisible()
        and button.grab().toImage().pixelColor(5, button.height() // 2) == accent
    ]


@pytest.mark.parametrize("place", PLACES)
def test_that_a_problem_s_step_stands_out_alone_until_it_is_taken(
    application: Application, qtbot: QtBot, place: Place
) -> None:
    application.session.set_model(fake_model())
    application.window.show_tab(PLACES.index(place))
    buttons = application.window.findChild(RunButtons)
    buttons.offer_more("Train 1 more epoch", "", is_possible=True)
    usual, taken = bright(application), []
    step = MessageAction(text="Mend it", tip="", run=lambda: taken.append(place))
    problem = Message(kind="error", text="It is broken.", action=step, place=place)

    application.presenter.message_requested.emit(problem)

    assert len(usual) == 1
    assert bright(application) == [f"{place}.message_strip.action_button"]
    qtbot.keyClick(application.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert taken == [place]
    assert bright(application) == usual


def test_that_an_offer_in_the_corner_leaves_the_next_step_to_the_tab(
    application: Application,
) -> None:
    application.window.show_tab(0)
    usual = bright(application)
    step = MessageAction(text="Undo", tip="", run=lambda: None)

    application.presenter.message_requested.emit(
        Message(kind="info", text="2 sentences cleared.", action=step)
    )

    assert bright(application) == usual
