"""The list of columns: ticked with mouse and keys, one column always ticked."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.shared.fields.column_picker import ColumnPicker

# The offscreen platform says so whenever a list opens.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NAMES = ("1: id", "2: title", "3: body")


@pytest.fixture
def picker(qtbot: QtBot) -> ColumnPicker:
    picker = ColumnPicker("Text columns")
    qtbot.addWidget(picker)
    picker.set_names(NAMES, (2,))
    picker.show()
    return picker


def click(picker: ColumnPicker, row: int) -> None:
    view = picker.view()
    area = view.visualRect(picker.model().index(row, 0))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=area.center())


def test_that_the_guess_is_ticked_and_shown(picker: ColumnPicker) -> None:
    assert picker.picked() == (2,)
    assert picker.shown_text() == "3: body"
    assert picker.currentText() == "3: body"


def test_that_clicks_tick_columns_and_leave_the_list_open(picker: ColumnPicker) -> None:
    picker.showPopup()

    click(picker, 1)

    assert picker.view().isVisible()
    assert picker.picked() == (1, 2)
    assert picker.shown_text() == "2: title + 3: body"
    picker.hidePopup()


def test_that_the_space_bar_ticks_and_enter_closes(picker: ColumnPicker) -> None:
    picker.showPopup()
    picker.view().setCurrentIndex(picker.model().index(0, 0))

    QTest.keyClick(picker.view(), Qt.Key.Key_Space)
    QTest.keyClick(picker.view(), Qt.Key.Key_Return)

    assert picker.picked() == (0, 2)
    assert not picker.view().isVisible()


def test_that_the_last_tick_stays(picker: ColumnPicker) -> None:
    picker.showPopup()

    click(picker, 2)

    assert picker.picked() == (2,)
    picker.hidePopup()


def test_that_an_arrow_key_takes_the_next_column_alone(picker: ColumnPicker) -> None:
    picker.toggle(0)
    picker.setFocus()

    QTest.keyClick(picker, Qt.Key.Key_Down)

    assert picker.picked() == (1,)


def test_that_a_change_by_the_user_is_told_and_one_by_the_program_is_not(
    picker: ColumnPicker, qtbot: QtBot
) -> None:
    told: list[object] = []
    picker.picked_changed.connect(told.append)

    picker.set_names(NAMES, (0,))
    picker.toggle(1)

    assert told == [(0, 1)]


def test_that_a_screen_reader_hears_all_columns(picker: ColumnPicker) -> None:
    picker.toggle(1)

    assert picker.accessibleName() == "Text columns: 2: title + 3: body"
    spoken = picker.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Column 1: id"


def test_that_the_joined_names_are_painted(picker: ColumnPicker) -> None:
    before = picker.grab().toImage()

    picker.toggle(0)

    assert picker.grab().toImage() != before
