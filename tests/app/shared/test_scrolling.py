"""A tab fills its area, and is scrolled where even its smallest size has no room."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.shared.scrolling import TabScrollArea, bring_into_sight

NEEDED = (300, 200)  # px


@pytest.fixture
def part(qtbot: QtBot) -> QLabel:
    return QLabel()


@pytest.fixture
def area(qtbot: QtBot, part: QLabel) -> Iterator[TabScrollArea]:
    parent, content = QWidget(), QWidget()
    qtbot.addWidget(parent)
    layout = QVBoxLayout(content)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(part)
    part.setMinimumSize(*NEEDED)
    area = TabScrollArea(content, parent)
    parent.show()
    yield area
    parent.close()


def size(area: TabScrollArea) -> tuple[int, int]:
    return area.widget().width(), area.widget().height()


def test_that_the_content_fills_a_large_area(area: TabScrollArea) -> None:
    area.resize(500, 400)

    assert size(area) == (500, 400)


def test_that_the_content_keeps_its_smallest_size_in_a_small_area(area: TabScrollArea) -> None:
    area.resize(200, 100)

    assert size(area) == NEEDED
    assert area.horizontalScrollBar().maximum() >= 100
    assert area.verticalScrollBar().maximum() >= 100


def test_that_a_scroll_bar_takes_its_room_from_the_content(
    area: TabScrollArea, qtbot: QtBot
) -> None:
    area.resize(500, 100)

    qtbot.waitUntil(lambda: size(area) == (area.viewport().width(), NEEDED[1]))
    assert area.horizontalScrollBar().maximum() == 0


def test_that_content_that_grows_is_scrolled(
    area: TabScrollArea, part: QLabel, qtbot: QtBot
) -> None:
    area.resize(500, 400)

    part.setMinimumHeight(600)

    qtbot.waitUntil(lambda: size(area)[1] == 600)


def test_that_what_is_asked_for_comes_into_sight(qtbot: QtBot) -> None:
    parent, content = QWidget(), QWidget()
    qtbot.addWidget(parent)
    layout = QVBoxLayout(content)
    for _ in range(2):
        part = QLabel(content)
        part.setMinimumHeight(150)
        layout.addWidget(part)
    area = TabScrollArea(content, parent)
    area.resize(200, 200)
    parent.show()
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)

    bring_into_sight(part)

    assert part.visibleRegion().boundingRect().height() == part.height()
    bring_into_sight(parent)  # lies in nothing that scrolls
