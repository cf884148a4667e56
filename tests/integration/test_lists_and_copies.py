"""The scoring half as a whole: sources lead to the text, pairs and lists are by its model."""

import dataclasses
import math
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QTableView, QTabWidget
from pytestqt.qtbot import QtBot

from app.generation.writing.generate_panel import GeneratePanel
from engine import CorpusConfig
from engine.scoring.text_scores import score_texts
from tests.engine.support.corpora import corpus_of
from tests.engine.support.models import corpus_summary, tiny_model
from tests.integration.window_driver import Person

PAIR = ("the cat sat .", "the cat the .")


@pytest.fixture
def person(qtbot: QtBot, settings_path: Path, tmp_path: Path) -> Person:
    person = Person(qtbot, settings_path)
    path = tmp_path / "cats.csv"
    path.write_text("text\n" + "".join(f"the cat sat {k} .\n" for k in range(60)), "utf-8")
    config = CorpusConfig(path=path, processes=0, validation_fraction=0.2)
    corpus = corpus_of(config)
    person.app.session.set_corpus(corpus, config)
    summary = corpus_summary(digest=corpus.summary.digest)
    person.app.session.set_model(dataclasses.replace(tiny_model(), summary=summary))
    person.app.window.show_tab(2)
    return person


def test_that_a_teacher_shows_a_minimal_pair_and_where_words_come_from(person: Person) -> None:
    for text in PAIR:
        person.type_sentence(text)
        person.qtbot.keyClick(person.find(QLineEdit, "generation.sentence_edit"), Qt.Key.Key_Return)
    person.rest()

    tabs = person.find(QTabWidget, "generation.aside_tabs")
    assert tabs.tabText(tabs.currentIndex()) == "Comparison (2)"
    first, second = score_texts(tiny_model(), PAIR)
    more = (first.log_probability - second.log_probability) / 0.6931471805599453
    *_, total = person.rows("generation.pair_table")[2]
    assert total == f"= {more:+.1f}".replace("-", "−")
    assert "held-out sentences" in person.text("generation.percentile_label")

    corpus = person.app.session.corpus
    person.app.background.copies.source_chosen.emit(corpus, 41)

    assert person.app.window.current_tab == 0
    table = person.find(QTableView, "dataset.sentence_table")
    assert [index.row() for index in table.selectionModel().selectedRows()] == [41]
    assert person.leave()


def test_that_a_mixture_with_word_sequences_writes_and_scores_only_where_it_is_wanted(
    person: Person,
) -> None:
    corpus = person.app.session.corpus
    assert corpus is not None
    person.app.session.set_model(dataclasses.replace(tiny_model(), summary=corpus.summary))
    person.type_sentence(PAIR[0])
    alone = person.text("generation.bits_label")
    check = person.find(QCheckBox, "generation.mixture_check")
    assert not check.isChecked()

    check.click()
    person.wait(lambda: "mixed with a table" in person.text("generation.score_model_label"))
    person.rest()

    mixed = person.app.session.shown_model
    assert mixed is not None
    (scored,) = score_texts(mixed, PAIR[:1])
    bits = -scored.log_probability / math.log(2.0) / scored.words
    assert person.text("generation.bits_label") == f"{bits:.2f}" != alone
    person.click("generation.generate_button")
    person.rest()
    batch, sentence = person.app.window.findChild(GeneratePanel).sentences.records()[0]
    assert "mixed with a table" in batch.model
    assert sentence.mixture == mixed.mixture_name
    assert person.leave()


def test_that_a_pasted_list_is_ranked_by_the_open_model(person: Person) -> None:
    person.click("generation.lists_button")
    person.find(QPlainTextEdit, "generation.rank_edit").setPlainText("\n".join(PAIR))

    person.click("generation.rank_button")
    person.rest()

    scores = score_texts(tiny_model(), PAIR)
    best = max(range(2), key=lambda k: scores[k].log_probability)
    assert person.rows("generation.rank_table")[0][3] == PAIR[best]
    assert person.leave()
