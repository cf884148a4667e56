"""The whole job in the real window with the real engine, from a CSV to a probability."""

import math
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSlider
from pytestqt.qtbot import QtBot

from tests.integration.window_driver import Person

ENDLESS = 100_000  # epochs
SENTENCE = "the old dog saw a cat ."
REAL_COMMENTS = "reddit-comments-2015-08-first-1000-lines.csv"


@pytest.fixture
def new_person(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], Person]]:
    people: list[Person] = []

    def make() -> Person:
        people.append(Person(qtbot, tmp_path / f"settings {len(people)}.ini"))
        return people[-1]

    yield make
    ended = [person.leave() for person in people]
    assert all(ended)


@pytest.fixture
def person(new_person: Callable[[], Person]) -> Person:
    return new_person()


@pytest.fixture
def csv_path(tmp_path: Path) -> Path:
    draw = random.Random(7)
    rows = ["id,comment"]
    for number in range(120):
        nouns = draw.sample(("dog", "cat", "bird", "horse", "child"), 2)
        verb = draw.choice(("saw", "liked", "heard", "found"))
        adjective = draw.choice(("old", "small", "happy"))
        rows.append(f'{number},"The {adjective} {nouns[0]} {verb} a {nouns[1]}. It was {number}."')
    path = tmp_path / "comments.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def prepared(person: Person, csv_path: Path) -> Person:
    person.open_csv(csv_path)
    person.prepare()
    return person


@pytest.fixture
def training(prepared: Person) -> Person:
    prepared.start_training(epochs=ENDLESS)
    prepared.wait_for_points()
    return prepared


def test_that_a_chosen_file_is_previewed_and_its_text_column_guessed(
    person: Person, csv_path: Path
) -> None:
    person.open_csv(csv_path)

    assert person.text("dataset.file_label") == "comments.csv"
    first = person.rows("dataset.preview_table")[0]
    assert first[0] == "0"
    assert first[1].startswith("The ")
    assert person.message == ""


def test_that_a_prepared_corpus_is_summed_up_and_leads_to_training(prepared: Person) -> None:
    assert prepared.text("dataset.summary.documents") == "120"
    assert prepared.text("dataset.summary.sentences") == "240"
    assert len(prepared.rows("dataset.sentence_table")) == 240
    assert prepared.find(QPushButton, "dataset.train_button").property("primary") == "true"
    assert prepared.find(QPushButton, "training.start_button").isEnabled()


def test_that_points_arrive_while_the_network_learns_until_it_is_stopped(
    training: Person,
) -> None:
    assert training.is_training
    first = training.curve

    training.wait(lambda: training.curve != first)
    training.click("training.stop_button")
    training.rest()

    assert "stopped" in training.log
    assert training.find(QPushButton, "training.start_button").isEnabled()


def test_that_a_trained_network_says_sentences_and_the_probability_of_one(
    prepared: Person,
) -> None:
    prepared.start_training(epochs=4)
    prepared.rest()

    sentences = prepared.generate(5)
    probability = prepared.type_sentence(SENTENCE)

    assert prepared.curve.startswith("After ")
    assert len(sentences) == 5
    assert all("UNKNOWN_TOKEN" not in sentence for sentence in sentences)
    assert re.match(r"1 in \d", probability)
    assert len(prepared.rows("generation.word_table")) == len(SENTENCE.split()) + 1


def test_that_looking_back_draws_and_scores_with_an_earlier_epoch(prepared: Person) -> None:
    prepared.start_training(epochs=4)
    prepared.rest()
    newest = prepared.type_sentence(SENTENCE)

    slider = prepared.find(QSlider, "generation.epoch_slider")
    prepared.qtbot.keyClick(slider, Qt.Key.Key_Home)
    prepared.wait(lambda: prepared.text("generation.model_label").startswith("Looking back"))
    prepared.wait(lambda: prepared.text("generation.probability_label") != newest)
    first = prepared.text("generation.probability_label")
    sentences = prepared.generate(3)

    assert slider.maximum() == 4
    assert odds(first) > odds(newest), "it has learned since"
    assert "epoch 1, step" in prepared.text("generation.model_label")
    assert len(sentences) == 3
    prepared.qtbot.keyClick(slider, Qt.Key.Key_End)
    prepared.wait(lambda: prepared.text("generation.probability_label") == newest)


def odds(probability: str) -> float:
    """Return N of "1 in N", such as "1 in 1.7 × 10¹⁶"."""
    number = re.fullmatch(r"1 in ([\d,.]+)(?: × 10([⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", probability)
    assert number is not None, probability
    power = (number[2] or "⁰").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    return float(number[1].replace(",", "")) * math.pow(10.0, int(power))


def test_that_a_saved_model_gives_the_same_probability_in_another_window(
    prepared: Person, new_person: Callable[[], Person], tmp_path: Path
) -> None:
    prepared.start_training(epochs=2)
    prepared.rest()
    before = prepared.type_sentence(SENTENCE)
    prepared.answers.save_path = tmp_path / "model.safetensors"
    prepared.choose_in_menu("save_model")
    prepared.rest()

    other = new_person()
    other.answers.open_path = prepared.answers.save_path
    other.choose_in_menu("open_model")
    other.rest()

    assert other.type_sentence(SENTENCE) == before
    assert len(other.generate(2)) == 2


def test_that_sentences_come_from_the_snapshot_while_training_goes_on(training: Person) -> None:
    sentences = training.generate(3)
    probability = training.type_sentence(SENTENCE)

    assert len(sentences) == 3
    assert probability.startswith("1 in ")
    assert training.is_training


def test_that_closing_during_training_stops_it_first(training: Person) -> None:
    training.close()

    assert training.answers.asked == []  # the run is kept
    assert not training.app.runners.training.is_busy


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("missing.csv", None, r"missing\.csv"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00", r"picture\.csv"),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(2000), r"picture\.xlsx"),
        ("empty.csv", b"", r"empty\.csv .*empty"),
    ],
)
def test_that_a_wrong_file_is_named_and_the_earlier_corpus_stays(
    prepared: Person, tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    corpus = prepared.app.session.corpus
    if content is not None:
        (tmp_path / name).write_bytes(content)

    prepared.open_csv(tmp_path / name)

    assert re.search(sentence, prepared.message), prepared.message
    assert prepared.message.endswith(".")
    assert prepared.app.session.corpus is corpus
    assert prepared.text("dataset.summary.documents") == "120"
    assert prepared.text("dataset.file_label") == "comments.csv"
    assert prepared.find(QPushButton, "training.start_button").isEnabled()


def test_that_the_cut_off_record_of_the_real_comments_is_named_with_its_line(
    person: Person, shared_data: Path
) -> None:
    person.open_csv(shared_data / REAL_COMMENTS)
    person.prepare()

    [[line, reason, beginning]] = person.rows("dataset.problems_table")
    assert line == "874"
    assert "never closed" in reason
    assert beginning
    assert "line 874" in person.message
    assert person.text("dataset.summary.documents") == "211"
