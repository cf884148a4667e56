"""Closing: what runs is stopped first, what was learned is not lost."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.application import Application
from app.session import CurrentRun, RunState
from engine import CorpusError, ModelFileError, RunControl
from tests.app.support.dataset_fakes import FakeEngine, until_stopped
from tests.app.support.window_fakes import MODEL_PATH, Answers, Files, endless, fake_model


def start_endless_training(app: Application) -> RunControl:
    app.session.set_run_state(RunState.PREPARING)
    app.session.set_run_state(RunState.READY)
    app.session.set_run_state(RunState.TRAINING)
    control = RunControl()
    app.runners.training.start(lambda: endless(control), control)
    return control


def close(application: Application, qtbot: QtBot) -> None:
    with qtbot.waitSignal(application.window.closed):
        application.window.close()


def test_that_an_idle_window_closes_at_once(application: Application, answers: Answers) -> None:
    assert application.window.close()

    assert answers.asked == []


def test_that_a_running_training_is_stopped_before_the_window_closes(
    application: Application, qtbot: QtBot
) -> None:
    control = start_endless_training(application)

    with qtbot.waitSignal(application.window.closed):
        assert not application.window.close()
        assert application.window.message_bar.text.startswith("Stopping…")

    assert control.is_stopped
    assert not application.window.isVisible()


def test_that_a_window_that_is_about_to_close_stays_for_a_second_start(
    application: Application, qtbot: QtBot
) -> None:
    start_endless_training(application)
    application.window.close()

    application.summon([])
    qtbot.waitUntil(lambda: not application.runners.training.is_busy)

    assert application.window.isVisible()
    assert application.window.message_bar.text.startswith("The window stays")
    assert application.window.close()


def test_that_a_paused_training_does_not_hold_the_window(
    application: Application, qtbot: QtBot
) -> None:
    start_endless_training(application)
    application.runners.training.pause()

    close(application, qtbot)


def test_that_a_preparation_is_given_up_without_a_question(
    application: Application, qtbot: QtBot, fake_engine: FakeEngine, answers: Answers
) -> None:
    fake_engine.events = until_stopped
    application.dataset.open_sample()
    qtbot.waitUntil(lambda: application.session.run_state is RunState.PREPARING)

    close(application, qtbot)

    assert answers.asked == []


def test_that_cancel_lets_the_training_go_on(application: Application, answers: Answers) -> None:
    answers.unsaved = "cancel"
    control = start_endless_training(application)

    assert not application.window.close()

    assert not control.is_stopped
    assert application.session.run_state is RunState.TRAINING
    answers.unsaved = "discard"


def test_that_the_system_ends_a_training_without_a_question(
    application: Application, qtbot: QtBot, answers: Answers
) -> None:
    answers.unsaved = "cancel"
    control = start_endless_training(application)

    application.guard.expect_nobody()
    close(application, qtbot)

    assert control.is_stopped
    assert answers.asked == []


def test_that_a_question_that_stands_open_does_not_hold_the_end(
    application: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = start_endless_training(application)

    def end_while_asked() -> str:
        application.guard.expect_nobody()
        return "cancel"  # as a dialog that is closed from outside

    monkeypatch.setattr(application.guard, "_ask_unsaved", end_while_asked)
    close(application, qtbot)

    assert control.is_stopped


def test_that_an_unsaved_model_can_be_saved_on_the_way_out(
    application: Application, qtbot: QtBot, answers: Answers, files: Files
) -> None:
    answers.unsaved = "save"
    application.session.set_model(fake_model())

    close(application, qtbot)

    assert files.saved == [MODEL_PATH]


def test_that_an_unsaved_model_can_be_left(
    application: Application, answers: Answers, files: Files
) -> None:
    application.session.set_model(fake_model())

    assert application.window.close()

    assert answers.asked == ["unsaved"]
    assert files.saved == []


def test_that_no_file_chosen_keeps_the_window_open(
    application: Application, answers: Answers
) -> None:
    answers.unsaved, answers.save_path = "save", None
    application.session.set_model(fake_model())

    assert not application.window.close()

    assert application.window.isVisible()
    answers.unsaved = "discard"


def test_that_a_failed_save_keeps_the_window_open(
    application: Application, qtbot: QtBot, answers: Answers, files: Files
) -> None:
    answers.unsaved = "save"
    files.save_error = ModelFileError("The disk is full. Choose another folder.")
    application.session.set_model(fake_model())

    with qtbot.waitSignal(application.runners.models.ended):
        application.window.close()

    assert application.window.isVisible()
    assert application.window.message_bar.text == "The disk is full. Choose another folder."
    answers.unsaved = "discard"


def test_that_a_job_that_fails_while_it_is_stopped_does_not_hold_the_window(
    application: Application, qtbot: QtBot, fake_engine: FakeEngine
) -> None:
    fake_engine.inspect_error = CorpusError("There is no file missing.csv.")
    application.dataset.open_path(Path("missing.csv"))

    close(application, qtbot)


@pytest.mark.parametrize("attempts", [2, 5])
def test_that_closing_again_while_stopping_asks_nothing_more(
    application: Application, qtbot: QtBot, answers: Answers, attempts: int
) -> None:
    start_endless_training(application)

    with qtbot.waitSignal(application.window.closed):
        for _ in range(attempts):
            application.window.close()

    assert answers.asked == ["unsaved"]


def test_that_a_kept_run_needs_no_question(
    application: Application, qtbot: QtBot, answers: Answers
) -> None:
    application.session.set_run(CurrentRun(run_id="1", saved_step=10))
    application.session.set_model(fake_model())

    close(application, qtbot)

    assert answers.asked == []


def test_that_a_run_that_could_not_be_kept_is_asked_about(
    application: Application, qtbot: QtBot, answers: Answers
) -> None:
    application.session.set_run(CurrentRun(run_id="1"))
    application.session.set_model(fake_model())
    start_endless_training(application)  # it saves nothing

    close(application, qtbot)

    assert answers.asked == ["unsaved"]


def test_that_the_model_of_a_kept_run_that_was_only_opened_needs_no_question(
    application: Application, qtbot: QtBot, answers: Answers
) -> None:
    application.session.set_model(fake_model(), run=CurrentRun(run_id="1", saved_step=10))

    close(application, qtbot)

    assert answers.asked == []
