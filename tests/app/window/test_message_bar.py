"""The message bar: title, text and buttons stand in one line."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.errors import Message, MessageAction
from app.shared.theme import Theme
from app.window.message_bar import MessageBar

ACTION = MessageAction(text="HHH", tip="", run=lambda: None)


@pytest.fixture
def bar(qtbot: QtBot, qapp: QApplication) -> Iterator[MessageBar]:
    Theme(qapp).choose("light")
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.resize(900, 80)
    yield bar
    qapp.setStyleSheet("")


def first_line(bar: MessageBar, widget: QWidget, beside: int) -> tuple[int, int]:
    """Return the rows from the top to the foot of the first letters in a widget."""
    image = bar.grab().toImage()
    corner = widget.mapTo(bar, QPoint(0, 0))
    background = QColor(image.pixel(corner.x() + beside, corner.y() + 4)).lightness()
    rows = [
        y
        for y in range(corner.y() + 4, corner.y() + min(widget.height(), 32) - 4)
        for x in range(corner.x() + beside, corner.x() + beside + 20)
        if abs(QColor(image.pixel(x, y)).lightness() - background) > 60
    ]
    return rows[0], next(y for y in rows if y + 1 not in rows)


@pytest.mark.parametrize("action", [None, ACTION])
@pytest.mark.parametrize("text", ["HHH", "HHH " * 100])
@pytest.mark.parametrize("advice", ["", "HHH"])
def test_that_the_title_the_text_and_the_buttons_stand_in_one_line(
    bar: MessageBar, qtbot: QtBot, action: MessageAction | None, text: str, advice: str
) -> None:
    bar.show_message(Message(kind="warning", text=text, advice=advice, action=action))
    title = bar.findChild(QLabel, "message_bar.title")
    title.setText("HHH")

    shown = [(title, 0), (bar.findChild(QLabel, "message_bar.text"), 0)]
    if action is not None:
        shown.append((bar.findChild(QPushButton, "message_bar.action_button"), 14))
    lines = [first_line(bar, widget, beside) for widget, beside in shown]

    for ends in zip(*lines, strict=True):
        assert max(ends) - min(ends) <= 1  # px, as a letter's edge is smoothed
