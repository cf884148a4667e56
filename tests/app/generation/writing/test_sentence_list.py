"""The list of sentences: copying, scoring, following."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.generation.records import Batch
from app.generation.writing.sentence_list import SentenceList
from engine import SampleConfig, SentenceGenerated, SentenceGrowing
from tests.app.support import generation_fakes


def sentence(number: int) -> SentenceGenerated:
    return generation_fakes.sentence(
        number, f"Sentence {number}.", words=("sentence", "1", "."), log_probability=-23.0
    )


@pytest.fixture
def sentences(qtbot: QtBot) -> SentenceList:
    widget = SentenceList()
    qtbot.addWidget(widget)
    widget.resize(600, 200)
    widget.start_batch(Batch(config=SampleConfig(), model="epoch 1"))
    for number in (1, 2, 3):
        widget.append_sentence(sentence(number))
    return widget


def select(widget: SentenceList, *rows: int) -> None:
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in rows:
        widget.selectionModel().select(widget.model().index(row, 0), flags)


def test_that_control_c_copies_the_selected_sentences(
    qtbot: QtBot, sentences: SentenceList
) -> None:
    with qtbot.waitActive(sentences):
        sentences.show()
        sentences.activateWindow()
        sentences.setFocus()
    select(sentences, 1, 3)

    qtbot.keyClick(sentences, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == "Sentence 1.\nSentence 3."


def test_that_copy_takes_all_sentences_when_none_is_selected(sentences: SentenceList) -> None:
    sentences.copy_selected_or_all()

    assert QGuiApplication.clipboard().text() == "Sentence 1.\nSentence 2.\nSentence 3."


def test_that_copying_nothing_leaves_the_clipboard_alone(qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("kept")
    widget = SentenceList()
    qtbot.addWidget(widget)

    widget.copy_selected_or_all()

    assert QGuiApplication.clipboard().text() == "kept"


def test_that_a_double_click_asks_for_the_sentence_s_score(
    qtbot: QtBot, sentences: SentenceList
) -> None:
    with qtbot.waitSignal(sentences.score_requested) as asked:
        sentences.doubleClicked.emit(sentences.model().index(2, 1))

    assert asked.args == ["Sentence 2.", None]


def test_that_a_double_click_on_a_title_asks_for_nothing(
    qtbot: QtBot, sentences: SentenceList
) -> None:
    with qtbot.assertNotEmitted(sentences.score_requested):
        sentences.doubleClicked.emit(sentences.model().index(0, 0))


def test_that_the_context_menu_scores_a_sentence(qtbot: QtBot, sentences: SentenceList) -> None:
    action = sentences.build_menu(1).actions()[0]
    assert action.text() == "Score this sentence"

    with qtbot.waitSignal(sentences.score_requested) as asked:
        action.trigger()

    assert asked.args == ["Sentence 1.", None]


@pytest.mark.parametrize("row", [0, -1])
def test_that_the_context_menu_of_a_title_or_of_no_row_scores_nothing(
    sentences: SentenceList, row: int
) -> None:
    assert not sentences.build_menu(row).actions()[0].isEnabled()


def test_that_a_tooltip_gives_nats_and_perplexity(sentences: SentenceList) -> None:
    tooltip = sentences.model().index(1, 2).data(Qt.ItemDataRole.ToolTipRole)

    assert "−23.000 nats" in tooltip
    assert "perplexity 314" in tooltip  # exp(23 / 4)


def test_that_a_rung_of_a_ladder_shows_its_temperature_and_all_its_settings(
    sentences: SentenceList,
) -> None:
    rung = SampleConfig(ladder=(0.25,), temperature=0.25, top_p=0.9, seed=7)
    sentences.append_sentence(replace(sentence(4), settings=rung, seed=7))
    sentences.records()  # all that waits is shown
    last = sentences.model().rowCount() - 1

    assert sentences.model().index(last, 0).data() == "T 0.25"
    tooltip = sentences.model().index(last, 2).data(Qt.ItemDataRole.ToolTipRole)
    assert "temperature 0.25  ·  top-p 0.9  ·  at least 7 words  ·  seed 7" in tooltip


def test_that_a_very_small_probability_is_never_shown_as_nothing(qtbot: QtBot) -> None:
    widget = SentenceList()
    qtbot.addWidget(widget)
    widget.start_batch(Batch(config=SampleConfig(), model="epoch 1"))

    widget.append_sentence(generation_fakes.sentence(log_probability=-5000.0))

    assert widget.model().index(1, 2).data() == "1 in 3.0 × 10²¹⁷¹"


def test_that_many_sentences_keep_the_batch_s_title_in_sight(
    qtbot: QtBot, sentences: SentenceList
) -> None:
    with qtbot.waitExposed(sentences):
        sentences.show()
    for number in range(4, 60):
        sentences.append_sentence(sentence(number))

    assert sentences.rowViewportPosition(0) == 0


def test_that_a_second_batch_comes_into_sight(qtbot: QtBot, sentences: SentenceList) -> None:
    with qtbot.waitExposed(sentences):
        sentences.show()
    for number in range(4, 60):
        sentences.append_sentence(sentence(number))

    sentences.start_batch(Batch(config=SampleConfig(), model="epoch 2"))

    title_top = sentences.rowViewportPosition(sentences.model().rowCount() - 1)
    assert 0 <= title_top < sentences.viewport().height()


def test_that_clear_during_a_batch_ignores_its_later_title(sentences: SentenceList) -> None:
    sentences.clear()

    sentences.update_batch(Batch(config=SampleConfig(), model="epoch 1", state="stopped"))

    assert sentences.model().rowCount() == 0


def test_that_sentences_that_come_fast_are_all_there_when_their_batch_ends(
    qtbot: QtBot, sentences: SentenceList
) -> None:
    with qtbot.waitExposed(sentences):
        sentences.show()
    for number in range(4, 60):
        sentences.append_sentence(sentence(number))

    sentences.update_batch(Batch(config=SampleConfig(), model="epoch 1", state="ended"))

    assert sentences.count == 59
    assert sentences.model().rowCount() == 60


def test_that_a_growing_sentence_is_replaced_by_the_whole_one(sentences: SentenceList) -> None:
    sentences.start_batch(Batch(config=SampleConfig(), model="epoch 1"))

    sentences.show_growing(SentenceGrowing(number=1, text="I", words=("i",)))
    sentences._show_waiting()
    assert sentences.model().index(sentences.model().rowCount() - 1, 1).data() == "I …"
    rows = sentences.model().rowCount()
    sentences.append_sentence(sentence(1))
    sentences.update_batch(Batch(config=SampleConfig(), model="epoch 1", state="ended"))

    assert sentences.model().rowCount() == rows
    assert sentences.model().index(rows - 1, 1).data() == sentence(1).text


def test_that_a_sentence_that_was_stopped_while_it_grew_goes_away(sentences: SentenceList) -> None:
    sentences.start_batch(Batch(config=SampleConfig(), model="epoch 1"))
    rows = sentences.model().rowCount()

    sentences.show_growing(SentenceGrowing(number=1, text="I", words=("i",)))
    sentences._show_waiting()
    sentences.update_batch(Batch(config=SampleConfig(), model="epoch 1", state="stopped"))

    assert sentences.model().rowCount() == rows


def test_that_words_that_no_text_is_read_as_are_marked_and_scored_themselves(
    qtbot: QtBot, sentences: SentenceList
) -> None:
    words = ("he", "came", ".", "she", "left", ".")
    last = sentences.model().rowCount()
    drawn = generation_fakes.sentence(9, " ".join(words), words=words, is_readable=False)
    sentences.append_sentence(drawn)
    qtbot.waitUntil(lambda: sentences.model().rowCount() > last)
    index = sentences.model().index(last, 1)

    with qtbot.waitSignal(sentences.score_requested) as asked:
        sentences.doubleClicked.emit(index)

    assert index.data() == "he came . she left .  [word by word]"
    assert "No typed text would be read as exactly these words" in index.data(
        Qt.ItemDataRole.ToolTipRole
    )
    assert asked.args == ["he came . she left .", words]


def test_that_a_sentence_of_a_batch_that_was_taken_away_goes_with_it(
    sentences: SentenceList,
) -> None:
    sentences.clear()

    sentences.append_sentence(sentence(8))
    sentences.show_growing(SentenceGrowing(number=9, text="I", words=("i",)))

    assert sentences.records() == []
    assert sentences.model().rowCount() == 0
