"""The training tab as a whole: named, explained and usable without a mouse."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.training.tab import TrainingTab
from tests.app.support.training_fakes import Bench

INTERACTIVE = (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTableView,
)

OFFERED_LATER = (".reset", "more_button")  # a tooltip says what it would do then
COMPOSED = (QAbstractSpinBox, QComboBox, QLineEdit, QTableView, QTabBar)


def own_widgets(tab: TrainingTab) -> list[QWidget]:
    """Return the interactive widgets that are ours, not parts inside Qt's own."""
    found = [widget for widget in tab.findChildren(QWidget) if isinstance(widget, INTERACTIVE)]
    return [widget for widget in found if not isinstance(widget.parent(), COMPOSED)]


def test_that_every_interactive_widget_is_named_and_explained(bench: Bench) -> None:
    widgets = own_widgets(bench.tab)

    assert len(widgets) >= 25
    for widget in widgets:
        assert widget.objectName().startswith("training."), widget
        assert widget.accessibleName(), widget.objectName()
        is_offered = not widget.isHidden() or not widget.objectName().endswith(OFFERED_LATER)
        assert widget.toolTip() or not is_offered, widget.objectName()


def test_that_names_are_given_once(bench: Bench) -> None:
    names = [widget.objectName() for widget in own_widgets(bench.tab)]

    assert len(names) == len(set(names))


def test_that_every_enabled_field_is_reached_with_the_tab_key(bench: Bench) -> None:
    for widget in own_widgets(bench.tab):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget.objectName()


@pytest.mark.parametrize("is_shown_first", [True, False])
def test_that_the_log_s_newest_line_is_in_sight_until_somebody_scrolls_away(
    qtbot: QtBot, bench: Bench, is_shown_first: bool
) -> None:
    bench.tab.resize(1200, 800)
    if is_shown_first:
        bench.tab.show()
    for number in range(40):
        bench.tab.log.add_line(f"Line {number}, which is long enough to wrap. " * 4)

    bench.tab.resize(900, 640)
    bench.tab.show()

    bar = bench.find("log").verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    bench.tab.log.add_line("The newest.")
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    bar.setValue(3)
    bench.tab.log.add_line("Newer still.")
    assert bar.value() == 3


def test_that_the_log_can_be_copied(qtbot: QtBot, bench: Bench) -> None:
    bench.tab.log.add_line("Training started.")

    qtbot.mouseClick(bench.find("copy_log_button"), Qt.MouseButton.LeftButton)

    assert QGuiApplication.clipboard().text().endswith("  Training started.")


def test_that_a_beginner_reads_what_the_hidden_size_is(bench: Bench) -> None:
    texts = {label.text() for label in bench.tab.findChildren(QLabel)}

    assert "How many numbers the network remembers." in texts


def test_that_every_alt_key_leads_to_one_place(bench: Bench) -> None:
    labels = [label.text() for label in bench.tab.findChildren(QLabel) if label.buddy()]
    buttons = [button.text() for button in bench.tab.findChildren(QAbstractButton)]
    keys = [text[text.index("&") + 1].lower() for text in labels + buttons if "&" in text]

    assert len(keys) == len(set(keys)), sorted(keys)
    assert not set(keys) & set("fvh")  # the menus
