"""Larger text has room: lengths grow with the font, and what does not fit can be scrolled to."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.application import Application
from app.dataset.tab import DatasetTab
from app.generation.tab import GenerationTab
from app.shared.labels import ElidedLabel
from app.shared.theme import Theme, scaled
from app.training.tab import TrainingTab
from app.window.main_window import SMALLEST_SIZE
from tests.app.support.widgets import child

FONTS = (12, 18)  # px
TABS = (DatasetTab, TrainingTab, GenerationTab)


@pytest.fixture
def font_size(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[int]:
    kept, font = qapp.font(), qapp.font()
    font.setPixelSize(request.param)
    qapp.setFont(font)
    yield request.param
    qapp.setFont(kept)


def cut_texts(tab: QWidget) -> list[str]:
    """Return the texts that are wider than what shows them, but for those meant to be cut."""
    shown = [
        widget
        for kind in (QPushButton, QCheckBox, QLabel)
        for widget in tab.findChildren(kind)
        if widget.isVisible() and not isinstance(widget, ElidedLabel)
    ]
    return [
        widget.text()
        for widget in shown
        if not (isinstance(widget, QLabel) and widget.wordWrap())
        and widget.width() < widget.sizeHint().width()
    ]


@pytest.mark.parametrize("font_size", [18], indirect=True)
def test_that_a_length_grows_with_the_font(font_size: int) -> None:
    assert scaled(100) == 150


@pytest.mark.parametrize("font_size", [8], indirect=True)
def test_that_a_small_font_makes_nothing_smaller(font_size: int) -> None:
    assert scaled(100) == 100


@pytest.mark.parametrize("font_size", [18], indirect=True)
def test_that_headings_grow_with_the_font(qapp: QApplication, font_size: int) -> None:
    theme = Theme(qapp)

    theme.choose("light")
    theme.put_on()

    assert 'QLabel[role="title"] { font-size: 30px;' in qapp.styleSheet()
    qapp.setStyleSheet("")


@pytest.mark.parametrize("font_size", FONTS, indirect=True)
@pytest.mark.parametrize("tab", TABS)
def test_that_no_text_is_cut_in_the_smallest_window(
    font_size: int, tab: type[QWidget], application: Application, qtbot: QtBot
) -> None:
    application.window.resize(*SMALLEST_SIZE)
    application.window.show_tab(TABS.index(tab))
    content = child(application.window, tab)

    qtbot.waitUntil(lambda: content.isVisible() and cut_texts(content) == [])
