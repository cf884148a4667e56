"""The language and the words are chosen beside ten sentences as the network will see them."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from app.dataset.corpus.page import SentenceQuery
from app.dataset.sentences_controller import SentencesController
from app.dataset.tab import WORDS_PAGE, DatasetTab
from app.errors import ErrorPresenter
from app.jobs import Jobs
from app.session import Command, Session
from app.settings import SettingsStore
from app.tasks.controller import Surroundings
from app.tasks.task_runner import TaskRunner
from engine import FORMER_TOKENIZER, CorpusConfig, TokenizerConfig
from tests.app.support.dataset_fakes import PREVIEW, FakeCorpus
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.widgets import child

GERMAN = ("Er mag Obst, z. B. Äpfel, und das ist gut. Das Haus ist alt, sagte Dr. Jörg.",) * 3


class Bench:
    """The tab with the controller of its sentences; the engine's own functions answer."""

    def __init__(self, qtbot: QtBot, settings_path: Path) -> None:
        self.qtbot, self.tab, self.session = qtbot, DatasetTab(), Session()
        self.runner = TaskRunner()
        qtbot.addWidget(self.tab)
        self.asked: list[SentenceQuery] = []
        around = Surroundings(
            session=self.session,
            presenter=ErrorPresenter(),
            settings=SettingsStore(settings_path),
            jobs=Jobs(runs=FakeRuns(), find_sentences=self.find),
        )
        self.controller = SentencesController(self.tab, self.runner, around)
        self.session.corpus_changed.connect(self.tab.show_corpus)
        self.tab.show_commands(frozenset({Command.OPEN_DATA, Command.PREPARE}))
        self.tab.show_new_file(Path("a.csv"))
        self.tab.resize(1200, 800)
        self.tab.show()

    def find(self, corpus: object, text: str, **wanted: object) -> list[int]:
        self.asked.append(
            SentenceQuery(
                text=text,
                only_unknown=bool(wanted["only_unknown"]),
                only_held_out=bool(wanted["only_held_out"]),
            )
        )
        return [2]

    def show(self, texts: tuple[str, ...]) -> None:
        rows = tuple(("ann", text) for text in texts)
        self.tab.show_preview(dataclasses.replace(PREVIEW, rows=rows))
        self.rest()

    def rest(self) -> None:
        self.qtbot.waitUntil(lambda: not self.runner.is_busy)

    def part(self, kind: type, role: str) -> object:
        return child(self.tab, kind, f"dataset.{role}")

    def choose(self, role: str, data: str) -> None:
        box = self.part(QComboBox, role)
        assert isinstance(box, QComboBox)
        box.setCurrentIndex(box.findData(data))
        self.rest()

    def words(self, row: int) -> str:
        table = self.part(QTableView, "words_table")
        assert isinstance(table, QTableView)
        return str(table.model().index(row, 1).data())

    def text(self, role: str) -> str:
        label = self.part(QLabel, role)
        assert isinstance(label, QLabel)
        return label.text()


@pytest.fixture
def bench(qtbot: QtBot, settings_path: Path) -> Iterator[Bench]:
    bench = Bench(qtbot, settings_path)
    yield bench
    assert bench.runner.shutdown()


def test_that_a_german_text_is_shown_in_words(bench: Bench) -> None:
    bench.show(GERMAN)

    assert bench.words(0) == "Er mag Obst , z. B. Äpfel , und das ist gut ."
    assert bench.words(1) == "Das Haus ist alt , sagte Dr. Jörg ."
    assert bench.text("words_note") == "German, cased"
    language = bench.part(QComboBox, "language_combo")
    assert isinstance(language, QComboBox)
    assert language.currentText() == "Detect (German)"


