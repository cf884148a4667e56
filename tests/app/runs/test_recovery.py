"""After a crash: the offer above the tabs, and how long it stands."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.application import Application
from app.session import RunState
from tests.app.support.dataset_fakes import FakeEngine, until_stopped
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.widgets import child
from tests.app.support.window_fakes import Answers, rest
from tests.engine.support.run_infos import run_info


@pytest.fixture
def runs(answers: Answers) -> FakeRuns:
    run = run_info(1, state="interrupted", name="night run", lost_s=14.2, elapsed_s=100.0)
    answers.runs.runs = [run]
    return answers.runs


@pytest.fixture
def offered(application: Application, qtbot: QtBot, runs: FakeRuns) -> Application:
    application.kept_runs.recovery.start()
    rest(application, qtbot)
    return application


def press(app: Application, qtbot: QtBot, role: str) -> None:
    button = child(app.window, QPushButton, f"recovery_bar.{role}_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_nothing_is_offered_without_a_crash(application: Application, qtbot: QtBot) -> None:
    application.kept_runs.recovery.start()
    rest(application, qtbot)

    assert application.window.recovery_bar.text == ""


def test_that_the_offer_says_how_much_was_lost(offered: Application) -> None:
    detail = child(offered.window, QLabel, "recovery_bar.detail")

    assert "“night run” was interrupted" in offered.window.recovery_bar.text
    assert "at epoch 3.25, after 1,200 steps" in offered.window.recovery_bar.text
    assert detail.text() == "Lost: 14 s of training, about 170 steps, after it."


def test_that_recovering_loads_the_model_and_forgets_nothing(
    offered: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    press(offered, qtbot, "accept")
    rest(offered, qtbot)

    assert offered.session.model is runs.model
    assert not offered.session.is_model_saved
    assert runs.runs[0].state == "interrupted"  # offered again until it is safe
    assert "Training can go on" in offered.window.recovery_bar.text


def test_that_a_recovered_run_goes_on_exactly(
    offered: Application, qtbot: QtBot, fake_engine: FakeEngine
) -> None:
    fake_engine.events = until_stopped  # its text is prepared again
    press(offered, qtbot, "accept")
    rest(offered, qtbot)

    press(offered, qtbot, "accept")

    assert offered.session.run_state is RunState.TRAINING
    assert offered.session.run is not None
    assert offered.session.run.run_id == run_info(1).run_id
    assert offered.window.recovery_bar.text == ""
    offered.runners.training.stop()
    rest(offered, qtbot)


def test_that_later_keeps_the_recovery_for_the_next_start(
    offered: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    press(offered, qtbot, "later")

    assert offered.window.recovery_bar.text == ""
    assert runs.calls == []
    assert runs.find_interrupted() != ()


def test_that_a_clean_save_ends_the_recovery(
    offered: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    press(offered, qtbot, "accept")
    rest(offered, qtbot)

    offered.models.save_model()
    qtbot.waitUntil(lambda: runs.find_interrupted() == ())
    rest(offered, qtbot)

    assert offered.window.recovery_bar.text == ""


@pytest.mark.parametrize("error", ["The disk is away."])
def test_that_a_recovery_that_failed_can_be_tried_again(
    offered: Application, qtbot: QtBot, runs: FakeRuns, error: str
) -> None:
    runs.error = error
    press(offered, qtbot, "accept")
    rest(offered, qtbot)
    assert offered.window.message_bar.text == error

    press(offered, qtbot, "accept")
    rest(offered, qtbot)

    assert offered.session.model is runs.model


def test_that_a_running_job_is_not_disturbed(
    offered: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    offered.session.set_run_state(RunState.PREPARING)

    press(offered, qtbot, "accept")

    assert "stop it first" in offered.window.message_bar.text
    assert offered.window.recovery_bar.text != ""
    offered.session.finish_run()


def test_that_other_interrupted_runs_are_named(
    application: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    runs.runs.append(run_info(2, state="interrupted", name="older run"))

    application.kept_runs.recovery.start()
    rest(application, qtbot)

    detail = child(application.window, QLabel, "recovery_bar.detail")
    assert detail.text().endswith("see File > Runs…: “older run”.")
