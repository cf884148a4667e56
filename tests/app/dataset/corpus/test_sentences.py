"""The sentences as the network sees them, fetched only when they are seen."""

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from app.dataset.corpus.sentences import (
    PART,
    PLACE,
    TEXT,
    TOKENS,
    TOKENS_ROLE,
    SentenceViews,
    TokenDelegate,
    X,
    Y,
    corpus_columns,
)
from app.shared.tables import RowsModel, prepare_table
from app.shared.theme import current_palette
from engine import SentenceView
from tests.app.support.dataset_fakes import SUMMARY, FakeCorpus

Role = Qt.ItemDataRole
Model = RowsModel[SentenceView]


@pytest.fixture
def model() -> Model:
    return model_of(FakeCorpus())


def model_of(corpus: FakeCorpus) -> Model:
    model = RowsModel(corpus_columns())
    model.set_rows(SentenceViews(corpus))
    return model


def test_that_each_sentence_is_a_row(model: Model) -> None:
    row = [model.index(0, column).data() for column in range(model.columnCount())]

    assert model.rowCount() == 3
    text = "Sentence 0 <b>likes</b> theano."
    assert row == ["1", "training", "7", text, "likes theano", "0 5 499", "5 499 1"]


def test_that_a_sentence_says_which_line_of_which_file_it_comes_from(model: Model) -> None:
    alone, of_several = model.index(0, PLACE), model.index(1, PLACE)

    assert (alone.data(), alone.data(Role.ToolTipRole)) == ("7", "Line 7")
    assert (of_several.data(), of_several.data(Role.ToolTipRole)) == (
        "may.csv: 8",
        "Line 8 of may.csv",
    )


def test_that_a_held_out_sentence_is_named_so(model: Model) -> None:
    assert model.index(2, PART).data() == "held out"


def test_that_an_unknown_word_is_named_in_words_for_who_sees_no_colours(
    model: Model,
) -> None:
    index = model.index(0, TOKENS)

    assert index.data(Role.AccessibleTextRole) == "likes theano [unknown]"
    assert index.data(Role.ToolTipRole) == "likes theano [unknown]"


def test_that_the_delegate_is_told_which_words_are_known(model: Model) -> None:
    tokens = model.index(0, TOKENS).data(TOKENS_ROLE)

    assert [token.is_known for token in tokens] == [True, False]
    assert model.index(0, TEXT).data(TOKENS_ROLE) is None


def test_that_long_ids_are_cut_in_the_cell() -> None:
    corpus = FakeCorpus()
    view = dataclasses.replace(corpus.sentence_view(0), x=tuple(range(100)))
    corpus.sentence_view = lambda index: view  # type: ignore[method-assign]

    assert model_of(corpus).index(0, X).data().endswith("39 …")


def test_that_the_tooltips_name_the_word_of_each_id(model: Model) -> None:
    x, y = (model.index(0, column).data(Role.ToolTipRole) for column in (X, Y))

    assert x == "0 SENTENCE_START  ·  5 likes  ·  499 theano"
    assert y == "5 likes  ·  499 theano  ·  1 SENTENCE_END"


def test_that_a_table_of_many_sentences_asks_only_for_those_in_view(qtbot: QtBot) -> None:
    corpus = FakeCorpus(summary=dataclasses.replace(SUMMARY, sentences=200_000))
    table, model = QTableView(), model_of(corpus)
    qtbot.addWidget(table)
    table.setModel(model)
    prepare_table(table)
    table.resize(900, 400)
    table.show()

    table.scrollToBottom()
    table.grab()

    assert len(set(corpus.asked_for)) < 60
    assert 199_999 in corpus.asked_for


def test_that_unknown_words_are_painted_in_their_colour(qtbot: QtBot, model: Model) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    delegate = TokenDelegate(table)
    table.setItemDelegateForColumn(TOKENS, delegate)
    table.resize(1200, 300)

    picture = table.grab().toImage()

    bad = QColor(current_palette().bad).rgb()
    colours = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
    assert bad in colours