def test_that_another_tokeniser_changes_the_preview_and_is_prepared_with(bench: Bench) -> None:
    bench.show(GERMAN)

    bench.choose("tokenizer_combo", "tutorial")

    assert bench.words(1).startswith("das haus ist alt")
    assert bench.tab.words_page.tokenizer() == TokenizerConfig(name="tutorial")
    assert "Suits this text better: German" in bench.text("words_advice_note")
    numbers = bench.part(QCheckBox, "merge_numbers_check")
    assert isinstance(numbers, QCheckBox)
    assert not numbers.isEnabled()


def test_that_a_published_corpus_names_its_unknown_word(bench: Bench) -> None:
    bench.show(("the <unk> rose N %", "mr. <unk> 's company fell", "he said so"))
    unknown = bench.part(QLineEdit, "unknown_word_edit")
    assert isinstance(unknown, QLineEdit)
    assert "<unk> for unknown ones" in bench.text("words_note")
    assert unknown.isHidden()

    bench.choose("tokenizer_combo", "whitespace")
    assert bench.tab.words_page.tokenizer().unknown_word == "<unk>"
    assert not unknown.isHidden()

    unknown.selectAll()
    bench.qtbot.keyClicks(unknown, "N")
    bench.qtbot.keyClick(unknown, Qt.Key.Key_Return)
    bench.rest()

    assert bench.tab.words_page.tokenizer() == TokenizerConfig(name="whitespace", unknown_word="N")


def test_that_the_language_can_be_chosen(bench: Bench) -> None:
    bench.show(GERMAN)

    bench.choose("language_combo", "fr")

    assert bench.tab.words_page.tokenizer().language == "fr"
    assert bench.text("words_note").startswith("French")


def test_that_the_words_of_the_prepared_text_are_told_until_something_is_changed(
    bench: Bench,
) -> None:
    bench.session.set_corpus(FakeCorpus())  # type: ignore[arg-type]
    prepared = bench.text("words_note")

    bench.show(GERMAN)  # its first rows are looked at again, as at each start

    assert bench.text("words_note") == prepared != "German, cased"
    bench.tab.show_changed(is_changed=True)
    assert bench.text("words_note") == "German, cased"
    bench.tab.show_changed(is_changed=False)
    assert bench.text("words_note") == prepared


def test_that_earlier_choices_are_shown(bench: Bench) -> None:
    earlier = TokenizerConfig(name="words", language="de", lower_case=False, merge_links=True)
    bench.tab.show_config(CorpusConfig(path=Path("a.csv"), tokenizer=earlier, min_count=5))

    assert bench.tab.words_page.tokenizer() == earlier
    assert bench.tab.corpus_form.choices().min_count == 5

    former = CorpusConfig(path=Path("a.csv"), tokenizer=FORMER_TOKENIZER, min_count=1)
    bench.tab.show_config(former)

    assert bench.tab.words_page.tokenizer() == TokenizerConfig(name="tutorial")


def test_that_the_words_button_leads_to_the_page(bench: Bench) -> None:
    bench.show(GERMAN)
    button = bench.part(QPushButton, "words_button")
    assert isinstance(button, QPushButton)

    button.click()

    assert bench.tab._results.currentIndex() == WORDS_PAGE


def test_that_sentences_are_looked_for(bench: Bench) -> None:
    bench.session.set_corpus(FakeCorpus())  # type: ignore[arg-type]
    search = bench.part(QLineEdit, "search_edit")
    held_out = bench.part(QCheckBox, "only_held_out_check")
    table = bench.part(QTableView, "sentence_table")
    assert isinstance(search, QLineEdit)
    assert isinstance(held_out, QCheckBox)
    assert isinstance(table, QTableView)

    bench.qtbot.keyClicks(search, "cat")
    held_out.click()
    bench.rest()

    assert bench.asked[-1] == SentenceQuery(text="cat", only_held_out=True)
    assert table.model().rowCount() == 1
    assert table.model().index(0, 0).data() == "3"

    search.clear()
    held_out.click()
    bench.rest()

    assert bench.asked[-1] == SentenceQuery()
