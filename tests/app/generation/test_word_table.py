"""The words of a scored sentence: marked, explained, drawn."""

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication
from pytestqt.qtbot import QtBot

from app.generation.records import ScoredSentence, ScoredWord
from app.generation.word_table import END_TEXT, SURPRISE, WORD, WordProbabilityTable
from app.shared.theme import DARK, LIGHT


def word(
    text: str, bits: float = 4.0, *, is_known: bool = True, is_end: bool = False
) -> ScoredWord:
    return ScoredWord(
        text=text,
        is_known=is_known,
        is_end=is_end,
        log_probability=-bits * math.log(2.0),
        bits=bits,
        rank=1234,
    )


def score(*words: ScoredWord) -> ScoredSentence:
    return ScoredSentence(
        text="",
        words=words,
        log_probability=-1.0,
        perplexity=2.0,
        bits_per_word=1.0,
        unknown_words=(),
        model="epoch 1",
        model_title="",
        guess_bits=13.0,
    )


@pytest.fixture
def table(qtbot: QtBot) -> WordProbabilityTable:
    table = WordProbabilityTable()
    qtbot.addWidget(table)
    table.resize(700, 300)
    table.show_score(score(word("so"), word("glads", is_known=False), word("", is_end=True)))
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
    table.show_score(score(word("likely", 1.0), word("unlikely", 12.0)))

    image = table.viewport().grab().toImage()

    pixels = [_accent_pixels(table, image, row) for row in (0, 1)]
    assert 0 < pixels[0] < pixels[1] / 6


def _accent_pixels(table: WordProbabilityTable, image: object, row: int) -> int:
    y = table.rowViewportPosition(row) + table.rowHeight(row) // 2
    accents = {QColor(LIGHT.accent).rgb(), QColor(DARK.accent).rgb()}
    return sum(image.pixel(x, y) in accents for x in range(image.width()))  # type: ignore[attr-defined]


def test_that_a_change_of_the_colour_scheme_redraws_the_words(
    qtbot: QtBot, table: WordProbabilityTable
) -> None:
    with qtbot.waitSignal(table.model().dataChanged):
        QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)


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
