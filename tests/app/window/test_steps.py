"""The keys of the window, from any focus; undo; zoom."""

from functools import partial
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.application import Application
from app.generation.records import Batch
from app.generation.scoring.score_panel import ScorePanel
from app.generation.writing.generate_panel import GeneratePanel
from app.session import RunState
from engine import RunControl, SampleConfig
from tests.app.support.dataset_fakes import FakeCorpus
from tests.app.support.generation_fakes import sentence
from tests.app.support.widgets import child
from tests.app.support.window_fakes import endless, fake_model, rest
from tests.engine.support.run_infos import CORPUS_CONFIG


def trigger(app: Application, role: str) -> None:
    action = child(app.window, QAction, f"window.{role}_action")
    action.trigger()


def panel_of(app: Application) -> GeneratePanel:
    return child(app.window, GeneratePanel)


def test_that_zooming_grows_letters_and_lengths_and_goes_back(application: Application) -> None:
    column = child(application.window, QWidget, "dataset.column")
    usual = column.maximumWidth(), QApplication.font().pointSizeF()

    trigger(application, "zoom_in")
    assert column.maximumWidth() > usual[0]
    assert QApplication.font().pointSizeF() > usual[1]
    assert application.settings.load().zoom == 115

    trigger(application, "zoom_usual")
    assert abs(column.maximumWidth() - usual[0]) <= 1
    assert QApplication.font().pointSizeF() == usual[1]


def test_that_cleared_sentences_come_back_with_control_z(
    application: Application, qtbot: QtBot
) -> None:
    batch = Batch(config=SampleConfig(), model="epoch 1", seed=7, done=1, state="ended")
    panel = panel_of(application)
    application.session.set_model(fake_model())
    panel.show_records([(batch, sentence())])
    application.window.show_tab(2)
    button = child(panel, QPushButton, "generation.clear_button")

    button.click()
    assert panel.sentences.records() == []
    assert application.window.message_bar.text == "1 sentence cleared."
    edit = child(application.window, QLineEdit, "generation.sentence_edit")
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert panel.sentences.records() == [(batch, sentence())]


def test_that_cleared_sentences_do_not_come_back_among_those_of_another_run(
    application: Application,
) -> None:
    batch = Batch(config=SampleConfig(), model="epoch 1", seed=7, done=1, state="ended")
    panel = panel_of(application)
    application.session.set_model(fake_model())
    panel.show_records([(batch, sentence())])
    panel.cleared.emit(panel.sentences.records())
    other = SimpleNamespace(info=SimpleNamespace(run_id="another"), sentences={})

    application.kept_runs.opener.opened.emit(other)
    application.undo.undo()

    assert panel.sentences.records() == []


def test_that_a_replaced_sentence_comes_back(application: Application, qtbot: QtBot) -> None:
    application.session.set_model(fake_model())
    panel = child(application.window, ScorePanel)
    qtbot.keyClicks(panel.sentence_line, "what I typed")
    panel.set_text("a drawn sentence")
    bar = application.window.message_bar
    assert bar.text == "Your typed sentence was replaced."

    button = bar.findChild(QPushButton, "message_bar.action_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert panel.text == "what I typed"


def test_that_a_sentence_that_comes_back_has_its_words_again(
    application: Application, qtbot: QtBot
) -> None:
    application.session.set_model(fake_model())
    application.window.show_tab(2)
    panel = child(application.window, ScorePanel)
    line, words = panel.sentence_line, ("drawn", ".", ".")
    panel.set_text("drawn..", words)
    panel.set_text("another sentence")
    assert panel.words is None

    application.undo.undo()
    assert (panel.text, panel.words) == ("drawn..", words)
    panel.set_text("a third")
    line.undo()  # as Ctrl+Z in the line, and the button
    assert (panel.text, panel.words) == ("drawn..", words)
    line.undo()
    qtbot.keySequence(line, QKeySequence(QKeySequence.StandardKey.Redo))
    assert (panel.text, panel.words) == ("drawn..", words)

    line.selectAll()
    qtbot.keyClicks(line, "drawn..")  # typed, it is read as typed text is
    assert panel.words is None


def test_that_a_sentence_that_was_looked_away_from_comes_back_by_the_key_alone(
    application: Application, qtbot: QtBot
) -> None:
    application.session.set_model(fake_model())
    panel = child(application.window, ScorePanel)
    application.window.show_tab(2)
    qtbot.keyClicks(panel.sentence_line, "what I typed")
    panel.look_at("a drawn sentence", 1)
    panel.look_at("a branch of it", 1)

    application.undo.undo()
    assert panel.text == "a drawn sentence"
    application.undo.undo()

    assert panel.text == "what I typed"
    assert application.window.message_bar.text == ""


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize("focus", ["training.hidden_spin", "training.recipe_combo", ""])
def test_that_control_return_takes_the_next_step_from_any_focus(
    application: Application, qtbot: QtBot, focus: str, key: Qt.Key
) -> None:
    application.session.set_corpus(FakeCorpus(), CORPUS_CONFIG)  # type: ignore[arg-type]
    rest(application, qtbot)
    application.window.show_tab(1)
    widget = application.window.findChild(QWidget, focus) if focus else application.window
    assert widget is not None
    widget.setFocus()

    qtbot.keyClick(widget, key, Qt.KeyboardModifier.ControlModifier)

    qtbot.waitUntil(lambda: application.session.run_state is RunState.TRAINING)
    qtbot.keyClick(application.window, Qt.Key.Key_Escape)
    assert application.session.run_state is RunState.TRAINING  # the first press only arms it
    assert application.window.message_bar.text == "Press Esc again to stop the training."
    qtbot.keyClick(application.window, Qt.Key.Key_Escape)
    rest(application, qtbot)
    assert application.session.run_state is RunState.READY


def test_that_escape_on_the_generation_tab_stops_a_search_for_a_better_word(
    application: Application, qtbot: QtBot
) -> None:
    panel = child(application.window, ScorePanel)
    application.window.show_tab(2)
    control = RunControl()
    application.runners.replacement.start(partial(endless, control), control)
    panel.better_word.show_looking(7)

    qtbot.keyClick(application.window, Qt.Key.Key_Escape)

    rest(application, qtbot)


def test_that_control_return_draws_and_escape_stops(application: Application, qtbot: QtBot) -> None:
    application.session.set_model(fake_model())
    application.window.show_tab(2)
    edit = child(application.window, QLineEdit, "generation.sentence_edit")
    edit.setFocus()

    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: application.runners.generation.is_busy)
    qtbot.keyClick(edit, Qt.Key.Key_Escape)

    rest(application, qtbot)
