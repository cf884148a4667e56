"""A text stands in the direction of its own script."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from app.dataset.corpus.sentences import TOKENS_ROLE, TokenDelegate
from app.shared.direction import is_right_to_left, isolated
from app.shared.tables import Column, RowsModel, prepare_table
from engine import TokenView

ARABIC = "قالت المعلمة."


@pytest.mark.parametrize(
    ("text", "is_mirrored"),
    [(ARABIC, True), ("(12) שלום", True), ("a " + ARABIC, False), ("12 …", False), ("", False)],
)
def test_that_the_first_letter_tells_the_direction(text: str, is_mirrored: bool) -> None:
    assert is_right_to_left(text) == is_mirrored


def test_that_a_word_in_a_sentence_of_the_window_leaves_its_order() -> None:
    assert isolated("cat") == "cat"
    assert not is_right_to_left(f"{isolated(ARABIC)}   unknown")


def ink(picture: QImage) -> tuple[int, int]:
    """Return how many dark pixels the left and the right half have."""
    sides = [0, 0]
    for x in range(picture.width()):
        dark = sum(picture.pixelColor(x, y).lightness() < 128 for y in range(picture.height()))
        sides[x >= picture.width() // 2] += dark
    return sides[0], sides[1]


@pytest.mark.parametrize("is_in_words", [False, True])
def test_that_arabic_begins_at_the_right(is_in_words: bool, qtbot: QtBot) -> None:
    def tokens(text: str) -> object:
        return tuple(TokenView(text=word, is_known=True) for word in text.split())

    roles = {TOKENS_ROLE: tokens} if is_in_words else {}
    columns: list[Column[str]] = [Column(title="Text", text=str, roles=roles)]
    model = RowsModel(columns)
    model.set_rows([ARABIC, "the cat sat"])
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    prepare_table(table)
    if is_in_words:
        delegate = TokenDelegate(table)
        table.setItemDelegate(delegate)
    table.setColumnWidth(0, 600)
    table.resize(700, 200)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    picture = table.viewport().grab().toImage()
    rows = [table.visualRect(model.index(row, 0)) for row in range(2)]
    (arabic_left, arabic_right), (left, right) = (ink(picture.copy(row)) for row in rows)

    assert arabic_left < arabic_right
    assert left > right
