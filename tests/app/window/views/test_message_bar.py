"""The message in the corner: it moves nothing, and goes by itself only where nothing is wrong."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from app.application import Application
from app.errors import Message, MessageAction
from app.window.views import message_bar
from app.window.views.message_bar import MessageBar
from app.window.views.message_card import MessageStrip
from tests.app.support.widgets import child


@pytest.fixture
def bar(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MessageBar]:
    for name in ("SHOWN_MS", "SHOWN_WITH_STEP_MS"):
        monkeypatch.setattr(message_bar, name, 20)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 500)
    bar = MessageBar(window)
    window.show()
    qtbot.waitActive(window)
    QCursor.setPos(window.mapToGlobal(QPoint(2, 2)))  # nobody points at the message
    yield bar
    bar.clear()


def test_that_it_stands_in_the_corner_and_inside_the_window(bar: MessageBar) -> None:
    bar.show_message(Message(kind="warning", text="A long sentence about it. " * 10))

    window = bar.parentWidget()
    assert window.rect().contains(bar.geometry())
    assert bar.geometry().center().x() > window.width() // 2
    window.resize(500, 300)
    assert window.rect().contains(bar.geometry())


def test_that_a_longer_message_has_room_in_place_of_a_short_one(
    bar: MessageBar, qtbot: QtBot
) -> None:
    bar.show_message(Message(kind="warning", text="Opening a.safetensors…"))
    text = bar.findChild(QLabel, "message_bar.text")
    qtbot.waitUntil(bar.isVisible)
    bar.layout().activate()

    bar.show_message(Message(kind="error", text="It cannot be opened as a model. " * 6))

    bar.layout().activate()
    assert text.height() >= text.heightForWidth(text.width())


def test_that_a_success_goes_by_itself(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_message(Message(kind="info", text="Saved."))

    qtbot.waitUntil(bar.isHidden)
    assert [message.text for message in bar.remembered] == ["Saved."]


def test_that_a_problem_stays_until_it_is_closed(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_message(Message(kind="info", text="Saved."))
    bar.show_message(Message(kind="error", text="The disk is full."))
    assert not bar._clock.isActive()

    button = bar.findChild(QPushButton, "message_bar.close_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert bar.text == ""


def test_that_it_takes_no_focus(bar: MessageBar, qtbot: QtBot) -> None:
    edit = QLineEdit(bar.parentWidget())
    edit.show()
    edit.setFocus()

    bar.show_message(Message(kind="info", text="Saved."))
    qtbot.waitUntil(bar.isHidden)

    assert edit.hasFocus()


OFFER = Message(
    kind="info", text="Cleared.", action=MessageAction(text="Undo", tip="", run=lambda: None)
)
PROBLEM = Message(kind="error", text="The disk is full.")
NEWS = Message(kind="info", text="Saved.")
WARNING = Message(kind="warning", text="The file is gone.")


@pytest.mark.parametrize(
    ("shown", "earlier"),
    [
        ((OFFER, WARNING), OFFER),
        ((PROBLEM, NEWS), PROBLEM),
        ((NEWS, WARNING), None),  # a success waits for nobody
        ((PROBLEM, PROBLEM), None),
        ((PROBLEM, WARNING, PROBLEM), WARNING),
        ((PROBLEM, OFFER, NEWS), PROBLEM),  # an offer pushes no problem away
    ],
)
def test_that_what_waits_for_the_person_moves_up(
    bar: MessageBar, shown: tuple[Message, ...], earlier: Message | None
) -> None:
    for message in shown:
        bar.show_message(message)

    assert bar.text == shown[-1].text
    assert bar.earlier.message == earlier


def test_that_the_earlier_message_stands_above_and_takes_the_corner_again(
    bar: MessageBar, qtbot: QtBot
) -> None:
    bar.show_message(PROBLEM)
    corner = bar.geometry().bottomRight()
    bar.show_message(WARNING)
    assert bar.earlier.geometry().bottom() < bar.geometry().top()
    assert bar.parentWidget().rect().contains(bar.earlier.geometry())

    button = bar.findChild(QPushButton, "message_bar.close_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert bar.earlier.text == PROBLEM.text
    assert bar.earlier.geometry().bottomRight() == corner
    bar.clear()
    assert bar.earlier.isHidden()


def test_that_the_tabs_never_move(application: Application) -> None:
    tabs = child(application.window, QTabWidget, "window.tabs")
    before = tabs.mapTo(application.window, QPoint(0, 0)), tabs.size()

    step = MessageAction(text="Undo", tip="", run=lambda: None)
    for kind in ("info", "warning", "error"):
        message = Message(kind=kind, text="Something. " * 30, action=step)  # type: ignore[arg-type]
        application.presenter.message_requested.emit(message)
        assert (tabs.mapTo(application.window, QPoint(0, 0)), tabs.size()) == before


def test_that_a_problem_of_a_tab_stands_in_it_and_covers_nothing(
    application: Application, qtbot: QtBot
) -> None:
    window = application.window
    window.show()
    window.show_tab(1)
    tabs = window.findChild(QTabWidget, "window.tabs")
    top = tabs.tabBar().mapTo(window, QPoint(0, 0))

    application.presenter.at("training").show_message("It ran out of memory.", "error")

    strip = window.findChild(MessageStrip, "training.message_strip")
    assert strip.isVisible()
    assert strip.text == "It ran out of memory."
    assert window.message_bar.text == ""
    assert tabs.tabBar().mapTo(window, QPoint(0, 0)) == top
    assert window.message_bar.remembered[0].text == strip.text
    application.presenter.at("dataset").clear()  # another tab's
    assert strip.isVisible()
    button = strip.findChild(QPushButton, "training.message_strip.close_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert strip.text == ""


def test_that_a_problem_of_another_tab_is_seen_wherever_one_is(application: Application) -> None:
    application.window.show()
    application.window.show_tab(2)

    application.presenter.at("training").show_message("It ran out of memory.", "error")

    assert application.window.message_bar.text == "It ran out of memory."
    application.window.show_tab(1)
    strip = application.window.findChild(MessageStrip, "training.message_strip")
    assert strip.isVisible()
