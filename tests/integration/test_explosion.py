"""A learning rate far too high in the real window: nothing is lost, and one click mends it."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.training.run_buttons import RunButtons
from tests.engine.support.runs import NOUNS, VERBS, write_csv
from tests.integration.window_driver import Person

EPOCHS = 20


@pytest.fixture
def person(qtbot: QtBot, settings_path: Path) -> Iterator[Person]:
    person = Person(qtbot, settings_path)
    yield person
    assert person.leave()


@pytest.fixture
def csv_path(tmp_path: Path) -> Path:
    texts = [f"The {a} {verb} the {b}." for a in NOUNS for verb in VERBS for b in NOUNS]
    return write_csv(tmp_path / "animals.csv", texts)


def last_loss(person: Person) -> float:
    assert person.app.session.model is not None
    done = person.app.session.model.history.evaluations[-1]
    assert done.validation_loss is not None
    return done.validation_loss


def test_that_one_click_mends_a_learning_rate_far_too_high(person: Person, csv_path: Path) -> None:
    person.open_csv(csv_path)
    person.prepare()
    person.app.window.show_tab(1)
    person.qtbot.keyClicks(person.find(QLineEdit, "training.learning_rate_edit"), "10")
    person.start_training(epochs=EPOCHS)
    person.rest()

    assert "The learning rate 10 is too high." in person.message
    (run,) = person.app.kept_runs.controller._runs.list()
    assert (run.state, run.can_resume) == ("failed", True)
    model = person.app.session.model
    assert model is not None
    assert last_loss(person) < 1.1 * math.log(model.word_dim)
    assert len(person.generate(2)) == 2, "the good model is there to be used"

    person.app.window.show_tab(1)
    bright = [
        button.text()
        for button in person.find(RunButtons, "training.run_buttons").findChildren(QPushButton)
        if button.property("primary") == "true" and not button.isHidden()
    ]
    assert bright == ["New run"]  # nothing was learned that more epochs could go on with
    person.click("training.message_strip.action_button")
    person.rest()

    assert person.message == ""
    assert "learning rate 0.003" in person.log
    assert person.app.session.model is not None
    assert person.app.session.model.epoch == EPOCHS
    assert last_loss(person) < 0.8 * math.log(model.word_dim)
    (run,) = person.app.kept_runs.controller._runs.list()
    assert run.state == "finished"
    assert not person.find(QPushButton, "training.message_strip.action_button").isVisible()
