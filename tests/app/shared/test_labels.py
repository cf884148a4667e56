"""The line about a corpus's origin: no word is cut without a sign of it."""

from pytestqt.qtbot import QtBot

from app.shared.labels import ElidedLabel

TEXT = "column “body”, utf-8, comma-separated  ·  sentences: Punkt"


def shown(qtbot: QtBot, width: int) -> ElidedLabel:
    label = ElidedLabel(TEXT)
    qtbot.addWidget(label)
    label.resize(width, 20)
    label.show()
    return label


def test_that_a_long_line_ends_in_an_ellipsis(qtbot: QtBot) -> None:
    label = shown(qtbot, 150)

    text = label.shown_text()
    assert text.endswith("…")
    assert label.fontMetrics().horizontalAdvance(text) <= 150
    assert label.text() == TEXT


def test_that_a_line_with_room_is_whole(qtbot: QtBot) -> None:
    assert shown(qtbot, 1000).shown_text() == TEXT


def test_that_a_long_line_makes_no_window_wider(qtbot: QtBot) -> None:
    assert shown(qtbot, 150).minimumSizeHint().width() == 1


def test_that_the_part_that_fits_is_painted(qtbot: QtBot) -> None:
    label, empty = shown(qtbot, 150), shown(qtbot, 150)
    empty.setText("")

    assert label.grab().toImage() != empty.grab().toImage()
