"""What is shown is what is scored: drawn sentences, typed as they are displayed, are the same.

Each model is drawn from 150 times; `make reliability` takes more languages, longer texts and 1,000
sentences.
"""

import csv
import gzip
from itertools import islice
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from engine import (
    CorpusConfig,
    LanguageModel,
    ModelConfig,
    RunControl,
    SampleConfig,
    SentenceGenerated,
    SentenceScore,
    SentenceScored,
    SnapshotPublished,
    TokenizerConfig,
    TrainConfig,
    generate,
    score,
    train,
)
from tests.engine.support.corpora import corpus_of
from tests.engine.support.languages import made_sentences, own_sentences
from tests.integration.scale import FULL, scaled
from tests.integration.window_driver import Person

DRAWN = scaled(150, 1000)  # of each model
READ_BACK = 0.98  # of a trained model's sentences
TRAINED = TrainConfig(epochs=8)
LANGUAGES = ["ar", "de", "es", "fr", "hi", "ru", "zh"] if FULL else ["ar", "de", "fr", "zh"]


def trained(path: Path, texts: list[str], tokenizer: TokenizerConfig) -> LanguageModel:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text"], *([text] for text in texts)])
    config = CorpusConfig(path=path, tokenizer=tokenizer, processes=0)
    corpus = corpus_of(config)
    model = ModelConfig(hidden_dim=48, device="cpu")
    snapshots = [
        event.model
        for event in train(corpus, model, TRAINED, RunControl())
        if isinstance(event, SnapshotPublished)
    ]
    return snapshots[-1]


def scored(model: LanguageModel, text: str, words: tuple[str, ...] | None = None) -> SentenceScore:
    [event] = score(model, text, words=words)
    assert isinstance(event, SentenceScored)
    return event.score


def check(model: LanguageModel) -> float:
    """Type each drawn sentence as it is displayed; return the share that reads back."""
    config = SampleConfig(count=DRAWN, min_length=2, max_length=200, seed=5)
    drawn = [
        event
        for event in generate(model, config, RunControl())
        if isinstance(event, SentenceGenerated) and not event.is_cut
    ]
    assert len(drawn) >= 0.98 * DRAWN
    for sentence in drawn:
        # None differs silently: what does not read back is marked, and its words are scored.
        words = None if sentence.is_readable else sentence.words
        found = scored(model, sentence.text, words)
        assert len(found.parts) == 1
        assert tuple(word.word for word in found.words[:-1]) == sentence.words, sentence.text
        assert found.log_probability == pytest.approx(sentence.log_probability, abs=1e-3)
    return sum(sentence.is_readable for sentence in drawn) / len(drawn)


@pytest.mark.parametrize("code", LANGUAGES)
def test_that_a_language_is_shown_as_it_is_read(code: str, tmp_path: Path) -> None:
    texts = own_sentences(code) * 4 + made_sentences(code, 600)

    model = trained(tmp_path / f"{code}.csv", texts, TokenizerConfig())

    assert model.reading.config.language == code
    assert check(model) >= READ_BACK


@pytest.mark.parametrize("name", ["tutorial", "words"])
def test_that_the_sample_comments_are_shown_as_they_are_read(name: str, tmp_path: Path) -> None:
    from engine import sample_comments_path

    with sample_comments_path().open(encoding="utf-8", newline="") as file:
        comments = [row["body"] for row in islice(csv.DictReader(file), scaled(400, 2000))]

    tokenizer = TokenizerConfig(name=name)  # type: ignore[arg-type]

    assert check(trained(tmp_path / "comments.csv", comments, tokenizer)) >= READ_BACK


def test_that_real_reviews_are_shown_as_they_are_read(shared_data: Path, tmp_path: Path) -> None:
    with gzip.open(shared_data / "movie-reviews.csv.gz", "rt", encoding="utf-8") as file:
        reviews = [row["text"] for row in islice(csv.DictReader(file), scaled(30, 150))]

    model = trained(tmp_path / "reviews.csv", reviews, TokenizerConfig())

    assert model.reading.config.name == "tutorial"
    assert check(model) >= READ_BACK


def test_that_the_window_scores_what_its_list_shows(
    qtbot: QtBot, settings_path: Path, tmp_path: Path
) -> None:
    person = Person(qtbot, settings_path)
    texts = own_sentences("fr")
    person.app.session.set_model(trained(tmp_path / "fr.csv", texts, TokenizerConfig()))
    line = person.find(QLineEdit, "generation.sentence_edit")

    def probability() -> str:
        person.wait(person.find(QPushButton, "generation.pin_button").isEnabled)
        return person.text("generation.probability_label")

    def pasted(text: str) -> str:
        line.clear()
        QGuiApplication.clipboard().setText(text)
        line.paste()
        return probability()

    shown = person.generate(3)
    table = person.find(QTableView, "generation.sentence_list")
    rows = [row for row in range(table.model().rowCount()) if table.model().index(row, 2).data()]
    for row, text in zip(rows, shown, strict=True):
        table.doubleClicked.emit(table.model().index(row, 1))
        expected = table.model().index(row, 2).data()
        assert (line.text(), probability()) == (text, expected)
        assert pasted(text) == expected

    table.selectAll()
    person.click("generation.copy_button")
    assert QGuiApplication.clipboard().text().splitlines() == shown
    pasted(" ".join(texts[1:3]))
    said = person.text("generation.parts_label")
    assert said.startswith("Read as 2 sentences, of which the total is above.")
    assert said.count("1 in ") == 2
    assert person.leave()
