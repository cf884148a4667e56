"""The words of a scored sentence: marked, explained, drawn."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication
from pytestqt.qtbot import QtBot

from app.generation.records import ModelScore
from app.generation.scoring.word_table import END_TEXT, SURPRISE, WORD, WordProbabilityTable
from app.shared.theme import DARK, LIGHT
from engine import WordScore
from tests.app.support.generation_fakes import sentence_score, word_score


def score(*words: WordScore) -> ModelScore:
    return ModelScore(
        score=sentence_score(words=words), model="epoch 1", model_title="", guess_bits=13.0
    )


@pytest.fixture
def table(qtbot: QtBot) -> WordProbabilityTable:
    table = WordProbabilityTable()
    qtbot.addWidget(table)
    table.resize(700, 300)
    table.show_score(
        score(*(word_score(word, rank=1234) for word in ("so", "glads", "SENTENCE_END")))
    )
    return table


def column(table: WordProbabilityTable, number: int) -> list[object]:
    model = table.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def test_that_each_word_shows_probability_rank_and_bits(table: WordProbabilityTable) -> None:
    assert [column(table, number)[0] for number in range(4)] == [
        "so",
        "0.0625",
        "1,234",
        "4.00 bits",
    ]


def test_that_the_end_of_the_sentence_is_the_last_row(table: WordProbabilityTable) -> None:
    assert column(table, 0)[-1] == END_TEXT


def test_that_an_unknown_word_is_marked_in_words_and_in_colour(
    table: WordProbabilityTable,
) -> None:
    brush = table.model().index(1, 0).data(Qt.ItemDataRole.ForegroundRole)

    assert column(table, 0)[1] == "glads   unknown → UNKNOWN_TOKEN"
    assert isinstance(brush, QBrush)
    assert brush.color() in (QColor(LIGHT.bad), QColor(DARK.bad))


def test_that_a_longer_bar_is_drawn_for_a_greater_surprise(
    qtbot: QtBot, table: WordProbabilityTable
) -> None:
    table.show_score(score(word_score("likely", 1.0), word_score("unlikely", 12.0)))

    image = table.viewport().grab().toImage()

    pixels = [_accent_pixels(table, image, row) for row in (0, 1)]
    assert 0 < pixels[0] < pixels[1] / 6


def _accent_pixels(table: WordProbabilityTable, image: object, row: int) -> int:
    y = table.rowViewportPosition(row) + table.rowHeight(row) // 2
    accents = {QColor(LIGHT.accent).rgb(), QColor(DARK.accent).rgb()}
    return sum(image.pixel(x, y) in accents for x in range(image.width()))  # type: ignore[attr-defined]


def test_that_rows_are_copied_with_tabs_between_their_cells(table: WordProbabilityTable) -> None:
    table.selectRow(0)

    table.copy_selected()

    assert QGuiApplication.clipboard().text() == "so\t0.0625\t1,234\t4.00 bits"


def test_that_no_score_empties_the_table(table: WordProbabilityTable) -> None:
    table.show_score(None)

    assert table.model().rowCount() == 0


def test_that_the_word_gives_way_to_the_bar_in_a_narrow_table(table: WordProbabilityTable) -> None:
    table.show()
    table.resize(1000, 200)
    wide = table.columnWidth(WORD)

    table.resize(500, 200)

    assert table.columnWidth(WORD) < wide
    bits = table.fontMetrics().horizontalAdvance("000.00 bits")
    assert table.columnWidth(SURPRISE) > bits + 40
