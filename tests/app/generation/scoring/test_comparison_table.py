"""Pinned sentences are ranked, replaced and removed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.generation.records import ModelScore
from app.generation.scoring.comparison_table import (
    MODEL,
    PERPLEXITY,
    PROBABILITY,
    SENTENCE,
    ComparisonTable,
)
from app.shared.layouts import in_column
from tests.app.support.generation_fakes import sentence_score


def score(text: str, log_probability: float, perplexity: float = 50.0, **model: str) -> ModelScore:
    return ModelScore(
        score=sentence_score(text, log_probability=log_probability, perplexity=perplexity),
        guess_bits=13.0,
        **{"model": "epoch 1", "model_title": "comments", **model},
    )


@pytest.fixture
def table(qtbot: QtBot) -> ComparisonTable:
    table = ComparisonTable()
    qtbot.addWidget(table)
    table.pin(score("he go", -20.0, perplexity=30.0))
    table.pin(score("he goes", -10.0, perplexity=40.0))
    table.pin(score("goes he", -30.0, perplexity=20.0))
    return table


def texts(table: ComparisonTable) -> list[str]:
    model = table.model()
    return [str(model.index(row, 1).data()) for row in range(model.rowCount())]


def test_that_the_most_probable_sentence_comes_first(table: ComparisonTable) -> None:
    assert texts(table) == ["he goes", "he go", "goes he"]


def test_that_sentences_can_be_ranked_by_perplexity(table: ComparisonTable) -> None:
    table.sortByColumn(PERPLEXITY, Qt.SortOrder.AscendingOrder)

    assert texts(table) == ["goes he", "he go", "he goes"]


def test_that_a_new_sentence_keeps_the_chosen_order(table: ComparisonTable) -> None:
    table.sortByColumn(PROBABILITY, Qt.SortOrder.AscendingOrder)

    table.pin(score("he", -25.0))

    assert texts(table) == ["goes he", "he", "he go", "he goes"]


def test_that_the_same_sentence_under_the_same_model_is_kept_once(table: ComparisonTable) -> None:
    table.pin(score("he go", -20.0, perplexity=30.0))

    assert len(texts(table)) == 3


def test_that_the_same_sentence_under_another_snapshot_is_kept_too(table: ComparisonTable) -> None:
    table.pin(score("he go", -19.0, model="epoch 2"))

    assert texts(table).count("he go") == 2


def test_that_the_selected_sentence_is_removed(table: ComparisonTable) -> None:
    table.selectRow(1)

    table.remove_selected_or_all()

    assert texts(table) == ["he goes", "goes he"]


def test_that_all_sentences_are_removed_when_none_is_selected(table: ComparisonTable) -> None:
    table.remove_selected_or_all()

    assert texts(table) == []


def test_that_a_double_click_asks_for_the_words_again(qtbot: QtBot, table: ComparisonTable) -> None:
    with qtbot.waitSignal(table.score_requested) as asked:
        table.doubleClicked.emit(table.model().index(0, 1))

    assert asked.args == ["he goes", None]


def test_that_two_models_of_the_same_epoch_are_told_apart(table: ComparisonTable) -> None:
    table.pin(score("he", -5.0, origin="08:35:59"))
    table.pin(score("he", -6.0, origin="old.safetensors"))

    model = table.model()
    names = [str(model.index(row, MODEL).data()) for row in range(2)]
    assert names == ["08:35:59, epoch 1", "old.safetensors, epoch 1"]
    tip = model.index(1, MODEL).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "old.safetensors, epoch 1: comments"


def test_that_a_narrow_table_scrolls_instead_of_hiding_the_sentence(
    table: ComparisonTable, qtbot: QtBot
) -> None:
    table.show()

    table.resize(300, 200)

    assert table.columnWidth(SENTENCE) >= 120
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() > 0)


LONG = ("My sister bought an old guitar.", "My sister are bought an old guitar.")


def test_that_long_sentences_can_be_told_apart(qtbot: QtBot) -> None:
    table = ComparisonTable()
    qtbot.addWidget(table)
    table.resize(600, 200)  # px, as in a window of 1280
    table.show()

    for text in LONG:
        table.pin(score(text, -20.0, origin="04:48:53"))

    needed = max(table.fontMetrics().horizontalAdvance(text) for text in LONG)
    assert table.columnWidth(SENTENCE) > needed
    assert table.isColumnHidden(MODEL), "one model for all tells nothing"


def test_that_a_second_model_is_named(table: ComparisonTable) -> None:
    table.show()
    assert table.isColumnHidden(MODEL)

    table.pin(score("he go", -19.0, model="epoch 2"))

    assert not table.isColumnHidden(MODEL)


def test_that_the_words_in_an_empty_table_have_room(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    table = ComparisonTable(window)
    in_column(table, of=window, margins=0)
    window.resize(439, 10)
    window.show()

    assert table.viewport().height() >= 3 * table.fontMetrics().lineSpacing()
    assert table.horizontalScrollBar().maximum() == 0
